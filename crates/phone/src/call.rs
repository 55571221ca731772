//! An outgoing call up to its answer: the INVITE client transaction of RFC 3261 §17.1.1, digest, CANCEL.
//!
//! Nothing is sent twice that was answered: a provisional response ends the retransmission, a final one is acknowledged.
//! A CANCEL waits for the first provisional response (§9.1); a 200 that crosses it is acknowledged and hung up.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use rsip::{Header, Method, Request, Response, SipMessage};
use tokio::time::Instant;

use crate::account::Account;
use crate::conversation::{Agenda, Conversation, Listener, refuse_stranger};
use crate::dialog::Dialog;
use crate::line::Line;
use crate::media::Media;
use crate::message::{Body, cseq, sibling, value};
use crate::narrate::{Event, Outcome, Report};
use crate::plan::CallPlan;
use crate::stop::Stop;
use crate::transaction::{Due, Retransmission};
use crate::{digest, keys, sdp};

/// How long a final answer may take after our CANCEL.
const CANCEL_WAIT: Duration = Duration::from_secs(4);

/// Calls a number and narrates; ends when somebody hangs up, when the call is refused, or soon after `stop` resolves.
///
/// # Errors
/// If nobody answers at the server's address, the password is missing, the answer has no sound that the phone can play,
/// a file cannot be read or written, or a key of the plan does not exist. A refused call is no error but an
/// [`Outcome::Refused`].
pub async fn place_call(
    plan: &CallPlan,
    account: &Account,
    stop: impl Future<Output = ()> + Send,
    mut on_event: impl FnMut(Event) + Send,
) -> Result<Report> {
    if let Some(press) = plan
        .keys
        .iter()
        .find(|press| keys::event_of(press.key).is_none())
    {
        bail!("there is no key {:?}: use 0-9, *, #, A-D", press.key);
    }
    let line = Line::open(account.server).await?;
    let media = Media::open(line.local.ip(), &plan.say, plan.record.as_deref()).await?;
    let uri = account.uri_of(&plan.number);
    let dialog = Dialog::outgoing(account, line.local, &uri, &uri)?;
    on_event(Event::Calling {
        uri,
        server: account.server,
    });
    let mut stop = Stop::new(stop);
    let attempt = Attempt::start(plan, account, &line, dialog, media, &mut on_event).await?;
    match attempt.run(&mut stop).await? {
        Attempted::Answered(conversation) => conversation.run(&mut stop).await,
        Attempted::Failed(report) => Ok(report),
    }
}

/// A call that has no answer yet.
struct Attempt<'a> {
    plan: &'a CallPlan,
    account: &'a Account,
    line: &'a Line,
    dialog: Dialog,
    media: Media,
    listener: Listener<'a>,
    invite: Request,
    /// Until the first provisional response.
    retransmission: Option<Retransmission>,
    cancel: Option<Retransmission>,
    started: Instant,
    /// Credentials were sent.
    tried: bool,
    tried_by_server: bool,
    ringing: Option<(u16, Duration)>,
    giving_up: bool,
}

enum Attempted<'a> {
    Answered(Box<Conversation<'a>>),
    Failed(Report),
}

/// What a final answer makes of the attempt.
enum Verdict {
    Again,
    Answered(Vec<u8>),
    Failed(Outcome),
}

impl<'a> Attempt<'a> {
    async fn start(
        plan: &'a CallPlan,
        account: &'a Account,
        line: &'a Line,
        mut dialog: Dialog,
        media: Media,
        listener: Listener<'a>,
    ) -> Result<Self> {
        let body = offer(&media)?;
        let invite = dialog.request(Method::Invite, None, Some(body))?;
        let bytes = Vec::from(invite.clone());
        line.send(&bytes).await?;
        let started = Instant::now();
        Ok(Self {
            plan,
            account,
            line,
            dialog,
            media,
            listener,
            invite,
            retransmission: Some(Retransmission::invite(bytes, started)),
            cancel: None,
            started,
            tried: false,
            tried_by_server: false,
            ringing: None,
            giving_up: false,
        })
    }

