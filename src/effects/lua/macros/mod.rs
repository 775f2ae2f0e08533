//! `rpm.expand`: the part of rpm's macro language that a scriptlet can want at installation (rpm `docs/man/rpm-macros.7`), over
//! the macro files of the image. What is not known stays as it is written, as with rpm.
//!
//! ```text
//! expand   texts with the macros in them       words   names, brackets, arguments       built_in   rpm's own
//! ```

mod built_in;
mod expand;
mod words;

use std::collections::BTreeMap;

use crate::effects::process::Process;
use {
    built_in::BUILT_IN,
    words::{logical_line, name_at},
};

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
}

/// `macros.*` of a directory.
fn macro_files(process: &mut Process<'_, '_>, dir: &[u8]) -> Vec<Vec<u8>> {
    let names = process.read_dir(dir).unwrap_or_default();
    names.into_iter().filter(|n| n.starts_with(b"macros.")).map(|n| [dir, b"/", n.as_slice()].concat()).collect()
}

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
