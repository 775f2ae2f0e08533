//! `build-locale-archive` of RHEL 8: the archive is the template that comes with `glibc-all-langpacks`, which is an archive itself.
//!
//! The program builds it anew, with locales in directories beside it, and then empties the template. Those directories are read as
//! well as the archive, so what is found is the same; the bytes need not be.

use crate::effects::process::{Process, Status};

const TEMPLATE: &[u8] = b"/usr/lib/locale/locale-archive.tmpl";
const ARCHIVE: &[u8] = b"/usr/lib/locale/locale-archive";

/// `build-locale-archive`.
pub(super) fn build_locale_archive(process: &mut Process<'_, '_>) -> Status {
    if !process.stat(TEMPLATE).is_ok_and(|s| s.is_file() && s.size > 0) {
        return Status::SUCCESS;
    }
    let done = process.rename(TEMPLATE, ARCHIVE).and_then(|()| process.chmod(ARCHIVE, 0o644));
    match done.and_then(|()| process.write_file(TEMPLATE, b"")) {
        Ok(()) => Status::SUCCESS,
        Err(error) => process.fail(format!("cannot make the locale archive: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::process::testing::Image;

    #[test]
    fn the_template_becomes_the_archive() {
        let mut image = Image::new().programs(&["build-locale-archive"]).file(
            "usr/lib/locale/locale-archive.tmpl",
            "locales",
            0o644,
        );
        for _ in 0..2 {
            assert_eq!(image.run(&["build-locale-archive"], "").status, Status::SUCCESS);
            assert_eq!(image.text("usr/lib/locale/locale-archive").as_deref(), Some("locales"));
            assert_eq!(image.text("usr/lib/locale/locale-archive.tmpl").as_deref(), Some(""));
        }
    }
}
