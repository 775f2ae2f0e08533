//! What a command can make end beside itself, and the messages.

use super::Shell;
use crate::effects::process::Status;

/// What goes on outwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Flow {
    /// `break`, so many loops.
    Break(u32),
    /// `continue`, in that many loops out.
    Continue(u32),
    /// `return`.
    Return(Status),
    /// The shell ends.
    Exit(Status),
    /// The line being run ends: an expansion failed.
    Discard(Status),
    /// Everything ends: the budget is used up.
    Stop,
}

impl Shell<'_, '_, '_> {
    /// Writes `NAME: line N: TEXT` to standard error.
    pub(in super::super) fn complain(&mut self, text: &str) {
        self.complain_bytes(text.as_bytes());
    }

    pub(in super::super) fn complain_bytes(&mut self, text: &[u8]) {
        let line = format!(": line {}: ", self.state.line);
        let message = [&self.state.name[..], line.as_bytes(), text, b"\n"].concat();
        let _ = self.process.handle(2).write(self.process.stage, &message);
    }

    /// A failing expansion: the line ends, in posix mode the shell.
    pub(in super::super) fn expansion_error(&mut self, text: &str) -> Flow {
        self.complain(text);
        self.state.status = Status::FAILURE;
        if self.state.options.posix { Flow::Exit(Status::FAILURE) } else { Flow::Discard(Status::FAILURE) }
    }

    /// A failure that ends the shell: `${x?}`, an unbound variable.
    pub(in super::super) fn fatal(&mut self, text: &str) -> Flow {
        self.complain(text);
        let status = if self.state.is_command_string { Status::NOT_FOUND } else { Status::FAILURE };
        self.state.status = status;
        Flow::Exit(status)
    }

    /// A builtin's complaint, with the status given back.
    pub(in super::super) fn refuse(&mut self, builtin: &str, text: &str, status: u8) -> Status {
        self.complain(&format!("{builtin}: {text}"));
        Status(status)
    }
}
