//! `/etc/login.defs` and `/etc/default/useradd`.

use std::collections::BTreeMap;

use super::database::Flavor;
use crate::effects::process::Process;

/// The settings of `/etc/login.defs`, with those of `-K` over them.
#[derive(Clone, Debug, Default)]
pub(in crate::effects) struct LoginDefs(BTreeMap<Vec<u8>, Vec<u8>>);

impl LoginDefs {
    /// Those of the image; none without the file.
    pub fn read(process: &mut Process<'_, '_>) -> Self {
        let text = process.read_file(b"/etc/login.defs").unwrap_or_default();
        Self(text.split(|&b| b == b'\n').filter_map(setting).collect())
    }

    /// Overrides one, as `-K NAME=VALUE` does.
    pub fn set(&mut self, name: &[u8], value: &[u8]) {
        self.0.insert(name.to_vec(), value.to_vec());
    }

    /// A setting as it stands there.
    pub fn text(&self, name: &str) -> Option<&[u8]> {
        self.0.get(name.as_bytes()).map(Vec::as_slice)
    }

    /// Whether it is `yes`.
    pub fn flag(&self, name: &str) -> bool {
        self.text(name).is_some_and(|v| v.eq_ignore_ascii_case(b"yes"))
    }

    /// A number: decimal, octal with a leading 0, or hexadecimal with 0x.
    pub fn number(&self, name: &str) -> Option<i64> {
        integer(self.text(name)?)
    }

    /// A number that is an id, or `default`.
    pub fn id(&self, name: &str, default: u32) -> u32 {
        self.number(name).and_then(|n| u32::try_from(n).ok()).unwrap_or(default)
    }
}

/// A number as `strtol` with base 0 takes a whole word.
pub(super) fn integer(word: &[u8]) -> Option<i64> {
    let word = std::str::from_utf8(word).ok()?.trim_start();
    let (negative, digits) = match word.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, word.strip_prefix('+').unwrap_or(word)),
    };
    let value = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hex) => i64::from_str_radix(hex, 16),
        None if digits.len() > 1 && digits.starts_with('0') => i64::from_str_radix(&digits[1..], 8),
        None if digits.starts_with(['+', '-']) => return None,
        None => digits.parse(),
    };
    value.ok().map(|v| if negative { -v } else { v })
}

fn setting(line: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let line = line.trim_ascii();
    let end = line.iter().position(|b| matches!(b, b' ' | b'\t'))?;
    if line.starts_with(b"#") {
        return None;
    }
    let start = line[end..].iter().position(|b| !matches!(b, b' ' | b'\t' | b'"')).map_or(line.len(), |n| end + n);
    let value = line[start..].split(|&b| b == b'"').next().unwrap_or_default();
    Some((line[..end].to_vec(), value.to_vec()))
}

/// `/etc/default/useradd`.
#[derive(Clone, Debug)]
pub(super) struct Defaults {
    /// `GROUP`: gid or name, for users without a group of their own.
    pub group: Vec<u8>,
    /// `HOME`: where home directories are.
    pub home: Vec<u8>,
    /// `INACTIVE`: days, -1 for never.
    pub inactive: i64,
    /// `EXPIRE`: a date, or nothing.
    pub expire: Vec<u8>,
    /// `SHELL`.
    pub shell: Vec<u8>,
    /// `SKEL`: what new home directories hold.
    pub skel: Vec<u8>,
    /// `CREATE_MAIL_SPOOL`.
    pub mail: Vec<u8>,
    /// `LOG_INIT`.
    pub log_init: Vec<u8>,
}

/// Where they are.
pub(super) const USERADD: &[u8] = b"/etc/default/useradd";

impl Defaults {
    /// Those of the image; what the file does not say is as in shadow-utils.
    pub fn read(process: &mut Process<'_, '_>, flavor: Flavor) -> Self {
        let debian = flavor == Flavor::Debian;
        let mut defaults = Self {
            group: if debian { b"100".to_vec() } else { b"1000".to_vec() },
            home: b"/home".to_vec(),
            inactive: -1,
            expire: Vec::new(),
            shell: b"/bin/bash".to_vec(),
            skel: b"/etc/skel".to_vec(),
            mail: b"yes".to_vec(),
            log_init: b"yes".to_vec(),
        };
        let text = process.read_file(USERADD).unwrap_or_default();
        for line in text.split(|&b| b == b'\n') {
            let Some(at) = line.iter().position(|&b| b == b'=') else { continue };
            let value = line[at + 1..].to_vec();
            match &line[..at] {
                b"GROUP" => defaults.group = value,
                b"HOME" => defaults.home = value,
                b"INACTIVE" => defaults.inactive = integer(&value).filter(|n| *n >= -1).unwrap_or(-1),
                b"EXPIRE" => defaults.expire = value,
                b"SHELL" => defaults.shell = value,
                b"SKEL" if !value.is_empty() => defaults.skel = value,
                b"CREATE_MAIL_SPOOL" => defaults.mail = if value.is_empty() { b"no".to_vec() } else { value },
                b"LOG_INIT" if !value.is_empty() => defaults.log_init = value,
                _ => {}
            }
        }
        defaults
    }

    /// Each with its name, in the file's order.
    pub fn rows(&self) -> [(&'static str, Vec<u8>); 8] {
        [
            ("GROUP", self.group.clone()),
            ("HOME", self.home.clone()),
            ("INACTIVE", self.inactive.to_string().into_bytes()),
            ("EXPIRE", self.expire.clone()),
            ("SHELL", self.shell.clone()),
            ("SKEL", self.skel.clone()),
            ("CREATE_MAIL_SPOOL", self.mail.clone()),
            ("LOG_INIT", self.log_init.clone()),
        ]
    }

    /// As `useradd -D` prints them.
    pub fn show(&self, gid: u32) -> Vec<u8> {
        let gid = gid.to_string().into_bytes();
        let value = |key, value| if key == "GROUP" { gid.clone() } else { value };
        self.rows().into_iter().flat_map(|(key, v)| [key.as_bytes(), b"=", &value(key, v), b"\n"].concat()).collect()
    }
}

/// A number as `strtoll` with base 10 takes a whole word.
pub(super) fn decimal(word: &[u8]) -> Option<i64> {
    let word = std::str::from_utf8(word).ok()?.trim_start();
    word.parse().ok()
}
