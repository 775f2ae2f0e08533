//! What accounts may be called, and what their fields may hold.

use super::{
    database::{Flavor, shown},
    login_defs::decimal,
};
use crate::effects::process::Process;

/// Whether it may be in a field: no colon, no newline.
pub(super) fn is_field(text: &[u8]) -> bool {
    !text.iter().any(|b| matches!(b, b':' | b'\n'))
}

/// Whether an account may have this name.
pub(super) fn is_name(flavor: Flavor, name: &[u8]) -> bool {
    if name.is_empty() || name.len() > 32 {
        return false;
    }
    match flavor {
        Flavor::Debian => {
            !matches!(name[0], b'-' | b'+' | b'~')
                && !name.iter().any(|b| matches!(b, b':' | b',' | b'/') || b.is_ascii_whitespace())
        }
        Flavor::RedHat => {
            let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.');
            let rest = &name[1..];
            let rest = rest.strip_suffix(b"$").unwrap_or(rest);
            !matches!(name, b"." | b"..")
                && plain(name[0])
                && rest.iter().all(|&b| plain(b) || b == b'-')
                && !name.iter().all(u8::is_ascii_digit)
        }
    }
}

/// Whether a field may be a login shell.
pub(super) fn is_shell(value: &[u8]) -> bool {
    is_field(value) && matches!(value.first(), None | Some(b'/' | b'*'))
}

/// Whether a word is a user or group id.
pub(super) fn is_id(value: &[u8]) -> bool {
    decimal(value).is_some_and(|n| (0..i64::from(u32::MAX)).contains(&n))
}

/// Warns of a shell that cannot be run, and goes on.
pub(super) fn warn_of_shell(process: &mut Process<'_, '_>, shell: &[u8]) {
    let exempt = shell.is_empty() || shell[0] == b'*' || shell == b"/sbin/nologin";
    let runs = process.stat(shell).is_ok_and(|s| !s.is_directory() && s.mode & 0o111 != 0);
    if !exempt && !runs {
        process.fail(format!("Warning: missing or non-executable shell '{}'", shown(shell)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, red_hat, debian) in [
            ("tss", true, true),
            ("systemd-oom", true, true),
            ("host$", true, true),
            ("_x.y", true, true),
            ("1a", true, true),
            ("123", false, true),
            ("..", false, true),
            ("-x", false, false),
            ("a b", false, false),
            ("a:b", false, false),
            ("$", false, true),
            ("", false, false),
        ] {
            assert_eq!(is_name(Flavor::RedHat, name.as_bytes()), red_hat, "{name}");
            assert_eq!(is_name(Flavor::Debian, name.as_bytes()), debian, "{name}");
        }
        assert!(!is_name(Flavor::RedHat, &[b'a'; 33]));
    }
}
