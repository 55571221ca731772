//! The one table of rights: role × action × whose (J1). Each row says how far a role's right goes, [`authorise`] is the one reader, and
//! what is not said is refused. `docs/roles.md` is made of the table.

use std::collections::BTreeSet;

use model::AgentId;
use store::{Circle, Role, Whose};

use super::scope::scope_of;
use super::{Action, Principal};
use crate::problem::{Code, Problem};

/// How far the right of a role goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Right {
    /// Not at all.
    None,
    /// To what is one's own: one's state, the calls that one took.
    Own,
    /// As far as his reach: to what is his own, his groups', their tree's, or everybody's.
    Reach,
    /// To what is the house's and nobody's in particular: for those alone who reach the whole house.
    House,
    /// To everything, however far he reaches: what every desk needs to serve whoever calls, and what an admin may.
    All,
}

/// Agent, supervisor, admin.
const fn rights(action: Action) -> [Right; 3] {
    use Right::{All, House, None, Own, Reach};
    match action {
        Action::SeeAgents => [Reach, Reach, All],
        Action::SetState => [Own, Reach, All],
        // C1: going to work is one act, and whom he serves then is not the agent's choice.
        Action::ServeQueue => [None, Reach, All],
        // C6: whose tickets go to whom is for who leads; and groups widen what one reaches, so it is for who reaches all.
        Action::ManageDuty => [None, House, All],
        // J1: nobody widens his own rights.
        Action::SetReach => [None, None, All],
        Action::SeeCalls => [Own, Reach, All],
        // It weighs his colleagues.
        Action::SeeDecisions => [None, Reach, All],
        Action::HangUp => [None, Reach, All],
        Action::HearRecording => [Own, Reach, All],
        Action::RemoveMessage => [None, Reach, All],
        // E6: what is to be kept is not for those to say who are heard in it.
        Action::HoldForLaw => [None, House, All],
        // J2: rates per agent, and each agent his own.
        Action::SeeSurveys => [Own, Reach, All],
        // I5: each agent his own figures, as J2 has it; a queue's are nobody's in particular.
        Action::SeeReports => [Own, Reach, All],
        // I9: all callers' numbers at once.
        Action::ExportCalls => [None, House, All],
        // The pop shows open tickets of a caller whoever made them: its reader may open them, where the house says nothing else.
        Action::SeeTickets => [Reach, Reach, All],
        // J3: a low score is for who leads the agent, and none of his colleagues'.
        Action::SeeLeadTickets => [None, Reach, All],
        Action::WorkOnTickets => [Reach, Reach, All],
        // C1: it tells of all tickets, lead tickets among them.
        Action::TryTicketRules => [None, House, All],
        // Who talks with a caller has to know him, and writes down who he is (F4).
        Action::SeeCustomers => [All, All, All],
        Action::ChangeCustomers => [All, All, All],
        // F5: it decides who comes before whom.
        Action::SetVipLevel => [None, All, All],
        // F7: what he may see, he may see whole, once and noted.
        Action::Unmask => [All, All, All],
        // B9: it changes thousands at once, and levels and owners with them.
        Action::ImportCustomers => [None, House, All],
        // F9: it moves what others wrote down.
        Action::MergeCustomers => [None, House, All],
        Action::SeeArticles => [All, All, All],
        // E7: who solves matters writes down how.
        Action::WriteArticles => [All, All, All],
        // What everybody reads.
        Action::ReviewArticles => [None, House, All],
        Action::UseReplies => [All, All, All],
        Action::WriteReplies => [All, All, All],
        Action::ManageReplies => [None, House, All],
        Action::SeeSignalling => [None, House, All],
        Action::ListNumbers => [None, House, All],
        Action::CloseCalendars => [None, House, All],
        Action::KeepApart => [None, House, All],
        // Who waits is nobody's yet.
        Action::SuperviseLine => [None, House, All],
        // Whose numbers they see is another right (SeeCalls).
        Action::SeeQueues => [All, All, All],
        Action::HandleCall => [Own, Reach, All],
        Action::SeeScripts => [None, House, All],
        Action::ChangeScripts => [None, None, All],
        // J5: whoever may do this has all facts sent to where he likes.
        Action::ManageWebhooks => [None, None, All],
        // J1: a token acts for any agent.
        Action::ManageTokens => [None, None, All],
        Action::FollowAll => [None, Reach, All],
        Action::FollowAgent => [Own, Own, Own],
    }
}

