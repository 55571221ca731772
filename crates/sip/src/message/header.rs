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

/// Name, header; sorted by length, of one length those of every message first. Compact forms: RFC 3261 §7.3.3, RFC 3515, 3892,
/// 4028, 6665, 8224.
const NAMES: [(&str, Header); 73] = [
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
    ("From", Header::From),
    ("Date", Header::Date),
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
    ("Contact", Header::Contact),
    ("Call-ID", Header::CallId),
    ("Expires", Header::Expires),
    ("Privacy", Header::Privacy),
    ("Require", Header::Require),
    ("Subject", Header::Subject),
    ("Warning", Header::Warning),
    ("Identity", Header::Identity),
    ("Priority", Header::Priority),
    ("Refer-To", Header::ReferTo),
    ("Replaces", Header::Replaces),
    ("Supported", Header::Supported),
    ("Call-Info", Header::CallInfo),
    ("Diversion", Header::Diversion),
    ("Refer-Sub", Header::ReferSub),
    ("Timestamp", Header::Timestamp),
    ("User-Agent", Header::UserAgent),
    ("Alert-Info", Header::AlertInfo),
    ("Flow-Timer", Header::FlowTimer),
    ("Min-Expires", Header::MinExpires),
    ("Referred-By", Header::ReferredBy),
    ("Retry-After", Header::RetryAfter),
    ("Unsupported", Header::Unsupported),
    ("Content-Type", Header::ContentType),
    ("Max-Forwards", Header::MaxForwards),
    ("Allow-Events", Header::AllowEvents),
    ("History-Info", Header::HistoryInfo),
    ("Record-Route", Header::RecordRoute),
    ("Authorization", Header::Authorization),
    ("Proxy-Require", Header::ProxyRequire),
    ("Service-Route", Header::ServiceRoute),
    ("Content-Length", Header::ContentLength),
    ("Session-Expires", Header::SessionExpires),
    ("Accept-Encoding", Header::AcceptEncoding),
    ("Accept-Language", Header::AcceptLanguage),
    ("Content-Encoding", Header::ContentEncoding),
    ("WWW-Authenticate", Header::WwwAuthenticate),
    ("Proxy-Authenticate", Header::ProxyAuthenticate),
    ("Subscription-State", Header::SubscriptionState),
    ("Content-Disposition", Header::ContentDisposition),
    ("P-Asserted-Identity", Header::PAssertedIdentity),
    ("Proxy-Authorization", Header::ProxyAuthorization),
];

/// Length of the longest name.
const NAME_BYTES_MAX: usize = 19;

/// For each length of a name: how many rows are shorter, and how many are no longer.
const OF_LENGTH: [(usize, usize); NAME_BYTES_MAX + 1] = rows_of_length();

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a constant: a wrong index does not compile"
)]
const fn rows_of_length() -> [(usize, usize); NAME_BYTES_MAX + 1] {
    let mut table = [(0, 0); NAME_BYTES_MAX + 1];
    let (mut length, mut row) = (0, 0);
    while length <= NAME_BYTES_MAX {
        let first = row;
        while row < NAMES.len() && NAMES[row].0.len() == length {
            row += 1;
        }
        table[length] = (first, row);
        length += 1;
    }
    table
}

impl Header {
    /// Finds a name in any case, long or compact.
    pub fn find(name: &[u8]) -> Self {
        let (from, to) = OF_LENGTH.get(name.len()).copied().unwrap_or_default();
        let mut rows = NAMES.get(from..to).unwrap_or_default().iter();
        let is_alike = |known: &[u8]| {
            // Names begin with a letter: most of those that are not it are told apart by that.
            known.first().map(u8::to_ascii_lowercase) == name.first().map(u8::to_ascii_lowercase)
                && (known == name || known.eq_ignore_ascii_case(name))
        };
        let row = rows.find(|(known, _)| is_alike(known.as_bytes()));
        row.map_or(Header::Unknown, |(_, header)| *header)
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

    /// Its bit in a set of headers.
    #[expect(clippy::as_conversions, reason = "a variant's number fits into u32")]
    pub(super) const fn bit(self) -> u64 {
        1_u64.wrapping_shl(self as u32)
    }
}

const _: () = assert!(
    Header::Unknown.row() < 64,
    "each header has a bit of its own"
);

/// The long names in the order of the variants.
const WRITTEN: [&str; Header::Unknown.row()] = with_names([""; Header::Unknown.row()], &NAMES);

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
        for (name, header) in &NAMES {
            assert_eq!(Header::find(name.to_uppercase().as_bytes()), *header);
            assert_eq!(Header::find(name.to_lowercase().as_bytes()), *header);
            assert!(!header.name().is_empty());
        }
        assert_eq!(Header::find(b"X-Custom"), Header::Unknown);
        assert_eq!(Header::find(b""), Header::Unknown);
    }
}
