//! The wish to end, from outside: a future that may be waited for again and again, also after it has come.

use std::pin::Pin;

/// A `stop` future that is polled to its end once.
pub(crate) struct Stop<'a> {
    future: Pin<Box<dyn Future<Output = ()> + Send + 'a>>,
    came: bool,
}

impl<'a> Stop<'a> {
    pub(crate) fn new(future: impl Future<Output = ()> + Send + 'a) -> Self {
        Self {
            future: Box::pin(future),
            came: false,
        }
    }

    /// Resolves once, when the wish comes, and never again. May be dropped and called again at any time.
    pub(crate) async fn wait(&mut self) {
        if self.came {
            return std::future::pending().await;
        }
        self.future.as_mut().await;
        self.came = true;
    }

    /// Whether the wish has come.
    pub(crate) fn came(&self) -> bool {
        self.came
    }
}
