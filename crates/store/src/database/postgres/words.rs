//! Words as `tsvector`: written with their places, so that no parser of PostgreSQL splits them anew.

use std::fmt::Write as _;

use crate::database::words::{Phrase, Words};

/// The shelf that a table is.
macro_rules! words {
    ($table:literal) => {
        Words {
            table: concat!(
                "CREATE TABLE ",
                $table,
                " (id BIGINT PRIMARY KEY NOT NULL, words TSVECTOR NOT NULL);
      CREATE INDEX ",
                $table,
                "_words ON ",
                $table,
                " USING GIN (words);"
            ),
            join: concat!(" JOIN ", $table, " w ON w.id = "),
            from: concat!(" FROM ", $table, " w WHERE "),
            take: concat!("DELETE FROM ", $table, " WHERE id = $1"),
            put: concat!("INSERT INTO ", $table, " (id, words) VALUES "),
            put_words: ", CAST(",
            put_end: " AS TSVECTOR))",
            put_over: " ON CONFLICT (id) DO UPDATE SET words = excluded.words",
            id: "w.id",
            has: "w.words @@ CAST(",
            asked: " AS TSQUERY)",
            // The function behind the operator: no index answers it. All words with a beginning would be gathered from the whole index.
            plainly: Some(("ts_match_vq(w.words, CAST(", " AS TSQUERY))")),
            document,
            question,
        }
    };
}

pub(crate) static ALL: Words = words!("search_words");
pub(crate) static OPEN: Words = words!("search_open");

fn document(words: &[String]) -> String {
    let mut text = String::new();
    for (place, word) in words.iter().enumerate() {
        // Writing into a String cannot fail.
        let _ = write!(text, "'{word}':{} ", place + 1);
    }
    text
}

fn question(phrases: &[Phrase]) -> String {
    let phrases = phrases.iter().map(|phrase| {
        let words = phrase.words.iter().map(|word| format!("'{word}'"));
        let words = words.collect::<Vec<_>>().join(" <-> ");
        let star = if phrase.is_beginning { ":*" } else { "" };
        format!("({words}{star})")
    });
    phrases.collect::<Vec<_>>().join(" & ")
}
