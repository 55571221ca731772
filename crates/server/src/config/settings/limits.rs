//! `[limits]`: every bound of signalling, each with a safe default (S7). One table says all there is to say of a bound: its key, the
//! range that makes sense, and where it goes; reading, refusing and the reference page's test walk over it.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use serde::de::{self, DeserializeSeed, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::gate::Gate;

/// `[limits]`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Limits {
    /// What the rows set.
    pub(crate) bounds: Bounds,
    /// `[limits.gate]`
    pub(crate) gate: Gate,
}

/// The bounds, where they go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// Messages and tables of the endpoint.
    sip: sip::Limits,
    /// Contacts.
    pub(crate) registration: sip::RegistrationLimits,
    /// Connections.
    pub(crate) streams: net::TcpLimits,
    /// Connections of browsers.
    pub(crate) http: web::Bounds,
    /// Requests to the API.
    pub(crate) api: web::QuotaBounds,
    /// Datagrams that wait to be sent.
    pub(crate) udp_queue_max: usize,
    /// What the system holds for a UDP listener, in bytes.
    pub(crate) udp_receive_buffer_bytes: usize,
    /// Names that are resolved at one time.
    pub(crate) dns_queries_max: usize,
    /// Time for one name.
    pub(crate) dns_timeout: Duration,
    /// Messages of calls that are kept in memory for a trace, in bytes.
    pub(crate) trace_bytes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        let (sockets, dns) = (net::SipConfig::default(), net::DnsConfig::default());
        Self {
            sip: sip::Limits::default(),
            registration: sip::RegistrationLimits::default(),
            streams: sockets.tcp_limits,
            http: web::Bounds::default(),
            api: web::QuotaBounds::default(),
            udp_queue_max: sockets.udp_queue_max,
            udp_receive_buffer_bytes: sockets.udp_receive_buffer_bytes,
            dns_queries_max: dns.queries_max,
            dns_timeout: dns.timeout,
            trace_bytes: 16 << 20,
        }
    }
}

impl Bounds {
    /// For the endpoint, which opens no more connections than the sockets do.
    pub(crate) fn endpoint(&self) -> sip::Limits {
        sip::Limits {
            connections_max: self.streams.outgoing_max,
            ..self.sip
        }
    }
}

