//! `gzip`, `gunzip`, `zcat`. Compressed bytes are deflate's of this program, not gzip's own; they decompress to the same.

use std::io::{Read as _, Write as _};

use flate2::{Compression, GzBuilder};

use super::{
    super::options::{Order, Parsed},
    stream::text,
};
use crate::{
    effects::process::{Errno, Mode, Process, Stat, Status},
    formats::compression::Codec,
};

const OPTIONS: &[&str] = &[
    "c,stdout",
    "to-stdout",
    "d,decompress",
    "uncompress",
    "f,force",
    "h",
    "k,keep",
    "l,list",
    "L,license",
    "n,no-name",
    "N,name",
    "q,quiet",
    "r,recursive",
    "rsyncable",
    "S,suffix=",
    "synchronous",
    "t,test",
    "v,verbose",
    "1,fast",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "8",
    "9,best",
];

/// Something was passed over.
const WARNING: Status = Status(2);
/// Bytes that are made out of a file.
const LARGEST: u64 = 64 << 20;
/// Directories inside one another.
const DEEPEST: usize = 100;

struct Settings {
    stdout: bool,
    decompress: bool,
    force: bool,
    keep: bool,
    no_name: bool,
    use_name: bool,
    quiet: bool,
    recursive: bool,
    test: bool,
    suffix: Vec<u8>,
    level: u32,
}

impl Settings {
    fn of(parsed: &Parsed, decompress: bool, stdout: bool) -> Self {
        let levels = ["fast", "2", "3", "4", "5", "6", "7", "8", "best"];
        let level = parsed.last(&levels).and_then(|l| levels.iter().position(|k| *k == l));
        Self {
            stdout: stdout || parsed.has("stdout") || parsed.has("to-stdout"),
            decompress: decompress || parsed.has("decompress") || parsed.has("uncompress") || parsed.has("test"),
            force: parsed.has("force"),
            keep: parsed.has("keep"),
            no_name: parsed.last(&["no-name", "name"]) == Some("no-name"),
            use_name: parsed.last(&["no-name", "name"]) == Some("name"),
            quiet: parsed.has("quiet"),
            recursive: parsed.has("recursive"),
            test: parsed.has("test"),
            suffix: parsed.value("suffix").unwrap_or(b".gz").to_vec(),
            level: level.map_or(6, |l| l as u32 + 1),
        }
    }
}

/// `gzip [OPTION]… [FILE]…`: 1 on errors, 2 where something was passed over.
pub(super) fn gzip(process: &mut Process<'_, '_>) -> Status {
    run(process, false, false)
}

/// `gzip -d`
pub(super) fn gunzip(process: &mut Process<'_, '_>) -> Status {
    run(process, true, false)
}

/// `gzip -cd`
pub(super) fn zcat(process: &mut Process<'_, '_>) -> Status {
    run(process, true, true)
}

fn run(process: &mut Process<'_, '_>, decompress: bool, stdout: bool) -> Status {
    let parsed = match process.options(OPTIONS, Order::Any) {
        Ok(parsed) => parsed,
        Err(status) => return status,
    };
    let settings = Settings::of(&parsed, decompress, stdout);
    let mut job = Job { process, settings, worst: Status::SUCCESS };
    if parsed.operands.is_empty() {
        job.stream();
    }
    for name in &parsed.operands {
        if name == b"-" { job.stream() } else { job.operand(name, 0) }
    }
    if job.process.stage.budget.exhausted().is_some() { Status::STOPPED } else { job.worst }
}

struct Job<'j, 'p, 'a> {
    process: &'j mut Process<'p, 'a>,
    settings: Settings,
    worst: Status,
}

