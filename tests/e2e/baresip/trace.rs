//! baresip's SIP trace: a line `UDP from -> to`, the message, an escape sequence.

use std::io::BufRead;
use std::sync::Mutex;
use std::time::Instant;

use super::{Message, Way};

/// Reads it to its end.
pub(super) fn read(output: impl BufRead, into: &Mutex<Vec<Message>>) {
    let mut message: Option<Message> = None;
    let mut own = None;
    for line in output.split(b'\n') {
        let Ok(line) = line else { return };
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end();
        if let Some(told) = line
            .strip_prefix("UDP ")
            .or_else(|| line.strip_prefix("TCP "))
            .or_else(|| line.strip_prefix("TLS "))
        {
            let (from, _) = told.split_once(" -> ").unwrap_or_default();
            // The first message of a phone is its own.
            let own = own.get_or_insert_with(|| from.to_owned());
            let way = if own == from { Way::Out } else { Way::In };
            message = Some(Message {
                way,
                at: Instant::now(),
                text: String::new(),
            });
        } else if line.starts_with("\u{1b}[;m") {
            into.lock().unwrap().extend(message.take());
        } else if let Some(message) = &mut message {
            message.text += line;
            message.text.push('\n');
        }
    }
}
