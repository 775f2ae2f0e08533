//! A consumer that lives as long as its build. The service in this process validates every request; whatever becomes of the
//! build, no consumer is left, and no key is seen.

use std::{fs, os::unix::fs::PermissionsExt as _, process::Command, sync::LazyLock, time::Duration};

use drydock::testbed::{Candlepin, Fault, Trouble, World, candlepin::Manners};
use serde_json::json;

use super::world::{Call, HOST, MADE, Outcome, Site, files_below, until};

const KEY: &str = "sesame-key";
const LONG: Fault = Fault::Delayed(Duration::from_secs(600));

/// A site with a service that grants its network's content, and a key in a file.
fn place() -> (Site, Candlepin) {
    static CONTENT: LazyLock<Vec<serde_json::Value>> = LazyLock::new(|| World::shared().content_sets());
    let site = Site::new();
    let service = Candlepin::start(&site.authority, Manners::granting(CONTENT.clone())).expect("a port");
    site.write("key", format!("{KEY}\n"));
    let labels = "[[repos]]\nlabel = \"rhel-8-for-${arch}-baseos-rpms\"\n[vars]\nreleasever = \"8.4\"\n";
    site.recipe("\"jq\", \"make\"", labels);
    (site, service)
}

fn registering<'a>(site: &'a Site, service: &Candlepin, verb: &[&str]) -> Call<'a> {
    let call = site.drydock(verb).and(&["--cdn", &site.cdn.url(), "--cacert", "ca.pem", "--gpgkey", "keys.asc"]);
    call.and(&["--rhsm-org", "12345", "--rhsm-activation-key", "key", "--rhsm-server", &service.address()])
}

fn build<'a>(site: &'a Site, service: &Candlepin) -> Call<'a> {
    let tag = format!("{HOST}/{MADE}:1");
    let call = registering(site, service, &["build", "recipe.toml", "--oci", "out/image", "-vvv"]);
    call.and(&["--push", "--tag", &tag])
}

fn records(site: &Site) -> Vec<String> {
    files_below(&site.path("home/.local/state/drydock/rhsm"))
}

/// Nothing of the keys in anything that was printed or written, nor asked of others.
fn nothing_is_seen(site: &Site, service: &Candlepin, outcome: &Outcome) {
    let private: Vec<String> =
        service.bodies_and_keys().iter().map(|(_, key)| key.lines().nth(1).expect("PEM").to_owned()).collect();
    let secrets: Vec<&str> = private.iter().map(String::as_str).chain([KEY]).collect();
    let mut texts = vec![("output".to_owned(), format!("{}{}", outcome.stdout, outcome.stderr).into_bytes())];
    for file in files_below(&site.path("")).into_iter().filter(|f| f != "key" && site.path(f).is_file()) {
        let bytes = fs::read(site.path(&file)).expect("a file");
        texts.push((file, bytes));
    }
    for seen in site.cdn.log().iter().chain(&site.registry.log()) {
        texts.push((seen.path.clone(), format!("{}?{}", seen.path, seen.query).into_bytes()));
    }
    for (what, text) in &texts {
        for secret in &secrets {
            assert!(!text.windows(secret.len()).any(|w| w == secret.as_bytes()), "a secret is in {what}");
        }
    }
}

/// All is as it was, but for what the build left on purpose.
fn is_over(site: &Site, service: &Candlepin) {
    assert_eq!(service.violations(), [""; 0]);
    assert_eq!(service.registered(), [""; 0], "a consumer is left");
    assert_eq!(records(site), [""; 0], "a record is left");
}

#[test]
fn a_build_registers_and_unregisters() {
    let (site, service) = place();
    let outcome = build(&site, &service).done();
    is_over(&site, &service);
    nothing_is_seen(&site, &service, &outcome);
    let calls: Vec<_> = service
        .log()
        .into_iter()
        .map(|s| (s.method, s.path.rsplit('/').next().unwrap_or_default().to_owned(), s.status))
        .collect();
    let uuid = "00000000-0000-4000-8000-000000000001";
    let want = [
        ("POST", "consumers", 200),
        ("GET", "certificates", 200),
        ("GET", "content_overrides", 200),
        ("DELETE", uuid, 204),
    ];
    assert_eq!(calls, want.map(|(m, p, s)| (m.to_owned(), p.to_owned(), s)));
    let facts = service.bodies_and_keys()[0].0["facts"].clone();
    assert_eq!(facts["supported_architectures"], "x86_64,aarch64,ppc64le,s390x");
    // Locked and from the cache, there is still the label's certificate to be had; offline, nobody is asked.
    let locked = build(&site, &service).and(&["--locked"]).done();
    assert_eq!((locked.digest(), service.count()), (outcome.digest(), 2));
    let offline = build(&site, &service).without("--tag").without_flag("--push").and(&["--locked", "--offline"]).run();
    assert_eq!(service.count(), 2, "{}", offline.stderr);
    is_over(&site, &service);
}

