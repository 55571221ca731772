//! Header names: canonical, compact and unknown ones, RFC 3261 §7.3 and §20.
//!
//! The rows are sorted by the first letter of the name, so that a look-up compares only names that begin alike.
//! An unknown header keeps its name and bytes in the message.

use super::lexer::usize_of;

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

/// Name, header; sorted by the first letter, of one letter those of nearly every message first. Compact forms: RFC 3261 §7.3.3,
/// RFC 3515, 3892, 4028, 6665, 8224.
const NAMES: [(&str, Header); 73] = [
    ("Allow", Header::Allow),
    ("Accept", Header::Accept),
    ("Accept-Encoding", Header::AcceptEncoding),
    ("Accept-Language", Header::AcceptLanguage),
    ("Alert-Info", Header::AlertInfo),
    ("Allow-Events", Header::AllowEvents),
    ("Authorization", Header::Authorization),
    ("b", Header::ReferredBy),
    ("CSeq", Header::CSeq),
    ("Contact", Header::Contact),
    ("Call-ID", Header::CallId),
    ("Content-Length", Header::ContentLength),
    ("Content-Type", Header::ContentType),
    ("c", Header::ContentType),
    ("Call-Info", Header::CallInfo),
    ("Content-Disposition", Header::ContentDisposition),
    ("Content-Encoding", Header::ContentEncoding),
    ("Date", Header::Date),
    ("Diversion", Header::Diversion),
    ("e", Header::ContentEncoding),
    ("Event", Header::Event),
    ("Expires", Header::Expires),
    ("From", Header::From),
    ("f", Header::From),
    ("Flow-Timer", Header::FlowTimer),
    ("History-Info", Header::HistoryInfo),
    ("i", Header::CallId),
    ("Identity", Header::Identity),
    ("k", Header::Supported),
    ("l", Header::ContentLength),
    ("Max-Forwards", Header::MaxForwards),
    ("Min-SE", Header::MinSe),
    ("m", Header::Contact),
    ("Min-Expires", Header::MinExpires),
    ("o", Header::Event),
    ("P-Asserted-Identity", Header::PAssertedIdentity),
    ("Path", Header::Path),
    ("Priority", Header::Priority),
    ("Privacy", Header::Privacy),
    ("Proxy-Authenticate", Header::ProxyAuthenticate),
    ("Proxy-Authorization", Header::ProxyAuthorization),
    ("Proxy-Require", Header::ProxyRequire),
    ("Require", Header::Require),
    ("r", Header::ReferTo),
    ("RAck", Header::RAck),
    ("Reason", Header::Reason),
    ("Record-Route", Header::RecordRoute),
    ("Refer-Sub", Header::ReferSub),
    ("Refer-To", Header::ReferTo),
    ("Referred-By", Header::ReferredBy),
    ("Replaces", Header::Replaces),
    ("Retry-After", Header::RetryAfter),
    ("Route", Header::Route),
    ("RSeq", Header::RSeq),
    ("Supported", Header::Supported),
    ("Session-Expires", Header::SessionExpires),
    ("Server", Header::Server),
    ("s", Header::Subject),
    ("Service-Route", Header::ServiceRoute),
    ("Subject", Header::Subject),
    ("Subscription-State", Header::SubscriptionState),
    ("To", Header::To),
    ("t", Header::To),
    ("Timestamp", Header::Timestamp),
    ("User-Agent", Header::UserAgent),
    ("u", Header::AllowEvents),
    ("Unsupported", Header::Unsupported),
    ("Via", Header::Via),
    ("v", Header::Via),
    ("Warning", Header::Warning),
    ("WWW-Authenticate", Header::WwwAuthenticate),
    ("x", Header::SessionExpires),
    ("y", Header::Identity),
];

/// For each letter from A to Z: the first of its rows, and the first of the next.
const OF_LETTER: [(usize, usize); 26] = rows_of_letters();

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a constant: a wrong index does not compile"
)]
const fn rows_of_letters() -> [(usize, usize); 26] {
    let mut table = [(0, 0); 26];
    let (mut letter, mut row) = (0, 0);
    while letter < table.len() {
        let first = row;
        while row < NAMES.len()
            && usize_of(NAMES[row].0.as_bytes()[0].to_ascii_uppercase() - b'A') == letter
        {
            row += 1;
        }
        table[letter] = (first, row);
        letter += 1;
    }
    assert!(row == NAMES.len(), "sorted by the first letter");
    table
}

/// The rows of names that begin with the letter with which this begins.
fn rows_alike(text: &[u8]) -> &'static [(&'static str, Header)] {
    let letter = text.first().map(u8::to_ascii_uppercase);
    let number = letter.and_then(|letter| letter.checked_sub(b'A'));
    let rows = number.and_then(|number| OF_LETTER.get(usize::from(number)));
    let (from, to) = rows.copied().unwrap_or_default();
    NAMES.get(from..to).unwrap_or_default()
}

impl Header {
    /// Finds a name in any case, long or compact.
    pub fn find(name: &[u8]) -> Self {
        let mut rows = rows_alike(name).iter();
        let row = rows.find(|(known, _)| known.as_bytes().eq_ignore_ascii_case(name));
        row.map_or(Header::Unknown, |(_, header)| *header)
    }

    /// The name at the start of a line, where it is one of the table letter by letter with a colon right behind it: so nearly
    /// all are written. The header, and the length of its name.
    pub(super) fn at_start(line: &[u8]) -> Option<(Self, usize)> {
        let mut rows = rows_alike(line).iter();
        let row = rows.find(|(known, _)| {
            line.get(known.len()) == Some(&b':') && line.starts_with(known.as_bytes())
        });
        row.map(|(known, header)| (*header, known.len()))
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
    fn each_name_is_found_in_any_case() {
        for (name, header) in &NAMES {
            assert_eq!(Header::find(name.to_uppercase().as_bytes()), *header);
            assert_eq!(Header::find(name.to_lowercase().as_bytes()), *header);
            assert!(!header.name().is_empty());
            let line = [name, ": x"].concat();
            assert_eq!(
                Header::at_start(line.as_bytes()),
                Some((*header, name.len()))
            );
        }
        assert_eq!(Header::find(b"X-Custom"), Header::Unknown);
        assert_eq!(Header::find(b""), Header::Unknown);
        for line in [
            "", ":", "Via", "Via : x", "via: x", "Vias: x", "{: x", "@: x", "X: x",
        ] {
            assert_eq!(Header::at_start(line.as_bytes()), None, "{line}");
        }
    }
}
