//! A receiver of keys in a voice, after ITU-T Q.24.
//!
//! A key is believed when seven looks in a row (35 ms) show the same two tones, both steady at their frequencies, louder
//! than the rest of their group, in a fair proportion, and with little else beside them: speech has harmonics, and its
//! pitch does not stand still. It is told when it ends, like a key in packets, so that one press is one event.
//!
//! Fixed memory, no allocation. What it takes: 40 ms and longer; ±(1.5 % + 2 Hz); −36 to −3 dBm0 a tone (G.711 has no room
//! for two louder ones); the high tone up to 8 dB weaker or 4 dB stronger; noise 15 dB below; a drop-out of 20 ms within a
//! press. What it refuses: 23 ms and shorter; 3.5 % and more beside; one tone alone; below −42 dBm0.

use core::f32::consts::TAU;

use super::spectrum::{HOP, Line, Look, Spectrum, kept};
use super::{COLUMNS_HZ, ROWS_HZ, key_at};
use crate::RATE_HZ;

/// Looks in a row that make a key: tones of 40 ms give eight, of 23 ms five.
const LOOKS_MIN: usize = 7;
/// Looks without its tones that end a press: 30 ms, between a drop-out of 20 ms and a pause of 40 ms.
const AWAY_MAX: u32 = 6;
/// Milliseconds from look to look.
const HOP_MS: u32 = 5;
/// Least power of a tone: −39 dBm0, between what must be taken (−36) and what must not (−42). 0 dBm0 is a sine of a peak
/// of 22,800 (ITU-T G.711 puts full scale at 3.14 dBm0).
const POWER_MIN: f32 = 65_500.0;
/// Least power of a tone in a single look, at the edge of a press.
const POWER_LOOK: f32 = POWER_MIN / 4.0;
/// A look during which a tone is up to 6 dB below the loudest look belongs to it (see `spectrum`).
const EDGE: f32 = 0.25;
/// Each tone stands so far above the others of its group: 6 dB, for a tone at the edge of its band is no more than 9 dB
/// weaker in its neighbour's filter.
const RIVAL: f32 = 4.0;
/// The low tone may be so much stronger: 9 dB, the 8 of Q.24 and one for noise.
const TWIST_NORMAL: f32 = 8.0;
/// The high tone may be so much stronger: 5 dB, one more than Q.24.
const TWIST_REVERSE: f32 = 3.2;
/// Share of the tones in a single look; at the edge of a press a look is half empty.
const SHARE_LOOK: f32 = 0.3;
/// Share of the tones in the inner looks of a key together. Noise 15 dB below the
/// weaker leaves 0.97; vowels with two harmonics that happen to fit leave less.
const SHARE_KEY: f32 = 0.9;
/// Deviation that is taken, as a part of the frequency: between 1.5 % + 2 Hz and 3.5 %.
const DEVIATION_MAX: f32 = 0.0245;
/// How steadily the phases turn: 1 for a pure tone.
const STEADY_MIN: f32 = 0.95;

/// A key that was pressed and let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Press {
    /// 0-9 * # A-D.
    pub key: char,
    /// How long its tones were heard.
    pub duration_ms: u32,
}

/// Listens to one voice at 8 kHz.
#[derive(Clone, Debug)]
pub struct Receiver {
    spectrum: Spectrum,
    state: State,
    /// The last looks that may become a key, oldest first.
    sights: [Sight; LOOKS_MIN],
    /// How many of them there are.
    seen: usize,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// No key is down.
    Up,
    /// A key is down.
    Down {
        place: Place,
        /// Power of its loudest look.
        loudest: f32,
        /// Looks since its beginning, up to the last with its tones.
        looks: u32,
        /// Looks since then.
        away: u32,
    },
}

/// Row and column on the keypad.
type Place = (usize, usize);

/// A look that shows two tones.
#[derive(Clone, Copy, Debug, Default)]
struct Sight {
    place: Place,
    low: Line,
    high: Line,
    /// Power of the next strongest tone of each group.
    rivals: (f32, f32),
    all: f32,
}

impl Default for Receiver {
    fn default() -> Self {
        Self::new()
    }
}

impl Receiver {
    /// Has heard nothing.
    #[must_use]
    pub fn new() -> Self {
        Self {
            spectrum: Spectrum::new(),
            state: State::Up,
            sights: [Sight::default(); LOOKS_MIN],
            seen: 0,
        }
    }

    /// Takes the next samples of the voice, in pieces of any length; `tell` gets the presses that end in them.
    pub fn handle(&mut self, mut samples: &[i16], mut tell: impl FnMut(Press)) {
        while let Some((look, rest)) = self.spectrum.take(samples, 2.0 * POWER_LOOK) {
            samples = rest;
            if let Some(press) = self.handle_look(&look) {
                tell(press);
            }
        }
    }

    /// A key is down.
    #[must_use]
    pub const fn is_down(&self) -> bool {
        matches!(self.state, State::Down { .. })
    }

    /// The voice has stopped: lets go of the key that is down.
    pub fn finish(&mut self) -> Option<Press> {
        let state = self.state;
        *self = Self::new();
        state.press()
    }

