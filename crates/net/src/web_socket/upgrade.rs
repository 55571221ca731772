//! The upgrade of a connection to WebSocket, RFC 6455 §4.2, with the subprotocol `sip` of RFC 7118 §4.
//!
//! Every refusal is told in HTTP with its reason. The path is the client's affair. A page of another host may not use the
//! visitor's network to reach us: an `Origin` must name the host that the request itself names, or one that is allowed
//! (S19, RFC 6455 §10.2); a phone that is no browser sends none. Bounds: the head's length and number of fields here, the
//! time by the caller.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_tungstenite::tungstenite::handshake::machine::TryParse;
use tokio_tungstenite::tungstenite::handshake::server::{Request, create_response, write_response};
use tokio_tungstenite::tungstenite::http::{HeaderMap, HeaderName, HeaderValue, header};

/// The whole request: browsers send about 600 bytes, cookies included rarely more than 4,000.
const HEAD_BYTES_MAX: usize = 8_192;
const HEADERS_MAX: usize = 64;
const SUBPROTOCOL: &str = "sip";

/// Why there is no WebSocket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Refusal {
    /// The peer went away.
    Gone,
    /// The head does not end within its bound, or has too many fields.
    TooLong,
    /// No HTTP, no GET, no upgrade to WebSocket, no Host.
    Malformed,
    /// A version other than 13.
    Version,
    /// It does not ask for `sip`.
    Subprotocol,
    /// A page of a host that we do not know.
    Origin,
}

/// Answers one request; what the peer sent beyond it belongs to the WebSocket.
///
/// # Errors
/// Why it was refused; the answer is written then.
pub(crate) async fn serve<S>(stream: &mut S, origins: &[String]) -> Result<Vec<u8>, Refusal>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let judged = match read_head(stream).await {
        Ok((head, rest)) => judge(&head, origins).map(|answer| (answer, rest)),
        Err(refusal) => Err(refusal),
    };
    match judged {
        Ok((answer, rest)) => {
            write(stream, &answer).await.map_err(|_| Refusal::Gone)?;
            Ok(rest)
        }
        Err(refusal) => {
            let _gone_already = write(stream, refusal.answer().as_bytes()).await;
            Err(refusal)
        }
    }
}

async fn read_head<S>(stream: &mut S) -> Result<(Vec<u8>, Vec<u8>), Refusal>
where
    S: AsyncRead + Unpin,
{
    let mut head = Vec::with_capacity(1_024);
    loop {
        let searched = head.len().saturating_sub(3);
        match stream.read_buf(&mut head).await {
            Err(_) | Ok(0) => return Err(Refusal::Gone),
            Ok(_) => {}
        }
        let unseen = head.get(searched..).unwrap_or_default();
        let end = unseen.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.map(|at| searched.saturating_add(at).saturating_add(4));
        match end {
            Some(end) if end <= HEAD_BYTES_MAX => {
                let rest = head.split_off(end);
                return Ok((head, rest));
            }
            None if head.len() <= HEAD_BYTES_MAX => {}
            Some(_) | None => return Err(Refusal::TooLong),
        }
    }
}

/// The answer that opens the WebSocket.
fn judge(head: &[u8], origins: &[String]) -> Result<Vec<u8>, Refusal> {
    let Ok(Some((_, request))) = Request::try_parse(head) else {
        return Err(Refusal::Malformed);
    };
    let headers = request.headers();
    if headers.len() > HEADERS_MAX {
        return Err(Refusal::TooLong);
    }
    let version = headers.get(header::SEC_WEBSOCKET_VERSION);
    if version.is_some_and(|version| version != "13") {
        return Err(Refusal::Version);
    }
    let mut response = create_response(&request).map_err(|_| Refusal::Malformed)?;
    let host = only(headers, header::HOST).ok_or(Refusal::Malformed)?;
    if !is_allowed(headers, host, origins) {
        return Err(Refusal::Origin);
    }
    if !asks_for_sip(headers) {
        return Err(Refusal::Subprotocol);
    }
    response.headers_mut().insert(
        header::SEC_WEBSOCKET_PROTOCOL,
        HeaderValue::from_static(SUBPROTOCOL),
    );
    let mut answer = Vec::new();
    write_response(&mut answer, &response).map_err(|_| Refusal::Malformed)?;
    Ok(answer)
}

fn only(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut all = headers.get_all(name).iter();
    let value = all.next()?;
    match all.next() {
        None => value.to_str().ok(),
        Some(_) => None,
    }
}

fn is_allowed(headers: &HeaderMap, host: &str, origins: &[String]) -> bool {
    if !headers.contains_key(header::ORIGIN) {
        return true;
    }
    let Some(origin) = only(headers, header::ORIGIN) else {
        return false;
    };
    let mut origins = origins.iter();
    if origins.any(|allowed| allowed.eq_ignore_ascii_case(origin)) {
        return true;
    }
    // The page may come from the port of the desk, and this be another one of the same host.
    let of_page = origin.split_once("://").map(|(_, authority)| authority);
    of_page
        .is_some_and(|authority| without_port(authority).eq_ignore_ascii_case(without_port(host)))
}

fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        // The colons of an address of IPv6 stand in brackets.
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        Some(_) | None => authority,
    }
}

fn asks_for_sip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
    let mut names = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    names.any(|name| name.trim() == SUBPROTOCOL)
}

