//! What goes into the engine and what comes out of it: the whole border between the core and the world.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use model::calendar::{Closure, PinRefusal};
use model::canary::Trials;
use model::fact::CallbackRequested;
use model::{AgentId, CallId, Fact, RecordingId, Timestamp};
use serde::{Deserialize, Serialize};
use sip::{Connect, Flow, Hop, QueryId, Resolve, ResolveError, Vouch};

use crate::command::{Command, CommandError, CommandId};
use crate::config::Config;
use crate::question::{Answer, Question, QuestionId};
use crate::request::{Reply, Request};

/// One event from the world.
#[derive(Clone, Debug)]
pub enum Input {
    /// A whole SIP message arrived.
    Message {
        /// On which flow.
        flow: Flow,
        /// Its bytes.
        bytes: Bytes,
    },
    /// A connection is gone.
    FlowClosed(Flow),
    /// The names in the verified certificate of the peer of a TLS connection.
    PeerNames {
        /// The connection.
        flow: Flow,
        /// DNS names, lower case.
        names: Vec<String>,
    },
    /// The answer to `Output::Resolve`.
    Resolved(QueryId, Result<Vec<Hop>, ResolveError>),
    /// Somebody wants to look at something; answered by `Output::Answer` in the same turn.
    Question(QuestionId, Question),
    /// A media thread tells something.
    Media(media::News),
    /// What a caller says into a recording of his own stands nowhere: the disk takes nothing.
    RecordingFailed(RecordingId),
    /// Someone wants something; answered by `Output::CommandDone` in the same turn.
    Command(CommandId, Command),
    /// The answer to a request.
    Reply(Reply),
    /// What the former process knew of an agent; after his `PutAgent` and before the first message (G13, C20).
    Restored(Restored),
    /// Somebody whom the former process had promised to call back (D21); after the configuration.
    RestoredCallback(Box<RestoredCallback>),
    /// Which calendars the former process had left closed (E9); after the configuration.
    RestoredClosings(BTreeMap<String, Closure>),
    /// Which PINs were wrong before, in their order (E9).
    RestoredPins(Vec<PinRefusal>),
    /// How canaries stood in the former process (M6); after the configuration, before the first call. `None`: nobody knows, and the former
    /// versions lead everybody as long as this process lives.
    RestoredCanaries(Option<Box<Trials>>),
    /// A configuration that was read and checked.
    Configured(std::sync::Arc<Config>),
}

/// An agent as a restart found him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Who.
    pub agent: AgentId,
    /// The contacts of his phone.
    pub bindings: Vec<sip::Binding>,
    /// What happened to him, oldest first, as far back as was looked (R16).
    pub past: Vec<(Duration, acd::Past)>,
    /// The state that he had asked for; `None` leaves him offline.
    pub wish: Option<acd::Requested>,
}

/// A callback as a restart found it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoredCallback {
    /// What was promised.
    pub asked: CallbackRequested,
    /// How often he was tried.
    pub attempts: u32,
    /// When he was tried last.
    pub tried_at: Option<Duration>,
}

/// One wish of the engine.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Put bytes on a flow.
    Transmit(sip::Transmit),
    /// Open a connection.
    Connect(Connect),
    /// Resolve a name.
    Resolve(Resolve),
    /// Whose packets are to have a budget of their own.
    Vouch(Vouch),
    /// The contacts of an agent's phone changed: keep them over a restart.
    Bindings {
        /// The agent's login.
        login: String,
        /// All of them; none = forget him.
        bindings: Vec<sip::Binding>,
    },
    /// Answer a question.
    Answer(QuestionId, Answer),
    /// Tell a media thread.
    Media(media::Command),
    /// A recording that was begun by `RecordMessage` is kept, or its file is removed.
    SettleRecording {
        /// Which.
        recording: RecordingId,
        /// Whether it is kept.
        kept: bool,
    },
    /// Write down what happened. Boxed, for every wish passes through the room that the largest takes.
    Fact(Timestamp, Box<Fact>),
    /// Ask the outside.
    Request(Request),
    /// Answer a command.
    CommandDone(CommandId, Result<(), CommandError>),
    /// A defect ended this call alone (S3); the lines are its last events, oldest first, to replay it.
    CallBroken {
        /// The call.
        call: CallId,
        /// Its last events.
        trace: Vec<String>,
    },
    /// The last call has ended after `Command::Drain`.
    Drained,
}
