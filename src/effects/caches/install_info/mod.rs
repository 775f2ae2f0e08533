//! `install-info`: entries of manuals in `/usr/share/info/dir` (texinfo's `install-info/install-info.c`).
//!
//! ```text
//! entries    what a manual, or the command line, says of itself; how it is set
//! directory  the file `dir`: its sections, where entries go and which are deleted
//! ```

mod directory;
mod entries;

use crate::{
    effects::process::{Errno, Process, Status},
    formats::compression::Codec,
};
use {
    directory::Directory,
    entries::{Measures, Request},
};

/// What a new `dir` begins with.
const NEW: &str = "This is the file .../info/dir, which contains the
topmost node of the Info hierarchy, called (dir)Top.
The first time you invoke Info you start off looking at this node.
\x1f
File: dir,\tNode: Top\tThis is the top of the INFO tree

  This (the Directory node) gives a menu of major topics.
  Typing \"q\" exits, \"H\" lists all Info commands, \"d\" returns here,
  \"h\" gives a primer for first-timers,
  \"mEmacs<Return>\" visits the Emacs manual, etc.

  In Emacs, you can click mouse button 2 on a menu item or cross reference
  to select it.

* Menu:
";

/// Largest manual looked at.
const LARGEST: u64 = 32 << 20;

#[derive(Default)]
struct Options {
    info: Option<Vec<u8>>,
    dir: Option<Vec<u8>>,
    delete: bool,
    exactly: bool,
    keep_old: bool,
    quiet: bool,
    dry: bool,
    no_indent: bool,
    append_sections: bool,
    add_once: bool,
    default_section: Option<Vec<u8>>,
    measures: Measures,
    entries: Vec<Vec<u8>>,
    sections: Vec<Vec<u8>>,
    /// An option of the real one that is not here.
    unknown: Option<String>,
}

/// Options with a value; the letter stands for all spellings.
const VALUED: [(&str, char); 19] = [
    ("align", 'A'),
    ("calign", 'C'),
    ("defentry", 'E'),
    ("defsection", 'S'),
    ("description", 'c'),
    ("dir-file", 'd'),
    ("entry", 'e'),
    ("info-dir", 'D'),
    ("info-file", 'i'),
    ("infodir", 'D'),
    ("item", 'e'),
    ("max-width", 'W'),
    ("maxwidth", 'W'),
    ("menuentry", 't'),
    ("name", 't'),
    ("regex", 'R'),
    ("section", 's'),
    ("dir", 'd'),
    ("info", 'i'),
];
const PLAIN: [(&str, char); 13] = [
    ("add-once", '1'),
    ("append-new-sections", 'a'),
    ("debug", 'g'),
    ("delete", 'r'),
    ("dry-run", 'n'),
    ("help", 'h'),
    ("keep-old", 'k'),
    ("no-indent", 'I'),
    ("quiet", 'q'),
    ("remove", 'r'),
    ("remove-exactly", 'x'),
    ("silent", 'q'),
    ("test", 'n'),
];

pub(super) fn install_info(process: &mut Process<'_, '_>) -> Status {
    let options = match Options::parse(&process.args) {
        Ok(Some(options)) => options,
        Ok(None) => return Status::SUCCESS,
        Err(why) => return process.fail(why),
    };
    if let Some(option) = &options.unknown {
        process.stage.log.unknown(option.as_bytes());
        let text = format!("{option} is not known to drydock");
        return process.fail(text);
    }
    match run(process, &options) {
        Ok(status) => status,
        Err(Errno::Stopped) => Status::STOPPED,
        Err(why) => process.fail(why),
    }
}

