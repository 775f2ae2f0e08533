//! Certificates of version 1: no data block, but an extension for every property of every product and content set, at
//! 1.3.6.1.4.1.2312.9.2.CONTENT.TYPE.N (Candlepin's `OID.java`, subscription-manager's `certificate2.py`).

use std::{collections::BTreeMap, str};

use super::{Content, Defect, der::Der};

const CONTENT: u64 = 2;
const ORDER: u64 = 4;
const WHAT: &str = "an extension's value";
/// As many as a certificate can hold that a server lets pass.
const MOST: usize = 20_000;

/// Texts of the extensions, by what follows Red Hat's arc.
#[derive(Debug, Default)]
pub(super) struct Extensions(BTreeMap<Vec<u64>, String>);

impl Extensions {
    /// Keeps one, if it is of content or order.
    pub(super) fn add(&mut self, oid: &[u8], mut value: Der<'_>) -> Result<(), Defect> {
        let Some(arcs) = arcs(oid).filter(|arcs| matches!(arcs.first(), Some(&(CONTENT | ORDER)))) else {
            return Ok(());
        };
        if self.0.len() == MOST {
            return Err(Defect::TooMany { limit: MOST });
        }
        let (_, text) = value.any(WHAT)?;
        if let Ok(text) = str::from_utf8(text) {
            self.0.insert(arcs, text.to_owned());
        }
        Ok(())
    }

    /// Whether there is an order's name: by that it is an entitlement, and no identity or product.
    pub(super) fn are_of_an_order(&self) -> bool {
        self.0.contains_key(&vec![ORDER, 1])
    }

    /// Its content sets.
    pub(super) fn contents(&self) -> Vec<Content> {
        let sets = self.0.iter().filter_map(|(arcs, name)| match arcs[..] {
            [CONTENT, id, kind, 1] => Some((id, kind, name)),
            _ => None,
        });
        sets.filter_map(|(id, kind, name)| self.content(id, kind, name)).collect()
    }

    fn content(&self, id: u64, kind: u64, name: &str) -> Option<Content> {
        let get = |n: u64| self.0.get(&vec![CONTENT, id, kind, n]).cloned();
        let tags = get(10).unwrap_or_default();
        Some(Content {
            label: get(2)?,
            name: name.to_owned(),
            path: get(6).unwrap_or_default(),
            gpg_url: get(7).unwrap_or_default(),
            enabled: get(8).is_none_or(|e| e != "0"),
            arches: Vec::new(),
            required_tags: tags.split(',').filter(|t| !t.is_empty()).map(str::to_owned).collect(),
            kind: self.0.get(&vec![CONTENT, id, kind]).map_or_else(|| "yum".to_owned(), |k| k.to_ascii_lowercase()),
        })
    }
}

/// The arcs of an object identifier's end: seven bits a byte, the highest says that more follow.
fn arcs(mut bytes: &[u8]) -> Option<Vec<u64>> {
    let mut out = Vec::new();
    while !bytes.is_empty() {
        let len = bytes.iter().position(|b| b & 0x80 == 0)? + 1;
        let (arc, rest) = bytes.split_at(len);
        let shifted = |n: u64, b: &u8| (n < 1 << 56).then_some(n << 7 | u64::from(b & 0x7f));
        out.push(arc.iter().try_fold(0, shifted)?);
        bytes = rest;
    }
    Some(out)
}
