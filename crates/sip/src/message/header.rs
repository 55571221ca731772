//! Header names: canonical, compact and unknown ones, RFC 3261 §7.3 and §20.
//!
//! The rows are sorted by the length of the name, so that a look-up compares only names of the right length.
//! An unknown header keeps its name and bytes in the message.

/// A header name that we know.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "each variant is the header of that name")]
pub enum Header {
    Accept,
    AcceptEncoding,
    AcceptLanguage,
    AlertInfo,
    Allow,
    AllowEvents,
    Authorization,
    CSeq,
    CallId,
    CallInfo,
    Contact,
    ContentDisposition,
    ContentEncoding,
    ContentLength,
    ContentType,
    Date,
    Diversion,
    Event,
    Expires,
    FlowTimer,
    From,
    HistoryInfo,
    Identity,
    MaxForwards,
    MinExpires,
    MinSe,
    PAssertedIdentity,
    Path,
    Priority,
    Privacy,
    ProxyAuthenticate,
    ProxyAuthorization,
    ProxyRequire,
    RAck,
    RSeq,
    RecordRoute,
    ReferSub,
    ReferTo,
    ReferredBy,
    Replaces,
    Require,
    RetryAfter,
    Reason,
    Route,
    Server,
    ServiceRoute,
    SessionExpires,
    Subject,
    SubscriptionState,
    Supported,
    Timestamp,
    To,
    Unsupported,
    UserAgent,
    Via,
    Warning,
    WwwAuthenticate,
    /// Any other name.
    Unknown,
}

/// Name, header; sorted by length. Compact forms stand first (RFC 3261 §7.3.3, RFC 3515, 3892, 4028, 6665, 8224).
const NAMES: [(&str, Header); 70] = [
    ("b", Header::ReferredBy),
    ("c", Header::ContentType),
    ("e", Header::ContentEncoding),
    ("f", Header::From),
    ("i", Header::CallId),
    ("k", Header::Supported),
    ("l", Header::ContentLength),
    ("m", Header::Contact),
    ("o", Header::Event),
    ("r", Header::ReferTo),
    ("s", Header::Subject),
    ("t", Header::To),
    ("u", Header::AllowEvents),
    ("v", Header::Via),
    ("x", Header::SessionExpires),
    ("y", Header::Identity),
    ("To", Header::To),
    ("Via", Header::Via),
    ("CSeq", Header::CSeq),
    ("Date", Header::Date),
    ("From", Header::From),
    ("RAck", Header::RAck),
    ("RSeq", Header::RSeq),
    ("Path", Header::Path),
    ("Allow", Header::Allow),
    ("Event", Header::Event),
    ("Route", Header::Route),
    ("Accept", Header::Accept),
    ("Min-SE", Header::MinSe),
    ("Reason", Header::Reason),
    ("Server", Header::Server),
    ("Call-ID", Header::CallId),
    ("Contact", Header::Contact),
    ("Expires", Header::Expires),
    ("Privacy", Header::Privacy),
    ("Require", Header::Require),
    ("Subject", Header::Subject),
    ("Warning", Header::Warning),
    ("Identity", Header::Identity),
    ("Priority", Header::Priority),
    ("Refer-To", Header::ReferTo),
    ("Replaces", Header::Replaces),
    ("Call-Info", Header::CallInfo),
    ("Diversion", Header::Diversion),
    ("Refer-Sub", Header::ReferSub),
    ("Supported", Header::Supported),
    ("Timestamp", Header::Timestamp),
    ("Alert-Info", Header::AlertInfo),
    ("Flow-Timer", Header::FlowTimer),
    ("User-Agent", Header::UserAgent),
    ("Min-Expires", Header::MinExpires),
    ("Referred-By", Header::ReferredBy),
    ("Retry-After", Header::RetryAfter),
    ("Unsupported", Header::Unsupported),
    ("Allow-Events", Header::AllowEvents),
    ("Content-Type", Header::ContentType),
    ("History-Info", Header::HistoryInfo),
    ("Max-Forwards", Header::MaxForwards),
    ("Record-Route", Header::RecordRoute),
    ("Authorization", Header::Authorization),
    ("Proxy-Require", Header::ProxyRequire),
    ("Service-Route", Header::ServiceRoute),
    ("Content-Length", Header::ContentLength),
    ("Accept-Encoding", Header::AcceptEncoding),
    ("Accept-Language", Header::AcceptLanguage),
    ("Session-Expires", Header::SessionExpires),
    ("Content-Encoding", Header::ContentEncoding),
    ("WWW-Authenticate", Header::WwwAuthenticate),
    ("Proxy-Authenticate", Header::ProxyAuthenticate),
    ("Subscription-State", Header::SubscriptionState),
];

/// Names that would break the order of the lengths above.
const LONG_NAMES: [(&str, Header); 3] = [
    ("Content-Disposition", Header::ContentDisposition),
    ("P-Asserted-Identity", Header::PAssertedIdentity),
    ("Proxy-Authorization", Header::ProxyAuthorization),
];

impl Header {
    /// Finds a name in any case, long or compact.
    pub fn find(name: &[u8]) -> Self {
        let from = NAMES.partition_point(|(known, _)| known.len() < name.len());
        let rows = NAMES.get(from..).unwrap_or_default().iter();
        let same_length = rows.take_while(|(known, _)| known.len() == name.len());
        same_length
            .chain(&LONG_NAMES)
            .find(|(known, _)| known.as_bytes().eq_ignore_ascii_case(name))
            .map_or(Header::Unknown, |(_, header)| *header)
    }

    /// The long name, as we write it. `Unknown` has none.
    pub fn name(self) -> &'static str {
        WRITTEN.get(self.row()).copied().unwrap_or_default()
    }

    #[expect(
        clippy::as_conversions,
        reason = "From is not const; a variant's number fits into usize"
    )]
    const fn row(self) -> usize {
        self as usize
    }
}

/// The long names in the order of the variants.
const WRITTEN: [&str; Header::Unknown.row()] =
    with_names(with_names([""; Header::Unknown.row()], &NAMES), &LONG_NAMES);

#[expect(
    clippy::indexing_slicing,
    reason = "a constant: a wrong index does not compile"
)]
const fn with_names(
    mut table: [&'static str; Header::Unknown.row()],
    rows: &[(&'static str, Header)],
) -> [&'static str; Header::Unknown.row()] {
    let mut rest = rows;
    while let [(name, header), tail @ ..] = rest {
        if name.len() > 1 {
            table[header.row()] = name;
        }
        rest = tail;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_by_length_and_each_is_found_in_any_case() {
        assert!(NAMES.is_sorted_by_key(|(name, _)| name.len()));
        for (name, header) in NAMES.iter().chain(&LONG_NAMES) {
            assert_eq!(Header::find(name.to_uppercase().as_bytes()), *header);
            assert_eq!(Header::find(name.to_lowercase().as_bytes()), *header);
            assert!(!header.name().is_empty());
        }
        assert_eq!(Header::find(b"X-Custom"), Header::Unknown);
        assert_eq!(Header::find(b""), Header::Unknown);
    }
}
