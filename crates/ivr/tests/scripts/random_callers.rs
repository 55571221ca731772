//! A hundred thousand callers by dice in scripts that `check` lets pass: each comes to an end, and whoever falls silent is
//! kept for no longer than was proved (E22, M2).
//!
//! A caller presses keys, speaks, waits, meets queues, transfers and look-ups that end in any way, at any hour of a week. After
//! so many keys he does nothing more: from then on prompts and seconds are counted against the bound for which `check_house`
//! passed. One seed, so that a failure is the same in every run.
#![allow(
    clippy::disallowed_methods,
    reason = "a test reads the repository's files"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ivr::{
    Answer, Ask, CalendarSet, CallbackAnswer, Diagnostic, Effect, Entry, Environment, House, Input,
    Number, Patience, Played, Question, QueueExit, RESULT, Run, Script, TransferFailure, Type,
    Value, check_house, parse,
};
use model::calendar::CalendarConfig;
use model::{Calendar, CallId, Caller, NumberPlan, RecordingId, ScriptName, Timestamp};

use crate::driver::FRIDAY_MORNING;
use crate::good_script::{self, plan};
use crate::never_trapped::{passes, random_script};

/// How many callers there are, over all houses.
const CALLERS: u64 = 100_000;
/// What a prompt lasts.
const PROMPT: Duration = Duration::from_secs(5);
const KEYS: [char; 12] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#'];
/// How one leaves a queue without an agent.
const ALONE: [QueueExit; 4] = [
    QueueExit::Full,
    QueueExit::Closed,
    QueueExit::NoAgents,
    QueueExit::Timeout,
];
const WEEK_S: u64 = 7 * 24 * 3_600;
const RECORDING: RecordingId = RecordingId::whole(CallId::new(1));
/// More turns than any budget of a run lets happen.
const TURNS: u32 = 200_000;
/// What is proved of every script here.
const PATIENCE: Patience = Patience {
    prompts: 20,
    time: Duration::from_secs(300),
};

/// The scripts of one folder, and what they ask of the world.
struct Centre {
    name: String,
    scripts: BTreeMap<ScriptName, Arc<Script>>,
    entrances: Vec<Arc<Script>>,
    calendars: BTreeMap<String, Calendar>,
    columns: BTreeMap<String, Type>,
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, sides: u64) -> u64 {
        self.next() % sides
    }

    fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        let sides = u64::try_from(all.len()).expect("few");
        all[usize::try_from(self.below(sides)).expect("few")].clone()
    }
}

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The demo, and every sample with its house.
fn centres() -> Vec<Centre> {
    let mut centres = vec![centre(&root("ivr-scripts"), &root("config"))];
    for entry in std::fs::read_dir(root("ivr-scripts/samples")).expect("a folder") {
        let folder = entry.expect("an entry").path();
        if folder.is_dir() {
            centres.push(centre(&folder, &folder.join("config")));
        }
    }
    centres
}

fn centre(folder: &Path, config: &Path) -> Centre {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|it| it == "toml") {
            let name = path.file_stem().and_then(|it| it.to_str()).expect("a name");
            texts.push((name.to_owned(), read(&path)));
        }
    }
    texts.sort();
    let name = folder.display().to_string();
    Centre::of(name, &texts, calendars(config), columns(config))
        .unwrap_or_else(|found| panic!("{found:#?}"))
}

/// Random scripts that pass, of up to thirty nodes.
fn random_centres(dice: &mut Dice) -> Vec<Centre> {
    let mut centres = Vec::new();
    while centres.len() < 40 {
        let nodes = 1 + dice.below(30);
        let mut die = || u8::try_from(dice.below(256)).expect("a byte");
        let nodes: Vec<_> = (0..nodes).map(|_| (die(), die(), die(), die())).collect();
        let text = random_script(&nodes);
        if passes(&text).is_some() {
            let texts = [("main".to_owned(), text.clone())];
            let columns = BTreeMap::new();
            centres.extend(Centre::of(text, &texts, good_script::calendars(), columns));
        }
    }
    centres
}

