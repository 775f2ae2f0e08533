//! What rpm expands in a body before it runs it (`%post -e`, `-q`): a small part of it, the rest is refused.

use crate::formats::rpm::{EXPAND, Header, QFORMAT, Scriptlet, Tag};

/// Directories as rpm's own macros file names them.
const MACROS: &[(&str, &str)] = &[
    ("_prefix", "/usr"),
    ("_exec_prefix", "/usr"),
    ("_bindir", "/usr/bin"),
    ("_sbindir", "/usr/sbin"),
    ("_libexecdir", "/usr/libexec"),
    ("_datadir", "/usr/share"),
    ("_sysconfdir", "/etc"),
    ("_sharedstatedir", "/var/lib"),
    ("_localstatedir", "/var"),
    ("_var", "/var"),
    ("_infodir", "/usr/share/info"),
    ("_mandir", "/usr/share/man"),
    ("_rpmconfigdir", "/usr/lib/rpm"),
    ("_dbpath", "/var/lib/rpm"),
    ("_tmppath", "/var/tmp"),
    ("nil", ""),
];

/// A scriptlet's body as its interpreter gets it; why not, if it needs what drydock does not expand.
pub(super) fn expanded(scriptlet: &Scriptlet, header: &Header) -> Result<Option<String>, String> {
    let Some(body) = &scriptlet.body else { return Ok(None) };
    let mut body = body.clone();
    if scriptlet.flags & EXPAND != 0 {
        body = replaced(&body, &|name| MACROS.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
            .map_err(|name| format!("its body holds the macro %{{{name}}}, which drydock does not expand"))?;
    }
    if scriptlet.flags & QFORMAT != 0 {
        body = replaced(&body, &|name| tag(header, name))
            .map_err(|name| format!("its body asks for the tag {name}, which drydock does not format"))?;
    }
    Ok(Some(body))
}

fn tag(header: &Header, name: &str) -> Option<String> {
    let text = |tag| header.text(tag).map(str::to_owned);
    match name.to_ascii_uppercase().as_str() {
        "NAME" => text(Tag::NAME),
        "VERSION" => text(Tag::VERSION),
        "RELEASE" => text(Tag::RELEASE),
        "ARCH" => text(Tag::ARCH),
        "EPOCH" => Some(header.u32(Tag::EPOCH).map_or("(none)".to_owned(), |e| e.to_string())),
        "NEVRA" => header.nevra().ok().map(|n| n.to_string()),
        _ => None,
    }
}

/// `%{name}` and `%name` replaced, `%%` a percent sign; the name nobody knows is the error.
fn replaced(text: &str, value: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            out.push('%');
            rest = after;
            continue;
        }
        let name = match rest.strip_prefix('{').and_then(|r| r.split_once('}')) {
            Some((name, after)) => {
                rest = after;
                name
            }
            None => {
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
                let (name, after) = rest.split_at(end);
                rest = after;
                name
            }
        };
        match value(name) {
            Some(value) => out.push_str(&value),
            // A percent sign before anything else stays, as with rpm.
            None if name.is_empty() => out.push('%'),
            None => return Err(name.chars().take(60).collect()),
        }
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_names_are_replaced_and_others_refused() {
        let value = |name: &str| (name == "_bindir").then(|| "/usr/bin".to_owned());
        assert_eq!(replaced("%{_bindir}/x 100%% %_bindir 5% ", &value).as_deref(), Ok("/usr/bin/x 100% /usr/bin 5% "));
        assert_eq!(replaced("%{lua: print(1)}", &value), Err("lua: print(1)".to_owned()));
    }
}
