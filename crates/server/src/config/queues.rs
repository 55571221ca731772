//! `config/queues.toml`: the rules of each queue.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use connectors::Target;
use engine::{OpeningSounds, Queue};
use ivr::{Diagnostic, Told, did_you_mean, told};
use media::SoundName;
use model::service_level::Bounds;
use model::{Calendar, QueueName};
use serde::Deserialize;
use toml::Spanned;

use self::keeping::CallbackSection;
use self::opening::Heard;
use self::skills::StepSection;
use self::sticky::StickySection;
use super::cause::Cause;
use super::document::Document;

mod announce;
mod external;
mod keeping;
pub(crate) mod opening;
mod presence;
mod ringing;
mod service;
mod skills;
pub(crate) mod staff;
mod sticky;
mod survey;
mod wrap_up;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    queue: BTreeMap<String, Section>,
}

#[derive(Deserialize)]
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
    sticky: Option<StickySection>,
    sticky_choice: Option<Spanned<bool>>,
    sticky_choice_wait_s: Option<u32>,
    count_window_s: Option<Spanned<u32>>,
    per_duty_hour: Option<bool>,
    ring_delay_s: Option<Spanned<u32>>,
    stop_at: Option<Spanned<f64>>,
    prefer: Option<Spanned<String>>,
    relax: Option<Spanned<String>>,
    #[serde(default)]
    step: Vec<StepSection>,
    calendar: Option<Spanned<String>>,
    join_when: Option<Spanned<String>>,
    leave_unless: Option<Spanned<String>>,
    max_active: Option<u32>,
    service_level_s: Option<Spanned<u32>>,
    service_level_formula: Option<Spanned<String>>,
    short_abandon_s: Option<Spanned<u32>>,
    vip_first: Option<bool>,
    min_ring_s: Option<u32>,
    callback: Option<CallbackSection>,
    resume_window_s: Option<u32>,
    resume_max: Option<Spanned<u32>>,
    music: Option<Spanned<String>>,
    announce_agent: Option<Spanned<bool>>,
    whisper: Option<Spanned<String>>,
    announce: Option<Spanned<announce::Section>>,
    external: Option<Spanned<external::Section>>,
    survey: Option<survey::SurveySection>,
}

/// The names alone, whatever is wrong with the rules: scripts may name them.
pub(crate) fn names(document: &Document) -> Option<Vec<QueueName>> {
    let file: File = document.parse().ok()?;
    Some(file.queue.into_keys().map(QueueName::new).collect())
}

/// What the file is read with.
pub(crate) struct Given<'g> {
    /// What can be played.
    pub heard: Heard<'g>,
    /// The hours that queues may have.
    pub calendars: &'g BTreeMap<String, Calendar>,
    /// Hosts within the house that may be asked (S20).
    pub private_hosts: &'g BTreeSet<String>,
    /// The forms of `surveys.toml`.
    pub forms: &'g BTreeSet<String>,
    /// Where files stand that it names.
    pub dir: &'g Path,
}

/// All queues.
#[derive(Debug, Default)]
pub(crate) struct Queues {
    /// Their rules.
    pub queues: BTreeMap<QueueName, Queue>,
    /// Whom they ask (B15).
    pub externals: BTreeMap<QueueName, Target>,
    /// By what their callers are counted (D23, D24).
    pub bounds: BTreeMap<QueueName, Bounds>,
}

/// Reads all queues.
pub(crate) fn read(document: &Document, given: &Given<'_>) -> Result<Queues, Vec<Diagnostic>> {
    let file: File = document.parse().map_err(|error| vec![error])?;
    let mut wrong = Vec::new();
    let mut read = Queues::default();
    for (name, section) in file.queue {
        let name = QueueName::new(name);
        let keys = service::Keys {
            service_level_s: section.service_level_s.as_ref(),
            service_level_formula: section.service_level_formula.as_ref(),
            short_abandon_s: section.short_abandon_s.as_ref(),
        };
        let bounds = service::read(document, &keys, &mut wrong);
        read.bounds.insert(name.clone(), bounds);
        let hours = section.calendar.as_ref();
        let hours = hours.and_then(|named| calendar(document, named, given.calendars, &mut wrong));
        if let Some((mut queue, target)) = queue_of(document, &name, section, given, &mut wrong) {
            queue.rules.hours = hours;
            read.queues.insert(name.clone(), queue);
            read.externals.extend(target.map(|target| (name, target)));
        }
    }
    if wrong.is_empty() {
        Ok(read)
    } else {
        Err(wrong)
    }
}

