//! Colours for code, line by line.

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Token {
    Keyword,
    Number,
    Text,
    Comment,
    Plain,
}

/// What the end of one line means for the next: inside a comment, or not.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct LineState {
    in_comment: bool,
}

const KEYWORDS: &[&str] = &["fn", "let", "mut", "if", "else", "match", "for", "while", "return", "struct"];

pub fn highlight_line(line: &str, state: LineState) -> (Vec<(usize, Token)>, LineState) {
    let mut tokens = Vec::new();
    let mut in_comment = state.in_comment;
    let mut rest = 0;
    for word in line.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let bare = word.trim_end_matches(|c: char| !c.is_alphanumeric());
        let token = match bare {
            _ if in_comment => Token::Comment,
            _ if KEYWORDS.contains(&bare) => Token::Keyword,
            _ if bare.starts_with(|c: char| c.is_ascii_digit()) => Token::Number,
            _ => Token::Plain,
        };
        tokens.push((rest, token));
        in_comment = (in_comment || word.contains("/*")) && !word.contains("*/");
        rest += word.len();
    }
    (tokens, LineState { in_comment })
}
