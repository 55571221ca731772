//! An SDP body of ours as text (RFC 8866 §5): the few lines that we send, straight into one buffer.
//!
//! Nothing is checked here: whatever comes from the peer has been read line by line before it is copied.

use std::net::IpAddr;

use crate::parse::Media;
use crate::{Codec, Direction, LocalAudio};

/// Room for what we write of one audio stream with a handful of codecs.
const BYTES_USUAL: usize = 512;
/// We send 20 ms a packet and say so.
const PTIME: &str = "a=ptime:20\r\n";
/// The keys: 0-9 * # A-D (RFC 4733 §3.2).
const EVENTS: &str = "0-15";

/// A body that grows line by line.
pub(crate) struct Body {
    text: String,
}

/// One audio stream of ours.
pub(crate) struct Audio<'a> {
    /// `RTP/AVP`
    pub(crate) proto: &'a str,
    pub(crate) codecs: &'a [&'a Codec],
    /// Payload type of `telephone-event`.
    pub(crate) event: Option<u8>,
    pub(crate) direction: Direction,
}

impl Body {
    /// The lines of the session; `times` as in `t=` lines.
    pub(crate) fn new(local: &LocalAudio, times: &[&str]) -> Self {
        let mut body = Self {
            text: String::with_capacity(BYTES_USUAL),
        };
        body.push("v=0\r\no=- ")
            .number(local.session_id)
            .push(" ")
            .number(local.session_version)
            .push(" ")
            .address(local.address)
            .push("\r\ns=-\r\nc=")
            .address(local.address)
            .push("\r\n");
        for time in times {
            body.push("t=").push(time).push("\r\n");
        }
        body
    }

    /// A stream of ours.
    pub(crate) fn audio(&mut self, local: &LocalAudio, audio: &Audio<'_>) {
        self.push("m=audio ").number(local.port).push(" ");
        self.push(audio.proto);
        let payload_types = audio.codecs.iter().map(|codec| codec.payload_type);
        for payload_type in payload_types.chain(audio.event) {
            self.push(" ").number(payload_type);
        }
        self.push("\r\n");
        for codec in audio.codecs {
            self.mapping(
                codec.payload_type,
                &codec.name,
                codec.clock_rate_hz,
                codec.channels,
            );
            let ours = local.codecs.iter().find(|ours| ours.is_like(codec));
            if let Some(parameters) = ours.and_then(|ours| ours.fmtp.as_deref()) {
                self.parameters(codec.payload_type, parameters);
            }
        }
        if let (Some(event), Some(codec)) = (audio.event, audio.codecs.first()) {
            self.mapping(event, "telephone-event", codec.clock_rate_hz, 1);
            self.parameters(event, EVENTS);
        }
        self.push(PTIME)
            .push("a=")
            .push(audio.direction.attribute())
            .push("\r\n");
    }

    /// RFC 3264 §6: a refused stream keeps its place and formats and has port 0.
    pub(crate) fn refused(&mut self, media: &Media<'_>) {
        self.push("m=").push(media.media).push(" 0 ");
        self.push(media.proto)
            .push(" ")
            .push(media.formats)
            .push("\r\n");
    }

    /// The whole.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.text.into_bytes()
    }

    fn mapping(&mut self, payload_type: u8, name: &str, clock_rate_hz: u32, channels: u8) {
        self.push("a=rtpmap:").number(payload_type).push(" ");
        self.push(name).push("/").number(clock_rate_hz);
        if channels != 1 {
            self.push("/").number(channels);
        }
        self.push("\r\n");
    }

    fn parameters(&mut self, payload_type: u8, parameters: &str) {
        self.push("a=fmtp:").number(payload_type).push(" ");
        self.push(parameters).push("\r\n");
    }

    fn address(&mut self, address: IpAddr) -> &mut Self {
        match address {
            IpAddr::V4(address) => {
                let [a, b, c, d] = address.octets();
                self.push("IN IP4 ").number(a).push(".").number(b);
                self.push(".").number(c).push(".").number(d)
            }
            IpAddr::V6(address) => self.push("IN IP6 ").push(&address.to_string()),
        }
    }

    /// A decimal number; the standard formatter takes ten times as long for one.
    fn number(&mut self, number: impl Into<u64>) -> &mut Self {
        let number = number.into();
        if number >= 10 {
            self.number(number / 10);
        }
        let digit = u8::try_from(number % 10).unwrap_or_default();
        self.text.push(char::from(b'0'.saturating_add(digit)));
        self
    }

    fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_decimal() {
        for number in [0, 7, 10, 99, 100, 20_000, 4_294_967_296, u64::MAX] {
            let mut body = Body {
                text: String::new(),
            };
            body.number(number);
            assert_eq!(body.text, number.to_string());
        }
    }
}
