//! A text in Chinese and English is cut where the one changes into the other, so that each part is read by its own voice.
//!
//! "For English, press 9" within a Chinese prompt would be spelt by a Chinese voice. Digits and marks stay with the part
//! before them. Texts without Chinese characters are never cut.

/// What a part is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writing {
    /// With Chinese characters.
    Chinese,
    /// With Latin letters.
    Latin,
    /// With neither.
    Neutral,
}

/// The parts of a text, in order; none is empty.
pub(super) fn parts(text: &str) -> Vec<(Writing, &str)> {
    let mut found = Vec::new();
    let mut begin = 0;
    let mut writing = Writing::Neutral;
    for (at, character) in text.char_indices() {
        let here = of(character);
        let changes = !matches!(
            (writing, here),
            (_, Writing::Neutral) | (Writing::Neutral, _)
        ) && here != writing;
        if changes {
            found.extend(text.get(begin..at).map(|part| (writing, part)));
            begin = at;
        }
        if here != Writing::Neutral {
            writing = here;
        }
    }
    found.extend(text.get(begin..).map(|part| (writing, part)));
    let trimmed = found
        .into_iter()
        .map(|(writing, part)| (writing, part.trim()));
    trimmed.filter(|(_, part)| !part.is_empty()).collect()
}

const fn of(character: char) -> Writing {
    match character {
        '\u{3400}'..='\u{9fff}' => Writing::Chinese,
        'a'..='z' | 'A'..='Z' => Writing::Latin,
        _ => Writing::Neutral,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_is_read_by_its_own_voice() {
        use Writing::{Chinese, Latin, Neutral};
        let table: [(&str, &[(Writing, &str)]); 6] = [
            ("Press 1.", &[(Latin, "Press 1.")]),
            ("报修请按 1。", &[(Chinese, "报修请按 1。")]),
            (
                "中文请按 1。For English, press 9。谢谢",
                &[
                    (Chinese, "中文请按 1。"),
                    (Latin, "For English, press 9。"),
                    (Chinese, "谢谢"),
                ],
            ),
            ("1 请按", &[(Chinese, "1 请按")]),
            ("1 2 3", &[(Neutral, "1 2 3")]),
            (" ", &[]),
        ];
        for (text, expected) in table {
            assert_eq!(parts(text), expected, "{text}");
        }
    }
}