impl Options {
    /// None where there is nothing to do but to tell of oneself.
    fn parse(args: &[Vec<u8>]) -> Result<Option<Self>, String> {
        let mut options = Self::default();
        let mut words = args.iter().skip(1);
        let mut names: Vec<Vec<u8>> = Vec::new();
        while let Some(word) = words.next() {
            if word == b"--" {
                names.extend(words.by_ref().cloned());
            } else if let Some(long) = word.strip_prefix(b"--") {
                let (name, value) = match long.iter().position(|&b| b == b'=') {
                    Some(at) => (&long[..at], Some(long[at + 1..].to_vec())),
                    None => (long, None),
                };
                let name = String::from_utf8_lossy(name).into_owned();
                if name == "version" {
                    return Ok(None);
                }
                let letter = letter(&name).ok_or_else(|| format!("unrecognized option '--{name}'"))?;
                if options.set(letter, value, &mut words)? {
                    return Ok(None);
                }
            } else if word.len() > 1 && word[0] == b'-' {
                let mut letters = &word[1..];
                while let Some((&letter, rest)) = letters.split_first() {
                    let letter = char::from(letter);
                    if !SHORT.contains(letter) {
                        return Err(format!("invalid option -- '{letter}'"));
                    }
                    let takes = VALUED.iter().any(|(_, l)| *l == letter);
                    let attached = (takes && !rest.is_empty()).then(|| rest.to_vec());
                    if options.set(letter, attached, &mut words)? {
                        return Ok(None);
                    }
                    letters = if takes { b"" } else { rest };
                }
            } else {
                names.push(word.clone());
            }
        }
        for name in names {
            match (&options.info, &options.dir) {
                (None, _) => options.info = Some(name),
                (_, None) => options.dir = Some(name),
                _ => {}
            }
        }
        Ok(Some(options))
    }

    /// True where there is nothing more to do.
    fn set<'w>(
        &mut self,
        letter: char,
        mut value: Option<Vec<u8>>,
        words: &mut impl Iterator<Item = &'w Vec<u8>>,
    ) -> Result<bool, String> {
        let mut value = || value.take().or_else(|| words.next().cloned()).ok_or("an option requires an argument");
        let number =
            |text: Vec<u8>| std::str::from_utf8(&text).ok()?.parse::<usize>().ok().filter(|n| (1..1000).contains(n));
        match letter {
            'A' => self.measures.align = Some(number(value()?).ok_or("not a column")?),
            'C' => self.measures.first = Some(number(value()?).ok_or("not a column")?),
            'W' => self.measures.width = Some(number(value()?).ok_or("not a column")?),
            'D' => self.dir = Some([value()?, b"/dir".to_vec()].concat()),
            'd' => self.dir = Some(value()?),
            'i' => self.info = Some(value()?),
            'e' => self.entries.push(value()?),
            'E' => drop(value()?),
            'S' => self.default_section = Some(value()?),
            's' => self.sections.push(value()?),
            't' | 'c' | 'R' => {
                value()?;
                self.unknown = Some(format!("install-info -{letter}"));
            }
            '1' => self.add_once = true,
            'a' => self.append_sections = true,
            'r' => self.delete = true,
            'x' => (self.delete, self.exactly) = (true, true),
            'k' => self.keep_old = true,
            'I' => self.no_indent = true,
            'n' => self.dry = true,
            'q' => self.quiet = true,
            'g' => {}
            'h' | 'H' => return Ok(true),
            _ => return Err(format!("invalid option -- '{letter}'")),
        }
        Ok(false)
    }
}

/// Letters that are options themselves.
const SHORT: &str = "idestEcCWAhHrk1Ia";

/// The letter of a long option, which may be shortened as long as it stays clear.
fn letter(name: &str) -> Option<char> {
    let all = || VALUED.iter().chain(&PLAIN);
    let exact = all().find(|(long, _)| *long == name);
    let mut starting = all().filter(|(long, _)| long.starts_with(name));
    let only = starting.next().filter(|(_, first)| starting.all(|(_, letter)| letter == first));
    exact.or(only).map(|(_, letter)| *letter)
}

