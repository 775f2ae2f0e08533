//! Commands on text.

mod awk;
mod cmp;
mod column;
mod comm;
mod cut;
mod diff;
mod digests;
mod encodings;
mod expr;
mod grep;
mod gzip;
mod head;
mod lines;
mod number;
mod od;
mod patch;
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
    ("base64", encodings::base64),
    ("cksum", digests::cksum),
    ("cmp", cmp::cmp),
    ("column", column::column),
    ("comm", comm::comm),
    ("cut", cut::cut),
    ("diff", diff::diff),
    ("egrep", grep::egrep),
    ("envsubst", encodings::envsubst),
    ("expr", expr::expr),
    ("fgrep", grep::fgrep),
    ("fold", lines::fold),
    ("gawk", awk::awk),
    ("grep", grep::grep),
    ("gunzip", gzip::gunzip),
    ("gzip", gzip::gzip),
    ("head", head::head),
    ("iconv", encodings::iconv),
    ("mawk", awk::awk),
    ("md5sum", digests::md5sum),
    ("nl", lines::nl),
    ("od", od::od),
    ("paste", lines::paste),
    ("patch", patch::patch),
    ("rev", lines::rev),
    ("sed", sed::sed),
    ("seq", seq::seq),
    ("sha1sum", digests::sha1sum),
    ("sha224sum", digests::sha224sum),
    ("sha256sum", digests::sha256sum),
    ("sha384sum", digests::sha384sum),
    ("sha512sum", digests::sha512sum),
    ("sort", sort::sort),
    ("strings", encodings::strings),
    ("tac", lines::tac),
    ("tail", tail::tail),
    ("tr", tr::tr),
    ("uniq", uniq::uniq),
    ("wc", wc::wc),
    ("zcat", gzip::zcat),
];
