//! The tiers of `src/lib.rs`, kept: `use crate::…` points down, siblings don't know each other, only `cli` speaks, reads
//! the environment or the clock, and no file grows past what one reads in a sitting.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Tier 0 first. A module that stands here nowhere is a violation, too.
const TIERS: [&[&str]; 6] = [
    &["terms"],
    &["recipe", "lock", "formats"],
    &["net", "store", "rootfs"],
    &["registry", "layout", "repos", "rhsm", "solve", "fetch", "effects", "rpmdb", "layers", "attest", "testbed"],
    &["pipeline"],
    &["cli", "main", "lib"],
];

/// Imports that break the rule and are meant to: (importing module, imported module, why).
const EXCEPTIONS: [(&str, &str, &str); 0] = [];

/// Lines of a file before its tests.
const LONGEST: usize = 450;

/// A file of the crate: its path below `src/`, and its text.
struct Source {
    path: PathBuf,
    text: String,
}

/// A path as written in the source (`use` groups taken apart), its first line, and whether a `!` follows.
#[derive(Debug, PartialEq)]
struct Mention {
    line: usize,
    path: Vec<String>,
    macro_call: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Colons,
    Sign(char),
}

/// Words and signs with their lines; comments, strings and characters left out.
fn tokens(text: &str) -> Vec<(usize, Token)> {
    let chars: Vec<char> = text.chars().collect();
    let (mut i, mut line) = (0, 1);
    let mut out = Vec::new();
    while i < chars.len() {
        let rest = &chars[i..];
        let skipped = match rest {
            ['/', '/', ..] => rest.iter().position(|&c| c == '\n').unwrap_or(rest.len()),
            ['/', '*', ..] => rest.windows(2).position(|w| w == ['*', '/']).map_or(rest.len(), |n| n + 2),
            ['r', '"' | '#', ..] if raw_string(rest).is_some() => raw_string(rest).unwrap_or(1),
            ['b', 'r', '"' | '#', ..] if raw_string(&rest[1..]).is_some() => raw_string(&rest[1..]).unwrap_or(1) + 1,
            ['"', ..] => string(rest),
            ['\'', '\\', ..] => rest[2..].iter().skip(1).position(|&c| c == '\'').map_or(1, |n| n + 4),
            ['\'', _, '\'', ..] => 3,
            [':', ':', ..] => {
                out.push((line, Token::Colons));
                2
            }
            [c, ..] if c.is_alphanumeric() || *c == '_' => {
                let word: String = rest.iter().take_while(|c| c.is_alphanumeric() || **c == '_').collect();
                let len = word.chars().count();
                out.push((line, Token::Word(word)));
                len
            }
            [c, ..] if c.is_whitespace() => 1,
            [c, ..] => {
                out.push((line, Token::Sign(*c)));
                1
            }
            [] => 1,
        };
        line += rest[..skipped.min(rest.len())].iter().filter(|&&c| c == '\n').count();
        i += skipped;
    }
    out
}

/// Length of the string literal that begins here.
fn string(rest: &[char]) -> usize {
    let mut i = 1;
    while i < rest.len() && rest[i] != '"' {
        i += if rest[i] == '\\' { 2 } else { 1 };
    }
    i + 1
}

/// Length of the raw string literal whose `r` stands here.
fn raw_string(rest: &[char]) -> Option<usize> {
    let hashes = rest[1..].iter().take_while(|&&c| c == '#').count();
    if rest.get(1 + hashes) != Some(&'"') {
        return None;
    }
    let mut end = vec!['"'];
    end.resize(1 + hashes, '#');
    let body = &rest[2 + hashes..];
    body.windows(end.len()).position(|w| w == end).map(|n| 2 + hashes + n + end.len())
}

/// Every path the source mentions.
fn mentions(tokens: &[(usize, Token)]) -> Vec<Mention> {
    let mut out = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        match &tokens[i].1 {
            Token::Word(word) if word == "use" => i = use_tree(tokens, i + 1, &[], &mut out),
            Token::Word(_) => i = plain_path(tokens, i, &mut out),
            _ => i += 1,
        }
    }
    out
}

fn plain_path(tokens: &[(usize, Token)], start: usize, out: &mut Vec<Mention>) -> usize {
    let (mut i, mut path) = (start, Vec::new());
    while let Some((_, Token::Word(word))) = tokens.get(i) {
        path.push(word.clone());
        i += 1;
        match tokens.get(i..i + 2) {
            Some([(_, Token::Colons), (_, Token::Word(_))]) => i += 1,
            _ => break,
        }
    }
    let macro_call = matches!(tokens.get(i), Some((_, Token::Sign('!'))));
    out.push(Mention { line: tokens[start].0, path, macro_call });
    i
}

