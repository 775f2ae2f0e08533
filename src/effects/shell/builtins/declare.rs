//! `declare`, `local`, `export`, `readonly` and `unset`.

use std::rc::Rc;

use super::{Letters, shown};
use crate::effects::{
    process::Status,
    shell::{
        run::{Flow, Ran, Shell, double_quoted},
        state::{Value, Variable},
        syntax::{is_name, split_assignment},
        text::to_text,
    },
};

/// What is to become of a variable.
#[derive(Clone, Copy, Debug, Default)]
struct Attributes {
    indexed: Option<bool>,
    associative: Option<bool>,
    exported: Option<bool>,
    readonly: Option<bool>,
    integer: Option<bool>,
    lower: Option<bool>,
    upper: Option<bool>,
    reference: Option<bool>,
}

impl Attributes {
    fn set(&mut self, letter: u8, on: bool) {
        let attribute = match letter {
            b'a' => &mut self.indexed,
            b'A' => &mut self.associative,
            b'x' => &mut self.exported,
            b'r' => &mut self.readonly,
            b'i' => &mut self.integer,
            b'l' => &mut self.lower,
            b'u' => &mut self.upper,
            b'n' => &mut self.reference,
            _ => return,
        };
        *attribute = Some(on);
    }

    /// What has to hold before a value is assigned.
    fn before(self, variable: &mut Variable) {
        for (wanted, flag) in [
            (self.integer, &mut variable.integer),
            (self.lower, &mut variable.lower),
            (self.upper, &mut variable.upper),
        ] {
            *flag = wanted.unwrap_or(*flag);
        }
        if self.associative == Some(true) && !matches!(variable.value, Value::Associative(_)) {
            variable.value = Value::Associative(Default::default());
        }
        if self.indexed == Some(true) && !variable.is_array() {
            let value = match std::mem::take(&mut variable.value) {
                Value::Scalar(value) => [(0, value)].into(),
                _ => Default::default(),
            };
            variable.value = Value::Indexed(value);
        }
    }

    /// What must come after.
    fn after(self, variable: &mut Variable) {
        variable.exported = self.exported.unwrap_or(variable.exported);
        variable.reference = self.reference.unwrap_or(variable.reference);
        variable.readonly |= self.readonly == Some(true);
    }
}

/// Gives names of arguments their values and attributes.
fn declare_all(
    shell: &mut Shell<'_, '_, '_>,
    builtin: &str,
    args: &[Vec<u8>],
    attributes: Attributes,
    local: bool,
) -> Ran {
    let mut status = Status::SUCCESS;
    for arg in args {
        shell.step()?;
        let text = to_text(arg);
        let (name, index, append, value) = match split_assignment(&text) {
            Some(split) => (split.name, split.index, split.append, Some(split.value)),
            None => {
                let (name, index) =
                    text.split_once('[').map_or((text.as_str(), None), |(n, i)| (n, i.strip_suffix(']')));
                (name, index.filter(|i| !i.is_empty()), false, None)
            }
        };
        if !is_name(name) {
            status = shell.refuse(builtin, &format!("`{text}': not a valid identifier"), 1);
            continue;
        }
        if local && shell.state.variables.get(name).is_some_and(|v| v.readonly) && !shell.state.variables.is_local(name)
        {
            status = shell.refuse(builtin, &format!("{name}: readonly variable"), 1);
            continue;
        }
        if local {
            shell.state.variables.hide(name);
        }
        let is_readonly = shell.state.variables.get(name).is_some_and(|v| v.readonly);
        let compound =
            shell.state.compound.iter().position(|(n, ..)| n == name).map(|at| shell.state.compound.remove(at));
        if is_readonly && (value.is_some() || compound.is_some() || attributes.readonly == Some(false)) {
            shell.complain(&format!("{builtin}: {name}: readonly variable"));
            status = Status::FAILURE;
            if shell.state.options.posix && matches!(builtin, "export" | "readonly") {
                return Err(Flow::Exit(status));
            }
            continue;
        }
        attributes.before(shell.state.variables.get_mut(name));
        if let Some((_, append, items)) = compound {
            shell.assign_array(name, append, items)?;
        } else if let Some(value) = value {
            let value = crate::effects::shell::text::to_bytes(value);
            if attributes.reference == Some(true) {
                shell.set(name, value);
            } else {
                shell.assign(name, index.map(str::as_bytes), value, append)?;
            }
        }
        attributes.after(shell.state.variables.get_mut(name));
    }
    Ok(status)
}

