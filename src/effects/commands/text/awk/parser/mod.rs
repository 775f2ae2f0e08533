//! Tokens as a tree: items here, the rest beside.

mod expressions;
mod statements;

use std::{collections::BTreeMap, rc::Rc};

use super::{
    super::pattern::{Pattern, Syntax},
    lexer::{Placed, Token, Unreadable, tokens},
    tree::{Function, Place, Program, Rule, SPECIAL, When},
};

/// Statements inside one another; an expression in another counts as [`EXPRESSION`] of them, as it needs so much more stack.
const DEEPEST: usize = 150;
const EXPRESSION: usize = 3;
/// Bytes of a program.
const LONGEST: usize = 1 << 20;

/// Reads a program; `room` is how many of the shell's commands the stack would have room for.
pub(super) fn parse(source: &[u8], room: usize) -> Result<Program, Unreadable> {
    if source.len() > LONGEST {
        return Err(Unreadable { line: 1, text: "the program is too long".to_owned(), fatal: false });
    }
    let mut parser = Parser {
        tokens: tokens(source)?,
        at: 0,
        depth: 0,
        deepest: room.min(DEEPEST),
        operators: 0,
        globals: BTreeMap::new(),
        locals: Vec::new(),
        functions: BTreeMap::new(),
        calls: Vec::new(),
        program: Program::default(),
    };
    for name in SPECIAL {
        parser.global(name.as_bytes());
    }
    parser.program()?;
    Ok(parser.program)
}

struct Parser {
    tokens: Vec<Placed>,
    at: usize,
    depth: usize,
    deepest: usize,
    /// Operators of the statement being read.
    operators: usize,
    globals: BTreeMap<Vec<u8>, usize>,
    /// Parameters of the function being read.
    locals: Vec<Vec<u8>>,
    /// By name: its number, once its body was met or a call of it.
    functions: BTreeMap<Vec<u8>, usize>,
    /// Functions called: number and line, to find those that are nowhere.
    calls: Vec<(usize, usize)>,
    program: Program,
}

impl Parser {
    fn peek(&self) -> &Token {
        &self.tokens[self.at.min(self.tokens.len() - 1)].0
    }

    fn line(&self) -> usize {
        self.tokens[self.at.min(self.tokens.len() - 1)].1
    }

    fn error<T>(&self, text: &str) -> Result<T, Unreadable> {
        Err(Unreadable { line: self.line(), text: text.to_owned(), fatal: false })
    }

    fn is(&self, symbol: &str) -> bool {
        matches!(self.peek(), Token::Symbol(s) if *s == symbol)
    }

    fn accept(&mut self, symbol: &str) -> bool {
        let found = self.is(symbol);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, symbol: &str) -> Result<(), Unreadable> {
        if self.accept(symbol) { Ok(()) } else { self.error(&format!("syntax error: `{symbol}' expected")) }
    }

    fn newlines(&mut self) {
        while *self.peek() == Token::Newline {
            self.at += 1;
        }
    }

    /// Newlines and semicolons.
    fn terminators(&mut self) {
        while *self.peek() == Token::Newline || self.is(";") {
            self.at += 1;
        }
    }

    /// One level deeper; every function that recurses does so through here.
    fn deeper<T>(&mut self, by: usize, read: impl FnOnce(&mut Self) -> Result<T, Unreadable>) -> Result<T, Unreadable> {
        self.depth += by;
        if self.depth > self.deepest {
            return self.error("the program is nested too deeply");
        }
        let result = read(self);
        self.depth -= by;
        result
    }

    fn global(&mut self, name: &[u8]) -> usize {
        if let Some(&at) = self.globals.get(name) {
            return at;
        }
        let at = self.program.globals.len();
        self.program.globals.push(name.to_vec());
        self.globals.insert(name.to_vec(), at);
        at
    }

    fn place(&mut self, name: &[u8]) -> Place {
        match self.locals.iter().position(|l| l == name) {
            Some(at) => Place::Local(at),
            None => Place::Global(self.global(name)),
        }
    }

    fn function_number(&mut self, name: &[u8]) -> usize {
        let next = self.program.functions.len();
        let number = *self.functions.entry(name.to_vec()).or_insert(next);
        if number == next {
            self.program.functions.push(Function { parameters: usize::MAX, body: Vec::new() });
        }
        number
    }

    fn pattern(&self, source: &[u8]) -> Result<Rc<Pattern>, Unreadable> {
        match Pattern::new(source, Syntax::AWK) {
            Ok(pattern) => Ok(Rc::new(pattern)),
            Err(error) => self.error(&format!("error: {error}: /{}/", String::from_utf8_lossy(source))),
        }
    }

    fn program(&mut self) -> Result<(), Unreadable> {
        self.terminators();
        while *self.peek() != Token::End {
            if self.accept("function") {
                self.function()?;
            } else {
                self.rule()?;
            }
            self.terminators();
        }
        let missing = self.calls.iter().find(|(number, _)| self.program.functions[*number].parameters == usize::MAX);
        if let Some(&(number, line)) = missing {
            let name =
                self.functions.iter().find(|(_, n)| **n == number).map(|(name, _)| name.clone()).unwrap_or_default();
            let text = format!("function `{}' not defined", String::from_utf8_lossy(&name));
            return Err(Unreadable { line, text, fatal: true });
        }
        Ok(())
    }

    fn rule(&mut self) -> Result<(), Unreadable> {
        self.operators = 0;
        let when = if self.accept("BEGIN") {
            When::Begin
        } else if self.accept("END") {
            When::End
        } else if self.is("{") {
            When::Always
        } else {
            let first = self.expression()?;
            if self.accept(",") {
                self.newlines();
                let last = self.expression()?;
                self.program.ranges += 1;
                When::Range(Box::new([first, last]), self.program.ranges - 1)
            } else {
                When::If(first)
            }
        };
        let body = if self.is("{") { Some(self.block()?) } else { None };
        if body.is_none() && matches!(when, When::Begin | When::End) {
            return self.error("syntax error: BEGIN and END need an action");
        }
        if body.is_none() && *self.peek() != Token::Newline && !self.is(";") {
            return self.error("syntax error");
        }
        self.program.rules.push(Rule { when, body });
        Ok(())
    }

    fn function(&mut self) -> Result<(), Unreadable> {
        let (Token::Name(name) | Token::Function(name)) = self.peek().clone() else {
            return self.error("syntax error: a function's name expected");
        };
        self.at += 1;
        self.expect("(")?;
        while !self.accept(")") {
            let Token::Name(parameter) = self.peek().clone() else {
                return self.error("syntax error: a parameter's name expected");
            };
            self.at += 1;
            self.locals.push(parameter);
            self.newlines();
            if self.accept(",") {
                self.newlines();
            } else if !self.is(")") {
                return self.error("syntax error");
            }
        }
        self.newlines();
        let number = self.function_number(&name);
        if self.program.functions[number].parameters != usize::MAX {
            return self.error(&format!("function name `{}' previously defined", String::from_utf8_lossy(&name)));
        }
        self.program.functions[number].parameters = self.locals.len();
        let body = self.block()?;
        self.program.functions[number].body = body;
        self.locals.clear();
        Ok(())
    }
}
