//! A jitter buffer: packets in as they come, one out per packet time.
//!
//! For whoever must mix or play voice itself (a conference, a listening supervisor); a bridge of two legs relays at once
//! and leaves this to the phones. The wanted delay follows the worst lateness of late, between 20 and 200 ms. Fixed
//! capacity: nothing is allocated after [`JitterBuffer::new`]. Stretching voice is not done: a packet is left out or waited for.

use core::time::Duration;

/// Least delay.
const TARGET_MIN: Duration = Duration::from_millis(20);
/// Most delay; what comes later is lost.
const TARGET_MAX: Duration = Duration::from_millis(200);
/// How much of the lateness is forgotten with every packet: half after 7 s of 20 ms packets.
const FORGET_DIVISOR: u32 = 512;
/// Packets that a late one may lie behind ([`crate::sequence`] calls more a restart).
const LATE_MAX: u64 = 100;

/// What a packet time brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Popped<T> {
    /// The next packet.
    Item(T),
    /// The next packet is not there and others wait behind it: conceal it.
    Missing,
    /// Nothing to play: before the first packet, while filling up, or the sender is silent.
    Filling,
}

/// Packets of one source in the order of their extended sequence numbers ([`crate::Sequence`]).
#[derive(Debug)]
pub struct JitterBuffer<T> {
    slots: Box<[Option<(u64, T)>]>,
    packet_time: Duration,
    /// Nothing is played until the wanted delay has gathered.
    filling: bool,
    /// What lies before this number is played or given up; none before the first packet.
    next: Option<u64>,
    highest: Option<u64>,
    target: Duration,
    /// The number from which arrivals are reckoned, and the earliest of late, as if all had that number.
    earliest: Option<(u64, Duration)>,
    late: u64,
}

impl<T> JitterBuffer<T> {
    /// Room for `capacity` packets (at least 16) of `packet_time` each.
    #[must_use]
    pub fn new(capacity: usize, packet_time: Duration) -> Self {
        let slots = (0..capacity.max(16)).map(|_| None).collect();
        let packet_time = packet_time.max(Duration::from_millis(1));
        Self {
            slots,
            packet_time,
            filling: true,
            next: None,
            highest: None,
            target: TARGET_MIN,
            earliest: None,
            late: 0,
        }
    }

    /// Takes a packet by its extended number. Too late, or repeated: dropped.
    pub fn insert(&mut self, now: Duration, number: u64, item: T) {
        // A jump beyond the capacity is a new beginning; so is one farther back than a packet can be late.
        let room = u64::try_from(self.slots.len()).unwrap_or(u64::MAX);
        let origin = self.next.or_else(|| self.lowest()).unwrap_or(number);
        if number.saturating_sub(origin) >= room
            || origin.saturating_sub(number) > LATE_MAX.max(room)
        {
            self.slots.fill_with(|| None);
            (self.filling, self.next, self.highest, self.earliest) = (true, None, None, None);
        }
        if self.next.is_some_and(|next| number < next) {
            self.late = self.late.saturating_add(1);
            return self.learn(now, number);
        }
        self.learn(now, number);
        self.highest = Some(self.highest.map_or(number, |highest| highest.max(number)));
        if let Some(slot) = self.slot(number)
            && slot.is_none()
        {
            *slot = Some((number, item));
        }
    }

    /// Takes what is to be played in this packet time; to be called once in each.
    pub fn pop(&mut self) -> Popped<T> {
        let Some(highest) = self.highest else {
            return Popped::Filling;
        };
        let next = if self.filling {
            self.lowest()
        } else {
            self.next
        };
        let Some(next) = next.filter(|next| *next <= highest) else {
            // Everything is played: fill up to the wanted delay before going on.
            self.filling = true;
            return Popped::Filling;
        };
        let waiting = self.packet_time.saturating_mul(span(next, highest));
        if self.filling && waiting < self.target {
            return Popped::Filling;
        }
        self.filling = false;
        // The next packet is late and less waits than is wanted: conceal, and let the delay grow by one packet time.
        let here = self.slot(next).is_some_and(|slot| slot.is_some());
        if !here && waiting <= self.target {
            return Popped::Missing;
        }
        // More waits than is wanted, by more than two packets: leave one out to catch up.
        let excess = waiting
            > self
                .target
                .saturating_add(self.packet_time.saturating_mul(2));
        if excess {
            self.take(next);
        }
        let next = next.saturating_add(u64::from(excess));
        self.next = Some(next.saturating_add(1));
        self.take(next).map_or(Popped::Missing, Popped::Item)
    }

    /// The delay that is wanted at present.
    #[must_use]
    pub fn target(&self) -> Duration {
        self.target
    }

    /// Packets that came too late to be played.
    #[must_use]
    pub fn late(&self) -> u64 {
        self.late
    }

    /// Follows the arrival: the wanted delay is the lateness against the earliest packet, quick up and slow down.
    fn learn(&mut self, now: Duration, number: u64) {
        let (origin, earliest) = self.earliest.unwrap_or((number, now));
        let sent = u32::try_from(number.saturating_sub(origin)).unwrap_or(u32::MAX);
        let arrival = now.saturating_sub(self.packet_time.saturating_mul(sent));
        let earliest = earliest.min(arrival);
        let lateness = arrival.saturating_sub(earliest);
        // Forgetting lets the earliest drift after a sender whose clock is slow.
        let forgotten = lateness.checked_div(FORGET_DIVISOR).unwrap_or_default();
        self.earliest = Some((origin, earliest.saturating_add(forgotten)));
        let wanted = lateness
            .saturating_add(self.packet_time)
            .clamp(TARGET_MIN, TARGET_MAX);
        let forgotten = self
            .target
            .saturating_sub(self.target.checked_div(FORGET_DIVISOR).unwrap_or_default());
        self.target = wanted.max(forgotten);
    }

