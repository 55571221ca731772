//! MESSAGE, RFC 3428: a word from one agent's phone to another's, in the name of him who has proven his password.
//!
//! The text is read, checked and written anew to each contact of the called user; no header of the sender's goes through
//! (S11, advisory 24). The sender gets his 200 when one phone has taken it, 480 when none has. Nothing is kept for later.
//! Deliberately absent: other bodies than plain text, MESSAGE inside the dialog of a call (405), delivery notes (RFC 5438).

use super::{Endpoint, admit::RETRY_AFTER, drive::Outcome};
use crate::{
    flow::Flow,
    message::{Builder, Header, Message, Method, lexer, params::Params},
    transaction::{TransactionId, table::Purpose},
};
use core::time::Duration;
use std::collections::BTreeMap;

/// What we relay, as Accept and Content-Type.
const TEXT: &str = "text/plain";

/// How long a user's messages count.
const WINDOW: Duration = Duration::from_secs(60);

/// Messages under way, and how many each user has sent within the last minute.
#[derive(Debug, Default)]
pub(super) struct Pager {
    issued: u64,
    relays: BTreeMap<u64, Relay>,
    rates: BTreeMap<String, Rate>,
}

/// One message under way.
#[derive(Debug)]
struct Relay {
    /// The sender's request, which waits for its answer.
    transaction: TransactionId,
    request: Box<Message>,
    flow: Flow,
    /// Phones that have not answered.
    waiting: usize,
}

#[derive(Clone, Copy, Debug)]
struct Rate {
    since: Duration,
    sent: usize,
}

impl Pager {
    pub(super) fn len(&self) -> usize {
        self.relays.len()
    }

    pub(super) fn forget_user(&mut self, user: &str) {
        self.rates.remove(user);
    }

    /// Counts one more message of a user; the time to wait where that is too many.
    fn spend(&mut self, now: Duration, user: &str, max: usize) -> Result<(), Duration> {
        // Who has been quiet for a minute costs no memory.
        self.rates
            .retain(|_, rate| now.saturating_sub(rate.since) < WINDOW);
        let fresh = Rate {
            since: now,
            sent: 0,
        };
        let rate = self.rates.entry(user.to_owned()).or_insert(fresh);
        if rate.sent >= max {
            return Err(rate.since.saturating_add(WINDOW).saturating_sub(now));
        }
        rate.sent = rate.sent.saturating_add(1);
        Ok(())
    }
}

impl Endpoint {
    pub(super) fn receive_message(&mut self, now: Duration, flow: Flow, request: &Message) {
        let Some(sender) = self.authenticate_sender(now, flow, request) else {
            return;
        };
        let Some(called) = self.read_called(flow, request) else {
            return;
        };
        let Some(text) = self.read_text(flow, request) else {
            return;
        };
        let limits = &self.config.limits;
        if self.pager.relays.len() >= limits.relays_max
            || self.transactions.len() >= limits.transactions_max
        {
            return self.refuse_busy(request, flow, "too many messages", RETRY_AFTER);
        }
        let per_minute = limits.messages_per_minute_max;
        if let Err(wait) = self.pager.spend(now, &sender, per_minute) {
            let after = wait.as_secs().saturating_add(1);
            return self.refuse_with(
                request,
                flow,
                480,
                "too many messages of a user",
                |builder| {
                    builder.header(Header::RetryAfter, |out| {
                        out.number(after);
                    })
                },
            );
        }
        self.relay(now, flow, request, &sender, &called, &text);
    }

