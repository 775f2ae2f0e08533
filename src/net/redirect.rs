//! Where a redirect may lead, and who goes along.

use url::Url;

use super::{Error, redact::redacted_url};

/// Redirects followed for one request.
pub(super) const MOST: usize = 8;

/// Whether both URLs are the same server's as far as credentials go. The step from http to https on the usual ports
/// counts as staying: it can only make eavesdropping harder.
pub(super) fn same_place(a: &Url, b: &Url) -> bool {
    let upgrade = a.scheme() == "http" && b.scheme() == "https" && a.port().is_none() && b.port().is_none();
    a.host() == b.host()
        && (upgrade || a.scheme() == b.scheme() && a.port_or_known_default() == b.port_or_known_default())
}

/// The next URL of a redirect.
///
/// # Errors
/// Never from https to http: whoever sits on the line could put that redirect's answer in place of the real one, and
/// see what was asked for. Never to file: or other schemes: a server must not make us read our own disk.
pub(super) fn next(from: &Url, location: Option<&[u8]>) -> Result<Url, Error> {
    let refused = |target: String, why| Error::Redirect { url: redacted_url(from), target, why };
    let text = location.and_then(|l| std::str::from_utf8(l).ok());
    let text = text.ok_or_else(|| refused("nowhere".into(), "the answer has no usable Location"))?;
    let to = from.join(text).map_err(|_| refused("<not a URL>".into(), "the Location is not a URL"))?;
    match (from.scheme(), to.scheme()) {
        (_, "https") | ("http", "http") => Ok(to),
        ("https", "http") => Err(refused(redacted_url(&to), "it leaves https")),
        _ => Err(refused(redacted_url(&to), "it leaves http")),
    }
}
