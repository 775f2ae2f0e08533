use std::fs;

use proptest::prelude::*;
use rusqlite::{Connection, MAIN_DB};

use super::{
    index::{INDEXES, rows},
    *,
};
use crate::formats::rpm::{HeaderError, PackageHead, Tag, handmade::*, sense};

fn facts() -> InstallFacts {
    InstallFacts { time: 1_700_000_000, tid: 1_700_000_001, color: 3, file_states: Vec::new() }
}

fn head(name: &str, extra: &[(Tag, Value)], files: &[File]) -> PackageHead {
    PackageHead::read(&package(name, extra, files)[..]).expect("well-formed")
}

pub(super) fn installed(name: &str, extra: &[(Tag, Value)]) -> Vec<u8> {
    let files = [file("/usr/bin/tool", "x", 1), file("/usr/share/tool", "y", 2)];
    installed_header(&head(name, extra, &files), &facts()).expect("merges")
}

/// rpm's `SELECT`s go through SQL, so do these.
fn open(db: &[u8]) -> Connection {
    let mut connection = Connection::open_in_memory().expect("memory");
    connection.deserialize_read_exact(MAIN_DB, db, db.len(), false).expect("a database");
    connection
}

fn add(arch: Arch, blobs: &[Vec<u8>]) -> Change {
    Change { add: blobs.to_vec(), ..Change::new(arch) }
}

fn instances(db: &[u8]) -> Vec<u32> {
    sqlite::read(db).expect("reads").iter().map(|p| p.instance).collect()
}

mod headers {
    use super::*;

    #[test]
    fn the_package_verbatim_and_what_rpm_adds_behind_it() {
        let files = [file("/usr/bin/tool", "x", 1), file("/usr/share/doc/tool", "y", 2)];
        let head = head("tool", &[], &files);
        let facts = InstallFacts { file_states: vec![0, 2], ..facts() };
        let blob = installed_header(&head, &facts).expect("merges");
        let header = Header::parse(&blob).expect("rpm could load it");

        let region = head.main.region().expect("has one");
        let (ril, rdl) = (region.entries as usize, region.data as usize);
        let il = u32::from_be_bytes(blob[..4].try_into().expect("four")) as usize;
        assert_eq!(blob[8..8 + 16 * ril], head.main.blob()[8..8 + 16 * ril], "entries of the region");
        let data = 8 + 16 * il;
        assert_eq!(blob[data..data + rdl], head.main.blob()[8 + 16 * ril..], "data of the region");

        // (tag, type, offset behind the region, count) of each dribble
        let word = |at: usize| u32::from_be_bytes(blob[at..at + 4].try_into().expect("four"));
        let dribbles: Vec<[u32; 4]> = (ril..il).map(|i| [0, 4, 8, 12].map(|f| word(8 + 16 * i + f))).collect();
        let tags: Vec<u32> = dribbles.iter().map(|d| d[0]).collect();
        assert_eq!(tags, [257, 261, 269, 273, 1008, 1029, 1046, 1127, 1128]);
        let mut end = rdl as u32;
        for [tag, kind, offset, count] in dribbles {
            let width = if kind == 4 { 4 } else { 1 };
            assert_eq!(offset, end.next_multiple_of(width), "tag {tag} follows at once, aligned");
            let (_, _, bytes) = header.raw(Tag(tag)).expect("there");
            assert_eq!(bytes.len() as u32, if kind == 4 { 4 * count } else { bytes.len() as u32 });
            end = offset + bytes.len() as u32;
        }
        assert_eq!(blob.len() as u32, data as u32 + end, "no padding at the end");

        assert_eq!(header.u32(Tag::INSTALLTIME), Some(1_700_000_000));
        assert_eq!(header.u32(Tag::INSTALLTID), Some(1_700_000_001));
        assert_eq!(header.u32(Tag::INSTALLCOLOR), Some(3));
        assert_eq!(header.bytes(Tag::FILESTATES), Some(&[0, 2][..]));
        assert_eq!(header.bytes(Tag::SIGMD5), head.signature.bytes(Tag::SIG_MD5));
        assert_eq!(header.u32(Tag::ARCHIVESIZE), head.signature.u32(Tag::SIG_PAYLOADSIZE));
    }