fn queue_of(
    document: &Document,
    name: &QueueName,
    section: Section,
    given: &Given<'_>,
    wrong: &mut Vec<Diagnostic>,
) -> Option<(Queue, Option<Target>)> {
    let mut rules = acd::QueueConfig::new(name.clone());
    rules.strategy = strategy(document, &section.strategy, wrong)?;
    if let Some(fallback) = &section.fallback {
        rules.fallback = strategy(document, fallback, wrong)?;
        if rules.fallback.name == "sticky" {
            let message = told!(
                "the fall-back of a queue cannot be `sticky`",
                "队列的后备策略不能是 `sticky`"
            );
            let help = told!(
                "name the strategy for callers without a familiar agent",
                "请写没有熟悉坐席的来电者所用的振铃策略"
            );
            wrong.push(document.error(fallback.span().start, message, Some(help)));
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
    if let Some(relax) = &section.relax {
        rules.relax = skills::relax(document, relax, &section.step, wrong)?;
    }
    if let Some(most) = &section.ring_max {
        rules.ring_max = ringing::most(document, most, wrong);
    }
    if let Some(probability) = &section.stop_at {
        rules.stop_at = Some(ringing::stop_at(document, probability, wrong)?);
    }
    let seconds = |given: Option<u32>, rule: &mut Duration| {
        if let Some(given) = given {
            *rule = Duration::from_secs(given.into());
        }
    };
    if let Some(mode) = &section.wrap_up {
        rules.wrap_up_mode = wrap_up::mode(document, mode, wrong)?;
        rules.wrap_up = rules.wrap_up_mode.default_time();
    }
    seconds(section.wrap_up_s, &mut rules.wrap_up);
    seconds(section.pass_pause_s, &mut rules.pass_pause);
    seconds(section.reject_delay_s, &mut rules.reject_delay);
    seconds(section.back_off_max_s, &mut rules.back_off_max);
    seconds(section.min_handled_s, &mut rules.min_handled);
    seconds(section.sticky_wait_s, &mut rules.sticky_wait);
    if let Some(sticky) = &section.sticky {
        sticky.read(document, &mut rules, wrong);
    }
    let choice = section.sticky_choice.as_ref();
    rules.sticky_choice = announce::question(document, choice, given.heard, wrong);
    let wait = section.sticky_choice_wait_s;
    seconds(wait, &mut rules.sticky_choice_wait);
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
    let target = match &section.external {
        Some(section) => external::read(document, section, given, &mut rules, wrong),
        None => {
            if rules.strategy.asks() {
                let told = told!(
                    "the strategy `external` asks a service: `external` is missing",
                    "振铃策略 `external` 要询问服务：缺少 `external`"
                );
                let help = told!(
                    "say whom: `external = {{ url = \"https://…\" }}`",
                    "请写明问谁：`external = {{ url = \"https://…\" }}`"
                );
                wrong.push(document.error(section.strategy.span().start, told, Some(help)));
            }
            None
        }
    };
    let kept = keeping::Kept {
        callback: section.callback,
        resume_window_s: section.resume_window_s,
        resume_max: section.resume_max,
    };
    let keeping = keeping::read(document, kept, &mut rules, given.calendars, wrong)?;
    // What was told above with its own place is not told again.
    if let (true, Err(error)) = (wrong.is_empty(), rules.check()) {
        let at = section.strategy.span().start;
        wrong.push(document.error(at, error.told(), None));
    }
    let (announce, whisper) = (section.announce_agent.as_ref(), section.whisper.as_ref());
    let opening = OpeningSounds {
        announce_agent: opening::announce_agent(document, announce, given.heard, wrong),
        whisper: opening::whisper(document, whisper, given.heard, wrong),
    };
    let announce = announce::read(document, section.announce.as_ref(), given.heard, wrong);
    let survey = survey::read(document, section.survey.as_ref(), given.forms, wrong);
    let music = music(document, section.music, given.heard, wrong)?;
    let queue = Queue {
        rules,
        title: section.name,
        vip_first: section.vip_first.unwrap_or(false),
        music,
        announce,
        opening,
        keeping,
        survey,
    };
    Some((queue, target))
}

/// D28: the hours of a queue. The calendar is copied into its rules: they are read again together.
fn calendar(
    document: &Document,
    named: &Spanned<String>,
    calendars: &BTreeMap<String, Calendar>,
    wrong: &mut Vec<Diagnostic>,
) -> Option<Calendar> {
    let found = calendars.get(named.get_ref());
    if found.is_none() {
        let known = calendars.keys().map(String::as_str);
        let help = did_you_mean(named.get_ref(), known);
        let told = told!("no calendar `{}`", "没有日历 `{}`", named.get_ref());
        wrong.push(document.error(named.span().start, told, help));
    }
    found.cloned()
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
        let help = did_you_mean(given.get_ref(), names.iter().copied());
        let message = no_word(&told!("strategy", "振铃策略"), given.get_ref(), &names);
        wrong.push(document.error(given.span().start, message, help));
    }
    found
}

/// A word that is none of a table's.
fn no_word(noun: &Told, word: &str, names: &[&str]) -> Told {
    Told {
        en: format!(
            "no {} `{word}`; expected one of {}",
            noun.en,
            names.join(", ")
        ),
        zh: format!("没有{} `{word}`；应为 {} 之一", noun.zh, names.join("、")),
    }
}

fn positive(
    document: &Document,
    key: &str,
    seconds: &Spanned<u32>,
    wrong: &mut Vec<Diagnostic>,
) -> Option<Duration> {
    if *seconds.get_ref() == 0 {
        let message = told!(
            "`{key}` is 0; expected at least one second",
            "`{key}` 为 0；至少一秒"
        );
        wrong.push(document.error(seconds.span().start, message, None));
        return None;
    }
    Some(Duration::from_secs((*seconds.get_ref()).into()))
}

fn music(
    document: &Document,
    given: Option<Spanned<String>>,
    heard: Heard<'_>,
    wrong: &mut Vec<Diagnostic>,
) -> Option<SoundName> {
    let Some(given) = given else {
        return Some(SoundName::new("music/default"));
    };
    let name = format!("music/{}", given.get_ref());
    if heard.sounds.contains_key(&name) {
        return Some(SoundName::new(&name));
    }
    let known = heard
        .sounds
        .keys()
        .filter_map(|sound| sound.strip_prefix("music/"));
    let help = did_you_mean(given.get_ref(), known);
    let message = told!(
        "no music `{0}`: there is no music/{0}.wav beside the scripts",
        "没有等待音乐 `{0}`：流程旁没有 music/{0}.wav",
        given.get_ref()
    );
    wrong.push(document.error(given.span().start, message, help));
    None
}

#[cfg(test)]
mod tests;
