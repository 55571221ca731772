//! Who may do what (S11, S12, S14): digest, and whose name a caller may bear.

use super::{Challenge, Endpoint};
use crate::{
    config::Account,
    digest::{Attempt, Verdict},
    flow::Flow,
    message::{Builder, Content, Header, Message, NameAddr, UriView, via::MAGIC_COOKIE},
    source::Source,
    trunk::TrunkName,
};
use core::time::Duration;
use std::{collections::BTreeMap, net::IpAddr};

/// Told with 503 where no drain names a time.
pub(super) const RETRY_AFTER: Duration = Duration::from_secs(10);

/// Who calls, as far as it is proven. Neither = a stranger.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Admitted {
    /// An account of ours, by its password.
    pub(super) user: Option<String>,
    /// A trunk, by its address, its certificate or its password.
    pub(super) trunk: Option<TrunkName>,
}

impl Admitted {
    fn user(user: String) -> Self {
        Self {
            user: Some(user),
            trunk: None,
        }
    }

    fn trunk(trunk: TrunkName) -> Self {
        Self {
            user: None,
            trunk: Some(trunk),
        }
    }

    /// S7: the bounds of strangers do not count for him.
    pub(super) fn is_stranger(&self) -> bool {
        self.user.is_none() && self.trunk.is_none()
    }
}

impl Endpoint {
    /// The user whose password the request proves. `None` = the request has been answered (401, 407 or 400).
    pub(super) fn authenticate(
        &mut self,
        now: Duration,
        request: &Message,
        flow: Flow,
        kind: Challenge,
    ) -> Option<String> {
        self.authenticate_among(now, request, flow, kind, |_| None)
    }

    /// The same, where others than users may prove themselves too.
    fn authenticate_among(
        &mut self,
        now: Duration,
        request: &Message,
        flow: Flow,
        kind: Challenge,
        others: impl Fn(&str) -> Option<Account>,
    ) -> Option<String> {
        let (method, uri) = (request.method()?, request.request_uri()?);
        let attempt = Attempt {
            now,
            source: flow.remote.ip(),
            method,
            request_uri: uri.text,
            is_at_home: &|user| {
                let mut bound = self.registrar.bound(user);
                bound.any(|binding| binding.flow == flow)
            },
        };
        let accounts = &self.accounts;
        let find = |user: &str| accounts.get(user).cloned().or_else(|| others(user));
        let values = request.all(kind.credentials());
        match self
            .authenticator
            .check(&self.random, &attempt, values, find)
        {
            Verdict::Proven { user } => {
                match kind {
                    // A REGISTER says more than that somebody is there.
                    Challenge::User => {}
                    Challenge::Proxy => self.contact_heard(now, flow),
                }
                Some(user)
            }
            Verdict::Challenge { stale } => {
                self.challenge(now, request, flow, kind, stale);
                None
            }
            Verdict::Wrong => {
                self.refuse(request, flow, 403, "wrong password or unknown user");
                None
            }
            Verdict::ShutOut => {
                self.refuse(request, flow, 403, "too many wrong passwords");
                None
            }
            Verdict::Malformed => {
                self.refuse(request, flow, 400, "malformed credentials");
                None
            }
        }
    }

    /// May this INVITE be considered at all? Who calls; `None` = it has been answered.
    pub(super) fn admit_invite(
        &mut self,
        now: Duration,
        flow: Flow,
        request: &Message,
    ) -> Option<Admitted> {
        if let Some(retry_after) = self.refusing {
            self.refuse_busy(request, flow, "draining", retry_after);
            return None;
        }
        let contacts: Vec<_> = request.addresses(Header::Contact).collect();
        match contacts.as_slice() {
            [contact] if self.is_ourselves(&contact.uri, flow) => {
                self.refuse(request, flow, 403, "contact points at ourselves");
                return None;
            }
            [_] => {}
            // RFC 2543 had no need of one: the caller is to be reached where he calls from.
            [] if is_of_rfc2543(request) => {}
            _ => {
                self.refuse(request, flow, 400, "INVITE without exactly one Contact");
                return None;
            }
        }
        if !self.is_body_understood(request, flow) || !self.is_sdp_accepted(request, flow) {
            return None;
        }
        let admitted = self.admit_caller(now, flow, request)?;
        let is_full = self.sessions.len() >= self.config.limits.sessions_max
            || self.transactions.len() >= self.config.limits.transactions_max;
        if is_full {
            self.refuse_busy(request, flow, "too many sessions", RETRY_AFTER);
            return None;
        }
        let source = Source::of(flow.remote.ip());
        let limits = &self.config.limits;
        if admitted.is_stranger()
            && let Some(cause) = self.strangers.refusal(source, limits)
        {
            self.refuse_busy(request, flow, cause, RETRY_AFTER);
            return None;
        }
        Some(admitted)
    }

    /// S11: only a hotline may be called by strangers, and nobody may call himself by an address of ours, whether there is
    /// such an account or not: a challenge for those alone would tell who has one (advisory 17). A trunk may call any number,
    /// and whatever its From says, it is a trunk and no account.
    fn admit_caller(&mut self, now: Duration, flow: Flow, request: &Message) -> Option<Admitted> {
        if let Some(trunk) = self.trunk_of_request(flow, request)
            && !self.is_phone_of_ours(flow, request)
        {
            return Some(Admitted::trunk(trunk));
        }
        let called = request
            .request_uri()
            .and_then(|uri| uri.user())
            .unwrap_or_default();
        let claimed = request
            .from()
            .and_then(|from| self.claimed_user(&from, flow));
        let claims_nothing = claimed.is_none() && !self.claims_trunk(request);
        if claims_nothing && self.config.hotlines.contains(&called) {
            return Some(Admitted::default());
        }
        let user = self.authenticate_caller(now, request, flow)?;
        if let Some((trunk, _)) = self.trunk_account(&user) {
            return Some(Admitted::trunk(trunk));
        }
        if claimed.is_some_and(|claimed| claimed != user) {
            self.refuse(request, flow, 403, "From claims another user");
            return None;
        }
        Some(Admitted::user(user))
    }

