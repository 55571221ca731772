//! Digest answers to 401 and 407 (RFC 7616, RFC 8760), with rsip's arithmetic and a header written by hand.
//!
//! rsip knows the token `SHA256` where the RFC says `SHA-256`, and counts nonces in decimal; so challenge and answer are
//! text here and a nonce is used once: its count is always 1, which reads the same in both bases.

use anyhow::{Result, bail};
use rsip::headers::auth::{Algorithm, AuthQop};
use rsip::headers::untyped::UntypedHeader;
use rsip::services::DigestGenerator;
use rsip::{Header, Request, Response, headers};

use crate::account::Account;
use crate::message::{token, values};

/// What a server asks for.
#[derive(Debug, PartialEq, Eq)]
struct Challenge {
    realm: String,
    nonce: String,
    algorithm: Algorithm,
    /// The algorithm's token as the RFC writes it; echoed only when it was named.
    algorithm_name: Option<String>,
    opaque: Option<String>,
    qop: bool,
}

impl Challenge {
    /// Reads `Digest realm="…", nonce="…", …`; none if the scheme, the algorithm or the quality is not ours.
    fn parse(value: &str) -> Option<Self> {
        let (scheme, rest) = value.trim().split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("Digest") {
            return None;
        }
        let parameters = split_quoted(rest);
        let get = |name: &str| {
            parameters.iter().find_map(|parameter| {
                let (key, value) = parameter.split_once('=')?;
                key.trim()
                    .eq_ignore_ascii_case(name)
                    .then(|| value.trim().trim_matches('"').to_owned())
            })
        };
        let algorithm_name = get("algorithm");
        let algorithm = match algorithm_name.as_deref() {
            None | Some("MD5") => Algorithm::Md5,
            Some("SHA-256") => Algorithm::Sha256,
            Some(_) => return None,
        };
        let qops = get("qop");
        let qop = qops
            .as_deref()
            .map(|list| list.split(',').any(|one| one.trim() == "auth"));
        if qop == Some(false) {
            return None;
        }
        Some(Self {
            realm: get("realm")?,
            nonce: get("nonce")?,
            algorithm,
            algorithm_name,
            opaque: get("opaque"),
            qop: qop.is_some(),
        })
    }
}

/// Splits at commas outside quotes.
fn split_quoted(text: &str) -> Vec<&str> {
    let mut quoted = false;
    text.split(|c| {
        quoted ^= c == '"';
        c == ',' && !quoted
    })
    .collect()
}

/// The header that answers the first challenge of ours in a 401 or 407 to this request.
///
/// # Errors
/// If the account has no password or every challenge is of a kind that the phone does not know.
pub(crate) fn answer(account: &Account, request: &Request, response: &Response) -> Result<Header> {
    let Some(password) = account.password.as_deref() else {
        bail!(
            "the server asks for a password and {} has none",
            account.user
        );
    };
    let proxy = response.status_code.code() == 407;
    let asked = if proxy {
        "Proxy-Authenticate"
    } else {
        "WWW-Authenticate"
    };
    // RFC 8760 §2.3: the server lists what it prefers first.
    let Some(challenge) = values(response, asked)
        .iter()
        .find_map(|value| Challenge::parse(value))
    else {
        bail!("the server asks for a kind of password check that the phone does not know");
    };
    let value = credentials(account, password, request, &challenge, &token()?);
    Ok(if proxy {
        Header::ProxyAuthorization(headers::ProxyAuthorization::new(value))
    } else {
        Header::Authorization(headers::Authorization::new(value))
    })
}

fn credentials(
    account: &Account,
    password: &str,
    request: &Request,
    challenge: &Challenge,
    cnonce: &str,
) -> String {
    let qop = challenge.qop.then(|| AuthQop::Auth {
        cnonce: cnonce.to_owned(),
        nc: 1,
    });
    let response = DigestGenerator {
        username: &account.user,
        password,
        nonce: &challenge.nonce,
        uri: &request.uri,
        realm: &challenge.realm,
        method: &request.method,
        qop: qop.as_ref(),
        algorithm: challenge.algorithm,
    }
    .compute();
    let mut value = format!(
        r#"Digest username="{}", realm="{}", nonce="{}", uri="{}", response="{response}""#,
        account.user, challenge.realm, challenge.nonce, request.uri,
    );
    if let Some(name) = &challenge.algorithm_name {
        value += &format!(", algorithm={name}");
    }
    if let Some(opaque) = &challenge.opaque {
        value += &format!(r#", opaque="{opaque}""#);
    }
    if qop.is_some() {
        value += &format!(r#", qop=auth, nc=00000001, cnonce="{cnonce}""#);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Draft, uri};

    fn credentials_for(challenge: &str, cnonce: &str) -> String {
        let account = Account {
            user: "bob".into(),
            domain: "biloxi.com".into(),
            server: "127.0.0.1:5060".parse().unwrap(),
            password: Some("zanzibar".into()),
        };
        let target = uri("sip:bob@biloxi.com").unwrap();
        let request = Draft {
            method: rsip::Method::Invite,
            target: &target,
            via: account.server,
            from: "",
            to: "",
            call_id: "",
            cseq: 1,
            rest: Vec::new(),
            body: None,
        }
        .build()
        .unwrap();
        let challenge = Challenge::parse(challenge).unwrap();
        credentials(&account, "zanzibar", &request, &challenge, cnonce)
    }

    /// The worked example of draft-smith-sipping-auth-examples-01 §3.3 and §3.1: two known answers.
    #[test]
    fn known_answers() {
        let nonce = r#"Digest realm="biloxi.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41""#;
        let plain = credentials_for(nonce, "");
        assert!(
            plain.contains("bf57e4e0d0bffc0fbaedce64d59add5e"),
            "{plain}"
        );
        let with_qop = credentials_for(&format!(r#"{nonce}, qop="auth,auth-int""#), "0a4f113b");
        assert!(
            with_qop.contains("89eb0059246c02b2f6ee02c7961d5ea3"),
            "{with_qop}"
        );
        assert!(with_qop.contains("nc=00000001"), "{with_qop}");
    }

    #[test]
    fn rfc8760_sha_256_is_written_with_its_dash() {
        let header = credentials_for(
            r#"Digest realm="a, b", nonce="n", algorithm=SHA-256, qop="auth""#,
            "c",
        );
        assert!(header.contains("algorithm=SHA-256"), "{header}");
        assert!(header.contains(r#"realm="a, b""#), "{header}");
        let response = header.split("response=\"").nth(1).unwrap();
        assert_eq!(response.find('"'), Some(64), "{header}");
    }

    #[test]
    fn what_is_not_known_is_not_answered() {
        for value in [
            r#"Basic realm="x""#,
            r#"Digest realm="x", nonce="n", algorithm=MD5-sess"#,
            r#"Digest realm="x", nonce="n", qop="auth-int""#,
            r#"Digest realm="x""#,
        ] {
            assert_eq!(Challenge::parse(value), None, "{value}");
        }
    }
}
