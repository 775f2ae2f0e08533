//! Recipes: what people write.
//!
//! Takes TOML text and what the command line overrides; gives, for each architecture, an [`ArchPlan`]: plain data in which
//! every variable is replaced, every default filled in and every value checked. It knows no network, no repository and no
//! image; of the file system only the recipe file itself.
//!
//! ```text
//! text ──parse──▶ values with places ──schema──▶ keys and types checked
//!      ──variables (per arch)──▶ Document ──checks──▶ ArchPlan
//! ```
//!
//! Every refusal says where (`drydock.toml:12:1`), what, and the nearest valid name.

mod advisories;
mod check;
mod document;
mod error;
mod expand;
mod layering;
mod overrides;
mod plan;
mod repositories;
mod schema;
mod source;
mod template;
mod variables;

#[cfg(test)]
mod tests;

use std::{
    io,
    path::{Path, PathBuf},
};

pub use advisories::AdvisoryPlan;
pub use document::{
    AdvisoriesSection, ArchPackagesSection, Document, FileSection, GroupSection, ImageSection, LayerSection,
    PackagesSection, RepoSection, TreeSection, UserSection,
};
pub use error::{Error, Meant, Place};
pub use layering::Layering;
pub use overrides::Overrides;
pub use plan::{ArchPlan, Base, Content, FilePlan, GroupPlan, ImagePlan, LayerPlan, PackagePlan, TreePlan, UserPlan};
pub use repositories::{RepoPlan, RepoUrl};
pub use schema::schema;
pub use template::{Template, uname};

use crate::terms::Arch;

/// The file name a recipe has when nobody gives another.
pub const DEFAULT_NAME: &str = "drydock.toml";

/// The recipes that come with drydock: name and text.
pub const BUILT_IN: [(&str, &str); 1] = [("driver-toolkit", include_str!("driver-toolkit.toml"))];

/// A recipe's size is that of a page or two; a megabyte is something else.
const MAX_SIZE: usize = 1 << 20;

/// A recipe whose keys and types are right. Its values are checked when it is expanded for an architecture.
#[derive(Clone, Debug)]
pub struct Recipe {
    name: String,
    text: String,
    directory: PathBuf,
}

impl Recipe {
    /// Reads a recipe's text. `name` stands in messages, and relative paths in the recipe are meant from `directory`.
    pub fn parse(name: &str, text: &str, directory: &Path) -> Result<Self, Error> {
        schema::check(&source::Source::parse(name, text)?)?;
        Ok(Self { name: name.to_owned(), text: text.to_owned(), directory: directory.to_owned() })
    }

    /// The values with their places. They borrow the text, so they are read again for each question: a recipe is small.
    fn source(&self) -> Result<source::Source<'_>, Error> {
        source::Source::parse(&self.name, &self.text)
    }

    /// A recipe file.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let read = |source| Error::Read { path: path.to_owned(), source };
        let bytes = std::fs::read(path).map_err(read)?;
        if bytes.len() > MAX_SIZE {
            return Err(read(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than any recipe")));
        }
        let text = String::from_utf8(bytes)
            .map_err(|_| read(io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text")))?;
        let directory = path.parent().filter(|d| !d.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Self::parse(&path.display().to_string(), &text, directory)
    }

    /// A recipe of [`BUILT_IN`].
    pub fn built_in(name: &str) -> Option<Result<Self, Error>> {
        let (name, text) = BUILT_IN.into_iter().find(|(n, _)| *n == name)?;
        Some(Self::parse(name, text, Path::new(".")))
    }

    /// A file or built-in by what the user typed; without that `drydock.toml` where there is one, else the built-in driver
    /// toolkit. A file wins over a built-in of the same name.
    pub fn find(name: Option<&str>) -> Result<Self, Error> {
        let (name, asked) = match name {
            Some(name) => (name, true),
            None if Path::new(DEFAULT_NAME).exists() => (DEFAULT_NAME, true),
            None => (BUILT_IN[0].0, false),
        };
        // A directory of that name, such as a checkout, hides no built-in.
        if asked && Path::new(name).exists() && !Path::new(name).is_dir() {
            return Self::load(Path::new(name));
        }
        Self::built_in(name).unwrap_or_else(|| {
            let nearest = error::nearest(name, BUILT_IN.into_iter().map(|(n, _)| n));
            Err(Error::Missing { name: name.to_owned(), nearest })
        })
    }

    /// The file's name or the built-in's.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where relative paths in the recipe begin.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The architectures to build, sorted, each once: the command line's, else the recipe's.
    pub fn arches(&self, overrides: &Overrides) -> Result<Vec<Arch>, Error> {
        let mut arches = overrides.arches.clone();
        if arches.is_empty() {
            let source = self.source()?;
            let image = source.root().get("image").and_then(|i| i.get_ref().as_table());
            let list = image.and_then(|i| i.get("arches")).and_then(|a| a.get_ref().as_array());
            let names = list.into_iter().flatten().filter_map(|a| a.get_ref().as_str());
            arches.extend(names.filter_map(|name| name.parse::<Arch>().ok()));
        }
        arches.sort_unstable();
        arches.dedup();
        if arches.is_empty() { Err(Error::NoArches { recipe: self.name().to_owned() }) } else { Ok(arches) }
    }

    /// The effective recipe for one architecture.
    pub fn for_arch(&self, arch: Arch, overrides: &Overrides) -> Result<ArchPlan, Error> {
        expand::plan(&self.source()?, arch, overrides)
    }

    /// [`Recipe::for_arch`] for each of [`Recipe::arches`].
    pub fn plan(&self, overrides: &Overrides) -> Result<Vec<ArchPlan>, Error> {
        self.arches(overrides)?.into_iter().map(|arch| self.for_arch(arch, overrides)).collect()
    }
}
