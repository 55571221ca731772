//! Whither the tickets of somebody go who does not come (C6): to somebody else, to a group, or to who stands in for him and else to the group that
//! has them.
//!
//! One order each, by the table of the state machine: what he has accepted is transferred (T9), what he was only named for is dispatched (T6). What
//! waits for an approval stays until it is approved or rejected; what is solved is no work of his any more.

use std::collections::BTreeMap;

use model::AgentId;

use crate::handling::{Group, Handling, Order, Receiver, Refused};
use crate::state::State;

/// To whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heir {
    /// Who stands in for him in the group of the ticket; where nobody does, that group.
    StandIn,
    /// This group, whoever of it takes them.
    Group(String),
    /// This person, as one of that group; without one as one of the ticket's group, else of the only one that he is of.
    Person(AgentId, Option<String>),
}

/// Whether a ticket is work of somebody: he has accepted it or is asked to, and it is not solved.
pub fn is_work_of(ticket: &Handling, agent: AgentId) -> bool {
    let place = &ticket.place;
    let is_his = [place.assignee, place.named].contains(&Some(agent));
    is_his && ticket.state.is_open() && ticket.state != State::Resolved
}

/// The order by which a ticket goes from somebody to his heir. `note`: what the next one is told. `Refused` where there is none.
pub fn order(
    ticket: &Handling,
    from: AgentId,
    heir: &Heir,
    note: &str,
    groups: &BTreeMap<String, Group>,
) -> Result<Order, Refused> {
    let to = receiver(ticket, from, heir, groups)?;
    match ticket.state {
        State::New | State::Dispatched => Ok(Order::Dispatch { to, rule: None }),
        State::InProgress | State::Pending => Ok(Order::Transfer {
            to,
            note: note.to_owned(),
        }),
        state @ (State::Quarantined
        | State::InReview
        | State::Resolved
        | State::Closed
        | State::Merged
        | State::Void) => Err(Refused::NotAllowed {
            order: "transfer",
            state,
        }),
    }
}

fn receiver(
    ticket: &Handling,
    from: AgentId,
    heir: &Heir,
    groups: &BTreeMap<String, Group>,
) -> Result<Receiver, Refused> {
    let own = ticket.place.group.as_ref();
    let (group, person) = match heir {
        Heir::Group(group) => (group, None),
        Heir::Person(person, Some(group)) => (group, Some(*person)),
        Heir::Person(person, None) => (group_of(*person, own, groups)?, Some(*person)),
        Heir::StandIn => {
            let group = own.ok_or(Refused::NoSuchGroup)?;
            let stands = groups.get(group).and_then(|it| it.stands_for(from));
            (group, stands.filter(|it| *it != from))
        }
    };
    Ok(Receiver {
        group: group.clone(),
        person,
    })
}

/// As one of which group somebody gets a ticket: of its own, or of the only one that he is of.
fn group_of<'g>(
    person: AgentId,
    own: Option<&'g String>,
    groups: &'g BTreeMap<String, Group>,
) -> Result<&'g String, Refused> {
    let is_of = |name: &str| {
        let group = groups.get(name);
        group.is_some_and(|it| it.members.contains_key(&person))
    };
    if let Some(own) = own.filter(|own| is_of(own)) {
        return Ok(own);
    }
    let mut his = groups.keys().filter(|name| is_of(name));
    match (his.next(), his.next()) {
        (Some(only), None) => Ok(only),
        (None, _) | (Some(_), Some(_)) => Err(Refused::NobodyThere),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handling::{Member, Place};

    const ANNE: AgentId = AgentId::new(1);
    const BERT: AgentId = AgentId::new(2);
    const CARL: AgentId = AgentId::new(3);

    /// Anne, who is away while Bert stands in for her, and Bert are the desk; Carl is of both others.
    fn groups() -> BTreeMap<String, Group> {
        let away = Member {
            is_absent: true,
            stand_in: Some(BERT),
            ..Member::default()
        };
        let of = |members: Vec<(AgentId, Member)>| Group {
            members: members.into_iter().collect(),
            ..Group::default()
        };
        let here = Member::default;
        [
            ("desk", of(vec![(ANNE, away), (BERT, here())])),
            ("experts", of(vec![(CARL, here()), (BERT, here())])),
            ("field", of(vec![(CARL, here())])),
        ]
        .into_iter()
        .map(|(name, group)| (name.to_owned(), group))
        .collect()
    }

    fn handling(state: State) -> Handling {
        Handling {
            state,
            place: Place {
                group: Some("desk".to_owned()),
                assignee: Some(ANNE),
                ..Place::default()
            },
            ..Handling::default()
        }
    }

    fn goes(state: State, heir: &Heir) -> Result<(&'static str, String, Option<AgentId>), Refused> {
        let order = order(&handling(state), ANNE, heir, "away", &groups())?;
        let name = order.name();
        let (Order::Dispatch { to, .. } | Order::Transfer { to, .. }) = order else {
            panic!("{name}");
        };
        Ok((name, to.group, to.person))
    }

    #[test]
    fn c6_each_ticket_of_who_is_away_has_its_order_and_its_heir() {
        let to = |name: &'static str, group: &str, person| Ok((name, group.to_owned(), person));
        let in_progress = State::InProgress;
        for (state, heir, expected) in [
            (
                in_progress,
                Heir::StandIn,
                to("transfer", "desk", Some(BERT)),
            ),
            (
                State::Pending,
                Heir::StandIn,
                to("transfer", "desk", Some(BERT)),
            ),
            (
                State::Dispatched,
                Heir::StandIn,
                to("dispatch", "desk", Some(BERT)),
            ),
            (
                in_progress,
                Heir::Group("field".to_owned()),
                to("transfer", "field", None),
            ),
            (
                in_progress,
                Heir::Person(BERT, None),
                to("transfer", "desk", Some(BERT)),
            ),
            (
                in_progress,
                Heir::Person(CARL, None),
                Err(Refused::NobodyThere),
            ),
            (
                in_progress,
                Heir::Person(CARL, Some("field".to_owned())),
                to("transfer", "field", Some(CARL)),
            ),
            (
                State::InReview,
                Heir::StandIn,
                Err(Refused::NotAllowed {
                    order: "transfer",
                    state: State::InReview,
                }),
            ),
        ] {
            assert_eq!(goes(state, &heir), expected, "{state:?} {heir:?}");
        }
        let mut nobody = groups();
        nobody
            .get_mut("desk")
            .unwrap()
            .members
            .get_mut(&ANNE)
            .unwrap()
            .stand_in = None;
        let order = order(
            &handling(in_progress),
            ANNE,
            &Heir::StandIn,
            "away",
            &nobody,
        );
        let Ok(Order::Transfer { to, .. }) = order else {
            panic!("{order:?}");
        };
        assert_eq!((to.group.as_str(), to.person), ("desk", None));
    }

    #[test]
    fn c6_what_is_solved_or_anothers_is_no_work_of_his() {
        assert!(is_work_of(&handling(State::Pending), ANNE));
        assert!(!is_work_of(&handling(State::Pending), BERT));
        assert!(!is_work_of(&handling(State::Resolved), ANNE));
        assert!(!is_work_of(&handling(State::Closed), ANNE));
    }
}