    fn lowest(&self) -> Option<u64> {
        self.next
            .or_else(|| self.slots.iter().flatten().map(|(number, _)| *number).min())
    }

    fn take(&mut self, number: u64) -> Option<T> {
        self.slot(number)?
            .take()
            .filter(|(there, _)| *there == number)
            .map(|(_, item)| item)
    }

    fn slot(&mut self, number: u64) -> Option<&mut Option<(u64, T)>> {
        let at = number.checked_rem(u64::try_from(self.slots.len()).ok()?)?;
        self.slots.get_mut(usize::try_from(at).ok()?)
    }
}

/// Packets from `first` to `last`, both counted.
fn span(first: u64, last: u64) -> u32 {
    u32::try_from(last.saturating_sub(first))
        .unwrap_or(u32::MAX)
        .saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICK: Duration = Duration::from_millis(20);

    fn buffer() -> JitterBuffer<u64> {
        JitterBuffer::new(32, TICK)
    }

    /// Packet n is sent at 20 n ms and comes after `delay_ms(n)`, or never; what each tick of 20 ms pops.
    fn play(
        packets: u64,
        delay_ms: impl Fn(u64) -> Option<u64>,
    ) -> (Vec<Popped<u64>>, JitterBuffer<u64>) {
        let mut buffer = buffer();
        let mut arrivals: Vec<(u64, u64)> = (0..packets)
            .filter_map(|n| Some((20 * n + delay_ms(n)?, n)))
            .collect();
        arrivals.sort_unstable();
        let mut arrivals = arrivals.into_iter().peekable();
        let popped = (0..packets + 15).map(|tick| {
            while let Some((at, number)) = arrivals.next_if(|(at, _)| *at <= 20 * tick) {
                buffer.insert(Duration::from_millis(1_000 + at), 70_000 + number, number);
            }
            buffer.pop()
        });
        (popped.collect(), buffer)
    }

    fn items(popped: &[Popped<u64>]) -> Vec<u64> {
        popped
            .iter()
            .filter_map(|it| {
                if let Popped::Item(number) = it {
                    Some(*number)
                } else {
                    None
                }
            })
            .collect()
    }

    #[test]
    fn an_even_stream_passes_with_least_delay() {
        let (popped, buffer) = play(100, |_| Some(5));
        assert_eq!(items(&popped), (0..100).collect::<Vec<_>>());
        assert!(
            popped[..100]
                .iter()
                .filter(|it| **it == Popped::Missing)
                .count()
                == 0
        );
        assert_eq!(buffer.target(), TARGET_MIN);
    }

    #[test]
    fn reordered_packets_come_out_in_order_and_lost_ones_are_missing() {
        let (popped, _) = play(100, |n| match n {
            50 => None,
            n if n % 10 == 3 => Some(45),
            _ => Some(0),
        });
        let items = items(&popped);
        assert!(items.is_sorted(), "{items:?}");
        assert!(items.len() >= 95, "{items:?}");
        assert!(!items.contains(&50));
        assert!(popped.contains(&Popped::Missing));
    }

    #[test]
    fn delay_grows_with_jitter_and_stays_within_bounds() {
        let (popped, buffer) = play(500, |n| Some(if n % 7 == 0 { 90 } else { 0 }));
        assert!(
            (Duration::from_millis(90)..=TARGET_MAX).contains(&buffer.target()),
            "{:?}",
            buffer.target()
        );
        assert!(items(&popped).len() > 480, "{}", items(&popped).len());
        let (_, buffer) = play(500, |n| Some(if n % 7 == 0 { 900 } else { 0 }));
        assert_eq!(buffer.target(), TARGET_MAX);
    }

    #[test]
    fn a_burst_is_caught_up() {
        let mut buffer = buffer();
        for number in 0..20 {
            buffer.insert(Duration::from_secs(1), number, number);
        }
        let first: Vec<u64> = items(&(0..12).map(|_| buffer.pop()).collect::<Vec<_>>());
        assert!(
            first.last() > Some(&12),
            "packets are left out while too many wait: {first:?}"
        );
    }

    #[test]
    fn repeated_late_and_far_packets() {
        let mut buffer = buffer();
        for number in [5, 5, 6] {
            buffer.insert(Duration::from_secs(1), number, number);
        }
        assert_eq!(
            (buffer.pop(), buffer.pop(), buffer.pop()),
            (Popped::Item(5), Popped::Item(6), Popped::Filling)
        );
        for number in [7, 8] {
            buffer.insert(Duration::from_secs(1), number, number);
        }
        assert_eq!(buffer.pop(), Popped::Item(7));
        buffer.insert(Duration::from_secs(1), 6, 6);
        assert_eq!(buffer.late(), 1);
        for number in 1_000_000..1_000_004 {
            buffer.insert(Duration::from_secs(1), number, number);
        }
        assert_eq!(
            buffer.pop(),
            Popped::Item(1_000_000),
            "a far jump begins anew"
        );
    }

    #[test]
    fn nothing_grows() {
        let mut buffer = buffer();
        let capacity = buffer.slots.len();
        for number in (0..10_000).map(|n: u64| n.wrapping_mul(0x9e37_79b9) % 5_000) {
            buffer.insert(Duration::from_millis(number), number, number);
            buffer.pop();
        }
        assert_eq!(buffer.slots.len(), capacity);
    }
}
