//! The client's side of digest: a challenge read, and the credentials that answer it (RFC 7616 §3.3, §3.4, RFC 8760).
//!
//! Answered are MD5 and SHA-256 with qop `auth`, and a challenge that names no qop at all (RFC 2069: old exchanges). Who may be
//! answered is not decided here (S12). Deliberately absent: `auth-int`, `-sess`, `userhash`.

use super::{
    Algorithm,
    credentials::{Credentials, Fields, algorithm},
    ha1_md5, ha1_sha256, response,
};
use crate::{
    message::{Method, Value},
    random::hex,
};

/// A challenge that can be answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Challenge {
    /// Whose password is asked for.
    pub realm: String,
    /// Never empty.
    pub nonce: String,
    /// The former nonce was too old; the password was not judged.
    pub is_stale: bool,
    opaque: Option<String>,
    algorithm: Algorithm,
    has_qop: bool,
}

/// What is proven, and for what. S22: it cannot be printed.
pub struct Proof<'a> {
    /// User name.
    pub user: &'a str,
    /// Password in the clear.
    pub password: &'a str,
    /// Of the request.
    pub method: &'a Method,
    /// Request-URI as written.
    pub uri: &'a [u8],
    /// Our nonce.
    pub cnonce: String,
    /// How often this nonce has been used, with this time.
    pub count: u32,
}

impl Challenge {
    /// The strongest of the challenges of a response (RFC 8760 §2.3: the order says nothing to us, strength does).
    pub fn strongest(challenges: impl Iterator<Item = Self>) -> Option<Self> {
        challenges.reduce(|best, next| {
            if next.algorithm > best.algorithm {
                next
            } else {
                best
            }
        })
    }

    /// `None` for another scheme, algorithm or qop, and for what is malformed.
    pub fn parse(value: &[u8]) -> Option<Self> {
        let fields = Fields::parse(value)?;
        let text = |name| {
            fields
                .get(name)
                .and_then(|value| String::from_utf8(value).ok())
        };
        let qop = fields.get("qop");
        let offers_auth = |qop: &[u8]| {
            let mut kinds = qop.split(|byte| *byte == b',');
            kinds.any(|kind| kind.trim_ascii().eq_ignore_ascii_case(b"auth"))
        };
        if qop.as_deref().is_some_and(|qop| !offers_auth(qop)) {
            return None;
        }
        let stale = fields.get("stale").unwrap_or_default();
        Some(Self {
            realm: text("realm")?,
            nonce: text("nonce").filter(|nonce| !nonce.is_empty())?,
            is_stale: stale.eq_ignore_ascii_case(b"true"),
            opaque: text("opaque"),
            algorithm: algorithm(fields.get("algorithm").as_deref())?,
            has_qop: qop.is_some(),
        })
    }

    /// The value of Authorization or Proxy-Authorization.
    pub fn answer(&self, proof: Proof<'_>) -> Vec<u8> {
        let ha1 = match self.algorithm {
            Algorithm::Md5 => hex(&ha1_md5(proof.user, &self.realm, proof.password)),
            Algorithm::Sha256 => hex(&ha1_sha256(proof.user, &self.realm, proof.password)),
        };
        let credentials = Credentials {
            username: proof.user.to_owned(),
            realm: self.realm.clone().into_bytes(),
            nonce: self.nonce.clone(),
            uri: proof.uri.to_vec(),
            response: Vec::new(),
            cnonce: proof.cnonce.clone().into_bytes(),
            nc: proof.count,
            nc_text: format!("{:08x}", proof.count).into_bytes(),
            algorithm: self.algorithm,
        };
        let code = if self.has_qop {
            response(self.algorithm, &ha1, &credentials, proof.method)
        } else {
            self.without_qop(&ha1, &proof)
        };
        Value::collect(|out| self.write(out, &proof, &code))
    }

    /// RFC 2069: no count and no nonce of the client.
    fn without_qop(&self, ha1: &str, proof: &Proof<'_>) -> String {
        let ha2 = self
            .algorithm
            .hex_of(&[proof.method.as_str().as_bytes(), proof.uri]);
        let parts = [ha1.as_bytes(), self.nonce.as_bytes(), ha2.as_bytes()];
        self.algorithm.hex_of(&parts)
    }

