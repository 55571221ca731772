//! The day that is looked at: from midnight to midnight by its own clock, and what counts as served well.

use std::time::Duration;

use model::Timestamp;
use model::service_level::Bounds;
use serde::{Deserialize, Serialize};

use crate::figures::Figures;
use crate::scenario::Start;

const DAY: Duration = Duration::from_secs(86_400);

/// See the file's head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Its first moment.
    pub from: Timestamp,
    /// The first moment after it.
    pub to: Timestamp,
    /// T of the service levels, in ms.
    pub service_level_ms: u64,
    /// The bound of short abandons, in ms.
    pub short_abandon_ms: u64,
}

/// Why there is no such day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}`: expected a day such as 2026-11-23, and an offset such as +08:00")]
pub struct NotADay(pub String);

impl Window {
    /// The day of this date by a clock with this offset, with 20 s and 5 s as bounds.
    ///
    /// # Errors
    /// That is no date, or no offset.
    pub fn of_day(day: &str, offset: &str) -> Result<Self, NotADay> {
        let text = format!("{day}T00:00:00{offset}");
        let start = Start::try_from(text).map_err(|_| NotADay(format!("{day} {offset}")))?;
        Ok(Self {
            from: start.at.into(),
            to: (start.at + DAY).into(),
            service_level_ms: 20_000,
            short_abandon_ms: 5_000,
        })
    }

    pub(crate) fn from(&self) -> Duration {
        self.from.into()
    }

    pub(crate) fn to(&self) -> Duration {
        self.to.into()
    }

    /// Whether a moment lies in it.
    pub(crate) fn holds(&self, at: Duration) -> bool {
        (self.from()..self.to()).contains(&at)
    }

    pub(crate) fn figures(&self) -> Figures {
        let bounds = Bounds {
            t_ms: self.service_level_ms,
            short_ms: self.short_abandon_ms,
            ..Bounds::default()
        };
        Figures::new(bounds, self.from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_that_of_its_own_clock() {
        let day = Window::of_day("2026-11-23", "+08:00").unwrap();
        assert_eq!(day.from.to_string(), "2026-11-22T16:00:00.000Z");
        assert_eq!(day.to.to_string(), "2026-11-23T16:00:00.000Z");
        for (day, offset) in [
            ("yesterday", "+08:00"),
            ("2026-11-31", "Z"),
            ("2026-11-23", "8"),
        ] {
            let error = Window::of_day(day, offset).unwrap_err().to_string();
            assert!(error.contains(day), "{error}");
        }
    }
}
