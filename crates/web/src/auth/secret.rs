//! Comparing what a request shows with what the store keeps.

use subtle::ConstantTimeEq;

/// Whether both are the same; the time does not tell how far they agree (S12's rule for whatever is secret).
pub fn is_same(told: &str, expected: &str) -> bool {
    told.as_bytes().ct_eq(expected.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_is_the_same() {
        assert!(is_same("abc", "abc"));
        for other in ["", "ab", "abcd", "abd"] {
            assert!(!is_same(other, "abc"), "{other}");
        }
    }
}
