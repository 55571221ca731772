//! The ladder of a call: its SIP messages and its decisions in one order of time. Facts stay for ever; messages are kept in
//! memory for a while, and the answer says how much of them is left.

use std::collections::VecDeque;

use axum::Json;
use axum::extract::State;
use model::transfer::Party;
use model::{AgentId, CallId, Fact, FactRecord, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::{Action, Principal, authorise};
use crate::extract::InPath;
use crate::problem::{Code, Problem, ProblemDocument};
use crate::trace::{Kept, TracedMessage, Way};

/// The ladder.
#[derive(Debug, Serialize, ToSchema)]
pub struct TraceBody {
    /// The call.
    #[schema(value_type = String)]
    pub call: CallId,
    /// Whether the messages since the call began are all here: `whole`, `partly`, `gone`.
    pub messages: &'static str,
    /// The phones and trunks that took part, the caller first; rows name them by their place here.
    pub legs: Vec<LegBody>,
    /// Messages and facts, in order.
    pub rows: Vec<RowBody>,
}

/// A phone's or trunk's part.
#[derive(Debug, Serialize, ToSchema)]
pub struct LegBody {
    /// Its Call-ID.
    pub sip_call_id: String,
    /// `caller`, `agent 1001`, `number +8610…`.
    pub who: String,
}

/// A message or a fact.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RowBody {
    /// A SIP message.
    Message(SipMessageBody),
    /// What happened, and why.
    Fact(FactBody),
}

/// A SIP message: credentials, keys and what people write are masked.
#[derive(Debug, Serialize, ToSchema)]
pub struct SipMessageBody {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The place of its leg in `legs`.
    pub leg: usize,
    /// `in`: to us; `out`: from us.
    pub way: &'static str,
    /// `udp`, `tcp`, `tls`, `ws`, `wss`.
    pub transport: String,
    /// Our address.
    pub local: String,
    /// The peer's.
    pub remote: String,
    /// In a word: `INVITE`, `180 Ringing (INVITE)`.
    pub title: String,
    /// All of it, lines ended by LF, control characters escaped.
    pub text: String,
}

/// A fact.
#[derive(Debug, Serialize, ToSchema)]
pub struct FactBody {
    /// Its number, time, `type` and `data`.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub fact: FactRecord,
}

