//! Here-documents.

use brush_parser::Token;

use super::Lexer;

impl Lexer<'_> {
    /// The bodies of the here-documents begun in the line before.
    pub(super) fn here_documents(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        let Some(first) = pending.first() else { return };
        // Each body and its tag once more stand behind the tag; the other tokens of the line move.
        let mut rest = self.out.tokens.split_off(first.tag).into_iter();
        let mut next = first.tag;
        for here in pending {
            self.out.tokens.extend(rest.by_ref().take(here.tag + 1 - next));
            next = here.tag + 1;
            let Some(token) = self.out.tokens.last() else { break };
            let (tag, location) = (token.to_str().to_owned(), token.location().clone());
            let body = self.here_document(&tag, here.strip);
            self.out.tokens.extend([body, tag].map(|text| Token::Word(text, location.clone())));
        }
        self.out.tokens.extend(rest);
    }

    fn here_document(&mut self, tag: &str, strip: bool) -> String {
        let quoted = tag.contains(['\'', '"', '\\']);
        let tag = brush_parser::unquote_str(tag);
        let mut body = String::new();
        while self.at < self.s.len() {
            let mut line = String::new();
            loop {
                let rest = &self.s[self.at..];
                let length = rest.find('\n').map_or(rest.len(), |n| n + 1);
                self.at += length;
                self.line += 1;
                line.push_str(&rest[..length]);
                let continued =
                    line.strip_suffix("\\\n").filter(|l| l.bytes().rev().take_while(|&b| b == b'\\').count() % 2 == 0);
                match continued {
                    Some(start) if !quoted && self.at < self.s.len() => line.truncate(start.len()),
                    _ => break,
                }
            }
            let text = if strip { line.trim_start_matches('\t') } else { &line };
            if text.strip_suffix('\n').unwrap_or(text) == tag {
                break;
            }
            body.push_str(text);
        }
        body
    }
}
