//! SUBSCRIBE, RFC 6665 §4.2: who may watch what, for how long. What watchers are told stands in `notify`.
//!
//! Everything is asked for a password (S14, advisory 36). A user may watch his own messages, and the calls of every user of
//! ours: whether a colleague is busy is what the lamps of a desk phone are for. Deliberately absent: resource lists
//! (RFC 4662), winfo (RFC 3857), conditional notification (RFC 5839).

mod notify;

use super::{Challenge, Endpoint, admit::RETRY_AFTER, drive::Outcome, respond::EVENTS};
use crate::{
    dialog::{Dialog, DialogKey},
    flow::Flow,
    message::{Header, Message, Method, lexer, params::Params},
    subscription::{DialogInfo, MessageSummary, Package, table::Subscription},
    transaction::timer::{Owner, Timer},
};
use core::time::Duration;

/// An Event header.
struct Event {
    package: Package,
    id: Option<String>,
}

impl Endpoint {
    /// The calls of a user, for those who watch him (RFC 4235). A user without an account is watched by nobody.
    pub fn set_dialog_info(&mut self, now: Duration, user: &str, dialogs: Vec<DialogInfo>) {
        if self.accounts.contains_key(user) && self.subscriptions.set_calls(user, dialogs) {
            self.state_changed(now, Package::Dialog, user);
        }
    }

    /// How many messages wait for a user (RFC 3842).
    pub fn set_message_summary(&mut self, now: Duration, user: &str, summary: MessageSummary) {
        if self.accounts.contains_key(user) && self.subscriptions.set_summary(user, summary) {
            self.state_changed(now, Package::MessageSummary, user);
        }
    }

    pub(super) fn receive_subscribe(&mut self, now: Duration, flow: Flow, request: &Message) {
        let Some(watcher) = self.authenticate_sender(now, flow, request) else {
            return;
        };
        let Some(event) = self.read_event(flow, request) else {
            return;
        };
        let Some(expires_s) = self.read_expires(flow, request) else {
            return;
        };
        let Some(watched) = self.admit_watcher(flow, request, &watcher, event.package) else {
            return;
        };
        let limits = &self.config.limits;
        if self.subscriptions.len() >= limits.subscriptions_max {
            return self.refuse_busy(request, flow, "too many subscriptions", RETRY_AFTER);
        }
        if self.subscriptions.count_of(&watcher) >= limits.subscriptions_per_user_max {
            return self.refuse(request, flow, 403, "too many subscriptions of a user");
        }
        let tag = self.random.name();
        let Some(dialog) = Dialog::of_invite(request, &tag, flow) else {
            return self.refuse(request, flow, 400, "malformed SUBSCRIBE");
        };
        let number = self.subscriptions.add(Subscription {
            package: event.package,
            watched,
            watcher,
            dialog,
            event_id: event.id,
            expires_at: now,
            version: 0,
            notified_at: None,
            in_flight: false,
            is_due: true,
        });
        self.grant(now, flow, request, number, expires_s, &tag);
    }

    /// A request in the dialog of a subscription; 481 when there is none either.
    pub(super) fn receive_in_subscription(
        &mut self,
        now: Duration,
        flow: Flow,
        request: &Message,
        method: &Method,
    ) {
        let number = DialogKey::of_request(request).and_then(|key| self.subscriptions.find(&key));
        let Some(number) = number else {
            return self.refuse(request, flow, 481, "no such dialog");
        };
        if *method != Method::Subscribe {
            return self.refuse_method(request, flow);
        }
        if !self.is_watcher(now, flow, request, number) {
            return;
        }
        let Some(event) = self.read_event(flow, request) else {
            return;
        };
        let Some(expires_s) = self.read_expires(flow, request) else {
            return;
        };
        if request
            .addresses(Header::Contact)
            .any(|contact| self.is_ourselves(&contact.uri, flow))
        {
            return self.refuse(request, flow, 403, "contact points at ourselves");
        }
        let Some(subscription) = self.subscriptions.get_mut(number) else {
            return;
        };
        // RFC 6665 §4.5.2 would let one dialog carry several subscriptions; phones open one each.
        if event.package != subscription.package || event.id != subscription.event_id {
            return self.refuse_event(flow, request);
        }
        let cseq = request.cseq().map_or(0, |cseq| cseq.number);
        if !subscription.dialog.accept_cseq(cseq) {
            return self.refuse(request, flow, 500, "request out of order");
        }
        subscription.dialog.heard_on(flow);
        self.transactions.use_flow(flow);
        subscription.dialog.refresh_target(request);
        subscription.is_due = true;
        self.grant(now, flow, request, number, expires_s, "");
    }

