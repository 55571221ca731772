//! What the house cannot live without: whoever owns such a part holds a [`Pulse`], which ends with him.
//!
//! A thread that panics dies in silence while the rest goes on: a switchboard without an engine that still answers HTTP.
//! A pulse is dropped by return and by panic alike, so its end is told once, by name; the house then ends itself and
//! whoever supervises the process starts it anew.

use tokio::sync::mpsc;

/// Where pulses come from, and where their ends are heard.
pub(crate) struct Vitals {
    ends: mpsc::UnboundedSender<&'static str>,
    ended: mpsc::UnboundedReceiver<&'static str>,
}

/// Held by a part as long as it lives.
#[derive(Debug)]
pub(crate) struct Pulse {
    name: &'static str,
    ends: mpsc::UnboundedSender<&'static str>,
}

impl Vitals {
    /// No part yet.
    pub(crate) fn new() -> Self {
        // At most one word for each pulse: it needs no bound.
        let (ends, ended) = mpsc::unbounded_channel();
        Self { ends, ended }
    }

    /// A pulse for the part of that name.
    pub(crate) fn pulse(&self, name: &'static str) -> Pulse {
        Pulse {
            name,
            ends: self.ends.clone(),
        }
    }

    /// Waits until a part has ended and gives its name.
    pub(crate) async fn ended(&mut self) -> &'static str {
        match self.ended.recv().await {
            Some(name) => name,
            // Never: a sender lives here.
            None => std::future::pending().await,
        }
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        let _nobody_may_listen_any_more = self.ends.send(self.name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_part_that_panics_is_noticed_and_one_that_lives_is_not() {
        let mut vitals = Vitals::new();
        let living = vitals.pulse("living");
        let dying = vitals.pulse("dying");
        let thread = std::thread::spawn(move || {
            let _dying = dying;
            panic!("planted");
        });
        assert!(thread.join().is_err());
        assert_eq!(vitals.ended().await, "dying");
        let more = tokio::time::timeout(std::time::Duration::from_millis(20), vitals.ended());
        assert!(more.await.is_err(), "{living:?} lives");
    }
}
