//! Users and groups of the recipe, as `groupadd` and `useradd` of shadow-utils leave them (`useradd -m`, no password).

use crate::effects::{EffectError, Stage};
use crate::{
    recipe::{GroupPlan, UserPlan},
    rootfs::{Kind, Metadata},
    terms::RootPath,
};

/// The four files; those an image does not have are made, as shadow-utils would not, because a base from nothing has none.
struct Tables {
    passwd: Table,
    group: Table,
    shadow: Table,
    gshadow: Table,
}

/// Lines of a colon-separated file.
struct Table {
    path: RootPath,
    mode: u16,
    lines: Vec<String>,
    changed: bool,
}

impl Stage<'_> {
    /// Creates groups, then users with their home directories. One that is there already with the same number is left alone.
    pub fn add_accounts(&mut self, groups: &[GroupPlan], users: &[UserPlan]) -> Result<(), EffectError> {
        if groups.is_empty() && users.is_empty() {
            return Ok(());
        }
        let mut tables = Tables::read(self)?;
        let day = self.epoch().seconds() / 86400;
        for group in groups {
            tables.add_group(&group.name, group.gid)?;
        }
        let mut created = Vec::new();
        for user in users {
            if tables.add_user(user, day)? {
                created.push(user);
            }
        }
        tables.write(self)?;
        for user in created {
            self.make_home(user)?;
        }
        Ok(())
    }

    /// The home directory, 0700, with what `/etc/skel` has.
    fn make_home(&mut self, user: &UserPlan) -> Result<(), EffectError> {
        let Some(home) = &user.home else { return Ok(()) };
        let at = self.fs.follow(home).map_err(|source| EffectError::Place { path: home.clone(), source })?;
        if at.exists {
            return Ok(());
        }
        let owned = |mode, mtime| Metadata { mode, uid: user.uid, gid: user.gid, mtime, xattrs: None };
        let home = self.put(home, Kind::Directory, owned(0o700, self.now()))?;
        let skel = RootPath::new("etc/skel").expect("a valid path");
        let copies: Vec<_> = self.fs.below(&skel).map(|(path, node)| (path.clone(), node.clone())).collect();
        for (path, node) in copies {
            let relative = &path.as_bytes()[skel.as_bytes().len() + 1..];
            let to = relative.split(|&b| b == b'/').fold(home.clone(), |at, part| at.join(part));
            self.put(&to, node.kind, owned(node.metadata.mode, node.metadata.mtime))?;
        }
        Ok(())
    }
}

impl Tables {
    fn read(stage: &Stage<'_>) -> Result<Self, EffectError> {
        let table = |name: &str, mode| {
            let path = RootPath::new(name).expect("a valid path");
            let text = stage.read(&path)?.unwrap_or_default();
            let lines = String::from_utf8_lossy(&text).lines().map(str::to_owned).collect();
            Ok(Table { path, mode, lines, changed: false })
        };
        Ok(Self {
            passwd: table("etc/passwd", 0o644)?,
            group: table("etc/group", 0o644)?,
            shadow: table("etc/shadow", 0)?,
            gshadow: table("etc/gshadow", 0)?,
        })
    }

    fn write(self, stage: &mut Stage<'_>) -> Result<(), EffectError> {
        for table in [self.passwd, self.group, self.shadow, self.gshadow].into_iter().filter(|t| t.changed) {
            let text = table.lines.iter().flat_map(|l| [l.as_str(), "\n"]).collect::<String>();
            stage.write(&table.path, text.into_bytes(), table.mode)?;
        }
        Ok(())
    }

    fn add_group(&mut self, name: &str, gid: u32) -> Result<(), EffectError> {
        if self.group.vacant("group", name, gid)? {
            self.group.push(format!("{name}:x:{gid}:"));
            self.gshadow.push(format!("{name}:!::"));
        }
        Ok(())
    }

    /// False if the user is there already.
    fn add_user(&mut self, user: &UserPlan, day: u32) -> Result<bool, EffectError> {
        let UserPlan { name, uid, gid, comment, shell, .. } = user;
        if !self.passwd.vacant("user", name, *uid)? {
            return Ok(false);
        }
        if self.group.by_number(*gid).is_none() {
            self.add_group(name, *gid)?;
        }
        let home = user.home.as_ref().map_or("/".to_owned(), RootPath::to_string);
        self.passwd.push(format!("{name}:x:{uid}:{gid}:{comment}:{home}:{shell}"));
        self.shadow.push(format!("{name}:!!:{day}:0:99999:7:::"));
        for group in &user.groups {
            self.group.join(group, name, 3)?;
            self.gshadow.join(group, name, 3).ok();
        }
        Ok(true)
    }
}

