//! `hardlink`: files with the same bytes become one file. There are two programs of that name, told apart by the image's own:
//!
//! - util-linux (since 2.37; RHEL 9): of equal files the one with the newest time stays, or as `-O`, `-m` and `-M` say;
//! - the older one (RHEL 8, and util-linux before): the one that was met first stays.
//!
//! Bytes are compared by digest. A kernel's development package calls it once for each of its thousands of files, so the digests
//! of all files of a package are worked out together, the first time one is needed.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Read},
    sync::Arc,
};

use crate::{
    effects::process::{Errno, Process, Status},
    rootfs::{Content, Kind, LeafId, Metadata, Node, PackageId},
    terms::{Hasher, RootPath},
};

/// Packages all of whose files were digested together.
#[derive(Clone, Debug, Default)]
pub(in crate::effects) struct Digested(BTreeSet<PackageId>);

/// A digest's text.
type Digest = Arc<[u8]>;

/// Deepest directory that is walked.
const DEPTH: usize = 200;

#[derive(Clone, Default)]
struct Options {
    content: bool,
    ignore_mode: bool,
    ignore_owner: bool,
    ignore_time: bool,
    same_name: bool,
    xattrs: bool,
    dry: bool,
    quiet: bool,
    verbose: bool,
    maximize: bool,
    minimize: bool,
    oldest: bool,
    smallest: u64,
    largest: u64,
    exclude: Vec<String>,
    include: Vec<String>,
    paths: Vec<Vec<u8>>,
}

/// One name of a file.
struct Candidate {
    path: RootPath,
    leaf: LeafId,
}

pub(super) fn hardlink(process: &mut Process<'_, '_>) -> Status {
    let older = is_older(process);
    let options = match Options::parse(&process.args) {
        Ok(options) if options.paths.is_empty() => return process.fail("no directory or file specified"),
        Ok(options) => options,
        Err(why) => return process.fail(why),
    };
    let found = match find(process, &options) {
        Ok(found) => found,
        Err(Errno::Stopped) => return Status::STOPPED,
        Err(why) => return process.fail(why),
    };
    let count = found.len();
    match link(process, &options, found, older) {
        Ok(linked) => {
            if !options.quiet && !older {
                process.out(format!("Mode:                     real\nFiles:                    {count}\nLinked:                   {linked} files\n"));
            }
            Status::SUCCESS
        }
        Err(Errno::Stopped) => Status::STOPPED,
        Err(why) => process.fail(why),
    }
}

/// Whether the program is the one that keeps what it met first: it writes temporary files of a name that the newer does not have.
fn is_older(process: &Process<'_, '_>) -> bool {
    let look = |_: u64, stream: &mut dyn Read| -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        stream.take(1 << 20).read_to_end(&mut bytes)?;
        let has = |needle: &[u8]| bytes.windows(needle.len()).any(|w| w == needle);
        Ok(vec![u8::from(has(b"___cleanit___"))])
    };
    let marks = process.args.first().and_then(|name| process.search(name)).and_then(|path| {
        let Kind::File { content, .. } = process.stat(&path).ok()?.kind else { return None };
        process.stage.contents.derive("hardlink-marks-1", &[content], &look).ok()?.into_iter().next()
    });
    marks.is_some_and(|m| m.first() == Some(&1))
}

impl Options {
    fn parse(args: &[Vec<u8>]) -> Result<Self, String> {
        let mut options = Self { smallest: 1, largest: u64::MAX, ..Self::default() };
        let mut words = args.iter().skip(1).map(|w| String::from_utf8_lossy(w).into_owned());
        let mut raw = args.iter().skip(1);
        while let Some(word) = words.next() {
            let bytes = raw.next().cloned().unwrap_or_default();
            if word == "--" {
                options.paths.extend(raw.by_ref().cloned());
                break;
            }
            let mut take = |attached: &str| -> Result<String, String> {
                if !attached.is_empty() {
                    return Ok(attached.to_owned());
                }
                raw.next();
                words.next().ok_or_else(|| "option requires an argument".to_owned())
            };
            if let Some(long) = word.strip_prefix("--") {
                let (name, value) = long.split_once('=').unwrap_or((long, ""));
                let letter = long_option(name).ok_or_else(|| format!("unrecognized option '{word}'"))?;
                let value = if "xisSybr".contains(letter) { take(value)? } else { String::new() };
                options.set(letter, value)?;
            } else if let Some(letters) = word.strip_prefix('-').filter(|l| !l.is_empty()) {
                for (n, letter) in letters.char_indices() {
                    if "xisSybr".contains(letter) {
                        let value = take(&letters[n + letter.len_utf8()..])?;
                        options.set(letter, value)?;
                        break;
                    }
                    options.set(letter, String::new())?;
                }
            } else {
                options.paths.push(bytes);
            }
        }
        Ok(options)
    }

