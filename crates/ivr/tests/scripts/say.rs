//! `say` (E13): sentences with values, in the caller's language, out of words that are there; and what `check` proves of them.

use ivr::{Severity, World, check, parse};
use model::ScriptName;

use crate::driver::{Call, nodes};
use crate::good_script::world;

/// Asks for an amount and says it back.
fn balance(sentence: &str) -> String {
    format!(
        "title = {{ zh-CN = \"余额\", en = \"Balance\" }}\nlanguages = [\"zh-CN\", \"en\"]\nstart = \"ask\"\n\
         [prompt.ask]\nzh-CN = \"请输入\"\nen = \"Enter\"\n\
         [collect.ask]\nprompt = \"ask\"\ninto = \"sum\"\nkind = \"money\"\nnext = \"balance\"\non_failure = \"end\"\n\
         [say.balance]\n{sentence}\nnext = \"end\"\n[hangup.end]\nprompt = \"ask\"\n"
    )
}

const GOOD: &str = "text = { zh-CN = \"您的余额是 {sum:money}。\", en = \"It is {sum:money} for {caller.number:phone}.\" }";

/// What is heard of the sentence, by a caller of this language who keys in the amount.
fn heard(text: &str, language: &str, keys: &str) -> Vec<String> {
    let mut call = Call::from(text, |entry| entry.language = Some(language.to_owned()));
    call.starts();
    call.presses(keys)
}

#[test]
fn e13_a_sentence_is_its_pieces_with_the_words_of_its_values_between() {
    assert_eq!(
        heard(&balance(GOOD), "zh-CN", "2*05#"),
        [
            "stop",
            "say balance",
            "play zh-CN/balance.1 zh-CN/say_2_of zh-CN/money_cny zh-CN/digit_0 zh-CN/digit_5 zh-CN/money_fen"
        ]
    );
    assert_eq!(
        heard(&balance(GOOD), "en", "10#"),
        [
            "stop",
            "say balance",
            "play en/balance.1 en/say_10 en/money_cny en/balance.2 \
             en/digit_1 en/digit_3 en/digit_8 , en/say_oh en/say_oh en/say_oh en/say_oh , \
             en/digit_1 en/digit_1 en/digit_1 en/digit_1"
        ]
    );
}

#[test]
fn a_value_without_words_is_told_and_the_rest_is_said() {
    let text = balance(&GOOD.replace("sum:money", "sum:ordinal"));
    let said = heard(&text, "zh-CN", "1*50#");
    let expected = "unsaid `sum`: it is no whole number";
    assert_eq!(
        said,
        ["stop", "say balance", expected, "play zh-CN/balance.1"]
    );
    // A withheld number is nothing to tell of.
    let text = balance("text = { zh-CN = \"{caller.number:phone}\", en = \"x\" }");
    let mut call = Call::from(&text, |entry| entry.caller.number = None);
    call.starts();
    let said = call.presses("1#");
    assert_eq!(
        said,
        ["stop", "say balance", "hangup end", "play zh-CN/ask"]
    );
}

#[test]
fn s22_a_secret_is_not_said() {
    let text = balance(GOOD).replace("kind = \"money\"", "kind = \"money\"\nsecret = true");
    let said = heard(&text, "zh-CN", "5#");
    assert_eq!(said, ["stop", "say balance", "play zh-CN/balance.1"]);
}

#[test]
fn e4_a_key_cuts_a_sentence_unless_it_may_not() {
    let mut call = Call::new(&balance(GOOD));
    call.starts();
    call.presses("5#");
    assert_eq!(call.presses("9"), ["stop", "hangup end", "play zh-CN/ask"]);
    let mut call = Call::new(&balance(&format!("{GOOD}\ninterruptible = false")));
    call.starts();
    call.presses("5#");
    assert_eq!(call.presses("9"), [""; 0]);
    assert_eq!(call.hears(), ["hangup end", "play zh-CN/ask"]);
}

