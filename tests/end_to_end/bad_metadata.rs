//! Metadata that is not what a repository writes: one clear message, the exit code of a failed verification, little memory.

use std::io::Write as _;

use drydock::{
    terms::Digest,
    testbed::cdn::{Fault, Trouble},
};

use super::world::Site;

const SUM: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
/// Address space of a run, in KiB: what a bomb would fill.
const MEMORY: &str = "ulimit -v 1500000;";

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn package(name: &str, relations: &str) -> String {
    format!(
        "<package type=\"rpm\"><name>{name}</name><arch>noarch</arch><version epoch=\"0\" ver=\"1\" rel=\"1\"/>\
         <checksum type=\"sha256\" pkgid=\"YES\">{SUM}</checksum><time file=\"1\" build=\"1\"/>\
         <size package=\"10\" installed=\"10\" archive=\"10\"/><location href=\"p/{name}.rpm\"/><format>{relations}</format></package>"
    )
}

fn document(packages: &str) -> Vec<u8> {
    format!("<?xml version=\"1.0\"?><metadata packages=\"1\">{packages}</metadata>").into_bytes()
}

fn repomd(packed: &[u8], open: usize) -> String {
    format!(
        "<?xml version=\"1.0\"?><repomd><revision>1</revision><data type=\"primary\"><checksum type=\"sha256\">{}</checksum>\
         <location href=\"repodata/primary.xml.gz\"/><size>{}</size><open-size>{open}</open-size></data></repomd>",
        Digest::of(packed).hex(),
        packed.len()
    )
}

/// Puts a repository there; `drydock resolve tool` of it.
fn resolve<'a>(site: &'a Site, repomd: impl Into<Vec<u8>>, packed: &[u8]) -> super::world::Call<'a> {
    site.cdn.put("bad/repodata/repomd.xml", repomd.into());
    site.cdn.put("bad/repodata/primary.xml.gz", packed.to_vec());
    let url = format!("bad={}/bad", site.cdn.url());
    site.drydock(&[
        "resolve",
        "tool",
        "--repo",
        &url,
        "--entitlement",
        "client.pem,client-key.pem",
        "--cacert",
        "ca.pem",
    ])
    .after(MEMORY)
}

/// A primary.xml that its repomd.xml vouches for, and still is refused with these words.
fn refused(primary: &[u8], words: &[&str]) {
    let site = Site::new();
    let packed = gz(primary);
    let outcome =
        resolve(&site, repomd(&packed, primary.len()), &packed).refused(4, &[&["repository bad"], words].concat());
    assert!(outcome.stderr.lines().count() <= 6 && outcome.stderr.len() < 1000, "{}", outcome.stderr);
}

fn refused_list(repomd: &[u8], words: &[&str]) {
    let site = Site::new();
    resolve(&site, repomd.to_vec(), b"").refused(4, &[&["repository bad"], words].concat());
}

#[test]
fn a_truncated_gzip() {
    let primary = document(&package("tool", ""));
    let packed = gz(&primary);
    let cut = &packed[..packed.len() / 2];
    let site = Site::new();
    resolve(&site, repomd(cut, primary.len()), cut).refused(4, &["repository bad", "primary.xml"]);
}

#[test]
fn a_wrong_checksum() {
    let site = Site::new();
    let packed = gz(&document(&package("tool", "")));
    let other = gz(&document(&package("toll", "")));
    resolve(&site, repomd(&other, 1000), &packed).refused(4, &["repository bad", "sha256"]);
}

#[test]
fn an_entity_bomb() {
    let bomb = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE m [<!ENTITY a \"{}\"><!ENTITY b \"{}\">]><metadata>{}</metadata>",
        "x".repeat(1000),
        "&a;".repeat(1000),
        package("&b;", "")
    );
    refused(bomb.as_bytes(), &["primary.xml", "entities"]);
    refused_list(
        b"<?xml version=\"1.0\"?><!DOCTYPE r [<!ENTITY a \"b\">]><repomd>&a;</repomd>",
        &["repomd.xml", "entities"],
    );
}

#[test]
fn absurd_sizes() {
    let site = Site::new();
    let primary = document(&package("tool", ""));
    let packed = gz(&primary);
    let sound = repomd(&packed, primary.len());
    for size in ["9223372036854775808", "18446744073709551616", "-1", "1e9"] {
        let list = sound.replace(&format!("<size>{}<", packed.len()), &format!("<size>{size}<"));
        assert_ne!(list, sound);
        resolve(&site, list, &packed).refused(4, &["repository bad"]);
        let list = sound.replace(&format!("<open-size>{}<", primary.len()), &format!("<open-size>{size}<"));
        match size {
            // A ceiling is all it is.
            "9223372036854775808" => drop(resolve(&site, list, &packed).done()),
            _ => drop(resolve(&site, list, &packed).refused(4, &["repository bad", "open-size"])),
        }
    }
    let huge = package("tool", "").replace("package=\"10\"", "package=\"9223372036854775808\"");
    let primary = document(&huge);
    let packed = gz(&primary);
    resolve(&site, repomd(&packed, primary.len()), &packed).done();
    let more = primary
        .iter()
        .copied()
        .map(char::from)
        .collect::<String>()
        .replace("9223372036854775808", "99999999999999999999");
    refused(more.as_bytes(), &["primary.xml", "size"]);
}