    /// Writes the text to every contact of the called user.
    fn relay(
        &mut self,
        now: Duration,
        flow: Flow,
        request: &Message,
        sender: &str,
        called: &str,
        text: &str,
    ) {
        let contacts = self.registrar.of(called).to_vec();
        if contacts.is_empty() {
            return self.refuse(request, flow, 480, "no phone for a message");
        }
        let Some(transaction) = self.start_pending(now, flow, request) else {
            return self.refuse(request, flow, 400, "malformed MESSAGE");
        };
        self.pager.issued = self.pager.issued.wrapping_add(1);
        let number = self.pager.issued;
        let relay = Relay {
            transaction,
            request: Box::new(request.clone()),
            flow,
            waiting: contacts.len(),
        };
        self.pager.relays.insert(number, relay);
        // The sender waits 64*T1 himself: he is to hear from us before.
        let wait = self.config.timers.t1.saturating_mul(16);
        for binding in contacts {
            let Some(head) = self.contact_head(&binding, Some(sender), called) else {
                self.refused_by_one(now, number);
                continue;
            };
            let product = &self.config.product;
            let message = head
                .start(&Method::Message)
                .header(Header::UserAgent, |out| {
                    out.text(product);
                })
                .body("text/plain;charset=UTF-8", text.as_bytes());
            let purpose = Purpose::Relay(number);
            self.send_request_within(now, wait, head, &Method::Message, message, purpose);
        }
    }

    /// A user of ours, of an address of ours. `None` = it has been answered.
    fn read_called(&mut self, flow: Flow, request: &Message) -> Option<String> {
        let uri = request.request_uri()?;
        let user = uri.user().unwrap_or_default();
        let is_here = self.is_our_host(uri.host_str(), flow);
        if is_here && self.accounts.contains_key(&user) {
            return Some(user);
        }
        if is_here && self.config.hotlines.contains(&user) {
            // A hotline has no screen.
            self.refuse_method(request, flow);
        } else {
            self.refuse(request, flow, 404, "nobody to take a message");
        }
        None
    }

    /// Plain text and nothing else (advisory 24). `None` = it has been answered.
    fn read_text(&mut self, flow: Flow, request: &Message) -> Option<String> {
        if !is_plain_text(request) {
            self.refuse_with(
                request,
                flow,
                415,
                "message that is no plain text",
                accept_text,
            );
            return None;
        }
        let body = request.body();
        if body.len() > self.config.limits.message_text_bytes_max {
            self.refuse(request, flow, 413, "message text too long");
            return None;
        }
        let text = core::str::from_utf8(&body).ok().filter(|text| {
            let is_shown = |character: char| {
                !character.is_control() || matches!(character, '\t' | '\r' | '\n')
            };
            !text.is_empty() && text.chars().all(is_shown)
        });
        if text.is_none() {
            self.refuse(request, flow, 400, "message text that cannot be shown");
        }
        text.map(str::to_owned)
    }

    /// What one of the phones has answered.
    pub(super) fn relayed(&mut self, now: Duration, number: u64, outcome: Outcome<'_>) {
        match outcome {
            Outcome::Answered(_, 200..=299) => self.answer_relay(now, number, 200),
            Outcome::Answered(_, _) | Outcome::TimedOut | Outcome::FlowLost => {
                self.refused_by_one(now, number);
            }
        }
    }

    fn refused_by_one(&mut self, now: Duration, number: u64) {
        let Some(relay) = self.pager.relays.get_mut(&number) else {
            return;
        };
        relay.waiting = relay.waiting.saturating_sub(1);
        if relay.waiting == 0 {
            self.answer_relay(now, number, 480);
        }
    }

    fn answer_relay(&mut self, now: Duration, number: u64, status: u16) {
        let Some(relay) = self.pager.relays.remove(&number) else {
            return;
        };
        let tag = self.random.name();
        let answer = self.response(&relay.request, relay.flow, status, &tag);
        self.respond_pending(now, relay.transaction, answer.finish());
    }
}

fn is_plain_text(request: &Message) -> bool {
    let mut codings = request.tokens(Header::ContentEncoding);
    let value = request.first(Header::ContentType).unwrap_or_default();
    let params = value.iter().position(|byte| *byte == b';');
    let mut cursor = lexer::Cursor::new(value.get(params.unwrap_or(value.len())..).unwrap_or(&[]));
    let charset = Params::take(&mut cursor).and_then(|params| {
        let charset = params.text("charset");
        Some(charset?.to_ascii_lowercase())
    });
    request.has_content_type(TEXT)
        && codings.all(|coding| coding.eq_ignore_ascii_case(b"identity"))
        && charset.is_none_or(|charset| charset == b"utf-8" || charset == b"us-ascii")
}

fn accept_text(builder: Builder) -> Builder {
    builder.header(Header::Accept, |out| {
        out.text(TEXT);
    })
}