fn calendars(config: &Path) -> BTreeMap<String, Calendar> {
    #[derive(serde::Deserialize)]
    struct File {
        calendar: BTreeMap<String, CalendarConfig>,
    }
    let file: File = toml::from_str(&read(&config.join("calendars.toml"))).expect("calendars");
    let calendars = file.calendar.iter();
    calendars
        .map(|(name, config)| (name.clone(), Calendar::new(config).expect("a calendar")))
        .collect()
}

/// The columns of all queries of a house, by `QUERY.COLUMN`.
fn columns(config: &Path) -> BTreeMap<String, Type> {
    #[derive(serde::Deserialize)]
    struct Query {
        columns: BTreeMap<String, String>,
    }
    #[derive(serde::Deserialize)]
    struct File {
        query: BTreeMap<String, Query>,
    }
    let Ok(text) = std::fs::read_to_string(config.join("queries.toml")) else {
        return BTreeMap::new();
    };
    let file: File = toml::from_str(&text).expect("queries");
    let mut columns = BTreeMap::new();
    for (query, Query { columns: named }) in file.query {
        for (column, kind) in named {
            let kind = Type::of_name(&kind).expect("a type");
            columns.insert(format!("{query}.{column}"), kind);
        }
    }
    columns
}

impl Centre {
    /// One in which no caller can be trapped, and nobody who does nothing is kept for longer than `PATIENCE`.
    fn of(
        name: String,
        texts: &[(String, String)],
        calendars: BTreeMap<String, Calendar>,
        columns: BTreeMap<String, Type>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut scripts = Vec::new();
        for (name, text) in texts {
            let (script, found) = parse(ScriptName::from(name.as_str()), name, text);
            scripts.push(script.ok_or(found)?);
        }
        let found = check_house(&House {
            scripts: &scripts,
            entrances: &[],
            enters: &|_| None,
            lasts: &|_| Some(PROMPT),
            patience: PATIENCE,
        });
        if !found.is_empty() {
            return Err(found);
        }
        let scripts: Vec<Arc<Script>> = scripts.into_iter().map(Arc::new).collect();
        let entrances = scripts.iter().filter(|script| {
            let shape = script.shape();
            !shape.comes_back && shape.parameters.is_empty()
        });
        Ok(Self {
            name,
            entrances: entrances.cloned().collect(),
            scripts: scripts
                .into_iter()
                .map(|script| (script.name().clone(), script))
                .collect(),
            calendars,
            columns,
        })
    }

    /// One caller: what he was kept for after his last key, and whether a budget of the run ended him.
    fn call(&self, plan: &NumberPlan, dice: &mut Dice) -> Kept {
        let script =
            &self.entrances[usize::try_from(dice.next()).unwrap_or(0) % self.entrances.len()];
        let entry = Entry {
            caller: dice.one_of(&[Caller::withheld(), Caller::new("13800001111", None)]),
            vip_level: u8::try_from(dice.below(3)).expect("few"),
            called: "4000".to_owned(),
            trunk: String::new(),
            diverted_from: String::new(),
            language: None,
        };
        let begins = FRIDAY_MORNING + Duration::from_secs(dice.below(WEEK_S));
        let mut caller = DicedCaller {
            centre: self,
            environment: Environment {
                calendars: &self.calendars,
                scripts: &self.scripts,
                plan,
            },
            run: Run::new(Arc::clone(script), entry),
            now: begins,
            keys: dice.below(30),
            heard_at: None,
            pending: None,
            kept: Kept::default(),
            silent_since: begins,
        };
        caller.live(dice)
    }

