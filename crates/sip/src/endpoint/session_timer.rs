//! Session timers, RFC 4028, both roles: what shows that a peer whom nobody hears is still there.
//!
//! A peer that does not know them is refreshed by us all the same (§7.2 allows it): a phone that vanished while on hold
//! would keep its caller for ever. `Require: timer` is never sent in a request, so that nobody is kept out (§7.1).

use super::{Endpoint, drive::Former};
use crate::{
    config::SessionTimer,
    dialog::Head,
    event::SessionId,
    message::{Builder, Header, Message, Params, lexer::Cursor},
    transaction::{
        TransactionId,
        table::Purpose,
        timer::{Owner, Timer},
    },
};
use core::time::Duration;

/// RFC 4028 §5: no interval is shorter than this; also what a missing Min-SE means.
const LEAST_S: u32 = 90;
/// A peer that wants to be left alone longer than a day wants no session timer: its phone would be missed that late.
const LONGEST_S: u32 = 86_400;
/// RFC 4028 §10: who does not refresh hangs up so long before the end, or a third of the interval.
const HANG_UP_BEFORE: Duration = Duration::from_secs(32);

/// How long a session may go unrefreshed, and who refreshes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Interval {
    expires_s: u32,
    /// Least that the two and whoever is between them accept.
    least_s: u32,
    we_refresh: bool,
    /// The peer keeps the same clock.
    is_agreed: bool,
}

impl Interval {
    /// What we ask for before the peer has said anything.
    pub(super) fn wished(setting: SessionTimer) -> Self {
        let least_s = setting.expires_s_min.max(LEAST_S);
        Self {
            expires_s: setting.expires_s.max(least_s),
            least_s,
            we_refresh: true,
            is_agreed: false,
        }
    }

    /// RFC 4028 §9: what we grant to the sender of an INVITE or UPDATE. The error is our Min-SE, for 422.
    fn of_request(request: &Message, setting: SessionTimer) -> Result<Self, u32> {
        let wished = Self::wished(setting);
        let mut tags = request
            .tokens(Header::Supported)
            .chain(request.tokens(Header::Require));
        // Without it, what stands there was put in by a proxy; a 422 would not be understood (§9).
        if !tags.any(|tag| tag.eq_ignore_ascii_case(b"timer")) {
            return Ok(wished);
        }
        let least_s = request
            .number(Header::MinSe)
            .unwrap_or(LEAST_S)
            .clamp(wished.least_s, LONGEST_S.max(wished.least_s));
        let expires_s = match request.number(Header::SessionExpires) {
            Some(asked) if asked < wished.least_s => return Err(wished.least_s),
            Some(asked) => asked.min(wished.expires_s).max(least_s),
            None => wished.expires_s.max(least_s),
        };
        Ok(Self {
            expires_s,
            least_s,
            we_refresh: refresher(request).is_none_or(|who| !who.eq_ignore_ascii_case(b"uac")),
            is_agreed: true,
        })
    }

    /// RFC 4028 §7.2: what the 2xx to an INVITE or UPDATE of ours says. An answer of a few seconds would have us send for
    /// ever: it counts as our least.
    fn of_answer(answer: &Message, setting: SessionTimer) -> Self {
        let wished = Self::wished(setting);
        match answer.number(Header::SessionExpires) {
            Some(granted) => Self {
                expires_s: granted.clamp(wished.least_s, LONGEST_S.max(wished.least_s)),
                we_refresh: refresher(answer).is_none_or(|who| !who.eq_ignore_ascii_case(b"uas")),
                is_agreed: true,
                ..wished
            },
            None => wished,
        }
    }

    /// The headers of an INVITE or UPDATE of ours. Once agreed, who refreshes stays (RFC 4028 §7.4).
    pub(super) fn ask(self, builder: Builder) -> Builder {
        let who = match (self.is_agreed, self.we_refresh) {
            (false, _) => None,
            (true, true) => Some("uac"),
            (true, false) => Some("uas"),
        };
        builder
            .header(Header::SessionExpires, |out| {
                out.number(u64::from(self.expires_s));
                if let Some(who) = who {
                    out.param("refresher", who);
                }
            })
            .header(Header::MinSe, |out| {
                out.number(u64::from(self.least_s));
            })
    }

    /// The headers of our 2xx. RFC 4028 §9: a peer that is to refresh is told so by Require.
    pub(super) fn grant(self, builder: Builder) -> Builder {
        if !self.is_agreed {
            return builder;
        }
        let builder = builder.header(Header::SessionExpires, |out| {
            out.number(u64::from(self.expires_s))
                .param("refresher", if self.we_refresh { "uas" } else { "uac" });
        });
        if self.we_refresh {
            return builder;
        }
        builder.header(Header::Require, |out| {
            out.word("timer");
        })
    }
}

/// What a 422 says.
pub(super) fn write_min_se(builder: Builder, least_s: u32) -> Builder {
    builder.header(Header::MinSe, |out| {
        out.number(u64::from(least_s));
    })
}

