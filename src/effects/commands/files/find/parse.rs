//! The command line.

use super::{
    super::{
        super::{
            super::process::{Handle, Mode, Process},
            text::pattern::Syntax,
        },
        names::quoted,
        owners::Owners,
        walk::Follow,
    },
    action::Action,
    expression::Expression,
    printf,
};

/// Parentheses and `!` inside one another.
const DEEPEST: usize = 64;

/// A command line, understood.
#[derive(Debug)]
pub(super) struct Plan {
    pub starts: Vec<Vec<u8>>,
    pub follow: Follow,
    pub expression: Expression,
    pub actions: Vec<Action>,
    pub depth_first: bool,
    pub min_depth: usize,
    pub max_depth: usize,
}

pub(super) struct Parser<'w, 'c, 'p, 'a> {
    pub(super) process: &'c mut Process<'p, 'a>,
    pub(super) words: std::iter::Peekable<std::slice::Iter<'w, Vec<u8>>>,
    pub(super) plan: Plan,
    pub(super) owners: Owners,
    pub(super) syntax: Syntax,
    pub(super) emacs: bool,
    pub(super) day_start: bool,
    pub(super) depth: usize,
}

/// Understands the arguments; the error is the message.
pub(super) fn parse(process: &mut Process<'_, '_>) -> Result<Plan, String> {
    let args = process.args.get(1..).unwrap_or_default().to_vec();
    let mut plan = Plan {
        starts: Vec::new(),
        follow: Follow::Never,
        expression: Expression::And(Vec::new()),
        actions: Vec::new(),
        depth_first: false,
        min_depth: 0,
        max_depth: usize::MAX,
    };
    let mut at = 0;
    while let Some(word) = args.get(at) {
        match word.as_slice() {
            b"-P" => plan.follow = Follow::Never,
            b"-H" => plan.follow = Follow::Start,
            b"-L" => plan.follow = Follow::Always,
            b"-D" => at += 1,
            b"--" => {}
            word if word.starts_with(b"-O") => {}
            _ => break,
        }
        at += 1;
    }
    let begins = |word: &[u8]| word.starts_with(b"-") && word.len() > 1 || matches!(word, b"(" | b")" | b"!" | b",");
    while let Some(word) = args.get(at).filter(|w| !begins(w)) {
        plan.starts.push(word.clone());
        at += 1;
    }
    if plan.starts.is_empty() {
        plan.starts.push(b".".to_vec());
    }
    let words = args[at..].iter().peekable();
    let owners = Owners::read(process);
    let mut parser =
        Parser { process, words, plan, owners, syntax: Syntax::BASIC, emacs: true, day_start: false, depth: 0 };
    let expression = if parser.words.peek().is_some() { parser.list()? } else { Expression::And(Vec::new()) };
    if parser.words.peek().is_some() {
        return Err("invalid expression; you have too many ')'".to_owned());
    }
    let mut plan = parser.plan;
    plan.expression = expression;
    if plan.actions.is_empty() {
        plan.actions.push(Action::Print(b"\n"));
        plan.expression = Expression::And(vec![plan.expression, Expression::Action(0)]);
    }
    Ok(plan)
}

