//! A text with something in braces: `您的余额是 {balance:money}。`, `https://cases.example/{case_no}`.
//!
//! A brace that stands for itself is doubled. What stands within is the reader's: this only finds where.

use crate::expression::Fault;
use crate::told;

/// A piece of such a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'t> {
    /// What stands outside, without the doubling.
    Outside(String),
    /// What stands within, and in characters from the text's beginning where.
    Within(&'t str, u32),
}

/// Cuts a text. Neither kind of piece comes empty from outside, and no two of them follow one another.
pub(crate) fn cut(text: &str) -> Result<Vec<Piece<'_>>, Fault> {
    let (mut pieces, mut outside) = (Vec::new(), String::new());
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        outside.push_str(before);
        let doubled = ["{{", "}}"]
            .into_iter()
            .find_map(|two| from.strip_prefix(two));
        if let Some(after) = doubled {
            outside.extend(from.chars().next());
            rest = after;
            continue;
        }
        let offset = length(text) - length(from);
        let (within, after) = pair(from).ok_or_else(|| alone(from, offset))?;
        if !outside.is_empty() {
            pieces.push(Piece::Outside(std::mem::take(&mut outside)));
        }
        pieces.push(Piece::Within(within, offset + 1));
        rest = after;
    }
    outside.push_str(rest);
    if !outside.is_empty() {
        pieces.push(Piece::Outside(outside));
    }
    Ok(pieces)
}

/// What stands between a brace and its other half, and what follows.
fn pair(from: &str) -> Option<(&str, &str)> {
    from.strip_prefix('{')?.split_once('}')
}

fn alone(from: &str, offset: u32) -> Fault {
    let message = if from.starts_with('{') {
        told!("a `{{` without its `}}`", "`{{` 没有配对的 `}}`")
    } else {
        told!("a `}}` without its `{{`", "`}}` 没有配对的 `{{`")
    };
    Fault {
        offset,
        message,
        help: Some(told!(
            "a brace that stands for itself is written twice",
            "作文字用的花括号须写两个"
        )),
    }
}

/// In characters.
pub(crate) fn length(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_at_its_braces() {
        let outside = |text: &str| Piece::Outside(text.to_owned());
        let table = [
            ("", Ok(vec![])),
            (
                "键 {a}b",
                Ok(vec![outside("键 "), Piece::Within("a", 3), outside("b")]),
            ),
            (
                "{a}{}",
                Ok(vec![Piece::Within("a", 1), Piece::Within("", 4)]),
            ),
            (
                "{{a}} {{{b}}}",
                Ok(vec![outside("{a} {"), Piece::Within("b", 9), outside("}")]),
            ),
            ("键{", Err((1, "a `{` without its `}`"))),
            ("键}", Err((1, "a `}` without its `{`"))),
        ];
        for (text, expected) in table {
            let found = cut(text).map_err(|fault| (fault.offset, fault.message.en));
            let expected = expected.map_err(|(at, message): (u32, &str)| (at, message.to_owned()));
            assert_eq!(found, expected, "{text}");
        }
    }
}
