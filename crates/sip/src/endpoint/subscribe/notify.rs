//! NOTIFY, RFC 6665 §4.2.2: what a watcher is told, and what becomes of a subscription by his answers.
//!
//! Invariants: of one subscription at most one NOTIFY waits for its answer, and between two of them lies a second; what
//! happens meanwhile is told together, as it is then. The first NOTIFY after a SUBSCRIBE and the last one wait for nothing.

use super::{Endpoint, Outcome};
use crate::{
    dialog::Head,
    message::{Builder, Header, Method, Uri},
    subscription::{Package, body, table::Subscription},
    transaction::{
        table::Purpose,
        timer::{Owner, Timer},
    },
};
use core::time::Duration;

/// RFC 4235 §3.10, RFC 3842 §3.9: not more often than once a second.
const INTERVAL: Duration = Duration::from_secs(1);

impl Endpoint {
    /// What is watched is not what it was.
    pub(super) fn state_changed(&mut self, now: Duration, package: Package, watched: &str) {
        for number in self.subscriptions.of(package, watched) {
            if let Some(subscription) = self.subscriptions.get_mut(number) {
                subscription.is_due = true;
            }
            self.notify_if_due(now, number);
        }
    }

    /// Tells what has not been told, once nothing is under way and the last word is a second old.
    pub(super) fn notify_if_due(&mut self, now: Duration, number: u64) {
        let Some(subscription) = self.subscriptions.get(number) else {
            return;
        };
        if !subscription.is_due || subscription.in_flight {
            return;
        }
        let due_at = subscription
            .notified_at
            .map_or(now, |at| at.saturating_add(INTERVAL));
        if due_at <= now {
            self.send_notify(now, number);
        } else {
            let owner = Owner::Subscription(number);
            self.timers.set(owner, Timer::NotifyDue, due_at);
        }
    }

    /// Tells the state as it is, unless a NOTIFY is under way: then right after it.
    pub(super) fn notify_at_once(&mut self, now: Duration, number: u64) {
        let waiting = self.subscriptions.get_mut(number);
        let in_flight = waiting.is_none_or(|subscription| {
            subscription.is_due = true;
            subscription.notified_at = None;
            subscription.in_flight
        });
        if !in_flight {
            self.send_notify(now, number);
        }
    }

    fn send_notify(&mut self, now: Duration, number: u64) {
        let Some(subscription) = self.subscriptions.get_mut(number) else {
            return;
        };
        subscription.in_flight = true;
        subscription.is_due = false;
        subscription.notified_at = Some(now);
        let left = subscription.expires_at.saturating_sub(now).as_secs();
        let owner = Owner::Subscription(number);
        self.timers.cancel(&owner, Timer::NotifyDue);
        if let Some((head, notify)) = self.prepare_notify(number, State::Active(left)) {
            let purpose = Purpose::NotifySubscriber(number);
            self.send_request(now, head, &Method::Notify, notify, purpose);
        }
    }

    /// The last word, and nothing is left of it.
    pub(super) fn end_subscription(&mut self, now: Duration, number: u64, reason: &'static str) {
        if let Some((head, notify)) = self.prepare_notify(number, State::Terminated(reason)) {
            self.send_detached(now, head, &Method::Notify, notify);
        }
        self.forget_subscription(number);
    }

    fn prepare_notify(&mut self, number: u64, state: State) -> Option<(Head, bytes::Bytes)> {
        let flow = self.subscriptions.get(number)?.dialog.flow;
        let (sent_by, branch) = (self.sent_by(flow), self.branch());
        let subscription = self.subscriptions.get_mut(number)?;
        let head = subscription.dialog.next_head(sent_by, branch);
        let version = subscription.version;
        subscription.version = version.saturating_add(1);
        let subscription = self.subscriptions.get(number)?;
        let body = self.notify_body(subscription, version)?;
        let contact = self.our_contact(flow, &subscription.watched);
        let product = &self.config.product;
        let builder = head
            .start(&Method::Notify)
            .maybe(Header::Contact, contact, |out, contact| {
                out.bracketed(&contact);
            })
            .header(Header::UserAgent, |out| {
                out.text(product);
            });
        let notify = write_state(builder, subscription, state)
            .body(subscription.package.media_type(), body.as_bytes());
        Some((head, notify))
    }

    fn notify_body(&self, subscription: &Subscription, version: u32) -> Option<String> {
        let (domain, watched) = (&self.config.domain, &subscription.watched);
        let entity = Uri::sip(watched, domain).ok()?;
        Some(match subscription.package {
            Package::Dialog => {
                let calls = self.subscriptions.calls(watched);
                body::dialog_info(version, &entity, domain, calls)
            }
            Package::MessageSummary => {
                body::message_summary(&entity, self.subscriptions.summary(watched))
            }
        })
    }

    /// RFC 6665 §4.2.2: who refuses a NOTIFY, or does not answer, watches no more. A phone that still wants to subscribes
    /// again.
    pub(in crate::endpoint) fn subscriber_notified(
        &mut self,
        now: Duration,
        number: u64,
        outcome: Outcome<'_>,
    ) {
        match outcome {
            Outcome::Answered(_, 200..=299) => {
                if let Some(subscription) = self.subscriptions.get_mut(number) {
                    subscription.in_flight = false;
                }
                self.notify_if_due(now, number);
            }
            Outcome::Answered(_, _) | Outcome::TimedOut | Outcome::FlowLost => {
                self.forget_subscription(number);
            }
        }
    }
}

/// RFC 6665 §4.1.3.
#[derive(Clone, Copy)]
enum State {
    /// With the seconds that are left.
    Active(u64),
    /// With the reason.
    Terminated(&'static str),
}

fn write_state(builder: Builder, subscription: &Subscription, state: State) -> Builder {
    builder
        .header(Header::Event, |out| {
            out.text(subscription.package.token());
            if let Some(id) = &subscription.event_id {
                out.param("id", id);
            }
        })
        .header(Header::SubscriptionState, |out| {
            match state {
                State::Active(left) => out.word("active;expires=").number(left),
                State::Terminated(reason) => out.word("terminated;reason=").text(reason),
            };
        })
}
