//! An answered call, from either side, to its end: keys, re-INVITEs, BYE both ways.
//!
//! The dialog stands and the sound runs when it begins. It answers what a phone must answer in a dialog (INVITE, INFO,
//! OPTIONS, BYE), refuses other calls as busy, and sends one request at a time.

mod incoming;

pub(crate) use incoming::refuse_stranger;

use std::collections::VecDeque;
use std::time::Duration;

use anyhow::{Context, Result};
use rsip::{Header, Method, Request, Response, SipMessage};
use tokio::time::Instant;

use crate::account::Account;
use crate::dialog::Dialog;
use crate::line::Line;
use crate::media::{Media, News};
use crate::message::{Body, cseq};
use crate::narrate::{Event, Hearing, Outcome, Report};
use crate::plan::{DtmfWay, KeyPress};
use crate::stop::Stop;
use crate::transaction::{Due, Retransmission};
use crate::{digest, keys};

/// How long the other side may take to answer our BYE.
const BYE_WAIT: Duration = Duration::from_secs(4);

/// Who listens to the narration.
pub(crate) type Listener<'a> = &'a mut (dyn FnMut(Event) + Send);

/// What shall happen in the call.
#[derive(Default)]
pub(crate) struct Agenda {
    /// Sorted by time.
    pub(crate) keys: VecDeque<KeyPress>,
    pub(crate) dtmf: DtmfWay,
    pub(crate) hold_for: Option<Duration>,
}

/// The beginning of a conversation.
pub(crate) struct Conversation<'a> {
    pub(crate) account: &'a Account,
    pub(crate) line: &'a Line,
    pub(crate) dialog: Dialog,
    pub(crate) media: Media,
    pub(crate) agenda: Agenda,
    /// Our 200, until its ACK comes.
    pub(crate) unacknowledged: Option<Retransmission>,
    /// Our ACK, for the case that the 200 comes again.
    pub(crate) ack: Option<Vec<u8>>,
    pub(crate) started: Instant,
    pub(crate) ringing_after: Option<Duration>,
    pub(crate) listener: Listener<'a>,
}

/// What a request in flight is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    HangUp,
    Key(char),
}

struct InFlight {
    purpose: Purpose,
    request: Request,
    retransmission: Retransmission,
    /// Credentials were added.
    tried: bool,
}

/// A conversation that runs.
struct Running<'a> {
    start: Conversation<'a>,
    answered: Instant,
    in_flight: Option<InFlight>,
    infos: VecDeque<char>,
    ending: Option<Outcome>,
    over: bool,
    held: bool,
    sdp_version: u32,
    sound_after: Option<Duration>,
    heard: Vec<(Duration, Hearing)>,
}

impl Conversation<'_> {
    /// Talks until somebody hangs up.
    pub(crate) async fn run(self, stop: &mut Stop<'_>) -> Result<Report> {
        let running = Running {
            answered: Instant::now(),
            start: self,
            in_flight: None,
            infos: VecDeque::new(),
            ending: None,
            over: false,
            held: false,
            sdp_version: 2,
            sound_after: None,
            heard: Vec::new(),
        };
        running.run(stop).await
    }
}

