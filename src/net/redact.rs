//! URLs as people may see them.

use url::Url;

/// `url` without user name, password, query and fragment: all four can hold secrets (tokens, signatures of CDN links,
/// activation keys). What is no URL at all is not shown either: a mistyped one can hold a password as well.
pub fn redacted(url: &str) -> String {
    match Url::parse(url) {
        Ok(url) if !url.cannot_be_a_base() => redacted_url(&url),
        _ => "<not a URL>".into(),
    }
}

pub(super) fn redacted_url(url: &Url) -> String {
    let mut shown = url.clone();
    // Both fail for URLs without a host only, which have nobody to log in as.
    shown.set_username("").ok();
    shown.set_password(None).ok();
    shown.set_query(None);
    shown.set_fragment(None);
    if url.query().is_some() { format!("{shown}?…") } else { shown.into() }
}
