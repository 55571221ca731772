//! Whether the house has the people whom its queue nodes ask for (B13): somebody serves the queue and can meet the requirement.
//!
//! A skill that nobody has is a mistake in writing more often than not, and an error. A requirement whose skills exist but whose
//! whole nobody meets is a warning: people may learn tomorrow, but till then its callers wait in vain. What a requirement
//! rules out (`not trainee`) need not exist.

use std::collections::BTreeSet;

use model::{QueueName, Skills};

use crate::claim::Needed;
use crate::diagnostic::Diagnostic;
use crate::report::Report;
use crate::script::Script;
use crate::told;

/// What an agent may be asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// The queues that he serves.
    pub queues: BTreeSet<QueueName>,
    /// What he can do, and how well.
    pub skills: Skills,
}

/// What the queue nodes of a script ask for and nobody of these can give.
pub fn check_skills(script: &Script, people: &[Person]) -> Vec<Diagnostic> {
    let mut report = Report::new(&script.file);
    for claims in script.claims().values() {
        for needed in &claims.needs {
            can_be_met(needed, people, &mut report);
        }
    }
    report.finish()
}

fn can_be_met(needed: &Needed<'_>, people: &[Person], report: &mut Report) {
    let known = people.iter().flat_map(|one| one.skills.keys());
    let known: BTreeSet<&str> = known.map(String::as_str).collect();
    let mut all_known = true;
    for skill in needed.requirement.wanted() {
        if !known.contains(skill.as_str()) {
            all_known = false;
            let message = told!(
                "no agent has the skill `{skill}`",
                "没有坐席具备技能 `{skill}`"
            );
            report.unknown(needed.place, message, skill, known.iter().copied());
        }
    }
    let queue = needed.queue.text.as_str();
    let serves = |one: &&Person| needed.by_region || one.queues.contains(queue);
    let mut serving = people.iter().filter(serves);
    if all_known && !serving.any(|one| needed.requirement.is_met(&one.skills)) {
        let needs = needed.requirement.as_str();
        let number = people.iter().filter(serves).count();
        let message = told!(
            "queue `{queue}`: none of its {number} agents has `{needs}`: callers wait in vain",
            "队列 `{queue}`：{number} 名坐席中无人满足 `{needs}`，来电将空等"
        );
        let help = told!(
            "give the skills to somebody, or ask for less",
            "请给坐席加技能，或降低要求"
        );
        report.warning(needed.place, message, Some(help));
    }
}
