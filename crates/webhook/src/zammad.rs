//! Zammad's generic CTI: `newCall`, `answer`, `hangup` of each call that comes to people, or that they make.
//!
//! Zammad knows no transfer: the first call is hung up as `forwarded`, and the caller goes on in a second one with an id of its own.
//! Invariant: within an id `newCall` comes first and `hangup` last, each once, and every call that was begun is hung up, after a
//! crash too, since the engine tells the end of every call. A call that stays in the script, or within the house, is told to nobody.

mod call;
mod event;

use model::fact::Direction;
use model::{AgentId, Caller, Fact, FactRecord, Timestamp, WebhookId};

use crate::format::{People, Told};
use crate::message::{Lane, Message};
use call::Call;
use event::{Cause, Event};

pub use event::opens_thread;

/// How long after its fact a `newCall` tells anything: a ringing that is over is not shown.
const RINGS_MS: i64 = 5 * 60_000;

/// What a fact becomes, given what was remembered of its call.
pub(crate) fn of_fact(record: &FactRecord, memory: Option<&str>, people: &People) -> Told {
    let call = memory.and_then(|text| serde_json::from_str::<Call>(text).ok());
    let mut events = Vec::new();
    let call = step(&record.fact, call, people, &mut events);
    let messages = events.iter().filter_map(|event| message(record, event));
    Told {
        messages: messages.collect(),
        memory: call.and_then(|call| serde_json::to_string(&call).ok()),
    }
}

/// The call after a fact; what has to be told of it is put into `events`.
fn step(fact: &Fact, call: Option<Call>, people: &People, events: &mut Vec<Event>) -> Option<Call> {
    if let Fact::CallArrived {
        call,
        caller,
        called,
        agent,
        direction,
        ..
    } = fact
    {
        let person = agent.and_then(|agent| people.get(&agent));
        return match direction {
            Direction::In | Direction::Callback => {
                Some(Call::inbound(*call, number(caller), called))
            }
            Direction::Out => Some(Call::outbound(*call, person, number(caller), called)),
            Direction::Internal => None,
        };
    }
    let mut call = call?;
    if let Fact::QueueJoined { queue, .. } = fact {
        call.waits_in(queue.as_str(), events);
    } else if let Fact::OfferMade { offer, .. } = fact {
        call.rings(offer.queue.as_ref().map(model::QueueName::as_str), events);
    } else if let Fact::CallConnected { offer, .. } = fact {
        call.is_answered(offer.agent, people.get(&offer.agent), events);
    } else if let Fact::Transferred { transfer, .. } = fact {
        call.is_handed_on(transfer, events);
    } else if let Fact::DialStarted { number, shown, .. } = fact {
        call.dials(number, shown.as_deref(), events);
    } else if let Fact::DialFailed { status, .. } = fact {
        call.last_refusal = Some(*status);
    } else if let Fact::DialAnswered {
        agent: Some(agent), ..
    } = fact
    {
        call.is_answered(*agent, people.get(agent), events);
    } else if let Fact::CallEnded { result, by, .. } = fact {
        call.ends(*result, *by, events);
        return None;
    }
    Some(call)
}

/// The agents whose names or logins are told with a fact.
pub(crate) fn names(fact: &Fact) -> Vec<AgentId> {
    if let Fact::CallConnected { offer, .. } = fact {
        return vec![offer.agent];
    }
    if let Fact::CallArrived {
        agent: Some(agent), ..
    }
    | Fact::DialAnswered {
        agent: Some(agent), ..
    } = fact
    {
        return vec![*agent];
    }
    Vec::new()
}

/// A call that rings and is given up, so that the receiver shows that it is reached.
pub(crate) fn trial(webhook: WebhookId, at: Timestamp) -> Vec<Message> {
    let id = format!("test-{webhook}-{}", at.as_ms());
    let mut call = Call::trial(id);
    let mut events = Vec::new();
    call.rings(None, &mut events);
    call.hang_up(Cause::Cancel, &mut events);
    let messages = events.iter().filter_map(|event| {
        Some(Message {
            seq: 0,
            kind: event.name(),
            // Whichever of the two is told first must be the first.
            lane: Lane::Call(model::CallId::new(webhook.get())),
            thread: Some(event.call_id.clone()),
            expires_at: None,
            body: serde_json::to_string(event).ok()?,
        })
    });
    messages.collect()
}

fn message(record: &FactRecord, event: &Event) -> Option<Message> {
    let expires_at = Timestamp::from_ms(record.at.as_ms() + RINGS_MS);
    Some(Message {
        seq: record.seq,
        kind: event.name(),
        lane: Lane::of(&record.fact),
        thread: Some(event.call_id.clone()),
        expires_at: event.opens().then_some(expires_at),
        body: serde_json::to_string(event).ok()?,
    })
}

fn number(caller: &Caller) -> Option<&str> {
    caller.number.as_deref()
}

#[cfg(test)]
mod tests;
