//! What became of a caller on the day that is played again: as much of his story as the log knows.
//!
//! A stage is one stay in the lines: from joining to an agent or out. A caller who is handed on, or whom the script leads
//! to another queue, has several. Each thing that happened keeps its place in the log's order, so that what is told again
//! at the same moment is told in the same order.

use std::collections::BTreeMap;
use std::time::Duration;

use acd::Input;
use model::fact::QueueExit;
use model::{AgentId, OfferId, QueueName};

use super::fate::How;

/// A moment, and the place in the log of what happened then.
pub(super) type Moment = (Duration, u64);

/// A caller's story.
#[derive(Clone, Debug, Default)]
pub(super) struct Story {
    pub(super) stages: Vec<Stage>,
}

/// One stay in the lines.
#[derive(Clone, Debug)]
pub(super) struct Stage {
    pub(super) joined: Moment,
    /// [`Input::Joined`], [`Input::JoinedFor`], [`Input::Promised`] or [`Input::HandedToQueue`].
    pub(super) entry: Input,
    pub(super) home: QueueName,
    /// What was told about him while he waited.
    pub(super) deeds: Vec<(Moment, Input)>,
    /// When he was to be called back, and when he was on the line (D21).
    pub(super) called: Option<Moment>,
    pub(super) reached: Option<Moment>,
    /// When he went of his own will, or somebody took him out.
    pub(super) left: Option<(Moment, QueueExit)>,
    /// How each agent who was rung for him took it, ring by ring.
    pub(super) rings: BTreeMap<AgentId, Vec<Ring>>,
    pub(super) end: Option<End>,
}

/// How a stage ended.
#[derive(Clone, Debug)]
pub(super) enum End {
    /// By an agent.
    Answered(Talk),
    /// Otherwise.
    Left { at: Moment, cause: QueueExit },
}

/// A talk.
#[derive(Clone, Debug)]
pub(super) struct Talk {
    pub(super) began: Moment,
    pub(super) agent: AgentId,
    pub(super) ended: Option<Moment>,
    pub(super) filing: Vec<Filing>,
}

/// What an agent said while he filed a call: after how long, and what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Filing {
    pub(super) after: Duration,
    pub(super) order: u64,
    pub(super) what: Filed,
}

/// What he said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filed {
    /// Done.
    Done,
    /// More time.
    More,
    /// The call has its category.
    Category,
}

/// One ring at one agent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ring {
    pub(super) offer: OfferId,
    pub(super) made: Moment,
    /// When the phone said that it rings.
    pub(super) rang: Option<Moment>,
    /// When it was answered and not heard yet (R23).
    pub(super) picked_up: Option<Moment>,
    pub(super) taken: Taken,
}

/// How an agent took a ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// Not known: it still rings, or it was taken back at this moment, when one was.
    Unknown(Option<Duration>),
    /// He answered.
    Answered(Moment),
    /// He refused.
    Declined(Moment),
    /// His phone could not be reached.
    Failed(Moment, u16),
    /// We could not ring it.
    Withheld(Moment),
    /// He let it ring.
    Missed,
}

impl Stage {
    /// Whether he stands in line on the line, and not by our word to call back.
    pub(super) const fn is_on_the_line(&self) -> bool {
        !matches!(self.entry, Input::Promised { .. })
    }

    /// The agent who talked with him, and for how long, where both are known.
    pub(super) fn talked(&self) -> Option<(AgentId, Duration)> {
        let talk = self.talk()?;
        let (ended, _) = talk.ended?;
        Some((talk.agent, ended.saturating_sub(talk.began.0)))
    }

    pub(super) const fn talk(&self) -> Option<&Talk> {
        match &self.end {
            Some(End::Answered(talk)) => Some(talk),
            Some(End::Left { .. }) | None => None,
        }
    }

    /// How long he waited, as far as it is known at `horizon`, and whether his patience ended it.
    pub(super) fn waited(&self, horizon: Duration) -> (Duration, bool) {
        let (until, gave_up) = match &self.end {
            Some(End::Answered(talk)) => (talk.began.0, false),
            Some(End::Left { at, cause }) => (at.0, *cause == QueueExit::Abandoned),
            None => (horizon, false),
        };
        (until.saturating_sub(self.joined.0), gave_up)
    }

    /// When it ended, and how.
    pub(super) fn outcome(&self) -> Option<(Duration, How)> {
        match self.end.as_ref()? {
            End::Answered(talk) => Some((talk.began.0, How::Answered(talk.agent))),
            End::Left { at, cause } => Some((at.0, How::Left(*cause))),
        }
    }

    /// Whether he still waits at that moment.
    pub(super) fn waits_at(&self, moment: Duration) -> bool {
        self.joined.0 < moment
            && match &self.end {
                Some(End::Answered(talk)) => talk.began.0 >= moment,
                Some(End::Left { at, .. }) => at.0 >= moment,
                None => true,
            }
    }
}
