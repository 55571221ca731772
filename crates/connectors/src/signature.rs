//! The signature of a question, so that its receiver knows who asks and that nobody changed it: an HMAC-SHA256 over id, time
//! and body, in the headers that Standard Webhooks defines.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A shared secret. It never shows itself (S22).
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// `whsec_` and base64 are the bytes that they spell; any other text is its own bytes.
    pub fn new(text: &str) -> Self {
        let spelled = text.strip_prefix("whsec_");
        let bytes = spelled.and_then(|text| STANDARD.decode(text).ok());
        Self(bytes.unwrap_or_else(|| text.as_bytes().to_vec()))
    }

    /// The value of `webhook-signature`; `None` cannot be, since an HMAC takes keys of any length.
    pub(crate) fn sign(&self, id: &str, at_s: u64, body: &[u8]) -> Option<String> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(format!("{id}.{at_s}.").as_bytes());
        mac.update(body);
        let sum = STANDARD.encode(mac.finalize().into_bytes());
        Some(format!("v1,{sum}"))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_the_one_of_standard_webhooks() {
        // The example of the specification's reference implementations.
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signed = secret.sign(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(
            signed.as_deref(),
            Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        );
        assert_eq!(format!("{secret:?}"), "[secret]", "S22");
    }
}
