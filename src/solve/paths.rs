//! Specs that are patterns of paths: `/usr/bin/*cc`, `*/cc`.

use super::{
    Standing,
    pool::{Pkg, Pool},
};

/// Whether dnf takes the spec for a pattern of paths.
pub(super) fn is_path_pattern(spec: &str) -> bool {
    spec.contains(['*', '?', '[']) && (spec.starts_with('/') || spec.starts_with("*/"))
}

/// Whether all paths that fit the pattern are in primary's lists, by how it begins.
fn in_primary(pattern: &str) -> bool {
    let begin = &pattern[..pattern.find(['*', '?', '[']).unwrap_or(pattern.len())];
    begin.starts_with("/etc/") || begin.contains("bin/")
}

impl Pool<'_> {
    /// Packages that own a path that fits, in number order. Where primary cannot know, the pattern is noted as a path to
    /// look up: file lists are searched for it as a whole.
    pub fn owning_like(&self, pattern: &str) -> Vec<Pkg> {
        let Some(glob) = super::spec::pattern(pattern) else { return Vec::new() };
        let mut out = Vec::new();
        for (i, (c, first)) in self.catalogs.iter().zip(&self.first).enumerate() {
            let (complete, answers) = match i.checked_sub(self.installed_catalogs) {
                Some(i) => {
                    let source = &self.request.sources[i];
                    (source.standing != Standing::Enabled, &source.owners)
                }
                None => self.request.installed.as_ref().map(|s| (s.all_files, &s.owners)).expect("catalog 0 is it"),
            };
            match answers.get(pattern) {
                Some(owners) => out.extend(owners.iter().map(|p| Pkg(first + p.0))),
                None => {
                    let owns = |p: &_| c.files(*p).any(|(path, _)| glob.is_match(path));
                    out.extend(c.packages().filter(owns).map(|p| Pkg(first + p.0)));
                    if !complete && !in_primary(pattern) {
                        self.look_up(pattern);
                    }
                }
            }
        }
        out.sort_unstable();
        out.dedup();
        out
    }
}
