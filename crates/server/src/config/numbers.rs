//! `config/numbers.toml`: where each dialled number enters, and the regions that some of them ask (`regions.rs`).

use std::collections::BTreeMap;

use engine::{Entry, Number, Numbers, Regions};
use ivr::{Diagnostic, Entrance, Told, World, did_you_mean, told};
use model::NumberPlan;
use serde::Deserialize;
use toml::Spanned;

use super::cause::Cause;
use super::document::Document;
use super::regions;

/// The highest priority (D1), as in scripts.
const PRIORITY_MAX: u8 = 9;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    number: BTreeMap<Spanned<String>, Section>,
    #[serde(default)]
    region: BTreeMap<Spanned<String>, regions::Section>,
}

/// What the file says.
#[derive(Debug, Default)]
pub(crate) struct House {
    pub(crate) numbers: Numbers,
    pub(crate) regions: Regions,
    /// Where callers enter scripts, and what they are promised there (E22).
    pub(crate) entrances: Vec<Entrance>,
    /// Calendars that are closed by telephone, with the line and column that says so first.
    pub(crate) closings: BTreeMap<String, (u32, u32)>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    script: Option<Spanned<String>>,
    queue: Option<Spanned<String>>,
    agent: Option<Spanned<String>>,
    /// C15: an agent who dials it stays on the line.
    standby: Option<Spanned<bool>>,
    /// E9: who dials it and knows the calendar's PIN closes it.
    closing: Option<Spanned<String>>,
    #[serde(default)]
    open: bool,
    priority: Option<Spanned<u8>>,
    by_region: Option<Spanned<bool>>,
    /// E22: the key that leads callers to a person from every menu.
    operator: Option<Spanned<String>>,
}

/// The numbers alone, without asking whether what they name exists: scripts may transfer to them.
pub(crate) fn names(document: &Document) -> Result<Vec<String>, Diagnostic> {
    let file: File = document.parse()?;
    Ok(file.number.into_keys().map(Spanned::into_inner).collect())
}

