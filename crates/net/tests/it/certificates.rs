//! An authority and certificates for the tests, made at once.

use net::{TlsCertificate, TlsConfig};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, SanType, date_time_ymd,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

/// What a certificate is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Server,
    Client,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(crate) fn pem(&self) -> Vec<u8> {
        self.0.pem().into_bytes()
    }

    /// A certificate for those names: `sip:…` a URI, an address, else a host.
    pub(crate) fn issue(&self, names: &[&str], purpose: Use) -> TlsCertificate {
        self.issue_until(names, purpose, 2100)
    }

    pub(crate) fn issue_until(&self, names: &[&str], purpose: Use, year: i32) -> TlsCertificate {
        let mut params = CertificateParams::default();
        params.subject_alt_names = names.iter().map(|name| alternative(name)).collect();
        params.extended_key_usages = vec![match purpose {
            Use::Server => ExtendedKeyUsagePurpose::ServerAuth,
            Use::Client => ExtendedKeyUsagePurpose::ClientAuth,
        }];
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(year, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        TlsCertificate {
            chain: certificate.pem().into_bytes(),
            key: key.serialize_pem().into_bytes(),
        }
    }

    /// A shell's material: that certificate, nobody asked for another.
    pub(crate) fn material(&self, names: &[&str]) -> TlsConfig {
        TlsConfig {
            certificate: Some(self.issue(names, Use::Server)),
            server_ca: Some(self.pem()),
            system_roots: false,
            ..TlsConfig::default()
        }
    }
}

fn alternative(name: &str) -> SanType {
    if name.contains(':') && !name.starts_with('[') {
        return SanType::URI(name.try_into().unwrap());
    }
    match name.parse() {
        Ok(address) => SanType::IpAddress(address),
        Err(_) => SanType::DnsName(name.try_into().unwrap()),
    }
}

pub(crate) fn der(pem: &TlsCertificate) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
    let chain = CertificateDer::pem_slice_iter(&pem.chain).map(Result::unwrap);
    (
        chain.collect(),
        PrivateKeyDer::from_pem_slice(&pem.key).unwrap(),
    )
}
