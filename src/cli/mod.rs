//! The command line: the only code that prints, reads the environment or a clock, or knows clap.
//!
//! Each verb has a file that turns flags into one call of [`crate::pipeline`] and its answer into text or JSON. Results go
//! to stdout, progress and log to stderr, and the exit code is the error's class (see [`crate::terms::Class`]). A verb that
//! starts making decisions has something that wants to move down.

mod args;
mod build;
mod cache;
mod completions;
mod demo;
mod diff;
mod environment;
mod error;
mod inspect;
mod lock;
mod man;
mod output;
mod progress;
mod push;
mod recipe;
mod report;
mod resolve;
mod rhsm;
mod subscription;
mod table;
mod versions;

#[cfg(test)]
mod tests;

use std::{ffi::OsString, panic::AssertUnwindSafe, process::ExitCode, sync::Arc};

use clap::{CommandFactory as _, FromArgMatches as _};

use args::{Cli, Command};
pub use environment::Environment;
use error::{Error, Failure};
use output::Output;
use progress::Progress;

/// Everything a verb needs besides its own flags.
struct Context<'a> {
    environment: &'a Environment,
    output: &'a Output,
    progress: &'a Arc<Progress>,
    /// Whether `-v` was given: long answers in full.
    verbose: bool,
}

/// Parses, runs, reports; gives the exit code. `arguments` begins with the program's name.
pub fn run(arguments: impl IntoIterator<Item = OsString>, environment: &Environment) -> ExitCode {
    let matches = match command().try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(e) => {
            // Help and version are answers (exit code 0), the rest are refusals (2). A closed pipe is nobody's error.
            let _ = e.print();
            return ExitCode::from(u8::try_from(e.exit_code()).unwrap_or(2));
        }
    };
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(e) => {
            let _ = e.print();
            return ExitCode::from(2);
        }
    };
    let output = Output::new(cli.global.format);
    environment.start_log(cli.global.verbose, cli.global.quiet);
    let progress = Arc::new(Progress::new(&cli.global, environment));
    let verbose = cli.global.verbose > 0;
    let context = Context { environment, output: &output, progress: &progress, verbose };
    // A worker's panic arrives here too: it becomes an error with an exit code of ours.
    let result = std::panic::catch_unwind(AssertUnwindSafe(|| dispatch(cli.command, &context)));
    progress.close();
    match result {
        Ok(Ok(code)) => code,
        Ok(Err(failure)) => report::failure(&failure, &output, environment),
        Err(_) => report::failure(&Error::Panicked.into(), &output, environment),
    }
}

/// Runs a verb. All but one succeed or fail; `diff` has an answer that is neither.
fn dispatch(command: Command, context: &Context<'_>) -> Result<ExitCode, Failure> {
    match command {
        Command::Diff(args) => return diff::run(args, context),
        Command::Build(args) => build::run(&args, context),
        Command::Lock(args) => lock::run(&args, context),
        Command::Resolve(args) => resolve::run(&args, context),
        Command::Inspect(args) => inspect::run(args, context),
        Command::Rhsm(args) => rhsm::run(args, context),
        Command::Push(args) => push::run(args, context),
        Command::Cache(args) => cache::run(args, context),
        Command::Recipe(args) => recipe::run(args, context),
        Command::Demo(args) => demo::run(args, context),
        Command::Completions(args) => completions::run(&args, context),
        Command::Man(args) => man::run(&args, context),
    }?;
    Ok(ExitCode::SUCCESS)
}

/// The clap command, for parsing, completions and manual pages alike.
fn command() -> clap::Command {
    Cli::command()
}
