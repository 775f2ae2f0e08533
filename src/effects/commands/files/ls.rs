//! `ls`, as it is into a pipe: one name a line unless told otherwise.

use std::cmp::Ordering;

use super::{
    super::{
        super::process::{Process, Stat, Status},
        options::{Order, Parsed},
    },
    Ended, date_format,
    disk::human,
    links::Links,
    names::{join, quoted},
    owners::Owners,
    permissions,
    stat::{blocks, device},
};
use crate::effects::calendar::Civil;
use crate::rootfs::Kind;

/// Steps of showing a name.
const ROW: u64 = 8;

const KNOWN: &[&str] = &[
    "a,all",
    "A,almost-all",
    "author",
    "b,escape",
    "block-size=",
    "B,ignore-backups",
    "c",
    "C",
    "color=?",
    "d,directory",
    "D,dired",
    "f",
    "F,classify=?",
    "file-type",
    "format=",
    "full-time",
    "g",
    "group-directories-first",
    "G,no-group",
    "h,human-readable",
    "si",
    "H,dereference-command-line",
    "dereference-command-line-symlink-to-dir",
    "hide=",
    "hyperlink=?",
    "indicator-style=",
    "i,inode",
    "I,ignore=",
    "k,kibibytes",
    "l",
    "L,dereference",
    "m",
    "n,numeric-uid-gid",
    "N,literal",
    "o",
    "p",
    "q,hide-control-chars",
    "show-control-chars",
    "Q,quote-name",
    "quoting-style=",
    "r,reverse",
    "R,recursive",
    "s,size",
    "S",
    "sort=",
    "time=",
    "time-style=",
    "t",
    "T,tabsize=",
    "u",
    "U",
    "v",
    "w,width=",
    "x",
    "X",
    "Z,context",
    "zero",
    "1",
];

/// A name to show.
struct Entry {
    name: Vec<u8>,
    /// Where it is, for symlinks to be followed.
    place: Vec<u8>,
    stat: Stat,
}

struct Ls {
    parsed: Parsed,
    owners: Owners,
    long: bool,
    all: bool,
    end: u8,
    status: Status,
}

pub(super) fn ls(process: &mut Process<'_, '_>) -> Ended {
    let parsed = process.options(KNOWN, Order::Any).map_err(|s| if s.success() { s } else { Status(2) })?;
    let layout = parsed.last(&["1", "l", "C", "x", "m", "g", "o", "n", "numeric-uid-gid", "full-time", "format"]);
    let long = match layout {
        Some("format") => matches!(parsed.value("format"), Some(b"long" | b"verbose")),
        // -1 after -l does not undo it.
        Some("1") => ["l", "g", "o", "numeric-uid-gid", "full-time"].iter().any(|n| parsed.has(n)),
        Some(name) => matches!(name, "l" | "g" | "o" | "numeric-uid-gid" | "full-time"),
        None => false,
    };
    let owners = Owners::read(process);
    let end = if parsed.has("zero") { 0 } else { b'\n' };
    let mut ls = Ls { all: parsed.has("all") || parsed.has("f"), owners, long, end, status: Status::SUCCESS, parsed };
    let names = match ls.parsed.operands.as_slice() {
        [] => vec![b".".to_vec()],
        names => names.to_vec(),
    };
    ls.operands(process, names);
    Ok(ls.status)
}

impl Ls {
    fn has(&self, name: &str) -> bool {
        self.parsed.has(name)
    }

