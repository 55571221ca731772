//! Whether a request comes from a page of ours (S19): `Sec-Fetch-Site` where the browser sends it, `Origin` against `Host`
//! else. No page can forge the former, and where it is sent it decides alone: a form on a page without a referrer policy
//! of its own may come with `Origin: null` although it is ours. A program sends neither and is let through here; it has a token or the CSRF token to show.

use axum::http::{HeaderMap, Uri, header};

/// Whether no header tells of another site.
pub fn is_own(headers: &HeaderMap) -> bool {
    fetch_site_is_own(headers).unwrap_or_else(|| origin_is_own(headers))
}

/// Fetch metadata: `same-origin`, or `none` for what the user himself typed.
fn fetch_site_is_own(headers: &HeaderMap) -> Option<bool> {
    let site = headers.get("sec-fetch-site")?;
    Some(site == "same-origin" || site == "none")
}

/// RFC 6454 §7: the origin's authority is the one that was asked. `null` and unreadable origins are foreign.
fn origin_is_own(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let authority = |text: &str| {
        let uri: Uri = text.parse().ok()?;
        uri.scheme()?;
        uri.authority()
            .map(|authority| authority.as_str().to_ascii_lowercase())
    };
    let asked = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let origin = origin.to_str().ok().and_then(authority);
    origin.is_some() && origin == asked.map(str::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s19_only_our_own_pages_pass() {
        for (rows, own) in [
            (&[][..], true),
            (&[("origin", "http://desk.example:8080")], true),
            (&[("origin", "http://DESK.example:8080")], true),
            (&[("origin", "http://evil.example")], false),
            (
                &[("origin", "http://desk.example:8080.evil.example")],
                false,
            ),
            (&[("origin", "null")], false),
            (&[("origin", "desk.example:8080")], false),
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "none")], true),
            // Chromium's form on our own page.
            (
                &[("sec-fetch-site", "same-origin"), ("origin", "null")],
                true,
            ),
            (
                &[
                    ("sec-fetch-site", "cross-site"),
                    ("origin", "http://desk.example:8080"),
                ],
                false,
            ),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site")], false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, "desk.example:8080".parse().unwrap());
            for (name, value) in rows {
                headers.insert(*name, value.parse().unwrap());
            }
            assert_eq!(is_own(&headers), own, "{rows:?}");
        }
    }
}
