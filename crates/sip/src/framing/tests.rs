//! Framing: streams cut anywhere, datagrams, bounds.

use super::*;

const OPTIONS: &str = "OPTIONS sip:a@h SIP/2.0\r\nContent-Length: 0\r\n\r\n";
const INFO: &str = "INFO sip:a@h SIP/2.0\r\nl :\r\n 4 \r\n\r\nabcd";

fn frames(framer: &mut StreamFramer) -> Vec<Result<Frame, FrameError>> {
    let mut seen = Vec::new();
    loop {
        match framer.next_frame() {
            Ok(Some(frame)) => seen.push(Ok(frame)),
            Ok(None) => return seen,
            Err(error) => {
                seen.push(Err(error));
                return seen;
            }
        }
    }
}

fn message(text: &str) -> Result<Frame, FrameError> {
    Ok(Frame::Message(Bytes::copy_from_slice(text.as_bytes())))
}

#[test]
fn any_split_gives_the_same_frames() {
    let stream = format!("\r\n\r\n{OPTIONS}\r\n{INFO}{OPTIONS}\r\n\r\n");
    let expected = vec![
        Ok(Frame::Ping),
        message(OPTIONS),
        message(INFO),
        message(OPTIONS),
        Ok(Frame::Ping),
    ];
    for step in 1..stream.len() {
        let mut framer = StreamFramer::new(Limits::default());
        let mut seen = Vec::new();
        for piece in stream.as_bytes().chunks(step) {
            framer.push(piece);
            seen.extend(frames(&mut framer));
        }
        assert_eq!(seen, expected, "pieces of {step}");
        assert_eq!(framer.pending_bytes(), 0);
    }
}

#[test]
fn a_length_that_cannot_be_believed_ends_the_stream_after_the_head() {
    for line in [
        "X: 1",
        "Content-Length: -1",
        "Content-Length: 4 4",
        "Content-Length: 99999999999999999999",
        "Content-Length: 4\r\nl: 4",
        "Content-Length:",
    ] {
        let head = format!("INFO sip:a@h SIP/2.0\r\n{line}\r\n\r\n");
        let mut framer = StreamFramer::new(Limits::default());
        framer.push(head.as_bytes());
        framer.push(b"abcd");
        assert_eq!(
            frames(&mut framer),
            [message(&head), Err(FrameError::ContentLength)],
            "{line}"
        );
        framer.push(OPTIONS.as_bytes());
        assert_eq!(framer.next_frame(), Err(FrameError::ContentLength));
    }
}

#[test]
fn s7_neither_head_nor_body_grows_without_bound() {
    let limits = Limits {
        message_bytes_max: 200,
        ..Limits::default()
    };
    let mut framer = StreamFramer::new(limits);
    framer.push(&[b'a'; 201]);
    assert_eq!(framer.next_frame(), Err(FrameError::TooLong));
    assert_eq!(framer.pending_bytes(), 0);

    let head = "INFO sip:a@h SIP/2.0\r\nContent-Length: 190\r\n\r\n";
    let mut framer = StreamFramer::new(limits);
    framer.push(head.as_bytes());
    assert_eq!(
        frames(&mut framer),
        [message(head), Err(FrameError::TooLong)]
    );
}

#[test]
fn a_body_that_never_comes_is_waited_for_not_invented() {
    let mut framer = StreamFramer::new(Limits::default());
    framer.push(b"INFO sip:a@h SIP/2.0\r\nl: 10\r\n\r\nabc");
    assert_eq!(framer.next_frame(), Ok(None));
    assert_eq!(framer.pending_bytes(), 34);
}
