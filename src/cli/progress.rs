//! Events on stderr: bars, JSON lines or warnings alone; and the clock that times the stages.

use std::{
    collections::BTreeMap,
    io::{self, Write as _},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use crate::terms::{Event, Events};

use super::{
    Environment,
    args::{GlobalArgs, ProgressMode},
};

/// Stages that wait for the network are seen to be alive.
const TICK: Duration = Duration::from_millis(120);

/// A JSON reader needs no more than this to draw a curve.
const JSON_INTERVAL: Duration = Duration::from_secs(1);

/// Where a command's events go.
pub(super) struct Progress {
    started: Instant,
    state: Mutex<State>,
}

struct State {
    display: Display,
    running: BTreeMap<(&'static str, String), Running>,
    /// Wall time from each stage's first start to its last end, in the order of first starts.
    stages: Vec<(&'static str, Instant, Instant)>,
}

/// A stage at work on a subject.
struct Running {
    since: Instant,
    told: Instant,
    untold: u64,
    bar: Option<ProgressBar>,
}

enum Display {
    Bars(MultiProgress),
    Json,
    /// Warnings alone.
    None,
    Quiet,
}

impl Progress {
    /// As flags and terminal say.
    pub(super) fn new(global: &GlobalArgs, environment: &Environment) -> Self {
        let terminal = environment.has_terminal();
        let display = match global.progress {
            _ if global.quiet => Display::Quiet,
            ProgressMode::None => Display::None,
            ProgressMode::Json => Display::Json,
            // The log would tear bars apart.
            ProgressMode::Auto if !terminal || global.verbose > 0 => Display::Json,
            ProgressMode::Auto | ProgressMode::Bar => {
                let target =
                    if terminal { ProgressDrawTarget::stderr_with_hz(10) } else { ProgressDrawTarget::hidden() };
                Display::Bars(MultiProgress::with_draw_target(target))
            }
        };
        let state = State { display, running: BTreeMap::new(), stages: vec![] };
        Self { started: Instant::now(), state: Mutex::new(state) }
    }

    /// A worker that panicked while telling something leaves nothing half-told that matters.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes bars off the screen, before results or errors are written.
    pub(super) fn close(&self) {
        let state = self.state();
        if let Display::Bars(bars) = &state.display {
            let _ = bars.clear();
        }
    }

    /// Time since the command began.
    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Wall time per stage, in the order in which they began. Stages overlap, so they add up to more than the whole.
    pub(super) fn stages(&self) -> Vec<(&'static str, Duration)> {
        self.state().stages.iter().map(|(name, from, to)| (*name, to.duration_since(*from))).collect()
    }
}

impl Events for Progress {
    fn event(&self, event: Event) {
        let mut state = self.state();
        let now = Instant::now();
        match event {
            Event::Started { stage, subject, total } => state.start(stage, subject, total, now),
            Event::Advanced { stage, subject, amount } => state.advance(stage, subject, amount, now),
            Event::Finished { stage, subject } => state.finish(stage, &subject, now),
            Event::Warning { message } => state.say("warning", &message),
            Event::Note { message } => state.say("note", &message),
        }
    }
}

impl State {
    fn start(&mut self, stage: &'static str, subject: String, total: u64, now: Instant) {
        if !self.stages.iter().any(|(name, ..)| *name == stage) {
            self.stages.push((stage, now, now));
        }
        let bar = match &self.display {
            Display::Bars(bars) => Some(bars.add(bar(stage, &subject, total))),
            Display::Json => {
                self.line(&Event::Started { stage, subject: subject.clone(), total });
                None
            }
            Display::None | Display::Quiet => None,
        };
        self.running.insert((stage, subject), Running { since: now, told: now, untold: 0, bar });
    }

    fn advance(&mut self, stage: &'static str, subject: String, amount: u64, now: Instant) {
        let json = matches!(self.display, Display::Json);
        // Workers know their stage, not always what it is for: then it is what the stage works on now.
        let known = self.running.contains_key(&(stage, subject.clone()));
        let current = || self.running.keys().find(|(s, _)| *s == stage).map(|(_, subject)| subject.clone());
        let Some(subject) = known.then_some(subject).or_else(current) else { return };
        let Some(running) = self.running.get_mut(&(stage, subject.clone())) else { return };
        if let Some(bar) = &running.bar {
            bar.inc(amount);
        }
        running.untold += amount;
        if json && now.duration_since(running.told) >= JSON_INTERVAL {
            running.told = now;
            let amount = std::mem::take(&mut running.untold);
            self.line(&Event::Advanced { stage, subject, amount });
        }
    }

    fn finish(&mut self, stage: &'static str, subject: &str, now: Instant) {
        if let Some(entry) = self.stages.iter_mut().find(|(name, ..)| *name == stage) {
            entry.2 = now;
        }
        let Some(running) = self.running.remove(&(stage, subject.to_owned())) else { return };
        if let Some(bar) = running.bar {
            bar.finish_and_clear();
        }
        if matches!(self.display, Display::Json) {
            if running.untold > 0 {
                self.line(&Event::Advanced { stage, subject: subject.to_owned(), amount: running.untold });
            }
            let milliseconds = u64::try_from(now.duration_since(running.since).as_millis()).unwrap_or(u64::MAX);
            self.line(
                &json!({ "event": "finished", "stage": stage, "subject": subject, "milliseconds": milliseconds }),
            );
        }
    }

    fn say(&mut self, kind: &str, message: &str) {
        match &self.display {
            // With bars hidden (no terminal) indicatif drops lines, and these are for somebody.
            Display::Bars(bars) if bars.is_hidden() => to_stderr(&format!("{kind}: {message}")),
            Display::Bars(bars) => {
                let _ = bars.println(format!("{kind}: {message}"));
            }
            Display::Json => self.line(&json!({ "event": kind, "message": message })),
            Display::None if kind == "warning" => to_stderr(&format!("{kind}: {message}")),
            Display::None | Display::Quiet => {}
        }
    }

    /// One JSON line, where such are wanted.
    fn line(&self, value: &impl serde::Serialize) {
        if let (Display::Json, Ok(text)) = (&self.display, serde_json::to_string(value)) {
            to_stderr(&text);
        }
    }
}

/// A closed stderr stops no build.
fn to_stderr(line: &str) {
    let _ = io::stderr().lock().write_all(format!("{line}\n").as_bytes());
}

/// Bytes for stages that move bytes, items for the others, a spinner where nobody knows how many.
fn bar(stage: &'static str, subject: &str, total: u64) -> ProgressBar {
    let template = match (stage, total) {
        (_, 0) => "{prefix:>8} {spinner} {wide_msg} {elapsed}",
        ("repos" | "resolve" | "install", _) => "{prefix:>8} [{bar:24}] {wide_msg} {human_pos}/{human_len} {elapsed}",
        _ => "{prefix:>8} [{bar:24}] {wide_msg} {bytes}/{total_bytes} {bytes_per_sec} {elapsed}",
    };
    let style = ProgressStyle::with_template(template).expect("the template is ours").progress_chars("=> ");
    let bar = ProgressBar::new(total).with_style(style).with_prefix(stage).with_message(subject.to_owned());
    bar.enable_steady_tick(TICK);
    bar
}
