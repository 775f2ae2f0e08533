//! The text form read back: fixtures, and trees of base images seen before.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    rootfs::{Content, Kind, Metadata, Node, Origin, PackageId, Rootfs, Special},
    terms::RootPath,
};

/// A line that is not of the form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the tree's text: {why}")]
pub struct DumpError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: &'static str,
}

/// Reads a tree. Every node counts as the base's. Contents named by digest alone have no bytes here and are refused.
pub fn parse(text: &str) -> Result<Rootfs, DumpError> {
    let mut fs = Rootfs::new();
    for (number, line) in text.lines().enumerate() {
        put(&mut fs, line)
            .ok_or(DumpError { line: number + 1, why: "it is not PATH KIND and the fields of that kind" })?;
    }
    Ok(fs)
}

fn put(fs: &mut Rootfs, line: &str) -> Option<()> {
    let mut words = line.split(' ');
    let path = path(words.next()?)?;
    let kind = words.next()?;
    if kind == "hardlink" {
        let target = self::path(words.next()?)?;
        return fs.link(path, &target).ok();
    }
    let mode = u16::from_str_radix(words.next()?, 8).ok()?;
    let (uid, gid) = words.next()?.split_once(':')?;
    let mut metadata = Metadata {
        uid: uid.parse().ok()?,
        gid: gid.parse().ok()?,
        mtime: words.next()?.parse().ok()?,
        ..Metadata::of_root(mode, 0)
    };
    let kind = match kind {
        "dir" => Kind::Directory,
        "file" => Kind::File { size: words.next()?.parse().ok()?, content: content(words.next()?)? },
        "symlink" => Kind::Symlink(unescape(words.next()?)?),
        "fifo" => Kind::Special(Special::Fifo),
        "char" | "block" => {
            let (major, minor) = words.next()?.split_once(':')?;
            let (major, minor) = (major.parse().ok()?, minor.parse().ok()?);
            Kind::Special(if kind == "char" { Special::Char { major, minor } } else { Special::Block { major, minor } })
        }
        _ => return None,
    };
    let xattrs = words.map(xattr).collect::<Option<BTreeMap<_, _>>>()?;
    metadata.xattrs = (!xattrs.is_empty()).then(|| Arc::new(xattrs));
    fs.insert(path, Node { kind, metadata, origin: Origin::Base });
    Some(())
}

fn path(word: &str) -> Option<RootPath> {
    RootPath::new(unescape(word)?).ok()
}

fn content(word: &str) -> Option<Content> {
    let mut parts = word.split(':');
    let kind = parts.next()?;
    let (a, b) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    match kind {
        "base" => Some(Content::Base { layer: a, entry: b }),
        "package" => Some(Content::Package { package: PackageId(a), file: b }),
        _ => None,
    }
}

fn xattr(word: &str) -> Option<(String, Vec<u8>)> {
    let (name, value) = word.rsplit_once('=')?;
    Some((String::from_utf8(unescape(name)?).ok()?, hex::decode(value).ok()?))
}

fn unescape(word: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(word.len());
    let mut rest = word.as_bytes();
    while let Some((&b, after)) = rest.split_first() {
        if b == b'\\' {
            let digits = after.strip_prefix(b"x")?.get(..2)?;
            out.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = &after[3..];
        } else {
            out.push(b);
            rest = after;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rootfs::dump;

    const TREE: &str = "\
/ dir 0755 0:0 0
/a\\x20b file 4755 1:2 3 5 base:0:7 security.capability=0100 user.x\\x3d=
/dev dir 0755 0:0 0
/dev/null char 0666 0:0 0 1:3
/dev/sda block 0660 0:6 0 8:0
/link symlink 0777 0:0 -1 ../x\\xff\\x5c
/pipe fifo 0600 0:0 0
/same hardlink /a\\x20b
";

    #[test]
    fn what_was_written_is_read_back() {
        let tree = parse(TREE).expect("sound");
        assert_eq!(dump::text(&tree), TREE.replace("user.x\\x3d=", "user.x=="));
        assert_eq!(dump::text(&parse(&dump::text(&tree)).expect("sound")), dump::text(&tree));
        assert_eq!(tree.leaf(&RootPath::new("same").expect("valid")), tree.leaf(&RootPath::new("a b").expect("valid")));
    }

    #[test]
    fn other_text_is_refused_by_line() {
        for bad in [
            "/x",
            "/x dir 0755 0:0",
            "/x file 0644 0:0 0 1 sha256:00",
            "/x hardlink /y",
            "/../x dir 0755 0:0 0",
            "/x\\q dir 0755 0:0 0",
        ] {
            assert_eq!(parse(&format!("/ dir 0755 0:0 0\n{bad}\n")).expect_err(bad).line, 2);
        }
    }
}
