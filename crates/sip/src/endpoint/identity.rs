//! Who calls, and who sent the call on: RFC 3323, 3325, 5806, 7044 (S11).
//!
//! What is believed: an account's own login where its password was proven; P-Asserted-Identity, Diversion and History-Info from a
//! trunk that is trusted with identities; else From, as a claim. From everybody else those headers do not exist. What is told:
//! to a trusted trunk the asserted identity and the diversions, to any trunk no name that its caller withholds.

use super::{Endpoint, admit::Admitted};
use crate::{
    dialog::Head,
    event::{Caller, Diversion, ExtraHeader, Identity, OutgoingInvite},
    message::{
        Builder, Header, Message, NameAddr, Scheme, Uri, UriView, Value,
        lexer::{decimal, printable},
    },
    trunk::Trunk,
};
use bytes::Bytes;

/// RFC 3323 §4.1: who withholds his name calls himself so.
const ANONYMOUS: &str = "anonymous";
/// The host that goes with it: nobody's (RFC 3323 §4.1.1.3).
const NOWHERE: &str = "anonymous.invalid";
/// Diversions that are told of one call.
const DIVERSIONS_MAX: usize = 10;

/// RFC 7544 §7: the `reason` of Diversion and the `cause` of History-Info; the first row of a cause is what is read from it.
const CAUSES: [(&str, u16); 7] = [
    ("unconditional", 302),
    ("user-busy", 486),
    ("no-answer", 408),
    ("deflection", 480),
    ("deflection", 487),
    ("unavailable", 503),
    ("unknown", 404),
];

impl Endpoint {
    /// S11: the caller is who he has proven to be, then whom a trusted carrier names, else who he says he is.
    pub(super) fn caller(&self, request: &Message, admitted: &Admitted) -> Option<Caller> {
        let from = request.from()?;
        let withheld = asks_privacy(request);
        if let Some(user) = &admitted.user {
            return Some(Caller {
                display: from.display(),
                user: user.clone(),
                host: self.config.domain.clone(),
                anonymous: withheld || is_anonymous(&from),
            });
        }
        let trusted = admitted.trunk.as_ref();
        let trusted = trusted.is_some_and(|trunk| self.is_trusted(trunk));
        let asserted = asserted(request).filter(|_| trusted && !withheld);
        Some(match asserted {
            Some(caller) => caller,
            None => Caller {
                display: from.display(),
                user: number(&from.uri, admitted),
                host: from.uri.host_str().to_owned(),
                anonymous: withheld || is_anonymous(&from),
            },
        })
    }

    /// Whom the INVITE is for. A carrier at which we register may call the contact of our REGISTER and name the number that
    /// was dialled in To.
    pub(super) fn called_user(&self, request: &Message, admitted: &Admitted) -> Option<String> {
        let called = number(&request.request_uri()?, admitted);
        let row = admitted
            .trunk
            .as_ref()
            .and_then(|trunk| self.trunks.rows.get(trunk));
        let registered = row.and_then(|row| row.trunk.registration.as_ref());
        if registered.is_none_or(|registered| registered.user != called) {
            return Some(called);
        }
        let to = request.to().map(|to| number(&to.uri, admitted));
        to.filter(|dialled| !dialled.is_empty()).or(Some(called))
    }

    /// Who sent the call on, latest first; nobody unless the trunk is trusted.
    pub(super) fn diversions(&self, request: &Message, admitted: &Admitted) -> Vec<Diversion> {
        let trusted = admitted.trunk.as_ref();
        if !trusted.is_some_and(|trunk| self.is_trusted(trunk)) {
            return Vec::new();
        }
        let told: Vec<Diversion> = request
            .addresses(Header::Diversion)
            .take(DIVERSIONS_MAX)
            .map(|address| Diversion {
                user: number(&address.uri, admitted),
                reason: address.params.text("reason").map(|text| printable(&text)),
            })
            .collect();
        if told.is_empty() {
            history(request, admitted)
        } else {
            told
        }
    }