fn run(process: &mut Process<'_, '_>, options: &Options) -> Result<Status, Errno> {
    let Some(info) = &options.info else {
        return Ok(process.fail("No input file specified; try --help for more information."));
    };
    let Some(dir) = &options.dir else {
        return Ok(process.fail("No dir file specified; try --help for more information."));
    };
    let (dir, text) = match read(process, dir)? {
        Some((name, Some(text))) => (name, text),
        Some((_, None)) | None if options.delete => {
            let dir = String::from_utf8_lossy(dir).into_owned();
            process.fail(format_args!("warning: Could not read {dir}."));
            return Ok(Status::SUCCESS);
        }
        _ if options.dry => {
            let dir = String::from_utf8_lossy(dir).into_owned();
            return Ok(process.fail(format_args!("No such file or directory for {dir}")));
        }
        _ => {
            // Made before anything can go wrong, and it stays.
            process.write_file(dir, NEW.as_bytes())?;
            (dir.clone(), NEW.as_bytes().to_vec())
        }
    };
    if !process.stage.budget.steps(text.len() as u64 / 16) {
        return Err(Errno::Stopped);
    }
    let mut directory = Directory::of(&text);
    let name = info.rsplit(|&b| b == b'/').next().unwrap_or_default();
    let name = if options.exactly { info.as_slice() } else { entries::without_suffix(name) };
    let manual = match options.exactly {
        true => Vec::new(),
        false => match read(process, info)? {
            Some((_, Some(text))) => text,
            found => {
                let info = String::from_utf8_lossy(info).into_owned();
                let why = if found.is_some() { "empty file" } else { "No such file or directory" };
                return Ok(process.fail(format_args!("{why} for {info}")));
            }
        },
    };
    let Some(mut request) = Request::of(&manual, &options.sections) else {
        return Ok(process.fail("START-INFO-DIR-ENTRY without matching END-INFO-DIR-ENTRY"));
    };
    if options.delete {
        let deleted = directory.delete(name, options.exactly);
        if !deleted && !options.quiet {
            let info = String::from_utf8_lossy(info).into_owned();
            process.fail(format_args!("warning: no entries found for `{info}'; nothing deleted"));
        }
        if deleted && !options.keep_old {
            directory.delete_empty_sections();
        }
    } else {
        if !options.entries.is_empty() {
            request.replace(&options.entries);
        }
        if !options.no_indent && !process.env.contains_key(&b"INSTALL_INFO_NO_INDENT"[..]) {
            request.set(&options.measures);
        }
        if request.sections.is_empty() {
            request.add_section(options.default_section.as_deref().unwrap_or(b"Miscellaneous"));
        }
        if request.entries.is_empty() {
            if !options.quiet {
                let info = String::from_utf8_lossy(info).into_owned();
                process.fail(format_args!("warning: no info dir entry in `{info}'"));
            }
            return Ok(Status::SUCCESS);
        }
        let cost = (request.entries.len() as u64).saturating_mul(directory.len() as u64);
        if !process.stage.budget.steps(cost) {
            return Err(Errno::Stopped);
        }
        directory.insert(&request, options.keep_old);
        directory.insert_sections(&mut request, options.append_sections);
    }
    if options.dry {
        process.out(format!("test mode, not updating dir file {}\n", String::from_utf8_lossy(&dir)));
    } else {
        let bytes = directory.bytes(&request, options.add_once);
        process.write_file(&dir, &bytes)?;
    }
    Ok(Status::SUCCESS)
}

/// A file's name, and its text; none where it is too short to be anything.
type Named = (Vec<u8>, Option<Vec<u8>>);

/// A file or, where it is not there, a compressed one of its name. None where there is no such file.
fn read(process: &mut Process<'_, '_>, name: &[u8]) -> Result<Option<Named>, Errno> {
    let names = ["", ".gz", ".xz", ".bz2", ".lz", ".lzma"].map(|end| [name, end.as_bytes()].concat());
    let Some(found) = names.into_iter().find(|n| process.stat(n).is_ok_and(|s| s.is_file())) else { return Ok(None) };
    let bytes = process.read_file(&found)?;
    if bytes.len() < 13 {
        return Ok(Some((found, None)));
    }
    let (codec, program): (_, &[u8]) = match bytes.as_slice() {
        [0x1f, 0x8b, ..] => (Codec::Gzip, b"gzip"),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => (Codec::Xz, b"xz"),
        [b'B', b'Z', b'h', ..] => (Codec::Bzip2, b"bzip2"),
        _ => return Ok(Some((found, Some(bytes)))),
    };
    // Without the program there is nothing to read.
    let mut text = Vec::new();
    if process.search(program).is_some()
        && let Ok(stream) = codec.decoder(std::io::Cursor::new(bytes))
    {
        // What is cut off or broken ends where it breaks, as through a pipe.
        let _ = std::io::Read::read_to_end(&mut std::io::Read::take(stream, LARGEST), &mut text);
    }
    if process.stage.budget.steps(text.len() as u64 / 256) {
        Ok(Some((found, Some(text))))
    } else {
        Err(Errno::Stopped)
    }
}

/// The item of a menu line up to its colon: whether the first is less, by bytes, a shorter one before a longer one.
fn is_less(a: &[u8], b: &[u8]) -> bool {
    for (x, y) in a.iter().zip(b) {
        match (x, y) {
            (b':', y) if *y != b':' => return true,
            (x, b':') if *x != b':' => return false,
            // As `char`s, which have a sign on most machines.
            _ if x != y => return (*x as i8) < (*y as i8),
            _ => {}
        }
    }
    false
}

/// Whether two menu lines have the same item.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    for (x, y) in a.iter().zip(b) {
        if *x == b':' && *y == b':' {
            return true;
        }
        if x != y {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests;
