//! depmod's command line, with `getopt_long`'s rules: options anywhere, joined short ones, long ones cut short.

use super::version::Version;

/// What a call asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    /// `-a`
    pub all: bool,
    /// `-A`: nothing where no module is newer than `modules.dep`.
    pub quick: bool,
    /// `-b`
    pub base: Option<Vec<u8>>,
    /// `-m`, of kmod 34.
    pub module_directory: Option<Vec<u8>>,
    /// `-o`
    pub out: Option<Vec<u8>>,
    /// `-C`, each.
    pub config: Vec<Vec<u8>>,
    /// `-E`
    pub symvers: Option<Vec<u8>>,
    /// `-F`
    pub system_map: Option<Vec<u8>>,
    /// `-e`
    pub report_unknown: bool,
    /// `-n`
    pub show: bool,
    /// `-P`
    pub prefix: Option<u8>,
    /// `-V` or `-h`: which of them.
    pub about: Option<char>,
    /// The release, then modules.
    pub operands: Vec<Vec<u8>>,
}

/// Long options: name, letter, whether an argument follows.
const LONG: [(&str, char, bool); 19] = [
    ("all", 'a', false),
    ("quick", 'A', false),
    ("basedir", 'b', true),
    ("moduledir", 'm', true),
    ("outdir", 'o', true),
    ("config", 'C', true),
    ("symvers", 'E', true),
    ("filesyms", 'F', true),
    ("errsyms", 'e', false),
    ("unresolved-error", 'u', false),
    ("quiet", 'q', false),
    ("root", 'r', false),
    ("verbose", 'v', false),
    ("show", 'n', false),
    ("dry-run", 'n', false),
    ("symbol-prefix", 'P', true),
    ("warn", 'w', false),
    ("version", 'V', false),
    ("help", 'h', false),
];

impl Options {
    /// Reads the arguments after the program's name.
    ///
    /// # Errors
    /// What to complain of.
    pub fn parse(args: &[Vec<u8>], version: Version) -> Result<Self, String> {
        let mut options = Self::default();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_slice() {
                b"--" => options.operands.extend(args.by_ref().cloned()),
                [b'-', b'-', long @ ..] => {
                    let (letter, value) = find_long(long)?;
                    let value = match value {
                        None if takes_argument(letter, version) => {
                            Some(args.next().cloned().ok_or_else(|| requires(letter))?)
                        }
                        value => value,
                    };
                    options.set(letter, value)?;
                }
                [b'-', first, ..] if *first != b'-' => {
                    let mut letters = arg[1..].iter();
                    while let Some(&letter) = letters.next() {
                        let letter = char::from(letter);
                        let mut value = None;
                        if takes_argument(letter, version) {
                            let rest = letters.as_slice().to_vec();
                            letters = [].iter();
                            let next = if rest.is_empty() { args.next().cloned() } else { Some(rest) };
                            value = Some(next.ok_or_else(|| requires(letter))?);
                        }
                        options.set(letter, value)?;
                    }
                }
                _ => options.operands.push(arg.clone()),
            }
        }
        Ok(options)
    }

    fn set(&mut self, letter: char, value: Option<Vec<u8>>) -> Result<(), String> {
        match letter {
            'a' => self.all = true,
            'A' => self.quick = true,
            'b' => self.base = value,
            // Before kmod 34 it was a deprecated option without argument.
            'm' => self.module_directory = value,
            'o' => self.out = value,
            'C' => self.config.extend(value),
            'E' => self.symvers = value,
            'F' => self.system_map = value,
            'e' => self.report_unknown = true,
            'n' => self.show = true,
            'P' => match value.unwrap_or_default()[..] {
                [prefix] => self.prefix = Some(prefix),
                _ => return Err("FATAL: -P only takes a single char".to_owned()),
            },
            'V' | 'h' => self.about = self.about.or(Some(letter)),
            'u' | 'q' | 'r' | 'v' | 'w' => {}
            _ => return Err(format!("invalid option -- '{letter}'")),
        }
        Ok(())
    }
}

fn takes_argument(letter: char, version: Version) -> bool {
    match letter {
        'm' => version >= Version::PARENTS_FIRST,
        _ => LONG.iter().any(|(_, l, argument)| *l == letter && *argument),
    }
}

fn requires(letter: char) -> String {
    format!("option requires an argument -- '{letter}'")
}

/// A long option, possibly cut short, and its value after `=`.
fn find_long(text: &[u8]) -> Result<(char, Option<Vec<u8>>), String> {
    let mut parts = text.splitn(2, |&b| b == b'=');
    let name = String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
    let value = parts.next().map(<[u8]>::to_vec);
    let exact = LONG.iter().find(|(long, ..)| *long == name);
    let mut cut = LONG.iter().filter(|(long, ..)| long.starts_with(&name));
    match (exact.or(cut.next()), exact.is_none() && cut.next().is_some()) {
        (Some(_), true) => Err(format!("option '--{name}' is ambiguous")),
        (Some((_, letter, true)), false) => Ok((*letter, value)),
        (Some((_, letter, false)), false) if value.is_none() => Ok((*letter, None)),
        (Some(_), false) => Err(format!("option '--{name}' doesn't allow an argument")),
        (None, _) => Err(format!("unrecognized option '--{name}'")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        let args: Vec<Vec<u8>> = line.split_whitespace().map(|a| a.as_bytes().to_vec()).collect();
        Options::parse(&args, Version(30))
    }

    #[test]
    fn options_stand_anywhere_and_together() {
        let options = parse("-ae -b/sysroot 5.14.0 --conf=/x -C y --dry -- -a").expect("valid");
        assert!(options.all && options.report_unknown && options.show && !options.quick);
        assert_eq!(options.base.as_deref(), Some(&b"/sysroot"[..]));
        assert_eq!(options.config, [b"/x".to_vec(), b"y".to_vec()]);
        assert_eq!(options.operands, [b"5.14.0".to_vec(), b"-a".to_vec()]);
    }

    #[test]
    fn what_is_no_option_is_refused() {
        for bad in ["-x", "--nonsense", "--s", "-b", "--all=x", "-P ab"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert!(parse("-m 5.14").expect("deprecated, without argument").module_directory.is_none());
    }
}
