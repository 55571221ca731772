//! Whether a request has begun anything yet: a write that reached the writer, or what else its handler says (J3).
//!
//! A request that the store turns away before that was not done, and may come again under its key; behind it nobody knows. The mark
//! goes with the task, and so does the work: none of it is handed to another one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

tokio::task_local! {
    static IS_BEGUN: Arc<AtomicBool>;
}

/// Does some work and watches whether it begins anything.
pub async fn watched<F: Future>(work: F) -> F::Output {
    IS_BEGUN.scope(Arc::default(), work).await
}

/// Something is begun. Nothing comes of it where nobody watches.
pub fn begin() {
    let _ = IS_BEGUN.try_with(|is_begun| is_begun.store(true, Ordering::SeqCst));
}

/// Whether it is known that nothing was begun; where nobody watches it never is.
pub fn is_none() -> bool {
    let begun = IS_BEGUN.try_with(|is_begun| is_begun.load(Ordering::SeqCst));
    begun.is_ok_and(|is_begun| !is_begun)
}
