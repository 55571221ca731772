//! Waiting with a deadline: look again and again, and fail with what was awaited.

use std::time::{Duration, Instant};

pub(crate) const SECOND: Duration = Duration::from_secs(1);
/// Long enough for anything that should happen at once, on a machine that compiles beside.
pub(crate) const SOON: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// What `look` finds, if it finds it within the time.
pub(crate) fn within<T>(time: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + time;
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if Instant::now() >= deadline {
            return None;
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

/// What `look` finds; the test fails when it does not come soon.
#[track_caller]
pub(crate) fn soon<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    match within(SOON, look) {
        Some(found) => found,
        None => panic!("awaited for {SOON:?} in vain: {what}"),
    }
}

/// Waits until something holds.
#[track_caller]
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    soon(what, || holds().then_some(()));
}
