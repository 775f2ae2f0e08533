//! `getent`, from the image's files.

use super::{
    super::{
        super::process::{Process, Status},
        options::Order,
    },
    Ended,
    names::number,
    owners::{Owners, table},
};

/// The key is in no database.
const NOT_FOUND: Status = Status(2);

/// What argp says to standard output, of all places.
const SEE: &str = "Try `getent --help' or `getent --usage' for more information.\n";

pub(super) fn getent(process: &mut Process<'_, '_>) -> Ended {
    let parsed = process.options(&["i,no-idn", "s,service=", "A,no-addrconfig"], Order::Any)?;
    let Some((database, keys)) = parsed.operands.split_first() else {
        process.out(SEE);
        return Err(process.fail("wrong number of arguments"));
    };
    let lines = match database.as_slice() {
        b"passwd" => accounts(process, "/etc/passwd", 7, Some(2), keys),
        b"group" => accounts(process, "/etc/group", 4, Some(2), keys),
        b"shadow" => accounts(process, "/etc/shadow", 9, None, keys),
        b"gshadow" => accounts(process, "/etc/gshadow", 4, None, keys),
        b"initgroups" => keys.iter().map(|key| initgroups(process, key)).collect(),
        b"hosts" => hosts(process, keys),
        b"ahosts" | b"ahostsv4" | b"ahostsv6" => addresses(process, keys, database),
        b"services" => words(process, "/etc/services", 21, keys),
        b"protocols" => words(process, "/etc/protocols", 21, keys),
        b"networks" => words(process, "/etc/networks", 21, keys),
        b"rpc" => words(process, "/etc/rpc", 15, keys),
        b"ethers" | b"netgroup" | b"aliases" => keys.iter().map(|_| None).collect(),
        other => {
            let text = format!("Unknown database: {}\n", String::from_utf8_lossy(other));
            let _ = process.handle(2).write(process.stage, text.as_bytes());
            process.out(SEE);
            return Err(Status::FAILURE);
        }
    };
    let found_all = lines.iter().all(Option::is_some);
    for line in lines.into_iter().flatten() {
        process.out([line, b"\n".to_vec()].concat());
    }
    Ok(if found_all { Status::SUCCESS } else { NOT_FOUND })
}

type Lines = Vec<Option<Vec<u8>>>;

/// Lines of an account file by name, or by the number in field `id`; all of them without a key.
fn accounts(process: &mut Process<'_, '_>, path: &str, fields: usize, id: Option<usize>, keys: &[Vec<u8>]) -> Lines {
    let valid = |f: &Vec<Vec<u8>>| id.is_none_or(|id| f.get(id).is_some_and(|n| number::<u32>(n).is_some()));
    let rows: Vec<_> = table(process, path).into_iter().filter(valid).collect();
    let line = |row: &Vec<Vec<u8>>| {
        let mut row = row.clone();
        row.resize(fields, Vec::new());
        row.join(&b':')
    };
    if keys.is_empty() {
        return rows.iter().map(|row| Some(line(row))).collect();
    }
    let find = |key: &Vec<u8>| {
        let numbered = id.filter(|_| key.iter().all(u8::is_ascii_digit)).and_then(|id| Some((id, number::<u32>(key)?)));
        let found = match numbered {
            Some((id, n)) => rows.iter().find(|row| number::<u32>(&row[id]) == Some(n)),
            None => rows.iter().find(|row| row[0] == *key),
        };
        found.map(line)
    };
    keys.iter().map(find).collect()
}

/// A user's other groups.
fn initgroups(process: &mut Process<'_, '_>, user: &[u8]) -> Option<Vec<u8>> {
    let owners = Owners::read(process);
    let numbers: Vec<_> = owners.memberships(user).map(|gid| gid.to_string()).collect();
    Some(format!("{:<21} {}", String::from_utf8_lossy(user), numbers.join(" ")).trim_end().as_bytes().to_vec())
}

/// Words of every line, comments cut.
fn rows(process: &mut Process<'_, '_>, path: &str) -> Vec<Vec<String>> {
    let bytes = process.read_file(path.as_bytes()).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let words = |line: &str| line.split('#').next().unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    text.lines().map(words).filter(|row: &Vec<String>| row.len() > 1).collect()
}

