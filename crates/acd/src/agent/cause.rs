//! Why an agent's state changed, in a word.

use serde::{Deserialize, Deserializer};

/// One of the words below. It has a name of its own, since what is read back takes no reference for one that lives for ever.
pub type Cause = &'static str;

/// He asked for it.
pub const AGENT: &str = "agent";
/// A supervisor asked for it.
pub const SUPERVISOR: &str = "supervisor";
/// His phone signed in or off.
pub const PHONE: &str = "phone";

/// He was chosen for a caller.
pub const OFFER: &str = "offer";
/// His phone rings.
pub const RINGING: &str = "ringing";
/// He answered.
pub const ANSWER: &str = "answer";
/// It rang and he did not answer (R5, R8).
pub const MISSED: &str = "missed";
/// He refused (R6).
pub const DECLINED: &str = "declined";
/// His phone could not be reached (R7).
pub const DEVICE: &str = "device";
/// The offer was taken back: nothing is charged to him (R10, R22).
pub const CANCELLED: &str = "cancelled";
/// We could not ring his phone for a reason of ours: nothing is charged to him.
pub const WITHHELD: &str = "withheld";
/// A call that he had handed on comes back to him (D31).
pub const CALL_BACK: &str = "call_back";
/// The call is over.
pub const CALL_ENDED: &str = "call_ended";
/// The call is filed, or the time for it is over.
pub const WRAP_UP_DONE: &str = "wrap_up_done";
/// He asked for time to file the call after all (C5).
pub const WRAP_UP_ASKED: &str = "wrap_up_asked";
/// His phone registered.
pub const REGISTERED: &str = "registered";
/// His phone's registration is gone.
pub const DEVICE_LOST: &str = "device_lost";
/// His phone is in a call of its own.
pub const PHONE_BUSY: &str = "phone_busy";
/// The last of those calls is over, or another of them is the latest now.
pub const PHONE_FREE: &str = "phone_free";
/// He was deleted.
pub const REMOVED: &str = "removed";
/// The process began anew and gave him back the state that he had asked for (C20).
pub const RESTART: &str = "restart";

/// With what a state can be asked for.
const OF_REQUESTS: [&str; 4] = [AGENT, SUPERVISOR, PHONE, RESTART];

/// Reads back the cause of a request; no decision looks at it, so a word that a later release wrote is the agent's own.
pub(crate) fn read<'de, D: Deserializer<'de>>(reader: D) -> Result<Cause, D::Error> {
    let word = String::deserialize(reader)?;
    let known = OF_REQUESTS.into_iter().find(|known| *known == word);
    Ok(known.unwrap_or(AGENT))
}
