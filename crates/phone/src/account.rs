//! Who the phone is: a user of a domain, at one server.
//!
//! The server's address is given, never looked up: a test phone talks to the machine it was told to talk to.

use std::net::SocketAddr;

/// Domain of who has no account: a server asks those who say that they are its own for a password.
const OUTSIDE: &str = "outside.invalid";

/// An identity at a server. A caller from outside has no password and is not registered.
#[derive(Clone)]
pub struct Account {
    /// User part of the address of record, and the digest user name.
    pub user: String,
    /// Domain of the address of record; the called number is looked for in the same domain.
    pub domain: String,
    /// Where requests go, over UDP.
    pub server: SocketAddr,
    /// Digest password; none answers no challenge.
    pub password: Option<String>,
}

impl Account {
    /// A caller from outside: a number and no password.
    #[must_use]
    pub fn caller(user: impl Into<String>, server: SocketAddr) -> Self {
        Self {
            user: user.into(),
            domain: domain_of(server),
            server,
            password: None,
        }
    }

    /// The address of record, `sip:user@domain`; a caller from outside is at no domain of the server's.
    #[must_use]
    pub fn address_of_record(&self) -> String {
        match self.password {
            Some(_) => self.uri_of(&self.user),
            None => format!("sip:{}@{OUTSIDE}", self.user),
        }
    }

    /// The URI of another user of the domain; a full `sip:` URI stays as it is.
    #[must_use]
    pub fn uri_of(&self, user: &str) -> String {
        if user.starts_with("sip:") {
            user.to_owned()
        } else {
            format!("sip:{user}@{}", self.domain)
        }
    }
}

impl std::fmt::Debug for Account {
    /// Without the password (S22).
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("user", &self.user)
            .field("domain", &self.domain)
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

/// `host:port` of an address as SIP URIs write it; the port that is the default is left out.
fn domain_of(server: SocketAddr) -> String {
    let host = match server {
        SocketAddr::V4(v4) => v4.ip().to_string(),
        SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
    };
    if server.port() == 5060 {
        host
    } else {
        format!("{host}:{}", server.port())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_carry_the_port_only_when_it_is_not_the_default() {
        let at = |server: &str| Account::caller("139", server.parse().unwrap());
        assert_eq!(at("127.0.0.1:5060").uri_of("4000"), "sip:4000@127.0.0.1");
        assert_eq!(
            at("127.0.0.1:5080").uri_of("4000"),
            "sip:4000@127.0.0.1:5080"
        );
        let mut account = at("[::1]:5060");
        assert_eq!(account.address_of_record(), "sip:139@outside.invalid");
        account.password = Some("x".into());
        assert_eq!(account.address_of_record(), "sip:139@[::1]");
        assert_eq!(at("127.0.0.1:5060").uri_of("sip:x@y"), "sip:x@y");
    }

    #[test]
    fn s22_the_password_is_not_printed() {
        let mut account = Account::caller("1001", "127.0.0.1:5060".parse().unwrap());
        account.password = Some("correct horse".into());
        assert!(!format!("{account:?}").contains("horse"));
    }
}
