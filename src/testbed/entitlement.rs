//! Entitlement certificates of version 3, as Candlepin issues them for simple content access: Red Hat's extensions in
//! the certificate, and behind it a data block with the content sets and a signature over that.

use std::io::Write as _;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use flate2::{Compression, write::ZlibEncoder};
use rcgen::SigningKey as _;
use serde_json::{Value, json};

use crate::terms::Arch;

use super::tls::{Authority, ClientPair, Validity};

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
    /// A certificate that grants these content sets (see [`content_set`]): PEM blocks `CERTIFICATE`, `ENTITLEMENT DATA`
    /// and `SIGNATURE`, and the key.
    pub fn entitlement(&self, serial: u64, validity: Validity, content: &[Value]) -> ClientPair {
        let extensions = [
            (6, element(UTF8_STRING, b"3.4")),
            (8, element(UTF8_STRING, b"OrgLevel")),
            (7, element(OCTET_STRING, &path_tree())),
        ];
        let mut pair = self.client_with(serial, validity, &extensions);
        let data = deflated(document(content).to_string().as_bytes());
        let signature = self.signing_key().sign(&data).expect("signing with a fresh key cannot fail");
        pair.certificate += &block("ENTITLEMENT DATA", &data);
        pair.certificate += &block("SIGNATURE", &signature);
        pair
    }
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

/// A DER element of less than 128 bytes.
pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let len = u8::try_from(content.len()).ok().filter(|len| *len < 128).expect("the testbed's extensions are short");
    [&[tag, len], content].concat()
}

/// The path tree of simple content access: nothing but the organisation. Words, then the number of nodes (with the dummy
/// that gives the only child a code), then bits: root = word 0, node 0, end; child = end; dummy = end.
fn path_tree() -> Vec<u8> {
    let mut tree = deflated(format!("{ORGANISATION}\0").as_bytes());
    tree.extend([3, 0b0011_1000]);
    tree
}
