//! Canaries of scripts (M6): the former versions beside those of the files, proved together and with sounds of their own.
//!
//! A script whose head says `on` is tried on that share of callers; the others meet the newest kept version that did not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use engine::OnTrial;
use ivr::{Diagnostic, Script};
use model::ScriptName;
use model::canary::{Canary, CanaryPair};
use store::{Database, PageRequest, StoreError};

use crate::config::{Loaded, Source};

/// Puts the former versions beside a configuration that is about to lead callers and whose versions are known. What does not
/// hold among the configuration of today is told: nothing is laid then.
pub(crate) async fn lay(
    source: &Source,
    database: &Database,
    loaded: &mut Loaded,
    agents: Option<BTreeSet<String>>,
) -> Result<(), Vec<Diagnostic>> {
    let mut share = None;
    let (mut texts, mut pairs) = (BTreeMap::new(), BTreeMap::new());
    for (name, script) in &loaded.engine.scripts {
        let Some(on) = script.canary() else { continue };
        share = Some(on);
        match former(database, name, script.version()).await {
            Ok(Some((former, text))) => {
                let version = script.version();
                texts.insert(name.clone(), text);
                pairs.insert(name.clone(), CanaryPair { former, version });
            }
            Ok(None) => tracing::warn!(
                script = name.as_str(),
                "no version without `on` is kept: all callers meet this one"
            ),
            Err(error) => return Err(vec![source.unread(name, &error)]),
        }
    }
    let Some(share) = share.filter(|_| !pairs.is_empty()) else {
        return Ok(());
    };
    let with = source.with_scripts(texts);
    let former = with.load(loaded.engine.version, agents)?;
    let bases = pairs
        .iter()
        .map(|(name, pair)| (name.clone(), format!("{name}@{}", pair.former)));
    let bases: BTreeMap<ScriptName, String> = bases.collect();
    let mut scripts = loaded.engine.scripts.clone();
    for (name, mut script) in former.engine.scripts {
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
    loaded.sounds.add_former(former.sounds, &bases);
    loaded.outgoing.keep_of(&former.outgoing);
    loaded.engine.canary = Some(OnTrial {
        canary: Canary {
            scripts: pairs,
            on_ppm: share.on_ppm,
            worse_ppm: share.worse_ppm,
        },
        former: scripts,
    });
    Ok(())
}

/// The newest version before this one that is no canary, with its text.
async fn former(
    database: &Database,
    script: &ScriptName,
    version: u32,
) -> Result<Option<(u32, String)>, StoreError> {
    let page = PageRequest {
        after: Some(version.into()),
        limit: store::page::LIMIT_MAX,
    };
    for kept in database.script_versions(script, page).await?.items {
        let text = database.script_text(script, kept.number).await?;
        let (read, _) = ivr::parse(script.clone(), script.as_str(), &text);
        if read.is_some_and(|script: Script| script.canary().is_none()) {
            return Ok(Some((kept.number, text)));
        }
    }
    Ok(None)
}
