//! file:// URLs: the disk behind the same calls.

use std::path::{Path, PathBuf};

use tokio::io::{AsyncReadExt, AsyncSeekExt};
use url::Url;

use super::{Error, Sink};

/// The path of a file:// URL.
pub(super) fn path_of(url: &str) -> Option<Result<PathBuf, Error>> {
    let bad = |why| Err(Error::BadUrl { url: super::redacted(url), why });
    if !url.get(..5).is_some_and(|s| s.eq_ignore_ascii_case("file:")) {
        return None;
    }
    Some(match Url::parse(url) {
        Ok(parsed) => match parsed.to_file_path() {
            Ok(path) => Ok(path),
            Err(()) => bad("a file URL is file:///absolute/path"),
        },
        Err(_) => bad("it is not a URL"),
    })
}

/// Copies the file behind the sink's position into it.
pub(super) async fn copy(path: &Path, url: &str, sink: &mut dyn Sink) -> Result<(), Error> {
    let failed = |source| Error::File { path: path.to_owned(), source };
    let kept = |source| Error::Sink { url: super::redacted(url), source };
    let mut file = tokio::fs::File::open(path).await.map_err(failed)?;
    if sink.position() > file.metadata().await.map_err(failed)?.len() {
        sink.restart().map_err(kept)?;
    }
    file.seek(std::io::SeekFrom::Start(sink.position())).await.map_err(failed)?;
    let mut buffer = vec![0; 256 << 10];
    loop {
        match file.read(&mut buffer).await.map_err(failed)? {
            0 => return Ok(()),
            n => sink.write(&buffer[..n]).map_err(kept)?,
        }
    }
}
