//! What holds for every ticket, whatever is ordered by whomever: the properties (a) to (d).

use proptest::prelude::*;
use proptest::strategy::ValueTree;

use super::*;
use crate::matter::{Correction, Matter};
use crate::ticket::{Birth, Ticket};

fn actors() -> impl Strategy<Value = Actor> {
    prop_oneof![
        (1..=11_u64).prop_map(agent),
        Just(agent(FIRST)),
        Just(agent(SUPERVISOR)),
        Just(Actor::System),
        Just(Actor::Customer),
    ]
}

fn receivers() -> impl Strategy<Value = Receiver> {
    let groups = prop::sample::select(&["first", "second", "elsewhere", "nowhere"]);
    let people = prop::option::of((1..=11_u64).prop_map(AgentId::new));
    (groups, people).prop_map(|(group, person)| to(group, person))
}

fn levels() -> impl Strategy<Value = Level> {
    prop::sample::select(&[Level::High, Level::Middle, Level::Low])
}

/// What revises the matter.
fn revisions() -> impl Strategy<Value = Order> {
    let words = prop::sample::select(&["", "broken", "again"]).prop_map(str::to_owned);
    let one = (words, any::<bool>());
    prop_oneof![
        one.clone()
            .prop_map(|(word, both)| Order::Correct(Correction {
                body: both.then(|| word.clone()),
                subject: Some(word),
                ..Correction::default()
            })),
        one.clone().prop_map(|(word, both)| Order::Reclassify {
            ticket_type: both.then(|| word.clone()),
            category: Some(word),
        }),
        one.prop_map(|(word, is_set)| Order::Fill {
            fields: [(
                "order".to_owned(),
                is_set.then_some(model::fact::TicketField::Text(word)),
            )]
            .into(),
        }),
    ]
}

/// Every order; moments are counted from the one at which all began.
fn orders() -> impl Strategy<Value = Order> {
    let soon = (0..100 * DAY_MS).prop_map(|ms| Timestamp::from_ms(1_795_000_000_000 + ms));
    let reasons = prop::sample::select(&[PauseReason::Customer, PauseReason::Parts]);
    let text = prop::sample::select(&["", "because"]).prop_map(str::to_owned);
    let (texts, text2, soon2) = (text.clone(), text.clone(), soon.clone());
    prop_oneof![
        texts.prop_map(|reason| Order::Release { reason }),
        text.clone()
            .prop_map(|answer| Order::DirectAnswer { answer }),
        receivers().prop_map(|to| Order::Dispatch { to, rule: None }),
        Just(Order::Claim),
        Just(Order::Claim),
        Just(Order::Claim),
        text.clone().prop_map(|reason| Order::Return { reason }),
        receivers().prop_map(|to| Order::Transfer {
            to,
            note: because()
        }),
        Just(Order::Escalate),
        text.clone().prop_map(|text| Order::Append { text }),
        text.clone().prop_map(|text| Order::Urge { text }),
        (reasons, soon.clone()).prop_map(|(reason, resume_at)| Order::Pend { reason, resume_at }),
        Just(Order::Resume),
        any::<bool>().prop_map(|public| Order::StageReply {
            text: because(),
            public
        }),
        (0..1_000_000_u64).prop_map(|ms| Order::RequestExtension {
            ms,
            reason: because()
        }),
        Just(Order::GrantExtension),
        text.clone()
            .prop_map(|reason| Order::RefuseExtension { reason }),
        text.clone()
            .prop_map(|solution| Order::Propose { solution }),
        Just(Order::Propose {
            solution: because()
        }),
        Just(Order::Propose {
            solution: because()
        }),
        Just(Order::Approve),
        text.clone().prop_map(|reason| Order::Reject { reason }),
        Just(resolve()),
        Just(resolve()),
        (0..=6_u8).prop_map(|score| Order::VisitOk {
            reporter: None,
            satisfaction: Some(score)
        }),
        soon.prop_map(|next_at| Order::VisitRetry {
            reporter: None,
            result: because(),
            next_at
        }),
        text.clone().prop_map(|comment| Order::VisitBad {
            reporter: None,
            comment
        }),
        Just(Order::Confirm),
        text.clone().prop_map(|reason| Order::Reopen { reason }),
        (text, any::<bool>()).prop_map(|(reason, mistake)| Order::Void { reason, mistake }),
        (levels(), levels()).prop_map(|(impact, urgency)| Order::Weigh { impact, urgency }),
        (1..=5_u8).prop_map(|level| Order::SetPriority {
            priority: Priority::new(level).unwrap(),
            reason: because()
        }),
        any::<bool>().prop_map(|on| Order::Track { on }),
        revisions(),
        prop::option::of(soon2).prop_map(|due_at| Order::SetDue { due_at }),
        (any::<bool>(), text2.clone()).prop_map(|(on, reason)| Order::SetSensitive { on, reason }),
        text2.clone().prop_map(|reason| Order::Appeal { reason }),
        text2.prop_map(|finding| Order::Rule {
            verdict: Verdict {
                group: "first".to_owned(),
                finding
            }
        }),
        Just(Order::Appeal { reason: because() }),
        Just(Order::Appeal { reason: because() }),
        Just(Order::Merge {
            into: TicketId::new(1)
        }),
        Just(Order::Absorb {
            ticket: TicketId::new(1)
        }),
        Just(Order::Unmerge),
        Just(Order::GiveBack {
            ticket: TicketId::new(1)
        }),
    ]
}

