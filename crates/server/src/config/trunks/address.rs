//! Where a carrier is reached: `server`, an address of SIP without a user (RFC 3261 §19.1).

use ivr::{Told, told};
use sip::{Target, Transport};
use toml::Spanned;

use crate::config::report::Report;

/// `sip:sbc.example.net:5060;transport=tcp`.
pub(super) fn server(given: &Spanned<String>, report: &mut Report<'_>) -> Option<Target> {
    let text = given.get_ref();
    let mut wrong = |message: Told| {
        let help = told!(
            "write it such as sip:sbc.example.net:5060;transport=udp",
            "请写作如 sip:sbc.example.net:5060;transport=udp"
        );
        report.error(given, message, Some(help));
    };
    let Ok(uri) = sip::Uri::parse(text.as_bytes()) else {
        wrong(told!(
            "`{text}` is no SIP address",
            "`{text}` 不是 SIP 地址"
        ));
        return None;
    };
    let view = uri.view();
    let is_secure = text.to_ascii_lowercase().starts_with("sips:");
    let is_sip = is_secure || text.to_ascii_lowercase().starts_with("sip:");
    if !is_sip || view.host.is_empty() || view.raw_user.is_some() || view.headers.is_some() {
        wrong(told!(
            "`{text}` is no address of a server",
            "`{text}` 不是服务器地址"
        ));
        return None;
    }
    let transport = match view.parameter("transport").map(<[u8]>::to_ascii_lowercase) {
        None => None,
        Some(name) => match name.as_slice() {
            b"udp" if !is_secure => Some(Transport::Udp),
            b"tcp" => Some(Transport::Tcp),
            b"tls" => Some(Transport::Tls),
            b"udp" => {
                wrong(told!(
                    "sips goes by TLS, never by UDP",
                    "sips 走 TLS，从不走 UDP"
                ));
                return None;
            }
            _ => {
                wrong(told!(
                    "the transport is one of udp, tcp, tls",
                    "传输方式为 udp、tcp、tls 之一"
                ));
                return None;
            }
        },
    };
    // RFC 3261 §19.1.4: `sips` with tcp is TLS.
    let transport = if is_secure {
        Some(Transport::Tls)
    } else {
        transport
    };
    let host = view
        .host_str()
        .trim_matches(['[', ']'])
        .to_ascii_lowercase();
    if host.ends_with(".invalid") {
        wrong(told!(
            "`{host}` is a name that is never resolved (RFC 2606)",
            "`{host}` 这样的域名永不解析（RFC 2606）"
        ));
        return None;
    }
    Some(Target {
        host,
        port: view.port,
        transport,
        is_secure,
    })
}

pub(super) fn is_host(text: &str) -> bool {
    sip::Uri::sip("a", text).is_ok()
}

/// An IPv6 address has brackets in a URI.
pub(super) fn uri_host(host: &str) -> String {
    if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    }
}
