//! The symmetric RTP lock of S16: whose packets a port believes.
//!
//! The address of the peer's SDP is believed at once. Another source can be learnt only while the lock is open, only when
//! the SDP address has kept quiet for a while, only from a host that signalling or SDP named, and only by consecutive
//! packets of one stream; nothing of it is let through before. Once shut, only a re-INVITE opens the lock again, or the
//! SDP address itself speaking up. So a stranger who sprays packets at our port is not heard, and a caller behind NAT is.

use core::net::{IpAddr, SocketAddr};
use core::time::Duration;

use crate::Stream;

/// Consecutive packets that teach a source.
const LEARN_PACKETS: u8 = 5;
/// Quiet of the SDP address before another source can be learnt.
const LEARN_AFTER: Duration = Duration::from_millis(200);

/// Strangers that are watched at once.
const CANDIDATES: usize = 4;

/// What the lock says of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// From the peer.
    Accept,
    /// From the peer, and the lock shut on this source just now.
    Shut,
    /// From a stranger, or not proven yet.
    Refuse,
}

/// What is looked at in a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Evidence {
    pub(crate) from: SocketAddr,
    pub(crate) ssrc: u32,
    pub(crate) sequence: u16,
    /// Its payload type is a negotiated one.
    pub(crate) negotiated: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nobody is settled.
    Open {
        /// The source of before a re-INVITE: still heard, and settled again if the SDP address did not change.
        before: Option<Before>,
        candidates: [Option<Candidate>; CANDIDATES],
    },
    /// The source is settled.
    Shut { source: SocketAddr },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Before {
    source: SocketAddr,
    /// The re-INVITE names another address: this source is on its way out.
    moved: bool,
}

/// A stranger who may be the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Candidate {
    from: SocketAddr,
    ssrc: u32,
    next: u16,
    packets: u8,
}

/// The lock of one port.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SourceLock {
    told: SocketAddr,
    signalling: Option<IpAddr>,
    /// Since when the believed address has been quiet.
    quiet_since: Duration,
    state: State,
}

impl SourceLock {
    /// Open, as the first negotiation leaves it.
    pub(crate) fn new(now: Duration, stream: &Stream) -> Self {
        let state = State::Open {
            before: None,
            candidates: [None; CANDIDATES],
        };
        Self {
            told: stream.remote,
            signalling: stream.signalling,
            quiet_since: now,
            state,
        }
    }

    /// A re-INVITE opens the lock again; whoever was heard goes on being heard until another is settled.
    pub(crate) fn reopen(&mut self, now: Duration, stream: &Stream) {
        let moved = self.told != stream.remote;
        let before = self.source().map(|source| Before { source, moved });
        *self = Self::new(now, stream);
        self.state = State::Open {
            before,
            candidates: [None; CANDIDATES],
        };
    }

    /// Judges a packet.
    pub(crate) fn handle(&mut self, now: Duration, packet: Evidence) -> Verdict {
        match self.state {
            State::Shut { source } if source == packet.from => Verdict::Accept,
            // The peer itself beats whoever was learnt in its place.
            State::Shut { .. } | State::Open { .. } if packet.from == self.told => {
                self.shut(packet.from)
            }
            State::Shut { .. } => Verdict::Refuse,
            State::Open {
                before: Some(before),
                ..
            } if before.source == packet.from => {
                self.quiet_since = now;
                if before.moved {
                    Verdict::Accept
                } else {
                    self.shut(packet.from)
                }
            }
            State::Open { .. } => self.learn(now, packet),
        }
    }

    fn learn(&mut self, now: Duration, packet: Evidence) -> Verdict {
        let host = packet.from.ip();
        let named = self
            .signalling
            .is_none_or(|signalling| host == signalling || host == self.told.ip());
        let State::Open { candidates, .. } = &mut self.state else {
            return Verdict::Refuse;
        };
        if !named || !packet.negotiated {
            return Verdict::Refuse;
        }
        let quiet = now.saturating_sub(self.quiet_since) >= LEARN_AFTER;
        if note(candidates, &packet) >= LEARN_PACKETS && quiet {
            self.shut(packet.from)
        } else {
            Verdict::Refuse
        }
    }

    fn shut(&mut self, source: SocketAddr) -> Verdict {
        self.state = State::Shut { source };
        Verdict::Shut
    }

    /// The source that is heard, if any yet.
    fn source(&self) -> Option<SocketAddr> {
        match self.state {
            State::Shut { source } => Some(source),
            State::Open { before, .. } => before.map(|before| before.source),
        }
    }

    /// Packets from there are the peer's without further proof.
    pub(crate) fn believes(&self, from: SocketAddr) -> bool {
        from == self.told || self.source() == Some(from)
    }

    /// Where to send: to the settled source, else where the SDP says.
    pub(crate) fn destination(&self) -> SocketAddr {
        match self.state {
            State::Shut { source } => source,
            State::Open {
                before:
                    Some(Before {
                        source,
                        moved: false,
                    }),
                ..
            } => source,
            State::Open { .. } => self.told,
        }
    }

    /// Whether RTCP from this host can be the peer's: its reports come from another port.
    pub(crate) fn is_host(&self, host: IpAddr) -> bool {
        host == self.told.ip() || self.source().is_some_and(|source| source.ip() == host)
    }
}

/// Counts a packet for its source; gives how many came in a row. When all places are taken, the shortest row gives way.
fn note(candidates: &mut [Option<Candidate>; CANDIDATES], packet: &Evidence) -> u8 {
    let own = candidates
        .iter()
        .position(|it| it.is_some_and(|it| it.from == packet.from));
    let shortest = || {
        (0..)
            .zip(candidates.iter())
            .min_by_key(|(_, it)| it.map_or(0, |it| it.packets))
            .map(|(at, _)| at)
    };
    let Some(place) = own.or_else(shortest).and_then(|at| candidates.get_mut(at)) else {
        return 0;
    };
    let row = place.filter(|it| {
        it.from == packet.from && it.ssrc == packet.ssrc && it.next == packet.sequence
    });
    let packets = row.map_or(1, |it| it.packets.saturating_add(1));
    *place = Some(Candidate {
        from: packet.from,
        ssrc: packet.ssrc,
        next: packet.sequence.wrapping_add(1),
        packets,
    });
    packets
}
