//! What is asked of a file: its name, size, owner, times, permissions.

use super::{
    super::{
        super::text::pattern::{Pattern, Syntax},
        date_words,
        names::{number, quoted, size},
        owners::Owners,
        permissions::Changes,
        walk::Follow,
    },
    expression::{Perm, Range, Test},
    parse::Parser,
};

impl Parser<'_, '_, '_, '_> {
    /// What is true everywhere, and changes how the tree is gone through.
    pub(super) fn option(&mut self, word: &[u8]) -> Result<Option<Test>, String> {
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

    pub(super) fn name_test(&mut self, word: &[u8]) -> Result<Option<Test>, String> {
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

    pub(super) fn metadata_test(&mut self, word: &[u8]) -> Result<Option<Test>, String> {
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
