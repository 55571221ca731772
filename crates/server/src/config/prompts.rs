//! What callers hear, as far as the configuration says it: sounds, texts of scripts, and what speaks.

use std::collections::BTreeMap;

use ivr::{Diagnostic, TicketWords};

use super::cause::Cause;
use super::document::Document;
use super::settings::Settings;
use super::{Source, dedup, without_place};
use crate::prompts::{Library, Speech};

impl Source {
    /// The prompts of all scripts, and clips, with their sounds, and what makes those that are missing: what needs no more than scripts.
    pub(crate) fn prompts(&self) -> Result<(Library, Option<Speech>), Vec<Diagnostic>> {
        let settings = self.settings()?;
        let mut found = Vec::new();
        let speech = self.speech(&settings, &mut found);
        let mut parsed = self.scripts(settings.ivr.scripts(), &mut found).parsed;
        let shelf = self.clips_among(&parsed, &settings.ivr.language, &mut found);
        // How their tickets are called is proved where everything is.
        parsed.extend(self.surveys(&TicketWords::default(), &mut found));
        let sounds = store::load_sounds(&settings.ivr.dir).unwrap_or_else(|error| {
            found.push(without_place(&settings.ivr.dir, error.told()));
            BTreeMap::new()
        });
        found.retain(Diagnostic::is_error);
        if found.is_empty() {
            let mut library = Library::new(sounds, &parsed, speech.as_ref());
            library.add_clips(&shelf.texts, speech.as_ref());
            Ok((library, speech))
        } else {
            Err(dedup(found))
        }
    }

    /// What makes speech, if anything shall.
    pub(super) fn speech(
        &self,
        settings: &Settings,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Speech> {
        let private_hosts = &settings.outgoing.private_hosts;
        match settings.speech.engine(&self.dir, private_hosts) {
            Ok(engine) => Some(Speech {
                engine: engine?,
                cache: store::SpeechCache::new(settings.speech_cache()),
                parallel: settings.speech.parallel,
            }),
            Err((key, why)) => {
                let path = self.dir.join("trunkline.toml");
                let document = Document::read(&path).ok();
                let at = document.and_then(|document| {
                    let offset = document.offset_of(key)?;
                    Some(document.error(offset, why.clone(), None))
                });
                found.push(
                    at.unwrap_or_else(|| without_place(&path, why.about(format_args!("`{key}`")))),
                );
                None
            }
        }
    }
}
