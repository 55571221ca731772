//! The demo's people: three agents, an admin and a customer or two, put into an empty store. In a house that has none of an agent's
//! queues he serves all that it has: whoever tries a sample finds somebody at work.

use std::collections::BTreeSet;

use model::{Membership, QueueName, Timestamp};
use store::{Database, NewAgent, NewCustomer, NewPhone, Role};
use ticket::Actor;

use crate::people;

/// Login, name, queues, roles.
const AGENTS: [(&str, &str, &[&str], &[Role]); 4] = [
    (
        "1001",
        "张敏 Zhang Min",
        &["support", "sales"],
        &[Role::Agent],
    ),
    ("1002", "李强 Li Qiang", &["support"], &[Role::Agent]),
    ("1003", "王芳 Wang Fang", &["sales"], &[Role::Agent]),
    (
        "admin",
        "管理员 Admin",
        &[],
        &[Role::Supervisor, Role::Admin],
    ),
];

/// Name, number, VIP level.
const CUSTOMERS: [(&str, &str, u8); 2] = [
    ("陈先生 Mr Chen", "13800001111", 2),
    ("刘女士 Ms Liu", "13900002222", 0),
];

/// The logins of the demo's people.
pub(crate) fn logins() -> impl Iterator<Item = &'static str> {
    AGENTS.iter().map(|(login, ..)| *login)
}

/// Fills the empty store of a house with these queues.
pub(crate) async fn seed(
    database: &Database,
    house: &BTreeSet<QueueName>,
    realm: &str,
    now: Timestamp,
) -> anyhow::Result<()> {
    for (login, name, queues, roles) in AGENTS {
        let agent = NewAgent {
            login: login.into(),
            name: name.into(),
            locale: "zh-CN".into(),
            queues: serves(queues, house),
            skills: Default::default(),
            roles: roles.iter().copied().collect(),
            password: people::demo_password(login, realm)?,
        };
        database.add_agent(agent, now).await?;
    }
    for (name, number, vip_level) in CUSTOMERS {
        let customer = NewCustomer {
            name: name.into(),
            phones: vec![NewPhone::certain(number)],
            vip_level,
            ..NewCustomer::default()
        };
        database.add_customer(customer, Actor::System, now).await?;
    }
    Ok(())
}

/// An agent's queues in this house; an admin serves none.
fn serves(own: &[&str], house: &BTreeSet<QueueName>) -> Vec<Membership> {
    let is_here = |queue: &&str| house.contains(&QueueName::from(*queue));
    if own.is_empty() || own.iter().any(is_here) {
        // In their order: the first is his home queue (B12).
        return own.iter().map(|queue| (*queue).into()).collect();
    }
    house.iter().map(|queue| queue.as_str().into()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn house(queues: &[&str]) -> BTreeSet<QueueName> {
        queues.iter().map(|queue| (*queue).into()).collect()
    }

    #[test]
    fn the_demos_agents_serve_their_queues_or_all_of_a_house_that_has_none_of_them() {
        let demo = house(&["sales", "support"]);
        let own: [Membership; 2] = ["support".into(), "sales".into()];
        assert_eq!(serves(&["support", "sales"], &demo), own, "in their order");
        let other = house(&["report", "consult"]);
        let all: [Membership; 2] = ["consult".into(), "report".into()];
        assert_eq!(serves(&["support", "sales"], &other), all);
        assert_eq!(serves(&[], &other), [], "an admin takes no calls");
    }
}
