//! The one way out over HTTP (S20): an address is resolved, checked and then reached, and no other.
//!
//! A service outside is spoken to by HTTPS at public addresses. One within the house, by HTTP too or at a private address, is
//! reached only where the settings name its host. Redirects are not followed, no proxy of the environment is used, answers
//! have a time and a size.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{
    CONNECTION, CONTENT_TYPE, HeaderName, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};
use reqwest::{Method, StatusCode, Url, redirect};
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

pub use reqwest::Upgraded;

use crate::address::is_public;
use crate::signature::Secret;

const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");
/// The longest answer that is read, in bytes.
pub const BODY_MAX: usize = 16 * 1024;
/// As much is read of the answer of who is only told something.
const TOLD_BYTES_MAX: usize = 1024;

/// Whom to ask.
#[derive(Clone, Debug)]
pub struct Target {
    url: Url,
    /// The settings name its host: it may be within the house.
    is_named: bool,
    secret: Option<Secret>,
    /// One that is being replaced and still holds.
    former: Option<Secret>,
}

/// Why an address cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// No URL of the web.
    #[error("no URL that begins with https:// and names a host: {0}")]
    NotHttp(String),
    /// Readable by anybody on the way.
    #[error("`{0}` is asked in the open: use https, or name the host in `private_hosts`")]
    InTheOpen(String),
    /// Within the house.
    #[error("`{0}` is no public address: name it in `private_hosts` if it is meant")]
    Private(String),
    /// A name and a password in a URL end in logs.
    #[error("a URL with a user name or password: use `secret`")]
    Credentials,
}

impl Target {
    /// Reads a URL. `private_hosts` are those whom the settings name.
    pub fn new(
        url: &str,
        private_hosts: &BTreeSet<String>,
        secret: Option<Secret>,
    ) -> Result<Self, TargetError> {
        let not_http = || TargetError::NotHttp(url.to_owned());
        let url = Url::parse(url).map_err(|_| not_http())?;
        let host = url.host_str().ok_or_else(not_http)?.to_owned();
        if !url.username().is_empty() || url.password().is_some() {
            return Err(TargetError::Credentials);
        }
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let is_named = private_hosts.contains(bare);
        match (url.scheme(), is_named) {
            ("https", _) | ("http", true) => {}
            ("http", false) => return Err(TargetError::InTheOpen(host)),
            _ => return Err(not_http()),
        }
        if bare
            .parse::<IpAddr>()
            .is_ok_and(|address| !is_public(address))
            && !is_named
        {
            return Err(TargetError::Private(host));
        }
        Ok(Self {
            url,
            is_named,
            secret,
            former: None,
        })
    }

    /// Signs by a former secret too, for receivers that do not know the other yet.
    #[must_use]
    pub fn signed_also(mut self, former: Option<Secret>) -> Self {
        self.former = former;
        self
    }

    /// The value of `webhook-signature`: a signature by each secret, with a space between them.
    fn signatures(&self, id: &str, at_s: u64, body: &[u8]) -> Option<String> {
        let secrets = self.secret.iter().chain(&self.former);
        let signed: Vec<String> = secrets
            .filter_map(|secret| secret.sign(id, at_s, body))
            .collect();
        (!signed.is_empty()).then(|| signed.join(" "))
    }
}

/// What is done with an answer that is longer than may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Overlong {
    /// It is none.
    Refused,
    /// Its beginning is taken.
    Cut,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// One request, without its address.
#[derive(Clone)]
pub struct Asking {
    /// `GET`, `POST`, …
    pub method: &'static str,
    /// By name.
    pub headers: Vec<(String, String)>,
    /// What is sent, with its media type.
    pub body: Option<(String, Vec<u8>)>,
    /// The longest answer that is read, in bytes.
    pub answer_bytes_max: usize,
}

/// The media type of JSON.
pub(crate) const JSON: &str = "application/json";

/// Why nothing came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The time was over.
    Timeout,
    /// No address, no connection, no TLS, or one that broke.
    Unreachable,
    /// It wants to send us elsewhere.
    Redirect,
    /// The answer is longer than may be.
    TooLarge,
    /// A header that cannot be sent.
    BadHeader,
    /// It does not speak what it was asked to.
    Refused,
}

impl Failure {
    /// A word for logs and facts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Unreachable => "unreachable",
            Self::Redirect => "redirect",
            Self::TooLarge => "too_large",
            Self::BadHeader => "bad_header",
            Self::Refused => "refused",
        }
    }
}