    /// A phone may stand in a network that a trunk is known by: what it sends on the flow of its registration in its own name
    /// is challenged like any phone's.
    fn is_phone_of_ours(&self, flow: Flow, request: &Message) -> bool {
        let claimed = request
            .from()
            .and_then(|from| self.claimed_user(&from, flow));
        claimed.is_some_and(|user| {
            let mut bound = self.registrar.of(&user).iter();
            bound.any(|binding| binding.flow == flow)
        })
    }

    /// A user, or a trunk that proves itself by digest.
    fn authenticate_caller(
        &mut self,
        now: Duration,
        request: &Message,
        flow: Flow,
    ) -> Option<String> {
        let trunks: BTreeMap<String, Account> = self.trunk_accounts().collect();
        let others = |user: &str| trunks.get(user).cloned();
        self.authenticate_among(now, request, flow, Challenge::Proxy, others)
    }

    /// RFC 3261 §8.2.3: SDP or nothing.
    fn is_body_understood(&mut self, request: &Message, flow: Flow) -> bool {
        let understood = !has_strange_body(request);
        if !understood {
            let cause = "body that is not SDP";
            self.refuse_with(request, flow, 415, cause, write_accepted);
        }
        understood
    }

    /// RFC 3261 §20.1: who names what he accepts and leaves SDP out can get no answer from us.
    fn is_sdp_accepted(&mut self, request: &Message, flow: Flow) -> bool {
        let mut named = request.tokens(Header::Accept).peekable();
        let all: [&[u8]; 3] = [b"application/sdp", b"application/*", b"*/*"];
        let accepts = named.peek().is_none()
            || named.any(|range| {
                let range = range.split(|byte| *byte == b';').next().unwrap_or_default();
                all.iter()
                    .any(|known| range.trim_ascii().eq_ignore_ascii_case(known))
            });
        if !accepts {
            self.refuse_with(request, flow, 406, "caller accepts no SDP", |builder| {
                builder.header(Header::Warning, |out| {
                    out.word("399 trunkline ")
                        .quoted("every answer holds application/sdp");
                })
            });
        }
        accepts
    }

    pub(super) fn refuse_busy(
        &mut self,
        request: &Message,
        flow: Flow,
        cause: &'static str,
        retry_after: Duration,
    ) {
        self.refuse_with(request, flow, 503, cause, |builder| {
            builder.header(Header::RetryAfter, |out| {
                out.number(retry_after.as_secs());
            })
        });
    }

    /// The user of ours that From claims to be. An address of ours with a foreign port is that of somebody else on this host.
    pub(super) fn claimed_user(&self, from: &NameAddr<'_>, flow: Flow) -> Option<String> {
        let is_our_domain = from
            .uri
            .host_str()
            .eq_ignore_ascii_case(&self.config.domain);
        let is_ours = is_our_domain
            || match from.uri.port {
                Some(_) => self.is_ourselves(&from.uri, flow),
                None => self.is_our_host(from.uri.host_str(), flow),
            };
        is_ours.then(|| from.uri.user().unwrap_or_default())
    }

    /// Our domain, an address that we listen on, or one of our public ones.
    pub(super) fn is_our_host(&self, host: &str, flow: Flow) -> bool {
        if host.eq_ignore_ascii_case(&self.config.domain) {
            return true;
        }
        let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>() else {
            return false;
        };
        let listeners = self.config.listeners.iter();
        let mut ours = listeners
            .map(|(_, listener)| listener.ip())
            .chain(self.config.public.iter().copied())
            .chain([flow.local.ip()]);
        ours.any(|ours| ours.to_canonical() == address.to_canonical())
    }

    /// S13: an address of ours with the port of a listener: a call to it would come back to us.
    pub(super) fn is_ourselves(&self, uri: &UriView<'_>, flow: Flow) -> bool {
        let port = uri.port.unwrap_or(5060);
        let mut ports = self
            .config
            .listeners
            .iter()
            .map(|(_, listener)| listener.port());
        self.is_our_host(uri.host_str(), flow)
            && (port == flow.local.port() || ports.any(|ours| ours == port))
    }
}

/// RFC 3261 §8.1.1.7: a branch with the magic cookie says that its sender knows this RFC.
pub(super) fn is_of_rfc2543(request: &Message) -> bool {
    let branch = request.via().and_then(|via| via.branch());
    !branch.is_some_and(|branch| branch.starts_with(MAGIC_COOKIE.as_bytes()))
}

/// RFC 3261 §8.2.3: a body that is neither SDP nor something that may be passed over.
pub(super) fn has_strange_body(request: &Message) -> bool {
    request.content() == Content::Strange
}

/// What a 415 says.
pub(super) fn write_accepted(builder: Builder) -> Builder {
    builder
        .header(Header::Accept, |out| {
            out.word("application/sdp");
        })
        .header(Header::AcceptEncoding, |out| {
            out.word("identity");
        })
}
