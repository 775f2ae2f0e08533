use std::io::Read;

use proptest::prelude::*;

use super::{handmade::*, *};

fn parse(tags: &[(Tag, Value)]) -> Header {
    Header::parse(&header(Tag::HEADERIMMUTABLE, tags, &[])).expect("well-formed")
}

fn read(package: &[u8]) -> (PackageHead, &[u8]) {
    let mut rest = package;
    let head = PackageHead::read(&mut rest).expect("well-formed");
    assert_eq!(rest.len(), package.len() - head.payload_offset as usize, "no byte of the payload is taken");
    (head, rest)
}

/// All members with their content.
fn unpack(package: &[u8]) -> Result<Vec<(usize, String)>, PayloadError> {
    let (head, rest) = read(package);
    let mut payload = Payload::new(&head, rest)?;
    let mut all = Vec::new();
    while let Some(member) = payload.next()? {
        let mut content = String::new();
        payload.read_to_string(&mut content).expect("reads");
        assert_eq!(content.len() as u64, member.size);
        all.push((member.file, content));
    }
    assert!(payload.next().expect("again").is_none());
    Ok(all)
}

fn some_files() -> Vec<File> {
    vec![
        File { mode: 0o040_755, ..file("/usr/share/x", "", 1) },
        file("/usr/share/x/a", "same", 2),
        file("/usr/share/x/b", "same", 2),
        File { mode: 0o120_777, ..file("/usr/share/x/link", "a", 3) },
        File { flags: flags::GHOST, ..file("/var/log/x", "", 4) },
        file("/etc/x.conf", "key=value\n", 5),
    ]
}

mod headers {
    use super::*;

    #[test]
    fn typed_values_come_back() {
        let h = parse(&[
            (Tag::NAME, text("bash")),
            (Tag::EPOCH, Value::U32(vec![4])),
            (Tag::VERSION, text("5.1")),
            (Tag::RELEASE, text("2")),
            (Tag::ARCH, text("x86_64")),
            (Tag::SUMMARY, Value::I18n(vec!["shell".into(), "Schale".into()])),
            (Tag::FILEMODES, Value::U16(vec![1, 0x8180])),
            (Tag::LONGFILESIZES, Value::U64(vec![1 << 40])),
            (Tag::SIGMD5, Value::Bin(vec![1, 2, 3])),
            (Tag::DIRNAMES, texts(&["/a/", "", "/ü/"])),
        ]);
        assert_eq!(h.nevra().expect("complete").to_string(), "bash-4:5.1-2.x86_64");
        assert_eq!(h.text(Tag::SUMMARY), Some("shell"));
        assert_eq!(h.texts(Tag::DIRNAMES), ["/a/", "", "/ü/"]);
        assert_eq!(h.u16s(Tag::FILEMODES), Some(vec![1, 0x8180]));
        assert_eq!(h.u64s(Tag::LONGFILESIZES), Some(vec![1 << 40]));
        assert_eq!(h.bytes(Tag::SIGMD5), Some(&[1, 2, 3][..]));
        assert_eq!((h.u32s(Tag::FILEMODES), h.text(Tag::EPOCH), h.bytes(Tag::NAME)), (None, None, None), "types count");
        assert!(h.is_source());
        assert_eq!(parse(&[(Tag::NAME, text("x"))]).nevra(), Err(HeaderError::Missing { tag: Tag::VERSION }));
    }

    #[test]
    fn dribbles_win_over_the_region() {
        let blob = header(
            Tag::HEADERIMMUTABLE,
            &[(Tag::NAME, text("old")), (Tag::VERSION, text("1"))],
            &[(Tag::NAME, text("new")), (Tag::INSTALLTIME, Value::U32(vec![7]))],
        );
        let h = Header::parse(&blob).expect("well-formed");
        assert_eq!(
            (h.text(Tag::NAME), h.text(Tag::VERSION), h.u32(Tag::INSTALLTIME)),
            (Some("new"), Some("1"), Some(7))
        );
        assert_eq!(h.region().map(|r| (r.tag, r.entries)), Some((Tag::HEADERIMMUTABLE, 3)));
        assert_eq!(h.blob(), blob);
    }

