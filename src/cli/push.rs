//! `drydock push`.

use clap::Args;

use crate::pipeline::options::PushOptions;

use super::{Context, Failure, args::SessionArgs, table::bytes};
use crate::pipeline;

/// Copy an image between registries, OCI layouts and archives.
#[derive(Debug, Args)]
pub(super) struct PushArgs {
    /// What to copy: REF, docker://REF, oci:DIR[:TAG] or oci-archive:FILE[:TAG]
    #[arg(value_name = "IMAGE")]
    from: String,
    /// Where to: the same forms
    #[arg(value_name = "REF")]
    to: String,
    #[command(flatten)]
    session: SessionArgs,
}

pub(super) fn run(args: PushArgs, context: &Context<'_>) -> Result<(), Failure> {
    let session = args.session.options(context.environment)?;
    let report = pipeline::push(&PushOptions { session, from: args.from, to: args.to }, context.progress.clone())?;
    context.progress.close();
    context.output.result(&report, || {
        let p = &report.published;
        format!("{}: {} sent, {} there already\n{}\n", p.to, bytes(p.sent), bytes(p.reused), p.digest)
    })?;
    Ok(())
}
