//! HTTP digest for SIP, RFC 7616 and RFC 8760.

/// `MD5(user:realm:password)`.
pub fn ha1_md5(user: &str, realm: &str, password: &str) -> [u8; 16] {
    let _ = (user, realm, password);
    todo!()
}

/// `SHA-256(user:realm:password)`.
pub fn ha1_sha256(user: &str, realm: &str, password: &str) -> [u8; 32] {
    let _ = (user, realm, password);
    todo!()
}