    /// Request-URI, From and To of a call by a trunk.
    pub(super) fn trunk_parties(
        &self,
        trunk: &Trunk,
        invite: &OutgoingInvite,
        tag: &str,
    ) -> Option<(Uri, Vec<u8>, Vec<u8>)> {
        let uri = Uri::sip(&invite.to_user, &trunk.domain).ok()?;
        let (display, own) = if is_withheld(invite) {
            (Some("Anonymous"), Uri::sip(ANONYMOUS, NOWHERE).ok()?)
        } else {
            let own = Uri::sip(&invite.from.user, &trunk.domain).ok()?;
            (invite.from.display.as_deref(), own)
        };
        let from = Value::collect(|out| {
            out.name_addr(display, &own).param("tag", tag);
        });
        let to = Value::collect(|out| {
            out.bracketed(&uri);
        });
        Some((uri, from, to))
    }

    /// The INVITE to a trunk. Contact names the registered user, by whom the carrier knows us, unless the caller withholds
    /// who he is.
    pub(super) fn write_trunk_invite(
        &self,
        head: &Head,
        trunk: &Trunk,
        invite: &OutgoingInvite,
    ) -> Bytes {
        let registered = trunk.registration.as_ref();
        let user = if is_withheld(invite) {
            ANONYMOUS
        } else {
            registered.map_or(invite.from.user.as_str(), |known| known.user.as_str())
        };
        let mut builder = self.start_invite(head, user);
        for extra in &invite.headers {
            builder = match extra {
                ExtraHeader::AssertedIdentity(identity) => write_asserted(builder, trunk, identity),
                ExtraHeader::Diversion(_) => builder,
                ExtraHeader::AlertInfo(_)
                | ExtraHeader::Priority(_)
                | ExtraHeader::CallInfo { .. }
                | ExtraHeader::Subject(_)
                | ExtraHeader::Privacy => self.write_extra(builder, extra),
            };
        }
        if trunk.is_trusted {
            builder = write_diversions(builder, &head.uri, &trunk.domain, &diverted_by(invite));
        }
        builder.body("application/sdp", &invite.sdp)
    }
}

fn is_withheld(invite: &OutgoingInvite) -> bool {
    invite.headers.contains(&ExtraHeader::Privacy)
        || invite.from.user.is_empty()
        || invite.from.user.eq_ignore_ascii_case(ANONYMOUS)
}

fn diverted_by(invite: &OutgoingInvite) -> Vec<&Diversion> {
    let rows = invite.headers.iter();
    rows.filter_map(|extra| match extra {
        ExtraHeader::Diversion(diversion) => Some(diversion),
        ExtraHeader::AlertInfo(_)
        | ExtraHeader::Priority(_)
        | ExtraHeader::CallInfo { .. }
        | ExtraHeader::Subject(_)
        | ExtraHeader::AssertedIdentity(_)
        | ExtraHeader::Privacy => None,
    })
    .take(DIVERSIONS_MAX)
    .collect()
}

/// RFC 3325 §9.1: within the domain of trust alone. To others no P-Preferred-Identity goes instead (§9.2 lets a client send one): it
/// would repeat From, or tell a stranger the name that the caller withholds.
fn write_asserted(builder: Builder, trunk: &Trunk, identity: &Identity) -> Builder {
    let uri = Uri::sip(&identity.user, &trunk.domain).ok();
    let uri = uri.filter(|_| trunk.is_trusted);
    builder.maybe(Header::PAssertedIdentity, uri, |out, uri| {
        out.name_addr(identity.display.as_deref(), &uri);
    })
}

/// RFC 5806, latest first, and the same as RFC 7044 has it, first one first.
fn write_diversions(
    mut builder: Builder,
    target: &Uri,
    domain: &str,
    diversions: &[&Diversion],
) -> Builder {
    for diversion in diversions {
        let Ok(uri) = Uri::sip(&diversion.user, domain) else {
            continue;
        };
        builder = builder.header(Header::Diversion, |out| {
            out.bracketed(&uri);
            out.param("reason", diversion.reason.as_deref().unwrap_or("unknown"));
        });
    }
    if diversions.is_empty() {
        return builder;
    }
    let mut index = String::from("1");
    let mut cause: Option<u16> = None;
    for diversion in diversions.iter().rev() {
        let Ok(uri) = Uri::sip(&diversion.user, domain) else {
            continue;
        };
        builder = builder.header(Header::HistoryInfo, |out| {
            write_entry(out, &uri, cause, &index);
        });
        cause = Some(cause_of(diversion.reason.as_deref()));
        index.push_str(".1");
    }
    builder.header(Header::HistoryInfo, |out| {
        write_entry(out, target, cause, &index);
    })
}

