//! Simple commands: assignments, functions, builtins, programs.

use super::{Flow, Ran, Shell};
use crate::effects::{
    process::Status,
    shell::{
        builtins::{self, Builtin},
        state::{Items, Variable},
        syntax::{Argument, Assign, Assigned, Redirect, Word},
        text::to_text,
    },
};

/// What a name runs.
#[derive(Clone, Copy)]
enum Found {
    Function,
    Builtin(&'static Builtin),
    Program,
}

impl Shell<'_, '_, '_> {
    pub(super) fn simple(&mut self, assigns: &[Assign], words: &[Argument], redirects: &[Redirect]) -> Ran {
        self.state.substituted = None;
        let mut args = Vec::new();
        for word in words {
            match word {
                Argument::Word(word) => self.fields(word, &mut args)?,
                Argument::Assign(assign) => args.push(self.argument(assign)?),
            }
        }
        if args.is_empty() {
            return self.only_assignments(assigns, redirects);
        }
        self.trace(&args);
        let name = to_text(&args[0]);
        let found = self.lookup(&name);
        let special = matches!(&found, Found::Builtin(b) if b.special);
        if name == "exec" && matches!(found, Found::Builtin(_)) {
            return self.replace(assigns, &args, redirects);
        }
        let posix = self.state.options.posix;
        let saved = self.process.descriptors.clone();
        let result = match self.redirect(redirects) {
            Ok(true) => {
                match self.with_assignments(assigns, special && posix, |shell| shell.run(found, &name, &args)) {
                    // A special builtin that complains of its arguments ends a posix shell.
                    Ok(Status(2))
                        if special && posix && !matches!(name.as_str(), "eval" | "." | "source" | "return" | "set") =>
                    {
                        Err(Flow::Exit(Status(2)))
                    }
                    other => other,
                }
            }
            Ok(false) if special && posix => Err(Flow::Exit(Status::FAILURE)),
            Ok(false) => Ok(Status::FAILURE),
            Err(flow) => Err(flow),
        };
        self.process.descriptors = saved;
        self.state.compound.clear();
        result
    }

    /// Assignments alone: they stay. The status is that of the last command substitution.
    fn only_assignments(&mut self, assigns: &[Assign], redirects: &[Redirect]) -> Ran {
        if !redirects.is_empty() && !self.redirected(redirects, |_| Ok(Status::SUCCESS))?.success() {
            return Ok(Status::FAILURE);
        }
        for assign in assigns {
            self.perform(assign)?;
        }
        Ok(self.state.substituted.unwrap_or(Status::SUCCESS))
    }

    fn lookup(&self, name: &str) -> Found {
        let builtin = builtins::find(name);
        let special = builtin.filter(|b| b.special && self.state.options.posix);
        match (special, self.state.functions.contains_key(name), builtin) {
            (Some(builtin), ..) | (None, false, Some(builtin)) => Found::Builtin(builtin),
            (None, true, _) => Found::Function,
            (None, false, None) => Found::Program,
        }
    }

    fn run(&mut self, found: Found, name: &str, args: &[Vec<u8>]) -> Ran {
        match found {
            Found::Function => match self.state.functions.get(name).cloned() {
                Some(function) => self.call(&function, args),
                None => Ok(Status::NOT_FOUND),
            },
            Found::Builtin(builtin) => {
                self.steps(args.len())?;
                (builtin.run)(self, args)
            }
            Found::Program => self.execute(args),
        }
    }

    /// Runs arguments as a builtin or program, functions apart: `command`.
    pub(in super::super) fn run_without_functions(&mut self, args: &[Vec<u8>]) -> Ran {
        match builtins::find(&to_text(&args[0])) {
            Some(builtin) => (builtin.run)(self, args),
            None => self.execute(args),
        }
    }

    /// Runs a program of the image.
    pub(in super::super) fn execute(&mut self, args: &[Vec<u8>]) -> Ran {
        let name = &args[0];
        if self.process.search(name).is_none() {
            let why = if name.contains(&b'/') { &b": No such file or directory"[..] } else { b": command not found" };
            self.complain_bytes(&[&name[..], why].concat());
            return Ok(Status::NOT_FOUND);
        }
        let mut env = self.environment(&[]);
        if let Some(path) = self.process.env.get(&b"PATH"[..]) {
            env.entry(b"PATH".to_vec()).or_insert_with(|| path.clone());
        }
        let mut child = self.process.child(args.to_vec());
        child.env = env;
        let status = child.execute();
        if self.process.stage.budget.exhausted().is_some() { Err(Flow::Stop) } else { Ok(status) }
    }

