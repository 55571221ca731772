//! The receiver of keys against the figures of ITU-T Q.24, and against voices that are no keys.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used)]

use std::f64::consts::TAU;
use std::path::{Path, PathBuf};

use audio::dtmf::{KeyTone, Press, Receiver, tones};
use audio::{Codec, Sound, codec};

const KEYS: &str = "123A456B789C*0#D";

/// Peak of a sine of so many dBm0. Full scale is 3.14 dBm0 in the A-law of ITU-T G.711, 3.17 in the µ-law.
fn peak(dbm0: f64) -> f64 {
    32_767.0 * 10_f64.powf((dbm0 - 3.15) / 20.0)
}

/// What a caller's side sends.
#[derive(Clone)]
struct Signal(Vec<f64>);

impl Signal {
    fn quiet(ms: f64) -> Self {
        Self(vec![0.0; (ms * 8.0) as usize])
    }

    fn sine(hz: f64, dbm0: f64, ms: f64) -> Self {
        let step = TAU * hz / 8_000.0;
        // Both tones of a key do not begin in phase.
        let sample = |n: usize| peak(dbm0) * (step * n as f64 + hz).sin();
        Self((0..(ms * 8.0).round() as usize).map(sample).collect())
    }

    fn plus(mut self, other: &Self) -> Self {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a += b);
        self
    }

    fn then(mut self, other: &Self) -> Self {
        self.0.extend(&other.0);
        self
    }

    /// White noise over the whole band.
    fn noise(dbm0: f64, ms: f64, mut seed: u64) -> Self {
        let mut uniform = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) as f64 / f64::from(1_u32 << 31) - 0.5
        };
        // Twelve uniform values make a bell of variance 1.
        let rms = peak(dbm0) / 2_f64.sqrt();
        let count = (ms * 8.0).round() as usize;
        Self(
            (0..count)
                .map(|_| rms * (0..12).map(|_| uniform()).sum::<f64>())
                .collect(),
        )
    }

    fn samples(&self) -> Vec<i16> {
        self.0.iter().map(|sample| sample.round() as i16).collect()
    }
}

#[derive(Clone, Copy)]
struct Key {
    key: char,
    low_dbm0: f64,
    high_dbm0: f64,
    /// Deviation of both tones, as a factor and in Hz.
    low: f64,
    high: f64,
    ms: f64,
}

impl Key {
    fn new(key: char) -> Self {
        Self {
            key,
            low_dbm0: -10.0,
            high_dbm0: -10.0,
            low: 1.0,
            high: 1.0,
            ms: 50.0,
        }
    }

    fn signal(&self) -> Signal {
        let (low, high) = tones(self.key).unwrap();
        let low = Signal::sine(low * self.low, self.low_dbm0, self.ms);
        low.plus(&Signal::sine(high * self.high, self.high_dbm0, self.ms))
    }
}

fn heard(samples: &[i16]) -> Vec<Press> {
    let mut receiver = Receiver::new();
    let mut presses = Vec::new();
    receiver.handle(samples, |press| presses.push(press));
    presses.extend(receiver.finish());
    presses
}

fn keys(signal: &Signal) -> String {
    heard(&signal.samples())
        .iter()
        .map(|press| press.key)
        .collect()
}

/// The key at every place between two looks (5 ms), with pauses around: how often it was heard, and of how many.
fn taken(key: &Key, noise_dbm0: Option<f64>) -> (usize, usize) {
    let mut count = 0;
    for shift in 0..40_u32 {
        let quiet = 20.0 + f64::from(shift) / 8.0;
        let mut signal = Signal::quiet(quiet)
            .then(&key.signal())
            .then(&Signal::quiet(60.0));
        if let Some(dbm0) = noise_dbm0 {
            let ms = signal.0.len() as f64 / 8.0;
            signal = signal.plus(&Signal::noise(dbm0, ms, u64::from(shift) + 1));
        }
        let found = keys(&signal);
        assert!(
            found.is_empty() || found == key.key.to_string(),
            "{found} for {}",
            key.key
        );
        count += usize::from(!found.is_empty());
    }
    (count, 40)
}

/// A row of a table: what is changed in a press, and how.
type Row<'a> = (String, Option<f64>, Box<dyn Fn(&mut Key) + 'a>);

fn row<'a>(what: impl ToString, change: impl Fn(&mut Key) + 'a) -> Row<'a> {
    (what.to_string(), None, Box::new(change))
}

/// Every key of every row is heard, wherever the looks fall; or none of them ever is.
fn check(is_taken: bool, rows: Vec<Row<'_>>) {
    for (what, noise_dbm0, change) in rows {
        for symbol in KEYS.chars() {
            let mut key = Key::new(symbol);
            change(&mut key);
            let (count, of) = taken(&key, noise_dbm0);
            let expected = if is_taken { of } else { 0 };
            assert_eq!(
                count, expected,
                "{what}: `{symbol}` was heard {count} times of {of}"
            );
        }
    }
}

