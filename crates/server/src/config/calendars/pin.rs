//! The PIN by which a calendar is closed by telephone (E9): six to twelve digits that nobody would guess first, or their argon2 hash.
//!
//! Only the hash is kept, and compared. What is wrong is told without a digit of it (S22).

use ivr::{Told, told};
use store::{Secret, hash_password, is_password_hash};

use crate::config::cause::Cause;

/// How many digits a PIN has, as many as can be keyed in.
const DIGITS: std::ops::RangeInclusive<usize> = 6..=12;
/// Patterns of so many digits that are only said again and again are tried first: 121212, 123123.
const PATTERN: std::ops::RangeInclusive<usize> = 1..=3;

/// The hash of what was written.
pub(super) fn read(written: &str) -> Result<Secret<String>, Told> {
    if written.starts_with('$') {
        return if is_password_hash(written) {
            Ok(Secret::new(written.to_owned()))
        } else {
            Err(told!(
                "`pin` is no argon2 hash in PHC form, `$argon2id$v=19$…`",
                "`pin` 不是 PHC 格式的 argon2 散列 `$argon2id$v=19$…`"
            ))
        };
    }
    if !written.bytes().all(|byte| byte.is_ascii_digit()) || !DIGITS.contains(&written.len()) {
        return Err(told!(
            "`pin` is 6 to 12 digits, or their argon2 hash",
            "`pin` 是 6 至 12 位数字，或其 argon2 散列"
        ));
    }
    if is_obvious(written.as_bytes()) {
        return Err(told!(
            "`pin` is one of those that are tried first: digits in a row, or the same again and again",
            "`pin` 太容易猜到：连续数字，或反复相同的数字"
        ));
    }
    hash_password(written).map_err(|error| Told {
        en: format!("`pin` cannot be kept: {error}"),
        zh: format!("`pin` 无法保存：{}", error.zh()),
    })
}

/// 000000, 123456, 098765, 121212, 123123.
fn is_obvious(digits: &[u8]) -> bool {
    let in_a_row = |step: u8| {
        let mut pairs = digits.iter().zip(digits.iter().skip(1));
        pairs.all(|(one, next)| (next + 10 - one) % 10 == step)
    };
    let repeats = |length: usize| {
        let mut pairs = digits.iter().zip(digits.iter().skip(length));
        pairs.all(|(one, again)| one == again)
    };
    in_a_row(1) || in_a_row(9) || PATTERN.into_iter().any(repeats)
}

#[cfg(test)]
mod tests {
    use store::verify_password;

    use super::*;

    #[test]
    fn e9_a_pin_is_kept_as_its_hash_and_a_hash_as_it_is() {
        let hash = read("483920").unwrap();
        assert!(verify_password("483920", Some(hash.expose())));
        assert!(!verify_password("483921", Some(hash.expose())));
        assert_eq!(read(hash.expose()).unwrap(), hash);
    }

    #[test]
    fn e9_what_is_no_pin_or_guessed_first_is_refused_without_a_digit_of_it() {
        for (written, word) in [
            ("48392", "6 to 12"),
            ("4839204839201", "6 to 12"),
            ("48392a", "6 to 12"),
            ("٤٨٣٩٢٠", "6 to 12"),
            ("", "6 to 12"),
            ("000000", "first"),
            ("123456", "first"),
            ("890123", "first"),
            ("654321", "first"),
            ("109876", "first"),
            ("121212", "first"),
            ("7474747", "first"),
            ("483483", "first"),
            ("$argon2id$broken", "PHC"),
        ] {
            let why = read(written).unwrap_err();
            assert!(why.en.contains(word), "{written}: {}", why.en);
            assert!(written.len() < 5 || !why.en.contains(written), "{}", why.en);
        }
        for fine in ["483920", "112358", "1234567891"] {
            assert!(read(fine).is_ok(), "{fine}");
        }
    }
}
