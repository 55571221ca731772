//! `trunkline ivr canary`: how the last canary of scripts stands (M6), read from the store.

use ivr::told;
use speech::Language;
use web::CanaryBody;

use super::versions::with_store;
use crate::Failure;
use crate::config::Source;
use crate::verb::by_fault;

pub(super) fn run(source: &Source, json: bool, language: Language) -> Result<(), Failure> {
    let mut found = None;
    with_store(source, async |database| {
        found = database.canary().await.map_err(by_fault)?;
        Ok(())
    })?;
    let Some(trial) = found else {
        return Err(Failure::Refused(told!(
            "no call has gone badly in a canary",
            "尚无灰度版本的不良通话"
        )));
    };
    let body = CanaryBody::from(trial);
    if json {
        let text = serde_json::to_string(&body);
        println!("{}", text.map_err(|error| Failure::System(error.into()))?);
        return Ok(());
    }
    tell(&body, language);
    Ok(())
}

fn tell(body: &CanaryBody, language: Language) {
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
    let end = match body.ended_by {
        None => told!("it goes on", "仍在进行"),
        Some(measure) => {
            let calls = body.deciding_calls.join(", ");
            told!(
                "taken back by `{measure}`: all callers meet the former version; calls: {calls}",
                "因 `{measure}` 已撤回：全部主叫使用原版；相关通话：{calls}"
            )
        }
    };
    println!("{}", end.said_in(language));
}
