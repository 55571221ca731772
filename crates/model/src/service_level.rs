//! Service level (服务水平): how many callers were served in time, by five formulas that have names (D24).
//!
//! Asterisk, Genesys and contracts mean different things by the same word; so no figure is ever called "the" service
//! level. Each formula stands here once, whoever shows it.

use serde::{Deserialize, Serialize};

/// By what callers are counted: in time or not, short or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// T: who is answered, or gives up, within it is so in time; in ms.
    pub t_ms: u64,
    /// Who gives up before it could not have been served (D23); in ms.
    pub short_ms: u64,
    /// The formula by which the queue is judged.
    pub level: ServiceLevel,
}

impl Default for Bounds {
    /// 20 s, D23's 5 s, and who gives up within T counts for nothing.
    fn default() -> Self {
        Self {
            t_ms: 20_000,
            short_ms: 5_000,
            level: ServiceLevel::WithoutAbandonsInT,
        }
    }
}

impl Bounds {
    /// What one caller counts who was answered after so long.
    pub fn answered(self, waited_ms: u64) -> ServiceCounts {
        ServiceCounts {
            answered: 1,
            answered_in_t: (waited_ms <= self.t_ms).into(),
            ..ServiceCounts::default()
        }
    }

    /// What one caller counts who hung up after so long.
    pub fn abandoned(self, waited_ms: u64) -> ServiceCounts {
        ServiceCounts {
            abandoned: 1,
            abandoned_in_t: (waited_ms <= self.t_ms).into(),
            short_abandons: (waited_ms < self.short_ms).into(),
            ..ServiceCounts::default()
        }
    }
}

/// What the formulas count, for one threshold T.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceCounts {
    /// Callers who joined a queue.
    pub offered: u64,
    /// Of these, those who reached an agent.
    pub answered: u64,
    /// Of these, those within T.
    pub answered_in_t: u64,
    /// Callers who hung up while they waited.
    pub abandoned: u64,
    /// Of these, those within T.
    pub abandoned_in_t: u64,
    /// Of these, those so soon that nobody could have served them.
    pub short_abandons: u64,
}

impl ServiceCounts {
    /// Counts of both.
    pub const fn add(&mut self, other: &Self) {
        self.offered += other.offered;
        self.answered += other.answered;
        self.answered_in_t += other.answered_in_t;
        self.abandoned += other.abandoned;
        self.abandoned_in_t += other.abandoned_in_t;
        self.short_abandons += other.short_abandons;
    }

    /// As if the other had never been counted.
    pub const fn take_back(&mut self, other: &Self) {
        self.offered = self.offered.saturating_sub(other.offered);
        self.answered = self.answered.saturating_sub(other.answered);
        self.answered_in_t = self.answered_in_t.saturating_sub(other.answered_in_t);
        self.abandoned = self.abandoned.saturating_sub(other.abandoned);
        self.abandoned_in_t = self.abandoned_in_t.saturating_sub(other.abandoned_in_t);
        self.short_abandons = self.short_abandons.saturating_sub(other.short_abandons);
    }
}

/// One of the formulas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceLevel {
    /// Answered in T ÷ answered.
    OfAnswered,
    /// Answered in T ÷ offered.
    OfOffered,
    /// (Answered in T + abandoned in T) ÷ (answered + abandoned).
    WithAbandonsInT,
    /// Answered in T ÷ (answered + abandoned after T).
    WithoutAbandonsInT,
    /// Answered in T ÷ (offered − short abandons).
    WithoutShortAbandons,
}

impl ServiceLevel {
    /// All five.
    pub const ALL: [Self; 5] = [
        Self::OfAnswered,
        Self::OfOffered,
        Self::WithAbandonsInT,
        Self::WithoutAbandonsInT,
        Self::WithoutShortAbandons,
    ];

