//! `drydock man`.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use clap::Args;
use clap_mangen::Man;

use super::{Context, Error, Failure, command};

/// Manual pages.
#[derive(Debug, Args)]
pub(super) struct ManArgs {
    /// Write drydock.1 and one page per verb here; without it, drydock's own page goes to stdout
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub(super) fn run(args: &ManArgs, context: &Context<'_>) -> Result<(), Failure> {
    let mut all = command();
    all.build();
    match &args.dir {
        None => context.output.write(&String::from_utf8_lossy(&page(&all)))?,
        Some(dir) => {
            fs::create_dir_all(dir).map_err(|source| Error::Write { path: dir.clone(), source })?;
            pages(&all, "drydock", dir)?;
        }
    }
    Ok(())
}

fn page(command: &clap::Command) -> Vec<u8> {
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page).expect("writing into memory succeeds");
    page
}

/// A page for the command and for each below it: `drydock-cache-du.1`.
fn pages(command: &clap::Command, name: &str, dir: &Path) -> Result<(), Error> {
    let path = dir.join(format!("{name}.1"));
    let write = || -> io::Result<()> { fs::File::create(&path)?.write_all(&page(&command.clone().display_name(name))) };
    write().map_err(|source| Error::Write { path: path.clone(), source })?;
    let below = command.get_subcommands().filter(|c| c.get_name() != "help");
    below.into_iter().try_for_each(|c| pages(c, &format!("{name}-{}", c.get_name()), dir))
}
