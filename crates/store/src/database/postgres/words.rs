//! Words as `tsvector`: written with their places, so that no parser of PostgreSQL splits them anew.

use std::fmt::Write as _;

use crate::database::words::{Phrase, Words};

pub(crate) static WORDS: Words = Words {
    table: "CREATE TABLE search_words (id BIGINT PRIMARY KEY NOT NULL, words TSVECTOR NOT NULL);
      CREATE INDEX search_words_words ON search_words USING GIN (words);",
    put: "INSERT INTO search_words (id, words) VALUES ($1, CAST($2 AS TSVECTOR))
      ON CONFLICT (id) DO UPDATE SET words = excluded.words",
    id: "w.id",
    has: "w.words @@ CAST(",
    asked: " AS TSQUERY)",
    document,
    question,
};

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