/// `declare` and `typeset`.
pub(super) fn declare(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    let builtin = shown(&args[0]);
    let mut letters = Letters { plus: true, ..Letters::new(args, "aAfFgiIlnrtuxp") };
    let (mut attributes, mut prints, mut functions, mut names_only, mut global) = Default::default();
    while let Some(option) = letters.next() {
        match option {
            Ok(given) => match given.letter {
                b'p' => prints = true,
                b'f' => functions = true,
                b'F' => (functions, names_only) = (true, true),
                b'g' => global = true,
                letter => Attributes::set(&mut attributes, letter, !given.off),
            },
            Err(message) => return Ok(shell.refuse(&builtin, &message, 2)),
        }
    }
    let rest = letters.rest();
    if functions {
        return functions_named(shell, rest, names_only);
    }
    if prints || (rest.is_empty() && args.len() > 1) {
        return print(shell, &builtin, rest, |v| matches(v, attributes));
    }
    if rest.is_empty() {
        return list(shell, &builtin);
    }
    let local = !global && shell.state.variables.in_function();
    declare_all(shell, &builtin, rest, attributes, local)
}

fn matches(variable: &Variable, wanted: Attributes) -> bool {
    let all = [
        (wanted.exported, variable.exported),
        (wanted.readonly, variable.readonly),
        (wanted.integer, variable.integer),
        (wanted.indexed, matches!(variable.value, Value::Indexed(_))),
        (wanted.associative, matches!(variable.value, Value::Associative(_))),
    ];
    all.iter().all(|(wanted, has)| *wanted != Some(true) || *has)
}

/// `-f` and `-F`: whether they are there. Bodies are not written out.
fn functions_named(shell: &mut Shell<'_, '_, '_>, names: &[Vec<u8>], names_only: bool) -> Ran {
    let functions = Rc::clone(&shell.state.functions);
    let mut out = Vec::new();
    if names.is_empty() {
        for name in functions.keys() {
            out.extend(format!("declare -f {name}\n").bytes());
        }
        return shell.output("declare", &out);
    }
    let mut status = Status::SUCCESS;
    for name in names {
        match functions.contains_key(&to_text(name)) {
            true if names_only => out.extend([&name[..], b"\n"].concat()),
            true => out.extend([&name[..], b" () \n"].concat()),
            false => status = Status::FAILURE,
        }
    }
    shell.output("declare", &out)?;
    Ok(status)
}

/// `-p`
fn print(shell: &mut Shell<'_, '_, '_>, builtin: &str, names: &[Vec<u8>], wanted: impl Fn(&Variable) -> bool) -> Ran {
    let mut status = Status::SUCCESS;
    let mut out = Vec::new();
    let names: Vec<String> = match names {
        [] => shell.state.variables.iter().filter(|(_, v)| wanted(v)).map(|(name, _)| name.clone()).collect(),
        names => names.iter().map(|n| to_text(n)).collect(),
    };
    for name in names {
        if shell.state.variables.get(&name).is_none() {
            status = shell.refuse(builtin, &format!("{name}: not found"), 1);
            continue;
        }
        out.extend(shell.declaration(&name, false));
        out.push(b'\n');
    }
    shell.output(builtin, &out)?;
    Ok(status)
}

/// Every variable as an assignment, as `set` shows them.
pub(super) fn list(shell: &mut Shell<'_, '_, '_>, builtin: &str) -> Ran {
    let names: Vec<String> =
        shell.state.variables.iter().filter(|(_, v)| v.value != Value::Unset).map(|(n, _)| n.clone()).collect();
    let mut out = Vec::new();
    for name in names {
        let line = match shell.state.variables.get(&name).map(|v| (v.is_array(), v.scalar().map(<[u8]>::to_vec))) {
            Some((false, Some(value))) => [name.as_bytes(), b"=", &super::names::quoted_value(&value)].concat(),
            _ => {
                let text = shell.declaration(&name, false);
                let start = text.windows(name.len()).position(|w| w == name.as_bytes()).unwrap_or(0);
                text[start..].to_vec()
            }
        };
        out.extend(line);
        out.push(b'\n');
    }
    shell.output(builtin, &out)
}

