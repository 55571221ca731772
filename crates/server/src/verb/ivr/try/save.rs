//! A test that is written into a script: behind its last line, so that nothing else of the file changes.
//!
//! What is written is proved first: the script with it is good, and the test goes as it is said to. A file that changed
//! since it was read is left alone.

use std::sync::Arc;

use ivr::{Script, Told, told};
use model::ScriptName;
use speech::Language;

use crate::config::{Loaded, Source};
use crate::scripts::{behind, file_of, lines, write_over};

/// Writes a test behind the text `known` of a script; the whole text that the file has then.
pub(super) fn append(
    source: &Source,
    script: &Arc<Script>,
    known: &str,
    test: &str,
    name: &str,
) -> Result<(String, Loaded), Told> {
    let file = file_of(source, script.name()).map_err(|found| told_of(&found))?;
    let text = behind(known, test);
    let with = source.with_script(script.name().clone(), text.clone());
    let loaded = with.load(1, None).map_err(|found| told_of(&found))?;
    goes_so(&loaded, script.name(), name)?;
    write_over(&file, known, &text)?;
    Ok((text, loaded))
}

/// That the test passes.
fn goes_so(loaded: &Loaded, script: &ScriptName, name: &str) -> Result<(), Told> {
    let Some(script) = loaded.engine.scripts.get(script) else {
        return Ok(());
    };
    let outcomes = super::super::outcomes(loaded, script);
    let wrong = outcomes.iter().find(|one| one.name == name && !one.passed);
    let Some(wrong) = wrong else {
        return Ok(());
    };
    let message = wrong.message.as_deref().unwrap_or_default();
    Err(told!(
        "no test says that: it has one outcome for each queue, transfer and look-up, and no secret keys ({message})",
        "测试无法表达此经过：每个队列、转接、查询只有一种结果，且不含保密按键（{message}）"
    ))
}

fn told_of(found: &[ivr::Diagnostic]) -> Told {
    Told {
        en: lines(found, Language::English),
        zh: lines(found, Language::Chinese),
    }
}
