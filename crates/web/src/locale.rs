//! The two languages in which people read us: Chinese and English (rule 4 of the product).
//!
//! Texts of the page and of problems are rows of (key, Chinese, English), so that none can lack its other half.

use axum::http::{HeaderMap, header};

/// A language of the pages and of problems.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Locale {
    /// 简体中文.
    #[default]
    Chinese,
    /// English.
    English,
}

impl Locale {
    /// The tag of RFC 5646: `zh-CN`, `en`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// From a tag, whatever its region: `zh`, `zh-CN`, `en-GB`.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        [Self::Chinese, Self::English]
            .into_iter()
            .find(|locale| locale.tag().split('-').next() == Some(&*primary.to_ascii_lowercase()))
    }

    /// The language that a request asks for by `Accept-Language` (RFC 9110 §12.5.4): the one with the greatest weight among
    /// ours; `None` when it asks for neither.
    pub fn accepted(headers: &HeaderMap) -> Option<Self> {
        let ranges = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
        let mut best: Option<(Self, f32)> = None;
        for range in ranges.split(',') {
            let (tag, weight) = weighted(range);
            let Some(locale) = Self::from_tag(tag) else {
                continue;
            };
            if weight > best.map_or(0.0, |(_, weight)| weight) {
                best = Some((locale, weight));
            }
        }
        best.map(|(locale, _)| locale)
    }
}

/// `en;q=0.8` as (`en`, 0.8).
fn weighted(range: &str) -> (&str, f32) {
    let mut parts = range.split(';').map(str::trim);
    let tag = parts.next().unwrap_or_default();
    let weight = parts
        .find_map(|part| part.strip_prefix("q="))
        .map_or(1.0, |weight| weight.parse().unwrap_or(0.0));
    (tag, weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_with_the_greatest_weight_among_ours_wins() {
        for (accept, expected) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", Some(Locale::Chinese)),
            ("en-GB, zh;q=0.5", Some(Locale::English)),
            ("fr, de;q=0.9, en;q=0.1", Some(Locale::English)),
            ("zh;q=0, en;q=0.2", Some(Locale::English)),
            ("fr", None),
            ("", None),
            (";;;q=,=q", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, accept.parse().unwrap());
            assert_eq!(Locale::accepted(&headers), expected, "{accept}");
        }
    }
}
