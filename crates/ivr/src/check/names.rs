//! What a script names outside its graph exists: prompts with their sounds, queues, calendars, scripts, agents, numbers.

use std::collections::{BTreeMap, BTreeSet};

use super::{AllClaims, OutsideNumber, World, sentence};
use crate::claim::{Cause, Claims, End, Heard, Reference, ReferenceKind};
use crate::place::{Name, Place};
use crate::report::Report;
use crate::script::{Script, house_sound, own_sound};
use crate::spoken::digit_sounds;
use crate::told;
use crate::told::Told;

pub(super) fn check(script: &Script, claims: &AllClaims<'_>, world: &World, report: &mut Report) {
    let references: Vec<Reference<'_>> = claims
        .values()
        .flat_map(|claims| claims.references.iter().copied())
        .collect();
    for reference in &references {
        exists(script, world, reference, report);
    }
    for (secret, place) in claims.values().flat_map(|claims| &claims.secrets) {
        if let Err(why) = world.services.is_there(secret) {
            report.error(*place, why, None);
        }
    }
    let named = |kind| {
        references
            .iter()
            .filter(move |one| one.kind == kind)
            .map(|one| one.name.text.as_str())
    };
    let asked = script.form.iter().flat_map(|form| form.prompts());
    let prompts: BTreeSet<&str> = named(ReferenceKind::Prompt).chain(asked).collect();
    sounds_exist(script, &prompts, world, report);
    digits_exist(script, claims, world, report);
    house_words_exist(script, claims, world, report);
    sentence::check(script, claims, world, report);
    let queues: BTreeSet<&str> = named(ReferenceKind::Queue).collect();
    // A queue that is misspelt in a node would only be told again, and worse, in the tests that spell it well.
    let misspelt = queues.iter().any(|queue| !world.queues.contains(*queue));
    answers_name_what_is_there(script, claims, report);
    tests_name_what_is_there(
        script,
        if misspelt { None } else { Some(&queues) },
        &world.calendars,
        report,
    );
}

fn exists(script: &Script, world: &World, reference: &Reference<'_>, report: &mut Report) {
    let Name { text, place } = reference.name;
    if reference.kind == ReferenceKind::Number && !world.numbers.contains(text) {
        match world.outside.ask(text) {
            OutsideNumber::Allowed => return,
            OutsideNumber::Denied(why) => {
                let message = Told {
                    en: format!("`{text}` cannot be called: {}", why.en),
                    zh: format!("不能呼叫 `{text}`：{}", why.zh),
                };
                report.error(*place, message, None);
                return;
            }
            OutsideNumber::Unknown => {}
        }
    }
    let mut known = |what: Told, known: &mut dyn Iterator<Item = &str>| {
        let known: Vec<&str> = known.collect();
        if !known.contains(&text.as_str()) {
            let message = Told {
                en: format!("no {} `{text}`", what.en),
                zh: format!("没有{} `{text}`", what.zh),
            };
            report.unknown(*place, message, text, known.into_iter());
        }
    };
    match reference.kind {
        ReferenceKind::Prompt => known(
            told!("prompt", "提示音"),
            &mut script.prompts.keys().map(String::as_str),
        ),
        ReferenceKind::Queue => known(
            told!("queue", "队列"),
            &mut world.queues.iter().map(model::QueueName::as_str),
        ),
        ReferenceKind::Calendar => known(
            told!("calendar", "日历"),
            &mut world.calendars.iter().map(String::as_str),
        ),
        ReferenceKind::Script | ReferenceKind::Flow => known(
            told!("script", "流程"),
            &mut world.scripts.iter().map(model::ScriptName::as_str),
        ),
        ReferenceKind::Agent => {
            if let Some(agents) = &world.agents {
                known(
                    told!("agent", "坐席"),
                    &mut agents.iter().map(String::as_str),
                );
            }
        }
        ReferenceKind::Number => known(
            told!("number", "号码"),
            &mut world.numbers.iter().map(String::as_str),
        ),
        ReferenceKind::Query => known(
            told!("query", "查询"),
            &mut world.queries.keys().map(String::as_str),
        ),
        ReferenceKind::Mailbox => known(
            told!("mailbox", "信箱"),
            &mut world.mailboxes.iter().map(model::MailboxName::as_str),
        ),
        // A calendar that is not there is told as such.
        ReferenceKind::Pin => {
            if world.calendars.contains(text) && !world.pins.contains(text) {
                let message = told!(
                    "the calendar `{text}` has no `pin`: nobody could close it by telephone",
                    "日历 `{text}` 没有 `pin`：无人能用电话关闭它"
                );
                let help = told!(
                    "`pin = {{ file = \"pin.txt\" }}` in its table of calendars.toml, six digits at least",
                    "请在 calendars.toml 的该表中写 `pin = {{ file = \"pin.txt\" }}`，至少六位数字"
                );
                report.error(*place, message, Some(help));
            }
        }
        ReferenceKind::Form => known(
            told!("form", "问卷"),
            &mut world.forms.keys().map(String::as_str),
        ),
        ReferenceKind::Bot => known(
            told!("bot", "机器人"),
            &mut world.bots.iter().map(String::as_str),
        ),
        ReferenceKind::Service => {
            if let Err(why) = world.services.may_be_asked(text) {
                let message = Told {
                    en: format!("`{text}` cannot be asked: {}", why.en),
                    zh: format!("不能查询 `{text}`：{}", why.zh),
                };
                report.error(*place, message, None);
            }
        }
        ReferenceKind::Language => known(
            told!("language in this script", "本流程的语言"),
            &mut script.languages.iter().map(String::as_str),
        ),
    }
}

