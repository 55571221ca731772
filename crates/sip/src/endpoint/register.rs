//! REGISTER, RFC 3261 §10.3: always authenticated, and only for the user's own address of record.
//!
//! Path is taken from who says that he knows it (RFC 3327 §5.3), outbound from who asks for it (RFC 5626 §6). What becomes
//! of contacts later stands in `contacts`.

use super::{Challenge, Endpoint, contacts::Loss};
use crate::{
    event::{Event, UnregisterCause},
    flow::Flow,
    message::{
        Header, Message, NameAddr, Scheme, Uri,
        lexer::{decimal, printable},
        name_addr,
    },
    registrar::{Binding, Origin, Refused, Update, Wish},
};
use core::time::Duration;

/// Characters of a User-Agent that are kept.
const USER_AGENT_MAX: usize = 80;

/// Bytes of a `+sip.instance`; a URN of a UUID has 47.
const INSTANCE_MAX: usize = 256;

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
        let Some(update) = read_update(request, &contacts, flow) else {
            return self.refuse(request, flow, 400, "malformed Contact in REGISTER");
        };
        let Some(origin) = self.read_origin(flow, request) else {
            return;
        };
        let with_outbound = is_outbound(request, &update);
        if with_outbound && !is_first_hop_outbound(request) {
            return self.refuse(request, flow, 439, "first hop without outbound");
        }
        let before = self.registrar.of(&user).len();
        match self.registrar.update(now, &user, update, &origin) {
            Ok(changed) => {
                self.registered(now, flow, request, &user, with_outbound);
                self.registration_told(now, &user, before, changed);
                self.contact_heard(now, flow);
            }
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

    /// What the REGISTER says of its way. `None` = it has been answered.
    fn read_origin(&mut self, flow: Flow, request: &Message) -> Option<Origin> {
        let path = read_path(request);
        let path_max = self.registrar.limits().path_max;
        let (Some(path), Some(cseq)) = (path.filter(|path| path.len() <= path_max), request.cseq())
        else {
            self.refuse(request, flow, 400, "malformed or long Path");
            return None;
        };
        // RFC 3327 §5.3: a phone that does not know Path would not see who put himself in its way.
        if !path.is_empty() && !supports(request, "path") {
            self.refuse_with(
                request,
                flow,
                420,
                "Path that the phone does not know",
                |builder| {
                    builder.header(Header::Unsupported, |out| {
                        out.word("path");
                    })
                },
            );
            return None;
        }
        Some(Origin {
            flow,
            path,
            user_agent: request
                .text(Header::UserAgent)
                .map(|text| text.chars().take(USER_AGENT_MAX).collect()),
            call_id: printable(request.call_id()),
            cseq: cseq.number,
        })
    }

    /// RFC 3261 §10.3 step 8: 200 with all current contacts and what is left of each.
    fn registered(
        &mut self,
        now: Duration,
        flow: Flow,
        request: &Message,
        user: &str,
        with_outbound: bool,
    ) {
        let tag = self.random.name();
        let mut builder = self.response(request, flow, 200, &tag);
        for binding in self.registrar.bound(user) {
            builder = builder.header(Header::Contact, |out| write_contact(out, binding, now));
        }
        builder = builder.copy_all(Header::Path, request);
        if with_outbound {
            builder = builder.header(Header::Require, |out| {
                out.word("outbound");
            });
            // RFC 5626 §4.4: over UDP a phone takes intervals of its own that keep its NAT open.
            let flow_timer = flow.transport.is_reliable();
            let seconds = flow_timer.then_some(self.registrar.limits().flow_timer_s);
            builder = builder.maybe(Header::FlowTimer, seconds, |out, seconds| {
                out.number(u64::from(seconds));
            });
        }
        self.answer_finally(now, request, flow, builder.finish());
    }

    fn registration_told(&mut self, now: Duration, user: &str, before: usize, changed: bool) {
        let contacts = self.registrar.of(user).len();
        if contacts > 0 {
            self.event(Event::Registered {
                user: user.to_owned(),
                contacts,
                first: before == 0,
            });
        }
        if changed {
            let loss = Loss {
                before,
                cause: UnregisterCause::Request,
            };
            self.contacts_changed(now, user, loss);
        }
    }
}

fn write_contact(out: &mut crate::message::Value<'_>, binding: &Binding, now: Duration) {
    let left = binding.expires_at.saturating_sub(now).as_secs();
    out.bracketed(&binding.contact)
        .word(";expires=")
        .number(left);
    if binding.q_permille < 1_000 {
        let thousandths = format!("{:03}", binding.q_permille);
        out.word(";q=0.").text(thousandths.trim_end_matches('0'));
        if binding.q_permille == 0 {
            out.word("0");
        }
    }
    // RFC 5626 §6: what was registered is listed as it was. `pub-gruu` is never among it.
    if let Some(instance) = &binding.instance {
        out.word(";+sip.instance=").quoted(instance);
    }
    if let Some(reg_id) = binding.reg_id {
        out.word(";reg-id=").number(u64::from(reg_id));
    }
}

