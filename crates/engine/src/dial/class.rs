//! What a number costs: the classes by which calls out are allowed (S15).

use serde::Deserialize;

/// What a number costs, by its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Police, fire brigade, ambulance: no cap and no full trunk stops such a call.
    Emergency,
    /// Short codes and free numbers: 10086, 95588, 400, 800.
    Service,
    /// Fixed lines of our own area.
    Local,
    /// Other fixed lines of the country.
    National,
    /// Mobile phones of the country.
    Mobile,
    /// Abroad.
    International,
    /// Premium rates of any country, satellites, networks without a country.
    Premium,
}

impl Class {
    /// The word in files and facts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Emergency => "emergency",
            Self::Service => "service",
            Self::Local => "local",
            Self::National => "national",
            Self::Mobile => "mobile",
            Self::International => "international",
            Self::Premium => "premium",
        }
    }

    /// Whether its minutes are counted against `dear_minutes_per_day_max`.
    pub(crate) const fn is_dear(self) -> bool {
        match self {
            Self::International | Self::Premium => true,
            Self::Emergency | Self::Service | Self::Local | Self::National | Self::Mobile => false,
        }
    }
}
