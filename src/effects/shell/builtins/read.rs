//! `read` and `mapfile`.

use super::{Letters, number, shown};
use crate::effects::{
    process::{Handle, Status},
    shell::{
        run::{Flow, Ran, Shell},
        state::Value,
        syntax::is_name,
        text::{char_at, to_text},
    },
};

/// Bytes of one line.
const LONGEST: usize = 16 << 20;

/// What `read` was asked for.
struct Wish {
    raw: bool,
    delimiter: u8,
    array: Option<String>,
    /// Characters at most; whether exactly so many, whatever they are.
    count: Option<(usize, bool)>,
    descriptor: u32,
    prompt: Vec<u8>,
}

/// A byte read, and whether a backslash quoted it.
type Read = Vec<(u8, bool)>;

pub(super) fn read(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    let mut letters = Letters::new(args, "ersa:d:i:n:N:p:t:u:");
    let mut wish = Wish { raw: false, delimiter: b'\n', array: None, count: None, descriptor: 0, prompt: Vec::new() };
    while let Some(option) = letters.next() {
        let given = match option {
            Ok(given) => given,
            Err(message) => return Ok(shell.refuse("read", &message, 2)),
        };
        match given.letter {
            b'r' => wish.raw = true,
            b'a' => wish.array = Some(to_text(&given.value)),
            b'd' => wish.delimiter = given.value.first().copied().unwrap_or(0),
            b'n' | b'N' => match number::count(&given.value) {
                Some(count) => wish.count = Some((count, given.letter == b'N')),
                None => return Ok(shell.refuse("read", &format!("{}: invalid number", shown(&given.value)), 1)),
            },
            b'u' => match number::count(&given.value).and_then(|n| u32::try_from(n).ok()) {
                Some(number) => wish.descriptor = number,
                None => return Ok(shell.refuse("read", "invalid file descriptor specification", 1)),
            },
            b'p' => wish.prompt = given.value,
            _ => {}
        }
    }
    let names: Vec<String> = letters.rest().iter().map(|n| to_text(n)).collect();
    if let Some(bad) = names.iter().find(|n| !is_name(n.split('[').next().unwrap_or_default())) {
        return Ok(shell.refuse("read", &format!("`{bad}': not a valid identifier"), 1));
    }
    let (line, whole) = match collect(shell, &wish)? {
        Ok(read) => read,
        Err(message) => return Ok(shell.refuse("read", &message, 1)),
    };
    store(shell, &wish, &names, &line)?;
    Ok(Status::from(whole))
}

/// Reads up to the delimiter; whether it came.
fn collect(shell: &mut Shell<'_, '_, '_>, wish: &Wish) -> Result<Result<(Read, bool), String>, Flow> {
    let handle = shell.process.handle(wish.descriptor);
    let (mut line, mut whole) = (Vec::new(), false);
    let mut quoted = false;
    let (most, exact) = wish.count.unwrap_or((usize::MAX, false));
    let mut characters = 0;
    while characters < most && line.len() < LONGEST {
        shell.step()?;
        let byte = match handle.read(shell.process.stage, 1) {
            Ok(byte) => byte,
            Err(crate::effects::process::Errno::Stopped) => return Err(Flow::Stop),
            Err(error) => return Ok(Err(format!("read error: {}: {error}", wish.descriptor))),
        };
        let Some(&byte) = byte.first() else { return Ok(Ok((line, false))) };
        if std::mem::take(&mut quoted) {
            if byte != b'\n' {
                line.push((byte, true));
                characters += usize::from(!(0x80..0xC0).contains(&byte));
            }
            continue;
        }
        if byte == wish.delimiter && !exact {
            whole = true;
            break;
        }
        match byte {
            b'\\' if !wish.raw => quoted = true,
            0 => {}
            byte => {
                line.push((byte, false));
                // A character counts when its last byte is there.
                let bytes: Vec<u8> = line.iter().rev().take(4).map(|(b, _)| *b).collect();
                characters += usize::from(is_complete(&bytes));
            }
        }
    }
    Ok(Ok((line, whole || characters >= most)))
}

/// Whether the last bytes, in reverse, end a character.
fn is_complete(reversed: &[u8]) -> bool {
    if reversed[0] < 0x80 {
        return true;
    }
    let start = reversed.iter().position(|b| !(0x80..0xC0).contains(b));
    let Some(start) = start else { return reversed.len() >= 4 };
    let bytes: Vec<u8> = reversed[..=start].iter().rev().copied().collect();
    char_at(&bytes, 0).1 == bytes.len() || !matches!(bytes[0], 0xC2..=0xF4)
}