/// What `parse` and `check` find, in a world that has all sounds but those of this kind.
fn found(text: &str, lacks: &str, speech: bool) -> Vec<String> {
    let (script, mut found) = parse(ScriptName::from("main"), "main", text);
    if let Some(script) = script {
        let mut world = World { speech, ..world() };
        world.sounds.extend(script.sounds());
        world
            .sounds
            .retain(|sound| lacks.is_empty() || !sound.contains(lacks));
        found.extend(check(&script, &world));
    }
    found.retain(|it| speech || it.severity == Severity::Error);
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn e13_e14_what_is_wrong_with_a_sentence_is_told_at_its_place() {
    for (from, to, expected) in [
        (
            "{sum:money}。",
            "{sun:money}。",
            &["main:14:26: error: no variable `sun`\n  help: did you mean `sum`?"][..],
        ),
        (
            "{sum:money}。",
            "{sum:mony}。",
            &["main:14:30: error: no format `mony`\n  help: did you mean `money`?"],
        ),
        (
            "{sum:money}。",
            "{sum:phone}。",
            &[
                "main:14:26: error: the format `phone` does not say a number\n  help: a number is said as `number`, `count`",
            ],
        ),
        (
            "{caller.number:phone}",
            "{caller.number}",
            &[
                "main:14:69: error: the format `number` does not say a text\n  help: a text is said as `date`, `time`",
            ],
        ),
        (
            "{sum:money}。",
            "{sum:money。",
            &["main:14:25: error: a `{` without its `}`"],
        ),
        (
            ", en = \"It is {sum:money} for {caller.number:phone}.\"",
            "",
            &["main:13:6: error: `say.balance` has no text in `en`"],
        ),
        (
            "en = \"It",
            "fr = \"It",
            &[
                "main:13:6: error: `say.balance` has no text in `en`",
                "main:14:40: error: `fr` is no language of this script",
            ],
        ),
        (
            "en = \"It is {sum:money} for {caller.number:phone}.\"",
            "en = 5",
            &["main:14:45: error: `text` cannot be `5`"],
        ),
    ] {
        assert_eq!(GOOD.matches(from).count(), 1, "{from}");
        let told = found(&balance(&GOOD.replace(from, to)), "", false);
        assert_eq!(told.len(), expected.len(), "{to}: {told:#?}");
        for (told, expected) in told.iter().zip(expected) {
            assert!(told.starts_with(expected), "{to}\n{told}\n{expected}");
        }
    }
    let unset = balance(GOOD).replace("start = \"ask\"", "start = \"balance\"");
    let told = found(&unset, "", false).join("\n");
    assert!(told.contains("14:26: error: `sum`"), "{told}");
}

#[test]
fn e13_every_sound_of_a_sentence_is_proved() {
    assert_eq!(found(&balance(GOOD), "", false), [""; 0]);
    let piece = found(&balance(GOOD), "en/balance.2", false);
    assert_eq!(piece.len(), 1);
    assert!(
        piece[0].starts_with("main:14:46: error: no sound `en/balance.2`"),
        "{piece:?}"
    );
    let spoken = found(&balance(GOOD), "en/balance.2", true);
    assert!(
        spoken
            .iter()
            .any(|it| it.starts_with("main:14:46: warning: no sound `en/balance.2` yet")),
        "{spoken:?}"
    );
    let word = found(&balance(GOOD), "en/say_oh", true);
    assert!(
        word.iter().any(|it| it.contains(
            "error: values are said here, and there is no sound `en/say_oh`, nor 0 more"
        )),
        "{word:?}"
    );
}

#[test]
fn a_language_without_numbers_says_no_values() {
    let french = "title = { fr = \"T\" }\nlanguages = [\"fr\"]\nstart = \"a\"\n[say.a]\ntext = { fr = \"Il est {now:time}\" }\nnext = \"b\"\n[hangup.b]\n";
    let told = found(french, "", false);
    assert_eq!(told.len(), 1);
    assert!(
        told[0].starts_with("main:5:16: error: values cannot be said in `fr`"),
        "{told:?}"
    );
    assert_eq!(
        found(&french.replace(" {now:time}", ""), "", false),
        [""; 0]
    );
}

#[test]
fn the_pieces_of_a_sentence_are_prompts_to_be_spoken() {
    let (script, _) = parse(ScriptName::from("main"), "main", &balance(GOOD));
    let script = script.unwrap();
    let pieces = script.prompts().filter(|prompt| prompt.name != "ask");
    let pieces: Vec<String> = pieces
        .map(|prompt| format!("{} {}", prompt.sound(), prompt.text))
        .collect();
    assert_eq!(
        pieces,
        [
            "main/en/balance.1 It is…",
            "main/en/balance.2 for…",
            "main/zh-CN/balance.1 您的余额是…"
        ]
    );
}

#[test]
fn e13_now_is_said_on_the_wall_clock_of_the_scripts_calendar() {
    let said = |first: &str, calendars: &[&str]| {
        let text = nodes(&format!(
            "[say.start]\ntext = {{ en = \"It is {{now:time}}.\" }}\nnext = \"{first}\"\n\
             [hours.by]\ncalendar = \"office\"\nopen = \"end\"\nclosed = \"end\"\n[hangup.end]\nprompt = \"b\"\n"
        ));
        let mut call = Call::new(&text);
        call.calendars
            .retain(|name, _| calendars.contains(&name.as_str()));
        call.starts()[1].clone()
    };
    // 10:00 in Shanghai is 02:00 in UTC.
    for (calendars, hour) in [(&["office"][..], "en/say_10 "), (&[][..], "en/digit_2 ")] {
        let heard = said("by", calendars);
        assert!(heard.contains(hour), "{calendars:?}: {heard}");
    }
}
