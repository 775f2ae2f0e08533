//! `rpm.expand`: the part of rpm's macro language that a scriptlet can want at installation (rpm `docs/man/rpm-macros.7`), over
//! the macro files of the image. What is not known stays as it is written, as with rpm.

use std::collections::BTreeMap;

use crate::effects::process::{Handle, Process};

/// Macros inside one another (rpm: 64).
const DEPTH: u32 = 64;
/// Bytes of an expansion.
const LIMIT: usize = 1 << 20;

/// What a macro stands for.
#[derive(Clone, Debug)]
struct Macro {
    /// Option letters, where it takes arguments.
    options: Option<String>,
    body: Vec<u8>,
}

/// All macros; a name's last definition counts.
#[derive(Clone, Debug, Default)]
pub(super) struct Macros {
    by_name: BTreeMap<Vec<u8>, Vec<Macro>>,
}

/// Why an expansion failed; rpm says no more to Lua.
#[derive(Debug)]
pub(super) struct Unexpandable;

/// The arguments of the macro being expanded.
type Frame = BTreeMap<Vec<u8>, Vec<u8>>;

impl Macros {
    /// Those of rpm itself for the image's machine, then those of the image's files, in rpm's order.
    pub fn of(process: &mut Process<'_, '_>) -> Self {
        let mut macros = Self::default();
        let arch = process.stage.machine().arch.rpm();
        for (name, body) in BUILT_IN {
            macros.push(name.as_bytes(), None, body.replace("@ARCH@", arch).into_bytes());
        }
        let mut files = vec![b"/usr/lib/rpm/macros".to_vec()];
        files.extend(macro_files(process, b"/usr/lib/rpm/macros.d"));
        files.push(format!("/usr/lib/rpm/platform/{arch}-linux/macros").into_bytes());
        files.push(b"/usr/lib/rpm/redhat/macros".to_vec());
        files.extend(macro_files(process, b"/etc/rpm"));
        files.push(b"/etc/rpm/macros".to_vec());
        for file in files {
            macros.load(process, &file);
        }
        macros
    }

    /// Reads a file of definitions; false where there is none.
    pub fn load(&mut self, process: &mut Process<'_, '_>, file: &[u8]) -> bool {
        let Ok(text) = process.read_file(file) else { return false };
        let mut rest = text.as_slice();
        while !rest.is_empty() && process.stage.budget.step() {
            let (line, after) = rest.split_at(logical_line(rest));
            rest = after;
            if let Some(definition) = line.trim_ascii_start().strip_prefix(b"%") {
                self.define(definition);
            }
        }
        true
    }

    /// `name[(options)] body`; false where it is none.
    pub fn define(&mut self, text: &[u8]) -> bool {
        let text = text.trim_ascii_start();
        let name = name_at(text);
        if name.is_empty() {
            return false;
        }
        let (name, rest) = text.split_at(name.len());
        let (options, rest) = match rest.strip_prefix(b"(").and_then(|r| Some((r, r.iter().position(|&b| b == b')')?)))
        {
            Some((r, end)) => (Some(String::from_utf8_lossy(&r[..end]).into_owned()), &r[end + 1..]),
            None => (None, rest),
        };
        let body = rest.trim_ascii();
        let body = body.strip_prefix(b"{").and_then(|b| b.strip_suffix(b"}")).unwrap_or(body);
        let mut joined = Vec::with_capacity(body.len());
        let mut bytes = body.iter().peekable();
        while let Some(&b) = bytes.next() {
            if b == b'\\' && bytes.peek() == Some(&&b'\n') {
                continue;
            }
            joined.push(b);
        }
        self.push(name, options, joined);
        true
    }

    fn push(&mut self, name: &[u8], options: Option<String>, body: Vec<u8>) {
        self.by_name.entry(name.to_vec()).or_default().push(Macro { options, body });
    }

    /// Takes the last definition back.
    pub fn undefine(&mut self, name: &[u8]) {
        if let Some(definitions) = self.by_name.get_mut(name) {
            definitions.pop();
            if definitions.is_empty() {
                self.by_name.remove(name);
            }
        }
    }

    /// Whether there is one, and whether it takes arguments.
    pub fn is_defined(&self, name: &[u8]) -> (bool, bool) {
        let known = self.by_name.get(name).and_then(|d| d.last());
        (known.is_some(), known.is_some_and(|m| m.options.is_some()))
    }

    /// The text with every macro expanded.
    pub fn expand(&mut self, process: &mut Process<'_, '_>, text: &[u8]) -> Result<Vec<u8>, Unexpandable> {
        let mut out = Vec::new();
        self.text(process, text, &Frame::new(), 0, &mut out)?;
        Ok(out)
    }

