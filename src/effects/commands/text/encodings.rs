//! `base64`, `strings`, `iconv`, `envsubst`: text in other forms.

use base64::{Engine as _, alphabet, engine};

use super::{super::options::Order, stream};
use crate::effects::process::{Process, Status};

/// Padding may be missing, as GNU's decoder has it.
const LENIENT: engine::GeneralPurpose = engine::GeneralPurpose::new(
    &alphabet::STANDARD,
    engine::GeneralPurposeConfig::new()
        .with_decode_padding_mode(engine::DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// `base64 [-d] [-i] [-w COLUMNS] [FILE]`
pub(super) fn base64(process: &mut Process<'_, '_>) -> Status {
    let parsed = match process.options(&["d,decode", "i,ignore-garbage", "w,wrap="], Order::Any) {
        Ok(parsed) => parsed,
        Err(status) => return status,
    };
    let Some(width) = parsed.value("wrap").map_or(Some(76), stream::number) else {
        return process.fail("invalid wrap size");
    };
    let bytes = match stream::only(process, &parsed.operands) {
        Ok(bytes) => bytes,
        Err(status) => return status,
    };
    if parsed.has("decode") {
        return decode(process, &bytes, parsed.has("ignore-garbage"));
    }
    let text = LENIENT.encode(&bytes).into_bytes();
    let width = usize::try_from(width).unwrap_or(usize::MAX);
    if width == 0 {
        process.out(text);
    } else {
        process.out(text.chunks(width).flat_map(|line| [line, b"\n"].concat()).collect::<Vec<_>>());
    }
    Status::SUCCESS
}

/// What is right goes out before what is wrong is told.
fn decode(process: &mut Process<'_, '_>, bytes: &[u8], lenient: bool) -> Status {
    let is_digit = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    let text: Vec<u8> = bytes.iter().copied().filter(|b| *b != b'\n' && (!lenient || is_digit(*b))).collect();
    // Encoded texts may follow one another: each ends with its padding.
    let mut rest = &text[..];
    let mut failed = false;
    let mut out = Vec::new();
    while !rest.is_empty() && !failed {
        let digits = rest.iter().take_while(|b| **b != b'=' && is_digit(**b)).count();
        let padding = rest[digits..].iter().take(2).take_while(|b| **b == b'=').count();
        let end = digits + padding;
        failed = end % 4 != 0 || digits == 0 || end < rest.len() && padding == 0;
        let whole = if failed { digits - digits % 4 } else { digits };
        // GNU gives the bytes that the digits of a last, broken group of four make.
        let take = if failed && digits % 4 > 1 { digits } else { whole };
        out.extend(LENIENT.decode(&rest[..take]).unwrap_or_default());
        rest = &rest[end.max(1).min(rest.len())..];
    }
    process.out(out);
    if failed { process.fail("invalid input") } else { Status::SUCCESS }
}

/// `strings [-a] [-n LENGTH] [-t RADIX] [FILE]…`: runs of printable characters.
pub(super) fn strings(process: &mut Process<'_, '_>) -> Status {
    for arg in process.args.iter_mut().skip(1) {
        if arg.len() > 1 && arg[0] == b'-' && arg[1..].iter().all(u8::is_ascii_digit) {
            *arg = [b"-n", &arg[1..]].concat();
        }
    }
    let options = [
        "a,all",
        "d,data",
        "n,bytes=",
        "t,radix=",
        "o",
        "f,print-file-name",
        "w,include-all-whitespace",
        "e,encoding=",
    ];
    let parsed = match process.options(&options, Order::Any) {
        Ok(parsed) => parsed,
        Err(status) => return status,
    };
    let Some(least) = parsed.value("bytes").map_or(Some(4), stream::number).filter(|n| *n > 0) else {
        return process.fail("invalid minimum string length");
    };
    let radix = if parsed.has("o") { Some(b'o') } else { parsed.value("radix").and_then(|r| r.first().copied()) };
    stream::each(process, &parsed.operands, |process, name, bytes| {
        let is_text = |b: &u8| {
            (32..127).contains(b) || *b == b'\t' || parsed.has("include-all-whitespace") && (9..=13).contains(b)
        };
        let mut out = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let length = bytes[at..].iter().take_while(|b| is_text(b)).count();
            if length as u64 >= least {
                if parsed.has("print-file-name") {
                    out.extend([name, b": "].concat());
                }
                match radix {
                    Some(b'd') => out.extend(format!("{at:7} ").bytes()),
                    Some(b'x') => out.extend(format!("{at:7x} ").bytes()),
                    Some(_) => out.extend(format!("{at:7o} ").bytes()),
                    None => {}
                }
                out.extend_from_slice(&bytes[at..at + length]);
                out.push(b'\n');
            }
            at += length + 1;
        }
        process.out(out);
    })
}

/// The encodings that are known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Ascii,
    Latin1,
    Utf8,
}

/// An encoding's name, and whether `//TRANSLIT` or `//IGNORE` is behind it.
fn encoding(name: &[u8]) -> Option<(Encoding, bool)> {
    let text = stream::text(name).to_ascii_uppercase();
    let (base, suffix) = text.split_once("//").unwrap_or((&text, ""));
    let encoding = match base.replace(['-', '_'], "").as_str() {
        "" | "UTF8" => Encoding::Utf8,
        "ASCII" | "USASCII" | "ANSIX3.41968" | "646" | "ISO646US" => Encoding::Ascii,
        "ISO88591" | "LATIN1" | "L1" | "88591" => Encoding::Latin1,
        _ => return None,
    };
    Some((encoding, suffix.contains("IGNORE")))
}

