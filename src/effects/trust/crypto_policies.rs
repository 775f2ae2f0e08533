//! `update-crypto-policies`: links to the policies that come with the package. What is a policy of one's own, or one with
//! subpolicies, is worked out by Python, which nobody runs here: that is refused.

use crate::effects::{
    commands::options::{Order, parse},
    process::{Errno, Process, Status},
};

const KNOWN: &[&str] = &["set=", "show", "is-applied", "check", "no-check", "no-reload", "version", "h,help"];
const PROFILES: &str = "/usr/share/crypto-policies";
const BASE: &str = "/etc/crypto-policies";

/// `update-crypto-policies`.
pub(super) fn update(process: &mut Process<'_, '_>) -> Status {
    let given = match parse(process.args.get(1..).unwrap_or_default(), KNOWN, Order::Any) {
        Ok(given) => given,
        Err(message) => {
            process.fail(message);
            return Status(2);
        }
    };
    let configured = first_line(process, &format!("{BASE}/config"));
    if given.has("show") {
        process.out(format!("{}\n", configured.unwrap_or_else(|| "DEFAULT".to_owned())));
        return Status::SUCCESS;
    }
    let current = first_line(process, &format!("{BASE}/state/current"));
    if given.has("is-applied") || given.has("check") {
        let same = configured == current;
        process.out(if same { "The configured policy is applied\n" } else { "The configured policy is NOT applied\n" });
        return if same { Status::SUCCESS } else { Status(77) };
    }
    if given.has("version") || given.has("help") {
        return Status::SUCCESS;
    }
    let wanted = given.value("set").map(|p| String::from_utf8_lossy(p).to_uppercase());
    let policy = wanted.clone().or(configured).unwrap_or_else(|| "DEFAULT".to_owned());
    if !is_packaged(process, &policy) {
        let why = format!("policy {policy} would have to be generated, which is not done here: nothing was changed");
        process.fail(why);
        return Status::FAILURE;
    }
    let name = process.name();
    let done = apply(process, &policy, wanted.is_some());
    if wanted.is_some() {
        process.out(format!("Setting system policy to {policy}\n"));
        if current.as_ref() != Some(&policy) {
            // Only a description, which nothing reads.
            let text = format!("{name}: {BASE}/state/CURRENT.pol still describes the policy before\n");
            let _ = process.handle(2).write(process.stage, text.as_bytes());
        }
    }
    done.map_or_else(|error| process.fail(format!("cannot apply {policy}: {error}")), |()| Status::SUCCESS)
}

/// The first line that is no comment.
fn first_line(process: &mut Process<'_, '_>, path: &str) -> Option<String> {
    let text = process.read_file(path.as_bytes()).ok()?;
    let text = String::from_utf8_lossy(&text).into_owned();
    text.lines().map(str::trim).find(|l| !l.is_empty() && !l.starts_with('#')).map(str::to_owned)
}

fn is_packaged(process: &Process<'_, '_>, policy: &str) -> bool {
    let plain = !policy.is_empty() && policy.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    let own = format!("{BASE}/policies/{policy}.pol");
    plain && !process.exists(own.as_bytes()) && process.exists(format!("{PROFILES}/{policy}").as_bytes())
}

fn apply(process: &mut Process<'_, '_>, policy: &str, set: bool) -> Result<(), Errno> {
    for dir in [BASE.to_owned(), format!("{BASE}/back-ends"), format!("{BASE}/state")] {
        match process.mkdir(dir.as_bytes(), 0o755) {
            Ok(()) | Err(Errno::Exists) => {}
            Err(error) => return Err(error),
        }
    }
    for file in process.read_dir(format!("{PROFILES}/{policy}").as_bytes())? {
        let file = String::from_utf8_lossy(&file).into_owned();
        let Some(name) = file.strip_suffix(".txt") else { continue };
        let profile = format!("{PROFILES}/{policy}/{file}");
        let config = format!("{BASE}/back-ends/{name}.config");
        let _ = process.unlink(config.as_bytes());
        let local = local_files(process, name);
        if local.is_empty() {
            process.symlink(profile.as_bytes(), config.as_bytes())?;
            continue;
        }
        let mut text = process.read_file(profile.as_bytes())?;
        for file in local {
            text.extend(process.read_file(file.as_bytes())?);
        }
        process.write_file(config.as_bytes(), &text)?;
    }
    if set {
        process.write_file(format!("{BASE}/config").as_bytes(), format!("{policy}\n").as_bytes())?;
    }
    process.write_file(format!("{BASE}/state/current").as_bytes(), format!("{policy}\n").as_bytes())
}

/// What the administrator, or another package, adds to a back end.
fn local_files(process: &mut Process<'_, '_>, name: &str) -> Vec<String> {
    let dir = format!("{BASE}/local.d");
    let names = process.read_dir(dir.as_bytes()).unwrap_or_default();
    let names = names.iter().map(|n| String::from_utf8_lossy(n).into_owned());
    let own =
        names.filter(|n| n.strip_prefix(name).is_some_and(|rest| rest.starts_with('-') && rest.ends_with(".config")));
    own.map(|n| format!("{dir}/{n}")).collect()
}
