//! Content by label: certificates of hosts, containers and files, `rhsm.conf`, overrides; and what is said when it is not granted.

use drydock::{
    terms::Arch,
    testbed::{World, entitlement::content_set, tls::Validity},
};

use super::world::{Call, Site};

const LABEL: &str = "rhel-8-for-x86_64-baseos-rpms";
const RELEASE: &str = "[vars]\nreleasever = \"8.4\"\n";

/// A recipe with one label, and the program to build it.
fn by_label<'a>(site: &'a Site, label: &str, more: &str) -> Call<'a> {
    site.recipe("\"jq\"", &format!("[[repos]]\nlabel = \"{label}\"\n{more}"));
    site.drydock(&["build", "recipe.toml", "--oci", "out/image", "--gpgkey", "keys.asc"])
}

fn network(site: &Site) -> [String; 4] {
    ["--cdn".into(), site.cdn.url(), "--cacert".into(), "ca.pem".into()]
}

#[test]
fn a_host_that_is_mounted_is_enough() {
    let site = Site::new();
    site.write("host/etc/pki/entitlement/1.pem", &site.client.certificate);
    site.write("host/etc/pki/entitlement/1-key.pem", &site.client.key);
    // One that is broken beside it, and one without a key, are in nobody's way.
    site.write("host/etc/pki/entitlement/2.pem", "-----BEGIN CERTIFICATE-----\n");
    site.write("host/etc/pki/entitlement/3.pem", &site.client.certificate);
    site.write("host/etc/rhsm/rhsm.conf", format!("[rhsm]\nbaseurl = {}\n", site.cdn.url()));
    site.write("host/etc/rhsm/ca/redhat-uep.pem", site.authority.certificate());
    let built = by_label(&site, LABEL, RELEASE).and(&["--host-root", "host"]).done();
    // The same from what podman mounts into a container of a subscribed host: the digest is the same.
    let container = "container/run/secrets";
    let both = format!("{}{}", site.client.certificate, site.client.key);
    site.write(&format!("{container}/etc-pki-entitlement/1.pem"), both);
    site.write(&format!("{container}/rhsm/rhsm.conf"), format!("[rhsm]\nbaseurl = {}\n", site.cdn.url()));
    site.write(&format!("{container}/rhsm/ca/redhat-uep.pem"), site.authority.certificate());
    let again = by_label(&site, LABEL, RELEASE).and(&["--host-root", "container", "--lock", "again.lock"]).done();
    assert_eq!(built.digest(), again.digest());
}

#[test]
fn a_certificate_without_its_key_is_told_when_it_alone_grants() {
    let site = Site::new();
    site.write("host/etc/pki/entitlement/1.pem", &site.client.certificate);
    let call = by_label(&site, LABEL, "").and(&["--host-root", "host"]);
    let outcome = call.refused(2, &["host/etc/pki/entitlement/1.pem has no key", "1-key.pem"]);
    assert!(outcome.hint().contains("copy host/etc/pki/entitlement/1-key.pem"), "{}", outcome.stderr);
}

#[test]
fn a_subscription_whose_paths_do_not_cover_its_content() {
    let site = Site::new();
    let sets = World::shared().content_sets();
    let pair = site.authority.subscription(5, Validity::Now, &sets, &["/content/dist/rhel8/$releasever/aarch64"]);
    site.write_pair("pool", &pair);
    let network = network(&site);
    let network = network.each_ref().map(String::as_str);
    let call = by_label(&site, LABEL, "").and(&["--entitlement", "pool.pem,pool-key.pem"]).and(&network);
    let path = "/content/dist/rhel8/8.4/x86_64/baseos/os";
    call.and(&["--set", "releasever=8.4"]).refused(5, &["pool.pem does not grant the path", path]);
    assert!(site.cdn.log().is_empty(), "nothing was asked for: {:?}", site.cdn.log());
    // By address, in the same network: the same.
    let url = format!("x={}{path}", site.cdn.url());
    site.recipe("\"jq\"", "");
    let call = site.drydock(&["build", "recipe.toml", "--oci", "out/image", "--gpgkey", "keys.asc", "--repo", &url]);
    let call = call.and(&["--entitlement", "pool.pem,pool-key.pem"]).and(&network);
    call.refused(5, &["pool.pem does not grant the path", path]);
    assert!(site.cdn.log().is_empty(), "nothing was asked for: {:?}", site.cdn.log());
    // With a second certificate that opens it, that one is taken.
    let both = ["--entitlement", "client.pem,client-key.pem"];
    let call = site.drydock(&["build", "recipe.toml", "--oci", "out/image", "--gpgkey", "keys.asc", "--repo", &url]);
    call.and(&["--entitlement", "pool.pem,pool-key.pem"]).and(&both).and(&network).done();
}

