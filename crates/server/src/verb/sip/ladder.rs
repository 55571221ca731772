//! A call drawn as a ladder: a column for each party, an arrow for each message, a line for each fact. All of it comes from the
//! API's JSON, which has masked and escaped what callers sent.

use serde_json::Value;

/// Where the first column stands.
const MARGIN: usize = 22;
/// From one column to the next.
const STEP: usize = 30;
/// Longest words on an arrow.
const TITLE_MAX: usize = STEP - 8;
/// Longest line of a fact.
const FACT_MAX: usize = 160;

/// The ladder; with the messages themselves if it is to be full.
pub(super) fn drawn(trace: &Value, full: bool) -> String {
    let legs = list(trace, "legs");
    let mut ladder = header(trace, legs);
    let rows = list(trace, "rows");
    let begun = rows.first().and_then(|row| ms_of(text(row, "at")));
    for row in rows {
        let times = ms_of(text(row, "at")).zip(begun);
        let passed = times.map_or(0, |(at, begun)| at - begun);
        let time = format!("{:>11}", seconds(passed));
        if text(row, "kind") == "message" {
            ladder += &format!("{time} {}\n", arrow(row, legs.len()));
            if full {
                for line in text(row, "text").lines() {
                    ladder += &format!("{:MARGIN$}{line}\n", "");
                }
            }
        } else {
            ladder += &format!("{time} {}\n", fact(row));
        }
    }
    ladder
}

fn header(trace: &Value, legs: &[Value]) -> String {
    let mut header = format!("call {}\n", text(trace, "call"));
    match text(trace, "messages") {
        "gone" => header += "its messages are not kept any more; what happened is\n",
        "partly" => header += "its first messages are not kept any more\n",
        _ => {}
    }
    let mut names = Vec::new();
    for leg in legs {
        let (who, id) = (text(leg, "who"), text(leg, "sip_call_id"));
        header += &format!("  {who}: Call-ID {id}\n");
        names.push(who);
    }
    names.insert(US.min(names.len()), "trunkline");
    let mut line = String::new();
    for (place, name) in names.into_iter().enumerate() {
        let at = column(place).saturating_sub(name.chars().count() / 2);
        let gap = at.saturating_sub(line.chars().count());
        line += &format!("{:gap$}{name} ", "");
    }
    format!("{header}{}\n", line.trim_end())
}

/// The caller stands on the left of us, everybody else on the right.
const fn column_of_leg(leg: usize) -> usize {
    if leg == 0 { 0 } else { leg + 1 }
}

const US: usize = 1;

const fn column(place: usize) -> usize {
    MARGIN + place * STEP
}

fn arrow(row: &Value, legs: usize) -> String {
    let leg = row.get("leg").and_then(Value::as_u64).unwrap_or(0);
    let theirs = column_of_leg(usize::try_from(leg).unwrap_or(0).min(legs));
    let (left, right) = (column(theirs.min(US)), column(theirs.max(US)));
    // To the right, when it leaves whoever stands on the left.
    let to_right = (text(row, "way") == "out") == (theirs > US);
    let last = column(legs.max(1));
    let mut line: Vec<char> = (MARGIN..=last.max(right))
        .map(|at| {
            if (at - MARGIN).is_multiple_of(STEP) {
                '|'
            } else {
                ' '
            }
        })
        .collect();
    let (from, to) = (left - MARGIN + 1, right - MARGIN);
    for cell in line.iter_mut().take(to).skip(from) {
        *cell = '-';
    }
    let head = if to_right { to - 1 } else { from };
    if let Some(cell) = line.get_mut(head) {
        *cell = if to_right { '>' } else { '<' };
    }
    let title: String = text(row, "title").chars().take(TITLE_MAX).collect();
    let begins = from + (to - from).saturating_sub(title.chars().count() + 2) / 2;
    for (cell, letter) in line
        .iter_mut()
        .skip(begins)
        .zip(format!(" {title} ").chars())
    {
        *cell = letter;
    }
    let gap = MARGIN - 12;
    format!("{:gap$}{}", "", line.into_iter().collect::<String>())
}

/// `queue.joined queue=support position=1`
fn fact(row: &Value) -> String {
    let mut line = format!("* {}", text(row, "type"));
    if let Some(Value::Object(data)) = row.get("data") {
        for (key, value) in data {
            put(&mut line, key, value);
        }
    }
    if line.chars().count() > FACT_MAX {
        line = line.chars().take(FACT_MAX - 1).chain(['…']).collect();
    }
    line
}

