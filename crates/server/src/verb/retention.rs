//! `trunkline retention`: what is kept how long, how much of it is older, and removing that (E6). A server may run beside it: each step is a
//! short write of its own.

use std::path::Path;

use model::Timestamp;
use serde_json::json;
use speech::Language;
use store::{Database, Retention, RetentionKind};

use super::{block_on, by_fault, now, open_store};
use crate::Failure;
use crate::cli::RetentionArgs;
use crate::config::Source;
use crate::config::settings::Settings;

/// Of one kind.
struct Line {
    kind: RetentionKind,
    days: u32,
    /// How many would go, or went.
    count: u64,
    /// When the oldest of them is of.
    oldest: Option<Timestamp>,
    /// Files that could not be removed.
    failed: u64,
}

/// Runs the verb.
pub(crate) fn run(
    source: &Source,
    args: &RetentionArgs,
    json: bool,
    language: Language,
) -> Result<(), Failure> {
    block_on(async {
        let (settings, database) = open_store(source).await?;
        let done = go(&settings, &database, args.dry_run, json, language).await;
        database.close().await;
        done
    })
}

async fn go(
    settings: &Settings,
    database: &Database,
    is_dry_run: bool,
    json: bool,
    language: Language,
) -> Result<(), Failure> {
    let (retention, folder) = (settings.retention.kept(), &settings.recordings.dir);
    let at = now();
    if !json {
        println!("{}", head(is_dry_run));
    }
    let mut stuck = 0;
    for kind in RetentionKind::ALL {
        let mut line = due(database, kind, &retention, at).await?;
        if !is_dry_run {
            sweep(database, &retention, folder, &mut line, at).await?;
        }
        stuck += line.failed;
        tell(&line, is_dry_run, json, language);
    }
    if stuck == 0 {
        return Ok(());
    }
    Err(Failure::System(anyhow::anyhow!(
        "{stuck} recordings cannot be removed below {}: they are tried again",
        folder.display()
    )))
}

async fn due(
    database: &Database,
    kind: RetentionKind,
    retention: &Retention,
    at: Timestamp,
) -> Result<Line, Failure> {
    let due = database.retention_due(kind, retention, at).await;
    let (count, oldest) = due.map_err(by_fault)?;
    Ok(Line {
        kind,
        days: retention.days(kind),
        count,
        oldest,
        failed: 0,
    })
}

/// Step by step, until the kind is through.
async fn sweep(
    database: &Database,
    retention: &Retention,
    folder: &Path,
    line: &mut Line,
    at: Timestamp,
) -> Result<(), Failure> {
    line.count = 0;
    loop {
        let step = database.retention_step(line.kind, retention, folder, at);
        let swept = step.await.map_err(by_fault)?;
        line.count += swept.removed;
        line.failed += swept.failed;
        if swept.is_done {
            return Ok(());
        }
    }
}

/// The head of rows; the name stands last: its characters are of two widths.
fn head(is_dry_run: bool) -> String {
    let count = if is_dry_run { "DUE" } else { "REMOVED" };
    format!(
        "{:<18} {:>6} {count:>10}  {:<24} WHAT",
        "KIND", "DAYS", "OLDEST"
    )
}

fn tell(line: &Line, is_dry_run: bool, json: bool, language: Language) {
    let row = line.kind.row();
    if json {
        let count = if is_dry_run { "due" } else { "removed" };
        println!(
            "{}",
            json!({ "kind": row.word, "days": line.days, count: line.count, "oldest": line.oldest })
        );
        return;
    }
    let oldest = line
        .oldest
        .map_or_else(|| "–".to_owned(), |at| at.to_string());
    let name = match language {
        Language::English => row.names.0,
        Language::Chinese => row.names.1,
    };
    println!(
        "{:<18} {:>6} {:>10}  {oldest:<24} {name}",
        row.word, line.days, line.count
    );
}

#[cfg(test)]
mod tests {
    use model::fact::{CallResult, Direction, EndedBy};
    use model::{CallId, Caller, Fact, FactRecord};

    use super::*;

    /// A call of the year 1970.
    fn old_call() -> [FactRecord; 2] {
        let call = CallId::new(5);
        let arrived = Fact::CallArrived {
            call,
            caller: Caller::new("100", None),
            called: "4000".into(),
            sip_call_id: "x".into(),
            agent: None,
            direction: Direction::In,
            trunk: None,
            diverted_from: None,
        };
        let ended = Fact::CallEnded {
            call,
            result: CallResult::Abandoned,
            by: EndedBy::Caller,
            agent: None,
            answered_late: false,
        };
        [(1, arrived), (2, ended)].map(|(seq, fact)| FactRecord {
            seq,
            at: Timestamp::from_ms(1),
            fact,
        })
    }

    #[test]
    fn e6_a_dry_run_removes_nothing_and_a_run_what_is_older() {
        let folder =
            std::env::temp_dir().join(format!("trunkline-retention-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("trunkline.toml"), "").unwrap();
        let place = |key: &str, name: &str| format!("{key}={}", folder.join(name).display());
        let url = format!("sqlite://{}", folder.join("test.db").display());
        let source = Source {
            dir: folder.clone(),
            overrides: vec![
                place("data.dir", "data"),
                place("recordings.dir", "recordings"),
                format!("store.url={url}"),
            ],
            instead: Default::default(),
        };
        let facts = old_call();
        let is_there = |facts: &[FactRecord]| {
            block_on(async {
                let (_, database) = open_store(&source).await?;
                database.apply(facts).await.map_err(by_fault)?;
                let found = database.call(CallId::new(5)).await.map_err(by_fault)?;
                database.close().await;
                Ok(found.is_some())
            })
            .unwrap()
        };
        assert!(is_there(&facts));
        for (dry_run, stays) in [(true, true), (false, false)] {
            run(&source, &RetentionArgs { dry_run }, true, Language::English).unwrap();
            assert_eq!(is_there(&[]), stays, "dry run: {dry_run}");
        }
        std::fs::remove_dir_all(folder).unwrap();
    }
}