    /// 200, and what is watched at once (RFC 6665 §4.2.1.2). With no time granted it is the last word: a fetch, or the end.
    fn grant(
        &mut self,
        now: Duration,
        flow: Flow,
        request: &Message,
        number: u64,
        expires_s: u32,
        tag: &str,
    ) {
        let user = request.request_uri().and_then(|uri| uri.user());
        let contact = self.our_contact(flow, &user.unwrap_or_default());
        let ok = self
            .response(request, flow, 200, tag)
            .copy_all(Header::RecordRoute, request)
            .maybe(Header::Contact, contact, |out, contact| {
                out.bracketed(&contact);
            })
            .header(Header::Expires, |out| {
                out.number(u64::from(expires_s));
            })
            .finish();
        self.answer_finally(now, request, flow, ok);
        let expires_at = now.saturating_add(Duration::from_secs(u64::from(expires_s)));
        if let Some(subscription) = self.subscriptions.get_mut(number) {
            subscription.expires_at = expires_at;
        }
        if expires_s == 0 {
            return self.end_subscription(now, number, "timeout");
        }
        let owner = Owner::Subscription(number);
        self.timers.set(owner, Timer::Subscription, expires_at);
        self.notify_at_once(now, number);
    }

    /// Who has proven a password and bears no other name in From. `None` = it has been answered.
    pub(super) fn authenticate_sender(
        &mut self,
        now: Duration,
        flow: Flow,
        request: &Message,
    ) -> Option<String> {
        let user = self.authenticate(now, request, flow, Challenge::Proxy)?;
        let claimed = request.from().and_then(|from| from.uri.user());
        if claimed.as_deref() != Some(&user) {
            self.refuse(request, flow, 403, "From claims another user");
            return None;
        }
        Some(user)
    }

    /// RFC 6665 §4.2.1.1 and §8.2.1. `None` = it has been answered.
    fn read_event(&mut self, flow: Flow, request: &Message) -> Option<Event> {
        let value = request.first(Header::Event).unwrap_or_default();
        let mut cursor = lexer::Cursor::new(value);
        let package = cursor.token().and_then(Package::find);
        let params = Params::take(&mut cursor);
        let (Some(package), Some(params)) = (package, params) else {
            self.refuse_event(flow, request);
            return None;
        };
        if !accepts(request, package.media_type()) {
            self.refuse(request, flow, 406, "no body that the watcher accepts");
            return None;
        }
        let id = params.get("id").map(lexer::printable);
        Some(Event { package, id })
    }

    fn refuse_event(&mut self, flow: Flow, request: &Message) {
        self.refuse_with(request, flow, 489, "unknown event package", |builder| {
            builder.header(Header::AllowEvents, |out| {
                out.word(EVENTS);
            })
        });
    }

    /// Seconds that are granted; 0 = one NOTIFY and no more. `None` = it has been answered.
    fn read_expires(&mut self, flow: Flow, request: &Message) -> Option<u32> {
        let limits = *self.registrar.limits();
        let wanted = request.number(Header::Expires);
        let wanted = wanted.unwrap_or(limits.expires_s_default);
        if wanted != 0 && wanted < limits.expires_s_min {
            let least = u64::from(limits.expires_s_min);
            self.refuse_with(request, flow, 423, "subscription too brief", |builder| {
                builder.header(Header::MinExpires, |out| {
                    out.number(least);
                })
            });
            return None;
        }
        Some(wanted.min(limits.expires_s_max))
    }

