//! `drydock demo`.

use std::{num::NonZeroUsize, path::PathBuf};

use clap::Args;

use crate::pipeline::options::DemoOptions;

use super::{Context, Failure, build};
use crate::pipeline;

/// The whole trip in one process: made-up packages, an entitled CDN with mutual TLS, a registry; two architectures. Same
/// digest every time and on every machine.
#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// Where the OCI layout goes
    #[arg(long, value_name = "DIR", default_value = "drydock-demo")]
    oci: PathBuf,
    /// Worker threads [default: the machine's]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

pub(super) fn run(args: DemoArgs, context: &Context<'_>) -> Result<(), Failure> {
    let jobs = args.jobs.unwrap_or_else(|| context.environment.jobs());
    let report = pipeline::demo(&DemoOptions { directory: args.oci, jobs }, context.progress.clone())?;
    context.progress.close();
    context
        .output
        .result(&report, || build::summary(&report.build, context.progress.elapsed(), &context.progress.stages()))?;
    Ok(())
}