    fn handle_look(&mut self, look: &Look) -> Option<Press> {
        let sight = sight(look);
        let ended = self.state.handle(sight.as_ref());
        match sight {
            Some(sight) => self.remember(sight),
            None => self.seen = 0,
        }
        if matches!(self.state, State::Up) && self.is_key() {
            let loudest = self.loudest();
            self.state = State::Down {
                place: self
                    .sights
                    .first()
                    .map(|sight| sight.place)
                    .unwrap_or_default(),
                loudest,
                looks: LOOKS_MIN as u32,
                away: 0,
            };
        }
        ended
    }

    fn remember(&mut self, sight: Sight) {
        self.sights.rotate_left(1);
        let [.., before, newest] = &mut self.sights;
        if before.place != sight.place {
            self.seen = 0;
        }
        *newest = sight;
        self.seen = (self.seen + 1).min(LOOKS_MIN);
    }

    fn loudest(&self) -> f32 {
        self.sights.iter().map(Sight::power).fold(0.0, f32::max)
    }

    /// Whether the last looks make a key.
    fn is_key(&self) -> bool {
        let loudest = self.loudest();
        let is_whole = |sight: &Sight| sight.power() >= EDGE * loudest;
        let [first, inner @ .., _] = &self.sights;
        if self.seen < LOOKS_MIN || !self.sights.iter().all(is_whole) {
            return false;
        }
        let (row, column) = first.place;
        let low = self.tone(ROWS_HZ.get(row), |it| it.low);
        let high = self.tone(COLUMNS_HZ.get(column), |it| it.high);
        let (Some(low), Some(high)) = (low, high) else {
            return false;
        };
        let sum = |of: fn(&Sight) -> f32| inner.iter().map(of).sum::<f32>();
        let weakest = POWER_MIN * inner.len() as f32;
        low >= weakest
            && high >= weakest
            && low >= RIVAL * sum(|it| it.rivals.0)
            && high >= RIVAL * sum(|it| it.rivals.1)
            && low <= TWIST_NORMAL * high
            && high <= TWIST_REVERSE * low
            && low + high >= SHARE_KEY * sum(|it| it.all)
    }

    /// Power of a tone in the inner looks, if it stood at its frequency, by how its phase turned from look to look.
    fn tone(&self, hz: Option<&f64>, of: fn(&Sight) -> Line) -> Option<f32> {
        let hz = *hz? as f32;
        let (mut sum, mut length) = ((0.0, 0.0), 0.0);
        // The first look's turn began before the tone.
        for (re, im) in self.sights.iter().skip(1).map(|it| of(it).turn) {
            sum = (sum.0 + re, sum.1 + im);
            length += f32::hypot(re, im);
        }
        let beside_hz = f32::atan2(sum.1, sum.0) / TAU * RATE_HZ as f32 / HOP as f32;
        let is_steady = f32::hypot(sum.0, sum.1) >= STEADY_MIN * length;
        let [_, inner @ .., _] = &self.sights;
        let power: f32 = inner.iter().map(|it| of(it).power).sum();
        (is_steady && beside_hz.abs() <= DEVIATION_MAX * hz).then(|| power / kept(beside_hz))
    }
}

impl State {
    /// Takes a look; gives the press that it ends.
    fn handle(&mut self, sight: Option<&Sight>) -> Option<Press> {
        let Self::Down {
            place,
            loudest,
            looks,
            away,
        } = self
        else {
            return None;
        };
        let power = sight
            .filter(|it| it.place == *place)
            .map_or(0.0, Sight::power);
        *away += 1;
        if power >= EDGE * *loudest {
            *loudest = loudest.max(power);
            *looks += *away;
            *away = 0;
        }
        if *away < AWAY_MAX {
            return None;
        }
        let press = self.press();
        *self = Self::Up;
        press
    }

    fn press(self) -> Option<Press> {
        match self {
            Self::Up => None,
            Self::Down {
                place: (row, column),
                looks,
                ..
            } => Some(Press {
                key: key_at(row, column)?,
                duration_ms: looks.saturating_mul(HOP_MS),
            }),
        }
    }
}

impl Sight {
    /// Power of both tones.
    fn power(&self) -> f32 {
        self.low.power + self.high.power
    }
}

/// The strongest tones of a look, if they are worth it.
fn sight(look: &Look) -> Option<Sight> {
    let (row, low, low_rival) = strongest(&look.rows)?;
    let (column, high, high_rival) = strongest(&look.columns)?;
    let sight = Sight {
        place: (row, column),
        low,
        high,
        rivals: (low_rival, high_rival),
        all: look.all,
    };
    let is_loud = low.power >= POWER_LOOK && high.power >= POWER_LOOK;
    (is_loud && sight.power() >= SHARE_LOOK * look.all).then_some(sight)
}

/// Place and figures of a group's strongest tone, and the power of the next.
fn strongest(group: &[Line; 4]) -> Option<(usize, Line, f32)> {
    let mut places = [0, 1, 2, 3].into_iter().zip(group);
    let mut found = places.next().map(|(at, line)| (at, *line, 0.0_f32))?;
    for (at, line) in places {
        if line.power > found.1.power {
            found = (at, *line, found.1.power);
        } else {
            found.2 = found.2.max(line.power);
        }
    }
    Some(found)
}
