//! Via, RFC 3261 §20.42 and RFC 3581.

use super::{lexer::Cursor, params::Params, uri::host_port};

/// RFC 3261 §8.1.1.7: branches that start so are unique over space and time.
pub const MAGIC_COOKIE: &str = "z9hG4bK";

/// One hop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Via<'a> {
    /// Transport token as written.
    pub transport: &'a [u8],
    /// Host of sent-by.
    pub host: &'a [u8],
    /// Port of sent-by.
    pub port: Option<u16>,
    /// Parameters.
    pub params: Params<'a>,
    /// The whole hop as written.
    pub text: &'a [u8],
    /// What follows in the same header value, from the comma on.
    pub further: &'a [u8],
}

impl<'a> Via<'a> {
    /// Reads the first hop of a header value. `None` when it is malformed.
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor::new(value);
        let protocol = cursor.token()?;
        let slash = cursor.eat_separator(b'/');
        let version = cursor.token()?;
        if !protocol.eq_ignore_ascii_case(b"SIP") || !slash || version != b"2.0" {
            return None;
        }
        cursor.eat_separator(b'/').then_some(())?;
        let transport = cursor.token()?;
        let before_blank = cursor.rest().len();
        cursor.skip_lws();
        (cursor.rest().len() < before_blank).then_some(())?;
        let (host, port) = host_port(&mut cursor)?;
        let params = Params::take(&mut cursor)?;
        let text = cursor.since(&Cursor::new(value));
        cursor.skip_lws();
        let further = cursor.rest();
        (further.is_empty() || further.starts_with(b",")).then_some(Self {
            transport,
            host,
            port,
            params,
            text,
            further,
        })
    }

    /// The branch parameter.
    pub fn branch(&self) -> Option<&'a [u8]> {
        self.params
            .get("branch")
            .filter(|branch| !branch.is_empty())
    }

    /// RFC 3581: the peer asks for the port that we saw.
    pub fn wants_rport(&self) -> bool {
        self.params.get("rport").is_some()
    }
}

/// Hops in a header value; `None` when one is malformed.
pub(crate) fn count(value: &[u8]) -> Option<usize> {
    let mut rest = value;
    let mut hops: usize = 0;
    loop {
        let via = Via::parse(rest)?;
        hops = hops.saturating_add(1);
        let mut cursor = Cursor::new(via.further);
        if !cursor.eat_separator(b',') {
            return Some(hops);
        }
        rest = cursor.rest();
    }
}
