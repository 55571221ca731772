//! A phone that waits: registers, rings, answers, talks, and un-registers at the end.
//!
//! One call at a time; others are told that it is busy. The registration lasts as long as the server grants (an hour is
//! asked for) and is renewed at half time while no
//! call is up: a call that lasts longer than that outlives it.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Result, bail};
use rsip::headers::untyped::UntypedHeader;
use rsip::{Header, Method, Request, Response, SipMessage, headers};
use tokio::time::Instant;

use crate::account::Account;
use crate::conversation::{Agenda, Conversation, Listener, refuse_stranger};
use crate::dialog::Dialog;
use crate::line::Line;
use crate::media::Media;
use crate::message::{cseq, respond, value, values};
use crate::narrate::{Event, Report};
use crate::plan::AnswerPlan;
use crate::stop::Stop;
use crate::transaction::{Due, Retransmission};
use crate::{digest, sdp};

/// How long we ask to be registered.
const EXPIRES: Duration = Duration::from_hours(1);
/// How long the server may take to un-register us.
const LEAVE_WAIT: Duration = Duration::from_secs(4);

/// Registers, answers every call by the plan, and narrates, until the plan's number of calls is reached or `stop` resolves.
/// Gives a report for each answered call.
///
/// # Errors
/// If the server does not answer or refuses the registration, or a file cannot be read or written.
pub async fn answer_calls(
    plan: &AnswerPlan,
    account: &Account,
    stop: impl Future<Output = ()> + Send,
    mut on_event: impl FnMut(Event) + Send,
) -> Result<Vec<Report>> {
    let line = Line::open(account.server).await?;
    let mut stop = Stop::new(stop);
    let mut waiting = Waiting {
        plan,
        account,
        line: &line,
        binding: Dialog::outgoing(
            account,
            line.local,
            &account.address_of_record(),
            &format!("sip:{}", account.domain),
        )?,
        renew_at: Instant::now(),
        unacknowledged: None,
        listener: &mut on_event,
    };
    waiting.register(EXPIRES, Retransmission::capped).await?;
    let mut reports = Vec::new();
    while plan
        .calls
        .is_none_or(|calls| (reports.len() as u64) < u64::from(calls))
    {
        let Some(invite) = waiting.next_call(&mut stop).await? else {
            break;
        };
        if let Some(report) = waiting.take_call(&invite, &mut stop).await? {
            reports.push(report);
        }
        if stop.came() {
            break;
        }
    }
    waiting
        .register(Duration::ZERO, |bytes, now| {
            Retransmission::capped(bytes, now).until(now + LEAVE_WAIT)
        })
        .await?;
    Ok(reports)
}

struct Waiting<'a> {
    plan: &'a AnswerPlan,
    account: &'a Account,
    line: &'a Line,
    /// From, Call-ID and CSeq of our registrations.
    binding: Dialog,
    renew_at: Instant,
    /// A refusal of ours, until its ACK comes.
    unacknowledged: Option<Retransmission>,
    listener: Listener<'a>,
}

/// Why ringing ended.
enum Rung {
    Answer,
    /// CANCEL, with the request.
    Cancelled(Box<Request>),
    Stop,
}