    fn text(
        &mut self,
        process: &mut Process<'_, '_>,
        text: &[u8],
        frame: &Frame,
        depth: u32,
        out: &mut Vec<u8>,
    ) -> Result<(), Unexpandable> {
        if depth > DEPTH {
            return Err(Unexpandable);
        }
        let mut at = 0;
        while at < text.len() {
            if out.len() > LIMIT || !process.stage.budget.step() {
                return Err(Unexpandable);
            }
            let plain = text[at..].iter().position(|&b| b == b'%').unwrap_or(text.len() - at);
            out.extend_from_slice(&text[at..at + plain]);
            at += plain;
            if at < text.len() {
                at += self.reference(process, &text[at..], frame, depth, out)?;
            }
        }
        Ok(())
    }

    /// What starts with `%`; the bytes it takes.
    fn reference(
        &mut self,
        process: &mut Process<'_, '_>,
        text: &[u8],
        frame: &Frame,
        depth: u32,
        out: &mut Vec<u8>,
    ) -> Result<usize, Unexpandable> {
        match text.get(1) {
            Some(b'%') => {
                out.push(b'%');
                Ok(2)
            }
            Some(b'(') => {
                let end = closing(text, 1).ok_or(Unexpandable)?;
                let mut command = Vec::new();
                self.text(process, &text[2..end], frame, depth + 1, &mut command)?;
                let shell = vec![b"/bin/sh".to_vec(), b"-c".to_vec(), command];
                let (_, said) = process.capture(shell, Handle::null());
                out.extend_from_slice(said.trim_ascii_end());
                Ok(end + 1)
            }
            Some(b'{') => {
                let end = closing(text, 1).ok_or(Unexpandable)?;
                self.braced(process, &text[2..end], &text[..=end], frame, depth, out)?;
                Ok(end + 1)
            }
            Some(_) => self.bare(process, text, frame, depth, out),
            None => {
                out.push(b'%');
                Ok(1)
            }
        }
    }

    /// `%name`, `%?name`, `%!?name`, `%*`, `%1`; one with arguments takes the rest of the line.
    fn bare(
        &mut self,
        process: &mut Process<'_, '_>,
        text: &[u8],
        frame: &Frame,
        depth: u32,
        out: &mut Vec<u8>,
    ) -> Result<usize, Unexpandable> {
        let marks = text[1..].iter().take_while(|b| matches!(b, b'?' | b'!')).count();
        let start = 1 + marks;
        let special = match text.get(start) {
            Some(b'*' | b'#') => 1 + usize::from(text.get(start..start + 2) == Some(b"**")),
            Some(b'0'..=b'9') => text[start..].iter().take_while(|b| b.is_ascii_digit()).count(),
            _ => 0,
        };
        let len = if special > 0 { special } else { name_at(&text[start..]).len() };
        let name = &text[start..start + len];
        if name.is_empty() {
            out.push(b'%');
            return Ok(1);
        }
        let mut end = start + len;
        let mut inner = text[1..end].to_vec();
        if name == b"dnl" {
            let line = text.iter().position(|&b| b == b'\n').map_or(text.len(), |n| n + 1);
            return Ok(line);
        }
        if self.is_defined(name).1 || matches!(name, b"define" | b"global" | b"undefine") {
            let rest = text[end..].iter().position(|&b| b == b'\n').unwrap_or(text.len() - end);
            inner.extend_from_slice(&text[end..end + rest]);
            end += rest;
        }
        self.braced(process, &inner, &text[..end], frame, depth, out)?;
        Ok(end)
    }

    /// What is between braces; `whole` is all of it as written, for what is not known.
    fn braced(
        &mut self,
        process: &mut Process<'_, '_>,
        inner: &[u8],
        whole: &[u8],
        frame: &Frame,
        depth: u32,
        out: &mut Vec<u8>,
    ) -> Result<(), Unexpandable> {
        let marks = inner.iter().take_while(|b| matches!(b, b'?' | b'!')).count();
        let asked = inner[..marks].contains(&b'?');
        let negated = inner[..marks].iter().filter(|&&b| b == b'!').count() % 2 == 1;
        let rest = &inner[marks..];
        let name_len = match rest.first() {
            Some(b'-') => 1 + rest[1..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'*').count(),
            Some(b'*' | b'#' | b'0'..=b'9') => {
                rest.iter().take_while(|b| matches!(b, b'*' | b'#' | b'0'..=b'9')).count()
            }
            _ => name_at(rest).len(),
        };
        let (name, rest) = rest.split_at(name_len);
        let value = rest.strip_prefix(b":");
        let local = frame.get(name).cloned();
        let is_flag = name.first() == Some(&b'-');
        let defined = local.is_some() || (!is_flag && self.is_defined(name).0);
        if asked || is_flag {
            return match (defined != negated, value) {
                (true, Some(value)) => self.text(process, value, frame, depth + 1, out),
                (true, None) if defined => self.named(process, name, rest, local, depth, out),
                _ => Ok(()),
            };
        }
        if defined {
            return self.named(process, name, value.unwrap_or(rest), local, depth, out);
        }
        if frame.contains_key(&b"#"[..]) && name.first().is_some_and(|b| matches!(b, b'*' | b'#' | b'0'..=b'9')) {
            return Ok(());
        }
        if self.function(process, name, value.unwrap_or(rest), frame, depth, out)? {
            return Ok(());
        }
        out.extend_from_slice(whole);
        Ok(())
    }

