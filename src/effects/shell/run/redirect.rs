//! Redirections.

use super::{Flow, Ran, Shell};
use crate::effects::{
    process::{Errno, Handle, Mode, Status},
    shell::syntax::{Descriptor, Redirect, RedirectKind, Word},
};

/// The first descriptor of `{name}>`.
const NAMED: u32 = 10;

/// What a redirection cannot do, in bash's words.
enum Failure {
    Message(Vec<u8>),
    Flow(Flow),
}

impl From<Flow> for Failure {
    fn from(flow: Flow) -> Self {
        Self::Flow(flow)
    }
}

fn failure(name: &[u8], why: impl std::fmt::Display) -> Failure {
    Failure::Message([name, b": ", why.to_string().as_bytes()].concat())
}

impl Shell<'_, '_, '_> {
    /// Runs something with redirections that end with it; 1 where one fails.
    pub(super) fn redirected(&mut self, redirects: &[Redirect], work: impl FnOnce(&mut Self) -> Ran) -> Ran {
        let saved = self.process.descriptors.clone();
        let result = match self.redirect(redirects) {
            Ok(true) => work(self),
            Ok(false) => Ok(Status::FAILURE),
            Err(flow) => Err(flow),
        };
        self.process.descriptors = saved;
        result
    }

    /// Makes redirections that stay; false, with a message, where one fails.
    pub(super) fn redirect(&mut self, redirects: &[Redirect]) -> Result<bool, Flow> {
        for redirect in redirects {
            self.step()?;
            match self.redirect_one(redirect) {
                Ok(()) => {}
                Err(Failure::Flow(flow)) => return Err(flow),
                Err(Failure::Message(message)) => {
                    self.complain_bytes(&message);
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    fn redirect_one(&mut self, redirect: &Redirect) -> Result<(), Failure> {
        use RedirectKind as K;
        let handle = match redirect.kind {
            K::HereDocument => Handle::reading(self.text(&redirect.target)?),
            K::HereString => {
                let mut text = self.text(&redirect.target)?;
                text.push(b'\n');
                Handle::reading(text)
            }
            K::DuplicateInput | K::DuplicateOutput => return self.duplicate(redirect),
            kind => {
                let name = self.file_name(&redirect.target)?;
                let handle = self.open(&name, kind)?;
                if matches!(kind, K::Both | K::AppendBoth) {
                    self.process.descriptors.insert(2, handle.clone());
                }
                handle
            }
        };
        let input = matches!(redirect.kind, K::Read | K::ReadWrite | K::HereDocument | K::HereString);
        let number = self.number(redirect, u32::from(!input))?;
        self.process.descriptors.insert(number, handle);
        Ok(())
    }

    /// The descriptor to redirect; one of its own for a name, which gets it.
    fn number(&mut self, redirect: &Redirect, usual: u32) -> Result<u32, Failure> {
        match &redirect.to {
            None => Ok(usual),
            Some(Descriptor::Number(number)) => Ok(*number),
            Some(Descriptor::Name(name)) => {
                let free = (NAMED..).find(|n| !self.process.descriptors.contains_key(n)).unwrap_or(NAMED);
                self.assign(name, None, free.to_string().into_bytes(), false)?;
                Ok(free)
            }
        }
    }

    /// The one word a redirection's file is; in posix mode it is not split.
    fn file_name(&mut self, word: &Word) -> Result<Vec<u8>, Failure> {
        if self.state.options.posix {
            return Ok(self.text(word)?);
        }
        let mut words = Vec::new();
        self.fields(word, &mut words)?;
        match <[Vec<u8>; 1]>::try_from(words) {
            Ok([word]) => Ok(word),
            Err(words) => Err(failure(&words.join(&b' '), "ambiguous redirect")),
        }
    }

    fn open(&mut self, name: &[u8], kind: RedirectKind) -> Result<Handle, Failure> {
        use RedirectKind as K;
        let mode = match kind {
            K::Read => Mode::READ,
            K::Append | K::AppendBoth => Mode::APPEND,
            K::ReadWrite => Mode { read: true, write: true, create: true, ..Mode::default() },
            _ => Mode::WRITE,
        };
        let overwrites = matches!(kind, K::Write | K::Both) && self.state.options.noclobber;
        if overwrites && self.process.stat(name).is_ok_and(|s| s.is_file()) {
            return Err(failure(name, "cannot overwrite existing file"));
        }
        self.process.open(name, mode).map_err(|error| match error {
            Errno::Stopped => Failure::Flow(Flow::Stop),
            error => failure(name, error),
        })
    }

    /// `>&` and `<&`: another descriptor, none, or, for `>&` alone, a file for both streams.
    fn duplicate(&mut self, redirect: &Redirect) -> Result<(), Failure> {
        let output = redirect.kind == RedirectKind::DuplicateOutput;
        let text = self.text(&redirect.target)?;
        let (source, moves) = match text.strip_suffix(b"-") {
            Some(source) if !source.is_empty() => (source, true),
            _ => (&text[..], false),
        };
        if source == b"-" {
            let number = match &redirect.to {
                Some(Descriptor::Name(name)) => {
                    self.value(name).and_then(|v| std::str::from_utf8(&v).ok()?.parse().ok())
                }
                Some(Descriptor::Number(number)) => Some(*number),
                None => Some(u32::from(output)),
            };
            if let Some(number) = number {
                self.process.descriptors.remove(&number);
            }
            return Ok(());
        }
        let Some(from) = std::str::from_utf8(source).ok().and_then(|s| s.parse::<u32>().ok()) else {
            if !output || redirect.to.is_some() {
                return Err(failure(&text, "ambiguous redirect"));
            }
            let handle = self.open(&text, RedirectKind::Both)?;
            self.process.descriptors.insert(1, handle.clone());
            self.process.descriptors.insert(2, handle);
            return Ok(());
        };
        let Some(handle) = self.process.descriptors.get(&from).cloned() else {
            return Err(failure(source, Errno::BadDescriptor));
        };
        let number = self.number(redirect, u32::from(output))?;
        self.process.descriptors.insert(number, handle);
        if moves && from != number {
            self.process.descriptors.remove(&from);
        }
        Ok(())
    }
}
