//! What every simulated phone must be able to do where messages get lost: say a thing again until it is heard (RFC 3261 §17).
//!
//! A phone has one thing at a time that waits to be heard: an INVITE, its answer, a BYE or a REGISTER.

use std::time::Duration;

use bytes::Bytes;

/// RFC 3261 §17.1.1.1.
const T1: Duration = Duration::from_millis(500);
const T2: Duration = Duration::from_secs(4);
/// 64*T1: what is not heard by then is given up.
const PATIENCE: Duration = Duration::from_secs(32);

/// The thing that waits to be heard.
#[derive(Debug, Default)]
pub(crate) struct Repeating {
    said: Option<Bytes>,
    wait: Duration,
    so_far: Duration,
    /// Its number: a timer of what was said before it means nothing.
    number: u32,
}

/// What a timer of a repetition comes to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Again {
    /// Say it again, and come back with this number after this time.
    Say(Bytes, u32, Duration),
    /// Nobody has heard it for 32 s.
    GivenUp,
    /// It was heard long ago.
    Nothing,
}

impl Repeating {
    /// Something was said: its number, and when it is to be said again.
    pub(crate) fn begin(&mut self, said: Bytes) -> (u32, Duration) {
        self.number = self.number.wrapping_add(1);
        (self.said, self.wait, self.so_far) = (Some(said), T1, Duration::ZERO);
        (self.number, T1)
    }

    /// It was heard.
    pub(crate) fn heard(&mut self) {
        self.said = None;
    }

    pub(crate) fn due(&mut self, number: u32) -> Again {
        let Some(said) = self.said.clone().filter(|_| number == self.number) else {
            return Again::Nothing;
        };
        self.so_far += self.wait;
        if self.so_far >= PATIENCE {
            self.said = None;
            return Again::GivenUp;
        }
        self.wait = (self.wait * 2).min(T2);
        Again::Say(said, self.number, self.wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3261_17_it_is_said_again_at_doubling_intervals_and_given_up_after_32_s() {
        let mut repeating = Repeating::default();
        let (number, first) = repeating.begin("a".into());
        let mut waits = vec![first.as_millis()];
        while let Again::Say(_, same, wait) = repeating.due(number) {
            assert_eq!(same, number);
            waits.push(wait.as_millis());
        }
        assert_eq!(waits[..5], [500, 1_000, 2_000, 4_000, 4_000]);
        assert!(
            (32_000..40_000).contains(&waits.iter().sum::<u128>()),
            "{waits:?}"
        );
        assert_eq!(repeating.due(number), Again::Nothing);
    }

    #[test]
    fn what_was_heard_is_said_no_more_and_an_old_timer_means_nothing() {
        let mut repeating = Repeating::default();
        let (old, _) = repeating.begin("a".into());
        let (number, _) = repeating.begin("b".into());
        assert_eq!(repeating.due(old), Again::Nothing);
        repeating.heard();
        assert_eq!(repeating.due(number), Again::Nothing);
    }
}