#[test]
fn q24_duration_40_ms_is_a_key_and_23_ms_is_none() {
    let rows = |all: &[f64]| {
        let row = |ms: &f64| {
            let ms = *ms;
            row(format!("{ms} ms"), move |key: &mut Key| key.ms = ms)
        };
        all.iter().map(row).collect()
    };
    check(true, rows(&[40.0, 45.0, 50.0, 65.0, 100.0, 700.0]));
    check(false, rows(&[5.0, 10.0, 15.0, 20.0, 23.0, 25.0]));
}

#[test]
fn q24_levels_from_minus_36_dbm0_and_nothing_from_minus_42() {
    let rows = |all: &[f64]| {
        let row = |dbm0: &f64| {
            let dbm0 = *dbm0;
            row(format!("{dbm0} dBm0"), move |key: &mut Key| {
                (key.low_dbm0, key.high_dbm0, key.ms) = (dbm0, dbm0, 40.0);
            })
        };
        all.iter().map(row).collect()
    };
    check(true, rows(&[0.0, -3.0, -6.0, -15.0, -25.0, -30.0, -36.0]));
    check(false, rows(&[-42.0, -48.0, -60.0]));
}

#[test]
fn q24_twist_of_8_db_and_of_4_db_the_other_way() {
    let rows = |all: &[f64]| {
        let row = |db: &f64| {
            let db = *db;
            row(format!("the high tone at {db} dB"), move |key: &mut Key| {
                (key.high_dbm0, key.ms) = (key.low_dbm0 + db, 40.0);
            })
        };
        all.iter().map(row).collect()
    };
    check(true, rows(&[-8.0, -6.0, -3.0, 2.0, 4.0]));
    check(false, rows(&[-12.0, -20.0, -40.0, 6.0, 10.0, 40.0]));
}

#[test]
fn q24_frequencies_within_1_5_percent_and_2_hz_and_none_at_3_5_percent() {
    let rows = |all: &[(f64, f64)]| {
        let of = |(percent, hz): &(f64, f64)| {
            let (percent, hz) = (*percent, *hz);
            let factor = move |tone: f64| 1.0 + percent / 100.0 + hz / tone;
            [(true, false), (false, true), (true, true)].map(|(low, high)| {
                row(
                    format!("{percent} % and {hz} Hz beside, {low} {high}"),
                    move |key| {
                        let (low_hz, high_hz) = tones(key.key).unwrap();
                        key.low = if low { factor(low_hz) } else { 1.0 };
                        key.high = if high { factor(high_hz) } else { 1.0 };
                        key.ms = 40.0;
                    },
                )
            })
        };
        all.iter().flat_map(of).collect()
    };
    check(
        true,
        rows(&[
            (0.5, 0.0),
            (-0.5, 0.0),
            (1.0, 2.0),
            (-1.0, -2.0),
            (1.5, 2.0),
            (-1.5, -2.0),
        ]),
    );
    check(
        false,
        rows(&[
            (3.0, 0.0),
            (-3.0, 0.0),
            (3.5, 0.0),
            (-3.5, 0.0),
            (5.0, 0.0),
            (-5.0, 0.0),
        ]),
    );
}

#[test]
fn q24_noise_15_db_below_the_weaker_tone_and_everything_else_at_its_limit() {
    let worst = |low: f64, high: f64, percent: f64| -> Row<'static> {
        let noise = low.min(high) - 15.0;
        let change = move |key: &mut Key| {
            (key.low_dbm0, key.high_dbm0, key.ms) = (low, high, 40.0);
            (key.low, key.high) = (1.0 + percent / 100.0, 1.0 - percent / 100.0);
        };
        (
            format!("{low} and {high} dBm0, {percent} %"),
            Some(noise),
            Box::new(change),
        )
    };
    check(
        true,
        vec![
            worst(-10.0, -10.0, 0.0),
            worst(-10.0, -18.0, 1.5),
            worst(-10.0, -18.0, -1.5),
            worst(-14.0, -10.0, 1.5),
            worst(-14.0, -10.0, -1.5),
            worst(-36.0, -36.0, 1.5),
        ],
    );
}

