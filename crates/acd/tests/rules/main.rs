//! The rules of distribution, one test each, in virtual time. A test bears its rule's number.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test may fail loudly; clippy exempts `#[test]` functions alone, not what they share"
)]

mod assignment;
mod back_off;
mod callbacks;
mod choice;
mod counts;
mod direct;
mod estimate;
mod external;
mod familiar;
mod general;
mod gone;
mod hand_over;
mod hours;
mod idle;
mod odds;
mod offers;
mod own_calls;
mod personal;
mod precedence;
mod prediction;
mod progressive;
mod queues;
mod random;
mod recent;
mod restart;
mod ring_all;
mod seats;
mod several;
mod skills;
mod standing;
mod states;
mod stream;
mod support;
mod tiers;
mod ties;
mod unserved;
mod withheld;
mod wrap_up;