#[test]
fn more_than_the_stated_open_size() {
    let site = Site::new();
    let mut bomb = document(&package("tool", ""));
    bomb.truncate(bomb.len() - "</metadata>".len());
    bomb.extend(vec![b' '; 64 << 20]);
    bomb.extend(b"</metadata>");
    let packed = gz(&bomb);
    resolve(&site, repomd(&packed, 10_000), &packed)
        .refused(4, &["repository bad", "primary.xml", "over the limit of 10000"]);
    // Without a stated size a text that never ends is stopped as well.
    let list = repomd(&packed, 1).replace("<open-size>1</open-size>", "");
    resolve(&site, list, &packed).refused(4, &["repository bad", "primary.xml"]);
}

#[test]
fn names_of_ten_megabytes() {
    let long = "n".repeat(10 << 20);
    refused(&document(&package(&long, "")), &["primary.xml", "over the limit"]);
    let entry = format!("<rpm:requires><rpm:entry name=\"{long}\"/></rpm:requires>");
    refused(&document(&package("tool", &entry)), &["primary.xml", "over the limit"]);
    refused(&document(&package("tool", &format!("<file>/{long}</file>"))), &["primary.xml", "over the limit"]);
}

#[test]
fn rich_dependencies_beyond_reason_and_in_circles() {
    let deep = format!("{}a or b{}", "(".repeat(5000), ")".repeat(5000));
    let requires = |name: &str| format!("<rpm:requires><rpm:entry name=\"{name}\"/></rpm:requires>");
    refused(&document(&package("tool", &requires(&deep))), &["primary.xml", "nesting"]);
    let circle = [
        package("tool", &requires("(one if two else (two or tool))")),
        package("one", &requires("(two if tool)")),
        package("two", &requires("(tool and (one or two))")),
    ];
    let site = Site::new();
    let primary = document(&circle.concat());
    let packed = gz(&primary);
    let found = resolve(&site, repomd(&packed, primary.len()), &packed).done();
    assert!(found.stdout.contains("tool-1-1.noarch"), "{}", found.stdout);
}

#[test]
fn a_page_of_a_portal() {
    let page: &[u8] = b"<!DOCTYPE html>\n<html><head><meta charset=utf-8></head><body>Please log in<br></body></html>";
    refused_list(page, &["repomd.xml", "HTML"]);
    refused_list(b"<html><body/></html>", &["repomd.xml", "HTML"]);
    refused(page, &["primary.xml", "HTML"]);
}

#[test]
fn an_empty_list_or_one_without_primary() {
    refused_list(b"", &["repomd.xml"]);
    refused_list(b"<?xml version=\"1.0\"?><repomd/>", &["repomd.xml", "primary"]);
    let other = repomd(b"", 1).replace("type=\"primary\"", "type=\"primary_db\"");
    refused_list(other.as_bytes(), &["repomd.xml", "primary"]);
}

#[test]
fn attributes_twice() {
    let twice = package("tool", "").replace("epoch=\"0\"", "epoch=\"0\" epoch=\"1\"");
    refused(&document(&twice), &["primary.xml", "twice"]);
    let list = repomd(b"", 1).replace("<data type=\"primary\"", "<data type=\"primary\" type=\"other\"");
    refused_list(list.as_bytes(), &["repomd.xml", "twice"]);
}

#[test]
fn bytes_that_are_no_text() {
    let mut bytes = document(&package("tool@", ""));
    let at = bytes.iter().position(|b| *b == b'@').expect("is there");
    bytes[at] = 0xff;
    refused(&bytes, &["primary.xml"]);
    bytes[at] = 0;
    refused(&bytes, &["primary.xml", "control character"]);
    refused(&document(&package("tool&#0;", "")), &["primary.xml"]);
    refused(&document(&package("tool&#1;", "")), &["primary.xml", "control character"]);
}

/// Listed as createrepo_c lists them, and not asked for: drydock reads the XML.
#[test]
fn zchunk_sqlite_and_deltas_are_left_where_they_are() {
    let site = Site::new();
    let primary = document(&package("tool", ""));
    let packed = gz(&primary);
    let kinds =
        ["primary_zck", "filelists_zck", "primary_db", "filelists_db", "other_db", "other", "prestodelta", "deltainfo"];
    let data = |kind: &&str| {
        format!(
            "<data type=\"{kind}\"><checksum type=\"sha256\">{SUM}</checksum><location href=\"repodata/{kind}\"/><size>1</size></data>"
        )
    };
    let more: String = kinds.iter().map(data).collect();
    let list = repomd(&packed, primary.len()).replace("</repomd>", &format!("{more}</repomd>"));
    site.cdn.trouble(Trouble::at("/bad/repodata/p", Fault::Delayed(std::time::Duration::ZERO)));
    resolve(&site, list, &packed).done();
    let asked: Vec<String> = site.cdn.log().into_iter().map(|seen| seen.path).collect();
    assert_eq!(asked, ["/bad/repodata/repomd.xml", "/bad/repodata/primary.xml.gz"]);
}
