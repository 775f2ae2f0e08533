//! Scriptlets and triggers of a header, as values.

use super::{Header, HeaderError, Tag, dependencies::sense, files::or_zero};

/// When a scriptlet runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScriptKind {
    /// `%pretrans`.
    PreTrans,
    /// `%pre`.
    Pre,
    /// `%post`.
    Post,
    /// `%preun`.
    PreUn,
    /// `%postun`.
    PostUn,
    /// `%posttrans`.
    PostTrans,
    /// `%preuntrans`.
    PreUnTrans,
    /// `%postuntrans`.
    PostUnTrans,
    /// `%verifyscript`.
    Verify,
    /// `%triggerprein`.
    TriggerPreIn,
    /// `%triggerin`.
    TriggerIn,
    /// `%triggerun`.
    TriggerUn,
    /// `%triggerpostun`.
    TriggerPostUn,
    /// `%filetriggerin`.
    FileTriggerIn,
    /// `%filetriggerun`.
    FileTriggerUn,
    /// `%filetriggerpostun`.
    FileTriggerPostUn,
    /// `%transfiletriggerin`.
    TransFileTriggerIn,
    /// `%transfiletriggerun`.
    TransFileTriggerUn,
    /// `%transfiletriggerpostun`.
    TransFileTriggerPostUn,
}

impl ScriptKind {
    /// The spec file's directive, with its percent sign.
    pub fn directive(self) -> &'static str {
        match self {
            Self::PreTrans => "%pretrans",
            Self::Pre => "%pre",
            Self::Post => "%post",
            Self::PreUn => "%preun",
            Self::PostUn => "%postun",
            Self::PostTrans => "%posttrans",
            Self::PreUnTrans => "%preuntrans",
            Self::PostUnTrans => "%postuntrans",
            Self::Verify => "%verifyscript",
            Self::TriggerPreIn => "%triggerprein",
            Self::TriggerIn => "%triggerin",
            Self::TriggerUn => "%triggerun",
            Self::TriggerPostUn => "%triggerpostun",
            Self::FileTriggerIn => "%filetriggerin",
            Self::FileTriggerUn => "%filetriggerun",
            Self::FileTriggerPostUn => "%filetriggerpostun",
            Self::TransFileTriggerIn => "%transfiletriggerin",
            Self::TransFileTriggerUn => "%transfiletriggerun",
            Self::TransFileTriggerPostUn => "%transfiletriggerpostun",
        }
    }
}

/// Scriptlet flag: expand macros in the body before it runs (rpm `RPMSCRIPT_FLAG_EXPAND`).
pub const EXPAND: u32 = 1;
/// Scriptlet flag: the body is a query format (rpm `RPMSCRIPT_FLAG_QFORMAT`).
pub const QFORMAT: u32 = 1 << 1;

/// What fires a trigger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// A package's name; of a file trigger, the beginning of a path.
    pub name: String,
    /// See [`sense`].
    pub flags: u32,
    /// `[epoch:]version[-release]`, empty when unversioned.
    pub version: String,
}

/// A scriptlet or trigger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scriptlet {
    /// When it runs.
    pub kind: ScriptKind,
    /// Interpreter and its arguments: `/bin/sh`, `<lua>`, or with no body the program itself.
    pub program: Vec<String>,
    /// The text, bytes that are not UTF-8 replaced; none when only a program is to be run.
    pub body: Option<String>,
    /// [`EXPAND`], [`QFORMAT`].
    pub flags: u32,
    /// What fires it; empty unless it is a trigger.
    pub conditions: Vec<Condition>,
    /// Of file triggers: higher runs earlier, 1000000 unless said. 0 for everything else.
    pub priority: u32,
}

