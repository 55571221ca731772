//! A ring of messages bounded in bytes: what came and what went, as it was on the wire.
//!
//! Nothing is read of a message but its first word and its Call-ID; the eldest go. Those of calls that the engine has taken have
//! most of the room, so that a flood of strangers, of whose requests none becomes a call, pushes out its own kind alone (S8). Which
//! are of a call is known at the end of a turn, when its facts have named Call-IDs. Registrations and OPTIONS are left out: ten
//! thousand phones would leave no room for calls.

use std::collections::hash_map::RandomState;
use std::collections::{BTreeSet, VecDeque};
use std::hash::BuildHasher;
use std::mem;
use std::time::Duration;

use bytes::Bytes;
use model::{Fact, Timestamp};
use sip::{Flow, Transport};
use web::trace::{Kept, Way};

use super::{call_id, is_named, shown};

/// What an entry takes beside its bytes.
const ENTRY_BYTES: usize = 256;
/// The part of the room that messages of no call may take: one of so many.
const OTHERS_PART: usize = 4;
/// Call-IDs that are known at one time are at most twice as many. Whoever has said nothing while so many new ones came is a
/// stranger again: his next messages are among the others.
const KNOWN_MAX: usize = 65_536;

/// A message on its way.
#[derive(Clone, Debug)]
pub(super) struct Traced {
    pub(super) at: Timestamp,
    pub(super) way: Way,
    pub(super) flow: Flow,
    pub(super) bytes: Bytes,
}

/// The ring.
#[derive(Debug)]
pub(crate) struct Ring {
    calls: Shelf,
    others: Shelf,
    /// The messages of this turn.
    turn: Vec<Traced>,
    known: Known,
}

/// A copy of the ring.
#[derive(Debug)]
pub(crate) struct Copy {
    messages: Vec<Traced>,
    whole_since: Timestamp,
}

impl Ring {
    /// Empty; `bytes_max` 0 keeps nothing.
    pub(crate) fn new(now: Duration, bytes_max: usize) -> Self {
        let others_max = bytes_max / OTHERS_PART;
        Self {
            calls: Shelf::new(now, bytes_max - others_max),
            others: Shelf::new(now, others_max),
            turn: Vec::new(),
            known: Known::default(),
        }
    }

    /// Keeps a message that came.
    pub(crate) fn came(&mut self, now: Duration, flow: Flow, bytes: &Bytes) {
        self.keep(now, Way::In, flow, bytes);
    }

    /// Keeps a message that goes.
    pub(crate) fn goes(&mut self, now: Duration, flow: Flow, bytes: &Bytes) {
        self.keep(now, Way::Out, flow, bytes);
    }

    fn keep(&mut self, now: Duration, way: Way, flow: Flow, bytes: &Bytes) {
        if self.calls.bytes_max == 0 || !may_be_of_a_call(bytes) {
            return;
        }
        let bytes = match flow.transport {
            Transport::Udp => bytes.clone(),
            // A stream's message is a piece of its buffer, which it would keep as a whole.
            Transport::Tcp | Transport::Tls | Transport::Ws | Transport::Wss => {
                Bytes::copy_from_slice(bytes)
            }
        };
        self.turn.push(Traced {
            at: now.into(),
            way,
            flow,
            bytes,
        });
    }

    /// A fact of this turn may name a leg of a call.
    pub(crate) fn hears(&mut self, fact: &Fact) {
        if let Fact::CallArrived { sip_call_id, .. } | Fact::CallLeg { sip_call_id, .. } = fact {
            self.known.add(sip_call_id.as_bytes());
        }
    }

    /// The turn is over.
    pub(crate) fn settle(&mut self) {
        for message in mem::take(&mut self.turn) {
            let is_of_a_call = call_id(&message.bytes).is_some_and(|id| self.known.has(id));
            if is_of_a_call {
                self.calls.put(message);
            } else {
                self.others.put(message);
            }
        }
    }

    /// For somebody who looks.
    pub(crate) fn copy(&self) -> Copy {
        // What came before a call was taken, such as its challenge, is among the others, and stands before it.
        let messages = self.others.messages.iter().chain(&self.calls.messages);
        let mut messages: Vec<Traced> = messages.cloned().collect();
        messages.sort_by_key(|message| message.at);
        Copy {
            messages,
            whole_since: self.calls.whole_since,
        }
    }
}

