//! Keys in INFO bodies: `application/dtmf-relay` (`Signal=5`, `Duration=160`) and `application/dtmf` (the key alone).
//!
//! Neither type has an RFC; these are the forms that phones send. Numbers 10 to 15 for `*`, `#` and A to D are taken as
//! in telephone events (RFC 4733 §3.2), 16 is a hook flash.

use crate::message::lexer::{decimal, trim};

/// Assumed where the body names none: the usual length of a press.
const DURATION_MS_DEFAULT: u32 = 160;
/// Longer presses are cut: a number from the network must not reach a timer.
const DURATION_MS_MAX: u32 = 10_000;

/// What an INFO body says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signal {
    /// A key and the length of its press in milliseconds.
    Digit(char, u32),
    /// A hook flash: understood, means nothing here.
    Flash,
}

/// Reads the body of an `application/dtmf-relay`. `None` when it holds no known signal.
pub fn parse_relay(body: &[u8]) -> Option<Signal> {
    let mut signal = None;
    let mut duration_ms = DURATION_MS_DEFAULT;
    for line in body.split(|byte| matches!(byte, b'\r' | b'\n')) {
        let mut halves = line.splitn(2, |byte| matches!(byte, b'=' | b':'));
        let name = trim(halves.next().unwrap_or_default());
        let value = trim(halves.next().unwrap_or_default());
        if name.eq_ignore_ascii_case(b"Signal") {
            signal = Some(key(value)?);
        } else if name.eq_ignore_ascii_case(b"Duration") {
            duration_ms = decimal::<u32>(value)?.min(DURATION_MS_MAX);
        }
    }
    Some(with_duration(signal?, duration_ms))
}

/// Reads the body of an `application/dtmf`: the key alone, though some phones send the lines of the relay form.
pub fn parse_plain(body: &[u8]) -> Option<Signal> {
    match key(trim(body)) {
        Some(key) => Some(with_duration(key, DURATION_MS_DEFAULT)),
        None => parse_relay(body),
    }
}

fn with_duration(key: char, duration_ms: u32) -> Signal {
    match key {
        '!' => Signal::Flash,
        digit => Signal::Digit(digit, duration_ms),
    }
}

fn key(text: &[u8]) -> Option<char> {
    const NUMBERED: [char; 7] = ['*', '#', 'A', 'B', 'C', 'D', '!'];
    if let [byte] = text {
        let key = char::from(byte.to_ascii_uppercase());
        return matches!(key, '0'..='9' | '*' | '#' | 'A'..='D' | '!').then_some(key);
    }
    let number: usize = decimal(text)?;
    NUMBERED.get(number.checked_sub(10)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relay_bodies() {
        let rows: [(&str, Option<Signal>); 13] = [
            (
                "Signal=5\r\nDuration=160\r\n",
                Some(Signal::Digit('5', 160)),
            ),
            ("Signal= *\r\nDuration= 250", Some(Signal::Digit('*', 250))),
            ("signal : # \nduration : 90\n", Some(Signal::Digit('#', 90))),
            ("Signal=d", Some(Signal::Digit('D', 160))),
            ("Signal=11\r\n", Some(Signal::Digit('#', 160))),
            ("Signal=16\r\n", Some(Signal::Flash)),
            (
                "Signal=1\r\nDuration=4294967295\r\n",
                Some(Signal::Digit('1', 10_000)),
            ),
            ("Signal=1\r\nDuration=99999999999\r\n", None),
            ("Signal=\r\n", None),
            ("Signal=12345\r\n", None),
            ("Signal=E\r\n", None),
            ("Duration=160\r\n", None),
            ("", None),
        ];
        for (body, expected) in rows {
            assert_eq!(parse_relay(body.as_bytes()), expected, "{body:?}");
        }
    }

    #[test]
    fn plain_bodies() {
        assert_eq!(parse_plain(b"7\r\n"), Some(Signal::Digit('7', 160)));
        assert_eq!(parse_plain(b"10"), Some(Signal::Digit('*', 160)));
        assert_eq!(
            parse_plain(b"Signal=3\r\nDuration=80"),
            Some(Signal::Digit('3', 80))
        );
        assert_eq!(parse_plain(b"hello"), None);
    }
}
