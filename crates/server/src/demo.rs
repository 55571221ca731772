//! The demo's people: three agents, an admin and a customer or two, put into an empty store.

use model::Timestamp;
use store::{Database, NewAgent, NewCustomer, Role};

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

/// Fills the store if nobody is in it; tells whether it did.
pub(crate) async fn seed(database: &Database, realm: &str, now: Timestamp) -> anyhow::Result<bool> {
    if !database.agents().await?.is_empty() {
        return Ok(false);
    }
    for (login, name, queues, roles) in AGENTS {
        let agent = NewAgent {
            login: login.into(),
            name: name.into(),
            locale: "zh-CN".into(),
            queues: queues.iter().map(|queue| (*queue).into()).collect(),
            skills: Default::default(),
            roles: roles.iter().copied().collect(),
            password: people::demo_password(login, realm)?,
        };
        database.add_agent(agent, now).await?;
    }
    for (name, number, vip_level) in CUSTOMERS {
        let phone = store::directory::customer::NewPhone {
            raw: number.into(),
            is_certain: true,
            is_shared: false,
        };
        let customer = NewCustomer {
            name: name.into(),
            phones: vec![phone],
            vip_level,
            owner: None,
        };
        database.add_customer(customer, now).await?;
    }
    Ok(true)
}