    /// `exec`: redirections stay, and where a program is named, the shell ends with it.
    fn replace(&mut self, assigns: &[Assign], args: &[Vec<u8>], redirects: &[Redirect]) -> Ran {
        if !self.redirect(redirects)? {
            return if self.state.options.posix { Err(Flow::Exit(Status::FAILURE)) } else { Ok(Status::FAILURE) };
        }
        // What `<(…)` opened stays open, too.
        self.state.opened.clear();
        let Some(start) = exec_options(args) else {
            let text = format!("{}: invalid option", String::from_utf8_lossy(&args[1]));
            return Ok(self.refuse("exec", &text, 2));
        };
        if start == args.len() {
            for assign in assigns {
                self.perform(assign)?;
            }
            return Ok(Status::SUCCESS);
        }
        if self.process.search(&args[start]).is_none() {
            let shown = String::from_utf8_lossy(&args[start]).into_owned();
            self.complain(&format!("exec: {shown}: not found"));
            return Err(Flow::Exit(Status::NOT_FOUND));
        }
        let status = self.with_assignments(assigns, false, |shell| shell.execute(&args[start..]))?;
        self.state.traps.clear();
        Err(Flow::Exit(status))
    }

    /// Runs something with variables that are exported, and gone afterwards unless they stay.
    fn with_assignments(&mut self, assigns: &[Assign], stay: bool, work: impl FnOnce(&mut Self) -> Ran) -> Ran {
        if assigns.is_empty() {
            return work(self);
        }
        let mut before: Vec<(&str, Option<Variable>)> = Vec::new();
        for assign in assigns {
            before.push((&assign.name, self.state.variables.get(&assign.name).cloned()));
            let readonly = self.state.variables.get(&assign.name).is_some_and(|v| v.readonly);
            if readonly && !self.state.options.posix {
                // bash complains, and runs the command without.
                self.complain(&format!("{}: readonly variable", assign.name));
                continue;
            }
            self.perform(assign)?;
            if !stay && assign.index.is_none() {
                self.state.variables.get_mut(&assign.name).exported = true;
            }
        }
        let result = work(self);
        if !stay {
            for (name, variable) in before.into_iter().rev() {
                match variable {
                    Some(variable) => *self.state.variables.get_mut(name) = variable,
                    None => drop(self.state.variables.remove(name)),
                }
            }
            self.search_path_changed();
        }
        result
    }

    /// Makes one assignment.
    pub(super) fn perform(&mut self, assign: &Assign) -> Result<(), Flow> {
        let index = assign.index.as_ref().map(|i| self.text(i)).transpose()?;
        match &assign.value {
            Assigned::Scalar(word) => {
                let value = self.text(word)?;
                self.trace_assign(&assign.name, &value, assign.append);
                self.assign(&assign.name, index.as_deref(), value, assign.append)
            }
            Assigned::Array(items) => {
                let items = self.items(items)?;
                self.assign_array(&assign.name, assign.append, items)
            }
        }
    }

    /// The items of `(…)`.
    fn items(&mut self, items: &[(Option<Word>, bool, Word)]) -> Result<Items, Flow> {
        let mut out = Vec::new();
        for (index, append, word) in items {
            match index {
                Some(index) => out.push((Some(self.text(index)?), *append, self.text(word)?)),
                None => {
                    let mut values = Vec::new();
                    self.fields(word, &mut values)?;
                    out.extend(values.into_iter().map(|value| (None, false, value)));
                }
            }
        }
        Ok(out)
    }

    /// An assignment as an argument of `declare` and its kind: `name=value`, or the name with an array put aside.
    fn argument(&mut self, assign: &Assign) -> Result<Vec<u8>, Flow> {
        let sign: &[u8] = if assign.append { b"+=" } else { b"=" };
        match &assign.value {
            Assigned::Scalar(word) => {
                let index = match &assign.index {
                    Some(index) => [b"[", &self.text(index)?[..], b"]"].concat(),
                    None => Vec::new(),
                };
                let value = self.text(word)?;
                Ok([assign.name.as_bytes(), &index, sign, &value].concat())
            }
            Assigned::Array(items) => {
                let items = self.items(items)?;
                self.state.compound.push((assign.name.clone(), assign.append, items));
                Ok(assign.name.clone().into_bytes())
            }
        }
    }
}

/// Where the program of `exec` begins; none for an option it does not have. The name by `-a` changes nothing here.
fn exec_options(args: &[Vec<u8>]) -> Option<usize> {
    let mut at = 1;
    while let Some(arg) = args.get(at) {
        match arg.as_slice() {
            b"--" => return Some(at + 1),
            b"-c" | b"-l" | b"-cl" => {}
            b"-a" => at += 1,
            [b'-', _, ..] => return None,
            _ => break,
        }
        at += 1;
    }
    Some(at.min(args.len()))
}