#[test]
fn keys_of_the_environment_and_services_that_are_slow() {
    let (site, service) = place();
    service.behave(|m| (m.late, m.keys) = (1, vec!["other".into(), KEY.into()]));
    service.trouble(Trouble::at("/certificates", Fault::RetryAfter(429, 0)).times(1));
    let call = build(&site, &service).without("--rhsm-activation-key").without("--rhsm-org");
    let outcome =
        call.env("DRYDOCK_RHSM_ORG", "12345").env("DRYDOCK_RHSM_ACTIVATION_KEY", &format!("{KEY}, other")).done();
    is_over(&site, &service);
    nothing_is_seen(&site, &service, &outcome);
    let query = &service.log()[0].query;
    assert_eq!(query, &format!("owner=12345&activation_keys={KEY},other"));
}

#[test]
fn content_that_is_listed_apart_and_overrides() {
    let (site, service) = place();
    let moved = format!("{}/content/dist/rhel8/8.4/x86_64/appstream/os", site.cdn.url());
    let label = "rhel-8-for-x86_64-baseos-rpms";
    service.behave(|m| m.apart = true);
    build(&site, &service).done();
    is_over(&site, &service);
    service.behave(|m| m.overrides = json!([{ "contentLabel": label, "name": "baseurl", "value": moved }]));
    fs::remove_file(site.path("drydock.lock")).expect("it is there");
    build(&site, &service).and(&["--cache", "fresh"]).run();
    assert!(site.cdn.log().iter().any(|s| s.path.contains("/appstream/os/repodata")), "{:?}", site.cdn.log());
    is_over(&site, &service);
}

#[test]
fn a_build_that_fails_unregisters() {
    let (site, service) = place();
    site.recipe(
        "\"no-such-package\"",
        "[[repos]]\nlabel = \"rhel-8-for-${arch}-baseos-rpms\"\n[vars]\nreleasever = \"8.4\"\n",
    );
    let outcome = build(&site, &service).refused(3, &["no-such-package"]);
    is_over(&site, &service);
    nothing_is_seen(&site, &service, &outcome);
    assert_eq!(service.count(), 1);
    // A recipe that cannot be read registers nobody.
    site.write("recipe.toml", "[image]\nbase = \"none\"\nbases = 1\n");
    build(&site, &service).refused(2, &["bases"]);
    assert_eq!(service.count(), 1);
}

#[test]
fn keys_that_are_refused_or_misplaced() {
    let (site, service) = place();
    site.write("key", "wrong-sesame-key");
    let outcome = build(&site, &service).refused(5, &["401", "None of the activation keys …"]);
    nothing_is_seen(&site, &service, &outcome);
    is_over(&site, &service);
    let literal = build(&site, &service).without("--rhsm-activation-key").and(&["--rhsm-activation-key", KEY]);
    let outcome = literal.refused(2, &["names no file"]);
    assert!(outcome.hint().contains("DRYDOCK_RHSM_ACTIVATION_KEY"), "{}", outcome.stderr);
    let plain = service.address().replace("https:", "http:");
    build(&site, &service).without("--rhsm-server").and(&["--rhsm-server", &plain]).refused(2, &["https only"]);
    assert_eq!(service.count(), 0);
}

#[test]
fn signals_unregister() {
    for (signal, code) in [("-TERM", 143), ("-INT", 130)] {
        let (site, service) = place();
        site.cdn.trouble(Trouble::at("/make-", LONG));
        let mut child = build(&site, &service).start();
        until("a package is asked for", || site.delivered().iter().any(|p| p.starts_with("jq-")));
        assert_eq!((service.registered().len(), records(&site).len()), (1, 1));
        let mode =
            fs::metadata(site.path("home/.local/state/drydock/rhsm").join(&records(&site)[0])).expect("it is there");
        assert_eq!(mode.permissions().mode() & 0o777, 0o600);
        Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill is there");
        let status = child.wait().expect("it ran");
        assert_eq!(status.code(), Some(code));
        is_over(&site, &service);
        assert!(site.registry.tags(MADE).is_empty() && !site.path("out/image").exists());
    }
}

#[test]
fn what_a_killed_build_leaves_the_next_command_removes() {
    let (site, service) = place();
    site.cdn.trouble(Trouble::at("/make-", LONG));
    let mut child = build(&site, &service).start();
    until("a package is asked for", || site.delivered().iter().any(|p| p.starts_with("jq-")));
    // A second command does not take the first one's consumer for a leftover.
    site.drydock(&["resolve", "jq"]).with_repositories(&["baseos"]).done();
    assert_eq!(service.registered().len(), 1);
    child.kill().expect("it runs");
    child.wait().expect("it ran");
    assert_eq!((service.registered().len(), records(&site).len()), (1, 1));
    // Whatever it is, even where the service's authority is not named.
    let call = site
        .drydock(&["resolve", "jq", "--repo", "x=file:///nowhere"])
        .without("--progress")
        .and(&["--progress", "json"]);
    let outcome = call.run();
    assert!(outcome.stderr.contains("unregistered the consumer 00000000-"), "{}", outcome.stderr);
    is_over(&site, &service);
}