    /// S14: whom the watcher watches, if he may. `None` = it has been answered.
    fn admit_watcher(
        &mut self,
        flow: Flow,
        request: &Message,
        watcher: &str,
        package: Package,
    ) -> Option<String> {
        let contacts: Vec<_> = request.addresses(Header::Contact).collect();
        let [contact] = contacts.as_slice() else {
            self.refuse(request, flow, 400, "SUBSCRIBE without exactly one Contact");
            return None;
        };
        if self.is_ourselves(&contact.uri, flow) {
            self.refuse(request, flow, 403, "contact points at ourselves");
            return None;
        }
        let watched = request.request_uri().and_then(|uri| uri.user());
        let watched = watched.filter(|user| self.accounts.contains_key(user));
        match (watched, package) {
            (None, _) => {
                self.refuse(request, flow, 404, "nobody to watch");
                None
            }
            (Some(watched), Package::MessageSummary) if watched != watcher => {
                self.refuse(request, flow, 403, "messages of another user");
                None
            }
            (watched, Package::Dialog | Package::MessageSummary) => watched,
        }
    }

    /// Only the watcher speaks in his subscription: from where he was, or with his password. False = it has been answered.
    fn is_watcher(&mut self, now: Duration, flow: Flow, request: &Message, number: u64) -> bool {
        let Some(subscription) = self.subscriptions.get(number) else {
            return false;
        };
        let watcher = subscription.watcher.clone();
        if subscription.dialog.flow.remote.ip() == flow.remote.ip() {
            return true;
        }
        match self.authenticate(now, request, flow, Challenge::Proxy) {
            Some(user) if user == watcher => true,
            Some(_) => {
                self.refuse(request, flow, 403, "subscription of another user");
                false
            }
            None => false,
        }
    }

    pub(super) fn subscription_timer(&mut self, now: Duration, number: u64, timer: Timer) {
        if timer == Timer::NotifyDue {
            return self.notify_if_due(now, number);
        }
        let Some(subscription) = self.subscriptions.get(number) else {
            return;
        };
        let reason = match (
            self.accounts.contains_key(&subscription.watcher),
            self.accounts.contains_key(&subscription.watched),
        ) {
            (false, _) => "rejected",
            (true, false) => "noresource",
            (true, true) => "timeout",
        };
        self.end_subscription(now, number, reason);
    }

    /// An account is no more: its subscriptions, and those to it, end with the next turn of the clock.
    pub(super) fn end_subscriptions_of(&mut self, user: &str) {
        self.subscriptions.forget_user(user);
        for number in self.subscriptions.with(user) {
            let owner = Owner::Subscription(number);
            self.timers.set(owner, Timer::Subscription, Duration::ZERO);
        }
    }

    /// The connection of some watchers is gone: they subscribe again by their next one.
    pub(super) fn lose_subscriptions(&mut self, flow: Flow) {
        for number in self.subscriptions.on_flow(flow) {
            self.forget_subscription(number);
        }
    }

    fn forget_subscription(&mut self, number: u64) {
        self.subscriptions.remove(number);
        self.timers.cancel_all(&Owner::Subscription(number));
    }
}

/// RFC 3261 §20.1: does the sender take a body of this type? Without Accept he takes the package's own (RFC 6665 §3.1.3).
fn accepts(request: &Message, media_type: &str) -> bool {
    let mut ranges = request.tokens(Header::Accept).map(|range| {
        let bare = range.split(|byte| *byte == b';').next();
        lexer::trim(bare.unwrap_or_default())
    });
    let kind = media_type.split('/').next().unwrap_or_default();
    let any_of_kind = format!("{kind}/*");
    let is_wide = |range: &[u8]| {
        range == b"*/*"
            || range.eq_ignore_ascii_case(media_type.as_bytes())
            || range.eq_ignore_ascii_case(any_of_kind.as_bytes())
    };
    request.first(Header::Accept).is_none() || ranges.any(is_wide)
}
