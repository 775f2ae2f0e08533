//! `test` and `[`.

use super::{files, number, shown};
use crate::effects::{
    process::{Process, Status},
    shell::run::{Ran, Shell, holds},
};

/// Who answers: the shell knows its variables, a program only files.
trait Answers {
    fn unary(&mut self, operator: u8, text: &[u8]) -> bool;
    fn files(&mut self, left: &[u8], operator: &str, right: &[u8]) -> bool;
}

impl Answers for Shell<'_, '_, '_> {
    fn unary(&mut self, operator: u8, text: &[u8]) -> bool {
        Shell::unary(self, operator, text).unwrap_or(false)
    }

    fn files(&mut self, left: &[u8], operator: &str, right: &[u8]) -> bool {
        files::compare(self.process, left, operator, right)
    }
}

impl Answers for Process<'_, '_> {
    fn unary(&mut self, operator: u8, text: &[u8]) -> bool {
        match operator {
            b'n' => !text.is_empty(),
            b'z' => text.is_empty(),
            _ => files::test(self, operator, text),
        }
    }

    fn files(&mut self, left: &[u8], operator: &str, right: &[u8]) -> bool {
        files::compare(self, left, operator, right)
    }
}

/// Parentheses and `!` inside one another.
const DEEPEST: u32 = 50;

struct Test<'t, A> {
    args: &'t [Vec<u8>],
    at: usize,
    depth: u32,
    answers: &'t mut A,
}

type Answer = Result<bool, String>;

fn is_unary(arg: &[u8]) -> bool {
    matches!(arg, [b'-', letter] if b"abcdefghknoprstuvwxzGLNORS".contains(letter))
}

fn is_binary(arg: &[u8]) -> bool {
    const OPERATORS: [&[u8]; 16] = [
        b"=", b"==", b"!=", b"<", b">", b"-eq", b"-ne", b"-lt", b"-le", b"-gt", b"-ge", b"-nt", b"-ot", b"-ef", b"-a",
        b"-o",
    ];
    OPERATORS.contains(&arg)
}

/// The answer to arguments without the command's name; POSIX says what up to four of them mean.
fn answer<A: Answers>(args: &[Vec<u8>], answers: &mut A) -> Answer {
    let is = |at: usize, text: &[u8]| args.get(at).is_some_and(|a| a == text);
    match args {
        [] => Ok(false),
        [one] => Ok(!one.is_empty()),
        [_, two] if is(0, b"!") => Ok(two.is_empty()),
        [operator, text] if is_unary(operator) => Ok(answers.unary(operator[1], text)),
        [one, _] => Err(format!("{}: unary operator expected", shown(one))),
        [left, operator, right] if is_binary(operator) => binary(left, operator, right, answers),
        [_, rest @ ..] if args.len() <= 4 && is(0, b"!") => Ok(!answer(rest, answers)?),
        [_, middle @ .., _] if args.len() <= 4 && is(0, b"(") && is(args.len() - 1, b")") => answer(middle, answers),
        [_, operator, _] => Err(format!("{}: binary operator expected", shown(operator))),
        _ => {
            let mut test = Test { args, at: 0, depth: 0, answers };
            let holds = test.or()?;
            if test.at < args.len() { Err("too many arguments".to_owned()) } else { Ok(holds) }
        }
    }
}

fn binary<A: Answers>(left: &[u8], operator: &[u8], right: &[u8], answers: &mut A) -> Answer {
    Ok(match operator {
        b"=" | b"==" => left == right,
        b"!=" => left != right,
        b"<" => left < right,
        b">" => left > right,
        b"-a" => !left.is_empty() && !right.is_empty(),
        b"-o" => !left.is_empty() || !right.is_empty(),
        b"-nt" | b"-ot" | b"-ef" => answers.files(left, &shown(operator), right),
        _ => {
            let integer = |text: &[u8]| {
                number::integer(text).ok_or_else(|| format!("{}: integer expression expected", shown(text)))
            };
            holds(&shown(operator), integer(left)?.cmp(&integer(right)?))
        }
    })
}

impl<A: Answers> Test<'_, A> {
    fn eat(&mut self, text: &[u8]) -> bool {
        let found = self.args.get(self.at).is_some_and(|a| a == text);
        self.at += usize::from(found);
        found
    }

    fn or(&mut self) -> Answer {
        let mut holds = self.and()?;
        while self.eat(b"-o") {
            holds |= self.and()?;
        }
        Ok(holds)
    }

    fn and(&mut self) -> Answer {
        let mut holds = self.term()?;
        while self.eat(b"-a") {
            holds &= self.term()?;
        }
        Ok(holds)
    }

    fn term(&mut self) -> Answer {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("too many levels".to_owned());
        }
        let holds = self.primary();
        self.depth -= 1;
        holds
    }

    fn primary(&mut self) -> Answer {
        let Some(first) = self.args.get(self.at) else { return Err("argument expected".to_owned()) };
        if let [operator, right, ..] = self.args.get(self.at + 1..).unwrap_or_default()
            && is_binary(operator)
            && !matches!(operator.as_slice(), b"-a" | b"-o")
        {
            self.at += 3;
            return binary(first, operator, right, self.answers);
        }
        if self.eat(b"!") {
            return Ok(!self.term()?);
        }
        if self.eat(b"(") {
            let holds = self.or()?;
            return if self.eat(b")") { Ok(holds) } else { Err("`)' expected".to_owned()) };
        }
        self.at += 1;
        match self.args.get(self.at).filter(|_| is_unary(first)) {
            Some(text) => {
                self.at += 1;
                Ok(self.answers.unary(first[1], text))
            }
            None => Ok(!first.is_empty()),
        }
    }
}

/// The arguments between the name and, for `[`, its partner.
fn arguments(args: &[Vec<u8>], is_bracket: bool) -> Result<&[Vec<u8>], String> {
    match (is_bracket, args) {
        (false, [_, rest @ ..]) => Ok(rest),
        (true, [_, rest @ .., last]) if last == b"]" => Ok(rest),
        _ => Err("missing `]'".to_owned()),
    }
}

fn run<A: Answers>(args: &[Vec<u8>], is_bracket: bool, answers: &mut A) -> Answer {
    arguments(args, is_bracket).and_then(|args| answer(args, answers))
}

pub(super) fn builtin(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    match run(args, args[0] == b"[", shell) {
        Ok(holds) => Ok(Status::from(holds)),
        Err(message) => Ok(shell.refuse(&shown(&args[0]), &message, 2)),
    }
}

pub(super) fn program(process: &mut Process<'_, '_>) -> Status {
    let args = process.args.clone();
    match run(&args, args[0].ends_with(b"["), process) {
        Ok(holds) => Status::from(holds),
        Err(message) => {
            process.fail(message);
            Status(2)
        }
    }
}