#[test]
fn every_key_survives_both_laws_and_our_own_tones_are_heard() {
    for codec in &codec::CODECS {
        for symbol in KEYS.chars() {
            for dbm0 in [-3.0, -10.0, -36.0] {
                let key = Key {
                    low_dbm0: dbm0,
                    high_dbm0: dbm0,
                    ..Key::new(symbol)
                };
                let signal = key.signal().then(&Signal::quiet(50.0));
                let presses = heard(&through(codec, &signal.samples()));
                assert_eq!(presses.len(), 1, "`{symbol}` at {dbm0} dBm0 in {codec:?}");
                assert_eq!(presses[0].key, symbol);
            }
            let mut sound = KeyTone::new(symbol).unwrap();
            let mut samples = vec![0; 800];
            for frame in samples.as_chunks_mut().0 {
                sound.fill(frame);
            }
            samples.extend([0; 480]);
            let presses = heard(&through(codec, &samples));
            assert_eq!(presses.len(), 1, "`{symbol}` of ours in {codec:?}");
            assert_eq!(presses[0].key, symbol);
            assert!(presses[0].duration_ms.abs_diff(100) <= 5, "{presses:?}");
        }
    }
    assert!(KeyTone::new('x').is_none() && tones(' ').is_none());
}

#[test]
fn q24_a_break_of_20_ms_is_none_and_a_pause_of_40_ms_is_one() {
    let key = |ms| {
        Key {
            ms,
            ..Key::new('5')
        }
        .signal()
    };
    for (before, pause, after, expected) in [
        (60.0, 5.0, 60.0, "5"),
        (60.0, 10.0, 60.0, "5"),
        (60.0, 20.0, 60.0, "5"),
        (40.0, 40.0, 40.0, "55"),
        (50.0, 45.0, 50.0, "55"),
        (100.0, 100.0, 100.0, "55"),
    ] {
        for shift in 0..40 {
            let signal = Signal::quiet(f64::from(shift) / 8.0)
                .then(&key(before))
                .then(&Signal::quiet(pause))
                .then(&key(after))
                .then(&Signal::quiet(50.0));
            assert_eq!(
                keys(&signal),
                expected,
                "{before} ms, {pause} ms, {after} ms, shifted by {shift}"
            );
        }
    }
}

#[test]
fn a_number_dialled_as_fast_as_q24_allows_in_pieces_of_any_length() {
    let number = "13800138000*0#ABCD99";
    let mut signal = Signal::quiet(30.0);
    for key in number.chars() {
        signal = signal
            .then(
                &Key {
                    ms: 40.0,
                    ..Key::new(key)
                }
                .signal(),
            )
            .then(&Signal::quiet(40.0));
    }
    let samples = signal.samples();
    for piece in [1, 7, 39, 40, 41, 80, 160, 240, 1_500, samples.len()] {
        let (mut receiver, mut found) = (Receiver::new(), String::new());
        for samples in samples.chunks(piece) {
            receiver.handle(samples, |press| found.push(press.key));
        }
        assert_eq!(found, number, "in pieces of {piece}");
    }
}

#[test]
fn a_press_is_told_when_it_ends_or_when_the_voice_stops() {
    let mut receiver = Receiver::new();
    let mut told = Vec::new();
    let held = Key {
        ms: 2_000.0,
        ..Key::new('7')
    }
    .signal()
    .samples();
    receiver.handle(&held, |press| told.push(press));
    assert!(told.is_empty() && receiver.is_down());
    let press = receiver.finish().unwrap();
    assert_eq!(press.key, '7');
    assert!(press.duration_ms.abs_diff(2_000) <= 10, "{press:?}");
    assert!(!receiver.is_down());
    assert_eq!(receiver.finish(), None);
}

#[test]
fn what_networks_and_machines_sing_is_no_key() {
    let pairs: [(&str, &[f64]); 14] = [
        ("dial tone, China", &[450.0]),
        ("dial tone, Europe", &[425.0]),
        ("dial tone, America", &[350.0, 440.0]),
        ("ring-back, America", &[440.0, 480.0]),
        ("busy, America", &[480.0, 620.0]),
        ("ring-back, Britain", &[400.0, 450.0]),
        ("fax calls", &[1_100.0]),
        ("fax answers", &[2_100.0]),
        ("special information", &[950.0, 1_400.0]),
        ("one tone of a row", &[697.0]),
        ("one tone of a column", &[1_336.0]),
        ("two rows", &[697.0, 852.0]),
        ("two columns", &[1_209.0, 1_477.0]),
        ("three tones", &[770.0, 1_336.0, 1_633.0]),
    ];
    for (what, frequencies) in pairs {
        for dbm0 in [-3.0, -10.0, -30.0] {
            let silence = Signal(vec![0.0; 8_000]);
            let sine = |sum: Signal, hz: &f64| sum.plus(&Signal::sine(*hz, dbm0, 1_000.0));
            let tone = frequencies.iter().fold(silence, sine);
            assert_eq!(
                keys(&tone.then(&Signal::quiet(60.0))),
                "",
                "{what} at {dbm0} dBm0"
            );
        }
    }
    for seed in 1..20 {
        assert_eq!(keys(&Signal::noise(-10.0, 5_000.0, seed)), "", "noise");
    }
}

