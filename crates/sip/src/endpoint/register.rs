//! REGISTER, RFC 3261 §10.3: always authenticated, and only for the user's own address of record.

use super::{Challenge, Endpoint};
use crate::{
    event::{Event, UnregisterCause},
    flow::Flow,
    message::{
        Header, Message, NameAddr, Scheme,
        lexer::{decimal, printable},
    },
    registrar::{Origin, Refused, Update, Wish},
    transaction::timer::{Owner, Timer},
};
use core::time::Duration;

impl Endpoint {
    pub(super) fn receive_register(&mut self, now: Duration, flow: Flow, request: &Message) {
        // RFC 4475 §3.3.4: an address of record is a SIP URI.
        let scheme = request.to().map(|to| to.uri.scheme);
        if !matches!(scheme, Some(Scheme::Sip | Scheme::Sips)) {
            return self.refuse(request, flow, 400, "address of record that is no SIP URI");
        }
        let Some(user) = self.authenticate(now, request, flow, Challenge::User) else {
            return;
        };
        let own = request.to().and_then(|to| to.uri.user()) == Some(user.clone());
        if !own {
            return self.refuse(request, flow, 403, "address of record of another user");
        }
        let contacts: Vec<NameAddr<'_>> = request.addresses(Header::Contact).collect();
        // S7: before each contact is compared with all others.
        if contacts.len() > self.registrar.limits().contacts_max {
            return self.refuse(request, flow, 403, "too many contacts");
        }
        if contacts
            .iter()
            .any(|contact| self.is_ourselves(&contact.uri, flow))
        {
            return self.refuse(request, flow, 403, "contact points at ourselves");
        }
        let (Some(update), Some(cseq)) = (read_update(request, &contacts), request.cseq()) else {
            return self.refuse(request, flow, 400, "malformed Contact in REGISTER");
        };
        let origin = Origin {
            flow,
            user_agent: request.text(Header::UserAgent),
            call_id: printable(request.call_id()),
            cseq: cseq.number,
        };
        let before = self.registrar.of(&user).len();
        match self.registrar.update(now, &user, update, &origin) {
            Ok(()) => self.registered(now, flow, request, &user, before),
            Err(Refused::TooBrief) => {
                let least = u64::from(self.registrar.limits().expires_s_min);
                self.refuse_with(request, flow, 423, "registration too brief", |builder| {
                    builder.header(Header::MinExpires, |out| {
                        out.number(least);
                    })
                });
            }
            Err(Refused::TooMany) => self.refuse(request, flow, 403, "too many contacts"),
            Err(Refused::OutOfOrder) => self.refuse(request, flow, 500, "REGISTER out of order"),
        }
    }

    /// RFC 3261 §10.3 step 8: 200 with all current contacts and what is left of each.
    fn registered(
        &mut self,
        now: Duration,
        flow: Flow,
        request: &Message,
        user: &str,
        before: usize,
    ) {
        let tag = self.random.name();
        let mut builder = self.response(request, flow, 200, &tag);
        for binding in self.registrar.of(user) {
            let left = binding.expires_at.saturating_sub(now).as_secs();
            builder = builder.header(Header::Contact, |out| {
                out.bracketed(&binding.contact)
                    .text(";expires=")
                    .number(left);
            });
        }
        self.answer_finally(now, request, flow, builder.finish());
        self.schedule_expiry(user);
        let contacts = self.registrar.of(user).len();
        match (before, contacts) {
            (0, 0) => {}
            (_, 0) => self.unregistered(user, UnregisterCause::Request),
            (before, contacts) => self.event(Event::Registered {
                user: user.to_owned(),
                contacts,
                first: before == 0,
            }),
        }
    }

    pub(super) fn schedule_expiry(&mut self, user: &str) {
        let owner = Owner::User(user.into());
        match self.registrar.next_expiry(user) {
            Some(at) => self.timers.set(owner, Timer::Binding, at),
            None => self.timers.cancel(&owner, Timer::Binding),
        }
    }

    pub(super) fn expire(&mut self, now: Duration, user: &str) {
        let gone = self.registrar.expire(now, user);
        self.schedule_expiry(user);
        if gone > 0 && self.registrar.of(user).is_empty() {
            self.unregistered(user, UnregisterCause::Expired);
        }
    }

    pub(super) fn unregistered(&mut self, user: &str, cause: UnregisterCause) {
        self.event(Event::Unregistered {
            user: user.to_owned(),
            cause,
        });
    }
}

/// RFC 3261 §10.2.2 and §10.3 steps 6 and 7. `None` when it is not understandable as a whole.
fn read_update(request: &Message, contacts: &[NameAddr<'_>]) -> Option<Update> {
    let star = request.all(Header::Contact).any(|value| value == b"*");
    if star {
        let alone = request.all(Header::Contact).count() == 1 && contacts.is_empty();
        return (alone && request.number(Header::Expires) == Some(0)).then_some(Update::Clear);
    }
    if contacts.is_empty() {
        return Some(Update::Query);
    }
    let expires_s = request.number(Header::Expires);
    let wishes = contacts.iter().map(|contact| read_wish(contact, expires_s));
    Some(Update::Contacts(wishes.collect::<Option<_>>()?))
}

fn read_wish(contact: &NameAddr<'_>, expires_s: Option<u32>) -> Option<Wish> {
    // A contact that no call of ours could reach is refused, not stored.
    if contact.uri.scheme != Scheme::Sip || contact.uri.headers.is_some() {
        return None;
    }
    // RFC 3261 §10.3 step 6: a malformed `expires` counts as absent.
    let own = contact.params.get("expires").and_then(decimal);
    Some(Wish {
        contact: contact.to_uri()?,
        expires_s: own.or(expires_s),
        instance: contact
            .params
            .text("+sip.instance")
            .map(|text| printable(&text)),
    })
}
