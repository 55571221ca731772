//! What the phone hears: packets counted, sound measured in windows of half a second.
//!
//! The measure is for telling and for tests, so it looks at the sound as it arrives, without a jitter buffer; what goes
//! into the recording runs through a short queue, so that both sides keep in step. Silence fills what was lost.

use std::collections::VecDeque;

use audio::frame::Frame;
use audio::{Codec, RATE_HZ, goertzel};

use crate::keys;
use crate::narrate::Hearing;
use crate::packet::Header;

/// Ticks of 20 ms in a window.
const WINDOW_TICKS: u32 = 25;
/// What lies below is silence; the smallest steps of G.711 lie near -66 dBFS.
const SILENCE_DBFS: f64 = -60.0;
/// Share of the energy that makes a tone.
const TONE_SHARE: f64 = 0.7;
/// Where tones are looked for, in Hz.
const TONES_HZ: core::ops::Range<u32> = 60..3_600;
/// A tone has changed when it moved by more than this.
const TONE_CHANGE_HZ: f64 = 10.0;
/// The recording lags at most a second behind.
const QUEUE_MAX: usize = RATE_HZ as usize;

/// The receiver.
#[derive(Default)]
pub(crate) struct Ear {
    frame: Frame,
    window: Vec<i16>,
    ticks: u32,
    last: Option<Hearing>,
    queue: VecDeque<i16>,
    stream: Option<Stream>,
    /// Expected and received in streams that are over.
    expected_before: u64,
    pub(crate) received: u64,
    last_event: Option<(u32, u32)>,
    /// Keys that came in.
    pub(crate) keys: String,
}

/// Sequence numbers of one SSRC.
struct Stream {
    ssrc: u32,
    highest: u16,
    expected: u64,
}

impl Ear {
    /// A packet of sound.
    pub(crate) fn hear(&mut self, header: Header, payload: &[u8], codec: &Codec) {
        self.count(header);
        self.frame.decode(codec, payload);
        let samples = self.frame.samples();
        self.window.extend_from_slice(samples);
        self.queue.extend(samples);
        let surplus = self.queue.len().saturating_sub(QUEUE_MAX);
        self.queue.drain(..surplus);
    }

    /// A packet of a telephone-event: one key per SSRC and timestamp (RFC 4733 §2.5.2.3).
    pub(crate) fn hear_event(&mut self, header: Header, payload: &[u8]) {
        self.count(header);
        let id = (header.ssrc, header.timestamp);
        if let Some(key) = keys::ended_key(payload)
            && self.last_event != Some(id)
        {
            self.last_event = Some(id);
            self.keys.push(key);
        }
    }

    fn count(&mut self, header: Header) {
        self.received += 1;
        match &mut self.stream {
            Some(stream) if stream.ssrc == header.ssrc => {
                let ahead = header.sequence.wrapping_sub(stream.highest);
                // Half the circle ahead is behind: late or twice.
                if ahead < 0x8000 {
                    stream.expected += u64::from(ahead);
                    stream.highest = header.sequence;
                }
            }
            other => {
                self.expected_before += other.as_ref().map_or(0, |stream| stream.expected);
                *other = Some(Stream {
                    ssrc: header.ssrc,
                    highest: header.sequence,
                    expected: 1,
                });
            }
        }
    }

    /// Packets that the sequence numbers promise and that did not come.
    pub(crate) fn lost(&self) -> u64 {
        let expected = self.stream.as_ref().map_or(0, |stream| stream.expected);
        (self.expected_before + expected).saturating_sub(self.received)
    }

    /// Samples for the recording, silence where there are none.
    pub(crate) fn take(&mut self, samples: &mut [i16]) {
        samples.fill_with(|| self.queue.pop_front().unwrap_or_default());
    }

    /// Twenty milliseconds have passed: gives what is heard, when it has changed.
    pub(crate) fn tick(&mut self) -> Option<Hearing> {
        self.ticks += 1;
        if self.ticks < WINDOW_TICKS {
            return None;
        }
        self.ticks = 0;
        let hearing = measure(&self.window);
        self.window.clear();
        if self.last.is_some_and(|last| same(last, hearing)) {
            return None;
        }
        self.last = Some(hearing);
        Some(hearing)
    }
}