    fn set(&mut self, letter: char, value: String) -> Result<(), String> {
        match letter {
            'c' => self.content = true,
            'p' => self.ignore_mode = true,
            'o' => self.ignore_owner = true,
            't' => self.ignore_time = true,
            'f' => self.same_name = true,
            'X' => self.xattrs = true,
            'n' => self.dry = true,
            'q' => self.quiet = true,
            'v' => self.verbose = true,
            'm' => self.maximize = true,
            'M' => self.minimize = true,
            'O' => self.oldest = true,
            's' => self.smallest = size(&value).ok_or_else(|| format!("failed to parse minimum size: '{value}'"))?,
            'S' => self.largest = size(&value).ok_or_else(|| format!("failed to parse maximum size: '{value}'"))?,
            'x' => self.exclude.push(value),
            'i' => self.include.push(value),
            // How it compares, and how much it keeps in memory, changes no result; nothing is to be told of how it went.
            'y' | 'b' | 'r' | 'd' | 'z' => {}
            _ => return Err(format!("invalid option -- '{letter}'")),
        }
        Ok(())
    }

    /// Whether two files of one size may be one.
    fn agree(&self, a: &Metadata, b: &Metadata) -> bool {
        let (mode, owner, time) = (
            self.content || self.ignore_mode || a.mode == b.mode,
            self.content || self.ignore_owner || (a.uid, a.gid) == (b.uid, b.gid),
            self.content || self.ignore_time || a.mtime == b.mtime,
        );
        mode && owner && time && (!self.xattrs || a.xattrs == b.xattrs)
    }
}

fn long_option(name: &str) -> Option<char> {
    const LONG: [(&str, char); 20] = [
        ("content", 'c'),
        ("ignore-mode", 'p'),
        ("ignore-owner", 'o'),
        ("ignore-time", 't'),
        ("respect-name", 'f'),
        ("respect-xattrs", 'X'),
        ("dry-run", 'n'),
        ("quiet", 'q'),
        ("verbose", 'v'),
        ("maximize", 'm'),
        ("minimize", 'M'),
        ("keep-oldest", 'O'),
        ("minimum-size", 's'),
        ("maximum-size", 'S'),
        ("exclude", 'x'),
        ("include", 'i'),
        ("method", 'y'),
        ("io-size", 'b'),
        ("cache-size", 'r'),
        ("reflink", 'z'),
    ];
    LONG.iter().find(|(long, _)| *long == name).map(|(_, letter)| *letter)
}

/// A number with K, M, G … behind it.
fn size(text: &str) -> Option<u64> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let shift = match text[digits..].trim_end_matches("iB").to_ascii_uppercase().as_str() {
        "" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        _ => return None,
    };
    text[..digits].parse::<u64>().ok()?.checked_mul(1 << shift)
}

/// The regular files that are named or below what is named, in byte order of each directory.
fn find(process: &mut Process<'_, '_>, options: &Options) -> Result<Vec<Candidate>, Errno> {
    let compile = |texts: &[String]| -> Vec<regex::bytes::Regex> {
        texts.iter().filter_map(|t| regex::bytes::RegexBuilder::new(t).size_limit(1 << 20).build().ok()).collect()
    };
    let (exclude, include) = (compile(&options.exclude), compile(&options.include));
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for path in &options.paths {
        let stat = match process.stat(path) {
            Ok(stat) => stat,
            Err(why) => {
                let path = String::from_utf8_lossy(path).into_owned();
                process.fail(format_args!("cannot get realpath: {path}: {why}"));
                continue;
            }
        };
        let mut ahead = vec![stat.path];
        while let Some(path) = ahead.pop() {
            if !process.stage.budget.step() {
                return Err(Errno::Stopped);
            }
            let fs = &process.stage.fs;
            let Some((leaf, node)) = fs.leaf(&path).zip(fs.get(&path)) else { continue };
            match &node.kind {
                Kind::Directory if path.components().count() < DEPTH => {
                    let names: Vec<_> = fs.children(&path).map(|(name, _)| path.join(name)).collect();
                    ahead.extend(names.into_iter().rev());
                }
                Kind::File { size, .. } if (options.smallest..=options.largest).contains(size) && *size > 0 => {
                    let name = [b"/", path.as_bytes()].concat();
                    let hit = |by: &[regex::bytes::Regex]| by.iter().any(|r| r.is_match(&name));
                    if (hit(&include) || !hit(&exclude)) && seen.insert(path.clone()) {
                        found.push(Candidate { path, leaf });
                    }
                }
                _ => {}
            }
        }
    }
    Ok(found)
}

