//! Content sets: what the `ENTITLEMENT DATA` block of a certificate lists.

use std::{fmt, io::Read, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, SeqAccess, Visitor},
};

use crate::terms::Arch;

use super::Defect;

/// The JSON of an organisation with every product is a few MiB. The worst of this size takes fifteen times its own.
const LARGEST: u64 = 16 << 20;
/// More content sets or products than this stop the reading; a large organisation has thousands.
const MOST: usize = 100_000;

/// A content set: a repository, for the content types that are one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Content {
    /// Its id in recipes and with subscription-manager: `rhel-8-for-x86_64-baseos-rpms`.
    pub label: String,
    /// For people: `Red Hat Enterprise Linux 8 for x86_64 - BaseOS (RPMs)`.
    pub name: String,
    /// Path below the CDN's base URL, or a whole URL; `$releasever` and `$basearch` may stand in it.
    pub path: String,
    /// Where its keys are, in the certificate's words; empty: its packages are not signed.
    pub gpg_url: String,
    /// Whether subscription-manager enables it by itself.
    pub enabled: bool,
    /// RPM architectures, `ALL`, `noarch` or other words of the subscription service (the product's where the content set
    /// has none of its own); empty: any.
    pub arches: Vec<String>,
    /// Tags of which a product installed on the host must provide all, such as `rhel-8-x86_64`.
    pub required_tags: Vec<String>,
    /// `yum`, `file`, `containerimage` …, in lower case.
    pub kind: String,
}

impl Content {
    /// Whether it is an RPM repository.
    pub fn is_repository(&self) -> bool {
        self.kind == "yum"
    }

    /// The repository id that subscription-manager gives it: the label, with `-` for what an id cannot have.
    pub fn repository_id(&self) -> String {
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
        self.label.chars().map(|c| if fits(c) { c } else { '-' }).collect()
    }

    /// The repository's address below the content delivery network's (`https://cdn.redhat.com`). A path that is a whole
    /// URL stays as it is, and so do `$releasever` and `$basearch`.
    pub fn baseurl(&self, cdn: &str) -> String {
        joined(cdn, &self.path)
    }

    /// Whether a path below the network's base URL lies in it. Its variables stand for any one segment.
    pub fn covers(&self, path: &str) -> bool {
        let mut asked = path.trim_matches('/').split('/');
        let mut own = self.path.trim_matches('/').split('/');
        !self.path.is_empty() && own.all(|word| asked.next().is_some_and(|a| a == word || word.starts_with('$')))
    }

    /// Whether it is meant for machines of this architecture.
    pub fn is_for(&self, arch: Arch) -> bool {
        let any = |a: &String| a.eq_ignore_ascii_case("all") || a == "noarch" || a == arch.rpm();
        self.arches.is_empty() || self.arches.iter().any(any)
    }

    /// The addresses of its signing keys, empty when its packages are not signed. `file:///etc/pki/rpm-gpg/…` means a
    /// file of the system being installed. Several are separated by commas (beta repositories have two) or blanks.
    pub fn gpgkeys(&self, cdn: &str) -> Vec<String> {
        let keys = self.gpg_url.split(|c: char| c == ',' || c.is_whitespace());
        keys.filter(|k| !k.is_empty()).map(|k| joined(cdn, k)).collect()
    }
}

fn joined(base: &str, path: &str) -> String {
    if path.contains("://") {
        return path.to_owned();
    }
    format!("{}/{}", base.trim_end_matches('/'), path.trim_start_matches('/'))
}

/// Reads the data block: zlib (RFC 1950) of JSON. Content sets in the document's order, each once.
pub(super) fn read(compressed: &[u8]) -> Result<Vec<Content>, Defect> {
    let mut json = Vec::new();
    flate2::read::ZlibDecoder::new(compressed).take(LARGEST + 1).read_to_end(&mut json).map_err(Defect::Compression)?;
    if json.len() as u64 > LARGEST {
        return Err(Defect::TooLarge { limit: LARGEST });
    }
    parse(&json)
}

/// Reads the JSON of a data block.
pub(super) fn parse(json: &[u8]) -> Result<Vec<Content>, Defect> {
    let document: Document = serde_json::from_slice(json).map_err(Defect::Json)?;
    let all = document.products.0.into_iter().flat_map(|product| {
        let Product { architectures, content } = product;
        content.0.into_iter().map(move |raw| raw.with_arches_of(&architectures))
    });
    let mut seen = std::collections::BTreeSet::new();
    let mut contents = Vec::new();
    for content in all {
        if contents.len() == MOST {
            return Err(Defect::TooMany { limit: MOST });
        }
        // Several products share content sets.
        if seen.insert((content.label.clone(), content.path.clone())) {
            contents.push(content);
        }
    }
    Ok(contents)
}

#[derive(Deserialize)]
struct Document {
    products: Few<Product>,
}

#[derive(Deserialize)]
struct Product {
    #[serde(default)]
    architectures: Option<Vec<String>>,
    #[serde(default)]
    content: Few<RawContent>,
}

/// A content set as Candlepin writes it: what is empty or default may be missing or null.
#[derive(Deserialize)]
struct RawContent {
    label: String,
    name: Option<String>,
    path: Option<String>,
    gpg_url: Option<String>,
    enabled: Option<bool>,
    arches: Option<Vec<String>>,
    required_tags: Option<Vec<String>>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl RawContent {
    fn with_arches_of(self, product: &Option<Vec<String>>) -> Content {
        let own = self.arches.filter(|arches| !arches.is_empty());
        Content {
            label: self.label,
            name: self.name.unwrap_or_default(),
            path: self.path.unwrap_or_default(),
            gpg_url: self.gpg_url.unwrap_or_default(),
            enabled: self.enabled.unwrap_or(true),
            arches: own.or_else(|| product.clone()).unwrap_or_default(),
            required_tags: self.required_tags.unwrap_or_default(),
            kind: self.kind.unwrap_or_default().to_ascii_lowercase(),
        }
    }
}

/// A JSON array (or null) of at most [`MOST`] elements.
struct Few<T>(Vec<T>);

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Few<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Elements<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Elements<T> {
            type Value = Few<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "an array of at most {MOST} elements")
            }

            fn visit_unit<E>(self) -> Result<Few<T>, E> {
                Ok(Few::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Few<T>, A::Error> {
                let mut out = Vec::new();
                while out.len() < MOST {
                    match elements.next_element()? {
                        Some(element) => out.push(element),
                        None => return Ok(Few(out)),
                    }
                }
                match elements.next_element::<IgnoredAny>()? {
                    None => Ok(Few(out)),
                    Some(_) => Err(serde::de::Error::invalid_length(MOST + 1, &self)),
                }
            }
        }
        deserializer.deserialize_any(Elements(PhantomData))
    }
}