impl Running<'_> {
    async fn run(mut self, stop: &mut Stop<'_>) -> Result<Report> {
        self.tell_answer();
        if stop.came() {
            self.hang_up().await?;
        }
        while !self.over {
            let timer = self.poll_timeout();
            tokio::select! {
                message = self.start.line.receive() => match message.context("the call was cut")? {
                    SipMessage::Request(request) => self.handle_request(&request).await?,
                    SipMessage::Response(response) => self.handle_response(&response).await?,
                },
                news = self.start.media.turn() => self.handle_news(news?),
                () = tokio::time::sleep_until(timer) => self.handle_timeout(Instant::now()).await?,
                () = stop.wait() => self.hang_up().await?,
            }
        }
        self.start.media.finish()?;
        Ok(self.report())
    }

    fn tell_answer(&mut self) {
        if let Some(remote) = self.start.media.remote() {
            let event = Event::Answered {
                codec: remote.codec.name,
                media: remote.address,
                after: self.answered - self.start.started,
            };
            (self.start.listener)(event);
        }
    }

    /// The next thing on the clock; a far future when there is none.
    fn poll_timeout(&self) -> Instant {
        let agenda = &self.start.agenda;
        let key = agenda.keys.front().map(|press| self.answered + press.after);
        let end = agenda.hold_for.map(|time| self.answered + time);
        [
            key.filter(|_| self.ending.is_none()),
            end.filter(|_| self.ending.is_none()),
            self.in_flight
                .as_ref()
                .map(|it| it.retransmission.poll_timeout()),
            self.start
                .unacknowledged
                .as_ref()
                .map(Retransmission::poll_timeout),
        ]
        .into_iter()
        .flatten()
        .min()
        .unwrap_or_else(|| Instant::now() + Duration::from_hours(1))
    }

    async fn handle_timeout(&mut self, now: Instant) -> Result<()> {
        let answered = self.answered;
        while let Some(press) = self
            .start
            .agenda
            .keys
            .pop_front_if(|press| answered + press.after <= now)
        {
            self.press(press.key);
        }
        self.send_next_key().await?;
        if self
            .start
            .agenda
            .hold_for
            .is_some_and(|time| answered + time <= now)
        {
            self.hang_up().await?;
        }
        self.repeat_200(now).await?;
        self.repeat_request(now).await
    }

    fn press(&mut self, key: char) {
        let by_rtp = self.start.agenda.dtmf == DtmfWay::Rfc4733 && self.start.media.press(key);
        if !by_rtp {
            self.infos.push_back(key);
        }
    }

    async fn repeat_200(&mut self, now: Instant) -> Result<()> {
        let Some(waiting) = &mut self.start.unacknowledged else {
            return Ok(());
        };
        match waiting.handle_timeout(now) {
            Due::Send(bytes) => self.start.line.send(bytes).await,
            Due::Wait => Ok(()),
            // RFC 3261 §13.3.1.4: no ACK, so the call ends with a BYE.
            Due::GivenUp => {
                self.start.unacknowledged = None;
                self.hang_up().await
            }
        }
    }

    async fn repeat_request(&mut self, now: Instant) -> Result<()> {
        let Some(it) = &mut self.in_flight else {
            return Ok(());
        };
        match it.retransmission.handle_timeout(now) {
            Due::Send(bytes) => self.start.line.send(bytes).await,
            Due::Wait => Ok(()),
            Due::GivenUp => self.settle(408).await,
        }
    }

    /// Sends BYE, once.
    async fn hang_up(&mut self) -> Result<()> {
        if self.ending.is_none() {
            self.ending = Some(Outcome::HungUp);
            self.infos.clear();
            self.send(Purpose::HangUp, None).await?;
        }
        Ok(())
    }

    async fn send_next_key(&mut self) -> Result<()> {
        if self.in_flight.is_none()
            && let Some(key) = self.infos.pop_front()
        {
            self.send(Purpose::Key(key), None).await?;
        }
        Ok(())
    }

    async fn send(&mut self, purpose: Purpose, credentials: Option<Header>) -> Result<()> {
        let tried = credentials.is_some();
        let (method, body): (Method, Option<Body>) = match purpose {
            Purpose::HangUp => (Method::Bye, None),
            Purpose::Key(key) => (
                Method::Info,
                Some(("application/dtmf-relay", keys::relay_body(key))),
            ),
        };
        let request = self.start.dialog.request(method, credentials, body)?;
        let bytes = Vec::from(request.clone());
        self.start.line.send(&bytes).await?;
        let retransmission =
            Retransmission::capped(bytes, Instant::now()).until(Instant::now() + BYE_WAIT);
        self.in_flight = Some(InFlight {
            purpose,
            request,
            retransmission,
            tried,
        });
        Ok(())
    }

    async fn handle_response(&mut self, response: &Response) -> Result<()> {
        let code = response.status_code.code();
        if cseq(response).is_some_and(|(_, method)| method == Method::Invite) {
            // The 200 came again: our ACK was lost.
            if let Some(ack) = self
                .start
                .ack
                .as_ref()
                .filter(|_| (200..300).contains(&code))
            {
                self.start.line.send(ack).await?;
            }
            return Ok(());
        }
        let Some(it) = self
            .in_flight
            .as_ref()
            .filter(|it| cseq(&it.request) == cseq(response) && code >= 200)
        else {
            return Ok(());
        };
        if matches!(code, 401 | 407) && !it.tried && self.start.account.password.is_some() {
            let credentials = digest::answer(self.start.account, &it.request, response)?;
            return self.send(it.purpose, Some(credentials)).await;
        }
        self.settle(code).await
    }

    /// A request of ours has its final answer, or will never have one.
    async fn settle(&mut self, code: u16) -> Result<()> {
        let Some(it) = self.in_flight.take() else {
            return Ok(());
        };
        match it.purpose {
            Purpose::HangUp => {
                self.over = true;
                (self.start.listener)(Event::HungUp);
            }
            Purpose::Key(key) if (200..300).contains(&code) => {
                (self.start.listener)(Event::Pressed { key })
            }
            Purpose::Key(key) => (self.start.listener)(Event::KeyRefused { key, code }),
        }
        self.send_next_key().await
    }

    fn handle_news(&mut self, news: News) {
        match news {
            News::Pressed(key) => (self.start.listener)(Event::Pressed { key }),
            News::Heard(hearing) => {
                let after = self.answered.elapsed();
                let audible = matches!(hearing, Hearing::Tone { .. } | Hearing::Sound { .. });
                if audible && self.sound_after.is_none() {
                    self.sound_after = Some(after);
                }
                self.heard.push((after, hearing));
                (self.start.listener)(Event::Hears(hearing));
            }
        }
    }

    fn report(self) -> Report {
        Report {
            outcome: self.ending.unwrap_or(Outcome::HungUp),
            ringing_after: self.start.ringing_after,
            answered_after: Some(self.answered - self.start.started),
            sound_after: self.sound_after,
            talked: self.answered.elapsed(),
            packets_sent: self.start.media.sent,
            packets_received: self.start.media.ear.received,
            packets_lost: self.start.media.ear.lost(),
            heard: self.heard,
            keys_heard: self.start.media.ear.keys,
        }
    }
}
