//! The text of a named query: its parameters are found, and that it only reads is seen as far as a text can show it.

use std::collections::BTreeSet;

use thiserror::Error;

/// A query that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryText {
    /// With `$1`, `$2`, … in place of names.
    numbered: String,
    /// In the order of their numbers.
    parameters: Vec<String>,
}

/// Why a text is no query.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum QueryTextError {
    /// Something else than a question.
    #[error("a query begins with SELECT or WITH: scripts only read")]
    NotReading,
    /// More than one statement.
    #[error("one statement, and nothing behind its `;`")]
    Several,
    /// A text or a comment that does not end.
    #[error("a quote or a comment does not end")]
    Open,
    /// A parameter that has no name.
    #[error("parameters are written `:name`")]
    Unnamed,
}

/// What stands at a place of the text.
enum Piece<'t> {
    /// Copied as it is: texts, names in quotes, comments, casts.
    Opaque(&'t str),
    Parameter(&'t str),
    /// The end of the statement.
    End,
    Letter(char),
}

impl QueryText {
    /// Reads a query with parameters such as `:number`.
    pub fn parse(text: &str) -> Result<Self, QueryTextError> {
        let first = text.split_whitespace().next().unwrap_or("");
        if !["select", "with"].contains(&first.to_ascii_lowercase().as_str()) {
            return Err(QueryTextError::NotReading);
        }
        let (mut numbered, mut parameters) = (String::new(), Vec::<String>::new());
        let (mut rest, mut ended) = (text, false);
        while !rest.is_empty() {
            let (piece, after) = piece(rest)?;
            match piece {
                Piece::Opaque(same) if ended && !same.starts_with(['-', '/']) => {
                    return Err(QueryTextError::Several);
                }
                Piece::Opaque(same) => numbered.push_str(same),
                Piece::Letter(letter) if letter.is_whitespace() => numbered.push(letter),
                Piece::Letter(_) | Piece::Parameter(_) if ended => {
                    return Err(QueryTextError::Several);
                }
                Piece::Letter(letter) => numbered.push(letter),
                Piece::End => ended = true,
                Piece::Parameter(name) => {
                    let known = parameters.iter().position(|known| known == name);
                    let number = known.unwrap_or(parameters.len());
                    if known.is_none() {
                        parameters.push(name.to_owned());
                    }
                    numbered.push_str(&format!("${}", number + 1));
                }
            }
            rest = after;
        }
        Ok(Self {
            numbered,
            parameters,
        })
    }

    /// With numbers in place of names.
    pub(super) fn numbered(&self) -> String {
        self.numbered.clone()
    }

    /// The names, in the order of their numbers.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.parameters.iter().map(String::as_str)
    }

    /// The names.
    pub fn names(&self) -> BTreeSet<&str> {
        self.parameters().collect()
    }
}

/// The next piece and what follows it.
fn piece(text: &str) -> Result<(Piece<'_>, &str), QueryTextError> {
    for (open, close) in [
        ("'", "'"),
        ("\"", "\""),
        ("`", "`"),
        ("[", "]"),
        ("/*", "*/"),
        ("--", "\n"),
    ] {
        let Some(inner) = text.strip_prefix(open) else {
            continue;
        };
        let end = match (inner.find(close), open) {
            (Some(end), _) => open.len() + end + close.len(),
            // A comment to the end of the line may be the last.
            (None, "--") => text.len(),
            (None, _) => return Err(QueryTextError::Open),
        };
        let (same, after) = text.split_at_checked(end).unwrap_or((text, ""));
        return Ok((Piece::Opaque(same), after));
    }
    if let Some(after) = text.strip_prefix("::") {
        return Ok((Piece::Opaque("::"), after));
    }
    if let Some(named) = text.strip_prefix(':') {
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let end = named.find(|letter| !is_name(letter)).unwrap_or(named.len());
        let (name, after) = named.split_at_checked(end).unwrap_or((named, ""));
        return if name.is_empty() {
            Err(QueryTextError::Unnamed)
        } else {
            Ok((Piece::Parameter(name), after))
        };
    }
    if text.starts_with(['?', '@', '$']) {
        return Err(QueryTextError::Unnamed);
    }
    if let Some(after) = text.strip_prefix(';') {
        return Ok((Piece::End, after));
    }
    let letter = text.chars().next().unwrap_or(' ');
    let after = text.get(letter.len_utf8()..).unwrap_or("");
    Ok((Piece::Letter(letter), after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e12_parameters_are_found_where_they_are_parameters() {
        let table = [
            ("SELECT 1", Ok(("SELECT 1", vec![]))),
            (
                "select a from t where b = :no and c = :no2 or d = :no;\n",
                Ok((
                    "select a from t where b = $1 and c = $2 or d = $1\n",
                    vec!["no", "no2"],
                )),
            ),
            (
                "WITH x AS (SELECT ':a' AS \"b:c\") SELECT * FROM x -- :d\n WHERE y = :e /* ; :f */",
                Ok((
                    "WITH x AS (SELECT ':a' AS \"b:c\") SELECT * FROM x -- :d\n WHERE y = $1 /* ; :f */",
                    vec!["e"],
                )),
            ),
            ("SELECT a::text", Ok(("SELECT a::text", vec![]))),
            ("SELECT '它''s' || :键", Err(QueryTextError::Unnamed)),
            (
                "SELECT 'it''s' || :k",
                Ok(("SELECT 'it''s' || $1", vec!["k"])),
            ),
            ("DELETE FROM t", Err(QueryTextError::NotReading)),
            ("", Err(QueryTextError::NotReading)),
            ("SELECT 1; DROP TABLE t", Err(QueryTextError::Several)),
            ("SELECT 1; \"x\"", Err(QueryTextError::Several)),
            (
                "SELECT [a:b] -- c\n; -- d",
                Ok(("SELECT [a:b] -- c\n -- d", vec![])),
            ),
            ("SELECT 'a", Err(QueryTextError::Open)),
            ("SELECT /* a", Err(QueryTextError::Open)),
            ("SELECT ?", Err(QueryTextError::Unnamed)),
        ];
        for (text, expected) in table {
            let read = QueryText::parse(text);
            let read = read.as_ref().map(|query| {
                let parameters: Vec<&str> = query.parameters().collect();
                (query.numbered.as_str(), parameters)
            });
            assert_eq!(
                read,
                expected.as_ref().map(|(t, p)| (*t, p.clone())),
                "{text}"
            );
        }
    }
}
