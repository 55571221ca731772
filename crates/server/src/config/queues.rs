//! `config/queues.toml`: the rules of each queue.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::Queue;
use ivr::{Diagnostic, closest};
use media::SoundName;
use model::QueueName;
use serde::Deserialize;
use toml::Spanned;

use self::skills::StepSection;
use super::document::Document;

mod presence;
mod skills;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    queue: BTreeMap<String, Section>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    #[serde(default)]
    name: BTreeMap<String, String>,
    strategy: Spanned<String>,
    fallback: Option<Spanned<String>>,
    ring_timeout_s: Option<Spanned<u32>>,
    wrap_up: Option<Spanned<String>>,
    wrap_up_s: Option<u32>,
    max_wait_s: Option<Spanned<u32>>,
    max_waiting: Option<u32>,
    weight: Option<u8>,
    max_estimated_wait_s: Option<Spanned<u32>>,
    starving_s: Option<u32>,
    ring_max: Option<Spanned<usize>>,
    pass_pause_s: Option<u32>,
    reject_delay_s: Option<u32>,
    back_off_max_s: Option<u32>,
    no_answer_limit: Option<u32>,
    min_handled_s: Option<u32>,
    max_consecutive: Option<u32>,
    sticky_wait_s: Option<u32>,
    count_window_s: Option<Spanned<u32>>,
    per_duty_hour: Option<bool>,
    ring_delay_s: Option<Spanned<u32>>,
    prefer: Option<Spanned<String>>,
    #[serde(default)]
    step: Vec<StepSection>,
    join_when: Option<Spanned<String>>,
    leave_unless: Option<Spanned<String>>,
    max_active: Option<u32>,
    min_ring_s: Option<u32>,
    music: Option<Spanned<String>>,
}

/// The names alone, whatever is wrong with the rules: scripts may name them.
pub(crate) fn names(document: &Document) -> Option<Vec<QueueName>> {
    let file: File = document.parse().ok()?;
    Some(file.queue.into_keys().map(QueueName::new).collect())
}

/// Reads all queues; `sounds` are the names that can be played.
pub(crate) fn read(
    document: &Document,
    sounds: &std::collections::BTreeSet<String>,
) -> Result<BTreeMap<QueueName, Queue>, Vec<Diagnostic>> {
    let file: File = document.parse().map_err(|error| vec![error])?;
    let mut wrong = Vec::new();
    let mut queues = BTreeMap::new();
    for (name, section) in file.queue {
        let name = QueueName::new(name);
        if let Some(queue) = queue_of(document, &name, section, sounds, &mut wrong) {
            queues.insert(name, queue);
        }
    }
    if wrong.is_empty() {
        Ok(queues)
    } else {
        Err(wrong)
    }
}

fn queue_of(
    document: &Document,
    name: &QueueName,
    section: Section,
    sounds: &std::collections::BTreeSet<String>,
    wrong: &mut Vec<Diagnostic>,
) -> Option<Queue> {
    let mut rules = acd::QueueConfig::new(name.clone());
    rules.strategy = strategy(document, &section.strategy, wrong)?;
    if let Some(fallback) = &section.fallback {
        rules.fallback = strategy(document, fallback, wrong)?;
        if rules.fallback.name == "sticky" {
            wrong.push(document.error(
                fallback.span().start,
                "the fall-back of a queue cannot be `sticky`".into(),
                Some("name the strategy for callers without a familiar agent".into()),
            ));
        }
    }
    if let Some(seconds) = section.ring_timeout_s {
        rules.ring_timeout = positive(document, "ring_timeout_s", &seconds, wrong)?;
    }
    if let Some(seconds) = section.max_wait_s {
        rules.max_wait = Some(positive(document, "max_wait_s", &seconds, wrong)?);
    }
    if let Some(seconds) = section.max_estimated_wait_s {
        let longest = positive(document, "max_estimated_wait_s", &seconds, wrong)?;
        rules.max_estimated_wait = Some(longest);
    }
    if let Some(seconds) = section.count_window_s {
        rules.count_window = positive(document, "count_window_s", &seconds, wrong)?;
    }
    if let Some(seconds) = section.ring_delay_s {
        rules.ring_delay = positive(document, "ring_delay_s", &seconds, wrong)?;
    }
    if let Some(prefer) = &section.prefer {
        rules.prefer = skills::prefer(document, prefer, wrong)?;
    }
    rules.steps = skills::steps(document, &section.step, wrong);
    if let Some(most) = section.ring_max {
        if *most.get_ref() == 0 {
            wrong.push(document.error(
                most.span().start,
                "`ring_max` is 0: nobody would ring".into(),
                None,
            ));
        }
        rules.ring_max = *most.get_ref();
    }
    let seconds = |given: Option<u32>, rule: &mut Duration| {
        if let Some(given) = given {
            *rule = Duration::from_secs(given.into());
        }
    };
    if let Some(mode) = &section.wrap_up {
        rules.wrap_up_mode = wrap_up_mode(document, mode, wrong)?;
        rules.wrap_up = rules.wrap_up_mode.default_time();
    }
    seconds(section.wrap_up_s, &mut rules.wrap_up);
    seconds(section.pass_pause_s, &mut rules.pass_pause);
    seconds(section.reject_delay_s, &mut rules.reject_delay);
    seconds(section.back_off_max_s, &mut rules.back_off_max);
    seconds(section.min_handled_s, &mut rules.min_handled);
    seconds(section.sticky_wait_s, &mut rules.sticky_wait);
    seconds(section.starving_s, &mut rules.starving);
    rules.weight = section.weight.unwrap_or(rules.weight);
    rules.max_waiting = section.max_waiting.or(rules.max_waiting);
    rules.no_answer_limit = section.no_answer_limit.unwrap_or(rules.no_answer_limit);
    rules.max_consecutive = section.max_consecutive.unwrap_or(rules.max_consecutive);
    rules.per_duty_hour = section.per_duty_hour.unwrap_or(rules.per_duty_hour);
    if let Some(word) = &section.join_when {
        rules.join_when = presence::read(document, word, wrong)?;
    }
    if let Some(word) = &section.leave_unless {
        rules.leave_unless = presence::read(document, word, wrong)?;
    }
    rules.max_active = section.max_active.or(rules.max_active);
    seconds(section.min_ring_s, &mut rules.min_ring);
    // What was told above with its own place is not told again.
    if let (true, Err(error)) = (wrong.is_empty(), rules.check()) {
        let at = section.strategy.span().start;
        wrong.push(document.error(at, error.to_string(), None));
    }
    let music = music(document, section.music, sounds, wrong)?;
    Some(Queue {
        rules,
        title: section.name,
        music,
    })
}