fn supports(request: &Message, option: &str) -> bool {
    request
        .tokens(Header::Supported)
        .any(|token| token.eq_ignore_ascii_case(option.as_bytes()))
}

/// The Path of a REGISTER, nearest proxy first. `None` when one of its values is malformed.
fn read_path(request: &Message) -> Option<Vec<Uri>> {
    request
        .all(Header::Path)
        .flat_map(name_addr::list)
        .map(|address| address.and_then(|address| address.to_uri()))
        .collect()
}

/// RFC 5626 §6: one flow of a device that may have several.
fn is_outbound(request: &Message, update: &Update) -> bool {
    let Update::Contacts(wishes) = update else {
        return false;
    };
    supports(request, "outbound") && wishes.iter().any(|wish| wish.reg_id.is_some())
}

/// RFC 5626 §6: a REGISTER that came by proxies needs one that holds the phone's flow open and says so by `ob`.
fn is_first_hop_outbound(request: &Message) -> bool {
    let hops = request
        .all(Header::Via)
        .filter_map(crate::message::via::count);
    if hops.fold(0, usize::saturating_add) < 2 {
        return true;
    }
    let first = request.addresses(Header::Path).last();
    first.is_some_and(|first| first.uri.parameter("ob").is_some())
}

/// RFC 3261 §10.2.2 and §10.3 steps 6 and 7. `None` when it is not understandable as a whole.
fn read_update(request: &Message, contacts: &[NameAddr<'_>], flow: Flow) -> Option<Update> {
    let star = request.all(Header::Contact).any(|value| value == b"*");
    if star {
        let alone = request.all(Header::Contact).count() == 1 && contacts.is_empty();
        return (alone && request.number(Header::Expires) == Some(0)).then_some(Update::Clear);
    }
    if contacts.is_empty() {
        return Some(Update::Query);
    }
    let expires_s = request.number(Header::Expires);
    let wishes = contacts
        .iter()
        .map(|contact| read_wish(contact, expires_s, flow))
        .collect::<Option<Vec<Wish>>>()?;
    // RFC 5626 §6: a REGISTER opens one flow.
    let mut flows = wishes.iter().filter(|wish| wish.reg_id.is_some());
    let is_one_flow = flows.all(|wish| wishes.len() == 1 || wish.expires_s == Some(0));
    is_one_flow.then_some(Update::Contacts(wishes))
}

fn read_wish(contact: &NameAddr<'_>, expires_s: Option<u32>, flow: Flow) -> Option<Wish> {
    let params = &contact.params;
    // A contact that no call of ours could reach is refused, not stored. `sips` is a promise that only a secure flow keeps.
    let is_reachable = match contact.uri.scheme {
        Scheme::Sip => true,
        Scheme::Sips => flow.transport.is_secure(),
        Scheme::Tel | Scheme::Other => false,
    };
    if !is_reachable {
        return None;
    }
    let instance = params.text("+sip.instance");
    let instance = instance.map(|text| printable(&text));
    if instance
        .as_ref()
        .is_some_and(|text| text.len() > INSTANCE_MAX)
    {
        return None;
    }
    // RFC 5626 §6: without an instance it means nothing.
    let reg_id = params.get("reg-id").and_then(decimal).filter(|id| *id > 0);
    Some(Wish {
        contact: contact.to_uri()?,
        // RFC 3261 §10.3 step 6: a malformed `expires` counts as absent.
        expires_s: params.get("expires").and_then(decimal).or(expires_s),
        reg_id: reg_id.filter(|_| instance.is_some()),
        instance,
        q_permille: params.get("q").and_then(permille).unwrap_or(1_000),
    })
}

/// RFC 3261 §25.1 `qvalue`: 0 to 1 with at most three digits behind the point.
fn permille(text: &[u8]) -> Option<u16> {
    let mut halves = text.splitn(2, |byte| *byte == b'.');
    let whole: u16 = decimal(halves.next()?).filter(|whole| *whole <= 1)?;
    let digits = halves.next().unwrap_or_default();
    if digits.len() > 3 {
        return None;
    }
    let mut part: u16 = 0;
    for place in 0..3 {
        let digit = digits.get(place).copied().unwrap_or(b'0');
        let digit = digit.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        part = part.saturating_mul(10).saturating_add(u16::from(digit));
    }
    let thousandths = whole.saturating_mul(1_000).saturating_add(part);
    (thousandths <= 1_000).then_some(thousandths)
}

#[cfg(test)]
mod tests {
    use super::permille;

    #[test]
    fn rfc3261_25_1_qvalues_are_thousandths() {
        for (text, value) in [
            ("1", Some(1_000)),
            ("1.000", Some(1_000)),
            ("0", Some(0)),
            ("0.5", Some(500)),
            ("0.05", Some(50)),
            ("0.001", Some(1)),
            ("0.", Some(0)),
            ("1.001", None),
            ("2", None),
            ("0.0001", None),
            ("-1", None),
            ("0.x", None),
            ("", None),
        ] {
            assert_eq!(permille(text.as_bytes()), value, "{text}");
        }
    }
}
