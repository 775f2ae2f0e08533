//! Packages that must not be taken: damaged, lying, unsigned, signed by strangers, hostile, at odds with each other.

use drydock::testbed::{Fault, Key, Made, MadeFile, SignatureVersion, Spec, Trouble, make, maker::Damage, spec::Lie};

use super::world::{Site, made};

fn sound() -> Spec {
    let text = "some text that is long enough to be compressed into more than a few bytes\n".repeat(20);
    Spec::new("thing-1-1.x86_64").file(MadeFile::file("/usr/share/thing", text))
}

/// Builds with one package named `thing`; it must be refused with code 4 and these words.
fn distrusted(package: Made, words: &[&str]) -> String {
    let site = Site::new();
    site.recipe("\"thing\"", "");
    let outcome = site.build_everywhere(&[package]).refused(4, &[&["thing-1-1.x86_64"], words].concat());
    outcome.stderr
}

/// As a repository serves it whose metadata tells the truth: size and checksum of the lock catch it.
fn altered_in_transit(fault: Fault, words: &[&str]) -> String {
    let site = Site::new();
    site.recipe("\"thing\"", "");
    site.cdn.trouble(Trouble::at("thing-1-1", fault));
    let outcome = site.build_everywhere(&made(&[sound()])).refused(4, &[&["thing-1-1.x86_64"], words].concat());
    outcome.hint().to_owned()
}

#[test]
fn truncated() {
    let hint = altered_in_transit(Fault::Truncated(700), &["700"]);
    assert!(hint.contains("drydock lock"), "{hint}");
}

#[test]
fn corrupted_payload() {
    altered_in_transit(Fault::Replaced(make(&sound()).damaged(Damage::Payload).bytes), &["sha256:"]);
}

#[test]
fn corrupted_header() {
    altered_in_transit(Fault::Replaced(make(&sound()).damaged(Damage::Header).bytes), &["sha256:"]);
}

#[test]
fn another_package_under_its_name() {
    let other = make(&sound().file(MadeFile::file("/usr/bin/su", "")));
    altered_in_transit(Fault::Replaced(other.bytes), &[]);
}

#[test]
fn truncated_and_the_metadata_agrees() {
    distrusted(make(&sound()).damaged(Damage::Truncated(500)), &[]);
    let whole = make(&sound());
    let short = whole.payload_offset() + 10;
    distrusted(whole.damaged(Damage::Truncated(short)), &["payload digest"]);
}

#[test]
fn corrupted_payload_and_the_metadata_agrees() {
    distrusted(make(&sound()).damaged(Damage::Payload), &["payload digest"]);
}

#[test]
fn corrupted_header_and_the_metadata_agrees() {
    distrusted(make(&sound()).damaged(Damage::Header), &[]);
}

#[test]
fn corrupted_signature_and_the_metadata_agrees() {
    distrusted(make(&sound()).damaged(Damage::Signature), &[]);
}

#[test]
fn signed_by_a_stranger() {
    let told = distrusted(make(&sound().signed(Key::Stranger, SignatureVersion::V4)), &["hint: ", "--gpgkey"]);
    let print = Key::Stranger.fingerprint();
    assert!(told.to_lowercase().contains(&print[24..]), "the key {print} is not named:\n{told}");
}

#[test]
fn signed_by_a_stranger_in_the_old_form() {
    let told = distrusted(make(&sound().signed(Key::Stranger, SignatureVersion::V3)), &[]);
    assert!(told.to_lowercase().contains(&Key::Stranger.fingerprint()[24..]), "{told}");
}

#[test]
fn unsigned() {
    let told = distrusted(make(&sound().unsigned()), &["not signed"]);
    assert!(told.contains("hint: "), "{told}");
}

#[test]
fn unsigned_is_taken_only_on_the_users_word() {
    let site = Site::new();
    site.recipe("\"thing\"", "");
    let call = site.build_everywhere(&[make(&sound().unsigned())]);
    call.refused(4, &["thing-1-1.x86_64"]);
    let call = call.and(&["--no-gpgcheck", "--report", "report.json"]);
    call.done();
    let report = std::fs::read_to_string(site.path("report.json")).expect("a report");
    assert!(report.contains("\"unsigned_allowed\": true"), "{report}");
}

/// Even `--no-gpgcheck` takes nothing whose own digests are wrong.
#[test]
fn corruption_is_seen_without_signatures_too() {
    for damage in [Damage::Payload, Damage::Header] {
        let site = Site::new();
        site.recipe("\"thing\"", "");
        let call = site.build_everywhere(&[make(&sound().unsigned()).damaged(damage)]).and(&["--no-gpgcheck"]);
        call.refused(4, &["thing-1-1.x86_64"]);
    }
}

/// Packages of RHEL 7 and before say nothing of their payload in the header: a second signature covers it.
fn old() -> Spec {
    let mut spec = sound();
    spec.old_digests = true;
    spec
}

#[test]
fn old_packages_are_taken_by_their_second_signature() {
    for (key, version) in [(Key::Testbed, SignatureVersion::V4), (Key::Rsa, SignatureVersion::V3)] {
        let site = Site::new();
        site.recipe("\"thing\"", "");
        site.build_everywhere(&[make(&old().signed(key, version))]).done();
    }
}

