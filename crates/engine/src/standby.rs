//! Agents whose phones stay on the line (常连坐席, C15): a leg that stands for hours and is lent to one call after another.
//!
//! Such a leg is no call: it has no facts of one, no record, and makes nobody busy (C12). It belongs to this table while it
//! rests and to a call while it is lent; whoever lets go of it there (`Leg::hang_up`, `Leg::release`) gives it back here, as
//! long as its line stands. A line that is lost leaves the table first, so that what is let go of then really ends.

use std::collections::BTreeMap;
use std::time::Duration;

use media::{PortId, Source};
use model::{AgentId, CallId, Fact};
use sip::SessionId;

use crate::context::Context;
use crate::leg::Leg;

/// One round of the silence that an agent hears between two calls; it repeats.
pub(crate) const REST: Source = Source::Comfort { ms: 60_000 };

/// Why a line ended, as facts tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    /// The agent hung up.
    Agent,
    /// His phone sent no sound, or a session ran out.
    Silent,
    /// Its media, or the call that it was lent to, broke.
    Failed,
    /// He dialled in anew.
    Replaced,
    /// He went home, or is no agent any more.
    Offline,
    /// The server stops.
    Stopped,
}

impl Loss {
    /// Of a session that ended by itself.
    pub(crate) const fn of(by: sip::EndedBy) -> Self {
        match by {
            sip::EndedBy::RemoteBye => Self::Agent,
            sip::EndedBy::Timeout | sip::EndedBy::SessionExpired => Self::Silent,
            sip::EndedBy::NoAck | sip::EndedBy::FlowLost => Self::Failed,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Silent => "silent",
            Self::Failed => "failed",
            Self::Replaced => "replaced",
            Self::Offline => "offline",
            Self::Stopped => "stopped",
        }
    }
}

/// All lines.
#[derive(Debug, Default)]
pub(crate) struct Standby {
    lines: BTreeMap<AgentId, Line>,
    /// Whose they are: asked of every session and every port of the house.
    sessions: BTreeMap<SessionId, AgentId>,
    ports: BTreeMap<PortId, AgentId>,
    /// The server stops: a line that comes back ends.
    stops: bool,
}

#[derive(Debug)]
struct Line {
    session: SessionId,
    port: PortId,
    /// Whose the port is while it rests; no call has this id.
    home: CallId,
    /// `None`: it is lent to a call.
    leg: Option<Leg>,
    /// It rests and his phone holds it: nobody could be heard on it, so the core takes him for busy (C12).
    is_held: bool,
}

impl Standby {
    /// Whether an agent has a line.
    pub(crate) fn has(&self, agent: AgentId) -> bool {
        self.lines.contains_key(&agent)
    }

    /// Whether his line is lent to a call.
    pub(crate) fn is_lent(&self, agent: AgentId) -> bool {
        self.lines
            .get(&agent)
            .is_some_and(|line| line.leg.is_none())
    }

    /// Whose line a session is.
    pub(crate) fn of_session(&self, session: SessionId) -> Option<AgentId> {
        self.sessions.get(&session).copied()
    }

    /// Whose line uses a port.
    pub(crate) fn of_port(&self, port: PortId) -> Option<AgentId> {
        self.ports.get(&port).copied()
    }
}

impl Context {
    /// An agent's phone is on the line from here on.
    pub(crate) fn stand_by(&mut self, agent: AgentId, home: CallId, leg: Leg) {
        let was_reachable = self.is_reachable(agent);
        self.sessions.remove(&leg.session);
        let line = Line {
            session: leg.session,
            port: leg.port,
            home,
            leg: None,
            is_held: false,
        };
        self.standby.sessions.insert(leg.session, agent);
        self.standby.ports.insert(leg.port, agent);
        self.standby.lines.insert(agent, line);
        self.fact(Fact::StandbyBegan { agent });
        self.rest(agent, leg);
        if !was_reachable {
            self.tell_acd(acd::Input::PhoneRegistered(agent));
        }
    }

