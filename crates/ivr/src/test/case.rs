//! One `[[test]]` of a script: what the caller does, what the world answers, which way is expected.

mod answers;
mod press;
mod wants;

use model::Timestamp;
use model::fact::QueueExit;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error as PlainError;
use toml::de::{DeTable, DeValue};

use super::{QueueOutcome, TransferOutcome};
use crate::ask::Answer;
use crate::effect::CallbackAnswer;
use crate::effect::TransferFailure;
use crate::place::{Name, Place, Source};
use crate::rehearsal::Circumstances;
use crate::report::{Read, Report};
use crate::row::{Form, KeyRow, Need, one_of, row};
use crate::section::{Item, Section};
use crate::step::Given;
use crate::told;
use crate::told::Told;
pub(super) use press::Press;
use wants::{ENDS, Wants};

pub(crate) use answers::ANSWER_WORDS;

/// A test that stands in a script.
#[derive(Clone, Debug)]
pub struct ScriptTest {
    pub(super) name: String,
    place: Place,
    at: Timestamp,
    emergency: Vec<Name>,
    pub(super) press: Vec<Press>,
    caller: String,
    called: String,
    vip: u8,
    language: Option<String>,
    queue: Vec<(Name, Option<QueueExit>)>,
    transfer: Vec<(Name, Option<TransferFailure>)>,
    pub(super) callback: CallbackAnswer,
    answers: Vec<(Name, Answer)>,
    args: Given,
    /// The way that is expected; `None`: whichever it is.
    pub(super) expect: Option<Vec<String>>,
    pub(super) wants: Wants,
}

/// What becomes of waiting in a queue.
pub(crate) const QUEUE_OUTCOMES: [QueueOutcome; 7] = [
    ("answered", None),
    ("timeout", Some(QueueExit::Timeout)),
    ("no_agents", Some(QueueExit::NoAgents)),
    ("full", Some(QueueExit::Full)),
    ("closed", Some(QueueExit::Closed)),
    ("withdrawn", Some(QueueExit::Withdrawn)),
    ("abandoned", Some(QueueExit::Abandoned)),
];

/// What becomes of a transfer.
pub(crate) const TRANSFER_OUTCOMES: [TransferOutcome; 4] = [
    ("answered", None),
    ("busy", Some(TransferFailure::Busy)),
    ("no_answer", Some(TransferFailure::NoAnswer)),
    ("failure", Some(TransferFailure::Failure)),
];

const QUEUE_WORDS: &[&str] = &[
    "answered",
    "timeout",
    "no_agents",
    "full",
    "closed",
    "withdrawn",
    "abandoned",
];
const CALLBACK_WORDS: &[&str] = &["accepted", "declined", "bad_number"];
const TRANSFER_WORDS: &[&str] = &["answered", "busy", "no_answer", "failure"];

