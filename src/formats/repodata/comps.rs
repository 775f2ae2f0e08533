//! `comps.xml`: groups of packages, environments of groups, categories.
//!
//! Source of the format: libcomps (`comps.dtd` of Fedora's comps). Names count in their untranslated form; language packs and
//! descriptions are left.

use std::io::BufRead;

use super::{
    RepodataError,
    xml::{Node, Xml},
};

const DOCUMENT: &str = "comps.xml";
/// Bytes of the document; Fedora's has 2 MiB.
const LIMIT: u64 = 64 << 20;
/// Groups, environments and categories.
const MAX_ITEMS: usize = 20_000;
/// Packages of a group.
const MAX_MEMBERS: usize = 100_000;

/// When a group's package is installed with the group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum MemberKind {
    /// Always.
    Mandatory,
    /// Unless only mandatory ones are asked for.
    Default,
    /// Only when asked for.
    Optional,
    /// When this other package is there.
    Conditional(String),
}

/// A package of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The package's name.
    pub name: String,
    /// When it is installed.
    pub kind: MemberKind,
    /// Only in the image's own architecture.
    pub base_arch_only: bool,
}

/// A group of packages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// `core`, `development`, …
    pub id: String,
    /// For people.
    pub name: String,
    /// Its packages, in the document's order.
    pub members: Vec<Member>,
}

/// Groups by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// `server-product-environment`, …
    pub id: String,
    /// For people.
    pub name: String,
    /// Groups that belong to it (`grouplist`).
    pub groups: Vec<String>,
    /// Groups offered with it (`optionlist`).
    pub options: Vec<String>,
}

/// What one `comps.xml` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comps {
    /// The groups.
    pub groups: Vec<Group>,
    /// The environments.
    pub environments: Vec<Environment>,
    /// The categories: environments in form, of no use to a request.
    pub categories: Vec<Environment>,
}

/// What is being read.
#[derive(Default)]
struct Reader {
    out: Comps,
    item: Option<&'static str>,
    group: Group,
    environment: Environment,
    member: Option<Member>,
    option_list: bool,
    /// The name is there, without a language.
    plain_name: bool,
}

impl Comps {
    /// Parses the (decompressed) document.
    ///
    /// # Errors
    /// Malformed, oversized or truncated XML; more groups or packages than any distribution has.
    pub fn read(bytes: impl BufRead) -> Result<Self, RepodataError> {
        let mut xml = Xml::new(DOCUMENT, bytes, LIMIT);
        let mut reader = Reader::default();
        loop {
            match xml.step()? {
                Node::Start => reader.start(&xml)?,
                Node::End => reader.end(&xml)?,
                Node::Eof => return Ok(reader.out),
            }
        }
    }
}

impl Reader {
    fn start<R: BufRead>(&mut self, xml: &Xml<R>) -> Result<(), RepodataError> {
        match (self.item, xml.name()) {
            (None, "group") => (self.item, self.group) = (Some("group"), Group::default()),
            (None, "environment") => (self.item, self.environment) = (Some("environment"), Environment::default()),
            (None, "category") => (self.item, self.environment) = (Some("category"), Environment::default()),
            (Some(_), "name") => {
                self.plain_name = true;
                xml.attributes(|k, _| {
                    self.plain_name &= k != "lang";
                    Ok(())
                })?;
            }
            (Some("environment"), "optionlist") => self.option_list = true,
            (Some("environment"), "grouplist") => self.option_list = false,
            (Some("group"), "packagereq") => {
                let mut member = Member { name: String::new(), kind: MemberKind::Mandatory, base_arch_only: false };
                let (mut kind, mut requires) = (String::new(), String::new());
                xml.attributes(|k, v| {
                    match k {
                        "type" => v.clone_into(&mut kind),
                        "requires" => v.clone_into(&mut requires),
                        "basearchonly" => member.base_arch_only = v == "true",
                        _ => {}
                    }
                    Ok(())
                })?;
                member.kind = match kind.as_str() {
                    "default" => MemberKind::Default,
                    "optional" => MemberKind::Optional,
                    "conditional" => MemberKind::Conditional(requires),
                    _ => MemberKind::Mandatory,
                };
                self.member = Some(member);
            }
            _ => {}
        }
        Ok(())
    }