pub(super) fn local(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    if !shell.state.variables.in_function() {
        return Ok(shell.refuse("local", "can only be used in a function", 1));
    }
    let mut letters = Letters { plus: true, ..Letters::new(args, "aAfFgiIlnrtuxp") };
    let mut attributes = Attributes::default();
    while let Some(option) = letters.next() {
        match option {
            Ok(given) => attributes.set(given.letter, !given.off),
            Err(message) => return Ok(shell.refuse("local", &message, 2)),
        }
    }
    match letters.rest() {
        [] => {
            let names: Vec<Vec<u8>> = shell.state.variables.locals().into_iter().map(String::into_bytes).collect();
            if names.is_empty() { Ok(Status::SUCCESS) } else { print(shell, "local", &names, |_| true) }
        }
        // `local -`: the options are local; restored where the function ends.
        names => {
            let names: Vec<Vec<u8>> = names.iter().filter(|n| *n != b"-").cloned().collect();
            declare_all(shell, "local", &names, attributes, true)
        }
    }
}

pub(super) fn export(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    let mut letters = Letters::new(args, "fnp");
    let (mut off, mut functions, mut prints) = (false, false, false);
    while let Some(option) = letters.next() {
        match option.map(|given| given.letter) {
            Ok(b'n') => off = true,
            Ok(b'f') => functions = true,
            Ok(_) => prints = true,
            Err(message) => return Ok(shell.refuse("export", &message, 2)),
        }
    }
    let rest = letters.rest();
    if rest.is_empty() {
        let _ = prints;
        return marked(shell, "export", b'x', |v| v.exported);
    }
    if functions {
        let missing = rest.iter().find(|name| !shell.state.functions.contains_key(&to_text(name)));
        return match missing {
            Some(name) => Ok(shell.refuse("export", &format!("{}: not a function", shown(name)), 1)),
            None => Ok(Status::SUCCESS),
        };
    }
    declare_all(shell, "export", rest, Attributes { exported: Some(!off), ..Attributes::default() }, false)
}

/// What `export` and `readonly` show.
fn marked(shell: &mut Shell<'_, '_, '_>, builtin: &str, letter: u8, wanted: impl Fn(&Variable) -> bool) -> Ran {
    if !shell.state.options.posix {
        return print(shell, builtin, &[], wanted);
    }
    let _ = letter;
    let mut out = Vec::new();
    for (name, variable) in shell.state.variables.iter().filter(|(_, v)| wanted(v)) {
        let value = variable.scalar().map(|v| [b"=", &double_quoted(v)[..]].concat()).unwrap_or_default();
        out.extend([builtin.as_bytes(), b" ", name.as_bytes(), &value, b"\n"].concat());
    }
    shell.output(builtin, &out)
}

pub(super) fn readonly(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    let mut letters = Letters::new(args, "aAfp");
    let mut attributes = Attributes { readonly: Some(true), ..Attributes::default() };
    let mut functions = false;
    while let Some(option) = letters.next() {
        match option {
            Ok(given) if given.letter == b'f' => functions = true,
            Ok(given) => attributes.set(given.letter, true),
            Err(message) => return Ok(shell.refuse("readonly", &message, 2)),
        }
    }
    match letters.rest() {
        [] => marked(shell, "readonly", b'r', |v| v.readonly),
        _ if functions => Ok(Status::SUCCESS),
        names => declare_all(shell, "readonly", names, attributes, false),
    }
}

pub(super) fn unset(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    let mut letters = Letters::new(args, "vfn");
    let (mut variables, mut functions, mut references) = (false, false, false);
    while let Some(option) = letters.next() {
        match option.map(|given| given.letter) {
            Ok(b'v') => variables = true,
            Ok(b'f') => functions = true,
            Ok(_) => references = true,
            Err(message) => return Ok(shell.refuse("unset", &message, 2)),
        }
    }
    let mut status = Status::SUCCESS;
    for arg in letters.rest() {
        let text = to_text(arg);
        let (name, index) = text.split_once('[').map_or((text.as_str(), None), |(n, i)| (n, i.strip_suffix(']')));
        if functions || (!variables && index.is_none() && shell.state.variables.get(name).is_none()) {
            Rc::make_mut(&mut shell.state.functions).remove(&text);
            continue;
        }
        if !is_name(name) {
            status = shell.refuse("unset", &format!("`{text}': not a valid identifier"), 1);
            continue;
        }
        if references {
            shell.state.variables.remove(name);
        } else if !shell.unset(name, index.map(str::as_bytes))? {
            status = shell.refuse("unset", &format!("{name}: cannot unset: readonly variable"), 1);
        }
    }
    Ok(status)
}
