//! Transfers that a peer asks for, RFC 3515 with RFC 3891 inside Refer-To: 202, and NOTIFY with what becomes of them.
//!
//! The owner says who may be transferred where (S15); here it is settled that only an account of ours or a carrier may ask,
//! and only inside a dialog (S14). A subscription outlives its session, because the peer that asked for a transfer may be
//! hung up before the transfer is done; it ends with the last NOTIFY (`notify`), or after 60 s.

mod notify;

use super::{
    Challenge, Endpoint,
    drive::Outcome,
    replaces::Replaces,
    session::{Session, Stage},
};
use crate::{
    dialog::Dialog,
    event::{Event, ReferId, ReferTarget, SessionId},
    flow::Flow,
    message::{Header, Message, NameAddr, Scheme, UriView, lexer::trim},
    transaction::{
        TransactionId,
        timer::{Owner, Timer},
    },
};
use core::time::Duration;

/// RFC 3515 §2.4.4: how long the implicit subscription lasts; a transfer rings no longer.
const LASTS: Duration = Duration::from_secs(60);

/// One REFER.
#[derive(Debug)]
pub(super) struct Refer {
    session: SessionId,
    /// CSeq of the REFER: the `id` of its events (RFC 3515 §2.4.6).
    cseq: u32,
    stage: Asking,
    /// The dialog, where the session is over.
    dialog: Option<Box<Dialog>>,
    ends_at: Duration,
}

/// How far it is.
#[derive(Debug)]
enum Asking {
    /// The owner has not answered.
    Open {
        transaction: TransactionId,
        request: Box<Message>,
    },
    /// 202 was sent, and news are awaited.
    Subscribed {
        /// What the NOTIFY that is out says.
        out: Option<u16>,
        /// What the next one is to say.
        next: Option<u16>,
        /// What was said last.
        told: u16,
    },
}

impl Endpoint {
    pub(super) fn receive_refer(
        &mut self,
        now: Duration,
        flow: Flow,
        request: &Message,
        session: SessionId,
    ) {
        let target = match self.refer_target(flow, request, session) {
            Ok(target) => target,
            Err(status) => {
                return self.answer_in_dialog(now, flow, request, status, |builder| builder);
            }
        };
        let Some(transaction) = self.start_pending(now, flow, request) else {
            return;
        };
        self.refers_issued = self.refers_issued.wrapping_add(1);
        let refer = ReferId(self.refers_issued);
        let ends_at = now.saturating_add(LASTS);
        let row = Refer {
            session,
            cseq: request.cseq().map_or(0, |cseq| cseq.number),
            stage: Asking::Open {
                transaction,
                request: Box::new(request.clone()),
            },
            dialog: None,
            ends_at,
        };
        self.refers.insert(refer, row);
        let owner = Owner::Refer(refer);
        self.timers.set(owner, Timer::Subscription, ends_at);
        self.event(Event::Refer {
            refer,
            session,
            to: target,
        });
    }

    /// REFER outside a dialog: nobody is transferred whom nobody talks with (S14).
    pub(super) fn receive_stray_refer(&mut self, now: Duration, flow: Flow, request: &Message) {
        if self
            .authenticate(now, request, flow, Challenge::Proxy)
            .is_some()
        {
            self.refuse(request, flow, 403, "REFER outside a dialog");
        }
    }

    /// Whereto, or the status of the refusal. Not 404, 416 or 481: to a peer they would mean that the dialog is gone
    /// (RFC 5057 §5.1).
    fn refer_target(
        &self,
        flow: Flow,
        request: &Message,
        session: SessionId,
    ) -> Result<ReferTarget, u16> {
        let alive = self.sessions.get(&session).ok_or(480_u16)?;
        if !alive.is_trusted() {
            return Err(403);
        }
        let Stage::Established { hung_up: None, .. } = &alive.stage else {
            return Err(480);
        };
        let values: Vec<&[u8]> = request.all(Header::ReferTo).collect();
        // RFC 3515 §2.1: exactly one.
        let [value] = values.as_slice() else {
            return Err(400);
        };
        let mine = self.refers.values().filter(|row| row.session == session);
        if mine.count() >= self.config.limits.refers_per_session_max {
            return Err(503);
        }
        let uri = refer_to(value).ok_or(400_u16)?;
        let is_ours = match uri.scheme {
            Scheme::Tel => true,
            Scheme::Sip | Scheme::Sips => self.is_our_host(uri.host_str(), flow),
            Scheme::Other => return Err(603),
        };
        // Anything but a call: SUBSCRIBE, BYE, MESSAGE.
        let method = uri.parameter("method").unwrap_or(b"INVITE");
        let Some(user) = uri.user().filter(|_| method == b"INVITE") else {
            return Err(603);
        };
        Ok(ReferTarget {
            user,
            is_ours,
            replaces: self.refer_replaces(&uri)?,
        })
    }

