//! The matrix of rights, printed, and what narrows it.

use std::fmt::Write as _;
use std::sync::Arc;

use store::{Reach, Scope, Scopes};

use super::*;
use crate::auth::Via;

const ME: AgentId = AgentId::new(7);
const OTHER: AgentId = AgentId::new(8);

fn principal(roles: &[Role]) -> Principal {
    Principal {
        agent: ME,
        circle: None,
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

/// One within reach of groups, one within reach of the tree besides, and one of neither.
const PEER: AgentId = AgentId::new(9);
const BELOW: AgentId = AgentId::new(10);

fn reaching(role: Role, reach: Reach) -> Principal {
    let people: &[AgentId] = match reach {
        Reach::Own => &[ME],
        Reach::Group => &[ME, PEER],
        Reach::Tree => &[ME, PEER, BELOW],
        Reach::All => return principal(&[role]),
    };
    let circle = Circle {
        me: ME,
        groups: BTreeSet::new(),
        people: people.iter().copied().collect(),
    };
    Principal {
        circle: Some(Arc::new(circle)),
        ..principal(&[role])
    }
}

/// How far somebody gets, by what passes.
fn cell(who: &Principal, action: Action) -> &'static str {
    let passes = [Some(ME), Some(PEER), Some(BELOW), Some(OTHER), None]
        .map(|owner| authorise(who, action, owner).is_ok());
    match passes {
        [false, false, false, false, false] => "–",
        [true, false, false, false, false] => "own",
        [true, true, false, false, false] => "group",
        [true, true, true, false, false] => "tree",
        [true, true, true, true, true] => "all",
        _ => panic!("{action:?}: {passes:?}"),
    }
}

#[test]
fn s19_j1_the_matrix_of_rights_is_the_one_of_the_docs() {
    let mut table = String::new();
    for role in ["agent", "supervisor"] {
        for reach in Reach::ALL {
            write!(table, " {role}, {} |", reach.word()).unwrap();
        }
    }
    let rule = "|---".repeat(11);
    table = format!("| Action | |{table} admin |\n{rule}|\n");
    for action in Action::ALL.iter().copied() {
        write!(table, "| `{action:?}` | {} |", action.text().trim()).unwrap();
        for role in [Role::Agent, Role::Supervisor] {
            for reach in Reach::ALL {
                write!(table, " {} |", cell(&reaching(role, reach), action)).unwrap();
            }
        }
        let admin = cell(&principal(&[Role::Admin]), action);
        writeln!(table, " {admin} |").unwrap();
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/roles.md");
    let stands = std::fs::read_to_string(path).unwrap();
    let (before, _) = stands.split_once("-->\n").unwrap();
    let made = format!("{before}-->\n\n{table}");
    if std::env::var_os("UPDATE_ROLES").is_some() {
        std::fs::write(path, &made).unwrap();
    }
    let stands = std::fs::read_to_string(path).unwrap();
    assert!(
        stands == made,
        "docs/roles.md is stale; write it anew with: UPDATE_ROLES=1 cargo test -p web permission"
    );
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
