//! What a caller says into a recording (E15, G1): what `record` and `voicemail` share.
//!
//! A prompt, a tone, and he speaks until he presses `#`, is silent, or the time is over. What is too short is asked for again,
//! a few times. Then he may review it: keep, listen, speak again; who presses nothing keeps it. Every way ends by itself: tries
//! and reviews are counted here. What becomes of one who hangs up is his node's to say. Other keys while he speaks mean
//! nothing, and none of them stands in the recording.

use std::time::Duration;

use model::RecordingId;

use crate::claim::{Claims, Lull};
use crate::effect::{Played, Recorded};
use crate::place::Name;
use crate::report::Read;
use crate::row::{Form, KeyRow, Need, row};
use crate::run::Visit;
use crate::section::Section;
use crate::step::{Event, Outcome, Step};
use crate::told;

/// The key that ends what is said.
pub(crate) const END_KEY: char = '#';
/// How often something too short is asked for again, the first time among them.
const TRIES: u32 = 3;
/// How often he may listen, speak again or press a key that means nothing.
const REVIEWS: u8 = 6;
/// How long he has for a key of the review, unless the script's head gives him longer (E2).
const CHOICE: Duration = Duration::from_secs(5);
/// What a sentence of the house lasts, at most.
pub(crate) const SENTENCE: Duration = Duration::from_secs(8);

/// What the house says at a review: its keys.
pub(crate) const REVIEW: &str = "message_review";
/// What it says when the disk takes nothing.
pub(crate) const FAILED: &str = "message_failed";
/// What it says of something too short.
pub(crate) const TOO_SHORT: &str = "message_short";

pub(crate) const MIN_ROW: KeyRow = row(
    "min_s",
    Form::Seconds {
        zero: true,
        max: 60,
    },
    Need::Default("2"),
    "What is shorter is asked for again, three times in all.",
    "最短秒数，过短会请主叫重说",
);
pub(crate) const SILENCE_ROW: KeyRow = row(
    "silence_s",
    Form::Seconds {
        zero: false,
        max: 60,
    },
    Need::Default("5"),
    "So long a silence ends it, as `#` does; the key is not heard in it.",
    "静音多久自动结束",
);
pub(crate) const REVIEW_ROW: KeyRow = row(
    "review",
    Form::Truth,
    Need::Default("true"),
    "Whether he may keep it (1), listen to it (2) or speak again (3) before it goes on.",
    "录后可确认、试听、重录",
);

/// The longest recording, with its default.
pub(crate) const fn max_row(default: &'static str) -> KeyRow {
    row(
        "max_s",
        Form::Seconds {
            zero: false,
            max: 600,
        },
        Need::Default(default),
        "The longest that it may be.",
        "最长秒数",
    )
}

/// What is said into one node.
#[derive(Debug)]
pub(crate) struct Message {
    min: Duration,
    max: Duration,
    silence: Duration,
    review: bool,
    /// How long he has for a key of the review.
    choice: Duration,
    /// How often something too short is asked for again, the first time among them.
    tries: u32,
    /// The mailbox that gets it, if one does.
    mailbox: Option<Name>,
}

/// How far a caller is, between two events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stage {
    /// He hears what he is asked.
    #[default]
    Asked,
    /// He has heard all but a last word.
    Leaving,
    /// He hears that it was too short.
    TooShort,
    /// He hears the tone.
    Tone,
    /// He speaks.
    Speaking,
    /// He hears his keys, or may press one.
    Review(Recorded, u8),
    /// He listens to himself.
    Listening(Recorded, u8),
}

/// What a node does next.
pub(crate) enum Progress<'n> {
    /// This.
    Wants(Step<'n>),
    /// He is done: with what he has left, if he has said anything.
    Done(Option<Recorded>),
    /// What he says stands nowhere; it was told to nobody yet.
    Failed,
}

impl Stage {
    /// Whether he decides about this recording.
    pub(crate) fn is_review_of(self, id: RecordingId) -> bool {
        match self {
            Self::Review(said, _) | Self::Listening(said, _) => said.recording == id,
            Self::Asked | Self::Leaving | Self::TooShort | Self::Tone | Self::Speaking => false,
        }
    }
}

impl Message {
    pub(crate) fn read(section: &mut Section<'_, '_>) -> Read<Self> {
        let (min, max) = (section.seconds("min_s"), section.seconds("max_s"));
        let (silence, review) = (section.seconds("silence_s"), section.truth("review"));
        let (min, max) = (min?, max?);
        if min > max {
            let place = section.place_of_key("min_s");
            let message = told!(
                "`min_s` is more than `max_s`: nothing would ever be long enough",
                "`min_s` 大于 `max_s`：永远不够长"
            );
            return Err(section.report.error(place, message, None));
        }
        Ok(Self {
            min,
            max,
            silence: silence?,
            review: review?,
            choice: section.timeouts().first_key(CHOICE),
            tries: TRIES,
            mailbox: None,
        })
    }

    /// What is asked for once, and kept as it is spoken: who says nothing wants to say nothing.
    pub(crate) const fn once(max: Duration) -> Self {
        Self {
            min: Duration::from_secs(1),
            max,
            silence: Duration::from_secs(3),
            review: false,
            choice: CHOICE,
            tries: 1,
            mailbox: None,
        }
    }

    /// The same, for a mailbox.
    pub(crate) fn into_box(self, mailbox: &Name) -> Self {
        let mailbox = Some(mailbox.clone());
        Self { mailbox, ..self }
    }

