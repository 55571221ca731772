//! Whether two tickets are about the same matter (重复工单, D1 to D4): hard keys that must agree, and a score of what is alike.
//!
//! What counts as the same is the house's own data: conditions by ticket type, and weights. Everything that matches is
//! listed with its reasons, never the best alone, and nothing is merged here (D7): a person chooses.

mod choice;
mod compared;
mod condition;
mod score;
mod text;

pub use choice::{Choice, Relation};
pub use compared::Compared;
pub use condition::{Condition, Part};
pub use score::{Likeness, Matter, Reason, Weights, likeness};
pub use text::{Bigrams, normal, normal_name};
