//! What is said: words one after the other, and where the speaker takes breath.

use crate::Language;

/// One sound of the stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Word {
    /// The sound's name, the same in all languages that have it: `digit_7`, `say_hundred`.
    pub name: &'static str,
    /// What is to be heard: `七`, `seven`.
    pub text: &'static str,
}

impl Word {
    pub(crate) const fn new(name: &'static str, text: &'static str) -> Self {
        Self { name, text }
    }
}

/// The letters have the same names in both languages: their English ones. A first.
pub(crate) const LETTERS: [Word; 26] = [
    Word::new("letter_a", "A"),
    Word::new("letter_b", "B"),
    Word::new("letter_c", "C"),
    Word::new("letter_d", "D"),
    Word::new("letter_e", "E"),
    Word::new("letter_f", "F"),
    Word::new("letter_g", "G"),
    Word::new("letter_h", "H"),
    Word::new("letter_i", "I"),
    Word::new("letter_j", "J"),
    Word::new("letter_k", "K"),
    Word::new("letter_l", "L"),
    Word::new("letter_m", "M"),
    Word::new("letter_n", "N"),
    Word::new("letter_o", "O"),
    Word::new("letter_p", "P"),
    Word::new("letter_q", "Q"),
    Word::new("letter_r", "R"),
    Word::new("letter_s", "S"),
    Word::new("letter_t", "T"),
    Word::new("letter_u", "U"),
    Word::new("letter_v", "V"),
    Word::new("letter_w", "W"),
    Word::new("letter_x", "X"),
    Word::new("letter_y", "Y"),
    Word::new("letter_z", "Z"),
];

/// A value in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    language: Language,
    words: Vec<Word>,
    /// Before which words there is a breath; ascending. One behind the last word is never heard.
    breaths: Vec<usize>,
}

impl Spoken {
    pub(crate) const fn new(language: Language) -> Self {
        Self {
            language,
            words: Vec::new(),
            breaths: Vec::new(),
        }
    }

    /// All words.
    #[must_use]
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// The words between two breaths, in order: 138, 0000, 1111. None of them is empty.
    pub fn groups(&self) -> impl Iterator<Item = &[Word]> {
        let ends = self.breaths.iter().copied().chain([self.words.len()]);
        let mut from = 0;
        let groups = ends.filter_map(move |end| {
            let group = self.words.get(from..end);
            from = end;
            group
        });
        groups.filter(|group| !group.is_empty())
    }

    /// As it is written for a speech engine: English words with spaces between them, a comma for each breath.
    #[must_use]
    pub fn text(&self) -> String {
        let (between, breath) = match self.language {
            Language::Chinese => ("", "，"),
            Language::English => (" ", ", "),
        };
        let mut text = String::new();
        for group in self.groups() {
            for (at, word) in group.iter().enumerate() {
                match at {
                    0 if text.is_empty() => {}
                    0 => text.push_str(breath),
                    1.. => text.push_str(between),
                }
                text.push_str(word.text);
            }
        }
        text
    }

    pub(crate) fn push(&mut self, word: Word) {
        self.words.push(word);
    }

    /// The word at a place of a row. Who asks knows the row's length: the properties see to it that none is missed.
    pub(crate) fn pick(&mut self, row: &[Word], at: u64) {
        let word = usize::try_from(at).ok().and_then(|at| row.get(at));
        debug_assert!(word.is_some(), "{at} is beyond {row:?}");
        self.words.extend(word);
    }

    /// The last word becomes another one.
    pub(crate) fn turn_last(&mut self, turn: impl FnOnce(Word) -> Word) {
        if let Some(last) = self.words.last_mut() {
            *last = turn(*last);
        }
    }

    /// A breath before the next word; none before the first, and never two.
    pub(crate) fn breathe(&mut self) {
        let here = self.words.len();
        if here > 0 && self.breaths.last() != Some(&here) {
            self.breaths.push(here);
        }
    }
}
