//! `drydock diff`.

use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::{
    pipeline::{
        options::{DiffOptions, Section},
        report::{ArchDiff, ChangeKind, DiffReport, FileDiff, LayersDiff, Only, PackageDiff, ValueDiff},
    },
    terms::Arch,
};

use super::{
    Context, Failure,
    args::SessionArgs,
    table::{bytes, count},
};
use crate::pipeline;

/// Lines of a list before it is cut.
const SHORT: usize = 15;
/// Characters of a value before it is cut.
const WIDTH: usize = 72;

/// Compare two images: packages, files, config, annotations, layers. Exit code 1 if they differ.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit code 0: nothing that was compared differs; 1: something does; above: errors.

Example:
  drydock diff quay.io/example/driver-toolkit:old oci:out --only packages,files")]
pub(super) struct DiffArgs {
    /// REF, docker://REF, oci:DIR[:TAG] or oci-archive:FILE[:TAG]
    #[arg(value_name = "A")]
    a: String,
    /// The other one, likewise
    #[arg(value_name = "B")]
    b: String,
    /// These architectures only
    #[arg(long = "arch", value_name = "A,B", value_delimiter = ',', help_heading = "Comparing")]
    arches: Vec<Arch>,
    /// Compare only these parts [default: all]
    #[arg(long, value_name = "PART,…", value_enum, value_delimiter = ',', help_heading = "Comparing")]
    only: Vec<Part>,
    /// Compare times as well: of files, of the config
    #[arg(long, help_heading = "Comparing")]
    mtime: bool,
    /// Long lists in full, as with -v (JSON always has everything)
    #[arg(long, help_heading = "Output")]
    all: bool,
    #[command(flatten)]
    session: SessionArgs,
}

/// A part of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    Packages,
    Files,
    Config,
    Annotations,
    Layers,
}

impl From<Part> for Section {
    fn from(part: Part) -> Self {
        match part {
            Part::Packages => Self::Packages,
            Part::Files => Self::Files,
            Part::Config => Self::Config,
            Part::Annotations => Self::Annotations,
            Part::Layers => Self::Layers,
        }
    }
}

