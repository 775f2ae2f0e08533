//! URLs as they may be written down.

/// `url` without user info, query and fragment, for files (messages have `net::redacted`, which tells
/// that a query was there and shows nothing that is no URL): what locks, reports, messages and SBOMs may hold. A password stands in the
/// user info, a signed URL's token in the query; both belong to the request alone. Text that is no URL loses its query
/// and fragment only.
pub fn stripped(url: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let url = &url[..end];
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::stripped;

    #[test]
    fn credentials_never_stay() {
        for (url, want) in [
            ("https://h/p/", "https://h/p/"),
            ("https://me:pa@ss@h:8443/p?token=x#y", "https://h:8443/p"),
            ("https://me@h", "https://h"),
            ("https://h?x=a@b/c", "https://h"),
            ("file:///srv/a@b", "file:///srv/a@b"),
            ("not a url?q", "not a url"),
        ] {
            assert_eq!(stripped(url), want);
        }
    }
}