    #[test]
    fn tags_that_depend_on_the_package() {
        let none = installed_header(&head("meta", &[], &[]), &facts()).expect("merges");
        assert!(!Header::parse(&none).expect("parses").has(Tag::FILESTATES), "no files, no states");
        let relocatable = installed("tool", &[(Tag::PREFIXES, texts(&["/usr"]))]);
        assert_eq!(Header::parse(&relocatable).expect("parses").texts(Tag::INSTPREFIXES), ["/usr"]);
        let mut tags = identity("odd");
        tags.retain(|(t, _)| *t != Tag::SOURCERPM);
        let source_like = PackageHead::read(&package_of(&tags, &[], b"")[..]).expect("well-formed");
        let blob = installed_header(&source_like, &facts()).expect("merges");
        assert_eq!(Header::parse(&blob).expect("parses").text(Tag::SOURCERPM), Some("(none)"));
    }

    #[test]
    fn signature_tags_that_contradict_the_header_are_refused() {
        let refused = |head: &PackageHead| match installed_header(head, &facts()) {
            Err(Error::Signature { tag, source, .. }) => (tag, source),
            other => panic!("{other:?}"),
        };
        let twice = head("twice", &[(Tag::ARCHIVESIZE, Value::U32(vec![9]))], &[]);
        assert_eq!(refused(&twice), (Tag::ARCHIVESIZE, error::MergeError::Duplicate));
        let mut malformed = head("malformed", &[], &[]);
        let md5 = [(Tag::SIG_MD5, Value::Bin(vec![0; 15]))];
        malformed.signature = Header::parse(&header(Tag::HEADERSIGNATURES, &md5, &[])).expect("parses");
        assert_eq!(refused(&malformed), (Tag::SIGMD5, error::MergeError::Form));
    }
}

mod indexes {
    use super::*;

    fn keys(name: &str, tags: &[(Tag, Value)]) -> Vec<String> {
        let index = INDEXES.iter().find(|i| i.name == name).expect("known");
        let header = Header::parse(&header(Tag::HEADERIMMUTABLE, tags, &[])).expect("well-formed");
        let show = |r: index::Row| format!("{}@{}", String::from_utf8_lossy(&r.key), r.element);
        rows(&header, index, false).into_iter().map(show).collect()
    }

    #[test]
    fn plain_tags_give_a_row_per_element() {
        let dirs = texts(&["/usr/bin/", "/usr/bin/"]);
        assert_eq!(keys("Dirnames", &[(Tag::DIRNAMES, dirs)]), ["/usr/bin/@0", "/usr/bin/@1"], "equal keys stay");
        assert_eq!(keys("Basenames", &[(Tag::BASENAMES, texts(&["", "a"]))]), ["@0", "a@1"]);
        assert_eq!(keys("Name", &[(Tag::NAME, text("n"))]), ["n@0"]);
        assert_eq!(keys("Conflictname", &[(Tag::NAME, text("n"))]), [""; 0]);
    }

    #[test]
    fn a_package_without_group_is_in_unknown() {
        assert_eq!(keys("Group", &[(Tag::NAME, text("n"))]), ["Unknown@0"]);
        assert_eq!(keys("Group", &[(Tag::GROUP, Value::I18n(vec!["Tools".into(), "Werkzeuge".into()]))]), ["Tools@0"]);
    }

