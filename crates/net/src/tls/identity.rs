//! Whose certificate it is, RFC 5922 §7.1: the SIP domains that it is valid for.
//!
//! Read from the subject's alternative names and never from its common name. A SIP URI among them outranks all DNS names.
//! What is not a plain host name (a NUL, a wildcard, an escape) is no name at all: it neither matches nor is handed on
//! (asterisk 43d3bd77b).

use core::time::Duration;

use rustls::pki_types::CertificateDer;
use webpki::{EndEntityCert, Error, KeyUsage};

use super::config::end_of_time;

/// The domains, lower case; empty when there are none, or the certificate cannot be read.
pub(super) fn sip_domains(certificate: &CertificateDer<'_>) -> Vec<String> {
    let Ok(certificate) = EndEntityCert::try_from(certificate) else {
        return Vec::new();
    };
    let mut uris = certificate
        .valid_uri_names()
        .filter_map(sip_scheme)
        .peekable();
    // RFC 5922 §7.1: DNS names count only where no SIP URI is.
    if uris.peek().is_some() {
        return plain(uris.filter(|host| !host.contains('@')));
    }
    plain(certificate.valid_dns_names())
}

/// When its validity ends, since the Unix epoch.
pub(super) fn valid_until(certificate: &CertificateDer<'_>) -> Option<Duration> {
    let certificate = EndEntityCert::try_from(certificate).ok()?;
    // The library tells the date only of a certificate that has expired, as every one has at the end of time.
    let verified = certificate.verify_for_usage(
        &[],
        &[],
        &[],
        end_of_time(),
        KeyUsage::server_auth(),
        None,
        None,
    );
    let Err(Error::CertExpired { not_after, .. }) = verified else {
        return None;
    };
    Some(Duration::from_secs(not_after.as_secs()))
}

fn sip_scheme(uri: &str) -> Option<&str> {
    let (scheme, host) = uri.split_once(':')?;
    scheme.eq_ignore_ascii_case("sip").then_some(host)
}

fn plain<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let plain = names.filter(|name| is_host_name(name));
    plain.map(str::to_ascii_lowercase).collect()
}

fn is_host_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    !name.is_empty() && name.len() <= 253 && name.bytes().all(allowed)
}
