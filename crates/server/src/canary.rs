//! Canaries of scripts (M6): the former versions beside those of the files, proved together and with sounds of their own.
//!
//! A script whose head says `on` is tried on that share of callers; the others meet the newest kept version that did not. A text
//! that was taken back never leads callers: a reload that cannot lay what it says is refused, a start walks back to the newest
//! former version that holds, and where there is none it lets the text lead that was not taken back, or does not start. Where a start
//! cannot read what was taken back, the former versions lead everybody.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use engine::OnTrial;
use ivr::{Diagnostic, Script, Told, told};
use model::ScriptName;
use model::canary::{Canary, CanaryPair, Trials, salt_of};
use store::{Database, PageRequest, StoreError};

use crate::config::{Loaded, Source};
use crate::{Failure, scripts};

/// Choices of former versions that a start proves: it must not take for ever.
const PROVED_MAX: usize = 20;
/// Versions that are looked at together: the former one is mostly among the first.
const PAGE: u32 = 20;

/// What canaries are laid by.
pub(crate) struct Ground<'a> {
    pub(crate) source: &'a Source,
    pub(crate) database: &'a Database,
    /// The logins that scripts may name.
    pub(crate) agents: BTreeSet<String>,
    /// What is known of canaries; `None`: it could not be read. Laid at a start, they lead nobody then: the engine holds them back.
    pub(crate) trials: Option<Trials>,
}

/// A version that leads the others.
struct Former {
    number: u32,
    text: String,
}

type Formers = BTreeMap<ScriptName, Former>;

/// The version of this number cannot be read; or, where it is the one that was asked about, none before it.
struct Unread {
    number: u32,
    why: StoreError,
}

impl Ground<'_> {
    /// Puts the former versions beside a configuration that is about to lead callers and whose versions are known. What cannot
    /// be read, or does not hold among the configuration of today, is told: nothing is laid then.
    pub(crate) async fn lay(&self, loaded: &mut Loaded) -> Result<(), Vec<Diagnostic>> {
        let mut formers = Formers::new();
        for (name, version) in tried(loaded) {
            let former = former(self.database, &name, version).await;
            let former = former.map_err(|unread| vec![self.source.unread(&name, &unread.why)])?;
            match former {
                Some(former) => _ = formers.insert(name, former),
                None if self.is_refused(&name, version) => {
                    return Err(vec![self.source.refused(&name, &refused(&name, version))]);
                }
                None => tell_leads_all(&name),
            }
        }
        if formers.is_empty() {
            return Ok(());
        }
        let proved = self.prove(loaded, &formers)?;
        put(loaded, &formers, proved);
        Ok(())
    }

    /// The same at a start, which cannot go on with what was there before.
    pub(crate) async fn lay_at_start(&self, loaded: &mut Loaded) -> Result<(), Failure> {
        let mut formers = Formers::new();
        for (name, version) in tried(loaded) {
            let former = self.readable(&name, version).await;
            formers.extend(former.map(|former| (name, former)));
        }
        let had_any = !formers.is_empty();
        for _ in 0..PROVED_MAX {
            if formers.is_empty() {
                break;
            }
            match self.prove(loaded, &formers) {
                Ok(proved) => {
                    self.leads_beside(loaded, &formers)?;
                    put(loaded, &formers, proved);
                    if self.trials.is_none() {
                        tell_held_back(&formers);
                    }
                    return Ok(());
                }
                Err(findings) => {
                    for finding in &findings {
                        tracing::error!(
                            "beside a canary a former version does not hold: {finding}"
                        );
                    }
                    self.step_back(&mut formers, &findings).await;
                }
            }
        }
        self.leads_beside(loaded, &Formers::new())?;
        if had_any {
            let told = told!(
                "no former version of the scripts that are tried (`on`) holds: all callers meet the texts of the files",
                "试用（`on`）的流程没有可用的旧版本：全部主叫使用文件中的文本"
            );
            tracing::error!("{} {}", told.en, told.zh);
        }
        Ok(())
    }

    /// The texts that are tried and have no former one lead everybody: none of them may have been taken back.
    fn leads_beside(&self, loaded: &Loaded, formers: &Formers) -> Result<(), Failure> {
        for (name, version) in tried(loaded) {
            if formers.contains_key(&name) {
                continue;
            }
            if self.is_refused(&name, version) {
                return Err(Failure::Refused(refused(&name, version)));
            }
            tell_leads_all(&name);
        }
        Ok(())
    }

    /// Whether a text was taken back, as far as that can be known.
    fn is_refused(&self, script: &ScriptName, version: u32) -> bool {
        let trials = self.trials.as_ref();
        let is_known_good = trials.is_some_and(|it| it.refusal(script, version).is_none());
        version == 0 || !is_known_good
    }

    /// The newest former version before this one that can be read.
    async fn readable(&self, script: &ScriptName, mut before: u32) -> Option<Former> {
        loop {
            match former(self.database, script, before).await {
                Ok(former) => return former,
                Err(Unread { number, why }) => {
                    tracing::error!("{}", self.source.unread(script, &why));
                    if number >= before {
                        return None;
                    }
                    before = number;
                }
            }
        }
    }

    /// The next older versions of those scripts about which something was found, of all where nothing names one; none at all where
    /// one of them has no older one.
    async fn step_back(&self, formers: &mut Formers, findings: &[Diagnostic]) {
        let is_named = |script: &&ScriptName| {
            let file = scripts::file_of(self.source, script);
            let file = file.map(|file| file.display().to_string());
            file.is_ok_and(|file| findings.iter().any(|found| found.file == file))
        };
        let mut named: Vec<ScriptName> = formers.keys().filter(is_named).cloned().collect();
        if named.is_empty() {
            named = formers.keys().cloned().collect();
        }
        for script in named {
            let Some(before) = formers.get(&script).map(|former| former.number) else {
                continue;
            };
            match self.readable(&script, before).await {
                Some(former) => _ = formers.insert(script, former),
                None => return formers.clear(),
            }
        }
    }

    /// The configuration of today with these texts.
    fn prove(&self, loaded: &Loaded, formers: &Formers) -> Result<Loaded, Vec<Diagnostic>> {
        let texts = formers.iter();
        let texts = texts.map(|(name, former)| (name.clone(), former.text.clone()));
        let with = self.source.with_scripts(texts.collect());
        with.load(loaded.engine.version, Some(self.agents.clone()))
    }
}

