//! Rehearsal (排练): one imaginary call through scripts, in virtual time, without sound or network (E21).
//!
//! Mutate, then drain: what happens to the caller goes in by [`Rehearsal::happens`], what he hears and where he comes out by
//! [`Rehearsal::poll_news`], and [`Rehearsal::awaits`] says what can happen next. He hears every prompt to its end, for as
//! long as reading it aloud takes. The tests of scripts and `trunkline ivr try` are two drivers of it. It deliberately asks
//! nobody: what a queue, a phone or a look-up answers is said from outside.

mod circumstances;
mod happening;
mod heard;
mod written;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use model::fact::QueueExit;
use model::{Calendar, RecordingId, ScriptName};

use crate::ask::AskId;
use crate::chart::ExitId;
use crate::claim::{End, LastWord};
use crate::effect::{CallbackAnswer, Effect, Input, Target};
use crate::run::{Environment, Run, Trace};
use crate::script::{Placed, Script};
use crate::section::is_phone_key;

pub use circumstances::{Circumstances, clock};
pub(crate) use happening::Done;
pub use happening::{Asked, Awaits, Ending, Happening, News, NotAwaited, OpenKey, Opens};
pub use heard::Texts;
pub(crate) use written::{quoted, test};

/// What is recorded in a rehearsal; its parts count from 2, behind the call's own.
const CALL: model::CallId = model::CallId::new(1);
const FIRST_PART: u32 = 2;
/// More turns than any run can take within its budgets between two things that happen.
const TURNS_MAX: u32 = 100_000;

/// What surrounds a rehearsal.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// Calendars, scripts and numbers.
    pub environment: Environment<'a>,
    /// The words of what is heard.
    pub texts: &'a Texts,
}

/// One imaginary call.
#[derive(Debug)]
pub struct Rehearsal {
    script: Arc<Script>,
    circumstances: Circumstances,
    /// The calendars as this call found or made them, where they differ from those around it.
    calendars: Option<BTreeMap<String, Calendar>>,
    run: Run,
    now: Duration,
    awaits: Awaits,
    asked: Option<AskId>,
    news: VecDeque<(Duration, News)>,
    /// How many entries of the trace were told.
    told: usize,
    done: Vec<Done>,
    knows: Knows,
    parts: u32,
    silent: Silent,
}

/// What the caller knows of how his matter goes on, beside what the nodes said on his way.
#[derive(Clone, Debug, Default)]
struct Knows {
    /// The stops at which he was promised a callback.
    promises: BTreeSet<usize>,
    /// A message of his is in a mailbox.
    message: bool,
}

/// What he has been kept for since he did something last; waiting in queues not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Silent {
    /// Prompts that he has heard.
    pub prompts: u32,
    /// Time.
    pub time: Duration,
}

impl Silent {
    /// The longer of two, each figure by itself.
    pub(crate) fn or_longer(self, other: Self) -> Self {
        Self {
            prompts: self.prompts.max(other.prompts),
            time: self.time.max(other.time),
        }
    }
}

impl Rehearsal {
    /// A call that has begun: the caller is in the script, and whatever comes before something must happen has come.
    pub fn begin(
        script: &Arc<Script>,
        circumstances: Circumstances,
        around: &Surroundings<'_>,
    ) -> Self {
        let given = circumstances.given.clone().into_iter();
        let given = given.map(|(name, value)| (name, (value, false))).collect();
        let mut rehearsal = Self {
            script: Arc::clone(script),
            calendars: circumstances.calendars(around.environment.calendars),
            run: Run::traced(Arc::clone(script), circumstances.entry(), given),
            now: Duration::from(circumstances.at),
            circumstances,
            awaits: Awaits::Key,
            asked: None,
            news: VecDeque::new(),
            told: 0,
            done: Vec::new(),
            knows: Knows::default(),
            parts: FIRST_PART,
            silent: Silent::default(),
        };
        rehearsal.gets(around, Input::Start);
        rehearsal.settle(around);
        rehearsal
    }

