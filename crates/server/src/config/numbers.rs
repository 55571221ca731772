//! `config/numbers.toml`: where each dialled number enters, and the regions that some of them ask (`regions.rs`).

use std::collections::BTreeMap;

use engine::{Entry, Number, Numbers, Regions};
use ivr::{Diagnostic, Entrance, World, closest};
use model::NumberPlan;
use serde::Deserialize;
use toml::Spanned;

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
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    script: Option<Spanned<String>>,
    queue: Option<Spanned<String>>,
    agent: Option<Spanned<String>>,
    /// C15: an agent who dials it stays on the line.
    standby: Option<Spanned<bool>>,
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
    for (digits, section) in file.number {
        let at = digits.span().start;
        let digits = digits.into_inner();
        let dialable =
            |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '*' | '#' | '-' | '.' | '_');
        if digits.is_empty() || !digits.chars().all(dialable) {
            wrong.push(document.error(
                at,
                format!("`{digits}` cannot be dialled; expected digits, such as \"4000\""),
                None,
            ));
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
        vec![document.error(at, same.to_string(), None)]
    })?;
    Ok(House {
        numbers,
        regions,
        entrances,
    })
}

/// E22: one key, of a number that leads into a script.
fn operator(document: &Document, section: &Section, wrong: &mut Vec<Diagnostic>) -> Option<char> {
    let written = section.operator.as_ref()?;
    let mut keys = written.get_ref().chars();
    let told = match (keys.next(), keys.next(), &section.script) {
        (Some(key @ ('0'..='9' | '*' | '#')), None, Some(_)) => return Some(key),
        (Some('0'..='9' | '*' | '#'), None, None) => {
            "`operator` is a key of menus, and only a script has menus".to_owned()
        }
        _ => format!(
            "`operator` is one key, 0 to 9, `*` or `#`; this is \"{}\"",
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
        let told = format!("`priority` is {}; expected 0 to 9", written.get_ref());
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
            "`by_region` has no meaning for a script: its nodes `queue` and `transfer` have it"
        }
        (None, false) => "`by_region` asks for regions, and this file has no `[region.\"…\"]`",
        (None, true) => return true,
    };
    wrong.push(document.error(written.span().start, in_vain.to_owned(), None));
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
    let mut missing = |kind: &str,
                       given: &Spanned<String>,
                       known: &mut dyn Iterator<Item = &str>| {
        let help = closest(given.get_ref(), known).map(|near| format!("did you mean `{near}`?"));
        wrong.push(document.error(
            given.span().start,
            format!("no {kind} `{}`", given.get_ref()),
            help,
        ));
        None
    };
    if let Some(written) = section.standby.as_ref().filter(|it| *it.get_ref()) {
        return standby(document, written.span().start, section, wrong);
    }
    match (&section.script, &section.queue, &section.agent) {
        (Some(script), None, None) => match world.scripts.get(script.get_ref().as_str()) {
            Some(name) => Some(Entry::Script(name.clone())),
            None => missing(
                "script",
                script,
                &mut world.scripts.iter().map(model::ScriptName::as_str),
            ),
        },
        (None, Some(queue), None) => match world.queues.get(queue.get_ref().as_str()) {
            Some(name) => Some(Entry::Queue(name.clone())),
            None => missing(
                "queue",
                queue,
                &mut world.queues.iter().map(model::QueueName::as_str),
            ),
        },
        (None, None, Some(agent)) => match &world.agents {
            Some(agents) if !agents.contains(agent.get_ref()) => {
                missing("agent", agent, &mut agents.iter().map(String::as_str))
            }
            Some(_) | None => Some(Entry::Agent(agent.get_ref().clone())),
        },
        _ => {
            wrong.push(document.error(
                at,
                format!("number `{digits}` must name exactly one of `script`, `queue`, `agent`, `standby`"),
                None,
            ));
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
    let names = [&section.script, &section.queue, &section.agent];
    let is_region = section.by_region.as_ref().is_some_and(|it| *it.get_ref());
    if names.iter().all(|name| name.is_none())
        && !section.open
        && section.priority.is_none()
        && !is_region
        && section.operator.is_none()
    {
        return Some(Entry::Standby);
    }
    let told = "`standby` goes alone: agents dial such a number to stay on the line, and nobody is reached by it";
    wrong.push(document.error(at, told.to_owned(), None));
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<House, String> {
        let document = Document {
            file: "config/numbers.toml".into(),
            text: text.into(),
        };
        let world = World {
            queues: ["sales".into(), "north".into()].into(),
            scripts: ["main".into()].into(),
            agents: Some(["1001".to_owned()].into()),
            ..World::default()
        };
        let plan = NumberPlan::new("CN").unwrap();
        read(&document, &world, &plan).map_err(|wrong| {
            wrong
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("\n")
        })
    }

    #[test]
    fn e22_a_number_may_promise_its_callers_a_person() {
        let house = read_text("[number.\"1\"]\nscript = \"main\"\noperator = \"0\"\n").unwrap();
        let told: Vec<_> = house.entrances.iter().map(|it| it.operator).collect();
        assert_eq!(told, [Some('0')]);
        let rows = [
            (
                "script = \"main\"\noperator = \"00\"",
                "`operator` is one key, 0 to 9, `*` or `#`; this is \"00\"",
            ),
            (
                "script = \"main\"\noperator = \"A\"",
                "`operator` is one key, 0 to 9, `*` or `#`; this is \"A\"",
            ),
            (
                "queue = \"sales\"\noperator = \"0\"",
                "`operator` is a key of menus, and only a script has menus",
            ),
        ];
        for (keys, expected) in rows {
            let told = read_text(&format!("[number.\"1\"]\n{keys}\n")).unwrap_err();
            assert!(told.contains("numbers.toml:3:12: error: "), "{told}");
            assert!(told.contains(expected), "{told}");
        }
    }

    #[test]
    fn a_number_keeps_its_leading_zero_and_enters_somewhere() {
        let house = read_text("[number.\"010\"]\nscript = \"main\"\nopen = true\n[number.\"4001\"]\nqueue = \"sales\"\n").unwrap();
        let numbers = house.numbers;
        assert_eq!(
            *numbers.find("010").unwrap().1,
            Number {
                entry: Entry::Script("main".into()),
                open: true,
                priority: 0,
                by_region: false,
            }
        );
        assert_eq!(
            *numbers.find("4001").unwrap().1,
            Number {
                entry: Entry::Queue("sales".into()),
                open: false,
                priority: 0,
                by_region: false,
            },
            "closed unless said otherwise"
        );
    }

    #[test]
    fn c15_a_number_to_stand_by_goes_alone() {
        let house = read_text("[number.\"4999\"]\nstandby = true\n").unwrap();
        let (_, number) = house.numbers.find("4999").unwrap();
        assert_eq!((&number.entry, number.open), (&Entry::Standby, false));
        for more in ["script = \"main\"", "open = true", "priority = 1"] {
            let text = format!("[number.\"4999\"]\n{more}\nstandby = true\n");
            let told = read_text(&text).unwrap_err();
            assert!(told.contains("3:11: error: `standby` goes alone"), "{told}");
        }
        let told = read_text("[number.\"4999\"]\nstandby = false\n").unwrap_err();
        assert!(told.contains("must name exactly one"), "{told}");
    }

    #[test]
    fn a4_one_number_in_two_spellings_is_refused() {
        let told = read_text("[number.\"+861065529988\"]\nscript = \"main\"\n[number.\"010-65529988\"]\nqueue = \"sales\"\n").unwrap_err();
        assert!(
            told.starts_with("config/numbers.toml:3:9: error: `010-65529988` is the same number as `+861065529988`")
                || told.starts_with("config/numbers.toml:1:9: error: `+861065529988` is the same number as `010-65529988`"),
            "{told}"
        );
    }

    #[test]
    fn a4_a_number_that_leads_nowhere_is_refused() {
        let told = read_text("[number.\"1\"]\nscript = \"mian\"\n[number.\"2\"]\nopen = true\n[number.\"3\"]\nqueue = \"sales\"\nagent = \"1001\"\n[number.\"4\"]\nagent = \"1009\"\n[number.\"a b\"]\nqueue = \"sales\"\n").unwrap_err();
        for expected in [
            "config/numbers.toml:2:10: error: no script `mian`",
            "did you mean `main`?",
            "number `2` must name exactly one",
            "number `3` must name exactly one",
            "no agent `1009`",
            "`a b` cannot be dialled",
        ] {
            assert!(told.contains(expected), "{told}\nlacks {expected}");
        }
    }

    #[test]
    fn d1_a_number_may_come_strictly_first() {
        let house = read_text(
            "[number.\"1\"]\nqueue = \"sales\"\npriority = 9\n[number.\"2\"]\nqueue = \"sales\"\n",
        )
        .unwrap();
        let priorities: Vec<_> = house
            .numbers
            .iter()
            .map(|(_, number)| number.priority)
            .collect();
        assert_eq!(priorities, [9, 0]);
        let told = read_text("[number.\"1\"]\nqueue = \"sales\"\npriority = 10\n").unwrap_err();
        let expected = "config/numbers.toml:3:12: error: `priority` is 10; expected 0 to 9";
        assert!(told.contains(expected), "{told}");
    }

    #[test]
    fn a12_regions_stand_in_the_order_of_the_file_with_their_prefixes_normalised() {
        let house = read_text(
            "[number.\"4001\"]\nqueue = \"sales\"\nby_region = true\n[number.\"4002\"]\nagent = \"1001\"\nby_region = true\n\
             [region.\"zhili\"]\nprefixes = [\"0311\", \"+86311\"]\nqueues = [\"north\", \"north\"]\n\
             [region.\"all\"]\nprefixes = [\"+86\"]\nqueues = [\"sales\"]\n",
        )
        .unwrap();
        assert!(house.numbers.iter().all(|(_, number)| number.by_region));
        let plan = NumberPlan::new("CN").unwrap();
        let caller = model::Caller::new("0311-86000000", None);
        let fit = house.regions.fit(&plan, &caller).unwrap();
        let names: Vec<_> = fit.regions.iter().map(model::RegionName::as_str).collect();
        assert_eq!(names, ["zhili", "all"]);
        let queues: Vec<_> = fit.queues.iter().map(model::QueueName::as_str).collect();
        assert_eq!(queues, ["north", "sales"]);
    }

    #[test]
    fn a12_a_region_that_fits_nobody_or_leads_nowhere_is_refused_with_its_line() {
        let told = read_text(
            "[region.\"a\"]\nprefixes = []\nqueues = []\n\
             [region.\"b\"]\nprefixes = [\"010\", \"north\"]\nqueues = [\"sales\", \"nroth\"]\n\
             [region.\" \"]\nprefixes = [\"0\"]\nqueues = [\"north\"]\n\
             [number.\"1\"]\nscript = \"main\"\nby_region = true\n",
        )
        .unwrap_err();
        for expected in [
            "config/numbers.toml:2:12: error: region `a` has no prefix",
            "config/numbers.toml:3:10: error: region `a` has no queue",
            "config/numbers.toml:5:20: error: `north` begins no number",
            "config/numbers.toml:6:20: error: no queue `nroth`",
            "did you mean `north`?",
            "config/numbers.toml:7:9: error: a region needs a name",
            "config/numbers.toml:8:13: error: `0` begins no number",
            "config/numbers.toml:12:13: error: `by_region` has no meaning for a script",
        ] {
            assert!(told.contains(expected), "{told}\nlacks {expected}");
        }
        let told = read_text("[number.\"1\"]\nqueue = \"sales\"\nby_region = true\n").unwrap_err();
        assert!(
            told.contains("numbers.toml:3:13: error: `by_region` asks for regions"),
            "{told}"
        );
    }
}
