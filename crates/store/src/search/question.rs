//! What somebody types into the field of a search: words that must all be there. What he types without a blank stands together; a
//! ticket's number is one word however it is written. Nothing that he types is an operator.

use ::ticket::Number;

use super::segment::words;
use crate::database::{Phrase, Words};

/// Longest question, in characters.
pub const QUESTION_CHARS_MAX: usize = 200;
/// Most phrases of a question.
pub const PHRASES_MAX: usize = 16;

/// A question that can be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question(Vec<Phrase>);

/// Why a text is no question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    /// No letter, no digit and no character.
    #[error("type a word, a number or a character: 宽带, router, 1024")]
    Empty,
    /// Too long.
    #[error(
        "a question has at most {QUESTION_CHARS_MAX} characters and {PHRASES_MAX} words with blanks between them"
    )]
    TooLong,
}

impl Question {
    /// Reads what was typed.
    pub fn parse(text: &str) -> Result<Self, QuestionError> {
        if text.chars().count() > QUESTION_CHARS_MAX {
            return Err(QuestionError::TooLong);
        }
        let pieces = text.split(|c: char| c.is_whitespace()).flat_map(pieces);
        let phrases: Vec<_> = pieces.filter_map(phrase).collect();
        match phrases.len() {
            0 => Err(QuestionError::Empty),
            many if many > PHRASES_MAX => Err(QuestionError::TooLong),
            _ => Ok(Self(phrases)),
        }
    }

    pub(super) fn phrases(&self) -> &[Phrase] {
        &self.0
    }

    /// Whether nothing but one character is asked for: many words begin with it.
    pub(super) fn is_one_character(&self) -> bool {
        match self.0.as_slice() {
            [only] => only.is_beginning && only.words.len() == 1,
            _ => false,
        }
    }

    /// As a database reads it.
    pub(crate) fn rendered(&self, words: &Words) -> String {
        (words.question)(&self.0)
    }
}

/// What stands together: a number of a ticket as a whole, else what no sign but a joining one parts.
fn pieces(typed: &str) -> Vec<&str> {
    if typed.parse::<Number>().is_ok() {
        return vec![typed];
    }
    typed
        .split(|c: char| "，。、；：！？（）《》「」“”,;!?()[]{}<>|&\"*^~=$%".contains(c))
        .collect()
}

fn phrase(piece: &str) -> Option<Phrase> {
    if let Ok(number) = piece.parse::<Number>() {
        let words = vec![number.digits().to_owned()];
        let is_beginning = false;
        return Some(Phrase {
            words,
            is_beginning,
        });
    }
    let mut found = words(piece);
    // The last character of a document's run is a word of its own; in a question more may follow it.
    let is_beginning = found.last().is_some_and(|last| last.ends_run_of == Some(1));
    if found.last().is_some_and(|last| last.ends_run_of > Some(1)) {
        found.pop();
    }
    let words: Vec<String> = found.into_iter().map(|word| word.text).collect();
    (!words.is_empty()).then_some(Phrase {
        words,
        is_beginning,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        match Question::parse(text) {
            Ok(question) => {
                let phrases = question.0.iter().map(|phrase| {
                    let star = if phrase.is_beginning { "*" } else { "" };
                    format!("{}{star}", phrase.words.join("+"))
                });
                phrases.collect::<Vec<_>>().join(" ")
            }
            Err(error) => format!("{error:?}"),
        }
    }

    #[test]
    fn j7_words_that_must_all_be_there() {
        for (text, expected) in [
            ("宽带", "宽带"),
            ("无法上网", "无法+法上+上网"),
            ("宽带 router", "宽带 router"),
            ("宽带，故障", "宽带 故障"),
            ("机", "机*"),
            ("TS-1024", "ts+1024"),
            ("A公司", "a+公司"),
            ("A公", "a+公*"),
            ("公司A", "公司+司+a"),
            ("foo AND bar", "foo and bar"),
            ("\"foo\" OR NEAR(bar)", "foo or near bar"),
            ("words:x*", "words+x"),
            ("  ", "Empty"),
            ("?!*\"'", "Empty"),
        ] {
            assert_eq!(told(text), expected, "{text:?}");
        }
        assert_eq!(told(&"x".repeat(201)), "TooLong");
        assert_eq!(told(&"x ".repeat(17)), "TooLong");
    }

    #[test]
    fn j7_a_number_of_a_ticket_is_one_word() {
        let number = Number::new(::ticket::Day::of(model::Timestamp::from_ms(0), 0), 42);
        for text in [
            format!("TS-{number}"),
            number.to_string(),
            number.digits().to_owned(),
        ] {
            assert_eq!(told(&text), number.digits(), "{text}");
        }
    }
}
