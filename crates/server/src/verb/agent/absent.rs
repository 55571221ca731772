//! `trunkline agent absent`: who is away until when, and who stands in for him (C6).

use ::ticket::Actor;
use ivr::told;
use model::Timestamp;
use store::{Absence, AgentRecord, Database, StoreError};

use super::no_agent;
use crate::Failure;
use crate::config::Source;
use crate::verb::{by_fault, now, ticket};

/// What is said of him.
pub(super) struct Said {
    pub(super) login: String,
    /// `None`: he is here.
    pub(super) until: Option<String>,
    pub(super) from: Option<String>,
    pub(super) stand_in: Option<String>,
}

pub(super) async fn run(source: &Source, database: &Database, said: Said) -> Result<(), Failure> {
    let agent = known(database, &said.login).await?;
    let calendar = ticket::standing(source)?.calendar;
    let moment = |text: &Option<String>| -> Result<Option<Timestamp>, Failure> {
        let text = text.as_deref();
        text.map(|text| ticket::moment(&calendar, text)).transpose()
    };
    let stand_in = match &said.stand_in {
        Some(login) => Some(known(database, login).await?),
        None => None,
    };
    let from = moment(&said.from)?;
    let absence = moment(&said.until)?.map(|until| Absence {
        from: from.unwrap_or_else(now),
        until,
        stand_in: stand_in.as_ref().map(|one| one.id),
    });
    let set = database.set_absence(agent.id, absence, Actor::System, now());
    match set.await {
        Ok(_) => {}
        Err(StoreError::Setting(_)) => {
            return Err(Failure::Refused(told!(
                "an absence ends in the future and after it begins, and nobody stands in for himself",
                "缺勤须在将来结束且晚于开始时间，且不能由本人代办"
            )));
        }
        Err(other) => return Err(by_fault(other)),
    }
    let login = &agent.login;
    match absence {
        None => println!("{login} is here"),
        Some(absence) => {
            let (from, until) = (calendar.local(absence.from), calendar.local(absence.until));
            let who = said.stand_in.as_deref();
            let who = who.map_or("nobody stands in".to_owned(), |it| {
                format!("{it} stands in")
            });
            println!("{login} is away from {from} until {until}; {who}");
        }
    }
    Ok(())
}

async fn known(database: &Database, login: &str) -> Result<AgentRecord, Failure> {
    let agent = database.agent_by_login(login).await.map_err(by_fault)?;
    agent.ok_or_else(|| no_agent(login))
}
