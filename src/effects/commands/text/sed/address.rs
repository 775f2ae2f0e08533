//! Reading what comes before a command.

use super::{
    fault::{ScriptError, ScriptFault},
    parse::Parser,
    script::{Address, End, Selector},
};

impl Parser<'_> {
    /// `[addr[,addr]][!]`
    pub(super) fn selector(&mut self) -> Result<Selector, ScriptError> {
        let first = self.address()?;
        let mut end = None;
        if first.is_some() {
            self.skip_blanks();
            if self.peek() == Some(b',') {
                self.at += 1;
                self.skip_blanks();
                end = Some(self.end()?);
            }
        }
        let pattern_follows = matches!(end, Some(End::At(Address::Pattern(_))));
        if matches!(first, Some(Address::Zero)) && !pattern_follows || matches!(end, Some(End::At(Address::Zero))) {
            return Err(self.error(ScriptFault::ZeroAddress));
        }
        self.skip_blanks();
        let mut negated = false;
        while self.peek() == Some(b'!') {
            negated = true;
            self.at += 1;
            self.skip_blanks();
        }
        Ok(Selector { first, end, negated })
    }

    fn end(&mut self) -> Result<End, ScriptError> {
        match self.peek() {
            Some(sign @ (b'+' | b'~')) => {
                self.at += 1;
                let number = self.number().ok_or_else(|| self.error(ScriptFault::Comma))?;
                Ok(if sign == b'+' { End::Count(number) } else { End::Multiple(number) })
            }
            _ => match self.address()? {
                Some(Address::Zero) => Ok(End::At(Address::Line(0))),
                Some(address) => Ok(End::At(address)),
                None => Err(self.error(ScriptFault::Comma)),
            },
        }
    }

    fn address(&mut self) -> Result<Option<Address>, ScriptError> {
        let delimiter = match self.peek() {
            Some(b'$') => {
                self.at += 1;
                return Ok(Some(Address::Last));
            }
            Some(b'0'..=b'9') => return Ok(Some(self.line())),
            Some(b'+' | b'~') => return Err(self.error(ScriptFault::FirstRelative)),
            Some(b'/') => b'/',
            Some(b'\\') => {
                self.at += 1;
                self.peek().ok_or_else(|| self.error(ScriptFault::OpenAddress))?
            }
            _ => return Ok(None),
        };
        self.at += 1;
        let source = self.delimited(delimiter, true).ok_or_else(|| self.error(ScriptFault::OpenAddress))?;
        let (mut ignore_case, mut multiline) = (false, false);
        loop {
            match self.peek() {
                Some(b'I') => ignore_case = true,
                Some(b'M') => multiline = true,
                _ => break,
            }
            self.at += 1;
        }
        self.expression(&source, ignore_case, multiline).map(|e| Some(Address::Pattern(e)))
    }

    fn line(&mut self) -> Address {
        let number = self.number().unwrap_or(0);
        let before = self.at;
        self.skip_blanks();
        if self.peek() == Some(b'~') {
            self.at += 1;
            self.skip_blanks();
            let step = self.number().unwrap_or(0);
            return if step == 0 { Address::Line(number) } else { Address::Step(number, step) };
        }
        self.at = before;
        if number == 0 { Address::Zero } else { Address::Line(number) }
    }
}