    fn answer(&self, ask: &Ask, dice: &mut Dice) -> Answer {
        match dice.below(4) {
            0 => return Answer::Missing,
            1 => return Answer::Bad("status 500".to_owned()),
            2 => return Answer::NoAnswer("refused".to_owned()),
            _ => {}
        }
        let found = match &ask.question {
            Question::Http(http) => {
                let wanted = http.wanted.iter();
                wanted
                    .map(|(variable, wanted)| (variable.clone(), value(wanted.kind, dice)))
                    .collect()
            }
            Question::Sql(sql) => {
                let columns = sql.columns.iter();
                columns
                    .map(|(variable, column)| {
                        let kind = self.columns[&format!("{}.{column}", sql.query)];
                        (variable.clone(), value(kind, dice))
                    })
                    .collect()
            }
            Question::Ticket(ticket) => {
                BTreeMap::from([(ticket.into.clone(), value(Type::Text, dice))])
            }
            Question::Bot(bot) => {
                let results: Vec<&str> = bot.results.iter().map(String::as_str).collect();
                let result = Value::Text(dice.one_of(&results).to_owned());
                let wanted = bot.wanted.iter();
                let found = wanted.map(|(variable, it)| (variable.clone(), value(it.kind, dice)));
                let mut found: BTreeMap<String, Value> = found.collect();
                found.insert(RESULT.to_owned(), result);
                found
            }
            Question::Status(status) => {
                let wanted = status.wanted.iter();
                wanted
                    .map(|(variable, field)| (variable.clone(), value(field.kind(), dice)))
                    .collect()
            }
            Question::Mailbox(_) | Question::Pin(_) => BTreeMap::new(),
        };
        Answer::Found(found)
    }
}

/// A value of a type.
fn value(kind: Type, dice: &mut Dice) -> Value {
    match kind {
        Type::Text => Value::Text(dice.one_of(&["", "1", "open", "2026-11-22"]).to_owned()),
        Type::Number => Value::Number(Number::whole(dice.one_of(&[0, 1, 7, 20_261_122]))),
        Type::Truth => Value::Truth(dice.below(2) == 0),
    }
}

/// What a caller met after the last thing that he did.
#[derive(Debug, Default)]
struct Kept {
    prompts: u32,
    time: Duration,
    /// Why a budget of the run ended his call.
    fault: Option<String>,
    /// How often he did something.
    done: u64,
}

/// One caller.
struct DicedCaller<'c> {
    centre: &'c Centre,
    environment: Environment<'c>,
    run: Run,
    now: Duration,
    /// How many keys he still presses.
    keys: u64,
    /// When what he hears is over.
    heard_at: Option<Duration>,
    /// What becomes of what the script waits for, and when.
    pending: Option<(Duration, Input)>,
    kept: Kept,
    silent_since: Duration,
}

