//! `drydock resolve`.

use clap::Args;

use crate::{
    pipeline::{
        options::{Installed, ResolveOptions},
        report::{Resolution, ResolvedAction},
    },
    terms::Arch,
};

use super::{
    Context, Environment, Failure,
    args::{AdvisoryArgs, ModuleArgs, RepositoryArgs, SessionArgs},
    table::{Table, bytes, count},
};
use crate::pipeline;

/// What would dnf install? Resolve specs against repositories.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  drydock resolve gcc make --repo baseos=https://…/$basearch/baseos/os --arch aarch64 --format json")]
pub(super) struct ResolveArgs {
    /// Names, name.arch, name-version, NEVRAs, globs, capabilities, file paths, @group, @module:stream/profile
    #[arg(required = true, value_name = "SPEC")]
    specs: Vec<String>,
    /// The architecture: x86_64, aarch64, ppc64le, s390x
    #[arg(long, default_value = "x86_64", value_name = "ARCH", help_heading = "Resolving")]
    arch: Arch,
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
            arch: self.arch,
            installed,
            exclude: self.exclude.clone(),
            include: self.include.clone(),
            advisories: self.advisories.plan(),
            weak: self.weak,
            best: !self.no_best,
            releasever: self.releasever.clone(),
            modules: self.modules.modules.clone(),
            platform: self.modules.platform.clone(),
        })
    }
}

fn summary(resolution: &Resolution) -> String {
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
