//! The one table of rights: role × action. Each row says how far a role's right goes; `authorise` is the one reader.

use std::collections::BTreeSet;

use model::AgentId;
use store::Role;

use super::Principal;
use super::scope::scope_of;
use crate::problem::{Code, Problem};

/// What someone wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// See colleagues' names and states.
    SeeAgents,
    /// Change an agent's state, or end his wrap-up.
    SetState,
    /// Take an agent out of one of his profile's queues, or put him in again.
    ServeQueue,
    /// See calls, live and past.
    SeeCalls,
    /// End a call.
    HangUp,
    /// Hear a recording.
    HearRecording,
    /// Take a message out of its mailbox.
    RemoveMessage,
    /// See what callers answered to surveys.
    SeeSurveys,
    /// See tickets.
    SeeTickets,
    /// See tickets about how an agent has served.
    SeeLeadTickets,
    /// Enter a ticket, and give orders: which, the table of the state machine says.
    WorkOnTickets,
    /// Try rules of tickets on those of the past.
    TryTicketRules,
    /// See customers, and what is known of a number.
    SeeCustomers,
    /// Add a customer, or change one.
    ChangeCustomers,
    /// Take a list of customers over.
    ImportCustomers,
    /// Make two customers one, and part them again.
    MergeCustomers,
    /// See articles of the knowledge base.
    SeeArticles,
    /// Write articles, and lead them through their steps: which, their table says.
    WriteArticles,
    /// Read what others write, and publish it.
    ReviewArticles,
    /// See trunks, registered phones, refusals and the messages of calls.
    SeeSignalling,
    /// See and change who is barred.
    BarCallers,
    /// Close a calendar out of turn, or open it again.
    CloseCalendars,
    /// See and change which callers and agents must not meet.
    KeepApart,
    /// Give a waiting caller another place, queue or agent.
    SuperviseLine,
    /// See queues, who waits in them and today's figures.
    SeeQueues,
    /// Hold, transfer and consult in a call that an agent talks in.
    HandleCall,
    /// See scripts and their versions.
    SeeScripts,
    /// Bring a script's older text back.
    ChangeScripts,
    /// See and change what webhooks are told, and their secrets.
    ManageWebhooks,
    /// See, make and take back bearer tokens.
    ManageTokens,
    /// Follow all facts of the house.
    FollowAll,
    /// Follow what concerns an agent.
    FollowAgent,
}

/// How far a right goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// Not at all.
    None,
    /// To what is one's own: one's state, the calls that one took, the tickets that one made.
    Own,
    /// To everything.
    All,
}

/// Agent, supervisor, admin.
const fn reach(action: Action) -> [Reach; 3] {
    use Reach::{All, None, Own};
    match action {
        Action::SeeAgents => [All, All, All],
        Action::SetState => [Own, All, All],
        // C1: going to work is one act, and whom he serves then is not the agent's choice.
        Action::ServeQueue => [None, All, All],
        Action::SeeCalls => [Own, All, All],
        Action::HangUp => [None, All, All],
        Action::HearRecording => [Own, All, All],
        Action::RemoveMessage => [None, All, All],
        // J2: rates per agent, and each agent his own.
        Action::SeeSurveys => [Own, All, All],
        // The pop shows open tickets of a caller whoever made them: its reader may open them.
        Action::SeeTickets => [All, All, All],
        // J3: a low score is for who leads the agent, and none of his colleagues'.
        Action::SeeLeadTickets => [None, All, All],
        Action::WorkOnTickets => [All, All, All],
        // C1: it tells of all tickets, lead tickets among them.
        Action::TryTicketRules => [None, All, All],
        // Who talks with a caller has to know him, and writes down who he is (F4).
        Action::SeeCustomers => [All, All, All],
        Action::ChangeCustomers => [All, All, All],
        // B9: it changes thousands at once, and levels and owners with them.
        Action::ImportCustomers => [None, All, All],
        // F9: it moves what others wrote down.
        Action::MergeCustomers => [None, All, All],
        Action::SeeArticles => [All, All, All],
        // E7: who solves matters writes down how.
        Action::WriteArticles => [All, All, All],
        Action::ReviewArticles => [None, All, All],
        Action::SeeSignalling => [None, All, All],
        Action::BarCallers => [None, All, All],
        Action::CloseCalendars => [None, All, All],
        Action::KeepApart => [None, All, All],
        Action::SuperviseLine => [None, All, All],
        // Whose numbers they see is another right (SeeCalls).
        Action::SeeQueues => [All, All, All],
        Action::HandleCall => [Own, All, All],
        Action::SeeScripts => [None, All, All],
        Action::ChangeScripts => [None, None, All],
        // J5: whoever may do this has all facts sent to where he likes.
        Action::ManageWebhooks => [None, None, All],
        // J1: a token acts for any agent.
        Action::ManageTokens => [None, None, All],
        Action::FollowAll => [None, All, All],
        Action::FollowAgent => [Own, Own, Own],
    }
}

/// Lets an action pass or refuses it; `owner` is the agent whose thing it is, if it is anybody's.
pub fn authorise(who: &Principal, action: Action, owner: Option<AgentId>) -> Result<(), Problem> {
    let [agent, supervisor, admin] = reach(action);
    let passes = |role: &Role| {
        let reach = match role {
            Role::Agent => agent,
            Role::Supervisor => supervisor,
            Role::Admin => admin,
        };
        match reach {
            Reach::None => false,
            Reach::Own => owner == Some(who.agent),
            Reach::All => true,
        }
    };
    // A person of several roles may do what any of them may.
    if !who.roles.iter().any(passes) {
        return Err(Problem::new(Code::Forbidden));
    }
    let scope = scope_of(action);
    if !who.holds(scope) {
        let detail = format!("the token lacks the scope {}", scope.word());
        return Err(Problem::new(Code::TokenScope).detail(detail));
    }
    Ok(())
}

