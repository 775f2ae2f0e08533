//! `rpmdb.sqlite`, read and written in memory.
//!
//! A write makes the whole file anew from the packages in it: indexes are a function of the headers, rows and pages
//! come in one order, and what SQLite would count or stamp in the file header is fixed. So the same packages give the
//! same bytes whatever the base's file went through. The journal mode is "rollback": unlike WAL, which rpm turns back
//! on at its next write, it can be read without side files on a read-only root.
//!
//! Source: rpm 4.16 `lib/backend/sqlite.c`, `init_table`, `init_index`; sqlite.org, "Database File Format".

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, MAIN_DB, OptionalExtension, config::DbConfig, params};

use super::{
    Change, Error, Installed,
    index::{INDEXES, Index, Key, rows},
    packages::{Headers, MAX_SIZE, Packages},
    wal,
};

/// The write-ahead log beside the database.
pub(super) const LOG: &str = "rpmdb.sqlite-wal";

/// The log's index, for the processes that have the database open.
pub(super) const SHARED_MEMORY: &str = "rpmdb.sqlite-shm";

/// `SQLITE_VERSION_NUMBER` written to the file: RHEL 9's, the oldest that will read it.
const WRITER: u32 = 3_034_001;

/// The packages of a database, by instance.
///
/// # Errors
/// [`Error`]: it is no database of rpm's, or a header in it is malformed.
pub fn read(db: &[u8]) -> Result<Vec<Installed>, Error> {
    read_with_wal(db, &[])
}

/// As [`read`], with the `rpmdb.sqlite-wal` found beside the database: what it holds is committed.
///
/// # Errors
/// As [`read`].
pub fn read_with_wal(db: &[u8], wal: &[u8]) -> Result<Vec<Installed>, Error> {
    packages(db, wal)?.installed()
}

/// A database's file after a change. Without a base, an empty database is changed.
///
/// # Errors
/// [`Error`]: the base cannot be read, the change names packages that are not there, or a header is malformed.
pub fn write(base: Option<&[u8]>, change: &Change) -> Result<Vec<u8>, Error> {
    write_with_wal(base.map(|db| (db, &[][..])), change)
}

/// As [`write`], the base with the `rpmdb.sqlite-wal` found beside it. The result needs no log.
///
/// # Errors
/// As [`write`].
pub fn write_with_wal(base: Option<(&[u8], &[u8])>, change: &Change) -> Result<Vec<u8>, Error> {
    let mut packages = base.map(|(db, wal)| packages(db, wal)).transpose()?.unwrap_or_default();
    packages.change(change)?;
    build(&packages, change.arch.is_big_endian())
}

fn packages(db: &[u8], wal: &[u8]) -> Result<Packages, Error> {
    let failed = |action| move |source| Error::Sqlite { action, source };
    let db = wal::apply(db, wal)?;
    let connection = open(&db)?;
    check_tables(&connection)?;
    let mut blobs = BTreeMap::new();
    let mut statement =
        connection.prepare("SELECT hnum, blob FROM Packages ORDER BY hnum").map_err(failed("reading"))?;
    let mut found = statement.query([]).map_err(failed("reading"))?;
    while let Some(row) = found.next().map_err(failed("reading"))? {
        let instance: u32 = row.get(0).map_err(failed("reading"))?;
        // a damaged tree can lead to one page a million times over
        if blobs.last_key_value().is_some_and(|(last, _)| *last >= instance) {
            return Err(Error::Form { why: "is damaged: its packages are out of order" });
        }
        let blob = row.get_ref(1).and_then(|v| Ok(v.as_blob()?.to_vec())).map_err(failed("reading"))?;
        blobs.insert(instance, blob);
    }
    let given: Option<u32> = connection
        .query_row("SELECT seq FROM sqlite_sequence WHERE name = 'Packages'", [], |row| row.get(0))
        .optional()
        .map_err(failed("reading"))?;
    let highest = blobs.last_key_value().map_or(0, |(n, _)| *n);
    Ok(Packages { blobs, last: given.unwrap_or(0).max(highest) })
}

fn open(db: &[u8]) -> Result<Connection, Error> {
    if db.len() < 512 || !db.starts_with(b"SQLite format 3\0") {
        return Err(Error::Form { why: "is no SQLite file" });
    }
    if db.len() > MAX_SIZE {
        return Err(Error::Form { why: "is larger than 1 GiB" });
    }
    let opened = || {
        let mut connection = Connection::open_in_memory()?;
        // a database is a stranger's: no functions from its schema, no writes through it
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        // in memory there is no log: say "rollback journal", or SQLite refuses to open it
        let mut head = [0; 20];
        head.copy_from_slice(&db[..20]);
        head[18..].fill(1);
        connection.deserialize_read_exact(MAIN_DB, std::io::Read::chain(&head[..], &db[20..]), db.len(), true)?;
        connection.pragma_update(None, "cell_size_check", true)?;
        Ok(connection)
    };
    opened().map_err(|source| Error::Sqlite { action: "opening", source })
}

