//! Sentences with values (E13): each of the script's languages has one, the language has numbers, and every sound is there.

use super::names::sound_exists;
use super::{AllClaims, World};
use crate::parse::{add_text, no_language, no_text};
use crate::place::{Name, Place};
use crate::report::Report;
use crate::script::Script;
use crate::sentence::piece_name;
use crate::spoken::stock_sounds;
use crate::told;

pub(super) fn check(script: &Script, claims: &AllClaims<'_>, world: &World, report: &mut Report) {
    let mut lacking: Vec<&str> = Vec::new();
    for (node, claims) in claims {
        if let Some(written) = &claims.writes {
            languages(script, node, written, report);
        }
        let Some(says) = &claims.says else { continue };
        let written: Vec<&Name> = says.iter().map(|(language, _)| *language).collect();
        languages(script, node, &written, report);
        for (language, sentence) in says {
            if !script.languages.contains(&language.text) {
                continue;
            }
            for (number, _) in sentence.texts() {
                let name = piece_name(node, number);
                sound_exists(script, &name, &language.text, sentence.place, world, report);
            }
            let has_values = sentence.values().next().is_some();
            if has_values && !lacking.contains(&language.text.as_str()) {
                lacking.push(&language.text);
                words(&language.text, sentence.place, world, report);
            }
        }
    }
    let said_back = claims.values().find_map(|claims| claims.reads_back);
    let languages = script.languages.iter();
    for (language, place) in languages.filter_map(|it| Some((it, said_back?))) {
        if !lacking.contains(&language.as_str()) {
            words(language, place, world, report);
        }
    }
}

/// E14: one in each language, and in no other.
fn languages(script: &Script, node: &str, written: &[&Name], report: &mut Report) {
    for language in written {
        if !script.languages.contains(&language.text) {
            let message = no_language(&language.text);
            let known = script.languages.iter().map(String::as_str);
            report.unknown(language.place, message, &language.text, known);
        }
    }
    for wanted in &script.languages {
        if !written.iter().any(|language| language.text == *wanted) {
            let placed = script.nodes.get(node);
            let (kind, place) = placed.map_or(("", Place::START), |it| (it.kind.name, it.place));
            report.error(
                place,
                no_text(&format!("{kind}.{node}"), wanted),
                Some(add_text(wanted)),
            );
        }
    }
}

/// The words of the stock, told once for each language.
fn words(language: &str, place: Place, world: &World, report: &mut Report) {
    let stock = stock_sounds(language);
    if stock.is_empty() {
        let message = told!(
            "values cannot be said in `{language}`",
            "不能用 `{language}` 报读变量"
        );
        let help = told!(
            "numbers are said in Chinese and in English",
            "数字可用中文和英文报读"
        );
        report.error(place, message, Some(help));
    }
    let mut missing = stock.iter().filter(|sound| !world.sounds.contains(*sound));
    if let Some(first) = missing.next() {
        let more = missing.count();
        let message = told!(
            "values are said here, and there is no sound `{first}`, nor {more} more",
            "此处报读变量，而没有声音 `{first}` 及另外 {more} 个"
        );
        let help = told!(
            "`ivr-scripts/prompts/make.sh` makes them out of words.toml",
            "`ivr-scripts/prompts/make.sh` 由 words.toml 合成"
        );
        report.error(place, message, Some(help));
    }
}
