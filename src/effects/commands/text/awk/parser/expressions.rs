//! Expressions, from what binds least to what binds most.

use super::{
    super::{
        lexer::{Token, Unreadable},
        tree::{Arithmetic, Builtin, Comparison, Expression, Source, Target},
    },
    EXPRESSION, Parser,
};

type Read = Result<Expression, Unreadable>;

/// Where an expression stands: in `print`'s list `>` is no comparison; in `for (` `in` may be told apart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    Anywhere,
    Printed,
}

/// Operators of one statement: those in a row nest to the left.
const OPERATORS: usize = 500;

impl Parser {
    pub(super) fn expression(&mut self) -> Read {
        self.deeper(EXPRESSION, |p| p.ternary(Where::Anywhere))
    }

    /// One of `print`'s values.
    pub(super) fn printed(&mut self) -> Read {
        self.deeper(EXPRESSION, |p| p.ternary(Where::Printed))
    }

    /// Where `print` writes: a concatenation, without comparisons.
    pub(super) fn destination(&mut self) -> Read {
        self.deeper(EXPRESSION, |p| p.concatenation(Where::Printed))
    }

    fn chain(&mut self) -> Result<(), Unreadable> {
        self.operators += 1;
        if self.operators > OPERATORS { self.error("an expression is too long") } else { Ok(()) }
    }

    /// `?:`, and assignments, which bind as loosely.
    fn ternary(&mut self, place: Where) -> Read {
        let condition = self.or(place)?;
        if self.accept("?") {
            self.newlines();
            let yes = self.deeper(EXPRESSION, |p| p.ternary(place))?;
            self.newlines();
            self.expect(":")?;
            self.newlines();
            let no = self.deeper(EXPRESSION, |p| p.ternary(place))?;
            return Ok(Expression::Conditional(Box::new([condition, yes, no])));
        }
        Ok(condition)
    }

    /// An assignment where what was read is something to assign to.
    fn assignment(&mut self, left: Expression, place: Where) -> Read {
        let operator = match self.peek() {
            Token::Symbol("=") => None,
            Token::Symbol("+=") => Some(Arithmetic::Add),
            Token::Symbol("-=") => Some(Arithmetic::Subtract),
            Token::Symbol("*=") => Some(Arithmetic::Multiply),
            Token::Symbol("/=") => Some(Arithmetic::Divide),
            Token::Symbol("%=") => Some(Arithmetic::Remainder),
            Token::Symbol("^=") => Some(Arithmetic::Power),
            _ => return Ok(left),
        };
        let Expression::Value(target) = left else { return Ok(left) };
        self.at += 1;
        self.newlines();
        let value = Box::new(self.deeper(EXPRESSION, |p| p.ternary(place))?);
        Ok(match operator {
            None => Expression::Assign(target, value),
            Some(operator) => Expression::AssignWith(target, operator, value),
        })
    }

    fn or(&mut self, place: Where) -> Read {
        let mut left = self.and(place)?;
        while self.accept("||") {
            self.chain()?;
            self.newlines();
            left = Expression::Or(Box::new([left, self.and(place)?]));
        }
        Ok(left)
    }

    fn and(&mut self, place: Where) -> Read {
        let mut left = self.membership(place)?;
        while self.accept("&&") {
            self.chain()?;
            self.newlines();
            left = Expression::And(Box::new([left, self.membership(place)?]));
        }
        Ok(left)
    }

    /// `in`
    fn membership(&mut self, place: Where) -> Read {
        let mut left = self.matching(place)?;
        while self.accept("in") {
            self.chain()?;
            let Token::Name(array) = self.peek().clone() else { return self.error("syntax error: an array expected") };
            self.at += 1;
            let keys = if let Expression::List(keys) = left { keys } else { vec![left] };
            left = Expression::In(keys, self.place(&array));
        }
        Ok(left)
    }

    /// `~` and `!~`
    fn matching(&mut self, place: Where) -> Read {
        let mut left = self.comparison(place)?;
        while self.is("~") || self.is("!~") {
            self.chain()?;
            let negated = self.accept("!~");
            self.at += usize::from(!negated);
            left = Expression::Match(negated, Box::new([left, self.comparison(place)?]));
        }
        Ok(left)
    }

    fn comparison(&mut self, place: Where) -> Read {
        let left = self.piped(place)?;
        let operator = match self.peek() {
            Token::Symbol("<") => Comparison::Less,
            Token::Symbol("<=") => Comparison::LessOrEqual,
            Token::Symbol("==") => Comparison::Equal,
            Token::Symbol("!=") => Comparison::NotEqual,
            Token::Symbol(">") if place == Where::Anywhere => Comparison::Greater,
            Token::Symbol(">=") => Comparison::GreaterOrEqual,
            _ => return Ok(left),
        };
        self.at += 1;
        Ok(Expression::Compare(operator, Box::new([left, self.piped(place)?])))
    }