    fn operands(&mut self, process: &mut Process<'_, '_>, names: Vec<Vec<u8>>) {
        let several = names.len() > 1;
        let (mut files, mut directories) = (Vec::new(), Vec::new());
        for name in names {
            let place = name.clone();
            // A symlink to a directory is listed like one, unless its own line is wanted.
            let follow = !(self.long || self.has("directory") || self.has("F"))
                || self.has("H")
                || self.has("dereference")
                || self.has("dereference-command-line")
                || name.ends_with(b"/");
            let stat =
                if follow { process.stat(&name).or_else(|_| process.lstat(&name)) } else { process.lstat(&name) };
            match stat {
                Ok(stat) if stat.is_directory() && !self.has("directory") => {
                    directories.push(Entry { name, place, stat });
                }
                Ok(stat) => files.push(Entry { name, place, stat }),
                Err(error) => {
                    process.fail(format_args!("cannot access {}: {error}", quoted(&name)));
                    self.status = Status(2);
                }
            }
        }
        self.sort(&mut files);
        self.sort(&mut directories);
        let mut is_first = files.is_empty();
        if !files.is_empty() {
            self.show(process, &files);
        }
        let heads = several || self.has("recursive");
        let mut ahead: Vec<_> = directories.into_iter().rev().map(|d| d.name).collect();
        while let Some(name) = ahead.pop() {
            if !process.stage.budget.step() {
                return;
            }
            if heads {
                let blank: &[u8] = if is_first { b"" } else { b"\n" };
                process.out([blank, &name, b":\n"].concat());
            }
            is_first = false;
            let below = self.directory(process, &name);
            if self.has("recursive") && name.len() < 4096 {
                ahead.extend(below.into_iter().rev());
            }
        }
    }

    /// Lists a directory; the directories in it.
    fn directory(&mut self, process: &mut Process<'_, '_>, dir: &[u8]) -> Vec<Vec<u8>> {
        let mut names = match process.read_dir(dir) {
            Ok(names) => names,
            Err(error) => {
                process.fail(format_args!("cannot open directory {}: {error}", quoted(dir)));
                self.status = Status(2);
                return Vec::new();
            }
        };
        if self.all {
            names.splice(..0, [b".".to_vec(), b"..".to_vec()]);
        }
        let hidden = |name: &[u8]| name.starts_with(b".") && !self.all && !self.has("almost-all");
        let backup = |name: &[u8]| name.ends_with(b"~") && self.has("ignore-backups");
        let ignored = |name: &[u8]| {
            let patterns = self.parsed.options.iter().filter(|(n, _)| matches!(*n, "ignore" | "hide"));
            patterns.filter_map(|(_, p)| p.as_deref()).any(|p| super::find::fnmatch(p, name, false))
        };
        names.retain(|name| !hidden(name) && !backup(name) && !ignored(name));
        let mut entries: Vec<_> = names.into_iter().filter_map(|name| self.entry(process, dir, name)).collect();
        self.sort(&mut entries);
        if self.long || self.has("size") {
            let total: u64 = entries.iter().map(|e| blocks(&e.stat) * 512).sum();
            let text = if self.has("human-readable") { human(total, 1024) } else { (total / 1024).to_string() };
            process.out(format!("total {text}\n"));
        }
        self.show(process, &entries);
        let below = entries.iter().filter(|e| e.stat.is_directory() && e.name != b"." && e.name != b"..");
        below.filter(|e| process.lstat(&e.place).is_ok_and(|s| s.is_directory())).map(|e| e.place.clone()).collect()
    }

    fn entry(&self, process: &Process<'_, '_>, dir: &[u8], name: Vec<u8>) -> Option<Entry> {
        let place = join(dir, &name);
        let followed = if self.has("dereference") { process.stat(&place) } else { process.lstat(&place) };
        let stat = followed.or_else(|_| process.lstat(&place)).ok()?;
        Some(Entry { name, place, stat })
    }

    fn sort(&self, entries: &mut [Entry]) {
        let word = self.parsed.last(&["S", "t", "U", "f", "v", "X", "sort"]);
        let by = match (word, self.parsed.value("sort")) {
            (Some("sort"), Some(b"size")) => "S",
            (Some("sort"), Some(b"time")) => "t",
            (Some("sort"), Some(b"version")) => "v",
            (Some("sort"), Some(b"extension")) => "X",
            (word, _) => word.unwrap_or("name"),
        };
        let extension =
            |e: &Entry| e.name.iter().rposition(|&b| b == b'.').map(|at| e.name[at..].to_vec()).unwrap_or_default();
        entries.sort_by(|a, b| {
            let order = match by {
                "S" => b.stat.size.cmp(&a.stat.size),
                "t" => b.stat.mtime.cmp(&a.stat.mtime),
                "v" => versions(&a.name, &b.name),
                "X" => extension(a).cmp(&extension(b)),
                _ => Ordering::Equal,
            };
            order.then_with(|| a.name.cmp(&b.name))
        });
        if self.has("reverse") && by != "f" && by != "U" {
            entries.reverse();
        }
        if self.has("group-directories-first") {
            entries.sort_by_key(|e| !e.stat.is_directory());
        }
    }

