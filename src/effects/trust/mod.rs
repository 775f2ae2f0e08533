//! Trust stores and crypto policies.
//!
//! ```text
//! source       the image's certificates, as p11-kit reads them
//!   der pem hash
//! select       which are wanted, for what purpose
//! bundle       pem, openssl, java, edk2       directory      one file each, with links by hash
//! crypto_policies
//! ```
//! `update-ca-trust` and `ca-legacy` are scripts in the image: they are run as they are, and call `trust extract`.

mod bundle;
mod crypto_policies;
mod der;
mod directory;
mod hash;
mod pem;
mod select;
mod source;

use directory::Form;
use select::{Chosen, Filter};

use super::{
    commands::Table,
    commands::options::{Order, Parsed, parse},
    process::{Errno, Mode, Process, Status},
    shell,
};

/// The commands of this module.
pub(in crate::effects) const COMMANDS: Table = &[
    ("trust", trust),
    ("p11-kit", trust),
    ("update-ca-trust", update_ca_trust),
    ("ca-legacy", ca_legacy),
    ("update-crypto-policies", crypto_policies::update),
];

const KNOWN: &[&str] = &["filter=", "format=", "purpose=", "overwrite", "comment", "v,verbose", "q,quiet", "h,help"];

/// `trust`, and `p11-kit` where it hands over to it: `extract`, `extract-compat`.
fn trust(process: &mut Process<'_, '_>) -> Status {
    let words = process.args.get(1..).unwrap_or_default();
    let Some(at) = words.iter().position(|w| !w.starts_with(b"-")) else { return Status(2) };
    let (command, args) = (words[at].clone(), words[at + 1..].to_vec());
    match command.as_slice() {
        b"extract" => extract(process, &args),
        b"extract-compat" | b"extract-trust" => {
            process.run(vec![b"/usr/libexec/p11-kit/trust-extract-compat".to_vec()])
        }
        other => {
            process.fail(format!("{} is not done here: nothing was changed", String::from_utf8_lossy(other)));
            Status(2)
        }
    }
}

fn extract(process: &mut Process<'_, '_>, args: &[Vec<u8>]) -> Status {
    let given = match parse(args, KNOWN, Order::Any) {
        Ok(given) => given,
        Err(message) => {
            process.fail(message);
            return Status(2);
        }
    };
    if given.has("help") {
        return Status::SUCCESS;
    }
    let [path] = given.operands.as_slice() else {
        process.fail("specify one destination file or directory");
        return Status(2);
    };
    let filter = match given.value("filter") {
        None | Some(b"ca-anchors") => Filter::Anchors,
        Some(b"trust-policy") => Filter::Policy,
        Some(b"blocklist" | b"blacklist") => Filter::Blocklist,
        Some(b"certificates") => Filter::Certificates,
        Some(other) => {
            process.fail(format!("unsupported or unrecognized filter: {}", String::from_utf8_lossy(other)));
            return Status(2);
        }
    };
    let Some(purposes) = purposes(process, &given, filter) else { return Status(2) };
    let Some(format) = given.value("format").filter(|f| FORMATS.contains(f)) else {
        process.fail("no output format specified, or an unknown one");
        return Status(2);
    };
    if filter == Filter::Policy && !format.starts_with(b"openssl") {
        return process.fail("format does not support trust policy");
    }
    let stores = source::stores(process);
    let chosen = select::select(&stores, filter, &purposes);
    match write(process, &given, format, path, &chosen) {
        Ok(()) => Status::SUCCESS,
        Err(error) => process.fail(format!("couldn't write {}: {error}", String::from_utf8_lossy(path))),
    }
}

/// The purposes asked for; formats that cannot tell them apart take servers' where none is given. None for an unknown one.
fn purposes(process: &mut Process<'_, '_>, given: &Parsed, filter: Filter) -> Option<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    for word in given.values("purpose") {
        let dotted = match word {
            b"server-auth" => "1.3.6.1.5.5.7.3.1",
            b"client-auth" => "1.3.6.1.5.5.7.3.2",
            b"code-signing" => "1.3.6.1.5.5.7.3.3",
            b"email" | b"email-protection" => "1.3.6.1.5.5.7.3.4",
            b"ipsec-end-system" => "1.3.6.1.5.5.7.3.5",
            b"ipsec-tunnel" => "1.3.6.1.5.5.7.3.6",
            b"ipsec-user" => "1.3.6.1.5.5.7.3.7",
            b"time-stamping" => "1.3.6.1.5.5.7.3.8",
            other => std::str::from_utf8(other).unwrap_or_default(),
        };
        match der::oid(dotted) {
            Some(oid) => found.push(oid),
            None => {
                process.fail(format!("unsupported or unrecognized purpose: {}", String::from_utf8_lossy(word)));
                return None;
            }
        }
    }
    let plain = !given.value("format").is_some_and(|f| f.starts_with(b"openssl"));
    // Only where the filter is said: the default one comes too late for this.
    if plain && filter == Filter::Anchors && given.has("filter") && found.len() != 1 {
        found.extend(der::oid("1.3.6.1.5.5.7.3.1"));
    }
    Some(found)
}

const FORMATS: [&[u8]; 9] = [
    b"x509-file",
    b"x509-directory",
    b"pem-bundle",
    b"pem-directory",
    b"pem-directory-hash",
    b"openssl-bundle",
    b"openssl-directory",
    b"java-cacerts",
    b"edk2-cacerts",
];

