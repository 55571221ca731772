//! What a person writes beside an order, a reason or a category: one line, so that a page, a log and a table can show it.

use crate::command::CommandError;

/// Longest reason of what is done to a caller, in characters (D25).
pub(crate) const REASON_MAX: usize = 200;

/// The line without blanks around it, of 1 to `max` characters, none of which controls anything; `what` it is stands in the refusal.
pub(crate) fn one_line(what: &str, text: &str, max: usize) -> Result<String, CommandError> {
    let line = text.trim();
    if line.is_empty() || line.chars().count() > max || line.chars().any(char::is_control) {
        let told = format!("a {what} is a line of 1 to {max} characters");
        return Err(CommandError::Invalid(told));
    }
    Ok(line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d25_a_line_is_short_shows_something_and_controls_nothing() {
        for (text, line) in [
            ("老客户", Some("老客户")),
            (" a b ", Some("a b")),
            ("一二三四五", Some("一二三四五")),
            ("一二三四五六", None),
            ("", None),
            ("  ", None),
            ("a\nb", None),
            ("a\u{7}b", None),
        ] {
            let found = one_line("reason", text, 5).ok();
            assert_eq!(found.as_deref(), line, "{text:?}");
        }
    }
}
