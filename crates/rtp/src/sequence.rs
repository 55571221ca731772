//! Sequence numbers that do not wrap: RFC 3550 A.1.
//!
//! Invariant: the extended number of a packet never changes with the order in which packets come. A jump beyond
//! `MAX_DROPOUT` is believed when a second packet follows it (the sender restarted); one lone packet is not. The probation
//! of A.1 is not here: which source is heard is decided by its address first.

/// Packets that may be missing before a jump is suspect.
const MAX_DROPOUT: u16 = 3_000;
/// How late a packet may come and still be merely late.
const MAX_MISORDER: u16 = 100;

/// Where a packet stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Ahead of all before it; the extended number.
    Ahead(u64),
    /// Behind the highest, or a repetition of it; the extended number.
    Late(u64),
    /// A jump that is not believed yet: drop the packet.
    Suspect,
    /// The second packet after a jump: counting starts anew with this extended number.
    Restarted(u64),
}

/// The sequence of one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sequence {
    base: u64,
    highest: u64,
    received: u64,
    /// The number that would confirm a restart.
    confirming: Option<u16>,
}

impl Sequence {
    /// Starts before the packet `first`, which is to be given to [`Sequence::handle`] as well.
    #[must_use]
    pub fn new(first: u16) -> Self {
        // One cycle ahead of zero, so that packets before the first one have numbers too.
        let base = 0x1_0000_u64.saturating_add(u64::from(first));
        Self {
            base,
            highest: base.saturating_sub(1),
            received: 0,
            confirming: None,
        }
    }

    /// Takes the next packet's number.
    pub fn handle(&mut self, sequence: u16) -> Place {
        let [.., high, low] = self.highest.to_be_bytes();
        let ahead = sequence.wrapping_sub(u16::from_be_bytes([high, low]));
        let behind = ahead.wrapping_neg();
        if behind <= MAX_MISORDER {
            self.received = self.received.saturating_add(1);
            return Place::Late(self.highest.saturating_sub(u64::from(behind)));
        }
        if ahead < MAX_DROPOUT {
            self.received = self.received.saturating_add(1);
            self.confirming = None;
            self.highest = self.highest.saturating_add(u64::from(ahead));
            return Place::Ahead(self.highest);
        }
        if self.confirming == Some(sequence) {
            *self = Self::new(sequence);
            self.handle(sequence);
            return Place::Restarted(self.highest);
        }
        self.confirming = Some(sequence.wrapping_add(1));
        Place::Suspect
    }

    /// Highest extended number seen.
    #[must_use]
    pub fn highest(&self) -> u64 {
        self.highest
    }

    /// Packets that should have come since the start.
    #[must_use]
    pub fn expected(&self) -> u64 {
        self.highest.saturating_add(1).saturating_sub(self.base)
    }

    /// Packets that came, repetitions included (RFC 3550 A.3).
    #[must_use]
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Expected less received; negative when packets were repeated.
    #[must_use]
    pub fn lost(&self) -> i64 {
        let (expected, received) = (i64::try_from(self.expected()), i64::try_from(self.received));
        expected
            .unwrap_or(i64::MAX)
            .saturating_sub(received.unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_go_on_over_the_wrap() {
        let mut sequence = Sequence::new(65_534);
        let places: Vec<Place> = [65_534, 65_535, 0, 2, 1, 3]
            .map(|number| sequence.handle(number))
            .to_vec();
        let first = 0x1_0000 + 65_534;
        let expected = [
            (0, true),
            (1, true),
            (2, true),
            (4, true),
            (3, false),
            (5, true),
        ];
        let expected = expected.map(|(at, ahead)| {
            if ahead {
                Place::Ahead(first + at)
            } else {
                Place::Late(first + at)
            }
        });
        assert_eq!(places, expected);
        assert_eq!(
            (sequence.expected(), sequence.received(), sequence.lost()),
            (6, 6, 0)
        );
    }

    #[test]
    fn loss_is_counted_and_repetition_counts_against_it() {
        let mut sequence = Sequence::new(10);
        for number in [10, 11, 15, 15, 15] {
            sequence.handle(number);
        }
        assert_eq!((sequence.expected(), sequence.lost()), (6, 1));
    }

    #[test]
    fn a_jump_needs_a_witness() {
        let mut sequence = Sequence::new(100);
        sequence.handle(100);
        assert_eq!(sequence.handle(40_000), Place::Suspect);
        assert_eq!(
            sequence.handle(101),
            Place::Ahead(0x1_0000 + 101),
            "a lone stray changes nothing"
        );
        assert_eq!(sequence.handle(50_000), Place::Suspect);
        assert_eq!(sequence.handle(50_001), Place::Restarted(0x1_0000 + 50_001));
        assert_eq!((sequence.expected(), sequence.received()), (1, 1));
    }

    proptest! {
        /// Extended numbers move as the truth does, whatever the order within the window.
        #[test]
        fn extended_numbers_follow_the_truth(start in any::<u16>(), steps in prop::collection::vec(-90_i64..2_000, 1..60)) {
            let mut sequence = Sequence::new(start);
            sequence.handle(start);
            let mut highest = i64::from(start) + 0x1_0000;
            for step in steps {
                let truth = highest + step;
                match sequence.handle(truth as u16) {
                    Place::Ahead(number) => prop_assert_eq!(number as i64, truth),
                    Place::Late(number) => prop_assert!(step <= 0 && number as i64 == truth),
                    Place::Suspect | Place::Restarted(_) => prop_assert!(false, "{}", step),
                }
                highest = highest.max(truth);
            }
        }
    }
}
