//! Statements.

use super::{
    super::{
        lexer::{Token, Unreadable},
        tree::{Expression, Statement, Target, Way},
    },
    Parser,
};

impl Parser {
    /// `{ … }`
    pub(super) fn block(&mut self) -> Result<Vec<Statement>, Unreadable> {
        self.expect("{")?;
        let mut body = Vec::new();
        loop {
            self.terminators();
            if self.accept("}") {
                return Ok(body);
            }
            if *self.peek() == Token::End {
                return self.error("syntax error: `}' expected");
            }
            body.push(self.deeper(1, Self::statement)?);
        }
    }

    fn statement(&mut self) -> Result<Statement, Unreadable> {
        self.operators = 0;
        let Token::Symbol(symbol) = *self.peek() else { return self.simple_with_end() };
        match symbol {
            "{" => return self.block().map(Statement::Block),
            "if" => return self.conditional(),
            "while" => {
                self.at += 1;
                let condition = self.condition()?;
                if self.accept(";") {
                    return Ok(Statement::While(condition, Box::new(Statement::Block(Vec::new()))));
                }
                let body = self.body()?;
                return Ok(Statement::While(condition, Box::new(body)));
            }
            "do" => return self.repeat(),
            "for" => return self.loop_over(),
            "switch" => return self.switch(),
            ";" => {
                self.at += 1;
                return Ok(Statement::Block(Vec::new()));
            }
            _ => {}
        }
        self.simple_with_end()
    }

    /// What is done under a condition or in a loop.
    fn body(&mut self) -> Result<Statement, Unreadable> {
        self.newlines();
        self.deeper(1, Self::statement)
    }

    fn condition(&mut self) -> Result<Expression, Unreadable> {
        self.expect("(")?;
        let condition = self.expression()?;
        self.newlines();
        self.expect(")")?;
        Ok(condition)
    }

    fn conditional(&mut self) -> Result<Statement, Unreadable> {
        self.at += 1;
        let condition = self.condition()?;
        let body = self.body()?;
        // `else` may stand after terminators, which else belong to what follows.
        let before = self.at;
        self.terminators();
        if !self.accept("else") {
            self.at = before;
            return Ok(Statement::If(condition, Box::new(body), None));
        }
        let otherwise = self.body()?;
        Ok(Statement::If(condition, Box::new(body), Some(Box::new(otherwise))))
    }

    fn repeat(&mut self) -> Result<Statement, Unreadable> {
        self.at += 1;
        let body = self.body()?;
        self.terminators();
        self.expect("while")?;
        let condition = self.condition()?;
        self.end_of_statement()?;
        Ok(Statement::Do(Box::new(body), condition))
    }

    fn loop_over(&mut self) -> Result<Statement, Unreadable> {
        self.at += 1;
        self.expect("(")?;
        if let [(Token::Name(key), _), (Token::Symbol("in"), _), (Token::Name(array), _), (Token::Symbol(")"), _), ..] =
            &self.tokens[self.at..]
        {
            let (key, array) = (key.clone(), array.clone());
            self.at += 4;
            let target = Target::Variable(self.place(&key));
            let array = self.place(&array);
            let body = self.loop_body()?;
            return Ok(Statement::ForIn(target, array, Box::new(body)));
        }
        let start = if self.is(";") { None } else { Some(Box::new(self.simple()?)) };
        self.expect(";")?;
        self.newlines();
        let condition = if self.is(";") { None } else { Some(self.expression()?) };
        self.expect(";")?;
        self.newlines();
        let step = if self.is(")") { None } else { Some(Box::new(self.simple()?)) };
        self.expect(")")?;
        let body = self.loop_body()?;
        Ok(Statement::For(start, condition, step, Box::new(body)))
    }

    fn loop_body(&mut self) -> Result<Statement, Unreadable> {
        if self.accept(";") { Ok(Statement::Block(Vec::new())) } else { self.body() }
    }

    fn switch(&mut self) -> Result<Statement, Unreadable> {
        self.at += 1;
        let value = self.condition()?;
        self.newlines();
        self.expect("{")?;
        let mut cases = Vec::new();
        loop {
            self.terminators();
            if self.accept("}") {
                return Ok(Statement::Switch(value, cases));
            }
            if self.accept("case") {
                cases.push((Some(self.unary()?), Vec::new()));
                self.expect(":")?;
            } else if self.accept("default") {
                cases.push((None, Vec::new()));
                self.expect(":")?;
            } else if *self.peek() == Token::End {
                return self.error("syntax error: `}' expected");
            } else {
                let statement = self.deeper(1, Self::statement)?;
                match cases.last_mut() {
                    Some((_, body)) => body.push(statement),
                    None => return self.error("syntax error: `case' expected"),
                }
            }
        }
    }

    fn end_of_statement(&mut self) -> Result<(), Unreadable> {
        if *self.peek() == Token::Newline || self.is(";") {
            self.at += 1;
            return Ok(());
        }
        if self.is("}") { Ok(()) } else { self.error("syntax error") }
    }

    fn simple_with_end(&mut self) -> Result<Statement, Unreadable> {
        let statement = self.simple()?;
        self.end_of_statement()?;
        Ok(statement)
    }

    /// Whether the statement ends here.
    fn ends(&self) -> bool {
        matches!(self.peek(), Token::Newline | Token::End) || self.is(";") || self.is("}")
    }

    fn optional(&mut self) -> Result<Option<Expression>, Unreadable> {
        if self.ends() { Ok(None) } else { self.expression().map(Some) }
    }

    fn simple(&mut self) -> Result<Statement, Unreadable> {
        let Token::Symbol(symbol) = *self.peek() else { return self.expression().map(Statement::Expression) };
        let plain = match symbol {
            "break" => Statement::Break,
            "continue" => Statement::Continue,
            "next" => Statement::Next,
            "nextfile" => Statement::NextFile,
            "exit" | "return" => {
                self.at += 1;
                let value = self.optional()?;
                return Ok(if symbol == "exit" { Statement::Exit(value) } else { Statement::Return(value) });
            }
            "print" | "printf" => {
                self.at += 1;
                return self.print(symbol == "printf");
            }
            "delete" => {
                self.at += 1;
                return self.delete();
            }
            _ => return self.expression().map(Statement::Expression),
        };
        self.at += 1;
        Ok(plain)
    }

    fn print(&mut self, formatted: bool) -> Result<Statement, Unreadable> {
        let mut values = Vec::new();
        if !self.ends() && !self.is(">") && !self.is(">>") && !self.is("|") {
            values.push(self.printed()?);
            while self.accept(",") {
                self.newlines();
                values.push(self.printed()?);
            }
        }
        if let [Expression::List(list)] = &mut values[..] {
            values = std::mem::take(list);
        }
        let way = match self.peek() {
            Token::Symbol(">") => Some(Way::Truncate),
            Token::Symbol(">>") => Some(Way::Append),
            Token::Symbol("|") => Some(Way::Pipe),
            _ => None,
        };
        let output = match way {
            None => None,
            Some(way) => {
                self.at += 1;
                Some((way, self.destination()?))
            }
        };
        Ok(if formatted { Statement::Printf(values, output) } else { Statement::Print(values, output) })
    }

    fn delete(&mut self) -> Result<Statement, Unreadable> {
        let parenthesised = self.accept("(");
        let Token::Name(name) = self.peek().clone() else { return self.error("syntax error: `delete' of no array") };
        self.at += 1;
        let place = self.place(&name);
        let key = if self.accept("[") { Some(self.subscript()?) } else { None };
        if parenthesised {
            self.expect(")")?;
        }
        Ok(Statement::Delete(place, key))
    }
}