    #[test]
    fn what_rpm_refuses_is_refused() {
        let good = header(Tag::HEADERIMMUTABLE, &[(Tag::NAME, text("n")), (Tag::EPOCH, Value::U32(vec![1]))], &[]);
        // (offset, new word): entry fields of the blob; entry 0 is the region, 1 NAME, 2 EPOCH
        let with = |at: usize, word: u32| {
            let mut blob = good.clone();
            blob[at..at + 4].copy_from_slice(&word.to_be_bytes());
            Header::parse(&blob)
        };
        let entry = |i: usize, field: usize| 8 + 16 * i + 4 * field;
        assert!(matches!(with(0, 0), Err(HeaderError::Limits { .. })));
        assert!(matches!(with(0, 0x1_0000), Err(HeaderError::Limits { .. })));
        assert!(matches!(with(4, 0x1000_0000), Err(HeaderError::Limits { .. })));
        assert!(matches!(with(4, 3), Err(HeaderError::Length { .. })));
        for (field, word) in [(1, 6), (3, 15), (2, 4096), (2, 0)] {
            assert!(matches!(with(entry(0, field), word), Err(HeaderError::Region { .. })), "region {field} {word}");
        }
        let trailer = good.len() - 16;
        for (at, word) in [(trailer, 62), (trailer + 4, 6), (trailer + 8, 48), (trailer + 8, 7), (trailer + 12, 1)] {
            assert!(matches!(with(at, word), Err(HeaderError::Region { .. })), "trailer {at} {word}");
        }
        for (why, at, word) in [
            ("reserved tag", entry(1, 0), 99),
            ("unknown type", entry(1, 1), 10),
            ("null type", entry(1, 1), 0),
            ("one string, twice", entry(1, 3), 2),
            ("no element", entry(2, 3), 0),
            ("more elements than bytes", entry(2, 3), u32::MAX),
            ("misaligned", entry(2, 2), 5),
            ("overlapping", entry(2, 2), 0),
            ("outside", entry(2, 2), 1 << 20),
            ("into the trailer", entry(2, 3), 2),
        ] {
            assert!(matches!(with(at, word), Err(HeaderError::Entry { .. })), "{why}: {:?}", with(at, word));
        }
        assert!(Header::parse(&good[..7]).is_err());
    }

    #[test]
    fn dependencies_with_and_without_their_siblings() {
        let h = parse(&[
            (Tag::REQUIRENAME, texts(&["a", "rpmlib(FileDigests)", "rpmlib(TimeTravel)", "rpmlib(FileCaps)"])),
            (Tag::REQUIREFLAGS, Value::U32(vec![sense::EQUAL, 0x0100_000a, 0x0100_000a, 0x0100_0008])),
            (Tag::REQUIREVERSION, texts(&["1:2-3", "4.6.0-1", "7.0-1", "5.0-1"])),
            (Tag::PROVIDENAME, texts(&["old"])),
            (Tag::CONFLICTNAME, texts(&["x", "y"])),
            (Tag::CONFLICTFLAGS, Value::U32(vec![0])),
        ]);
        let requires = h.dependencies(Relation::Requires).expect("agree");
        assert_eq!(requires[0], Dependency { name: "a".into(), flags: 8, evr: "1:2-3".into() });
        assert_eq!(unsupported_rpmlib(&h), ["rpmlib(TimeTravel) 7.0-1", "rpmlib(FileCaps) 5.0-1"]);
        let provides = h.dependencies(Relation::Provides).expect("rpm 3 had names only");
        assert_eq!(provides, [Dependency { name: "old".into(), flags: 0, evr: String::new() }]);
        assert_eq!(
            h.dependencies(Relation::Conflicts),
            Err(HeaderError::Count { tag: Tag::CONFLICTFLAGS, expected: 2, actual: 1 })
        );
        assert_eq!(h.dependencies(Relation::Enhances), Ok(vec![]));
    }