    fn show(&self, process: &mut Process<'_, '_>, entries: &[Entry]) {
        if !process.stage.budget.steps(ROW * entries.len() as u64) {
            return;
        }
        let mut links = Links::default();
        let rows: Vec<_> = entries.iter().map(|e| self.row(process, e, &mut links)).collect();
        let columns = rows.first().map_or(0, |r| r.len() - 1);
        let widths: Vec<_> = (0..columns).map(|c| rows.iter().map(|r| r[c].0.len()).max().unwrap_or(0)).collect();
        let mut out = Vec::new();
        let commas = self.parsed.last(&["m", "1", "l", "format"]) == Some("m");
        for (at, row) in rows.iter().enumerate() {
            let (name, cells) = row.split_last().expect("a row has a name");
            for ((cell, left), width) in cells.iter().zip(&widths) {
                let fill = vec![b' '; width - cell.len()];
                out.extend(if *left { [cell.as_slice(), &fill].concat() } else { [&fill, cell.as_slice()].concat() });
                out.push(b' ');
            }
            out.extend_from_slice(&name.0);
            match commas && at + 1 < rows.len() {
                true => out.extend_from_slice(b", "),
                false => out.push(self.end),
            }
        }
        process.out(out);
    }

    /// Cells, each with whether it is aligned to the left; the name last.
    fn row(&self, process: &mut Process<'_, '_>, entry: &Entry, links: &mut Links) -> Vec<(Vec<u8>, bool)> {
        let stat = &entry.stat;
        let mut cells: Vec<(Vec<u8>, bool)> = Vec::new();
        let mut cell = |text: String, left: bool| cells.push((text.into_bytes(), left));
        if self.has("inode") {
            cell(stat.leaf.map_or(0, |l| l.number()).to_string(), false);
        }
        if self.has("size") {
            cell((blocks(stat) / 2).to_string(), false);
        }
        if self.long {
            cell(permissions::text(stat.st_mode()), true);
            cell(links.of(process, stat).to_string(), false);
            let numeric = self.has("numeric-uid-gid");
            // Names are aligned to the left, numbers to the right.
            let named = |name: Option<&[u8]>, id: u32| match name.filter(|_| !numeric) {
                Some(name) => (String::from_utf8_lossy(name).into_owned(), true),
                None => (id.to_string(), false),
            };
            if !self.has("g") {
                let (owner, left) = named(self.owners.user(stat.uid), stat.uid);
                cell(owner, left);
            }
            if !self.has("o") && !self.has("no-group") {
                let (group, left) = named(self.owners.group(stat.gid), stat.gid);
                cell(group, left);
            }
            cell(self.size(stat), false);
            cell(self.time(process, stat.mtime), true);
        }
        let mut name = match self.has("quote-name") {
            true => [b"\"", entry.name.as_slice(), b"\""].concat(),
            false => entry.name.clone(),
        };
        match &stat.kind {
            Kind::Symlink(target) if self.long => name.extend([b" -> ", target.as_slice()].concat()),
            _ => name.extend(self.indicator(stat)),
        }
        cells.push((name, true));
        cells
    }

    fn size(&self, stat: &Stat) -> String {
        match (&stat.kind, self.has("human-readable"), self.has("si")) {
            (Kind::Special(crate::rootfs::Special::Char { .. } | crate::rootfs::Special::Block { .. }), ..) => {
                let (major, minor) = device(&stat.kind);
                format!("{major}, {minor}")
            }
            (_, true, _) => human(stat.size, 1024),
            (_, false, true) => human(stat.size, 1000),
            _ => stat.size.to_string(),
        }
    }

