//! What the machine says of itself: the image's, never the host's. And commands whose meaning is time or a running system.

use super::{
    super::{
        super::process::{Process, Status},
        options::Order,
    },
    Ended,
    names::quoted,
};
use crate::terms::Arch;

/// A command that leaves nothing in an image: noted with the reason, successful.
pub(super) fn without_effect(process: &mut Process<'_, '_>, reason: &'static str) -> Status {
    let name = process.name();
    process.stage.log.without_effect.insert(name, reason);
    Status::SUCCESS
}

pub(super) fn sleep(process: &mut Process<'_, '_>) -> Ended {
    let parsed = process.options(&[], Order::Any)?;
    if parsed.operands.is_empty() {
        return Err(process.usage("missing operand"));
    }
    for text in &parsed.operands {
        if !is_duration(text) {
            return Err(process.usage(format_args!("invalid time interval {}", quoted(text))));
        }
    }
    Ok(without_effect(process, "time does not pass while an image is built"))
}

/// `1.5m`, `infinity`
pub(super) fn is_duration(text: &[u8]) -> bool {
    let text =
        text.strip_suffix(b"s").or_else(|| text.strip_suffix(b"m")).or_else(|| text.strip_suffix(b"h")).unwrap_or(text);
    let text = text.strip_suffix(b"d").unwrap_or(text);
    std::str::from_utf8(text).is_ok_and(|t| t.parse::<f64>().is_ok_and(|n| n >= 0.0))
}

/// The name of a machine nobody has named.
fn host_name(process: &mut Process<'_, '_>) -> String {
    let text = process.read_file(b"/etc/hostname").unwrap_or_default();
    let name = String::from_utf8_lossy(&text).lines().next().unwrap_or_default().trim().to_owned();
    if name.is_empty() { "localhost".to_owned() } else { name }
}

pub(super) fn uname(process: &mut Process<'_, '_>) -> Ended {
    const KNOWN: &[&str] = &[
        "a,all",
        "s,kernel-name",
        "n,nodename",
        "r,kernel-release",
        "v,kernel-version",
        "m,machine",
        "p,processor",
        "i,hardware-platform",
        "o,operating-system",
        "sysname",
        "release",
    ];
    let parsed = process.options(KNOWN, Order::Any)?;
    if let Some(extra) = parsed.operands.first() {
        return Err(process.usage(format_args!("extra operand {}", quoted(extra))));
    }
    let host = host_name(process);
    let machine = process.stage.machine().clone();
    let arch = machine.arch.rpm();
    // RHEL's uname tells the machine for -p and -i as well.
    let fields: [(&[&str], &str); 8] = [
        (&["kernel-name", "sysname"], "Linux"),
        (&["nodename"], &host),
        (&["kernel-release", "release"], &machine.release),
        (&["kernel-version"], "#1 SMP"),
        (&["machine"], arch),
        (&["processor"], arch),
        (&["hardware-platform"], arch),
        (&["operating-system"], "GNU/Linux"),
    ];
    let asked = |names: &[&str]| parsed.has("all") || names.iter().any(|n| parsed.has(n));
    let mut shown: Vec<_> = fields.iter().filter(|(names, _)| asked(names)).map(|(_, value)| *value).collect();
    if parsed.options.is_empty() {
        shown.push("Linux");
    }
    process.out(shown.join(" ") + "\n");
    Ok(Status::SUCCESS)
}

pub(super) fn arch(process: &mut Process<'_, '_>) -> Ended {
    process.options(&[], Order::Any)?;
    let arch = process.stage.machine().arch.rpm();
    process.out(format!("{arch}\n"));
    Ok(Status::SUCCESS)
}

pub(super) fn nproc(process: &mut Process<'_, '_>) -> Ended {
    process.options(&["all", "ignore="], Order::Any)?;
    process.out("1\n");
    Ok(Status::SUCCESS)
}

pub(super) fn tty(process: &mut Process<'_, '_>) -> Ended {
    let parsed = process.options(&["s,silent", "quiet"], Order::Any)?;
    if parsed.options.is_empty() {
        process.out("not a tty\n");
    }
    Ok(Status::FAILURE)
}