    #[test]
    fn requirements_of_installation_alone_are_not_indexed() {
        use sense::*;
        let required = [
            ("kept", FIND_REQUIRES),
            ("pre", SCRIPT_PRE | INTERP),
            ("post", SCRIPT_POST),
            ("rpmlib(X)", RPMLIB | LESS | EQUAL),
            ("pretrans", PRETRANS),
            ("posttrans", POSTTRANS),
            ("pre+preun", SCRIPT_PRE | SCRIPT_PREUN),
            ("post+postun", SCRIPT_POST | SCRIPT_POSTUN),
            ("pre+meta", SCRIPT_PRE | META),
            ("prereq", PREREQ),
        ];
        const FIND_REQUIRES: u32 = 1 << 14;
        let names: Vec<&str> = required.iter().map(|r| r.0).collect();
        let flags = required.iter().map(|r| r.1).collect();
        let tags = [(Tag::REQUIRENAME, texts(&names)), (Tag::REQUIREFLAGS, Value::U32(flags))];
        assert_eq!(keys("Requirename", &tags), ["kept@0", "pre+preun@6", "post+postun@7", "pre+meta@8", "prereq@9"]);
    }

    #[test]
    fn triggers_once_per_name_and_file_triggers_by_script() {
        assert_eq!(keys("Triggername", &[(Tag::TRIGGERNAME, texts(&["a", "b", "a"]))]), ["a@0", "b@1"]);
        let file =
            [(Tag::FILETRIGGERNAME, texts(&["/a", "/b", "/c"])), (Tag::FILETRIGGERINDEX, Value::U32(vec![0, 0, 1]))];
        assert_eq!(keys("Filetriggername", &file), ["/a@0", "/b@0", "/c@1"]);
        let trans = [(Tag::TRANSFILETRIGGERNAME, texts(&["/a"])), (Tag::TRANSFILETRIGGERINDEX, Value::U32(vec![4]))];
        assert_eq!(keys("Transfiletriggername", &trans), ["/a@4"]);
    }

    #[test]
    fn keys_that_are_no_text() {
        let header = Header::parse(&installed("tool", &[])).expect("parses");
        let row = |name: &str, big: bool| {
            let index = INDEXES.iter().find(|i| i.name == name).expect("known");
            rows(&header, index, big).pop().expect("one row").key
        };
        assert_eq!(row("Installtid", false), 1_700_000_001u32.to_le_bytes());
        assert_eq!(row("Installtid", true), 1_700_000_001u32.to_be_bytes(), "s390x");
        assert_eq!(row("Sigmd5", false).len(), 16);
        assert_eq!(row("Sha1header", false).len(), 40);
    }

    #[test]
    fn rich_dependencies_are_indexed_whole_and_by_name() {
        for (text, expected) in [
            ("(foo if bar)", &["foo", "!bar"][..]),
            ("(foo if bar else baz)", &["bar", "baz", "foo", "!bar"]),
            ("(a and (b or c >= 1.0))", &["a", "b", "c"]),
            ("(a or a)", &["a"]),
            ("(a unless b)", &["a", "!b"]),
            ("(a if (b if c))", &["a", "c", "!b"]),
            ("(a if (b unless c) else d)", &["a", "b", "c", "d", "!b", "!c"]),
            ("(font(:lang=de) with rpmlib(X))", &["font(:lang=de)"]),
            ("(pkg(x) = 1:2-3 and b)", &["b", "pkg(x)"]),
            ("(a without b)", &["a", "b"]),
            ("(a", &[]),
            ("(a and b or c)", &[]),
            ("(a and)", &[]),
            ("()", &[]),
            ("(a xor b)", &[]),
        ] {
            let names: Vec<String> =
                rich::names(text.as_bytes()).iter().map(|n| String::from_utf8_lossy(n).into_owned()).collect();
            assert_eq!(names, expected, "{text}");
        }
        let nested = "(a if ".repeat(10_000);
        assert_eq!(rich::names(nested.as_bytes()), [[0; 0]; 0], "refused, not followed");
        let tags = [(Tag::SUGGESTNAME, texts(&["x", "(b and a)"])), (Tag::PROVIDENAME, texts(&["(p or q)"]))];
        assert_eq!(keys("Suggestname", &tags), ["x@0", "(b and a)@1", "a@1", "b@1"]);
        assert_eq!(keys("Providename", &tags), ["(p or q)@0"], "only where rpm parses them");
    }
}

mod files {
    use super::*;

