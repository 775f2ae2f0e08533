//! One libFuzzer binary for all targets; `DRYDOCK_FUZZ` names the one that runs. `run.sh` builds and runs it. With
//! `DRYDOCK_FUZZ_SEEDS=DIR` it writes the target's seeds there first.
#![no_main]
#![allow(missing_docs, reason = "a program, not an interface")]

mod formats;
mod scriptlets;
mod seeds;

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;

/// A reader under test. It may refuse its input, but not panic, hang or swallow memory.
type Target = fn(&[u8]);

const TARGETS: &[(&str, Target)] = &[
    ("bdb", formats::bdb),
    ("comps", formats::comps),
    ("elf", scriptlets::elf),
    ("lua", scriptlets::lua),
    ("metalink", formats::metalink),
    ("module", formats::module),
    ("modules", formats::modules),
    ("ndb", formats::ndb),
    ("oci", formats::oci),
    ("openpgp", formats::openpgp),
    ("package", formats::package),
    ("primary", formats::primary),
    ("filelists", formats::filelists),
    ("repomd", formats::repomd),
    ("rich", formats::rich),
    ("shell", scriptlets::shell),
    ("tar", formats::tar),
    ("text", scriptlets::text),
    ("updateinfo", formats::updateinfo),
];

fn target() -> Target {
    static CHOSEN: OnceLock<Target> = OnceLock::new();
    *CHOSEN.get_or_init(|| {
        let name = std::env::var("DRYDOCK_FUZZ").unwrap_or_default();
        let names: Vec<_> = TARGETS.iter().map(|(name, _)| *name).collect();
        match TARGETS.iter().find(|(known, _)| *known == name) {
            Some((_, target)) => *target,
            None => panic!("DRYDOCK_FUZZ={name:?}: one of {}", names.join(" ")),
        }
    })
}

/// Writes seeds where they are asked for; libFuzzer's `-runs=0` ends the program after that.
fn seeds() {
    if let (Ok(dir), Ok(name)) = (std::env::var("DRYDOCK_FUZZ_SEEDS"), std::env::var("DRYDOCK_FUZZ")) {
        seeds::write(&name, dir.as_ref()).expect("the directory is there");
    }
}

fuzz_target!(init: seeds(), |data: &[u8]| target()(data));
