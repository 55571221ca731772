//! The last events of a call, for the trace of a defect (S3).
//!
//! Names and numbers of ours only: no key of a secret, no number of a caller, no body (S22). It is kept for every call, so
//! it is small and made without formatting.

use std::collections::VecDeque;
use std::time::Duration;

use super::CallEvent;

/// How many past events are kept.
const EVENTS_MAX: usize = 64;
/// A call of the usual kind has no more.
const EVENTS_USUAL: usize = 12;

/// The trace.
#[derive(Debug, Default)]
pub(super) struct Trace(VecDeque<Noted>);

#[derive(Debug)]
struct Noted {
    at: Duration,
    what: &'static str,
    /// The offer, session, port or playback that it was about; 0 for none.
    about: u64,
    /// A key, and how it came.
    key: Option<(char, &'static str)>,
}

impl Trace {
    /// Notes an event; the key of a `secret` input is a dot.
    pub(super) fn note(&mut self, at: Duration, event: &CallEvent, secret: bool) {
        if self.0.len() == EVENTS_MAX {
            self.0.pop_front();
        } else if self.0.capacity() == 0 {
            self.0.reserve(EVENTS_USUAL);
        }
        let (what, about) = in_short(event);
        let key = if let CallEvent::Key { key, way, .. } = event {
            Some((if secret { '•' } else { *key }, way.name()))
        } else {
            None
        };
        self.0.push_back(Noted {
            at,
            what,
            about,
            key,
        });
    }

    /// One line an event, oldest first.
    pub(super) fn lines(&self) -> Vec<String> {
        let line = |noted: &Noted| {
            let key = noted
                .key
                .map(|(key, way)| format!(" {key} {way}"))
                .unwrap_or_default();
            format!(
                "{:.3} {} {}{key}",
                noted.at.as_secs_f64(),
                noted.what,
                noted.about
            )
        };
        self.0.iter().map(line).collect()
    }
}

fn in_short(event: &CallEvent) -> (&'static str, u64) {
    match event {
        CallEvent::Acked { session, .. } => ("Acked", session.0),
        CallEvent::CallerGone { .. } => ("CallerGone", 0),
        CallEvent::Key { .. } => ("Key", 0),
        CallEvent::ReInvite { session, .. } => ("ReInvite", session.0),
        CallEvent::AgentRinging { offer, .. } => ("AgentRinging", offer.get()),
        CallEvent::AgentAnswered { offer, .. } => ("AgentAnswered", offer.get()),
        CallEvent::AgentRefused { offer, .. } => ("AgentRefused", offer.get()),
        CallEvent::AgentDeclines { offer, .. } => ("AgentDeclines", offer.get()),
        CallEvent::AgentGone { offer, .. } => ("AgentGone", offer.get()),
        CallEvent::OutsideRings { session, .. } => ("OutsideRings", session.0),
        CallEvent::OutsideAnswered { session, .. } => ("OutsideAnswered", session.0),
        CallEvent::OutsideRefused { session, .. } => ("OutsideRefused", session.0),
        CallEvent::OutsideGone { session, .. } => ("OutsideGone", session.0),
        CallEvent::PlaybackDone(playback) => ("PlaybackDone", playback.0),
        CallEvent::SoundMissing(_) => ("SoundMissing", 0),
        CallEvent::Spoke(recording) => ("Spoke", recording.part.into()),
        CallEvent::FellSilent(recording) => ("FellSilent", recording.part.into()),
        CallEvent::RecordFailed(recording) => ("RecordFailed", recording.part.into()),
        CallEvent::PortFailed(port) => ("PortFailed", port.0),
        CallEvent::Heard(port) => ("Heard", port.0),
        CallEvent::Silent(port) => ("Silent", port.0),
        CallEvent::Offered { offer, .. } => ("Offered", offer.id.get()),
        CallEvent::Withdrawn { offer, .. } => ("Withdrawn", offer.get()),
        CallEvent::Connected { offer, .. } => ("Connected", offer.get()),
        CallEvent::TooLate { offer } => ("TooLate", offer.get()),
        CallEvent::JoinedQueue { .. } => ("JoinedQueue", 0),
        CallEvent::Supervise { .. } => ("Supervise", 0),
        CallEvent::Starving { .. } => ("Starving", 0),
        CallEvent::QueueDropped { .. } => ("QueueDropped", 0),
        CallEvent::AskFamiliar { .. } => ("AskFamiliar", 0),
        CallEvent::LeftQueue { .. } => ("LeftQueue", 0),
        CallEvent::DirectEnded(_) => ("DirectEnded", 0),
        CallEvent::Identified { .. } => ("Identified", 0),
        CallEvent::LookedUp { .. } => ("LookedUp", 0),
        CallEvent::TookOver { offer, .. } => ("TookOver", offer.get()),
        CallEvent::Refer { session, .. } => ("Refer", session.0),
        CallEvent::Order { .. } => ("Order", 0),
        CallEvent::ReInviteAnswered { session, .. } => ("ReInviteAnswered", session.0),
        CallEvent::TimeUp => ("TimeUp", 0),
        CallEvent::HangUp => ("HangUp", 0),
    }
}
