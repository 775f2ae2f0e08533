//! `drydock rhsm`.

use clap::{Args, Subcommand};

use crate::{
    pipeline::{
        options::RhsmReposOptions,
        report::{ContentRepository, RhsmRepos},
    },
    terms::Arch,
};

use super::{
    Context, Failure,
    args::{RhsmArgs, SessionArgs},
};
use crate::pipeline;

/// Red Hat subscriptions.
#[derive(Debug, Args)]
pub(super) struct RhsmVerbs {
    #[command(subcommand)]
    verb: RhsmVerb,
}

#[derive(Debug, Subcommand)]
enum RhsmVerb {
    /// List the repositories that the entitlement certificates grant, by label
    Repos(ReposArgs),
}

/// What to list.
#[derive(Debug, Args)]
struct ReposArgs {
    /// Only repositories for this architecture
    #[arg(long, value_name = "ARCH")]
    arch: Option<Arch>,
    /// Only enabled ones
    #[arg(long, conflicts_with = "list_disabled")]
    list_enabled: bool,
    /// Only disabled ones
    #[arg(long)]
    list_disabled: bool,
    #[command(flatten)]
    rhsm: RhsmArgs,
    #[command(flatten)]
    session: SessionArgs,
}

pub(super) fn run(args: RhsmVerbs, context: &Context<'_>) -> Result<(), Failure> {
    match args.verb {
        RhsmVerb::Repos(args) => repos(&args, context),
    }
}

fn repos(args: &ReposArgs, context: &Context<'_>) -> Result<(), Failure> {
    let enabled = (args.list_enabled || args.list_disabled).then_some(args.list_enabled);
    let session = args.session.entitled(&args.rhsm, context.environment)?;
    let report = pipeline::rhsm_repos(&RhsmReposOptions { session, arch: args.arch, enabled })?;
    context.progress.close();
    context.output.result(&report, || listing(&report, enabled.is_some() || args.arch.is_some()))?;
    Ok(())
}

/// As `subscription-manager repos` prints them; it has a file to speak of, and here are certificates.
fn listing(report: &RhsmRepos, chosen: bool) -> String {
    if report.repositories.is_empty() {
        return match chosen {
            true => "There were no available repositories matching the specified criteria.\n".into(),
            false => "This system has no repositories available through subscriptions.\n".into(),
        };
    }
    let line = "+----------------------------------------------------------+\n";
    let title = "    Available Repositories in the entitlement certificates\n";
    let one = |r: &ContentRepository| {
        let enabled = u8::from(r.enabled);
        let shown = |text: &str| text.chars().filter(|c| !c.is_control()).collect::<String>();
        let (id, name, url) = (shown(&r.id), shown(&r.name), shown(&r.url));
        format!("Repo ID:   {id}\nRepo Name: {name}\nRepo URL:  {url}\nEnabled:   {enabled}\n\n")
    };
    format!("{line}{title}{line}{}", report.repositories.iter().map(one).collect::<String>())
}
