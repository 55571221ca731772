//! One phone's part in a call: a SIP session and the port where its sound lives.
//!
//! A leg speaks SDP; it does not know what the call is about. Every body that we send on it has the same `o=` id and a
//! rising version (RFC 3264 §8).

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use media::PortId;
use model::CallId;
use sdp::{Direction, LocalAudio, Negotiated};
use sip::{IncomingInvite, Reason, SessionId};

use crate::context::{Context, Side};
use crate::trunk::Dtmf;

/// Payload type of telephone-event in SDP offers of ours.
const TELEPHONE_EVENT: u8 = 101;

/// A leg.
#[derive(Debug)]
pub(crate) struct Leg {
    pub(crate) session: SessionId,
    pub(crate) port: PortId,
    audio: LocalAudio,
    /// Where its signalling comes from; of an outside party it is known once the trunk has answered.
    signalling: Option<IpAddr>,
    /// What the peer last agreed to; `None` until its SDP came.
    negotiated: Option<Negotiated>,
    /// How keys travel on the trunk that it uses.
    dtmf: Dtmf,
    /// The media thread listens for tones in it.
    listening: bool,
    /// It has sent a key by SIP INFO.
    sends_info: bool,
    /// It leads to an agent's outside number (C14): when such a call ends at the latest (S15).
    pub(crate) off_net: Option<Duration>,
    /// Its sound has come: the media path is sure (R23).
    pub(crate) is_heard: bool,
    /// It said nothing for the RTP time-out before there was anybody to talk to.
    pub(crate) was_silent: bool,
}

/// Why a leg could not be made.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum LegError {
    /// Its SDP cannot be used: the SIP status that says so.
    Sdp(u16),
    /// No RTP port is free.
    NoPort,
}

impl LegError {
    pub(crate) const fn status(&self) -> u16 {
        match self {
            Self::Sdp(status) => *status,
            // RFC 3261 §21.5.4: overload.
            Self::NoPort => 503,
        }
    }

    /// The word in facts and figures.
    pub(crate) const fn cause(&self) -> &'static str {
        match self {
            Self::Sdp(_) => "sdp",
            Self::NoPort => "no_port",
        }
    }
}

impl Leg {
    /// A leg for an INVITE that came in; the port is open when this returns well.
    pub(crate) fn incoming(
        context: &mut Context,
        call: CallId,
        session: SessionId,
        invite: &IncomingInvite,
    ) -> Result<Self, LegError> {
        let trunk = invite
            .trunk
            .as_ref()
            .and_then(|name| context.config.trunks.get(name));
        let dtmf = trunk.map_or(Dtmf::Auto, |trunk| trunk.dtmf);
        let signalling = Some(invite.flow.remote.ip());
        let leg = Self::open(context, call, session, signalling, dtmf)?;
        context.sessions.insert(session, (call, Side::Caller));
        Ok(leg)
    }

    /// A leg towards a phone. `dial` sends the INVITE with the SDP offer it is given.
    pub(crate) fn outgoing(
        context: &mut Context,
        call: CallId,
        side: Side,
        signalling: Option<IpAddr>,
        dtmf: Dtmf,
        dial: impl FnOnce(&mut Context, Bytes) -> SessionId,
    ) -> Result<Self, LegError> {
        let mut leg = Self::open(context, call, SessionId(0), signalling, dtmf)?;
        let body = leg.sdp_offer();
        leg.session = dial(context, body);
        context.sessions.insert(leg.session, (call, side));
        Ok(leg)
    }

    fn open(
        context: &mut Context,
        call: CallId,
        session: SessionId,
        signalling: Option<IpAddr>,
        dtmf: Dtmf,
    ) -> Result<Self, LegError> {
        let (port, local) = context.placement.take(call).ok_or(LegError::NoPort)?;
        context.media(media::Command::Open { port, local });
        let codecs = audio::codec::CODECS.iter().map(|codec| sdp::Codec {
            name: codec.name.into(),
            payload_type: codec.payload_type,
            clock_rate_hz: codec.clock_rate_hz,
            channels: codec.channels,
            fmtp: codec.fmtp.map(Into::into),
        });
        let audio = LocalAudio {
            address: context.placement.advertised(),
            port: local.port(),
            codecs: codecs.collect(),
            telephone_event: match dtmf {
                Dtmf::Auto | Dtmf::Rfc4733 => Some(TELEPHONE_EVENT),
                Dtmf::Inband => None,
            },
            session_id: port.0,
            session_version: 0,
            direction: Direction::SendReceive,
        };
        Ok(Self {
            session,
            port,
            audio,
            signalling,
            negotiated: None,
            dtmf,
            listening: false,
            sends_info: false,
            off_net: None,
            is_heard: false,
            was_silent: false,
        })
    }

    /// Our SDP offer, of a new version.
    pub(crate) fn sdp_offer(&mut self) -> Bytes {
        self.audio.session_version += 1;
        sdp::offer(&self.audio).into()
    }