impl Copy {
    pub(super) fn of(&self, call_ids: &[String]) -> Kept {
        let fitting = self.messages.iter().filter_map(|message| {
            let id = call_id(&message.bytes)?;
            let id = call_ids.iter().find(|wanted| wanted.as_bytes() == id)?;
            Some(shown(message, id))
        });
        Kept {
            whole_since: self.whole_since,
            messages: fitting.collect(),
        }
    }
}

/// Messages in the order of their turns.
#[derive(Debug)]
struct Shelf {
    messages: VecDeque<Traced>,
    bytes: usize,
    bytes_max: usize,
    /// Everything since then is in it.
    whole_since: Timestamp,
}

impl Shelf {
    fn new(now: Duration, bytes_max: usize) -> Self {
        Self {
            messages: VecDeque::new(),
            bytes: 0,
            bytes_max,
            whole_since: now.into(),
        }
    }

    fn put(&mut self, message: Traced) {
        let at = message.at;
        self.bytes += message.bytes.len() + ENTRY_BYTES;
        self.messages.push_back(message);
        while self.bytes > self.bytes_max
            && let Some(eldest) = self.messages.pop_front()
        {
            self.bytes -= eldest.bytes.len() + ENTRY_BYTES;
            self.whole_since = self.messages.front().map_or(at, |next| next.at);
        }
    }
}

/// The Call-IDs of calls, in two generations and by their hash: a long one takes no more room than a short one, and two that
/// share a hash share a shelf, no more.
#[derive(Debug, Default)]
struct Known {
    hasher: RandomState,
    young: BTreeSet<u64>,
    old: BTreeSet<u64>,
}

impl Known {
    fn add(&mut self, call_id: &[u8]) {
        let hash = self.hasher.hash_one(call_id);
        self.insert(hash);
    }

    /// Whoever is asked for lives on.
    fn has(&mut self, call_id: &[u8]) -> bool {
        let hash = self.hasher.hash_one(call_id);
        let is_old = self.old.remove(&hash);
        if is_old {
            self.insert(hash);
        }
        is_old || self.young.contains(&hash)
    }

