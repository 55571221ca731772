//! The reader by tables: everyday probes, RFC 4475, limits, mutations, and another implementation as oracle.

mod limits;
mod oracle;
mod probes;
mod properties;

use super::*;
use crate::config::Limits;

/// What became of a text.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
enum Verdict {
    Ok,
    Refused(u16),
    Dropped,
}

fn read(text: &[u8]) -> Result<Message, ParseError> {
    parse(Bytes::copy_from_slice(text), &Limits::default())
}

fn verdict(text: &[u8]) -> Verdict {
    match read(text) {
        Ok(_) => Verdict::Ok,
        Err(ParseError::Answerable { fault, .. }) => Verdict::Refused(fault.status),
        Err(ParseError::Unframable(_)) => Verdict::Dropped,
    }
}

/// An ordinary request with other lines in the place of some of its own: `(from, to)`.
fn with(changes: &[(&str, &str)]) -> Vec<u8> {
    let mut text = String::from(
        "INVITE sip:4000@call.example.com SIP/2.0\r\n\
         Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK776asdhds\r\n\
         Max-Forwards: 70\r\n\
         From: \"Alice\" <sip:alice@example.com>;tag=1928301774\r\n\
         To: <sip:4000@call.example.com>\r\n\
         Call-ID: a84b4c76e66710@192.0.2.1\r\n\
         CSeq: 314159 INVITE\r\n\
         Contact: <sip:alice@192.0.2.1>\r\n\
         Content-Type: application/sdp\r\n\
         Content-Length: 4\r\n\r\nv=0\n",
    );
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    text.into_bytes()
}