/// A voice: pulses of a sliding pitch through three resonances that wander, as in vowels.
fn babble(seconds: usize, pitch_hz: f64, seed: u64) -> Vec<i16> {
    let noise = Signal::noise(0.0, seconds as f64 * 1_000.0, seed).0;
    let mut states = [[0.0_f64; 2]; 3];
    let (mut turn, mut out) = (0.0_f64, Vec::with_capacity(noise.len()));
    for (n, hiss) in noise.iter().enumerate() {
        let t = n as f64 / 8_000.0;
        turn += pitch_hz * (1.0 + 0.25 * (TAU * 0.7 * t).sin()) / 8_000.0;
        let pulse = if turn >= 1.0 { 1.0 } else { 0.0 };
        turn = turn.fract();
        let mut sample = pulse * 8_000.0 + hiss * 0.002;
        let formants = [
            (550.0 + 300.0 * (TAU * 1.3 * t).sin(), 80.0),
            (1_450.0 + 600.0 * (TAU * 0.9 * t).sin(), 100.0),
            (2_600.0 + 200.0 * (TAU * 0.4 * t).sin(), 150.0),
        ];
        for (state, (hz, width)) in states.iter_mut().zip(formants) {
            let radius = (-TAU / 2.0 * width / 8_000.0).exp();
            let next = sample * (1.0 - radius)
                + 2.0 * radius * (TAU * hz / 8_000.0).cos() * state[0]
                - radius * radius * state[1];
            *state = [next, state[0]];
            sample = next;
        }
        // Syllables.
        let loud = (TAU * 2.0 * t).sin().max(0.0);
        out.push(sample * loud);
    }
    let loudest = out.iter().fold(0.0, |max: f64, it| max.max(it.abs()));
    out.iter()
        .map(|it| (it * 16_000.0 / loudest) as i16)
        .collect()
}

#[test]
fn a_talking_voice_is_no_key() {
    for (pitch_hz, seed) in [
        (90.0, 1),
        (120.0, 2),
        (165.0, 3),
        (210.0, 4),
        (240.0, 5),
        (300.0, 6),
    ] {
        let voice = babble(60, pitch_hz, seed);
        assert_eq!(heard(&voice), [], "at {pitch_hz} Hz");
    }
}

#[test]
fn all_prompts_and_the_music_are_no_keys() {
    let mut found = Vec::new();
    files(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ivr-scripts"),
        &mut found,
    );
    assert!(found.len() >= 10, "the prompts of the house");
    for path in found {
        let sound = sound(&path);
        for codec in &codec::CODECS {
            assert_eq!(heard(&through(codec, &sound.samples)), [], "{path:?}");
        }
        // As an echo, and as loud as can be.
        for gain in [0.1, 4.0] {
            let louder = |sample: &i16| (f64::from(*sample) * gain) as i16;
            let samples: Vec<i16> = sound.samples.iter().map(louder).collect();
            assert_eq!(heard(&samples), [], "{path:?} times {gain}");
        }
    }
}

#[test]
fn a_key_over_the_echo_of_a_prompt_is_heard() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ivr-scripts/prompts/en/welcome.wav");
    let prompt = sound(&path);
    let loudest = prompt
        .samples
        .iter()
        .map(|it| it.unsigned_abs())
        .max()
        .unwrap();
    // The loudest of the echo lies 15 dB below each tone.
    let gain = peak(-25.0) / f64::from(loudest);
    let echo = Signal(
        prompt
            .samples
            .iter()
            .map(|it| f64::from(*it) * gain)
            .collect(),
    );
    let press = |at: usize, key: char| {
        let mut signal = Signal(vec![0.0; at]).then(
            &Key {
                ms: 80.0,
                ..Key::new(key)
            }
            .signal(),
        );
        signal.0.resize(echo.0.len(), 0.0);
        signal
    };
    for (key, at) in KEYS.chars().zip((8_000..).step_by(2_000)) {
        assert_eq!(keys(&press(at, key).plus(&echo)), key.to_string());
    }
}

fn through(codec: &Codec, samples: &[i16]) -> Vec<i16> {
    let (mut bytes, mut back) = (vec![0; samples.len()], vec![0; samples.len()]);
    (codec.encode)(samples, &mut bytes);
    (codec.decode)(&bytes, &mut back);
    back
}

#[allow(
    clippy::disallowed_methods,
    reason = "a test reads the prompts of the house"
)]
fn sound(path: &Path) -> Sound {
    let bytes = std::fs::read(path).unwrap();
    Sound::from_wav(std::io::Cursor::new(bytes))
        .unwrap()
        .to_8k()
}

fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|it| it == "wav") {
            found.push(path);
        }
    }
}
