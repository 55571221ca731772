//! The desk: the draft that a call leaves with its agent, and what the ticket is about that it becomes (T1).
//!
//! A draft (存盘) is not a ticket: it has no number and no clock, and it belongs to one agent. It is opened when the
//! agent's phone rings, filled as the directory answers and the agent types, and submitted when the call is over. One
//! that cannot be submitted (a withheld number and no customer) stays with its agent.

use std::collections::BTreeMap;

use model::fact::{Offer, Pop, PopCustomer, TicketField};
use model::{AgentId, CallId, CustomerId, Profile, QueueName, Timestamp};
use serde::{Deserialize, Serialize};

use crate::handling::Refused;
use crate::matter::{Contact, Matter, SUBJECT_CHARS_MAX};

/// What a call leaves with an agent until it is submitted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The call.
    pub call: CallId,
    /// Whose draft.
    pub agent: AgentId,
    /// When the agent's phone rang.
    pub opened_at: Timestamp,
    /// The queue that offered the call.
    pub queue: Option<QueueName>,
    /// The caller's path through the script: `menu welcome`, `1`, `queue support`.
    pub path: Vec<String>,
    /// The language that the caller chose.
    pub language: String,
    /// Who calls.
    pub contact: Contact,
    /// The customer, once known.
    pub customer: Option<CustomerId>,
    /// What the agent wrote as subject; one is made from queue and path without it.
    pub subject: Option<String>,
    /// What the agent wrote.
    pub body: String,
    /// Recordings of the call that were complete before the draft was submitted.
    pub recordings: Vec<String>,
    /// Of what kind the ticket is to be, as the agent chose.
    #[serde(default)]
    pub ticket_type: Option<String>,
    /// What it is to be about, as the agent chose.
    #[serde(default)]
    pub category: Option<String>,
    /// What the agent found out, by name.
    #[serde(default)]
    pub fields: BTreeMap<String, TicketField>,
    /// Rises with what agents write, and with nothing else: for optimistic locking.
    #[serde(default)]
    pub version: u64,
}

/// What an agent writes in a draft, all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// One line; blank: one is made from queue and path.
    pub subject: String,
    /// What the matter is.
    pub body: String,
    /// Of what kind.
    pub ticket_type: Option<String>,
    /// What it is about.
    pub category: Option<String>,
    /// What was found out, by name.
    pub fields: BTreeMap<String, TicketField>,
}

impl Draft {
    /// Opens the draft of an offer from what the agent's screen shows.
    pub fn open(at: Timestamp, offer: &Offer, pop: &Pop) -> Self {
        let mut draft = Self {
            call: offer.call,
            agent: offer.agent,
            opened_at: at,
            queue: offer.queue.clone(),
            path: pop.path.clone(),
            language: pop.language.clone(),
            contact: Contact::of(&pop.caller, None),
            customer: None,
            subject: None,
            body: String::new(),
            recordings: Vec::new(),
            ticket_type: None,
            category: None,
            fields: BTreeMap::new(),
            version: 0,
        };
        match &pop.customer {
            PopCustomer::Known(profile) => draft.identify(profile),
            PopCustomer::Pending | PopCustomer::Withheld => {}
        }
        draft
    }

    /// P6: takes over what a colleague wrote and chose, where nothing stands yet. Tells whether that changed anything.
    pub fn inherit(&mut self, former: &Self) -> bool {
        let before = self.clone();
        if self.written() == Written::default() && former.written() != Written::default() {
            self.put(former.written());
            self.version += 1;
        }
        if self.customer.is_none() && former.customer.is_some() {
            self.customer = former.customer;
            self.contact.clone_from(&former.contact);
        }
        if self.queue.is_none() {
            self.queue.clone_from(&former.queue);
        }
        *self != before
    }

    /// T1: what the ticket is about that the draft becomes. One without customer and number stays a draft.
    pub fn matter(&self) -> Result<Matter, Refused> {
        if self.customer.is_none() && self.contact.number.is_none() {
            return Err(Refused::NoContact);
        }
        Ok(Matter {
            subject: self.subject.clone().unwrap_or_else(|| subject_of(self)),
            body: self.body.clone(),
            contact: self.contact.clone(),
            customer: self.customer,
            queue: self.queue.clone(),
            ticket_type: self.ticket_type.clone(),
            category: self.category.clone(),
            fields: self.fields.clone(),
            ..Matter::default()
        })
    }

    /// What its agent has written.
    pub fn written(&self) -> Written {
        Written {
            subject: self.subject.clone().unwrap_or_default(),
            body: self.body.clone(),
            ticket_type: self.ticket_type.clone(),
            category: self.category.clone(),
            fields: self.fields.clone(),
        }
    }

    /// B3: its agent writes, over all that stood there. What is too long or too much is refused, as it would be in the ticket.
    pub fn write(&mut self, text: Written) -> Result<(), Refused> {
        let mut matter = Matter {
            subject: text.subject.clone(),
            body: text.body.clone(),
            ticket_type: text.ticket_type.clone(),
            category: text.category.clone(),
            fields: text.fields.clone(),
            ..Matter::default()
        };
        if matter.subject.trim().is_empty() {
            matter.subject = subject_of(self);
        }
        matter.check()?;
        if self.written() != text {
            self.put(text);
            self.version += 1;
        }
        Ok(())
    }

    fn put(&mut self, text: Written) {
        self.subject = Some(text.subject).filter(|it| !it.trim().is_empty());
        self.body = text.body;
        self.ticket_type = text.ticket_type;
        self.category = text.category;
        self.fields = text.fields;
    }

