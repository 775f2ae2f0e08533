//! Standard output: text or JSON, whole or not at all.

use std::{
    fs::File,
    io::{self, Write as _},
    path::Path,
};

use serde::Serialize;

use super::{Error, args::Format};

/// Where results go, and in which form.
#[derive(Debug)]
pub(super) struct Output {
    format: Format,
}

impl Output {
    /// In that form.
    pub(super) fn new(format: Format) -> Self {
        Self { format }
    }

    /// Whether programs read it.
    pub(super) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// The result: `text` for people, `value` for programs.
    pub(super) fn result(&self, value: &impl Serialize, text: impl FnOnce() -> String) -> Result<(), Error> {
        if self.is_json() { self.write(&json(value)) } else { self.write(&text()) }
    }

    /// Text as it stands. A reader that has gone (`| head`) has what it wanted: no error.
    pub(super) fn write(&self, text: &str) -> Result<(), Error> {
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            result => result.map_err(|source| Error::Output { source }),
        }
    }
}

/// Pretty, with a final line break.
pub(super) fn json(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("reports have string keys only");
    text.push('\n');
    text
}

/// Whether a file can be written at `path`. What is there is not touched, and nothing is left.
pub(super) fn check_writable(path: &Path) -> io::Result<()> {
    if path.exists() {
        return File::options().append(true).open(path).map(drop);
    }
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    tempfile::tempfile_in(parent).map(drop)
}
