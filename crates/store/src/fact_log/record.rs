//! One record: a line that people can read and a machine can check.
//!
//! `LLLLLLLL CCCCCCCC {json}\n`: the length of the JSON and the CRC-32 of length and JSON, in eight hex digits each.
//! `cut -c19-` gives the facts. JSON holds no line feed, so a record begins at the file's begin or after a line feed.

use model::FactRecord;
use serde::Deserialize;

use crate::error::FactLogError;

/// `LLLLLLLL CCCCCCCC `.
const HEADER_BYTES: usize = 18;
/// Longest JSON of a fact; a pop has 8 KiB, a decision a line for each agent.
pub(super) const JSON_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Longest record.
pub(super) const RECORD_BYTES_MAX: usize = HEADER_BYTES + JSON_BYTES_MAX + 1;

/// What stands at a place of the log.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found<'a> {
    /// A record.
    Whole {
        /// Its JSON.
        json: &'a [u8],
        /// Its length with header and line feed.
        bytes: usize,
    },
    /// The begin of a record, or nothing; more bytes would tell.
    Short,
    /// No record.
    Damaged,
}

/// Puts a record at the end of `out`.
pub(super) fn encode(out: &mut Vec<u8>, record: &FactRecord) -> Result<(), FactLogError> {
    let json = serde_json::to_string(record)
        .map_err(|error| FactLogError::Unwritable(error.to_string()))?;
    if json.len() > JSON_BYTES_MAX {
        return Err(FactLogError::TooLong(json.len()));
    }
    let length = format!("{:08x}", json.len());
    let crc = crc(length.as_bytes(), json.as_bytes());
    out.extend_from_slice(format!("{length} {crc:08x} {json}\n").as_bytes());
    Ok(())
}

/// Looks at the begin of `bytes`.
pub(super) fn find(bytes: &[u8]) -> Found<'_> {
    let Some((header, rest)) = bytes.split_at_checked(HEADER_BYTES) else {
        return Found::Short;
    };
    let Some((length, crc_told)) = header_of(header) else {
        return Found::Damaged;
    };
    let Some((json, end)) = rest.split_at_checked(length) else {
        return Found::Short;
    };
    let length_text = header.get(..8).unwrap_or_default();
    match end.first() {
        None => Found::Short,
        Some(b'\n') if crc(length_text, json) == crc_told => Found::Whole {
            json,
            bytes: HEADER_BYTES + length + 1,
        },
        Some(_) => Found::Damaged,
    }
}

/// The number of a record, read from its JSON alone.
pub(super) fn seq_of(json: &[u8]) -> Option<u64> {
    #[derive(Deserialize)]
    struct Numbered {
        seq: u64,
    }
    serde_json::from_slice::<Numbered>(json)
        .ok()
        .map(|record| record.seq)
}

/// Length and checksum, if the header is formed like one.
fn header_of(header: &[u8]) -> Option<(usize, u32)> {
    let text = std::str::from_utf8(header).ok()?;
    let (length, rest) = text.split_at_checked(8)?;
    let crc = rest.strip_prefix(' ')?.strip_suffix(' ')?;
    let length = usize::from_str_radix(length, 16).ok()?;
    let crc = u32::from_str_radix(crc, 16).ok()?;
    (length <= JSON_BYTES_MAX).then_some((length, crc))
}

fn crc(length: &[u8], json: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(length);
    hasher.update(json);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{CallId, Fact, Timestamp};

    fn encoded() -> Vec<u8> {
        let mut out = Vec::new();
        let call = CallId::new(5);
        let record = FactRecord {
            seq: 7,
            at: Timestamp::from_ms(0),
            fact: Fact::CallHeld { call, by: None },
        };
        encode(&mut out, &record).unwrap();
        out
    }

    #[test]
    fn people_can_read_it() {
        let text = String::from_utf8(encoded()).unwrap();
        let json =
            r#"{"seq":7,"at":"1970-01-01T00:00:00.000Z","type":"call.held","data":{"call":"5"}}"#;
        assert_eq!(&text[..9], format!("{:08x} ", json.len()));
        assert_eq!(&text[18..], format!("{json}\n"));
    }

    #[test]
    fn every_cut_is_short_and_every_flipped_bit_is_no_record() {
        let bytes = encoded();
        let Found::Whole { json, bytes: len } = find(&bytes) else {
            panic!()
        };
        assert_eq!((seq_of(json), len), (Some(7), bytes.len()));
        for cut in 0..bytes.len() {
            assert_eq!(find(&bytes[..cut]), Found::Short, "cut at {cut}");
        }
        for place in 0..bytes.len() {
            for bit in 0..8 {
                let mut wrong = bytes.clone();
                wrong[place] ^= 1 << bit;
                let found = find(&wrong);
                // The hex digits of the checksum may change their case without changing their value.
                let same = wrong.eq_ignore_ascii_case(&bytes) && (9..17).contains(&place);
                assert_eq!(
                    matches!(found, Found::Whole { .. }),
                    same,
                    "bit {bit} of byte {place}"
                );
            }
        }
    }
}