/// Files of a name, a value and aliases.
fn words(process: &mut Process<'_, '_>, path: &str, width: usize, keys: &[Vec<u8>]) -> Lines {
    let rows = rows(process, path);
    let line = |row: &Vec<String>| {
        let aliases: String = row[2..].iter().map(|a| format!(" {a}")).collect();
        format!("{:<width$} {}{aliases}", row[0], row[1]).into_bytes()
    };
    let find = |key: &Vec<u8>| {
        let key = String::from_utf8_lossy(key);
        let (name, protocol) = key.split_once('/').map_or((&*key, None), |(n, p)| (n, Some(p)));
        let fits = |row: &&Vec<String>| {
            let (value, of) = row[1].split_once('/').map_or((row[1].as_str(), None), |(v, p)| (v, Some(p)));
            (row[0] == name || value == name || row[2..].iter().any(|a| a == name))
                && (protocol.is_none() || protocol == of)
        };
        rows.iter().find(fits).map(line)
    };
    if keys.is_empty() { rows.iter().map(|row| Some(line(row))).collect() } else { keys.iter().map(find).collect() }
}

fn hosts(process: &mut Process<'_, '_>, keys: &[Vec<u8>]) -> Lines {
    let rows = rows(process, "/etc/hosts");
    let line = |row: &Vec<String>| format!("{:<15} {}", row[0], row[1..].join(" ")).into_bytes();
    let find = |key: &Vec<u8>| {
        let key = String::from_utf8_lossy(key);
        rows.iter().find(|row| row.iter().any(|word| *word == key)).map(line)
    };
    if keys.is_empty() { rows.iter().map(|row| Some(line(row))).collect() } else { keys.iter().map(find).collect() }
}

/// `ahosts`: an address with each type of socket.
fn addresses(process: &mut Process<'_, '_>, keys: &[Vec<u8>], database: &[u8]) -> Lines {
    let rows = rows(process, "/etc/hosts");
    let fits_family = |address: &str| match database {
        b"ahostsv4" => !address.contains(':'),
        b"ahostsv6" => address.contains(':'),
        _ => true,
    };
    let find = |key: &Vec<u8>| {
        let key = String::from_utf8_lossy(key);
        let row = rows.iter().find(|row| fits_family(&row[0]) && row.iter().any(|word| *word == key))?;
        let address = &row[0];
        Some(format!("{address:<15} STREAM {}\n{address:<15} DGRAM  \n{address:<15} RAW    ", row[1]).into_bytes())
    };
    keys.iter().map(find).collect()
}

#[cfg(test)]
mod tests {
    use super::SEE;
    use crate::effects::process::testing::Image;

    #[test]
    fn databases_are_the_images_files() {
        let mut image = Image::new()
            .programs(&["getent"])
            .file("etc/passwd", "# who\nroot:x:0:0::/root:/bin/sh\nbob:x:7:8::/:\nbad\n", 0o644)
            .file("etc/group", "root:x:0:\nadm:x:4:bob,root\n", 0o644)
            .file("etc/hosts", "127.0.0.1 localhost here # x\n", 0o644)
            .file("etc/services", "ssh 22/tcp sshd # x\nssh 22/udp\n", 0o644);
        for (line, status, out) in [
            ("getent passwd bob", 0, "bob:x:7:8::/:\n"),
            ("getent passwd 7 none", 2, "bob:x:7:8::/:\n"),
            ("getent passwd", 0, "root:x:0:0::/root:/bin/sh\nbob:x:7:8::/:\n"),
            ("getent group 4", 0, "adm:x:4:bob,root\n"),
            ("getent group none", 2, ""),
            ("getent shadow root", 2, ""),
            ("getent hosts here", 0, "127.0.0.1       localhost here\n"),
            ("getent services ssh/udp", 0, "ssh                   22/udp\n"),
            ("getent what x", 1, SEE),
        ] {
            let words: Vec<_> = line.split(' ').collect();
            let ran = image.run(&words, "");
            assert_eq!((ran.status.0, ran.out.as_str()), (status, out), "{line}");
        }
    }
}
