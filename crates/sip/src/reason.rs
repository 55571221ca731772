//! The Reason header field, RFC 3326: why a request was sent.
//!
//! Of a request only the first value is read: further ones repeat it for other protocols. Of a refusal the cause of the
//! telephone network is preferred.

use crate::message::{
    Header, Message, Params, Value,
    lexer::{Cursor, decimal, printable},
};

/// One reason, such as `SIP;cause=200;text="Call completed elsewhere"`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reason {
    /// `SIP`, `Q.850` or another protocol token.
    pub protocol: String,
    /// The cause value, a SIP status or a Q.850 cause.
    pub cause: Option<u32>,
    /// Free text, control characters removed.
    pub text: Option<String>,
}

impl Reason {
    /// A reason of protocol SIP.
    pub fn sip(cause: u32, text: &str) -> Self {
        Self {
            protocol: "SIP".into(),
            cause: Some(cause),
            text: Some(text.into()),
        }
    }

    /// A reason of protocol Q.850.
    pub fn q850(cause: u32, text: &str) -> Self {
        Self {
            protocol: "Q.850".into(),
            cause: Some(cause),
            text: Some(text.into()),
        }
    }

    /// R22: what a ringing phone is told when another has taken the call, so that it shows no missed call.
    pub fn answered_elsewhere() -> Self {
        Self::sip(200, "Call completed elsewhere")
    }
}

impl Reason {
    /// Reads the first value of a Reason header. `None` when it is malformed.
    pub(crate) fn parse(value: &[u8]) -> Option<Self> {
        Self::take(&mut Cursor::new(value))
    }

    fn take(cursor: &mut Cursor<'_>) -> Option<Self> {
        cursor.skip_lws();
        let protocol = printable(cursor.token()?);
        let params = Params::take(cursor)?;
        Some(Self {
            protocol,
            cause: params.get("cause").and_then(decimal),
            text: params.text("text").map(|text| printable(&text)),
        })
    }

    /// What a refusal gives as its reason: the cause of the telephone network (Q.850) before that of SIP, which the status
    /// says anyway.
    pub(crate) fn of_refusal(response: &Message) -> Option<Self> {
        let mut first = None;
        for value in response.all(Header::Reason) {
            for reason in list(value) {
                if reason.protocol.eq_ignore_ascii_case("Q.850") {
                    return Some(reason);
                }
                first = first.or(Some(reason));
            }
        }
        first
    }

    /// Writes the value of the header.
    pub(crate) fn write(&self, out: &mut Value<'_>) {
        out.token(&self.protocol);
        if let Some(cause) = self.cause {
            out.word(";cause=").number(u64::from(cause));
        }
        if let Some(text) = &self.text {
            out.word(";text=").quoted(text);
        }
    }
}

/// The values of a header field, up to the first that is malformed.
fn list(value: &[u8]) -> impl Iterator<Item = Reason> {
    let mut cursor = Some(Cursor::new(value));
    core::iter::from_fn(move || {
        let mut at = cursor.take()?;
        let reason = Reason::take(&mut at)?;
        cursor = at.eat_separator(b',').then_some(at);
        Some(reason)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_read() {
        let rows = [
            (
                "SIP;cause=200;text=\"Call completed elsewhere\"",
                Some(Reason::answered_elsewhere()),
            ),
            (
                "Q.850 ;cause=16;text=\"a\\\"b\\\nc\"",
                Some(Reason::q850(16, "a\"b c")),
            ),
            (
                "Q.850;cause=16, SIP;cause=200",
                Some(Reason {
                    text: None,
                    ..Reason::q850(16, "")
                }),
            ),
            (
                "SIP;cause=x",
                Some(Reason {
                    protocol: "SIP".into(),
                    cause: None,
                    text: None,
                }),
            ),
            ("", None),
            (";cause=1", None),
        ];
        for (text, expected) in rows {
            assert_eq!(Reason::parse(text.as_bytes()), expected, "{text}");
        }
    }
}