fn refresher(message: &Message) -> Option<&[u8]> {
    let mut cursor = Cursor::new(message.first(Header::SessionExpires)?);
    cursor.take_while(|byte| byte != b';');
    Params::take(&mut cursor)?.get("refresher")
}

impl Endpoint {
    /// What we grant to the sender of an INVITE or UPDATE; the error is our Min-SE, for [`write_min_se`].
    pub(super) fn asked_interval(&self, request: &Message) -> Result<Interval, u32> {
        Interval::of_request(request, self.config.session_timer)
    }

    pub(super) fn granted_interval(&self, answer: &Message) -> Interval {
        Interval::of_answer(answer, self.config.session_timer)
    }

    /// 422: the interval grows to the peer's Min-SE; false when it cannot (RFC 4028 §7.3).
    pub(super) fn raise_interval(&mut self, session: SessionId, answer: Option<&Message>) -> bool {
        let least_s = answer
            .and_then(|answer| answer.number(Header::MinSe))
            .filter(|least_s| *least_s <= LONGEST_S);
        let alive = self.sessions.get_mut(&session);
        let (Some(least_s), Some(alive)) = (least_s, alive) else {
            return false;
        };
        let interval = &mut alive.interval;
        let is_raised = least_s > interval.expires_s || least_s > interval.least_s;
        interval.least_s = interval.least_s.max(least_s);
        interval.expires_s = interval.expires_s.max(least_s);
        is_raised
    }

    /// RFC 4028 §7.3: a 422 to our INVITE. True = the same call is tried once more with the interval that it asks for.
    pub(super) fn calls_with_more_time(
        &mut self,
        now: Duration,
        id: TransactionId,
        head: &Head,
        response: &Message,
    ) -> bool {
        let purpose = self.transactions.get_mut(id).map(|own| own.purpose.clone());
        let session = purpose.as_ref().and_then(Purpose::session);
        let wished = Interval::wished(self.config.session_timer);
        let alive = session.and_then(|session| self.sessions.get(&session));
        let is_first = alive.is_some_and(|alive| alive.interval == wished && alive.is_wanted());
        let (Some(session), Some(purpose), true) = (session, purpose, is_first) else {
            return false;
        };
        if response.status() != Some(422) || !self.raise_interval(session, Some(response)) {
            return false;
        }
        self.call_again(now, id, session, head, response, purpose)
            .is_some()
    }

    fn call_again(
        &mut self,
        now: Duration,
        id: TransactionId,
        session: SessionId,
        head: &Head,
        response: &Message,
        purpose: Purpose,
    ) -> Option<()> {
        let request = self.transactions.get_mut(id)?.machine.request()?.clone();
        let interval = self.sessions.get(&session)?.interval;
        let next = self.next_try(head);
        let expires = interval.expires_s.to_string();
        let least = interval.least_s.to_string();
        let replaced = [
            (Header::SessionExpires, expires.as_bytes()),
            (Header::MinSe, least.as_bytes()),
        ];
        let request = self.rewrite(&request, &next, &replaced)?;
        self.end_try(now, id, head, response)?;
        for key in self.sessions.get_mut(&session)?.take_early() {
            self.dialogs.remove(&key);
        }
        self.succeed_client(now, id, next, request, purpose, Former::Answered);
        self.call_asked_again(now, session);
        Some(())
    }

    /// A session was made or refreshed.
    pub(super) fn restart_interval(&mut self, now: Duration, session: SessionId) {
        let Some(alive) = self.sessions.get(&session) else {
            return;
        };
        let interval = alive.interval;
        let whole = Duration::from_secs(u64::from(interval.expires_s));
        let owner = Owner::Session(session);
        let end = if interval.we_refresh {
            let half = whole.checked_div(2).unwrap_or(whole);
            self.timers.set(
                owner.clone(),
                Timer::SessionRefresh,
                now.saturating_add(half),
            );
            whole
        } else {
            self.timers.cancel(&owner, Timer::SessionRefresh);
            let third = whole.checked_div(3).unwrap_or(whole);
            whole.saturating_sub(HANG_UP_BEFORE.min(third))
        };
        self.timers
            .set(owner, Timer::SessionExpiry, now.saturating_add(end));
    }

    pub(super) fn refresh_session(&mut self, now: Duration, session: SessionId) {
        self.refresh(now, session);
    }

    /// A refresh was refused, but not by 408 or 481: somebody is there. A peer without session timers asks for no more; for
    /// another the refresh is tried again while there is time.
    pub(super) fn refresh_refused(&mut self, now: Duration, session: SessionId) {
        let Some(alive) = self.sessions.get(&session) else {
            return;
        };
        if !alive.interval.is_agreed {
            return self.restart_interval(now, session);
        }
        let sixth = u64::from(alive.interval.expires_s)
            .checked_div(6)
            .unwrap_or_default();
        let at = now.saturating_add(Duration::from_secs(sixth));
        self.timers
            .set(Owner::Session(session), Timer::SessionRefresh, at);
    }
}
