//! `trunkline ticket reassign`: the tickets of somebody who is away go to others (C6), each by an order of its own with its entry and its row of the audit
//! log. One that cannot go holds up none of the others.

use std::collections::BTreeMap;

use ivr::{Told, did_you_mean, told};
use model::{AgentId, Timestamp};
use serde_json::json;
use speech::Language;
use store::{Command, StoreError, TicketFilter, TicketKey};
use ticket::handling::Group;
use ticket::reassign::{self, Heir};
use ticket::{By, Ticket};

use super::office::{self, Office};
use crate::Failure;
use crate::cli::ReassignArgs;
use crate::config::Source;
use crate::config::cause::Cause;
use crate::verb::{by_fault, now};

/// What is to be done with each.
struct Plan {
    from: AgentId,
    heir: Heir,
    note: String,
    groups: BTreeMap<String, Group>,
    is_trial: bool,
    at: Timestamp,
}

pub(super) fn run(
    source: &Source,
    args: &ReassignArgs,
    json: bool,
    language: Language,
) -> Result<(), Failure> {
    office::run(source, async |office| {
        let plan = plan(office, args).await?;
        if !json {
            Office::head();
        }
        let mut stay = 0_u64;
        for filter in his(plan.from) {
            let mut after = None;
            loop {
                let (tickets, next) = page(office, &filter, after).await?;
                let his = |it: &&Ticket| reassign::is_work_of(&it.handling, plan.from);
                for ticket in tickets.iter().filter(his) {
                    let done = plan.carry_out(office, ticket).await?;
                    stay += u64::from(done.is_err());
                    tell(office, ticket, done, json, language);
                }
                if next.is_none() {
                    break;
                }
                after = next;
            }
        }
        if stay == 0 {
            return Ok(());
        }
        Err(Failure::Refused(told!(
            "{stay} tickets stay where they are",
            "有 {stay} 张工单未改派"
        )))
    })
}

async fn plan(office: &Office, args: &ReassignArgs) -> Result<Plan, Failure> {
    let at = now();
    let groups = office.desk.groups(at).await.map_err(by_fault)?;
    let from = office.agent(&args.from)?;
    if let Some(group) = args.group.as_deref().filter(|it| !groups.contains_key(*it)) {
        let near = did_you_mean(group, groups.keys().map(String::as_str));
        let none = told!("no group `{group}`", "没有工单组 `{group}`").with(near);
        return Err(Failure::Refused(none));
    }
    let heir = match (&args.to, &args.group) {
        (Some(login), group) => Heir::Person(office.agent(login)?, group.clone()),
        (None, Some(group)) => Heir::Group(group.clone()),
        (None, None) => Heir::StandIn,
    };
    let login = &args.from;
    if heir == Heir::StandIn && !is_away(office, from, at).await? {
        return Err(Failure::Refused(told!(
            "{login} is here: say --to or --group, or first that he is away (`trunkline agent absent {login}`)",
            "{login} 未缺勤：请指定 --to 或 --group，或先登记缺勤（`trunkline agent absent {login}`）"
        )));
    }
    if args.to.as_ref() == Some(login) {
        return Err(Failure::Refused(told!(
            "--from and --to are the same: {login}",
            "--from 与 --to 相同：{login}"
        )));
    }
    Ok(Plan {
        from,
        heir,
        note: args.note.clone(),
        groups,
        is_trial: args.dry_run,
        at,
    })
}

async fn is_away(office: &Office, agent: AgentId, at: Timestamp) -> Result<bool, Failure> {
    let absence = office.database.absence_of(agent, at).await;
    let absence = absence.map_err(by_fault)?;
    Ok(absence.is_some_and(|it| it.from <= at && at < it.until))
}

/// What he has accepted, and what he is asked to.
fn his(agent: AgentId) -> [TicketFilter; 2] {
    let accepted = TicketFilter {
        assignee: Some(agent),
        ..TicketFilter::default()
    };
    let asked = TicketFilter {
        named: Some(agent),
        ..TicketFilter::default()
    };
    [accepted, asked]
}

/// A page of them: those that are not his any more do not move the ones behind.
async fn page(
    office: &Office,
    filter: &TicketFilter,
    after: Option<TicketKey>,
) -> Result<(Vec<Ticket>, Option<TicketKey>), Failure> {
    let most = store::page::LIMIT_MAX;
    let page = office.database.tickets(filter, after, most).await;
    let page = page.map_err(by_fault)?;
    Ok((page.items, page.next))
}

impl Plan {
    /// The ticket as it stands then, or why it stays. Only a database that is ill ends the verb.
    async fn carry_out(
        &self,
        office: &Office,
        ticket: &Ticket,
    ) -> Result<Result<Ticket, Told>, Failure> {
        let handling = &ticket.handling;
        let order = reassign::order(handling, self.from, &self.heir, &self.note, &self.groups);
        let order = match order {
            Ok(order) => order,
            Err(refused) => return Ok(Err(StoreError::Refused(refused).told())),
        };
        let command = Command {
            ticket: ticket.id,
            version: Some(ticket.version),
            order,
            by: By::operator(),
            at: self.at,
        };
        let done = match self.is_trial {
            true => office.desk.try_order(command).await,
            false => office.desk.order(command).await.map(|it| it.ticket),
        };
        match done {
            Ok(after) => Ok(Ok(after)),
            Err(why) => match by_fault(why) {
                Failure::Refused(why) => Ok(Err(why)),
                ill @ (Failure::Input(_) | Failure::System(_)) => Err(ill),
            },
        }
    }
}

fn tell(
    office: &Office,
    before: &Ticket,
    done: Result<Ticket, Told>,
    json: bool,
    language: Language,
) {
    let ticket = done.as_ref().unwrap_or(before);
    let finding = done.as_ref().err();
    if json {
        let finding = finding.map(|it| json!({ "en": it.en, "zh": it.zh }));
        let besides = json!({ "from": office.place(before), "finding": finding });
        println!("{}", office.as_json(ticket, besides));
        return;
    }
    office.row(ticket);
    if let Some(finding) = finding {
        println!("  {}", finding.said_in(language));
    }
}
