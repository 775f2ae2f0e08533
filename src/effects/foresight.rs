//! Facts that effects are sure to ask of a file, known by its path alone: so they can be worked out while other packages still
//! arrive.

use std::io::{self, Read};

use super::{caches, depmod, ldconfig};

/// Works facts out of a file: its size, its bytes.
pub type LookOnce = fn(u64, &mut dyn Read) -> io::Result<Vec<u8>>;

/// What will be asked.
#[derive(Clone, Copy, Debug)]
pub struct Foresight {
    /// Facts are remembered by it, as [`Contents::derive`](crate::rootfs::Contents::derive) says.
    pub kind: &'static str,
    /// How they are worked out.
    pub look: LookOnce,
}

/// Of a regular file by its path, without a slash in front: depmod looks into every module, ldconfig into every library of the
/// directories it always searches and of those below, which `ld.so.conf.d` names; and both ldconfig and iconvconfig differ from
/// version to version, which the programs themselves tell.
pub fn foresee(path: &[u8]) -> Option<Foresight> {
    let path = path.strip_prefix(b"usr/").unwrap_or(path);
    match path {
        b"sbin/ldconfig" | b"sbin/ldconfig.real" => return Some(ldconfig::MARKS),
        b"sbin/iconvconfig" => return Some(caches::ICONVCONFIG_MARKS),
        _ => {}
    }
    let (directory, name) = path.split_at(path.iter().rposition(|&b| b == b'/')? + 1);
    if directory.starts_with(b"lib/modules/") {
        return depmod::is_candidate(name).then_some(depmod::FORESIGHT);
    }
    let below = directory.strip_prefix(b"lib/").or_else(|| directory.strip_prefix(b"lib64/"))?;
    let searched = below.iter().filter(|&&b| b == b'/').count() <= 1;
    (searched && ldconfig::is_candidate(name)).then_some(ldconfig::FORESIGHT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_and_libraries_are_foreseen() {
        let kind = |path: &str| foresee(path.as_bytes()).map(|f| f.kind);
        assert_eq!(kind("lib/modules/5.14.0/kernel/fs/xfs/xfs.ko.xz"), kind("usr/lib/modules/5.14.0/extra/x.ko"));
        assert!(kind("lib/modules/5.14.0/modules.order").is_none() && kind("usr/share/x.ko").is_none());
        assert_eq!(kind("usr/lib64/libc.so.6"), kind("lib/ld-linux.so.2"));
        assert_ne!(kind("usr/lib64/libc.so.6"), kind("lib/modules/5.14.0/kernel/x.ko.xz"));
        assert_eq!(kind("usr/lib64/mysql/libmysqlclient.so.21"), kind("lib/ld-linux.so.2"));
        assert_ne!(kind("usr/sbin/ldconfig"), kind("sbin/iconvconfig"));
        for other in ["usr/lib64/python3.6/lib-dynload/libx.so", "usr/lib64/libx.a", "libx.so", "etc/passwd"] {
            assert!(kind(other).is_none(), "{other}");
        }
    }
}
