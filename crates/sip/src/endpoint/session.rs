//! One INVITE session: the stages from INVITE to end, RFC 3261 §13 to §15.

use super::{modify::Change, reliable::Reliable, session_timer::Interval};
use crate::{
    config::Timers,
    dialog::{Dialog, DialogKey},
    flow::Flow,
    message::{Header, Message},
    reason::Reason,
    source::Source,
    transaction::TransactionId,
    trunk::TrunkName,
};
use bytes::Bytes;
use core::time::Duration;
use std::sync::Arc;

/// A session that is alive.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) stage: Stage,
    pub(super) peer: Peer,
    pub(super) skills: Skills,
    pub(super) media: Media,
    /// A change by the peer that the owner has not answered.
    pub(super) theirs: Option<Theirs>,
    /// A change by us that waits or is out.
    pub(super) ours: Option<Box<Change>>,
    pub(super) interval: Interval,
    /// Reliable 1xx of ours.
    pub(super) reliable: Option<Box<Reliable>>,
}

/// With whom.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Peer {
    /// An account of ours: he has proven its password, or we called its contact. From another address he has to prove it
    /// again before he may speak in the dialog.
    Account(Arc<str>),
    /// A carrier of ours, that of [`Session::trunk`].
    Trunk,
    /// Anybody, who counts in [`super::strangers::Strangers`].
    Stranger(Source),
}

/// What the peer's Supported and Allow say that it can do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Skills {
    /// RFC 3311.
    pub(super) update: bool,
    /// RFC 3262.
    pub(super) reliable: bool,
}

impl Skills {
    /// What a message adds to what was known: one that says nothing takes nothing away.
    pub(super) fn learn(&mut self, message: &Message) {
        let has = |header, token: &[u8]| {
            let mut tokens = message.tokens(header);
            tokens.any(|known| known.eq_ignore_ascii_case(token))
        };
        if message.first(Header::Allow).is_some() {
            self.update = has(Header::Allow, b"UPDATE");
        }
        if message.first(Header::Supported).is_some() || message.first(Header::Require).is_some() {
            self.reliable = has(Header::Supported, b"100rel") || has(Header::Require, b"100rel");
        }
    }
}

/// The SDP that stands: what a refresh repeats, and what its answer is compared with (RFC 4028 §7.4).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Media {
    /// What we said last and the peer has taken.
    pub(super) ours: Option<Bytes>,
    /// What the peer said last.
    theirs: Option<Bytes>,
}

impl Media {
    #[cfg(test)]
    pub(super) fn heard(&self) -> &Option<Bytes> {
        &self.theirs
    }

    /// Takes what the INVITE of the peer offered, unless a change has come since.
    pub(super) fn hear_first(&mut self, sdp: Option<&Bytes>) {
        if self.theirs.is_none() {
            self.hear(sdp);
        }
    }

    /// Takes what the peer says; true when that is something else than before.
    pub(super) fn hear(&mut self, sdp: Option<&Bytes>) -> bool {
        let Some(sdp) = sdp else {
            return false;
        };
        let is_other = self.theirs.as_ref() != Some(sdp);
        if is_other {
            // A copy: the slice would keep the whole message alive.
            self.theirs = Some(Bytes::copy_from_slice(sdp));
        }
        is_other
    }
}

/// A re-INVITE, or an UPDATE or PRACK with an SDP offer.
#[derive(Debug)]
pub(super) struct Theirs {
    pub(super) transaction: TransactionId,
    pub(super) request: Box<Message>,
    /// What it asks for, where it settles that: of an INVITE or UPDATE.
    pub(super) interval: Option<Interval>,
}

/// Where it stands.
#[derive(Debug)]
pub(super) enum Stage {
    /// They call: no final answer from us.
    Incoming {
        transaction: TransactionId,
        invite: Arc<Message>,
        dialog: Box<Dialog>,
        /// The last 1xx that the owner had sent.
        rang: Option<u16>,
    },
    /// We call: no final answer from them.
    Calling {
        transaction: TransactionId,
        flow: Flow,
        progress: Progress,
        /// One for each phone behind the INVITE that has sent a 1xx with a tag (§12.1), at most [`EARLY_MAX`].
        early: Vec<Early>,
    },
    /// A 2xx went or came.
    Established {
        dialog: Box<Dialog>,
        /// A 2xx of ours whose ACK has not come.
        pending_ok: Option<PendingOk>,
        /// The first 2xx of ours has its ACK (or we are the caller).
        acked: bool,
        /// The owner has hung up; BYE follows the ACK.
        hung_up: Option<Option<Reason>>,
    },
}