    fn insert(&mut self, hash: u64) {
        if self.young.len() >= KNOWN_MAX {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(hash);
    }
}

/// Whether it may be about a call. Of an answer the CSeq is looked for, as far as a head of usual length goes.
fn may_be_of_a_call(bytes: &[u8]) -> bool {
    const ASIDE: [&[u8]; 2] = [b"REGISTER", b"OPTIONS"];
    const HEAD: usize = 1_024;
    if !bytes.starts_with(b"SIP/2.0 ") {
        return !ASIDE.iter().any(|method| bytes.starts_with(method));
    }
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    let mut lines = head.split(|byte| *byte == b'\n');
    let cseq = lines.find(|line| is_named(line, &[b"CSeq"]));
    cseq.is_none_or(|line| {
        let line = line.trim_ascii_end();
        !ASIDE.iter().any(|method| line.ends_with(method))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(transport: Transport) -> Flow {
        Flow {
            transport,
            local: "192.0.2.1:5060".parse().unwrap(),
            remote: "192.0.2.7:5062".parse().unwrap(),
            connection: 0,
        }
    }

    fn request(method: &str, call_id: &str) -> Bytes {
        format!("{method} sip:4000@a SIP/2.0\r\nCall-ID: {call_id}\r\nCSeq: 1 {method}\r\n\r\n")
            .into()
    }

    fn answer(method: &str, name: &str, call_id: &str) -> Bytes {
        format!("SIP/2.0 200 OK\r\n{name}: {call_id}\r\ncseq : 1 {method}\r\n\r\n").into()
    }

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn starts(kept: &Kept) -> Vec<(i64, &str)> {
        let messages = kept.messages.iter();
        messages
            .map(|message| (message.at.as_ms(), message.text.split(' ').next().unwrap()))
            .collect()
    }

    fn arrived(sip_call_id: &str) -> Fact {
        Fact::CallLeg {
            call: model::CallId::new(1),
            sip_call_id: sip_call_id.into(),
            party: model::transfer::Party::Caller,
        }
    }

    /// One turn: a message that came, and what the engine told of it.
    fn turn(ring: &mut Ring, ms: u64, bytes: &Bytes, fact: Option<Fact>) {
        ring.came(at(ms), flow(Transport::Udp), bytes);
        fact.iter().for_each(|fact| ring.hears(fact));
        ring.settle();
    }

    #[test]
    fn the_messages_of_a_call_come_back_in_order_and_no_others() {
        let mut ring = Ring::new(at(1), 1 << 20);
        let (udp, tcp) = (flow(Transport::Udp), flow(Transport::Tcp));
        ring.came(at(4), udp, &request("INVITE", "one"));
        ring.goes(at(4), udp, &answer("INVITE", "Call-ID", "one"));
        ring.settle();
        ring.came(at(5), udp, &request("INVITE", "one"));
        ring.goes(at(5), udp, &answer("INVITE", "i", "one"));
        ring.hears(&arrived("one"));
        ring.settle();
        ring.came(at(6), tcp, &request("INVITE", "two"));
        ring.came(at(7), udp, &request("REGISTER", "one"));
        ring.goes(at(7), udp, &answer("REGISTER", "Call-ID", "one"));
        ring.goes(at(8), udp, &request("OPTIONS", "one"));
        ring.came(at(8), tcp, &answer("OPTIONS", "CALL-ID", "one"));
        ring.came(at(9), udp, &request("BYE", "one"));
        ring.came(at(9), udp, &Bytes::from_static(b"\r\n\r\nCall-ID: one"));
        ring.settle();
        let kept = ring.copy().of(&["one".into()]);
        let expected = [
            (4, "INVITE"),
            (4, "SIP/2.0"),
            (5, "INVITE"),
            (5, "SIP/2.0"),
            (9, "BYE"),
        ];
        assert_eq!(starts(&kept), expected);
        assert_eq!(kept.whole_since, at(1).into());
        assert_eq!(kept.messages[1].way, Way::Out);
        let two = ring.copy().of(&["two".into(), "three".into()]);
        assert_eq!(two.messages.len(), 1);
        assert_eq!(two.messages[0].transport, "tcp");
    }

    #[test]
    fn s8_the_ring_is_bounded_in_bytes_and_says_from_when_on_it_is_whole() {
        let one = request("INVITE", "one");
        let mut ring = Ring::new(at(0), 4 * (one.len() + ENTRY_BYTES));
        for ms in 1..=1_000 {
            turn(&mut ring, ms, &one, Some(arrived("one")));
        }
        let kept = ring.copy().of(&["one".into()]);
        let last = [(998, "INVITE"), (999, "INVITE"), (1_000, "INVITE")];
        assert_eq!(starts(&kept), last);
        assert_eq!(kept.whole_since, at(998).into());
        let long = [&one[..], &[b'x'; 60_000]].concat().into();
        turn(&mut ring, 2_000, &long, None);
        assert_eq!(ring.copy().of(&["one".into()]).messages.len(), 0);
        assert_eq!(
            ring.calls.bytes, 0,
            "what is larger than the ring is not kept"
        );
        let mut none = Ring::new(at(0), 0);
        turn(&mut none, 1, &one, Some(arrived("one")));
        assert!(none.copy().messages.is_empty());
    }

    #[test]
    fn s8_a_flood_of_strangers_pushes_out_its_own_messages_and_none_of_a_call() {
        let mut ring = Ring::new(at(0), 64 * 1_024);
        turn(
            &mut ring,
            1,
            &request("INVITE", "call"),
            Some(arrived("call")),
        );
        for ms in 2..5_000 {
            turn(&mut ring, ms, &request("INVITE", &ms.to_string()), None);
        }
        turn(&mut ring, 5_000, &request("BYE", "call"), None);
        let kept = ring.copy().of(&["call".into()]);
        assert_eq!(starts(&kept), [(1, "INVITE"), (5_000, "BYE")]);
        assert_eq!(kept.whole_since, at(0).into());
        assert!(ring.others.bytes <= 16 * 1_024 && ring.others.messages.len() > 10);
    }

    #[test]
    fn s8_call_ids_that_are_known_are_bounded_and_those_in_use_stay() {
        let mut known = Known::default();
        known.add(b"long");
        for n in 0..5 * KNOWN_MAX {
            known.add(&n.to_be_bytes());
            if n % 1_000 == 0 {
                assert!(known.has(b"long"), "{n}");
            }
        }
        assert!(!known.has(&0_usize.to_be_bytes()));
        assert!(known.young.len() + known.old.len() <= 2 * KNOWN_MAX);
    }

    #[test]
    fn a_message_of_a_stream_keeps_no_buffer_alive() {
        let buffer = Bytes::from(vec![b'x'; 65_536]);
        let mut ring = Ring::new(at(0), 1 << 20);
        ring.came(at(1), flow(Transport::Tls), &buffer.slice(..100));
        ring.settle();
        let kept = ring.copy().messages;
        assert_ne!(kept[0].bytes.as_ptr(), buffer.as_ptr());
    }
}
