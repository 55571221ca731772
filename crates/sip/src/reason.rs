//! The Reason header field, RFC 3326: why a request was sent.
//!
//! Only the first value of the header is read: further ones repeat it for other protocols.

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
