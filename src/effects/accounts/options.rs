//! Arguments as GNU `getopt_long` takes them: short options in clusters, long ones abbreviated, operands anywhere.

/// Whether an option has an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::effects) enum Takes {
    /// Never.
    Nothing,
    /// Always.
    Value,
    /// Only in the same word: `-xVALUE`, `--long=VALUE`.
    #[cfg_attr(not(test), allow(dead_code, reason = "getopt_long has it, shadow's programs do not use it"))]
    Maybe,
}

/// An option: its letter (or a mark for one without), its long name (or none), what it takes.
pub(in crate::effects) type Known = (char, &'static str, Takes);

/// What was given, in its order.
#[derive(Clone, Debug, Default)]
pub(in crate::effects) struct Given {
    /// Options by their letter, with the argument of each.
    pub options: Vec<(char, Option<Vec<u8>>)>,
    /// Everything else.
    pub operands: Vec<Vec<u8>>,
}

impl Given {
    /// Whether an option was given.
    pub fn has(&self, letter: char) -> bool {
        self.options.iter().any(|(l, _)| *l == letter)
    }

    /// The argument of an option given last.
    pub fn value(&self, letter: char) -> Option<&[u8]> {
        self.options.iter().rev().find(|(l, _)| *l == letter).and_then(|(_, v)| v.as_deref())
    }

    /// The arguments of every time an option was given.
    pub fn values(&self, letter: char) -> impl Iterator<Item = &[u8]> {
        self.options.iter().filter(move |(l, _)| *l == letter).filter_map(|(_, v)| v.as_deref())
    }
}

/// Reads arguments (without the program's name). The error is getopt's message, without the program's name.
pub(in crate::effects) fn read(known: &[Known], args: &[Vec<u8>]) -> Result<Given, String> {
    let mut given = Given::default();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_slice() {
            b"--" => {
                given.operands.extend(args.cloned());
                break;
            }
            [b'-', b'-', long @ ..] => long_option(known, long, &mut args, &mut given)?,
            [b'-', letters @ ..] if !letters.is_empty() => short_options(known, letters, &mut args, &mut given)?,
            operand => given.operands.push(operand.to_vec()),
        }
    }
    Ok(given)
}

type Rest<'a> = std::slice::Iter<'a, Vec<u8>>;

fn long_option(known: &[Known], long: &[u8], rest: &mut Rest<'_>, given: &mut Given) -> Result<(), String> {
    let (name, value) = match long.iter().position(|&b| b == b'=') {
        Some(at) => (&long[..at], Some(long[at + 1..].to_vec())),
        None => (long, None),
    };
    let shown = String::from_utf8_lossy(name).into_owned();
    let mut fits = known.iter().filter(|(_, l, _)| !l.is_empty() && l.as_bytes().starts_with(name));
    let exact = known.iter().find(|(_, l, _)| !l.is_empty() && l.as_bytes() == name);
    let option = match (exact, fits.next(), fits.next()) {
        (Some(option), ..) | (None, Some(option), None) => option,
        (None, Some(_), Some(_)) => return Err(format!("option '--{shown}' is ambiguous")),
        (None, None, _) => return Err(format!("unrecognized option '--{shown}'")),
    };
    let value = match (option.2, value) {
        (Takes::Nothing, Some(_)) => return Err(format!("option '--{}' doesn't allow an argument", option.1)),
        (Takes::Value, None) => match rest.next() {
            Some(next) => Some(next.clone()),
            None => return Err(format!("option '--{}' requires an argument", option.1)),
        },
        (_, value) => value,
    };
    given.options.push((option.0, value));
    Ok(())
}

fn short_options(known: &[Known], letters: &[u8], rest: &mut Rest<'_>, given: &mut Given) -> Result<(), String> {
    for (at, &byte) in letters.iter().enumerate() {
        let letter = char::from(byte);
        let Some(option) = known.iter().find(|(l, ..)| *l == letter && letter.is_ascii_graphic()) else {
            return Err(format!("invalid option -- '{letter}'"));
        };
        let tail = &letters[at + 1..];
        match option.2 {
            Takes::Nothing => given.options.push((letter, None)),
            Takes::Maybe => given.options.push((letter, (!tail.is_empty()).then(|| tail.to_vec()))),
            Takes::Value if !tail.is_empty() => given.options.push((letter, Some(tail.to_vec()))),
            Takes::Value => match rest.next() {
                Some(next) => given.options.push((letter, Some(next.clone()))),
                None => return Err(format!("option requires an argument -- '{letter}'")),
            },
        }
        if option.2 != Takes::Nothing {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[Known] = &[
        ('a', "append", Takes::Nothing),
        ('G', "groups", Takes::Value),
        ('g', "gid", Takes::Value),
        ('o', "output", Takes::Maybe),
    ];

    fn shown(args: &[&str]) -> String {
        let args: Vec<_> = args.iter().map(|a| a.as_bytes().to_vec()).collect();
        match read(KNOWN, &args) {
            Err(error) => error,
            Ok(given) => {
                let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
                let mut words: Vec<String> = given
                    .options
                    .iter()
                    .map(|(l, v)| format!("{l}{}", v.as_ref().map_or(String::new(), |v| format!("={}", text(v)))))
                    .collect();
                words.extend(given.operands.iter().map(|o| text(o)));
                words.join(" ")
            }
        }
    }

    #[test]
    fn getopt_long() {
        assert_eq!(shown(&["-aG", "x,y", "name"]), "a G=x,y name");
        assert_eq!(shown(&["name", "-Gx", "--gr=y", "--", "-a"]), "G=x G=y name -a");
        assert_eq!(shown(&["-ox", "-o", "x", "--output", "--output=y", "-"]), "o=x o o o=y x -");
        assert_eq!(shown(&["--g"]), "option '--g' is ambiguous");
        assert_eq!(shown(&["--groups"]), "option '--groups' requires an argument");
        assert_eq!(shown(&["--append=x"]), "option '--append' doesn't allow an argument");
        assert_eq!(shown(&["-z"]), "invalid option -- 'z'");
        assert_eq!(shown(&["-G"]), "option requires an argument -- 'G'");
    }
}
