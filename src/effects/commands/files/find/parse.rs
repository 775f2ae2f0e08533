//! The command line.

use super::{
    super::{
        super::{
            super::process::{Handle, Mode, Process},
            text::pattern::{Pattern, Syntax},
        },
        date_words,
        names::{number, quoted, size},
        owners::Owners,
        permissions::Changes,
        walk::Follow,
    },
    action::Action,
    expression::{Expression, Perm, Range, Test},
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

struct Parser<'w, 'c, 'p, 'a> {
    process: &'c mut Process<'p, 'a>,
    words: std::iter::Peekable<std::slice::Iter<'w, Vec<u8>>>,
    plan: Plan,
    owners: Owners,
    syntax: Syntax,
    emacs: bool,
    day_start: bool,
    depth: usize,
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

    fn value(&mut self, name: &[u8]) -> Result<&'w [u8], String> {
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

    /// What is true everywhere, and changes how the tree is gone through.
    fn option(&mut self, word: &[u8]) -> Result<Option<Test>, String> {
        let levels = |value: &[u8]| {
            let name = String::from_utf8_lossy(word).into_owned();
            number(value)
                .ok_or(format!("Expected a positive decimal integer argument to {name}, but got {}", quoted(value)))
        };
        match word {
            b"-maxdepth" => self.plan.max_depth = levels(self.value(word)?)?,
            b"-mindepth" => self.plan.min_depth = levels(self.value(word)?)?,
            b"-depth" | b"-d" => self.plan.depth_first = true,
            b"-follow" => self.plan.follow = Follow::Always,
            b"-daystart" => self.day_start = true,
            b"-regextype" => self.regex_type(word)?,
            b"-xdev"
            | b"-mount"
            | b"-noleaf"
            | b"-warn"
            | b"-nowarn"
            | b"-ignore_readdir_race"
            | b"-noignore_readdir_race"
            | b"-true" => {}
            b"-false" => return Ok(Some(Test::Always(false))),
            b"-prune" => return Ok(Some(Test::Prune)),
            b"-quit" => return Ok(Some(Test::Quit)),
            b"-readable" | b"-writable" => return Ok(Some(Test::Readable)),
            b"-executable" => return Ok(Some(Test::Executable)),
            _ => return Ok(None),
        }
        Ok(Some(Test::Always(true)))
    }

    fn regex_type(&mut self, word: &[u8]) -> Result<(), String> {
        let name = self.value(word)?;
        self.emacs = false;
        self.syntax = match name {
            b"emacs" | b"findutils-default" => {
                self.emacs = true;
                Syntax::BASIC
            }
            b"ed" | b"grep" | b"posix-basic" | b"posix-minimal-basic" | b"sed" => Syntax::BASIC,
            b"posix-extended" | b"posix-egrep" | b"egrep" => Syntax::EGREP,
            b"awk" | b"gnu-awk" | b"posix-awk" => Syntax::AWK,
            other => return Err(format!("Unknown regular expression type {}", quoted(other))),
        };
        Ok(())
    }

    fn name_test(&mut self, word: &[u8]) -> Result<Option<Test>, String> {
        let fold = word.starts_with(b"-i");
        Ok(Some(match word {
            b"-name" | b"-iname" => Test::Name { pattern: self.value(word)?.to_vec(), fold },
            b"-path" | b"-wholename" | b"-ipath" | b"-iwholename" => {
                Test::Path { pattern: self.value(word)?.to_vec(), fold }
            }
            b"-lname" | b"-ilname" => Test::LinkName { pattern: self.value(word)?.to_vec(), fold },
            b"-regex" | b"-iregex" => {
                let text = self.value(word)?;
                let source = if self.emacs { from_emacs(text) } else { text.to_vec() };
                let pattern = Pattern::new(&source, Syntax { ignore_case: fold, ..self.syntax });
                Test::Regex(Box::new(pattern.map_err(|e| {
                    format!("failed to compile regular expression '{}': {e}", String::from_utf8_lossy(text))
                })?))
            }
            b"-type" | b"-xtype" => {
                let letters = self.value(word)?;
                let known = letters.split(|&b| b == b',').all(|l| l.len() == 1 && b"bcdpflsD".contains(&l[0]));
                if !known {
                    return Err(format!(
                        "Unknown argument to {}: {}",
                        String::from_utf8_lossy(word),
                        String::from_utf8_lossy(letters)
                    ));
                }
                Test::Type { letters: letters.to_vec(), across: word == b"-xtype" }
            }
            b"-empty" => Test::Empty,
            b"-fstype" => Test::FileSystem(self.value(word)?.to_vec()),
            b"-context" => {
                self.value(word)?;
                Test::Always(false)
            }
            _ => return Ok(None),
        }))
    }

    fn metadata_test(&mut self, word: &[u8]) -> Result<Option<Test>, String> {
        Ok(Some(match word {
            b"-perm" => Test::Perm(self.perm(word)?),
            b"-user" => self.owner(word, Owners::parse_user).map(Test::User)?,
            b"-group" => self.owner(word, Owners::parse_group).map(Test::Group)?,
            b"-uid" => Test::Uid(self.range(word)?),
            b"-gid" => Test::Gid(self.range(word)?),
            b"-nouser" => Test::NoUser,
            b"-nogroup" => Test::NoGroup,
            b"-links" => Test::Links(self.range(word)?),
            b"-inum" => Test::Inode(self.range(word)?),
            b"-size" => self.size(word)?,
            b"-samefile" => {
                let name = self.value(word)?;
                let stat =
                    if self.plan.follow == Follow::Never { self.process.lstat(name) } else { self.process.stat(name) };
                Test::SameFile(stat.map_err(|e| format!("{}: {e}", quoted(name)))?.leaf)
            }
            b"-newer" | b"-anewer" | b"-cnewer" => self.newer(word, false)?,
            word if word.starts_with(b"-newer") && word.len() == 8 => self.newer(word, word[7] == b't')?,
            b"-mtime" | b"-atime" | b"-ctime" | b"-used" => self.age(word, 86_400)?,
            b"-mmin" | b"-amin" | b"-cmin" => self.age(word, 60)?,
            _ => return Ok(None),
        }))
    }

    fn owner(&mut self, word: &[u8], find: fn(&Owners, &[u8]) -> Option<u32>) -> Result<u32, String> {
        let name = self.value(word)?;
        let noun = if word == b"-user" { "user" } else { "group" };
        let text = String::from_utf8_lossy(name);
        find(&self.owners, name).ok_or_else(|| format!("'{text}' is not the name of a known {noun}"))
    }

    fn range(&mut self, word: &[u8]) -> Result<Range, String> {
        let text = self.value(word)?;
        range(text)
            .ok_or_else(|| format!("non-numeric argument to {}: {}", String::from_utf8_lossy(word), quoted(text)))
    }

    fn age(&mut self, word: &[u8], unit: i64) -> Result<Test, String> {
        let text = self.value(word)?;
        // Fractions of minutes and days are cut.
        let whole = text.iter().position(|&b| b == b'.').map_or(text, |at| &text[..at]);
        let invalid =
            || format!("invalid argument `{}' to `{}'", String::from_utf8_lossy(text), String::from_utf8_lossy(word));
        range(whole).map(|r| Test::Age(r, unit)).ok_or_else(invalid)
    }

    fn newer(&mut self, word: &[u8], is_date: bool) -> Result<Test, String> {
        let text = self.value(word)?;
        if is_date {
            let found = date_words::parse(text, self.process.stage.now());
            return found
                .map(Test::Newer)
                .ok_or_else(|| format!("I cannot figure out how to interpret {} as a date or time", quoted(text)));
        }
        let stat = if self.plan.follow == Follow::Never { self.process.lstat(text) } else { self.process.stat(text) };
        Ok(Test::Newer(stat.map_err(|error| format!("{}: {error}", quoted(text)))?.mtime))
    }

    fn perm(&mut self, word: &[u8]) -> Result<Perm, String> {
        let text = self.value(word)?;
        let (make, mode): (fn(u16) -> Perm, _) = match text.first() {
            Some(b'-') => (Perm::All, &text[1..]),
            Some(b'/') => (Perm::Any, &text[1..]),
            _ => (Perm::Exactly, text),
        };
        let changes = Changes::parse(mode).ok_or_else(|| format!("invalid mode {}", quoted(text)))?;
        Ok(make(changes.apply(0, false, 0)))
    }

    fn size(&mut self, word: &[u8]) -> Result<Test, String> {
        let text = self.value(word)?;
        let invalid = || format!("Invalid argument `{}' to -size", String::from_utf8_lossy(text));
        let (unit, digits) = match text.split_last() {
            Some((b'c', digits)) => (1, digits),
            Some((b'w', digits)) => (2, digits),
            Some((b'b', digits)) => (512, digits),
            Some((letter @ (b'k' | b'M' | b'G'), digits)) => (size(&[*letter]).ok_or_else(invalid)?, digits),
            _ => (512, text),
        };
        Ok(Test::Size(range(digits).ok_or_else(invalid)?, unit))
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

fn range(text: &[u8]) -> Option<Range> {
    let (op, digits) = match text.split_first() {
        Some((op @ (b'+' | b'-'), digits)) => (*op, digits),
        _ => (b'=', text),
    };
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(Range { op, value: number(digits)? })
}

/// find's own syntax as GNU's basic one: `+` and `?` are operators there, and `\+`, `\?` are not.
fn from_emacs(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after.first()) {
            (b'+' | b'?', _) => out.extend([b'\\', byte]),
            (b'\\', Some(&next)) => {
                rest = &after[1..];
                match next {
                    b'+' | b'?' => out.push(next),
                    next => out.extend([b'\\', next]),
                }
            }
            (b'[', _) => {
                // A bracket up to its end: `]` may be the first in it.
                let skipped = after.iter().position(|b| *b != b'^').unwrap_or(0).min(1);
                let end =
                    after.iter().skip(skipped + 1).position(|b| *b == b']').map_or(after.len(), |at| at + skipped + 2);
                out.push(b'[');
                out.extend_from_slice(&after[..end]);
                rest = &after[end..];
            }
            _ => out.push(byte),
        }
    }
    out
}