    #[test]
    fn file_lists_of_both_ages() {
        let files = parse(&file_tags(&some_files())).files().expect("agree");
        assert_eq!(
            files.iter().map(FileEntry::display).collect::<Vec<_>>(),
            some_files().iter().map(|f| f.path).collect::<Vec<_>>()
        );
        assert_eq!(files[1].digest.as_ref().map(|d| d.hex().len()), Some(64));
        assert_eq!((files[0].digest.as_ref(), files[3].link_target.as_slice()), (None, &b"a"[..]));
        assert!(files[0].is_dir() && files[3].is_symlink() && files[4].is_ghost() && files[5].is_regular());
        let sets = link_sets(&files);
        assert_eq!(sets.keys().copied().collect::<Vec<_>>(), [1, 2]);
        assert_eq!(sets[&1][..], [1, 2]);

        let old = parse(&[
            (Tag::OLDFILENAMES, texts(&["/a", "/b/c"])),
            (Tag::FILESIZES, Value::U32(vec![1, 2])),
            (Tag::FILEMODES, Value::U16(vec![0o100_644; 2])),
            (Tag::FILEDIGESTS, texts(&["", "d41d8cd98f00b204e9800998ecf8427e"])),
        ]);
        let files = old.files().expect("agree");
        assert_eq!(
            files[1].digest.as_ref().map(ToString::to_string).as_deref(),
            Some("md5:d41d8cd98f00b204e9800998ecf8427e")
        );
    }

    #[test]
    fn file_lists_that_contradict_themselves() {
        let with = |tag: Tag, value: Value| {
            let mut tags = file_tags(&some_files());
            tags.retain(|(t, _)| *t != tag);
            tags.push((tag, value));
            parse(&tags).files()
        };
        for (tag, value) in [
            (Tag::FILESIZES, Value::U32(vec![1; 5])),
            (Tag::FILEMODES, Value::U16(vec![1; 7])),
            (Tag::FILEUSERNAME, texts(&["root"])),
            (Tag::DIRINDEXES, Value::U32(vec![0; 2])),
        ] {
            assert!(matches!(with(tag, value), Err(HeaderError::Count { tag: t, .. }) if t == tag), "{tag}");
        }
        assert!(matches!(with(Tag::DIRINDEXES, Value::U32(vec![9; 6])), Err(HeaderError::Entry { .. })));
        assert!(matches!(with(Tag::FILEDIGESTS, texts(&["zz"; 6])), Err(HeaderError::Value { .. })));
        let long = format!("/{}/", "x".repeat(4096));
        assert!(matches!(with(Tag::DIRNAMES, texts(&[&*long; 4])), Err(HeaderError::Value { .. })));
    }
}

#[test]
fn every_scriptlet_is_a_value() {
    let h = parse(&[
        (Tag::PREIN, text("echo pre")),
        (Tag::PREINPROG, texts(&["/bin/sh", "-e"])),
        (Tag::PREINFLAGS, Value::U32(vec![EXPAND])),
        (Tag::POSTINPROG, text("/sbin/ldconfig")),
        (Tag::PRETRANS, text("posix.mkdir('/x')")),
        (Tag::PRETRANSPROG, texts(&["<lua>"])),
        (Tag::POSTUN, text("no program")),
        (Tag::TRIGGERSCRIPTS, texts(&["one", "two"])),
        (Tag::TRIGGERSCRIPTPROG, texts(&["/bin/sh", "<lua>"])),
        (Tag::TRIGGERNAME, texts(&["glibc", "bash", "gone"])),
        (Tag::TRIGGERVERSION, texts(&["2.28", "", ""])),
        (Tag::TRIGGERFLAGS, Value::U32(vec![sense::TRIGGERIN | sense::LESS, sense::TRIGGERIN, sense::TRIGGERPOSTUN])),
        (Tag::TRIGGERINDEX, Value::U32(vec![0, 0, 1])),
        (Tag::FILETRIGGERSCRIPTS, texts(&["ft"])),
        (Tag::FILETRIGGERSCRIPTPROG, texts(&["/bin/sh"])),
        (Tag::FILETRIGGERNAME, texts(&["/usr/lib/systemd"])),
        (Tag::FILETRIGGERFLAGS, Value::U32(vec![sense::TRIGGERUN])),
        (Tag::FILETRIGGERINDEX, Value::U32(vec![0])),
        (Tag::TRANSFILETRIGGERSCRIPTS, texts(&[""])),
        (Tag::TRANSFILETRIGGERSCRIPTPROG, texts(&["/sbin/ldconfig"])),
        (Tag::TRANSFILETRIGGERNAME, texts(&["/lib", "/usr/lib"])),
        (Tag::TRANSFILETRIGGERFLAGS, Value::U32(vec![sense::TRIGGERIN; 2])),
        (Tag::TRANSFILETRIGGERINDEX, Value::U32(vec![0, 0])),
        (Tag::TRANSFILETRIGGERPRIORITIES, Value::U32(vec![2_000_000])),
    ]);
    let all = h.scriptlets().expect("agree");
    let told: Vec<String> = all
        .iter()
        .map(|s| {
            let names = s.conditions.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(",");
            let body = s.body.as_deref().unwrap_or("-");
            format!("{} {} | {body} | {names} | {} {}", s.kind.directive(), s.program.join(" "), s.flags, s.priority)
        })
        .collect();
    assert_eq!(
        told,
        [
            "%pretrans <lua> | posix.mkdir('/x') |  | 0 0",
            "%pre /bin/sh -e | echo pre |  | 1 0",
            "%post /sbin/ldconfig | - |  | 0 0",
            "%postun /bin/sh | no program |  | 0 0",
            "%triggerin /bin/sh | one | glibc,bash | 0 0",
            "%triggerpostun <lua> | two | gone | 0 0",
            "%filetriggerun /bin/sh | ft | /usr/lib/systemd | 0 1000000",
            "%transfiletriggerin /sbin/ldconfig | - | /lib,/usr/lib | 0 2000000",
        ]
    );
    assert_eq!(all[4].conditions[0].version, "2.28");
    let lost = parse(&[
        (Tag::TRIGGERSCRIPTS, texts(&["one"])),
        (Tag::TRIGGERSCRIPTPROG, texts(&["/bin/sh"])),
        (Tag::TRIGGERNAME, texts(&["glibc"])),
        (Tag::TRIGGERFLAGS, Value::U32(vec![sense::TRIGGERIN])),
        (Tag::TRIGGERINDEX, Value::U32(vec![1])),
    ]);
    assert!(matches!(lost.scriptlets(), Err(HeaderError::Entry { tag: Tag::TRIGGERINDEX, .. })));
}

