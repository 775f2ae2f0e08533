//! Entitlement certificates of version 3, as Candlepin issues them for simple content access: Red Hat's extensions in
//! the certificate, and behind it a data block with the content sets and a signature over that.

use std::io::Write as _;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use flate2::{Compression, write::ZlibEncoder};
use rcgen::SigningKey as _;
use serde_json::{Value, json};

use crate::terms::Arch;

use super::{
    path_tree::path_tree,
    tls::{Authority, ClientPair, Validity},
};

/// The organisation that holds the testbed's entitlements.
const ORGANISATION: &str = "12345678";
const MEMORY: &str = "writing to memory cannot fail";

/// A content set as the data block lists it: an RPM repository at `path`, signed with the testbed's keys.
pub fn content_set(label: &str, path: &str, arch: Arch) -> Value {
    json!({
        "id": "1", "type": "yum", "name": label.replace('-', " "), "label": label, "vendor": "drydock testbed",
        "path": path, "gpg_url": "/RPM-GPG-KEY-testbed", "metadata_expire": 86400, "arches": [arch.rpm()],
    })
}

impl Authority {
    /// A certificate that grants these content sets (see [`content_set`]) by simple content access: PEM blocks `CERTIFICATE`,
    /// `ENTITLEMENT DATA` and `SIGNATURE`, and the key.
    pub fn entitlement(&self, serial: u64, validity: Validity, content: &[Value]) -> ClientPair {
        let kind = (8, element(UTF8_STRING, b"OrgLevel"));
        self.version_three(serial, validity, content, &[kind, tree_extension(&[ORGANISATION])])
    }

    /// As [`Authority::entitlement`] by an attached pool, with a tree of these paths.
    pub fn subscription(&self, serial: u64, validity: Validity, content: &[Value], paths: &[&str]) -> ClientPair {
        self.version_three(serial, validity, content, &[tree_extension(paths)])
    }

    /// As [`Authority::entitlement`], for the key of another pair.
    pub fn entitlement_for(&self, pair: &ClientPair, serial: u64, content: &[Value]) -> ClientPair {
        let key = rcgen::KeyPair::from_pem(&pair.key).expect("the testbed's own key");
        let kind = (vec![8], element(UTF8_STRING, b"OrgLevel"));
        let (_, tree) = tree_extension(&[ORGANISATION]);
        let extensions = [(vec![6], element(UTF8_STRING, b"3.4")), kind, (vec![7], tree)];
        self.with_data(self.client_of(&key, serial, Validity::Now, &extensions), content)
    }

    fn version_three(&self, serial: u64, validity: Validity, content: &[Value], more: &[(u64, Vec<u8>)]) -> ClientPair {
        let version = [(6, element(UTF8_STRING, b"3.4"))];
        self.with_data(self.client_with(serial, validity, &[&version, more].concat()), content)
    }

    fn with_data(&self, mut pair: ClientPair, content: &[Value]) -> ClientPair {
        let data = deflated(document(content).to_string().as_bytes());
        let signature = self.signing_key().sign(&data).expect("signing with a fresh key cannot fail");
        pair.certificate += &block("ENTITLEMENT DATA", &data);
        pair.certificate += &block("SIGNATURE", &signature);
        pair
    }

    /// A certificate of version 1: an order, and an extension for every property of these content sets.
    pub fn first_version(&self, serial: u64, validity: Validity, content: &[Value]) -> ClientPair {
        let text = |value: &Value| element(UTF8_STRING, value.as_str().unwrap_or("1").as_bytes());
        let mut extensions = vec![(vec![4, 1], element(UTF8_STRING, b"Testbed"))];
        for (id, set) in (1000..).zip(content) {
            extensions.push((vec![2, id, 1], text(&set["type"])));
            for (n, key) in [(1, "name"), (2, "label"), (6, "path"), (7, "gpg_url")] {
                extensions.push((vec![2, id, 1, n], text(&set[key])));
            }
            let enabled = if set["enabled"] == false { "0" } else { "1" };
            extensions.push((vec![2, id, 1, 8], element(UTF8_STRING, enabled.as_bytes())));
        }
        self.client_with_arcs(serial, validity, &extensions)
    }
}

fn tree_extension(paths: &[&str]) -> (u64, Vec<u8>) {
    (7, element(OCTET_STRING, &path_tree(paths)))
}

fn document(content: &[Value]) -> Value {
    json!({
        "consumer": "0123456789abcdef0123456789abcdef", "quantity": 1,
        "subscription": { "sku": "content_access", "name": "Content Access" },
        "order": {}, "pool": {},
        "products": [{ "id": "content_access", "name": " Content Access", "version": "", "architectures": [], "content": content }],
    })
}

/// A PEM block.
pub(crate) fn block(name: &str, bytes: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(bytes);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|l| str::from_utf8(l).expect("base64 is ASCII")).collect();
    format!("-----BEGIN {name}-----\n{}\n-----END {name}-----\n", lines.join("\n"))
}

/// A zlib stream.
pub(crate) fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect(MEMORY);
    encoder.finish().expect(MEMORY)
}

pub(crate) const UTF8_STRING: u8 = 0x0c;
const OCTET_STRING: u8 = 0x04;

/// A DER element.
pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let len = u16::try_from(content.len()).expect("the testbed's extensions are short");
    match u8::try_from(len) {
        Ok(short @ ..=127) => [&[tag, short], content].concat(),
        _ => [&[tag, 0x82, (len >> 8) as u8, len as u8], content].concat(),
    }
}
