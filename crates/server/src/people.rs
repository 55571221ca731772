//! Agents between the store, the engine and the terminal: passwords become hashes here, records become entries.

use std::collections::BTreeMap;

use engine::{AgentEntry, Command, OffNet};
use ivr::{Told, told};
use model::AgentId;
use store::{AgentRecord, Database, NewPassword, Role, Secret, StoreError};
use web::CommandSender;

use crate::Failure;
use crate::demo;
use crate::verb::by_fault;

/// The demo's one password. It works on loopback only: the server refuses to listen elsewhere while it is in use.
pub(crate) const DEMO_PASSWORD: &str = "trunkline-demo";
/// S28: shorter passwords are weak.
const PASSWORD_MIN: usize = 12;

/// Refuses weak passwords (S28), and the demo's, which everybody knows.
pub(crate) fn check_password(login: &str, password: &str) -> Result<(), Told> {
    if password.chars().count() < PASSWORD_MIN || password == login {
        return Err(told!(
            "the password of `{login}` is too weak: it needs at least {PASSWORD_MIN} characters and may not be the login",
            "`{login}` 的密码太弱：至少 {PASSWORD_MIN} 个字符，且不能与工号相同"
        ));
    }
    if password == DEMO_PASSWORD {
        return Err(told!(
            "the demo's password is public: `{login}` needs another one",
            "演示密码是公开的：`{login}` 须另设密码"
        ));
    }
    Ok(())
}

/// Everything that a password becomes.
pub(crate) fn password(login: &str, realm: &str, password: &str) -> Result<NewPassword, Failure> {
    check_password(login, password).map_err(Failure::Refused)?;
    hashed(login, realm, password).map_err(by_fault)
}

/// The demo's password, for its own people alone.
pub(crate) fn demo_password(login: &str, realm: &str) -> anyhow::Result<NewPassword> {
    Ok(hashed(login, realm, DEMO_PASSWORD)?)
}

fn hashed(login: &str, realm: &str, password: &str) -> Result<NewPassword, StoreError> {
    Ok(NewPassword {
        password_hash: store::hash_password(password)?,
        ha1_md5: Secret::new(sip::digest::ha1_md5(login, realm, password)),
        ha1_sha256: Secret::new(sip::digest::ha1_sha256(login, realm, password)),
    })
}

/// Those of the demo's people who still use its password, as their phones' hashes tell: quick, and blind to a realm that
/// was changed meanwhile. Good enough to greet a newcomer.
pub(crate) fn seem_to_use_demo_password(agents: &[AgentRecord], realm: &str) -> Vec<&'static str> {
    let uses = |login: &&str| {
        let ha1 = sip::digest::ha1_sha256(login, realm, DEMO_PASSWORD);
        let same = |agent: &AgentRecord| agent.login == *login && *agent.ha1_sha256.expose() == ha1;
        agents.iter().any(same)
    };
    demo::logins().filter(uses).collect()
}

/// The same for certain: the password is tried as on the page, which takes a core for tens of milliseconds each.
pub(crate) async fn use_demo_password(database: &Database) -> anyhow::Result<Vec<&'static str>> {
    let mut found = Vec::new();
    for login in demo::logins() {
        if database.sign_in(login, DEMO_PASSWORD).await?.is_some() {
            found.push(login);
        }
    }
    Ok(found)
}

/// Those who take calls, as the engine must know them. People without that role have no phone: a password that opens the
/// admin's page is not to be tried out on one.
pub(crate) fn staff(agents: &[AgentRecord]) -> Vec<AgentEntry> {
    let works = |agent: &&AgentRecord| agent.is_active && agent.roles.contains(&Role::Agent);
    agents.iter().filter(works).map(entry).collect()
}

/// What the engine must know.
fn entry(agent: &AgentRecord) -> AgentEntry {
    AgentEntry {
        id: agent.id,
        login: agent.login.clone(),
        name: agent.name.clone(),
        queues: agent.queues.clone(),
        opted_out: agent.opted_out.clone(),
        skills: agent.skills.clone(),
        off_net: agent.outside_number.clone().map(|number| OffNet {
            number,
            is_chosen: agent.is_outside,
            language: agent.locale.clone(),
        }),
        ha1_md5: *agent.ha1_md5.expose(),
        ha1_sha256: *agent.ha1_sha256.expose(),
    }
}

/// Keeps the engine's agents like the store's: `trunkline agent …` changes the store while the server runs.
pub(crate) struct Roster {
    database: Database,
    commands: CommandSender,
    known: BTreeMap<AgentId, AgentEntry>,
}

impl Roster {
    /// `known` are those whom the engine was told at its start.
    pub(crate) fn new(database: Database, commands: CommandSender, known: Vec<AgentEntry>) -> Self {
        let known = known.into_iter().map(|agent| (agent.id, agent)).collect();
        Self {
            database,
            commands,
            known,
        }
    }

    /// Tells the engine what changed.
    pub(crate) async fn refresh(&mut self) -> anyhow::Result<()> {
        let records = self.database.agents().await?;
        let current: BTreeMap<AgentId, AgentEntry> = staff(&records)
            .into_iter()
            .map(|agent| (agent.id, agent))
            .collect();
        let gone: Vec<AgentId> = self
            .known
            .keys()
            .filter(|id| !current.contains_key(id))
            .copied()
            .collect();
        for agent in gone {
            self.commands.send(Command::RemoveAgent(agent)).await?;
            self.known.remove(&agent);
        }
        for (id, entry) in current {
            if self.known.get(&id) != Some(&entry) {
                self.commands.send(Command::PutAgent(entry.clone())).await?;
                self.known.insert(id, entry);
            }
        }
        Ok(())
    }
}