#[test]
fn extended_support_is_of_a_minor_release() {
    let site = Site::new();
    let label = "rhel-8-for-x86_64-baseos-eus-rpms";
    let dist = World::path(Arch::X86_64, "baseos");
    let eus = dist.replace("/dist/", "/eus/");
    let files: Vec<_> = site.cdn.paths(&dist);
    for path in files {
        let bytes = site.cdn.get(&path).expect("it is listed");
        site.cdn.put(&path.replacen(&dist, &eus, 1), bytes);
    }
    let set = content_set(label, &format!("/{}", eus.replacen("8.4", "$releasever", 1)), Arch::X86_64);
    site.write_pair("eus", &site.authority.entitlement(6, Validity::Now, &[set]));
    let network = network(&site);
    let call = by_label(&site, label, "[vars]\nreleasever = \"8\"\n").and(&["--entitlement", "eus.pem,eus-key.pem"]);
    call.and(&network.each_ref().map(String::as_str)).done();
    assert!(site.cdn.log().iter().any(|seen| seen.path.contains("/eus/rhel8/8.4/")), "{:?}", site.cdn.log());
    let call = by_label(&site, label, "[vars]\nreleasever = \"9\"\n").and(&["--entitlement", "eus.pem,eus-key.pem"]);
    let call = call.and(&network.each_ref().map(String::as_str)).and(&["--oci", "out/none"]).without("--oci");
    let outcome = call.and(&["--archive", "x.tar"]).run();
    assert_eq!(outcome.code, 2, "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("minor release") && outcome.hint().contains("--set releasever="),
        "{}",
        outcome.stderr
    );
}

#[test]
fn repositories_are_listed_as_subscription_manager_lists_them() {
    let site = Site::new();
    let list = |arguments: &[&str]| {
        let call = site.drydock(&["rhsm", "repos", "--entitlement", "client.pem", "--cdn", "https://cdn.example"]);
        call.without("--plain-http").and(arguments).done().stdout
    };
    let text = list(&["--arch", "x86_64"]);
    let entry = "Repo ID:   rhel-8-for-x86_64-baseos-rpms\nRepo Name: rhel 8 for x86_64 baseos rpms\n\
        Repo URL:  https://cdn.example/content/dist/rhel8/$releasever/x86_64/baseos/os\nEnabled:   1\n\n";
    assert!(text.contains(entry) && !text.contains("aarch64"), "{text}");
    assert!(list(&[]).contains("rhel-8-for-aarch64-baseos-rpms"));
    assert!(list(&["--list-disabled"]).starts_with("There were no available repositories"));
    let json: serde_json::Value = serde_json::from_str(&list(&["--format", "json"])).expect("JSON");
    let first = &json["repositories"][0];
    assert_eq!(
        (first["label"].as_str(), first["enabled"].as_bool()),
        (Some("rhel-8-for-aarch64-appstream-rpms"), Some(true))
    );
    // What the host's administrator set counts.
    site.write("host/etc/pki/entitlement/1.pem", format!("{}{}", site.client.certificate, site.client.key));
    let overrides = format!(r#"[{{"contentLabel": "{LABEL}", "name": "enabled", "value": "0"}}]"#);
    site.write("host/var/lib/rhsm/cache/content_overrides.json", overrides);
    let call = site.drydock(&["rhsm", "repos", "--host-root", "host", "--list-disabled"]);
    let text = call.done().stdout;
    assert!(text.contains(&format!("Repo ID:   {LABEL}\n")) && text.matches("Repo ID").count() == 1, "{text}");
    site.drydock(&["rhsm", "repos", "--host-root", "nothing"]).done();
}
