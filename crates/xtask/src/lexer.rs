//! Just enough of Rust's lexical grammar to tell code from comments and strings.
//!
//! Everything keeps its place: what does not belong is replaced by blanks, line breaks stay, so that line numbers hold.
//! It knows nested block comments, raw and byte strings, and the difference between a char and a lifetime; it expects text
//! that compiles.

/// A file in two layers of the same shape.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Split {
    /// Code; strings keep their quotes and lose their contents.
    pub(crate) code: String,
    /// Comments.
    pub(crate) comments: String,
}

/// Splits a file.
pub(crate) fn split(text: &str) -> Split {
    let mut layers = Split {
        code: String::with_capacity(text.len()),
        comments: String::with_capacity(text.len()),
    };
    let mut rest = text;
    while !rest.is_empty() {
        let (layer, length) = next_piece(rest, layers.code.chars().next_back());
        let (piece, after) = rest.split_at(length);
        match layer {
            Layer::Code => layers.put(piece, &blank(piece)),
            Layer::Comment => layers.put(&blank(piece), piece),
            Layer::Text => layers.put(&hollow(piece), &blank(piece)),
        }
        rest = after;
    }
    layers
}

impl Split {
    fn put(&mut self, code: &str, comments: &str) {
        self.code += code;
        self.comments += comments;
    }
}

enum Layer {
    Code,
    Comment,
    /// A string or a char.
    Text,
}

/// The kind and length in bytes of what stands first; `before` is the last character of code.
fn next_piece(rest: &str, before: Option<char>) -> (Layer, usize) {
    let in_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if rest.starts_with("//") {
        return (Layer::Comment, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return (Layer::Comment, block_comment(rest));
    }
    if rest.starts_with('"') {
        return (Layer::Text, quoted(rest, '"'));
    }
    if !in_word && let Some(length) = raw_string(rest) {
        return (Layer::Text, length);
    }
    if rest.starts_with('\'') && is_char(rest) {
        return (Layer::Text, quoted(rest, '\''));
    }
    (Layer::Code, code_run(rest))
}

/// Length of plain code: at least one character, up to the next that could begin something else.
fn code_run(rest: &str) -> usize {
    let first = rest.chars().next().map_or(1, char::len_utf8);
    let tail = rest.get(first..).unwrap_or_default();
    tail.find(['/', '"', '\'', 'r', 'b', 'c'])
        .map_or(rest.len(), |at| first + at)
}

fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(tail) = rest.get(at..).filter(|tail| !tail.is_empty()) {
        if tail.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if tail.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += tail.chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// Length of a literal with escapes, its quotes included.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == quote {
            return at + 1;
        }
    }
    rest.len()
}

/// Length of `r"…"`, `r#"…"#`, `br#"…"#`, `cr"…"`, if one starts here.
fn raw_string(rest: &str) -> Option<usize> {
    let after = ["r", "br", "cr"]
        .iter()
        .find_map(|prefix| rest.strip_prefix(prefix))?;
    let hashes = after.bytes().take_while(|byte| *byte == b'#').count();
    let inside = after.get(hashes..)?.strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let opening = rest.len() - inside.len();
    Some(
        inside
            .find(&end)
            .map_or(rest.len(), |at| opening + at + end.len()),
    )
}

/// A lifetime has no closing quote after its first character.
fn is_char(rest: &str) -> bool {
    let mut chars = rest.chars().skip(1);
    chars.next() == Some('\\') || chars.next() == Some('\'')
}

fn blank(piece: &str) -> String {
    piece
        .chars()
        .map(|c| if c == '\n' { '\n' } else { ' ' })
        .collect()
}

/// A literal without its contents.
fn hollow(piece: &str) -> String {
    let Some(open) = piece.find(['"', '\'']) else {
        return blank(piece);
    };
    let quote = if piece[open..].starts_with('"') {
        '"'
    } else {
        '\''
    };
    piece
        .char_indices()
        .map(|(at, c)| match c {
            '\n' => '\n',
            c if c == quote && (at == open || piece.rfind(quote) == Some(at)) => c,
            c if at < open => c,
            _ => ' ',
        })
        .collect()
}

/// Blanks every item under `#[cfg(test)]` in code that [`split`] gave.
pub(crate) fn without_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(at) = rest.find(MARK) {
        let (before, item) = rest.split_at(at);
        let (item, after) = item.split_at(item_length(item));
        out += before;
        out += &blank(item);
        rest = after;
    }
    out + rest
}

/// Up to the `;` or the matching brace of the item that starts here.
fn item_length(item: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in item.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    item.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_comments_and_strings_are_told_apart() {
        for (text, code) in [
            ("a // b\nc", "a     \nc"),
            ("a /* b /* c */ d */ e", "a                   e"),
            (
                r#"f("// no \" comment") // yes"#,
                r#"f("                ")       "#,
            ),
            ("r#\"a \" b\"# c", "r#\"     \"  c"),
            (
                "fn a<'a>(b: &'a str, c: char) { c == '\\'' || c == '\"' }",
                "fn a<'a>(b: &'a str, c: char) { c == '  ' || c == ' ' }",
            ),
            ("br\"x\" ber", "br\" \" ber"),
            ("\"ä\n\"x", "\" \n\"x"),
        ] {
            assert_eq!(split(text).code, code, "{text}");
        }
        assert_eq!(split("a // b\n/* c */ d").comments, "  // b\n/* c */  ");
    }

    #[test]
    fn what_is_for_tests_is_blanked_and_lines_stay() {
        let code = "a();\n#[cfg(test)]\nmod tests { fn b() { c(); } }\nd();\n#[cfg(test)]\nmod more;\ne();";
        let product = without_tests(code);
        assert_eq!(
            product.split_whitespace().collect::<Vec<_>>(),
            ["a();", "d();", "e();"]
        );
        assert_eq!(product.lines().count(), code.lines().count());
    }
}
