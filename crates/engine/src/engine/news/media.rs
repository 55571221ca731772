//! What media threads tell of a port: for the call that owns it.

use model::fact::KeyWay;

use super::super::Engine;
use crate::call::CallEvent;
use crate::context::Side;
use crate::standby::Loss;

impl Engine {
    pub(in crate::engine) fn media_news(&mut self, news: media::News) {
        match news {
            media::News::Digit {
                port, digit, way, ..
            } => {
                let way = match way {
                    media::DigitWay::Event => KeyWay::Rfc4733,
                    media::DigitWay::Tones => KeyWay::Inband,
                };
                self.port_turn(port, |side| CallEvent::Key {
                    side,
                    key: digit,
                    way,
                })
            }
            media::News::PlaybackDone { port, playback } => {
                self.port_turn(port, |_| CallEvent::PlaybackDone(playback))
            }
            media::News::Silent { port } => {
                self.port_lost(port, Loss::Silent, CallEvent::Silent(port));
            }
            media::News::OpenFailed { port, reason } => {
                tracing::warn!(?port, reason, "an RTP port cannot be opened");
                self.port_lost(port, Loss::Failed, CallEvent::PortFailed(port));
                self.context.placement.release(port);
            }
            media::News::PortPanicked { port } => {
                tracing::error!(?port, "a media port broke");
                self.port_lost(port, Loss::Failed, CallEvent::PortFailed(port));
                self.context.placement.release(port);
            }
            media::News::Closed { port, statistics } => {
                tracing::debug!(?port, ?statistics, "a media port is closed");
                self.context.placement.release(port);
            }
            media::News::SoundMissing { port, sound } => {
                tracing::warn!(%sound, "a sound is missing");
                self.port_turn(port, |_| CallEvent::SoundMissing(sound));
            }
            media::News::Locked { port, remote } => {
                tracing::debug!(?port, %remote, "the source of sound is settled");
                self.port_turn(port, |_| CallEvent::Heard(port));
            }
            media::News::MessageHeard { port, recording } => {
                self.port_turn(port, |_| CallEvent::Spoke(recording));
            }
            media::News::MessagePaused { port, recording } => {
                self.port_turn(port, |_| CallEvent::FellSilent(recording));
            }
            media::News::RecordingEnded { recording, frames } => {
                tracing::debug!(%recording, frames, "a recording ended")
            }
        }
    }

    pub(in crate::engine) fn port_turn(
        &mut self,
        port: media::PortId,
        event: impl FnOnce(Side) -> CallEvent,
    ) {
        let owner = self.context.placement.owner(port);
        let Some((id, call)) = owner.and_then(|id| Some((id, self.calls.get(&id)?))) else {
            return;
        };
        // News of a leg that is over is nobody's: its socket is only still to be closed.
        if let Some(side) = call.side_of(port) {
            self.turn(id, event(side));
        }
    }
}
