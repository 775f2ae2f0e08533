//! Prints every request that a registration makes of a subscription service, one a line: method, path and query, `Accept`,
//! `Content-Type`, body, separated by tabs. For `tests/conformance/45-candlepin.sh`.
#![allow(clippy::print_stdout, reason = "its output is what the script replays")]

use drydock::{
    net::{Body, Identity, Request, header},
    rhsm::{Candlepin, Credentials},
    terms::Secret,
};

fn main() {
    let service = Candlepin::at("https://service.example").expect("an address");
    let keys = Secret::new(vec!["key one".to_owned(), "key-2".to_owned()]);
    let credentials = Credentials { org: "12345".to_owned(), keys };
    let (uuid, nobody) = ("3ae36a11-e6b8-4f27-92a7-468358d0c4f7", Identity::anonymous());
    let calls = [
        service.register(&credentials, "drydock-1", "x86_64", &nobody),
        service.certificates(uuid, &nobody),
        service.accessible_content(uuid, &nobody),
        service.content_overrides(uuid, &nobody),
        service.unregister(uuid, &nobody),
    ];
    for call in &calls {
        println!("{}", line(call));
    }
}

fn line(call: &Request) -> String {
    let text = |name: header::HeaderName| call.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let body = match &call.body {
        Body::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        _ => String::new(),
    };
    let path = call.url.strip_prefix("https://service.example").unwrap_or_default();
    [call.method.as_str(), path, text(header::ACCEPT), text(header::CONTENT_TYPE), &body].join("\t")
}
