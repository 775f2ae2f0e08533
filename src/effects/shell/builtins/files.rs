//! What `test`, `[` and `[[` ask about files.

use crate::{
    effects::process::{Process, Stat},
    rootfs::{Kind, Special},
};

/// `-f NAME` and its kind, asked by root.
pub(in super::super) fn test(process: &Process<'_, '_>, operator: u8, name: &[u8]) -> bool {
    if matches!(operator, b'h' | b'L') {
        return process.lstat(name).is_ok_and(|s| s.is_symlink());
    }
    let Ok(stat) = process.stat(name) else { return false };
    match operator {
        b'e' | b'a' | b'r' | b'w' => true,
        b'x' => process.is_executable(name),
        b'f' => stat.is_file(),
        b'd' => stat.is_directory(),
        b's' => stat.size > 0,
        b'b' => matches!(stat.kind, Kind::Special(Special::Block { .. })),
        b'c' => matches!(stat.kind, Kind::Special(Special::Char { .. })),
        b'p' => matches!(stat.kind, Kind::Special(Special::Fifo)),
        b'g' => stat.mode & 0o2000 != 0,
        b'u' => stat.mode & 0o4000 != 0,
        b'k' => stat.mode & 0o1000 != 0,
        b'O' => stat.uid == 0,
        b'G' => stat.gid == 0,
        // No terminals, no sockets, and nothing is known of reading times.
        _ => false,
    }
}

/// `-nt`, `-ot` and `-ef`.
pub(in super::super) fn compare(process: &Process<'_, '_>, left: &[u8], operator: &str, right: &[u8]) -> bool {
    let (left, right) = (process.stat(left).ok(), process.stat(right).ok());
    let newer = |one: &Option<Stat>, other: &Option<Stat>| match (one, other) {
        (Some(one), Some(other)) => one.mtime > other.mtime,
        (one, _) => one.is_some(),
    };
    match operator {
        "-nt" => newer(&left, &right),
        "-ot" => newer(&right, &left),
        _ => match (left, right) {
            (Some(left), Some(right)) => left.path == right.path || (left.leaf.is_some() && left.leaf == right.leaf),
            _ => false,
        },
    }
}
