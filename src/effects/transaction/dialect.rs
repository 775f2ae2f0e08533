//! In what rpm's versions differ, as far as an image shows it. The image's own rpm decides: 4.14 is RHEL 8's, 4.16 RHEL 9's.

use crate::terms::Evr;

/// How an rpm of some version runs transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// `Requires(meta)` orders nothing (4.16).
    pub meta_is_unordered: bool,
    /// What weak dependencies do for the order.
    pub weak: Weak,
    /// Members of a circle of requirements are looked at from the end (6.0).
    pub circles_reversed: bool,
    /// File triggers get a second argument, 0, as well (before 4.16).
    pub file_triggers_get_two: bool,
    /// `%posttrans` of a package that replaces another gets 2 (4.18).
    pub posttrans_counts_replaced: bool,
    /// `%transfiletriggerpostun` fires for the first of its prefixes only; before 4.17 every one of a package fires when any of
    /// its transaction file triggers has a prefix that matches.
    pub postun_by_prefix: bool,
    /// `%preuntrans`, `%postuntrans` (4.19).
    pub untrans: bool,
}

/// What `Recommends` and the like do for the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weak {
    /// What `Requires` does.
    Full,
    /// They order, but scriptlets do not need them (4.18).
    Demoted,
    /// Only those of scriptlets order, without being a scriptlet's (4.20).
    Ignored,
}

impl Default for Dialect {
    /// RHEL 9's, where the image holds no rpm.
    fn default() -> Self {
        Self::of(&Evr::new(0, "4.16.1.3", ""))
    }
}

impl Dialect {
    /// Of an `rpm` package.
    pub fn of(rpm: &Evr) -> Self {
        let since = |version: &str| crate::terms::rpmvercmp(&rpm.version, version).is_ge();
        Self {
            meta_is_unordered: since("4.16"),
            weak: match () {
                () if since("4.20") => Weak::Ignored,
                () if since("4.18") => Weak::Demoted,
                () => Weak::Full,
            },
            circles_reversed: since("6.0"),
            file_triggers_get_two: !since("4.16"),
            posttrans_counts_replaced: since("4.18"),
            postun_by_prefix: since("4.17"),
            untrans: since("4.19"),
        }
    }
}
