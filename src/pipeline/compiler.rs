//! Which compiler built a kernel: its configuration says.

use std::io;

use super::contents::file_of;
use crate::{fetch::Package, store::Verified};

/// Kernel configurations have some 250 KiB.
const LIMIT: u64 = 8 << 20;

/// The version of gcc in `/lib/modules/KVER/config` of a kernel package; none where it names none.
pub(super) fn version(package: &Verified<Package>, kver: &str) -> io::Result<Option<String>> {
    for path in [
        format!("/lib/modules/{kver}/config"),
        format!("/usr/lib/modules/{kver}/config"),
        format!("/boot/config-{kver}"),
    ] {
        if let Some(bytes) = file_of(package, &path, LIMIT)? {
            return Ok(gcc_version(&String::from_utf8_lossy(&bytes)));
        }
    }
    Ok(None)
}

/// Out of `CONFIG_CC_VERSION_TEXT="gcc (GCC) 8.5.0 20210514 (Red Hat 8.5.0-4)"`, or `# Compiler: gcc (GCC) 8.5.0 …` as kernels
/// before 5.8 write it: the first dotted number behind the name in parentheses.
fn gcc_version(config: &str) -> Option<String> {
    let line = config.lines().find_map(|line| {
        let line = line.trim();
        line.strip_prefix("CONFIG_CC_VERSION_TEXT=").or_else(|| line.strip_prefix("# Compiler:"))
    })?;
    let line = line.trim().trim_matches('"');
    if !line.contains("gcc") {
        return None;
    }
    let behind = line.split_once(") ").map_or(line, |(_, rest)| rest);
    let word = behind.split_whitespace().find(|w| w.contains('.') && w.starts_with(|c: char| c.is_ascii_digit()))?;
    let version: String = word.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    Some(version.trim_end_matches('.').to_owned())
}

#[cfg(test)]
mod tests {
    use super::gcc_version;

    #[test]
    fn configurations_of_all_ages() {
        for (config, want) in [
            ("CONFIG_X=y\nCONFIG_CC_VERSION_TEXT=\"gcc (GCC) 8.5.0 20210514 (Red Hat 8.5.0-4)\"\n", Some("8.5.0")),
            ("#\n# Compiler: gcc (GCC) 8.4.1 20200928 (Red Hat 8.4.1-1)\n#\n", Some("8.4.1")),
            ("CONFIG_CC_VERSION_TEXT=\"gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0\"", Some("12.2.0")),
            ("CONFIG_CC_VERSION_TEXT=\"clang version 17.0.6\"", None),
            ("CONFIG_CC_IS_GCC=y", None),
        ] {
            assert_eq!(gcc_version(config).as_deref(), want, "{config}");
        }
    }
}
