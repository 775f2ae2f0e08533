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
    Context, Error, Failure,
    args::SessionArgs,
    subscription::{RegistrationArgs, RhsmArgs},
    table::count,
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
    /// Register a consumer that stays until it is unregistered; builds use its certificates by themselves
    Register(RegisterArgs),
    /// Remove the consumer that `register` made, or one that a build left behind
    Unregister(UnregisterArgs),
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

/// Whom to register.
#[derive(Debug, Args)]
struct RegisterArgs {
    #[command(flatten)]
    registration: RegistrationArgs,
    #[command(flatten)]
    rhsm: RhsmArgs,
    #[command(flatten)]
    session: SessionArgs,
}

/// Whom to remove.
#[derive(Debug, Args)]
struct UnregisterArgs {
    /// The consumer's UUID, as a message said it [default: every one registered from here]
    #[arg(value_name = "UUID")]
    uuid: Option<String>,
    #[command(flatten)]
    session: SessionArgs,
}

pub(super) fn run(args: RhsmVerbs, context: &Context<'_>) -> Result<(), Failure> {
    match args.verb {
        RhsmVerb::Register(args) => register(&args, context),
        RhsmVerb::Unregister(args) => unregister(&args, context),
        RhsmVerb::Repos(args) => repos(&args, context),
    }
}

fn register(args: &RegisterArgs, context: &Context<'_>) -> Result<(), Failure> {
    let registration = args.registration.options(context.environment)?.ok_or(Error::NoOrganisation)?;
    let session = args.session.registering(&args.registration, &args.rhsm, context.environment)?;
    let report = pipeline::rhsm_register(&session, &registration, context.progress.clone())?;
    context.progress.close();
    context.output.result(&report, || {
        let certificates = count(report.certificates.len() as u64, "entitlement certificate");
        format!("registered with {}, {certificates}\n{}\n", report.service, report.uuid)
    })?;
    Ok(())
}

fn unregister(args: &UnregisterArgs, context: &Context<'_>) -> Result<(), Failure> {
    let session = args.session.options(context.environment)?;
    let report = pipeline::rhsm_unregister(&session, args.uuid.as_deref(), context.progress.clone())?;
    context.progress.close();
    let line = |uuid: &String| format!("unregistered {uuid}\n");
    context.output.result(&report, || report.uuids.iter().map(line).collect())?;
    Ok(())
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
