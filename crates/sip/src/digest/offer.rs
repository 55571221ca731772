//! Which algorithms a challenge offers: the strongest first, one header field each (RFC 8760 §2.4).
//!
//! RFC 3261 §22 tells a phone to pass over a challenge that it does not know. The phones of this table give up instead
//! when SHA-256 is offered at all, or when it is offered first: they get MD5 alone. They lose nothing by it, because MD5
//! is all that they know; whoever borrows their name gains nothing, because MD5 is offered to everybody.

use super::Algorithm;

const STRONGEST_FIRST: [Algorithm; 2] = [Algorithm::Sha256, Algorithm::Md5];
const MD5_ALONE: [Algorithm; 1] = [Algorithm::Md5];

/// Starts of User-Agent values.
const MD5_ONLY_PHONES: [&str; 9] = [
    // SHA-256 came to baresip in 2024 (re, pull request 1103); before, any other challenge ends the registration.
    "baresip v0.",
    "baresip v1.",
    "baresip v2.",
    "baresip v3.",
    // PJSIP until 2.10 reads the first challenge only (pjproject, pull request 2408).
    "PJSUA v0.",
    "PJSUA v1.",
    "PJSUA v2.0",
    "PJSUA v2.10",
    // SIPp 3.6 stops at the first challenge that is not MD5.
    "SIPp",
];

/// The algorithms for a phone that names itself so.
pub(crate) fn offered(user_agent: Option<&str>) -> &'static [Algorithm] {
    let is_md5_only = user_agent
        .is_some_and(|agent| MD5_ONLY_PHONES.iter().any(|known| agent.starts_with(known)));
    if is_md5_only {
        &MD5_ALONE
    } else {
        &STRONGEST_FIRST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_phones_get_md5_alone() {
        for (agent, offers) in [
            (None, 2),
            (Some("baresip v1.0.0 (x86_64/linux)"), 1),
            (Some("baresip v4.0.0"), 2),
            (Some("PJSUA v2.10 Linux"), 1),
            (Some("PJSUA v2.15.1"), 2),
        ] {
            let offered = offered(agent);
            assert_eq!(offered.len(), offers, "{agent:?}");
            assert_eq!(offered.last(), Some(&Algorithm::Md5));
        }
    }
}
