//! Words in FTS5. The table keeps no text and an index of first characters, by which a single one is found as fast as a word; a word is what stands between two blanks, whatever signs it is of.

use crate::database::words::{Phrase, Words};

/// The shelf that a table is.
macro_rules! words {
    ($table:literal) => {
        Words {
            table: concat!(
                "CREATE VIRTUAL TABLE ",
                $table,
                " USING fts5(words, content = '', contentless_delete = 1, prefix = '1',
      tokenize = \"unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'\");"
            ),
            join: concat!(" JOIN ", $table, " w ON w.rowid = "),
            from: concat!(" FROM ", $table, " w WHERE "),
            take: concat!("DELETE FROM ", $table, " WHERE rowid = $1"),
            put: concat!("INSERT OR REPLACE INTO ", $table, " (rowid, words) VALUES "),
            put_words: ", ",
            put_end: ")",
            put_over: "",
            id: "w.rowid",
            has: "w.words MATCH ",
            asked: "",
            plainly: None,
            document,
            question,
        }
    };
}

pub(crate) static ALL: Words = words!("search_words");
pub(crate) static OPEN: Words = words!("search_open");

fn document(words: &[String]) -> String {
    words.join(" ")
}

/// FTS5 §3: in quotes nothing is an operator; a star behind them asks for the beginning of the last word.
fn question(phrases: &[Phrase]) -> String {
    let phrases = phrases.iter().map(|phrase| {
        let star = if phrase.is_beginning { "*" } else { "" };
        format!("\"{}\"{star}", phrase.words.join(" "))
    });
    phrases.collect::<Vec<_>>().join(" AND ")
}
