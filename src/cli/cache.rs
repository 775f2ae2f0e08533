//! `drydock cache`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::pipeline::{options::CacheOptions, report::CacheReport};

use super::{
    Context, Failure,
    table::{Table, bytes},
};
use crate::pipeline;

/// The store of downloaded and derived files.
#[derive(Debug, Args)]
pub(super) struct CacheArgs {
    #[command(subcommand)]
    action: CacheAction,
    /// The store's directory [default: $DRYDOCK_CACHE, $XDG_CACHE_HOME/drydock or ~/.cache/drydock]
    #[arg(long, value_name = "DIR", global = true)]
    cache: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum CacheAction {
    /// How much it holds
    Du,
    /// Remove what no kept lock names
    Gc {
        /// Keep what this lock names (again and again); without any, everything goes
        #[arg(long, value_name = "LOCK")]
        keep: Vec<PathBuf>,
    },
}

pub(super) fn run(args: CacheArgs, context: &Context<'_>) -> Result<(), Failure> {
    let cache = context.environment.cache(args.cache.as_deref())?;
    let report = match args.action {
        CacheAction::Du => pipeline::cache_usage(&CacheOptions { cache, keep: vec![] })?,
        CacheAction::Gc { keep } => pipeline::cache_collect(&CacheOptions { cache, keep })?,
    };
    context.output.result(&report, || summary(&report))?;
    Ok(())
}

fn summary(report: &CacheReport) -> String {
    let mut table = Table::new(&["", ">FILES", ">SIZE"]);
    for kind in &report.kinds {
        table.row([kind.kind.clone(), kind.files.to_string(), bytes(kind.bytes)]);
    }
    format!("{}\n{table}", report.directory.display())
}