/// Where a bound goes, and with it its unit.
enum Slot<'a> {
    Count(&'a mut usize),
    /// What is worked out from others unless it is set.
    Own(&'a mut Option<usize>),
    Seconds(&'a mut Duration),
}

/// One bound.
struct Row {
    key: &'static str,
    range: RangeInclusive<u64>,
    slot: fn(&mut Bounds) -> Slot<'_>,
}

const MILLION: u64 = 1_000_000;
const DAY_S: u64 = 86_400;

macro_rules! rows {
    ($($key:literal $min:literal..=$max:tt $kind:ident $($field:ident).+;)+) => {
        const KEYS: &[&str] = &[$($key),+];
        static ROWS: &[Row] = &[$(Row {
            key: $key,
            range: $min..=$max,
            slot: |bounds| Slot::$kind(&mut bounds.$($field).+),
        }),+];
        /// The fields that rows set, for the test that misses none.
        #[cfg(test)]
        const FIELDS: &[&str] = &[$(stringify!($($field).+)),+];
    };
}

rows! {
    "message_bytes_max" 4096..=65535 Count sip.message_bytes_max;
    "headers_max" 32..=1000 Count sip.headers_max;
    "header_line_bytes_max" 1024..=65535 Count sip.header_line_bytes_max;
    "uri_bytes_max" 256..=8192 Count sip.uri_bytes_max;
    "vias_max" 8..=1000 Count sip.vias_max;
    "body_bytes_max" 1024..=65535 Count sip.body_bytes_max;
    "sessions_max" 1..=MILLION Count sip.sessions_max;
    "transactions_max" 100..=10000000 Count sip.transactions_max;
    "calls_per_source" 1..=MILLION Count sip.stranger_sessions_per_source_max;
    "pending_calls_per_source" 1..=MILLION Count sip.stranger_pending_per_source_max;
    "pending_calls_max" 1..=MILLION Own sip.stranger_pending_max;
    "refers_per_session_max" 1..=100 Count sip.refers_per_session_max;
    "wrong_passwords_per_minute" 1..=1000 Count sip.wrong_passwords_per_minute_max;
    "wrong_password_rows_max" 100..=MILLION Count sip.wrong_password_rows_max;
    "subscriptions_max" 1..=MILLION Count sip.subscriptions_max;
    "subscriptions_per_user_max" 1..=10000 Count sip.subscriptions_per_user_max;
    "relays_max" 1..=MILLION Count sip.relays_max;
    "messages_per_minute_max" 1..=10000 Count sip.messages_per_minute_max;
    "message_text_bytes_max" 1..=16384 Count sip.message_text_bytes_max;
    "blocked_rows_max" 1..=100000 Count sip.blocked_rows_max;
    "contacts_max" 1..=100 Count registration.contacts_max;
    "path_max" 1..=70 Count registration.path_max;
    "connections_max" 1..=MILLION Count streams.connections_max;
    "connections_per_source_max" 1..=MILLION Count streams.connections_per_source_max;
    "outgoing_connections_max" 1..=100000 Count streams.outgoing_max;
    "message_timeout_s" 1..=30 Seconds streams.message_timeout;
    "handshake_timeout_s" 1..=30 Seconds streams.handshake_timeout;
    "connect_timeout_s" 1..=30 Seconds streams.connect_timeout;
    "idle_timeout_s" 60..=DAY_S Seconds streams.idle_timeout;
    "write_queue_max" 1..=10000 Count streams.write_queue_max;
    "write_timeout_s" 1..=300 Seconds streams.write_timeout;
    "ping_every_s" 10..=3600 Seconds streams.ping_every;
    "pong_timeout_s" 1..=300 Seconds streams.pong_timeout;
    "http_connections_max" 10..=MILLION Count http.total;
    "http_connections_per_source_max" 4..=MILLION Count http.per_source;
    "http_connections_per_loopback_max" 4..=MILLION Count http.per_loopback;
    "api_requests_per_minute_of_token" 1..=MILLION Count api.per_token;
    "api_requests_per_minute_of_person" 60..=MILLION Count api.per_person;
    "udp_queue_max" 1..=MILLION Count udp_queue_max;
    "udp_receive_buffer_bytes" 65536..=1073741824 Count udp_receive_buffer_bytes;
    "dns_queries_max" 1..=100000 Count dns_queries_max;
    "dns_timeout_s" 1..=30 Seconds dns_timeout;
    "trace_bytes" 0..=4294967296 Count trace_bytes;
}

impl Row {
    fn set(&self, bounds: &mut Bounds, figure: u64) {
        let count = usize::try_from(figure).unwrap_or(usize::MAX);
        match (self.slot)(bounds) {
            Slot::Count(slot) => *slot = count,
            Slot::Own(slot) => *slot = Some(count),
            Slot::Seconds(slot) => *slot = Duration::from_secs(figure),
        }
    }
}

impl<'de> Deserialize<'de> for Limits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Section)
    }
}

struct Section;

impl<'de> Visitor<'de> for Section {
    type Value = Limits;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a table of bounds")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Limits, A::Error> {
        let mut limits = Limits::default();
        while let Some(key) = map.next_key_seed(KeySeed)? {
            match key {
                Key::Gate => limits.gate = map.next_value()?,
                Key::Row(row) => row.set(&mut limits.bounds, map.next_value_seed(row)?),
            }
        }
        Ok(limits)
    }
}

enum Key {
    Gate,
    Row(&'static Row),
}

/// Reads a key, so that an unknown one is told at its own place.
struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for KeySeed {
    type Value = Key;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of a bound")
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<Key, E> {
        if key == "gate" {
            return Ok(Key::Gate);
        }
        let row = ROWS.iter().find(|row| row.key == key);
        row.map(Key::Row).ok_or_else(|| E::unknown_field(key, KEYS))
    }
}

/// Reads a bound, so that a figure out of its range is told at its own place.
impl<'de> DeserializeSeed<'de> for &'static Row {
    type Value = u64;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<u64, D::Error> {
        deserializer.deserialize_u64(self)
    }
}

