//! Which words a text has, for documents and questions alike (J7): a run of Chinese characters gives its overlapping pairs and, as a word
//! of its own, its last character, so that each character begins a word; other words and numbers stay whole. Compatibility forms are
//! plain ones (NFKC) and letters small, so that `ＡＢＣ` is `abc`.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Longest word, in characters; what is longer is cut in documents and questions alike.
const WORD_CHARS_MAX: usize = 64;

/// A word, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// As it is compared.
    pub(super) text: String,
    /// Its first character in the text that it is from.
    pub(super) from: usize,
    /// The character behind its last one.
    pub(super) to: usize,
    /// Whether it is the last character of a run of Chinese ones, and how many these are.
    pub(super) ends_run_of: Option<usize>,
}

/// A character as it is compared, and where it stands.
#[derive(Clone, Copy)]
struct Sign {
    c: char,
    from: usize,
    to: usize,
}

/// The words of a text, in their order.
pub(super) fn words(text: &str) -> Vec<Word> {
    let signs = signs(text);
    let runs = signs.chunk_by(|one, next| kind(one.c) == kind(next.c));
    let mut words = Vec::new();
    for run in runs {
        match run.first().map(|sign| kind(sign.c)) {
            Some(Kind::Han) => words.extend(pairs(run)),
            Some(Kind::Letter) => words.extend(whole(run)),
            Some(Kind::Other) | None => {}
        }
    }
    words
}

/// Unified ideographs, the rare ones included (names are where they live).
pub(crate) const fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Han,
    Letter,
    Other,
}

fn kind(c: char) -> Kind {
    // 々 repeats a character, 〇 is a zero.
    if is_han(c) || matches!(c, '々' | '〇') {
        Kind::Han
    } else if c.is_alphanumeric() || is_combining_mark(c) {
        Kind::Letter
    } else {
        Kind::Other
    }
}

/// What a text's characters are when they are compared; one that is written with marks is one (`e` and an accent are `é`).
fn signs(text: &str) -> Vec<Sign> {
    let chars: Vec<char> = text.chars().collect();
    let clusters = chars.chunk_by(|_, next| joins(*next));
    let mut signs = Vec::with_capacity(chars.len());
    let mut from = 0;
    for cluster in clusters {
        let to = from + cluster.len();
        let plain = cluster.iter().copied().nfkc();
        let small = plain.flat_map(char::to_lowercase);
        signs.extend(small.map(|c| Sign { c, from, to }));
        from = to;
    }
    signs
}

/// Whether it is one with the character before it: marks, the vowels and ends of Korean syllables, the marks of narrow kana.
fn joins(c: char) -> bool {
    is_combining_mark(c) || matches!(c, '\u{1160}'..='\u{11ff}' | '\u{ff9e}' | '\u{ff9f}')
}

fn pairs(run: &[Sign]) -> impl Iterator<Item = Word> + '_ {
    let many = run.len();
    let pairs = run.iter().zip(run.iter().skip(1));
    let pairs = pairs.map(|(one, next)| Word {
        text: [one.c, next.c].iter().collect(),
        from: one.from,
        to: next.to,
        ends_run_of: None,
    });
    let last = run.last().map(|last| Word {
        text: last.c.to_string(),
        from: last.from,
        to: last.to,
        ends_run_of: Some(many),
    });
    pairs.chain(last)
}

/// A mark alone is no word.
fn whole(run: &[Sign]) -> Option<Word> {
    let start = run.iter().position(|sign| sign.c.is_alphanumeric())?;
    let run = run.get(start..)?;
    Some(Word {
        text: run.iter().take(WORD_CHARS_MAX).map(|sign| sign.c).collect(),
        from: run.first()?.from,
        to: run.last()?.to,
        ends_run_of: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> String {
        let words = words(text).into_iter().map(|word| word.text);
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn j7_words_are_pairs_of_characters_and_whole_words() {
        for (text, expected) in [
            ("宽带无法上网", "宽带 带无 无法 法上 上网 网"),
            ("机", "机"),
            ("投诉，故障。", "投诉 诉 故障 障"),
            ("TS-1024 ok", "ts 1024 ok"),
            ("ＡＢＣ公司", "abc 公司 司"),
            ("a宽b", "a 宽 b"),
            ("cafe\u{301} CAFÉ", "café café"),
            ("ｶﾞｽ", "ガス"),
            ("①㈱", "1 株"),
            ("\u{301} , !", ""),
            ("", ""),
        ] {
            assert_eq!(texts(text), expected, "{text:?}");
        }
        assert_eq!(texts(&"x".repeat(500)).len(), WORD_CHARS_MAX);
    }

    #[test]
    fn j7_a_word_knows_where_it_stands() {
        let found: Vec<_> = words("e\u{301}t 宽带x")
            .into_iter()
            .map(|word| (word.text, word.from, word.to))
            .collect();
        let expected = [("ét", 0, 3), ("宽带", 4, 6), ("带", 5, 6), ("x", 6, 7)];
        assert_eq!(
            found,
            expected.map(|(text, from, to)| (text.to_owned(), from, to))
        );
    }
}