fn store(shell: &mut Shell<'_, '_, '_>, wish: &Wish, names: &[String], line: &Read) -> Result<(), Flow> {
    let ifs = shell.ifs();
    let text = |part: &[(u8, bool)]| part.iter().map(|(b, _)| *b).collect::<Vec<u8>>();
    if let Some(array) = &wish.array {
        let mut words = Vec::new();
        let mut rest = &line[..];
        while let Some((word, after)) = word(rest, &ifs) {
            words.push((None, false, text(word)));
            rest = after;
        }
        shell.state.variables.remove(array);
        return shell.assign_array(array, false, words);
    }
    if wish.count.is_some_and(|(_, exact)| exact) {
        let name = names.first().map_or("REPLY", String::as_str);
        assign(shell, name, text(line))?;
        for name in names.iter().skip(1) {
            assign(shell, name, Vec::new())?;
        }
        return Ok(());
    }
    let Some((last, first)) = names.split_last() else { return assign(shell, "REPLY", text(line)) };
    let mut rest = &line[..];
    for name in first {
        let value = match word(rest, &ifs) {
            Some((value, after)) => {
                rest = after;
                text(value)
            }
            None => {
                rest = &[];
                Vec::new()
            }
        };
        assign(shell, name, value)?;
    }
    // The last takes what is left; one word without the delimiter behind it.
    let value = match word(rest, &ifs) {
        Some((value, [])) => text(value),
        _ => text(trimmed(rest, &ifs)),
    };
    assign(shell, last, value)
}

fn assign(shell: &mut Shell<'_, '_, '_>, name: &str, value: Vec<u8>) -> Result<(), Flow> {
    match name.split_once('[') {
        Some((name, index)) => shell.assign(name, Some(index.trim_end_matches(']').as_bytes()), value, false),
        None => shell.assign(name, None, value, false),
    }
}

/// Bytes of a line, each with whether a backslash quoted it.
type Line = [(u8, bool)];

fn is_blank(byte: (u8, bool), ifs: &[u8]) -> bool {
    !byte.1 && matches!(byte.0, b' ' | b'\t' | b'\n') && ifs.contains(&byte.0)
}

/// The first word, and what follows its delimiter; none where there is nothing but blanks.
fn word<'l>(line: &'l Line, ifs: &[u8]) -> Option<(&'l Line, &'l Line)> {
    let start = line.iter().position(|b| !is_blank(*b, ifs))?;
    let line = &line[start..];
    let end = line.iter().position(|(b, quoted)| !quoted && ifs.contains(b)).unwrap_or(line.len());
    let mut after = &line[end..];
    let skip_blanks = |rest: &mut &'l [(u8, bool)]| {
        while rest.first().is_some_and(|b| is_blank(*b, ifs)) {
            *rest = &rest[1..];
        }
    };
    skip_blanks(&mut after);
    if after.first().is_some_and(|(b, quoted)| !quoted && ifs.contains(b)) {
        after = &after[1..];
        skip_blanks(&mut after);
    }
    Some((&line[..end], after))
}

fn trimmed<'l>(line: &'l [(u8, bool)], ifs: &[u8]) -> &'l [(u8, bool)] {
    let start = line.iter().position(|b| !is_blank(*b, ifs)).unwrap_or(line.len());
    let end = line.iter().rposition(|b| !is_blank(*b, ifs)).map_or(start, |at| at + 1);
    &line[start..end]
}

/// `mapfile [-t] [-d DELIMITER] [-n COUNT] [-O ORIGIN] [-s SKIP] [-u FD] [ARRAY]`
pub(super) fn mapfile(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    let mut letters = Letters::new(args, "td:n:O:s:u:C:c:");
    let (mut trims, mut delimiter, mut count, mut origin, mut skip, mut descriptor) = (false, b'\n', 0, None, 0, 0);
    while let Some(option) = letters.next() {
        let given = match option {
            Ok(given) => given,
            Err(message) => return Ok(shell.refuse(&shown(&args[0]), &message, 2)),
        };
        let value = number::count(&given.value).unwrap_or(0);
        match given.letter {
            b't' => trims = true,
            b'd' => delimiter = given.value.first().copied().unwrap_or(0),
            b'n' => count = value,
            b'O' => origin = Some(value as u64),
            b's' => skip = value,
            b'u' => descriptor = value as u32,
            _ => {}
        }
    }
    let name = letters.rest().first().map_or("MAPFILE".to_owned(), |n| to_text(n));
    if !is_name(&name) {
        return Ok(shell.refuse(&shown(&args[0]), &format!("`{name}': not a valid identifier"), 1));
    }
    let handle: Handle = shell.process.handle(descriptor);
    let bytes = handle.read_to_end(shell.process.stage).unwrap_or_default();
    shell.spend(bytes.len() * 16)?;
    let most = if count == 0 { usize::MAX } else { count };
    let lines = bytes.split_inclusive(|&b| b == delimiter).skip(skip).take(most);
    let start = origin.unwrap_or(0);
    let variable = shell.state.variables.get_mut(&name);
    if origin.is_none() || !matches!(variable.value, Value::Indexed(_)) {
        variable.value = Value::Indexed(Default::default());
    }
    if let Value::Indexed(all) = &mut variable.value {
        for (i, line) in lines.enumerate() {
            let line = if trims || delimiter == 0 { line.strip_suffix(&[delimiter]).unwrap_or(line) } else { line };
            all.insert(start + i as u64, line.to_vec());
        }
    }
    Ok(Status::SUCCESS)
}
