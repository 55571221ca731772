//! A number as people write it down, with the extension behind it: `010-65529988转8021`, `+1 212 555 0100 ext. 7` (F2).

use super::{NumberKey, NumberPlan, narrow};

/// Most digits of an extension.
const EXTENSION_DIGITS_MAX: usize = 8;
/// What stands between a number and its extension, in lower case; the longer ones first.
const WORDS: [&str; 12] = [
    "转分机",
    "轉分機",
    ";ext=",
    "分机",
    "分機",
    "ext.",
    "ext",
    "转",
    "轉",
    "#",
    "x",
    ",",
];

/// A number with its extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenNumber {
    /// The number itself.
    pub number: NumberKey,
    /// Digits that are dialled behind the number; empty when there are none.
    pub extension: String,
}

impl NumberPlan {
    /// Reads what a person wrote. `010-65529988-8021` has an extension too, since without its last group it is a number and with
    /// it none. What has none is read by [`NumberPlan::key`] and nothing else.
    pub fn written_down(&self, raw: &str) -> WrittenNumber {
        let text = narrow(raw.trim()).to_lowercase();
        let split = WORDS.iter().find_map(|word| text.split_once(word));
        let known = split
            .and_then(|(number, rest)| self.with_extension(number, rest))
            .or_else(|| {
                let (number, rest) = text.rsplit_once('-')?;
                let whole = self.key(&text);
                self.with_extension(number, rest)
                    .filter(|found| whole.e164.is_none() && found.number.e164.is_some())
            });
        known.unwrap_or_else(|| WrittenNumber {
            number: self.key(raw),
            extension: String::new(),
        })
    }

    fn with_extension(&self, number: &str, rest: &str) -> Option<WrittenNumber> {
        let extension = rest.trim_matches([' ', ':', '-', '.']);
        let is_extension = (1..=EXTENSION_DIGITS_MAX).contains(&extension.len())
            && extension.bytes().all(|byte| byte.is_ascii_digit());
        let number = self.key(number.trim_end_matches([' ', ',', '-', '(']));
        let digits = number.key.strip_prefix('+').unwrap_or(&number.key);
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        (is_extension && is_number).then(|| WrittenNumber {
            number,
            extension: extension.to_owned(),
        })
    }
}
