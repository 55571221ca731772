//! The value of Authorization and Proxy-Authorization, RFC 7616 §3.4.

use super::Algorithm;
use crate::message::{
    lexer::{Cursor, printable},
    params::{unquote, value},
};

/// Credentials as a phone sends them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Credentials {
    /// User name.
    pub username: String,
    /// Realm.
    pub realm: Vec<u8>,
    /// Nonce, hexadecimal digits when it is one of ours.
    pub nonce: String,
    /// The URI that was hashed.
    pub uri: Vec<u8>,
    /// Digest in hexadecimal digits.
    pub response: Vec<u8>,
    /// The client's nonce.
    pub cnonce: Vec<u8>,
    /// Count of uses of the nonce: `nc`.
    pub nc: u32,
    /// `nc` as written: eight hexadecimal digits are hashed as text.
    pub nc_text: Vec<u8>,
    /// Hash function; MD5 when not named.
    pub algorithm: Algorithm,
}

/// RFC 7616 §3.4 knows 12. Each is compared with those before it, and this is read before anybody is authenticated.
const PARAMETERS_MAX: usize = 32;

impl Credentials {
    /// Reads `Digest …`. `None` for another scheme, a malformed or repeated parameter, more than 32 of them, another algorithm or
    /// qop, or when one that we need is missing.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let fields = Fields::parse(text)?;
        if fields.get("qop")? != b"auth" {
            return None;
        }
        let nc_text = fields.get("nc")?;
        let digits = core::str::from_utf8(&nc_text).ok()?;
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let nc = u32::from_str_radix(digits, 16)
            .ok()
            .filter(|_| digits.len() == 8 && is_hex)?;
        Some(Self {
            username: printable(&fields.get("username")?),
            realm: fields.get("realm")?,
            nonce: String::from_utf8(fields.get("nonce")?).ok()?,
            uri: fields.get("uri")?,
            response: fields.get("response")?,
            cnonce: fields.get("cnonce")?,
            nc,
            nc_text,
            algorithm: algorithm(fields.get("algorithm").as_deref())?,
        })
    }
}

pub(super) fn algorithm(token: Option<&[u8]>) -> Option<Algorithm> {
    let Some(token) = token else {
        return Some(Algorithm::Md5);
    };
    let mut known = Algorithm::ALL.into_iter();
    known.find(|known| token.eq_ignore_ascii_case(known.token().as_bytes()))
}

/// The parameters of a Digest header, each once.
pub(super) struct Fields<'a> {
    rows: Vec<(&'a [u8], &'a [u8])>,
}

impl<'a> Fields<'a> {
    pub(super) fn parse(text: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor::new(text);
        let scheme = cursor.token()?;
        if !scheme.eq_ignore_ascii_case(b"Digest") {
            return None;
        }
        let mut rows: Vec<(&[u8], &[u8])> = Vec::with_capacity(12);
        cursor.skip_lws();
        loop {
            let name = cursor.token()?;
            if !cursor.eat_separator(b'=')
                || rows.len() >= PARAMETERS_MAX
                || rows
                    .iter()
                    .any(|(known, _)| known.eq_ignore_ascii_case(name))
            {
                return None;
            }
            rows.push((name, value(&mut cursor)?));
            if !cursor.eat_separator(b',') {
                break;
            }
        }
        cursor.skip_lws();
        cursor.is_empty().then_some(Self { rows })
    }

    pub(super) fn get(&self, name: &str) -> Option<Vec<u8>> {
        let row = self
            .rows
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name.as_bytes()));
        row.map(|(_, value)| unquote(value).into_owned())
    }
}
