//! What the house says of a group (处理组): where it stands among the others, whose callers are its, and who of it gets what comes.

use super::Label;

/// A group without its people, whom the store knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupRule {
    /// What people read.
    pub label: Label,
    /// The group above it.
    pub parent: Option<String>,
    /// Its tier, from 1 (C7).
    pub tier: u8,
    /// Where it sends what it cannot do; of a higher tier.
    pub escalates_to: Option<String>,
    /// When its people are there; `None`: when the house is.
    pub calendar: Option<String>,
    /// Whose callers are its own: the beginnings of their numbers in international form, `+8610`.
    pub region: Vec<String>,
    /// Who of it gets what comes.
    pub hands_out: HandsOut,
}

/// Who of a group gets a ticket for which nobody was named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HandsOut {
    /// Whoever takes it first (领取).
    #[default]
    Claim,
    /// Its receiver, or who stands in for him (C6).
    Receiver,
    /// Each in his turn, by weight and by what he has (C2).
    Turns,
}

impl HandsOut {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Claim, Self::Receiver, Self::Turns];

    /// The word of the file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Receiver => "receiver",
            Self::Turns => "turns",
        }
    }
}

impl GroupRule {
    /// How much of a number its longest beginning covers; `None`: the caller is none of its own.
    pub fn covers(&self, number: &str) -> Option<usize> {
        let fits = self
            .region
            .iter()
            .filter(|begin| number.starts_with(begin.as_str()));
        fits.map(String::len).max()
    }
}
