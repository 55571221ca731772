//! What a caller says into a recording, from its first moment to its last.
//!
//! It ends by the end key, by a silence, by its longest time, or with the call: the run keeps the times, the engine tells of
//! voice and silence. Where no voice was heard there is nothing to keep.

use std::time::Duration;

use model::RecordingId;
use model::fact::BotEnd;

use super::{Environment, Phase, Run};
use crate::effect::{Effect, Recorded};
use crate::step::{Event, Outcome};

/// What is recorded at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Recording {
    pub(super) id: Option<RecordingId>,
    pub(super) since: Duration,
    pub(super) until: Duration,
    pub(super) silence: Duration,
    /// Whether a voice was heard.
    pub(super) spoke: bool,
}

impl Run {
    /// The caller has hung up: what he said is settled, and nothing comes after it.
    pub fn hang_up(&mut self, now: Duration, environment: &Environment<'_>) {
        let said = match self.phase {
            Phase::Recording(recording) => self.stop_record(recording, now),
            Phase::Fresh
            | Phase::Playing { .. }
            | Phase::Listening { .. }
            | Phase::Queued
            | Phase::Promising
            | Phase::LookingUp { .. }
            | Phase::SettingCalendar
            | Phase::Transferring => None,
            Phase::Conversing { .. } => {
                self.end_conversation(BotEnd::Left);
                None
            }
            Phase::Over => return,
        };
        self.leave(now, environment, said);
        self.phase = Phase::Over;
    }

    /// He has said what he had to say, until `ended`.
    pub(super) fn recorded(
        &mut self,
        now: Duration,
        environment: &Environment<'_>,
        recording: Recording,
        ended: Duration,
    ) {
        let said = self.stop_record(recording, ended);
        self.advance(now, environment, Event::Outcome(Outcome::Recorded(said)));
    }

    /// The disk takes nothing: whoever speaks, or reviews what he has said, learns it at once. Of another recording nobody asks
    /// any more.
    pub(super) fn record_failed(
        &mut self,
        now: Duration,
        environment: &Environment<'_>,
        phase: Phase,
        id: RecordingId,
    ) {
        let is_spoken = matches!(phase, Phase::Recording(recording) if recording.id == Some(id));
        if is_spoken {
            self.effects.push_back(Effect::StopRecord);
        } else if !self.stage.is_review_of(id) {
            return;
        } else if matches!(phase, Phase::Playing { .. }) {
            self.effects.push_back(Effect::StopPlay);
        }
        self.advance(now, environment, Event::Outcome(Outcome::RecordFailed));
    }

    /// Ends the recording. Where no voice was heard there is none.
    fn stop_record(&mut self, recording: Recording, ended: Duration) -> Option<Recorded> {
        self.effects.push_back(Effect::StopRecord);
        let id = recording.id?;
        if !recording.spoke {
            let (recording, kept) = (id, false);
            self.effects
                .push_back(Effect::SettleRecord { recording, kept });
            return None;
        }
        Some(Recorded {
            recording: id,
            length: ended.saturating_sub(recording.since),
        })
    }
}
