//! `grep`, `egrep`, `fgrep`, as GNU's.
//!
//! ```text
//! settings  the command line           matcher   which lines
//! walk      which files                search    one file: counting, printing, context
//! ```

mod matcher;
mod search;
mod settings;
#[cfg(test)]
mod tests;
mod walk;

use search::Search;
use settings::{Kind, Settings};

use crate::effects::process::{Process, Status};

/// Something was wrong: a bad expression, a file that cannot be read.
const TROUBLE: Status = Status(2);

/// `grep [OPTION]… PATTERNS [FILE]…`: 0 when a line was selected, 1 when none was, 2 on trouble.
pub(super) fn grep(process: &mut Process<'_, '_>) -> Status {
    run(process, Kind::Basic)
}

/// `grep -E`.
pub(super) fn egrep(process: &mut Process<'_, '_>) -> Status {
    run(process, Kind::Extended)
}

/// `grep -F`.
pub(super) fn fgrep(process: &mut Process<'_, '_>) -> Status {
    run(process, Kind::Fixed)
}

fn run(process: &mut Process<'_, '_>, kind: Kind) -> Status {
    let (settings, operands) = match Settings::read(process, kind) {
        Ok(settings) => settings,
        Err(status) => return status,
    };
    // GNU's way out where nothing can be selected: not even a count is written.
    if settings.most == Some(0) || settings.selects_nothing {
        return Status::FAILURE;
    }
    let mut search = Search::new(&settings);
    let trouble = walk::files(process, &settings, &operands, &mut search);
    if process.stage.budget.exhausted().is_some() {
        return Status::STOPPED;
    }
    match (search.selected, trouble) {
        (true, true) if settings.quiet => Status::SUCCESS,
        (_, true) => TROUBLE,
        (selected, false) => Status::from(selected),
    }
}
