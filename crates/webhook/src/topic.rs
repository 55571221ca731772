//! Which facts a webhook is told: `*`, a family (`call.*`), or one by its name (`call.ended`).
//!
//! A family takes in facts that a later release adds to it; a name that no fact has is refused, since nothing would ever come.

use std::collections::BTreeSet;
use std::fmt;

use model::Fact;
use serde::{Deserialize, Serialize};

/// The journal of the distribution, which is the replay's alone.
const JOURNAL: &str = "acd.told";

/// One line of the choice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Topic(String);

/// No fact is called so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no event is called {0:?}: write `*` for all, a family such as `call.*`, or one of {list}",
    list = Topic::names().collect::<Vec<_>>().join(", ")
)]
pub struct NotATopic(String);

impl Topic {
    /// What a webhook may be told, each by its name.
    pub fn names() -> impl Iterator<Item = &'static str> {
        let names = Fact::names().iter().copied();
        names.filter(|name| *name != JOURNAL && Fact::name_today(name) == *name)
    }

    /// Whether a fact of this name is meant.
    fn takes(&self, name: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(family) => name.starts_with(family),
            None => self.0 == name,
        }
    }
}

impl TryFrom<String> for Topic {
    type Error = NotATopic;

    fn try_from(text: String) -> Result<Self, NotATopic> {
        let is_formed = match text.strip_suffix('*') {
            Some(family) => family.is_empty() || family.ends_with('.'),
            None => true,
        };
        // What was chosen in an earlier release comes under its name of today.
        let topic = Self(Fact::name_today(&text).to_owned());
        if is_formed && Self::names().any(|name| topic.takes(name)) {
            Ok(topic)
        } else {
            Err(NotATopic(topic.0))
        }
    }
}

impl From<Topic> for String {
    fn from(topic: Topic) -> Self {
        topic.0
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// All that a webhook is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Topics(pub BTreeSet<Topic>);

impl Topics {
    /// Whether the fact is told.
    pub fn take(&self, fact: &Fact) -> bool {
        let name = fact.name();
        name != JOURNAL && self.0.iter().any(|topic| topic.takes(name))
    }
}

#[cfg(test)]
mod tests {
    use model::CallId;

    use super::*;

    fn topics(texts: &[&str]) -> Result<Topics, NotATopic> {
        let topics = texts.iter().map(|text| Topic::try_from((*text).to_owned()));
        topics.collect::<Result<_, _>>().map(Topics)
    }

    #[test]
    fn j5_a_webhook_chooses_by_family_or_name_and_no_name_is_guessed() {
        let merged = Fact::CallMerged {
            call: CallId::new(1),
            into: CallId::new(2),
        };
        for (chosen, told) in [
            (&["*"][..], true),
            (&["call.*"], true),
            (&["queue.*", "call.merged"], true),
            (&["call.ended"], false),
            (&[], false),
        ] {
            assert_eq!(topics(chosen).unwrap().take(&merged), told, "{chosen:?}");
        }
        for wrong in [
            "",
            "call",
            "call*",
            "cal.*",
            "call.endet",
            "acd.told",
            "acd.*",
            "**",
        ] {
            let told = topics(&[wrong]).unwrap_err().to_string();
            assert!(told.contains("call.ended"), "{wrong}: {told}");
        }
    }

    #[test]
    fn j5_a_fact_that_was_chosen_by_its_former_name_is_told_and_nobody_is_told_to_write_that() {
        let listed = Fact::CallerListed {
            call: CallId::new(1),
            entry: None,
            list: model::ListKind::Black,
            number: "+8613800001111".to_owned(),
            bar: None,
            vip_level: 0,
        };
        assert!(topics(&["caller.barred"]).unwrap().take(&listed));
        let told = topics(&["caller.bared"]).unwrap_err().to_string();
        assert!(told.contains("caller.listed") && !told.contains("caller.barred"));
    }

    #[test]
    fn r3_the_journal_of_the_distribution_is_told_to_nobody() {
        let entry = String::new();
        let journal = Fact::AcdTold { ns: 0, entry };
        assert!(!topics(&["*"]).unwrap().take(&journal));
    }
}