mod packages {
    use super::*;

    #[test]
    fn head_and_digests() {
        let bytes = package("x", &[], &some_files());
        let (head, rest) = read(&bytes);
        assert_eq!(head.main.nevra().expect("complete").to_string(), "x-1.0-2.el8.x86_64");
        assert!(!head.main.is_source());
        let range = head.header_range.start as usize..head.header_range.end as usize;
        let mut signed = Vec::new();
        head.signed_bytes().read_to_end(&mut signed).expect("memory");
        assert_eq!(signed, bytes[range]);
        assert_eq!(check_header(&head), DigestStatus::Verified);
        let check = |bytes: &[u8]| {
            let mut check = PayloadCheck::new(&head);
            bytes.chunks(7).for_each(|c| check.update(c));
            check.finish()
        };
        assert_eq!(check(rest), DigestStatus::Verified);
        assert!(
            matches!(check(&rest[1..]), DigestStatus::Mismatch { expected, .. } if expected.starts_with("sha256:"))
        );
        let mut other = head.clone();
        other.main = parse(&identity("y"));
        assert!(matches!(check_header(&other), DigestStatus::Mismatch { .. }));
        other.signature = parse(&[(Tag::NAME, text("no digests"))]);
        assert_eq!(check_header(&other), DigestStatus::Absent);
    }

    #[test]
    fn payload_digests_of_other_ages() {
        let status = |tags: &[(Tag, Value)]| {
            let package = assemble(&header(Tag::HEADERIMMUTABLE, tags, &[]), b"payload", 1);
            let (head, rest) = read(&package);
            let mut check = PayloadCheck::new(&head);
            check.update(rest);
            check.finish()
        };
        assert_eq!(status(&identity("before-4.14")), DigestStatus::Verified, "MD5 of header and payload");
        let mut future = identity("future");
        future.push((Tag::PAYLOADDIGEST, texts(&["00"])));
        future.push((Tag::PAYLOADDIGESTALGO, Value::U32(vec![14])));
        assert_eq!(status(&future), DigestStatus::Unsupported { number: 14 });
    }