/// `iconv [-f FROM] [-t TO] [-c] [-o FILE] [FILE]…`, between ASCII, ISO 8859-1 and UTF-8.
pub(super) fn iconv(process: &mut Process<'_, '_>) -> Status {
    let parsed =
        match process.options(&["f,from-code=", "t,to-code=", "c", "o,output=", "s,silent", "l,list"], Order::Any) {
            Ok(parsed) => parsed,
            Err(status) => return status,
        };
    let known = |name: &str| encoding(parsed.value(name).unwrap_or(b"UTF-8"));
    let (Some((from, _)), Some((to, ignores))) = (known("from-code"), known("to-code")) else {
        return process.fail("conversion is not supported");
    };
    let drops = parsed.has("c") || ignores;
    let mut out = Vec::new();
    let mut stopped = None;
    let status = stream::each(process, &parsed.operands, |_, _, bytes| {
        let mut at = 0;
        while at < bytes.len() && stopped.is_none() {
            let length = if from == Encoding::Utf8 { stream::character(&bytes[at..]) } else { 1 };
            match converted(&bytes[at..at + length], from, to) {
                Some(text) => out.extend(text),
                None if drops => {}
                None => stopped = Some(at),
            }
            at += length;
        }
    });
    let written = match parsed.value("output") {
        Some(name) => process.write_file(name, &out),
        None => {
            process.out(out);
            Ok(())
        }
    };
    if let Err(error) = written {
        return process.fail(error);
    }
    match stopped {
        Some(at) => process.fail(format_args!("cannot convert or illegal input sequence at position {at}")),
        None => status,
    }
}

fn converted(character: &[u8], from: Encoding, to: Encoding) -> Option<Vec<u8>> {
    let c = match (from, character) {
        (Encoding::Utf8, bytes) => std::str::from_utf8(bytes).ok()?.chars().next()?,
        (Encoding::Latin1, [byte]) => char::from(*byte),
        (Encoding::Ascii, [byte]) if byte.is_ascii() => char::from(*byte),
        _ => return None,
    };
    match to {
        Encoding::Utf8 => Some(c.to_string().into_bytes()),
        Encoding::Latin1 => u8::try_from(u32::from(c)).ok().map(|b| vec![b]),
        Encoding::Ascii => c.is_ascii().then(|| vec![c as u8]),
    }
}

/// `envsubst [SHELL-FORMAT]`: `$NAME` and `${NAME}`; with an operand, of the names in it only.
pub(super) fn envsubst(process: &mut Process<'_, '_>) -> Status {
    let parsed = match process.options(&["v,variables"], Order::Any) {
        Ok(parsed) => parsed,
        Err(status) => return status,
    };
    let names = |text: &[u8]| -> Vec<Vec<u8>> { references(text).into_iter().map(|(name, ..)| name).collect() };
    if parsed.has("variables") {
        let names = names(parsed.operands.first().map_or(&b""[..], Vec::as_slice));
        process.out(names.iter().flat_map(|n| [n, &b"\n"[..]].concat()).collect::<Vec<_>>());
        return Status::SUCCESS;
    }
    let wanted = parsed.operands.first().map(|text| names(text));
    let input = process.input();
    let (mut out, mut copied) = (Vec::new(), 0);
    for (name, start, end) in references(&input) {
        if wanted.as_ref().is_some_and(|w| !w.contains(&name)) {
            continue;
        }
        out.extend_from_slice(&input[copied..start]);
        out.extend_from_slice(process.env.get(&name).map(Vec::as_slice).unwrap_or_default());
        copied = end;
    }
    out.extend_from_slice(&input[copied..]);
    process.out(out);
    Status::SUCCESS
}

/// Each `$NAME` and `${NAME}`, and where it is.
fn references(text: &[u8]) -> Vec<(Vec<u8>, usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(dollar) = text[at..].iter().position(|b| *b == b'$').map(|n| n + at) {
        let braced = text.get(dollar + 1) == Some(&b'{');
        let start = dollar + 1 + usize::from(braced);
        let is_name = |(n, b): &(usize, &u8)| b.is_ascii_alphabetic() || **b == b'_' || *n > 0 && b.is_ascii_digit();
        let length = text[start.min(text.len())..].iter().enumerate().take_while(is_name).count();
        let end = start + length;
        at = dollar + 1;
        if length > 0 && (!braced || text.get(end) == Some(&b'}')) {
            at = end + usize::from(braced);
            found.push((text[start..end].to_vec(), dollar, at));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::effects::process::testing::Image;

    #[test]
    fn texts_change_their_form() {
        let mut image = Image::new().programs(&["base64", "strings", "iconv", "envsubst"]);
        for (args, input, expected) in [
            (&["base64"][..], "hello", "aGVsbG8=\n"),
            (&["base64", "-w4"], "hello", "aGVs\nbG8=\n"),
            (&["base64", "-d"], "aGVs\nbG8=\n", "hello"),
            (&["strings", "-n3"], "ab\0abc\u{1}d e\tf\n", "abc\nd e\tf\n"),
            (&["iconv", "-f", "utf-8", "-t", "ASCII", "-c"], "a\u{e9}b", "ab"),
            (&["envsubst"], "${HOME}/$NONE$ x$HOME", "/root/$ x/root"),
            (&["envsubst", "$X"], "$HOME$X", "$HOME"),
        ] {
            assert_eq!(image.run(args, input).out, expected, "{args:?}");
        }
        assert_eq!(image.run(&["iconv", "-t", "LATIN1"], "\u{20ac}").status.0, 1);
    }
}
