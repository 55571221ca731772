//! Words, texts, numbers and signs of an expression.

use super::Fault;
use crate::told;
use crate::told::Told;
use crate::value::Number;

/// One token with the place of its first character.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) offset: u32,
    pub(super) kind: TokenKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind {
    Text(String),
    Number(Number, String),
    /// A variable, or a word of `RESERVED`.
    Word(String),
    /// One of `SIGNS`.
    Sign(&'static str),
}

/// Longer signs first, so that `<=` is not read as `<`.
const SIGNS: [&str; 11] = ["==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ","];
/// Words that cannot name a variable.
const RESERVED: [&str; 8] = [
    "and",
    "or",
    "not",
    "in",
    "starts_with",
    "length",
    "true",
    "false",
];
/// What people of other languages write, and what to write instead.
const FOREIGN: [(&str, &str); 4] = [("&&", "and"), ("||", "or"), ("!", "not"), ("=", "==")];

/// Whether the grammar keeps this word for itself.
pub(crate) fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

impl Token {
    /// As messages show it.
    pub(super) fn shown(&self) -> String {
        match &self.kind {
            TokenKind::Text(text) => format!("'{text}'"),
            TokenKind::Number(_, text) | TokenKind::Word(text) => text.clone(),
            TokenKind::Sign(sign) => (*sign).to_owned(),
        }
    }
}

/// Cuts a text into tokens.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Fault> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut offset = 0;
    loop {
        let trimmed = rest.trim_start();
        offset += characters(rest) - characters(trimmed);
        let Some(first) = trimmed.chars().next() else {
            return Ok(found);
        };
        let (kind, length) = token(trimmed, first).map_err(|(message, help)| Fault {
            offset,
            message,
            help,
        })?;
        found.push(Token { offset, kind });
        let (taken, left) = trimmed.split_at_checked(length).unwrap_or((trimmed, ""));
        offset += characters(taken);
        rest = left;
    }
}

type Refused = (Told, Option<Told>);

/// The token at the start of `text` and its length in bytes.
fn token(text: &str, first: char) -> Result<(TokenKind, usize), Refused> {
    if first == '\'' || first == '"' {
        return quoted(text, first);
    }
    if first.is_ascii_digit()
        || (first == '-' && text.chars().nth(1).is_some_and(|c| c.is_ascii_digit()))
    {
        return number(text);
    }
    if first.is_ascii_alphabetic() || first == '_' {
        let word = leading(text, |c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
        return Ok((TokenKind::Word(word.to_owned()), word.len()));
    }
    if let Some(sign) = SIGNS.into_iter().find(|sign| text.starts_with(sign)) {
        return Ok((TokenKind::Sign(sign), sign.len()));
    }
    match FOREIGN.into_iter().find(|(sign, _)| text.starts_with(sign)) {
        Some(("=", ours)) => Err((
            told!("`=` does not compare", "`=` 不是比较"),
            Some(told!("write `{ours}` to compare", "比较请写 `{ours}`")),
        )),
        Some((sign, ours)) => Err((
            unknown(sign),
            Some(told!("write `{ours}`", "请写 `{ours}`")),
        )),
        None => Err((unknown(&first.to_string()), None)),
    }
}

fn unknown(sign: &str) -> Told {
    told!("`{sign}` is not known here", "此处不认识 `{sign}`")
}

fn quoted(text: &str, quote: char) -> Result<(TokenKind, usize), Refused> {
    let inner = text.strip_prefix(quote).unwrap_or(text);
    match inner.split_once(quote) {
        Some((content, _)) => Ok((
            TokenKind::Text(content.to_owned()),
            content.len() + 2 * quote.len_utf8(),
        )),
        None => Err((
            told!("this text has no end", "文本没有结束引号"),
            Some(told!("close it with {quote}", "请以 {quote} 结束")),
        )),
    }
}

fn number(text: &str) -> Result<(TokenKind, usize), Refused> {
    let word = leading(text, |c| c.is_ascii_alphanumeric() || c == '.' || c == '-');
    match Number::parse(word) {
        Some(number) => Ok((TokenKind::Number(number, word.to_owned()), word.len())),
        None => Err((
            told!("`{word}` is no number", "`{word}` 不是数字"),
            Some(told!(
                "at most two decimals; a text stands in quotes",
                "最多两位小数；文本须加引号"
            )),
        )),
    }
}

fn leading(text: &str, belongs: impl Fn(char) -> bool) -> &str {
    let end = text.find(|c| !belongs(c)).unwrap_or(text.len());
    text.get(..end).unwrap_or(text)
}

fn characters(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}
