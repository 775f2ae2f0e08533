//! `drydock build`.

use std::{fs, path::PathBuf, time::Duration};

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::{
    lock::Compression,
    pipeline::{
        options::{BuildOptions, Destination},
        report::{BuildReport, Outcome, ScriptletReport},
    },
};

use super::{
    Context, Environment, Error, Failure,
    args::{LockChoice, RecipeChoice, RepositoryArgs, SessionArgs},
    output,
    table::{Table, bytes, count, seconds},
};
use crate::pipeline;

/// Build a recipe's image for every architecture and send the index to its destinations.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  drydock build --kernel 4.18.0-305.40.1.el8_4 --base registry.access.redhat.com/ubi8/ubi@sha256:… --oci out
  drydock build my.toml --arch x86_64 --tag quay.io/me/toolkit:latest --push
  drydock build --locked --archive out.tar")]
pub(super) struct BuildArgs {
    #[command(flatten)]
    recipe: RecipeChoice,
    #[command(flatten)]
    repositories: RepositoryArgs,
    #[command(flatten)]
    lock: LockChoice,
    /// Build what the lock says and nothing else: a missing or stale lock is an error
    #[arg(long, help_heading = "Lock")]
    locked: bool,
    /// Run the scriptlets and triggers of packages, drydock's way: natively, over the image, never on the host. "skip" leaves
    /// out what they would have done, and the report says so
    #[arg(long, value_enum, value_name = "run|skip", default_value = "run", help_heading = "Scriptlets")]
    scriptlets: Scriptlets,
    /// End the build (exit code 4) where any scriptlet fails, is stopped, or calls a program that drydock does not know;
    /// without this they are warnings, as most are with rpm
    #[arg(long, help_heading = "Scriptlets")]
    strict_scriptlets: bool,
    /// Name of the index in a registry, in place of the recipe's (again and again; needs --push)
    #[arg(long = "tag", value_name = "REF", help_heading = "Destinations")]
    tags: Vec<String>,
    /// Push to every tag
    #[arg(long, help_heading = "Destinations")]
    push: bool,
    /// Write an OCI layout directory
    #[arg(long, value_name = "DIR", help_heading = "Destinations")]
    oci: Option<PathBuf>,
    /// Write an OCI layout into a tar file
    #[arg(long, alias = "oci-archive", value_name = "FILE", help_heading = "Destinations")]
    archive: Option<PathBuf>,
    /// Do nothing when every tag exists already
    #[arg(long, requires = "push", help_heading = "Destinations")]
    if_missing: bool,
    /// How new layers are compressed: gzip[:1..12] or zstd[:1..22] [default: the lock's, else gzip:6]
    #[arg(long, value_name = "CODEC[:LEVEL]", help_heading = "Destinations")]
    compression: Option<Compression>,
    /// Write the whole report, every scriptlet included, as JSON
    #[arg(long, value_name = "FILE.json", help_heading = "Output")]
    report: Option<PathBuf>,
    #[command(flatten)]
    session: SessionArgs,
}

/// What happens to scriptlets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Scriptlets {
    /// They run
    Run,
    /// They do not
    Skip,
}

/// The pipeline's report with what only a clock tells.
#[derive(Serialize)]
struct Timed<'a> {
    #[serde(flatten)]
    report: &'a BuildReport,
    seconds: f64,
}

pub(super) fn run(args: &BuildArgs, context: &Context<'_>) -> Result<(), Failure> {
    let options = args.options(context.environment)?;
    // Before the work rather than after the push.
    if let Some(path) = &args.report {
        output::check_writable(path).map_err(|source| Error::Write { path: path.clone(), source })?;
    }
    let report = pipeline::build(&options, context.progress.clone())?;
    context.progress.close();
    let elapsed = context.progress.elapsed();
    let timed = Timed { report: &report, seconds: elapsed.as_secs_f64() };
    if let Some(path) = &args.report {
        let write = |source| Error::Write { path: path.clone(), source };
        fs::write(path, output::json(&timed)).map_err(write)?;
    }
    context.output.result(&timed, || summary(&report, elapsed, &context.progress.stages()))?;
    Ok(())
}

