//! `[tls]`: what we show to those who come by TLS, and whom we believe. Files in PEM; read at the start and at each reload, so
//! that a renewed certificate needs no restart.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ivr::{Diagnostic, Severity, Told, told};
use net::{TlsCertificate, TlsConfig, TlsError};
use serde::Deserialize;

use crate::config::cause::Cause;
use crate::config::document::Document;

/// A certificate that ends sooner is warned of.
const WARNED_BEFORE: Duration = Duration::from_secs(30 * 86_400);
/// No certificate is longer; a file that is was named by mistake.
const FILE_BYTES_MAX: u64 = 4 << 20;

/// `[tls]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Tls {
    /// Our certificate first, then those between it and its authority.
    pub(crate) certificate: Option<PathBuf>,
    /// Its private key.
    pub(crate) key: Option<PathBuf>,
    /// Authorities whose certificates we believe of phones and carriers that connect to us.
    pub(crate) client_ca: Option<PathBuf>,
    /// Who shows no certificate has no TLS connection.
    pub(crate) require_client_certificate: bool,
    /// Authorities whose certificates we believe of servers to which we connect.
    pub(crate) ca: Option<PathBuf>,
    /// Believe the system's authorities as well.
    pub(crate) system_roots: bool,
    /// Let `*.example.com` stand for the name of a server, against RFC 5922 §7.2.
    pub(crate) wildcard_names: bool,
}

impl Default for Tls {
    fn default() -> Self {
        let like = TlsConfig::default();
        Self {
            certificate: None,
            key: None,
            client_ca: None,
            require_client_certificate: like.require_client_certificate,
            ca: None,
            system_roots: like.system_roots,
            wildcard_names: like.wildcard_names,
        }
    }
}

/// What the files hold, and what somebody should know of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Material {
    /// For the sockets.
    pub(crate) config: TlsConfig,
    /// The certificate ends soon.
    pub(crate) warning: Option<Diagnostic>,
    /// It has ended: no start is stopped by that, for phones on other carriers need one; `check` fails.
    pub(crate) expired: Option<Diagnostic>,
}

/// What is wrong, and with which key.
struct Wrong {
    key: &'static str,
    message: Told,
}

impl Tls {
    /// Reads the files as the sockets need them; the section that names them is told with a mistake. `now`: since the
    /// Unix epoch.
    pub(crate) fn read(
        &self,
        section: &str,
        document: &Document,
        now: Duration,
    ) -> Result<Material, Diagnostic> {
        let at_key = |wrong: Wrong| {
            let at = document
                .offset_of(&format!("{section}.{}", wrong.key))
                .or_else(|| document.offset_of(section));
            document.error(at.unwrap_or(0), wrong.message, None)
        };
        let config = self.files().map_err(at_key)?;
        let findings = config.findings().map_err(|error| {
            at_key(Wrong {
                key: key_of(&error),
                message: error.told(),
            })
        })?;
        let mut material = Material {
            config,
            ..Material::default()
        };
        if let Some(until) = findings.valid_until {
            let names = findings.names.join(", ");
            let ends = |message| {
                at_key(Wrong {
                    key: "certificate",
                    message,
                })
            };
            if until <= now {
                material.expired = Some(ends(told!(
                    "the certificate of {names} has expired",
                    "{names} 的证书已过期"
                )));
            } else if until.saturating_sub(now) < WARNED_BEFORE {
                let days = until.saturating_sub(now).as_secs() / 86_400;
                material.warning = Some(Diagnostic {
                    severity: Severity::Warning,
                    ..ends(told!(
                        "the certificate of {names} ends in {days} days",
                        "{names} 的证书还有 {days} 天到期"
                    ))
                });
            }
        }
        Ok(material)
    }

    fn files(&self) -> Result<TlsConfig, Wrong> {
        let certificate = match (&self.certificate, &self.key) {
            (None, None) => None,
            (Some(certificate), Some(key)) => Some(TlsCertificate {
                chain: file("certificate", certificate)?,
                key: file("key", key)?,
            }),
            (Some(_), None) => {
                let message = told!(
                    "a certificate needs its key: set `tls.key`",
                    "证书需要其私钥：请设 `tls.key`"
                );
                return Err(Wrong {
                    key: "certificate",
                    message,
                });
            }
            (None, Some(_)) => {
                let message = told!(
                    "a key needs its certificate: set `tls.certificate`",
                    "私钥需要其证书：请设 `tls.certificate`"
                );
                return Err(Wrong {
                    key: "key",
                    message,
                });
            }
        };
        let optional =
            |key, path: &Option<PathBuf>| path.as_deref().map(|path| file(key, path)).transpose();
        Ok(TlsConfig {
            certificate,
            client_ca: optional("client_ca", &self.client_ca)?,
            require_client_certificate: self.require_client_certificate,
            server_ca: optional("ca", &self.ca)?,
            system_roots: self.system_roots,
            wildcard_names: self.wildcard_names,
        })
    }
}

fn file(key: &'static str, path: &Path) -> Result<Vec<u8>, Wrong> {
    let name = path.display();
    let wrong = |why: Told| Wrong {
        key,
        message: Told {
            en: format!("{name} cannot be read: {}", why.en),
            zh: format!("{name} 无法读取：{}", why.zh),
        },
    };
    let of_disk = |error: io::Error| wrong(Told::as_it_is(error));
    let length = std::fs::metadata(path).map_err(of_disk)?.len();
    if length > FILE_BYTES_MAX {
        return Err(wrong(told!(
            "it is too long for a certificate",
            "文件过长，不是证书"
        )));
    }
    std::fs::read(path).map_err(of_disk)
}

