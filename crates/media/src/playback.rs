//! A playback: prompts, tones and pauses one after another, cut into frames of 20 ms.
//!
//! Sounds are looked up once, at the start: a new library changes what starts later. Pieces join inside a frame, so that
//! music repeats without a gap. A frame that is pause from end to end is not sent.

use core::time::Duration;
use std::sync::Arc;

use audio::tone::Tone;
use audio::{RATE_HZ, Sound};

use crate::outgoing::samples;
use crate::{PlaybackId, RecordingId, SoundLibrary, SoundName, Source};

/// Samples of a frame: 20 ms at 8 kHz.
pub(crate) const FRAME: usize = 160;
/// Peak of a tone: a quarter of full scale.
const TONE_PEAK: i16 = i16::MAX / 4;

/// What a frame turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filled {
    /// Sound to send.
    Sound,
    /// Pause: nothing to send.
    Pause,
    /// The end was reached before this frame.
    Done,
}

/// The sounds of a configuration: those of the one under which a port was opened, and what only the one of now has.
#[derive(Debug, Default)]
pub(crate) struct Sounds {
    /// `None`: it is the one of now.
    pub(crate) own: Option<Arc<SoundLibrary>>,
    pub(crate) current: Arc<SoundLibrary>,
}

impl Sounds {
    pub(crate) fn get(&self, name: &SoundName) -> Option<&Arc<Sound>> {
        let own = self.own.as_ref().and_then(|own| own.0.get(name));
        own.or_else(|| self.current.0.get(name))
    }
}

/// What can be played.
#[derive(Clone, Copy)]
pub(crate) struct Library<'a> {
    pub(crate) sounds: &'a Sounds,
    /// The last message that was left at the port.
    pub(crate) message: Option<&'a (RecordingId, Arc<Sound>)>,
}

enum Piece {
    Sound(Arc<Sound>),
    Tone(Tone, usize),
    Pause(usize),
    /// Silence that is sent.
    Comfort(usize),
}

impl Piece {
    fn len(&self) -> usize {
        match self {
            Piece::Sound(sound) => sound.samples.len(),
            Piece::Tone(_, len) | Piece::Pause(len) | Piece::Comfort(len) => *len,
        }
    }

    /// Writes the samples from `offset` on; whether it is anything but a pause.
    fn write(&mut self, offset: usize, out: &mut [i16]) -> bool {
        match self {
            Piece::Sound(sound) => {
                let rest = sound.samples.get(offset..).unwrap_or_default();
                out.iter_mut()
                    .zip(rest)
                    .for_each(|(out, sample)| *out = *sample);
                true
            }
            Piece::Tone(tone, _) => {
                tone.fill(out);
                true
            }
            Piece::Pause(_) => {
                out.fill(0);
                false
            }
            Piece::Comfort(_) => {
                out.fill(0);
                true
            }
        }
    }
}

/// One playback under way.
pub(crate) struct Playback {
    pub(crate) id: PlaybackId,
    /// It is a clip: those who sit in the room of its port hear it too, lower (E25).
    pub(crate) overheard: bool,
    pieces: Vec<Piece>,
    repeat: bool,
    index: usize,
    offset: usize,
}

impl Playback {
    /// Looks up the sounds; `missing` is told the names that are not there.
    pub(crate) fn new(
        id: PlaybackId,
        sources: &[Source],
        repeat: bool,
        start_at: Duration,
        library: &Library<'_>,
        mut missing: impl FnMut(SoundName),
    ) -> Self {
        let pieces: Vec<Piece> = sources
            .iter()
            .filter_map(|source| piece(source, library, &mut missing))
            .collect();
        let total: usize = pieces.iter().map(Piece::len).sum();
        let start = usize::try_from(samples(start_at)).unwrap_or(usize::MAX);
        // Music that was left goes on where it would be by then; a prompt that would be over is over.
        let start = if repeat {
            start.checked_rem(total).unwrap_or(0)
        } else {
            start.min(total)
        };
        let mut playback = Self {
            id,
            overheard: false,
            pieces,
            repeat: repeat && total > 0,
            index: 0,
            offset: start,
        };
        playback.settle();
        playback
    }

    /// Writes the next 20 ms; the last frame is filled up with silence.
    pub(crate) fn fill(&mut self, frame: &mut [i16; FRAME]) -> Filled {
        if self.index >= self.pieces.len() {
            return Filled::Done;
        }
        frame.fill(0);
        let (mut at, mut audible) = (0, false);
        while let Some(piece) = self.pieces.get_mut(self.index)
            && let Some(room) = frame.get_mut(at..)
            && !room.is_empty()
        {
            let count = room.len().min(piece.len() - self.offset);
            audible |= room
                .get_mut(..count)
                .is_some_and(|out| piece.write(self.offset, out));
            at += count;
            self.offset += count;
            self.settle();
        }
        if audible {
            Filled::Sound
        } else {
            Filled::Pause
        }
    }

    /// Moves on to the piece that the offset lies in; from the end to the start when repeating.
    fn settle(&mut self) {
        while let Some(piece) = self.pieces.get(self.index) {
            let Some(beyond) = self.offset.checked_sub(piece.len()) else {
                return;
            };
            (self.index, self.offset) = (self.index + 1, beyond);
            if self.repeat && self.index == self.pieces.len() {
                self.index = 0;
            }
        }
    }
}