    fn write(&self, out: &mut Value<'_>, proof: &Proof<'_>, code: &str) {
        let uri = String::from_utf8_lossy(proof.uri);
        out.word("Digest username=").quoted(proof.user);
        out.word(", realm=").quoted(&self.realm);
        out.word(", nonce=").quoted(&self.nonce);
        out.word(", uri=").quoted(&uri);
        out.word(", response=").quoted(code);
        out.word(", algorithm=").text(self.algorithm.token());
        if let Some(opaque) = &self.opaque {
            out.word(", opaque=").quoted(opaque);
        }
        if self.has_qop {
            out.word(", cnonce=").quoted(&proof.cnonce);
            out.word(", qop=auth, nc=")
                .text(&format!("{:08x}", proof.count));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proof(count: u32) -> Proof<'static> {
        Proof {
            user: "Mufasa",
            password: "Circle of Life",
            method: &Method::Invite,
            uri: b"sip:1@carrier.example",
            cnonce: "c0ffee".into(),
            count,
        }
    }

    #[test]
    fn rfc8760_the_strongest_challenge_is_answered_whatever_the_order() {
        let md5: &[u8] = b"Digest realm=\"r\", nonce=\"1\", algorithm=MD5, qop=\"auth\"";
        let sha: &[u8] =
            b"Digest realm=\"r\",nonce=\"2\",algorithm=SHA-256,qop=\"auth-int, auth\",opaque=\"o\"";
        let odd: &[u8] = b"Digest realm=\"r\", nonce=\"3\", algorithm=SHA-512-256, qop=\"auth\"";
        for order in [[md5, sha, odd], [odd, sha, md5]] {
            let read = order.into_iter().filter_map(Challenge::parse);
            let best = Challenge::strongest(read).unwrap();
            assert_eq!(
                (best.algorithm, best.nonce.as_str()),
                (Algorithm::Sha256, "2")
            );
        }
    }

    #[test]
    fn s12_what_is_not_understood_is_not_answered() {
        for text in [
            "Basic realm=\"r\"",
            "Digest nonce=\"1\"",
            "Digest realm=\"r\"",
            "Digest realm=\"r\", nonce=\"\"",
            "Digest realm=\"r\", nonce=\"1\", qop=\"auth-int\"",
            "Digest realm=\"r\", nonce=\"1\", algorithm=MD5-sess",
            "Digest realm=\"r\", nonce=\"1\", nonce=\"2\"",
        ] {
            assert_eq!(Challenge::parse(text.as_bytes()), None, "{text}");
        }
    }

    /// What we write is what we would accept ourselves.
    #[test]
    fn rfc7616_our_credentials_prove_the_password() {
        for (algorithm, ha1) in [
            ("MD5", hex(&ha1_md5("Mufasa", "a\"b", "Circle of Life"))),
            (
                "SHA-256",
                hex(&ha1_sha256("Mufasa", "a\"b", "Circle of Life")),
            ),
        ] {
            let text = format!(
                "Digest realm=\"a\\\"b\", nonce=\"n\\\\1\", algorithm={algorithm}, qop=\"auth\", opaque=\"5c\""
            );
            let value = Challenge::parse(text.as_bytes()).unwrap().answer(proof(10));
            let read = Credentials::parse(&value).unwrap();
            assert_eq!(read.nonce, "n\\1");
            assert_eq!((read.nc, read.realm.as_slice()), (10, &b"a\"b"[..]));
            let expected = response(read.algorithm, &ha1, &read, &Method::Invite);
            assert_eq!(read.response, expected.as_bytes());
            assert!(String::from_utf8_lossy(&value).contains("opaque=\"5c\""));
        }
    }

    /// RFC 2617 §3.5 has no such example; the figure is MD5(HA1:nonce:HA2) computed apart.
    #[test]
    fn rfc2069_a_challenge_without_qop_gets_no_count() {
        let challenge = Challenge::parse(b"Digest realm=\"r\", nonce=\"n\"").unwrap();
        let text = String::from_utf8(challenge.answer(proof(1))).unwrap();
        assert!(!text.contains("nc=") && !text.contains("cnonce"), "{text}");
        assert!(
            text.contains("response=\"5abb124a536eac2dc135d6637686d144\""),
            "{text}"
        );
    }
}