/// Makes equal files one; tells how many names were changed.
fn link(process: &mut Process<'_, '_>, options: &Options, found: Vec<Candidate>, older: bool) -> Result<usize, Errno> {
    let fs = &process.stage.fs;
    let size = |leaf: LeafId| match fs.node(leaf).kind {
        Kind::File { size, .. } => size,
        _ => 0,
    };
    let mut by_size: BTreeMap<u64, Vec<Candidate>> = BTreeMap::new();
    for candidate in found {
        by_size.entry(size(candidate.leaf)).or_default().push(candidate);
    }
    // Where all names are of one file there is nothing to compare.
    by_size.retain(|_, files| files.iter().any(|f| f.leaf != files[0].leaf));
    let leaves: BTreeSet<LeafId> = by_size.values().flatten().map(|c| c.leaf).collect();
    let digests = digests(process, &leaves)?;
    let mut linked = 0;
    for files in by_size.into_values() {
        for group in groups(process, options, files, &digests)? {
            linked += link_group(process, options, group, older)?;
        }
    }
    Ok(linked)
}

/// Files that are to be one, in the order they were met.
fn groups(
    process: &mut Process<'_, '_>,
    options: &Options,
    files: Vec<Candidate>,
    digests: &BTreeMap<LeafId, Digest>,
) -> Result<Vec<Vec<Candidate>>, Errno> {
    let mut groups: Vec<Vec<Candidate>> = Vec::new();
    let mut by_digest: BTreeMap<(Digest, Vec<u8>), Vec<usize>> = BTreeMap::new();
    for file in files {
        let Some(digest) = digests.get(&file.leaf) else { continue };
        let name = if options.same_name { file.path.name().to_vec() } else { Vec::new() };
        let known = by_digest.entry((Arc::clone(digest), name)).or_default();
        if !process.stage.budget.steps(1 + known.len() as u64) {
            return Err(Errno::Stopped);
        }
        let fs = &process.stage.fs;
        let fits = |n: &&usize| options.agree(&fs.node(groups[**n][0].leaf).metadata, &fs.node(file.leaf).metadata);
        match known.iter().find(fits).copied() {
            Some(n) => groups[n].push(file),
            None => {
                known.push(groups.len());
                groups.push(vec![file]);
            }
        }
    }
    Ok(groups)
}

fn link_group(
    process: &mut Process<'_, '_>,
    options: &Options,
    group: Vec<Candidate>,
    older: bool,
) -> Result<usize, Errno> {
    let fs = &process.stage.fs;
    if group.iter().all(|f| f.leaf == group[0].leaf) {
        return Ok(0);
    }
    let master = if older { &group[0] } else { best(process, options, &group) };
    let (to, leaf) = (master.path.clone(), master.leaf);
    debug_assert!(!fs.node(leaf).is_directory());
    let mut linked = 0;
    for file in group.into_iter().filter(|f| f.leaf != leaf) {
        if !process.stage.budget.step() {
            return Err(Errno::Stopped);
        }
        linked += 1;
        if options.verbose {
            let show = |path: &RootPath| String::from_utf8_lossy(path.as_bytes()).into_owned();
            process.out(format!("Linking /{} to /{}\n", show(&to), show(&file.path)));
        }
        if !options.dry {
            process.stage.fs.link(file.path, &to)?;
        }
    }
    Ok(linked)
}

/// Which one stays: by number of names where that is asked for, then by time, then by inode (util-linux's `file_compare`).
fn best<'c>(process: &Process<'_, '_>, options: &Options, group: &'c [Candidate]) -> &'c Candidate {
    let fs = &process.stage.fs;
    let counts: BTreeMap<LeafId, usize> = if options.maximize || options.minimize {
        let leaves: BTreeSet<LeafId> = group.iter().map(|c| c.leaf).collect();
        fs.iter().filter(|(_, id, _)| leaves.contains(id)).fold(BTreeMap::new(), |mut counts, (_, id, _)| {
            *counts.entry(id).or_default() += 1;
            counts
        })
    } else {
        BTreeMap::new()
    };
    let rank = |c: &Candidate| {
        let names = counts.get(&c.leaf).copied().unwrap_or(0) as i64;
        let names = if options.minimize { -names } else { names };
        let time = fs.node(c.leaf).metadata.mtime;
        (names, if options.oldest { -time } else { time }, std::cmp::Reverse(c.leaf))
    };
    let mut best = &group[0];
    for candidate in group {
        if rank(candidate) > rank(best) {
            best = candidate;
        }
    }
    best
}