    /// Its name in data.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OfAnswered => "of_answered",
            Self::OfOffered => "of_offered",
            Self::WithAbandonsInT => "with_abandons_in_t",
            Self::WithoutAbandonsInT => "without_abandons_in_t",
            Self::WithoutShortAbandons => "without_short_abandons",
        }
    }

    /// What it divides by what, for people.
    pub const fn formula(self) -> &'static str {
        match self {
            Self::OfAnswered => "answered in T ÷ answered",
            Self::OfOffered => "answered in T ÷ offered",
            Self::WithAbandonsInT => "(answered in T + abandoned in T) ÷ (answered + abandoned)",
            Self::WithoutAbandonsInT => "answered in T ÷ (answered + abandoned after T)",
            Self::WithoutShortAbandons => "answered in T ÷ (offered − short abandons)",
        }
    }

    /// The same on a Chinese page.
    pub const fn formula_chinese(self) -> &'static str {
        match self {
            Self::OfAnswered => "T 内接通 ÷ 接通",
            Self::OfOffered => "T 内接通 ÷ 进线",
            Self::WithAbandonsInT => "（T 内接通 + T 内放弃）÷（接通 + 放弃）",
            Self::WithoutAbandonsInT => "T 内接通 ÷（接通 + T 后放弃）",
            Self::WithoutShortAbandons => "T 内接通 ÷（进线 − 短时放弃）",
        }
    }

    /// The formula of a name in data.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }

    /// The share, 0 to 1; `None` where there is nothing to divide by.
    pub fn of(self, counts: &ServiceCounts) -> Option<f64> {
        let (served, all) = match self {
            Self::OfAnswered => (counts.answered_in_t, counts.answered),
            Self::OfOffered => (counts.answered_in_t, counts.offered),
            Self::WithAbandonsInT => (
                counts.answered_in_t + counts.abandoned_in_t,
                counts.answered + counts.abandoned,
            ),
            Self::WithoutAbandonsInT => (
                counts.answered_in_t,
                counts.answered + counts.abandoned.saturating_sub(counts.abandoned_in_t),
            ),
            Self::WithoutShortAbandons => (
                counts.answered_in_t,
                counts.offered.saturating_sub(counts.short_abandons),
            ),
        };
        (all > 0).then(|| served as f64 / all as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d23_who_gives_up_at_once_is_a_short_abandon_and_still_an_abandon() {
        let bounds = Bounds::default();
        for (waited_ms, in_t, short) in [(4_999, 1, 1), (5_000, 1, 0), (20_001, 0, 0)] {
            let counts = bounds.abandoned(waited_ms);
            let told = [
                counts.abandoned,
                counts.abandoned_in_t,
                counts.short_abandons,
            ];
            assert_eq!(told, [1, in_t, short], "{waited_ms} ms");
        }
        let in_t = |waited_ms| bounds.answered(waited_ms).answered_in_t;
        assert_eq!((in_t(20_000), in_t(20_001)), (1, 0));
    }

    #[test]
    fn d24_the_five_formulas_differ_on_the_same_day() {
        let counts = ServiceCounts {
            offered: 100,
            answered: 80,
            answered_in_t: 60,
            abandoned: 15,
            abandoned_in_t: 6,
            short_abandons: 4,
        };
        let levels = ServiceLevel::ALL.map(|level| level.of(&counts).unwrap());
        assert_eq!(levels, [0.75, 0.6, 66.0 / 95.0, 60.0 / 89.0, 0.625]);
    }

    #[test]
    fn i7_one_day_four_results_so_the_formula_is_printed() {
        // Answered 1,000, of which 860 within T; abandoned 60, of which 20 within T.
        let counts = ServiceCounts {
            offered: 1_060,
            answered: 1_000,
            answered_in_t: 860,
            abandoned: 60,
            abandoned_in_t: 20,
            short_abandons: 0,
        };
        for (level, percent) in [
            (ServiceLevel::WithAbandonsInT, "83.0"),
            (ServiceLevel::OfAnswered, "86.0"),
            (ServiceLevel::OfOffered, "81.1"),
            (ServiceLevel::WithoutAbandonsInT, "82.7"),
        ] {
            let share = level.of(&counts).unwrap();
            assert_eq!(format!("{:.1}", share * 100.0), percent, "{level:?}");
            assert_eq!(ServiceLevel::named(level.name()), Some(level));
        }
        assert_eq!(Bounds::default().level, ServiceLevel::WithoutAbandonsInT);
    }

    #[test]
    fn without_calls_there_is_no_service_level() {
        let nobody = ServiceCounts::default();
        assert!(
            ServiceLevel::ALL
                .iter()
                .all(|level| level.of(&nobody).is_none())
        );
        let all_too_short = ServiceCounts {
            offered: 3,
            abandoned: 3,
            abandoned_in_t: 3,
            short_abandons: 3,
            ..nobody
        };
        assert_eq!(ServiceLevel::WithoutShortAbandons.of(&all_too_short), None);
        assert_eq!(ServiceLevel::WithAbandonsInT.of(&all_too_short), Some(1.0));
    }
}
