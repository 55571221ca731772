//! Registered contacts over time: kept over a restart, asked whether they are still there, told when they change.
//!
//! A probe is an OPTIONS over the contact's flow (A5, G18). Each user's probes have a place of their own in the interval,
//! drawn from his name, so that ten thousand phones that came back together are not asked together. A contact that does
//! not answer is silent, not gone: a phone whose network was away for a minute knows nothing of it and would register
//! again in an hour only, so it is asked on, and its next word brings it back.

use super::{Endpoint, drive::Outcome, respond::EVENTS};
use crate::{
    dialog::Head,
    event::{Event, HOPS_MAX, Output, UnregisterCause},
    flow::{Flow, Transport},
    message::{Header, Method, Uri, Value},
    registrar::Binding,
    transaction::{
        table::Purpose,
        timer::{Owner, Timer},
    },
};
use core::time::Duration;

/// How many contacts could be called before a change, and why that may have been the last of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Loss {
    pub(super) before: usize,
    pub(super) cause: UnregisterCause,
}

impl Endpoint {
    /// Gives a user the contacts that he had before a restart (G13). Those that have expired, or whose connection is gone
    /// with the former process, are left out; so is everything of a user without an account.
    pub fn restore_bindings(&mut self, now: Duration, user: &str, bindings: Vec<Binding>) {
        let told = bindings.clone();
        let mut kept = bindings;
        kept.retain(|binding| self.is_still_reachable(now, binding));
        if !self.accounts.contains_key(user) {
            kept.clear();
        }
        let before = self.registrar.of(user).len();
        self.registrar.restore(user, kept);
        let contacts = self.registrar.of(user).len();
        if before == 0 && contacts > 0 {
            self.event(Event::Registered {
                user: user.to_owned(),
                contacts,
                first: true,
            });
        }
        self.schedule_contacts(now, user);
        self.tell_gate();
        if !self.registrar.bound(user).eq(told.iter()) {
            self.tell_bindings(user);
        }
    }

    /// A datagram needs nothing but the same listener. Any other flow went with the process that held its connection.
    fn is_still_reachable(&self, now: Duration, binding: &Binding) -> bool {
        let mut listeners = self.config.listeners.iter();
        let listens = listeners
            .any(|(transport, local)| *transport == Transport::Udp && *local == binding.flow.local);
        binding.flow.transport == Transport::Udp && listens && binding.expires_at > now
    }

    /// The connection of some contacts is gone.
    pub(super) fn lose_contacts(&mut self, now: Duration, flow: Flow) {
        for user in self.registrar.users_on(flow) {
            let before = self.registrar.of(&user).len();
            self.registrar.drop_flow(&user, flow);
            let cause = UnregisterCause::FlowLost;
            self.contacts_changed(now, &user, Loss { before, cause });
        }
    }

    pub(super) fn contacts_expired(&mut self, now: Duration, user: &str) {
        let before = self.registrar.of(user).len();
        let cause = UnregisterCause::Expired;
        match self.registrar.expire(now, user) {
            0 => self.schedule_contacts(now, user),
            _ => self.contacts_changed(now, user, Loss { before, cause }),
        }
    }

    /// Tells everybody who has to know what a user's contacts are.
    pub(super) fn contacts_changed(&mut self, now: Duration, user: &str, loss: Loss) {
        self.schedule_contacts(now, user);
        self.contacts_told(user, loss);
    }

    /// The same where the timers need no new time.
    pub(super) fn contacts_told(&mut self, user: &str, loss: Loss) {
        if loss.before > 0 && self.registrar.of(user).is_empty() {
            self.event(Event::Unregistered {
                user: user.to_owned(),
                cause: loss.cause,
            });
        }
        self.tell_bindings(user);
        self.tell_gate();
    }

    fn tell_bindings(&mut self, user: &str) {
        let bindings = self.registrar.bound(user).cloned().collect();
        self.event(Event::BindingsChanged {
            user: user.to_owned(),
            bindings,
        });
    }

    fn tell_gate(&mut self) {
        let vouches = self.registrar.take_vouches();
        self.outputs.extend(vouches.into_iter().map(Output::Vouch));
    }

    fn schedule_contacts(&mut self, now: Duration, user: &str) {
        let owner = Owner::User(user.into());
        let Some(expiry) = self.registrar.next_expiry(user) else {
            self.timers.cancel_all(&owner);
            return;
        };
        self.timers.set(owner.clone(), Timer::Binding, expiry);
        if let Some(every) = self.probe_every() {
            let at = self.next_probe(now, user, every);
            self.timers.set(owner, Timer::Probe, at);
        }
    }

    fn probe_every(&self) -> Option<Duration> {
        let every = self.registrar.limits().probe_every;
        every.filter(|every| every.as_millis() > 0)
    }