    #[test]
    fn malformed_heads() {
        let good = package("x", &[], &some_files());
        let with = |at: usize, byte: u8| {
            let mut bytes = good.clone();
            bytes[at] = byte;
            PackageHead::read(&bytes[..])
        };
        assert!(matches!(with(0, 0), Err(PackageError::Lead { .. })));
        assert!(matches!(with(4, 9), Err(PackageError::Lead { .. })));
        assert!(matches!(with(79, 0), Err(PackageError::Lead { .. })));
        assert!(matches!(with(96, 0), Err(PackageError::Magic { part: "signature header" })));
        let start = read(&good).0.header_range.start as usize;
        assert!(matches!(with(start, 0), Err(PackageError::Magic { part: "header" })));
        for cut in [50, 100, start - 3, start + 10, start + 200] {
            assert!(matches!(PackageHead::read(&good[..cut]), Err(PackageError::Read { .. })), "{cut}");
        }
        // 255 MiB promised, nothing there: refused without taking the memory
        let mut promise = good[..start + 16].to_vec();
        promise[start + 12..].copy_from_slice(&0x0fff_0000u32.to_be_bytes());
        assert!(matches!(PackageHead::read(&promise[..]), Err(PackageError::Read { .. })));
        // tags behind the region would not be signed
        let smuggled = header(Tag::HEADERIMMUTABLE, &identity("x"), &[(Tag::PREIN, text("evil"))]);
        let refused = PackageHead::read(&assemble(&smuggled, b"", 0)[..]);
        assert!(matches!(refused, Err(PackageError::Header { source: HeaderError::Region { .. }, .. })));
    }

    #[test]
    fn signatures_are_found_where_rpm_puts_them() {
        let (mut head, _) = {
            let bytes = package("x", &[], &[]);
            let mut rest = &bytes[..];
            (PackageHead::read(&mut rest).expect("well-formed"), ())
        };
        head.signature = parse(&[
            (Tag::RSAHEADER, Value::Bin(vec![1])),
            (Tag::OPENPGP, texts(&["Ag==", "!"])),
            (Tag::SIG_GPG, Value::Bin(vec![3])),
        ]);
        let found: Vec<_> = head.signatures().into_iter().map(|s| (s.tag, s.covers_payload, s.packet)).collect();
        assert_eq!(
            found,
            [(Tag::RSAHEADER, false, vec![1]), (Tag::OPENPGP, false, vec![2]), (Tag::SIG_GPG, true, vec![3])]
        );
    }

    /// What the `rpm` crate builds and we read, and the other way round.
    #[test]
    fn agrees_with_another_implementation() {
        let mut built = Vec::new();
        rpm::PackageBuilder::new("peer", "3.1", "MIT", "noarch", "A peer")
            .using_config(rpm::BuildConfig::v4().compression(rpm::CompressionType::Gzip).source_date(1_600_000_000u32))
            .release("7")
            .with_file_contents("hello", rpm::FileOptions::new("/usr/share/peer/hello").mode(0o100_640))
            .expect("file")
            .post_install_script("echo post")
            .requires(rpm::Dependency::any("bash"))
            .build()
            .expect("builds")
            .write(&mut built)
            .expect("memory");
        let (head, _) = read(&built);
        assert_eq!(head.main.nevra().expect("complete").to_string(), "peer-3.1-7.noarch");
        assert_eq!(check_header(&head), DigestStatus::Verified);
        let files = head.main.files().expect("agree");
        let index = files.iter().position(|f| f.path == b"/usr/share/peer/hello").expect("listed");
        assert_eq!(files[index].mode, 0o100_640);
        assert!(unpack(&built).expect("unpacks").contains(&(index, "hello".to_owned())));
        assert_eq!(head.main.scriptlets().expect("agree")[0].body.as_deref(), Some("echo post"));
        assert!(head.main.dependencies(Relation::Requires).expect("agree").iter().any(|d| d.name == "bash"));

        let ours = package("ours", &[], &some_files());
        let theirs = rpm::Package::parse(&mut &ours[..]).expect("the rpm crate reads it");
        assert_eq!(theirs.metadata.get_name().expect("name"), "ours");
        assert_eq!(theirs.metadata.get_file_entries().expect("files").len(), some_files().len());
    }
}

mod payloads {
    use super::*;

    #[test]
    fn members_come_with_their_content_and_links_last() {
        let got = unpack(&package("x", &[], &some_files())).expect("unpacks");
        let expected = [(0, ""), (1, ""), (2, "same"), (3, ""), (5, "key=value\n")];
        assert_eq!(got, expected.map(|(i, s)| (i, s.to_owned())));
    }

