//! Lua's patterns (reference manual §6.4.1). Lua's own matcher cannot be stopped while it tries; this one counts.

/// Matches inside one another, as Lua bounds them.
const DEPTH: u32 = 200;
/// Captures of a pattern.
const CAPTURES: usize = 32;

/// Why matching ended without an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PatternError {
    /// As Lua words it.
    Malformed(&'static str),
    /// It took more steps than there are.
    Stopped,
}

/// What a group took: bytes from `start` of length `len`, or a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Capture {
    pub start: usize,
    pub len: Length,
}

/// How far a group goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    Open,
    Place,
    Bytes(usize),
}

/// A match: its end, and its groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Match {
    pub start: usize,
    pub end: usize,
    pub captures: Vec<Capture>,
}

/// A search. `steps` is what may still be done.
pub(super) struct Matcher<'t> {
    pub text: &'t [u8],
    pub pattern: &'t [u8],
    pub steps: u64,
    depth: u32,
    captures: Vec<Capture>,
}

type Found = Result<Option<usize>, PatternError>;

impl<'t> Matcher<'t> {
    pub fn new(text: &'t [u8], pattern: &'t [u8], steps: u64) -> Self {
        Self { text, pattern, steps, depth: 0, captures: Vec::new() }
    }

    /// The first match that starts at `from` or later; `^` ties it to `from` unless it is `gmatch`'s.
    pub fn find(&mut self, from: usize, anchors: bool) -> Result<Option<Match>, PatternError> {
        let anchored = anchors && self.pattern.first() == Some(&b'^');
        for start in from..=self.text.len() {
            self.captures.clear();
            if let Some(end) = self.run(start, usize::from(anchored))? {
                if self.captures.iter().any(|c| c.len == Length::Open) {
                    return Err(PatternError::Malformed("unfinished capture"));
                }
                return Ok(Some(Match { start, end, captures: self.captures.clone() }));
            }
            if anchored {
                break;
            }
        }
        Ok(None)
    }

    fn step(&mut self) -> Result<(), PatternError> {
        self.steps = self.steps.checked_sub(1).ok_or(PatternError::Stopped)?;
        Ok(())
    }

