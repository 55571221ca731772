//! `trunkline ivr heat`: where the callers of a script went, and where they hung up (E23), read from the store.

use std::collections::BTreeMap;
use std::ops::Range;

use ivr::told;
use model::{DAY_MS, NodeHeat, ScriptName, Timestamp};
use speech::Language;
use web::{HeatBody, NodeHeatBody};

use super::versions::with_store;
use crate::Failure;
use crate::cli::HeatArgs;
use crate::config::Source;
use crate::verb::{by_fault, now};

pub(super) fn run(
    source: &Source,
    script: &str,
    args: HeatArgs,
    json: bool,
    language: Language,
) -> Result<(), Failure> {
    let name = ScriptName::from(script);
    let (time, heat) = of(source, &name, args)?;
    if heat.is_empty() {
        return Err(Failure::Refused(told!(
            "no caller of `{script}` in that time: calls count when they have ended",
            "该时段内没有 `{script}` 的来电：通话结束后才计入"
        )));
    }
    let body = HeatBody::new(&name, args.of_version, time, heat);
    if json {
        let text = serde_json::to_string(&body);
        println!("{}", text.map_err(|error| Failure::System(error.into()))?);
        return Ok(());
    }
    println!("{}", heading(&body).said_in(language));
    body.nodes.iter().for_each(|node| tell(node, language));
    Ok(())
}

/// The figures of a script's nodes, with the time that they are of.
pub(super) fn of(
    source: &Source,
    script: &ScriptName,
    args: HeatArgs,
) -> Result<(Range<Timestamp>, BTreeMap<String, NodeHeat>), Failure> {
    let to = now();
    let from = to
        .as_ms()
        .saturating_sub(DAY_MS.saturating_mul(args.days.into()));
    let time = Timestamp::from_ms(from)..to;
    let mut found = BTreeMap::new();
    with_store(source, async |database| {
        let heat = database.script_heat(script, time.clone(), args.of_version);
        found = heat.await.map_err(by_fault)?;
        Ok(())
    })?;
    Ok((time, found))
}

fn heading(body: &HeatBody) -> ivr::Told {
    let HeatBody {
        script, from, to, ..
    } = body;
    match body.version {
        None => told!(
            "{script}, all versions, {from} to {to}",
            "{script}，全部版本，{from} 至 {to}"
        ),
        Some(version) => told!(
            "{script}, version {version}, {from} to {to}",
            "{script}，版本 {version}，{from} 至 {to}"
        ),
    }
}

/// A node in two lines: what became of its callers, and by which exits they went on.
fn tell(node: &NodeHeatBody, language: Language) {
    let NodeHeatBody {
        node: name,
        kind,
        entered,
        answered,
        hung_up,
        ended,
        to_person,
        timeouts,
        wrong_keys,
        ..
    } = node;
    let percent = node.hung_up_share * 100.0;
    let (median, p90) = (seconds(node.median_ms), seconds(node.p90_ms));
    let told = told!(
        "{kind} {name}: {entered} came, {hung_up} hung up ({percent:.1} %), {answered} answered, {ended} ended, {to_person} by a \
         key to people, {timeouts} silences, {wrong_keys} wrong keys, median {median} s, p90 {p90} s",
        "{kind} {name}：进入 {entered} 次，挂机 {hung_up}（{percent:.1}%），接通 {answered}，结束 {ended}，按键转人工 {to_person}，\
         超时 {timeouts}，错键 {wrong_keys}，停留中位数 {median} 秒，九成 {p90} 秒"
    );
    println!("{}", told.said_in(language));
    for exit in &node.exits {
        let (word, count, percent) = (&exit.exit, exit.count, exit.share * 100.0);
        println!("    {word:<24} {count:>8}  {percent:>5.1} %");
    }
}

fn seconds(ms: u64) -> String {
    format!("{:.1}", ms as f64 / 1_000.0)
}
