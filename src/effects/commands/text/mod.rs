//! Commands on text.

mod awk;
mod cmp;
mod cut;
mod expr;
mod grep;
mod head;
mod number;
pub(in crate::effects) mod pattern;
mod sed;
mod seq;
mod sort;
mod stream;
mod tail;
mod tr;
mod uniq;
mod wc;

use super::Table;

/// The commands of this module.
pub(in crate::effects) const COMMANDS: Table = &[
    ("awk", awk::awk),
    ("cmp", cmp::cmp),
    ("cut", cut::cut),
    ("egrep", grep::egrep),
    ("expr", expr::expr),
    ("fgrep", grep::fgrep),
    ("gawk", awk::awk),
    ("grep", grep::grep),
    ("head", head::head),
    ("mawk", awk::awk),
    ("sed", sed::sed),
    ("seq", seq::seq),
    ("sort", sort::sort),
    ("tail", tail::tail),
    ("tr", tr::tr),
    ("uniq", uniq::uniq),
    ("wc", wc::wc),
];
