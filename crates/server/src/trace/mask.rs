//! A message as an operator may see it: without secrets (S22) and without raw control bytes (G19).
//!
//! Masked are credentials, keys of SRTP and ICE, keys that were pressed (nobody knows here which of them are a PIN) and what
//! people write to each other. All else stands as it was on the wire.

use std::fmt::Write as _;

const HIDDEN: &str = "***";
/// Headers whose value is masked but for its first word, the scheme.
const CREDENTIALS: [&[u8]; 2] = [b"Authorization", b"Proxy-Authorization"];
/// Beginnings of SDP lines and how much of them stays.
const SDP_SECRETS: [(&[u8], Stays); 5] = [
    (b"a=crypto:", Stays::UntilInline),
    (b"a=ice-pwd:", Stays::Beginning),
    (b"a=key-mgmt:", Stays::Beginning),
    (b"k=", Stays::Beginning),
    (b"a=password:", Stays::Beginning),
];

#[derive(Clone, Copy)]
enum Stays {
    /// The beginning that was looked for.
    Beginning,
    /// RFC 4568 §4: tag and suite, up to the key itself.
    UntilInline,
}

/// The text of a message; its lines end in LF alone.
pub(super) fn masked(bytes: &[u8]) -> String {
    let (head, body) = parts(bytes);
    let mut text = String::with_capacity(bytes.len());
    let mut is_secret = false;
    for line in head.split(|byte| *byte == b'\n') {
        let folded = line
            .first()
            .is_some_and(|byte| matches!(byte, b' ' | b'\t'));
        if folded && is_secret {
            continue;
        }
        is_secret = super::is_named(line, &CREDENTIALS);
        if is_secret {
            put(&mut text, scheme(line));
            text.push_str(HIDDEN);
        } else {
            put(&mut text, line);
        }
        text.push('\n');
    }
    put_body(&mut text, head, body);
    text
}

/// Head and body, without the empty line between them.
fn parts(bytes: &[u8]) -> (&[u8], &[u8]) {
    const EMPTY: &[u8] = b"\r\n\r\n";
    let end = bytes
        .windows(EMPTY.len())
        .position(|window| window == EMPTY);
    let (head, body) = bytes.split_at(end.unwrap_or(bytes.len()));
    (head, body.strip_prefix(EMPTY).unwrap_or(body))
}

/// `Authorization: Digest `.
fn scheme(line: &[u8]) -> &[u8] {
    let colon = line.iter().position(|byte| *byte == b':').unwrap_or(0);
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let value = line.get(colon + 1..).unwrap_or_default();
    let begins = value.iter().position(|byte| !is_blank(byte)).unwrap_or(0);
    let word = value.get(begins..).unwrap_or_default();
    let ends = word.iter().position(is_blank).map_or(0, |end| end + 1);
    line.get(..colon + 1 + begins + ends).unwrap_or_default()
}

fn put_body(text: &mut String, head: &[u8], body: &[u8]) {
    if body.is_empty() {
        return;
    }
    text.push('\n');
    let is = |method: &[u8]| {
        let mut lines = head.split(|byte| *byte == b'\n');
        let cseq = lines.find(|line| super::is_named(line, &[b"CSeq"]));
        cseq.is_some_and(|line| line.trim_ascii_end().ends_with(method))
    };
    if is(b"MESSAGE") || is(b"INFO") {
        let _written = writeln!(text, "{HIDDEN} ({} bytes)", body.len());
        return;
    }
    for line in body.split(|byte| *byte == b'\n') {
        let secret = SDP_SECRETS
            .iter()
            .find(|(begin, _)| line.starts_with(begin));
        match secret {
            None => put(text, line),
            Some((begin, stays)) => {
                let kept = match stays {
                    Stays::Beginning => begin.len(),
                    Stays::UntilInline => until_inline(line).unwrap_or(begin.len()),
                };
                put(text, line.get(..kept).unwrap_or_default());
                text.push_str(HIDDEN);
            }
        }
        text.push('\n');
    }
    if body.ends_with(b"\n") {
        text.pop();
    }
}

