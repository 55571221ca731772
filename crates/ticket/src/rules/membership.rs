//! That somebody is of a group (组员): what he is in it, his share of what is given by turns, and how much he takes.
//!
//! Written `technical`, or `technical*3` for three shares, `technical/20` where he takes 20 tickets at most, `front:lead` where he leads,
//! `front:receiver` where he gets what is sent to the group as a whole; or all of it: `front*3/20:lead:receiver`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Sums over all of a group stay far from the end of a number.
const WEIGHT_MAX: u16 = 1_000;
/// Nobody has more at once.
const TAKES_MAX: u32 = 10_000;
/// As names of groups are.
const NAME_BYTES_MAX: usize = 64;

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GroupMembership {
    /// Which group.
    pub group: String,
    /// His share of what is given by turns; 0: none.
    pub weight: u16,
    /// As many as he takes; 0: as many as come.
    pub takes: u32,
    /// Leads it.
    pub leads: bool,
    /// Gets what is sent to the group as a whole.
    pub receives: bool,
}

/// A text that is no membership of a group.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no membership of a group: write `group`, `group*WEIGHT` (0 to 1000), `group/TICKETS` (1 to 10000), `group:lead` or `group:receiver`"
)]
pub struct GroupMembershipError(pub String);

impl FromStr for GroupMembership {
    type Err = GroupMembershipError;

    fn from_str(text: &str) -> Result<Self, GroupMembershipError> {
        read(text).ok_or_else(|| GroupMembershipError(text.to_owned()))
    }
}

fn read(text: &str) -> Option<GroupMembership> {
    let mut words = text.split(':');
    let head = words.next()?;
    let (head, takes) = match head.rsplit_once('/') {
        Some((head, takes)) => (head, number(takes).filter(|takes| *takes > 0)?),
        None => (head, 0),
    };
    let (group, weight) = match head.rsplit_once('*') {
        Some((group, weight)) => (group, u16::try_from(number(weight)?).ok()?),
        None => (head, 1),
    };
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    let is_name = (1..=NAME_BYTES_MAX).contains(&group.len()) && group.chars().all(is_plain);
    let mut read = GroupMembership {
        group: group.to_owned(),
        weight,
        takes,
        leads: false,
        receives: false,
    };
    for word in words {
        let said = match word {
            "lead" => &mut read.leads,
            "receiver" => &mut read.receives,
            _ => return None,
        };
        *said = true;
    }
    (is_name && weight <= WEIGHT_MAX && takes <= TAKES_MAX).then_some(read)
}

fn number(text: &str) -> Option<u32> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain)
}

impl fmt::Display for GroupMembership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.group)?;
        if self.weight != 1 {
            write!(f, "*{}", self.weight)?;
        }
        if self.takes > 0 {
            write!(f, "/{}", self.takes)?;
        }
        f.write_str(if self.leads { ":lead" } else { "" })?;
        f.write_str(if self.receives { ":receiver" } else { "" })
    }
}

impl TryFrom<String> for GroupMembership {
    type Error = GroupMembershipError;

    fn try_from(text: String) -> Result<Self, GroupMembershipError> {
        text.parse()
    }
}

impl From<GroupMembership> for String {
    fn from(membership: GroupMembership) -> Self {
        membership.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_membership_is_read_as_it_is_written_and_nothing_else_is_one() {
        for text in [
            "front",
            "front*0",
            "front/20",
            "front:lead",
            "front*3/20:lead:receiver",
        ] {
            let read: GroupMembership = text.parse().unwrap();
            assert_eq!(read.to_string(), text);
        }
        let read: GroupMembership = "a*3/20:receiver".parse().unwrap();
        assert_eq!(
            (read.weight, read.takes, read.leads, read.receives),
            (3, 20, false, true)
        );
        for text in [
            "",
            "fr ont",
            "front*",
            "front*1001",
            "front*-1",
            "front/0",
            "front/10001",
            "front:boss",
            ":lead",
        ] {
            assert_eq!(
                text.parse::<GroupMembership>(),
                Err(GroupMembershipError(text.to_owned()))
            );
        }
    }
}
