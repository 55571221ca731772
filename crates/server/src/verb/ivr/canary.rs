//! `trunkline ivr canary`: how the last canary of scripts stands (M6), read from the store.

use ivr::{Told, told};
use model::canary::{TrialState, Trials};
use speech::Language;
use web::CanaryBody;

use super::versions::with_store;
use crate::Failure;
use crate::config::Source;
use crate::verb::by_fault;

pub(super) fn run(source: &Source, json: bool, language: Language) -> Result<(), Failure> {
    let mut trials = Trials::default();
    with_store(source, async |database| {
        trials = database.canaries().await.map_err(by_fault)?;
        Ok(())
    })?;
    let body = CanaryBody::of(&trials);
    if json {
        let text = serde_json::to_string(&body);
        println!("{}", text.map_err(|error| Failure::System(error.into()))?);
        return Ok(());
    }
    tell(&body, trials.state(), language);
    Ok(())
}

fn tell(body: &CanaryBody, state: Option<TrialState>, language: Language) {
    let (on, worse) = (body.on * 100.0, body.max_worse * 100.0);
    for script in &body.scripts {
        let (name, former, version) = (&script.name, script.former, script.version);
        let told = told!(
            "{name}: version {version} on {on} % of callers, version {former} for the others, {worse} % worse at most",
            "{name}：版本 {version} 用于 {on}% 的主叫，其余用版本 {former}，最多差 {worse}%"
        );
        println!("{}", told.said_in(language));
    }
    for one in &body.measures {
        let (measure, canary, former) = (one.measure, one.canary, one.former);
        let told = told!(
            "    {measure:<8} {canary:>6} callers on it, {former:>6} on the former version",
            "    {measure:<8} 灰度版 {canary:>6} 位主叫，原版 {former:>6} 位"
        );
        println!("{}", told.said_in(language));
    }
    println!("{}", state_in_words(body, state).said_in(language));
}

fn state_in_words(body: &CanaryBody, state: Option<TrialState>) -> Told {
    match state {
        None => told!(
            "no canary runs, and none ever did: no server has read a script with `on`",
            "没有灰度版本，也从未有过：服务器尚未读到带 `on` 的流程"
        ),
        Some(TrialState::Running) => told!("it goes on", "仍在进行"),
        Some(TrialState::Stopped) => told!(
            "no canary runs: these texts lead everybody, or are gone from the files",
            "没有灰度版本在运行：上述文本已供全部主叫使用，或已不在文件中"
        ),
        Some(TrialState::TakenBack) => {
            let (measure, calls) = (body.ended_by.unwrap_or(""), body.deciding_calls.join(", "));
            told!(
                "taken back by `{measure}`: all callers meet the former version; calls: {calls}",
                "因 `{measure}` 已撤回：全部主叫使用原版；相关通话：{calls}"
            )
        }
    }
}
