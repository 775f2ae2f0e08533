//! `drydock demo`: the README's first command. Its digest is the history of our output: a commit that moves
//! `fixtures/demo.digest` says how the output changed.

use std::{fs, path::Path, process::Command};

use drydock::layout::Layout;
use drydock::{formats::oci::Document, terms::Digest};

/// Runs the demo; the last line it prints.
fn demo(dir: &Path, jobs: &str) -> String {
    let out = Command::new(env!("CARGO_BIN_EXE_drydock"))
        .args(["demo", "--progress", "none", "--jobs", jobs, "--oci"])
        .arg(dir.join("layout"))
        .env_clear()
        .output()
        .expect("it runs");
    let (text, errors) = (String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(out.status.success(), "{text}{errors}");
    let left: Vec<_> = fs::read_dir(dir).expect("readable").map(|e| e.expect("an entry").file_name()).collect();
    assert_eq!(left, ["layout"], "nothing but the layout is left behind");
    text.lines().last().unwrap_or_default().to_owned()
}

#[test]
fn the_same_digest_every_time_and_everywhere() {
    let want = include_str!("../../fixtures/demo.digest").trim();
    for jobs in ["1", "3"] {
        let dir = tempfile::tempdir().expect("a directory");
        assert_eq!(demo(dir.path(), jobs), want, "--jobs {jobs}");
        let layout = Layout::open(&dir.path().join("layout")).expect("a layout");
        let (raw, document) = layout.read(None).expect("one image");
        assert_eq!(raw.digest().0, want.parse::<Digest>().expect("a digest"));
        let Document::Index(index) = document else { panic!("not an index") };
        assert_eq!(index.platforms(), ["linux/amd64", "linux/arm64"]);
    }
}