/// Whether a header field may be named and valued so.
#[must_use]
pub fn is_header(name: &str, value: &str) -> bool {
    HeaderName::try_from(name).is_ok() && HeaderValue::try_from(value).is_ok()
}

/// The client.
#[derive(Clone, Debug)]
pub struct HttpClient {
    public: reqwest::Client,
    named: reqwest::Client,
}

impl HttpClient {
    /// A client. Fails where TLS cannot be had.
    pub fn new() -> Result<Self, reqwest::Error> {
        let client = || {
            reqwest::Client::builder()
                .redirect(redirect::Policy::none())
                .retry(reqwest::retry::never())
                .no_proxy()
                .user_agent(concat!("Trunkline/", env!("CARGO_PKG_VERSION")))
        };
        Ok(Self {
            public: client().dns_resolver(PublicOnly).build()?,
            named: client().build()?,
        })
    }

    /// Asks once with JSON, signed where the target has a secret. `id` names the question to its receiver; `at_s` is the time
    /// since the Unix epoch, in s.
    pub async fn post(
        &self,
        target: &Target,
        id: &str,
        at_s: u64,
        body: Vec<u8>,
        patience: Duration,
    ) -> Result<Reply, Failure> {
        let asking = signed(target, id, at_s, body, BODY_MAX);
        self.ask(target, asking, patience).await
    }

    /// Tells a receiver something (J5): like `post`, but of an answer only the first bytes are wanted, and a longer one is cut.
    pub async fn tell(
        &self,
        target: &Target,
        id: &str,
        at_s: u64,
        body: Vec<u8>,
        patience: Duration,
    ) -> Result<Reply, Failure> {
        let asking = signed(target, id, at_s, body, TOLD_BYTES_MAX);
        let sent = tokio::time::timeout(patience, self.send(target, asking, Overlong::Cut));
        sent.await.unwrap_or(Err(Failure::Timeout))
    }

    /// Asks once, as the caller wants to.
    pub async fn ask(
        &self,
        target: &Target,
        asking: Asking,
        patience: Duration,
    ) -> Result<Reply, Failure> {
        let sent = tokio::time::timeout(patience, self.send(target, asking, Overlong::Refused));
        sent.await.unwrap_or(Err(Failure::Timeout))
    }

    /// Opens a WebSocket (RFC 6455 §4.1) at a target whose `https` stands for `wss`; its frames are the caller's to write.
    pub async fn upgrade(
        &self,
        target: &Target,
        headers: &[(String, String)],
        patience: Duration,
    ) -> Result<Upgraded, Failure> {
        let opened = tokio::time::timeout(patience, self.shake_hands(target, headers));
        opened.await.unwrap_or(Err(Failure::Timeout))
    }

    async fn shake_hands(
        &self,
        target: &Target,
        headers: &[(String, String)],
    ) -> Result<Upgraded, Failure> {
        let key = generate_key();
        let mut request = self.client_for(target).get(target.url.clone());
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request
            .header(CONNECTION, "Upgrade")
            .header(UPGRADE, "websocket")
            .header(SEC_WEBSOCKET_VERSION, "13")
            .header(SEC_WEBSOCKET_KEY, &key);
        let answer = request.send().await.map_err(failure)?;
        if answer.status().is_redirection() {
            return Err(Failure::Redirect);
        }
        let accepted = answer.headers().get(SEC_WEBSOCKET_ACCEPT);
        let is_ours = accepted
            .is_some_and(|it| it.as_bytes() == derive_accept_key(key.as_bytes()).as_bytes());
        if answer.status() != StatusCode::SWITCHING_PROTOCOLS || !is_ours {
            return Err(Failure::Refused);
        }
        answer.upgrade().await.map_err(failure)
    }

    const fn client_for(&self, target: &Target) -> &reqwest::Client {
        if target.is_named {
            &self.named
        } else {
            &self.public
        }
    }