/// Early dialogs of one INVITE; what comes from further phones is heard, but not answered.
pub(super) const EARLY_MAX: usize = 8;

/// An early dialog of our INVITE.
#[derive(Debug)]
pub(super) struct Early {
    pub(super) dialog: Dialog,
    /// RFC 3262 §4: the number of the last reliable 1xx.
    pub(super) rseq: Option<u32>,
    /// A PRACK of ours has no answer yet.
    pub(super) prack: bool,
    /// The SDP answer that a reliable 1xx has brought.
    pub(super) answer: Option<Bytes>,
    /// An UPDATE has agreed on something else since.
    pub(super) is_changed: bool,
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
    /// It holds an SDP offer: the ACK must bring the answer (RFC 3261 §13.2.2.4).
    pub(super) is_offer: bool,
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
    pub(super) fn new(stage: Stage, peer: Peer, interval: Interval) -> Self {
        Self {
            stage,
            peer,
            skills: Skills::default(),
            media: Media::default(),
            theirs: None,
            ours: None,
            interval,
            reliable: None,
        }
    }

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
            Peer::Account(_) | Peer::Trunk => false,
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

    /// The peer is one of ours: an account or a carrier.
    pub(super) fn is_trusted(&self) -> bool {
        match self.peer {
            Peer::Account(_) | Peer::Trunk => true,
            Peer::Stranger(_) => false,
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

    /// The dialog of that name: the session's own, or an early one of our INVITE.
    pub(super) fn dialog_at(&mut self, key: &DialogKey) -> Option<&mut Dialog> {
        match &mut self.stage {
            Stage::Incoming { dialog, .. } | Stage::Established { dialog, .. } => {
                Some(dialog.as_mut()).filter(|dialog| dialog.key == *key)
            }
            Stage::Calling { early, .. } => early
                .iter_mut()
                .map(|early| &mut early.dialog)
                .find(|dialog| dialog.key == *key),
        }
    }

    /// A call of ours that its owner has not given up.
    pub(super) fn is_wanted(&self) -> bool {
        match &self.stage {
            Stage::Calling { progress, .. } => match progress {
                Progress::Waiting | Progress::Proceeding => true,
                Progress::CancelDue(_) | Progress::Cancelling => false,
            },
            Stage::Incoming { .. } | Stage::Established { .. } => false,
        }
    }

    /// What a change in that dialog has agreed on stands; what an early answer said before does not.
    pub(super) fn has_changed(&mut self, key: &DialogKey) {
        match &mut self.stage {
            Stage::Calling { early, .. } => {
                let mut early = early.iter_mut();
                if let Some(early) = early.find(|early| early.dialog.key == *key) {
                    early.is_changed = true;
                }
            }
            Stage::Incoming { .. } | Stage::Established { .. } => {}
        }
    }

    /// Forgets who rang; their names.
    pub(super) fn take_early(&mut self) -> Vec<DialogKey> {
        match &mut self.stage {
            Stage::Calling { early, .. } => early.drain(..).map(|early| early.dialog.key).collect(),
            Stage::Incoming { .. } | Stage::Established { .. } => Vec::new(),
        }
    }

    /// The names under which its dialogs are found.
    pub(super) fn keys(&self) -> impl Iterator<Item = &DialogKey> {
        let (dialog, early) = match &self.stage {
            Stage::Incoming { dialog, .. } | Stage::Established { dialog, .. } => {
                (Some(&dialog.key), &[][..])
            }
            Stage::Calling { early, .. } => (None, early.as_slice()),
        };
        let early = early.iter().map(|early| &early.dialog.key);
        dialog.into_iter().chain(early)
    }

    pub(super) fn flow(&self) -> Flow {
        match &self.stage {
            Stage::Incoming { dialog, .. } | Stage::Established { dialog, .. } => dialog.flow,
            Stage::Calling { flow, .. } => *flow,
        }
    }
}
