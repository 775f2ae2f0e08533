//! The way through: bounds, tokens, grammar, tree; and what bash says where it fails.

use brush_parser::{ParseError, ParserOptions, SourceInfo, Token, ast, parse_tokens};

use super::{
    Program, lexer,
    lexer::Lexed,
    lower,
    skip::{Level, Unfinished},
};

/// Scripts are some kilobytes.
const LONGEST: usize = 1 << 20;
/// Places before a mistake at which a whole script is looked for.
const ATTEMPTS: usize = 4;

/// Whose rules hold where bash has two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Dialect {
    /// `sh`: bash in posix mode.
    pub posix: bool,
}

impl Dialect {
    pub(super) fn level(self) -> Level {
        Level { depth: 0, posix: self.posix }
    }
}

/// What is wrong with a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct SyntaxError {
    pub line: usize,
    /// In bash's words.
    pub message: String,
}

/// A script, or the part of it before a mistake. Its first line is number `line`.
pub(in super::super) fn parse(source: &str, line: usize, dialect: Dialect) -> Program {
    let refused = |message: &str| SyntaxError { line, message: message.to_owned() };
    if source.len() > LONGEST {
        return Program { lines: Vec::new(), error: Some(refused("the script is too long")) };
    }
    let mut lexed = lexer::lex(source, line, dialect.level());
    let (error, place) = match lexed.problem.take() {
        Some((line, problem)) => (unfinished(line, &problem), lexed.tokens.len()),
        None => match grammar(&lexed.tokens, &lexed, dialect) {
            Ok(program) => return program,
            Err(found) => found,
        },
    };
    let whole = lexed.boundaries.iter().rev().filter(|&&b| b < place).take(ATTEMPTS);
    let mut before = whole.filter_map(|&b| grammar(&lexed.tokens[..=b], &lexed, dialect).ok());
    Program { lines: before.next().map(|p| p.lines).unwrap_or_default(), error: Some(error) }
}

/// The tree of tokens, or what is wrong and at which of them.
fn grammar(tokens: &[Token], lexed: &Lexed, dialect: Dialect) -> Result<Program, (SyntaxError, usize)> {
    let options =
        ParserOptions { enable_extended_globbing: true, posix_mode: false, sh_mode: false, tilde_expansion: true };
    let tokens = tokens.to_vec();
    let parsed: Result<ast::Program, ParseError> = parse_tokens(&tokens, &options, &SourceInfo::default());
    let last_line = tokens.last().map_or(1, |t| t.location().start.line);
    match parsed {
        Ok(program) => lower::program(&program, &lexed.descriptors, dialect).map_err(|error| {
            let place = tokens.iter().position(|t| t.location().start.line >= error.line).unwrap_or_default();
            (error, place)
        }),
        Err(ParseError::ParsingNearToken(token)) => {
            let at = token.location().start.clone();
            let text = if token.to_str() == "\n" { "newline" } else { token.to_str() };
            let message = format!("syntax error near unexpected token `{text}'");
            let place = tokens.iter().position(|t| t.location().start.index >= at.index).unwrap_or_default();
            Err((SyntaxError { line: at.line, message }, place))
        }
        Err(_) => {
            let message = "syntax error: unexpected end of file".to_owned();
            Err((SyntaxError { line: last_line, message }, tokens.len()))
        }
    }
}

fn unfinished(line: usize, problem: &Unfinished) -> SyntaxError {
    let message = match problem {
        Unfinished::Missing(c) => format!("unexpected EOF while looking for matching `{c}'"),
        Unfinished::Deep => "too many levels of nesting".to_owned(),
    };
    SyntaxError { line, message }
}