    /// Takes what happens to the caller. What does not fit what is awaited is handed back, and nothing has happened.
    pub fn happens(
        &mut self,
        around: &Surroundings<'_>,
        happening: Happening,
    ) -> Result<(), NotAwaited> {
        if !self.awaits.takes(&happening) {
            return Err(NotAwaited(self.awaits.clone()));
        }
        self.done.push(Done {
            happening: happening.clone(),
            awaited: self.awaits.clone(),
            is_secret: self.run.is_secret(),
        });
        match happening {
            Happening::Key(key) => self.presses(around, key),
            Happening::Silence => self.is_silent(around),
            Happening::Speaks(time) => self.speaks(around, time),
            Happening::HangsUp => self.hangs_up(around),
            Happening::Queue(exit) => self.comes_of(around, exit.map(Input::QueueLeft)),
            Happening::Transfer(failure) => {
                self.comes_of(around, failure.map(Input::TransferFailed));
            }
            Happening::Callback(answer) => {
                if answer == CallbackAnswer::Promised {
                    self.knows.promises.insert(self.told);
                }
                self.comes_of(around, Some(Input::CallbackAnswered(answer)));
            }
            Happening::Answer(answer) => {
                self.talks();
                let answer = self.asked.map(|asked| Input::Answered(asked, answer));
                self.comes_of(around, answer);
            }
        }
        self.settle(around);
        Ok(())
    }

    /// What can happen next.
    pub const fn awaits(&self) -> &Awaits {
        &self.awaits
    }

    /// How it ended, once it has.
    pub const fn ending(&self) -> Option<&Ending> {
        match &self.awaits {
            Awaits::Nothing(ending) => Some(ending),
            Awaits::Key
            | Awaits::Voice { .. }
            | Awaits::Queue(_)
            | Awaits::Transfer(_)
            | Awaits::Callback(_)
            | Awaits::Answer { .. } => None,
        }
    }

    /// What came since it was asked for last, one after the other, each with how long the call had lasted.
    pub fn poll_news(&mut self) -> Option<(Duration, News)> {
        self.news.pop_front()
    }

    /// A line for each node that was entered, as a test expects them.
    pub fn lines(&self) -> &[String] {
        self.run.trace().map_or(&[], |trace| &trace.lines)
    }

    /// The script and the node of each line.
    pub(crate) fn stops(&self) -> &[(ScriptName, String)] {
        self.run.trace().map_or(&[], |trace| &trace.stops)
    }

    /// The exits that were taken.
    pub fn taken(&self) -> BTreeSet<ExitId> {
        let taken = self.run.trace().map(|trace: &Trace| trace.taken.clone());
        taken.unwrap_or_default()
    }

    /// How long the call has lasted.
    pub fn lasted(&self) -> Duration {
        self.now
            .saturating_sub(Duration::from(self.circumstances.at))
    }

    /// What the caller has been kept for since he did something last.
    pub const fn silent(&self) -> Silent {
        self.silent
    }

    /// The caller's language.
    pub fn language(&self) -> &str {
        self.run.language()
    }

    /// The answers so far, as people read them; `None`: a secret.
    pub fn variables(&self) -> BTreeMap<String, Option<String>> {
        let secrets = self.run.secrets().into_iter().map(|name| (name, None));
        let shown = self.run.variables().into_iter();
        secrets
            .chain(shown.map(|(name, value)| (name, Some(value))))
            .collect()
    }

    /// Under which circumstances it is.
    pub const fn circumstances(&self) -> &Circumstances {
        &self.circumstances
    }

    /// Whether a key that comes now is a secret (S22).
    pub fn is_secret(&self) -> bool {
        self.run.is_secret()
    }

    /// Whether something has happened to the caller.
    pub fn is_fresh(&self) -> bool {
        self.done.is_empty()
    }

    /// The keys that mean something to the node that has the caller, in its order; none where no key is taken.
    pub fn open_keys(&self) -> Vec<OpenKey> {
        let Some(placed) = self.run.placed() else {
            return Vec::new();
        };
        happening::open_keys(&self.awaits, placed, self.run.stage())
    }

    fn presses(&mut self, around: &Surroundings<'_>, key: char) {
        self.silent = Silent::default();
        if is_phone_key(key) {
            self.gets(around, Input::Key(key));
        }
    }

    /// He does nothing until something comes of it.
    fn is_silent(&mut self, around: &Surroundings<'_>) {
        if let Awaits::Voice { silence } = self.awaits {
            self.records(around, Some(Input::FellSilent), silence);
            return;
        }
        match self.run.poll_timeout() {
            Some(due) => self.until(around, due),
            None => self.awaits = Awaits::Nothing(Ending::Left { message: false }),
        }
    }

