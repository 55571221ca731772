//! What a caller hears while he waits (排队通告, D14-D18, D20, D32): music, and now and then an announcement with his place, how
//! long it may still take, a message of the house, and the keys that lead out of the line; and, while a phone rings for him,
//! that he is being connected.
//!
//! A state machine of its own, pure: it is told the time, where the caller stands and that an announcement was heard, and
//! answers with cues. Invariants: no number is told that is worse than the one before (D15); music goes on where it stopped
//! (D20); the keys are told at most every 90 s (D32). It knows nothing of answers and keys: an answer cuts whatever plays
//! (R12), and keys are read at all times elsewhere (D14).

use std::time::Duration;

use acd::Standing;
use media::SoundName;
use speech::Language;

mod sentence;
#[cfg(test)]
mod tests;

/// The shortest gap of music between two announcements that a queue may ask for.
pub const EVERY_MIN: Duration = Duration::from_secs(15);
/// R62: "your adviser is on a call: 1 to wait, 2 for the next".
pub const ADVISER_BUSY: &str = "say_adviser_busy";
/// D18: "we are connecting you now", while a phone rings for him.
const CONNECTING: &str = "say_connecting";
/// D32: the keys, and that he is being connected (D18), are told at most so often.
const CHOICES_EVERY: Duration = Duration::from_secs(90);
/// An announcement that nobody reported as heard counts as heard after this time: no wait without an end (S8).
const ANNOUNCEMENT_MAX: Duration = Duration::from_secs(600);

/// What a queue tells those who wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announce {
    /// How many callers are ahead (D15).
    pub position: bool,
    /// How long it will probably take (D16).
    pub wait: bool,
    /// That a phone rings for him (D18).
    pub connecting: bool,
    /// Music before the first announcement.
    pub after: Duration,
    /// Music between the end of one and the beginning of the next; at least [`EVERY_MIN`].
    pub every: Duration,
    /// Prompts, one with each announcement in turn (D17); without their language.
    pub messages: Vec<String>,
}

impl Default for Announce {
    /// Nothing but the keys, where a script has a prompt for them.
    fn default() -> Self {
        Self {
            position: false,
            wait: false,
            connecting: false,
            after: Duration::from_secs(15),
            every: Duration::from_secs(60),
            messages: Vec::new(),
        }
    }
}

impl Announce {
    /// Every sound that may be played in a language for these settings: what must exist.
    #[must_use]
    pub fn sounds(&self, language: &str) -> Vec<String> {
        let spoken = Language::of(language);
        let places = spoken.filter(|_| self.position).map(sentence::place_words);
        let waits = spoken.filter(|_| self.wait).map(sentence::wait_words);
        let rings = spoken
            .filter(|_| self.connecting)
            .map(|_| CONNECTING.to_owned());
        let messages = self.messages.iter().cloned().chain(rings);
        let names = places.into_iter().chain(waits).flatten().chain(messages);
        let mut sounds: Vec<String> = names.map(|name| sound(language, &name)).collect();
        sounds.sort();
        sounds.dedup();
        sounds
    }

    /// Whether numbers can be said in a language. Elsewhere the caller hears the messages alone.
    #[must_use]
    pub fn speaks(language: &str) -> bool {
        Language::of(language).is_some()
    }
}

/// What is to be heard from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cue {
    /// A piece of music, from here on in it.
    Music { piece: SoundName, from: Duration },
    /// These sounds, one after the other; then [`Announcer::handle_heard`].
    Say(Vec<SoundName>),
}

/// One caller's ears.
#[derive(Debug)]
pub(crate) struct Announcer {
    rules: Announce,
    music: SoundName,
    language: String,
    /// The sound that tells the keys.
    choices: Option<SoundName>,
    state: State,
    /// Until when he may answer whether he waits for his familiar agent (R62).
    asked_until: Option<Duration>,
    /// How much of the music was heard before the last announcement.
    played: Duration,
    /// How many ahead he was told last (D15).
    told: Option<u32>,
    choices_told: Option<Duration>,
    connecting_told: Option<Duration>,
    next_message: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Music since; at `due` something may be said.
    Music { since: Duration, due: Duration },
    /// An announcement, until it was heard or for so long.
    Speaks { until: Duration },
}

impl Announcer {
    /// He begins to wait, with music. `choices` is the sound that tells him the keys.
    pub(crate) fn new(
        now: Duration,
        rules: Announce,
        music: SoundName,
        language: &str,
        choices: Option<SoundName>,
    ) -> Self {
        Self {
            state: State::Music {
                since: now,
                due: now + rules.after,
            },
            rules,
            music,
            language: language.to_owned(),
            choices,
            asked_until: None,
            played: Duration::ZERO,
            told: None,
            choices_told: None,
            connecting_told: None,
            next_message: 0,
        }
    }

    /// Another queue's rules and music from here on (D30); what he was told holds.
    pub(crate) fn moved(&mut self, now: Duration, rules: Announce, music: SoundName) {
        self.state = State::Music {
            since: now,
            due: now + rules.after,
        };
        (self.rules, self.music) = (rules, music);
        self.played = Duration::ZERO;
    }

    /// The music as it stands: what to hear at the beginning, and after each announcement.
    pub(crate) fn music(&self) -> Cue {
        Cue::Music {
            piece: self.music.clone(),
            from: self.played,
        }
    }