    /// A macro's body, expanded, with `words` as its arguments where it takes some.
    fn named(
        &mut self,
        process: &mut Process<'_, '_>,
        name: &[u8],
        words: &[u8],
        local: Option<Vec<u8>>,
        depth: u32,
        out: &mut Vec<u8>,
    ) -> Result<(), Unexpandable> {
        if let Some(value) = local {
            out.extend_from_slice(&value);
            return Ok(());
        }
        let Some(known) = self.by_name.get(name).and_then(|d| d.last()).cloned() else { return Ok(()) };
        let frame = match &known.options {
            None => Frame::new(),
            Some(options) => {
                let mut expanded = Vec::new();
                self.text(process, words, &Frame::new(), depth + 1, &mut expanded)?;
                arguments(name, options, &expanded)
            }
        };
        self.text(process, &known.body, &frame, depth + 1, out)
    }

    /// rpm's own; true where it was one.
    fn function(
        &mut self,
        process: &mut Process<'_, '_>,
        name: &[u8],
        words: &[u8],
        frame: &Frame,
        depth: u32,
        out: &mut Vec<u8>,
    ) -> Result<bool, Unexpandable> {
        let mut value = Vec::new();
        if !matches!(name, b"define" | b"dnl" | b"lua") {
            self.text(process, words, frame, depth + 1, &mut value)?;
        }
        let value = value.trim_ascii();
        match name {
            b"define" => {
                self.define(words);
            }
            b"global" => {
                self.define(value);
            }
            b"undefine" => self.undefine(value),
            b"dnl" => {}
            b"expand" | b"quote" => self.text(process, value, frame, depth + 1, out)?,
            b"basename" => out.extend_from_slice(value.rsplit(|&b| b == b'/').next().unwrap_or_default()),
            b"dirname" => match value.iter().rposition(|&b| b == b'/') {
                Some(at) => out.extend_from_slice(&value[..at]),
                None => out.extend_from_slice(value),
            },
            b"suffix" => out.extend_from_slice(value.rsplit(|&b| b == b'.').next().unwrap_or_default()),
            b"exists" => out.push(if process.exists(value) { b'1' } else { b'0' }),
            b"getconfdir" => out.extend_from_slice(b"/usr/lib/rpm"),
            b"getenv" => out.extend_from_slice(process.env.get(value).map_or(b"", Vec::as_slice)),
            b"shrink" => {
                let words: Vec<_> = value.split(u8::is_ascii_whitespace).filter(|w| !w.is_empty()).collect();
                out.extend_from_slice(&words.join(&b' '));
            }
            b"echo" | b"warn" | b"verbose" => {}
            b"error" => return Err(Unexpandable),
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// `macros.*` of a directory.
fn macro_files(process: &mut Process<'_, '_>, dir: &[u8]) -> Vec<Vec<u8>> {
    let names = process.read_dir(dir).unwrap_or_default();
    names.into_iter().filter(|n| n.starts_with(b"macros.")).map(|n| [dir, b"/", n.as_slice()].concat()).collect()
}

fn name_at(text: &[u8]) -> &[u8] {
    let n = text.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    if text.first().is_some_and(u8::is_ascii_digit) { &[] } else { &text[..n] }
}

/// Where the bracket at `open` is closed.
fn closing(text: &[u8], open: usize) -> Option<usize> {
    let (left, right) = if text[open] == b'(' { (b'(', b')') } else { (b'{', b'}') };
    let mut depth = 0;
    for (at, &b) in text.iter().enumerate().skip(open) {
        if b == left {
            depth += 1;
        } else if b == right {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

/// The length of a definition: a line, and those that follow a backslash or an open brace.
fn logical_line(text: &[u8]) -> usize {
    let (mut braces, mut at) = (0_i64, 0);
    while at < text.len() {
        match text[at] {
            b'{' => braces += 1,
            b'}' => braces -= 1,
            b'\\' => at += 1,
            b'\n' if braces <= 0 || !text.trim_ascii_start().starts_with(b"%") => return at + 1,
            _ => {}
        }
        at += 1;
    }
    text.len()
}

/// What `%1`, `%*`, `%#`, `%{-o}` and `%{-o*}` are in a call.
fn arguments(name: &[u8], options: &str, words: &[u8]) -> Frame {
    let mut frame = Frame::new();
    let mut words = words.split(u8::is_ascii_whitespace).filter(|w| !w.is_empty()).peekable();
    frame.insert(b"**".to_vec(), words.clone().collect::<Vec<_>>().join(&b' '));
    if options != "-" {
        while let Some(word) = words.peek().filter(|w| w.len() > 1 && w[0] == b'-').copied() {
            let takes = options.as_bytes().windows(2).any(|o| o[0] == word[1] && o[1] == b':');
            if word == b"--" || !options.as_bytes().contains(&word[1]) {
                break;
            }
            words.next();
            let value = match word.len() {
                2 if takes => words.next().unwrap_or_default(),
                _ => &word[2..],
            };
            let flag = [b"-", &word[1..2]].concat();
            frame.insert([&flag[..], b"*"].concat(), value.to_vec());
            let text = if value.is_empty() { flag.clone() } else { [&flag, &b" "[..], value].concat() };
            frame.insert(flag, text);
        }
    }
    let rest: Vec<&[u8]> = words.collect();
    frame.insert(b"0".to_vec(), name.to_vec());
    frame.insert(b"*".to_vec(), rest.join(&b' '));
    frame.insert(b"#".to_vec(), rest.len().to_string().into_bytes());
    for (i, word) in (1..).zip(&rest) {
        frame.insert(i64::to_string(&i).into_bytes(), word.to_vec());
    }
    frame
}

/// rpm's own where the image has no macro files: Red Hat's directories.
const BUILT_IN: &[(&str, &str)] = &[
    ("_usr", "/usr"),
    ("_var", "/var"),
    ("_prefix", "/usr"),
    ("_exec_prefix", "%{_prefix}"),
    ("_bindir", "%{_exec_prefix}/bin"),
    ("_sbindir", "%{_exec_prefix}/sbin"),
    ("_libexecdir", "%{_exec_prefix}/libexec"),
    ("_datarootdir", "%{_prefix}/share"),
    ("_datadir", "%{_datarootdir}"),
    ("_sysconfdir", "/etc"),
    ("_sharedstatedir", "/var/lib"),
    ("_localstatedir", "/var"),
    ("_lib", "lib64"),
    ("_libdir", "%{_exec_prefix}/%{_lib}"),
    ("_includedir", "%{_prefix}/include"),
    ("_infodir", "%{_datarootdir}/info"),
    ("_mandir", "%{_datarootdir}/man"),
    ("_docdir", "%{_datadir}/doc"),
    ("_rundir", "/run"),
    ("_tmppath", "%{_var}/tmp"),
    ("_dbpath", "%{_var}/lib/rpm"),
    ("_unitdir", "%{_prefix}/lib/systemd/system"),
    ("_rpmconfigdir", "/usr/lib/rpm"),
    ("_arch", "@ARCH@"),
    ("_host_cpu", "@ARCH@"),
    ("_target_cpu", "@ARCH@"),
    ("_os", "linux"),
    ("_target_os", "linux"),
    ("_isa", "(@ARCH@)"),
    ("__isa_bits", "64"),
    ("nil", ""),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::process::testing::Image;

    #[test]
    fn macros_expand_as_rpms_do() {
        let macros = "%_libdir /usr/lib64\n%with_arg(ab:) [%1|%*|%#|%{-a}|%{-b*}]\n%multi a\\\nb\n";
        let mut image = Image::new().file("usr/lib/rpm/macros", macros, 0o644);
        image.process(|process| {
            let mut macros = Macros::of(process);
            for (text, expanded) in [
                ("%{_libdir}/x", "/usr/lib64/x"),
                ("%_prefix", "/usr"),
                ("100%%", "100%"),
                ("%{unknown} %unknown", "%{unknown} %unknown"),
                ("%{?unknown}x%{!?unknown:no}", "xno"),
                ("%{?_libdir:yes}%{?_libdir}", "yes/usr/lib64"),
                ("%{with_arg -a -b 7 x y}", "[x|x y|2|-a|7]"),
                ("%{basename:/a/b}", "b"),
                ("%{multi}", "a\nb"),
                ("%", "%"),
            ] {
                let out = macros.expand(process, text.as_bytes()).expect("it expands");
                assert_eq!(String::from_utf8_lossy(&out), expanded, "{text}");
            }
            macros.define(b"loop %{loop}x");
            assert!(macros.expand(process, b"%loop").is_err());
            macros.define(b"foo 1");
            macros.define(b"foo 2");
            macros.undefine(b"foo");
            assert_eq!(macros.expand(process, b"%foo").expect("it expands"), b"1");
        });
    }
}
