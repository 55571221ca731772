//! Why a number is not called: the word in facts, and what the phone that dialled is told (S15).

use super::Class;

/// Why a number is not called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The text is no number that could be called.
    #[error("no number that can be called outside")]
    NoNumber,
    /// The class is not allowed.
    #[error("`{}` numbers are not allowed here", .0.name())]
    Class(Class),
    /// A prefix is on the deny list.
    #[error("the number is on the deny list")]
    Prefix,
    /// No route fits.
    #[error("no route leads there")]
    NoRoute,
    /// The agent calls too often.
    #[error("too many calls out in a minute")]
    AgentRate,
    /// The agent has called too often.
    #[error("too many calls out of this agent in a day")]
    AgentDay,
    /// The house has called too often.
    #[error("too many calls out in a day")]
    HouseDay,
    /// The dear minutes of the day are used up.
    #[error("the day's minutes to dear numbers are used up")]
    DearMinutes,
    /// No trunk of the route is up and has a channel.
    #[error("no trunk is free")]
    NoTrunk,
    /// No RTP port is free.
    #[error("no media port is free")]
    NoPort,
}

impl Denied {
    /// The word in facts and figures.
    pub const fn cause(self) -> &'static str {
        match self {
            Self::NoNumber => "unknown_number",
            Self::Class(class) => match class {
                Class::Premium => "dial_premium",
                Class::International => "dial_international",
                Class::Emergency => "dial_emergency",
                Class::Service | Class::Local | Class::National | Class::Mobile => "dial_class",
            },
            Self::Prefix => "dial_prefix",
            Self::NoRoute => "dial_no_route",
            Self::AgentRate => "dial_calls_per_minute",
            Self::AgentDay => "dial_agent_calls_per_day",
            Self::HouseDay => "dial_calls_per_day",
            Self::DearMinutes => "dial_minutes_per_day",
            Self::NoTrunk => "dial_no_trunk",
            Self::NoPort => "no_port",
        }
    }

    /// What the phone that dialled is told.
    pub const fn status(self) -> u16 {
        match self {
            Self::NoNumber | Self::NoRoute => 404,
            Self::Class(_)
            | Self::Prefix
            | Self::AgentRate
            | Self::AgentDay
            | Self::HouseDay
            | Self::DearMinutes => 403,
            Self::NoTrunk | Self::NoPort => 503,
        }
    }
}
