//! Read the environment, run, exit code. Nothing process-wide needs to be set up first: output depends on no locale, no
//! time zone and no umask, and a closed pipe arrives as a write error (Rust ignores SIGPIPE), which `cli` takes quietly.

use std::process::ExitCode;

use drydock::cli::{Environment, run};

fn main() -> ExitCode {
    run(std::env::args_os(), &Environment::read())
}
