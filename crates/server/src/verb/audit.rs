//! `trunkline audit`: whether the audit log still is what was written, and what stands in it (C21).

use ivr::Told;
use serde_json::{Value, json};
use speech::Language;
use store::{AuditAnchor, AuditEntry, AuditFault, AuditReport, Database, PageRequest};
use ticket::Actor;

use super::{block_on, by_fault, open_store};
use crate::Failure;
use crate::cli::AuditVerb;
use crate::config::Source;

/// Runs the verb.
pub(crate) fn run(
    source: &Source,
    verb: AuditVerb,
    json: bool,
    language: Language,
) -> Result<(), Failure> {
    block_on(async {
        let (_, database) = open_store(source).await?;
        let done = match verb {
            AuditVerb::Verify { anchor } => {
                let anchor = anchor.map(|anchor| anchor.0);
                verify(&database, anchor.as_ref(), json, language).await
            }
            AuditVerb::List { about, limit } => {
                let about = about.as_ref().map(|it| (it.kind.as_str(), it.id.as_str()));
                list(&database, about, limit, json).await
            }
        };
        database.close().await;
        done
    })
}

async fn verify(
    database: &Database,
    anchor: Option<&AuditAnchor>,
    json: bool,
    language: Language,
) -> Result<(), Failure> {
    let report = database.verify_audit(anchor).await.map_err(by_fault)?;
    if json {
        let faults = report.faults.iter().map(|fault| told(fault).en);
        let faults: Vec<String> = faults.collect();
        let AuditReport {
            rows,
            cut,
            last,
            hash,
            ..
        } = &report;
        println!(
            "{}",
            json!({ "rows": rows, "cut": cut, "last": last, "hash": hash, "faults": faults })
        );
    } else {
        println!("{}", summary(&report).said_in(language));
        if report.cut > 0 {
            println!("{}", beginning(report.cut).said_in(language));
        }
        for fault in &report.faults {
            println!("  {}", told(fault).said_in(language));
        }
    }
    match report.faults.is_empty() {
        true => Ok(()),
        false => Err(Failure::Refused(Told {
            en: "the audit log is not what was written".to_owned(),
            zh: "审计日志已不是当初写下的内容".to_owned(),
        })),
    }
}

fn summary(report: &AuditReport) -> Told {
    let AuditReport {
        rows, last, hash, ..
    } = report;
    Told {
        en: format!("{rows} rows; the last one and its hash, for a later --anchor: {last}:{hash}"),
        zh: format!("共 {rows} 行；末行及其哈希，可用于日后的 --anchor：{last}:{hash}"),
    }
}

fn beginning(cut: u64) -> Told {
    Told {
        en: format!("the log begins behind row {cut}: what is older is kept no longer"),
        zh: format!("日志始于第 {cut} 行之后：更早的已到保留期限"),
    }
}

fn told(fault: &AuditFault) -> Told {
    let (en, zh) = match fault {
        AuditFault::Gap { expected, found } => (
            format!("rows {expected} to {} are missing", found.saturating_sub(1)),
            format!("缺少第 {expected} 至 {} 行", found.saturating_sub(1)),
        ),
        AuditFault::Changed(seq) => (
            format!("row {seq} was changed"),
            format!("第 {seq} 行被改动"),
        ),
        AuditFault::Unlinked(seq) => (
            format!(
                "row {seq} does not follow on the row before it, which was changed with its hash"
            ),
            format!("第 {seq} 行与前一行不衔接：前一行连同其哈希被改动"),
        ),
        AuditFault::Cut { expected, found } => (
            format!(
                "the log ends at row {found}, the last one written was {expected}, or it had another hash"
            ),
            format!("日志止于第 {found} 行，而最后写入的是第 {expected} 行，或其哈希不同"),
        ),
        AuditFault::Rewritten(seq) => (
            format!(
                "row {seq} does not have the hash of the anchor: the log up to it was made anew"
            ),
            format!("第 {seq} 行的哈希与 --anchor 不符：此前的日志已被重写"),
        ),
        AuditFault::Unsealed(seq) => (
            format!("the rows up to {seq} are gone, and no row says that retention cut them off"),
            format!("第 {seq} 行及之前已不存在，而日志中没有相应的到期清理记录"),
        ),
        AuditFault::Outdated(seq) => (
            format!(
                "the row of the anchor is cut off, its time is over, as all up to {seq}: use a younger one"
            ),
            format!("锚点所在的行已到期清理（第 {seq} 行及之前）：请用更近的锚点"),
        ),
    };
    Told { en, zh }
}

async fn list(
    database: &Database,
    about: Option<(&str, &str)>,
    limit: u32,
    json: bool,
) -> Result<(), Failure> {
    let mut left = limit;
    let mut after = None;
    while left > 0 {
        let limit = left.min(store::page::LIMIT_MAX);
        let page = PageRequest { after, limit };
        let found = database
            .audit_entries(about, page)
            .await
            .map_err(by_fault)?;
        found.items.iter().for_each(|entry| tell(entry, json));
        left -= limit;
        after = found.next;
        if after.is_none() {
            break;
        }
    }
    Ok(())
}

fn tell(entry: &AuditEntry, json: bool) {
    let value = |text: &Option<String>| -> Value {
        let text = text.as_deref().unwrap_or("null");
        serde_json::from_str(text).unwrap_or_else(|_| text.into())
    };
    if json {
        println!(
            "{}",
            json!({
                "seq": entry.seq, "at": entry.at, "actor": entry.actor, "action": entry.action, "entity": entry.entity,
                "entity_id": entry.entity_id, "before": value(&entry.before), "after": value(&entry.after),
            })
        );
        return;
    }
    let who = match entry.actor {
        Actor::Agent(agent) => format!("agent {agent}"),
        Actor::System => "system".to_owned(),
        Actor::Customer => "customer".to_owned(),
    };
    println!(
        "{:>8}  {}  {:<28} {:<20} {}:{}",
        entry.seq, entry.at, who, entry.action, entry.entity, entry.entity_id
    );
}
