//! `drydock lock`.

use clap::Args;

use crate::{
    lock::Compression,
    pipeline::{options::LockOptions, report::LockReport},
};

use super::{
    Context, Environment, Failure,
    args::{LockChoice, RecipeChoice, RepositoryArgs, SessionArgs},
    table::{bytes, count},
    versions,
};
use crate::pipeline;

/// Resolve a recipe and write drydock.lock.
#[derive(Debug, Args)]
pub(super) struct LockArgs {
    #[command(flatten)]
    recipe: RecipeChoice,
    #[command(flatten)]
    repositories: RepositoryArgs,
    #[command(flatten)]
    lock: LockChoice,
    /// How layers are to be compressed: gzip[:1..12] or zstd[:1..22] [default: the lock's, else gzip:6]
    #[arg(long, value_name = "CODEC[:LEVEL]", help_heading = "Lock")]
    compression: Option<Compression>,
    #[command(flatten)]
    session: SessionArgs,
}

pub(super) fn run(args: &LockArgs, context: &Context<'_>) -> Result<(), Failure> {
    let report = pipeline::lock(&args.options(context.environment)?, context.progress.clone())?;
    context.progress.close();
    context.output.result(&report, || summary(&report))?;
    Ok(())
}

impl LockArgs {
    /// Flags as plain options.
    pub(super) fn options(&self, environment: &Environment) -> Result<LockOptions, Failure> {
        Ok(LockOptions {
            session: self.session.with(&self.repositories, environment)?,
            recipe: self.recipe.options(&self.repositories, &[])?,
            lock: self.lock.lock.clone(),
            compression: self.compression,
        })
    }
}

fn summary(report: &LockReport) -> String {
    let mut text = String::new();
    for (arch, a) in &report.arches {
        text += &format!("{arch}: {}, {}\n", count(a.packages, "package"), bytes(a.package_bytes));
        if !a.missing.is_empty() {
            text += &format!("{arch}: in no repository: {}\n", a.missing.join(", "));
        }
    }
    text += &versions::told(&report.differences, &[]);
    let state = if report.changed { "written" } else { "up to date" };
    format!("{text}{} {state}\n", report.path.display())
}
