//! Values by name, and lists of layers.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    formats::oci::{ImageConfig, Manifest},
    pipeline::report::{DiffLayer, LayersDiff, ValueDiff},
};

/// The names whose values are not the same.
pub(super) fn differences(a: &BTreeMap<String, String>, b: &BTreeMap<String, String>) -> Vec<ValueDiff> {
    let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    let differing = names.into_iter().filter(|name| a.get(*name) != b.get(*name));
    differing.map(|name| ValueDiff { name: name.clone(), a: a.get(name).cloned(), b: b.get(name).cloned() }).collect()
}

/// Layers as stored, without those that are the same at the bottom and at the top.
pub(super) fn layers(a: (&Manifest, &ImageConfig), b: (&Manifest, &ImageConfig)) -> LayersDiff {
    let list = |(manifest, config): (&Manifest, &ImageConfig)| -> Vec<DiffLayer> {
        let layer = |(n, d): (usize, &crate::formats::oci::Descriptor)| DiffLayer {
            number: n as u64 + 1,
            digest: d.digest,
            diff_id: config.rootfs.diff_ids.get(n).copied(),
            size: d.size,
        };
        manifest.layers.iter().enumerate().map(layer).collect()
    };
    let (mut a, mut b) = (list(a), list(b));
    let same = |(x, y): &(&DiffLayer, &DiffLayer)| x.digest == y.digest;
    let bottom = a.iter().zip(&b).take_while(same).count();
    let (rest_a, rest_b) = (&a[bottom..], &b[bottom..]);
    let top = rest_a.iter().rev().zip(rest_b.iter().rev()).take_while(same).count();
    a.truncate(a.len() - top);
    b.truncate(b.len() - top);
    LayersDiff { common: bottom as u64, a: a.split_off(bottom), b: b.split_off(bottom) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        formats::oci::{Descriptor, MediaType},
        terms::{BlobDigest, Digest},
    };

    fn value(name: &str, a: Option<&str>, b: Option<&str>) -> ValueDiff {
        ValueDiff { name: name.into(), a: a.map(str::to_owned), b: b.map(str::to_owned) }
    }

    #[test]
    fn values_come_go_and_change() {
        let map = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let found =
            differences(&map(&[("a", "1"), ("b", "2"), ("c", "")]), &map(&[("a", "1"), ("b", "3"), ("d", "4")]));
        assert_eq!(found, [value("b", Some("2"), Some("3")), value("c", Some(""), None), value("d", None, Some("4"))]);
    }

    #[test]
    fn layers_between_common_ends() {
        let manifest = |names: &str| {
            let layer = |name: char| {
                let digest = BlobDigest(Digest::of(name.to_string().as_bytes()));
                Descriptor::new(MediaType::new("layer"), digest, 1)
            };
            Manifest::new(layer('0'), names.chars().map(layer).collect())
        };
        let config = ImageConfig::default();
        let show = |a: &str, b: &str| {
            let found = layers((&manifest(a), &config), (&manifest(b), &config));
            let numbers = |list: &[DiffLayer]| list.iter().map(|l| l.number).collect::<Vec<_>>();
            (found.common, numbers(&found.a), numbers(&found.b))
        };
        assert_eq!(show("abc", "abc"), (3, vec![], vec![]));
        assert_eq!(show("abc", "abxc"), (2, vec![], vec![3]));
        assert_eq!(show("abc", "ab"), (2, vec![3], vec![]));
        assert_eq!(show("aa", "aaa"), (2, vec![], vec![3]), "layers may come twice");
        assert_eq!(show("ab", "ba"), (0, vec![1, 2], vec![1, 2]));
        assert_eq!(show("", "a"), (0, vec![], vec![1]));
    }
}