impl DicedCaller<'_> {
    fn live(&mut self, dice: &mut Dice) -> Kept {
        self.happens(Input::Start);
        for _ in 0..TURNS {
            while let Some(effect) = self.run.poll_effect() {
                if self.ends(effect, dice) {
                    self.kept.time = self.now - self.silent_since;
                    return std::mem::take(&mut self.kept);
                }
            }
            self.turn(dice);
        }
        panic!("{}: a caller is trapped", self.centre.name);
    }

    /// Does what the script wants; whether that is the end.
    fn ends(&mut self, effect: Effect, dice: &mut Dice) -> bool {
        match effect {
            Effect::HangUp { .. } => return true,
            Effect::Faulted { reason } => {
                self.kept.fault = Some(reason);
                return true;
            }
            Effect::Play { sounds } => {
                self.kept.prompts += u32::from(sounds != [Played::Tone]);
                self.heard_at = Some(self.now + PROMPT);
            }
            Effect::JoinQueue { .. } => {
                if dice.below(8) == 0 {
                    return true; // An agent takes him.
                }
                let exit = dice.one_of(&ALONE);
                self.pending = Some((self.now, Input::QueueLeft(exit)));
            }
            Effect::Transfer { ring, .. } => {
                if dice.below(8) == 0 {
                    return true;
                }
                let failure = dice.one_of(&TransferFailure::ALL);
                self.pending = Some((self.now + ring, Input::TransferFailed(failure)));
            }
            Effect::RequestCallback { number, .. } => {
                let answers = [
                    CallbackAnswer::Promised,
                    CallbackAnswer::Full,
                    CallbackAnswer::BadNumber,
                ];
                let answer = match number {
                    Some(_) => dice.one_of(&answers),
                    None => CallbackAnswer::BadNumber,
                };
                self.pending = Some((self.now, Input::CallbackAnswered(answer)));
            }
            Effect::Record { silence, .. } => {
                self.happens(Input::RecordBegan(RECORDING));
                self.pending = Some((self.now + silence, Input::FellSilent));
            }
            Effect::Ask(ask) | Effect::Converse(ask) => {
                let answer = self.centre.answer(&ask, dice);
                // Now and then nobody answers, and the run's own patience ends it.
                let at = self.now + ask.patience / 2;
                self.pending = (dice.below(4) > 0).then_some((at, Input::Answered(ask.id, answer)));
            }
            Effect::SetCalendar { .. } => {
                let until = Timestamp::from(self.now + PROMPT);
                let sets = [
                    CalendarSet::Closed { until },
                    CalendarSet::Opened,
                    CalendarSet::Refused,
                ];
                self.pending = Some((self.now, Input::CalendarSet(dice.one_of(&sets))));
            }
            Effect::StopPlay => self.heard_at = None,
            Effect::LeaveQueue | Effect::StopRecord | Effect::EndConversation(_) => {
                self.pending = None;
            }
            Effect::LeaveMessage { .. }
            | Effect::FileTicket(_)
            | Effect::Identify(_)
            | Effect::SurveyAsked { .. }
            | Effect::SurveyDone(_)
            | Effect::SettleRecord { .. }
            | Effect::Hold
            | Effect::PassKey(_)
            | Effect::Entered { .. }
            | Effect::Unsaid { .. }
            | Effect::LanguageSet(_)
            | Effect::GaveUp { .. } => {}
        }
        false
    }

    /// He presses a key or speaks, or what is under way comes to pass, or the run's own time is over.
    fn turn(&mut self, dice: &mut Dice) {
        if self.keys > 0 && dice.below(2) == 0 {
            self.keys -= 1;
            let input = match dice.below(16) {
                0 => Input::Spoke,
                _ => Input::Key(dice.one_of(&KEYS)),
            };
            self.kept.prompts = 0;
            self.kept.done += 1;
            self.silent_since = self.now;
            return self.happens(input);
        }
        let pending = self.pending.as_ref().map(|(at, _)| *at);
        let all = [self.heard_at, pending, self.run.poll_timeout()];
        let Some(due) = all.into_iter().flatten().min() else {
            panic!("{}: nothing will ever happen again", self.centre.name);
        };
        self.now = self.now.max(due);
        if self.heard_at.take_if(|at| *at <= due).is_some() {
            self.happens(Input::PlayDone);
        } else if let Some((_, input)) = self.pending.take_if(|(at, _)| *at <= due) {
            self.happens(input);
        } else {
            self.run.handle_timeout(self.now, &self.environment);
        }
    }

    fn happens(&mut self, input: Input) {
        self.run.handle_input(self.now, &self.environment, input);
    }
}

#[test]
fn e22_a_hundred_thousand_callers_come_to_an_end_within_what_was_proved() {
    let mut dice = Dice(20_261_122);
    let plan = plan();
    let real = centres();
    assert!(real.len() > 5, "the demo and samples");
    let all: Vec<Centre> = real.into_iter().chain(random_centres(&mut dice)).collect();
    let mut worst = Kept::default();
    let mut done = 0;
    for caller in 0..CALLERS {
        let centre = &all[usize::try_from(caller).expect("few") % all.len()];
        let kept = centre.call(&plan, &mut dice);
        let told = format!("caller {caller} of {}: {kept:?}", centre.name);
        assert_eq!(kept.fault, None, "{told}");
        assert!(kept.prompts <= PATIENCE.prompts, "{told}");
        assert!(kept.time <= PATIENCE.time, "{told}");
        done += kept.done;
        worst.prompts = worst.prompts.max(kept.prompts);
        worst.time = worst.time.max(kept.time);
    }
    // The callers did something, and some of them came near to the bound.
    assert!(done > 3 * CALLERS, "{done} keys");
    assert!(worst.prompts > 8, "{worst:?}");
}
