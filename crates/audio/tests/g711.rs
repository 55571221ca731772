//! The codec rows against the definition of ITU-T G.711: output values, decision values, code order.
#![allow(clippy::indexing_slicing, clippy::expect_used)]

use audio::{Codec, codec};

fn rows() -> [&'static Codec; 2] {
    ["PCMU", "PCMA"].map(|name| codec::by_name(name, 8_000).expect(name))
}

fn decoded(codec: &Codec, code: u8) -> i16 {
    let mut out = [0; 1];
    assert_eq!((codec.decode)(&[code], &mut out), 1);
    out[0]
}

fn encoded(codec: &Codec, sample: i16) -> u8 {
    let mut out = [0; 1];
    assert_eq!((codec.encode)(&[sample], &mut out), 1);
    out[0]
}

#[test]
fn output_values_of_the_tables() {
    // G.711 tables 1a/1b and 2a/2b, scaled to 16 bits: (code on the line, output value).
    let mu = [
        (0x80, 32_124),
        (0x00, -32_124),
        (0xff, 0),
        (0x7f, 0),
        (0xfe, 8),
        (0x7e, -8),
        (0xf0, 120),
        (0xef, 132),
        (0x8f, 16_764),
        (0x9f, 8_316),
    ];
    let a = [
        (0xaa, 32_256),
        (0x2a, -32_256),
        (0xd5, 8),
        (0x55, -8),
        (0xd4, 24),
        (0xc5, 264),
        (0x45, -264),
        (0x80, 5_504),
    ];
    let [pcmu, pcma] = rows();
    for (codec, table) in [(pcmu, &mu[..]), (pcma, &a[..])] {
        for (code, value) in table {
            assert_eq!(decoded(codec, *code), *value, "{codec:?} {code:#04x}");
        }
    }
}

#[test]
fn every_code_survives_a_round_trip() {
    for codec in rows() {
        for code in 0..=u8::MAX {
            let again = encoded(codec, decoded(codec, code));
            // µ-law has two zeros; both mean 0 and the positive one is sent.
            let expected = if codec.name == "PCMU" && code == 0x7f {
                0xff
            } else {
                code
            };
            assert_eq!(again, expected, "{codec:?} {code:#04x}");
        }
    }
}

/// Half the width of the interval that a code stands for: output values lie in its middle.
fn half_step(codec: &Codec, code: u8) -> i32 {
    let segment = |code: u8| i32::from(code >> 4 & 0x07);
    match codec.name {
        "PCMU" => 4 << segment(!code),
        _ => 8 << (segment(code ^ 0x55) - 1).max(0),
    }
}

#[test]
fn every_sample_lies_in_the_interval_of_its_code() {
    for codec in rows() {
        for sample in i16::MIN..=i16::MAX {
            let code = encoded(codec, sample);
            let error = (i32::from(decoded(codec, code)) - i32::from(sample)).abs();
            // G.711 clips µ-law beyond 8159 of 14 bits.
            let clipped = codec.name == "PCMU" && sample.unsigned_abs() > 4 * 8_159;
            assert!(
                error <= half_step(codec, code) || clipped,
                "{codec:?} {sample}: off by {error}"
            );
        }
    }
}

#[test]
fn louder_samples_never_decode_quieter() {
    for codec in rows() {
        let all: Vec<i16> = (i16::MIN..=i16::MAX)
            .map(|sample| decoded(codec, encoded(codec, sample)))
            .collect();
        assert!(all.is_sorted(), "{codec:?}");
    }
}

#[test]
fn s18_lengths_are_those_of_the_shorter_side() {
    for codec in rows() {
        let (mut bytes, mut samples) = ([0; 3], [0; 3]);
        assert_eq!((codec.encode)(&[1; 10], &mut bytes), 3);
        assert_eq!((codec.encode)(&[1; 2], &mut bytes), 2);
        assert_eq!((codec.decode)(&[1; 10], &mut samples), 3);
        assert_eq!((codec.decode)(&[], &mut samples), 0);
    }
}

#[test]
fn rows_are_found_by_name_and_clock() {
    assert_eq!(
        codec::by_name("pcmu", 8_000).map(|codec| codec.payload_type),
        Some(0)
    );
    assert_eq!(
        codec::by_name("PCMA", 8_000).map(|codec| codec.payload_type),
        Some(8)
    );
    assert!(codec::by_name("PCMA", 16_000).is_none());
    assert!(codec::by_name("G722", 8_000).is_none());
}