/// The key that the error is about.
fn key_of(error: &TlsError) -> &'static str {
    match error {
        TlsError::NoCertificate | TlsError::Expired => "certificate",
        TlsError::Unreadable { what, .. } => what,
        TlsError::Key(_) => "key",
        TlsError::NoClientCa => "require_client_certificate",
        TlsError::NoRoots | TlsError::Refused(_) => "ca",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::config::said;

    /// 2026-01-01, as rcgen counts years.
    const NOW: Duration = Duration::from_secs(1_767_225_600);

    struct Folder(PathBuf);

    impl Folder {
        fn new() -> Self {
            static NUMBER: AtomicU32 = AtomicU32::new(0);
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let name = format!("trunkline-tls-{}-{number}", std::process::id());
            let folder = std::env::temp_dir().join(name);
            std::fs::create_dir_all(&folder).unwrap();
            Self(folder)
        }

        fn write(&self, name: &str, text: &str) -> PathBuf {
            let path = self.0.join(name);
            std::fs::write(&path, text).unwrap();
            path
        }

        /// A certificate that ends on a day, and its key.
        fn certificate(&self, name: &str, (year, month, day): (i32, u8, u8)) -> (PathBuf, PathBuf) {
            let key = rcgen::KeyPair::generate().unwrap();
            let mut like = rcgen::CertificateParams::new(vec!["sip.example.com".into()]).unwrap();
            like.not_before = rcgen::date_time_ymd(2020, 1, 1);
            like.not_after = rcgen::date_time_ymd(year, month, day);
            let certificate = like.self_signed(&key).unwrap();
            (
                self.write(&format!("{name}.pem"), &certificate.pem()),
                self.write(&format!("{name}.key"), &key.serialize_pem()),
            )
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn read(tls: &Tls) -> Result<Material, String> {
        let document = Document {
            file: "config/trunkline.toml".into(),
            text: "[sip]\n[tls]\ncertificate = \"a\"\nkey = \"b\"\nclient_ca = \"c\"\nca = \"d\"\n"
                .into(),
        };
        tls.read("tls", &document, NOW)
            .map_err(|wrong| said::lines(&[wrong]).concat())
    }

    fn with(certificate: PathBuf, key: PathBuf) -> Tls {
        Tls {
            certificate: Some(certificate),
            key: Some(key),
            system_roots: true,
            ..Tls::default()
        }
    }

    #[test]
    fn a_certificate_is_read_and_its_end_is_told_before_it_comes() {
        let folder = Folder::new();
        let of = |name, end| {
            let (certificate, key) = folder.certificate(name, end);
            read(&with(certificate, key)).unwrap()
        };
        let good = of("good", (2026, 3, 1));
        assert!(good.config.certificate.is_some());
        assert!(good.warning.is_none() && good.expired.is_none());
        let soon = of("soon", (2026, 1, 20)).warning.unwrap();
        assert!(!soon.is_error());
        let told = said::lines(&[soon]).concat();
        assert!(told.contains("sip.example.com ends in 19 days"), "{told}");
        assert!(told.starts_with("config/trunkline.toml:3:"), "{told}");
        let over = of("over", (2025, 12, 31));
        let told = over.expired.unwrap();
        assert!(told.is_error());
        assert_eq!(told.message.zh, "sip.example.com 的证书已过期");
        assert!(said::lines(&[told]).concat().contains("has expired"));
        assert!(over.config.certificate.is_some(), "it stops no start");
        assert!(read(&Tls::default()).unwrap().config.certificate.is_none());
    }

    #[test]
    fn what_cannot_work_is_told_at_its_key() {
        let folder = Folder::new();
        let (certificate, key) = folder.certificate("one", (2027, 1, 1));
        let (_, other) = folder.certificate("two", (2027, 1, 1));
        let nowhere = folder.0.join("nowhere");
        let rubbish = folder.write("rubbish", "no PEM");
        let good = || with(certificate.clone(), key.clone());
        let table = [
            (with(nowhere.clone(), key.clone()), 3, "cannot be read"),
            (
                with(rubbish.clone(), key.clone()),
                3,
                "no usable certificate",
            ),
            (with(certificate.clone(), nowhere), 4, "cannot be read"),
            (
                with(certificate.clone(), rubbish.clone()),
                4,
                "no usable key",
            ),
            (with(certificate.clone(), other), 4, "does not fit"),
            (
                Tls {
                    key: None,
                    ..good()
                },
                3,
                "needs its key",
            ),
            (
                Tls {
                    certificate: None,
                    ..good()
                },
                4,
                "needs its certificate",
            ),
            (
                Tls {
                    client_ca: Some(rubbish.clone()),
                    ..good()
                },
                5,
                "no usable client_ca",
            ),
            (
                Tls {
                    ca: Some(rubbish),
                    ..good()
                },
                6,
                "no usable ca",
            ),
            (
                Tls {
                    require_client_certificate: true,
                    ..good()
                },
                2,
                "needs client_ca",
            ),
        ];
        for (tls, line, words) in table {
            let told = read(&tls).unwrap_err();
            let place = format!("config/trunkline.toml:{line}:");
            assert!(told.starts_with(&place) && told.contains(words), "{told}");
        }
    }
}