impl Visitor<'_> for &'static Row {
    type Value = u64;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (least, most) = (self.range.start(), self.range.end());
        write!(formatter, "a number from {least} to {most}")
    }

    fn visit_u64<E: de::Error>(self, figure: u64) -> Result<u64, E> {
        if self.range.contains(&figure) {
            Ok(figure)
        } else {
            Err(E::invalid_value(de::Unexpected::Unsigned(figure), &self))
        }
    }

    fn visit_i64<E: de::Error>(self, figure: i64) -> Result<u64, E> {
        let unsigned = u64::try_from(figure);
        let negative = |_| E::invalid_value(de::Unexpected::Signed(figure), &self);
        self.visit_u64(unsigned.map_err(negative)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(row: &Row, bounds: &mut Bounds) -> Option<u64> {
        match (row.slot)(bounds) {
            Slot::Count(slot) => Some(*slot as u64),
            Slot::Own(slot) => slot.map(|count| count as u64),
            Slot::Seconds(slot) => Some(slot.as_secs()),
        }
    }

    #[test]
    fn s7_every_bound_is_a_setting_with_its_row_in_the_reference() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let page = std::fs::read_to_string(path.join("../../docs/configuration.md")).unwrap();
        for row in ROWS {
            let default = figure(row, &mut Bounds::default());
            let told = default.map_or_else(|| "none".to_owned(), |figure| format!("`{figure}`"));
            let line = format!("| `limits.{}` | {told} |", row.key);
            assert!(page.contains(&line), "docs/configuration.md lacks: {line}");
            assert!(
                default.is_none_or(|figure| row.range.contains(&figure)),
                "{}",
                row.key
            );
            let most = *row.range.end();
            let set: Limits = toml::from_str(&format!("{} = {most}", row.key)).unwrap();
            assert_eq!(
                figure(row, &mut set.bounds.clone()),
                Some(most),
                "{}",
                row.key
            );
        }
    }

    #[test]
    fn s7_no_bound_of_the_lower_rooms_is_forgotten() {
        let bounds = Bounds::default();
        // Settings of `[sip]`, which are no bounds, and what follows from another row.
        let elsewhere = [
            "registration.expires_s_min",
            "registration.expires_s_default",
            "registration.expires_s_max",
            "registration.displaces_oldest",
            "registration.flow_timer_s",
            "registration.probe_every",
            "sip.connections_max",
        ];
        let printed = [
            ("sip", format!("{:?}", bounds.sip)),
            ("registration", format!("{:?}", bounds.registration)),
            ("streams", format!("{:?}", bounds.streams)),
            ("http", format!("{:?}", bounds.http)),
            ("api", format!("{:?}", bounds.api)),
        ];
        for (room, printed) in printed {
            let words = printed.split([' ', '{']);
            let fields = words.filter_map(|word| word.strip_suffix(':'));
            let mut count = 0;
            for field in fields.map(|field| format!("{room}.{field}")) {
                count += 1;
                let told = FIELDS.contains(&field.as_str()) || elsewhere.contains(&field.as_str());
                assert!(told, "{field} is a bound without a row in [limits]");
            }
            assert!(count > 0, "{room}");
        }
    }

    /// What the lower rooms are given, whichever way they get it.
    fn given(bounds: &Bounds) -> String {
        let Bounds {
            sip: _,
            registration,
            streams,
            http,
            api,
            udp_queue_max,
            udp_receive_buffer_bytes,
            dns_queries_max,
            dns_timeout,
            trace_bytes,
        } = bounds;
        let endpoint = bounds.endpoint();
        format!(
            "{endpoint:?} {registration:?} {streams:?} {http:?} {api:?} {udp_queue_max} {udp_receive_buffer_bytes} \
             {dns_queries_max} {dns_timeout:?} {trace_bytes}"
        )
    }

    #[test]
    fn s7_every_bound_that_is_set_arrives() {
        let default = given(&Bounds::default());
        for row in ROWS {
            let mut bounds = Bounds::default();
            row.set(&mut bounds, *row.range.start());
            assert_ne!(given(&bounds), default, "{} is read and ignored", row.key);
        }
    }

    #[test]
    fn a_bound_out_of_its_range_is_refused() {
        for (text, words) in [
            ("message_timeout_s = 31", "a number from 1 to 30"),
            ("contacts_max = -1", "a number from 1 to 100"),
            ("contacts_max = \"7\"", "a number from 1 to 100"),
            ("contact_max = 7", "unknown field `contact_max`"),
            ("gate = { source_per_s = 0 }", "nonzero"),
        ] {
            let told = toml::from_str::<Limits>(text).unwrap_err().to_string();
            assert!(told.contains(words), "{told}");
        }
    }
}
