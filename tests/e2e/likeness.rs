//! Whether what somebody heard was this sound: normalised cross-correlation, which knows a sentence again in what a phone wrote down,
//! wherever it begins and however loud it is, and takes no other for it.

use audio::Sound;

/// At this rate the wave is compared.
const RATE_HZ: usize = 8_000;
/// For a first look a mean of so many samples does: most of a voice is left, and it is a sixteenth of the work.
const COARSE: usize = 4;
/// Silence at the beginning of a prompt says nothing.
const SKIP: usize = RATE_HZ / 10;
/// So much of it is looked for.
const LENGTH: usize = RATE_HZ / 2;
/// In so many parts, one after the other, each of which tells it: a phone that is short of time patches a part of what it hears.
const PARTS: usize = 3;
/// What is this like a sound is the sound; two sentences are less than half of it like each other.
pub(crate) const SAME: f64 = 0.8;

/// The beginning of a sound, to be found again.
pub(crate) struct Sample(Vec<Part>);

struct Part {
    /// Where in the sound it begins.
    from: usize,
    fine: Vec<f32>,
    coarse: Vec<f32>,
}

impl Sample {
    pub(crate) fn of(sound: &Sound) -> Self {
        let all = means(&sound.samples, sound.rate_hz as usize / RATE_HZ);
        let skip = SKIP.min(all.len() / 4);
        let parts = all[skip..].chunks(LENGTH).take(PARTS).enumerate();
        // A sound that is over soon has one part alone.
        let parts = parts.filter(|(at, part)| *at == 0 || part.len() == LENGTH);
        let part = |(at, part): (usize, &[f32])| Part {
            from: skip + at * LENGTH,
            fine: part.to_vec(),
            coarse: thinned(part),
        };
        Self(parts.map(part).collect())
    }

    /// How like it the likest place of what was heard is, from 0 to 1, and after how many ms that place comes.
    pub(crate) fn find(&self, heard: &[i16], rate_hz: u32) -> (f64, usize) {
        let heard = means(heard, rate_hz as usize / RATE_HZ);
        let thin = thinned(&heard);
        let parts = self.0.iter().map(|part| part.find(&heard, &thin));
        let (like, at) = likest(parts);
        (like, at * 1_000 / RATE_HZ)
    }
}

impl Part {
    fn find(&self, heard: &[f32], thin: &[f32]) -> (f64, usize) {
        let places = thin.windows(self.coarse.len()).enumerate();
        let near = likest(places.map(|(at, window)| (likeness(window, &self.coarse), at * COARSE)));
        // The wave may begin between two means.
        let places = near.1.saturating_sub(COARSE)..=near.1 + COARSE;
        likest(places.filter_map(|at| {
            let window = heard.get(at..at + self.fine.len())?;
            Some((likeness(window, &self.fine), at.saturating_sub(self.from)))
        }))
    }
}

fn likest(all: impl Iterator<Item = (f64, usize)>) -> (f64, usize) {
    all.fold(
        (0.0, 0),
        |best, one| if one.0 > best.0 { one } else { best },
    )
}

/// The means of so many samples each.
fn means(samples: &[i16], count: usize) -> Vec<f32> {
    let mean = |chunk: &[i16]| {
        let sum: i32 = chunk.iter().map(|sample| i32::from(*sample)).sum();
        sum as f32 / count as f32
    };
    samples.chunks_exact(count).map(mean).collect()
}

fn thinned(samples: &[f32]) -> Vec<f32> {
    let chunks = samples.chunks_exact(COARSE);
    chunks
        .map(|chunk| chunk.iter().sum::<f32>() / COARSE as f32)
        .collect()
}

/// 1 for the same wave however loud, 0 for what has nothing in common.
pub(crate) fn likeness(one: &[f32], other: &[f32]) -> f64 {
    let (mut both, mut ones, mut others) = (0.0_f32, 0.0_f32, 0.0_f32);
    for (a, b) in one.iter().zip(other) {
        both += a * b;
        ones += a * a;
        others += b * b;
    }
    // Silence is like nothing.
    let loud = (ones * others).sqrt().max(one.len() as f32);
    f64::from(both / loud).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sound without a tone, of its seed; steady over four samples, as a voice is.
    fn noise(seed: u32, ms: usize) -> Vec<i16> {
        let mut state = seed;
        let mut steps = (0..2 * ms).map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 18) as i16 - 8_192
        });
        let mut all = Vec::new();
        steps.by_ref().for_each(|step| all.extend([step; 4]));
        all
    }

    fn sound(seed: u32) -> Sound {
        let samples = noise(seed, 1_500);
        Sound {
            rate_hz: 8_000,
            samples,
        }
    }

    #[test]
    fn a_sound_is_found_where_it_is_and_another_one_nowhere() {
        let (own, other) = (sound(1), sound(2));
        let mut heard = noise(3, 700);
        heard.extend([0; 3]);
        // Softer, as after a network's attenuator.
        heard.extend(own.samples.iter().map(|sample| sample / 3));
        heard.extend(noise(4, 401));
        let (likeness, at_ms) = Sample::of(&own).find(&heard, 8_000);
        assert!(likeness > SAME, "{likeness}");
        assert_eq!(at_ms, 700);
        let (likeness, _) = Sample::of(&other).find(&heard, 8_000);
        assert!(likeness < SAME / 2.0, "{likeness}");
        let (likeness, _) = Sample::of(&own).find(&vec![0; 16_000], 8_000);
        assert!(likeness < 0.01, "silence is like nothing: {likeness}");
    }
}
