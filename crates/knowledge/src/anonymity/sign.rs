//! A text as it is compared: full width, circled and other forms of a letter or a digit are that letter or digit (NFKC), spaces of any
//! kind are blanks, and what nobody sees is not there. Each sign knows which characters of the text it stands for.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// One sign, and the characters of the text that it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sign {
    /// What it is compared as.
    pub(super) c: char,
    /// The first character of the text that it stands for.
    pub(super) from: usize,
    /// The first behind it.
    pub(super) to: usize,
}

/// The signs of a text. One character may give several (`㈱`, `½`); a letter and its marks give one.
pub(super) fn signs(chars: &[char]) -> Vec<Sign> {
    let mut signs = Vec::with_capacity(chars.len());
    let mut from = 0;
    for cluster in chars.chunk_by(|_, next| is_combining_mark(*next)) {
        let to = from + cluster.len();
        let plain = cluster.iter().copied().nfkc().filter(|c| is_seen(*c));
        signs.extend(plain.map(|c| Sign {
            c: blank(c),
            from,
            to,
        }));
        from = to;
    }
    signs
}

/// A known text as it is compared.
pub(super) fn plain(text: &str) -> Vec<char> {
    let chars: Vec<char> = text.trim().chars().collect();
    signs(&chars).into_iter().map(|sign| sign.c).collect()
}

/// A line's end stays what it is: nothing goes across it.
fn blank(c: char) -> char {
    if c.is_whitespace() && !matches!(c, '\n' | '\r') {
        ' '
    } else {
        c
    }
}

/// Joiners, marks of direction and soft hyphens are pasted along unseen.
fn is_seen(c: char) -> bool {
    !matches!(
        c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
    )
}