impl BuildArgs {
    /// Flags as plain options.
    pub(super) fn options(&self, environment: &Environment) -> Result<BuildOptions, Failure> {
        if !self.tags.is_empty() && !self.push {
            return Err(Error::TagWithoutPush.into());
        }
        let tags = self.push.then_some(Destination::Tags);
        let layout = self.oci.clone().map(Destination::Layout);
        let archive = self.archive.clone().map(Destination::Archive);
        Ok(BuildOptions {
            session: self.session.with(&self.repositories, environment)?,
            recipe: self.recipe.options(&self.repositories, &self.tags)?,
            lock: self.lock.lock.clone(),
            locked: self.locked,
            compression: self.compression,
            scriptlets: self.scriptlets == Scriptlets::Run,
            strict_scriptlets: self.strict_scriptlets,
            destinations: [layout, archive, tags].into_iter().flatten().collect(),
            if_missing: self.if_missing,
        })
    }
}

/// The final table; its last line is the digest.
pub(super) fn summary(report: &BuildReport, elapsed: Duration, stages: &[(&'static str, Duration)]) -> String {
    if report.already_there {
        let digest = report.digest.map(|d| format!("{d}\n")).unwrap_or_default();
        return format!("every tag exists already\n{digest}");
    }
    let mut table = Table::new(&["ARCH", "LAYER", ">PACKAGES", ">ENTRIES", ">SIZE", ">UNPACKED"]);
    for arch in &report.arches {
        for layer in &arch.layers {
            table.row([
                arch.arch.to_string(),
                layer.name.clone(),
                layer.packages.to_string(),
                layer.entries.to_string(),
                bytes(layer.size),
                bytes(layer.unpacked),
            ]);
        }
    }
    let mut text = if table.is_empty() { String::new() } else { format!("{table}\n") };
    for arch in &report.arches {
        let size: u64 = arch.layers.iter().map(|l| l.size).sum();
        text += &format!(
            "{}: {} on {}, {} downloaded ({} from the cache), {} in new layers\n",
            arch.arch,
            count(arch.packages, "package"),
            arch.base,
            bytes(arch.package_bytes.saturating_sub(arch.cached_bytes)),
            bytes(arch.cached_bytes),
            bytes(size)
        );
        if !arch.missing.is_empty() {
            let specs = count(arch.missing.len() as u64, "optional package");
            text += &format!("{}: {specs} in no repository (--report names them)\n", arch.arch);
        }
    }
    text += &scriptlets(report.arches.iter().flat_map(|a| &a.scriptlets));
    if report.scriptlets_skipped {
        text += "no scriptlet was run (--scriptlets skip)\n";
    }
    for p in &report.published {
        text += &format!("{}: {} sent, {} there already\n", p.to, bytes(p.sent), bytes(p.reused));
    }
    let parts: Vec<String> = stages.iter().map(|(name, d)| format!("{name} {}", seconds(*d))).collect();
    let parts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
    text += &format!("{}{parts}\n", seconds(elapsed));
    report.digest.map_or(text.clone(), |digest| format!("{text}{digest}\n"))
}

/// A line of counts and one of unknown programs: nothing is silently skipped.
fn scriptlets<'a>(all: impl Iterator<Item = &'a ScriptletReport> + Clone) -> String {
    let of = |outcome| all.clone().filter(|s| s.outcome == outcome).count();
    let (not_run, failed, stopped) = (of(Outcome::NotRun), of(Outcome::Failed), of(Outcome::Stopped));
    let mut words = vec![format!("{} applied", of(Outcome::Applied)), format!("{} not needed", of(Outcome::NotNeeded))];
    let bad = [(not_run, "not run"), (failed, "failed"), (stopped, "stopped")];
    words.extend(bad.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")));
    let lost = match not_run + failed + stopped {
        0 => "",
        _ => ": what these would have done is not in the image, --report names them",
    };
    let mut unknown: Vec<&str> = all.clone().flat_map(|s| &s.unknown).map(|u| u.program.as_str()).collect();
    unknown.sort_unstable();
    unknown.dedup();
    match all.count() as u64 {
        0 => String::new(),
        n => {
            let line = format!("{}: {}{lost}\n", count(n, "scriptlet"), words.join(", "));
            match unknown.len() {
                0 => line,
                _ => {
                    format!("{line}programs that scriptlets called and drydock does not know: {}\n", unknown.join(", "))
                }
            }
        }
    }
}