    /// A bot has him for as long as it may: nobody else says how long they talk.
    fn talks(&mut self) {
        let due = match &self.awaits {
            Awaits::Answer { asked, .. } if asked.hears_keys => self.run.poll_timeout(),
            Awaits::Answer { .. }
            | Awaits::Key
            | Awaits::Voice { .. }
            | Awaits::Queue(_)
            | Awaits::Transfer(_)
            | Awaits::Callback(_)
            | Awaits::Nothing(_) => None,
        };
        let due = due.unwrap_or(self.now);
        self.silent.time += due.saturating_sub(self.now);
        self.now = due;
    }

    fn speaks(&mut self, around: &Surroundings<'_>, time: Duration) {
        self.silent = Silent::default();
        let recording = RecordingId {
            call: CALL,
            part: self.parts,
        };
        self.parts += 1;
        self.gets(around, Input::RecordBegan(recording));
        self.gets(around, Input::Spoke);
        self.records(around, None, time);
    }

    /// He is recorded for so long, unless the longest time comes before, and then this happens.
    fn records(&mut self, around: &Surroundings<'_>, input: Option<Input>, after: Duration) {
        let then = self.now + after;
        if let Some(due) = self.run.poll_timeout().filter(|due| *due <= then) {
            self.until(around, due);
            return;
        }
        self.now = then;
        if let Some(input) = input {
            self.gets(around, input);
        }
    }

    fn hangs_up(&mut self, around: &Surroundings<'_>) {
        let environment = environment(self.calendars.as_ref(), around);
        self.run.hang_up(self.now, &environment);
        self.drain(around);
        let message = self.knows.message;
        self.awaits = Awaits::Nothing(Ending::Left { message });
    }

    /// What became of waiting, ringing or asking; nothing means that somebody answered.
    fn comes_of(&mut self, around: &Surroundings<'_>, news: Option<Input>) {
        match news {
            None => self.awaits = Awaits::Nothing(Ending::Person),
            Some(Input::QueueLeft(QueueExit::Abandoned)) => self.hangs_up(around),
            Some(news) => {
                self.awaits = Awaits::Key;
                self.gets(around, news);
            }
        }
    }

    fn until(&mut self, around: &Surroundings<'_>, due: Duration) {
        self.silent.time += due.saturating_sub(self.now);
        self.now = due;
        let environment = environment(self.calendars.as_ref(), around);
        self.run.handle_timeout(due, &environment);
    }

    fn gets(&mut self, around: &Surroundings<'_>, input: Input) {
        let environment = environment(self.calendars.as_ref(), around);
        self.run.handle_input(self.now, &environment, input);
    }

    /// Lets him hear all there is to hear, until something must happen.
    fn settle(&mut self, around: &Surroundings<'_>) {
        for _ in 0..TURNS_MAX {
            let Some(time) = self.drain(around) else {
                return;
            };
            self.now += time;
            self.gets(around, Input::PlayDone);
        }
        let endless = "the call does not end".to_owned();
        self.awaits = Awaits::Nothing(Ending::Fault(endless));
    }

    /// Takes all effects; how long the last prompt lasts that is heard.
    fn drain(&mut self, around: &Surroundings<'_>) -> Option<Duration> {
        let mut hears = None;
        while let Some(effect) = self.run.poll_effect() {
            hears = self.take(around, effect, hears);
        }
        hears
    }