    #[test]
    fn the_backend_is_known_by_its_file() {
        assert_eq!(detect(&["Packages", "rpmdb.sqlite", ".rpm.lock"]), Some(Backend::Sqlite));
        assert_eq!(detect(&["Packages", "Name"]), Some(Backend::BerkeleyDb));
        assert_eq!(detect(&["Packages.db", "Index.db"]), Some(Backend::Ndb));
        assert_eq!(detect(&[".rpm.lock"]), None);
    }

    #[test]
    fn same_packages_same_bytes() {
        let blobs = [installed("a", &[]), installed("b", &[]), installed("c", &[])];
        let whole = sqlite::write(None, &add(Arch::X86_64, &blobs)).expect("writes");
        assert_eq!(sqlite::write(None, &add(Arch::X86_64, &blobs)).expect("writes"), whole);
        assert_eq!(sqlite::write(Some(&whole), &Change::new(Arch::X86_64)).expect("writes"), whole);
        let first = sqlite::write(None, &add(Arch::X86_64, &blobs[..1])).expect("writes");
        assert_eq!(sqlite::write(Some(&first), &add(Arch::X86_64, &blobs[1..])).expect("writes"), whole);
        let big = sqlite::write(None, &add(Arch::S390x, &blobs)).expect("writes");
        assert_ne!(big, whole, "Installtid is in the architecture's byte order");

        assert_eq!(&whole[16..20], [0x10, 0, 1, 1], "4096-byte pages, rollback journal");
        assert_eq!(whole.len() % 4096, 0);
        let word = |at: usize| u32::from_be_bytes(whole[at..at + 4].try_into().expect("four"));
        assert_eq!([24, 28, 36, 92, 96].map(word), [1, whole.len() as u32 / 4096, 0, 1, 3_034_001]);
        let check: String = open(&whole).query_row("PRAGMA integrity_check", [], |r| r.get(0)).expect("runs");
        assert_eq!(check, "ok");
    }

    #[test]
    fn the_schema_is_rpms_to_the_letter() {
        let db = open(&sqlite::write(None, &Change::new(Arch::X86_64)).expect("writes"));
        let mut statement = db.prepare("SELECT sql FROM sqlite_master WHERE sql NOT NULL").expect("valid");
        let sql: Vec<String> =
            statement.query_map([], |r| r.get(0)).expect("runs").collect::<Result<_, _>>().expect("text");
        for expected in [
            "CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL)",
            "CREATE TABLE 'Name' (key 'TEXT' NOT NULL, hnum INTEGER NOT NULL, idx INTEGER NOT NULL, FOREIGN KEY (hnum) REFERENCES 'Packages'(hnum))",
            "CREATE TABLE 'Sigmd5' (key 'BLOB' NOT NULL, hnum INTEGER NOT NULL, idx INTEGER NOT NULL, FOREIGN KEY (hnum) REFERENCES 'Packages'(hnum))",
            "CREATE INDEX 'Enhancename_key_idx' ON 'Enhancename'(key ASC)",
            "CREATE INDEX 'Basenames_hnum_idx' ON 'Basenames'(hnum ASC)",
        ] {
            assert!(sql.iter().any(|s| s == expected), "{expected}");
        }
        // sqlite_sequence comes with AUTOINCREMENT; 16 tables of text, 13 of them arrays
        assert_eq!(sql.len(), 1 + 1 + 18 + 16 + 13);
        assert!(!sql.iter().any(|s| s.contains("Installtid_") || s.contains("Name_hnum")));
    }