impl<'w> Parser<'w, '_, '_, '_> {
    fn take(&mut self, words: &[&[u8]]) -> bool {
        self.words.next_if(|w| words.contains(&w.as_slice())).is_some()
    }

    fn list(&mut self) -> Result<Expression, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("invalid expression; it is nested too deeply".to_owned());
        }
        let mut parts = vec![self.or()?];
        while self.take(&[b","]) {
            parts.push(self.or()?);
        }
        self.depth -= 1;
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expression::List(parts) })
    }

    fn or(&mut self) -> Result<Expression, String> {
        let mut parts = vec![self.and()?];
        while self.take(&[b"-o", b"-or"]) {
            parts.push(self.and()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expression::Or(parts) })
    }

    fn and(&mut self) -> Result<Expression, String> {
        let mut parts = vec![self.not()?];
        loop {
            if self.take(&[b"-a", b"-and"]) {
                parts.push(self.not()?);
                continue;
            }
            match self.words.peek().map(|w| w.as_slice()) {
                None | Some(b")" | b"," | b"-o" | b"-or") => break,
                Some(_) => parts.push(self.not()?),
            }
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expression::And(parts) })
    }

    fn not(&mut self) -> Result<Expression, String> {
        let mut negated = false;
        while self.take(&[b"!", b"-not"]) {
            negated = !negated;
        }
        let inner = match self.words.next().map(Vec::as_slice) {
            None => return Err("invalid expression; I was expecting an argument".to_owned()),
            Some(b"(") => {
                if self.take(&[b")"]) {
                    return Err("invalid expression; empty parentheses are not allowed.".to_owned());
                }
                let inner = self.list()?;
                if !self.take(&[b")"]) {
                    return Err(
                        "invalid expression; I was expecting to find a ')' somewhere but did not see one.".to_owned()
                    );
                }
                inner
            }
            Some(word) => self.primary(word)?,
        };
        Ok(if negated { Expression::Not(Box::new(inner)) } else { inner })
    }

    pub(super) fn value(&mut self, name: &[u8]) -> Result<&'w [u8], String> {
        let value = self.words.next().map(Vec::as_slice);
        value.ok_or_else(|| format!("missing argument to `{}'", String::from_utf8_lossy(name)))
    }

    fn primary(&mut self, word: &'w [u8]) -> Result<Expression, String> {
        if let Some(test) = self.option(word)? {
            return Ok(Expression::Test(test));
        }
        if let Some(action) = self.action(word)? {
            if matches!(action, Action::Delete) {
                self.plan.depth_first = true;
            }
            self.plan.actions.push(action);
            return Ok(Expression::Action(self.plan.actions.len() - 1));
        }
        let unknown = || match word.first() {
            Some(b'-') => format!("unknown predicate `{}'", String::from_utf8_lossy(word)),
            _ => format!("paths must precede expression: `{}'", String::from_utf8_lossy(word)),
        };
        let test = match self.name_test(word)? {
            Some(test) => test,
            None => self.metadata_test(word)?.ok_or_else(unknown)?,
        };
        Ok(Expression::Test(test))
    }

    fn action(&mut self, word: &[u8]) -> Result<Option<Action>, String> {
        Ok(Some(match word {
            b"-print" => Action::Print(b"\n"),
            b"-print0" => Action::Print(b"\0"),
            b"-printf" => Action::Format(printf::parse(self.value(word)?)?, None),
            b"-fprintf" => {
                let file = self.output(word)?;
                Action::Format(printf::parse(self.value(word)?)?, Some(file))
            }
            b"-fprint" => Action::Write(b"\n", self.output(word)?),
            b"-fprint0" => Action::Write(b"\0", self.output(word)?),
            b"-ls" => Action::List,
            b"-delete" => Action::Delete,
            b"-exec" | b"-execdir" | b"-ok" | b"-okdir" => self.command(word)?,
            _ => return Ok(None),
        }))
    }

    fn output(&mut self, word: &[u8]) -> Result<Handle, String> {
        let name = self.value(word)?;
        let opened = self.process.open(name, Mode::WRITE);
        opened.map_err(|error| format!("{}: {error}", quoted(name)))
    }

    /// Up to `;`, or `{} +`.
    fn command(&mut self, word: &[u8]) -> Result<Action, String> {
        let mut args: Vec<Vec<u8>> = Vec::new();
        loop {
            let next = self.value(word)?;
            match next {
                b";" => break,
                b"+" if args.last().is_some_and(|a| a == b"{}") => {
                    args.pop();
                    return Ok(Action::Together { args, in_directory: word.ends_with(b"dir") });
                }
                next => args.push(next.to_vec()),
            }
        }
        match args.is_empty() {
            true => Err(format!("invalid argument `;' to `{}'", String::from_utf8_lossy(word))),
            false => Ok(Action::Each { args, in_directory: word.ends_with(b"dir"), asks: word.starts_with(b"-ok") }),
        }
    }
}