impl Waiting<'_> {
    async fn register(
        &mut self,
        expires: Duration,
        clock: fn(Vec<u8>, Instant) -> Retransmission,
    ) -> Result<()> {
        let mut credentials = None;
        let granted = loop {
            let tried = credentials.is_some();
            let request = self.registration(expires, credentials)?;
            let response = self.exchange(&request, clock).await?;
            match response.status_code.code() {
                200..300 => break granted(&response, self.line.local, expires),
                401 | 407 if !tried => {
                    (self.listener)(Event::Challenged);
                    credentials = Some(digest::answer(self.account, &request, &response)?);
                }
                code => bail!(
                    "{} may not register: {code}",
                    self.account.address_of_record()
                ),
            }
        };
        self.renew_at = Instant::now() + granted / 2;
        (self.listener)(if expires.is_zero() {
            Event::Unregistered
        } else {
            Event::Registered { expires: granted }
        });
        Ok(())
    }

    fn registration(&mut self, expires: Duration, credentials: Option<Header>) -> Result<Request> {
        let mut request = self.binding.request(Method::Register, credentials, None)?;
        let seconds = expires.as_secs().to_string();
        request
            .headers
            .push(Header::Expires(headers::Expires::new(seconds)));
        Ok(request)
    }

    /// Sends a request outside of calls and waits for its final answer; other requests are answered meanwhile.
    async fn exchange(
        &mut self,
        request: &Request,
        clock: fn(Vec<u8>, Instant) -> Retransmission,
    ) -> Result<Response> {
        let bytes = Vec::from(request.clone());
        self.line.send(&bytes).await?;
        let mut retransmission = clock(bytes, Instant::now());
        loop {
            tokio::select! {
                message = self.line.receive() => match message? {
                    SipMessage::Request(other) => refuse_stranger(self.line, &other).await?,
                    SipMessage::Response(response) => {
                        if cseq(&response) == cseq(request) && response.status_code.code() >= 200 {
                            return Ok(response);
                        }
                    }
                },
                () = tokio::time::sleep_until(retransmission.poll_timeout()) => {
                    match retransmission.handle_timeout(Instant::now()) {
                        Due::Send(bytes) => self.line.send(bytes).await?,
                        Due::Wait => {}
                        Due::GivenUp => bail!("{} does not answer", self.account.server),
                    }
                }
            }
        }
    }

    /// Waits for an INVITE; none when the wish to stop comes first.
    async fn next_call(&mut self, stop: &mut Stop<'_>) -> Result<Option<Request>> {
        loop {
            let refusal = self
                .unacknowledged
                .as_ref()
                .map(Retransmission::poll_timeout);
            let timer = refusal.map_or(self.renew_at, |due| due.min(self.renew_at));
            tokio::select! {
                message = self.line.receive() => if let SipMessage::Request(request) = message? {
                    if request.method == Method::Invite {
                        return Ok(Some(request));
                    }
                    if request.method == Method::Ack {
                        self.unacknowledged = None;
                    }
                    refuse_stranger(self.line, &request).await?;
                },
                () = tokio::time::sleep_until(timer) => self.handle_timeout(Instant::now()).await?,
                () = stop.wait() => return Ok(None),
            }
        }
    }

    async fn handle_timeout(&mut self, now: Instant) -> Result<()> {
        if let Some(waiting) = &mut self.unacknowledged {
            match waiting.handle_timeout(now) {
                Due::Send(bytes) => self.line.send(bytes).await?,
                Due::Wait => {}
                Due::GivenUp => self.unacknowledged = None,
            }
        }
        if now >= self.renew_at {
            self.register(EXPIRES, Retransmission::capped).await?;
        }
        Ok(())
    }

    /// Rings, answers and talks; none if the call ended before the answer.
    async fn take_call(&mut self, invite: &Request, stop: &mut Stop<'_>) -> Result<Option<Report>> {
        let started = Instant::now();
        let dialog = Dialog::incoming(self.account, self.line.local, invite)?;
        let offered = sdp::Remote::parse(&invite.body);
        if offered.is_none() && !invite.body.is_empty() {
            self.refuse(invite, &dialog, 488).await?;
            return Ok(None);
        }
        let from = value(invite, "From").unwrap_or_default();
        (self.listener)(Event::Incoming { from });
        match self.ring(invite, &dialog, stop).await? {
            Rung::Answer => {}
            Rung::Cancelled(cancel) => {
                let ok = respond(&cancel, 200, &dialog.local, Vec::new(), None);
                self.line.send(&Vec::from(ok)).await?;
                self.refuse(invite, &dialog, 487).await?;
                (self.listener)(Event::Cancelled);
                return Ok(None);
            }
            Rung::Stop => {
                self.refuse(invite, &dialog, 480).await?;
                return Ok(None);
            }
        }
        let conversation = self.answer(invite, dialog, offered, started).await?;
        Ok(Some(conversation.run(stop).await?))
    }

    async fn ring(
        &mut self,
        invite: &Request,
        dialog: &Dialog,
        stop: &mut Stop<'_>,
    ) -> Result<Rung> {
        let ringing = Vec::from(respond(
            invite,
            180,
            &dialog.local,
            vec![dialog.contact()],
            None,
        ));
        self.line.send(&ringing).await?;
        let answer_at = Instant::now() + self.plan.ring_for;
        loop {
            tokio::select! {
                message = self.line.receive() => if let SipMessage::Request(request) = message? {
                    if !dialog.owns(&request) {
                        refuse_stranger(self.line, &request).await?;
                    } else if request.method == Method::Cancel {
                        return Ok(Rung::Cancelled(Box::new(request)));
                    } else if request.method == Method::Invite {
                        self.line.send(&ringing).await?;
                    }
                },
                () = tokio::time::sleep_until(answer_at) => return Ok(Rung::Answer),
                () = stop.wait() => return Ok(Rung::Stop),
            }
        }
    }

    async fn refuse(&mut self, invite: &Request, dialog: &Dialog, code: u16) -> Result<()> {
        let bytes = Vec::from(respond(invite, code, &dialog.local, Vec::new(), None));
        self.line.send(&bytes).await?;
        self.unacknowledged = Some(Retransmission::capped(bytes, Instant::now()));
        Ok(())
    }

    async fn answer<'s>(
        &'s mut self,
        invite: &Request,
        dialog: Dialog,
        offered: Option<sdp::Remote>,
        started: Instant,
    ) -> Result<Conversation<'s>> {
        let mut media = Media::open(
            self.line.local.ip(),
            &self.plan.say,
            self.plan.record.as_deref(),
        )
        .await?;
        let local = media.local()?;
        let text = offered.as_ref().map_or_else(
            || sdp::offer(local, 1),
            |remote| sdp::answer(local, 1, remote),
        );
        if let Some(remote) = offered {
            media.connect(remote);
        }
        let body = Some(("application/sdp", text));
        let ok = Vec::from(respond(
            invite,
            200,
            &dialog.local,
            vec![dialog.contact()],
            body,
        ));
        self.line.send(&ok).await?;
        Ok(Conversation {
            account: self.account,
            line: self.line,
            dialog,
            media,
            agenda: Agenda {
                hold_for: self.plan.hold_for,
                ..Agenda::default()
            },
            unacknowledged: Some(Retransmission::capped(ok, Instant::now())),
            ack: None,
            started,
            ringing_after: Some(Duration::ZERO),
            listener: self.listener,
        })
    }
}

