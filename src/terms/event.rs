//! What happens during a command, told as values: `cli/` turns them into bars, JSON lines or nothing.

use serde::Serialize;

/// One thing that happened. Tagged by `event` in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Event {
    /// A stage begins; `total` units of work are known in advance, where they are.
    Started {
        /// The stage's name: `base`, `repos`, `resolve`, `fetch`, `install`, `pack`, `publish`.
        stage: &'static str,
        /// What is worked on: an arch, an image, a repository.
        subject: String,
        /// Bytes or items ahead, 0 when unknown.
        total: u64,
    },
    /// `amount` more of the stage's units are done.
    Advanced {
        /// The stage's name.
        stage: &'static str,
        /// As in `Started`.
        subject: String,
        /// Units done since the last such event.
        amount: u64,
    },
    /// The stage is done.
    Finished {
        /// The stage's name.
        stage: &'static str,
        /// As in `Started`.
        subject: String,
    },
    /// Something the user should know that stops nothing.
    Warning {
        /// One sentence.
        message: String,
    },
    /// Something worth a line.
    Note {
        /// One sentence.
        message: String,
    },
}

/// Where events go. Implementations must not block for long: workers call this.
pub trait Events: Send + Sync {
    /// Takes one event.
    fn event(&self, event: Event);
}

/// Drops every event: for tests and library users who do not care.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quiet;

impl Events for Quiet {
    fn event(&self, _: Event) {}
}
