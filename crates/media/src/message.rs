//! A message (留言): what one party says alone, listened to while it is recorded.
//!
//! It tells when a voice is heard for the first time and when nothing was heard for a while, by packets and by their absence;
//! keys are not of it. What was said is kept in memory beside the recording, so that its speaker may hear it before the disk
//! has it: the memory is taken at the start, and nothing is taken while packets come. It knows no speech from other sound.

use core::time::Duration;
use std::sync::Arc;

use audio::{RATE_HZ, Sound};

use crate::outgoing::samples;
use crate::{News, Outbox, PortId, RecordingId};

/// A packet is a voice from this mean of its samples on (about -44 dB of full scale); what a quiet line hisses lies below.
const VOICE_MEAN: u32 = 200;
/// Before a key is known as one its tone has gone by for so long, and some phones let its beginning through.
pub(crate) const BEFORE_KEY: Duration = Duration::from_millis(120);
/// After the last sign of a key its sound may still come.
const AFTER_KEY: Duration = Duration::from_millis(60);

/// One message under way.
pub(crate) struct Message {
    port: PortId,
    pause: Duration,
    /// When a voice was heard last, or the message began.
    heard_at: Duration,
    ear: Ear,
    deaf_until: Duration,
    kept: Vec<i16>,
    kept_max: usize,
}

/// What was told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ear {
    /// Nothing; whether a voice was heard since.
    Waiting { heard: bool },
    /// That a voice was heard.
    Heard,
    /// That nothing was heard for the pause.
    Paused,
}

impl Message {
    pub(crate) fn new(now: Duration, port: PortId, pause: Duration, max: Duration) -> Self {
        let kept_max = usize::try_from(samples(max)).unwrap_or(usize::MAX);
        Self {
            port,
            pause,
            heard_at: now,
            ear: Ear::Waiting { heard: false },
            deaf_until: Duration::ZERO,
            kept: Vec::with_capacity(kept_max),
            kept_max,
        }
    }

    /// Listens to a packet; whether it belongs to the message.
    pub(crate) fn hear(&mut self, now: Duration, samples: &[i16]) -> bool {
        if now < self.deaf_until {
            return false;
        }
        if is_voice(samples) {
            self.heard_at = now;
            if self.ear == (Ear::Waiting { heard: false }) {
                self.ear = Ear::Waiting { heard: true };
            }
        }
        true
    }

    /// A key is down.
    pub(crate) fn key(&mut self, now: Duration) {
        self.deaf_until = now + AFTER_KEY;
    }

    /// Tells what there is to tell.
    pub(crate) fn handle_tick(&mut self, now: Duration, recording: RecordingId, out: &mut Outbox) {
        let port = self.port;
        if self.ear == (Ear::Waiting { heard: true }) {
            self.ear = Ear::Heard;
            out.tell(News::MessageHeard { port, recording });
        }
        if self.ear != Ear::Paused && now.saturating_sub(self.heard_at) >= self.pause {
            self.ear = Ear::Paused;
            out.tell(News::MessagePaused { port, recording });
        }
    }

    /// Keeps a sample that no packet can change any more.
    pub(crate) fn keep(&mut self, sample: i16) {
        if self.kept.len() < self.kept_max {
            self.kept.push(sample);
        }
    }

    /// What was said.
    pub(crate) fn into_sound(self) -> Arc<Sound> {
        Arc::new(Sound {
            rate_hz: RATE_HZ,
            samples: self.kept,
        })
    }
}

fn is_voice(samples: &[i16]) -> bool {
    let sum: u32 = samples
        .iter()
        .map(|sample| u32::from(sample.unsigned_abs()))
        .sum();
    let count = u32::try_from(samples.len()).unwrap_or(u32::MAX);
    count > 0 && sum / count >= VOICE_MEAN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voice_is_told_from_a_quiet_line() {
        let square = |peak: i16| [peak, -peak].repeat(80);
        for (samples, expected) in [
            (square(0), false),
            (square(199), false),
            (square(200), true),
            (square(i16::MAX), true),
            (vec![i16::MIN; 480], true),
            (Vec::new(), false),
        ] {
            assert_eq!(is_voice(&samples), expected, "{:?}", samples.first());
        }
    }
}
