//! What is owed to whom at each moment of a conversation: sound in both ways, marks, and the bounds. No socket is here.
//!
//! The caller's voice goes out as it comes, in frames of 20 ms; where nothing comes for a while, silence stands in, so that a
//! service's clock goes on. What the bot says waits here and is handed on as the port has room. A mark is reached when all that
//! was said before it was heard, or will not be heard any more.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use media::Duplex;

use super::frames::{Heard, Start};

/// Bytes of a frame: 20 ms of mu-law at 8 kHz.
const FRAME: usize = 160;
/// Frames that a caller's voice may be late before silence stands in for it.
const LATE_FRAMES: u64 = 5;
/// Silence in mu-law.
const SILENCE: u8 = 0xff;
/// Sound that may be ahead of the caller: 60 s.
const AHEAD_MAX: usize = 60 * 8_000;
/// Marks that may be owed at one time, and the longest name of one in bytes.
const MARKS_MAX: usize = 1_000;
const NAME_MAX: usize = 256;
/// Messages that may come at once, and a second: a minute of sound in frames of 20 ms is 3,000.
const BURST: f64 = 4_000.0;
const A_SECOND: f64 = 500.0;

/// Why a service is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// A text that is no JSON, or a sound that is no base64.
    NotJson,
    /// An event or its members that nobody knows.
    NotKnown,
    /// Too many messages or marks.
    Flood,
    /// Too much sound ahead.
    Ahead,
}

impl Refusal {
    /// Its word in facts and on the wire.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::NotJson => "not_json",
            Self::NotKnown => "not_known",
            Self::Flood => "flood",
            Self::Ahead => "too_far_ahead",
        }
    }
}

/// What came of a message.
#[derive(Debug, PartialEq)]
pub(super) enum Said {
    /// It was done.
    Done,
    /// The bot is done.
    Result {
        exit: String,
        values: serde_json::Value,
    },
}

/// A mark that is owed.
#[derive(Debug)]
struct Owed {
    /// The caller must have heard so many bytes.
    at: u64,
    name: String,
}

/// One conversation.
#[derive(Debug)]
pub(super) struct Dialogue {
    start: Start,
    began_at: Instant,
    /// Messages that went out with a number.
    number: u64,
    /// Frames of the caller's that went out.
    frames: u64,
    /// What the bot said that found no room yet.
    pending: VecDeque<u8>,
    /// Bytes that the bot has said.
    said: u64,
    /// Bytes of them that were cleared before they were handed on.
    cleared: u64,
    marks: VecDeque<Owed>,
    /// Messages that may still come, as of `counted_at`.
    may: f64,
    counted_at: Instant,
}

impl Dialogue {
    pub(super) fn new(now: Instant, start: Start) -> Self {
        Self {
            start,
            began_at: now,
            number: 0,
            frames: 0,
            pending: VecDeque::new(),
            said: 0,
            cleared: 0,
            marks: VecDeque::new(),
            may: BURST,
            counted_at: now,
        }
    }

    /// The first words.
    pub(super) fn open(&mut self) -> [String; 2] {
        let number = self.next();
        [Start::connected(), self.start.start(number)]
    }

    /// The last one.
    pub(super) fn stop(&mut self) -> String {
        let number = self.next();
        self.start.stop(number)
    }

    /// A key of the caller's.
    pub(super) fn key(&mut self, key: char) -> String {
        let number = self.next();
        self.start.dtmf(number, key)
    }

    /// The next frame of the caller's voice, if there is one.
    pub(super) fn voice(&mut self, now: Instant, duplex: &Duplex) -> Option<String> {
        let mut sound = [SILENCE; FRAME];
        if duplex.waiting() >= FRAME {
            duplex.fetch(&mut sound);
        } else if self.frames + LATE_FRAMES >= self.due(now) {
            return None;
        }
        let ms = self.frames * 20;
        self.frames += 1;
        let (number, chunk) = (self.next(), self.frames);
        Some(self.start.media(number, chunk, ms, &sound))
    }

    /// The next mark that was reached.
    pub(super) fn mark(&mut self, duplex: &Duplex) -> Option<String> {
        let heard = duplex.spoken() + self.cleared;
        let owed = self.marks.pop_front_if(|owed| owed.at <= heard)?;
        let number = self.next();
        Some(self.start.mark(number, &owed.name))
    }

    /// Hands on what there is room for.
    pub(super) fn feed(&mut self, duplex: &Duplex) {
        while !self.pending.is_empty() {
            let taken = duplex.say(self.pending.as_slices().0);
            self.pending.drain(..taken);
            if taken == 0 {
                return;
            }
        }
    }

    /// Counts a message; a flood is refused.
    pub(super) fn may(&mut self, now: Instant) -> Result<(), Refusal> {
        let since = now.saturating_duration_since(self.counted_at);
        self.counted_at = now;
        self.may = (self.may + since.as_secs_f64() * A_SECOND).min(BURST) - 1.0;
        if self.may < 0.0 {
            return Err(Refusal::Flood);
        }
        Ok(())
    }

