//! Chance: seeded streams of random numbers, one for each who draws.
//!
//! Each stream's numbers depend on the seed and on whose stream it is, never on what others drew: the same callers come
//! with the same patience whatever the queue's strategy, so that two configurations are compared on one and the same day.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};

/// Whose stream it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    /// When the callers of this group come, and what each brings with him.
    Callers(usize),
    /// What this agent does.
    Agent(usize),
    /// What the network does to messages.
    Network,
    /// How long prompts last.
    Prompts,
}

impl Stream {
    const fn number(self) -> u64 {
        match self {
            Self::Network => 0,
            Self::Prompts => 4,
            Self::Callers(group) => (group as u64) << 2 | 1,
            Self::Agent(agent) => (agent as u64) << 2 | 2,
        }
    }
}

/// A stream.
#[derive(Clone, Debug)]
pub(crate) struct Random(Xoshiro256PlusPlus);

impl Random {
    pub(crate) fn new(seed: u64, stream: Stream) -> Self {
        // The generator spreads its seed by SplitMix64; an odd factor keeps the streams of one seed apart.
        let mixed = seed.rotate_left(32) ^ stream.number().wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self(Xoshiro256PlusPlus::seed_from_u64(mixed))
    }

    /// From 0 to just below 1, evenly.
    pub(crate) fn uniform(&mut self) -> f64 {
        const STEP: f64 = 1.0 / (1_u64 << 53) as f64;
        (self.0.next_u64() >> 11) as f64 * STEP
    }

    /// Whether something of this probability happens.
    pub(crate) fn happens(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// A number below `bound`; 0 when that is 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        // Lemire's multiplication; its bias of 2⁻⁵³ is beyond what a simulation shows.
        ((self.uniform() * bound as f64) as usize).min(bound.saturating_sub(1))
    }

    /// Exponential with mean 1.
    pub(crate) fn exponential(&mut self) -> f64 {
        -(1.0 - self.uniform()).ln()
    }

    /// Normal with mean 0 and deviation 1 (Box and Muller 1958).
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (2.0 * self.exponential()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_depends_on_its_seed_and_its_owner_alone() {
        let draw = |seed, stream| {
            let mut random = Random::new(seed, stream);
            [random.uniform(), random.uniform(), random.normal()].map(f64::to_bits)
        };
        assert_eq!(draw(7, Stream::Agent(3)), draw(7, Stream::Agent(3)));
        let streams = [
            (7, Stream::Agent(3)),
            (8, Stream::Agent(3)),
            (7, Stream::Agent(4)),
            (7, Stream::Callers(3)),
            (7, Stream::Network),
        ];
        for (one, a) in streams.iter().enumerate() {
            for b in streams.iter().skip(one + 1) {
                assert_ne!(draw(a.0, a.1), draw(b.0, b.1), "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn moments_are_those_of_the_distributions() {
        let mut random = Random::new(1, Stream::Network);
        let count = 200_000;
        let mean = |draw: &mut dyn FnMut() -> f64| -> f64 {
            (0..count).map(|_| draw()).sum::<f64>() / f64::from(count)
        };
        let uniform = mean(&mut || random.uniform());
        let exponential = mean(&mut || random.exponential());
        let square = mean(&mut || random.normal().powi(2));
        for (name, is, ought) in [
            ("uniform", uniform, 0.5),
            ("exponential", exponential, 1.0),
            ("normal²", square, 1.0),
        ] {
            assert!((is - ought).abs() < 0.01, "{name}: {is} for {ought}");
        }
    }
}
