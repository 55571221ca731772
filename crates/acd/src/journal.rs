//! The journal: everything that the ACD was told, each with its moment, so that its decisions can be made again.
//!
//! The ACD is a function of what it is told (R3): whoever writes down each entry before he gives it in, and gives the same
//! entries to an empty ACD in their order, sees every decision a second time, bit for bit. The shell keeps entries as facts
//! (`acd.told`); `trunkline replay` reads them. An entry is JSON of the inputs as they are: another release may have other
//! inputs, so the first entry of a process says which release wrote it.

use core::time::Duration;
use std::borrow::Cow;
use std::collections::BTreeMap;

use model::QueueName;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::acd::Acd;
use crate::config::QueueConfig;
use crate::input::Input;
use crate::strategy::{self, Strategy};

/// One entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    clippy::large_enum_variant,
    reason = "an entry lives for one line of the log, and most are inputs"
)]
pub enum Told<'a> {
    /// It was made, without queues and agents.
    Made {
        /// Its seed.
        seed: u64,
        /// The node in the ids of its offers.
        node: u16,
        /// The release that wrote this and what follows.
        release: Cow<'a, str>,
    },
    /// It got these queues in place of those that it had.
    Configured {
        /// Their version.
        version: u64,
        /// All of them.
        queues: Cow<'a, BTreeMap<QueueName, QueueConfig>>,
    },
    /// It got this input.
    Heard(Cow<'a, Input>),
    /// It did what was due.
    TimePassed,
}

/// An entry cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an entry of the journal cannot be read: {0}")]
pub struct JournalError(String);

impl Told<'_> {
    /// The release that writes now.
    pub const RELEASE: &'static str = env!("CARGO_PKG_VERSION");

    /// The entry as text. Only a number that JSON does not know could prevent it, and no entry has one: then it is empty.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads an entry.
    ///
    /// # Errors
    /// It is none of this release's.
    pub fn read(text: &str) -> Result<Told<'static>, JournalError> {
        serde_json::from_str(text).map_err(|error| JournalError(error.to_string()))
    }

    /// Tells it to an ACD once more; [`Told::Made`] is what that ACD itself was made of, and changes nothing.
    pub fn tell(self, now: Duration, acd: &mut Acd) {
        match self {
            Told::Made { .. } => {}
            Told::Configured { version, queues } => {
                acd.set_queues(now, version, queues.into_owned());
            }
            Told::Heard(input) => acd.handle_input(now, input.into_owned()),
            Told::TimePassed => acd.handle_timeout(now),
        }
    }
}

/// A strategy is written as its name.
impl Serialize for Strategy {
    fn serialize<S: Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        writer.serialize_str(self.name)
    }
}

impl<'de> Deserialize<'de> for &'static Strategy {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let name = String::deserialize(reader)?;
        strategy::find(&name).ok_or_else(|| de::Error::custom(format!("no strategy `{name}`")))
    }
}

#[cfg(test)]
mod tests {
    use model::{AgentId, CallId, NotReadyReason};

    use super::*;
    use crate::agent::{AgentProfile, Requested, cause};

    fn comes_back(told: Told<'_>) {
        let text = told.text();
        assert!(!text.is_empty());
        assert_eq!(Told::read(&text).unwrap(), told, "{text}");
    }

    #[test]
    fn r03_an_entry_comes_back_as_it_was() {
        let mut queue = QueueConfig::new("support".into());
        queue.strategy = strategy::find("weighted-random").unwrap();
        queue.max_wait = Some(Duration::from_nanos(90_000_000_001));
        let table = model::calendar::CalendarConfig {
            zone: "Asia/Shanghai".to_owned(),
            days: BTreeMap::from([("mon-fri".to_owned(), vec!["09:00-12:00".to_owned()])]),
            ..Default::default()
        };
        queue.hours = Some(model::Calendar::new(&table).unwrap());
        let queues = BTreeMap::from([(queue.name.clone(), queue)]);
        comes_back(Told::Configured {
            version: 3,
            queues: Cow::Owned(queues),
        });
        comes_back(Told::Made {
            seed: u64::MAX,
            node: 1_023,
            release: Cow::Borrowed(Told::RELEASE),
        });
        comes_back(Told::TimePassed);
        let agent = AgentId::new(7);
        let reason = NotReadyReason::Said("lunch".into());
        for input in [
            Input::AgentPut(AgentProfile {
                id: agent,
                login: "1001".to_owned(),
                queues: vec!["support/2".parse().unwrap()],
                skills: Default::default(),
            }),
            Input::StateRequested {
                agent,
                request: Requested::NotReady(reason),
                cause: cause::SUPERVISOR,
            },
            Input::Joined {
                call: CallId::new(9),
                queues: model::QueueName::from("support").into(),
                head_start: Duration::from_millis(1_500),
                priority: 3,
                caller_agent: None,
                ties: Default::default(),
                sticky: true,
                needs: None,
            },
        ] {
            comes_back(Told::Heard(Cow::Owned(input)));
        }
    }

    #[test]
    fn what_is_no_entry_is_an_error_that_says_so() {
        for text in ["", "{}", r#"{"heard":"nothing"}"#, r#""time""#] {
            let error = Told::read(text).unwrap_err().to_string();
            assert!(error.contains("an entry of the journal"), "{error}");
        }
    }
}