/// A house, the ticket that it has, and what is ordered: when, by whom, what. Every other order comes from somebody who may well
/// give it.
fn lives() -> impl Strategy<Value = (Lab, Vec<(i64, Actor, Order)>)> {
    let step = (0..2 * DAY_MS, any::<bool>(), actors(), orders());
    let step = step.prop_map(|(later, fits, actor, order)| {
        let who = match order.name() {
            "visit_ok" | "visit_retry" | "visit_bad" => agent(VISITOR),
            "approve" | "reject" => agent(EXPERT),
            "appeal" => agent(FIRST),
            "rule" => agent(SUPERVISOR),
            // What is void has no life left: seldom.
            "void" => agent(VISITOR),
            "fill" | "set_due" | "correct" => agent(AGENT),
            "confirm" | "release" => Actor::System,
            "direct_answer" | "reopen" => agent(AGENT),
            _ => actor,
        };
        (later, if fits { who } else { actor }, order)
    });
    let house = (any::<bool>(), any::<bool>(), any::<bool>());
    (house, prop::collection::vec(step, 1..90)).prop_map(|((approval, visits, stranger), steps)| {
        let mut lab = Lab::new();
        if approval {
            lab.policy.approval = vec![[LEAD, EXPERT, SUPERVISOR].map(AgentId::new).into()];
        }
        if !visits {
            lab.policy.visit = VisitPolicy::None;
        }
        if stranger {
            lab.handling = lab.stranger();
        }
        (lab, steps)
    })
}

