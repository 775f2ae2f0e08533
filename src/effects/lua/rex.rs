//! `rex` of rpm 4.14 to 4.16: POSIX extended expressions. The object and its methods are the prelude's.

use regex::bytes::{Regex, RegexBuilder};

use super::{
    session::{Calls, Session},
    value::{Answer, Args, Raise, Value},
};

pub(super) const CALLS: Calls = &[("rex.check", check), ("rex.find", find)];

/// Bytes a compiled expression may take.
const LIMIT: usize = 1 << 20;

fn compile(args: &Args<'_>) -> Result<Regex, Raise> {
    let pattern = args.text(0)?;
    let pattern = std::str::from_utf8(&pattern).map_err(|_| Raise::new("Invalid regular expression"))?;
    RegexBuilder::new(pattern)
        .unicode(false)
        .dot_matches_new_line(true)
        .size_limit(LIMIT)
        .dfa_size_limit(LIMIT)
        .build()
        .map_err(|_| Raise::new("Invalid regular expression"))
}

/// Whether it is an expression at all.
fn check(_: &mut Session<'_, '_, '_>, args: &Args<'_>) -> Answer {
    compile(args).map(|_| Vec::new())
}

/// Expression, text: where it matches (counted from 1, the end included) and its groups; nothing where it does not.
fn find(session: &mut Session<'_, '_, '_>, args: &Args<'_>) -> Answer {
    let (regex, text) = (compile(args)?, args.text(1)?);
    if !session.process.stage.budget.steps(100 + text.len() as u64 / 16) {
        return Err(Raise::new("stopped"));
    }
    let Some(found) = regex.captures(&text) else { return Ok(Vec::new()) };
    let whole = found.get(0).expect("group 0 is the match");
    let groups = (1..found.len()).filter_map(|i| {
        let group = found.get(i)?;
        Some((Value::Int(i64::try_from(i).ok()?), group.as_bytes().to_vec().into()))
    });
    let count = (Value::from("n"), Value::Num((found.len() - 1) as f64));
    let place = |n: usize| Value::Num(n as f64);
    Ok(vec![place(whole.start() + 1), place(whole.end()), Value::Table(groups.chain([count]).collect())])
}
