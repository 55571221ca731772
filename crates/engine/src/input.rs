//! What goes into the engine and what comes out of it: the whole border between the core and the world.

use bytes::Bytes;
use model::{CallId, Fact, Timestamp};
use sip::Flow;

use crate::command::{Command, CommandError, CommandId};
use crate::config::Config;
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
    /// A media thread tells something.
    Media(media::News),
    /// Someone wants something; answered by `Output::CommandDone` in the same turn.
    Command(CommandId, Command),
    /// The answer to a request.
    Reply(Reply),
    /// A configuration that was read and checked.
    Configured(std::sync::Arc<Config>),
}

/// One wish of the engine.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Put bytes on a flow.
    Transmit(sip::Transmit),
    /// Tell a media thread.
    Media(media::Command),
    /// Write down what happened.
    Fact(Timestamp, Fact),
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