#[test]
fn nothing_signed_covers_the_payload() {
    distrusted(make(&old().lying(Lie::PayloadSignature)), &["signature"]);
    distrusted(make(&old().unsigned()), &["not signed"]);
}

#[test]
fn a_payload_digest_that_is_a_lie() {
    distrusted(make(&sound().lying(Lie::PayloadDigest)), &["payload digest"]);
}

#[test]
fn a_file_digest_that_is_a_lie() {
    distrusted(make(&sound().lying(Lie::FileDigest("/usr/share/thing".to_owned()))), &["/usr/share/thing"]);
}

#[test]
fn a_file_that_is_missing_from_the_archive() {
    distrusted(make(&sound().lying(Lie::MissingFromArchive("/usr/share/thing".to_owned()))), &["/usr/share/thing"]);
}

#[test]
fn a_file_too_many_in_the_archive() {
    distrusted(make(&sound().lying(Lie::ExtraInArchive("/etc/stowaway".to_owned()))), &["etc/stowaway"]);
}

#[test]
fn a_file_that_is_short_in_the_archive() {
    distrusted(make(&sound().lying(Lie::ShortInArchive("/usr/share/thing".to_owned()))), &["/usr/share/thing"]);
}

#[test]
fn paths_with_dots() {
    distrusted(make(&sound().file(MadeFile::file("/usr/share/../../../etc/passwd", "root::0:0::/:\n"))), &[".."]);
}

#[test]
fn a_metadata_name_that_the_file_does_not_bear() {
    let mut package = make(&sound());
    package.bytes = make(&Spec::new("other-1-1.x86_64")).bytes;
    distrusted(package, &["other-1-1.x86_64"]);
}

/// A link that leads out of the image leads nowhere: names are followed inside the image only, as in a chroot.
#[test]
fn a_symlink_that_leads_out() {
    let site = Site::new();
    site.recipe("\"thing\"", "");
    let package = make(&sound().files([
        MadeFile::symlink("/usr/share/out", "../../../../../../tmp/drydock-escaped"),
        MadeFile::file("/usr/share/out/owned", "escaped\n"),
    ]));
    let outcome = site.build().and(&["--repo", &format!("more={}", site.repository("more", &[package]))]).run();
    assert!(!std::path::Path::new("/tmp/drydock-escaped").exists());
    assert_eq!(outcome.code, 4, "{outcome:?}");
    assert!(outcome.stderr.contains("thing-1-1.x86_64") && outcome.stderr.contains("usr/share/out"), "{outcome:?}");
    assert!(site.left_behind().is_empty());
}

/// An absolute link is followed inside the image, as in a chroot.
#[test]
fn an_absolute_symlink_stays_inside() {
    let site = Site::new();
    site.recipe("\"thing\"", "");
    let link = Spec::new("link-1-1.x86_64")
        .files([MadeFile::symlink("/usr/share/out", "/tmp/drydock-absolute"), MadeFile::dir("/tmp/drydock-absolute")]);
    let thing = sound().requires(["link"]).file(MadeFile::file("/usr/share/out/owned", "inside\n"));
    site.build_everywhere(&made(&[link, thing])).done();
    let image = super::image::open(&site.path("out/image"), "amd64");
    assert_eq!(image.text("tmp/drydock-absolute/owned"), "inside\n");
    assert!(image.entry("usr/share/out/owned").is_none() && !std::path::Path::new("/tmp/drydock-absolute").exists());
}

#[test]
fn a_link_and_a_file_below_it_in_one_package() {
    // rpm 4.18 unpacks every file under a passing name first, which makes a directory of the link's place.
    let package = make(
        &sound()
            .files([MadeFile::symlink("/usr/share/out", "/tmp"), MadeFile::file("/usr/share/out/owned", "inside\n")]),
    );
    let site = Site::new();
    site.recipe("\"thing\"", "");
    site.build_everywhere(&[package]).refused(3, &["thing-1-1.x86_64", "/usr/share/out"]);
}

#[test]
fn a_loop_of_symlinks() {
    let package = make(&sound().files([
        MadeFile::symlink("/usr/share/one", "two"),
        MadeFile::symlink("/usr/share/two", "one"),
        MadeFile::file("/usr/share/two/file", ""),
    ]));
    distrusted(package, &["usr/share/two"]);
}

#[test]
fn packages_that_want_the_same_file() {
    let site = Site::new();
    site.recipe("\"left\", \"right\"", "");
    let one = |name: &str| {
        Spec::new(&format!("{name}-1-1.x86_64"))
            .files([MadeFile::file("/usr/share/same", name), MadeFile::file("/usr/share/also", name)])
    };
    let names = ["/usr/share/same", "/usr/share/also", "left-1-1.x86_64", "right-1-1.x86_64"];
    let outcome = site.build_everywhere(&made(&[one("left"), one("right")])).refused(3, &names);
    assert!(outcome.hint().contains("exclude"), "{}", outcome.stderr);
}

#[test]
fn a_file_of_the_base_that_another_package_wants() {
    let site = Site::new();
    site.recipe("\"thing\"", "");
    let package = make(&sound().file(MadeFile::program("/usr/bin/bash", "#!/bin/false\n")));
    site.build_everywhere(&[package]).refused(3, &["/usr/bin/bash", "thing-1-1.x86_64", "bash-4.4.19-14.el8.x86_64"]);
}
