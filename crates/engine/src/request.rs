//! Questions to the outside and their answers: the call goes on while they are under way (invariant 7).

use model::{CallId, Caller, Profile};

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Who is this caller? Asked as the call arrives, so that the answer is there before an agent's phone rings (P1).
    Profile {
        /// The call that asks.
        call: CallId,
        /// The caller; never a withheld one.
        caller: Caller,
    },
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// What the directory knows; `None` when it could not be asked. Late or lost answers never delay a ring (P3).
    Profile {
        /// The call that asked.
        call: CallId,
        /// The answer.
        profile: Option<Box<Profile>>,
    },
}
