//! Findings as the tests of the configuration compare them: in English, once both languages are known to say the same.

use ivr::Diagnostic;

/// Each finding as an admin reads it in English; one whose Chinese names other things, or is none, fails the test.
pub(super) fn lines(found: &[Diagnostic]) -> Vec<String> {
    let line = |one: &Diagnostic| {
        assert!(one.is_said_alike(), "{one:?}");
        one.to_string()
    };
    found.iter().map(line).collect()
}