/// E14: each prompt that may be played has its sound in each language.
fn sounds_exist(script: &Script, used: &BTreeSet<&str>, world: &World, report: &mut Report) {
    for (name, prompt) in &script.prompts {
        if !used.contains(name.as_str()) {
            // A node that could not be read may be the one that plays it.
            if script.broken.is_empty() {
                let message = told!(
                    "no node plays the prompt `{name}`",
                    "没有节点播放提示音 `{name}`"
                );
                let help = told!("name it in a node, or delete it", "请在节点中使用，或删除");
                report.warning(prompt.place, message, Some(help));
            }
            continue;
        }
        for language in &script.languages {
            let text = prompt.texts.get(language);
            let place = text.map_or(prompt.place, |text| text.place);
            sound_exists(script, name, language, place, world, report);
        }
    }
}

/// A sound of the script's own or of the house's, or a text that becomes speech. A text that is missing is told elsewhere.
pub(super) fn sound_exists(
    script: &Script,
    name: &str,
    language: &str,
    place: Place,
    world: &World,
    report: &mut Report,
) {
    let own = own_sound(script.name.as_str(), language, name);
    let shared = house_sound(language, name);
    if world.sounds.contains(&own) || world.sounds.contains(&shared) {
        return;
    }
    if world.speech {
        let message = told!("no sound `{shared}` yet", "尚无声音 `{shared}`");
        let help = told!(
            "a start makes it from the text; so does `trunkline prompts build`",
            "启动时由文本合成，`trunkline prompts build` 亦可"
        );
        report.warning(place, message, Some(help));
        return;
    }
    let message = told!("no sound `{shared}`", "没有声音 `{shared}`");
    let help = told!(
        "put `prompts/{shared}.wav` beside the script; docs/prompts.md makes it from the text",
        "请把 `prompts/{shared}.wav` 放在流程旁；由文本合成见 docs/prompts.md"
    );
    report.error(place, message, Some(help));
}

/// The same of the digits that are said after prompts.
fn digits_exist(script: &Script, claims: &AllClaims<'_>, world: &World, report: &mut Report) {
    let mut heard = claims.values().flat_map(|claims| &claims.heard);
    let Some(Heard { prompt, .. }) = heard.find(|heard| heard.digits) else {
        return;
    };
    let sounds = script.languages.iter().flat_map(|it| digit_sounds(it));
    for sound in sounds.filter(|sound| !world.sounds.contains(sound)) {
        let help = told!(
            "put `prompts/{sound}.wav` beside the script; its text stands in `prompts/words.toml`",
            "请把 `prompts/{sound}.wav` 放在流程旁；其文本见 `prompts/words.toml`"
        );
        let message = told!(
            "digits are said after it, and there is no sound `{sound}`",
            "其后要报读数字，而没有声音 `{sound}`"
        );
        report.error(prompt.place, message, Some(help));
    }
}

