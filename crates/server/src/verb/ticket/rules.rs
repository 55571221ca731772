//! `trunkline ticket rules`: the rules of dispatch, and their dry run (C1).

use serde_json::{Value, json};
use store::PastTicket;
use ticket::Rules;
use ticket::rules::{Course, Destination, Facts, Trial};

use super::{read, standing};
use crate::Failure;
use crate::cli::RulesArgs;
use crate::config::Source;
use crate::config::document::Document;
use crate::verb::{block_on, by_fault, open_store};

/// What stands for the group of a ticket that waits for a dispatcher.
const NOBODY: &str = "-";

pub(super) fn run(source: &Source, args: &RulesArgs, json: bool) -> Result<(), Failure> {
    let standing = standing(source)?;
    if !args.dry_run {
        list(&standing, json);
        return Ok(());
    }
    let tried = match &args.with {
        None => standing.clone(),
        Some(file) => {
            let document = Document::read(file).map_err(|error| Failure::from(vec![error]))?;
            read(source, &document)?
        }
    };
    let past = block_on(async {
        let (_, database) = open_store(source).await?;
        let past = database.past_tickets(args.last).await.map_err(by_fault);
        database.close().await;
        past
    })?;
    let facts = past.iter();
    let facts = facts.map(|past| Facts::of(&past.ticket, &past.channel, past.vip));
    let trial = tried.try_on(&standing, facts);
    if json {
        println!("{}", as_json(&trial, &past));
    } else {
        tell(&trial, &past);
    }
    Ok(())
}

fn list(rules: &Rules, json: bool) {
    for rule in &rules.dispatch {
        let (to, below) = match &rule.to {
            Destination::Group(group) => (group, ""),
            Destination::RegionBelow(group) => (group, " (by region)"),
        };
        if json {
            let by_region = !below.is_empty();
            println!(
                "{}",
                json!({ "line": rule.line, "rule": rule.name, "to": to, "by_region": by_region })
            );
        } else {
            println!("{:>5}  {}  -> {to}{below}", rule.line, rule.name);
        }
    }
}

fn tell(trial: &Trial, past: &[PastTicket]) {
    for (past, (before, after)) in past.iter().zip(&trial.courses) {
        let changed = if before.group == after.group {
            ' '
        } else {
            '*'
        };
        let number = &past.ticket.number;
        let (from, to) = (group(before), group(after));
        let was = if changed == '*' {
            format!("{from} -> ")
        } else {
            String::new()
        };
        println!("{changed} {number}  {was}{to}  {}", by(after));
    }
    println!(
        "{} tickets, {} would go elsewhere",
        past.len(),
        trial.differing
    );
    for (name, tally) in &trial.groups {
        let name = name.as_deref().unwrap_or(NOBODY);
        println!("  {name}: {} -> {}", tally.standing, tally.tried);
    }
    for (rule, line, count) in &trial.rules {
        println!("  line {line} {rule}: {count}");
    }
}

fn group(course: &Course) -> &str {
    course.group.as_deref().unwrap_or(NOBODY)
}

/// By what: `line 12 complaints`, `category network`.
fn by(course: &Course) -> String {
    let rule = course.rule.as_ref().zip(course.line);
    let category = course.category.as_ref();
    rule.map(|(rule, line)| format!("line {line} {rule}"))
        .or_else(|| category.map(|code| format!("category {code}")))
        .unwrap_or_default()
}

fn as_json(trial: &Trial, past: &[PastTicket]) -> Value {
    let course = |course: &Course| json!({ "group": course.group, "rule": course.rule, "line": course.line, "category": course.category });
    let tickets = past.iter().zip(&trial.courses);
    let tickets: Vec<Value> = tickets
        .map(|(past, (before, after))| {
            json!({
                "ticket": past.ticket.id.to_string(), "number": past.ticket.number,
                "standing": course(before), "tried": course(after),
            })
        })
        .collect();
    let groups = trial.groups.iter();
    let groups: Vec<Value> = groups
        .map(|(group, tally)| json!({ "group": group, "standing": tally.standing, "tried": tally.tried }))
        .collect();
    let rules = trial.rules.iter();
    let rules: Vec<Value> = rules
        .map(|(rule, line, count)| json!({ "rule": rule, "line": line, "tickets": count }))
        .collect();
    json!({ "differing": trial.differing, "groups": groups, "rules": rules, "tickets": tickets })
}