fn same(a: Hearing, b: Hearing) -> bool {
    match (a, b) {
        (Hearing::Tone { hz: a, .. }, Hearing::Tone { hz: b, .. }) => {
            (a - b).abs() <= TONE_CHANGE_HZ
        }
        (a, b) => core::mem::discriminant(&a) == core::mem::discriminant(&b),
    }
}

fn measure(samples: &[i16]) -> Hearing {
    if samples.is_empty() {
        return Hearing::Nothing;
    }
    let energy: f64 = samples
        .iter()
        .map(|sample| f64::from(*sample) * f64::from(*sample))
        .sum();
    let level_dbfs = 10.0 * (energy / samples.len() as f64 / 32_768_f64.powi(2)).log10();
    if level_dbfs < SILENCE_DBFS {
        return Hearing::Silence;
    }
    let (hz, share) = strongest(samples);
    if share >= TONE_SHARE {
        Hearing::Tone { hz, level_dbfs }
    } else {
        Hearing::Sound { level_dbfs }
    }
}

/// The frequency with the largest share of the energy: a coarse walk over 100 ms in the middle, then a fine one over all.
fn strongest(samples: &[i16]) -> (f64, f64) {
    let middle = samples.len() / 2;
    let part = samples
        .get(middle.saturating_sub(400)..(middle + 400).min(samples.len()))
        .unwrap_or(samples);
    let best = |hz: &mut dyn Iterator<Item = f64>, samples: &[i16]| {
        hz.map(|hz| (hz, goertzel::tone_level(samples, RATE_HZ, hz)))
            .fold(
                (0.0, 0.0),
                |best, next| if next.1 > best.1 { next } else { best },
            )
    };
    let (coarse, _) = best(&mut TONES_HZ.step_by(5).map(f64::from), part);
    best(&mut (-6..=6).map(|step| coarse + f64::from(step)), samples)
}

#[cfg(test)]
mod tests {
    use super::*;
    use audio::tone::Tone;

    #[test]
    fn a_window_is_called_by_its_name() {
        assert_eq!(measure(&[]), Hearing::Nothing);
        assert_eq!(measure(&[0; 4_000]), Hearing::Silence);
        assert_eq!(measure(&[8; 4_000]), Hearing::Silence);
        for hz in [440.0, 443.0, 880.0, 2_713.0] {
            let tone = Tone::samples(hz, RATE_HZ, 11_600, 4_000);
            let Hearing::Tone {
                hz: heard,
                level_dbfs,
            } = measure(&tone)
            else {
                panic!("{hz} Hz is {:?}", measure(&tone));
            };
            assert!((heard - hz).abs() <= 1.0, "{hz} Hz heard as {heard}");
            assert!((level_dbfs + 12.0).abs() < 0.1, "{level_dbfs}");
        }
        let mut chord = Tone::samples(440.0, RATE_HZ, 8_000, 4_000);
        let other = Tone::samples(1_234.0, RATE_HZ, 8_000, 4_000);
        chord.iter_mut().zip(other).for_each(|(a, b)| *a += b);
        assert!(matches!(measure(&chord), Hearing::Sound { .. }));
    }

    fn packet(ssrc: u32, sequence: u16) -> Header {
        Header {
            marker: false,
            payload_type: 8,
            sequence,
            timestamp: 0,
            ssrc,
        }
    }

    #[test]
    fn gaps_are_losses_and_disorder_is_not() {
        let mut ear = Ear::default();
        for sequence in [65_534, 65_535, 1, 0, 2, 5] {
            ear.count(packet(1, sequence));
        }
        assert_eq!((ear.received, ear.lost()), (6, 2));
        ear.count(packet(2, 30_000));
        assert_eq!((ear.received, ear.lost()), (7, 2));
    }

    #[test]
    fn one_press_is_one_key_however_often_it_ends() {
        let mut ear = Ear::default();
        let mut header = packet(1, 0);
        for timestamp in [160, 160, 160, 4_000] {
            header.timestamp = timestamp;
            ear.hear_event(header, &[7, 0x8a, 3, 192]);
        }
        assert_eq!(ear.keys, "77");
    }
}
