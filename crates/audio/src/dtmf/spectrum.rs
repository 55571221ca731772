//! What a voice holds of the eight tones, every 5 ms: levels, and how their phases turn.
//!
//! A look weighs the last 20 ms with a bell, which keeps a tone out of its neighbours' figures, and runs eight Goertzel
//! filters at once. A tone that fills half of a look has a quarter of its power there: so the time for which a tone is no
//! more than 6 dB below its peak is as long as the tone. From one look to the next the phase of a tone at its very frequency
//! turns by a known angle; what it turns beyond that is its deviation, far more exact than any filter's width.

use core::f64::consts::TAU;

use super::{COLUMNS_HZ, ROWS_HZ};
use crate::RATE_HZ;
use crate::codec::table;

/// Samples of a look: 20 ms.
pub(super) const LOOK: usize = 160;
/// Samples between two looks: 5 ms.
pub(super) const HOP: usize = 40;
/// Tones: rows, then columns.
const TONES: usize = 8;

/// The bell (1 − u²)², u from −1 to 1.
static BELL: [f32; LOOK] = table!(160, |n| bell(n));
/// Sum of the bell's squares: what it leaves of a sound's energy.
const BELL_ENERGY: f32 = sum_of(2);
/// Sum of the bell: what it leaves of a tone's amplitude.
const BELL_AMPLITUDE: f32 = sum_of(1);

const fn bell(n: usize) -> f32 {
    let u = (n as f32 + 0.5) / (LOOK as f32 / 2.0) - 1.0;
    (1.0 - u * u) * (1.0 - u * u)
}

const fn sum_of(power: u8) -> f32 {
    let (mut sum, mut n) = (0.0, 0);
    while n < LOOK {
        sum += match power {
            1 => bell(n),
            _ => bell(n) * bell(n),
        };
        n += 1;
    }
    sum
}

/// A tone in one look.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Line {
    /// Square of its amplitude (peak), in squares of samples.
    pub(super) power: f32,
    /// How far its phase has turned since the last look beyond what its frequency explains, as a complex number whose
    /// length is the product of both amplitudes.
    pub(super) turn: (f32, f32),
}

/// One look.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Look {
    pub(super) rows: [Line; 4],
    pub(super) columns: [Line; 4],
    /// Twice the mean square of all that is heard: for tones alone, the sum of the squares of their amplitudes.
    pub(super) all: f32,
}

/// What the bell leaves of the power of a tone so far beside its filter, up to 45 Hz: the bell's transform as far as its
/// fourth power.
pub(super) fn kept(beside_hz: f32) -> f32 {
    let edge = core::f32::consts::TAU * beside_hz * LOOK as f32 / 2.0 / RATE_HZ as f32;
    let square = edge * edge;
    let amplitude = 1.0 - square / 14.0 + square * square / 504.0;
    amplitude * amplitude
}

/// The last 20 ms and the filters.
#[derive(Clone, Debug)]
pub(super) struct Spectrum {
    heard: [f32; LOOK],
    /// Samples since the last look.
    fresh: usize,
    /// Of each tone: twice the cosine of its angle a sample, the angle's cosine and sine, and those of a whole hop.
    twice: [f32; TONES],
    sample: [(f32, f32); TONES],
    hop: [(f32, f32); TONES],
    /// What each filter gave at the last look.
    last: [(f32, f32); TONES],
}

impl Spectrum {
    pub(super) fn new() -> Self {
        let mut angles = [0.0; TONES];
        for (angle, hz) in angles.iter_mut().zip(ROWS_HZ.into_iter().chain(COLUMNS_HZ)) {
            *angle = TAU * hz / f64::from(RATE_HZ);
        }
        let unit = |angle: f64| (angle.cos() as f32, angle.sin() as f32);
        Self {
            heard: [0.0; LOOK],
            fresh: 0,
            twice: angles.map(|angle| 2.0 * angle.cos() as f32),
            sample: angles.map(unit),
            hop: angles.map(|angle| unit(angle * HOP as f64)),
            last: [(0.0, 0.0); TONES],
        }
    }

    /// Takes samples up to the next look and gives the rest, with the look if it was reached. What holds less energy than
    /// `floor` (as [`Look::all`]) is an empty look: silence costs no filters.
    pub(super) fn take<'a>(&mut self, samples: &'a [i16], floor: f32) -> Option<(Look, &'a [i16])> {
        let (now, later) = samples
            .split_at_checked(HOP - self.fresh)
            .unwrap_or((samples, &[]));
        let room = self.heard.iter_mut().skip(LOOK - HOP + self.fresh);
        for (to, sample) in room.zip(now) {
            *to = f32::from(*sample);
        }
        self.fresh += now.len();
        if self.fresh < HOP {
            return None;
        }
        self.fresh = 0;
        let look = self.look(floor);
        self.heard.copy_within(HOP.., 0);
        Some((look, later))
    }

    fn look(&mut self, floor: f32) -> Look {
        let mut weighed = [0.0; LOOK];
        let mut energy = 0.0;
        for ((to, sample), weight) in weighed.iter_mut().zip(&self.heard).zip(&BELL) {
            *to = sample * weight;
            energy += *to * *to;
        }
        let all = 2.0 * energy / BELL_ENERGY;
        let mut look = Look {
            all,
            ..Look::default()
        };
        if all < floor {
            self.last = [(0.0, 0.0); TONES];
            return look;
        }
        let sums = self.filter(&weighed);
        let lines = look.rows.iter_mut().chain(&mut look.columns);
        let turns = self.last.iter().zip(&self.hop).zip(&sums);
        for (line, ((last, hop), sum)) in lines.zip(turns) {
            let amplitude = 2.0 / BELL_AMPLITUDE;
            let expected = times(*last, *hop);
            let (re, im) = times(*sum, (expected.0, -expected.1));
            *line = Line {
                power: (sum.0 * sum.0 + sum.1 * sum.1) * amplitude * amplitude,
                turn: (re * amplitude * amplitude, im * amplitude * amplitude),
            };
        }
        self.last = sums;
        look
    }

    /// Goertzel's filters, all eight in step.
    fn filter(&self, weighed: &[f32; LOOK]) -> [(f32, f32); TONES] {
        let (mut last, mut before) = ([0.0_f32; TONES], [0.0_f32; TONES]);
        for sample in weighed {
            let mut next = [0.0_f32; TONES];
            let states = last.iter().zip(&before).zip(&self.twice);
            for (next, ((last, before), twice)) in next.iter_mut().zip(states) {
                *next = sample + twice * last - before;
            }
            (before, last) = (last, next);
        }
        let mut sums = [(0.0, 0.0); TONES];
        let states = last.iter().zip(&before).zip(&self.sample);
        for (sum, ((last, before), (cos, sin))) in sums.iter_mut().zip(states) {
            *sum = (last - cos * before, sin * before);
        }
        sums
    }
}

fn times(a: (f32, f32), b: (f32, f32)) -> (f32, f32) {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}
