//! brush-parser's syntax tree into ours.

use std::rc::Rc;

use brush_parser::ast;

use super::{
    Argument, Arm, Assign, Assigned, Command, Descriptor, Dialect, Item, Kind, List, Pipeline, Program, Reading,
    Redirect, RedirectKind, SyntaxError, Then, Word, condition, lexer, parameter, parse_word,
};

/// Whether a text is a variable's name.
pub(in super::super) fn is_name(s: &str) -> bool {
    let b = s.as_bytes();
    !b.is_empty() && !b[0].is_ascii_digit() && b.iter().all(|&b| super::skip::is_name_byte(b))
}

/// `NAME=` or `NAME+=`: a parenthesis may follow.
pub(super) fn is_name_or_append(s: &str) -> bool {
    s.strip_suffix('=').is_some_and(|s| is_name(s.strip_suffix('+').unwrap_or(s)))
}

/// An assignment's parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Split<'s> {
    pub name: &'s str,
    pub index: Option<&'s str>,
    pub append: bool,
    pub value: &'s str,
}

/// `NAME=…`, `NAME[…]=…`, `NAME+=…`.
pub(in super::super) fn split_assignment(s: &str) -> Option<Split<'_>> {
    let (name, index, rest) = parameter::element(s)?;
    let append = rest.starts_with("+=");
    let value = rest.strip_prefix(if append { "+=" } else { "=" })?;
    Some(Split { name, index, append, value })
}

type Lowered<T> = Result<T, SyntaxError>;

struct Lower<'d> {
    descriptors: &'d [String],
    dialect: Dialect,
    line: usize,
}

pub(super) fn program(program: &ast::Program, descriptors: &[String], dialect: Dialect) -> Lowered<Program> {
    let mut lower = Lower { descriptors, dialect, line: 1 };
    let lines = program.complete_commands.iter().map(|list| lower.list(list)).collect::<Lowered<_>>()?;
    Ok(Program { lines, error: None })
}

