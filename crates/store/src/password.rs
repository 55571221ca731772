//! Passwords: argon2id in PHC strings, with the parameters that OWASP recommends (19 MiB, two passes, one lane).
//!
//! A check against nothing takes as long as one against a hash, so that time does not tell which logins exist (S12).
//! Each call takes tens of milliseconds and 19 MiB: not for async threads ([`crate::Database::sign_in`] sees to that).

use std::sync::OnceLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};

use crate::error::{Result, StoreError};
use crate::secret::Secret;

/// Longest password in bytes: hashing takes time by length.
pub const PASSWORD_BYTES_MAX: usize = 1_024;

/// The PHC string of a password, with a fresh salt.
pub fn hash_password(password: &str) -> Result<Secret<String>> {
    if password.is_empty() || password.len() > PASSWORD_BYTES_MAX {
        return Err(StoreError::Setting(format!(
            "a password has 1 to {PASSWORD_BYTES_MAX} bytes"
        )));
    }
    let phc = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|error| StoreError::Setting(format!("password: {error}")))?;
    Ok(Secret::new(phc.to_string()))
}

/// Whether `password` is that of the PHC string. `None` (no such user) is false, and as slow.
pub fn verify_password(password: &str, phc: Option<&str>) -> bool {
    static NOBODY: OnceLock<Option<Secret<String>>> = OnceLock::new();
    let nobody = || {
        NOBODY
            .get_or_init(|| hash_password("nobody's").ok())
            .as_ref()
    };
    if password.len() > PASSWORD_BYTES_MAX {
        return false;
    }
    let Some(hash) = phc.or_else(|| nobody().map(|secret| secret.expose().as_str())) else {
        return false;
    };
    let fits = PasswordHash::new(hash).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok()
    });
    fits && phc.is_some()
}

/// Whether a text is a hash against which [`verify_password`] can hold a password.
pub fn is_password_hash(text: &str) -> bool {
    PasswordHash::new(text).is_ok_and(|hash| {
        hash.hash.is_some() && argon2::Algorithm::try_from(hash.algorithm.as_str()).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_by_its_hash_alone() {
        let hash = hash_password("correct horse").unwrap();
        let phc = hash.expose().as_str();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert!(verify_password("correct horse", Some(phc)));
        assert!(!verify_password("correct horsf", Some(phc)));
        assert!(!verify_password("correct horse", Some("$argon2id$broken")));
        assert_ne!(
            hash,
            hash_password("correct horse").unwrap(),
            "a fresh salt each time"
        );
    }

    #[test]
    fn only_what_can_be_verified_is_a_hash() {
        let hash = hash_password("483920").unwrap();
        assert!(is_password_hash(hash.expose()));
        for other in [
            "",
            "483920",
            "$argon2id$broken",
            "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ",
            "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E",
        ] {
            assert!(!is_password_hash(other), "{other}");
        }
    }

    #[test]
    fn s12_nobody_has_no_password_not_even_the_dummys() {
        assert!(!verify_password("nobody's", None));
        assert!(!verify_password("", None));
    }

    #[test]
    fn lengths_are_bounded() {
        assert!(hash_password("").is_err());
        assert!(hash_password(&"x".repeat(PASSWORD_BYTES_MAX + 1)).is_err());
        assert!(!verify_password(&"x".repeat(PASSWORD_BYTES_MAX + 1), None));
    }
}
