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
    pub(super) branch: Option<&'a [u8]>,
    pub(super) wants_rport: bool,
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
        let (mut branch, mut wants_rport) = (None, false);
        let params = Params::take_noting(&mut cursor, |name, value| {
            if name.eq_ignore_ascii_case(b"branch") {
                branch.get_or_insert(value.unwrap_or_default());
            } else if name.eq_ignore_ascii_case(b"rport") {
                wants_rport = true;
            }
        })?;
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
            branch: branch.filter(|branch| !branch.is_empty()),
            wants_rport,
        })
    }

    /// The branch parameter.
    pub fn branch(&self) -> Option<&'a [u8]> {
        self.branch
    }

    /// RFC 3581: the peer asks for the port that we saw.
    pub fn wants_rport(&self) -> bool {
        self.wants_rport
    }
}

/// The hops of a header value, comma-separated. Ends after the first malformed one, which is `None`.
pub(crate) fn list(value: &[u8]) -> impl Iterator<Item = Option<Via<'_>>> {
    let mut rest = Some(value);
    core::iter::from_fn(move || {
        let via = Via::parse(rest.take()?);
        let mut further = Cursor::new(via.map_or(&[], |via| via.further));
        if further.eat_separator(b',') {
            rest = Some(further.rest());
        }
        Some(via)
    })
}

/// Hops in a header value; `None` when one is malformed.
pub(crate) fn count(value: &[u8]) -> Option<usize> {
    list(value).try_fold(0_usize, |hops, via| via.map(|_| hops.saturating_add(1)))
}