    async fn run(mut self, stop: &mut Stop<'_>) -> Result<Attempted<'a>> {
        loop {
            let timer = self.poll_timeout();
            let verdict = tokio::select! {
                message = self.line.receive() => match message? {
                    SipMessage::Request(request) => {
                        refuse_stranger(self.line, &request).await?;
                        Verdict::Again
                    }
                    SipMessage::Response(response) => self.handle_response(&response).await?,
                },
                // Early media is heard by nobody; it only keeps the recording complete.
                news = self.media.turn() => {
                    let _ = news?;
                    Verdict::Again
                }
                () = tokio::time::sleep_until(timer) => self.handle_timeout(Instant::now()).await?,
                () = stop.wait() => {
                    self.give_up().await?;
                    Verdict::Again
                }
            };
            match verdict {
                Verdict::Again => {}
                Verdict::Answered(ack) => {
                    return Ok(Attempted::Answered(Box::new(self.converse(ack))));
                }
                Verdict::Failed(outcome) => return self.fail(outcome),
            }
        }
    }

    fn poll_timeout(&self) -> Instant {
        let patience = (!self.giving_up).then_some(self.started + self.plan.answer_within);
        [
            patience,
            self.retransmission
                .as_ref()
                .map(Retransmission::poll_timeout),
            self.cancel.as_ref().map(Retransmission::poll_timeout),
        ]
        .into_iter()
        .flatten()
        .min()
        .unwrap_or_else(|| Instant::now() + Duration::from_hours(1))
    }

    async fn handle_timeout(&mut self, now: Instant) -> Result<Verdict> {
        if !self.giving_up && now >= self.started + self.plan.answer_within {
            self.give_up().await?;
        }
        if let Some(waiting) = &mut self.retransmission {
            match waiting.handle_timeout(now) {
                Due::Send(bytes) => self.line.send(bytes).await?,
                Due::Wait => {}
                Due::GivenUp if self.giving_up => return Ok(Verdict::Failed(Outcome::Cancelled)),
                Due::GivenUp => bail!("{} does not answer", self.account.server),
            }
        }
        if let Some(waiting) = &mut self.cancel {
            match waiting.handle_timeout(now) {
                Due::Send(bytes) => self.line.send(bytes).await?,
                Due::Wait => {}
                Due::GivenUp => return Ok(Verdict::Failed(Outcome::Cancelled)),
            }
        }
        Ok(Verdict::Again)
    }

    /// Cancels, or will as soon as it is allowed.
    async fn give_up(&mut self) -> Result<()> {
        self.giving_up = true;
        if let Some(waiting) = self.retransmission.take() {
            // No response yet, so no CANCEL (§9.1): the server has until the end of this to send one.
            self.retransmission = Some(waiting.until(Instant::now() + CANCEL_WAIT));
            return Ok(());
        }
        self.send_cancel().await
    }

    async fn send_cancel(&mut self) -> Result<()> {
        if self.cancel.is_none() {
            let bytes = Vec::from(sibling(&self.invite, Method::Cancel, None));
            self.line.send(&bytes).await?;
            self.cancel = Some(
                Retransmission::capped(bytes, Instant::now()).until(Instant::now() + CANCEL_WAIT),
            );
        }
        Ok(())
    }

    async fn handle_response(&mut self, response: &Response) -> Result<Verdict> {
        // An answer to the CANCEL says nothing of the call, and one to an earlier INVITE is old.
        if cseq(response) != cseq(&self.invite) {
            return Ok(Verdict::Again);
        }
        self.retransmission = None;
        match response.status_code.code() {
            ..200 => self.handle_provisional(response).await,
            200..300 => self.handle_answer(response).await,
            code => {
                let to = value(response, "To");
                let ack = sibling(&self.invite, Method::Ack, to.as_deref());
                self.line.send(&Vec::from(ack)).await?;
                self.handle_refusal(code, response).await
            }
        }
    }

    async fn handle_provisional(&mut self, response: &Response) -> Result<Verdict> {
        let code = response.status_code.code();
        if code == 100 && !self.tried_by_server {
            self.tried_by_server = true;
            (self.listener)(Event::Trying);
        }
        if code > 100 {
            if self.ringing.is_none_or(|(told, _)| told != code) {
                (self.listener)(Event::Ringing { code });
            }
            let after = self
                .ringing
                .map_or_else(|| self.started.elapsed(), |(_, after)| after);
            self.ringing = Some((code, after));
        }
        if let Some(remote) = sdp::Remote::parse(&response.body) {
            self.media.connect(remote);
        }
        if self.giving_up {
            self.send_cancel().await?;
        }
        Ok(Verdict::Again)
    }

    async fn handle_answer(&mut self, response: &Response) -> Result<Verdict> {
        self.dialog.learn(response);
        let ack = Vec::from(self.dialog.ack(response, None)?);
        self.line.send(&ack).await?;
        let Some(remote) = sdp::Remote::parse(&response.body) else {
            let bye = self.dialog.request(Method::Bye, None, None)?;
            self.line.send(&Vec::from(bye)).await?;
            bail!("the answer has no sound that the phone can play");
        };
        self.media.connect(remote);
        Ok(Verdict::Answered(ack))
    }

    async fn handle_refusal(&mut self, code: u16, response: &Response) -> Result<Verdict> {
        if self.giving_up {
            return Ok(Verdict::Failed(Outcome::Cancelled));
        }
        if matches!(code, 401 | 407) && !self.tried {
            (self.listener)(Event::Challenged);
            let credentials = digest::answer(self.account, &self.invite, response)?;
            self.tried = true;
            self.send_again(credentials).await?;
            return Ok(Verdict::Again);
        }
        (self.listener)(Event::Refused {
            code,
            reason: reason(response),
        });
        Ok(Verdict::Failed(Outcome::Refused(code)))
    }

    async fn send_again(&mut self, credentials: Header) -> Result<()> {
        let body = offer(&self.media)?;
        self.invite = self
            .dialog
            .request(Method::Invite, Some(credentials), Some(body))?;
        let bytes = Vec::from(self.invite.clone());
        self.line.send(&bytes).await?;
        self.retransmission = Some(Retransmission::invite(bytes, Instant::now()));
        Ok(())
    }

    fn converse(self, ack: Vec<u8>) -> Conversation<'a> {
        let mut keys = self.plan.keys.clone();
        keys.sort_by_key(|press| press.after);
        Conversation {
            account: self.account,
            line: self.line,
            dialog: self.dialog,
            media: self.media,
            agenda: Agenda {
                keys: keys.into(),
                dtmf: self.plan.dtmf,
                hold_for: if self.giving_up {
                    Some(Duration::ZERO)
                } else {
                    self.plan.hold_for
                },
            },
            unacknowledged: None,
            ack: Some(ack),
            started: self.started,
            ringing_after: self.ringing.map(|(_, after)| after),
            listener: self.listener,
        }
    }

    fn fail(mut self, outcome: Outcome) -> Result<Attempted<'a>> {
        if outcome == Outcome::Cancelled {
            (self.listener)(Event::Cancelled);
        }
        self.media.finish()?;
        Ok(Attempted::Failed(Report {
            outcome,
            ringing_after: self.ringing.map(|(_, after)| after),
            answered_after: None,
            sound_after: None,
            talked: Duration::ZERO,
            packets_sent: self.media.sent,
            packets_received: self.media.ear.received,
            packets_lost: self.media.ear.lost(),
            heard: Vec::new(),
            keys_heard: String::new(),
        }))
    }
}

fn offer(media: &Media) -> Result<Body> {
    let local = media.local().context("RTP socket")?;
    Ok(("application/sdp", sdp::offer(local, 1)))
}

/// The words beside a code, as rsip knows them.
fn reason(response: &Response) -> String {
    let line = response.status_code.to_string();
    line.split_once(' ')
        .map_or_else(String::new, |(_, words)| words.to_owned())
}
