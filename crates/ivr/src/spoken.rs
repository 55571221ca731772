//! Values as the sounds that they are said with: words of the house, and breaths between their groups.
//!
//! Digits of a number go the way of all values (`speech`): 1 is 幺 in Chinese and 0 is "oh" in English, and long numbers are said in
//! groups. Where a language has no numbers of its own, each digit is its sound.

use std::collections::BTreeSet;
use std::time::Duration;

use speech::{Currency, Language, Saying, Spoken};

use crate::effect::Played;
use crate::format::Format;
use crate::script::house_sound;
use crate::value::Value;

/// Most digits that are said after a prompt.
const DIGITS_MAX: usize = 32;
/// Every digit.
const DIGITS: &str = "0123456789";

/// How long a letter takes that is read aloud, where there is no sound yet.
const CHINESE_CHARACTER: Duration = Duration::from_millis(250);
const OTHER_CHARACTER: Duration = Duration::from_millis(75);

/// The sounds of a value.
pub(crate) fn words(language: &str, spoken: &Spoken) -> Vec<Played> {
    let mut parts = Vec::new();
    for group in spoken.groups() {
        if !parts.is_empty() {
            parts.push(Played::Breath);
        }
        let names = group.iter().map(|word| house_sound(language, word.name));
        parts.extend(names.map(Played::Sound));
    }
    parts
}

/// A value by its format, or why it cannot be said.
pub(crate) fn value(
    language: &str,
    value: &Value,
    format: &Format,
    currency: &'static Currency,
) -> Result<Vec<Played>, String> {
    let known = Language::of(language).ok_or("this language has no numbers")?;
    let spoken = format.say(value, known, currency)?;
    Ok(words(language, &spoken))
}

/// All digits of a text, each by itself.
pub(crate) fn one_by_one(language: &str, text: &str) -> Vec<Played> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    plain(language, &digits).map(Played::Sound).collect()
}

/// The digits of a number as a telephone number is said; nothing else of it.
pub(crate) fn digits(language: &str, number: &str) -> Vec<Played> {
    let digits = number.chars().filter(char::is_ascii_digit);
    let digits: String = digits.take(DIGITS_MAX).collect();
    if digits.is_empty() {
        return Vec::new();
    }
    match Language::of(language).and_then(|it| number_of(it, &digits)) {
        Some(spoken) => words(language, &spoken),
        None => one_by_one(language, &digits),
    }
}

/// One that is too long for a telephone number is read like an order number.
fn number_of(language: Language, digits: &str) -> Option<Spoken> {
    let telephone = language.say(&Saying::Telephone(digits));
    telephone
        .or_else(|_| language.say(&Saying::Code(digits)))
        .ok()
}

fn plain(language: &str, digits: &str) -> impl Iterator<Item = String> {
    let names = digits.chars().map(|digit| format!("digit_{digit}"));
    names.map(move |name| house_sound(language, &name))
}

/// The sounds that digits in a language may need.
pub(crate) fn digit_sounds(language: &str) -> Vec<String> {
    let Some(spoken) = Language::of(language) else {
        return plain(language, DIGITS).collect();
    };
    let ways = [Saying::Telephone(DIGITS), Saying::Code(DIGITS)];
    let said = ways.iter().filter_map(|saying| spoken.say(saying).ok());
    let names: BTreeSet<&str> = said
        .flat_map(|said| {
            said.words()
                .iter()
                .map(|word| word.name)
                .collect::<Vec<_>>()
        })
        .collect();
    let names = names.into_iter();
    names.map(|name| house_sound(language, name)).collect()
}

/// The sounds of all words out of which values are said in a language; none where it has no numbers.
pub(crate) fn stock_sounds(language: &str) -> Vec<String> {
    let stock = Language::of(language).map(Language::stock);
    let words = stock.unwrap_or_default().into_iter();
    words.map(|word| house_sound(language, word.name)).collect()
}

/// How long it takes to read a text aloud, about.
pub(crate) fn read_aloud(text: &str) -> Duration {
    let letters = text.chars().filter(|letter| letter.is_alphanumeric());
    letters
        .map(|letter| match letter {
            '\u{3400}'..='\u{9fff}' => CHINESE_CHARACTER,
            _ => OTHER_CHARACTER,
        })
        .sum()
}