/// The ladder of a call: for supervisors and admins.
#[utoipa::path(get, operation_id = "get_call_trace", path = "/v1/calls/{id}/trace", tag = "calls", params(("id" = String, Path)),
    responses(
        (status = 200, description = "Messages and facts in order of time.", body = TraceBody),
        (status = 404, description = "No such call.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "The engine is busy.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn read(
    State(app): State<App>,
    who: Principal,
    InPath(call): InPath<CallId>,
) -> Result<Json<TraceBody>, Problem> {
    authorise(&who, Action::SeeSignalling, None)?;
    let facts = app.database().timeline(call).await?;
    let Some(begun) = facts.first().map(|first| first.at) else {
        return Err(Problem::new(Code::NoSuchCall));
    };
    let legs = legs(&app, &facts).await?;
    let call_ids = legs.iter().map(|leg| leg.sip_call_id.clone()).collect();
    let busy = || Problem::new(Code::Busy).retry_after_s(1);
    let kept = app.messages(call_ids).await.ok_or_else(busy)?;
    Ok(Json(TraceBody {
        call,
        messages: completeness(&kept, begun),
        rows: merged(kept.messages, facts, &legs),
        legs,
    }))
}

async fn legs(app: &App, facts: &[FactRecord]) -> Result<Vec<LegBody>, Problem> {
    let mut legs: Vec<LegBody> = Vec::new();
    for (sip_call_id, party) in facts.iter().filter_map(leg) {
        if legs.iter().any(|leg| leg.sip_call_id == *sip_call_id) {
            continue;
        }
        let who = match party {
            Party::Caller => "caller".to_owned(),
            Party::Agent(agent) => agent_word(app, agent).await?,
            Party::Number(number) => format!("number {number}"),
        };
        legs.push(LegBody {
            sip_call_id: sip_call_id.clone(),
            who,
        });
    }
    Ok(legs)
}

/// Whose Call-ID a fact tells.
fn leg(record: &FactRecord) -> Option<(&String, Party)> {
    if let Fact::CallArrived {
        sip_call_id, agent, ..
    } = &record.fact
    {
        return Some((sip_call_id, agent.map_or(Party::Caller, Party::Agent)));
    }
    if let Fact::CallLeg {
        sip_call_id, party, ..
    } = &record.fact
    {
        return Some((sip_call_id, party.clone()));
    }
    None
}

async fn agent_word(app: &App, agent: AgentId) -> Result<String, Problem> {
    let found = app.database().agent(agent).await?;
    Ok(found.map_or_else(
        || format!("agent {agent}"),
        |found| format!("agent {}", found.login),
    ))
}

fn completeness(kept: &Kept, begun: Timestamp) -> &'static str {
    if kept.whole_since <= begun {
        "whole"
    } else if kept.messages.is_empty() {
        "gone"
    } else {
        "partly"
    }
}

/// What came is told before what followed from it, and that before what went out: within one turn all have one time.
fn merged(messages: Vec<TracedMessage>, facts: Vec<FactRecord>, legs: &[LegBody]) -> Vec<RowBody> {
    let mut facts = VecDeque::from(facts);
    let mut rows = Vec::with_capacity(messages.len() + facts.len());
    let row_of = |fact| RowBody::Fact(FactBody { fact });
    for message in messages {
        let is_before = |fact: &FactRecord| match message.way {
            Way::In => fact.at < message.at,
            Way::Out => fact.at <= message.at,
        };
        while let Some(fact) = facts.pop_front_if(|fact| is_before(fact)) {
            rows.push(row_of(fact));
        }
        let place = |leg: &LegBody| leg.sip_call_id == message.sip_call_id;
        let Some(leg) = legs.iter().position(place) else {
            continue;
        };
        rows.push(RowBody::Message(SipMessageBody {
            at: message.at,
            leg,
            way: message.way.name(),
            title: title(&message.text),
            transport: message.transport,
            local: message.local,
            remote: message.remote,
            text: message.text,
        }));
    }
    rows.extend(facts.into_iter().map(row_of));
    rows
}

/// A request's method; an answer's status with the method that it answers.
fn title(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    let Some(status) = first.strip_prefix("SIP/2.0 ") else {
        return first.split(' ').next().unwrap_or_default().to_owned();
    };
    let method = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_cseq = name.trim_end().eq_ignore_ascii_case("CSeq");
        is_cseq.then(|| value.split_whitespace().next_back())?
    });
    format!("{status} ({})", method.unwrap_or("?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(ms: i64, way: Way, id: &str, text: &str) -> TracedMessage {
        TracedMessage {
            at: Timestamp::from_ms(ms),
            way,
            transport: "udp".to_owned(),
            local: "192.0.2.1:5060".to_owned(),
            remote: "192.0.2.7:5060".to_owned(),
            sip_call_id: id.to_owned(),
            text: text.to_owned(),
        }
    }

    fn fact(seq: u64, ms: i64) -> FactRecord {
        FactRecord {
            seq,
            at: Timestamp::from_ms(ms),
            fact: Fact::CallAnswered {
                call: CallId::new(1),
                codec: "PCMA".to_owned(),
            },
        }
    }

    #[test]
    fn within_a_turn_what_came_is_first_and_what_went_is_last() {
        let legs = ["a", "b"].map(|id| LegBody {
            sip_call_id: id.to_owned(),
            who: "caller".to_owned(),
        });
        let ok = "SIP/2.0 200 OK\nCSEQ : 7  INVITE\n";
        let messages = vec![
            message(5, Way::In, "a", "INVITE sip:4000@x SIP/2.0\n"),
            message(5, Way::Out, "b", "INVITE sip:1001@y SIP/2.0\n"),
            message(5, Way::In, "b", ok),
            message(9, Way::Out, "a", ok),
            message(9, Way::In, "stray", "BYE sip:x SIP/2.0\n"),
        ];
        let facts = vec![fact(1, 4), fact(2, 5), fact(3, 5), fact(4, 9), fact(5, 20)];
        let told: Vec<String> = merged(messages, facts, &legs)
            .iter()
            .map(|row| match row {
                RowBody::Message(row) => format!("{} {} {}", row.leg, row.way, row.title),
                RowBody::Fact(row) => row.fact.seq.to_string(),
            })
            .collect();
        let expected = [
            "1",
            "0 in INVITE",
            "2",
            "3",
            "1 out INVITE",
            "1 in 200 OK (INVITE)",
            "4",
            "0 out 200 OK (INVITE)",
            "5",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn how_much_is_left_is_said() {
        let begun = Timestamp::from_ms(10);
        let kept = |since, count| Kept {
            whole_since: Timestamp::from_ms(since),
            messages: vec![message(11, Way::In, "a", ""); count],
        };
        assert_eq!(completeness(&kept(10, 0), begun), "whole");
        assert_eq!(completeness(&kept(11, 1), begun), "partly");
        assert_eq!(completeness(&kept(11, 0), begun), "gone");
    }
}
