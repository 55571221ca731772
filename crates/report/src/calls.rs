//! Calls as a list for spreadsheets (话单, I9): a column is a row of one table.

use std::collections::BTreeMap;

use model::fact::{CallResult, EndedBy};
use model::{AgentId, Cdr, Timestamp, Zone};

use crate::figure::Unit;
use crate::table::Cell;

/// What a call's record does not hold.
#[derive(Clone, Debug)]
pub struct CallWords {
    /// On whose clock moments are told.
    pub zone: Zone,
    /// What agents are called.
    pub agents: BTreeMap<AgentId, String>,
}

/// A column: what stands above it, Chinese and English, and in it.
struct Column([&'static str; 2], fn(&Cdr, &CallWords) -> Cell);

/// What stands above the columns.
pub fn head(is_chinese: bool) -> Vec<String> {
    let titles = COLUMNS
        .iter()
        .map(|Column([zh, en], _)| if is_chinese { zh } else { en });
    titles.map(|title| (*title).to_owned()).collect()
}

/// A call in its columns.
pub fn row(call: &Cdr, words: &CallWords) -> Vec<Cell> {
    COLUMNS
        .iter()
        .map(|Column(_, of)| of(call, words))
        .collect()
}

static COLUMNS: &[Column] = &[
    Column(["通话", "Call"], |it, _| text(it.call.to_string())),
    Column(["方向", "Direction"], |it, _| text(it.direction.name())),
    Column(["开始", "Began"], |it, words| {
        at(Some(it.started_at), words)
    }),
    Column(["主叫", "Caller"], |it, _| {
        text(it.caller.number.as_deref().unwrap_or_default())
    }),
    Column(["主叫名", "Caller's name"], |it, _| {
        text(it.caller.display.as_deref().unwrap_or_default())
    }),
    Column(["被叫", "Called"], |it, _| text(it.called.as_str())),
    Column(["外呼号码", "Dialled"], |it, _| {
        text(it.dialled.as_deref().unwrap_or_default())
    }),
    Column(["中继", "Trunk"], |it, _| {
        text(it.trunk.as_deref().unwrap_or_default())
    }),
    Column(["客户", "Customer"], |it, _| {
        text(it.customer.map_or_else(String::new, |id| id.to_string()))
    }),
    Column(["队列", "Queue"], |it, _| {
        text(it.queue.as_ref().map_or("", |queue| queue.as_str()))
    }),
    Column(["首接坐席", "First agent"], |it, words| {
        agent(it.first_agent, words)
    }),
    Column(["末接坐席", "Last agent"], |it, words| {
        agent(it.agent, words)
    }),
    Column(["入队", "Queued"], |it, words| at(it.queued_at, words)),
    Column(["接通", "Connected"], |it, words| {
        at(it.connected_at, words)
    }),
    Column(["结束", "Ended"], |it, words| at(it.ended_at, words)),
    Column(["结果", "Result"], |it, _| {
        text(it.result.map_or("", CallResult::name))
    }),
    Column(["结束方", "Ended by"], |it, _| {
        text(it.ended_by.map_or("", EndedBy::name))
    }),
    Column(["IVR 时长 (s)", "Script (s)"], |it, _| lasted(it.ivr_ms)),
    Column(["排队时长 (s)", "Wait (s)"], |it, _| lasted(it.wait_ms)),
    Column(["振铃时长 (s)", "Ring (s)"], |it, _| lasted(it.ring_ms)),
    Column(["通话时长 (s)", "Talk with hold (s)"], |it, _| {
        lasted(it.talk_ms)
    }),
    Column(["保持时长 (s)", "Hold (s)"], |it, _| lasted(it.hold_ms)),
];

fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

fn at(at: Option<Timestamp>, words: &CallWords) -> Cell {
    text(at.map_or_else(String::new, |at| words.zone.written_s(at)))
}

fn agent(agent: Option<AgentId>, words: &CallWords) -> Cell {
    let named = agent.map(|id| {
        words
            .agents
            .get(&id)
            .cloned()
            .unwrap_or_else(|| id.to_string())
    });
    text(named.unwrap_or_default())
}

fn lasted(ms: u64) -> Cell {
    Cell::Figure(Unit::Ms, Some(ms as f64))
}
