//! What names mean: `type`, `command`, `builtin`, `hash`.

use super::{Letters, all, find, shown};
use crate::effects::{
    process::Status,
    shell::{
        expand::{quote_ansi, quote_single},
        run::{Ran, Shell},
        text::to_text,
    },
};

/// rpm's and bash's usual path, for `command -p`.
const USUAL: &[u8] = b"/usr/bin:/bin:/usr/sbin:/sbin:/etc:/usr/etc";

const KEYWORDS: [&str; 22] = [
    "if", "then", "else", "elif", "fi", "case", "esac", "for", "select", "while", "until", "do", "done", "in",
    "function", "time", "{", "}", "!", "[[", "]]", "coproc",
];

/// What a name is.
enum Meaning {
    Keyword,
    Function,
    Builtin { special: bool },
    File(Vec<u8>),
}

impl Shell<'_, '_, '_> {
    /// What a name means, what comes first first.
    fn meanings(&self, name: &[u8], functions: bool) -> Vec<Meaning> {
        let text = to_text(name);
        let mut found = Vec::new();
        if KEYWORDS.contains(&text.as_str()) {
            found.push(Meaning::Keyword);
        }
        if functions && self.state.functions.contains_key(&text) {
            found.push(Meaning::Function);
        }
        if let Some(builtin) = find(&text) {
            found.push(Meaning::Builtin { special: builtin.special && self.state.options.posix });
        }
        if let Some(file) = self.process.search(name).filter(|file| self.process.is_executable(file)) {
            found.push(Meaning::File(file));
        }
        found
    }
}

/// `type [-aftpP] NAME…`
pub(super) fn type_of(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    let mut letters = Letters::new(args, "afptP");
    let (mut every, mut functions, mut kind, mut path, mut force) = (false, true, false, false, false);
    while let Some(option) = letters.next() {
        match option.map(|given| given.letter) {
            Ok(b'a') => every = true,
            Ok(b'f') => functions = false,
            Ok(b't') => kind = true,
            Ok(b'p') => path = true,
            Ok(_) => force = true,
            Err(message) => return Ok(shell.refuse("type", &message, 2)),
        }
    }
    let mut status = Status::SUCCESS;
    let mut out = Vec::new();
    for name in letters.rest() {
        let mut found = shell.meanings(name, functions);
        if force {
            found.retain(|m| matches!(m, Meaning::File(_)));
        }
        if found.is_empty() {
            if kind || path || force {
                status = Status::FAILURE;
            } else {
                status = shell.refuse("type", &format!("{}: not found", shown(name)), 1);
            }
        }
        let count = if every { found.len() } else { 1 };
        for meaning in found.into_iter().take(count) {
            let line: Vec<u8> = match (meaning, kind, path || force) {
                (Meaning::File(file), false, true) => file,
                (_, false, true) => continue,
                (Meaning::File(_), true, _) => b"file".to_vec(),
                (Meaning::Keyword, true, _) => b"keyword".to_vec(),
                (Meaning::Function, true, _) => b"function".to_vec(),
                (Meaning::Builtin { .. }, true, _) => b"builtin".to_vec(),
                (Meaning::File(file), ..) => [name, &b" is "[..], &file].concat(),
                (Meaning::Keyword, ..) => [name, &b" is a shell keyword"[..]].concat(),
                (Meaning::Function, ..) => [name, &b" is a function"[..]].concat(),
                (Meaning::Builtin { special: true }, ..) => [name, &b" is a special shell builtin"[..]].concat(),
                (Meaning::Builtin { .. }, ..) => [name, &b" is a shell builtin"[..]].concat(),
            };
            out.extend(line);
            out.push(b'\n');
        }
    }
    shell.output("type", &out)?;
    Ok(status)
}

/// `command [-pvV] NAME…`
pub(super) fn command(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    let mut letters = Letters::new(args, "pvV");
    let (mut usual, mut brief, mut verbose) = (false, false, false);
    while let Some(option) = letters.next() {
        match option.map(|given| given.letter) {
            Ok(b'p') => usual = true,
            Ok(b'v') => brief = true,
            Ok(_) => verbose = true,
            Err(message) => return Ok(shell.refuse("command", &message, 2)),
        }
    }
    let rest = letters.rest();
    if rest.is_empty() {
        return Ok(Status::SUCCESS);
    }
    let path = usual.then(|| shell.process.env.insert(b"PATH".to_vec(), USUAL.to_vec()));
    let result = if verbose {
        let mut wish = vec![b"type".to_vec()];
        wish.extend_from_slice(rest);
        type_of(shell, &wish)
    } else if brief {
        named(shell, rest)
    } else {
        shell.run_without_functions(rest)
    };
    if path.is_some() {
        shell.search_path_changed();
    }
    result
}

/// `command -v`: how each would be called. It fails where none is found.
fn named(shell: &mut Shell<'_, '_, '_>, names: &[Vec<u8>]) -> Ran {
    let (mut out, mut any) = (Vec::new(), false);
    for name in names {
        let Some(meaning) = shell.meanings(name, true).into_iter().next() else { continue };
        any = true;
        out.extend(match meaning {
            Meaning::File(file) => file,
            _ => name.clone(),
        });
        out.push(b'\n');
    }
    shell.output("command", &out)?;
    Ok(Status::from(any))
}

pub(super) fn builtin(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    let rest = &args[1 + usize::from(args.get(1).is_some_and(|a| a == b"--"))..];
    match rest.first().map(|name| (name, find(&to_text(name)))) {
        None => Ok(Status::SUCCESS),
        Some((_, Some(builtin))) => (builtin.run)(shell, rest),
        Some((name, None)) => Ok(shell.refuse("builtin", &format!("{}: not a shell builtin", shown(name)), 1)),
    }
}

/// Nothing is remembered; a name that is nowhere is a failure all the same.
pub(super) fn hash(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    let mut status = Status::SUCCESS;
    for name in args.iter().skip(1).filter(|a| !a.starts_with(b"-")) {
        let known = all().any(|b| b.name.as_bytes() == name) || shell.process.search(name).is_some();
        if !known {
            status = shell.refuse("hash", &format!("{}: not found", shown(name)), 1);
        }
    }
    Ok(status)
}

/// A value as `set` shows it: quoted where it has to be.
pub(super) fn quoted_value(value: &[u8]) -> Vec<u8> {
    if value.iter().any(u8::is_ascii_control) {
        return quote_ansi(value);
    }
    let is_plain = value.iter().all(|b| b.is_ascii_alphanumeric() || b"_-./:@%+,=".contains(b) || *b >= 0x80);
    if is_plain { value.to_vec() } else { quote_single(value) }
}
