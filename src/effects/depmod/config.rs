//! `depmod.d`: which of several modules of one name counts, and where to look (depmod.d(5)).

use regex::bytes::Regex;

use super::version::Version;
use crate::effects::process::Process;

/// A file of more bytes is no configuration.
const LARGEST: usize = 1 << 20;

/// An entry of `search`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A directory below the modules' one.
    Directory(Vec<u8>),
    /// `built-in`: whatever no other entry names.
    BuiltIn,
    /// `external`: the directories of `external` lines.
    External,
}

/// The configuration that holds for one release.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Config {
    /// The last one mentioned first, as kmod keeps them; later ones have priority.
    pub search: Vec<Place>,
    /// `DIRECTORY/MODULE` without extension, the last one mentioned first.
    pub overrides: Vec<Vec<u8>>,
    /// Absolute directories, the last one mentioned first.
    pub external: Vec<Vec<u8>>,
    /// Names of directories not to enter.
    pub exclude: Vec<Vec<u8>>,
}

impl Config {
    /// Reads what `-C` names, or else the image's directories.
    pub fn load(process: &mut Process<'_, '_>, given: &[Vec<u8>], version: Version, release: &[u8]) -> Self {
        let mut config = Self::default();
        for file in files(process, given, version) {
            match process.read_file(&file) {
                Ok(bytes) if bytes.len() <= LARGEST => config.read(&bytes, release),
                _ => drop(process.fail(format_args!("ERROR: file parse {}", String::from_utf8_lossy(&file)))),
            }
        }
        config.complete();
        config
    }

    /// Without a `search` line there is one: `updates`.
    fn complete(&mut self) {
        if self.search.is_empty() {
            self.search.push(Place::Directory(b"updates".to_vec()));
        }
    }

    fn read(&mut self, bytes: &[u8], release: &[u8]) {
        // A backslash at the end of a line joins it with the next; any other is left out.
        let joined = unescaped(bytes);
        for line in joined.split(|&b| b == b'\n').filter(|l| !l.starts_with(b"#")) {
            let words: Vec<&[u8]> = line.split(|&b| b == b' ' || b == b'\t').filter(|w| !w.is_empty()).collect();
            match words[..] {
                [b"search", ref places @ ..] => {
                    places.iter().for_each(|p| self.search.insert(0, place(p)));
                }
                [b"override", module, pattern, directory, ..] if matches(pattern, release) => {
                    self.overrides.insert(0, [directory, b"/", module].concat());
                }
                [b"external", pattern, directory, ..] if matches(pattern, release) => {
                    self.external.insert(0, directory.to_vec());
                }
                [b"exclude", ref names @ ..] => self.exclude.extend(names.iter().map(|n| n.to_vec())),
                // include and make_map_files are known and do nothing, the rest is complained of and ignored
                _ => {}
            }
        }
    }
}

fn unescaped(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter();
    while let Some(&byte) = rest.next() {
        match byte {
            b'\\' => out.extend(rest.next().filter(|b| **b != b'\n')),
            _ => out.push(byte),
        }
    }
    out
}

fn place(word: &[u8]) -> Place {
    match word {
        b"built-in" => Place::BuiltIn,
        b"external" => Place::External,
        _ => Place::Directory(word.to_vec()),
    }
}

/// Whether a release is one a line speaks of: `*`, or an extended regular expression.
fn matches(pattern: &[u8], release: &[u8]) -> bool {
    let pattern = std::str::from_utf8(pattern).ok();
    pattern == Some("*") || pattern.and_then(|p| Regex::new(p).ok()).is_some_and(|r| r.is_match(release))
}

/// Configuration files in the order of their names; the first directory that has a name has it.
fn files(process: &mut Process<'_, '_>, given: &[Vec<u8>], version: Version) -> Vec<Vec<u8>> {
    const OLD: [&str; 3] = ["/run/depmod.d", "/etc/depmod.d", "/lib/depmod.d"];
    const NEW: [&str; 5] =
        ["/etc/depmod.d", "/run/depmod.d", "/usr/local/lib/depmod.d", "/usr/lib/depmod.d", "/lib/depmod.d"];
    let standard: &[&str] = if version < Version::LOCAL_CONFIG { &OLD } else { &NEW };
    let places: Vec<Vec<u8>> = match given {
        [] => standard.iter().map(|d| d.as_bytes().to_vec()).collect(),
        given => given.to_vec(),
    };
    let mut files = std::collections::BTreeMap::new();
    for place in places {
        let Ok(stat) = process.stat(&place) else { continue };
        if !stat.is_directory() {
            let name = place.rsplit(|&b| b == b'/').next().unwrap_or_default().to_vec();
            files.entry(name).or_insert(place);
            continue;
        }
        for name in process.read_dir(&place).unwrap_or_default() {
            let path = [&place[..], b"/", &name].concat();
            let is_one = name.len() > 5 && name.ends_with(b".conf") && !name.starts_with(b".");
            if is_one && process.stat(&path).is_ok_and(|s| !s.is_directory()) {
                files.entry(name).or_insert(path);
            }
        }
    }
    files.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::process::testing::Image;

    fn load(image: Image, version: Version) -> Config {
        let mut image = image;
        image.process(|p| Config::load(p, &[], version, b"5.14.0-1.el9.x86_64"))
    }

    #[test]
    fn lines_are_read_as_kmod_reads_them() {
        let text = "# c\nsearch updates extra \\\n built-in\noverride kvm * extra\noverride xfs 4\\.18 extra\n\
                    override nfs ^5.14 weak-updates\nexternal * /opt/drivers\nexclude .debug old\nmake_map_files no\nbad\n";
        let config = load(Image::new().file("etc/depmod.d/a.conf", text, 0o644), Version(30));
        let directory = |name: &str| Place::Directory(name.into());
        assert_eq!(config.search, [Place::BuiltIn, directory("extra"), directory("updates")]);
        assert_eq!(config.overrides, [b"weak-updates/nfs".to_vec(), b"extra/kvm".to_vec()]);
        assert_eq!(config.external, [b"/opt/drivers".to_vec()]);
        assert_eq!(config.exclude, [b".debug".to_vec(), b"old".to_vec()]);
    }

    #[test]
    fn a_name_counts_once() {
        let image = || {
            let image = Image::new().file("etc/depmod.d/x.conf", "search a", 0o644);
            image.file("run/depmod.d/x.conf", "search b", 0o644).file("lib/depmod.d/x.conf", "search c", 0o644)
        };
        assert_eq!(load(image(), Version(30)).search, [Place::Directory(b"a".to_vec())]);
        assert_eq!(load(image(), Version(28)).search, [Place::Directory(b"b".to_vec())]);
        assert_eq!(load(Image::new(), Version(28)).search, [Place::Directory(b"updates".to_vec())]);
    }
}