impl Table {
    fn push(&mut self, line: String) {
        self.lines.push(line);
        self.changed = true;
    }

    fn numbers(&self) -> impl Iterator<Item = (&str, u32)> {
        self.lines.iter().filter_map(|l| {
            let mut fields = l.split(':');
            Some((fields.next()?, fields.nth(1)?.parse().ok()?))
        })
    }

    fn by_number(&self, number: u32) -> Option<&str> {
        self.numbers().find(|(_, n)| *n == number).map(|(name, _)| name)
    }

    /// Whether the name is free; a name with another number, or a number with another name, is an error.
    fn vacant(&self, kind: &'static str, name: &str, number: u32) -> Result<bool, EffectError> {
        match self.numbers().find(|(n, _)| *n == name) {
            Some((_, found)) if found == number => return Ok(false),
            Some((_, found)) => return Err(EffectError::Taken { kind, name: name.to_owned(), wanted: number, found }),
            None => {}
        }
        match self.by_number(number) {
            Some(holder) => {
                Err(EffectError::NumberTaken { kind, name: name.to_owned(), number, holder: holder.to_owned() })
            }
            None => Ok(true),
        }
    }

    /// Adds a member to a group's last field.
    fn join(&mut self, group: &str, user: &str, field: usize) -> Result<(), EffectError> {
        let unknown = || EffectError::UnknownOwner { path: self.path.clone(), owner: group.to_owned() };
        let index = self.lines.iter().position(|l| l.split(':').next() == Some(group)).ok_or_else(unknown)?;
        let mut fields: Vec<String> = self.lines[index].split(':').map(str::to_owned).collect();
        fields.resize(field + 1, String::new());
        let members = &mut fields[field];
        if !members.split(',').any(|m| m == user) {
            let comma = if members.is_empty() { "" } else { "," };
            members.push_str(comma);
            members.push_str(user);
            self.lines[index] = fields.join(":");
            self.changed = true;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::process::testing::Image;

    fn p(s: &str) -> RootPath {
        RootPath::new(s).expect("a valid path")
    }

    fn image() -> Image {
        Image::new()
            .file("etc/passwd", "root:x:0:0:root:/root:/bin/bash\nbin:x:1:1:bin:/bin:/sbin/nologin\n", 0o644)
            .file("etc/group", "root:x:0:\nwheel:x:10:\n", 0o644)
            .file("etc/shadow", "root:!locked::0:99999:7:::\n", 0)
            .file("etc/gshadow", "root:::\nwheel:::\n", 0)
            .file("etc/skel/.bashrc", "# rc\n", 0o644)
    }

    fn builder(uid: u32) -> UserPlan {
        UserPlan {
            name: "builder".into(),
            uid,
            gid: uid,
            groups: vec!["wheel".into()],
            home: Some(p("home/builder")),
            shell: "/bin/bash".into(),
            comment: "Builds".into(),
        }
    }

    #[test]
    fn a_user_is_made_as_useradd_makes_one() {
        let mut image = image();
        image.stage(|stage| stage.add_accounts(&[], &[builder(1001)]).expect("made"));
        let mut text = |path: &str| image.text(path).expect("there");
        assert!(text("etc/passwd").ends_with("\nbuilder:x:1001:1001:Builds:/home/builder:/bin/bash\n"));
        assert_eq!(text("etc/group"), "root:x:0:\nwheel:x:10:builder\nbuilder:x:1001:\n");
        assert!(text("etc/shadow").ends_with("\nbuilder:!!:100:0:99999:7:::\n"));
        assert_eq!(text("etc/gshadow"), "root:::\nwheel:::builder\nbuilder:!::\n");
        assert_eq!(text("home/builder/.bashrc"), "# rc\n");
        let home = image.fs.get(&p("home/builder")).expect("made");
        assert_eq!((home.metadata.mode, home.metadata.uid, home.metadata.gid), (0o700, 1001, 1001));
        // and again: nothing changes
        let before = image.fs.clone();
        image.stage(|stage| stage.add_accounts(&[], &[builder(1001)]).expect("there already"));
        assert_eq!(crate::rootfs::dump::text(&image.fs), crate::rootfs::dump::text(&before));
    }

    #[test]
    fn clashes_are_named() {
        let clash =
            |user: UserPlan| image().stage(|stage| stage.add_accounts(&[], &[user]).expect_err("clash").to_string());
        assert_eq!(clash(builder(1)), "user builder is to have number 1, which bin has");
        let bin = UserPlan { name: "bin".into(), ..builder(1001) };
        assert_eq!(clash(bin), "user bin is to have number 1001, but the image has it with 1");
    }
}
