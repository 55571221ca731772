//! What the other side asks while a call is up: re-INVITE, BYE, INFO, and what belongs to no call of ours.
//!
//! A re-INVITE is answered with one codec and the mirrored direction, or with 488; it never changes our port. What a phone
//! has no use for gets 405, other calls get 486.

use anyhow::Result;
use rsip::headers::untyped::UntypedHeader;
use rsip::{Header, Method, Request, headers};
use tokio::time::Instant;

use super::Running;
use crate::line::Line;
use crate::message::{Body, respond, token, value};
use crate::narrate::{Event, Outcome};
use crate::sdp;
use crate::transaction::Retransmission;

impl Running<'_> {
    pub(super) async fn handle_request(&mut self, request: &Request) -> Result<()> {
        if !self.start.dialog.owns(request) {
            return refuse_stranger(self.start.line, request).await;
        }
        match request.method {
            Method::Ack => {
                self.handle_ack(request);
                Ok(())
            }
            Method::Invite => self.handle_reinvite(request).await,
            Method::Bye => {
                self.respond(request, 200, None).await?;
                self.over = true;
                if self.ending.is_none() {
                    self.ending = Some(Outcome::RemoteHungUp);
                    (self.start.listener)(Event::RemoteHungUp);
                }
                Ok(())
            }
            Method::Info | Method::Options => self.respond(request, 200, None).await,
            // RFC 3261 §9.2: the answer has gone, so a CANCEL changes nothing.
            Method::Cancel => self.respond(request, 200, None).await,
            Method::Message
            | Method::Notify
            | Method::PRack
            | Method::Publish
            | Method::Refer
            | Method::Register
            | Method::Subscribe
            | Method::Update => self.respond(request, 405, None).await,
        }
    }

    fn handle_ack(&mut self, request: &Request) {
        self.start.unacknowledged = None;
        // The SDP answer to our SDP offer, when the INVITE came without one.
        if let Some(remote) = sdp::Remote::parse(&request.body) {
            let late = self.start.media.remote().is_none();
            self.start.media.connect(remote);
            if late {
                self.tell_answer();
            }
        }
    }

    async fn handle_reinvite(&mut self, request: &Request) -> Result<()> {
        // No ACK yet, so it is the INVITE once more: our answer is sent again by its own clock.
        if self.start.unacknowledged.is_some() {
            return Ok(());
        }
        self.start.dialog.refresh(request);
        let local = self.start.media.local()?;
        self.sdp_version += 1;
        let text = if request.body.is_empty() {
            sdp::offer(local, self.sdp_version)
        } else if let Some(remote) = sdp::Remote::parse(&request.body) {
            let text = sdp::answer(local, self.sdp_version, &remote);
            self.note_hold(!remote.direction.listens());
            self.start.media.connect(remote);
            text
        } else {
            return self.respond(request, 488, None).await;
        };
        self.respond(request, 200, Some(("application/sdp", text)))
            .await
    }

    fn note_hold(&mut self, held: bool) {
        if held != self.held {
            self.held = held;
            (self.start.listener)(if held { Event::Held } else { Event::Resumed });
        }
    }

    async fn respond(&mut self, request: &Request, code: u16, body: Option<Body>) -> Result<()> {
        let dialog = &self.start.dialog;
        let to = value(request, "To").unwrap_or_else(|| dialog.local.clone());
        let rest = if body.is_some() {
            vec![dialog.contact()]
        } else {
            Vec::new()
        };
        let invite = request.method == Method::Invite;
        let bytes = Vec::from(respond(request, code, &to, rest, body));
        self.start.line.send(&bytes).await?;
        if invite {
            self.start.unacknowledged = Some(Retransmission::capped(bytes, Instant::now()));
        }
        Ok(())
    }
}

/// The answer to a request that belongs to no call of ours while one is up.
pub(crate) async fn refuse_stranger(line: &Line, request: &Request) -> Result<()> {
    let code = match request.method {
        Method::Ack => return Ok(()),
        Method::Invite => 486,
        Method::Options => 200,
        Method::Bye
        | Method::Cancel
        | Method::Info
        | Method::Message
        | Method::Notify
        | Method::PRack
        | Method::Publish
        | Method::Refer
        | Method::Register
        | Method::Subscribe
        | Method::Update => 481,
    };
    let to = format!(
        "{};tag={}",
        value(request, "To").unwrap_or_default(),
        token()?
    );
    let rest = vec![Header::Accept(headers::Accept::new("application/sdp"))];
    line.send(&Vec::from(respond(request, code, &to, rest, None)))
        .await
}
