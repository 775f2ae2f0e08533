//! What is only told: `--display`, `--list`, `--config`, how it is used.

use super::{
    FAILED, Outcome, Status,
    actions::Work,
    complain,
    options::number,
    state::{Mode, State},
};
use crate::effects::process::Process;

/// chkconfig's version that is followed.
pub(super) const VERSION: &str = "1.33";

const USAGE: &str =
    "usage: alternatives --install LINK NAME PATH PRIORITY [--follower LINK NAME PATH]… [--family FAMILY] \
     [--initscript SERVICE]
       alternatives --remove | --set NAME PATH
       alternatives --remove-all | --auto | --config | --display NAME
       alternatives --add-follower NAME PATH LINK NAME PATH
       alternatives --remove-follower NAME PATH NAME
       alternatives --list
with: --altdir DIR --admindir DIR --keep-missing --keep-foreign --test --verbose
";

/// How it is used, on standard output.
pub(super) fn usage(process: &mut Process<'_, '_>, complaint: Option<&str>, status: Status) -> Status {
    if let Some(complaint) = complaint {
        process.out(format!("{complaint}\n"));
    }
    process.out(USAGE);
    status
}

fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

impl Work<'_, '_, '_, '_> {
    /// `--display`.
    pub fn display(&mut self, name: &[u8]) -> Outcome {
        let state = self.known(name)?;
        let mode = if state.mode == Mode::Auto { "auto" } else { "manual" };
        let leads_to = state.leads_to.clone().unwrap_or_default();
        let mut out = format!("{} - status is {mode}.\n link currently points to {}\n", text(name), text(&leads_to));
        for choice in &state.choices {
            let family = choice.family.as_ref().map(|f| format!("family {} ", text(f))).unwrap_or_default();
            out += &format!("{} - {family}priority {}\n", text(&choice.path), choice.priority);
            for follower in &choice.followers {
                let path = follower.path.as_deref().unwrap_or(b"(null)");
                out += &format!(" follower {}: {}\n", text(&follower.name), text(path));
            }
        }
        out += &format!("Current `best' version is {}.\n", text(&state.choices[state.best].path));
        self.process.out(out);
        Ok(())
    }

    /// `--list`, in the order of names.
    pub fn list(&mut self) -> Outcome {
        let names = self.process.read_dir(&self.options.states).map_err(|_| FAILED)?;
        let width = names.iter().map(Vec::len).max().unwrap_or(0);
        for name in names {
            let state = self.known(&name)?;
            let mode = if state.mode == Mode::Auto { "auto  " } else { "manual" };
            let leads_to = state.leads_to.unwrap_or_default();
            self.process.out(format!("{:width$}\t{mode}\t{}\n", text(&name), text(&leads_to)));
        }
        Ok(())
    }

    /// `--config`: asks on standard input, which in a scriptlet has nothing to say.
    pub fn config(&mut self, name: &[u8]) -> Outcome {
        let mut state = self.known(name)?;
        let mut picked = state.current.and_then(|c| i64::try_from(c).ok()).unwrap_or(-1);
        loop {
            self.process.out(menu(&state, picked));
            let line = self.process.handle(0).read_line(self.process.stage).unwrap_or_default();
            if line.is_empty() {
                complain(self.process, &[b"\nerror reading choice"]);
                return Err(FAILED);
            }
            let line = &line[..line.len().min(199)];
            let (answer, rest) = number(line).map_or((None, line), |(n, rest)| (Some(n), rest));
            if let (Some(n), b"\n") = (answer, rest) {
                picked = i64::from(n) - 1;
            }
            let valid = usize::try_from(picked).ok().filter(|c| *c < state.choices.len());
            if let (b"\n", Some(valid)) = (rest, valid) {
                state.current = Some(valid);
                state.mode = Mode::Manual;
                return self.write(&mut state, true);
            }
            if !self.process.stage.budget.step() {
                return Err(FAILED);
            }
        }
    }
}

fn menu(state: &State, picked: i64) -> String {
    let n = state.choices.len();
    let programs = if n == 1 { "is 1 program that provides" } else { "are programs which provide" };
    let programs = programs.replace("are programs", &format!("are {n} programs"));
    let mut out = format!("\nThere {programs} '{}'.\n\n", text(&state.choices[0].name));
    out += "  Selection    Command\n-----------------------------------------------\n";
    for (i, choice) in state.choices.iter().enumerate() {
        let best = if i == state.best { '*' } else { ' ' };
        let current = if i64::try_from(i) == Ok(picked) { '+' } else { ' ' };
        let path = text(&choice.path);
        let shown = choice.family.as_ref().map_or_else(|| path.to_string(), |f| format!("{} ({path})", text(f)));
        out += &format!("{best}{current} {:<4}        {shown}\n", i + 1);
    }
    out + "\nEnter to keep the current selection[+], or type selection number: "
}