/// A difference is an answer, not an error: it has an exit code of its own and no report.
pub(super) fn run(args: DiffArgs, context: &Context<'_>) -> Result<ExitCode, Failure> {
    let limit = if args.all || context.verbose { usize::MAX } else { SHORT };
    let options = DiffOptions {
        session: args.session.options(context.environment)?,
        a: args.a,
        b: args.b,
        arches: args.arches,
        sections: args.only.into_iter().map(Section::from).collect(),
        times: args.mtime,
    };
    let report = pipeline::diff(&options, context.progress.clone())?;
    context.progress.close();
    context.output.result(&report, || summary(&report, limit))?;
    Ok(if report.equal { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// The answer as text; lists of more than `limit` lines are cut.
pub(super) fn summary(report: &DiffReport, limit: usize) -> String {
    let mut text = String::new();
    for (name, side) in [("A", &report.a), ("B", &report.b)] {
        text += &format!("{name} {} {}\n", side.image, side.digest);
    }
    if report.equal {
        let same = report.a.digest == report.b.digest;
        text += if same { "\nthe same image\n" } else { "\nno difference in what was compared\n" };
        return text;
    }
    if !report.index.is_empty() {
        text += "\nindex\n";
        text += &list(values(&report.index), limit, "  ");
    }
    for arch in &report.arches {
        text += &format!("\n{}", one(arch, limit));
    }
    text
}

fn one(arch: &ArchDiff, limit: usize) -> String {
    match arch.only_in {
        Some(only) => return format!("{}: only in {}\n", arch.arch, if only == Only::A { "A" } else { "B" }),
        None if arch.is_equal() => return format!("{}: no difference\n", arch.arch),
        None => {}
    }
    let mut text = format!("{}\n", arch.arch);
    let mut section = |title: String, lines: Vec<String>| {
        if !lines.is_empty() {
            text += &format!("  {title}\n{}", list(lines, limit, "    "));
        }
    };
    let packages = arch.packages.as_deref().unwrap_or_default();
    section(title("packages", packages.iter().map(|p| p.change)), packages.iter().map(package).collect());
    let files = arch.files.as_deref().unwrap_or_default();
    for (kind, word) in
        [(ChangeKind::Added, "added"), (ChangeKind::Removed, "removed"), (ChangeKind::Changed, "changed")]
    {
        let of_kind: Vec<&FileDiff> = files.iter().filter(|f| f.change == kind).collect();
        section(format!("files: {} {word}", of_kind.len()), topmost(&of_kind));
    }
    section("config".into(), values(arch.config.as_deref().unwrap_or_default()));
    section("annotations".into(), values(arch.annotations.as_deref().unwrap_or_default()));
    if let Some(layers) = arch.layers.as_ref().filter(|layers| !layers.is_equal()) {
        section(format!("layers: {} in common below", layers.common), self::layers(layers));
    }
    text
}

/// `packages: 3 added, 1 upgraded`.
fn title(what: &str, changes: impl Iterator<Item = ChangeKind>) -> String {
    let mut counts = std::collections::BTreeMap::new();
    changes.for_each(|change| *counts.entry(change).or_insert(0) += 1);
    let part = |(change, n): (&ChangeKind, &u64)| format!("{n} {}", word(*change));
    format!("{what}: {}", counts.iter().map(part).collect::<Vec<_>>().join(", "))
}

fn word(change: ChangeKind) -> &'static str {
    match change {
        ChangeKind::Added => "added",
        ChangeKind::Removed => "removed",
        ChangeKind::Changed => "changed",
        ChangeKind::Upgraded => "upgraded",
        ChangeKind::Downgraded => "downgraded",
        ChangeKind::Rebuilt => "rebuilt",
    }
}

fn package(diff: &PackageDiff) -> String {
    match (&diff.a, &diff.b) {
        (None, Some(b)) => format!("+ {b}"),
        (Some(a), None) => format!("- {a}"),
        (Some(a), Some(b)) if a == b => format!("~ {a} {}", word(diff.change)),
        (Some(a), Some(b)) if a.arch == b.arch => format!("~ {a} -> {} {}", b.evr, word(diff.change)),
        (Some(a), Some(b)) => format!("~ {a} -> {b} {}", word(diff.change)),
        (None, None) => String::new(),
    }
}

/// Lines for files that share a change. What came or went with its directory is counted there.
fn topmost(files: &[&FileDiff]) -> Vec<String> {
    let mut lines: Vec<(&FileDiff, u64)> = Vec::new();
    // Paths are sorted, yet `/a-b` stands between `/a` and `/a/b`: a stack of directories finds the one that counts.
    let mut open: Vec<usize> = Vec::new();
    for file in files {
        let below = |at: &usize| {
            let (top, _) = lines[*at];
            file.path.strip_prefix(&top.path).is_some_and(|rest| rest.starts_with('/'))
        };
        let above = if file.change == ChangeKind::Changed { None } else { open.iter().rposition(below) };
        match above {
            Some(at) => lines[open[at]].1 += 1,
            None => {
                open.retain(|at| file.path.starts_with(&lines[*at].0.path));
                if file.kind == "dir" {
                    open.push(lines.len());
                }
                lines.push((*file, 0));
            }
        }
    }
    lines.into_iter().map(|(file, below)| line(file, below)).collect()
}

fn line(file: &FileDiff, below: u64) -> String {
    let sign = match file.change {
        ChangeKind::Added => '+',
        ChangeKind::Removed => '-',
        _ => '~',
    };
    let slash = if file.kind == "dir" && file.path != "/" { "/" } else { "" };
    let tail = if below > 0 { format!(" and {} below", count(below, "path")) } else { String::new() };
    let resized = file.aspects.iter().any(|a| a.name == "size");
    let said: Vec<String> = file.aspects.iter().filter(|a| !(resized && a.name == "content")).map(aspect).collect();
    let aspects = if said.is_empty() { String::new() } else { format!("  {}", said.join(", ")) };
    format!("{sign} {}{slash}{tail}{aspects}", file.path)
}

fn aspect(value: &ValueDiff) -> String {
    match (value.name.as_str(), &value.a, &value.b) {
        ("content", ..) => "content".into(),
        (name, Some(a), Some(b)) => format!("{name} {} -> {}", short(a), short(b)),
        (name, None, b) => format!("{name} added {}", short(b.as_deref().unwrap_or_default())),
        (name, Some(a), None) => format!("{name} removed {}", short(a)),
    }
}

fn values(values: &[ValueDiff]) -> Vec<String> {
    let one = |value: &ValueDiff| {
        let name = short(&value.name);
        match (&value.a, &value.b) {
            (Some(a), Some(b)) => format!("~ {name}: {} -> {}", short(a), short(b)),
            (None, b) => format!("+ {name}: {}", short(b.as_deref().unwrap_or_default())),
            (Some(a), None) => format!("- {name}: {}", short(a)),
        }
    };
    values.iter().map(one).collect()
}

/// On one line, without control characters, cut.
fn short(value: &str) -> String {
    let mut text = String::new();
    for (n, c) in value.chars().enumerate() {
        if n == WIDTH {
            return text + "…";
        }
        if c.is_control() { text.extend(c.escape_default()) } else { text.push(c) }
    }
    text
}

fn layers(layers: &LayersDiff) -> Vec<String> {
    let side = |sign: char, list: &[pipeline::report::DiffLayer]| -> Vec<String> {
        list.iter().map(|l| format!("{sign} {} {} {}", l.number, l.digest, bytes(l.size))).collect()
    };
    [side('-', &layers.a), side('+', &layers.b)].concat()
}

/// Lines under an indent; of too many, the first and how many more there are.
fn list(lines: Vec<String>, limit: usize, indent: &str) -> String {
    let rest = lines.len().saturating_sub(limit);
    let mut text: String = lines.into_iter().take(limit).map(|line| format!("{indent}{line}\n")).collect();
    if rest > 0 {
        text += &format!("{indent}… and {rest} more (--all lists them)\n");
    }
    text
}
