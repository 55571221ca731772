//! Keys in the voice of one peer: its packets as the one sound that they are.
//!
//! Lost packets and pauses are silence of their length, so that two presses do not grow together and one is not cut short
//! unseen; a packet that comes late is left out. A voice that stops lets go of the key. What a key sounds like is
//! [`audio::dtmf`]'s matter. Memory is taken when listening begins, none afterwards.

use core::time::Duration;

use audio::dtmf::{Press, Receiver};
use rtp::Header;

/// A gap of so many samples (60 ms) ends every press: nothing before it matters.
const BREAK: usize = 480;
/// Without a packet for so long the voice has stopped: beyond what a network's jitter does.
const STOPPED_AFTER: Duration = Duration::from_millis(300);

/// See the file's head.
#[derive(Default)]
pub(crate) struct Tones {
    receiver: Receiver,
    /// Source of the voice, and the timestamp of what comes next.
    next: Option<(u32, u32)>,
    heard_at: Duration,
}

impl Tones {
    /// Takes the samples of a packet that is ahead of all before it; `tell` gets the presses that end.
    pub(crate) fn handle(
        &mut self,
        now: Duration,
        header: &Header,
        samples: &[i16],
        mut tell: impl FnMut(Press),
    ) {
        match self.missing(header) {
            Some(count) => self.receiver.handle(silence(count), &mut tell),
            None => self.receiver.finish().into_iter().for_each(&mut tell),
        }
        self.receiver.handle(samples, tell);
        let end = header.timestamp.wrapping_add(samples.len() as u32);
        (self.next, self.heard_at) = (Some((header.ssrc, end)), now);
    }

    /// A key is down.
    pub(crate) fn is_down(&self) -> bool {
        self.receiver.is_down()
    }

    /// Lets go of the key of a voice that has stopped.
    pub(crate) fn handle_timeout(&mut self, now: Duration) -> Option<Press> {
        let has_stopped = self.is_down() && now.saturating_sub(self.heard_at) >= STOPPED_AFTER;
        has_stopped.then(|| self.receiver.finish())?
    }

    /// Samples between what was heard and this packet; none if it begins anew.
    fn missing(&self, header: &Header) -> Option<usize> {
        let (_, next) = self.next.filter(|(ssrc, _)| *ssrc == header.ssrc)?;
        // A clock that does not go forward with the numbers is no measure: the packets are taken as they come.
        let gap = header.timestamp.wrapping_sub(next) as i32;
        let gap = usize::try_from(gap).unwrap_or(0);
        (gap < BREAK).then_some(gap)
    }
}

fn silence(count: usize) -> &'static [i16] {
    static SILENCE: [i16; BREAK] = [0; BREAK];
    SILENCE.get(..count).unwrap_or_default()
}
