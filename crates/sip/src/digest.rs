//! HTTP digest for SIP: RFC 7616 with MD5 and SHA-256 (RFC 8760), qop `auth` only.
//!
//! Nonces are ours to read (S12): time, a counter's name and a keyed code over both, the peer's address, the realm and
//! the algorithm. So a challenge costs no memory (S9). Memory is spent on a nonce only after a right answer: its counts
//! (`nc`) are kept in a window until the nonce is too old anyway, and a count that was seen is refused.
//! The two algorithms are offered with a nonce each, so that their counts do not mix.
//! Deliberately absent: `auth-int`, responses without qop (RFC 2069), `userhash`.

mod credentials;
mod nonce;
mod offer;

pub use credentials::Credentials;
pub(crate) use offer::offered;

use crate::{
    config::Account,
    message::Method,
    random::{Random, hex},
};
use core::time::Duration;
use md5::{Digest, Md5};
use nonce::{Count, NonceTable};
use sha2::Sha256;
use std::net::IpAddr;
use subtle::ConstantTimeEq;

/// `MD5(user:realm:password)`.
pub fn ha1_md5(user: &str, realm: &str, password: &str) -> [u8; 16] {
    md5_of(&[user.as_bytes(), realm.as_bytes(), password.as_bytes()])
}

/// `SHA-256(user:realm:password)`.
pub fn ha1_sha256(user: &str, realm: &str, password: &str) -> [u8; 32] {
    sha256_of(&[user.as_bytes(), realm.as_bytes(), password.as_bytes()])
}

/// Hash of the parts with colons between.
fn hash_of<D: Digest>(parts: &[&[u8]]) -> D {
    let mut hash = D::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            hash.update(b":");
        }
        hash.update(part);
    }
    hash
}

fn md5_of(parts: &[&[u8]]) -> [u8; 16] {
    hash_of::<Md5>(parts).finalize().into()
}

fn sha256_of(parts: &[&[u8]]) -> [u8; 32] {
    hash_of::<Sha256>(parts).finalize().into()
}

/// Hash function of a challenge.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Algorithm {
    /// RFC 2617; what phones of twenty years know.
    Md5,
    /// RFC 8760.
    Sha256,
}

impl Algorithm {
    /// Every algorithm.
    pub const ALL: [Algorithm; 2] = [Algorithm::Sha256, Algorithm::Md5];

    /// The token of the `algorithm` parameter.
    pub fn token(self) -> &'static str {
        match self {
            Algorithm::Md5 => "MD5",
            Algorithm::Sha256 => "SHA-256",
        }
    }

    fn hex_of(self, parts: &[&[u8]]) -> String {
        match self {
            Algorithm::Md5 => hex(&md5_of(parts)),
            Algorithm::Sha256 => hex(&sha256_of(parts)),
        }
    }

    fn ha1_of(self, account: &Account) -> String {
        match self {
            Algorithm::Md5 => hex(&account.ha1_md5),
            Algorithm::Sha256 => hex(&account.ha1_sha256),
        }
    }
}

/// RFC 7616 §3.4.1: the `response` of a request with qop `auth`, in hexadecimal digits.
pub fn response(
    algorithm: Algorithm,
    ha1: &str,
    credentials: &Credentials,
    method: &Method,
) -> String {
    let ha2 = algorithm.hex_of(&[method.as_str().as_bytes(), &credentials.uri]);
    algorithm.hex_of(&[
        ha1.as_bytes(),
        credentials.nonce.as_bytes(),
        &credentials.nc_text,
        &credentials.cnonce,
        b"auth",
        ha2.as_bytes(),
    ])
}

/// What came of credentials.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    /// The password was proven.
    Proven { user: String },
    /// Challenge; `stale` = the password was right, the nonce was not fresh.
    Challenge { stale: bool },
    /// Wrong password or unknown user, by a nonce that is fresh: 403, since some phones answer a second 401 for ever.
    Wrong,
    /// Not understandable, or for another request: 400.
    Malformed,
}

