//! Repositories that sign their metadata, and how strong a signature has to be.

use drydock::testbed::{Key, MadeFile, SignatureVersion, Spec, make};

use super::world::{Call, Site};

/// A site with a repository of one package, and a `.repo` file that wants its metadata signed by the testbed's key.
fn place() -> Site {
    let site = Site::new();
    let url =
        site.repository("signed", &[make(&Spec::new("tool-1-1.noarch").file(MadeFile::file("/usr/bin/tool", "x")))]);
    site.write("own.asc", Key::Testbed.public_armored());
    let text = format!(
        "[signed]\nname=signed\nbaseurl={url}\ngpgkey=file://{}\nrepo_gpgcheck=1\nsslcacert={}\nsslclientcert={}\nsslclientkey={}\n",
        site.path("own.asc").display(),
        site.path("ca.pem").display(),
        site.path("client.pem").display(),
        site.path("client-key.pem").display()
    );
    site.write("signed.repo", text);
    site.recipe("\"tool\"", "");
    site
}

fn build(site: &Site) -> Call<'_> {
    site.drydock(&["build", "recipe.toml", "--oci", "out/image", "--repo-file", "signed.repo"])
}

fn sign(site: &Site, key: Key) {
    let repomd = site.cdn.get("signed/repodata/repomd.xml").expect("it is there");
    site.cdn.put("signed/repodata/repomd.xml.asc", key.sign(SignatureVersion::V4, &repomd));
}

#[test]
fn metadata_that_is_signed() {
    let site = place();
    sign(&site, Key::Testbed);
    build(&site).done();
    // The recipe can want it, too.
    let url = format!("{}/signed", site.cdn.url());
    let more =
        format!("[[repos]]\nid = \"signed\"\nbaseurl = \"{url}\"\nrepo_gpgcheck = true\ngpgkeys = [\"own.asc\"]\n");
    site.recipe("\"tool\"", &more);
    let call =
        site.drydock(&["build", "recipe.toml", "--oci", "out/image", "--cacert", "ca.pem", "--lock", "other.lock"]);
    let call = call.and(&["--entitlement", "client.pem,client-key.pem"]);
    site.cdn.clear_log();
    call.done();
    assert!(site.cdn.log().iter().any(|s| s.path.ends_with("repomd.xml.asc")), "{:?}", site.cdn.log());
}

#[test]
fn metadata_whose_signature_does_not_hold() {
    let site = place();
    let outcome = build(&site).refused(4, &["signed", "repomd.xml.asc cannot be had", "404"]);
    assert!(outcome.hint().contains("repo_gpgcheck"), "{}", outcome.stderr);
    sign(&site, Key::Stranger);
    build(&site).refused(4, &["signed", "the signature of repomd.xml", "no trusted key"]);
    // Keys the base trusts are for packages.
    let keys = ["--gpgkey", "keys.asc"];
    build(&site).and(&keys).refused(4, &["the signature of repomd.xml"]);
    let other = Key::Testbed.sign(SignatureVersion::V4, b"another document");
    site.cdn.put("signed/repodata/repomd.xml.asc", other);
    build(&site).refused(4, &["the signature of repomd.xml", "this is not what key"]);
    site.cdn.put("signed/repodata/repomd.xml.asc", "<html>no</html>");
    build(&site).refused(4, &["the signature of repomd.xml", "parsing the signature"]);
    build(&site).and(&["--no-gpgcheck"]).done();
}

#[test]
fn keys_that_are_too_weak_for_the_policy() {
    let site = Site::new();
    site.recipe("\"jq\"", "");
    // RHEL 8's packages are signed with RSA of 2048 bits.
    let future = ["--crypto-policy", "FUTURE"];
    let outcome =
        site.build().and(&future).refused(4, &["RSA of 2048 bits", "crypto policy FUTURE", "RSA of 3072 bits"]);
    assert!(outcome.hint().contains("--crypto-policy"), "{}", outcome.stderr);
    site.build().and(&["--crypto-policy", "default:sha1"]).done();
    let outcome = site.build().and(&["--crypto-policy", "MODERN"]).run();
    assert!(outcome.code == 2 && outcome.stderr.contains("DEFAULT, LEGACY, FUTURE, FIPS"), "{}", outcome.stderr);
}
