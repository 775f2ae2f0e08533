//! `drydock inspect`.

use clap::Args;

use crate::{
    pipeline::{
        options::InspectOptions,
        report::{InspectReport, InspectedArch, InspectedScriptlet},
    },
    terms::Arch,
};

use super::{
    Context, Failure,
    args::SessionArgs,
    table::{Table, bytes, count},
};
use crate::pipeline;

/// What is in an image: platforms, layers, labels, packages, scriptlets.
#[derive(Debug, Args)]
pub(super) struct InspectArgs {
    /// REF, docker://REF, oci:DIR[:TAG] or oci-archive:FILE[:TAG]
    image: String,
    /// Of an index, these architectures only
    #[arg(long = "arch", value_name = "A,B", value_delimiter = ',')]
    arches: Vec<Arch>,
    /// List the packages of its rpmdb
    #[arg(long)]
    packages: bool,
    /// List the scriptlets and triggers of those packages, and what became of each when drydock built the image
    #[arg(long)]
    scriptlets: bool,
    #[command(flatten)]
    session: SessionArgs,
}

pub(super) fn run(args: InspectArgs, context: &Context<'_>) -> Result<(), Failure> {
    let options = InspectOptions {
        session: args.session.options(context.environment)?,
        image: args.image,
        arches: args.arches,
        packages: args.packages,
        scriptlets: args.scriptlets,
    };
    let report = pipeline::inspect(&options, context.progress.clone())?;
    context.progress.close();
    context.output.result(&report, || summary(&report))?;
    Ok(())
}

fn summary(report: &InspectReport) -> String {
    let mut text = format!("{}\n{}\n{}\n", report.image, report.digest, report.media_type);
    for (key, value) in &report.annotations {
        text += &format!("  {key}={value}\n");
    }
    for arch in &report.arches {
        text += &format!("\n{}", one(arch));
    }
    text
}

fn one(arch: &InspectedArch) -> String {
    let mut text = format!("{} {}\n", arch.platform, arch.manifest);
    for (name, value) in [("created", &arch.created), ("user", &arch.user)] {
        if let Some(value) = value.as_ref().filter(|v| !v.is_empty()) {
            text += &format!("  {name} {value}\n");
        }
    }
    for (key, value) in &arch.labels {
        text += &format!("  {key}={value}\n");
    }
    for variable in &arch.env {
        text += &format!("  env {variable}\n");
    }
    let mut table = Table::new(&["  LAYER", ">SIZE", "FROM"]);
    for layer in &arch.layers {
        let from: String = layer.created_by.as_deref().unwrap_or_default().chars().take(60).collect();
        table.row([format!("  {}", layer.digest), bytes(layer.size), from]);
    }
    text += &table.to_string();
    if let Some(packages) = &arch.packages {
        text += &format!("  {}\n", count(packages.len() as u64, "package"));
        for nevra in packages {
            text += &format!("  {nevra}\n");
        }
    }
    if let Some(scriptlets) = &arch.scriptlets {
        text += &self::scriptlets(scriptlets);
    }
    if arch.scriptlets_skipped {
        text += "  no scriptlet was run (--scriptlets skip)\n";
    }
    text
}

fn scriptlets(list: &[InspectedScriptlet]) -> String {
    let mut table = Table::new(&["  PACKAGE", "SCRIPTLET", "OUTCOME", "PROGRAM", "FIRST LINE"]);
    for s in list {
        let on = if s.on.is_empty() { String::new() } else { format!("[{}] ", s.on.join(" ")) };
        let outcome: String = s.outcome.iter().flat_map(|o| o.chars()).filter(|c| !c.is_control()).take(80).collect();
        let line: String = format!("{on}{}", s.line).chars().filter(|c| !c.is_control()).take(80).collect();
        table.row([format!("  {}", s.package), s.kind.to_owned(), outcome, s.program.clone(), line]);
    }
    let total = format!("  {}\n", count(list.len() as u64, "scriptlet"));
    if table.is_empty() { total } else { format!("{total}{table}") }
}
