//! Round trips, bytes on the wire, and everything that A.2 must refuse.

use proptest::prelude::*;

use super::*;

const BLOCK: ReportBlock = ReportBlock {
    ssrc: 0xca11_0000,
    fraction_lost: 25,
    cumulative_lost: -3,
    highest_sequence: 0x0001_ffff,
    jitter: 160,
    last_sender_report: 0x1234_5678,
    delay: 65_536,
};
const INFO: SenderInfo = SenderInfo {
    ntp: 0xe000_0000_8000_0000,
    rtp_timestamp: 7,
    packets: 8,
    octets: 1_280,
};

fn written(report: &Report<'_>) -> Vec<u8> {
    let mut out = [0; 200];
    let length = report.write(&mut out).unwrap();
    out[..length].to_vec()
}

#[test]
fn reports_read_as_they_were_written() {
    for (sender, block, bye) in [
        (Some(INFO), Some(BLOCK), false),
        (None, Some(BLOCK), true),
        (Some(INFO), None, true),
        (None, None, false),
    ] {
        let bytes = written(&Report {
            ssrc: 5,
            sender,
            block,
            cname: "x7",
            bye,
        });
        let packets: Vec<Packet<'_>> = Compound::parse(&bytes).unwrap().packets().collect();
        let (said, heard) = match packets[0] {
            Packet::SenderReport {
                ssrc: 5,
                info,
                blocks,
            } => (Some(info), blocks),
            Packet::ReceiverReport { ssrc: 5, blocks } => (None, blocks),
            Packet::SenderReport { .. } | Packet::ReceiverReport { .. } => {
                panic!("another source")
            }
            Packet::SourceDescription | Packet::Bye | Packet::Other(_) => panic!("no report"),
        };
        assert_eq!(said, sender);
        assert_eq!(
            heard.iter().collect::<Vec<_>>(),
            block.into_iter().collect::<Vec<_>>()
        );
        let tail = if bye {
            vec![Packet::SourceDescription, Packet::Bye]
        } else {
            vec![Packet::SourceDescription]
        };
        assert_eq!(packets[1..], tail);
    }
}

#[test]
fn bytes_of_a_receiver_report_with_name() {
    let bytes = written(&Report {
        ssrc: 1,
        sender: None,
        block: None,
        cname: "abc",
        bye: true,
    });
    let expected = [
        &[0x80, 201, 0, 1, 0, 0, 0, 1][..],
        &[0x81, 202, 0, 3, 0, 0, 0, 1, 1, 3, b'a', b'b', b'c', 0, 0, 0],
        &[0x81, 203, 0, 1, 0, 0, 0, 1],
    ];
    assert_eq!(bytes, expected.concat());
}

#[test]
fn a_2_rejects_what_is_no_compound() {
    let report = written(&Report {
        ssrc: 1,
        sender: None,
        block: Some(BLOCK),
        cname: "abc",
        bye: false,
    });
    let with = |at: usize, byte: u8| {
        let mut bytes = report.clone();
        bytes[at] = byte;
        bytes
    };
    let cases = [
        ("empty", vec![], RtcpError::Header),
        ("short", vec![0x80, 201], RtcpError::Length),
        ("version 1", with(0, 0x41), RtcpError::Header),
        ("padding in the first", with(0, 0xa1), RtcpError::Header),
        ("begins with SDES", with(1, 202), RtcpError::Header),
        ("length beyond the end", with(3, 200), RtcpError::Length),
        ("length short of the end", with(3, 6), RtcpError::Length),
        (
            "31 blocks in the room of one (advisory 9)",
            with(0, 0x9f),
            RtcpError::Length,
        ),
        (
            "second packet of version 0",
            with(32, 0x01),
            RtcpError::Header,
        ),
        (
            "cut",
            report[..report.len() - 1].to_vec(),
            RtcpError::Length,
        ),
    ];
    for (name, bytes, expected) in cases {
        assert_eq!(Compound::parse(&bytes), Err(expected), "{name}");
    }
}

#[test]
fn too_small_a_room_is_told() {
    let report = Report {
        ssrc: 1,
        sender: Some(INFO),
        block: Some(BLOCK),
        cname: "abc",
        bye: true,
    };
    let length = written(&report).len();
    for room in 0..length {
        assert_eq!(report.write(&mut vec![0; room]), None, "{room}");
    }
    assert_eq!(report.write(&mut vec![0; length]), Some(length));
    assert_eq!(
        Report {
            cname: &"x".repeat(256),
            ..report
        }
        .write(&mut [0; 1_000]),
        None
    );
}

proptest! {
    #[test]
    fn no_bytes_harm(bytes in prop::collection::vec(any::<u8>(), 0..200), kind in 200_u8..207, words in 0_u8..50) {
        let mut bytes = bytes;
        let _ = Compound::parse(&bytes);
        if let Some(head) = bytes.first_chunk_mut::<4>() {
            *head = [0x80 | head[0] & 0x1f, kind, 0, words];
        }
        if let Ok(compound) = Compound::parse(&bytes) {
            for packet in compound.packets() {
                if let Packet::SenderReport { blocks, .. } | Packet::ReceiverReport { blocks, .. } = packet {
                    prop_assert!(blocks.iter().count() <= 31);
                }
            }
        }
    }
}
