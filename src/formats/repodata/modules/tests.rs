use super::*;

const PERL: &str = "---
document: modulemd
version: 2
data:
  name: perl
  stream: 5.30
  version: 8040020200923213406
  context: 466ea64f
  arch: x86_64
  summary: Practical Extraction and Report Language
  license: {module: [MIT], content: [GPL+ or Artistic]}
  dependencies:
  - buildrequires: {platform: [el8.4.0]}
    requires: {platform: [el8], other: [], third: [-1, -2]}
  profiles:
    common: {rpms: [perl-core, perl]}
    minimal:
      description: >
        The interpreter only.
      rpms:
      - perl-interpreter
  artifacts:
    rpms:
    - perl-4:5.30.1-452.x86_64
    - perl-4:5.30.1-452.src
...
---
document: modulemd-defaults
version: 1
data:
  module: perl
  modified: 202001010000
  stream: \"5.26\"
  profiles:
    5.26: [common]
...
---
document: modulemd-obsoletes
version: 1
data: {module: perl, stream: 5.24, modified: 2020-05-01T00:00Z, message: old, obsoleted_by: {module: perl, stream: '5.30'}}
...
---
document: unheard-of
version: 9
data: {name: x}
";

#[test]
fn streams_defaults_and_obsoletes_are_read() {
    let modules = Modules::read(PERL.as_bytes()).unwrap();
    let perl = &modules.streams[0];
    assert_eq!((perl.name.as_str(), perl.stream.as_str(), perl.version), ("perl", "5.30", 8_040_020_200_923_213_406));
    assert_eq!(perl.requires[0]["platform"], ["el8"]);
    assert_eq!(
        (perl.requires[0]["other"].len(), &perl.requires[0]["third"][..]),
        (0, &["-1".to_owned(), "-2".into()][..])
    );
    assert_eq!(perl.profiles["common"], ["perl", "perl-core"]);
    assert_eq!(perl.profiles["minimal"], ["perl-interpreter"]);
    assert_eq!(perl.artifacts.len(), 2);
    assert_eq!(modules.defaults[0].stream.as_deref(), Some("5.26"));
    assert_eq!(modules.defaults[0].profiles["5.26"], ["common"]);
    assert_eq!(modules.obsoletes[0].by, Some(("perl".into(), "5.30".into())));
    assert_eq!(modules.skipped.len(), 1);
}

#[test]
fn bombs_and_rubbish_end_in_one_error() {
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b]\n";
    assert!(matches!(Modules::read(bomb.as_bytes()), Err(RepodataError::Aliases { .. })));
    let deep = "[".repeat(100_000);
    assert!(Modules::read(deep.as_bytes()).is_err());
    let deep = format!("a: {}", "[".repeat(60));
    assert!(matches!(Modules::read(deep.as_bytes()), Err(RepodataError::TooLarge { .. })));
    assert!(matches!(Modules::read(&b"a: [b\nc: }"[..]), Err(RepodataError::Yaml { .. })));
    assert!(matches!(Modules::read(&b"\xff\xfe\xff"[..]), Err(RepodataError::Invalid { .. })));
    assert_eq!(Modules::read(&b""[..]).unwrap(), Modules::default());
}
