//! What of `clips.toml` is taken, and what is told of it.

use super::*;
use crate::config::said::lines;

const GOOD: &str = "[clip.hours]\nnumber = 12\n\
    title = { zh-CN = \"营业时间\", en = \"Opening hours\" }\n\
    text = { zh-CN = \"九点到六点。\", en = \"From nine to six.\" }\n\
    queues = [\"support\"]\n\
    [clip.fees]\nnumber = 7\ntitle = { zh-CN = \"费用\", en = \"Fees\" }\n\
    [clip.fees.text]\nzh-CN = \"免费。\"\nen = \"Free.\"\n";

fn told(text: &str, languages: &[&'static str]) -> Result<(Shelf, Vec<String>), Vec<String>> {
    let document = Document {
        file: "c.toml".into(),
        text: text.into(),
    };
    let given = Given {
        queues: Some(["sales".into(), "support".into()].into()),
        language: "zh-CN",
        languages: languages.iter().copied().collect(),
        is_taken: languages.contains(&"taken"),
    };
    let read = read(&document, &given);
    read.map(|(shelf, found)| (shelf, lines(&found)))
        .map_err(|wrong| lines(&wrong))
}

#[test]
fn e25_clips_are_read_with_their_texts_where_they_stand() {
    let (shelf, found) = told(GOOD, &["zh-CN", "en"]).unwrap();
    assert_eq!(found, [""; 0]);
    let hours = &shelf.clips["hours"];
    assert_eq!(
        (hours.number, hours.title["en"].as_str()),
        (12, "Opening hours")
    );
    assert!(hours.is_offered_in(Some(&"support".into())));
    assert!(!hours.is_offered_in(Some(&"sales".into())));
    assert!(shelf.clips["fees"].is_offered_in(None));
    let places = shelf.texts.iter();
    let places: Vec<_> = places
        .map(|it| (it.sound.as_str(), it.line, it.column))
        .collect();
    let expected = [
        ("clips/en/fees", 11, 6),
        ("clips/zh-CN/fees", 10, 9),
        ("clips/en/hours", 4, 33),
        ("clips/zh-CN/hours", 4, 18),
    ];
    assert_eq!(places, expected);
}

#[test]
fn e25_mistakes_are_told_at_their_place_in_both_languages() {
    let rows = [
        (
            "number = 12",
            "number = 0",
            "c.toml:2:10: error: a clip's number is 1 to 9999",
        ),
        (
            "number = 7",
            "number = 12",
            "c.toml:2:10: error: the clip `fees` has the number 12",
        ),
        ("number = 12", "nummer = 12", "c.toml:2:1: error: unknown"),
        ("number = 12", "number = \"12\"", "c.toml:2:10: error: "),
        (
            "zh-CN = \"营业时间\", ",
            "",
            "c.toml:3:9: error: `title` has no `zh-CN`",
        ),
        (
            ", en = \"Fees\"",
            "",
            "c.toml:8:9: error: `title` has no `en`",
        ),
        (
            "\"Fees\"",
            "\" \"",
            "c.toml:8:30: error: `title` has 1 to 100 characters",
        ),
        (
            "zh-CN = \"免费。\"\n",
            "",
            "c.toml:9:1: error: `text` has no `zh-CN`, the language",
        ),
        (
            "\"From nine to six.\"",
            "\"\"",
            "c.toml:4:33: error: a text has 1 to 4000",
        ),
        (
            "\"support\"",
            "\"suport\"",
            "c.toml:5:11: error: no queue `suport`\n  help: did you mean `support`?",
        ),
        (
            "[\"support\"]",
            "[]",
            "c.toml:5:10: error: `queues` names no queue\n  help: leave `queues` out",
        ),
        (
            "en = \"Opening hours\"",
            "en = \"Opening hours\", english_gb = \"Hours\"",
            "c.toml:3:62: error: `english_gb` is no language\n  help: for example",
        ),
        (
            "en = \"Free.\"",
            "en = \"Free.\"\n\"../fr\" = \"Libre.\"",
            "c.toml:12:11: error: `../fr` is no language",
        ),
        (
            "clip.hours",
            "clip.\"a b\"",
            "c.toml:1:7: error: a name has 1 to 64",
        ),
    ];
    for (find, replace, expected) in rows {
        let text = GOOD.replacen(find, replace, 1);
        assert_ne!(text, GOOD, "{find}");
        let told = told(&text, &["zh-CN", "en"]).unwrap_err();
        assert!(told[0].starts_with(expected), "{replace}: {told:?}");
    }
    let told = told(GOOD, &["taken"]).unwrap_err();
    assert!(
        told[0].starts_with("c.toml:6:7: error: a script is named `clips`"),
        "{told:?}"
    );
}

#[test]
fn e25_a_language_of_callers_that_is_missing_is_a_warning() {
    let text = GOOD.replace("en = \"Free.\"\n", "");
    let (_, found) = told(&text, &["zh-CN", "en"]).unwrap();
    let [one] = &found[..] else {
        panic!("{found:?}")
    };
    let expected = "c.toml:9:1: warning: `text` has no `en`, in which scripts serve callers";
    assert!(one.starts_with(expected), "{one}");
    let (_, found) = told(&text, &["zh-CN"]).unwrap();
    assert_eq!(found, [""; 0]);
}
