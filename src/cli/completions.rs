//! `drydock completions`.

use clap::Args;
use clap_complete::Shell;

use super::{Context, Failure, command};

/// Shell completions.
#[derive(Debug, Args)]
#[command(after_help = "Example: drydock completions bash > ~/.local/share/bash-completion/completions/drydock")]
pub(super) struct CompletionsArgs {
    /// For which shell
    shell: Shell,
}

pub(super) fn run(args: &CompletionsArgs, context: &Context<'_>) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "drydock", &mut script);
    context.output.write(&String::from_utf8_lossy(&script))?;
    Ok(())
}