/// How long the server keeps us: `expires` of our own contact among those that it lists, else Expires, else what was asked
/// (RFC 3261 §10.2.4).
fn granted(response: &Response, local: SocketAddr, asked: Duration) -> Duration {
    let ours = local.to_string();
    let contacts = values(response, "Contact");
    let of_contact = contacts
        .iter()
        .flat_map(|value| value.split(','))
        .filter(|contact| contact.contains(&ours))
        .find_map(|contact| {
            let (_, seconds) = contact.split_once(";expires=")?;
            seconds.split([';', ' ']).next()?.parse().ok()
        });
    let of_header = || value(response, "Expires").and_then(|seconds| seconds.trim().parse().ok());
    of_contact
        .or_else(of_header)
        .map_or(asked, Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_word_on_the_registration_counts() {
        let local = SocketAddr::from(([127, 0, 0, 1], 4_000));
        let asked = Duration::from_hours(1);
        let response = |headers: &str| {
            let text = format!("SIP/2.0 200 OK\r\n{headers}Content-Length: 0\r\n\r\n");
            Response::try_from(text).unwrap()
        };
        let table = [
            ("Contact: <sip:1001@127.0.0.1:4000>;expires=600\r\n", 600),
            (
                "Contact: <sip:1001@10.0.0.9:4000>;expires=60, <sip:1001@127.0.0.1:4000>;expires=300;q=1\r\n",
                300,
            ),
            ("Expires: 120\r\n", 120),
            ("", 3_600),
        ];
        for (headers, seconds) in table {
            let expected = Duration::from_secs(seconds);
            assert_eq!(
                granted(&response(headers), local, asked),
                expected,
                "{headers}"
            );
        }
    }
}
