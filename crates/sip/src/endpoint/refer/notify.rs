//! What a peer hears of the transfer that it asked for: NOTIFY with message/sipfrag, RFC 3515 §2.4.4.
//!
//! One NOTIFY is out at a time, so that none overtakes another; what happened meanwhile is told by the next. Nothing follows
//! the last word, and our BYE waits for its answer: phones forget a transfer with its call.

use super::{Asking, Endpoint, Outcome, Refer};
use crate::{
    dialog::Head,
    event::{EndedBy, ReferId, SessionId},
    message::{Header, Method, NameAddr, status::phrase},
    transaction::{
        table::Purpose,
        timer::{Owner, Timer},
    },
};
use core::time::Duration;

impl Endpoint {
    /// Tells the peer how the transfer goes (message/sipfrag); a status of 200 or more is its last.
    pub fn report_refer(&mut self, now: Duration, refer: ReferId, status: u16) {
        let Some(Refer {
            stage: Asking::Subscribed { out, next, told },
            ..
        }) = self.refers.get_mut(&refer)
        else {
            return;
        };
        if out.is_some() {
            // Nothing follows the last word.
            if next.is_none_or(|next| next < 200) && out.is_none_or(|out| out < 200) {
                *next = Some(status);
            }
        } else if *told != status {
            self.notify_refer(now, refer, status);
        }
    }

    pub(super) fn notify_refer(&mut self, now: Duration, refer: ReferId, status: u16) {
        let Some(head) = self.refer_head(refer) else {
            return self.forget_refer(refer);
        };
        let Some(row) = self.refers.get_mut(&refer) else {
            return;
        };
        let left = row.ends_at.saturating_sub(now).as_secs();
        let bytes = if status < 200 {
            self.write_notify(&head, refer, status, &format!("active;expires={left}"))
        } else {
            self.write_notify(&head, refer, status, "terminated;reason=noresource")
        };
        if let Some(Refer {
            stage: Asking::Subscribed { out, next, told },
            ..
        }) = self.refers.get_mut(&refer)
        {
            *out = Some(status);
            *next = None;
            *told = status;
        }
        let purpose = Purpose::NotifyRefer(refer);
        self.send_request(now, head, &Method::Notify, bytes, purpose);
    }

    fn write_notify(&self, head: &Head, refer: ReferId, status: u16, state: &str) -> bytes::Bytes {
        let id = self.refers.get(&refer).map_or(0, |row| row.cseq);
        let user = NameAddr::parse(&head.from).and_then(|from| from.uri.user());
        let contact = self.our_contact(head.flow, &user.unwrap_or_default());
        let product = &self.config.product;
        head.start(&Method::Notify)
            .maybe(Header::Contact, contact, |out, contact| {
                out.bracketed(&contact);
            })
            .header(Header::Event, |out| {
                out.word("refer;id=").number(u64::from(id));
            })
            .header(Header::SubscriptionState, |out| {
                out.text(state);
            })
            .header(Header::UserAgent, |out| {
                out.text(product);
            })
            .body(
                "message/sipfrag;version=2.0",
                format!("SIP/2.0 {status} {}\r\n", phrase(status)).as_bytes(),
            )
    }

    /// What became of a NOTIFY of ours.
    pub(in crate::endpoint) fn refer_notified(
        &mut self,
        now: Duration,
        refer: ReferId,
        outcome: Outcome<'_>,
    ) {
        // RFC 6665 §4.2.2, RFC 5057 §5.1: who knows no such subscription, or is not there, is told no more.
        let is_gone = match outcome {
            Outcome::Answered(_, status) => matches!(
                status,
                404 | 405 | 408 | 410 | 416 | 480..=485 | 489 | 501 | 604
            ),
            Outcome::TimedOut | Outcome::FlowLost => true,
        };
        let Some(Refer {
            stage: Asking::Subscribed { out, next, .. },
            session,
            ..
        }) = self.refers.get_mut(&refer)
        else {
            return;
        };
        let session = *session;
        let was_last = out.take().is_some_and(|status| status >= 200);
        match next.take() {
            _ if is_gone || was_last => self.forget_refer(refer),
            Some(status) => self.notify_refer(now, refer, status),
            None => {}
        }
        self.hang_up_told(now, session);
    }

    /// The peer has still to hear what became of a transfer that it asked for, or to answer that it has.
    pub(in crate::endpoint) fn owes_last_word(&self, session: SessionId) -> bool {
        let mut mine = self.refers.values().filter(|row| row.session == session);
        mine.any(|row| match row.stage {
            Asking::Open { .. } => false,
            Asking::Subscribed { out, next, .. } => {
                [out, next].into_iter().flatten().any(|said| said >= 200)
            }
        })
    }

    /// A BYE that has waited for the last word goes out.
    fn hang_up_told(&mut self, now: Duration, session: SessionId) {
        let waits = self
            .timers
            .at(&Owner::Session(session), Timer::LastWord)
            .is_some();
        if waits && !self.owes_last_word(session) {
            self.end(now, session, EndedBy::Timeout);
        }
    }

    /// 60 s are over.
    pub(in crate::endpoint) fn refer_expired(&mut self, now: Duration, refer: ReferId) {
        match self.refers.get(&refer).map(|row| &row.stage) {
            Some(Asking::Open { .. }) => self.refuse_refer(now, refer, 603),
            Some(Asking::Subscribed {
                out: None, told, ..
            }) => {
                let told = *told;
                if let Some(head) = self.refer_head(refer) {
                    let state = "terminated;reason=timeout";
                    let bytes = self.write_notify(&head, refer, told, state);
                    self.send_detached(now, head, &Method::Notify, bytes);
                }
                self.forget_refer(refer);
            }
            Some(Asking::Subscribed { out: Some(_), .. }) | None => self.forget_refer(refer),
        }
    }

    fn refer_head(&mut self, refer: ReferId) -> Option<Head> {
        let row = self.refers.get(&refer)?;
        let Some(dialog) = &row.dialog else {
            return self.next_head(row.session);
        };
        let (flow, branch) = (dialog.out(), self.branch());
        let sent_by = self.sent_by(flow);
        let dialog = self.refers.get_mut(&refer)?.dialog.as_mut()?;
        Some(dialog.next_head(sent_by, branch))
    }
}
