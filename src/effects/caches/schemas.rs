//! `glib-compile-schemas` of a directory without schemas, as glib2's own trigger calls it in every image that has glib2. Schemas
//! themselves are not compiled: that needs GVariant's text and binary forms and GVDB, for programs that no container runs. Where there
//! are some, the report names the program as one that drydock does not know.

use super::without_effect::{SETTINGS, undone};
use crate::effects::process::{Process, Status};

pub(super) fn glib_compile_schemas(process: &mut Process<'_, '_>) -> Status {
    let (mut target, mut directory) = (None, None);
    let mut words = process.args.iter().skip(1).cloned();
    while let Some(word) = words.next() {
        match word.strip_prefix(b"--targetdir=") {
            Some(given) => target = Some(given.to_vec()),
            None if word == b"--targetdir" => target = words.next(),
            None if word.starts_with(b"-") => {}
            None => directory = Some(word),
        }
    }
    let Some(directory) = directory else { return process.fail("You should give exactly one directory name") };
    let names = match process.read_dir(&directory) {
        Ok(names) => names,
        Err(why) => return process.fail(why),
    };
    if names.iter().any(|name| name.ends_with(b".gschema.xml") || name.ends_with(b".enums.xml")) {
        undone(process, SETTINGS);
        return Status::SUCCESS;
    }
    // What was compiled of schemas that are gone goes with them.
    let compiled = [target.unwrap_or(directory).as_slice(), b"/gschemas.compiled"].concat();
    if process.unlink(&compiled).is_ok() {
        process.fail("No schema files found: removed existing output file.");
    } else {
        process.fail("No schema files found: doing nothing.");
    }
    Status::SUCCESS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::process::testing::Image;

    #[test]
    fn a_directory_without_schemas_needs_no_compiler() {
        let call = ["glib-compile-schemas", "/usr/share/glib-2.0/schemas"];
        let mut image = Image::new()
            .programs(&["glib-compile-schemas"])
            .file("usr/share/glib-2.0/schemas/gschema.dtd", "", 0o644)
            .file("usr/share/glib-2.0/schemas/gschemas.compiled", "old", 0o644);
        assert_eq!(image.run(&call, "").status, Status::SUCCESS);
        assert_eq!(image.text("usr/share/glib-2.0/schemas/gschemas.compiled"), None);
        let mut image = image.file("usr/share/glib-2.0/schemas/a.gschema.xml", "<schemalist/>", 0o644);
        image.process(|p| {
            assert_eq!(p.run(call.map(|w| w.as_bytes().to_vec()).to_vec()), Status::SUCCESS);
            assert_eq!(p.stage.log.without_effect.get("glib-compile-schemas").copied(), Some(SETTINGS));
            assert!(p.stage.log.unknown.iter().any(|u| u.program == "glib-compile-schemas"));
        });
    }
}