fn strategy(
    document: &Document,
    given: &Spanned<String>,
    wrong: &mut Vec<Diagnostic>,
) -> Option<&'static acd::Strategy> {
    let found = acd::strategy::find(given.get_ref());
    if found.is_none() {
        let names: Vec<&str> = acd::strategy::all()
            .iter()
            .map(|strategy| strategy.name)
            .collect();
        let help = closest(given.get_ref(), names.iter().copied())
            .map(|near| format!("did you mean `{near}`?"));
        wrong.push(document.error(
            given.span().start,
            format!(
                "no strategy `{}`; expected one of {}",
                given.get_ref(),
                names.join(", ")
            ),
            help,
        ));
    }
    found
}

fn wrap_up_mode(
    document: &Document,
    given: &Spanned<String>,
    wrong: &mut Vec<Diagnostic>,
) -> Option<acd::WrapUpMode> {
    let found = acd::WrapUpMode::find(given.get_ref());
    if found.is_none() {
        let names = acd::WrapUpMode::ALL.map(acd::WrapUpMode::name);
        wrong.push(
            document.error(
                given.span().start,
                format!(
                    "no wrap-up `{}`; expected one of {}",
                    given.get_ref(),
                    names.join(", ")
                ),
                closest(given.get_ref(), names.into_iter())
                    .map(|near| format!("did you mean `{near}`?")),
            ),
        );
    }
    found
}

fn positive(
    document: &Document,
    key: &str,
    seconds: &Spanned<u32>,
    wrong: &mut Vec<Diagnostic>,
) -> Option<Duration> {
    if *seconds.get_ref() == 0 {
        wrong.push(document.error(
            seconds.span().start,
            format!("`{key}` is 0; expected at least one second"),
            None,
        ));
        return None;
    }
    Some(Duration::from_secs((*seconds.get_ref()).into()))
}

