//! `trunkline backup` and `trunkline restore`: a house kept while it serves, and made anew elsewhere (J9).
//!
//! A restore goes where the configuration says, as `serve` does: with `--set store.url=postgres://…` a house moves to another database.
//! What people wrote themselves, configuration, scripts and sounds, is never written over: where it stands, it counts.

use std::path::{Path, PathBuf};

use ivr::{Told, told};
use serde_json::json;
use speech::Language;
use store::backup::BackupError;
use store::{AuditAnchor, BackupOrder, Database, Manifest, Progress, Saved, Tree, back_up};

use super::progress::ProgressBar;
use super::{block_on, by_fault, now};
use crate::Failure;
use crate::cli::{BackupArgs, RestoreArgs};
use crate::config::Source;
use crate::config::cause::Cause as _;
use crate::config::settings::Settings;

const CONFIG: &str = "config";
const RECORDINGS: &str = "recordings";

/// Runs `trunkline backup`.
pub(crate) fn run(
    source: &Source,
    args: BackupArgs,
    json: bool,
    language: Language,
) -> Result<(), Failure> {
    let settings = source.settings()?;
    let mut trees = trees(source, &settings);
    if !args.recordings {
        trees.retain(|tree| tree.name != RECORDINGS);
    }
    let order = BackupOrder {
        folder: args.folder.clone(),
        program: concat!("trunkline ", env!("CARGO_PKG_VERSION")).to_owned(),
        now: now(),
        address: source.store(&settings).map_err(Failure::Refused)?,
        facts: settings.data.dir.join("facts"),
        except: vec![settings.data.dir.clone(), settings.recordings.dir.clone()],
        trees,
    };
    let bar = ProgressBar::new();
    let manifest = block_on(async {
        let made = back_up(&order, &mut |progress| show(&bar, progress)).await;
        made.map_err(by_cause)
    });
    bar.finish();
    tell(&manifest?, &args.folder, json, language, &SAVED);
    if !args.recordings && !json {
        let told = told!(
            "the recordings are not in it: --recordings copies them too",
            "录音不在其中：--recordings 会一并复制"
        );
        println!("{}", told.said_in(language));
    }
    Ok(())
}

/// Runs `trunkline restore`.
pub(crate) fn restore(
    source: &Source,
    args: RestoreArgs,
    json: bool,
    language: Language,
) -> Result<(), Failure> {
    let bar = ProgressBar::new();
    let restored = block_on(restored(source, &args.folder, &bar, language));
    bar.finish();
    let (manifest, is_proved) = restored?;
    tell(&manifest, &args.folder, json, language, &RESTORED);
    match is_proved {
        true => Ok(()),
        false => Err(Failure::Refused(told!(
            "all of it is restored as it was, but its audit log is not what was written: `trunkline audit verify` tells where",
            "已按原样全部恢复，但其中的审计日志已不是当初写下的内容：`trunkline audit verify` 会指出何处"
        ))),
    }
}

/// Restores all of it, or leaves nothing behind.
async fn restored(
    source: &Source,
    folder: &Path,
    bar: &ProgressBar,
    language: Language,
) -> Result<(Manifest, bool), Failure> {
    let mut made = Vec::new();
    let restored = put(source, folder, bar, language, &mut made).await;
    if restored.is_err() {
        // What cannot be taken away is named by the next try.
        made.iter().for_each(|at| drop(std::fs::remove_dir_all(at)));
    }
    restored
}