/// Reads one tree of a `use` from `i`, below `prefix`; where it ends.
fn use_tree(tokens: &[(usize, Token)], mut i: usize, prefix: &[String], out: &mut Vec<Mention>) -> usize {
    let mut path = prefix.to_vec();
    let line = tokens.get(i).map_or(0, |t| t.0);
    while let Some((_, token)) = tokens.get(i) {
        match token {
            Token::Word(word) if word == "as" => i += 1, // and over the alias, below
            Token::Word(word) => path.push(word.clone()),
            Token::Colons => {}
            Token::Sign('{') => {
                i += 1;
                while !matches!(tokens.get(i), Some((_, Token::Sign('}'))) | None) {
                    i = use_tree(tokens, i, &path, out);
                    if matches!(tokens.get(i), Some((_, Token::Sign(',')))) {
                        i += 1;
                    }
                }
                return i + 1;
            }
            Token::Sign('*') => {}
            Token::Sign(_) => break,
        }
        i += 1;
    }
    out.push(Mention { line, path, macro_call: false });
    i
}

/// The text before `#[cfg(test)] mod …`, and whether the whole file is tests.
fn before_tests(source: &Source) -> (&str, bool) {
    let in_tests = source.path.components().any(|c| matches!(c.as_os_str().to_str(), Some("tests" | "tests.rs")));
    let cut = source.text.match_indices("#[cfg(test)]").map(|(i, _)| i).find(|i| {
        let after = source.text[*i..].trim_start_matches("#[cfg(test)]").trim_start();
        after.starts_with("mod ") || after.starts_with("pub(crate) mod ") || after.starts_with("pub mod ")
    });
    (&source.text[..cut.unwrap_or(source.text.len())], in_tests)
}

/// The module path of a file: `src/a/b.rs` is `[a, b]`, `src/a/mod.rs` is `[a]`.
fn module_of(path: &Path) -> Vec<String> {
    let mut parts: Vec<String> =
        path.with_extension("").components().map(|c| c.as_os_str().to_string_lossy().into_owned()).collect();
    if parts.len() > 1 && parts.last().is_some_and(|p| p == "mod") {
        parts.pop();
    }
    parts
}

fn tier_of(module: &str) -> Option<usize> {
    TIERS.iter().position(|tier| tier.contains(&module))
}

/// The top-level module a mentioned path leads to, by `crate::` (or `drydock::`, in main) or by climbing with `super::`.
fn target<'a>(mention: &'a Mention, module: &[String]) -> Option<&'a str> {
    let first = mention.path.first()?.as_str();
    let climbed = mention.path.iter().take_while(|p| *p == "super").count();
    let next = match first {
        "crate" | "drydock" => mention.path.get(1)?,
        "super" if climbed >= module.len() => mention.path.get(climbed)?,
        _ => return None,
    };
    // What an inline module calls `super::super::x` may be something of the same file: only known names count there.
    (first != "super" || tier_of(next).is_some()).then_some(next.as_str())
}

/// Why the import must not be, if it must not.
fn objection(from: &str, to: &str, in_tests: bool) -> Option<String> {
    let allowed = from == to
        || EXCEPTIONS.iter().any(|(a, b, _)| (*a, *b) == (from, to))
        || (in_tests && to == "testbed")
        || tier_of(from) == Some(TIERS.len() - 1)
        || to.starts_with(char::is_uppercase);
    if allowed {
        return None;
    }
    let Some(own) = tier_of(from) else { return Some(format!("{from} stands in no tier")) };
    match tier_of(to) {
        None => Some(format!("{to} stands in no tier")),
        Some(tier) if tier > own => Some(format!("{from} is tier {own}, {to} is tier {tier}: imports point down")),
        Some(tier) if tier == own => Some(format!("{from} and {to} are siblings of tier {own}")),
        Some(_) if from == "testbed" && !matches!(to, "terms" | "formats") => {
            Some(format!("testbed uses only terms and formats, not {to}"))
        }
        Some(_) => None,
    }
}

/// What only `cli` may mention, if this is such a thing.
fn reserved(mention: &Mention, module: &str) -> Option<&'static str> {
    if matches!(module, "cli" | "main") {
        return None;
    }
    let path: Vec<&str> = mention.path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["println" | "eprintln" | "print" | "eprint"] if mention.macro_call => Some("only cli prints"),
        ["std", "env", ..] | ["env", "var" | "var_os" | "vars" | "args" | "current_dir" | "temp_dir", ..] => {
            Some("only cli reads the environment")
        }
        [.., "SystemTime"] | [.., "SystemTime", "now"] => Some("only cli reads the clock"),
        [.., "Instant"] | [.., "Instant", "now"] if module != "net" => {
            Some("only cli (and net, for timeouts) reads the clock")
        }
        _ => None,
    }
}

