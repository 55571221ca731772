//! The stock, and the list out of which its sounds are made.

use std::collections::{BTreeMap, BTreeSet};

use speech::{Language, Word};

const LANGUAGES: [(&str, Language); 2] = [("zh-CN", Language::Chinese), ("en", Language::English)];

#[derive(serde::Deserialize)]
struct Texts {
    prompt: BTreeMap<String, BTreeMap<String, String>>,
}

fn texts() -> Texts {
    let file = include_str!("../../../../ivr-scripts/prompts/words.toml");
    toml::from_str(file).expect("words.toml")
}

#[test]
fn a_name_of_the_stock_is_one_word() {
    for (_, language) in LANGUAGES {
        let stock = language.stock();
        let names: BTreeSet<&str> = stock.iter().map(|word| word.name).collect();
        assert_eq!(names.len(), stock.len(), "{language:?}");
    }
}

#[test]
fn e13_every_word_of_the_stock_is_in_the_list_of_sounds() {
    let texts = texts();
    for (tag, language) in LANGUAGES {
        for Word { name, text } in language.stock() {
            let listed = texts.prompt.get(name).and_then(|texts| texts.get(tag));
            let listed =
                listed.unwrap_or_else(|| panic!("words.toml lacks {name} = {text} in {tag}"));
            // What follows soon ends with …, what ends a sentence with its full stop.
            let said = listed.trim_end_matches(['…', '。', '.']);
            assert_eq!(said, text, "{name} in {tag}");
        }
    }
}