/// RFC 7044 §5 with the `cause` of RFC 4458 and RFC 7544: why the call came to this target; `mp` names the one before.
fn write_entry(out: &mut Value<'_>, uri: &Uri, cause: Option<u16>, index: &str) {
    out.word("<").uri(uri);
    if let Some(cause) = cause {
        out.word(";cause=").number(u64::from(cause));
    }
    out.word(">;index=").text(index);
    if let (Some(_), Some((before, _))) = (cause, index.rsplit_once('.')) {
        out.word(";mp=").text(before);
    }
}

fn cause_of(reason: Option<&str>) -> u16 {
    let mut rows = CAUSES.iter();
    let row = rows.find(|(known, _)| reason.is_some_and(|text| text.eq_ignore_ascii_case(known)));
    row.map_or(404, |(_, cause)| *cause)
}

fn reason_of(cause: u16) -> String {
    let mut rows = CAUSES.iter();
    let row = rows.find(|(_, known)| *known == cause);
    row.map_or("unknown", |(reason, _)| *reason).to_owned()
}

/// History-Info, RFC 7044: whose entry is followed by one with a cause, or bears a Reason, has sent the call on.
fn history(request: &Message, admitted: &Admitted) -> Vec<Diversion> {
    let entries: Vec<NameAddr<'_>> = request.addresses(Header::HistoryInfo).collect();
    let pairs = entries.iter().zip(entries.iter().skip(1));
    let mut told: Vec<Diversion> = pairs
        .filter_map(|(from, to)| {
            let cause = to.uri.parameter("cause").and_then(decimal);
            let reason = cause.or_else(|| escaped_cause(&from.uri));
            (reason.is_some() || to.params.get("mp").is_some()).then(|| Diversion {
                user: number(&from.uri, admitted),
                reason: reason.map(reason_of),
            })
        })
        .collect();
    told.reverse();
    told.truncate(DIVERSIONS_MAX);
    told
}

/// `?Reason=SIP%3Bcause%3D486`
fn escaped_cause(uri: &UriView<'_>) -> Option<u16> {
    let headers = printable(uri.headers?).to_ascii_lowercase();
    let (_, rest) = headers.split_once("cause%3d")?;
    decimal(rest.as_bytes().get(..3)?)
}

/// RFC 3325 §9.1: one value, or a `sip` and a `tel` one; the number of `tel` says more.
fn asserted(request: &Message) -> Option<Caller> {
    let values: Vec<NameAddr<'_>> = request
        .addresses(Header::PAssertedIdentity)
        .take(2)
        .collect();
    let tel = values.iter().find(|value| value.uri.scheme == Scheme::Tel);
    let best = tel.or(values.first())?;
    let display = values.iter().find_map(NameAddr::display);
    Some(Caller {
        display,
        user: plain(&best.uri),
        host: best.uri.host_str().to_owned(),
        anonymous: is_anonymous(best),
    })
    .filter(|caller| !caller.user.is_empty())
}

fn is_anonymous(address: &NameAddr<'_>) -> bool {
    address.uri.is_user(ANONYMOUS) || address.uri.host_str().eq_ignore_ascii_case(NOWHERE)
}

/// RFC 3323 §4.2: levels by which the caller withholds who he is.
fn asks_privacy(request: &Message) -> bool {
    let mut tokens = request
        .all(Header::Privacy)
        .flat_map(|value| value.split(|byte| matches!(byte, b';' | b',' | b' ')));
    tokens.any(|token| {
        let levels = ["id", "user", "header"];
        levels
            .iter()
            .any(|level| token.eq_ignore_ascii_case(level.as_bytes()))
    })
}

/// The user of a URI; from a trunk a number, without what RFC 3261 §19.1.6 hangs on it.
fn number(uri: &UriView<'_>, admitted: &Admitted) -> String {
    if admitted.trunk.is_some() {
        plain(uri)
    } else {
        uri.user().unwrap_or_default()
    }
}

fn plain(uri: &UriView<'_>) -> String {
    let user = uri.user().unwrap_or_default();
    let is_number = user.starts_with(|first: char| first == '+' || first.is_ascii_digit());
    match user.split_once(';') {
        Some((number, _)) if is_number => number.to_owned(),
        _ => user,
    }
}
