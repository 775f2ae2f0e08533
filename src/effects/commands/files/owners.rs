//! Users and groups by name and number, from the image's `/etc/passwd` and `/etc/group`; chown's `USER:GROUP`.

use super::{super::super::process::Process, names::number};

/// Lines of an account file, taken apart at the colons.
pub(super) fn table(process: &mut Process<'_, '_>, path: &str) -> Vec<Vec<Vec<u8>>> {
    let bytes = process.read_file(path.as_bytes()).unwrap_or_default();
    let lines = bytes.split(|&b| b == b'\n').filter(|l| !l.is_empty() && l[0] != b'#');
    lines.map(|line| line.split(|&b| b == b':').map(<[u8]>::to_vec).collect()).collect()
}

/// Who has an account in the image.
#[derive(Debug, Default)]
pub(super) struct Owners {
    /// Name, number, number of the login group.
    users: Vec<(Vec<u8>, u32, u32)>,
    /// Name, number, members.
    groups: Vec<(Vec<u8>, u32, Vec<Vec<u8>>)>,
}

impl Owners {
    /// Reads both files; one that is missing holds nobody.
    pub fn read(process: &mut Process<'_, '_>) -> Self {
        let users = table(process, "/etc/passwd").into_iter();
        let users = users.filter_map(|f| Some((f[0].clone(), number(f.get(2)?)?, number(f.get(3)?)?)));
        let users = users.collect();
        let groups = table(process, "/etc/group").into_iter();
        let members = |list: &[u8]| list.split(|&b| b == b',').filter(|m| !m.is_empty()).map(<[u8]>::to_vec).collect();
        let groups = groups.filter_map(|f| Some((f[0].clone(), number(f.get(2)?)?, members(f.get(3)?))));
        Self { users, groups: groups.collect() }
    }

    /// Number of a user.
    pub fn uid(&self, name: &[u8]) -> Option<u32> {
        self.users.iter().find(|u| u.0 == name).map(|u| u.1)
    }

    /// Number of a group.
    pub fn gid(&self, name: &[u8]) -> Option<u32> {
        self.groups.iter().find(|g| g.0 == name).map(|g| g.1)
    }

    /// Name of a user.
    pub fn user(&self, uid: u32) -> Option<&[u8]> {
        self.users.iter().find(|u| u.1 == uid).map(|u| u.0.as_slice())
    }

    /// Name of a group.
    pub fn group(&self, gid: u32) -> Option<&[u8]> {
        self.groups.iter().find(|g| g.1 == gid).map(|g| g.0.as_slice())
    }

    /// A user's login group.
    pub fn login_group(&self, uid: u32) -> Option<u32> {
        self.users.iter().find(|u| u.1 == uid).map(|u| u.2)
    }

    /// The groups that list a user.
    pub fn memberships(&self, user: &[u8]) -> impl Iterator<Item = u32> {
        self.groups.iter().filter(move |g| g.2.iter().any(|m| m == user)).map(|g| g.1)
    }

    /// A name, or a number where no account has that name; `+N` is always a number.
    fn either(text: &[u8], named: Option<u32>) -> Option<u32> {
        named.or_else(|| number(text.strip_prefix(b"+").unwrap_or(text)))
    }

    /// A user as options take one.
    pub fn parse_user(&self, text: &[u8]) -> Option<u32> {
        Self::either(text, self.uid(text))
    }

    /// A group as options take one.
    pub fn parse_group(&self, text: &[u8]) -> Option<u32> {
        Self::either(text, self.gid(text))
    }

    /// chown's `USER`, `USER:GROUP`, `USER:` (the login group), `:GROUP`; the error is the message.
    pub fn parse_both(&self, text: &[u8]) -> Result<(Option<u32>, Option<u32>), String> {
        match text.iter().position(|&b| b == b':') {
            Some(at) => self.split(text, at),
            None if self.parse_user(text).is_some() || text.is_empty() => Ok((self.parse_user(text), None)),
            // The old separator, where it makes sense.
            None => match text.iter().position(|&b| b == b'.') {
                Some(at) if self.split(text, at).is_ok() => self.split(text, at),
                _ => Err(format!("invalid user: '{}'", String::from_utf8_lossy(text))),
            },
        }
    }

    fn split(&self, text: &[u8], at: usize) -> Result<(Option<u32>, Option<u32>), String> {
        let (user, group) = (&text[..at], &text[at + 1..]);
        let shown = String::from_utf8_lossy(text);
        let uid = match user {
            b"" => None,
            user => Some(self.parse_user(user).ok_or_else(|| format!("invalid user: '{shown}'"))?),
        };
        let gid = match group {
            b"" => match uid {
                // A number without a name has no login group.
                Some(_) if self.uid(user).is_none() => return Err(format!("invalid spec: '{shown}'")),
                uid => uid.and_then(|uid| self.login_group(uid)),
            },
            group => Some(self.parse_group(group).ok_or_else(|| format!("invalid group: '{shown}'"))?),
        };
        Ok((uid, gid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::process::testing::Image;

    #[test]
    fn owners_are_named_as_chown_takes_them() {
        let mut image = Image::new().file("etc/passwd", "root:x:0:0::/root:/bin/sh\nbob.b:x:7:8::/:\n", 0o644).file(
            "etc/group",
            "root:x:0:\nadm:x:4:bob.b,root\nbob:x:8:\n",
            0o644,
        );
        image.process(|p| {
            let owners = Owners::read(p);
            for (text, expected) in [
                ("bob.b", Ok((Some(7), None))),
                ("bob.b:", Ok((Some(7), Some(8)))),
                (":adm", Ok((None, Some(4)))),
                ("root.adm", Ok((Some(0), Some(4)))),
                ("12:+5", Ok((Some(12), Some(5)))),
                (":", Ok((None, None))),
                ("12:", Err("invalid spec: '12:'".to_owned())),
                ("who", Err("invalid user: 'who'".to_owned())),
                ("root:who", Err("invalid group: 'root:who'".to_owned())),
            ] {
                assert_eq!(owners.parse_both(text.as_bytes()), expected, "{text}");
            }
            assert_eq!(owners.memberships(b"root").collect::<Vec<_>>(), [4]);
        });
    }
}