/// How far somebody may go with an action, of all his roles together: each holds what stands before it.
#[derive(Clone, Copy, Debug)]
enum Extent<'who> {
    Nothing,
    Own,
    Circle(&'who Circle),
    Everything,
}

impl Extent<'_> {
    const fn rank(&self) -> u8 {
        match self {
            Self::Nothing => 0,
            Self::Own => 1,
            Self::Circle(_) => 2,
            Self::Everything => 3,
        }
    }
}

fn extent(who: &Principal, action: Action) -> Extent<'_> {
    let [agent, supervisor, admin] = rights(action);
    let circle = who.circle.as_deref();
    let of = |role: &Role| {
        let right = match role {
            Role::Agent => agent,
            Role::Supervisor => supervisor,
            Role::Admin => admin,
        };
        match (right, circle) {
            (Right::None, _) | (Right::House, Some(_)) => Extent::Nothing,
            (Right::Own, _) => Extent::Own,
            (Right::Reach, Some(circle)) => Extent::Circle(circle),
            (Right::Reach | Right::House, None) | (Right::All, _) => Extent::Everything,
        }
    };
    // A person of several roles may do what any of them may.
    let all = who.roles.iter().map(of);
    all.max_by_key(Extent::rank).unwrap_or(Extent::Nothing)
}

/// Lets an action pass or refuses it; `owner` is the agent whose thing it is, if it is anybody's.
pub fn authorise(who: &Principal, action: Action, owner: Option<AgentId>) -> Result<(), Problem> {
    let passes = match extent(who, action) {
        Extent::Nothing => false,
        Extent::Own => owner == Some(who.agent),
        Extent::Circle(circle) => owner.is_some_and(|owner| circle.people.contains(&owner)),
        Extent::Everything => true,
    };
    if !passes {
        return Err(Problem::new(Code::Forbidden));
    }
    let scope = scope_of(action);
    if !who.holds(scope) {
        let detail = format!("the token lacks the scope {}", scope.word());
        return Err(Problem::new(Code::TokenScope).detail(detail));
    }
    Ok(())
}

/// Whether an action passes for everybody's things and nobody's.
pub fn reaches_all(who: &Principal, action: Action) -> bool {
    authorise(who, action, None).is_ok()
}

/// Whose things a list holds: those of who was asked for, else as many as the action passes for.
pub fn whose(who: &Principal, action: Action, asked: Option<AgentId>) -> Result<Whose, Problem> {
    let extent = extent(who, action);
    let owner = match extent {
        Extent::Nothing | Extent::Everything => asked,
        Extent::Own | Extent::Circle(_) => asked.or(Some(who.agent)),
    };
    authorise(who, action, owner)?;
    Ok(match (asked, extent) {
        (Some(agent), _) => Whose::One(agent),
        (None, Extent::Nothing | Extent::Own) => Whose::One(who.agent),
        (None, Extent::Circle(circle)) => Whose::Circle(circle.clone()),
        (None, Extent::Everything) => Whose::Everybody,
    })
}

/// What somebody's roles make him to every ticket; what he is to one of them its own rules find out.
pub fn ticket_rights(who: &Principal) -> BTreeSet<ticket::handling::Role> {
    use ticket::handling::Role::{Agent, Dispatcher, Supervisor, Trusted, Visitor};
    let of = |role: &Role| match role {
        Role::Agent => &[Agent, Visitor][..],
        Role::Supervisor | Role::Admin => &[Agent, Dispatcher, Visitor, Supervisor, Trusted],
    };
    who.roles.iter().flat_map(of).copied().collect()
}

#[cfg(test)]
mod tests;
