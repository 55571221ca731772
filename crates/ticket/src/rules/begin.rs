//! How a ticket begins in this house (T1, T2, B2, B7, C1): weighed by its type and category, promised by the policy of its type,
//! answered at once or sent where it belongs.

use std::collections::BTreeMap;

use model::{CallId, TicketId, Timestamp};

use super::{About, Cause, Facts, HoursBook, Rules, Turns};
use crate::entry::{Actor, Entry};
use crate::handling::{By, Group, HoursVersion, Level, Order, Receiver, Refused, Role};
use crate::matter::Matter;
use crate::number::Number;
use crate::state::State;
use crate::ticket::{Birth, Ticket};

/// With what a ticket begins, beside what it is about.
#[derive(Clone, Debug)]
pub struct Beginning {
    /// Its id.
    pub id: TicketId,
    /// Its number.
    pub number: Number,
    /// When.
    pub at: Timestamp,
    /// Who enters it.
    pub actor: Actor,
    /// The call that it came from.
    pub call: Option<CallId>,
    /// Recordings of that call that are complete, as paths.
    pub recordings: Vec<String>,
    /// The way by which it came: `call`, `voicemail`, `script`, `api`.
    pub channel: String,
    /// The customer's level; 0 of nobody known.
    pub vip: u8,
    /// Whether nobody knows whose it is, so that a channel in quarantine holds it back (B7).
    pub is_stranger: bool,
    /// By when it is to be done, where somebody has said so (A8).
    pub due_at: Option<Timestamp>,
    /// How pressing it is, where somebody has said so: whom it touches, how long it can wait.
    pub weight: Option<(Level, Level)>,
    /// Who gets it, where somebody has said so.
    pub receiver: Option<Receiver>,
    /// T4: the answer that ended it at once.
    pub answer: Option<String>,
}

/// What T1 gives: the ticket and the first entries of its timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// The ticket.
    pub ticket: Ticket,
    /// `submit`, then each recording that was already there, then the answer or the dispatch.
    pub entries: Vec<Entry>,
}

impl Rules {
    /// T1, T2: a ticket of that matter. `groups`: with their people; `book`: of hours; `turns`: whose turn it was in each group that hands out by
    /// turns, changed for the one whose turn it is.
    pub fn begin(
        &self,
        mut matter: Matter,
        with: Beginning,
        (groups, book): (&BTreeMap<String, Group>, &HoursBook),
        turns: &mut BTreeMap<String, Turns>,
    ) -> Result<Submission, Refused> {
        if matter.ticket_type.is_none() {
            let category = matter.category.as_deref();
            matter.ticket_type = category
                .and_then(|code| self.kind_of_category(code))
                .map(str::to_owned);
        }
        let kind = self.kind(matter.ticket_type.as_deref().unwrap_or_default());
        let mut weight = self.weight(kind, matter.category.as_deref());
        if let Some((impact, urgency)) = with.weight {
            (weight.impact, weight.urgency) = (impact, urgency);
            weight.priority = kind.promises().matrix.priority(impact, urgency);
        }
        let unverified_until = self.held_back(&with);
        if unverified_until.is_some() && (with.answer.is_some() || with.receiver.is_some()) {
            // Nobody answers or works before somebody has vouched for it.
            return Err(Refused::NotVerified);
        }
        let about = About {
            id: with.id,
            matter: &matter,
            hours: HoursVersion::default(),
            open_tasks: 0,
            reporters: &[],
        };
        let office = self.office(groups, book, about);
        let birth = Birth {
            id: with.id,
            number: with.number.clone(),
            house: office.house(),
            at: with.at,
            actor: with.actor,
            call: with.call,
            weight,
            due_at: with.due_at,
            unverified_until,
        };
        let (mut ticket, first) = Ticket::begin(matter, birth)?;
        let mut entries = vec![first];
        if let Some(call) = with.call {
            let paths = with.recordings.iter();
            entries.extend(paths.map(|path| ticket.link_recording(with.at, call, path)));
        }
        if ticket.state() == State::New
            && let Some((order, by)) = self.first_order(&ticket, &with, groups, turns)
        {
            entries.extend(ticket.take(order, &by, &office.house(), with.at)?);
        }
        Ok(Submission { ticket, entries })
    }

