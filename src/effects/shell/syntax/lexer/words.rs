//! Words, and what the grammar has to be told about them.

use brush_parser::Token;

use super::{
    super::{cases::Role, split_assignment},
    Before, Here, Lexer, Mode, NAMED_DESCRIPTORS, Next, array, closing, condition, is_name, is_name_or_append, piece,
    skip::{self, Unfinished},
};

impl Lexer<'_> {
    pub(super) fn word(&mut self) -> Result<(), Unfinished> {
        let (start, line) = (self.at, self.line);
        let mut word = self.scan()?;
        let is_redirected = matches!(self.peek(0), Some(b'<' | b'>')) && self.peek(1) != Some(b'(');
        let next = std::mem::replace(&mut self.next, Next::Word);
        let mut end = self.at;
        if is_redirected && word.bytes().all(|b| b.is_ascii_digit()) {
            // A descriptor; where the number is none, it must not touch the operator.
            end += usize::from(word.len() > 5);
        } else if let Some(name) = descriptor_name(&word).filter(|_| is_redirected) {
            self.out.descriptors.push(name.to_owned());
            word = (NAMED_DESCRIPTORS as usize + self.out.descriptors.len() - 1).to_string();
        } else if self.mode != Mode::Array && !matches!(next, Next::HereTag { .. }) {
            return self.placed(word, start, line, next == Next::File);
        }
        self.push_word(word, start, end, line);
        if let Next::HereTag { strip } = next {
            self.pending.push(Here { tag: self.out.tokens.len() - 1, strip });
        }
        Ok(())
    }

    fn push_word(&mut self, word: String, start: usize, end: usize, line: usize) {
        let now = std::mem::replace(&mut self.line, line);
        let location = self.location(start, end);
        self.line = now;
        self.out.tokens.push(Token::Word(word, location));
        self.before = Before::Other;
    }

    /// A word of a command, which may be a keyword.
    fn placed(&mut self, mut word: String, start: usize, line: usize, redirected: bool) -> Result<(), Unfinished> {
        if self.before == Before::LoopHeader && word == "do" {
            self.emit("\n", 0);
        }
        let before = self.before;
        let role = self.place.word(&word, split_assignment(&word).is_some(), redirected);
        match role {
            Role::BareEsac => self.emit(";;", 0),
            Role::Condition => {
                let (_, end) = condition::tokens(self.s, self.at, self.level)?;
                self.line += self.s[self.at..end].matches('\n').count();
                self.at = end;
                word = self.s[start..end].to_owned();
                self.place.command = false;
            }
            _ => {}
        }
        let is_in = before == Before::ForName && word == "in";
        self.push_word(word, start, self.at, line);
        self.before = match role {
            Role::BareEsac | Role::Esac => Before::Esac,
            Role::For => Before::For,
            _ if before == Before::For => Before::ForName,
            _ => Before::Other,
        };
        if is_in {
            self.blanks();
            if matches!(self.peek(0), Some(b';' | b'\n')) {
                // The grammar gives `for x in;` as `for x`; this is what expands to no word.
                self.emit_word("$()");
            }
        }
        Ok(())
    }

    /// The text of the word at hand, continued lines joined; stands behind it then.
    fn scan(&mut self) -> Result<String, Unfinished> {
        let (s, b, start) = (self.s, self.s.as_bytes(), self.at);
        let (mut at, mut word, mut from) = (start, String::new(), start);
        let mut after_substitution = true;
        while at < b.len() {
            let was_substitution = std::mem::replace(&mut after_substitution, false);
            at = match b[at] {
                b' ' | b'\t' | b'\n' | b'|' | b'&' | b';' | b')' => break,
                b'<' | b'>' if was_substitution && b.get(at + 1) == Some(&b'(') => {
                    after_substitution = true;
                    closing(s, at + 2, self.level.deeper()?)?
                }
                b'<' | b'>' => break,
                b'(' if is_name_or_append(&s[start..at]) => array(s, at + 1, self.level)?.1,
                b'(' if self.is_extended_glob(start, at) => condition::group(s, at + 1, self.level)?,
                b'(' => break,
                b'\\' if b.get(at + 1) == Some(&b'\n') => {
                    word.push_str(&s[from..at]);
                    from = at + 2;
                    at + 2
                }
                b'[' if is_name(&s[start..at]) => match skip::subscript(s, at + 1) {
                    Some(end) if matches!(&b[end..], [b'=', ..] | [b'+', b'=', ..]) => end,
                    _ => at + 1,
                },
                _ => piece(s, at, self.level)?,
            };
        }
        at = at.min(b.len());
        self.line += s[start..at].matches('\n').count();
        word.push_str(&s[from..at]);
        self.at = at;
        Ok(word)
    }

    /// `?(…)` and its kind. `!(` at the start of a command is a negated subshell.
    fn is_extended_glob(&self, start: usize, at: usize) -> bool {
        match self.s.as_bytes()[start..at].last() {
            Some(b'?' | b'*' | b'+' | b'@') => true,
            Some(b'!') => at - start > 1 || !self.place.command,
            _ => false,
        }
    }
}

fn descriptor_name(word: &str) -> Option<&str> {
    word.strip_prefix('{')?.strip_suffix('}').filter(|name| is_name(name))
}