    #[test]
    fn members_may_be_left_unread() {
        let bytes = package("x", &[], &some_files());
        let (head, rest) = read(&bytes);
        let mut payload = Payload::new(&head, rest).expect("opens");
        let mut seen = 0;
        while let Some(member) = payload.next().expect("skips") {
            let _ = payload.read(&mut [0; 2]).expect("reads");
            assert!(payload.files()[member.file].size >= member.size);
            seen += 1;
        }
        assert_eq!(seen, 5);
    }

    /// A package of `some_files` whose archive is another.
    fn with_archive(build: impl FnOnce(&mut Vec<u8>)) -> Result<Vec<(usize, String)>, PayloadError> {
        let mut tags = identity("x");
        tags.extend(file_tags(&some_files()));
        let mut archive = Vec::new();
        build(&mut archive);
        unpack(&package_of(&tags, &[], &archive))
    }

    #[test]
    fn names_with_any_prefix() {
        let got = with_archive(|a| {
            for (name, content) in [
                ("usr/share/x", ""),
                ("/usr/share/x/b", "same"),
                ("usr/share/x/a", ""),
                ("./usr/share/x/link", "a"),
                ("/etc/x.conf", "key=value\n"),
                ("TRAILER!!!", ""),
            ] {
                entry(a, name, content);
            }
        });
        assert_eq!(got.expect("unpacks").len(), 5);
    }

    #[test]
    fn stripped_entries_take_sizes_from_the_header() {
        let got = with_archive(|a| {
            for (index, content) in [(0, ""), (1, ""), (2, "same"), (3, "a\0\0\0"), (5, "key=value\n\0\0")] {
                a.extend(format!("07070X{index:08X}\0\0{content}").bytes());
            }
            entry(a, "TRAILER!!!", "");
        });
        let expected = [(0, ""), (1, ""), (2, "same"), (3, ""), (5, "key=value\n")];
        assert_eq!(got.expect("unpacks"), expected.map(|(i, s)| (i, s.to_owned())));
        assert!(matches!(with_archive(|a| a.extend(b"07070X000000FF\0\0")), Err(PayloadError::Unlisted { .. })));
    }

    #[test]
    fn archives_that_do_not_keep_the_headers_promise() {
        let all = |a: &mut Vec<u8>, but: &str, content: &str| {
            for (name, was) in [
                ("./usr/share/x", ""),
                ("./usr/share/x/a", ""),
                ("./usr/share/x/b", "same"),
                ("./usr/share/x/link", "a"),
                ("./etc/x.conf", "key=value\n"),
            ] {
                match () {
                    () if name != but => entry(a, name, was),
                    () if content == "missing" => {}
                    () => entry(a, name, content),
                }
            }
            entry(a, "TRAILER!!!", "");
        };
        let path = |r: Result<Vec<(usize, String)>, PayloadError>| match r {
            Err(PayloadError::Size { path, .. }) => format!("size {path}"),
            Err(PayloadError::Missing { path }) => format!("missing {path}"),
            other => format!("{other:?}"),
        };
        assert_eq!(path(with_archive(|a| all(a, "./etc/x.conf", "longer than it says"))), "size /etc/x.conf");
        assert_eq!(path(with_archive(|a| all(a, "./etc/x.conf", ""))), "size /etc/x.conf");
        assert_eq!(path(with_archive(|a| all(a, "./etc/x.conf", "missing"))), "missing /etc/x.conf");
        assert_eq!(
            path(with_archive(|a| all(a, "./usr/share/x/b", ""))),
            "missing /usr/share/x/a",
            "no content at all"
        );
        assert_eq!(path(with_archive(|a| all(a, "./usr/share/x", "a directory"))), "size /usr/share/x");
        let twice = with_archive(|a| {
            entry(a, "./etc/x.conf", "key=value\n");
            entry(a, "/etc/x.conf", "key=value\n");
        });
        assert!(matches!(twice, Err(PayloadError::Twice { path }) if path == "/etc/x.conf"));
        let unlisted = with_archive(|a| entry(a, "./etc/../etc/x.conf", "key=value\n"));
        assert!(matches!(unlisted, Err(PayloadError::Unlisted { path }) if path == "etc/../etc/x.conf"));
    }

