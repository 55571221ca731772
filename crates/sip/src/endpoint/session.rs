//! One INVITE session: the stages from INVITE to end, RFC 3261 §13 to §15.

use crate::{
    config::Timers, dialog::Dialog, flow::Flow, message::Message, reason::Reason, source::Source,
    transaction::TransactionId, trunk::TrunkName,
};
use bytes::Bytes;
use core::time::Duration;

/// A session that is alive.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) stage: Stage,
    pub(super) peer: Peer,
}

/// With whom.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Peer {
    /// He has proven a password: only his address may speak in the dialog.
    Trusted,
    /// Anybody, who counts in [`super::strangers::Strangers`].
    Stranger(Source),
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
    /// Repeats that are left; `None` = as many as the time-out allows.
    pub(super) repeats_left: Option<u8>,
}

/// How long a 2xx of ours waits for its ACK, and how often it is repeated meanwhile.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Patience {
    pub(super) timeout: Duration,
    pub(super) repeats_max: Option<u8>,
}

impl Patience {
    /// RFC 3261 §13.3.1.4.
    pub(super) fn full(timers: &Timers) -> Self {
        Self {
            timeout: timers.timeout(),
            repeats_max: None,
        }
    }

    /// G11: whoever sends a datagram with a made-up address would have the host at that address sent eleven answers and as
    /// many BYE. RFC 3261 §13.3.1.4 asks for that; we repeat 0.5, 1.5, 3.5 and 7.5 s after the first and are done at 8 s.
    fn short(timers: &Timers) -> Self {
        Self {
            timeout: timers.timeout().min(Duration::from_secs(8)),
            repeats_max: Some(4),
        }
    }
}

impl Session {
    /// What the first 2xx to this peer is worth.
    pub(super) fn patience(&self, timers: &Timers) -> Patience {
        if self.is_unproven() {
            Patience::short(timers)
        } else {
            Patience::full(timers)
        }
    }

    /// Nothing shows yet that anybody is at the peer's address: neither a password nor a connection nor an ACK.
    pub(super) fn is_unproven(&self) -> bool {
        match self.peer {
            Peer::Trusted => false,
            Peer::Stranger(_) => !self.flow().transport.is_reliable() && !self.is_acked(),
        }
    }

    /// The first 2xx of ours has its ACK, or the peer has sent the 2xx.
    pub(super) fn is_acked(&self) -> bool {
        match &self.stage {
            Stage::Established { acked, .. } => *acked,
            Stage::Incoming { .. } | Stage::Calling { .. } => false,
        }
    }

    pub(super) fn dialog(&self) -> Option<&Dialog> {
        match &self.stage {
            Stage::Incoming { dialog, .. } | Stage::Established { dialog, .. } => Some(dialog),
            Stage::Calling { .. } => None,
        }
    }

    /// The trunk that the peer is reached by.
    pub(super) fn trunk(&self) -> Option<&TrunkName> {
        self.dialog()?.trunk.as_ref()
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
