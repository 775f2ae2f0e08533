//! `getopts`.

use super::{number, shown};
use crate::effects::{
    process::Status,
    shell::{
        run::{Ran, Shell},
        syntax::is_name,
        text::to_text,
    },
};

pub(super) fn builtin(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    let [_, letters, name, given @ ..] = args else {
        return Ok(shell.refuse("getopts", "usage: getopts optstring name [arg ...]", 2));
    };
    let name = to_text(name);
    if !is_name(&name) {
        return Ok(shell.refuse("getopts", &format!("`{name}': not a valid identifier"), 1));
    }
    let parameters = if given.is_empty() { shell.state.parameters.to_vec() } else { given.to_vec() };
    let silent = letters.first() == Some(&b':');
    let quiet = silent || shell.value("OPTERR").is_some_and(|v| v == b"0");
    let mut index = shell.value("OPTIND").and_then(|v| number::count(&v)).unwrap_or(1).max(1);
    let mut within = shell.state.option_at;

    let arg = parameters.get(index - 1);
    if within == 0 {
        let is_option = arg.is_some_and(|a| a.len() > 1 && a[0] == b'-');
        if !is_option || arg.is_some_and(|a| a == b"--") {
            index += usize::from(is_option);
            return finish(shell, &name, b"?", index, 0, None, Status::FAILURE);
        }
        within = 1;
    }
    let arg = arg.cloned().unwrap_or_default();
    let Some(&letter) = arg.get(within) else {
        return finish(shell, &name, b"?", index + 1, 0, None, Status::FAILURE);
    };
    within += 1;
    let is_last = within >= arg.len();
    let place = letters
        .iter()
        .skip(usize::from(silent))
        .position(|&l| l == letter && l != b':')
        .map(|at| at + usize::from(silent));
    let Some(place) = place else {
        let (index, within) = if is_last { (index + 1, 0) } else { (index, within) };
        if !quiet {
            shell.complain(&format!("illegal option -- {}", char::from(letter)));
        }
        let value = silent.then(|| vec![letter]);
        return finish(shell, &name, b"?", index, within, value, Status::SUCCESS);
    };
    if letters.get(place + 1) != Some(&b':') {
        let (index, within) = if is_last { (index + 1, 0) } else { (index, within) };
        return finish(shell, &name, &[letter], index, within, None, Status::SUCCESS);
    }
    if !is_last {
        let value = arg[within..].to_vec();
        return finish(shell, &name, &[letter], index + 1, 0, Some(value), Status::SUCCESS);
    }
    match parameters.get(index) {
        Some(value) => finish(shell, &name, &[letter], index + 2, 0, Some(value.clone()), Status::SUCCESS),
        None => {
            if !quiet {
                shell.complain(&format!("option requires an argument -- {}", shown(&[letter])));
            }
            let (result, value): (&[u8], _) = if silent { (b":", Some(vec![letter])) } else { (b"?", None) };
            finish(shell, &name, result, index + 1, 0, value, Status::SUCCESS)
        }
    }
}

/// Leaves what was found in the variables.
fn finish(
    shell: &mut Shell<'_, '_, '_>,
    name: &str,
    result: &[u8],
    index: usize,
    within: usize,
    value: Option<Vec<u8>>,
    status: Status,
) -> Ran {
    match value {
        Some(value) => shell.assign("OPTARG", None, value, false)?,
        None => drop(shell.unset("OPTARG", None)?),
    }
    shell.assign("OPTIND", None, index.to_string().into_bytes(), false)?;
    shell.state.option_at = within;
    shell.assign(name, None, result.to_vec(), false)?;
    Ok(status)
}
