//! What systemd's tools want to know of the system they run on: the image's, as far as it says.

use std::collections::BTreeMap;

use crate::{effects::process::Process, terms::Arch};

/// The version of systemd in the image: what its shared library is called, else what its release has.
pub(super) fn version(process: &mut Process<'_, '_>) -> u32 {
    let found = [
        "/usr/lib/systemd",
        "/usr/lib64/systemd",
        "/usr/lib/x86_64-linux-gnu/systemd",
        "/usr/lib/aarch64-linux-gnu/systemd",
    ]
    .iter()
    .flat_map(|dir| process.read_dir(dir.as_bytes()).unwrap_or_default())
    .find_map(|name| {
        let rest = name.strip_prefix(b"libsystemd-shared-")?;
        let digits: Vec<u8> = rest.iter().copied().take_while(u8::is_ascii_digit).collect();
        std::str::from_utf8(&digits).ok()?.parse().ok()
    });
    if let Some(version) = found {
        return version;
    }
    let release = os_release(process);
    let field = |key: &str| release.get(key).map_or("", String::as_str);
    let red_hat = is_red_hat(process);
    match field("VERSION_ID").split('.').next() {
        Some("8") if red_hat => 239,
        Some("10") if red_hat => 257,
        _ => 252,
    }
}

/// Whether it is RHEL, CentOS or Fedora.
pub(super) fn is_red_hat(process: &mut Process<'_, '_>) -> bool {
    let release = os_release(process);
    let ids = ["ID", "ID_LIKE"].into_iter().filter_map(|key| release.get(key));
    ids.flat_map(|v| v.split(' ')).any(|id| matches!(id, "rhel" | "centos" | "fedora"))
}

/// The fields of `os-release`.
pub(super) fn os_release(process: &mut Process<'_, '_>) -> BTreeMap<String, String> {
    let text = process
        .read_file(b"/etc/os-release")
        .or_else(|_| process.read_file(b"/usr/lib/os-release"))
        .unwrap_or_default();
    let text = String::from_utf8_lossy(&text).into_owned();
    let field = |line: &str| {
        let (key, value) = line.split_once('=')?;
        Some((key.trim().to_owned(), value.trim().trim_matches(['"', '\'']).to_owned()))
    };
    text.lines().filter(|l| !l.starts_with('#')).filter_map(field).collect()
}

/// Why a `%x` cannot be had.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unresolvable;

/// Replaces `%x`; directories of services and the user (who is root) only where `user` says so. What nobody knows stays.
pub(super) fn expand(process: &mut Process<'_, '_>, text: &str, user: bool) -> Result<String, Unresolvable> {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('%') | None => out.push('%'),
            Some(letter) => match specifier(process, letter, user)? {
                Some(value) => out.push_str(&value),
                None => {
                    out.push('%');
                    out.push(letter);
                }
            },
        }
    }
    Ok(out)
}

fn specifier(process: &mut Process<'_, '_>, letter: char, user: bool) -> Result<Option<String>, Unresolvable> {
    let release = |process: &mut Process<'_, '_>, key: &str| os_release(process).remove(key).unwrap_or_default();
    Ok(Some(match letter {
        'a' => architecture(process.stage.machine().arch).to_owned(),
        'A' => release(process, "IMAGE_VERSION"),
        'B' => release(process, "BUILD_ID"),
        'M' => release(process, "IMAGE_ID"),
        'o' => release(process, "ID"),
        'w' => release(process, "VERSION_ID"),
        'W' => release(process, "VARIANT_ID"),
        // A name of its own only a running system has.
        'H' | 'l' => "localhost".to_owned(),
        'm' => machine_id(process).ok_or(Unresolvable)?,
        'b' => return Err(Unresolvable),
        'v' => process.stage.machine().release.clone(),
        'T' => "/tmp".to_owned(),
        'V' => "/var/tmp".to_owned(),
        'h' if user => "/root".to_owned(),
        'u' | 'g' if user => "root".to_owned(),
        'U' | 'G' if user => "0".to_owned(),
        'C' if user => "/var/cache".to_owned(),
        'L' if user => "/var/log".to_owned(),
        'S' if user => "/var/lib".to_owned(),
        't' if user => "/run".to_owned(),
        _ => return Ok(None),
    }))
}

/// `/etc/machine-id`, where it has one already.
pub(super) fn machine_id(process: &mut Process<'_, '_>) -> Option<String> {
    let text = process.read_file(b"/etc/machine-id").ok()?;
    let text = String::from_utf8_lossy(&text).trim().to_owned();
    (text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit())).then_some(text)
}

/// systemd's own name of an architecture.
fn architecture(arch: Arch) -> &'static str {
    match arch {
        Arch::X86_64 => "x86-64",
        Arch::Aarch64 => "arm64",
        Arch::Ppc64le => "ppc64-le",
        Arch::S390x => "s390x",
    }
}

/// Whether systemd is Debian's build, which says `/lib` for `/usr/lib`: its library is where only Debian has one.
pub(super) fn is_debian_build(process: &mut Process<'_, '_>) -> bool {
    let dirs = process.read_dir(b"/usr/lib").unwrap_or_default();
    dirs.iter()
        .filter(|d| d.ends_with(b"-linux-gnu"))
        .any(|d| process.exists(&[b"/usr/lib/", &d[..], b"/systemd"].concat()))
}
