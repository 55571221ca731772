//! What an external decision had said (B15), in a sentence.

use model::Decision;
use model::decision::{External, RouteOutcome};

use super::Teller;

impl Teller {
    /// What the external decision had said (B15).
    pub(super) fn external(&self, record: &Decision) -> String {
        let Some(External { outcome, took_ms }) = record.external else {
            return String::new();
        };
        let words = self.words(outcome.words());
        match outcome {
            RouteOutcome::Resting => self.pick_text(
                format!(" The external decision {words}."),
                format!("外部决策：{words}。"),
            ),
            RouteOutcome::Named
            | RouteOutcome::LeftToUs
            | RouteOutcome::TimedOut
            | RouteOutcome::Failed => self.pick_text(
                format!(" The external decision {words} ({took_ms} ms)."),
                format!("外部决策：{words}（{took_ms} 毫秒）。"),
            ),
        }
    }
}
