//! Who may do what (S11, S12, S14): digest, and whose name a caller may bear.

use super::{Challenge, Endpoint};
use crate::{
    digest::{Attempt, Verdict},
    event::Caller,
    flow::Flow,
    message::{Header, Message, NameAddr},
};
use core::time::Duration;

/// RFC 3323 §4.1: who withholds his name calls himself so.
const ANONYMOUS: &str = "anonymous";

impl Endpoint {
    /// The user whose password the request proves. `None` = the request has been answered (401, 407 or 400).
    pub(super) fn authenticate(
        &mut self,
        now: Duration,
        request: &Message,
        flow: Flow,
        kind: Challenge,
    ) -> Option<String> {
        let (method, uri) = (request.method()?, request.request_uri()?);
        let attempt = Attempt {
            now,
            source: flow.remote.ip(),
            method,
            request_uri: uri.text,
        };
        let accounts = &self.accounts;
        let find = |user: &str| accounts.get(user).cloned();
        let values = request.all(kind.credentials());
        match self
            .authenticator
            .check(&self.random, &attempt, values, find)
        {
            Verdict::Proven { user } => Some(user),
            Verdict::Challenge { stale } => {
                self.challenge(now, request, flow, kind, stale);
                None
            }
            Verdict::Malformed => {
                self.refuse(request, flow, 400, "malformed credentials");
                None
            }
        }
    }

    /// The account that From claims to be, if it claims one of ours at our domain.
    pub(super) fn claimed_account(&self, from: &NameAddr<'_>, flow: Flow) -> Option<String> {
        let user = from.uri.user()?;
        (self.is_our_host(from.uri.host_str(), flow) && self.accounts.contains_key(&user))
            .then_some(user)
    }

    /// Our domain, or an address that we listen on.
    fn is_our_host(&self, host: &str, flow: Flow) -> bool {
        let Ok(address) = host.trim_matches(['[', ']']).parse::<core::net::IpAddr>() else {
            return host.eq_ignore_ascii_case(&self.config.domain);
        };
        let mut listeners = self
            .config
            .listeners
            .iter()
            .map(|(_, listener)| listener.ip());
        address == flow.local.ip()
            || listeners.any(|listener| listener == address)
            || host.eq_ignore_ascii_case(&self.config.domain)
    }

    /// S13: an address of ours with the port of a listener: a call to it would come back to us.
    pub(super) fn is_ourselves(&self, address: &NameAddr<'_>, flow: Flow) -> bool {
        let port = address.uri.port.unwrap_or(5060);
        let mut ports = self
            .config
            .listeners
            .iter()
            .map(|(_, listener)| listener.port());
        self.is_our_host(address.uri.host_str(), flow)
            && (port == flow.local.port() || ports.any(|ours| ours == port))
    }

    /// S11: the caller is who he has proven to be, else who he says he is.
    pub(super) fn caller(&self, request: &Message, authenticated: Option<&str>) -> Option<Caller> {
        let from = request.from()?;
        let claimed = from.uri.user().unwrap_or_default();
        let privacy: Vec<&[u8]> = request
            .all(Header::Privacy)
            .flat_map(|value| value.split(|byte| matches!(byte, b';' | b',' | b' ')))
            .collect();
        let withheld = ["id", "user", "header"];
        let asks_privacy = privacy.iter().any(|token| {
            withheld
                .iter()
                .any(|word| token.eq_ignore_ascii_case(word.as_bytes()))
        });
        let anonymous = asks_privacy
            || claimed.eq_ignore_ascii_case(ANONYMOUS)
            || from
                .uri
                .host_str()
                .eq_ignore_ascii_case("anonymous.invalid");
        let (user, host) = match authenticated {
            Some(user) => (user.to_owned(), self.config.domain.clone()),
            None => (claimed, from.uri.host_str().to_owned()),
        };
        Some(Caller {
            display: from.display(),
            user,
            host,
            anonymous,
        })
    }
}
