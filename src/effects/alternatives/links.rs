//! The two links of a name: `LINK` to `/etc/alternatives/NAME`, and that to what is chosen.

use super::{actions::Work, complain};
use crate::effects::process::Errno;

/// A link that could not be made or removed, which was said.
pub(super) struct Unmade;

impl Work<'_, '_, '_, '_> {
    /// `/etc/alternatives/NAME`.
    pub fn place(&self, name: &[u8]) -> Vec<u8> {
        [&self.options.links[..], b"/", name].concat()
    }

    fn is_link(&self, path: &[u8]) -> bool {
        self.process.lstat(path).is_ok_and(|s| s.is_symlink())
    }

    /// Whether a link leads into our directory.
    fn is_ours(&self, link: &[u8]) -> bool {
        self.process.readlink(link).is_ok_and(|target| target.starts_with(&self.options.links))
    }

    /// Makes both, where they are not so already. A file in the place of the outer one stays, and is told.
    pub fn make_links(&mut self, link: &[u8], name: &[u8], path: &[u8]) -> Result<(), Unmade> {
        let place = self.place(name);
        if self.process.exists(link) && !self.is_link(link) {
            let parts: [&[u8]; 7] =
                [b"failed to link ", link, b" -> ", &place, b": ", link, b" exists and it is not a symlink"];
            complain(self.process, &parts);
        } else if self.options.keep_foreign && self.is_link(link) && !self.is_ours(link) {
            let (why, dir) = (b": --keep-foreign was set and link ", self.options.links.clone());
            complain(self.process, &[b"failed to link ", link, b" -> ", &place, why, link, b" points outside  ", &dir]);
        } else if self.options.test {
            self.process.out([b"would link ", link, b" -> ", &place, b"\n"].concat());
        } else if self.process.readlink(link).ok().as_deref() != Some(&place[..]) {
            let _ = self.process.unlink(link);
            self.link(link, &place)?;
        }
        if self.options.test {
            self.process.out([b"would link ", &place[..], b" -> ", path, b"\n"].concat());
        } else if self.process.readlink(&place).ok().as_deref() != Some(path) {
            self.unlink(&place)?;
            self.link(&place, path)?;
        }
        Ok(())
    }

    /// Removes both, as far as they are links.
    pub fn remove_links(&mut self, link: &[u8], name: &[u8]) -> Result<(), Unmade> {
        if self.options.keep_missing {
            return Ok(());
        }
        let place = self.place(name);
        if self.options.test {
            self.process.out([b"would remove ", &place[..], b"\nwould remove ", link, b"\n"].concat());
            return Ok(());
        }
        if self.is_link(&place) {
            self.unlink(&place)?;
        }
        if self.is_link(link) && (!self.options.keep_foreign || self.is_ours(link)) {
            self.unlink(link)?;
        }
        Ok(())
    }

    fn link(&mut self, from: &[u8], to: &[u8]) -> Result<(), Unmade> {
        self.process.symlink(to, from).map_err(|errno| {
            complain(self.process, &[b"failed to link ", from, b" -> ", to, b": ", errno.to_string().as_bytes()]);
            Unmade
        })
    }

    fn unlink(&mut self, path: &[u8]) -> Result<(), Unmade> {
        match self.process.unlink(path) {
            Ok(()) | Err(Errno::NoEntry) => Ok(()),
            Err(errno) => {
                complain(self.process, &[b"failed to remove link ", path, b": ", errno.to_string().as_bytes()]);
                Err(Unmade)
            }
        }
    }
}