/// Everything wrong with these files, one line each.
fn violations(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        let module = module_of(&source.path);
        let top = module[0].as_str();
        let (code, all_tests) = before_tests(source);
        let name = source.path.display();
        let lines = code.lines().count();
        if lines > LONGEST && !all_tests {
            found.push(format!("src/{name}: {lines} lines before its tests, more than {LONGEST}"));
        }
        for mention in mentions(&tokens(&source.text)) {
            let in_tests = all_tests || mention.line > lines;
            let shown = mention.path.join("::");
            let at = format!("src/{name}:{}: {shown}", mention.line);
            if let Some(why) = target(&mention, &module).and_then(|to| objection(top, to, in_tests)) {
                found.push(format!("{at}: {why}"));
            }
            if let Some(why) = reserved(&mention, top).filter(|_| !in_tests) {
                found.push(format!("{at}: {why}"));
            }
        }
    }
    found
}

fn read(dir: &Path, root: &Path, out: &mut Vec<Source>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(dir).expect("src is there").map(|e| e.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            read(&path, root, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&path).expect("UTF-8");
            out.push(Source { path: path.strip_prefix(root).expect("below src").to_owned(), text });
        }
    }
}

#[test]
fn the_tree_keeps_its_tiers() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = Vec::new();
    read(&root, &root, &mut sources);
    assert!(sources.len() > 20, "src has been read");
    let found = violations(&sources);
    assert!(found.is_empty(), "{} breaches of the architecture:\n{}", found.len(), found.join("\n"));
}

fn of(path: &str, text: &str) -> Vec<String> {
    violations(&[Source { path: path.into(), text: text.to_owned() }])
}

#[test]
fn a_breach_is_seen_and_named() {
    for (path, text, want) in [
        (
            "terms/mod.rs",
            "use crate::pipeline::Plan;",
            "src/terms/mod.rs:1: crate::pipeline::Plan: terms is tier 0, pipeline is tier 4: imports point down",
        ),
        (
            "store/blob.rs",
            "use crate::{terms::Digest,\n net::Client};",
            "src/store/blob.rs:2: crate::net::Client: store and net are siblings of tier 2",
        ),
        (
            "solve/mod.rs",
            "fn f() -> crate::repos::Repo {}",
            "src/solve/mod.rs:1: crate::repos::Repo: solve and repos are siblings of tier 3",
        ),
        ("solve/a.rs", "use super::super::repos::Repo;", "solve and repos are siblings"),
        (
            "formats/rpm/head.rs",
            "use crate::{terms, formats::{rpm, oci}, lock as promised};",
            "formats and lock are siblings",
        ),
        ("testbed/x.rs", "use crate::store::Store;", "testbed uses only terms and formats"),
        ("novel/mod.rs", "use crate::terms::Arch;", "novel stands in no tier"),
        ("terms/a.rs", "use crate::novel::X;", "novel stands in no tier"),
        ("layers/a.rs", "fn f() { println!(\"x\"); }", "src/layers/a.rs:1: println: only cli prints"),
        ("lock/a.rs", "use std::{fs, env};", "only cli reads the environment"),
        ("lock/a.rs", "fn f() { std::env::var(\"X\"); }", "only cli reads the environment"),
        ("store/a.rs", "use std::time::{Duration, Instant};", "reads the clock"),
        ("fetch/a.rs", "fn f() { SystemTime::now(); }", "only cli reads the clock"),
        ("rootfs/tree.rs", &"\n".repeat(LONGEST + 1), "451 lines before its tests"),
    ] {
        let found = of(path, text);
        assert!(found.len() == 1 && found[0].contains(want), "{text:?} gives {found:?}");
    }
}

#[test]
fn what_is_allowed_stays_silent() {
    for (path, text) in [
        ("solve/a.rs", "use crate::{terms::Arch, formats::repodata::Catalog, store::Store, solve::b};"),
        (
            "solve/a.rs",
            "// use crate::cli;\n/* crate::cli */\n//! [`crate::pipeline`]\nconst S: &str = \"crate::cli::x println!\";",
        ),
        ("solve/a.rs", "const S: &str = r#\"a \" crate::cli\"#; const C: char = '\"'; use crate::terms;"),
        ("solve/a.rs", "fn f() {}\n#[cfg(test)]\nmod tests {\n use crate::testbed::make; fn g() { println!(); }\n}"),
        ("solve/tests.rs", "use crate::testbed::World;"),
        ("net/retry.rs", "use std::time::Instant;"),
        ("cli/build.rs", "use crate::{pipeline, solve}; fn f() { println!(\"x\"); std::env::args(); }"),
        ("main.rs", "fn main() { drydock::cli::run(std::env::args_os()); }"),
        ("pipeline/mod.rs", "use crate::{registry, testbed, effects, net};"),
        ("testbed/a/b.rs", "use super::super::server::Answer; const V: &str = env!(\"CARGO_PKG_VERSION\");"),
        ("net/tests.rs", &"x\n".repeat(2000)),
    ] {
        assert_eq!(of(path, text), Vec::<String>::new(), "{text:.200}");
    }
    // Tests still may not look upwards.
    assert_eq!(of("net/tests.rs", "use crate::pipeline::Plan;").len(), 1);
}
