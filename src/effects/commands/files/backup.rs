//! Backups of what is overwritten: `-b`, `--backup=CONTROL`, `-S SUFFIX` of cp, mv, ln and install.

use super::{
    super::{
        super::process::{Errno, Process, Status},
        options::Parsed,
    },
    names::{before, join, last, number, quoted, trimmed},
};

/// The options that say it, for a command's list.
pub(super) const OPTIONS: [&str; 3] = ["b", "backup=?", "S,suffix="];

/// How a backup is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Backup {
    /// With a suffix.
    Simple(Vec<u8>),
    /// `.~N~`
    Numbered,
    /// Numbered where there are numbered ones already.
    Existing(Vec<u8>),
}

impl Backup {
    /// As the options and the environment say; none where no backups are wanted.
    pub fn of(process: &mut Process<'_, '_>, parsed: &Parsed) -> Result<Option<Self>, Status> {
        if !(parsed.has("b") || parsed.has("backup") || parsed.has("suffix")) {
            return Ok(None);
        }
        let from_env = |name: &[u8]| process.env.get(name).cloned();
        let suffix = parsed.value("suffix").map(<[u8]>::to_vec).or_else(|| from_env(b"SIMPLE_BACKUP_SUFFIX"));
        let suffix = suffix.filter(|s| !s.is_empty() && !s.contains(&b'/')).unwrap_or_else(|| b"~".to_vec());
        let control = parsed.value("backup").map(<[u8]>::to_vec).or_else(|| from_env(b"VERSION_CONTROL"));
        let control = control.unwrap_or_else(|| b"existing".to_vec());
        match control.as_slice() {
            b"none" | b"off" => Ok(None),
            b"simple" | b"never" => Ok(Some(Self::Simple(suffix))),
            b"existing" | b"nil" => Ok(Some(Self::Existing(suffix))),
            b"numbered" | b"t" => Ok(Some(Self::Numbered)),
            other => Err(process.usage(format_args!("invalid argument {} for 'backup type'", quoted(other)))),
        }
    }

    /// Moves `name` aside.
    pub fn make(&self, process: &mut Process<'_, '_>, name: &[u8]) -> Result<(), Errno> {
        let name = trimmed(name);
        let highest = match self {
            Self::Simple(_) => None,
            Self::Numbered => Some(highest(process, name)),
            Self::Existing(_) => Some(highest(process, name)).filter(|n| *n > 0),
        };
        let to = match (self, highest) {
            (Self::Simple(suffix) | Self::Existing(suffix), None) => [name, suffix].concat(),
            (_, highest) => [name, format!(".~{}~", highest.unwrap_or(0) + 1).as_bytes()].concat(),
        };
        process.rename(name, &to)
    }
}

/// The highest number of a numbered backup of `name`.
fn highest(process: &mut Process<'_, '_>, name: &[u8]) -> u64 {
    let prefix = [last(name), b".~"].concat();
    let names = process.read_dir(before(name)).unwrap_or_default();
    let numbers = names.iter().filter_map(|n| number::<u64>(n.strip_prefix(prefix.as_slice())?.strip_suffix(b"~")?));
    numbers.max().unwrap_or(0)
}

/// Asks on standard error whether to go on, as `-i` does; the answer is a line of standard input.
pub(super) fn confirmed(process: &mut Process<'_, '_>, question: impl std::fmt::Display) -> bool {
    let line = format!("{}: {question} ", process.name());
    let _ = process.handle(2).write(process.stage, line.as_bytes());
    let answer = process.handle(0).read_line(process.stage).unwrap_or_default();
    matches!(answer.first(), Some(b'y' | b'Y'))
}

/// Where files go: the names after the sources are taken off.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Into a directory, under their own names.
    Directory(Vec<u8>),
    /// To this very name.
    Name(Vec<u8>),
}

impl Target {
    /// As cp, mv, ln and install find it out: `-t DIR`, `-T`, or the last operand. What is left in `operands` are the sources.
    pub fn of(
        process: &mut Process<'_, '_>,
        parsed: &Parsed,
        operands: &mut Vec<Vec<u8>>,
        is_directory: impl Fn(&Process<'_, '_>, &[u8]) -> bool,
    ) -> Result<Self, Status> {
        let exact = parsed.has("no-target-directory");
        if operands.is_empty() {
            return Err(process.usage("missing file operand"));
        }
        if let Some(dir) = parsed.value("target-directory") {
            if exact {
                return Err(process.usage("cannot combine --target-directory (-t) and --no-target-directory (-T)"));
            }
            return Ok(Self::Directory(dir.to_vec()));
        }
        if operands.len() == 1 {
            return Err(process.usage(format_args!("missing destination file operand after {}", quoted(&operands[0]))));
        }
        if exact && operands.len() > 2 {
            return Err(process.usage(format_args!("extra operand {}", quoted(&operands[2]))));
        }
        let target = operands.pop().expect("there are two at least");
        if !exact && is_directory(process, &target) {
            return Ok(Self::Directory(target));
        }
        if operands.len() > 1 {
            let why = if process.exists(&target) { Errno::NotDirectory } else { Errno::NoEntry };
            return Err(process.fail(format_args!("target {}: {why}", quoted(&target))));
        }
        Ok(Self::Name(target))
    }

    /// The name a source gets.
    pub fn name_for(&self, source: &[u8]) -> Vec<u8> {
        match self {
            Self::Name(name) => name.clone(),
            Self::Directory(dir) => match last(source) {
                b".." => dir.clone(),
                name => join(dir, name),
            },
        }
    }
}