/// Everything is looked at before anything is written; the tables come last, in one transaction. `made`: the folders that are there
/// because of it.
async fn put(
    source: &Source,
    folder: &Path,
    bar: &ProgressBar,
    language: Language,
    made: &mut Vec<PathBuf>,
) -> Result<(Manifest, bool), Failure> {
    let mut told = |progress: Progress<'_>| show(bar, progress);
    let saved = Saved::open(folder, &mut told).map_err(by_cause)?;
    let own = |at: &Path| {
        let told = told!(
            "{} is there and stays as it is",
            "{} 已存在，保持原样",
            at.display()
        );
        eprintln!("{}", told.said_in(language));
    };
    if stands(&source.dir) {
        own(&source.dir);
    } else {
        saved
            .tree(CONFIG, &source.dir, &mut told)
            .map_err(by_cause)?;
        made.push(source.dir.clone());
    }
    let settings = source.settings()?;
    let address = source.store(&settings).map_err(Failure::Refused)?;
    saved.must_be_empty(&address).await.map_err(by_cause)?;
    let facts = settings.data.dir.join("facts");
    saved.facts(&facts, &mut told).map_err(by_cause)?;
    made.push(facts);
    for tree in trees(source, &settings) {
        let is_saved = saved.manifest().trees.iter().any(|name| name == tree.name);
        if tree.name == CONFIG || !is_saved {
            continue;
        }
        if tree.name != RECORDINGS && stands(&tree.at) {
            own(&tree.at);
            continue;
        }
        saved
            .tree(tree.name, &tree.at, &mut told)
            .map_err(by_cause)?;
        made.push(tree.at);
    }
    saved
        .tables(&address, now(), &mut told)
        .await
        .map_err(by_cause)?;
    // The tables are committed: from here on all of it stays, whatever the look at it says.
    made.clear();
    let database = Database::open_at(&address, &settings.numbering.region).await;
    let database = database.map_err(by_fault)?;
    let audit = database.verify_audit(None::<&AuditAnchor>).await;
    database.close().await;
    let audit = audit.map_err(by_fault)?;
    Ok((saved.manifest().clone(), audit.faults.is_empty()))
}

/// The folders of files that make a house, by their names in a backup.
fn trees(source: &Source, settings: &Settings) -> Vec<Tree> {
    let mut trees = vec![
        Tree {
            name: CONFIG,
            at: source.dir.clone(),
        },
        Tree {
            name: "ivr",
            at: settings.ivr.dir.clone(),
        },
    ];
    trees.extend(settings.ivr.scripts.clone().map(|at| Tree {
        name: "scripts",
        at,
    }));
    trees.push(Tree {
        name: RECORDINGS,
        at: settings.recordings.dir.clone(),
    });
    trees
}

/// Whether anything is in a folder.
fn stands(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}

fn show(bar: &ProgressBar, progress: Progress<'_>) {
    let (done, all) = (progress.done as u64, progress.all as u64);
    bar.count(done, all, progress.what);
}

/// What was done, with its words.
struct Done {
    en: &'static str,
    zh: &'static str,
}

const SAVED: Done = Done {
    en: "saved",
    zh: "已备份",
};
const RESTORED: Done = Done {
    en: "restored",
    zh: "已恢复",
};

fn tell(manifest: &Manifest, folder: &Path, json: bool, language: Language, done: &Done) {
    let (rows, facts) = (manifest.rows(), manifest.facts);
    if json {
        println!(
            "{}",
            json!({
                "folder": folder.display().to_string(), "program": manifest.program, "made_at": manifest.made_at,
                "tables": manifest.tables.len(), "rows": rows, "facts": facts, "trees": manifest.trees,
            })
        );
        return;
    }
    let (tables, trees) = (manifest.tables.len(), manifest.trees.join(", "));
    let (at, folder) = (manifest.made_at, folder.display());
    let told = Told {
        en: format!(
            "{}: {folder}, as of {at}: {rows} rows in {tables} tables, the fact log up to fact {facts}; {trees}",
            done.en
        ),
        zh: format!(
            "{}：{folder}，截至 {at}：{tables} 张表共 {rows} 行，事实日志至第 {facts} 条；{trees}",
            done.zh
        ),
    };
    println!("{}", told.said_in(language));
}

/// A backup's error by whose fault it is.
fn by_cause(error: BackupError) -> Failure {
    match error {
        BackupError::Store(error) => by_fault(error),
        BackupError::File { .. } | BackupError::FactLog(_) => Failure::System(error.into()),
        BackupError::Exists(_)
        | BackupError::Filled(_)
        | BackupError::NoDatabase(_)
        | BackupError::NotWhole(_)
        | BackupError::Missing(_)
        | BackupError::Changed(_)
        | BackupError::Unreadable { .. }
        | BackupError::Form(_) => Failure::Refused(error.told()),
    }
}