/// The keys of a `[[test]]`.
pub(crate) const TEST: &[KeyRow] = &[
    row(
        "name",
        Form::Text,
        Need::Required,
        "What it proves.",
        "测试名称",
    ),
    row(
        "at",
        Form::Moment,
        Need::Default("2026-01-05T10:00:00+08:00"),
        "When the call comes; say it in every test that meets `hours`.",
        "来电时刻",
    ),
    row(
        "emergency",
        Form::List,
        Need::Optional,
        "Calendars that are closed out of turn while the call lasts.",
        "紧急关闭的日历",
    ),
    row(
        "press",
        Form::List,
        Need::Optional,
        "What the caller does each time the script waits for him: a key, `speak 12` (so many seconds, where he is recorded; \
         then he is silent, unless a key or `hangup` follows), `wait` (lets the time or the queue run out, or says nothing), \
         `hangup`; afterwards he does nothing.",
        "依次的按键",
    ),
    row(
        "caller",
        Form::Text,
        Need::Default("13800001111"),
        "His number; \"\" is a withheld one.",
        "主叫号码",
    ),
    row(
        "called",
        Form::Text,
        Need::Default("4000"),
        "The number that he dialled.",
        "被叫号码",
    ),
    row(
        "vip",
        Form::Whole { min: 0, max: 255 },
        Need::Default("0"),
        "His VIP level.",
        "贵宾等级",
    ),
    row(
        "language",
        Form::Language,
        Need::Optional,
        "His language, when it is known before.",
        "已知语言",
    ),
    row(
        "queue",
        Form::Outcomes(QUEUE_WORDS),
        Need::Optional,
        "What becomes of waiting; `answered` without it.",
        "排队结果",
    ),
    row(
        "transfer",
        Form::Outcomes(TRANSFER_WORDS),
        Need::Optional,
        "What becomes of a transfer, by its target: `{ \"agent:1001\" = \"busy\" }`; `answered` without it.",
        "转接结果",
    ),
    row(
        "callback",
        Form::Word(CALLBACK_WORDS),
        Need::Default("accepted"),
        "Whether callers are called back; a caller who says no is never asked.",
        "回呼结果",
    ),
    row(
        "answers",
        Form::Answers,
        Need::Optional,
        "What look-ups bring, by the node's name: the variables that it sets, or `missing`, `bad`, `none`. A test that comes \
         to a look-up says it. Of a `voicemail`: `full`; it has room otherwise. Of a `ticket` with `into`: its number, or `error`; it has \
         one otherwise. Of a `closing`: `missing` is a wrong PIN, `bad` one too many; each is right otherwise. Of a `bot`: its `result`, \
         beside the variables; keys in `press` come first.",
        "查询结果",
    ),
    row(
        "args",
        Form::Given,
        Need::Optional,
        "Of a script that does a part of others: what it is given, `{ number = \"123\" }`.",
        "参数值（子流程）",
    ),
    row(
        "expect",
        Form::List,
        Need::Optional,
        "A line for each node in the order in which it is entered: `menu NAME`, `hours CALENDAR STATE`, `queue QUEUE`, `callback QUEUE`, \
         `language LANGUAGE`, `transfer TARGET`, `hangup`; others as `KIND NAME`.",
        "预期经过",
    ),
    row(
        "ends",
        Form::Word(ENDS),
        Need::Optional,
        "How the call ends, whichever way it takes: `well` is with somebody, a message, a promise or a spoken goodbye; `person` is \
         with somebody, and nothing more is asked after the last of `press`. A test has this, `expect`, or a bound below.",
        "通话如何结束",
    ),
    row(
        "silent_prompts_max",
        Form::Whole { min: 1, max: 1_000 },
        Need::Optional,
        "So many prompts at most are heard in a row by a caller who does nothing, until somebody takes him or the call ends.",
        "不按键时最多听到的提示音数",
    ),
    row(
        "silent_s_max",
        Form::Whole {
            min: 1,
            max: 36_000,
        },
        Need::Optional,
        "So many seconds at most he is kept so, waiting in queues not counted; a prompt lasts as long as its text takes to read.",
        "不按键时最多停留的秒数",
    ),
];

impl ScriptTest {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The line of its `[[test]]`, from 1.
    pub const fn line(&self) -> u32 {
        self.place.line
    }

    pub(crate) const fn place(&self) -> Place {
        self.place
    }

    /// The calendars that it closes.
    pub(crate) fn emergencies(&self) -> &[Name] {
        &self.emergency
    }

    /// The queues for which it says an outcome.
    pub(crate) fn queue_names(&self) -> impl Iterator<Item = &Name> {
        self.queue.iter().map(|(name, _)| name)
    }

    /// What a part of others is given.
    pub(crate) const fn given(&self) -> &Given {
        &self.args
    }

    /// The look-ups for which it says an answer.
    pub(crate) fn look_ups(&self) -> impl Iterator<Item = &Name> {
        self.answers.iter().map(|(name, _)| name)
    }

    /// What stands before its call.
    pub(super) fn circumstances(&self) -> Circumstances {
        let given = self.args.iter();
        Circumstances {
            at: self.at,
            caller: self.caller.clone(),
            called: self.called.clone(),
            vip: self.vip,
            language: self.language.clone(),
            closed: self.emergency.iter().map(|it| it.text.clone()).collect(),
            given: given
                .map(|(name, (value, _))| (name.clone(), value.clone()))
                .collect(),
        }
    }

    /// What a look-up brings.
    pub(super) fn answer_of(&self, node: &str) -> Option<Answer> {
        let mut answers = self.answers.iter();
        let (_, answer) = answers.find(|(name, _)| name.text == node)?;
        Some(answer.clone())
    }

    /// What becomes of waiting in a queue; `None` is an answer.
    pub(super) fn queue_exit(&self, queue: &str) -> Option<QueueExit> {
        self.queue
            .iter()
            .find(|(name, _)| name.text == queue)
            .and_then(|(_, exit)| *exit)
    }

    /// What becomes of a transfer; `None` is an answer.
    pub(super) fn transfer_failure(&self, target: &str) -> Option<TransferFailure> {
        self.transfer
            .iter()
            .find(|(name, _)| name.text == target)
            .and_then(|(_, failure)| *failure)
    }
}

