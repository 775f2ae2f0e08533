//! `kernel-install`: of its plugins only the one that calls depmod. The others copy kernels to `/boot`, write boot entries and
//! build initramfs images, which an image has no use for.

use crate::effects::process::{Process, Status};

/// The plugin, by precedence.
const PLUGINS: [&[u8]; 2] =
    [b"/etc/kernel/install.d/50-depmod.install", b"/usr/lib/kernel/install.d/50-depmod.install"];
const WHY: &str = "an image does not boot: nothing goes to /boot, and of its plugins only depmod's runs";

pub(super) fn kernel_install(process: &mut Process<'_, '_>) -> Status {
    let mut words: Vec<_> = process.args.iter().skip(1).filter(|a| !a.starts_with(b"-")).cloned().collect();
    // Called as `installkernel`'s successor it may name the verb after its options.
    let (Some(verb), Some(kernel)) = (words.first().cloned(), words.get(1).cloned()) else {
        return match words.first().map(Vec::as_slice) {
            Some(b"add" | b"remove") => process.fail("Not enough arguments"),
            _ => Status::SUCCESS,
        };
    };
    if !matches!(verb.as_slice(), b"add" | b"remove") {
        return Status::SUCCESS;
    }
    process.stage.log.without_effect.insert("kernel-install".to_owned(), WHY);
    let Some(plugin) = PLUGINS.into_iter().find(|p| process.lstat(p).is_ok()) else { return Status::SUCCESS };
    // A mask is a link to /dev/null, or an empty file.
    if !process.is_executable(plugin) || process.stat(plugin).is_ok_and(|s| s.size == 0) {
        return Status::SUCCESS;
    }
    let image = words.drain(..).nth(2);
    let mut args = vec![plugin.to_vec(), verb, kernel.clone(), [b"/boot/", kernel.as_slice()].concat()];
    args.extend(image);
    process.run(args)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::process::testing::Image;

    #[test]
    fn the_plugin_runs_unless_it_is_masked() {
        let plugin = "#!/bin/sh\necho \"$1 $2\" > /ran\n";
        let mut image = Image::new().programs(&["kernel-install", "sh", "echo"]).symlink("bin", "usr/bin").file(
            "usr/lib/kernel/install.d/50-depmod.install",
            plugin,
            0o755,
        );
        let add = ["kernel-install", "add", "5.14.0", "/lib/modules/5.14.0/vmlinuz"];
        assert_eq!(image.run(&add, "").status, Status::SUCCESS);
        assert_eq!(image.text("ran").as_deref(), Some("add 5.14.0\n"));
        let mut image = image.symlink("etc/kernel/install.d/50-depmod.install", "/dev/null").file("ran", "", 0o644);
        assert_eq!(image.run(&add, "").status, Status::SUCCESS);
        assert_eq!(image.text("ran").as_deref(), Some(""));
        assert_eq!(image.run(&["kernel-install", "add"], "").status, Status::FAILURE);
    }
}