/// Only rpm's own tables, in plain form: views and generated columns could run forever, and a table of a newer rpm would
/// be lost.
fn check_tables(connection: &Connection) -> Result<(), Error> {
    let failed = |source| Error::Sqlite { action: "reading", source };
    let mut statement = connection.prepare("SELECT type, name, ifnull(sql, '') FROM sqlite_master").map_err(failed)?;
    let mut found = statement.query([]).map_err(failed)?;
    let known: BTreeSet<&str> = INDEXES.iter().map(|i| i.name).chain(["Packages"]).collect();
    let mut has_packages = false;
    while let Some(row) = found.next().map_err(failed)? {
        let (kind, name, sql): (String, String, String) =
            row.get(0).and_then(|k| Ok((k, row.get(1)?, row.get(2)?))).map_err(failed)?;
        let indexed = || sql.is_empty() || known.iter().any(|t| name.starts_with(&format!("{t}_")));
        match kind.as_str() {
            "table" if name == "Packages" && sql.matches('(').count() == 1 => has_packages = true,
            "table" if name == "Packages" => return Err(Error::Form { why: "has no plain table of packages" }),
            "table" if known.contains(name.as_str()) || name.starts_with("sqlite_") => {}
            "index" if indexed() => {}
            _ => return Err(Error::UnknownTable { table: name }),
        }
    }
    if has_packages { Ok(()) } else { Err(Error::Form { why: "has no table of packages" }) }
}

fn build(packages: &Packages, big_endian: bool) -> Result<Vec<u8>, Error> {
    let failed = |source| Error::Sqlite { action: "writing", source };
    let mut connection = Connection::open_in_memory().map_err(failed)?;
    connection
        .execute_batch("PRAGMA page_size = 4096; PRAGMA encoding = 'UTF-8'; PRAGMA auto_vacuum = 0")
        .map_err(failed)?;
    let transaction = connection.transaction().map_err(failed)?;
    create_tables(&transaction).map_err(failed)?;
    insert_packages(&transaction, packages).map_err(failed)?;
    // index by index: each table's pages lie together, and only the headers of one pass are parsed at a time
    let headers = packages.headers()?;
    for index in &INDEXES {
        insert_rows(&transaction, index, &headers, big_endian).map_err(failed)?;
    }
    create_indexes(&transaction).map_err(failed)?;
    transaction.commit().map_err(failed)?;
    let mut file = connection.serialize(MAIN_DB).map_err(failed)?.to_vec();
    normalise(&mut file);
    Ok(file)
}

/// rpm's schema, letter for letter: type names are quoted words there.
fn create_tables(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL)")?;
    for index in &INDEXES {
        let (name, kind) = (index.name, if index.key == Key::Text { "TEXT" } else { "BLOB" });
        connection.execute_batch(&format!(
            "CREATE TABLE '{name}' (key '{kind}' NOT NULL, hnum INTEGER NOT NULL, idx INTEGER NOT NULL, \
             FOREIGN KEY (hnum) REFERENCES 'Packages'(hnum))"
        ))?;
    }
    Ok(())
}

/// Strings are looked up by key; what has many rows per package is also removed by package.
fn create_indexes(connection: &Connection) -> rusqlite::Result<()> {
    let create = |name: &str, column: &str| {
        connection.execute_batch(&format!("CREATE INDEX '{name}_{column}_idx' ON '{name}'({column} ASC)"))
    };
    for index in &INDEXES {
        if index.key == Key::Text {
            create(index.name, "key")?;
        }
        if index.array {
            create(index.name, "hnum")?;
        }
    }
    Ok(())
}

fn insert_packages(connection: &Connection, packages: &Packages) -> rusqlite::Result<()> {
    let mut insert = connection.prepare("INSERT INTO Packages VALUES (?, ?)")?;
    for (instance, blob) in &packages.blobs {
        insert.execute(params![instance, blob])?;
    }
    // instances are never given twice, not even the highest after its package is gone
    if packages.last > 0 {
        connection.execute("DELETE FROM sqlite_sequence", [])?;
        connection.execute("INSERT INTO sqlite_sequence VALUES ('Packages', ?)", [packages.last])?;
    }
    Ok(())
}

fn insert_rows(connection: &Connection, index: &Index, headers: &Headers, big_endian: bool) -> rusqlite::Result<()> {
    // a cast takes the bytes as they are, as rpm binds them: names need not be UTF-8
    let key = if index.key == Key::Text { "CAST(? AS TEXT)" } else { "?" };
    let mut insert = connection.prepare(&format!("INSERT INTO '{}' VALUES ({key}, ?, ?)", index.name))?;
    for (instance, header) in headers {
        for row in rows(header, index, big_endian) {
            insert.execute(params![row.key, instance, row.element])?;
        }
    }
    Ok(())
}

/// Fixes what SQLite counts: journal mode (18, 19), change counter (24), schema cookie (40), the counter the page count
/// is valid for (92) and the writer's version (96).
fn normalise(file: &mut [u8]) {
    file[18..20].fill(1);
    for (at, value) in [(24, 1), (40, 1), (92, 1), (96, WRITER)] {
        file[at..at + 4].copy_from_slice(&u32::to_be_bytes(value));
    }
}