/// Challenges and checks.
#[derive(Debug)]
pub(crate) struct Authenticator {
    realm: String,
    nonces: NonceTable,
}

/// What credentials are checked against.
pub(crate) struct Attempt<'a> {
    pub(crate) now: Duration,
    pub(crate) source: IpAddr,
    pub(crate) method: &'a Method,
    pub(crate) request_uri: &'a [u8],
}

impl Authenticator {
    pub(crate) fn new(realm: String) -> Self {
        Self {
            realm,
            nonces: NonceTable::default(),
        }
    }

    pub(crate) fn realm(&self) -> &str {
        &self.realm
    }

    /// A nonce for a challenge to `source`.
    pub(crate) fn nonce(
        &self,
        random: &mut Random,
        now: Duration,
        source: IpAddr,
        algorithm: Algorithm,
    ) -> String {
        nonce::make(random, now, source, &self.realm, algorithm)
    }

    /// Checks the credentials of a request, given as the values of its Authorization headers.
    pub(crate) fn check<'a>(
        &mut self,
        random: &Random,
        attempt: &Attempt<'_>,
        values: impl Iterator<Item = &'a [u8]>,
        account_of: impl Fn(&str) -> Option<Account>,
    ) -> Verdict {
        // Advisory 23: credentials for another realm are not ours to judge; they count as none.
        let mut ours = None;
        for value in values {
            match Credentials::parse(value) {
                Some(credentials) if credentials.realm == self.realm.as_bytes() => {
                    ours = Some(credentials)
                }
                Some(_) => {}
                None => return Verdict::Malformed,
            }
        }
        let Some(credentials) = ours else {
            return Verdict::Challenge { stale: false };
        };
        // RFC 7616 §3.4.6: the digest must be for this request. Phones may write the URI in another form.
        if !same_uri(&credentials.uri, attempt.request_uri) {
            return Verdict::Malformed;
        }
        self.judge(random, attempt, &credentials, account_of)
    }

    fn judge(
        &mut self,
        random: &Random,
        attempt: &Attempt<'_>,
        credentials: &Credentials,
        account_of: impl Fn(&str) -> Option<Account>,
    ) -> Verdict {
        let algorithm = credentials.algorithm;
        // S12: an unknown user costs the same work and gets the same answer as a wrong password.
        let found = account_of(&credentials.username);
        let known = found.is_some();
        let account = found.unwrap_or(Account {
            ha1_md5: [0; 16],
            ha1_sha256: [0; 32],
        });
        let expected = response(
            algorithm,
            &algorithm.ha1_of(&account),
            credentials,
            attempt.method,
        );
        let given = credentials.response.to_ascii_lowercase();
        let equal = bool::from(expected.as_bytes().ct_eq(&given));
        let nonce = nonce::read(
            random,
            &credentials.nonce,
            attempt.source,
            &self.realm,
            algorithm,
        );
        let fresh = nonce.filter(|id| nonce::is_fresh(attempt.now, id));
        match (equal && known, fresh) {
            (true, Some(id)) => match self.nonces.use_count(attempt.now, id, credentials.nc) {
                Count::Fresh => Verdict::Proven {
                    user: credentials.username.clone(),
                },
                Count::Used => Verdict::Challenge { stale: true },
            },
            (true, None) => Verdict::Challenge { stale: true },
            (false, Some(_)) => Verdict::Wrong,
            (false, None) => Verdict::Challenge { stale: false },
        }
    }
}

fn same_uri(given: &[u8], request_uri: &[u8]) -> bool {
    let parse = crate::message::Uri::parse;
    given == request_uri
        || matches!((parse(given), parse(request_uri)), (Ok(a), Ok(b)) if a.is_equivalent(&b))
}

#[cfg(test)]
mod tests;
