//! Whether the house has the people whom the steps of its queues ask for (R70).
//!
//! A step that nobody can meet takes no time, and where nobody can meet any a caller waits in vain: no mistake in the file, for
//! people may be hired tomorrow, but somebody should look.

use std::collections::BTreeMap;

use engine::Queue;
use ivr::{Diagnostic, Severity, Told, told};
use model::QueueName;
use store::Staff;

use crate::config::document::Document;

/// A warning for each step that none of the queue's agents can meet.
pub(crate) fn unmet(
    document: &Document,
    queues: &BTreeMap<QueueName, Queue>,
    staff: &[Staff],
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (name, queue) in queues {
        let serves = |one: &&Staff| one.queues.iter().any(|of| of.queue == *name);
        let agents: Vec<&Staff> = staff.iter().filter(serves).collect();
        let steps = queue.rules.steps.iter().enumerate();
        let unmet =
            steps.filter(|(_, step)| !agents.iter().any(|one| step.needs.is_met(&one.skills)));
        let unmet: Vec<_> = unmet.collect();
        let in_vain = unmet.len() == queue.rules.steps.len();
        for (index, step) in unmet {
            let at = document.offset_of(&format!("queue.{name}.step[{index}].needs"));
            let what = if in_vain {
                told!("its callers wait in vain", "来电者空等")
            } else {
                told!("the step takes no time", "此步不占时间")
            };
            let (step, count, needs) = (index + 1, agents.len(), step.needs.as_str());
            let message = Told {
                en: format!(
                    "queue `{name}`, step {step}: none of its {count} agents has `{needs}`: {}",
                    what.en
                ),
                zh: format!(
                    "队列 `{name}` 第 {step} 步：其 {count} 名坐席都不具备 `{needs}`：{}",
                    what.zh
                ),
            };
            found.push(Diagnostic {
                severity: Severity::Warning,
                help: Some(Box::new(told!(
                    "give the skill to somebody, or take the step out",
                    "请给坐席加技能，或去掉这一步"
                ))),
                ..document.error(at.unwrap_or(0), message, None)
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::tests::{document, read_text};
    use super::*;
    use crate::config::said;

    const QUEUES: &str = "[queue.a]\nstrategy = \"skills\"\n[[queue.a.step]]\nneeds = \"en >= 4\"\nfor_s = 20\n\
                          [[queue.a.step]]\nneeds = \"en\"\n[queue.b]\nstrategy = \"random\"\n";

    fn one(queue: &str, skills: &[(&str, u8)]) -> Staff {
        let skills = skills
            .iter()
            .map(|(name, level)| ((*name).to_owned(), *level));
        Staff {
            queues: vec![queue.parse().unwrap()],
            skills: skills.collect(),
        }
    }

    fn told(staff: &[Staff]) -> Vec<String> {
        let queues = read_text(QUEUES).unwrap();
        let found = unmet(&document(QUEUES), &queues, staff);
        said::lines(&found)
    }

    #[test]
    fn r70_a_step_that_none_of_the_agents_can_meet_is_told_with_queue_step_and_skill() {
        assert_eq!(told(&[one("a", &[("en", 4)])]), Vec::<String>::new());
        let low = told(&[one("a", &[("en", 2)]), one("b", &[("en", 9)])]);
        assert_eq!(low.len(), 1, "{low:?}");
        let expected = "config/queues.toml:4:9: warning: queue `a`, step 1: none of its 1 agents has `en >= 4`: the step takes no time";
        assert!(low[0].starts_with(expected), "{low:?}");
    }

    #[test]
    fn r70_a_queue_of_which_no_step_can_be_met_is_told_so() {
        let none = told(&[one("a", &[("fr", 4)])]);
        assert_eq!(none.len(), 2, "{none:?}");
        assert!(
            none[1].contains("step 2: none of its 1 agents has `en`: its callers wait in vain"),
            "{none:?}"
        );
    }
}
