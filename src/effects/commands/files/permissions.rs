//! Changes of permissions as chmod writes them: `755`, `u+s,g=rX`, `+x`, `go=u`.

/// Set-id bits, which a directory keeps unless a change names them.
const SET_ID: u16 = 0o6000;

/// One `[ugoa]*[+-=][rwxXst]*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Change {
    op: u8,
    /// Bits it may touch; none where nobody was named: then all but those of the umask.
    affected: u16,
    /// Bits named.
    value: u16,
    /// Set-id bits named, which a directory does not keep then.
    mentioned: u16,
    /// `X`: execution where it is a directory or somebody has it already.
    conditional: bool,
    /// `u`, `g` or `o` to the right: the bits that class has.
    copied: u16,
}

/// A parsed mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Changes(Vec<Change>);

impl Changes {
    /// Parses it; none where it is not a mode.
    pub fn parse(text: &[u8]) -> Option<Self> {
        if text.first().is_some_and(u8::is_ascii_digit) {
            return Some(Self(vec![octal(b'=', text)?]));
        }
        let clauses = text.split(|&b| b == b',').map(clause).collect::<Option<Vec<_>>>()?;
        Some(Self(clauses.concat()))
    }

    /// Exactly these bits.
    pub fn exactly(mode: u16) -> Self {
        Self(vec![Change { op: b'=', affected: 0o7777, value: mode, mentioned: 0o7777, conditional: false, copied: 0 }])
    }

    /// The mode that comes of `mode`.
    pub fn apply(&self, mode: u16, is_directory: bool, umask: u16) -> u16 {
        self.0.iter().fold(mode, |mode, change| change.apply(mode, is_directory, umask))
    }
}

impl Change {
    fn apply(&self, mode: u16, is_directory: bool, umask: u16) -> u16 {
        let kept = if is_directory { SET_ID & !self.mentioned } else { 0 };
        let mut value = self.value;
        if self.copied != 0 {
            let class = mode & self.copied;
            value |= [0o444, 0o222, 0o111].iter().filter(|&&bits| class & bits != 0).fold(0, |v, bits| v | bits);
        }
        if self.conditional && (is_directory || mode & 0o111 != 0) {
            value |= 0o111;
        }
        value &= if self.affected == 0 { !umask } else { self.affected } & !kept;
        match self.op {
            b'+' => mode | value,
            b'-' => mode & !value,
            _ => mode & (if self.affected == 0 { 0 } else { !self.affected } | kept) | value,
        }
    }
}

fn octal(op: u8, digits: &[u8]) -> Option<Change> {
    let text = std::str::from_utf8(digits).ok().filter(|t| !t.is_empty())?;
    let value = u16::from_str_radix(text, 8).ok().filter(|v| *v <= 0o7777)?;
    // Up to four digits leave a directory its set-id bits unless they name them.
    let mentioned = if digits.len() < 5 { value & SET_ID | 0o1777 } else { 0o7777 };
    Some(Change { op, affected: 0o7777, value, mentioned, conditional: false, copied: 0 })
}

/// What is between commas: who, then one or more operations.
fn clause(text: &[u8]) -> Option<Vec<Change>> {
    let who = text.iter().take_while(|b| b"ugoa".contains(b)).count();
    let affected = text[..who].iter().fold(0, |bits, b| {
        bits | match b {
            b'u' => 0o4700,
            b'g' => 0o2070,
            b'o' => 0o1007,
            _ => 0o7777,
        }
    });
    let mut rest = &text[who..];
    let mut changes = Vec::new();
    while let Some((&op, after)) = rest.split_first() {
        if !b"+-=".contains(&op) {
            return None;
        }
        let length = after.iter().position(|b| b"+-=".contains(b)).unwrap_or(after.len());
        changes.push(operation(op, affected, &after[..length])?);
        rest = &after[length..];
    }
    (!changes.is_empty()).then_some(changes)
}

fn operation(op: u8, affected: u16, bits: &[u8]) -> Option<Change> {
    if affected == 0 && bits.first().is_some_and(u8::is_ascii_digit) {
        return octal(op, bits);
    }
    let mut change = Change { op, affected, value: 0, mentioned: 0, conditional: false, copied: 0 };
    match bits {
        b"u" => change.copied = 0o700,
        b"g" => change.copied = 0o070,
        b"o" => change.copied = 0o007,
        _ => {
            for bit in bits {
                match bit {
                    b'r' => change.value |= 0o444,
                    b'w' => change.value |= 0o222,
                    b'x' => change.value |= 0o111,
                    b's' => change.value |= SET_ID,
                    b't' => change.value |= 0o1000,
                    b'X' => change.conditional = true,
                    _ => return None,
                }
            }
        }
    }
    change.mentioned = if affected == 0 { change.value } else { affected & change.value };
    Some(change)
}

/// `-rwxr-xr-x` of `st_mode`.
pub(super) fn text(st_mode: u32) -> String {
    let kind = match st_mode & 0o170_000 {
        0o040_000 => 'd',
        0o120_000 => 'l',
        0o020_000 => 'c',
        0o060_000 => 'b',
        0o010_000 => 'p',
        _ => '-',
    };
    let class = |shift: u32, special: u32, set: char| {
        let bits = st_mode >> shift & 7;
        let execute = match (bits & 1 != 0, st_mode & special != 0) {
            (true, true) => set,
            (false, true) => set.to_ascii_uppercase(),
            (true, false) => 'x',
            (false, false) => '-',
        };
        [if bits & 4 != 0 { 'r' } else { '-' }, if bits & 2 != 0 { 'w' } else { '-' }, execute]
    };
    [kind].into_iter().chain(class(6, 0o4000, 's')).chain(class(3, 0o2000, 's')).chain(class(0, 0o1000, 't')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_become_what_chmod_makes_of_them() {
        for (mode, from, directory, expected) in [
            ("755", 0o6644, false, 0o755),
            ("755", 0o2700, true, 0o2755),
            ("00755", 0o2700, true, 0o755),
            ("+x", 0o644, false, 0o755),
            ("+w", 0o444, false, 0o644),
            ("a+w", 0o444, false, 0o666),
            ("u+s,g=rX", 0o655, false, 0o4655),
            ("g=rX", 0o644, false, 0o644),
            ("go=u-w", 0o700, false, 0o755),
            ("a+X", 0o600, true, 0o711),
            ("+t", 0o777, true, 0o1777),
            ("u=rwx,go=", 0o2777, true, 0o2700),
            ("-s", 0o6755, true, 0o755),
            ("=", 0o777, false, 0),
            ("+644", 0o11, false, 0o655),
        ] {
            let changes = Changes::parse(mode.as_bytes()).expect(mode);
            assert_eq!(changes.apply(from, directory, 0o022), expected, "{mode} of {from:o}");
        }
        for bad in ["", "u", "999", "u+q", "77777", "+x,", "u+7"] {
            assert_eq!(Changes::parse(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn modes_are_shown_as_ls_does() {
        assert_eq!(text(0o104_755), "-rwsr-xr-x");
        assert_eq!(text(0o041_776), "drwxrwxrwT");
        assert_eq!(text(0o102_644), "-rw-r-Sr--");
    }
}
