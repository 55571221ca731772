//! `[region."…"]` of `config/numbers.toml`: whose callers which queues look after (A12).
//!
//! The order of the file counts: of several regions that fit a caller, the first one's first queue is his home. Prefixes
//! are read by the house's number plan, so that `010` and `+8610` are one.

use std::collections::BTreeMap;

use engine::{Region, Regions};
use ivr::{Diagnostic, World, did_you_mean, told};
use model::{NumberPlan, QueueName, QueueSet, RegionName};
use serde::Deserialize;
use toml::Spanned;

use super::document::Document;

/// One table of the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Section {
    prefixes: Spanned<Vec<Spanned<String>>>,
    queues: Spanned<Vec<Spanned<String>>>,
}

/// Reads the regions; each has a name, a prefix and a queue that exists.
pub(super) fn read(
    document: &Document,
    tables: BTreeMap<Spanned<String>, Section>,
    world: &World,
    plan: &NumberPlan,
    wrong: &mut Vec<Diagnostic>,
) -> Regions {
    let mut tables: Vec<_> = tables.into_iter().collect();
    tables.sort_by_key(|(name, _)| name.span().start);
    let mut regions = Vec::new();
    for (name, section) in tables {
        let at = name.span().start;
        let name = name.into_inner();
        if name.trim().is_empty() {
            let message = told!("a region needs a name", "区域需要名称");
            wrong.push(document.error(at, message, None));
        }
        let prefixes = prefixes(document, &name, &section, plan, wrong);
        let queues = queues(document, &name, &section, world, wrong);
        if let Some(queues) = queues {
            regions.push(Region {
                name: RegionName::new(name),
                prefixes,
                queues,
            });
        }
    }
    Regions::new(regions)
}

fn prefixes(
    document: &Document,
    region: &str,
    section: &Section,
    plan: &NumberPlan,
    wrong: &mut Vec<Diagnostic>,
) -> Vec<String> {
    if section.prefixes.get_ref().is_empty() {
        let message = told!(
            "region `{region}` has no prefix: it would fit nobody",
            "区域 `{region}` 没有前缀：与谁都不符"
        );
        wrong.push(document.error(section.prefixes.span().start, message, None));
    }
    let mut read = Vec::new();
    for written in section.prefixes.get_ref() {
        match plan.prefix(written.get_ref()) {
            Some(prefix) => read.push(prefix),
            None => {
                let message = told!(
                    "`{}` begins no number; expected a prefix such as \"+8610\" or \"010\"",
                    "没有号码以 `{}` 开头；应为前缀，如 \"+8610\" 或 \"010\"",
                    written.get_ref()
                );
                wrong.push(document.error(written.span().start, message, None));
            }
        }
    }
    read
}

fn queues(
    document: &Document,
    region: &str,
    section: &Section,
    world: &World,
    wrong: &mut Vec<Diagnostic>,
) -> Option<QueueSet> {
    if section.queues.get_ref().is_empty() {
        let message = told!(
            "region `{region}` has no queue: nobody would look after it",
            "区域 `{region}` 没有队列：无人负责"
        );
        wrong.push(document.error(section.queues.span().start, message, None));
    }
    let mut known = Vec::new();
    for written in section.queues.get_ref() {
        match world.queues.get(written.get_ref().as_str()) {
            Some(queue) => known.push(queue.clone()),
            None => {
                let all = world.queues.iter().map(QueueName::as_str);
                let help = did_you_mean(written.get_ref(), all);
                let message = told!("no queue `{}`", "没有队列 `{}`", written.get_ref());
                wrong.push(document.error(written.span().start, message, help));
            }
        }
    }
    QueueSet::of(known)
}
