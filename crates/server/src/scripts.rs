//! Scripts as texts (E20): kept as versions once they lead callers, and brought back into their files.
//!
//! A file is the one truth of what leads callers: an older text is brought back by writing it there. It is proved first, among
//! the queues, calendars and scripts of today, and it overwrites nothing that was not kept.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, fchown};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ivr::{Diagnostic, Told, told};
use model::{ScriptName, Timestamp};
use speech::Language;
use store::{Database, PageRequest, Restored, StoreError};
use web::NotRolledBack;

use crate::config::{Loaded, Source};

/// Why an older text was not brought back.
#[derive(Debug)]
pub(crate) enum NotBack {
    /// There is no such script or version.
    NoVersion,
    /// Bringing it back would lose what somebody else wrote.
    Changed(Told),
    /// It is not good among the configuration of today.
    Refused(Vec<Diagnostic>),
    /// The file or the store fails.
    Failed(String),
}

impl From<NotBack> for NotRolledBack {
    /// For programmers, in English.
    fn from(why: NotBack) -> Self {
        match why {
            NotBack::NoVersion => Self::NoVersion,
            NotBack::Changed(how) => Self::Changed(how.en),
            NotBack::Refused(findings) => Self::Refused(lines(&findings, Language::English)),
            NotBack::Failed(why) => Self::Failed(why),
        }
    }
}

/// Tells each script of a configuration that may lead callers its version: the one that its text is kept as, or will be by
/// [`keep`]. Without the store scripts have none.
pub(crate) async fn number(database: &Database, loaded: &mut Loaded) {
    let numbers = database.script_numbers(&loaded.texts).await;
    let numbers = numbers.unwrap_or_else(|error| {
        tracing::error!(%error, "the scripts' versions cannot be read");
        BTreeMap::new()
    });
    set_versions(loaded, &numbers);
}

/// Keeps the texts of a configuration that leads callers from here on, and gives the version of each.
pub(crate) async fn keep(
    database: &Database,
    loaded: &Loaded,
    restored: Option<Restored>,
    now: Timestamp,
) -> Result<BTreeMap<ScriptName, u32>, StoreError> {
    let texts = loaded.texts.clone();
    database.keep_scripts(texts, restored, now).await
}

/// The store takes no texts: scripts lead callers all the same, by no version; those of a canary by the versions that they are to
/// be.
pub(crate) fn unkept(loaded: &mut Loaded, error: &StoreError) -> BTreeMap<ScriptName, u32> {
    tracing::error!(%error, "the scripts' versions are not kept");
    // Those of numbers that close a calendar and of forms have no text.
    let names = loaded.texts.keys().cloned();
    let none = names.map(|name| (name, 0)).collect();
    if loaded.engine.canary.is_none() {
        set_versions(loaded, &none);
    }
    none
}

fn set_versions(loaded: &mut Loaded, numbers: &BTreeMap<ScriptName, u32>) {
    for (name, script) in &mut loaded.engine.scripts {
        // Nobody else has it yet.
        if let (Some(number), Some(script)) = (numbers.get(name), Arc::get_mut(script)) {
            script.set_version(*number);
        }
    }
}

/// The newest version of a script.
pub(crate) async fn newest(database: &Database, script: &ScriptName) -> Result<u32, NotBack> {
    let first = PageRequest {
        after: None,
        limit: 1,
    };
    let found = database.script_versions(script, first).await;
    let found = found.map_err(by_store)?;
    let newest = found.items.first().map(|version| version.number);
    newest.ok_or(NotBack::NoVersion)
}

/// Writes the text of an older version into the script's file, which then waits to be read. `agents` are the logins that
/// scripts may name, if they are known.
pub(crate) async fn bring_back(
    source: &Source,
    database: &Database,
    agents: Option<BTreeSet<String>>,
    script: &ScriptName,
    to: u32,
) -> Result<(), NotBack> {
    let newest = newest(database, script).await?;
    let text = database.script_text(script, to).await.map_err(by_store)?;
    let kept = database.script_text(script, newest).await;
    let kept = kept.map_err(by_store)?;
    let file = file_of(source, script).map_err(NotBack::Refused)?;
    is_kept(&file, &kept)?;
    let with = source.with_script(script.clone(), text.clone());
    with.load(0, agents).map_err(NotBack::Refused)?;
    // To prove it took its time.
    is_kept(&file, &kept)?;
    replace(&file, &text).map_err(|error| NotBack::Failed(format!("{}: {error}", file.display())))
}

/// That a file says nothing that was not kept.
fn is_kept(file: &Path, kept: &str) -> Result<(), NotBack> {
    match fs::read_to_string(file) {
        Ok(written) if written == kept => Ok(()),
        Ok(_) => Err(NotBack::Changed(told!(
            "{} has changes that were never read",
            "{} 有尚未读取的改动",
            file.display()
        ))),
        Err(error) => Err(NotBack::Changed(told!(
            "{} cannot be read: {error}",
            "{} 无法读取：{error}",
            file.display()
        ))),
    }
}

/// The file of a script.
pub(crate) fn file_of(source: &Source, script: &ScriptName) -> Result<PathBuf, Vec<Diagnostic>> {
    let settings = source.settings()?;
    Ok(settings.ivr.scripts().join(format!("{script}.toml")))
}

/// A test behind the last line of a script, which may lack its end.
pub(crate) fn behind(text: &str, test: &str) -> String {
    let is_whole = text.is_empty() || text.ends_with('\n');
    let end = if is_whole { "" } else { "\n" };
    [text, end, test].concat()
}

/// Writes a text into a file that still has the one that is `known`; else the file is left as it is, and this says so.
pub(crate) fn write_over(file: &Path, known: &str, text: &str) -> Result<(), Told> {
    let shown = file.display();
    match fs::read_to_string(file) {
        Ok(found) if found == known => {}
        Ok(_) => {
            return Err(told!(
                "{shown} was changed meanwhile and is left as it is: begin again",
                "{shown} 已被改动，未写入：请重新执行"
            ));
        }
        Err(error) => {
            return Err(told!(
                "{shown} cannot be read: {error}",
                "{shown} 无法读取：{error}"
            ));
        }
    }
    replace(file, text).map_err(|error| {
        told!(
            "{shown} cannot be written: {error}",
            "{shown} 无法写入：{error}"
        )
    })
}

/// Findings, a line each.
pub(crate) fn lines(findings: &[Diagnostic], language: Language) -> String {
    let findings = findings.iter().map(|one| one.said_in(language));
    findings.collect::<Vec<_>>().join("\n")
}

fn by_store(error: StoreError) -> NotBack {
    if let StoreError::NotFound(_) = error {
        return NotBack::NoVersion;
    }
    NotBack::Failed(error.to_string())
}

/// Writes a file so that a reader finds the former text or the new one, never a part. Where a link leads to it, it stays one;
/// its owner and its rights stay.
fn replace(file: &Path, text: &str) -> std::io::Result<()> {
    let file = fs::canonicalize(file)?;
    let former = fs::metadata(&file)?;
    let part = file.with_extension("toml.new");
    let mut written = fs::File::create(&part)?;
    fchown(&written, Some(former.uid()), Some(former.gid()))?;
    written.set_permissions(former.permissions())?;
    written.write_all(text.as_bytes())?;
    written.sync_all()?;
    fs::rename(&part, &file)
}