    /// Takes what the directory told. Only a sole candidate is taken as the customer: among several the agent chooses.
    pub fn identify(&mut self, profile: &Profile) {
        self.contact.e164.clone_from(&profile.e164);
        if let Some(only) = profile.sole() {
            self.customer = Some(only.customer);
            self.contact.name = Some(only.name.clone());
        }
    }
}

/// `来电 · support · 按键 1 2` or `Call · support · keys 1 2`: queue and pressed keys in the caller's language.
fn subject_of(draft: &Draft) -> String {
    let (call, keys) = if draft.language.starts_with("zh") {
        ("来电", "按键")
    } else {
        ("Call", "keys")
    };
    let pressed: Vec<&str> = draft.path.iter().filter_map(|step| key_of(step)).collect();
    let mut subject = call.to_owned();
    if let Some(queue) = &draft.queue {
        subject = format!("{subject} · {queue}");
    }
    if !pressed.is_empty() {
        subject = format!("{subject} · {keys} {}", pressed.join(" "));
    }
    subject.chars().take(SUBJECT_CHARS_MAX).collect()
}

/// A step of the path that is a pressed key, and not a node of the script.
fn key_of(step: &str) -> Option<&str> {
    let is_key = |c: char| c.is_ascii_digit() || matches!(c, '*' | '#' | 'A'..='D');
    (!step.is_empty() && step.chars().all(is_key)).then_some(step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::profile::Candidate;
    use model::{Caller, E164, OfferId};

    const NOW: Timestamp = Timestamp::from_ms(1_795_000_000_000);

    fn draft(caller: Caller, customer: PopCustomer, language: &str) -> Draft {
        let offer = Offer {
            id: OfferId::new(1),
            call: CallId::new(2),
            agent: AgentId::new(7),
            queue: Some("support".into()),
        };
        let pop = Pop {
            direction: "in".into(),
            caller,
            called: "4000".into(),
            waited_s: 3,
            language: language.into(),
            path: vec!["menu welcome".into(), "1".into(), "queue support".into()],
            answers: std::collections::BTreeMap::new(),
            customer,
            queue_name: std::collections::BTreeMap::new(),
            suggestion: "new".into(),
            handed_on: None,
            wrap_up: None,
            survey: false,
            flags: Vec::new(),
        };
        Draft::open(NOW, &offer, &pop)
    }

    fn candidate(id: u64) -> Candidate {
        Candidate {
            customer: CustomerId::new(id),
            name: format!("customer {id}"),
            vip_level: 0,
            confidence: "known".into(),
            why: "number".into(),
            open_tickets: 0,
            last_contact: None,
            external_ref: None,
        }
    }

    fn known(candidates: Vec<Candidate>) -> PopCustomer {
        PopCustomer::Known(Box::new(Profile {
            e164: E164::parse("+8613800001111").ok(),
            candidates,
            ..Profile::default()
        }))
    }

    #[test]
    fn t1_a_draft_says_what_its_ticket_is_about() {
        let caller = Caller::new("13800001111", None);
        let matter = draft(caller, known(vec![candidate(5)]), "zh-CN")
            .matter()
            .unwrap();
        assert_eq!(matter.subject, "来电 · support · 按键 1");
        assert_eq!(matter.customer, Some(CustomerId::new(5)));
        assert_eq!(matter.contact.number.as_deref(), Some("13800001111"));
        let e164 = matter.contact.e164.as_ref();
        assert_eq!(e164.map(E164::as_str), Some("+8613800001111"));
    }

    #[test]
    fn the_subject_speaks_the_callers_language_unless_the_agent_wrote_one() {
        let mut english = draft(Caller::new("100", None), PopCustomer::Pending, "en-US");
        assert_eq!(english.matter().unwrap().subject, "Call · support · keys 1");
        english.queue = None;
        english.path.clear();
        assert_eq!(english.matter().unwrap().subject, "Call");
        english.subject = Some("Router broken".into());
        assert_eq!(english.matter().unwrap().subject, "Router broken");
    }

    #[test]
    fn t1_p10_a_withheld_number_without_customer_stays_a_draft() {
        let mut withheld = draft(Caller::withheld(), PopCustomer::Withheld, "en-US");
        assert_eq!(withheld.matter(), Err(Refused::NoContact));
        withheld.customer = Some(CustomerId::new(5));
        assert!(withheld.matter().is_ok(), "the agent found the customer");
    }

    #[test]
    fn p6_a_draft_goes_with_its_call_but_overwrites_nothing() {
        let caller = || Caller::new("13800001111", None);
        let two = || known(vec![candidate(5), candidate(6)]);
        let mut former = draft(caller(), two(), "zh-CN");
        former.subject = Some("Router broken".into());
        former.body = "since Monday".into();
        former.customer = Some(CustomerId::new(6));
        let mut next = draft(caller(), two(), "zh-CN");
        next.queue = None;
        assert!(next.inherit(&former));
        assert_eq!(next.subject.as_deref(), Some("Router broken"));
        assert_eq!(
            (next.body.as_str(), next.customer),
            ("since Monday", Some(CustomerId::new(6)))
        );
        assert_eq!(next.queue, former.queue, "the queue whose call it is");
        assert!(!next.inherit(&former), "twice is once");
        let mut written = draft(caller(), known(vec![candidate(5)]), "zh-CN");
        written.body = "mine".into();
        written.inherit(&former);
        assert_eq!(
            (written.subject, written.body.as_str(), written.customer),
            (None, "mine", Some(CustomerId::new(5)))
        );
    }

    #[test]
    fn among_several_candidates_nobody_is_chosen() {
        let two = known(vec![candidate(5), candidate(6)]);
        let draft = draft(Caller::new("13800001111", None), two, "zh-CN");
        assert_eq!((draft.customer, draft.contact.name), (None, None));
    }
}