async fn write<S>(stream: &mut S, answer: &[u8]) -> io::Result<()>
where
    S: AsyncWrite + Unpin,
{
    stream.write_all(answer).await?;
    stream.flush().await
}

impl Refusal {
    fn answer(self) -> String {
        let (status, field, why) = match self {
            Refusal::Gone => return String::new(),
            Refusal::TooLong => ("431 Request Header Fields Too Large", "", "too long"),
            Refusal::Malformed => ("400 Bad Request", "", "this is SIP over WebSocket"),
            Refusal::Version => (
                "426 Upgrade Required",
                "Sec-WebSocket-Version: 13\r\n",
                "the version is 13",
            ),
            Refusal::Subprotocol => ("400 Bad Request", "", "the subprotocol is sip"),
            Refusal::Origin => ("403 Forbidden", "", "not from that page"),
        };
        let len = why.len();
        format!(
            "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: {len}\r\n{field}\r\n{why}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(changes: &[(&str, Option<&str>)]) -> Vec<u8> {
        let mut fields = vec![
            ("Host", Some("pbx.example.com:5066")),
            ("Upgrade", Some("websocket")),
            ("Connection", Some("keep-alive, Upgrade")),
            ("Sec-WebSocket-Key", Some("dGhlIHNhbXBsZSBub25jZQ==")),
            ("Sec-WebSocket-Version", Some("13")),
            ("Sec-WebSocket-Protocol", Some("sip")),
        ];
        for &(name, value) in changes {
            fields.retain(|(known, _)| *known != name);
            fields.push((name, value));
        }
        let mut text = String::from("GET /any/path HTTP/1.1\r\n");
        for (name, value) in fields {
            if let Some(value) = value {
                text += &format!("{name}: {value}\r\n");
            }
        }
        (text + "\r\n").into_bytes()
    }

    #[test]
    fn rfc7118_the_subprotocol_sip_is_asked_for_and_answered() {
        let answer = String::from_utf8(judge(&head(&[]), &[]).unwrap()).unwrap();
        assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
        let lower = answer.to_ascii_lowercase();
        assert!(
            lower.contains("sec-websocket-protocol: sip\r\n"),
            "{answer}"
        );
        // The example of RFC 6455 §1.3.
        assert!(answer.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{answer}");
        for (offered, taken) in [
            (Some("chat, sip"), true),
            (Some("sip,msrp"), true),
            (Some("msrp"), false),
            (Some("sipx"), false),
            (Some("SIP"), false),
            (None, false),
        ] {
            let judged = judge(&head(&[("Sec-WebSocket-Protocol", offered)]), &[]);
            let expected = if taken {
                None
            } else {
                Some(Refusal::Subprotocol)
            };
            assert_eq!(judged.err(), expected, "{offered:?}");
        }
    }

    #[test]
    fn s19_a_page_of_a_foreign_host_is_refused() {
        let allowed = ["https://desk.example.org".to_owned()];
        for (origin, host, refused) in [
            (None, "pbx.example.com", false),
            (
                Some("https://pbx.example.com"),
                "pbx.example.com:5066",
                false,
            ),
            (
                Some("http://PBX.example.com:8080"),
                "pbx.example.com:5066",
                false,
            ),
            (Some("https://desk.example.org"), "pbx.example.com", false),
            (Some("http://desk.example.org"), "pbx.example.com", true),
            (Some("https://evil.example"), "pbx.example.com", true),
            (
                Some("https://pbx.example.com.evil.example"),
                "pbx.example.com",
                true,
            ),
            (Some("null"), "pbx.example.com", true),
            (Some("null"), "null", true),
            (
                Some("http://[2001:db8::1]:8080"),
                "[2001:db8::1]:5066",
                false,
            ),
            (Some("http://[2001:db8::2]"), "[2001:db8::1]", true),
        ] {
            let head = head(&[("Origin", origin), ("Host", Some(host))]);
            let expected = refused.then_some(Refusal::Origin);
            assert_eq!(
                judge(&head, &allowed).err(),
                expected,
                "{origin:?} at {host}"
            );
        }
    }

    #[test]
    fn what_is_no_upgrade_is_refused_with_its_reason() {
        for (head, refusal) in [
            (
                b"OPTIONS sip:a SIP/2.0\r\n\r\n".to_vec(),
                Refusal::Malformed,
            ),
            (b"\x16\x03\x01\r\n\r\n".to_vec(), Refusal::Malformed),
            (head(&[("Host", None)]), Refusal::Malformed),
            (head(&[("Upgrade", None)]), Refusal::Malformed),
            (head(&[("Connection", Some("close"))]), Refusal::Malformed),
            (head(&[("Sec-WebSocket-Key", None)]), Refusal::Malformed),
            (
                head(&[("Sec-WebSocket-Version", Some("8"))]),
                Refusal::Version,
            ),
            (head(&[("Sec-WebSocket-Version", None)]), Refusal::Malformed),
        ] {
            let text = String::from_utf8_lossy(&head).into_owned();
            assert_eq!(judge(&head, &[]).unwrap_err(), refusal, "{text}");
        }
        let many = "X: 1\r\n".repeat(80);
        let mut long = head(&[]);
        long.truncate(long.len() - 2);
        long.extend_from_slice(many.as_bytes());
        long.extend_from_slice(b"\r\n");
        assert_eq!(judge(&long, &[]).unwrap_err(), Refusal::TooLong);
    }
}
