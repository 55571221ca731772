//! HTTP digest for SIP: RFC 7616 with MD5 and SHA-256 (RFC 8760), qop `auth` only.
//!
//! Nonces are ours to read (S12): time, a counter's name and a keyed code over both, the peer's address, the realm and
//! the algorithm. So a challenge costs no memory (S9). Memory is spent on a nonce only after an answer by it: its counts
//! (`nc`) are kept in a window until the nonce is too old anyway, and a count that was seen is refused.
//! Guessing is bounded (G9): nothing is computed for a nonce that is not fresh, for a count that was seen, or for a source
//! that was wrong too often about this user, so that no answer but a counted one tells anything about a password.
//! The two algorithms are offered with a nonce each, so that their counts do not mix.
//! Deliberately absent: `auth-int`, responses without qop (RFC 2069), `userhash`.

mod answer;
mod credentials;
mod guesses;
mod nonce;
mod offer;

pub use answer::{Challenge, Proof};
pub use credentials::Credentials;
pub(crate) use offer::offered;

use crate::{
    config::{Account, Limits},
    message::Method,
    random::{Random, hex},
};
use core::time::Duration;
use guesses::Guesses;
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
    /// Challenge; `stale` = the nonce or its count was not fresh, so that nothing was judged.
    Challenge { stale: bool },
    /// Wrong password or unknown user, by a nonce that is fresh: 403, since some phones answer a second 401 for ever.
    Wrong,
    /// Too many wrong answers from this source about this user (G9): 403, and nothing was judged.
    ShutOut,
    /// Not understandable, or for another request: 400.
    Malformed,
}

fn is_digest(value: &[u8]) -> bool {
    let end = value.iter().position(|byte| matches!(byte, b' ' | b'\t'));
    let scheme = value.get(..end.unwrap_or(value.len()));
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"Digest"))
}

/// Challenges and checks.
#[derive(Debug)]
pub(crate) struct Authenticator {
    realm: String,
    nonces: NonceTable,
    guesses: Guesses,
}

/// What credentials are checked against.
pub(crate) struct Attempt<'a> {
    pub(crate) now: Duration,
    pub(crate) source: IpAddr,
    pub(crate) method: &'a Method,
    pub(crate) request_uri: &'a [u8],
    /// Does this user have a contact on the flow that the request came by? Then nobody else's guesses shut him out.
    pub(crate) is_at_home: &'a dyn Fn(&str) -> bool,
}

impl Authenticator {
    pub(crate) fn new(realm: String, limits: &Limits) -> Self {
        Self {
            realm,
            nonces: NonceTable::default(),
            guesses: Guesses::new(limits),
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
            // RFC 7235 §2.1: credentials of a scheme that we did not ask for are none.
            if !is_digest(value) {
                continue;
            }
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
        let user = &credentials.username;
        let pair = Guesses::pair(random, attempt.source, user);
        if self.guesses.is_shut_out(attempt.now, &pair) && !(attempt.is_at_home)(user) {
            return Verdict::ShutOut;
        }
        // RFC 7616 §3.3: `stale` is about the nonce alone. Judging the answer as well would tell a guesser, uncounted, when
        // he is right.
        if !self.takes_nonce(random, attempt, credentials) {
            return Verdict::Challenge { stale: true };
        }
        if is_right(attempt, credentials, account_of(user)) {
            return Verdict::Proven { user: user.clone() };
        }
        self.guesses.note(attempt.now, pair);
        Verdict::Wrong
    }

    /// Uses up the count of a nonce of ours; false when either is not fresh.
    fn takes_nonce(
        &mut self,
        random: &Random,
        attempt: &Attempt<'_>,
        credentials: &Credentials,
    ) -> bool {
        let nonce = nonce::read(
            random,
            &credentials.nonce,
            attempt.source,
            &self.realm,
            credentials.algorithm,
        );
        let fresh = nonce.filter(|id| nonce::is_fresh(attempt.now, id));
        fresh.is_some_and(
            |id| match self.nonces.use_count(attempt.now, id, credentials.nc) {
                Count::Fresh => true,
                Count::Used => false,
            },
        )
    }
}

/// Does the response prove the password? S12: an unknown user costs the same work as a wrong password.
fn is_right(attempt: &Attempt<'_>, credentials: &Credentials, found: Option<Account>) -> bool {
    let algorithm = credentials.algorithm;
    let known = found.is_some();
    let account = found.unwrap_or(Account {
        ha1_md5: [0; 16],
        ha1_sha256: [0; 32],
    });
    let ha1 = algorithm.ha1_of(&account);
    let expected = response(algorithm, &ha1, credentials, attempt.method);
    let given = credentials.response.to_ascii_lowercase();
    bool::from(expected.as_bytes().ct_eq(&given)) && known
}

fn same_uri(given: &[u8], request_uri: &[u8]) -> bool {
    let parse = crate::message::Uri::parse;
    given == request_uri
        || matches!((parse(given), parse(request_uri)), (Ok(a), Ok(b)) if a.is_equivalent(&b))
}

#[cfg(test)]
mod tests;