/// Kind, body, program and flags of each plain scriptlet, in the order of [`ScriptKind`].
const PLAIN: [(ScriptKind, Tag, Tag, Tag); 9] = [
    (ScriptKind::PreTrans, Tag::PRETRANS, Tag::PRETRANSPROG, Tag::PRETRANSFLAGS),
    (ScriptKind::Pre, Tag::PREIN, Tag::PREINPROG, Tag::PREINFLAGS),
    (ScriptKind::Post, Tag::POSTIN, Tag::POSTINPROG, Tag::POSTINFLAGS),
    (ScriptKind::PreUn, Tag::PREUN, Tag::PREUNPROG, Tag::PREUNFLAGS),
    (ScriptKind::PostUn, Tag::POSTUN, Tag::POSTUNPROG, Tag::POSTUNFLAGS),
    (ScriptKind::PostTrans, Tag::POSTTRANS, Tag::POSTTRANSPROG, Tag::POSTTRANSFLAGS),
    (ScriptKind::PreUnTrans, Tag::PREUNTRANS, Tag::PREUNTRANSPROG, Tag::PREUNTRANSFLAGS),
    (ScriptKind::PostUnTrans, Tag::POSTUNTRANS, Tag::POSTUNTRANSPROG, Tag::POSTUNTRANSFLAGS),
    (ScriptKind::Verify, Tag::VERIFYSCRIPT, Tag::VERIFYSCRIPTPROG, Tag::VERIFYSCRIPTFLAGS),
];

/// rpm's `RPMTRIGGER_DEFAULT_PRIORITY`.
const DEFAULT_PRIORITY: u32 = 1_000_000;

/// The tags and senses of one family of triggers.
struct Family {
    scripts: Tag,
    programs: Tag,
    script_flags: Tag,
    names: Tag,
    index: Tag,
    versions: Tag,
    flags: Tag,
    priorities: Option<Tag>,
    kinds: &'static [(u32, ScriptKind)],
}

const FAMILIES: [Family; 3] = [
    Family {
        scripts: Tag::TRIGGERSCRIPTS,
        programs: Tag::TRIGGERSCRIPTPROG,
        script_flags: Tag::TRIGGERSCRIPTFLAGS,
        names: Tag::TRIGGERNAME,
        index: Tag::TRIGGERINDEX,
        versions: Tag::TRIGGERVERSION,
        flags: Tag::TRIGGERFLAGS,
        priorities: None,
        kinds: &[
            (sense::TRIGGERPREIN, ScriptKind::TriggerPreIn),
            (sense::TRIGGERIN, ScriptKind::TriggerIn),
            (sense::TRIGGERUN, ScriptKind::TriggerUn),
            (sense::TRIGGERPOSTUN, ScriptKind::TriggerPostUn),
        ],
    },
    Family {
        scripts: Tag::FILETRIGGERSCRIPTS,
        programs: Tag::FILETRIGGERSCRIPTPROG,
        script_flags: Tag::FILETRIGGERSCRIPTFLAGS,
        names: Tag::FILETRIGGERNAME,
        index: Tag::FILETRIGGERINDEX,
        versions: Tag::FILETRIGGERVERSION,
        flags: Tag::FILETRIGGERFLAGS,
        priorities: Some(Tag::FILETRIGGERPRIORITIES),
        kinds: &[
            (sense::TRIGGERIN, ScriptKind::FileTriggerIn),
            (sense::TRIGGERUN, ScriptKind::FileTriggerUn),
            (sense::TRIGGERPOSTUN, ScriptKind::FileTriggerPostUn),
        ],
    },
    Family {
        scripts: Tag::TRANSFILETRIGGERSCRIPTS,
        programs: Tag::TRANSFILETRIGGERSCRIPTPROG,
        script_flags: Tag::TRANSFILETRIGGERSCRIPTFLAGS,
        names: Tag::TRANSFILETRIGGERNAME,
        index: Tag::TRANSFILETRIGGERINDEX,
        versions: Tag::TRANSFILETRIGGERVERSION,
        flags: Tag::TRANSFILETRIGGERFLAGS,
        priorities: Some(Tag::TRANSFILETRIGGERPRIORITIES),
        kinds: &[
            (sense::TRIGGERIN, ScriptKind::TransFileTriggerIn),
            (sense::TRIGGERUN, ScriptKind::TransFileTriggerUn),
            (sense::TRIGGERPOSTUN, ScriptKind::TransFileTriggerPostUn),
        ],
    },
];

