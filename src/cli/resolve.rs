//! `drydock resolve`.

use std::path::PathBuf;

use clap::Args;

use crate::{
    pipeline::{
        options::{Installed, ResolveOptions},
        report::{ArchResolution, Resolution, ResolvedAction},
    },
    terms::Arch,
};

use super::{
    Context, Environment, Failure,
    args::{AdvisoryArgs, ModuleArgs, RepositoryArgs, SessionArgs},
    table::{Table, bytes, count},
    versions,
};
use crate::pipeline;

/// What would dnf install? Resolve specs against repositories.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  drydock resolve gcc make --repo baseos=https://…/$basearch/baseos/os --arch aarch64 --format json")]
pub(super) struct ResolveArgs {
    /// Names, name.arch, name-version, NEVRAs, globs, capabilities, file paths, @group, @module:stream/profile
    #[arg(required_unless_present = "problem", value_name = "SPEC")]
    specs: Vec<String>,
    /// Architectures: x86_64, aarch64, ppc64le, s390x; of several, how their versions differ is told
    #[arg(
        long = "arch",
        default_value = "x86_64",
        value_name = "A,B",
        value_delimiter = ',',
        help_heading = "Resolving"
    )]
    arches: Vec<Arch>,
    /// Ask for the same versions on all architectures, where they exist
    #[arg(long, help_heading = "Resolving")]
    same_versions: bool,
    /// Say what became of this package and why: a name, a full name, any spec (again and again)
    #[arg(long, value_name = "NEVRA|NAME", help_heading = "Resolving")]
    why: Vec<String>,
    /// Write all that the answer depends on to a file, for a bug report: metadata, base, request; no credentials
    #[arg(long, value_name = "FILE", help_heading = "Resolving")]
    save_problem: Option<PathBuf>,
    /// Solve a saved problem, without network, repositories or base
    #[arg(long, value_name = "FILE", help_heading = "Resolving",
          conflicts_with_all = ["specs", "base", "installed", "exclude", "include", "AdvisoryArgs", "weak", "no_best", "releasever", "repos", "repo_files",
                                "modules", "platform", "save_problem"])]
    problem: Option<PathBuf>,
    /// What is installed: the packages of this image
    #[arg(long, value_name = "IMAGE", conflicts_with = "installed", help_heading = "Resolving")]
    base: Option<String>,
    /// What is installed: every package of this repository
    #[arg(long, value_name = "REPO_URL", help_heading = "Resolving")]
    installed: Option<String>,
    /// Never take packages that match (again and again)
    #[arg(long, value_name = "GLOB", help_heading = "Resolving")]
    exclude: Vec<String>,
    /// See no packages but those that match (again and again)
    #[arg(long, value_name = "GLOB", help_heading = "Resolving")]
    include: Vec<String>,
    /// Take recommended packages too
    #[arg(long, help_heading = "Resolving")]
    weak: bool,
    /// Take an older version where the best one cannot be had
    #[arg(long, help_heading = "Resolving")]
    no_best: bool,
    /// What $releasever in repository URLs becomes
    #[arg(long, value_name = "VERSION", help_heading = "Resolving")]
    releasever: Option<String>,
    #[command(flatten)]
    modules: ModuleArgs,
    #[command(flatten)]
    advisories: AdvisoryArgs,
    #[command(flatten)]
    repositories: RepositoryArgs,
    #[command(flatten)]
    session: SessionArgs,
}

pub(super) fn run(args: &ResolveArgs, context: &Context<'_>) -> Result<(), Failure> {
    let resolution = pipeline::resolve(&args.options(context.environment)?, context.progress.clone())?;
    context.progress.close();
    context.output.result(&resolution, || summary(&resolution))?;
    Ok(())
}

impl ResolveArgs {
    /// Flags as plain options.
    pub(super) fn options(&self, environment: &Environment) -> Result<ResolveOptions, Failure> {
        let installed = match (&self.base, &self.installed) {
            (Some(image), _) => Installed::Image(image.clone()),
            (None, Some(url)) => Installed::Repository(url.clone()),
            (None, None) => Installed::Nothing,
        };
        Ok(ResolveOptions {
            session: self.session.with(&self.repositories, environment)?,
            specs: self.specs.clone(),
            repos: self.repositories.repos.clone(),
            repo_files: self.repositories.repo_files.clone(),
            arches: self.arches.clone(),
            installed,
            exclude: self.exclude.clone(),
            include: self.include.clone(),
            advisories: self.advisories.plan(),
            weak: self.weak,
            best: !self.no_best,
            releasever: self.releasever.clone(),
            modules: self.modules.modules.clone(),
            platform: self.modules.platform.clone(),
            same_versions: self.same_versions,
            why: self.why.clone(),
            save_problem: self.save_problem.clone(),
            problem: self.problem.clone(),
        })
    }
}

fn summary(resolution: &Resolution) -> String {
    if let Some(one) = &resolution.one {
        return transaction(one);
    }
    let arches = resolution.arches.iter().map(|(arch, a)| format!("{arch}:\n{}\n", transaction(a)));
    arches.collect::<String>() + &versions::told(&resolution.differences, &resolution.refused)
}

fn transaction(resolution: &ArchResolution) -> String {
    if !resolution.why.is_empty() {
        return resolution.why.iter().map(|account| format!("{account}\n")).collect();
    }
    let mut table = Table::new(&["ACTION", "PACKAGE", "REPOSITORY", ">SIZE", "REASON"]);
    let mut total = 0;
    for p in &resolution.packages {
        let action = match p.action {
            ResolvedAction::Install => "install",
            ResolvedAction::Upgrade => "upgrade",
            ResolvedAction::Remove => "remove",
        };
        total += p.size;
        table.row([action.into(), p.nevra.to_string(), p.repo.clone(), bytes(p.size), p.reason.clone()]);
    }
    if table.is_empty() {
        return "nothing to do\n".into();
    }
    format!("{table}\n{}, {}\n", count(resolution.packages.len() as u64, "package"), bytes(total))
}
