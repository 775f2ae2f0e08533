//! File capabilities: from rpm's text to the kernel's extended attribute.

/// Capability names by bit (Linux `include/uapi/linux/capability.h`).
const NAMES: [&str; 41] = [
    "chown",
    "dac_override",
    "dac_read_search",
    "fowner",
    "fsetid",
    "kill",
    "setgid",
    "setuid",
    "setpcap",
    "linux_immutable",
    "net_bind_service",
    "net_broadcast",
    "net_admin",
    "net_raw",
    "ipc_lock",
    "ipc_owner",
    "sys_module",
    "sys_rawio",
    "sys_chroot",
    "sys_ptrace",
    "sys_pacct",
    "sys_admin",
    "sys_boot",
    "sys_nice",
    "sys_resource",
    "sys_time",
    "sys_tty_config",
    "mknod",
    "lease",
    "audit_write",
    "audit_control",
    "setfcap",
    "mac_override",
    "mac_admin",
    "syslog",
    "wake_alarm",
    "block_suspend",
    "audit_read",
    "perfmon",
    "bpf",
    "checkpoint_restore",
];

/// `VFS_CAP_REVISION_2` and `VFS_CAP_FLAGS_EFFECTIVE` of the same header.
const REVISION_2: u32 = 0x0200_0000;
const EFFECTIVE: u32 = 1;

/// Text that names no capabilities.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a set of capabilities")]
pub struct InvalidCapabilities(pub String);

#[derive(Clone, Copy, Default)]
struct Sets {
    effective: u64,
    permitted: u64,
    inheritable: u64,
}

/// The value of `security.capability` for text as `cap_from_text(3)` reads it: `cap_net_admin,cap_net_raw=ep`, `= cap_chown+p`.
/// None for text that sets nothing.
pub fn capability_xattr(text: &str) -> Result<Option<Vec<u8>>, InvalidCapabilities> {
    let bad = || InvalidCapabilities(text.to_owned());
    let mut sets = Sets::default();
    for clause in text.split_whitespace() {
        apply_clause(&mut sets, clause).ok_or_else(bad)?;
    }
    if sets.permitted | sets.inheritable | sets.effective == 0 {
        return Ok(None);
    }
    let magic = REVISION_2 | if sets.effective != 0 { EFFECTIVE } else { 0 };
    let words = [
        magic,
        sets.permitted as u32,
        sets.inheritable as u32,
        (sets.permitted >> 32) as u32,
        (sets.inheritable >> 32) as u32,
    ];
    Ok(Some(words.iter().flat_map(|w| w.to_le_bytes()).collect()))
}

/// One clause: names, then one or more of `=`, `+`, `-` each with flags.
fn apply_clause(sets: &mut Sets, clause: &str) -> Option<()> {
    let cut = clause.find(['=', '+', '-'])?;
    let (names, mut rest) = clause.split_at(cut);
    let mask = mask(names)?;
    while let Some(operator) = rest.chars().next() {
        let after = &rest[1..];
        let end = after.find(['=', '+', '-']).unwrap_or(after.len());
        let flags = &after[..end];
        if !flags.bytes().all(|b| matches!(b, b'e' | b'p' | b'i')) {
            return None;
        }
        for (flag, set) in [('e', &mut sets.effective), ('p', &mut sets.permitted), ('i', &mut sets.inheritable)] {
            let named = flags.contains(flag);
            match operator {
                '=' if named => *set |= mask,
                '=' => *set &= !mask,
                '+' if named => *set |= mask,
                '-' if named => *set &= !mask,
                _ => {}
            }
        }
        rest = &after[end..];
    }
    Some(())
}

fn mask(names: &str) -> Option<u64> {
    let all = (1 << NAMES.len()) - 1;
    if names.is_empty() || names.eq_ignore_ascii_case("all") {
        return Some(all);
    }
    names.split(',').try_fold(0, |mask, name| {
        let name = name.to_ascii_lowercase();
        let bit = NAMES.iter().position(|n| name.strip_prefix("cap_") == Some(n))?;
        Some(mask | 1 << bit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_real_packages() {
        for (text, hex) in [
            ("cap_net_admin,cap_net_raw=ep", Some("0100000200300000000000000000000000000000")),
            ("= cap_net_raw+ep", Some("0100000200200000000000000000000000000000")),
            ("cap_setuid=ep", Some("0100000280000000000000000000000000000000")),
            ("cap_perfmon=p", Some("0000000200000000000000004000000000000000")),
            ("cap_chown=i", Some("0000000200000000010000000000000000000000")),
            ("cap_chown=ep cap_chown-e", Some("0000000201000000000000000000000000000000")),
            ("=", None),
            ("", None),
        ] {
            assert_eq!(capability_xattr(text).expect(text).map(hex::encode).as_deref(), hex, "{text}");
        }
        for bad in ["cap_nonsense=ep", "cap_chown", "cap_chown=x"] {
            assert!(capability_xattr(bad).is_err(), "{bad}");
        }
    }
}