impl Header {
    /// Every scriptlet and trigger: plain ones first, then triggers, file triggers, transaction file triggers, each
    /// family in header order. A trigger script whose conditions have several senses appears once per sense.
    ///
    /// # Errors
    /// [`HeaderError::Count`] when the arrays of a family do not agree.
    pub fn scriptlets(&self) -> Result<Vec<Scriptlet>, HeaderError> {
        let mut all: Vec<Scriptlet> = PLAIN.iter().filter_map(|t| self.plain(*t)).collect();
        for family in &FAMILIES {
            self.triggers(family, &mut all)?;
        }
        Ok(all)
    }

    fn plain(&self, (kind, body, program, flags): (ScriptKind, Tag, Tag, Tag)) -> Option<Scriptlet> {
        let text = self.text_lossy(body).map(Into::into);
        let mut args: Vec<String> = self.texts(program).into_iter().map(Into::into).collect();
        if args.is_empty() {
            text.as_ref()?;
            args.push("/bin/sh".to_owned());
        }
        let flags = self.u32(flags).unwrap_or(0);
        Some(Scriptlet { kind, program: args, body: text, flags, conditions: Vec::new(), priority: 0 })
    }

    fn triggers(&self, family: &Family, all: &mut Vec<Scriptlet>) -> Result<(), HeaderError> {
        let scripts = self.texts(family.scripts);
        let n = scripts.len();
        if n == 0 {
            return Ok(());
        }
        let programs = self.texts(family.programs);
        if programs.len() != n {
            return Err(HeaderError::Count { tag: family.programs, expected: n, actual: programs.len() });
        }
        let flags = or_zero(family.script_flags, self.u32s(family.script_flags), n)?;
        let priorities = match family.priorities {
            None => vec![0; n],
            Some(tag) if self.has(tag) => or_zero(tag, self.u32s(tag), n)?,
            Some(_) => vec![DEFAULT_PRIORITY; n],
        };
        let mut conditions = self.conditions(family, n)?;
        for (i, (body, program)) in scripts.into_iter().zip(programs).enumerate() {
            for &(bit, kind) in family.kinds {
                let (mine, rest) = std::mem::take(&mut conditions[i]).into_iter().partition(|c| c.flags & bit != 0);
                conditions[i] = rest;
                let conditions: Vec<Condition> = mine;
                if conditions.is_empty() {
                    continue;
                }
                all.push(Scriptlet {
                    kind,
                    program: vec![program.clone().into_owned()],
                    body: (!body.is_empty()).then(|| body.clone().into_owned()),
                    flags: flags[i],
                    conditions,
                    priority: priorities[i],
                });
            }
        }
        Ok(())
    }

    /// The conditions of a family by the script they fire.
    fn conditions(&self, family: &Family, scripts: usize) -> Result<Vec<Vec<Condition>>, HeaderError> {
        let mut by_script = vec![Vec::new(); scripts];
        let names = self.texts(family.names);
        let n = names.len();
        let index = or_zero(family.index, self.u32s(family.index), n)?;
        let flags = or_zero(family.flags, self.u32s(family.flags), n)?;
        let versions = self.texts(family.versions);
        if !versions.is_empty() && versions.len() != n {
            return Err(HeaderError::Count { tag: family.versions, expected: n, actual: versions.len() });
        }
        for (i, name) in names.into_iter().enumerate() {
            let lost = HeaderError::Entry { tag: family.index, why: "points to no script" };
            let version = versions.get(i).map(|v| v.clone().into_owned()).unwrap_or_default();
            let condition = Condition { name: name.into_owned(), flags: flags[i], version };
            by_script.get_mut(index[i] as usize).ok_or(lost)?.push(condition);
        }
        Ok(by_script)
    }
}
