//! `trunkline ivr versions|diff|rollback`: the texts that led callers (E20), read from the store, whether a server runs or not.

use ivr::{Told, told};
use model::ScriptName;
use serde_json::json;
use speech::Language;
use store::{Database, PageRequest, ScriptVersion};

use crate::Failure;
use crate::config::Source;
use crate::scripts::{self, NotBack, lines};
use crate::verb::{block_on, by_fault, open_store};

pub(super) fn list(source: &Source, script: &str, json: bool) -> Result<(), Failure> {
    let script = ScriptName::from(script);
    with_store(source, async |database| {
        let mut page = PageRequest {
            after: None,
            limit: store::page::LIMIT_MAX,
        };
        let mut seen = false;
        loop {
            let found = database.script_versions(&script, page).await;
            let found = found.map_err(by_fault)?;
            seen |= !found.items.is_empty();
            found.items.iter().for_each(|version| tell(version, json));
            page.after = found.next;
            if page.after.is_none() {
                break;
            }
        }
        seen.then_some(()).ok_or_else(|| no_version(&script))
    })
}

pub(super) fn diff(
    source: &Source,
    script: &str,
    from: Option<u32>,
    to: Option<u32>,
) -> Result<(), Failure> {
    let script = ScriptName::from(script);
    with_store(source, async |database| {
        let to = match to {
            Some(to) => to,
            None => newest(&database, &script).await?,
        };
        let from = from.unwrap_or_else(|| to.saturating_sub(1));
        let diff = database.script_diff(&script, from, to).await;
        print!("{}", diff.map_err(by_fault)?);
        Ok(())
    })
}

pub(super) fn roll_back(source: &Source, script: &str, to: Option<u32>) -> Result<(), Failure> {
    let script = ScriptName::from(script);
    with_store(source, async |database| {
        let to = match to {
            Some(to) => to,
            None => newest(&database, &script).await?.saturating_sub(1),
        };
        let done = scripts::bring_back(source, &database, None, &script, to).await;
        done.map_err(|why| refused(&script, why))?;
        println!(
            "{script}.toml has the text of version {to}; a running server takes it by `kill -HUP`"
        );
        Ok(())
    })
}

pub(super) fn with_store(
    source: &Source,
    work: impl AsyncFnOnce(Database) -> Result<(), Failure>,
) -> Result<(), Failure> {
    block_on(async {
        let (_, database) = open_store(source).await?;
        let done = work(database.clone()).await;
        database.close().await;
        done
    })
}

async fn newest(database: &Database, script: &ScriptName) -> Result<u32, Failure> {
    let newest = scripts::newest(database, script).await;
    newest.map_err(|why| refused(script, why))
}

fn no_version(script: &ScriptName) -> Failure {
    Failure::Refused(told!(
        "the store has no such version of `{script}`: versions are kept when a server reads its scripts",
        "库中没有 `{script}` 的该版本：服务器读取流程时才保存版本"
    ))
}

fn refused(script: &ScriptName, why: NotBack) -> Failure {
    match why {
        NotBack::NoVersion => no_version(script),
        NotBack::Changed(why) => Failure::Refused(why),
        // The findings are about a text that stands in no file: there is nothing to show an excerpt of.
        NotBack::Refused(findings) => Failure::Refused(Told {
            en: lines(&findings, Language::English),
            zh: lines(&findings, Language::Chinese),
        }),
        NotBack::Failed(why) => Failure::System(anyhow::anyhow!(why)),
    }
}

fn tell(version: &ScriptVersion, json: bool) {
    let ScriptVersion {
        number,
        since,
        by,
        restores,
        size,
    } = version;
    if json {
        println!(
            "{}",
            json!({ "version": number, "since": since, "by": by, "restores": restores, "size": size })
        );
        return;
    }
    let how = match (restores, by) {
        (Some(former), Some(by)) => format!("  text of {former}, brought back by {by}"),
        (Some(former), None) => format!("  text of {former}"),
        (None, _) => String::new(),
    };
    println!("{number:>5}  {since}  {size:>7} bytes{how}");
}
