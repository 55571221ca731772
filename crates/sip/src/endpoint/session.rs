//! One INVITE session: the stages from INVITE to end, RFC 3261 §13 to §15.

use crate::{
    dialog::Dialog, flow::Flow, message::Message, reason::Reason, transaction::TransactionId,
};
use bytes::Bytes;
use core::time::Duration;

/// A session that is alive.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) stage: Stage,
    /// Only this peer address may speak in the dialog: set where the phone has proven a password.
    pub(super) trusted: bool,
}

/// Where it stands.
#[derive(Debug)]
pub(super) enum Stage {
    /// They call: no final answer from us.
    Incoming {
        transaction: TransactionId,
        invite: Box<Message>,
        dialog: Box<Dialog>,
    },
    /// We call: no final answer from them.
    Calling {
        transaction: TransactionId,
        flow: Flow,
        progress: Progress,
    },
    /// A 2xx went or came.
    Established {
        dialog: Box<Dialog>,
        /// A 2xx of ours whose ACK has not come.
        pending_ok: Option<PendingOk>,
        /// A re-INVITE that the owner has not answered.
        reinvite: Option<(TransactionId, Box<Message>)>,
        /// The first 2xx of ours has its ACK (or we are the caller).
        acked: bool,
        /// The owner has hung up; BYE follows the ACK.
        hung_up: Option<Option<Reason>>,
    },
}

/// How far our call came.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Progress {
    /// Nothing was heard.
    Waiting,
    /// A 1xx came.
    Proceeding,
    /// The owner hung up before any 1xx: CANCEL must wait (RFC 3261 §9.1).
    CancelDue(Option<Reason>),
    /// CANCEL is out.
    Cancelling,
}

/// A 2xx that is repeated until its ACK comes.
#[derive(Debug)]
pub(super) struct PendingOk {
    pub(super) cseq: u32,
    pub(super) flow: Flow,
    pub(super) bytes: Bytes,
    pub(super) interval: Duration,
}

impl Session {
    pub(super) fn dialog(&self) -> Option<&Dialog> {
        match &self.stage {
            Stage::Incoming { dialog, .. } | Stage::Established { dialog, .. } => Some(dialog),
            Stage::Calling { .. } => None,
        }
    }

    pub(super) fn dialog_mut(&mut self) -> Option<&mut Dialog> {
        match &mut self.stage {
            Stage::Incoming { dialog, .. } | Stage::Established { dialog, .. } => Some(dialog),
            Stage::Calling { .. } => None,
        }
    }

    pub(super) fn flow(&self) -> Flow {
        match &self.stage {
            Stage::Incoming { dialog, .. } | Stage::Established { dialog, .. } => dialog.flow,
            Stage::Calling { flow, .. } => *flow,
        }
    }
}