    /// Matches the pattern from `p` at `s`; where it ends.
    fn run(&mut self, s: usize, p: usize) -> Found {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(PatternError::Malformed("pattern too complex"));
        }
        let found = self.items(s, p);
        self.depth -= 1;
        found
    }

    fn items(&mut self, mut s: usize, mut p: usize) -> Found {
        loop {
            self.step()?;
            let Some(&item) = self.pattern.get(p) else { return Ok(Some(s)) };
            match (item, self.pattern.get(p + 1)) {
                (b'(', Some(b')')) => return self.open(s, p + 2, Length::Place),
                (b'(', _) => return self.open(s, p + 1, Length::Open),
                (b')', _) => return self.close(s, p + 1),
                (b'$', None) => return Ok((s == self.text.len()).then_some(s)),
                (b'%', Some(b'b')) => match self.balance(s, p + 2)? {
                    Some(end) => (s, p) = (end, p + 4),
                    None => return Ok(None),
                },
                (b'%', Some(b'f')) => {
                    let set = p + 2;
                    if self.pattern.get(set) != Some(&b'[') {
                        return Err(PatternError::Malformed("missing '[' after '%f' in pattern"));
                    }
                    let end = self.class_end(set)?;
                    let before = if s == 0 { 0 } else { self.text[s - 1] };
                    let after = self.text.get(s).copied().unwrap_or(0);
                    if self.in_set(before, set, end - 1) || !self.in_set(after, set, end - 1) {
                        return Ok(None);
                    }
                    p = end;
                }
                (b'%', Some(digit @ b'0'..=b'9')) => match self.same_as(s, *digit)? {
                    Some(end) => (s, p) = (end, p + 2),
                    None => return Ok(None),
                },
                _ => {
                    let end = self.class_end(p)?;
                    match self.pattern.get(end) {
                        Some(b'?') => {
                            if self.single(s, p, end)
                                && let Some(found) = self.run(s + 1, end + 1)?
                            {
                                return Ok(Some(found));
                            }
                            p = end + 1;
                        }
                        Some(b'+') => {
                            return if self.single(s, p, end) { self.most(s + 1, p, end) } else { Ok(None) };
                        }
                        Some(b'*') => return self.most(s, p, end),
                        Some(b'-') => return self.least(s, p, end),
                        _ if self.single(s, p, end) => (s, p) = (s + 1, end),
                        _ => return Ok(None),
                    }
                }
            }
        }
    }

    fn open(&mut self, s: usize, p: usize, len: Length) -> Found {
        if self.captures.len() >= CAPTURES {
            return Err(PatternError::Malformed("too many captures"));
        }
        self.captures.push(Capture { start: s, len });
        let found = self.run(s, p)?;
        if found.is_none() {
            self.captures.pop();
        }
        Ok(found)
    }

    fn close(&mut self, s: usize, p: usize) -> Found {
        let Some(at) = self.captures.iter().rposition(|c| c.len == Length::Open) else {
            return Err(PatternError::Malformed("invalid pattern capture"));
        };
        self.captures[at].len = Length::Bytes(s - self.captures[at].start);
        let found = self.run(s, p)?;
        if found.is_none() {
            self.captures[at].len = Length::Open;
        }
        Ok(found)
    }

    /// As many as there are, then fewer.
    fn most(&mut self, s: usize, p: usize, end: usize) -> Found {
        let mut n = 0;
        while self.single(s + n, p, end) {
            self.step()?;
            n += 1;
        }
        loop {
            if let Some(found) = self.run(s + n, end + 1)? {
                return Ok(Some(found));
            }
            if n == 0 {
                return Ok(None);
            }
            n -= 1;
        }
    }

    /// As few as will do.
    fn least(&mut self, mut s: usize, p: usize, end: usize) -> Found {
        loop {
            if let Some(found) = self.run(s, end + 1)? {
                return Ok(Some(found));
            }
            if !self.single(s, p, end) {
                return Ok(None);
            }
            s += 1;
        }
    }

    fn balance(&mut self, s: usize, p: usize) -> Found {
        let (Some(&open), Some(&close)) = (self.pattern.get(p), self.pattern.get(p + 1)) else {
            return Err(PatternError::Malformed("malformed pattern (missing arguments to '%b')"));
        };
        if self.text.get(s) != Some(&open) {
            return Ok(None);
        }
        let mut depth = 1;
        for at in s + 1..self.text.len() {
            self.step()?;
            let b = self.text[at];
            if b == close {
                depth -= 1;
                if depth == 0 {
                    return Ok(Some(at + 1));
                }
            } else if b == open {
                depth += 1;
            }
        }
        Ok(None)
    }

    fn same_as(&mut self, s: usize, digit: u8) -> Found {
        let taken = usize::from(digit).checked_sub(usize::from(b'1')).and_then(|i| self.captures.get(i).copied());
        let (start, len) = match taken {
            Some(Capture { start, len: Length::Bytes(len) }) => (start, len),
            Some(Capture { len: Length::Place, .. }) => return Ok(None),
            _ => return Err(PatternError::Malformed("invalid capture index in pattern")),
        };
        self.steps = self.steps.checked_sub(len as u64 / 16).ok_or(PatternError::Stopped)?;
        let wanted = &self.text[start..start + len];
        Ok(self.text[s..].starts_with(wanted).then_some(s + len))
    }

    /// Where the single-character item at `p` ends.
    fn class_end(&self, p: usize) -> Result<usize, PatternError> {
        match self.pattern[p] {
            b'%' => match self.pattern.get(p + 1) {
                Some(_) => Ok(p + 2),
                None => Err(PatternError::Malformed("malformed pattern (ends with '%')")),
            },
            b'[' => {
                let mut at = p + 1;
                at += usize::from(self.pattern.get(at) == Some(&b'^'));
                // The first `]` of a set is one of its members.
                loop {
                    match self.pattern.get(at) {
                        None => return Err(PatternError::Malformed("malformed pattern (missing ']')")),
                        Some(b'%') => at += 2,
                        Some(_) => at += 1,
                    }
                    if self.pattern.get(at) == Some(&b']') {
                        return Ok(at + 1);
                    }
                }
            }
            _ => Ok(p + 1),
        }
    }

    /// Whether the byte at `s` is of the item `p..end`.
    fn single(&self, s: usize, p: usize, end: usize) -> bool {
        let Some(&b) = self.text.get(s) else { return false };
        match self.pattern[p] {
            b'.' => true,
            b'%' => in_class(b, self.pattern[p + 1]),
            b'[' => self.in_set(b, p, end - 1),
            literal => literal == b,
        }
    }

    /// Whether a byte is in the set between `[` at `p` and `]` at `end`.
    fn in_set(&self, b: u8, p: usize, end: usize) -> bool {
        let mut at = p + 1;
        let positive = self.pattern[at] != b'^';
        at += usize::from(!positive);
        while at < end {
            let first = self.pattern[at];
            if first == b'%' {
                if in_class(b, self.pattern[at + 1]) {
                    return positive;
                }
                at += 2;
            } else if self.pattern[at + 1] == b'-' && at + 2 < end {
                if (first..=self.pattern[at + 2]).contains(&b) {
                    return positive;
                }
                at += 3;
            } else {
                if first == b {
                    return positive;
                }
                at += 1;
            }
        }
        !positive
    }
}

/// `%a` and its kind, in the C locale; an upper-case letter is the opposite, anything else stands for itself.
fn in_class(b: u8, class: u8) -> bool {
    let is = match class.to_ascii_lowercase() {
        b'a' => b.is_ascii_alphabetic(),
        b'c' => b.is_ascii_control(),
        b'd' => b.is_ascii_digit(),
        b'g' => b.is_ascii_graphic(),
        b'l' => b.is_ascii_lowercase(),
        b'p' => b.is_ascii_punctuation(),
        b's' => b.is_ascii_whitespace() || b == 0x0b,
        b'u' => b.is_ascii_uppercase(),
        b'w' => b.is_ascii_alphanumeric(),
        b'x' => b.is_ascii_hexdigit(),
        _ => return class == b,
    };
    is != class.is_ascii_uppercase()
}

/// Where `needle` is in `text` at or after `from`, byte by byte; the work goes off `steps`.
pub(super) fn plain(text: &[u8], needle: &[u8], from: usize, steps: &mut u64) -> Result<Option<usize>, PatternError> {
    let Some((&first, rest)) = needle.split_first() else { return Ok(Some(from)) };
    let mut at = from;
    while let Some(n) = text.get(at..).and_then(|t| t.iter().position(|&b| b == first)) {
        let same = text[at + n + 1..].iter().zip(rest).take_while(|(a, b)| a == b).count();
        let work = 1 + (n as u64 + same as u64) / 16;
        *steps = steps.checked_sub(work).ok_or(PatternError::Stopped)?;
        if same == rest.len() {
            return Ok(Some(at + n));
        }
        at += n + 1;
    }
    Ok(None)
}

#[cfg(test)]
#[path = "patterns_tests.rs"]
mod tests;