    fn time(&self, process: &Process<'_, '_>, mtime: i64) -> String {
        let style = if self.has("full-time") { Some(&b"full-iso"[..]) } else { self.parsed.value("time-style") };
        // Half a year back, and nothing of the future, is recent.
        let now = process.stage.now();
        let recent = mtime > now - 15_778_476 && mtime <= now;
        let format: &[u8] = match style {
            Some(b"full-iso") => b"%F %T.000000000 %z",
            Some(b"long-iso") => b"%F %H:%M",
            Some(b"iso") if recent => b"%m-%d %H:%M",
            Some(b"iso") => b"%F ",
            Some(style) if style.starts_with(b"+") => &style[1..],
            _ if recent => b"%b %e %H:%M",
            _ => b"%b %e  %Y",
        };
        String::from_utf8_lossy(&date_format::format(format, &Civil::at(mtime))).into_owned()
    }

    fn indicator(&self, stat: &Stat) -> Option<u8> {
        let slashes = self.has("p") || self.has("classify") || self.has("file-type") || self.has("F");
        let all = self.has("classify") || self.has("file-type");
        match &stat.kind {
            Kind::Directory if slashes => Some(b'/'),
            Kind::Symlink(_) if all => Some(b'@'),
            Kind::Special(crate::rootfs::Special::Fifo) if all => Some(b'|'),
            Kind::File { .. } if self.has("classify") && stat.mode & 0o111 != 0 => Some(b'*'),
            _ => None,
        }
    }
}

/// Digits compare as numbers.
fn versions(a: &[u8], b: &[u8]) -> Ordering {
    let (mut a, mut b) = (a, b);
    while !a.is_empty() && !b.is_empty() {
        let digits = |t: &[u8]| t.iter().take_while(|c| c.is_ascii_digit()).count();
        let (m, n) = (digits(a), digits(b));
        if m > 0 && n > 0 {
            let value = |t: &[u8]| t.iter().skip_while(|&&c| c == b'0').copied().collect::<Vec<_>>();
            let (x, y) = (value(&a[..m]), value(&b[..n]));
            let order = x.len().cmp(&y.len()).then_with(|| x.cmp(&y));
            if order != Ordering::Equal {
                return order;
            }
            (a, b) = (&a[m..], &b[n..]);
        } else if a[0] != b[0] {
            return a[0].cmp(&b[0]);
        } else {
            (a, b) = (&a[1..], &b[1..]);
        }
    }
    a.len().cmp(&b.len())
}

#[cfg(test)]
mod tests {
    use crate::effects::process::testing::Image;

    #[test]
    fn names_are_listed() {
        let mut image = Image::new()
            .programs(&["ls"])
            .file("etc/passwd", "root:x:0:0::/:\n", 0o644)
            .file("d/b", "abc", 0o755)
            .file("d/.h", "", 0o644)
            .file("d/a10", "", 0o644)
            .file("d/a9", "", 0o644)
            .file("d/s/x", "", 0o644)
            .symlink("d/l", "b");
        for (line, status, out) in [
            ("ls d", 0, "a10\na9\nb\nl\ns\n"),
            ("ls -A d/s d", 0, "d:\n.h\na10\na9\nb\nl\ns\n\nd/s:\nx\n"),
            ("ls -rv d", 0, "s\nl\nb\na10\na9\n"),
            ("ls -dF d d/l d/b", 0, "d/\nd/b*\nd/l@\n"),
            ("ls -R d", 0, "d:\na10\na9\nb\nl\ns\n\nd/s:\nx\n"),
            ("ls -ln d/b", 0, "-rwxr-xr-x 1 0 0 3 Jan  1 00:00 d/b\n"),
            (
                "ls -l d/l d/s",
                0,
                "lrwxrwxrwx 1 root 0 1 Jan  1 00:00 d/l -> b\n\nd/s:\ntotal 0\n-rw-r--r-- 1 root 0 0 Jan  1 00:00 x\n",
            ),
            ("ls none d/b", 2, "d/b\n"),
            ("ls -m d", 0, "a10, a9, b, l, s\n"),
        ] {
            let words: Vec<_> = line.split(' ').collect();
            let ran = image.run(&words, "");
            assert_eq!((ran.status.0, ran.out.as_str()), (status, out), "{line}: {}", ran.err);
        }
    }
}