    #[test]
    fn broken_archives() {
        assert!(matches!(with_archive(|a| a.extend(b"not an archive")), Err(PayloadError::Entry { number: 1, .. })));
        assert!(matches!(with_archive(|a| a.extend(b"07070")), Err(PayloadError::Read { .. })));
        assert!(matches!(with_archive(|_| {}), Err(PayloadError::Read { .. })), "no trailer");
        let long = "x".repeat(5000);
        assert!(matches!(with_archive(|a| entry(a, &long, "")), Err(PayloadError::Entry { .. })));
        let bad_hex = with_archive(|a| {
            entry(a, "./etc/x.conf", "key=value\n");
            a[60] = b'g';
        });
        assert!(matches!(bad_hex, Err(PayloadError::Entry { .. })));
        // the stream ends within a file's content
        let bytes = package_of(&[identity("x"), file_tags(&some_files()[5..])].concat(), &[], b"");
        let mut cut = Vec::new();
        entry(&mut cut, "./etc/x.conf", "key=value\n");
        cut.truncate(cut.len() - 8);
        let (head, _) = read(&bytes);
        let mut payload = Payload::new(&head, &cut[..]).expect("opens: a plain archive");
        payload.next().expect("its header is there");
        let error = payload.read_to_end(&mut Vec::new()).expect_err("cut");
        assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof);
        assert!(error.to_string().contains("/etc/x.conf"), "{error}");
    }

    #[test]
    fn compressors() {
        for (name, codec) in [("gzip", "gzip"), ("xz", "xz"), ("zstd", "zstd"), ("bzip2", "bzip2"), ("lzma", "lzma")] {
            let bytes = package("x", &[(Tag::PAYLOADCOMPRESSOR, text(name))], &[]);
            assert_eq!(read(&bytes).0.codec().expect("known").to_string(), codec);
        }
        for (tag, value) in [(Tag::PAYLOADCOMPRESSOR, "brotli"), (Tag::PAYLOADFORMAT, "drpm")] {
            let bytes = package("x", &[(tag, text(value))], &[]);
            assert!(matches!(read(&bytes).0.codec(), Err(PackageError::Payload { found, .. }) if found == value));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn damaged_packages_never_panic_or_overflow_their_promise(
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
        word in any::<bool>(),
    ) {
        let mut bytes = package("x", &[(Tag::TRIGGERSCRIPTS, texts(&["one"])), (Tag::TRIGGERNAME, texts(&["y"]))], &some_files());
        for (at, byte) in damage {
            let i = at.index(bytes.len());
            bytes[i] = if word { byte } else { bytes[i] ^ (1 << (byte % 8)) };
        }
        bytes.truncate(cut.index(bytes.len() * 2).max(1));
        let mut rest = &bytes[..];
        let Ok(head) = PackageHead::read(&mut rest) else { return Ok(()) };
        let _ = (check_header(&head), head.signatures(), head.main.nevra(), head.main.scriptlets(), unsupported_rpmlib(&head.main));
        let Ok(mut payload) = Payload::new(&head, rest) else { return Ok(()) };
        let promised: u64 = payload.files().iter().map(|f| f.size).fold(0, u64::saturating_add);
        let mut total = 0;
        while let Ok(Some(member)) = payload.next() {
            total += member.size;
            let _ = std::io::copy(&mut payload, &mut std::io::sink());
        }
        prop_assert!(total <= promised);
    }

    #[test]
    fn damaged_archives_never_panic(archive in proptest::collection::vec(any::<u8>(), 0..400), at in any::<prop::sample::Index>(), byte: u8) {
        let bytes = package("x", &[], &some_files());
        let (head, _) = read(&bytes);
        let mut good = handmade::archive(&some_files());
        let i = at.index(good.len());
        good[i] = byte;
        // "07" in front makes a plain archive of it
        for archive in [good, [b"07", &archive[..]].concat(), [b"070701", &archive[..]].concat()] {
            let Ok(mut payload) = Payload::new(&head, &archive[..]) else { continue };
            while let Ok(Some(_)) = payload.next() {
                let _ = std::io::copy(&mut payload, &mut std::io::sink());
            }
        }
    }
}