    /// So long a silence ends what he says.
    pub(crate) const fn silence(&self) -> Duration {
        self.silence
    }

    /// Claims how long one is kept who says nothing, and the words of the house.
    pub(crate) fn claim(&self, claims: &mut Claims<'_>) {
        claims.kept += (self.silence + SENTENCE) * TRIES;
        claims.sentences = TRIES - 1;
        claims.listens = true;
        claims.house.extend([TOO_SHORT, FAILED]);
        if self.review {
            claims.house.push(REVIEW);
        }
    }

    /// What he meets who has spoken and then does nothing: the silence that ends it, and the review.
    pub(crate) fn lull<'n>(&self) -> Lull<'n> {
        let review = if self.review {
            SENTENCE + self.choice
        } else {
            Duration::ZERO
        };
        Lull {
            time: self.silence + review,
            sentences: self.review.into(),
            ..Lull::default()
        }
    }

    /// What was asked is heard, or something happened while he speaks and reviews.
    pub(crate) fn step<'n>(&'n self, visit: &mut Visit<'_>, event: &Event) -> Progress<'n> {
        match (*visit.stage(), event) {
            (Stage::Asked | Stage::TooShort, Event::Heard) => {
                // A key that cut the prompt has done what it was pressed for.
                visit.forget_key();
                self.tone(visit)
            }
            (Stage::Tone, Event::Heard) => {
                *visit.stage() = Stage::Speaking;
                Progress::Wants(Step::Record {
                    max: self.max,
                    silence: self.silence,
                    mailbox: self.mailbox.as_ref().map(|name| name.text.as_str()),
                })
            }
            (Stage::Speaking, Event::Outcome(Outcome::Recorded(said))) => self.said(visit, *said),
            (Stage::Review(..), Event::Heard) => {
                Progress::Wants(Step::Listen { time: self.choice })
            }
            (Stage::Review(said, left), Event::Key(key)) => self.chosen(visit, *key, said, left),
            (Stage::Review(said, _), Event::TimedOut) => keep(said),
            (Stage::Listening(said, left), Event::Heard) => {
                visit.forget_key();
                self.review(visit, said, left)
            }
            (
                Stage::Speaking | Stage::Review(..) | Stage::Listening(..),
                Event::Outcome(Outcome::RecordFailed),
            ) => Progress::Failed,
            (
                Stage::Asked
                | Stage::Leaving
                | Stage::TooShort
                | Stage::Tone
                | Stage::Speaking
                | Stage::Review(..)
                | Stage::Listening(..),
                Event::Heard | Event::Key(_) | Event::TimedOut | Event::Outcome(_),
            ) => Progress::Wants(Step::impossible(event)),
        }
    }

    /// What he leaves who hangs up: what he says at this moment, or what he has not taken back.
    pub(crate) fn left(&self, visit: &mut Visit<'_>, said: Option<Recorded>) -> Option<Recorded> {
        let said = match *visit.stage() {
            Stage::Review(said, _) | Stage::Listening(said, _) => Some(said),
            Stage::Asked | Stage::Leaving | Stage::TooShort | Stage::Tone | Stage::Speaking => said,
        };
        let said = said?;
        if said.length < self.min {
            visit.drop_recording(said.recording);
            return None;
        }
        Some(said)
    }

    fn tone(&self, visit: &mut Visit<'_>) -> Progress<'_> {
        *visit.stage() = Stage::Tone;
        Progress::Wants(Step::Speak {
            parts: vec![Played::Tone],
            interruptible: false,
        })
    }

    fn said(&self, visit: &mut Visit<'_>, said: Option<Recorded>) -> Progress<'_> {
        match said {
            Some(said) if said.length >= self.min && self.review => {
                self.review(visit, said, REVIEWS)
            }
            Some(said) if said.length >= self.min => keep(said),
            Some(_) | None => {
                if let Some(said) = said {
                    visit.drop_recording(said.recording);
                }
                visit.count_failure();
                if !visit.may_try(self.tries) {
                    return Progress::Done(None);
                }
                *visit.stage() = Stage::TooShort;
                Progress::Wants(house(visit, TOO_SHORT))
            }
        }
    }

    fn review(&self, visit: &mut Visit<'_>, said: Recorded, left: u8) -> Progress<'_> {
        *visit.stage() = Stage::Review(said, left);
        Progress::Wants(house(visit, REVIEW))
    }

    fn chosen(&self, visit: &mut Visit<'_>, key: char, said: Recorded, left: u8) -> Progress<'_> {
        let Some(left) = left.checked_sub(1) else {
            return keep(said);
        };
        match key {
            '1' | END_KEY => keep(said),
            '2' => {
                *visit.stage() = Stage::Listening(said, left);
                Progress::Wants(Step::Speak {
                    parts: vec![Played::Recording(said.recording)],
                    interruptible: true,
                })
            }
            '3' => {
                visit.count_failure();
                if !visit.may_try(TRIES) {
                    return keep(said);
                }
                visit.drop_recording(said.recording);
                self.tone(visit)
            }
            _ => self.review(visit, said, left),
        }
    }
}

const fn keep<'n>(said: Recorded) -> Progress<'n> {
    Progress::Done(Some(said))
}

/// A sentence of the house, which a key may cut.
pub(crate) fn house<'n>(visit: &Visit<'_>, sentence: &str) -> Step<'n> {
    Step::Speak {
        parts: vec![visit.house(sentence)],
        interruptible: true,
    }
}