    /// `command | getline`
    fn piped(&mut self, place: Where) -> Read {
        let mut left = self.concatenation(place)?;
        while self.is("|") && matches!(self.tokens.get(self.at + 1), Some((Token::Symbol("getline"), _))) {
            self.chain()?;
            self.at += 2;
            let target = self.optional_target()?;
            left = Expression::Getline(Source::Command(Box::new(left)), target);
        }
        Ok(left)
    }

    fn concatenation(&mut self, place: Where) -> Read {
        let first = self.sum(place)?;
        if !self.starts_value() {
            return Ok(first);
        }
        let mut all = vec![first];
        while self.starts_value() {
            all.push(self.sum(place)?);
        }
        Ok(Expression::Concatenate(all))
    }

    /// Whether a value may begin here that is concatenated to what is before it.
    fn starts_value(&self) -> bool {
        match self.peek() {
            Token::Number(_)
            | Token::Text(_)
            | Token::Pattern(_)
            | Token::Name(_)
            | Token::Function(_)
            | Token::Builtin(_) => true,
            Token::Symbol(symbol) => matches!(*symbol, "$" | "!" | "(" | "-" | "+" | "++" | "--"),
            Token::Newline | Token::End => false,
        }
    }

    fn sum(&mut self, place: Where) -> Read {
        let mut left = self.product(place)?;
        loop {
            let operator = match self.peek() {
                Token::Symbol("+") => Arithmetic::Add,
                Token::Symbol("-") => Arithmetic::Subtract,
                _ => return Ok(left),
            };
            self.chain()?;
            self.at += 1;
            left = Expression::Arithmetic(operator, Box::new([left, self.product(place)?]));
        }
    }

    fn product(&mut self, place: Where) -> Read {
        let mut left = self.signed(place)?;
        loop {
            let operator = match self.peek() {
                Token::Symbol("*") => Arithmetic::Multiply,
                Token::Symbol("/") => Arithmetic::Divide,
                Token::Symbol("%") => Arithmetic::Remainder,
                _ => return Ok(left),
            };
            self.chain()?;
            self.at += 1;
            let right = self.signed(place)?;
            if operator != Arithmetic::Multiply && matches!(right, Expression::Number(0.0)) {
                return self.error("fatal: division by zero attempted");
            }
            left = Expression::Arithmetic(operator, Box::new([left, right]));
        }
    }

    pub(super) fn unary(&mut self) -> Read {
        self.deeper(EXPRESSION, |p| p.signed(Where::Anywhere))
    }

    fn signed(&mut self, place: Where) -> Read {
        if self.accept("!") {
            return Ok(Expression::Not(Box::new(self.deeper(EXPRESSION, |p| p.signed(place))?)));
        }
        if self.accept("-") {
            return Ok(Expression::Negate(Box::new(self.deeper(EXPRESSION, |p| p.signed(place))?)));
        }
        if self.accept("+") {
            return Ok(Expression::Numeric(Box::new(self.deeper(EXPRESSION, |p| p.signed(place))?)));
        }
        self.power(place)
    }

    /// `^`, which takes a sign on its right.
    fn power(&mut self, place: Where) -> Read {
        let left = self.postfix()?;
        if self.accept("^") {
            let right = self.deeper(EXPRESSION, |p| p.signed(place))?;
            return Ok(Expression::Arithmetic(Arithmetic::Power, Box::new([left, right])));
        }
        self.assignment(left, place)
    }

    fn postfix(&mut self) -> Read {
        if self.is("++") || self.is("--") {
            let by = if self.accept("++") { 1.0 } else { -1.0 };
            self.at += usize::from(by < 0.0);
            return match self.deeper(EXPRESSION, Self::primary)? {
                Expression::Value(target) => Ok(Expression::Step(target, by, false)),
                _ => self.error("syntax error: nothing to count up or down"),
            };
        }
        let value = self.primary()?;
        let Expression::Value(target) = value else { return Ok(value) };
        if self.accept("++") {
            return Ok(Expression::Step(target, 1.0, true));
        }
        if self.accept("--") {
            return Ok(Expression::Step(target, -1.0, true));
        }
        Ok(Expression::Value(target))
    }

