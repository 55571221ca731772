//! `announce = { … }`: what a queue tells those who wait (D15-D18). Every sound that it may need must be there, in each language
//! that has prompts.

use std::time::Duration;

use engine::Announce;
use engine::announce::{ADVISER_BUSY, EVERY_MIN};
use ivr::{Diagnostic, Told, did_you_mean, told};
use serde::Deserialize;
use toml::Spanned;

use super::opening::Heard;
use crate::config::document::Document;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Section {
    position: Option<bool>,
    wait: Option<bool>,
    connecting: Option<bool>,
    after_s: Option<u32>,
    every_s: Option<Spanned<u32>>,
    #[serde(default)]
    messages: Vec<Spanned<String>>,
}

pub(super) fn read(
    document: &Document,
    section: Option<&Spanned<Section>>,
    heard: Heard<'_>,
    wrong: &mut Vec<Diagnostic>,
) -> Announce {
    let mut announce = Announce::default();
    let Some(spanned) = section else {
        return announce;
    };
    let section = spanned.get_ref();
    announce.position = section.position.unwrap_or(announce.position);
    announce.wait = section.wait.unwrap_or(announce.wait);
    announce.connecting = section.connecting.unwrap_or(announce.connecting);
    let seconds = |given: u32| Duration::from_secs(given.into());
    announce.after = section.after_s.map_or(announce.after, seconds);
    if let Some(every) = &section.every_s {
        announce.every = seconds(*every.get_ref());
        if announce.every < EVERY_MIN {
            let told = told!(
                "`every_s` is {}; expected at least {}: callers shall hear music too",
                "`every_s` 为 {}；至少为 {}：来电者也要听到音乐",
                every.get_ref(),
                EVERY_MIN.as_secs()
            );
            wrong.push(document.error(every.span().start, told, None));
        }
    }
    messages(document, &section.messages, heard, wrong);
    // What is said by itself; messages are told above, each at its place.
    words(document, spanned, &announce, heard, wrong);
    let names = section.messages.iter();
    announce.messages = names.map(|name| name.get_ref().clone()).collect();
    announce
}

/// R62: whether callers are asked to wait for their familiar agents; the question exists in each language.
pub(super) fn question(
    document: &Document,
    given: Option<&Spanned<bool>>,
    heard: Heard<'_>,
    wrong: &mut Vec<Diagnostic>,
) -> bool {
    let Some(at) = given.filter(|wanted| *wanted.get_ref()) else {
        return false;
    };
    let sounds = heard.languages().into_iter();
    let mut sounds = sounds.map(|language| format!("{language}/{ADVISER_BUSY}"));
    if let Some(sound) = sounds.find(|sound| !heard.sounds.contains_key(sound)) {
        let told = told!(
            "no sound `{sound}`, by which callers are asked",
            "没有声音 `{sound}`，无法询问来电者"
        );
        wrong.push(document.error(at.span().start, told, Some(made_by())));
    }
    true
}

/// Where the house's own words come from.
fn made_by() -> Told {
    told!(
        "`ivr-scripts/prompts/make.sh` makes it out of words.toml",
        "`ivr-scripts/prompts/make.sh` 会用 words.toml 生成"
    )
}

/// D17: each message has its sound in each language.
fn messages(
    document: &Document,
    messages: &[Spanned<String>],
    heard: Heard<'_>,
    wrong: &mut Vec<Diagnostic>,
) {
    for message in messages {
        let name = message.get_ref();
        for language in heard.languages() {
            let sound = format!("{language}/{name}");
            if heard.sounds.contains_key(&sound) {
                continue;
            }
            let folder = format!("{language}/");
            let known = heard.sounds.keys();
            let known = known.filter_map(|sound| sound.strip_prefix(&folder));
            let help = did_you_mean(name, known).unwrap_or_else(|| {
                told!(
                    "put `prompts/{sound}.wav` beside the scripts; see docs/prompts.md",
                    "请把 `prompts/{sound}.wav` 放到流程旁；见 docs/prompts.md"
                )
            });
            let told = told!("no sound `{sound}`", "没有声音 `{sound}`");
            wrong.push(document.error(message.span().start, told, Some(help)));
        }
    }
}

/// Every word of every sentence that the machine can make.
fn words(
    document: &Document,
    section: &Spanned<Section>,
    announce: &Announce,
    heard: Heard<'_>,
    wrong: &mut Vec<Diagnostic>,
) {
    for language in heard.languages() {
        let needed = announce.sounds(language);
        let missing = needed
            .iter()
            .find(|sound| !heard.sounds.contains_key(*sound));
        if let Some(sound) = missing {
            let told = told!(
                "no sound `{sound}`, with which places and waits are told",
                "没有声音 `{sound}`，无法播报位次与预计等待"
            );
            wrong.push(document.error(section.span().start, told, Some(made_by())));
        }
    }
}
