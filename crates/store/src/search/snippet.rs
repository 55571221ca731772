//! What is shown of a text in which something was found: a piece of it, with the words that were asked for marked.

use super::question::Question;
use super::segment::{Word, words};
use crate::database::Phrase;

/// Characters of a snippet.
const CHARS: usize = 120;
/// Of them before the first word that was found.
const BEFORE: usize = 30;
/// Texts of which a snippet is made are looked at so far, in characters.
const LOOKED_AT: usize = 25_000;

/// A piece of a snippet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// As it was written.
    pub text: String,
    /// Whether it is what was asked for.
    pub is_found: bool,
}

/// Of the first text that has most of the phrases; none of one that has nothing of it.
pub(super) fn snippet<'t>(
    question: &Question,
    texts: impl IntoIterator<Item = &'t str>,
) -> Vec<Piece> {
    let mut best = (0, Vec::new(), "");
    for text in texts {
        let words = words(&cut(text));
        let found: Vec<_> = question
            .phrases()
            .iter()
            .map(|phrase| places(&words, phrase))
            .collect();
        let many = found.iter().filter(|places| !places.is_empty()).count();
        if many > best.0 {
            best = (many, found.concat(), text);
        }
    }
    let (_, places, text) = best;
    pieces(&cut(text), places)
}

fn cut(text: &str) -> String {
    text.chars().take(LOOKED_AT).collect()
}

/// From which to which character a phrase stands.
fn places(words: &[Word], phrase: &Phrase) -> Vec<(usize, usize)> {
    let is_there = |window: &&[Word]| {
        let pairs = window.iter().zip(&phrase.words);
        let last = phrase.words.len() - 1;
        pairs.enumerate().all(|(place, (word, asked))| {
            word.text == *asked
                || (phrase.is_beginning && place == last && word.text.starts_with(asked))
        })
    };
    let found = words.windows(phrase.words.len()).filter(is_there);
    let spans = found.filter_map(|window| {
        let (first, last) = (window.first()?, window.last()?);
        // A pair of which one character was asked for is marked to its half.
        let to = if phrase.is_beginning {
            last.from + 1
        } else {
            last.to
        };
        Some((first.from, to.max(first.from + 1)))
    });
    spans.collect()
}

fn pieces(text: &str, mut places: Vec<(usize, usize)>) -> Vec<Piece> {
    places.sort_unstable();
    let Some((first, _)) = places.first().copied() else {
        return Vec::new();
    };
    let chars: Vec<char> = text.chars().collect();
    let start = first.saturating_sub(BEFORE);
    let end = (start + CHARS).min(chars.len());
    let mut marks = vec![false; end - start];
    for (from, to) in places {
        let marked = marks.iter_mut().skip(from.saturating_sub(start));
        marked
            .take(to.saturating_sub(from.max(start)))
            .for_each(|mark| *mark = true);
    }
    let shown = chars.get(start..end).unwrap_or_default();
    let shown: Vec<_> = shown.iter().zip(marks).collect();
    let mut pieces: Vec<_> = shown
        .chunk_by(|one, next| one.1 == next.1)
        .map(|piece| Piece {
            text: piece.iter().map(|(c, _)| **c).collect(),
            is_found: piece.first().is_some_and(|(_, mark)| *mark),
        })
        .collect();
    if start > 0 {
        pieces.insert(0, more());
    }
    if end < chars.len() {
        pieces.push(more());
    }
    pieces
}

fn more() -> Piece {
    Piece {
        text: "…".to_owned(),
        is_found: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(question: &str, texts: &[&str]) -> String {
        let question = Question::parse(question).unwrap();
        let pieces = snippet(&question, texts.iter().copied()).into_iter();
        let told = pieces.map(|piece| match piece.is_found {
            true => format!("[{}]", piece.text),
            false => piece.text,
        });
        told.collect()
    }

    #[test]
    fn j7_what_was_found_is_marked() {
        for (question, text, expected) in [
            ("无法上网", "家里宽带无法上网了", "家里宽带[无法上网]了"),
            ("网", "上网了，网", "上[网]了，[网]"),
            ("ROUTER 宽带", "宽带 (Router)", "[宽带] ([Router])"),
            ("abc", "ＡＢＣ公司", "[ＡＢＣ]公司"),
            ("宽带", "no such", ""),
        ] {
            assert_eq!(told(question, &[text]), expected);
        }
        assert_eq!(
            told("a b", &["a", "a b", "b a"]),
            "[a] [b]",
            "most of it, then the first"
        );
        let long = format!("{} x {}", "甲".repeat(100), "乙".repeat(200));
        let short = told("x", &[&long]);
        assert_eq!(
            short,
            format!("…{} [x] {}…", "甲".repeat(29), "乙".repeat(88))
        );
    }
}