/// A ticket of a lab's house, as it is at its beginning, and its first entry.
fn begun(lab: &Lab) -> (Ticket, crate::entry::Entry) {
    let matter = Matter {
        subject: "no network".to_owned(),
        ..Matter::default()
    };
    let until = Timestamp::from_ms(lab.now.as_ms() + DAY_MS * 7);
    let is_unverified = lab.handling.state == State::Quarantined;
    let birth = Birth {
        unverified_until: is_unverified.then_some(until),
        ..lab.birth()
    };
    Ticket::begin(matter, birth).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn d_the_timeline_is_the_ticket_with_what_comes_by_itself((mut lab, steps) in lives()) {
        let (mut ticket, first) = begun(&lab);
        let mut entries = vec![first];
        for (later, actor, order) in steps {
            lab.after(later);
            entries.extend(ticket.wake(&lab.house(), lab.now));
            prop_assert!(ticket.handling.wake_at().is_none_or(|at| at > lab.now), "it sleeps again");
            prop_assert!(ticket.wake(&lab.house(), lab.now).is_empty(), "nothing comes twice");
            let before = ticket.clone();
            match ticket.take(order, &by(actor), &lab.house(), lab.now) {
                Ok(Some(entry)) => entries.push(entry),
                Ok(None) | Err(_) => prop_assert_eq!(&before, &ticket),
            }
        }
        let json = serde_json::to_string(&entries).unwrap();
        let read: Vec<crate::entry::Entry> = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(Ticket::replay(ticket.id, ticket.number.clone(), &read), Some(ticket));
    }

    #[test]
    fn a_to_d_hold_for_every_life_of_a_ticket((mut lab, steps) in lives()) {
        let mut replayed = lab.handling.clone();
        for (later, actor, order) in steps {
            lab.after(later);
            let (before, row) = (lab.handling.state, order.transition());
            let tried = lab.tries(actor, order.clone());
            if !row.from.contains(&before) {
                // (a): what is not in the table is refused by its word and its state, and changes nothing.
                prop_assert_eq!(tried, Err(Refused::NotAllowed { order: row.name, state: before }));
                continue;
            }
            let handling = &lab.handling;
            // (b)
            let has_one = matches!(handling.state, State::InProgress | State::Pending | State::InReview);
            if has_one {
                prop_assert!(handling.place.assignee.is_some(), "{:?} after {:?}", handling.state, order);
            }
            // (c)
            let is_over = matches!(handling.state, State::Closed | State::Merged | State::Void);
            prop_assert_eq!(handling.times.closed.is_some(), is_over);
            if let Ok(step) = tried {
                // The table says where an order leads.
                prop_assert!(step.to == before || row.to.contains(&step.to), "{} led to {}", row.name, step.to);
                // (d), also after it was written down and read.
                let json = serde_json::to_string(&step).unwrap();
                replayed.apply(&serde_json::from_str(&json).unwrap());
                prop_assert_eq!(&replayed, handling);
                prop_assert_eq!(handling.is_waiting(), handling.state == State::Pending);
            }
        }
    }
}

impl Handling {
    fn is_waiting(&self) -> bool {
        self.pause.reason.is_some()
    }
}

/// The lives above come everywhere, so that what holds of them is no holding of nothing.
#[test]
fn random_lives_come_to_every_state() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen = BTreeMap::new();
    for _ in 0..6_000 {
        let (mut lab, steps) = lives().new_tree(&mut runner).unwrap().current();
        for (later, actor, order) in steps {
            let name = order.name();
            *seen.entry(lab.handling.state.name()).or_insert(0) += 1;
            if lab.after(later).tries(actor, order).is_ok() {
                *seen.entry(name).or_insert(0) += 1;
            }
        }
    }
    let pairs = ["merge", "absorb", "unmerge", "give_back"];
    let never = |name: &&str| !seen.contains_key(name);
    let states = State::all().map(State::name);
    assert_eq!(states.filter(never).collect::<Vec<_>>(), ["merged"]);
    let orders = TRANSITIONS.iter().map(|row| row.name).filter(never);
    assert!(orders.eq(pairs), "those that come in pairs alone: {seen:?}");
}

#[test]
fn each_order_has_one_row_and_each_row_its_order() {
    let mut names: Vec<&str> = TRANSITIONS.iter().map(|row| row.name).collect();
    let rules = TRANSITIONS
        .iter()
        .filter(|row| row.rule.starts_with('T'))
        .map(|row| row.rule[1..].parse::<u8>().unwrap());
    assert!(rules.is_sorted(), "in the order of their rules");
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), TRANSITIONS.len(), "no word twice");
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    for _ in 0..2_000 {
        let order = orders().new_tree(&mut runner).unwrap().current();
        assert_eq!(order.transition().name, order.name());
        let json = serde_json::to_value(&order).unwrap();
        assert_eq!(
            json["type"],
            order.name(),
            "the word in the API is the table's"
        );
        seen.insert(order.name());
    }
    assert_eq!(seen.len(), TRANSITIONS.len());
}