    fn take(
        &mut self,
        around: &Surroundings<'_>,
        effect: Effect,
        hears: Option<Duration>,
    ) -> Option<Duration> {
        self.awaits = match effect {
            Effect::Play { sounds } => {
                let heard = around.texts.heard(self.run.language(), &sounds);
                let time = heard.time;
                if heard.is_prompt {
                    self.silent.prompts += 1;
                }
                self.silent.time += time;
                self.awaits = Awaits::Key;
                self.tell(News::Hears(heard.text));
                return Some(time);
            }
            Effect::StopPlay | Effect::LeaveQueue | Effect::StopRecord => Awaits::Key,
            Effect::Record { silence, .. } => Awaits::Voice { silence },
            Effect::JoinQueue { queue, .. } => Awaits::Queue(queue),
            Effect::RequestCallback { queue, .. } => Awaits::Callback(queue),
            Effect::Transfer { to, .. } => Awaits::Transfer(target_text(&to)),
            Effect::Ask(ask) | Effect::Converse(ask) => {
                self.asked = Some(ask.id);
                let stop = self.stops().last();
                Awaits::Answer {
                    node: stop.map(|(_, node)| node.clone()).unwrap_or_default(),
                    asked: Asked::of(&ask.question),
                }
            }
            Effect::HangUp { .. } => Awaits::Nothing(self.hung_up(around)),
            Effect::Faulted { reason } => Awaits::Nothing(Ending::Fault(reason)),
            Effect::Entered { kind, node, .. } => {
                self.enters(kind, node);
                return hears;
            }
            Effect::Unsaid { reason } => {
                self.tell(News::Unsaid(reason));
                return hears;
            }
            Effect::LanguageSet(language) => {
                self.tell(News::Language(language));
                return hears;
            }
            Effect::LeaveMessage { mailbox, .. } => {
                self.knows.message = true;
                self.tell(News::Message(mailbox));
                return hears;
            }
            Effect::SetCalendar { calendar, wish } => {
                let own = self
                    .calendars
                    .get_or_insert_with(|| around.environment.calendars.clone());
                let set = circumstances::set(own.get_mut(&calendar), wish, self.now);
                self.gets(around, Input::CalendarSet(set));
                return hears;
            }
            Effect::FileTicket(filing) => {
                self.tell(News::Ticket(filing.content.ticket_type));
                return hears;
            }
            Effect::Hold
            | Effect::Identify(_)
            | Effect::PassKey(_)
            | Effect::EndConversation(_)
            | Effect::GaveUp { .. }
            | Effect::SurveyAsked { .. }
            | Effect::SurveyDone(_)
            | Effect::SettleRecord { .. } => return hears,
        };
        None
    }

    fn enters(&mut self, kind: &'static str, node: String) {
        let stop = self
            .stops()
            .get(self.told)
            .map(|(script, _)| script.clone());
        let line = self.lines().get(self.told).cloned();
        self.told += 1;
        self.tell(News::Enters {
            script: stop.unwrap_or_else(|| self.run.script().clone()),
            line: line.unwrap_or_else(|| format!("{kind} {node}")),
            node,
        });
    }

    /// Whether he would know why the call ends, if it ended at this moment: what the last node said that says anything of it,
    /// before the one where he is.
    fn knows_enough(&self, around: &Surroundings<'_>) -> bool {
        let left = self.told.saturating_sub(1);
        let stops = self.stops().iter().take(left).enumerate().rev();
        for (at, (script, node)) in stops {
            match self.last_word(around, script, node) {
                _ if self.knows.promises.contains(&(at + 1)) => return true,
                LastWord::Told => return true,
                LastWord::Nothing => return false,
                LastWord::AsBefore => {}
            }
        }
        false
    }

    fn last_word(&self, around: &Surroundings<'_>, script: &ScriptName, node: &str) -> LastWord {
        let others = around.environment.scripts;
        let script = if script == self.script.name() {
            Some(&self.script)
        } else {
            others.get(script)
        };
        let placed = script.and_then(|script| script.nodes.get(node));
        placed.map_or(LastWord::Nothing, |placed| placed.claims().last_word())
    }

    fn tell(&mut self, news: News) {
        let told = (self.lasted(), news);
        self.news.push_back(told);
    }

    /// How the call ends that the script ends.
    fn hung_up(&self, around: &Surroundings<'_>) -> Ending {
        let end = self.run.placed().map(Placed::claims).and_then(|it| it.end);
        match end {
            Some(End::Return) => Ending::Returned,
            Some(End::HangUp { spoken: true } | End::Message | End::Calendar) => Ending::Goodbye,
            Some(End::HangUp { spoken: false } | End::Person) | None => {
                if self.knows_enough(around) {
                    Ending::Goodbye
                } else {
                    Ending::Silence
                }
            }
        }
    }

    pub(crate) fn done(&self) -> &[Done] {
        &self.done
    }
}

/// What is around, with the call's own calendars where it has any.
fn environment<'a>(
    calendars: Option<&'a BTreeMap<String, Calendar>>,
    around: &Surroundings<'a>,
) -> Environment<'a> {
    Environment {
        calendars: calendars.unwrap_or(around.environment.calendars),
        ..around.environment
    }
}

/// A target as a script writes it.
fn target_text(target: &Target) -> String {
    match target {
        Target::Agent(login) => format!("agent:{login}"),
        Target::Queue(queue) => format!("queue:{queue}"),
        Target::Script(script) => format!("script:{script}"),
        Target::Number(number) => format!("number:{number}"),
    }
}