/// The same of the house's own sentences; each is told once, where it is said first.
fn house_words_exist(script: &Script, claims: &AllClaims<'_>, world: &World, report: &mut Report) {
    let mut told = BTreeSet::new();
    for (node, claims) in claims {
        let place = script.nodes.get(*node).map(|placed| placed.place);
        for (word, language) in claims
            .house
            .iter()
            .flat_map(|word| script.languages.iter().map(move |it| (word, it)))
        {
            let sound = house_sound(language, word);
            if world.sounds.contains(&sound) || !told.insert(sound.clone()) {
                continue;
            }
            let message = told!(
                "`{node}` says it, and there is no sound `{sound}`",
                "`{node}` 要播报，但没有录音 `{sound}`"
            );
            let help = told!(
                "`ivr-scripts/prompts/make.sh` makes it out of words.toml",
                "`ivr-scripts/prompts/make.sh` 按 words.toml 生成"
            );
            report.error(place.unwrap_or(Place::START), message, Some(help));
        }
    }
}

/// What tests say of look-ups, they say of look-ups that are there.
fn answers_name_what_is_there(script: &Script, claims: &AllClaims<'_>, report: &mut Report) {
    let looks_up = |claims: &Claims<'_>| {
        let mut causes = claims.exits.iter().map(|exit| exit.cause);
        causes.any(|cause| {
            matches!(
                cause,
                Cause::Answer(..)
                    | Cause::BoxFull(_)
                    | Cause::Ticket(_)
                    | Cause::Status(_)
                    | Cause::BotFails(_)
            )
        }) || claims.end == Some(End::Calendar)
    };
    let look_ups = claims.iter().filter(|(_, claims)| looks_up(claims));
    let look_ups: Vec<&str> = look_ups.map(|(name, _)| *name).collect();
    let mut references = claims.values().flat_map(|claims| &claims.references);
    let leads_on = references.any(|one| {
        matches!(
            one.kind,
            ReferenceKind::Script | ReferenceKind::Flow | ReferenceKind::Number
        )
    });
    for name in script.tests.iter().flat_map(|test| test.look_ups()) {
        let is_known = look_ups.contains(&name.text.as_str());
        // A node that could not be read may be the one that is meant, and so may one of a script that this one leads to.
        if !is_known && !script.broken.contains(&name.text) && !leads_on {
            let message = told!(
                "no look-up of this script is called `{}`",
                "本流程没有名为 `{}` 的查询节点",
                name.text
            );
            let known = look_ups.iter().copied();
            report.unknown(name.place, message, &name.text, known);
        }
    }
}

fn tests_name_what_is_there(
    script: &Script,
    queues: Option<&BTreeSet<&str>>,
    calendars: &BTreeSet<String>,
    report: &mut Report,
) {
    let mut names: BTreeMap<&str, u32> = BTreeMap::new();
    for test in &script.tests {
        for calendar in test.emergencies() {
            if !calendars.contains(&calendar.text) {
                let message = told!("no calendar `{}`", "没有工作日历 `{}`", calendar.text);
                let known = calendars.iter().map(String::as_str);
                report.unknown(calendar.place, message, &calendar.text, known);
            }
        }
        for queue in test.queue_names() {
            if let Some(queues) = queues
                && !queues.contains(queue.text.as_str())
            {
                let message = told!(
                    "no node of this script joins the queue `{}`",
                    "本流程没有节点进入队列 `{}`",
                    queue.text
                );
                report.unknown(queue.place, message, &queue.text, queues.iter().copied());
            }
        }
        if let Some(line) = names.insert(test.name(), test.line()) {
            let message = told!(
                "there is a test \"{}\" already, on line {line}",
                "第 {line} 行已有测试“{}”",
                test.name()
            );
            let help = told!(
                "give each test a name of its own",
                "请给每个测试起不同的名称"
            );
            report.warning(test.place(), message, Some(help));
        }
    }
}