    /// The next time at which it is this user's turn: the interval is the same for all, the place in it his own.
    fn next_probe(&self, now: Duration, user: &str, every: Duration) -> Duration {
        let code = self.random.code(b"probe", &[user.as_bytes()]);
        let place = code
            .first_chunk()
            .map_or(0, |bytes| u64::from_be_bytes(*bytes));
        let ms = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        let every_ms = ms(every).max(1);
        let place = place.checked_rem(every_ms).unwrap_or(0);
        let since = ms(now).saturating_sub(place);
        let turns = since.checked_div(every_ms).unwrap_or(0).saturating_add(1);
        Duration::from_millis(turns.saturating_mul(every_ms).saturating_add(place))
    }

    /// Asks each contact of a user whether it is there.
    pub(super) fn probe_contacts(&mut self, now: Duration, user: &str) {
        let Some(every) = self.probe_every() else {
            return;
        };
        let wait = self.probe_wait(every);
        let bound: Vec<Binding> = self.registrar.bound(user).cloned().collect();
        for binding in bound {
            let Some(head) = self.contact_head(&binding, None, user) else {
                continue;
            };
            let options = self.write_probe(&head);
            let purpose = Purpose::ProbeContact(user.into());
            self.send_request_within(now, wait, head, &Method::Options, options, purpose);
        }
        let at = self.next_probe(now, user, every);
        let owner = Owner::User(user.into());
        self.timers.set(owner, Timer::Probe, at);
    }

    /// G18: 20 s from probe to probe and 8 s of patience find a dead phone within 30 s; five copies in that time are no
    /// single lost packet.
    fn probe_wait(&self, every: Duration) -> Duration {
        self.config.timers.t1.saturating_mul(16).min(every)
    }

    fn write_probe(&self, head: &Head) -> bytes::Bytes {
        let product = &self.config.product;
        head.start(&Method::Options)
            .maybe(
                Header::Contact,
                self.our_contact(head.flow, ""),
                |out, contact| {
                    out.bracketed(&contact);
                },
            )
            .header(Header::Accept, |out| {
                out.word("application/sdp");
            })
            .header(Header::AllowEvents, |out| {
                out.word(EVENTS);
            })
            .header(Header::UserAgent, |out| {
                out.text(product);
            })
            .finish()
    }

    /// The head of a request outside a dialog to a contact of `user`; from us, or from another user of ours.
    pub(super) fn contact_head(
        &mut self,
        binding: &Binding,
        from: Option<&str>,
        user: &str,
    ) -> Option<Head> {
        let domain = self.config.domain.clone();
        let from = Uri::sip(from.unwrap_or_default(), &domain).ok()?;
        let to = Uri::sip(user, &domain).ok()?;
        let (tag, call_id) = (self.random.name(), self.random.name());
        Some(Head {
            uri: binding.contact.clone(),
            sent_by: self.sent_by(binding.flow),
            branch: self.branch(),
            routes: binding.path.clone(),
            from: Value::collect(|out| {
                out.bracketed(&from).param("tag", &tag);
            }),
            to: Value::collect(|out| {
                out.bracketed(&to);
            }),
            call_id: call_id.into_bytes(),
            cseq: 1,
            hops_left: HOPS_MAX,
            flow: binding.flow,
            trunk: None,
        })
    }

    pub(super) fn contact_probed(
        &mut self,
        now: Duration,
        user: &str,
        head: &Head,
        outcome: Outcome<'_>,
    ) {
        match outcome {
            // A proxy on the way says so in its place (RFC 5626 §5.3.1, §11.1).
            Outcome::Answered(_, 408 | 430) => self.contact_silent(user, head),
            Outcome::Answered(_, _) => self.contact_heard(now, head.flow),
            Outcome::TimedOut => {
                let every = self.probe_every().unwrap_or_default();
                let asked_at = now.saturating_sub(self.probe_wait(every));
                // Who has said something else since then is there, busy as he may be.
                let heard_at = self.registrar.heard_at(head.flow);
                if heard_at.is_none_or(|heard_at| heard_at < asked_at) {
                    self.contact_silent(user, head);
                }
            }
            // Its contacts went with it.
            Outcome::FlowLost => {}
        }
    }

    fn contact_silent(&mut self, user: &str, head: &Head) {
        let before = self.registrar.of(user).len();
        if self.registrar.silence(user, &head.uri, head.flow) {
            let cause = UnregisterCause::Silent;
            self.contacts_told(user, Loss { before, cause });
        }
    }

    /// Something came by a flow which only the phone there can have sent: a password, an answer to us, a word in a dialog.
    pub(super) fn contact_heard(&mut self, now: Duration, flow: Flow) {
        if !self.registrar.heard(now, flow) {
            return;
        }
        for user in self.registrar.users_on(flow) {
            let before = self.registrar.of(&user).len();
            if self.registrar.revive(&user, flow) {
                let contacts = self.registrar.of(&user).len();
                self.event(Event::Registered {
                    user: user.to_string(),
                    contacts,
                    first: before == 0,
                });
                self.tell_bindings(&user);
            }
        }
    }
}
