//! A sentence with values in it: `您的余额是 {balance:money}。`
//!
//! What stands around the values is spoken or recorded beforehand, one sound a piece; the values are put together of the
//! words of the stock at the call. So no call waits for a speech engine. What has neither a letter nor a digit is not
//! spoken: a full stop behind a value is no sound.

use speech::Currency;

use crate::braces::{self, length};
use crate::expression::{Expression, Fault};
use crate::format::{FORMATS, Format};
use crate::place::Place;
use crate::report::nearest_or_all;
use crate::told;
use crate::told::Told;

/// Most pieces of a sentence.
const PIECES_MAX: usize = 64;
/// The currency of amounts that name none.
pub(crate) const CURRENCY: &str = "CNY";
/// More of the sentence follows at once.
const GOES_ON: char = '…';

/// A sentence.
#[derive(Debug)]
pub(crate) struct Sentence {
    pub(crate) pieces: Vec<Piece>,
    pub(crate) place: Place,
}

/// A piece of it.
#[derive(Debug)]
pub(crate) enum Piece {
    /// What is said beforehand, with its number among such pieces, from 1.
    Text { number: usize, text: String },
    /// What is said at the call.
    Value(Slot),
}

/// A value in a sentence.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) what: Expression,
    pub(crate) format: &'static Format,
    pub(crate) currency: &'static Currency,
}

impl Sentence {
    /// Reads a sentence whose first character stands at `place`. `exact`: its characters are those of the file.
    pub(crate) fn parse(text: &str, place: Place, exact: bool) -> Result<Self, Fault> {
        let (mut pieces, mut texts) = (Vec::new(), 0);
        let mut cut = braces::cut(text)?.into_iter().peekable();
        while let Some(piece) = cut.next() {
            match piece {
                braces::Piece::Within(text, offset) => {
                    pieces.push(Piece::Value(value(text, offset, place, exact)?));
                }
                braces::Piece::Outside(text) if text.chars().any(char::is_alphanumeric) => {
                    texts += 1;
                    let goes_on = if cut.peek().is_some() { "…" } else { "" };
                    // A comma behind a value is no sound either.
                    let text = text.trim_start_matches(|mark: char| !mark.is_alphanumeric());
                    let text = text.trim_end().trim_end_matches(GOES_ON);
                    pieces.push(Piece::Text {
                        number: texts,
                        text: format!("{text}{goes_on}"),
                    });
                }
                braces::Piece::Outside(_) => {}
            }
        }
        if pieces.len() > PIECES_MAX {
            let message = told!(
                "more than {PIECES_MAX} pieces of text and values",
                "文本与变量超过 {PIECES_MAX} 段"
            );
            return Err(fault(
                0,
                message,
                told!("say it in two sentences", "请分成两句"),
            ));
        }
        Ok(Self { pieces, place })
    }

    /// What is said beforehand, by number.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (usize, &str)> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text { number, text } => Some((*number, text.as_str())),
            Piece::Value(_) => None,
        })
    }

    /// What is said at the call.
    pub(crate) fn values(&self) -> impl Iterator<Item = &Slot> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Value(value) => Some(value),
            Piece::Text { .. } => None,
        })
    }
}

/// The name of a piece's sound within its script: `balance.1` of the node `balance`.
pub(crate) fn piece_name(node: &str, number: usize) -> String {
    format!("{node}.{number}")
}

/// `balance:money USD` within braces; `at` is where, in characters.
fn value(within: &str, at: u32, place: Place, exact: bool) -> Result<Slot, Fault> {
    let (name, form) = within.split_once(':').unwrap_or((within, ""));
    let is_name = |it: char| it.is_ascii_alphanumeric() || it == '_' || it == '.';
    if name.is_empty() || !name.chars().all(is_name) {
        let message = told!("`{name}` is no name of a variable", "`{name}` 不是变量名");
        let help = told!("write `{{variable:format}}`", "请写 `{{变量:格式}}`");
        return Err(fault(at, message, help));
    }
    let what = Expression::parse(name, if exact { place.right(at) } else { place }, exact);
    let what = what.map_err(|wrong| Fault {
        offset: at.saturating_add(wrong.offset),
        ..wrong
    })?;
    let form_at = at.saturating_add(length(name)).saturating_add(1);
    let (format, currency) = format_of(form, form_at)?;
    Ok(Slot {
        what,
        format,
        currency,
    })
}

fn format_of(form: &str, offset: u32) -> Result<(&'static Format, &'static Currency), Fault> {
    let (word, code) = form.split_once(' ').unwrap_or((form, ""));
    let names = || FORMATS.iter().map(|format| format.name);
    let format = match word {
        "" => FORMATS.first(),
        _ => Format::find(word),
    };
    let format = format.ok_or_else(|| {
        let message = told!("no format `{word}`", "没有格式 `{word}`");
        fault(offset, message, nearest_or_all(word, names()))
    })?;
    let code = match (format.name, code) {
        (_, "") => CURRENCY,
        ("money", code) => code,
        (name, code) => {
            let message = told!("`{code}` after `{name}`", "`{name}` 之后有 `{code}`");
            let help = told!("only `money` has a currency", "只有 `money` 带币种");
            return Err(fault(offset, message, help));
        }
    };
    let currency = Currency::of(code);
    let currency = currency.map_err(|why| {
        let known = speech::CURRENCIES.iter().map(|it| it.code);
        let message = told!(
            "{why}",
            "`{code}` 不是可报读的币种：请写 ISO 4217 代码，如 `CNY`"
        );
        fault(offset, message, nearest_or_all(code, known))
    })?;
    Ok((format, currency))
}

const fn fault(offset: u32, message: Told, help: Told) -> Fault {
    Fault {
        offset,
        message,
        help: Some(help),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        match Sentence::parse(text, Place::START, true) {
            Err(fault) => format!("{}: {}", fault.offset, fault.message.en),
            Ok(sentence) => {
                let pieces = sentence.pieces.iter().map(|piece| match piece {
                    Piece::Text { number, text } => format!("{number}={text}"),
                    Piece::Value(value) => {
                        let (what, format) = (value.what.text(), value.format.name);
                        let at = value.what.place().column;
                        format!("<{what} {format} {} @{at}>", value.currency.code)
                    }
                });
                pieces.collect::<Vec<_>>().join(" ")
            }
        }
    }

    #[test]
    fn a_sentence_is_cut_at_its_values() {
        for (text, expected) in [
            ("您好。", "1=您好。"),
            ("余额 {sum:money}。", "1=余额… <sum money CNY @5>"),
            (
                "{n:count} calls… until {at:time}, sir.",
                "<n count CNY @2> 1=calls… until… <at time CNY @25> 2=sir.",
            ),
            ("{n}{m:money USD}", "<n number CNY @2> <m money USD @5>"),
            ("x {", "2: a `{` without its `}`"),
            ("x }", "2: a `}` without its `{`"),
            ("{}", "1: `` is no name of a variable"),
            ("{a b}", "1: `a b` is no name of a variable"),
            ("{n:mony}", "3: no format `mony`"),
            ("{n:count USD}", "3: `USD` after `count`"),
            (
                "{n:money XYZ}",
                "3: `XYZ` is no currency that can be said: write a code of ISO 4217, `CNY`",
            ),
            ("{and}", "1: expected a value, found `and`"),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
        assert_eq!(
            told(&"{n}".repeat(65)),
            "0: more than 64 pieces of text and values"
        );
    }
}