    /// Time has come; `standing` is asked for only when something may be said.
    pub(crate) fn handle_timeout(
        &mut self,
        now: Duration,
        standing: impl FnOnce() -> Option<Standing>,
    ) -> Option<Cue> {
        match self.state {
            State::Music { since, due } if due <= now => {
                let sounds = self.compose(now, standing());
                if sounds.is_empty() {
                    let due = now + self.rules.every;
                    self.state = State::Music { since, due };
                    return None;
                }
                self.played += now.saturating_sub(since);
                let until = now + ANNOUNCEMENT_MAX;
                self.state = State::Speaks { until };
                Some(Cue::Say(sounds))
            }
            State::Speaks { until } if until <= now => self.handle_heard(now),
            State::Music { .. } | State::Speaks { .. } => None,
        }
    }

    /// The announcement was heard: music goes on where it stopped (D20).
    pub(crate) fn handle_heard(&mut self, now: Duration) -> Option<Cue> {
        let State::Speaks { .. } = self.state else {
            return None;
        };
        self.state = State::Music {
            since: now,
            due: now + self.rules.every,
        };
        Some(self.music())
    }

    /// Whether he waits for his familiar agent or goes on to the next (R62): asked at once, whatever he hears.
    pub(crate) fn ask(&mut self, now: Duration, until: Duration) -> Cue {
        self.asked_until = Some(until);
        let question = sound(&self.language, ADVISER_BUSY);
        self.interrupt(now, SoundName::new(&question))
    }

    /// D18: a phone rings for him. He is told over the music or in place of what is said, unless he was told lately, as when one
    /// phone after the other rings, or is asked something at this moment.
    pub(crate) fn connecting(&mut self, now: Duration) -> Option<Cue> {
        let speaks = self.rules.connecting && Language::of(&self.language).is_some();
        let lately = |at| now < at + CHOICES_EVERY;
        if !speaks || self.is_asking(now) || self.connecting_told.is_some_and(lately) {
            return None;
        }
        let word = sound(&self.language, CONNECTING);
        Some(self.greet(now, SoundName::new(&word)))
    }

    /// He is on the line because we called him: who calls, and that he is being connected (D21).
    pub(crate) fn greet(&mut self, now: Duration, greeting: SoundName) -> Cue {
        self.connecting_told = Some(now);
        self.interrupt(now, greeting)
    }

    /// Something that does not wait for its turn.
    fn interrupt(&mut self, now: Duration, what: SoundName) -> Cue {
        if let State::Music { since, .. } = self.state {
            self.played += now.saturating_sub(since);
        }
        let until = now + ANNOUNCEMENT_MAX;
        self.state = State::Speaks { until };
        Cue::Say(vec![what])
    }

    /// Whether the question is still open.
    pub(crate) fn is_asking(&self, now: Duration) -> bool {
        self.asked_until.is_some_and(|until| now < until)
    }

    /// What a key says to the question, once; `None`: it says nothing to it.
    pub(crate) fn answer(&mut self, now: Duration, key: char) -> Option<bool> {
        let waits = match key {
            '1' => true,
            '2' => false,
            _ => return None,
        };
        let asks = self.is_asking(now);
        asks.then(|| self.asked_until = None)?;
        Some(waits)
    }

    /// When `handle_timeout` is due, as absolute as `now`.
    pub(crate) fn poll_timeout(&self) -> Option<Duration> {
        match self.state {
            State::Music { due, .. } if self.has_words() => Some(due),
            State::Music { .. } => None,
            State::Speaks { until } => Some(until),
        }
    }

    const fn has_words(&self) -> bool {
        let rules = &self.rules;
        rules.position || rules.wait || !rules.messages.is_empty() || self.choices.is_some()
    }

    /// Where he stands, how long it may take, the next message, the keys: what of them there is to say at this moment.
    fn compose(&mut self, now: Duration, standing: Option<Standing>) -> Vec<SoundName> {
        let mut names = Vec::new();
        if let (Some(language), Some(standing)) = (Language::of(&self.language), standing) {
            // D15: a caller who falls back is told nothing of it.
            let better = self.told.is_none_or(|told| standing.ahead <= told);
            if self.rules.position && better {
                names.extend(sentence::place(language, standing.ahead, standing.exact));
                self.told = Some(standing.ahead);
            }
            let wait = standing.wait.filter(|_| self.rules.wait);
            names.extend(
                wait.into_iter()
                    .flat_map(|wait| sentence::wait(language, wait)),
            );
        }
        let messages = &self.rules.messages;
        if let Some(message) = messages.get(self.next_message) {
            names.push(message.clone());
            self.next_message = (self.next_message + 1) % messages.len();
        }
        let sounds = names.iter().map(|name| sound(&self.language, name));
        let mut sounds: Vec<SoundName> = sounds.map(|name| SoundName::new(&name)).collect();
        let told_lately = |at| now < at + CHOICES_EVERY;
        if let Some(choices) = &self.choices
            && !self.choices_told.is_some_and(told_lately)
        {
            sounds.push(choices.clone());
            self.choices_told = Some(now);
        }
        sounds
    }
}

fn sound(language: &str, prompt: &str) -> String {
    [language, "/", prompt].concat()
}
