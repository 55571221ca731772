//! Today's callers of the former process, counted from the log while this one works already (D24).
//!
//! The day is found by halving, then read from its first fact to the last before the start. Nobody waits for it: the board counts
//! from the start on, and what this finds is added at its end.

use model::Timestamp;

use super::EventHub;

/// Facts read at once.
const PAGE: usize = 1_024;

impl EventHub {
    /// Counts what the log holds of the day in which this process began, and adds it. It may take long and blocks: it wants a
    /// thread of its own.
    pub fn count_earlier(&self) {
        let until = self.settings.last_seq;
        let mut earlier = self.view.read(|board| {
            let tally = board.tally();
            tally.of_day(self.settings.began_at)
        });
        let mut after = self.last_before(earlier.since());
        while after < until {
            let page = (self.read)(after, PAGE);
            let Some(last) = page.last().map(|record| record.seq) else {
                // What stands here cannot be read, which the log has told: the counts are of what could be.
                break;
            };
            for record in page.iter().filter(|record| record.seq <= until) {
                earlier.apply(record.at, &record.fact);
            }
            after = last;
        }
        self.view.count(|tally| tally.add_earlier(earlier));
    }

    /// The number of the last fact before a moment. What the log does not keep any more is before it.
    fn last_before(&self, moment: Timestamp) -> u64 {
        let (mut low, mut high) = (0, self.settings.last_seq);
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            let found = (self.read)(middle - 1, 1);
            if found.first().is_none_or(|record| record.at < moment) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        low
    }
}