#[test]
fn a_consumer_that_cannot_be_removed_is_told() {
    let (site, service) = place();
    service.behave(|m| m.holds_on = true);
    let uuid = "00000000-0000-4000-8000-000000000001";
    let outcome = build(&site, &service).run();
    assert_eq!(outcome.code, 5, "{}", outcome.stderr);
    assert!(outcome.stderr.contains(&format!("the consumer {uuid} is still registered")), "{}", outcome.stderr);
    assert!(outcome.hint().contains(&format!("drydock rhsm unregister {uuid}")), "{}", outcome.stderr);
    nothing_but_the_record(&site, &service, &outcome);
    // Beside another error, too.
    site.recipe(
        "\"no-such-package\"",
        "[[repos]]\nlabel = \"rhel-8-for-${arch}-baseos-rpms\"\n[vars]\nreleasever = \"8.4\"\n",
    );
    let outcome = build(&site, &service).run();
    assert_eq!(outcome.code, 3, "{}", outcome.stderr);
    assert!(
        outcome.hint().contains("drydock rhsm unregister 00000000-0000-4000-8000-000000000002"),
        "{}",
        outcome.stderr
    );
    service.behave(|m| m.holds_on = false);
    let outcome = site.drydock(&["rhsm", "unregister", uuid]).done();
    assert_eq!(outcome.stdout, format!("unregistered {uuid}\n"));
    site.drydock(&["rhsm", "unregister"]).done();
    is_over(&site, &service);
    for (arguments, says) in
        [(&["rhsm", "unregister"][..], "no consumer is registered here"), (&["rhsm", "unregister", uuid], uuid)]
    {
        let outcome = site.drydock(arguments).run();
        assert!(outcome.code == 2 && outcome.stderr.contains(says), "{}", outcome.stderr);
    }
}

fn nothing_but_the_record(site: &Site, service: &Candlepin, outcome: &Outcome) {
    let text = format!("{}{}", outcome.stdout, outcome.stderr);
    for (_, key) in service.bodies_and_keys() {
        assert!(!text.contains(key.lines().nth(1).expect("PEM")) && !text.contains(KEY));
    }
    assert_eq!(records(site).len(), 1);
}

#[test]
fn addresses_of_the_network_register_too() {
    let (site, service) = place();
    let url = format!("baseos={}/content/dist/rhel8/8.4/x86_64/baseos/os", site.cdn.url());
    let call = registering(&site, &service, &["resolve", "jq", "--repo", &url, "-vvv"]);
    let outcome = call.done();
    assert!(outcome.stdout.contains("jq-1.5") && service.count() == 1, "{}", outcome.stdout);
    is_over(&site, &service);
    nothing_is_seen(&site, &service, &outcome);
    // A path the organisation has not: nothing is asked for, and the consumer goes.
    site.cdn.clear_log();
    let url = format!("x={}/content/other", site.cdn.url());
    registering(&site, &service, &["resolve", "jq", "--repo", &url])
        .refused(5, &["does not grant the path /content/other"]);
    assert!(service.count() == 2 && site.cdn.log().is_empty());
    is_over(&site, &service);
}

#[test]
fn a_release_the_key_holds_consumers_to() {
    let (site, service) = place();
    site.recipe("\"jq\"", "[[repos]]\nlabel = \"rhel-8-for-${arch}-baseos-rpms\"\n");
    build(&site, &service).refused(5, &["/content/dist/rhel8/8/x86_64", "404"]);
    service.behave(|m| m.release = Some("8.4".into()));
    build(&site, &service).done();
    is_over(&site, &service);
    // As a host's subscription-manager remembers it.
    site.write("host/etc/pki/entitlement/1.pem", format!("{}{}", site.client.certificate, site.client.key));
    site.write("host/var/lib/rhsm/cache/releasever.json", "{\"releaseVer\": \"8.4\"}");
    let call =
        site.drydock(&["lock", "recipe.toml", "--lock", "host.lock", "--host-root", "host", "--gpgkey", "keys.asc"]);
    call.and(&["--cdn", &site.cdn.url(), "--cacert", "ca.pem"]).done();
}

#[test]
fn a_consumer_that_stays() {
    let (site, service) = place();
    let register = || {
        let call = site.drydock(&["rhsm", "register", "--cacert", "ca.pem", "--rhsm-server", &service.address()]);
        call.and(&["--rhsm-org", "12345", "--rhsm-activation-key", "key"])
    };
    let outcome = register().done();
    assert!(outcome.stdout.ends_with("00000000-0000-4000-8000-000000000001\n"), "{}", outcome.stdout);
    register().refused(2, &["is registered here already"]);
    for lock in ["a.lock", "b.lock"] {
        let call =
            site.drydock(&["build", "recipe.toml", "--archive", "x.tar", "--lock", lock, "--gpgkey", "keys.asc"]);
        call.and(&["--cdn", &site.cdn.url(), "--cacert", "ca.pem"]).done();
    }
    assert_eq!((service.count(), service.registered().len()), (1, 1));
    let listed = site.drydock(&["rhsm", "repos", "--arch", "aarch64"]).done().stdout;
    assert!(listed.contains("rhel-8-for-aarch64-baseos-rpms"), "{listed}");
    site.drydock(&["rhsm", "unregister"]).done();
    is_over(&site, &service);
}