/// Scalars, and those of one level below.
fn put(line: &mut String, key: &str, value: &Value) {
    match value {
        Value::Null | Value::Array(_) => {}
        Value::String(text) => {
            let escaped: String = text.chars().flat_map(printable).collect();
            line.push_str(&format!(" {key}={escaped}"));
        }
        Value::Bool(_) | Value::Number(_) => line.push_str(&format!(" {key}={value}")),
        Value::Object(inner) => {
            for (name, value) in inner {
                if !value.is_object() {
                    put(line, &format!("{key}.{name}"), value);
                }
            }
        }
    }
}

/// G19: facts hold what callers call themselves.
fn printable(letter: char) -> Vec<char> {
    if letter.is_control() {
        letter.escape_unicode().collect()
    } else {
        vec![letter]
    }
}

fn seconds(ms: i64) -> String {
    format!("{}.{:03}", ms / 1_000, ms % 1_000)
}

fn ms_of(at: &str) -> Option<i64> {
    let at: model::Timestamp = serde_json::from_value(Value::String(at.to_owned())).ok()?;
    Some(at.as_ms())
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn trace() -> Value {
        let message = |at: &str, leg, way, title| {
            json!({ "kind": "message", "at": format!("2026-11-18T11:06:{at}Z"), "leg": leg, "way": way, "title": title,
                    "text": format!("{title}\nTo: x\n") })
        };
        json!({
            "call": "500", "messages": "whole",
            "legs": [{ "sip_call_id": "a@phone", "who": "caller" }, { "sip_call_id": "b@us", "who": "agent 1001" },
                     { "sip_call_id": "c@us", "who": "agent 1002" }],
            "rows": [
                message("40.000", 0, "in", "INVITE"),
                { "kind": "fact", "seq": 1, "at": "2026-11-18T11:06:40.001Z", "type": "queue.joined",
                  "data": { "call": "500", "queue": "support", "position": 1, "offer": { "agent": "7", "deep": {} }, "list": [1],
                            "name": "\u{1b}[2J" } },
                message("40.002", 1, "out", "INVITE"),
                message("41.500", 2, "in", "486 Busy Here (INVITE)"),
                message("59.999", 0, "out", "200 OK (INVITE)"),
            ],
        })
    }

    #[test]
    fn a_call_is_drawn_with_a_column_for_each_party() {
        let ladder = drawn(&trace(), false);
        let lines: Vec<_> = ladder.lines().collect();
        let named = [
            "call 500",
            "  caller: Call-ID a@phone",
            "  agent 1001: Call-ID b@us",
        ];
        assert_eq!(lines[..3], named, "{ladder}");
        for (place, name) in ["caller", "trunkline", "agent 1001", "agent 1002"]
            .iter()
            .enumerate()
        {
            let at = column(place) - name.len() / 2;
            assert_eq!(lines[4].get(at..at + name.len()), Some(*name), "{ladder}");
        }
        let bars = |line: &str| {
            line.match_indices('|')
                .map(|(at, _)| at)
                .collect::<Vec<_>>()
        };
        let columns: Vec<_> = (0..4).map(column).collect();
        assert_eq!(bars(lines[5]), columns, "{ladder}");
        assert!(
            lines[5].contains(" INVITE ") && lines[5].contains(">|"),
            "{ladder}"
        );
        assert_eq!(
            lines[6],
            "      0.001 * queue.joined call=500 name=\\u{1b}[2J offer.agent=7 position=1 queue=support"
        );
        assert!(
            lines[7][column(1)..].starts_with("|--") && lines[7].contains(">|"),
            "{ladder}"
        );
        assert_eq!(
            bars(lines[8]),
            [column(0), column(1), column(3)],
            "it passes a column: {ladder}"
        );
        assert!(
            lines[8].contains("|<") && lines[8].contains(" 486 Busy Here (INVITE) "),
            "{ladder}"
        );
        assert!(
            lines[9].starts_with("     19.999") && lines[9].contains("|<"),
            "{ladder}"
        );
        assert!(!ladder.contains("To: x"));
        let full = drawn(&trace(), true);
        assert_eq!(full.matches("To: x").count(), 4);
    }

    #[test]
    fn what_is_missing_is_said_and_nothing_panics() {
        let mut gone = trace();
        gone["messages"] = json!("gone");
        assert!(drawn(&gone, false).contains("not kept any more"));
        for odd in [
            json!({}),
            json!(null),
            json!({ "rows": [{ "kind": "message", "leg": 9 }], "legs": 7 }),
        ] {
            let _no_panic = drawn(&odd, true);
        }
    }
}