fn write(
    process: &mut Process<'_, '_>,
    given: &Parsed,
    format: &[u8],
    path: &[u8],
    chosen: &[Chosen<'_>],
) -> Result<(), Errno> {
    let (comments, overwrite) = (given.has("comment"), given.has("overwrite"));
    let bytes = match format {
        b"x509-directory" => return directory::write(process, path, chosen, Form::Der, overwrite),
        b"pem-directory" => return directory::write(process, path, chosen, Form::Pem, overwrite),
        b"pem-directory-hash" => return directory::write(process, path, chosen, Form::PemHash, overwrite),
        b"openssl-directory" => return directory::write(process, path, chosen, Form::Openssl, overwrite),
        b"pem-bundle" => bundle::pem_bundle(chosen, comments),
        b"openssl-bundle" => bundle::openssl_bundle(chosen, comments),
        b"java-cacerts" => bundle::java(chosen, process.stage.now()),
        b"edk2-cacerts" => bundle::edk2(chosen),
        // A file for one certificate.
        _ => match chosen {
            [one] => one.der().to_vec(),
            _ => return Err(Errno::Invalid),
        },
    };
    save(process, path, &bytes, overwrite)
}

/// A file everyone may read and nobody write, in the place of the old one where that may be.
fn save(process: &mut Process<'_, '_>, path: &[u8], bytes: &[u8], overwrite: bool) -> Result<(), Errno> {
    if !overwrite && process.lstat(path).is_ok() {
        return Err(Errno::Exists);
    }
    let new = [path, format!(".{:06}", process.stage.next_serial()).as_bytes()].concat();
    process.open(&new, Mode { exclusive: true, ..Mode::WRITE })?.write(process.stage, bytes)?;
    process.chmod(&new, 0o444)?;
    process.rename(&new, path)
}

/// The script in the image, where it is one; none where it is not, or not one that can be run here.
fn scripted(process: &mut Process<'_, '_>) -> Option<Status> {
    let (name, params) = process.args.split_first().map(|(n, p)| (n.clone(), p.to_vec()))?;
    let path = process.search(&name)?;
    let text = process.read_file(&path).ok()?;
    let line = text.strip_prefix(b"#!")?.split(|&b| b == b'\n').next()?.trim_ascii();
    let program = line.split(|&b| b == b' ').next()?;
    shell::is_shell(program).then(|| shell::script(process, &text, &path, params))
}

/// `update-ca-trust`: the image's own script, else what Red Hat's does, as far as the directories are there.
fn update_ca_trust(process: &mut Process<'_, '_>) -> Status {
    if let Some(status) = scripted(process) {
        return status;
    }
    const EXTRACTED: &str = "/etc/pki/ca-trust/extracted";
    let outputs: [(&str, &str, &[&str]); 7] = [
        ("openssl", "ca-bundle.trust.crt", &["--format=openssl-bundle", "--filter=certificates", "--comment"]),
        ("pem", "tls-ca-bundle.pem", &["--format=pem-bundle", "--comment", "--purpose=server-auth"]),
        ("pem", "email-ca-bundle.pem", &["--format=pem-bundle", "--comment", "--purpose=email"]),
        ("pem", "objsign-ca-bundle.pem", &["--format=pem-bundle", "--comment", "--purpose=code-signing"]),
        ("java", "cacerts", &["--format=java-cacerts", "--purpose=server-auth"]),
        ("edk2", "cacerts.bin", &["--format=edk2-cacerts", "--purpose=server-auth"]),
        ("pem/directory-hash", "", &["--format=pem-directory-hash", "--purpose=server-auth"]),
    ];
    let mut status = Status::SUCCESS;
    for (dir, file, options) in outputs {
        let dir = format!("{EXTRACTED}/{dir}");
        if !process.exists(dir.as_bytes()) {
            continue;
        }
        let path = format!("{dir}/{file}");
        let words = options.iter().copied().chain(["--overwrite", path.trim_end_matches('/')]);
        let words: Vec<Vec<u8>> = words.map(|w| w.as_bytes().to_vec()).collect();
        status = status.max(extract(process, &words));
        if file.is_empty() {
            for name in ["ca-certificates.crt", "ca-bundle.crt"] {
                let _ = process.symlink(b"../tls-ca-bundle.pem", format!("{dir}/{name}").as_bytes());
            }
        }
    }
    status
}

/// `ca-legacy`: the image's own script, else its `install`: the link to the certificates of old, or to those without.
fn ca_legacy(process: &mut Process<'_, '_>) -> Status {
    if let Some(status) = scripted(process) {
        return status;
    }
    let text = process.read_file(b"/etc/pki/ca-trust/ca-legacy.conf").unwrap_or_default();
    let disabled = String::from_utf8_lossy(&text).lines().any(|l| {
        let l = l.to_ascii_lowercase();
        l.split_once('=').is_some_and(|(key, value)| key.trim_end() == "legacy" && value.trim() == "disable")
    });
    let kind = if disabled { "disable" } else { "default" };
    match process.args.get(1).map(Vec::as_slice) {
        Some(b"install") => {
            const LINK: &[u8] = b"/etc/pki/ca-trust/source/ca-bundle.legacy.crt";
            let target = format!("/usr/share/pki/ca-trust-legacy/ca-bundle.legacy.{kind}.crt");
            let _ = process.unlink(LINK);
            Status::from(process.symlink(target.as_bytes(), LINK).is_ok())
        }
        Some(b"check") => {
            process.out(format!("Legacy CAs are set to {}\n", kind.to_uppercase()));
            Status::SUCCESS
        }
        _ => Status::FAILURE,
    }
}

#[cfg(test)]
mod tests;