/// Reads all numbers; each must name exactly one thing that exists (A4: every number resolves).
pub(crate) fn read(
    document: &Document,
    world: &World,
    plan: &NumberPlan,
) -> Result<House, Vec<Diagnostic>> {
    let file: File = document.parse().map_err(|error| vec![error])?;
    let mut wrong = Vec::new();
    let has_regions = !file.region.is_empty();
    let regions = regions::read(document, file.region, world, plan, &mut wrong);
    let mut numbers = BTreeMap::new();
    let mut places = BTreeMap::new();
    let mut entrances = Vec::new();
    let mut closings = BTreeMap::new();
    for (digits, section) in file.number {
        let at = digits.span().start;
        let digits = digits.into_inner();
        let dialable =
            |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '*' | '#' | '-' | '.' | '_');
        if digits.is_empty() || !digits.chars().all(dialable) {
            let message = told!(
                "`{digits}` cannot be dialled; expected digits, such as \"4000\"",
                "`{digits}` 无法拨打；应为数字，如 \"4000\""
            );
            wrong.push(document.error(at, message, None));
            continue;
        }
        places.insert(digits.clone(), at);
        let by_region = by_region(document, &section, has_regions, &mut wrong);
        let operator = operator(document, &section, &mut wrong);
        if let Some(entry) = entry_of(document, at, &digits, &section, world, &mut wrong) {
            if let Entry::Script(script) = &entry {
                entrances.push(Entrance {
                    number: digits.clone(),
                    script: script.clone(),
                    operator,
                });
            }
            if let Some(calendar) = &section.closing {
                let at = document.place(calendar.span().start);
                closings.entry(calendar.get_ref().clone()).or_insert(at);
            }
            let open = section.open;
            let priority = priority(document, section.priority.as_ref(), &mut wrong);
            let number = Number {
                entry,
                open,
                priority,
                by_region,
            };
            numbers.insert(digits, number);
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let numbers = Numbers::new(plan, numbers).map_err(|same| {
        let at = places.get(&same.second).copied().unwrap_or(0);
        vec![document.error(at, same.told(), None)]
    })?;
    Ok(House {
        numbers,
        regions,
        entrances,
        closings,
    })
}

/// E22: one key, of a number that leads into a script.
fn operator(document: &Document, section: &Section, wrong: &mut Vec<Diagnostic>) -> Option<char> {
    let written = section.operator.as_ref()?;
    let mut keys = written.get_ref().chars();
    let told = match (keys.next(), keys.next(), &section.script) {
        (Some(key @ ('0'..='9' | '*' | '#')), None, Some(_)) => return Some(key),
        (Some('0'..='9' | '*' | '#'), None, None) => {
            told!(
                "`operator` is a key of menus, and only a script has menus",
                "`operator` 是菜单的按键，只有流程才有菜单"
            )
        }
        _ => told!(
            "`operator` is one key, 0 to 9, `*` or `#`; this is \"{}\"",
            "`operator` 是一个按键：0 到 9、`*` 或 `#`；这里是 \"{}\"",
            written.get_ref()
        ),
    };
    wrong.push(document.error(written.span().start, told, None));
    None
}

/// D1: 0 to 9.
fn priority(document: &Document, written: Option<&Spanned<u8>>, wrong: &mut Vec<Diagnostic>) -> u8 {
    let Some(written) = written else {
        return 0;
    };
    if *written.get_ref() > PRIORITY_MAX {
        let told = told!(
            "`priority` is {}; expected 0 to 9",
            "`priority` 为 {}；应为 0 到 9",
            written.get_ref()
        );
        wrong.push(document.error(written.span().start, told, None));
    }
    *written.get_ref()
}

/// A12: whether the caller's region comes first. A script asks for that itself, by its nodes.
fn by_region(
    document: &Document,
    section: &Section,
    has_regions: bool,
    wrong: &mut Vec<Diagnostic>,
) -> bool {
    let Some(written) = section.by_region.as_ref().filter(|it| *it.get_ref()) else {
        return false;
    };
    let in_vain = match (&section.script, has_regions) {
        (Some(_), _) => {
            told!(
                "`by_region` has no meaning for a script: its nodes `queue` and `transfer` have it",
                "`by_region` 对流程没有意义：写在其节点 `queue`、`transfer` 上"
            )
        }
        (None, false) => told!(
            "`by_region` asks for regions, and this file has no `[region.\"…\"]`",
            "`by_region` 需要区域，而此文件没有 `[region.\"…\"]`"
        ),
        (None, true) => return true,
    };
    wrong.push(document.error(written.span().start, in_vain, None));
    true
}

fn entry_of(
    document: &Document,
    at: usize,
    digits: &str,
    section: &Section,
    world: &World,
    wrong: &mut Vec<Diagnostic>,
) -> Option<Entry> {
    let mut missing =
        |kind: Told, given: &Spanned<String>, known: &mut dyn Iterator<Item = &str>| {
            let name = given.get_ref();
            let message = Told {
                en: format!("no {} `{name}`", kind.en),
                zh: format!("没有{} `{name}`", kind.zh),
            };
            let help = did_you_mean(name, known);
            wrong.push(document.error(given.span().start, message, help));
            None
        };
    if let Some(written) = section.standby.as_ref().filter(|it| *it.get_ref()) {
        return standby(document, written.span().start, section, wrong);
    }
    if let Some(calendar) = &section.closing {
        if !world.calendars.contains(calendar.get_ref()) {
            let known = &mut world.calendars.iter().map(String::as_str);
            return missing(told!("calendar", "工作日历"), calendar, known);
        }
        return closing(document, calendar, section, wrong);
    }
    match (&section.script, &section.queue, &section.agent) {
        (Some(script), None, None) => match world.scripts.get(script.get_ref().as_str()) {
            Some(name) => Some(Entry::Script(name.clone())),
            None => missing(
                told!("script", "流程"),
                script,
                &mut world.scripts.iter().map(model::ScriptName::as_str),
            ),
        },
        (None, Some(queue), None) => match world.queues.get(queue.get_ref().as_str()) {
            Some(name) => Some(Entry::Queue(name.clone())),
            None => missing(
                told!("queue", "队列"),
                queue,
                &mut world.queues.iter().map(model::QueueName::as_str),
            ),
        },
        (None, None, Some(agent)) => match &world.agents {
            Some(agents) if !agents.contains(agent.get_ref()) => {
                let known = &mut agents.iter().map(String::as_str);
                missing(told!("agent", "坐席"), agent, known)
            }
            Some(_) | None => Some(Entry::Agent(agent.get_ref().clone())),
        },
        _ => {
            let message = told!(
                "number `{digits}` must name exactly one of `script`, `queue`, `agent`, `closing`, `standby`",
                "号码 `{digits}` 须写且只写 `script`、`queue`、`agent`、`closing`、`standby` 之一"
            );
            wrong.push(document.error(at, message, None));
            None
        }
    }
}

/// C15: a number at which nobody is reached, so that nothing else has a meaning for it.
fn standby(
    document: &Document,
    at: usize,
    section: &Section,
    wrong: &mut Vec<Diagnostic>,
) -> Option<Entry> {
    let names = [
        &section.script,
        &section.queue,
        &section.agent,
        &section.closing,
    ];
    let is_region = section.by_region.as_ref().is_some_and(|it| *it.get_ref());
    if names.iter().all(|name| name.is_none())
        && !section.open
        && section.priority.is_none()
        && !is_region
        && section.operator.is_none()
    {
        return Some(Entry::Standby);
    }
    let told = told!(
        "`standby` goes alone: agents dial such a number to stay on the line, and nobody is reached by it",
        "`standby` 须单独写：坐席拨打这样的号码以保持在线，来电者打不到任何人"
    );
    wrong.push(document.error(at, told, None));
    None
}

/// E9: a number at which only a calendar is closed.
fn closing(
    document: &Document,
    calendar: &Spanned<String>,
    section: &Section,
    wrong: &mut Vec<Diagnostic>,
) -> Option<Entry> {
    let names = [&section.script, &section.queue, &section.agent];
    if names.iter().all(|name| name.is_none())
        && section.priority.is_none()
        && section.by_region.is_none()
        && section.operator.is_none()
    {
        return Some(Entry::Script(ivr::closing_script(calendar.get_ref())));
    }
    let told = told!(
        "`closing` goes alone, or with `open`: at such a number a PIN is asked for, and nobody is reached",
        "`closing` 须单独写，或与 `open` 一起：这样的号码只问密码，打不到任何人"
    );
    wrong.push(document.error(calendar.span().start, told, None));
    None
}

#[cfg(test)]
mod tests;