fn music(
    document: &Document,
    given: Option<Spanned<String>>,
    sounds: &std::collections::BTreeSet<String>,
    wrong: &mut Vec<Diagnostic>,
) -> Option<SoundName> {
    let Some(given) = given else {
        return Some(SoundName::new("music/default"));
    };
    let name = format!("music/{}", given.get_ref());
    if sounds.contains(&name) {
        return Some(SoundName::new(&name));
    }
    let known = sounds
        .iter()
        .filter_map(|sound| sound.strip_prefix("music/"));
    let help = closest(given.get_ref(), known).map(|near| format!("did you mean `{near}`?"));
    wrong.push(document.error(
        given.span().start,
        format!(
            "no music `{0}`: there is no music/{0}.wav beside the scripts",
            given.get_ref()
        ),
        help,
    ));
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<BTreeMap<QueueName, Queue>, String> {
        let document = Document {
            file: "config/queues.toml".into(),
            text: text.into(),
        };
        let sounds = ["music/default".to_owned()].into();
        read(&document, &sounds).map_err(|wrong| {
            wrong
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("\n")
        })
    }

    #[test]
    fn a_queue_takes_its_rules_from_the_file_and_the_rest_from_the_defaults() {
        let queues = read_text("[queue.support]\nname = { zh-CN = \"技术支持\" }\nstrategy = \"ring-all\"\nwrap_up_s = 0\nmax_wait_s = 60\nmax_estimated_wait_s = 50\njoin_when = \"always\"\nleave_unless = \"anyone_at_work\"\nmax_active = 3\nmin_ring_s = 5\nweight = 2\nstarving_s = 90\n").unwrap();
        let queue = &queues["support"];
        assert_eq!(queue.rules.strategy.name, "ring-all");
        assert_eq!(queue.rules.wrap_up, Duration::ZERO);
        assert_eq!(queue.rules.max_wait, Some(Duration::from_secs(60)));
        assert_eq!(
            queue.rules.ring_timeout,
            Duration::from_secs(15),
            "R5's default"
        );
        assert_eq!(
            queue.rules.max_estimated_wait,
            Some(Duration::from_secs(50)),
            "D5"
        );
        let there = (queue.rules.join_when, queue.rules.leave_unless);
        assert_eq!(
            there,
            (acd::Presence::Nobody, acd::Presence::AtWork),
            "D7, D8"
        );
        let active = (queue.rules.max_active, queue.rules.min_ring.as_secs());
        assert_eq!(active, (Some(3), 5), "D27, D10");
        assert_eq!(
            (queue.rules.weight, queue.rules.starving.as_secs()),
            (2, 90),
            "D1, D4"
        );
        assert_eq!(queue.title["zh-CN"], "技术支持");
    }

    #[test]
    fn c5_the_time_to_file_has_a_mode_and_the_mode_a_default() {
        let rules = |keys: &str| {
            let text = format!("[queue.a]\nstrategy = \"random\"\n{keys}");
            read_text(&text).map(|queues| queues["a"].rules.clone())
        };
        for (keys, mode, seconds) in [
            ("", "timed", 10),
            ("wrap_up = \"timed_fixed\"\n", "timed_fixed", 10),
            ("wrap_up = \"until_done\"\n", "until_done", 900),
            ("wrap_up = \"optional\"\nwrap_up_s = 60\n", "optional", 60),
        ] {
            let rules = rules(keys).unwrap();
            assert_eq!(rules.wrap_up_mode.name(), mode);
            assert_eq!(rules.wrap_up, Duration::from_secs(seconds), "{keys}");
        }
        let told = rules("wrap_up = \"until_don\"\n").unwrap_err();
        assert!(
            told.starts_with("config/queues.toml:3:11: error: no wrap-up `until_don`"),
            "{told}"
        );
        assert!(told.ends_with("help: did you mean `until_done`?"), "{told}");
        let told = rules("wrap_up_s = 901\n").unwrap_err();
        assert!(told.contains("`wrap_up_s` must be at most 900"), "{told}");
    }

    #[test]
    fn r69_steps_are_read_in_their_order() {
        let text = "[queue.a]\nstrategy = \"skills\"\nprefer = \"spare\"\nring_delay_s = 7\nper_duty_hour = true\n\
                    [[queue.a.step]]\nneeds = \"en >= 4\"\nfor_s = 20\n[[queue.a.step]]\nneeds = \"en\"\n";
        let rules = &read_text(text).unwrap()["a"].rules;
        let steps: Vec<_> = rules
            .steps
            .iter()
            .map(|step| (step.needs.as_str(), step.lasts))
            .collect();
        let twenty = Duration::from_secs(20);
        assert_eq!(steps, [("en >= 4", twenty), ("en", Duration::MAX)]);
        assert_eq!(rules.prefer, acd::Prefer::Spare);
        assert_eq!(rules.ring_delay, Duration::from_secs(7));
        assert!(rules.per_duty_hour);
    }

    #[test]
    fn r69_steps_that_cannot_be_taken_are_told() {
        let text = "[queue.a]\nstrategy = \"skills\"\nprefer = \"bst\"\n[queue.b]\nstrategy = \"skills\"\n\
                    [[queue.b.step]]\nneeds = \"en\"\n[[queue.b.step]]\nneeds = \"en >=\"\nfor_s = 1\n";
        let told = read_text(text).unwrap_err();
        for expected in [
            "3:10: error: no preference `bst`; expected one of any, best, spare",
            "did you mean `best`?",
            "7:9: error: this step has no end: `for_s` is missing",
            "9:9: error: `needs`: `` is no level: levels are 1 to 255",
        ] {
            assert!(told.contains(expected), "{told}\nlacks {expected}");
        }
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let told = read_text("[queue.a]\nstrategy = \"ring-al\"\n[queue.b]\nstrategy = \"sticky\"\nfallback = \"sticky\"\nmusic = \"defalt\"\n[queue.c]\nstrategy = \"linear\"\njoin_when = \"anyone_signd_in\"\n").unwrap_err();
        for expected in [
            "config/queues.toml:2:12: error: no strategy `ring-al`",
            "did you mean `ring-all`?",
            "config/queues.toml:5:12: error: the fall-back of a queue cannot be `sticky`",
            "config/queues.toml:9:13: error: no condition `anyone_signd_in`; expected one of always",
            "did you mean `anyone_signed_in`?",
            "config/queues.toml:6:9: error: no music `defalt`",
            "did you mean `default`?",
        ] {
            assert!(told.contains(expected), "{told}\nlacks {expected}");
        }
        assert!(
            read_text("[queue.a]\nname = {}\n")
                .unwrap_err()
                .contains("missing field `strategy`")
        );
    }
}