    /// Takes a message of the bot's.
    pub(super) fn take(
        &mut self,
        now: Instant,
        text: &str,
        duplex: &Duplex,
    ) -> Result<Said, Refusal> {
        self.may(now)?;
        let heard = serde_json::from_str(text).map_err(|error: serde_json::Error| {
            match error.classify() {
                serde_json::error::Category::Data => Refusal::NotKnown,
                serde_json::error::Category::Io
                | serde_json::error::Category::Syntax
                | serde_json::error::Category::Eof => Refusal::NotJson,
            }
        })?;
        match heard {
            Heard::Media { media } => {
                let sound = media.sound().ok_or(Refusal::NotJson)?;
                if self.pending.len() + sound.len() > AHEAD_MAX {
                    return Err(Refusal::Ahead);
                }
                self.said += sound.len() as u64;
                self.pending.extend(sound);
                self.feed(duplex);
            }
            Heard::Mark { mark } => {
                if self.marks.len() >= MARKS_MAX || mark.name.len() > NAME_MAX {
                    return Err(Refusal::Flood);
                }
                let (at, name) = (self.said, mark.name);
                self.marks.push_back(Owed { at, name });
            }
            Heard::Clear => {
                self.cleared += self.pending.len() as u64;
                self.pending.clear();
                duplex.clear();
            }
            Heard::Result { result } => {
                return Ok(Said::Result {
                    exit: result.exit,
                    values: result.values,
                });
            }
        }
        Ok(Said::Done)
    }

    /// Frames that a caller has spoken by now, if he speaks all the time.
    fn due(&self, now: Instant) -> u64 {
        let since = now.saturating_duration_since(self.began_at);
        let frames = since.as_millis() / Duration::from_millis(20).as_millis();
        u64::try_from(frames).unwrap_or(u64::MAX)
    }

    fn next(&mut self) -> u64 {
        self.number += 1;
        self.number
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use media::PlaybackId;
    use std::collections::BTreeMap;

    fn begin() -> (Instant, Dialogue, Duplex) {
        let now = Instant::now();
        let start = Start {
            stream: "MZ1".to_owned(),
            call: "1".to_owned(),
            parameters: BTreeMap::new(),
        };
        (now, Dialogue::new(now, start), Duplex::new(PlaybackId(1)))
    }

    fn media(bytes: usize) -> String {
        let payload = STANDARD.encode(vec![1_u8; bytes]);
        format!(r#"{{"event":"media","media":{{"payload":"{payload}"}}}}"#)
    }

    fn mark(name: &str) -> String {
        format!(r#"{{"event":"mark","mark":{{"name":"{name}"}}}}"#)
    }

    #[test]
    fn e24_a_mark_comes_back_when_what_was_before_it_is_heard_or_cleared() {
        let (now, mut dialogue, duplex) = begin();
        let name = |text: String| {
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            value["mark"]["name"].as_str().unwrap().to_owned()
        };
        let take = |dialogue: &mut Dialogue, text: &str| dialogue.take(now, text, &duplex);
        take(&mut dialogue, &mark("at once")).unwrap();
        take(&mut dialogue, &media(20_000)).unwrap();
        take(&mut dialogue, &mark("later")).unwrap();
        assert_eq!(dialogue.mark(&duplex).map(name).as_deref(), Some("at once"));
        assert_eq!(dialogue.mark(&duplex), None);
        take(&mut dialogue, r#"{"event":"clear"}"#).unwrap();
        assert_eq!(dialogue.mark(&duplex).map(name).as_deref(), Some("later"));
    }

    #[test]
    fn e24_what_floods_is_refused() {
        let (now, mut dialogue, duplex) = begin();
        for _ in 0..60 {
            dialogue.take(now, &media(8_000), &duplex).unwrap();
        }
        dialogue.take(now, &media(8_000), &duplex).unwrap();
        let ahead = dialogue.take(now, &media(8_000), &duplex);
        assert_eq!(ahead, Err(Refusal::Ahead), "a second is in the ring");
        let (now, mut dialogue, duplex) = begin();
        let clear = r#"{"event":"clear"}"#;
        for _ in 0..4_000 {
            dialogue.take(now, clear, &duplex).unwrap();
        }
        assert_eq!(dialogue.take(now, clear, &duplex), Err(Refusal::Flood));
        let later = now + Duration::from_secs(1);
        assert_eq!(dialogue.take(later, clear, &duplex), Ok(Said::Done));
        let (now, mut dialogue, duplex) = begin();
        let long = mark(&"x".repeat(257));
        assert_eq!(dialogue.take(now, &long, &duplex), Err(Refusal::Flood));
        for _ in 0..1_000 {
            dialogue.take(now, &media(1), &duplex).unwrap();
            dialogue.take(now, &mark("x"), &duplex).unwrap();
        }
        assert_eq!(dialogue.take(now, &mark("x"), &duplex), Err(Refusal::Flood));
        assert_eq!(dialogue.take(now, "<html>", &duplex), Err(Refusal::NotJson));
        assert_eq!(dialogue.take(now, "{}", &duplex), Err(Refusal::NotKnown));
    }

    #[test]
    fn e24_silence_stands_in_for_a_caller_who_sends_nothing() {
        let (now, mut dialogue, duplex) = begin();
        let at = |ms| now + Duration::from_millis(ms);
        assert_eq!(dialogue.voice(at(100), &duplex), None);
        let mut frames = 0;
        while dialogue.voice(at(1_000), &duplex).is_some() {
            frames += 1;
        }
        assert_eq!(frames, 45, "up to 100 ms may still come");
    }
}