impl Job<'_, '_, '_> {
    fn error(&mut self, name: &[u8], what: impl std::fmt::Display) {
        self.process.fail(format_args!("{}: {what}", text(name)));
        self.worst = Status::FAILURE;
    }

    fn warning(&mut self, name: &[u8], what: impl std::fmt::Display) {
        if !self.settings.quiet {
            self.process.fail(format_args!("{}: {what}", text(name)));
        }
        if self.worst == Status::SUCCESS {
            self.worst = WARNING;
        }
    }

    /// Standard input to standard output.
    fn stream(&mut self) {
        let bytes = self.process.input();
        let converted = if self.settings.decompress {
            self.unpacked(&bytes)
        } else {
            Some(pack(&bytes, None, 0, self.settings.level))
        };
        match converted {
            Some(out) if !self.settings.test => self.process.out(out),
            Some(_) => {}
            None => self.error(b"stdin", "not in gzip format"),
        }
    }

    /// The bytes of a file that is taken apart; with `-c -f`, what is not compressed goes through as it is.
    fn unpacked(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        if Codec::sniff(bytes) != Codec::Gzip {
            return (self.settings.force && self.settings.stdout).then(|| bytes.to_vec());
        }
        let mut out = Vec::new();
        let read = Codec::Gzip.decoder(bytes).ok()?.take(LARGEST + 1).read_to_end(&mut out);
        (read.is_ok() && out.len() as u64 <= LARGEST && self.process.stage.budget.output(out.len())).then_some(out)
    }

    fn operand(&mut self, name: &[u8], depth: usize) {
        let found = if self.settings.stdout || self.settings.force {
            self.process.stat(name)
        } else {
            self.process.lstat(name)
        };
        let (name, stat) = match found {
            Ok(stat) => (name.to_vec(), stat),
            // Of a name without its ending, the file with it is meant.
            Err(Errno::NoEntry) if self.settings.decompress => {
                let with = [name, &self.settings.suffix].concat();
                match self.process.stat(&with) {
                    Ok(stat) => (with, stat),
                    Err(error) => return self.error(&with, error),
                }
            }
            Err(error) => return self.error(name, error),
        };
        if stat.is_directory() {
            if !self.settings.recursive || depth > DEEPEST {
                return self.warning(&name, "is a directory -- ignored");
            }
            let names = self.process.read_dir(&name).unwrap_or_default();
            for base in names {
                self.operand(&[&name[..], b"/", &base].concat(), depth + 1);
            }
            return;
        }
        if stat.is_symlink() {
            return self.error(&name, "Too many levels of symbolic links");
        }
        if !stat.is_file() && !self.settings.stdout {
            return self.warning(&name, "is not a directory or a regular file - ignored");
        }
        if !self.settings.stdout && !self.settings.test && !self.settings.force && self.process.links(&stat) > 1 {
            return self.warning(&name, "has other links -- unchanged");
        }
        if self.settings.decompress { self.decompress(&name, &stat) } else { self.compress(&name, &stat) }
    }

    fn compress(&mut self, name: &[u8], stat: &Stat) {
        if !self.settings.stdout && name.ends_with(&self.settings.suffix) && !self.settings.force {
            let suffix = text(&self.settings.suffix).into_owned();
            return self.warning(name, format_args!("already has {suffix} suffix -- unchanged"));
        }
        let bytes = match self.process.read_file(name) {
            Ok(bytes) => bytes,
            Err(error) => return self.error(name, error),
        };
        if !self.process.stage.budget.steps(bytes.len() as u64 / 32) {
            return;
        }
        let base = name.rsplit(|b| *b == b'/').next().unwrap_or(name);
        let (stored, mtime) = if self.settings.no_name { (None, 0) } else { (Some(base), stat.mtime) };
        let out = pack(&bytes, stored, u32::try_from(mtime).unwrap_or(0), self.settings.level);
        let target = [name, &self.settings.suffix].concat();
        self.finish(name, &target, &out, stat);
    }

    fn decompress(&mut self, name: &[u8], stat: &Stat) {
        let target = if self.settings.stdout || self.settings.test { None } else { self.without_suffix(name) };
        if target.is_none() && !self.settings.stdout && !self.settings.test {
            return self.warning(name, "unknown suffix -- ignored");
        }
        let bytes = match self.process.read_file(name) {
            Ok(bytes) => bytes,
            Err(error) => return self.error(name, error),
        };
        let Some(out) = self.unpacked(&bytes) else {
            let what =
                if Codec::sniff(&bytes) == Codec::Gzip { "invalid compressed data" } else { "not in gzip format" };
            return self.error(name, what);
        };
        let mut stat = stat.clone();
        let decoder = flate2::read::GzDecoder::new(&bytes[..]);
        let header = decoder.header();
        if self.settings.use_name
            && let Some(time) = header.map(|h| h.mtime()).filter(|t| *t > 0)
        {
            stat.mtime = i64::from(time);
        }
        let stored = header.and_then(|h| h.filename()).filter(|_| self.settings.use_name);
        let target = match (target, stored) {
            (Some(target), Some(stored)) => {
                let stored = stored.rsplit(|b| *b == b'/').next().unwrap_or(stored);
                let directory = target.iter().rposition(|b| *b == b'/').map_or(0, |n| n + 1);
                [&target[..directory], stored].concat()
            }
            (target, _) => target.unwrap_or_default(),
        };
        if !self.settings.test {
            self.finish(name, &target, &out, &stat);
        }
    }

    fn without_suffix(&self, name: &[u8]) -> Option<Vec<u8>> {
        let own: &[u8] = &self.settings.suffix;
        let known: [(&[u8], &[u8]); 8] = [
            (own, b""),
            (b".gz", b""),
            (b".tgz", b".tar"),
            (b".taz", b".tar"),
            (b".z", b""),
            (b".Z", b""),
            (b"-gz", b""),
            (b"-z", b""),
        ];
        let of = |(suffix, new): &(&[u8], &[u8])| {
            let start = name.strip_suffix(*suffix).filter(|s| !s.is_empty() && !s.ends_with(b"/"))?;
            Some([start, new].concat())
        };
        known.iter().find_map(of)
    }

    /// Writes the result with the mode, owner and time of what it was made from, which goes.
    fn finish(&mut self, name: &[u8], target: &[u8], out: &[u8], stat: &Stat) {
        if self.settings.stdout {
            return self.process.out(out);
        }
        if self.process.lstat(target).is_ok() {
            if !self.settings.force {
                return self.warning(target, "already exists;\tnot overwritten");
            }
            let _ = self.process.unlink(target);
        }
        let mode = Mode { exclusive: true, ..Mode::WRITE };
        let written = self.process.open(target, mode).and_then(|handle| handle.write(self.process.stage, out));
        let kept = written
            .and_then(|()| self.process.chown(target, Some(stat.uid), Some(stat.gid), false))
            .and_then(|()| self.process.chmod(target, stat.mode))
            .and_then(|()| self.process.set_mtime(target, stat.mtime, false));
        if let Err(error) = kept {
            return self.error(target, error);
        }
        if !self.settings.keep
            && let Err(error) = self.process.unlink(name)
        {
            self.error(name, error);
        }
    }
}