/// Reads all tests of a script.
pub(crate) fn read_tests<'t>(
    document: &DeTable<'t>,
    source: &Source<'t>,
    report: &mut Report,
) -> Vec<ScriptTest> {
    let Some((key, item)) = document.get_key_value("test") else {
        return Vec::new();
    };
    let Some(items) = item.get_ref().as_array() else {
        let help = told!("with two brackets", "两层方括号");
        report.error(source.place(key.span().start), no_list(), Some(help));
        return Vec::new();
    };
    let mut tests = Vec::new();
    for item in items.iter() {
        let place = source.place(item.span().start);
        match item.get_ref().as_table() {
            Some(table) => tests.extend(
                read_test(&mut Section::new(
                    "test".to_owned(),
                    place,
                    table,
                    TEST,
                    source,
                    report,
                ))
                .ok(),
            ),
            None => drop(report.error(place, no_list(), None)),
        }
    }
    tests
}

fn no_list() -> Told {
    told!("tests are written as `[[test]]`", "测试写作 `[[test]]`")
}

fn read_test(section: &mut Section<'_, '_>) -> Read<ScriptTest> {
    let (name, at, press) = (section.name("name"), moment(section), press::read(section));
    let (caller, called, vip) = (
        section.name("caller"),
        section.name("called"),
        section.whole("vip"),
    );
    let language = section.optional_name("language");
    let emergency = section.list("emergency");
    let queue = outcomes(section, "queue", &QUEUE_OUTCOMES);
    let transfer = outcomes(section, "transfer", &TRANSFER_OUTCOMES);
    let callback = section.word("callback");
    let (answers, args) = (answers::read(section), answers::args(section));
    let (expect, wants) = (expect(section), wants::read(section));
    Ok(ScriptTest {
        name: name?.text,
        place: section.place(),
        at: at?,
        emergency: emergency?,
        press: press?,
        caller: caller?.text,
        called: called?.text,
        vip: u8::try_from(vip?).unwrap_or(u8::MAX),
        language: language?.map(|name| name.text),
        queue: queue?,
        transfer: transfer?,
        callback: match callback?.text.as_str() {
            "accepted" => CallbackAnswer::Promised,
            "bad_number" => CallbackAnswer::BadNumber,
            _ => CallbackAnswer::Full,
        },
        answers: answers?,
        args: args?,
        expect: expect?,
        wants: wants?,
    })
}

/// The way that is expected. A test that expects nothing at all proves nothing.
fn expect(section: &mut Section<'_, '_>) -> Read<Option<Vec<String>>> {
    let wants = ["ends", "silent_prompts_max", "silent_s_max"];
    let item = if wants.into_iter().any(|key| section.has(key)) {
        section.optional("expect")?
    } else {
        Some(section.required("expect")?)
    };
    let Some(item) = item else {
        return Ok(None);
    };
    let lines = section.list_of("expect", item)?.into_iter();
    Ok(Some(lines.map(|line| line.text).collect()))
}

/// A moment as a text or as TOML's own form; both need their offset from UTC.
fn moment(section: &mut Section<'_, '_>) -> Read<Timestamp> {
    let written = section.optional("at")?;
    let text = match written.map(|item| item.get_ref()) {
        Some(DeValue::Datetime(moment)) => moment.to_string(),
        Some(
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Array(_)
            | DeValue::Table(_),
        )
        | None => section.name("at")?.text,
    };
    let text: serde::de::value::StringDeserializer<PlainError> = text.into_deserializer();
    match (Timestamp::deserialize(text), written) {
        (Ok(at), _) => Ok(at),
        (Err(_), Some(item)) => Err(section.wrong("at", item)),
        (Err(_), None) => Ok(Timestamp::default()),
    }
}

fn outcomes<T: Copy>(
    section: &mut Section<'_, '_>,
    key: &'static str,
    words: &[(&'static str, T)],
) -> Read<Vec<(Name, T)>> {
    let read: Vec<Read<(Name, T)>> = section
        .entries(key)?
        .into_iter()
        .map(|(name, item)| Ok((name, outcome(section, key, item, words)?)))
        .collect();
    read.into_iter().collect()
}

fn outcome<T: Copy>(
    section: &mut Section<'_, '_>,
    key: &'static str,
    item: &Item<'_>,
    words: &[(&'static str, T)],
) -> Read<T> {
    let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    let place = section.place_of(&item.span());
    let text = item.get_ref().as_str().unwrap_or("");
    let found = words
        .iter()
        .find(|(word, _)| *word == text)
        .map(|(_, outcome)| *outcome);
    found.ok_or_else(|| {
        let expected = one_of(&known);
        let message = Told {
            en: format!(
                "`{text}` is no outcome of a {key}; expected {}",
                expected.en
            ),
            zh: format!("`{text}` 不是 {key} 的结果；应为 {}", expected.zh),
        };
        section
            .report
            .unknown(place, message, text, known.iter().copied())
    })
}
