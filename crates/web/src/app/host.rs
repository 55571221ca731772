//! Which names a listener on this machine alone answers to: its own (S19, DNS rebinding).
//!
//! A page from elsewhere may point its own name at 127.0.0.1; to the browser it is then the same site as we are, and
//! no rule about origins stops it. Its requests still carry that name as their host, and a server that only this machine
//! reaches has no such name. Programs that name no host are no browsers and pass; a listener for others has names that we do
//! not know and is not guarded here.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::{Code, Problem};

/// Refuses what was meant for another name (RFC 9110 §15.5.20).
pub(super) async fn own_alone(request: Request, next: Next) -> Response {
    let hosts = request.headers().get_all(header::HOST);
    // RFC 9112 §3.2.2: an absolute target names a host, too.
    let target = request.uri().authority();
    if hosts.iter().all(is_own_header) && target.is_none_or(is_own) {
        next.run(request).await
    } else {
        Problem::new(Code::WrongHost).into_response()
    }
}

fn is_own_header(value: &HeaderValue) -> bool {
    let authority = value.to_str().ok().and_then(|text| text.parse().ok());
    authority.is_some_and(|authority| is_own(&authority))
}

/// `localhost`, 127.0.0.0/8 or `[::1]`, with any port or none.
fn is_own(authority: &Authority) -> bool {
    if authority.as_str().contains('@') {
        return false;
    }
    let host = authority.host();
    let v6 = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let address = match v6 {
        Some(host) => host.parse::<Ipv6Addr>().map(IpAddr::V6),
        None => host.parse::<Ipv4Addr>().map(IpAddr::V4),
    };
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s19_only_this_machines_own_names_are_answered() {
        for (host, own) in [
            ("localhost", true),
            ("LOCALHOST:8080", true),
            ("127.0.0.1:8080", true),
            ("127.8.9.10", true),
            ("[::1]:8080", true),
            ("[::1]", true),
            ("evil.example", false),
            ("evil.example:8080", false),
            ("localhost.evil.example", false),
            ("127.0.0.1.evil.example", false),
            ("evil.localhost", false),
            ("localhost@evil.example", false),
            ("evil.example@localhost", false),
            ("10.0.0.1", false),
            ("0.0.0.0", false),
            ("[::]", false),
            ("[2001:db8::1]", false),
            ("::1", false),
            ("", false),
            ("local host", false),
        ] {
            let header = HeaderValue::from_str(host).unwrap();
            assert_eq!(is_own_header(&header), own, "{host}");
        }
        assert!(!is_own_header(&HeaderValue::from_bytes(b"\xff").unwrap()));
    }
}
