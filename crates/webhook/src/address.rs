//! The address of a receiver as it may be shown. Zammad knows who tells it something by the last part of the path alone, so that
//! this part is a secret; where a webhook goes is none.

/// What stands at the end for a part that is a secret.
pub const MASKED: &str = "/***";

/// Scheme, host and port, without a name and a password before them.
pub fn origin(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}")
}

/// All behind the host.
pub fn behind_origin(url: &str) -> &str {
    let (_, rest) = url.split_once("://").unwrap_or(("", url));
    let at = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    rest.get(at..).unwrap_or_default()
}

/// The address with a mask in place of the last part of its path and all behind it.
pub(crate) fn masked(url: &str) -> String {
    let behind = behind_origin(url);
    let path = behind.split(['?', '#']).next().unwrap_or_default();
    let kept = path.trim_end_matches('/').rsplit_once('/');
    let kept = kept.map_or("", |(before, _)| before);
    format!("{}{kept}{MASKED}", origin(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zammad_the_last_part_of_its_address_is_not_shown() {
        for (url, shown) in [
            (
                "https://desk.example/api/v1/cti/T0k",
                "https://desk.example/api/v1/cti/***",
            ),
            (
                "https://desk.example:8443/cti/T0k/?k=T0k#T0k",
                "https://desk.example:8443/cti/***",
            ),
            (
                "https://me:T0k@desk.example/T0k",
                "https://desk.example/***",
            ),
            ("https://desk.example?T0k", "https://desk.example/***"),
            ("https://desk.example", "https://desk.example/***"),
        ] {
            assert_eq!(masked(url), shown, "{url}");
        }
        assert_eq!(behind_origin("https://desk.example/cti/T?x"), "/cti/T?x");
    }
}
