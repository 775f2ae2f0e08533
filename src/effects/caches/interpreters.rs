//! `python` and `java`, as far as they only make caches of their own: byte code, shared classes. Anything else they are asked for is
//! a program in a language nobody speaks here.

use super::without_effect::REBUILT;
use crate::effects::process::{Process, Status};

/// `python3 -m compileall …`, with options before it.
pub(super) fn python(process: &mut Process<'_, '_>) -> Status {
    let mut words = process.args.iter().skip(1).skip_while(|w| w.len() > 1 && w.starts_with(b"-") && *w != b"-m");
    let compiles = words.next().is_some_and(|w| w == b"-m")
        && words.next().is_some_and(|module| matches!(module.as_slice(), b"compileall" | b"py_compile"));
    cache_only(process, compiles)
}

/// `java -Xshare:dump`.
pub(super) fn java(process: &mut Process<'_, '_>) -> Status {
    let dumps = process.args.iter().any(|w| w == b"-Xshare:dump");
    cache_only(process, dumps)
}

fn cache_only(process: &mut Process<'_, '_>, is: bool) -> Status {
    if is {
        process.stage.log.without_effect.insert(process.name(), REBUILT);
        return Status::SUCCESS;
    }
    let program = process.args.first().cloned().unwrap_or_default();
    let path = process.search(&program).unwrap_or(program);
    process.stage.log.unknown(&path);
    process.fail("this program is not known to drydock");
    Status::NOT_FOUND
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::process::testing::Image;

    #[test]
    fn byte_code_is_a_cache_and_programs_are_unknown() {
        let mut image = Image::new().programs(&["python3", "java"]);
        for (call, status) in [
            (&["python3", "-O", "-m", "compileall", "/usr/lib"][..], Status::SUCCESS),
            (&["python3", "-c", "print(1)"], Status::NOT_FOUND),
            (&["python3", "-m", "http.server"], Status::NOT_FOUND),
            (&["python3"], Status::NOT_FOUND),
            (&["java", "-server", "-Xshare:dump"], Status::SUCCESS),
            (&["java", "-version"], Status::NOT_FOUND),
        ] {
            assert_eq!(image.run(call, "").status, status, "{call:?}");
        }
    }
}