    /// The leg of his line, for an offer: none where it is lent, holds, or lives on another media thread than the call.
    pub(crate) fn lend(&mut self, agent: AgentId, call: CallId) -> Option<Leg> {
        let line = self.standby.lines.get_mut(&agent)?;
        if !self.placement.are_together(line.home, call) {
            return None;
        }
        let leg = line
            .leg
            .take_if(|leg| leg.is_negotiated() && !leg.is_held())?;
        self.placement.hand_over(leg.port, call);
        Some(leg)
    }

    /// A call lets go of a leg. The leg itself, unless its line stands and has it back.
    pub(crate) fn given_back(&mut self, leg: Leg) -> Option<Leg> {
        let Some(agent) = self.standby.of_session(leg.session) else {
            return Some(leg);
        };
        self.sessions.remove(&leg.session);
        self.rest(agent, leg);
        if self.standby.stops {
            self.end_standby(agent, Loss::Stopped);
        }
        None
    }

    fn rest(&mut self, agent: AgentId, mut leg: Leg) {
        leg.listen(self, false);
        let sound = self.config.standby.music.clone().map(Source::Sound);
        self.play(leg.port, vec![sound.unwrap_or(REST)], true, Duration::ZERO);
        if let Some(line) = self.standby.lines.get_mut(&agent) {
            self.placement.hand_over(leg.port, line.home);
        }
        self.put_resting(agent, leg);
    }

    /// The leg of a line that rests, to be changed and put back in the same turn.
    pub(crate) fn take_resting(&mut self, session: SessionId) -> Option<(AgentId, Leg)> {
        let agent = self.standby.of_session(session)?;
        let leg = self.standby.lines.get_mut(&agent)?.leg.take()?;
        Some((agent, leg))
    }

    /// Puts it back; who holds his line is busy until he takes it up again.
    pub(crate) fn put_resting(&mut self, agent: AgentId, leg: Leg) {
        let Some(line) = self.standby.lines.get_mut(&agent) else {
            return;
        };
        let is_held = leg.is_held();
        let changed = std::mem::replace(&mut line.is_held, is_held) != is_held;
        line.leg = Some(leg);
        if changed {
            self.tell_acd(if is_held {
                acd::Input::PhoneBusy { agent, call: None }
            } else {
                acd::Input::PhoneFree { agent, call: None }
            });
        }
    }

    /// A line is over, and hung up if it rests. A call that has it lets go of it by itself.
    pub(crate) fn end_standby(&mut self, agent: AgentId, loss: Loss) {
        if self.cut_standby(agent) {
            self.tell_standby_ended(agent, loss);
        }
    }

    /// The first half of that: the table forgets it. `false`: there is none.
    pub(crate) fn cut_standby(&mut self, agent: AgentId) -> bool {
        let Some(line) = self.standby.lines.remove(&agent) else {
            return false;
        };
        self.standby.sessions.remove(&line.session);
        self.standby.ports.remove(&line.port);
        if let Some(leg) = line.leg {
            leg.hang_up(self, None);
            leg.release(self);
        }
        if line.is_held {
            self.tell_acd(acd::Input::PhoneFree { agent, call: None });
        }
        true
    }

    /// The second: he is rung at his registered phone from here on, if he has one.
    pub(crate) fn tell_standby_ended(&mut self, agent: AgentId, loss: Loss) {
        let cause = loss.word().to_owned();
        self.fact(Fact::StandbyEnded { agent, cause });
        if !self.is_reachable(agent) {
            self.tell_acd(acd::Input::PhoneUnregistered(agent));
        }
    }

    /// S6: lines that rest end now, others with their calls.
    pub(crate) fn stop_standby(&mut self) {
        self.standby.stops = true;
        let lines = self.standby.lines.iter();
        let resting = lines.filter(|(_, line)| line.leg.is_some());
        let resting: Vec<AgentId> = resting.map(|(agent, _)| *agent).collect();
        for agent in resting {
            self.end_standby(agent, Loss::Stopped);
        }
    }
}
