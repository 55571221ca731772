//! An agent as the API tells him, the whole state of his page, and the state that somebody asks for.

use engine::command::StateRequest;
use model::transfer::{Party, TransferTo};
use model::{AgentId, AgentState, CallId, ClipName, OfferId, QueueName, Timestamp};
use serde::{Deserialize, Serialize};
use store::{AgentRecord, Role};
use ticket::Draft;
use utoipa::ToSchema;

use super::ticket_body::numbers_of;
use crate::desktop::{PageLink, PopPages, ShownPop, shown};
use crate::problem::{Code, Problem};
use crate::sight::Sight;
use crate::view::{AgentLine, CurrentPop, Handling, LiveCall, PlayingClip};

/// Most characters of a reason to be not ready.
const REASON_CHARS_MAX: usize = 32;

/// An agent.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgentBody {
    /// His id.
    #[schema(value_type = String)]
    pub id: AgentId,
    /// His user name, and the number by which colleagues dial him.
    pub login: String,
    /// His name.
    pub name: String,
    /// The queues that he serves at present: those of his profile, but for those out of which he was taken (C1).
    #[schema(value_type = Vec<String>)]
    pub queues: Vec<QueueName>,
    /// What he may do: `agent`, `supervisor`, `admin`.
    #[schema(value_type = Vec<String>)]
    pub roles: Vec<Role>,
    /// What he does.
    pub state: StateBody,
}

/// What an agent does at this moment.
#[derive(Debug, Serialize, ToSchema)]
pub struct StateBody {
    /// `offline`, `not_ready`, `ready`, `reserved`, `ringing`, `talking`, `wrap_up`.
    pub state: &'static str,
    /// Why he is not ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The call that holds him.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub call: Option<CallId>,
    /// Since when; `null` when nothing was heard of him since the start.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub since: Option<Timestamp>,
    /// Whether a phone of his is registered.
    pub registered: bool,
    /// Whether his phone stays on the line, and his callers come to him there (C15).
    pub standby: bool,
    /// In wrap-up: how it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wrap_up: Option<WrapUpBody>,
}

/// How a wrap-up ends (C5).
#[derive(Debug, Serialize, ToSchema)]
pub struct WrapUpBody {
    /// `optional`, `until_done`, `timed`, `timed_fixed`, `until_category`.
    pub mode: String,
    /// When it ends by itself.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
}

impl WrapUpBody {
    fn of(line: &AgentLine) -> Option<Self> {
        let files = matches!(line.state, AgentState::WrapUp { .. });
        let wrap_up = line.wrap_up.as_ref().filter(|_| files)?;
        Some(Self {
            mode: wrap_up.mode.clone(),
            until: wrap_up.until,
        })
    }
}

impl StateBody {
    /// Of a line of the board; an agent without one is offline.
    pub fn of(line: Option<&AgentLine>) -> Self {
        let state = line.map_or(&AgentState::Offline, |line| &line.state);
        let reason = match state {
            AgentState::NotReady { reason } => Some(reason.as_str().to_owned()),
            AgentState::Offline
            | AgentState::Ready
            | AgentState::Reserved { .. }
            | AgentState::Ringing { .. }
            | AgentState::Talking { .. }
            | AgentState::WrapUp { .. } => None,
        };
        Self {
            state: state.name(),
            reason,
            call: state.call(),
            since: line.and_then(|line| line.since),
            registered: line.is_some_and(|line| line.registered),
            standby: line.is_some_and(|line| line.standby),
            wrap_up: line.and_then(WrapUpBody::of),
        }
    }
}

impl AgentBody {
    /// Of a record of the store and a line of the board.
    pub fn of(agent: AgentRecord, line: Option<&AgentLine>) -> Self {
        Self {
            id: agent.id,
            queues: agent.served().map(|one| one.queue.clone()).collect(),
            login: agent.login,
            name: agent.name,
            roles: agent.roles.into_iter().collect(),
            state: StateBody::of(line),
        }
    }
}

/// The whole state of an agent's page (P9): load it, then follow the events after `seq`.
#[derive(Debug, Serialize, ToSchema)]
pub struct DesktopBody {
    /// The last fact that stands in it.
    pub seq: u64,
    /// The run of the process that it comes from, for `/v1/events?run=`.
    pub run: String,
    /// Who.
    pub agent: AgentBody,
    /// The pop on his screen, if any.
    pub pop: Option<PopBody>,
    /// The call that he talks in with a caller, and how far he is with handing it on.
    pub talk: Option<TalkBody>,
    /// What calls left with him that is no ticket yet, newest first, at most 200: of calls that live, and of callers whom nobody
    /// could call back.
    pub drafts: Vec<DraftBody>,
}

/// The call that an agent talks in. Events change it: `call.held`, `call.held_long`,
/// `call.resumed`, `call.transfer_…`, `consult.…`, `call.joined`, `clip.began`, `clip.played`.
#[derive(Debug, Serialize, ToSchema)]
pub struct TalkBody {
    /// The call.
    #[schema(value_type = String)]
    pub call: CallId,
    /// Whether he holds the caller.
    pub held: bool,
    /// Whether he was reminded of that (C19).
    pub held_long: bool,
    /// `talking`, `transferring`, `consulting`, `joined`.
    pub stage: &'static str,
    /// Whereto it goes, or whom he asks: `agent`, `queue` or `number`.
    #[schema(value_type = Option<Object>)]
    pub to: Option<TransferTo>,
    /// Whether the colleague whom he asks is on the line.
    pub answered: bool,
    /// The clip that the caller hears (E25).
    pub clip: Option<PlayingClipBody>,
}

