//! Where something stands in a file: byte offsets become lines and columns here and nowhere else.

/// A line and a column, both from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl Place {
    /// Where a file begins.
    pub(crate) const START: Self = Self { line: 1, column: 1 };

    /// So many characters further on the same line.
    pub(crate) const fn right(self, characters: u32) -> Self {
        Self {
            line: self.line,
            column: self.column.saturating_add(characters),
        }
    }
}

/// A word that an admin wrote, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) place: Place,
}

/// A file's text with the index of its lines.
#[derive(Debug)]
pub(crate) struct Source<'t> {
    text: &'t str,
    /// Byte offsets at which lines begin.
    lines: Vec<usize>,
}

impl<'t> Source<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let after_newlines = text.match_indices('\n').map(|(offset, _)| offset + 1);
        Self {
            text,
            lines: std::iter::once(0).chain(after_newlines).collect(),
        }
    }

    /// The place of a byte; one that is beyond the end, or within a character, counts as the nearest before it.
    pub(crate) fn place(&self, offset: usize) -> Place {
        let offset = (0..=offset.min(self.text.len()))
            .rev()
            .find(|at| self.text.is_char_boundary(*at))
            .unwrap_or(0);
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = line
            .checked_sub(1)
            .and_then(|index| self.lines.get(index))
            .copied()
            .unwrap_or(0);
        let before = self.text.get(start..offset).unwrap_or("");
        // Editors do not show a byte order mark and give it no column.
        let column = before.trim_start_matches('\u{feff}').chars().count() + 1;
        Place {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
        }
    }

    /// The text between two bytes, as it is written.
    pub(crate) fn slice(&self, span: std::ops::Range<usize>) -> &'t str {
        self.text.get(span).unwrap_or("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let source = Source::new("a = 1\r\n键 = \"值\"\n\n");
        let table = [
            (0, 1, 1),
            (4, 1, 5),
            (7, 2, 1),
            (8, 2, 1),
            (10, 2, 2),
            (13, 2, 5),
            (19, 3, 1),
            (99, 4, 1),
        ];
        for (offset, line, column) in table {
            assert_eq!(
                source.place(offset),
                Place { line, column },
                "byte {offset}"
            );
        }
        assert_eq!(
            Source::new("\u{feff}x").place(3),
            Place::START,
            "a byte order mark has no column"
        );
    }
}