/// Whether an action passes for things that are not one's own.
pub fn reaches_all(who: &Principal, action: Action) -> bool {
    authorise(who, action, None).is_ok()
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
mod tests {
    use store::{Scope, Scopes};

    use super::*;
    use crate::auth::Via;

    const ME: AgentId = AgentId::new(7);
    const OTHER: AgentId = AgentId::new(8);

    fn principal(roles: &[Role]) -> Principal {
        Principal {
            agent: ME,
            roles: roles.iter().copied().collect(),
            login: "1007".to_owned(),
            name: "Seven".to_owned(),
            locale: None,
            via: Via::Token {
                name: "test".to_owned(),
                scopes: Scopes::All,
            },
        }
    }

    #[test]
    fn s19_the_matrix_of_rights() {
        // Own thing, another's thing, nobody's thing: for agent, supervisor, admin.
        let matrix = [
            (Action::SeeAgents, ["yyy", "yyy", "yyy"]),
            (Action::SetState, ["ynn", "yyy", "yyy"]),
            (Action::ServeQueue, ["nnn", "yyy", "yyy"]),
            (Action::SeeCalls, ["ynn", "yyy", "yyy"]),
            (Action::HangUp, ["nnn", "yyy", "yyy"]),
            (Action::HearRecording, ["ynn", "yyy", "yyy"]),
            (Action::RemoveMessage, ["nnn", "yyy", "yyy"]),
            (Action::SeeSurveys, ["ynn", "yyy", "yyy"]),
            (Action::SeeTickets, ["yyy", "yyy", "yyy"]),
            (Action::SeeLeadTickets, ["nnn", "yyy", "yyy"]),
            (Action::WorkOnTickets, ["yyy", "yyy", "yyy"]),
            (Action::TryTicketRules, ["nnn", "yyy", "yyy"]),
            (Action::SeeCustomers, ["yyy", "yyy", "yyy"]),
            (Action::ChangeCustomers, ["yyy", "yyy", "yyy"]),
            (Action::ImportCustomers, ["nnn", "yyy", "yyy"]),
            (Action::MergeCustomers, ["nnn", "yyy", "yyy"]),
            (Action::SeeArticles, ["yyy", "yyy", "yyy"]),
            (Action::WriteArticles, ["yyy", "yyy", "yyy"]),
            (Action::ReviewArticles, ["nnn", "yyy", "yyy"]),
            (Action::SeeSignalling, ["nnn", "yyy", "yyy"]),
            (Action::BarCallers, ["nnn", "yyy", "yyy"]),
            (Action::SuperviseLine, ["nnn", "yyy", "yyy"]),
            (Action::KeepApart, ["nnn", "yyy", "yyy"]),
            (Action::CloseCalendars, ["nnn", "yyy", "yyy"]),
            (Action::SeeQueues, ["yyy", "yyy", "yyy"]),
            (Action::HandleCall, ["ynn", "yyy", "yyy"]),
            (Action::SeeScripts, ["nnn", "yyy", "yyy"]),
            (Action::ChangeScripts, ["nnn", "nnn", "yyy"]),
            (Action::ManageWebhooks, ["nnn", "nnn", "yyy"]),
            (Action::ManageTokens, ["nnn", "nnn", "yyy"]),
            (Action::FollowAll, ["nnn", "yyy", "yyy"]),
            (Action::FollowAgent, ["ynn", "ynn", "ynn"]),
        ];
        let roles = [Role::Agent, Role::Supervisor, Role::Admin];
        for (action, rows) in matrix {
            for (role, row) in roles.into_iter().zip(rows) {
                let told: String = [Some(ME), Some(OTHER), None]
                    .into_iter()
                    .map(|owner| {
                        let passes = authorise(&principal(&[role]), action, owner).is_ok();
                        if passes { 'y' } else { 'n' }
                    })
                    .collect();
                assert_eq!(told, row, "{action:?} by {role:?}");
            }
        }
    }

    #[test]
    fn j1_a_scope_narrows_what_roles_allow_and_widens_nothing() {
        let with = |role, scope| {
            let mut who = principal(&[role]);
            who.via = Via::Token {
                name: "test".to_owned(),
                scopes: Scopes::Some([scope].into()),
            };
            who
        };
        let code = |who, action| authorise(&who, action, None).map_err(|it| it.code());
        let reads = with(Role::Admin, Scope::TicketsRead);
        assert_eq!(code(reads.clone(), Action::SeeTickets), Ok(()));
        assert_eq!(code(reads, Action::WorkOnTickets), Err(Code::TokenScope));
        let agents = with(Role::Agent, Scope::TokensWrite);
        assert_eq!(code(agents, Action::ManageTokens), Err(Code::Forbidden));
    }

    #[test]
    fn several_roles_add_up_and_none_is_nothing() {
        let both = principal(&[Role::Agent, Role::Supervisor]);
        assert!(authorise(&both, Action::HangUp, None).is_ok());
        assert!(authorise(&principal(&[]), Action::SeeAgents, Some(ME)).is_err());
    }
}