fn pack(bytes: &[u8], name: Option<&[u8]>, mtime: u32, level: u32) -> Vec<u8> {
    let builder = GzBuilder::new().mtime(mtime).operating_system(3); // Unix
    let builder = match name {
        Some(name) => builder.filename(name),
        None => builder,
    };
    let mut encoder = builder.write(Vec::new(), Compression::new(level));
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("writing to memory does not fail")
}

#[cfg(test)]
mod tests {
    use crate::effects::process::{Status, testing::Image};

    #[test]
    fn files_come_back_as_they_were() {
        let mut image = Image::new().programs(&["gzip", "gunzip", "zcat"]).file("etc/a", "hello\n", 0o640);
        assert_eq!(image.run(&["gzip", "-9n", "/etc/a"], "").status, Status::SUCCESS);
        assert_eq!(image.text("etc/a"), None);
        assert_eq!(image.run(&["zcat", "/etc/a.gz"], "").out, "hello\n");
        assert_eq!(image.run(&["gzip", "/etc/a.gz"], "").status, Status(2));
        assert_eq!(image.run(&["gunzip", "-k", "/etc/a"], "").status, Status::SUCCESS);
        assert_eq!(image.text("etc/a").as_deref(), Some("hello\n"));
        assert_eq!(image.process(|p| p.stat(b"/etc/a").unwrap().mode), 0o640);
        assert_eq!(image.run(&["gunzip", "/etc/a.gz"], "").status, Status(2));
        assert_eq!(image.run(&["zcat"], "no").status, Status::FAILURE);
        assert_eq!(image.run(&["zcat", "-f"], "plain").out, "plain");
    }
}