fn until_inline(line: &[u8]) -> Option<usize> {
    const INLINE: &[u8] = b"inline:";
    let found = line
        .windows(INLINE.len())
        .position(|window| window == INLINE)?;
    Some(found + INLINE.len())
}

/// G19: a terminal that shows it is neither steered nor fooled.
fn put(text: &mut String, line: &[u8]) {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    for piece in line.utf8_chunks() {
        for letter in piece.valid().chars() {
            match letter {
                '\t' => text.push('\t'),
                strange if strange.is_control() || turns_text(strange) => {
                    let _written = write!(text, "\\u{{{:x}}}", u32::from(strange));
                }
                letter => text.push(letter),
            }
        }
        for byte in piece.invalid() {
            let _written = write!(text, "\\x{byte:02x}");
        }
    }
}

/// Marks that change the direction or the place of what stands around them.
const fn turns_text(letter: char) -> bool {
    matches!(letter, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s22_no_secret_leaves() {
        let message = b"INVITE sip:4000@a SIP/2.0\r\nAUTHORIZATION :  Digest username=\"1001\",\r\n response=\"secret\"\r\n\
            Proxy-Authorization: Digest\tresponse=\"secret\"\r\nAuthorization: secret\r\nauthorization:\r\n\tsecret\r\nCSeq: 1 INVITE\r\n\
            Subject: kept\r\n folded\r\n\r\nv=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:secret\r\na=crypto:2 secret\r\n\
            a=ice-ufrag:kept\r\na=ice-pwd:secret\r\nk=clear:secret\r\na=key-mgmt:mikey secret\r\na=sendrecv\r\n";
        let text = masked(message);
        assert!(!text.contains("secret"), "{text}");
        assert_eq!(
            text,
            "INVITE sip:4000@a SIP/2.0\nAUTHORIZATION :  Digest ***\nProxy-Authorization: Digest\t***\nAuthorization: ***\n\
             authorization:***\nCSeq: 1 INVITE\nSubject: kept\n folded\n\nv=0\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:***\n\
             a=crypto:***\na=ice-ufrag:kept\na=ice-pwd:***\nk=***\na=key-mgmt:***\na=sendrecv\n"
        );
    }

    #[test]
    fn s22_pressed_keys_and_what_people_write_are_hidden() {
        for method in ["INFO", "MESSAGE"] {
            let message = format!(
                "{method} sip:a@b SIP/2.0\r\nCSeq: 7 {method}\r\n\r\nSignal=5\r\nDuration=160\r\n"
            );
            let text = masked(message.as_bytes());
            assert!(!text.contains("Signal"), "{text}");
            assert!(text.ends_with("\n*** (24 bytes)\n"), "{text}");
        }
    }

    #[test]
    fn g19_no_raw_control_byte_leaves() {
        let message = "NOTIFY sip:a SIP/2.0\r\nFrom: \"\u{1b}[2J\u{7}\u{202e}王\" <sip:x@y>\r\nX: \u{9b}\0\rz\r\n\r\n";
        let mut bytes = message.as_bytes().to_vec();
        bytes.extend(b"\xff\x1b");
        let text = masked(&bytes);
        let raw = |letter: char| letter.is_control() && letter != '\n';
        assert!(!text.contains(raw), "{text:?}");
        assert!(text.contains("\\u{1b}[2J\\u{7}\\u{202e}王"), "{text}");
        assert!(text.contains("X: \\u{9b}\\u{0}\\u{d}z"), "{text}");
        assert!(text.ends_with("\\xff\\u{1b}\n"), "{text}");
    }

    #[test]
    fn whatever_comes_is_shown() {
        for bytes in [&b""[..], b"\r\n\r\n", b"x", b":\r\n:", b"Authorization"] {
            let _no_panic = masked(bytes);
        }
    }
}