    fn end<R: BufRead>(&mut self, xml: &Xml<R>) -> Result<(), RepodataError> {
        let text = xml.text.trim();
        match (self.item, xml.name()) {
            (Some("group"), "packagereq") => {
                if let Some(mut member) = self.member.take().filter(|_| !text.is_empty()) {
                    text.clone_into(&mut member.name);
                    self.group.members.push(member);
                }
                within(self.group.members.len(), MAX_MEMBERS, "a number of packages in a group")?;
            }
            (Some("group"), "id") => text.clone_into(&mut self.group.id),
            (Some("group"), "name") if self.plain_name => text.clone_into(&mut self.group.name),
            (Some("group"), "group") => {
                self.item = None;
                self.out.groups.push(std::mem::take(&mut self.group));
            }
            (Some(kind @ ("environment" | "category")), end) if end == kind => {
                self.item = None;
                let done = std::mem::take(&mut self.environment);
                let list = if kind == "category" { &mut self.out.categories } else { &mut self.out.environments };
                list.push(done);
            }
            (Some(_), "id") => text.clone_into(&mut self.environment.id),
            (Some(_), "name") if self.plain_name => text.clone_into(&mut self.environment.name),
            (Some(_), "groupid") => {
                let list = if self.option_list { &mut self.environment.options } else { &mut self.environment.groups };
                list.push(text.to_owned());
                within(list.len(), MAX_ITEMS, "a number of groups in an environment")?;
            }
            _ => {}
        }
        let items = self.out.groups.len() + self.out.environments.len() + self.out.categories.len();
        within(items, MAX_ITEMS, "a number of groups")
    }
}

fn within(count: usize, limit: usize, what: &'static str) -> Result<(), RepodataError> {
    match count > limit {
        true => Err(RepodataError::TooLarge { document: DOCUMENT, what, limit: limit as u64 }),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"<?xml version="1.0"?><!-- no DTD --><comps>
<group><id>core</id><name>Core</name><name xml:lang="de">Kern</name><description>d</description><default>true</default>
<packagelist><packagereq type="mandatory">bash</packagereq><packagereq type="default" basearchonly="true">vim</packagereq>
<packagereq type="optional">emacs</packagereq><packagereq requires="kde" type="conditional">kde-l10n</packagereq>
<packagereq>plain</packagereq></packagelist></group>
<environment><id>server</id><name>Server</name><grouplist><groupid>core</groupid></grouplist>
<optionlist><groupid default="true">dev</groupid></optionlist></environment>
<category><id>c</id><name>C</name><grouplist><groupid>core</groupid></grouplist></category>
<langpacks><match install="x-%s" name="x"/></langpacks></comps>"#;

    #[test]
    fn groups_environments_and_categories_are_read() {
        let comps = Comps::read(TEXT.as_bytes()).unwrap();
        let core = &comps.groups[0];
        assert_eq!((core.id.as_str(), core.name.as_str()), ("core", "Core"));
        let kinds: Vec<_> = core.members.iter().map(|m| (m.name.as_str(), m.kind.clone(), m.base_arch_only)).collect();
        assert_eq!(kinds[0], ("bash", MemberKind::Mandatory, false));
        assert_eq!(kinds[1], ("vim", MemberKind::Default, true));
        assert_eq!(kinds[3], ("kde-l10n", MemberKind::Conditional("kde".into()), false));
        assert_eq!(kinds[4].1, MemberKind::Mandatory);
        let server = &comps.environments[0];
        assert_eq!((&server.groups[..], &server.options[..]), (&["core".to_owned()][..], &["dev".to_owned()][..]));
        assert_eq!(comps.categories.len(), 1);
    }

    #[test]
    fn a_cut_document_is_an_error() {
        assert!(matches!(Comps::read(&TEXT.as_bytes()[..200]), Err(RepodataError::Truncated { .. })));
    }
}
