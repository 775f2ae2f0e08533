//! Where the lexer stands in its commands: whether a word may be a keyword, and what a `)` closes.

/// Compound commands inside one another; more are refused before the grammar recurses into them.
pub(super) const NESTING: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frame {
    /// `(`
    Paren,
    /// `if`, `{`, a loop.
    Keyword,
    /// `case`, its word not read yet.
    CaseWord,
    /// Its word read, `in` not.
    CaseIn,
    /// At patterns.
    Patterns { started: bool },
    /// In the commands after a pattern.
    Body,
}

/// What a word is, where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// No keyword.
    Plain,
    /// A keyword that opens, closes or continues something.
    Keyword,
    /// `esac` at the end of its `case`, after commands that no `;;` ends.
    BareEsac,
    /// `esac` at the end of its `case`.
    Esac,
    /// `for`, which `((` may follow.
    For,
    /// `[[`.
    Condition,
}

/// What a `)` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Close {
    /// The end of a pattern.
    Pattern,
    /// The partner of a `(`.
    Group,
    /// Nobody's: the end of a `$(`, or a mistake.
    Unmatched,
}

/// Follows the tokens of a script.
#[derive(Debug)]
pub(super) struct Place {
    frames: Vec<Frame>,
    /// A command may begin here, so a keyword is one.
    pub command: bool,
    /// An assignment may stand here.
    pub assignment: bool,
    /// The next word names a function, or follows `for`: no keyword, but one may come after it.
    named: bool,
}

impl Place {
    pub(super) fn new() -> Self {
        Self { frames: Vec::new(), command: true, assignment: true, named: false }
    }

    /// Whether there are too many levels.
    pub(super) fn too_deep(&self) -> bool {
        self.frames.len() > NESTING
    }

    /// Whether a pattern of `case` is being read.
    pub(super) fn in_patterns(&self) -> bool {
        matches!(self.frames.last(), Some(Frame::Patterns { .. }))
    }

    /// After an operator other than parentheses.
    pub(super) fn operator(&mut self, operator: &str) {
        if matches!(operator, "<" | ">" | ">>" | ">|" | "<>" | "<&" | ">&" | "&>" | "&>>" | "<<<" | "<<" | "<<-") {
            return;
        }
        if (operator.starts_with(";;") || operator == ";&")
            && let Some(top @ Frame::Body) = self.frames.last_mut()
        {
            *top = Frame::Patterns { started: false };
        }
        self.command = !self.in_patterns();
        self.assignment = self.command;
        self.named = false;
    }

    pub(super) fn open(&mut self) {
        match self.frames.last_mut() {
            Some(Frame::Patterns { started }) => *started = true,
            _ => {
                self.frames.push(Frame::Paren);
                self.command = true;
                self.assignment = true;
            }
        }
    }

    pub(super) fn close(&mut self) -> Close {
        self.command = true;
        self.assignment = true;
        match self.frames.last_mut() {
            Some(top @ Frame::Patterns { .. }) => {
                *top = Frame::Body;
                Close::Pattern
            }
            Some(Frame::Paren) => {
                self.frames.pop();
                Close::Group
            }
            _ => Close::Unmatched,
        }
    }

    /// A word; `redirected` says that it is the file of a redirection.
    pub(super) fn word(&mut self, word: &str, is_assignment: bool, redirected: bool) -> Role {
        if redirected {
            return Role::Plain;
        }
        match self.frames.last_mut() {
            Some(top @ Frame::CaseWord) => {
                *top = Frame::CaseIn;
                return Role::Plain;
            }
            Some(top @ Frame::CaseIn) if word == "in" => {
                *top = Frame::Patterns { started: false };
                return Role::Keyword;
            }
            Some(Frame::Patterns { started: false }) if word == "esac" => return self.leave_case(Role::Esac),
            Some(Frame::Patterns { started }) => {
                *started = true;
                return Role::Plain;
            }
            _ => {}
        }
        if std::mem::take(&mut self.named) {
            // `function NAME {`, `for NAME do`
            self.command = true;
            self.assignment = false;
            return Role::Plain;
        }
        if !self.command {
            self.assignment &= is_assignment;
            return Role::Plain;
        }
        self.keyword(word, is_assignment)
    }

    fn keyword(&mut self, word: &str, is_assignment: bool) -> Role {
        let role = match word {
            "case" => {
                self.frames.push(Frame::CaseWord);
                self.command = false;
                self.assignment = false;
                return Role::Keyword;
            }
            "esac" if self.frames.last() == Some(&Frame::Body) => return self.leave_case(Role::BareEsac),
            "if" | "while" | "until" | "{" => {
                self.frames.push(Frame::Keyword);
                Role::Keyword
            }
            "for" | "select" => {
                self.frames.push(Frame::Keyword);
                self.named = true;
                return Role::For;
            }
            "function" => {
                self.named = true;
                return Role::Keyword;
            }
            "fi" | "done" | "}" => {
                if self.frames.last() == Some(&Frame::Keyword) {
                    self.frames.pop();
                }
                Role::Keyword
            }
            "then" | "elif" | "else" | "do" | "!" | "time" => Role::Keyword,
            "[[" => Role::Condition,
            _ => {
                self.command = false;
                self.assignment = is_assignment;
                return Role::Plain;
            }
        };
        self.assignment = true;
        role
    }

    fn leave_case(&mut self, role: Role) -> Role {
        self.frames.pop();
        self.command = true;
        self.assignment = false;
        role
    }

    /// Whether no command is open: what was read so far is whole.
    pub(super) fn is_outermost(&self) -> bool {
        self.frames.is_empty()
    }
}