    fn primary(&mut self) -> Read {
        let token = self.peek().clone();
        self.at += 1;
        match token {
            Token::Number(value) => Ok(Expression::Number(value)),
            Token::Text(text) => Ok(Expression::Text(text.into())),
            Token::Pattern(source) => self.pattern(&source).map(Expression::Pattern),
            Token::Name(name) => {
                let place = self.place(&name);
                if self.accept("[") {
                    let key = self.subscript()?;
                    return Ok(Expression::Value(Target::Element(place, key)));
                }
                Ok(Expression::Value(Target::Variable(place)))
            }
            Token::Function(name) => self.call(&name),
            Token::Builtin(builtin) => self.builtin(builtin),
            Token::Symbol("$") => {
                let field = self.deeper(EXPRESSION, |p| match p.peek() {
                    Token::Symbol("-") => p.signed(Where::Anywhere),
                    Token::Symbol("++" | "--") => p.postfix(),
                    _ => p.primary(),
                })?;
                Ok(Expression::Value(Target::Field(Box::new(field))))
            }
            Token::Symbol("(") => self.parenthesised(),
            Token::Symbol("getline") => {
                let target = self.optional_target()?;
                if self.accept("<") {
                    let file = self.deeper(EXPRESSION, Self::postfix)?;
                    return Ok(Expression::Getline(Source::File(Box::new(file)), target));
                }
                Ok(Expression::Getline(Source::Main, target))
            }
            _ => {
                self.at -= 1;
                self.error("syntax error")
            }
        }
    }

    /// After `(`: an expression, or a list for `in` and `print`.
    fn parenthesised(&mut self) -> Read {
        self.newlines();
        let first = self.expression()?;
        self.newlines();
        if self.accept(")") {
            // What is in parentheses is no target, and no list of one.
            return Ok(match first {
                Expression::Value(target @ Target::Field(_)) => Expression::Value(target),
                Expression::Value(target) => Expression::Concatenate(vec![Expression::Value(target)]),
                other => other,
            });
        }
        let mut all = vec![first];
        while self.accept(",") {
            self.newlines();
            all.push(self.expression()?);
            self.newlines();
        }
        self.expect(")")?;
        Ok(Expression::List(all))
    }

    /// After `[`.
    pub(super) fn subscript(&mut self) -> Result<Vec<Expression>, Unreadable> {
        let mut keys = Vec::new();
        loop {
            self.newlines();
            keys.push(self.expression()?);
            self.newlines();
            if !self.accept(",") {
                break;
            }
        }
        self.expect("]")?;
        Ok(keys)
    }

    fn arguments(&mut self) -> Result<Vec<Expression>, Unreadable> {
        self.expect("(")?;
        let mut arguments = Vec::new();
        self.newlines();
        while !self.accept(")") {
            arguments.push(self.expression()?);
            self.newlines();
            if self.accept(",") {
                self.newlines();
            } else if !self.is(")") {
                return self.error("syntax error");
            }
        }
        Ok(arguments)
    }

    fn call(&mut self, name: &[u8]) -> Read {
        let line = self.line();
        let number = self.function_number(name);
        self.calls.push((number, line));
        Ok(Expression::Call(number, self.arguments()?))
    }

    fn builtin(&mut self, builtin: Builtin) -> Read {
        if builtin == Builtin::Length && !self.is("(") {
            return Ok(Expression::Builtin(builtin, Vec::new()));
        }
        let arguments = self.arguments()?;
        let allowed = match builtin {
            Builtin::Rand | Builtin::Systime => 0..=0,
            Builtin::Fflush | Builtin::Length | Builtin::Srand => 0..=1,
            Builtin::Cos
            | Builtin::Compl
            | Builtin::Exp
            | Builtin::Int
            | Builtin::Log
            | Builtin::Sin
            | Builtin::Sqrt
            | Builtin::Strtonum
            | Builtin::System
            | Builtin::Tolower
            | Builtin::Toupper => 1..=1,
            Builtin::Close | Builtin::Mktime => 1..=2,
            Builtin::Atan2 | Builtin::Index | Builtin::Lshift | Builtin::Rshift => 2..=2,
            Builtin::Gsub | Builtin::Sub | Builtin::Match | Builtin::Substr => 2..=3,
            Builtin::Split => 2..=4,
            Builtin::Gensub => 3..=4,
            Builtin::Strftime => 0..=3,
            Builtin::Sprintf => 1..=usize::MAX,
            Builtin::And | Builtin::Or | Builtin::Xor => 2..=usize::MAX,
        };
        if !allowed.contains(&arguments.len()) {
            return self.error("a function is called with a wrong number of arguments");
        }
        Ok(Expression::Builtin(builtin, arguments))
    }

    /// What `getline` may fill.
    fn optional_target(&mut self) -> Result<Option<Target>, Unreadable> {
        if !matches!(self.peek(), Token::Name(_) | Token::Symbol("$")) {
            return Ok(None);
        }
        match self.deeper(EXPRESSION, Self::primary)? {
            Expression::Value(target) => Ok(Some(target)),
            _ => self.error("syntax error: nothing to read into"),
        }
    }
}