impl Lower<'_> {
    fn list(&mut self, list: &ast::CompoundList) -> Lowered<List> {
        list.0.iter().map(|ast::CompoundListItem(item, separator)| self.item(item, separator)).collect()
    }

    fn item(&mut self, item: &ast::AndOrList, separator: &ast::SeparatorOperator) -> Lowered<Item> {
        let first = self.pipeline(&item.first)?;
        let rest = item.additional.iter().map(|next| match next {
            ast::AndOr::And(pipeline) => Ok((true, self.pipeline(pipeline)?)),
            ast::AndOr::Or(pipeline) => Ok((false, self.pipeline(pipeline)?)),
        });
        let rest = rest.collect::<Lowered<_>>()?;
        Ok(Item { first, rest, background: matches!(separator, ast::SeparatorOperator::Async) })
    }

    fn pipeline(&mut self, pipeline: &ast::Pipeline) -> Lowered<Pipeline> {
        let commands = pipeline.seq.iter().map(|c| self.command(c)).collect::<Lowered<_>>()?;
        Ok(Pipeline { negated: pipeline.bang, commands })
    }

    fn at(&mut self, word: &ast::Word) {
        if let Some(location) = &word.loc {
            self.line = location.start.line;
        }
    }

    fn word(&self, text: &str, reading: Reading) -> Word {
        parse_word(text, reading, self.dialect)
    }

    fn command(&mut self, command: &ast::Command) -> Lowered<Command> {
        match command {
            ast::Command::Simple(simple) => self.simple(simple),
            ast::Command::Compound(compound, redirects) => self.compound(compound, redirects.as_ref()),
            ast::Command::Function(function) => {
                self.at(&function.fname);
                let line = self.line;
                let name = function.fname.value.clone();
                let ast::FunctionBody(body, redirects) = &function.body;
                let body = Rc::new(self.compound(body, redirects.as_ref())?);
                Ok(Command { line, kind: Kind::Function { name, body }, redirects: Vec::new() })
            }
            // Never seen: the lexer gives `[[ … ]]` as one word.
            ast::Command::ExtendedTest(_) => {
                Err(SyntaxError { line: self.line, message: "syntax error in conditional expression".to_owned() })
            }
        }
    }

    fn redirects(&mut self, list: Option<&ast::RedirectList>) -> Lowered<Vec<Redirect>> {
        list.iter().flat_map(|list| &list.0).map(|redirect| self.redirect(redirect)).collect()
    }

    fn compound(&mut self, compound: &ast::CompoundCommand, redirects: Option<&ast::RedirectList>) -> Lowered<Command> {
        use ast::CompoundCommand as C;
        let line = match compound {
            C::Arithmetic(c) => c.loc.start.line,
            C::ArithmeticForClause(c) => c.loc.start.line,
            C::BraceGroup(c) => c.loc.start.line,
            C::Subshell(c) => c.loc.start.line,
            C::ForClause(c) => c.loc.start.line,
            C::CaseClause(c) => c.value.loc.as_ref().map_or(self.line, |l| l.start.line),
            C::IfClause(c) => c.loc.start.line,
            C::WhileClause(c) | C::UntilClause(c) => c.2.start.line,
        };
        self.line = line;
        let kind = match compound {
            C::Arithmetic(c) => Kind::Arithmetic(self.word(&c.expr.value, Reading::Quoted)),
            C::ArithmeticForClause(c) => {
                let part = |e: &Option<ast::UnexpandedArithmeticExpr>| {
                    self.word(e.as_ref().map_or("", |e| &e.value), Reading::Quoted)
                };
                let parts = [part(&c.initializer), part(&c.condition), part(&c.updater)];
                Kind::ArithmeticFor { parts, body: self.list(&c.body.list)? }
            }
            C::BraceGroup(c) => Kind::Group(self.list(&c.list)?),
            C::Subshell(c) => Kind::Subshell(self.list(&c.list)?),
            C::ForClause(c) => self.for_clause(c)?,
            C::CaseClause(c) => self.case(c)?,
            C::IfClause(c) => self.if_clause(c)?,
            C::WhileClause(c) => self.while_clause(c, false)?,
            C::UntilClause(c) => self.while_clause(c, true)?,
        };
        Ok(Command { line, kind, redirects: self.redirects(redirects)? })
    }

    fn for_clause(&mut self, clause: &ast::ForClauseCommand) -> Lowered<Kind> {
        if !is_name(&clause.variable_name) {
            let message = format!("`{}': not a valid identifier", clause.variable_name);
            return Err(SyntaxError { line: self.line, message });
        }
        let words = clause.values.as_ref().map(|w| w.iter().map(|w| self.word(&w.value, Reading::Word)).collect());
        Ok(Kind::For { name: clause.variable_name.clone(), words, body: self.list(&clause.body.list)? })
    }

    fn while_clause(&mut self, clause: &ast::WhileOrUntilClauseCommand, until: bool) -> Lowered<Kind> {
        Ok(Kind::While { until, condition: self.list(&clause.0)?, body: self.list(&clause.1.list)? })
    }

    fn if_clause(&mut self, clause: &ast::IfClauseCommand) -> Lowered<Kind> {
        let mut arms = vec![(self.list(&clause.condition)?, self.list(&clause.then)?)];
        let mut otherwise = None;
        for part in clause.elses.iter().flatten() {
            match &part.condition {
                Some(condition) => arms.push((self.list(condition)?, self.list(&part.body)?)),
                None => otherwise = Some(self.list(&part.body)?),
            }
        }
        Ok(Kind::If { arms, otherwise })
    }

    fn case(&mut self, clause: &ast::CaseClauseCommand) -> Lowered<Kind> {
        use ast::CaseItemPostAction as After;
        let subject = self.word(&clause.value.value, Reading::Pattern);
        let mut arms = Vec::new();
        for item in &clause.cases {
            let patterns = item.patterns.iter().map(|p| self.word(&p.value, Reading::Pattern)).collect();
            let body = item.cmd.as_ref().map(|list| self.list(list)).transpose()?.unwrap_or_default();
            let then = match item.post_action {
                After::ExitCase => Then::End,
                After::UnconditionallyExecuteNextCaseItem => Then::Fall,
                After::ContinueEvaluatingCases => Then::GoOn,
            };
            arms.push(Arm { patterns, body, then });
        }
        Ok(Kind::Case { subject, arms })
    }

    fn simple(&mut self, simple: &ast::SimpleCommand) -> Lowered<Command> {
        use ast::CommandPrefixOrSuffixItem as I;
        let mut words = Vec::new();
        let mut redirects = Vec::new();
        let mut line = None;
        let prefix = simple.prefix.iter().flat_map(|p| &p.0);
        let suffix = simple.suffix.iter().flat_map(|s| &s.0);
        for item in prefix.map(Ok).chain(simple.word_or_name.iter().map(Err)).chain(suffix.map(Ok)) {
            let word = match item {
                Err(word) | Ok(I::Word(word) | I::AssignmentWord(_, word)) => word,
                Ok(I::IoRedirect(redirect)) => {
                    redirects.push(self.redirect(redirect)?);
                    line.get_or_insert(self.line);
                    continue;
                }
                // Never seen: the lexer gives it as a word.
                Ok(I::ProcessSubstitution(..)) => continue,
            };
            self.at(word);
            line.get_or_insert(self.line);
            words.push(word.value.as_str());
        }
        let line = line.unwrap_or(self.line);
        let kind = match words.first() {
            Some(word)
                if word
                    .strip_prefix("[[")
                    .is_some_and(|w| w.starts_with([' ', '\t', '\n', '(']) && w.ends_with("]]")) =>
            {
                if let Some(extra) = words.get(1) {
                    return Err(SyntaxError { line, message: format!("syntax error near unexpected token `{extra}'") });
                }
                Kind::Condition(condition::parse(word, self.dialect, line)?)
            }
            _ => self.arguments(&words)?,
        };
        Ok(Command { line, kind, redirects })
    }

    fn arguments(&mut self, words: &[&str]) -> Lowered<Kind> {
        let leading = words.iter().take_while(|w| split_assignment(w).is_some()).count();
        let assigns = words[..leading].iter().map(|w| self.assign(w)).collect::<Lowered<_>>()?;
        let mut declares = false;
        let mut out = Vec::new();
        for (i, &word) in words[leading..].iter().enumerate() {
            let is_prefix = matches!(word, "command" | "builtin");
            if i == 0 || (!declares && matches!(words[leading + i - 1], "command" | "builtin")) {
                declares = matches!(word, "declare" | "typeset" | "local" | "export" | "readonly");
            }
            let is_assignment = !is_prefix && split_assignment(word).is_some();
            out.push(match is_assignment {
                true if declares => Argument::Assign(self.assign(word)?),
                // bash, not sh: `make PREFIX=~/x` has its tilde expanded.
                true if !self.dialect.posix && word.contains('~') => Argument::Word(self.tilde_argument(word)),
                _ => Argument::Word(self.word(word, Reading::Word)),
            });
        }
        Ok(Kind::Simple { assigns, words: out })
    }

    fn tilde_argument(&self, text: &str) -> Word {
        let value = split_assignment(text).map_or(text.len(), |split| text.len() - split.value.len());
        let mut word = self.word(&text[..value], Reading::Pattern);
        word.parts.extend(self.word(&text[value..], Reading::Assignment).parts);
        word
    }

    fn assign(&self, text: &str) -> Lowered<Assign> {
        let error = || SyntaxError { line: self.line, message: format!("`{text}': not a valid identifier") };
        let Split { name, index, append, value } = split_assignment(text).ok_or_else(error)?;
        let index = index.map(|i| self.word(i, Reading::Pattern));
        let value = match value.strip_prefix('(') {
            Some(_) => Assigned::Array(self.elements(value)?),
            None => Assigned::Scalar(self.word(value, Reading::Assignment)),
        };
        Ok(Assign { name: name.to_owned(), index, append, value })
    }

    fn elements(&self, value: &str) -> Lowered<Vec<(Option<Word>, bool, Word)>> {
        let unfinished =
            |_| SyntaxError { line: self.line, message: "unexpected EOF while looking for matching `)'".to_owned() };
        let (words, _) = lexer::array(value, 1, self.dialect.level()).map_err(unfinished)?;
        let element = |text: &String| {
            // `[key]=value`, as a variable without a name.
            let keyed = format!("_{text}");
            match split_assignment(&keyed) {
                Some(Split { name: "_", index: Some(index), append, value }) => {
                    (Some(self.word(index, Reading::Pattern)), append, self.word(value, Reading::Assignment))
                }
                _ => (None, false, self.word(text, Reading::Word)),
            }
        };
        Ok(words.iter().map(element).collect())
    }

    fn redirect(&mut self, redirect: &ast::IoRedirect) -> Lowered<Redirect> {
        use ast::{IoFileRedirectKind as K, IoFileRedirectTarget as T, IoRedirect as R};
        let (to, kind, target) = match redirect {
            R::File(to, kind, target) => {
                let kind = match kind {
                    K::Read => RedirectKind::Read,
                    K::Write => RedirectKind::Write,
                    K::Append => RedirectKind::Append,
                    K::ReadAndWrite => RedirectKind::ReadWrite,
                    K::Clobber => RedirectKind::Clobber,
                    K::DuplicateInput => RedirectKind::DuplicateInput,
                    K::DuplicateOutput => RedirectKind::DuplicateOutput,
                };
                let target = match target {
                    T::Filename(word) | T::Duplicate(word) => {
                        self.at(word);
                        self.word(&word.value, Reading::Word)
                    }
                    T::Fd(number) => self.word(&number.to_string(), Reading::Pattern),
                    T::ProcessSubstitution(..) => Word::default(),
                };
                (to, kind, target)
            }
            R::HereDocument(to, document) => {
                self.at(&document.here_end);
                let body = &document.doc.value;
                let target = match document.requires_expansion {
                    true => self.word(body, Reading::HereDocument),
                    false => {
                        Word { parts: vec![super::Part::Quoted(super::super::text::to_bytes(body))], braces: None }
                    }
                };
                (to, RedirectKind::HereDocument, target)
            }
            R::HereString(to, word) => (to, RedirectKind::HereString, self.word(&word.value, Reading::Pattern)),
            R::OutputAndError(word, append) => {
                let kind = if *append { RedirectKind::AppendBoth } else { RedirectKind::Both };
                (&None, kind, self.word(&word.value, Reading::Word))
            }
        };
        let to = to.map(|number| match usize::try_from(number - lexer::NAMED_DESCRIPTORS) {
            Ok(index) => Descriptor::Name(self.descriptors.get(index).cloned().unwrap_or_default()),
            Err(_) => Descriptor::Number(number.unsigned_abs()),
        });
        Ok(Redirect { to, kind, target })
    }
}