    /// RFC 5589 §7.3: the session of ours that the Replaces in Refer-To names.
    fn refer_replaces(&self, uri: &UriView<'_>) -> Result<Option<SessionId>, u16> {
        let values = uri.header_values("Replaces");
        match values.as_slice() {
            [] => Ok(None),
            [value] => {
                let replaces = Replaces::parse(value).ok_or(400_u16)?;
                let session = self.answered_session_named(&replaces).ok_or(603_u16)?;
                Ok(Some(session))
            }
            [_, ..] => Err(400),
        }
    }

    /// Takes the transfer of [`crate::Event::Refer`]: 202, and NOTIFY with `100 Trying`.
    pub fn accept_refer(&mut self, now: Duration, refer: ReferId) {
        let Some((transaction, request)) = self.open_refer(refer) else {
            return;
        };
        let Some(flow) = self.flow_of(transaction) else {
            return self.forget_refer(refer);
        };
        // RFC 4488 §4: a peer that wants no NOTIFY gets none.
        let wants_none = request
            .first(Header::ReferSub)
            .is_some_and(|value| value.eq_ignore_ascii_case(b"false"));
        let silent = wants_none.then_some("false");
        let bytes = self
            .session_response(&request, flow, "", 202)
            .maybe(Header::ReferSub, silent, |out, text| {
                out.text(text);
            })
            .finish();
        self.respond_pending(now, transaction, bytes);
        if wants_none {
            return self.forget_refer(refer);
        }
        if let Some(row) = self.refers.get_mut(&refer) {
            row.stage = Asking::Subscribed {
                out: None,
                next: None,
                told: 100,
            };
        }
        self.notify_refer(now, refer, 100);
    }

    /// Refuses it; a status below 400 is sent as 603.
    pub fn refuse_refer(&mut self, now: Duration, refer: ReferId, status: u16) {
        let Some((transaction, request)) = self.open_refer(refer) else {
            return;
        };
        let status = if (400..700).contains(&status) {
            status
        } else {
            603
        };
        if let Some(flow) = self.flow_of(transaction) {
            let bytes = self.response(&request, flow, status, "").finish();
            self.respond_pending(now, transaction, bytes);
        }
        self.forget_refer(refer);
    }

    /// A session is over: what the owner has not answered is refused, what he has goes on in the dialog as it was.
    pub(super) fn keep_refers(&mut self, now: Duration, session: SessionId) {
        let rows = self.refers.iter();
        let mine: Vec<ReferId> = rows
            .filter(|(_, row)| row.session == session)
            .map(|(refer, _)| *refer)
            .collect();
        if mine.is_empty() {
            return;
        }
        let dialog = self.sessions.get(&session).and_then(Session::dialog);
        let dialog = dialog.filter(|dialog| !dialog.is_cut).cloned();
        for refer in mine {
            self.refuse_refer(now, refer, 603);
            match (self.refers.get_mut(&refer), &dialog) {
                (Some(row), Some(dialog)) => {
                    let mut dialog = Box::new(dialog.clone());
                    // The BYE takes the next number.
                    dialog.leap();
                    row.dialog = Some(dialog);
                }
                (Some(_), None) => self.forget_refer(refer),
                (None, _) => {}
            }
        }
    }

    fn open_refer(&self, refer: ReferId) -> Option<(TransactionId, Box<Message>)> {
        match &self.refers.get(&refer)?.stage {
            Asking::Open {
                transaction,
                request,
            } => Some((*transaction, request.clone())),
            Asking::Subscribed { .. } => None,
        }
    }

    fn forget_refer(&mut self, refer: ReferId) {
        self.refers.remove(&refer);
        self.timers.cancel_all(&Owner::Refer(refer));
    }
}

/// RFC 3515 §2.1: with angle brackets, or without where nothing belongs to the header; phones write `?Replaces` there too.
fn refer_to(value: &[u8]) -> Option<UriView<'_>> {
    UriView::parse(trim(value))
        .ok()
        .or_else(|| Some(NameAddr::parse(value)?.uri))
}