    #[test]
    fn rows_are_bound_as_rpm_binds_them() {
        let db = open(&sqlite::write(None, &add(Arch::X86_64, &[installed("tool", &[])])).expect("writes"));
        let row = |sql: &str| -> (String, u32, u32) {
            db.query_row(sql, [], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?))).expect(sql)
        };
        assert_eq!(
            row("SELECT typeof(key), hnum, idx FROM Basenames WHERE key = 'tool' AND idx = 1"),
            ("text".into(), 1, 1)
        );
        assert_eq!(row("SELECT typeof(key), hnum, idx FROM Installtid"), ("blob".into(), 1, 0));
        assert_eq!(row("SELECT hex(key), hnum, idx FROM Installtid").0, "01F15365");
        assert_eq!(row("SELECT typeof(blob), hnum, 0 FROM Packages"), ("blob".into(), 1, 0));
        assert_eq!(row("SELECT name, seq, 0 FROM sqlite_sequence"), ("Packages".into(), 1, 0));
    }

    #[test]
    fn names_need_not_be_utf8() {
        let latin = "/caf\u{e9}/";
        let blob = installed("tool", &[(Tag::PROVIDENAME, texts(&[latin]))]);
        let at = blob.windows(2).rposition(|w| w == [0xc3, 0xa9]).expect("encoded so");
        let mut odd = blob;
        odd[at..at + 2].copy_from_slice(&[0xe9, b'!']);
        let db = open(&sqlite::write(None, &add(Arch::X86_64, &[odd])).expect("writes"));
        let key: (String, Vec<u8>) = db
            .query_row("SELECT typeof(key), CAST(key AS BLOB) FROM Providename", [], |r| Ok((r.get(0)?, r.get(1)?)))
            .expect("one row");
        assert_eq!(key, ("text".into(), b"/caf\xe9!/".to_vec()));
    }

    #[test]
    fn instances_are_never_given_twice() {
        let three = [installed("a", &[]), installed("b", &[]), installed("c", &[])];
        let db = sqlite::write(None, &add(Arch::X86_64, &three)).expect("writes");
        let change = Change { remove: vec![3, 1], add: vec![installed("d", &[])], ..Change::new(Arch::X86_64) };
        let db = sqlite::write(Some(&db), &change).expect("writes");
        assert_eq!(instances(&db), [2, 4]);
        let gone = Change { remove: vec![4], ..Change::new(Arch::X86_64) };
        let db = sqlite::write(Some(&db), &gone).expect("writes");
        let db = sqlite::write(Some(&db), &add(Arch::X86_64, &three[..1])).expect("writes");
        assert_eq!(instances(&db), [2, 5]);
        let left: u32 = open(&db)
            .query_row("SELECT count(*) FROM Basenames WHERE hnum NOT IN (2, 5)", [], |r| r.get(0))
            .expect("runs");
        assert_eq!(left, 0);
        let absent = Change { remove: vec![1], ..Change::new(Arch::X86_64) };
        assert!(matches!(sqlite::write(Some(&db), &absent), Err(Error::Absent { instance: 1 })));
    }

    #[test]
    fn headers_change_in_place() {
        let db = sqlite::write(None, &add(Arch::X86_64, &[installed("a", &[])])).expect("writes");
        let states = InstallFacts { file_states: vec![1, 0], ..facts() };
        let files = [file("/usr/bin/tool", "x", 1), file("/usr/share/tool", "y", 2)];
        let blob = installed_header(&head("a", &[], &files), &states).expect("merges");
        let change = Change { rewrite: vec![(1, blob)], ..Change::new(Arch::X86_64) };
        let packages = sqlite::read(&sqlite::write(Some(&db), &change).expect("writes")).expect("reads");
        assert_eq!(packages[0].header.bytes(Tag::FILESTATES), Some(&[1, 0][..]));
    }

    #[test]
    fn headers_that_are_none_are_refused() {
        let refused = sqlite::write(None, &add(Arch::X86_64, &[vec![0; 9]]));
        assert!(matches!(refused, Err(Error::Header { instance: 1, source: HeaderError::Limits { .. } })));
        let db = open(&sqlite::write(None, &Change::new(Arch::X86_64)).expect("writes"));
        db.execute("INSERT INTO Packages VALUES (7, x'00')", []).expect("runs");
        let bytes = db.serialize(MAIN_DB).expect("memory").to_vec();
        assert!(matches!(sqlite::read(&bytes), Err(Error::Header { instance: 7, .. })));
    }

    #[test]
    fn strange_databases_are_refused() {
        let with = |sql: &str| {
            let db = Connection::open_in_memory().expect("memory");
            db.execute_batch(sql).expect(sql);
            let bytes = db.serialize(MAIN_DB).expect("memory").to_vec();
            sqlite::read(&bytes).map(|p| p.len())
        };
        assert!(matches!(with("CREATE TABLE x (y)"), Err(Error::UnknownTable { table }) if table == "x"));
        assert!(matches!(with("CREATE TABLE Name (key, hnum, idx)"), Err(Error::Form { .. })));
        let endless = "CREATE VIEW Packages AS WITH RECURSIVE c(hnum) AS (SELECT 1 UNION ALL SELECT hnum+1 FROM c) SELECT hnum, x'00' AS blob FROM c";
        assert!(matches!(with(endless), Err(Error::UnknownTable { .. })));
        let generated = "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob AS (zeroblob(900000000)))";
        assert!(matches!(with(generated), Err(Error::Form { .. })));
        assert!(matches!(sqlite::read(b""), Err(Error::Form { .. })));
        assert!(matches!(sqlite::read(&[0; 8192]), Err(Error::Form { .. })));
        let few = "CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL)";
        assert!(matches!(with(few), Ok(0)), "missing index tables are made at the next write");
    }

    #[test]
    fn committed_packages_in_the_log_count() {
        let dir = tempfile::tempdir().expect("temporary directory");
        let path = dir.path().join("rpmdb.sqlite");
        fs::write(&path, sqlite::write(None, &add(Arch::X86_64, &[installed("a", &[])])).expect("writes"))
            .expect("disk");
        let db = Connection::open(&path).expect("opens");
        db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0").expect("runs");
        for i in 0..3 {
            db.execute("INSERT INTO Packages VALUES (NULL, ?)", [installed(&format!("w{i}"), &[])]).expect("runs");
        }
        // as a killed rpm leaves them: the connection is still open
        let (file, wal) =
            (fs::read(&path).expect("disk"), fs::read(dir.path().join("rpmdb.sqlite-wal")).expect("disk"));
        let names = |wal: &[u8]| -> Vec<String> {
            let packages = sqlite::read_with_wal(&file, wal).expect("reads");
            packages.iter().map(|p| p.header.text(Tag::NAME).expect("named").to_owned()).collect()
        };
        assert_eq!(names(&wal), ["a", "w0", "w1", "w2"]);
        assert_eq!(names(&[]), ["a"]);
        let cut = names(&wal[..wal.len() - 100]);
        assert_eq!(cut, ["a", "w0", "w1"], "a transaction cut short did not happen");
        let mut damaged = wal.clone();
        damaged[40] ^= 1;
        assert_eq!(names(&damaged), ["a"], "sums are checked");
        let written = sqlite::write_with_wal(Some((&file, &wal)), &Change::new(Arch::X86_64)).expect("writes");
        assert_eq!(instances(&written), [1, 2, 3, 4]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn damaged_databases_never_panic(
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        in_head: bool,
        cut in any::<prop::sample::Index>(),
    ) {
        thread_local! {
            static DB: Vec<u8> = sqlite::write(None, &add(Arch::X86_64, &[installed("a", &[]), installed("b", &[])])).expect("writes");
        }
        let mut db = DB.with(Clone::clone);
        let span = if in_head { 200 } else { db.len() };
        for (at, byte) in damage {
            db[at.index(span)] = byte;
        }
        db.truncate(cut.index(db.len() * 2).max(1));
        let _ = sqlite::read(&db);
        let _ = sqlite::write(Some(&db), &Change::new(Arch::X86_64));
    }

    #[test]
    fn arbitrary_logs_and_dependencies_never_panic(log in proptest::collection::vec(any::<u8>(), 0..200), text in "[(a-c !)]{0,5}(and|or|if|else|unless|[(), ab]|>= 1){0,12}") {
        let _ = wal::apply(&[0; 512], &log);
        let _ = rich::names(text.as_bytes());
    }
}