pub(super) fn hostname(process: &mut Process<'_, '_>) -> Ended {
    const KNOWN: &[&str] = &[
        "a,alias",
        "A,all-fqdns",
        "b,boot",
        "d,domain",
        "f,fqdn",
        "long",
        "F,file=",
        "i,ip-address",
        "I,all-ip-addresses",
        "s,short",
        "y,yp",
        "nis",
    ];
    let parsed = process.options(KNOWN, Order::Any)?;
    if !parsed.operands.is_empty() || parsed.has("file") {
        return Ok(without_effect(process, "the name of a machine is not part of an image"));
    }
    let name = host_name(process);
    let shown = match parsed.options.last().map(|(n, _)| *n) {
        Some("short") => name.split('.').next().unwrap_or_default().to_owned(),
        Some("domain") => name.split_once('.').map_or(String::new(), |(_, domain)| domain.to_owned()),
        Some("ip-address" | "all-ip-addresses") => "127.0.0.1".to_owned(),
        Some("alias") => String::new(),
        _ => name,
    };
    process.out(shown + "\n");
    Ok(Status::SUCCESS)
}

pub(super) fn getconf(process: &mut Process<'_, '_>) -> Ended {
    let args = process.args[1..].to_vec();
    let args = match args.as_slice() {
        [v, _, rest @ ..] if v == b"-v" => rest,
        [v, rest @ ..] if v.starts_with(b"-v") => rest,
        rest => rest,
    };
    let Some(name) = args.first() else {
        process.usage("missing operand");
        return Err(Status(2));
    };
    let arch = process.stage.machine().arch;
    // Kernels of ppc64le have pages of 64 KiB; aarch64's too until RHEL 9, which its release tells.
    let large = arch == Arch::Ppc64le || arch == Arch::Aarch64 && process.stage.machine().release.contains(".el8");
    let value = match name.as_slice() {
        b"LONG_BIT" => "64",
        b"WORD_BIT" | b"INT_BIT" => "32",
        b"CHAR_BIT" => "8",
        b"PAGE_SIZE" | b"PAGESIZE" | b"_SC_PAGESIZE" => {
            if large {
                "65536"
            } else {
                "4096"
            }
        }
        b"_NPROCESSORS_ONLN" | b"_NPROCESSORS_CONF" | b"NPROCESSORS_ONLN" | b"NPROCESSORS_CONF" => "1",
        b"ARG_MAX" | b"_POSIX_ARG_MAX" => "2097152",
        b"PATH_MAX" => "4096",
        b"NAME_MAX" => "255",
        b"OPEN_MAX" => "1024",
        b"CHILD_MAX" => "unlimited",
        b"CLK_TCK" => "100",
        b"HOST_NAME_MAX" | b"_POSIX_HOST_NAME_MAX" => "64",
        b"LOGIN_NAME_MAX" => "256",
        b"NGROUPS_MAX" => "65536",
        b"LINE_MAX" => "2048",
        b"_POSIX_VERSION" | b"POSIX_VERSION" => "200809",
        b"PATH" => "/bin:/usr/bin",
        _ => {
            process.fail(format_args!("Unrecognized variable `{}'", String::from_utf8_lossy(name)));
            return Err(Status(2));
        }
    };
    process.out(format!("{value}\n"));
    Ok(Status::SUCCESS)
}

#[cfg(test)]
mod tests {
    use crate::effects::process::testing::Image;

    #[test]
    fn the_machine_is_the_images() {
        let mut image =
            Image::new().programs(&["uname", "arch", "hostname", "getconf", "sleep", "sync", "nproc", "tty"]);
        for (line, status, out) in [
            ("uname", 0, "Linux\n"),
            ("uname -rm", 0, "5.14.0-1.el9.x86_64 x86_64\n"),
            ("uname -a", 0, "Linux localhost 5.14.0-1.el9.x86_64 #1 SMP x86_64 x86_64 x86_64 GNU/Linux\n"),
            ("uname -z", 1, ""),
            ("arch", 0, "x86_64\n"),
            ("hostname -s", 0, "localhost\n"),
            ("getconf LONG_BIT", 0, "64\n"),
            ("getconf PAGESIZE", 0, "4096\n"),
            ("getconf NO", 2, ""),
            ("sleep 0.5 1m", 0, ""),
            ("sleep soon", 1, ""),
            ("sync", 0, ""),
            ("nproc --all", 0, "1\n"),
            ("tty", 1, "not a tty\n"),
        ] {
            let words: Vec<_> = line.split(' ').collect();
            let ran = image.run(&words, "");
            assert_eq!((ran.status.0, ran.out.as_str()), (status, out), "{line}");
        }
    }
}