    /// Answers the peer's SDP offer and tells the media thread what was agreed.
    pub(crate) fn answer_sdp(
        &mut self,
        context: &mut Context,
        offer: &[u8],
    ) -> Result<Bytes, LegError> {
        self.audio.session_version += 1;
        let (body, negotiated) =
            sdp::answer(offer, &self.audio).map_err(|error| LegError::Sdp(error.status()))?;
        self.agree(context, negotiated)?;
        Ok(body.into())
    }

    /// Takes the peer's answer to our SDP offer.
    pub(crate) fn accept_sdp(
        &mut self,
        context: &mut Context,
        answer: &[u8],
    ) -> Result<(), LegError> {
        let negotiated = sdp::accept(&self.audio, answer).map_err(|_| LegError::Sdp(488))?;
        self.agree(context, negotiated)
    }

    /// The same for a 2xx after early media: what was agreed already is not told again, since it would learn the source of
    /// the sound anew (S16).
    pub(crate) fn accept_answer(
        &mut self,
        context: &mut Context,
        answer: &[u8],
    ) -> Result<(), LegError> {
        let negotiated = sdp::accept(&self.audio, answer).map_err(|_| LegError::Sdp(488))?;
        if self.negotiated.as_ref() == Some(&negotiated) {
            return Ok(());
        }
        self.agree(context, negotiated)
    }

    fn agree(&mut self, context: &mut Context, negotiated: Negotiated) -> Result<(), LegError> {
        let row = audio::codec::by_name(&negotiated.codec.name, negotiated.codec.clock_rate_hz)
            .ok_or(LegError::Sdp(488))?;
        let stream = media::Stream {
            remote: negotiated.remote,
            remote_rtcp: negotiated.remote_rtcp,
            signalling: self
                .signalling
                .or_else(|| context.sip.peer_address(self.session)),
            codec: row,
            payload_type: negotiated.codec.payload_type,
            telephone_event: negotiated.telephone_event,
            sending: matches!(
                negotiated.direction,
                Direction::SendReceive | Direction::SendOnly
            ),
            receiving: matches!(
                negotiated.direction,
                Direction::SendReceive | Direction::ReceiveOnly
            ),
        };
        context.media(media::Command::Negotiate {
            port: self.port,
            stream,
        });
        self.negotiated = Some(negotiated);
        Ok(())
    }

    /// There is somebody to talk to: a silence that did not count begins anew.
    pub(crate) fn answered(&mut self, context: &mut Context) {
        if std::mem::take(&mut self.was_silent)
            && let Some(negotiated) = self.negotiated.clone()
            && self.agree(context, negotiated).is_err()
        {
            tracing::error!(port = self.port.0, "what was agreed is not agreed any more");
        }
    }

    /// A key came by SIP INFO: who sends keys so is not heard in his voice any more, or each would be two.
    pub(crate) const fn sent_info(&mut self) {
        self.sends_info = true;
    }

    /// Has tones listened for where somebody wants keys and the trunk's way allows it (A11). The media thread itself falls
    /// silent at the first telephone-event.
    pub(crate) fn listen(&mut self, context: &mut Context, wanted: bool) {
        let on = wanted
            && match self.dtmf {
                Dtmf::Auto => !self.sends_info,
                Dtmf::Rfc4733 => false,
                Dtmf::Inband => true,
            };
        if std::mem::replace(&mut self.listening, on) != on {
            let port = self.port;
            context.media(media::Command::ListenTones { port, on });
        }
    }

    /// Whether keys pass to it in packets; else they are to be heard.
    pub(crate) fn takes_events(&self) -> bool {
        self.negotiated
            .as_ref()
            .is_some_and(|negotiated| negotiated.telephone_event.is_some())
    }

    /// Name of the codec, once agreed.
    pub(crate) fn codec(&self) -> Option<&str> {
        self.negotiated
            .as_ref()
            .map(|negotiated| &*negotiated.codec.name)
    }

    /// Whether the peer's SDP came.
    pub(crate) const fn is_negotiated(&self) -> bool {
        self.negotiated.is_some()
    }

    /// Whether the peer has put us on hold: it does not want to hear us, or neither to be heard (RFC 3264 §8.4).
    pub(crate) const fn is_held(&self) -> bool {
        match &self.negotiated {
            Some(negotiated) => match negotiated.direction {
                Direction::SendReceive | Direction::SendOnly => false,
                Direction::ReceiveOnly | Direction::Inactive => true,
            },
            None => false,
        }
    }

    /// Asks the phone to stop: CANCEL, BYE or a refusal, as its state wants. Its last word may still come.
    /// C15: the leg of an agent who stands by stays on the line.
    pub(crate) fn hang_up(&self, context: &mut Context, reason: Option<Reason>) {
        if context.standby.of_session(self.session).is_some() {
            return;
        }
        context.sip.hang_up(context.now, self.session, reason);
    }

    /// Forgets the leg: its session is over and its port is closed, unless it goes on standing by (C15).
    pub(crate) fn release(self, context: &mut Context) {
        if let Some(leg) = context.given_back(self) {
            context.forget_session(leg.session);
            context.close(leg.port);
        }
    }
}
