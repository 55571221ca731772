//! WAV in and out: whatever a studio, a phone or a crash leaves behind.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::io::Cursor;

use audio::tone::Tone;
use audio::{Sound, StereoWriter, WavError, goertzel};
use proptest::prelude::*;

/// A WAV by hand, so that reading is not tested against the library that reads.
fn wav(format: u16, channels: u16, rate_hz: u32, bits: u16, data: &[u8], claimed: u32) -> Vec<u8> {
    let align = channels * bits / 8;
    let mut file = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0".to_vec();
    for field in [format, channels] {
        file.extend(field.to_le_bytes());
    }
    file.extend(rate_hz.to_le_bytes());
    file.extend((rate_hz * u32::from(align)).to_le_bytes());
    file.extend(align.to_le_bytes());
    file.extend(bits.to_le_bytes());
    file.extend(b"data");
    file.extend(claimed.to_le_bytes());
    file.extend(data);
    file
}

fn read(file: &[u8]) -> Result<Sound, WavError> {
    Sound::from_wav(Cursor::new(file))
}

#[test]
fn every_pcm_format_reads_as_the_same_sound() {
    let samples: [i16; 4] = [0, 8_192, -16_384, 32_512];
    let bytes = |f: &dyn Fn(i16) -> Vec<u8>| {
        samples
            .iter()
            .flat_map(|sample| f(*sample))
            .collect::<Vec<u8>>()
    };
    let cases = [
        (1, 8, bytes(&|sample| vec![((sample >> 8) + 128) as u8])),
        (1, 16, bytes(&|sample| sample.to_le_bytes().to_vec())),
        (
            1,
            24,
            bytes(&|sample| (i32::from(sample) << 8).to_le_bytes()[..3].to_vec()),
        ),
        (
            3,
            32,
            bytes(&|sample| (f32::from(sample) / 32_767.0).to_le_bytes().to_vec()),
        ),
    ];
    for (format, bits, data) in cases {
        let sound = read(&wav(format, 1, 16_000, bits, &data, data.len() as u32)).unwrap();
        assert_eq!(
            (sound.rate_hz, sound.samples.as_slice()),
            (16_000, &samples[..]),
            "{bits} bits"
        );
    }
}

#[test]
fn stereo_becomes_mono() {
    let data: Vec<u8> = [100_i16, 300, -7, -9]
        .iter()
        .flat_map(|sample| sample.to_le_bytes())
        .collect();
    assert_eq!(
        read(&wav(1, 2, 8_000, 16, &data, 8)).unwrap().samples,
        [200, -8]
    );
}

#[test]
fn a_lying_length_gives_what_is_there() {
    let data: Vec<u8> = [1_i16, 2, 3]
        .iter()
        .flat_map(|sample| sample.to_le_bytes())
        .collect();
    for claimed in [6, 600, 0x7fff_fffe, 0xffff_fffe] {
        assert_eq!(
            read(&wav(1, 1, 8_000, 16, &data, claimed)).unwrap().samples,
            [1, 2, 3],
            "{claimed}"
        );
    }
    assert_eq!(read(&wav(1, 1, 8_000, 16, &data, 2)).unwrap().samples, [1]);
}

#[test]
fn what_is_no_sound_is_refused() {
    assert!(matches!(read(b"OggS"), Err(WavError::Wav(_))));
    assert!(matches!(
        read(&wav(1, 0, 8_000, 16, &[], 0)),
        Err(WavError::Wav(_))
    ));
    assert!(matches!(
        read(&wav(7, 1, 8_000, 8, &[1], 1)),
        Err(WavError::Wav(_))
    ));
    assert!(matches!(
        read(&wav(1, 1, 0, 16, &[], 0)),
        Err(WavError::Rate(0))
    ));
    assert!(matches!(
        read(&wav(1, 1, 1_000_000, 16, &[], 0)),
        Err(WavError::Rate(1_000_000))
    ));
}

#[test]
fn a_studio_prompt_comes_down_to_8_khz() {
    let data: Vec<u8> = Tone::samples(440.0, 48_000, 9_000, 96_000)
        .iter()
        .flat_map(|sample| sample.to_le_bytes())
        .collect();
    let sound = read(&wav(1, 1, 48_000, 16, &data, data.len() as u32)).unwrap();
    assert_eq!(sound.duration_ms(), 2_000);
    let sound = sound.to_8k();
    assert_eq!(
        (sound.rate_hz, sound.samples.len(), sound.duration_ms()),
        (8_000, 16_000, 2_000)
    );
    assert!(goertzel::tone_level(&sound.samples, 8_000, 440.0) > 0.999);
}

#[test]
fn s5_every_flush_leaves_a_valid_file() {
    let mut file = Cursor::new(Vec::new());
    let mut writer = StereoWriter::new(&mut file, 8_000).unwrap();
    for second in 1..=3_u32 {
        writer.write(&[second as i16; 16_000]).unwrap();
        writer.flush().unwrap();
        assert_eq!(writer.frames(), second * 8_000);
    }
    // The process dies here: no finalize, and half a chunk behind the last flush.
    writer.write(&[9; 500]).unwrap();
    std::mem::forget(writer);
    let file = file.into_inner();
    assert_eq!(
        u32::from_le_bytes(file[4..8].try_into().unwrap()),
        36 + 3 * 32_000
    );
    assert_eq!(
        u32::from_le_bytes(file[40..44].try_into().unwrap()),
        3 * 32_000
    );
    let sound = read(&file).unwrap();
    assert_eq!(
        (sound.samples.len(), sound.samples[0], sound.samples[23_999]),
        (24_000, 1, 3)
    );
}

#[test]
fn stereo_is_left_first_and_in_pairs() {
    let mut file = Cursor::new(Vec::new());
    let mut writer = StereoWriter::new(&mut file, 8_000).unwrap();
    assert!(matches!(writer.write(&[1, 2, 3]), Err(WavError::HalfFrame)));
    writer.write(&[1, 2, 3, 4]).unwrap();
    writer.finalize().unwrap();
    assert_eq!(file.into_inner()[44..], [1, 0, 2, 0, 3, 0, 4, 0]);
}

proptest! {
    #[test]
    fn no_bytes_harm(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes);
    }

    #[test]
    fn no_mutation_harms(changes in prop::collection::vec((0..60_usize, any::<u8>()), 0..6), cut in 0..=60_usize) {
        let mut file = wav(1, 2, 8_000, 16, &[0; 16], 16);
        for (at, byte) in changes {
            file[at] = byte;
        }
        file.truncate(cut);
        if let Ok(sound) = read(&file) {
            prop_assert!(sound.samples.len() <= 16);
        }
    }
}
