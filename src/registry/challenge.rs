//! `WWW-Authenticate`: how a registry wants to be asked.

use std::collections::BTreeMap;

/// One challenge that we can answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    /// User name and password with every request.
    Basic,
    /// A token from `realm`.
    Bearer {
        realm: String,
        service: Option<String>,
        /// What the registry thinks is needed.
        scope: Option<String>,
    },
}

impl Challenge {
    /// The best of all challenges of a response; tokens before passwords.
    pub fn best(headers: &[String]) -> Option<Self> {
        let all: Vec<_> = headers.iter().take(8).flat_map(|h| challenges(h)).collect();
        let bearer = all.iter().find_map(|(scheme, params)| {
            scheme.eq_ignore_ascii_case("bearer").then(|| {
                let get = |name: &str| params.get(name).cloned();
                get("realm").map(|realm| Self::Bearer { realm, service: get("service"), scope: get("scope") })
            })?
        });
        bearer.or_else(|| all.iter().any(|(s, _)| s.eq_ignore_ascii_case("basic")).then_some(Self::Basic))
    }
}

/// Splits a header into schemes and parameters (RFC 9110, 11.6.1). Several challenges may share one header; a comma
/// then separates both parameters and challenges, and only the `=` behind a word tells which.
fn challenges(header: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let mut found: Vec<(String, BTreeMap<String, String>)> = Vec::new();
    let mut rest = header;
    loop {
        rest = rest.trim_start_matches([' ', ',', '\t']);
        let end =
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-._~+/!#$%&'*^`|".contains(c))).unwrap_or(rest.len());
        let (word, tail) = rest.split_at(end);
        if word.is_empty() {
            return found;
        }
        let after = tail.trim_start();
        match after.strip_prefix('=') {
            Some(value) => {
                let (value, tail) = parameter(value.trim_start());
                if let Some((_, params)) = found.last_mut() {
                    params.insert(word.to_ascii_lowercase(), value);
                }
                rest = tail;
            }
            None => {
                found.push((word.to_owned(), BTreeMap::new()));
                rest = tail;
            }
        }
    }
}

fn parameter(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ']).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(chars.next().map(|(_, c)| c)),
            c => value.push(c),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_real_registries() {
        let best = |headers: &[&str]| Challenge::best(&headers.iter().map(|h| (*h).to_owned()).collect::<Vec<_>>());
        let hub = r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push""#;
        let Some(Challenge::Bearer { realm, service, scope }) = best(&[hub]) else { panic!("bearer") };
        assert_eq!(realm, "https://auth.docker.io/token");
        assert_eq!(service.as_deref(), Some("registry.docker.io"));
        assert_eq!(scope.as_deref(), Some("repository:a/b:pull,push"));
        assert_eq!(best(&[r#"Basic realm="Registry Realm""#]), Some(Challenge::Basic));
        assert!(
            matches!(best(&[r#"Basic realm="a, b", Bearer realm=x"#]), Some(Challenge::Bearer { realm, .. }) if realm == "x")
        );
        assert!(
            matches!(best(&["basic", "BEARER realm=\"y\\\"z\""]), Some(Challenge::Bearer { realm, .. }) if realm == "y\"z")
        );
        assert_eq!(best(&["Negotiate", "Bearer", "\"", "=,=", ""]), None);
    }
}