/// The scripts that are to be tried, each with its version.
fn tried(loaded: &Loaded) -> Vec<(ScriptName, u32)> {
    let scripts = loaded.engine.scripts.iter();
    let tried = scripts.filter(|(_, script)| script.canary().is_some());
    tried
        .map(|(name, script)| (name.clone(), script.version()))
        .collect()
}

fn tell_leads_all(script: &ScriptName) {
    tracing::warn!(
        script = script.as_str(),
        "no version without `on` leads the others: all callers meet this one"
    );
}

/// Nobody knows what was taken back: the engine tries nothing, and the former versions lead everybody.
fn tell_held_back(formers: &Formers) {
    let scripts: Vec<&str> = formers.keys().map(ScriptName::as_str).collect();
    let scripts = scripts.join(", ");
    let told = told!(
        "what was taken back cannot be read, so nothing is tried until a start that can read it: all callers meet the former versions of {scripts}",
        "无法读取哪些版本已被撤回，因此在下一次能够读取的启动之前不试用任何版本：全部主叫使用 {scripts} 的旧版本"
    );
    tracing::error!("{} {}", told.en, told.zh);
}

/// A text that was taken back, or may have been, would lead everybody.
fn refused(script: &ScriptName, version: u32) -> Told {
    told!(
        "`{script}` is to be tried, was taken back as version {version} or may have been, and no former version leads the others: \
         it leads nobody. Bring back a version without `on` (`trunkline ivr versions {script}`, `trunkline ivr rollback {script} --to N`), \
         write another text, or take `on` out to let it lead everybody",
        "`{script}` 要试用，但其版本 {version} 已被撤回（或无法确认），又没有可用的旧版本，因此不会启用。请恢复没有 `on` 的版本\
         （`trunkline ivr versions {script}`、`trunkline ivr rollback {script} --to N`），改写文本，或删去 `on` 让全部主叫使用"
    )
}

/// Lays what was proved beside the files' scripts.
fn put(loaded: &mut Loaded, formers: &Formers, proved: Loaded) {
    let scripts = loaded.engine.scripts.values();
    let Some(share) = scripts.filter_map(|script| script.canary()).next() else {
        return;
    };
    let pairs: BTreeMap<ScriptName, CanaryPair> = tried(loaded)
        .into_iter()
        .filter_map(|(name, version)| {
            let former = formers.get(&name)?.number;
            Some((name, CanaryPair { former, version }))
        })
        .collect();
    let bases = pairs.iter();
    let bases: BTreeMap<ScriptName, String> = bases
        .map(|(name, pair)| (name.clone(), format!("{name}@{}", pair.former)))
        .collect();
    let mut scripts = loaded.engine.scripts.clone();
    for (name, mut script) in proved.engine.scripts {
        let (Some(pair), Some(base)) = (pairs.get(&name), bases.get(&name)) else {
            continue;
        };
        // Nobody else has it yet.
        if let Some(script) = Arc::get_mut(&mut script) {
            script.set_version(pair.former);
            script.set_sounds(base.clone());
        }
        scripts.insert(name, script);
    }
    let texts = pairs.keys().filter_map(|name| {
        let text = loaded.texts.get(name)?;
        Some(format!("{name}\n{}", without_share(text)))
    });
    let texts: Vec<String> = texts.collect();
    loaded.sounds.add_former(proved.sounds, &bases);
    loaded.outgoing.keep_of(&proved.outgoing);
    loaded.engine.canary = Some(OnTrial {
        canary: Canary {
            scripts: pairs,
            on_ppm: share.on_ppm,
            worse_ppm: share.worse_ppm,
            salt: salt_of(texts.iter().map(String::as_str)),
        },
        former: scripts,
    });
}

/// A text but for the share on which it is tried: who meets it meets it still when the share grows.
fn without_share(text: &str) -> String {
    let Ok(mut table) = text.parse::<toml::Table>() else {
        return text.to_owned();
    };
    table.remove("on");
    table.remove("max_worse");
    table.to_string()
}

/// The newest version before this one that is no canary, with its text.
async fn former(
    database: &Database,
    script: &ScriptName,
    version: u32,
) -> Result<Option<Former>, Unread> {
    let mut page = PageRequest {
        after: Some(version.into()),
        limit: PAGE,
    };
    loop {
        let kept = database.script_versions(script, page).await;
        let kept = kept.map_err(|why| Unread {
            number: version,
            why,
        })?;
        for kept in kept.items {
            let number = kept.number;
            let text = database.script_text(script, number).await;
            let text = text.map_err(|why| Unread { number, why })?;
            let (read, _) = ivr::parse(script.clone(), script.as_str(), &text);
            if read.is_some_and(|script: Script| script.canary().is_none()) {
                return Ok(Some(Former { number, text }));
            }
        }
        page.after = kept.next;
        if page.after.is_none() {
            return Ok(None);
        }
    }
}

#[cfg(test)]
mod tests;