    /// B7: until when nobody is asked to do it; `None`: it is for work.
    fn held_back(&self, with: &Beginning) -> Option<Timestamp> {
        let is_held = with.is_stranger && self.quarantine.channels.contains(&with.channel);
        let longest = self.quarantine.expires_after.as_millis();
        let longest = i64::try_from(longest).unwrap_or(i64::MAX);
        is_held.then(|| Timestamp::from_ms(with.at.as_ms().saturating_add(longest)))
    }

    /// What is ordered with the submission: the answer, a receiver who was named, or where the rules send it.
    fn first_order(
        &self,
        ticket: &Ticket,
        with: &Beginning,
        groups: &BTreeMap<String, Group>,
        turns: &mut BTreeMap<String, Turns>,
    ) -> Option<(Order, By)> {
        if let Some(answer) = &with.answer {
            let by = By {
                actor: with.actor,
                rights: [Role::Agent].into(),
            };
            let answer = answer.clone();
            return Some((Order::DirectAnswer { answer }, by));
        }
        if let Some(to) = with.receiver.clone() {
            return Some((Order::Dispatch { to, rule: None }, By::system()));
        }
        let order = self.route(ticket, (&with.channel, with.vip), groups, turns)?;
        Some((order, By::system()))
    }

    /// C1: where the rules send a ticket, and who of the group gets it; `None`: it waits for a dispatcher. `way`: the way by which it
    /// came, and the customer's level.
    pub fn route(
        &self,
        ticket: &Ticket,
        way: (&str, u8),
        groups: &BTreeMap<String, Group>,
        turns: &mut BTreeMap<String, Turns>,
    ) -> Option<Order> {
        let facts = Facts::of(ticket, way.0, way.1);
        let (group, cause) = self.dispatch(&facts)?;
        let people = groups.get(group)?;
        let turns = turns.entry(group.to_owned()).or_default();
        let rule = match cause {
            Cause::Rule(rule) => rule.name.clone(),
            Cause::Category(code) => code.to_owned(),
        };
        let to = Receiver {
            group: group.to_owned(),
            person: self.receiver(group, people, turns),
        };
        Some(Order::Dispatch {
            to,
            rule: Some(rule),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::handling::Member;
    use crate::number::Day;
    use crate::rules::{Destination, DispatchRule, GroupRule, HandsOut, When};
    use model::AgentId;

    const NOW: Timestamp = Timestamp::from_ms(1_795_000_000_000);

    fn beginning() -> Beginning {
        Beginning {
            id: TicketId::new(9),
            number: Number::new(Day::of(NOW, 480), 1),
            at: NOW,
            actor: Actor::Agent(AgentId::new(7)),
            call: Some(CallId::new(2)),
            recordings: vec!["a/2-1.wav".to_owned()],
            channel: "call".to_owned(),
            vip: 0,
            is_stranger: false,
            due_at: None,
            weight: None,
            receiver: None,
            answer: None,
        }
    }

    fn matter() -> Matter {
        Matter {
            subject: "no network".to_owned(),
            ..Matter::default()
        }
    }

    /// Everything goes to the desk, in turns.
    fn rules() -> Rules {
        let mut rules = Rules::default();
        let group = GroupRule {
            tier: 1,
            hands_out: HandsOut::Turns,
            ..GroupRule::default()
        };
        rules.groups.insert("desk".to_owned(), group);
        rules.dispatch.push(DispatchRule {
            name: "all".to_owned(),
            line: 3,
            when: When::default(),
            to: Destination::Group("desk".to_owned()),
        });
        rules
    }

    fn groups() -> BTreeMap<String, Group> {
        let member = || Member {
            weight: 1,
            ..Member::default()
        };
        let members = [1, 2].map(|id| (AgentId::new(id), member()));
        let desk = Group {
            tier: 1,
            members: members.into(),
            ..Group::default()
        };
        [("desk".to_owned(), desk)].into()
    }

    fn begun(rules: &Rules, with: Beginning) -> Submission {
        let made = rules.begin(
            matter(),
            with,
            (&groups(), &HoursBook::default()),
            &mut BTreeMap::new(),
        );
        made.unwrap()
    }

    fn names(made: &Submission) -> Vec<&'static str> {
        made.entries.iter().map(|it| it.event.name()).collect()
    }

    #[test]
    fn t1_a_house_without_rules_lets_it_wait_for_a_dispatcher() {
        let made = begun(&Rules::default(), beginning());
        assert_eq!(names(&made), ["submit", "recording_linked"]);
        assert_eq!(made.ticket.state(), State::New);
        assert_eq!(made.ticket.handling.people.creator, Some(AgentId::new(7)));
        let promised = made.ticket.handling.clocks.len();
        assert_eq!(promised, 2, "response and solution");
    }

    #[test]
    fn c1_c2_a_rule_sends_it_and_each_has_his_turn() {
        let (rules, mut turns) = (rules(), BTreeMap::new());
        let people: Vec<_> = (0..4)
            .map(|_| {
                let made = rules.begin(
                    matter(),
                    beginning(),
                    (&groups(), &HoursBook::default()),
                    &mut turns,
                );
                let made = made.unwrap();
                assert_eq!(names(&made).last(), Some(&"dispatch"));
                made.ticket.handling.place.named.map(AgentId::get)
            })
            .collect();
        assert_eq!(people, [Some(1), Some(2), Some(1), Some(2)]);
    }

    #[test]
    fn t4_an_answer_ends_it_at_once_and_a_receiver_goes_before_the_rules() {
        let answered = Beginning {
            answer: Some("restart it".to_owned()),
            ..beginning()
        };
        let made = begun(&rules(), answered);
        assert_eq!(made.ticket.state(), State::Closed);
        assert!(made.ticket.handling.people.answered_at_once);
        let receiver = Receiver {
            group: "desk".to_owned(),
            person: Some(AgentId::new(2)),
        };
        let named = Beginning {
            receiver: Some(receiver),
            ..beginning()
        };
        let made = begun(&rules(), named);
        assert_eq!(made.ticket.handling.place.named, Some(AgentId::new(2)));
    }

    #[test]
    fn b7_a_strangers_ticket_is_held_back_where_the_channel_is_in_quarantine() {
        let mut rules = rules();
        rules.quarantine.channels.insert("api".to_owned());
        rules.quarantine.expires_after = Duration::from_secs(60);
        let stranger = |channel: &str| Beginning {
            is_stranger: true,
            channel: channel.to_owned(),
            ..beginning()
        };
        let made = begun(&rules, stranger("api"));
        assert_eq!(made.ticket.state(), State::Quarantined);
        let ends = made.ticket.handling.times.ends;
        assert_eq!(ends, Some(Timestamp::from_ms(NOW.as_ms() + 60_000)));
        let made = begun(&rules, stranger("call"));
        assert_eq!(made.ticket.state(), State::Dispatched);
    }

    #[test]
    fn a5_who_enters_it_may_say_how_pressing_it_is() {
        let pressing = Beginning {
            weight: Some((Level::High, Level::High)),
            ..beginning()
        };
        let made = begun(&Rules::default(), pressing);
        assert_eq!(made.ticket.priority().level(), 1);
        assert_eq!(
            begun(&Rules::default(), beginning())
                .ticket
                .priority()
                .level(),
            3
        );
    }
}