/// Digests of files. For a package's file those of all its others are worked out with it.
fn digests(process: &mut Process<'_, '_>, leaves: &BTreeSet<LeafId>) -> Result<BTreeMap<LeafId, Digest>, Errno> {
    let stage = &mut *process.stage;
    let content = |node: &Node| match &node.kind {
        Kind::File { content, .. } => Some(content.clone()),
        _ => None,
    };
    let wanted: Vec<(LeafId, Content)> =
        leaves.iter().filter_map(|leaf| Some((*leaf, content(stage.fs.node(*leaf))?))).collect();
    let contents: Vec<Content> = wanted.iter().map(|(_, c)| c.clone()).collect();
    let new: BTreeSet<PackageId> = contents
        .iter()
        .filter_map(|c| match c {
            Content::Package { package, .. } if !stage.digested.0.contains(package) => Some(*package),
            _ => None,
        })
        .collect();
    let mut all = contents.clone();
    if !new.is_empty() {
        let of_new = |c: &Content| matches!(c, Content::Package { package, .. } if new.contains(package));
        all.extend(stage.fs.iter().filter_map(|(_, _, node)| content(node)).filter(of_new));
        stage.digested.0.extend(new.iter().copied());
    }
    let look = |_: u64, stream: &mut dyn Read| -> io::Result<Vec<u8>> {
        let mut hasher = Hasher::new();
        let mut buffer = [0; 16 << 10];
        loop {
            match stream.read(&mut buffer)? {
                0 => return Ok(hasher.finish().to_string().into_bytes()),
                n => hasher.update(&buffer[..n]),
            }
        }
    };
    let found = stage.contents.derive("sha256-1", &all, &look).map_err(|_| Errno::Io)?;
    Ok(wanted.into_iter().map(|(leaf, _)| leaf).zip(found).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::process::testing::Image;

    fn image() -> Image {
        let mut image = Image::new()
            .programs(&["hardlink"])
            .file("a/one", "same", 0o644)
            .file("a/two", "same", 0o600)
            .file("b/one", "same", 0o644)
            .file("b/other", "some", 0o644)
            .file("b/empty", "", 0o644)
            .file("a/empty", "", 0o644);
        image.process(|p| p.set_mtime(b"/b/one", 7, true).expect("it is there"));
        image
    }

    fn sets(image: &mut Image) -> Vec<Vec<String>> {
        let mut sets: BTreeMap<LeafId, Vec<String>> = BTreeMap::new();
        for (path, leaf, node) in image.fs.iter().filter(|(path, ..)| path.name() != b"hardlink") {
            if !node.is_directory() {
                sets.entry(leaf).or_default().push(String::from_utf8_lossy(path.as_bytes()).into_owned());
            }
        }
        sets.into_values().filter(|names| names.len() > 1).collect()
    }

    #[test]
    fn equal_bytes_become_one_file() {
        let mut image = image();
        assert!(image.run(&["hardlink", "-c", "/a", "/b", "/missing"], "").status.success());
        assert_eq!(sets(&mut image), [["a/one", "a/two", "b/one"]]);
        assert_eq!(image.process(|p| p.stat(b"/a/two").expect("it is there").mtime), 7, "the newest stays");
    }

    #[test]
    fn what_differs_beside_its_bytes_stays_unless_told() {
        let mut image = image();
        assert!(image.run(&["hardlink", "/a", "/b"], "").status.success());
        assert_eq!(sets(&mut image), Vec::<Vec<String>>::new());
        assert!(image.run(&["hardlink", "-t", "/a", "/b"], "").status.success());
        assert_eq!(sets(&mut image), [["a/one", "b/one"]]);
        assert!(image.run(&["hardlink", "-n", "-c", "/a", "/b"], "").status.success());
        assert_eq!(sets(&mut image), [["a/one", "b/one"]]);
        assert!(!image.run(&["hardlink", "-c"], "").status.success());
    }
}