/// A clip that plays.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlayingClipBody {
    /// Its name.
    #[schema(value_type = String)]
    pub clip: ClipName,
    /// Its number.
    pub number: u32,
    /// In which language; `/v1/clips` tells how long it lasts in it.
    pub language: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
}

impl From<&PlayingClip> for PlayingClipBody {
    fn from(clip: &PlayingClip) -> Self {
        Self {
            clip: clip.clip.clone(),
            number: clip.number,
            language: clip.language.clone(),
            since: clip.since,
        }
    }
}

impl TalkBody {
    /// Of the call that the agent talks in.
    pub fn of(live: &LiveCall, agent: AgentId, sight: Sight) -> Self {
        let answered = match live.handling {
            Handling::Consulting { answered, .. } => answered,
            Handling::Joined(_) => true,
            Handling::Talking | Handling::Transferring(_) => false,
        };
        Self {
            call: live.call,
            held: live.holders.contains(&Some(Party::Agent(agent))),
            held_long: live.held_long,
            stage: live.handling.name(),
            to: live.handling.to().cloned().map(|to| sight.to(to)),
            answered,
            clip: live.clip.as_ref().map(PlayingClipBody::from),
        }
    }
}

/// A draft that waits to become a ticket.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftBody {
    /// The call that it comes from.
    #[schema(value_type = String)]
    pub call: CallId,
    /// When the call was offered.
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    /// What it is about: as the agent wrote it, else the caller's name, if there is one.
    pub subject: Option<String>,
    /// The queue that offered the call.
    #[schema(value_type = Option<String>)]
    pub queue: Option<QueueName>,
}

impl DraftBody {
    /// As its agent is told of it.
    pub fn of(draft: Draft, sight: Sight) -> Self {
        let known = numbers_of(&draft.contact);
        let subject = draft.subject.or(draft.contact.name);
        Self {
            call: draft.call,
            opened_at: draft.opened_at,
            subject: subject.map(|text| sight.text(text, &known)),
            queue: draft.queue,
        }
    }
}

/// A pop as it stands: key, stage, and the payload of `pop.offer` with what came later.
#[derive(Debug, Serialize, ToSchema)]
pub struct PopBody {
    /// The call.
    #[schema(value_type = String)]
    pub call: CallId,
    /// The offer: with the call the pop's key.
    #[schema(value_type = String)]
    pub offer: OfferId,
    /// The queue that offered it.
    #[schema(value_type = Option<String>)]
    pub queue: Option<QueueName>,
    /// `offered`, `connected`, `ended`.
    pub stage: &'static str,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// The last fact that touched it; what is older is to be dropped (P0).
    pub seq: u64,
    /// Whether numbers in it are masked (P4, F7).
    pub is_masked: bool,
    /// Direction, caller, called, waited_s, language, path, customer, suggestion.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub pop: model::fact::Pop,
    /// Pages of other systems that the call leads to (G7).
    pub pages: Vec<PageLink>,
}

impl PopBody {
    /// As its agent is told of it.
    pub fn of(current: &CurrentPop, sight: Sight, pages: &PopPages) -> Self {
        let ShownPop { pop, pages } = shown(&current.pop, &current.offer, sight, pages);
        Self {
            call: current.offer.call,
            offer: current.offer.id,
            queue: current.offer.queue.clone(),
            stage: current.stage.name(),
            since: current.stage.since(),
            seq: current.seq,
            is_masked: sight == Sight::Masked,
            pop,
            pages,
        }
    }
}

/// The state that somebody asks for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedState {
    /// Which.
    pub state: WantedWord,
    /// Why, with `not_ready`: a word of at most 32 characters.
    #[serde(default)]
    pub reason: Option<String>,
}

/// The states that a person may ask for.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WantedWord {
    /// Take calls.
    Ready,
    /// Take no calls.
    NotReady,
    /// Sign out of the queues.
    Offline,
}

impl TryFrom<WantedState> for StateRequest {
    type Error = Problem;

    fn try_from(wanted: WantedState) -> Result<Self, Problem> {
        let invalid = |detail: &str| Problem::new(Code::InvalidBody).detail(detail);
        match (wanted.state, wanted.reason) {
            (WantedWord::Ready, None) => Ok(Self::Ready),
            (WantedWord::Offline, None) => Ok(Self::Offline),
            (WantedWord::Ready | WantedWord::Offline, Some(_)) => {
                Err(invalid("a reason goes with not_ready alone"))
            }
            (WantedWord::NotReady, None) => Err(invalid("not_ready needs a reason")),
            (WantedWord::NotReady, Some(reason)) => {
                let length = reason.chars().count();
                let is_word = (1..=REASON_CHARS_MAX).contains(&length)
                    && !reason.chars().any(char::is_control)
                    && !reason.trim().is_empty();
                if is_word {
                    Ok(Self::NotReady {
                        reason: reason.trim().into(),
                    })
                } else {
                    Err(invalid("a reason has 1 to 32 characters"))
                }
            }
        }
    }
}
