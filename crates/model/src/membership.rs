//! A membership (所属队列): that an agent serves a queue, in which tier and with which weight.
//!
//! Written `support`, or `support/2` for the second tier (R45), or `support*3` for three shares where lots are drawn
//! (R53), or both: `support/2*3`. That text is the form in files, the store and the API.

use core::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::QueueName;

/// The largest weight: sums over ten thousand agents stay far from the end of a number.
const WEIGHT_MAX: u32 = 1_000;

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Membership {
    /// Which queue.
    pub queue: QueueName,
    /// 1 comes first; a higher tier is asked only when nobody of the lower ones can be had.
    pub tier: u8,
    /// His share where lots are drawn; 0: only when nobody else is left.
    pub weight: u32,
}

/// Why a membership cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no membership: write `queue`, `queue/TIER` (1 to 255) or `queue*WEIGHT` (0 to 1000)"
)]
pub struct MembershipError(pub String);

impl From<QueueName> for Membership {
    fn from(queue: QueueName) -> Self {
        Self {
            queue,
            tier: 1,
            weight: 1,
        }
    }
}

impl From<&str> for Membership {
    fn from(queue: &str) -> Self {
        QueueName::from(queue).into()
    }
}

impl FromStr for Membership {
    type Err = MembershipError;

    fn from_str(text: &str) -> Result<Self, MembershipError> {
        read(text).ok_or_else(|| MembershipError(text.to_owned()))
    }
}

fn read(text: &str) -> Option<Membership> {
    let (text, weight) = match text.rsplit_once('*') {
        Some((text, weight)) => (text, number(weight)?),
        None => (text, 1),
    };
    let (queue, tier) = match text.rsplit_once('/') {
        Some((queue, tier)) => (queue, number(tier)?),
        None => (text, 1),
    };
    let tier = u8::try_from(tier).ok().filter(|tier| *tier > 0)?;
    let is_whole = !queue.is_empty() && !queue.contains(['/', '*']) && weight <= WEIGHT_MAX;
    is_whole.then(|| Membership {
        queue: QueueName::from(queue),
        tier,
        weight,
    })
}

fn number(text: &str) -> Option<u32> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain)
}

impl TryFrom<String> for Membership {
    type Error = MembershipError;

    fn try_from(text: String) -> Result<Self, MembershipError> {
        text.parse()
    }
}

impl From<Membership> for String {
    fn from(membership: Membership) -> Self {
        membership.to_string()
    }
}

impl fmt::Display for Membership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.queue.as_str())?;
        if self.tier != 1 {
            write!(f, "/{}", self.tier)?;
        }
        if self.weight != 1 {
            write!(f, "*{}", self.weight)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_membership_is_written_and_read() {
        for (text, tier, weight) in [
            ("support", 1, 1),
            ("support/2", 2, 1),
            ("support*0", 1, 0),
            ("support/255*1000", 255, 1_000),
        ] {
            let membership: Membership = text.parse().unwrap();
            let queue = QueueName::from("support");
            assert_eq!(
                membership,
                Membership {
                    queue,
                    tier,
                    weight
                }
            );
            assert_eq!(membership.to_string(), text);
        }
        for text in [
            "", "/2", "a/0", "a/256", "a*1001", "a*", "a/", "a*1/2", "a/1/2", "a/+1",
        ] {
            let told = text.parse::<Membership>().unwrap_err().to_string();
            assert!(told.starts_with(&format!("`{text}` is no membership")));
        }
    }
}
