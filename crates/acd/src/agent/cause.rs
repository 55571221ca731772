//! Why an agent's state changed, in a word. Besides these: what came with a request (`agent`, `supervisor`).

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
