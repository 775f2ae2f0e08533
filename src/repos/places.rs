//! Where a repository's files are: below its mirrors, or where an `xml:base` says.
//!
//! A location is a stranger's word. It names a file *below* a base: one whose `..` climbs out of it is refused, however it is spelled,
//! and only a repository that is a local directory itself may name local files.

use url::Url;

use crate::terms::{Class, Fault};

/// A location that is not followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LocationError {
    /// Its `..` lead out of the repository.
    #[error("its metadata places a file outside of it: {location:?}")]
    Outside {
        /// The location, cut at 200 characters.
        location: String,
    },
    /// It is neither http nor https, and not a file of a local repository.
    #[error("its metadata or mirror list leads to {location:?}, which is neither http nor https")]
    Scheme {
        /// The address, without credentials, cut at 200 characters.
        location: String,
    },
}

impl Fault for LocationError {
    fn class(&self) -> Class {
        Class::Verification
    }

    fn hint(&self) -> Option<String> {
        Some("no repository tool writes that: tell the repository's owner, or leave the package out (exclude)".into())
    }
}

/// The addresses of a file, to be tried in this order: below `base` (`xml:base`) alone if there is one, at the location itself if
/// that is an address (as librepo takes it), else below every mirror.
///
/// # Errors
/// See [`LocationError`].
pub fn addresses(mirrors: &[String], base: Option<&str>, location: &str) -> Result<Vec<String>, LocationError> {
    let local = mirrors.iter().any(|m| is_local(m));
    let foreign = |address: String| match is_remote(&address) || local && is_local(&address) {
        true => Ok(vec![address]),
        false => Err(LocationError::Scheme { location: cut(&crate::terms::stripped(&address)) }),
    };
    match base.filter(|b| !b.is_empty()) {
        None if location.contains("://") => foreign(location.to_owned()),
        _ if climbs(location) => Err(LocationError::Outside { location: cut(location) }),
        Some(base) => foreign(join(base, location)),
        None => Ok(mirrors.iter().map(|m| join(m, location)).collect()),
    }
}

/// An http or https address, as strangers may give it.
pub(super) fn is_remote(address: &str) -> bool {
    Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// A `file:` address.
pub(super) fn is_local(address: &str) -> bool {
    address.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("file:"))
}

/// Path below an address.
pub(super) fn join(base: &str, path: &str) -> String {
    format!("{}/{}", base.trim_end_matches('/'), path.trim_start_matches('/'))
}

/// Whether some `..` leads above the start, as URLs are read (WHATWG URL, "path state"): backslashes separate too, `%2e` is a dot, and
/// control characters, which its parser drops, have no place in a name.
fn climbs(location: &str) -> bool {
    if location.contains(char::is_control) {
        return true;
    }
    let path = location.split(['?', '#']).next().unwrap_or_default().trim_start_matches('/');
    let mut depth = 0i32;
    for segment in path.split(['/', '\\']) {
        match segment.to_ascii_lowercase().replace("%2e", ".").as_str() {
            ".." => depth -= 1,
            "." => {}
            _ => depth += 1,
        }
        if depth < 0 {
            return true;
        }
    }
    false
}

fn cut(text: &str) -> String {
    text.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(mirrors: &[&str], base: Option<&str>, location: &str) -> Result<Vec<String>, LocationError> {
        let mirrors: Vec<String> = mirrors.iter().map(|&m| m.to_owned()).collect();
        addresses(&mirrors, base, location)
    }

    #[test]
    fn a_file_is_below_every_mirror_or_below_its_own_base() {
        let two = ["https://a/r/", "http://b/r"];
        assert_eq!(at(&two, None, "p/x.rpm"), Ok(vec!["https://a/r/p/x.rpm".into(), "http://b/r/p/x.rpm".into()]));
        assert_eq!(at(&two, Some(""), "/x"), Ok(vec!["https://a/r/x".into(), "http://b/r/x".into()]));
        assert_eq!(at(&two, Some("https://c/"), "p/x.rpm"), Ok(vec!["https://c/p/x.rpm".into()]));
        assert_eq!(at(&two, None, "https://c/x.rpm"), Ok(vec!["https://c/x.rpm".into()]));
        assert_eq!(at(&two, None, "a/../b.rpm").map(|l| l.len()), Ok(2), "it stays inside");
        assert_eq!(at(&["file:///srv"], Some("file:///other"), "x"), Ok(vec!["file:///other/x".into()]));
    }

    #[test]
    fn dots_do_not_lead_out_however_they_are_spelled() {
        for location in
            ["../x", "a/../../x", "/../x", "%2e%2E/x", ".%2e/x", "..\\x", "a\\..\\..\\x", ".\t./x", "a/./../../x", ".."]
        {
            let refused = Err(LocationError::Outside { location: location.to_owned() });
            assert_eq!(at(&["https://a/r"], None, location), refused);
            assert_eq!(at(&["https://a/r"], Some("https://c"), location), refused);
        }
    }

    #[test]
    fn local_files_are_for_local_repositories() {
        for (base, location) in [
            (Some("file:///etc"), "passwd"),
            (Some("FILE:///etc"), "passwd"),
            (None, "file:///etc/passwd"),
            (Some("ftp://h/"), "x"),
            (Some("media://1"), "x"),
            (Some("relative"), "x"),
        ] {
            let refused = at(&["https://a/r"], base, location).expect_err("refused");
            assert!(matches!(refused, LocationError::Scheme { .. }), "{refused}");
            assert_eq!(refused.class(), Class::Verification);
        }
    }
}