fn piece(
    source: &Source,
    library: &Library<'_>,
    missing: &mut impl FnMut(SoundName),
) -> Option<Piece> {
    let len =
        |ms: u32| usize::try_from(u64::from(ms) * u64::from(RATE_HZ) / 1_000).unwrap_or(usize::MAX);
    match source {
        Source::Sound(name) => {
            // A sound at another rate would play at a wrong pitch: it counts as missing, which is seen and mended.
            let found = library
                .sounds
                .get(name)
                .filter(|sound| sound.rate_hz == RATE_HZ);
            if found.is_none() {
                missing(name.clone());
            }
            found.map(|sound| Piece::Sound(Arc::clone(sound)))
        }
        Source::Message(recording) => {
            let found = library.message.filter(|(id, _)| id == recording);
            if found.is_none() {
                missing(SoundName::new(&format!("message {recording}")));
            }
            found.map(|(_, sound)| Piece::Sound(Arc::clone(sound)))
        }
        Source::Tone { hz, ms } => Some(Piece::Tone(
            Tone::new(f64::from(*hz), RATE_HZ, TONE_PEAK),
            len(*ms),
        )),
        Source::Silence { ms } => Some(Piece::Pause(len(*ms))),
        Source::Comfort { ms } => Some(Piece::Comfort(len(*ms))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library() -> SoundLibrary {
        let sound = |from: i16, len: i16, rate_hz| {
            Arc::new(Sound {
                rate_hz,
                samples: (from..from + len).collect(),
            })
        };
        SoundLibrary(
            [
                ("a", sound(1, 200, 8_000)),
                ("b", sound(1_001, 50, 8_000)),
                ("studio", sound(1, 10, 48_000)),
                ("empty", sound(0, 0, 8_000)),
            ]
            .into_iter()
            .map(|(name, sound)| (SoundName::new(name), sound))
            .collect(),
        )
    }

    fn sounds(names: &[&str]) -> Vec<Source> {
        names
            .iter()
            .map(|name| Source::Sound(SoundName::new(name)))
            .collect()
    }

    fn start(sources: &[Source], repeat: bool, start_ms: u64) -> (Playback, Vec<SoundName>) {
        let mut missing = Vec::new();
        let start_at = Duration::from_millis(start_ms);
        let playback = Playback::new(
            PlaybackId(1),
            sources,
            repeat,
            start_at,
            &Library {
                sounds: &Sounds {
                    own: None,
                    current: Arc::new(library()),
                },
                message: None,
            },
            |name| missing.push(name),
        );
        (playback, missing)
    }

    /// All samples of up to `frames` frames, and how the last one turned out.
    fn play(mut playback: Playback, frames: usize) -> (Vec<i16>, Filled) {
        let mut out = Vec::new();
        let mut frame = [0; FRAME];
        for _ in 0..frames {
            match playback.fill(&mut frame) {
                Filled::Done => return (out, Filled::Done),
                Filled::Sound | Filled::Pause => out.extend(frame),
            }
        }
        (out, Filled::Sound)
    }

    #[test]
    fn pieces_join_inside_a_frame_and_the_last_is_filled_up() {
        let (samples, end) = play(start(&sounds(&["a", "empty", "b"]), false, 0).0, 9);
        let expected: Vec<i16> = (1..=200)
            .chain(1_001..=1_050)
            .chain(std::iter::repeat_n(0, 70))
            .collect();
        assert_eq!((samples, end), (expected, Filled::Done));
    }

    #[test]
    fn music_repeats_without_a_gap_and_resumes_where_it_would_be() {
        let (samples, _) = play(start(&sounds(&["a", "b"]), true, 0).0, 4);
        let expected: Vec<i16> = (1..=200).chain(1_001..=1_050).cycle().take(640).collect();
        assert_eq!(samples, expected);
        // 1,000 ms are 8,000 samples: 32 times round the 250.
        assert_eq!(
            play(start(&sounds(&["a", "b"]), true, 1_000).0, 4).0,
            expected
        );
        assert_eq!(
            play(start(&sounds(&["a", "b"]), true, 1_025).0, 1).0[..3],
            [201 - 200 + 1_000, 1_002, 1_003]
        );
    }

    #[test]
    fn a_prompt_starts_in_its_middle_or_is_over() {
        assert_eq!(
            play(start(&sounds(&["a"]), false, 10).0, 9).0[..2],
            [81, 82]
        );
        for beyond in [25, 26, 100_000_000] {
            assert_eq!(
                play(start(&sounds(&["a"]), false, beyond).0, 9),
                (vec![], Filled::Done),
                "{beyond} ms"
            );
        }
    }

    #[test]
    fn missing_sounds_are_told_and_skipped() {
        let (playback, missing) = start(&sounds(&["x", "a", "studio"]), false, 0);
        assert_eq!(missing, [SoundName::new("x"), SoundName::new("studio")]);
        assert_eq!(play(playback, 9).0.len(), 320);
        let (playback, _) = start(&sounds(&["x", "empty"]), true, 0);
        assert_eq!(
            play(playback, 9),
            (vec![], Filled::Done),
            "nothing to repeat is the end, not a loop"
        );
    }

    #[test]
    fn tones_and_pauses_have_their_length() {
        let sources = [
            Source::Tone { hz: 1_000, ms: 40 },
            Source::Silence { ms: 60 },
        ];
        let (mut playback, _) = start(&sources, false, 0);
        let mut frame = [0; FRAME];
        let filled: Vec<Filled> = (0..6).map(|_| playback.fill(&mut frame)).collect();
        use Filled::{Done, Pause, Sound};
        assert_eq!(filled, [Sound, Sound, Pause, Pause, Pause, Done]);
        let (samples, _) = play(start(&sources, false, 0).0, 2);
        assert!(audio::goertzel::tone_level(&samples, 8_000, 1_000.0) > 0.99);
        assert_eq!(samples.iter().max(), Some(&TONE_PEAK));
    }
}