    async fn send(
        &self,
        target: &Target,
        asking: Asking,
        overlong: Overlong,
    ) -> Result<Reply, Failure> {
        let client = self.client_for(target);
        let method =
            Method::from_bytes(asking.method.as_bytes()).map_err(|_| Failure::BadHeader)?;
        let mut request = client.request(method, target.url.clone());
        for (name, value) in asking.headers {
            request = request.header(name, value);
        }
        if let Some((media_type, body)) = asking.body {
            request = request.header(CONTENT_TYPE, media_type).body(body);
        }
        let mut answer = request.send().await.map_err(failure)?;
        if answer.status().is_redirection() {
            return Err(Failure::Redirect);
        }
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(failure)? {
            let room = asking.answer_bytes_max - body.len();
            body.extend(part.iter().take(room));
            if part.len() > room {
                match overlong {
                    Overlong::Refused => return Err(Failure::TooLarge),
                    Overlong::Cut => break,
                }
            }
        }
        Ok(Reply {
            status: answer.status().as_u16(),
            body,
        })
    }
}

/// A question in JSON with the headers of Standard Webhooks.
fn signed(target: &Target, id: &str, at_s: u64, body: Vec<u8>, answer_bytes_max: usize) -> Asking {
    let mut headers = vec![
        (ID.as_str().to_owned(), id.to_owned()),
        (TIMESTAMP.as_str().to_owned(), at_s.to_string()),
    ];
    if let Some(signatures) = target.signatures(id, at_s, &body) {
        headers.push((SIGNATURE.as_str().to_owned(), signatures));
    }
    Asking {
        method: "POST",
        headers,
        body: Some((JSON.to_owned(), body)),
        answer_bytes_max,
    }
}

/// What the client could not do.
fn failure(error: reqwest::Error) -> Failure {
    if error.is_builder() {
        Failure::BadHeader
    } else {
        Failure::Unreachable
    }
}

/// Resolves names to public addresses alone: what is checked is what is connected to.
#[derive(Clone, Copy, Debug)]
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|found| is_public(found.ip())).collect();
            if public.is_empty() {
                return Err("no public address".into());
            }
            let addresses: Addrs = Box::new(public.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s20_who_may_be_asked() {
        let named = BTreeSet::from([
            "crm.lan".to_owned(),
            "10.0.0.5".to_owned(),
            "::1".to_owned(),
        ]);
        let told = |url| {
            Target::new(url, &named, None)
                .map(|_| ())
                .map_err(|error| match error {
                    TargetError::NotHttp(_) => "not http",
                    TargetError::InTheOpen(_) => "open",
                    TargetError::Private(_) => "private",
                    TargetError::Credentials => "credentials",
                })
        };
        for (url, expected) in [
            ("https://crm.example/route", Ok(())),
            ("http://crm.example/route", Err("open")),
            ("http://crm.lan:8080/route", Ok(())),
            ("http://10.0.0.5/route", Ok(())),
            ("http://[::1]:80/route", Ok(())),
            ("https://10.0.0.6/route", Err("private")),
            ("https://[::ffff:10.0.0.6]/", Err("private")),
            ("https://2130706433/", Err("private")),
            ("https://0x7f.1/", Err("private")),
            ("https://user:pass@crm.example/", Err("credentials")),
            ("ftp://crm.lan/", Err("not http")),
            ("/route", Err("not http")),
        ] {
            assert_eq!(told(url), expected, "{url}");
        }
    }

    #[test]
    fn j5_a_message_bears_a_signature_by_each_secret_that_holds() {
        let secret = |text| Some(Secret::new(text));
        let target = Target::new("https://crm.example/", &BTreeSet::new(), secret("one")).unwrap();
        let by_one = target.signatures("7", 9, b"{}").unwrap();
        let both = target.signed_also(secret("two"));
        let told = both.signatures("7", 9, b"{}").unwrap();
        let two = Target::new("https://crm.example/", &BTreeSet::new(), secret("two")).unwrap();
        let by_two = two.signatures("7", 9, b"{}").unwrap();
        assert_eq!(told, format!("{by_one} {by_two}"));
        let unsigned = Target::new("https://crm.example/", &BTreeSet::new(), None).unwrap();
        assert_eq!(unsigned.signatures("7", 9, b"{}"), None);
    }

    #[tokio::test]
    async fn s20_a_name_that_leads_into_the_house_is_not_reached() {
        let client = HttpClient::new().unwrap();
        let target = Target::new("https://localhost/route", &BTreeSet::new(), None).unwrap();
        let patience = Duration::from_secs(10);
        let reply = client.post(&target, "1", 0, Vec::new(), patience).await;
        assert_eq!(reply, Err(Failure::Unreachable));
    }
}
