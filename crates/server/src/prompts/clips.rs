//! The sounds of clips (E25): as those of prompts, in a folder of their own, and none that others share.

use std::collections::BTreeSet;

use ivr::{Diagnostic, Severity, told};
use model::clip::CLIPS_FOLDER;

use super::{Library, Prompt, Speech};

/// What is said in a clip, in one language.
#[derive(Clone, Debug)]
pub(crate) struct ClipText {
    pub(crate) name: String,
    pub(crate) language: String,
    pub(crate) text: String,
    /// What is played: `clips/zh-CN/opening_hours`.
    pub(crate) sound: String,
    /// Where the text stands.
    pub(crate) file: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl Library {
    /// Finds the sound of every clip.
    pub(crate) fn add_clips(&mut self, texts: &[ClipText], speech: Option<&Speech>) {
        for it in texts {
            let origin = self.origin(&it.sound, None, (&it.language, &it.text), speech);
            self.prompts.push(Prompt {
                script: CLIPS_FOLDER.to_owned(),
                language: it.language.clone(),
                name: it.name.clone(),
                text: it.text.clone(),
                file: it.file.clone(),
                line: it.line,
                sound: it.sound.clone(),
                origin,
            });
        }
    }
}

impl ClipText {
    /// E25: what nobody would hear. `speaks`: speech is made of texts.
    pub(crate) fn without_sound(
        &self,
        heard: &BTreeSet<String>,
        speaks: bool,
    ) -> Option<Diagnostic> {
        let sound = &self.sound;
        if heard.contains(sound) {
            return None;
        }
        let (severity, message, help) = match speaks {
            true => (
                Severity::Warning,
                told!("no sound `{sound}` yet", "尚无声音 `{sound}`"),
                told!(
                    "a start makes it from the text; so does `trunkline prompts build`",
                    "启动时由文本合成，`trunkline prompts build` 亦可"
                ),
            ),
            false => (
                Severity::Error,
                told!("no sound `{sound}`", "没有声音 `{sound}`"),
                told!(
                    "put `prompts/{sound}.wav` beside the scripts; docs/prompts.md makes it from the text",
                    "请把 `prompts/{sound}.wav` 放在流程旁；由文本合成见 docs/prompts.md"
                ),
            ),
        };
        Some(Diagnostic {
            severity,
            file: self.file.clone(),
            line: self.line,
            column: self.column,
            message,
            help: Some(Box::new(help)),
            story: None,
        })
    }
}
