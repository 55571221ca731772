//! `config/numbers.toml`: where each dialled number enters.

use std::collections::BTreeMap;

use engine::{Entry, Number, Numbers};
use ivr::{Diagnostic, World, closest};
use model::NumberPlan;
use serde::Deserialize;
use toml::Spanned;

use super::document::Document;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    number: BTreeMap<Spanned<String>, Section>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    script: Option<Spanned<String>>,
    queue: Option<Spanned<String>>,
    agent: Option<Spanned<String>>,
    #[serde(default)]
    open: bool,
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
) -> Result<Numbers, Vec<Diagnostic>> {
    let file: File = document.parse().map_err(|error| vec![error])?;
    let mut wrong = Vec::new();
    let mut numbers = BTreeMap::new();
    let mut places = BTreeMap::new();
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
        if let Some(entry) = entry_of(document, at, &digits, &section, world, &mut wrong) {
            numbers.insert(
                digits,
                Number {
                    entry,
                    open: section.open,
                },
            );
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    Numbers::new(plan, numbers).map_err(|same| {
        let at = places.get(&same.second).copied().unwrap_or(0);
        vec![document.error(at, same.to_string(), None)]
    })
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
                format!("number `{digits}` must name exactly one of `script`, `queue`, `agent`"),
                None,
            ));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Numbers, String> {
        let document = Document {
            file: "config/numbers.toml".into(),
            text: text.into(),
        };
        let world = World {
            queues: ["sales".into()].into(),
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
    fn a_number_keeps_its_leading_zero_and_enters_somewhere() {
        let numbers = read_text("[number.\"010\"]\nscript = \"main\"\nopen = true\n[number.\"4001\"]\nqueue = \"sales\"\n").unwrap();
        assert_eq!(
            *numbers.find("010").unwrap().1,
            Number {
                entry: Entry::Script("main".into()),
                open: true
            }
        );
        assert_eq!(
            *numbers.find("4001").unwrap().1,
            Number {
                entry: Entry::Queue("sales".into()),
                open: false
            },
            "closed unless said otherwise"
        );
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
}
