//! From a script's text to what the shell runs.
//!
//! ```text
//! skip       where quotes and substitutions end
//! lexer      words and operators, with positions; here-documents            cases     which `)` belongs to `case`
//! parse      bounds, brush-parser's grammar over our tokens, bash's messages
//! lower      its syntax tree into ours (tree)                               condition  [[ … ]]
//! word       the pieces of a word: quotes, ${…}, $(…)     parameter  braces  ansi
//! ```
//! The grammar is brush-parser's, the tokens are ours: its tokenizer folds the blanks of `${x:-a  b}`, ends `$(case x in a)` at the
//! pattern, and takes time exponential in a stranger's nesting; ours is linear and bounded.

mod ansi;
mod braces;
mod cases;
mod condition;
mod lexer;
mod lower;
mod parameter;
mod parse;
mod skip;
mod tree;
mod word;

pub(super) use ansi::{Escape, Escapes, sequence as escape_sequence, unescape as unescape_ansi};
pub(super) use braces::{Braces, expand as expand_braces};
pub(super) use lower::{is_name, split_assignment};
pub(super) use parse::{Dialect, SyntaxError, parse};
pub(super) use tree::*;
pub(super) use word::{Reading, parse_word};
