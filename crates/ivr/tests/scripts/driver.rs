//! A caller driven by hand through a script in virtual time; what the script wants is written as short lines.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ivr::{
    AskId, Effect, Entry, Environment, HeaderValue, Input, Played, Question, Recorded, Run, Script,
};
use model::{Calendar, Caller, NumberPlan, ScriptName};

use crate::good_script::{calendars, plan, script};

/// 2026-11-20 (a Friday) 10:00 in Shanghai.
pub(crate) const FRIDAY_MORNING: Duration = Duration::from_secs(1_795_140_000);

/// One call, driven by hand; effects are written as short lines.
pub(crate) struct Call {
    pub(crate) run: Run,
    pub(crate) now: Duration,
    pub(crate) calendars: BTreeMap<String, Calendar>,
    pub(crate) scripts: BTreeMap<ScriptName, Arc<Script>>,
    plan: NumberPlan,
    /// The last look-up that it asked for.
    pub(crate) asked: Option<AskId>,
}

impl Call {
    pub(crate) fn new(text: &str) -> Self {
        Self::from(text, |_| {})
    }

    pub(crate) fn from(text: &str, change: impl FnOnce(&mut Entry)) -> Self {
        Self::with(script("main", text), change)
    }

    /// The same for a script that was read already.
    pub(crate) fn of(script: Arc<Script>) -> Self {
        Self::with(script, |_| {})
    }

    fn with(script: Arc<Script>, change: impl FnOnce(&mut Entry)) -> Self {
        let mut entry = Entry {
            caller: Caller::new("13800001111", Some("李雷")),
            vip_level: 0,
            called: "4000".to_owned(),
            trunk: String::new(),
            diverted_from: String::new(),
            language: None,
        };
        change(&mut entry);
        Self {
            run: Run::new(script, entry),
            now: FRIDAY_MORNING,
            calendars: calendars(),
            scripts: BTreeMap::new(),
            plan: plan(),
            asked: None,
        }
    }

    pub(crate) fn gets(&mut self, input: Input) -> Vec<String> {
        let environment = Environment {
            calendars: &self.calendars,
            scripts: &self.scripts,
            plan: &self.plan,
        };
        self.run.handle_input(self.now, &environment, input);
        self.effects()
    }

    pub(crate) fn starts(&mut self) -> Vec<String> {
        self.gets(Input::Start)
    }

    pub(crate) fn hears(&mut self) -> Vec<String> {
        self.gets(Input::PlayDone)
    }

    pub(crate) fn presses(&mut self, keys: &str) -> Vec<String> {
        keys.chars()
            .flat_map(|key| self.gets(Input::Key(key)))
            .collect()
    }

    /// Lets time pass; a timer that is due fires at its time.
    pub(crate) fn waits(&mut self, ms: u64) -> Vec<String> {
        let end = self.now + Duration::from_millis(ms);
        let mut seen = Vec::new();
        while let Some(due) = self.run.poll_timeout().filter(|due| *due <= end) {
            self.now = due;
            let environment = Environment {
                calendars: &self.calendars,
                scripts: &self.scripts,
                plan: &self.plan,
            };
            self.run.handle_timeout(self.now, &environment);
            seen.extend(self.effects());
        }
        self.now = end;
        seen
    }

    pub(crate) fn hangs_up(&mut self) -> Vec<String> {
        let environment = Environment {
            calendars: &self.calendars,
            scripts: &self.scripts,
            plan: &self.plan,
        };
        self.run.hang_up(self.now, &environment);
        self.effects()
    }

    pub(crate) fn effects(&mut self) -> Vec<String> {
        let effects: Vec<Effect> = std::iter::from_fn(|| self.run.poll_effect()).collect();
        for effect in &effects {
            if let Effect::Ask(ask) | Effect::Converse(ask) = effect {
                self.asked = Some(ask.id);
            }
        }
        effects.iter().map(line).collect()
    }

    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        self.run.variables().get(name).cloned()
    }
}

fn line(effect: &Effect) -> String {
    match effect {
        Effect::Entered { kind, node, .. } => format!("{kind} {node}"),
        Effect::GaveUp { node, .. } => format!("gave up {node}"),
        Effect::Play { sounds } => format!("play {}", short(sounds).join(" ")),
        Effect::Unsaid { reason } => format!("unsaid {reason}"),
        Effect::StopPlay => "stop".to_owned(),
        Effect::JoinQueue {
            queue,
            head_start,
            priority,
            needs,
            sticky,
            by_region,
            choices: _,
        } => {
            let by = if *by_region { " by region" } else { "" };
            let needs = needs
                .as_ref()
                .map_or_else(String::new, |needs| format!(" needs {needs}"));
            let first = if *priority > 0 { " first" } else { "" };
            format!(
                "join {queue} {}s {sticky:?}{first}{by}{needs}",
                head_start.as_secs()
            )
        }
        Effect::RequestCallback { queue, number } => {
            let number = number.as_deref().unwrap_or("the caller's");
            format!("call back {number} for {queue}")
        }
        Effect::LeaveQueue => "leave".to_owned(),
        Effect::Transfer {
            to,
            ring,
            wait,
            by_region,
        } => {
            let by = if *by_region { " by region" } else { "" };
            let waits = match wait.as_secs() {
                0 => String::new(),
                wait => format!(" waits {wait}s"),
            };
            format!("transfer {to:?} {}s{waits}{by}", ring.as_secs())
        }
        Effect::Ask(ask) => format!(
            "ask {} for {} ms",
            asked(&ask.question),
            ask.patience.as_millis()
        ),
        Effect::LeaveMessage { mailbox, said } => {
            let Recorded { recording, length } = said;
            format!("leave {recording} of {}s in {mailbox}", length.as_secs())
        }
        Effect::Record { max, silence, .. } => {
            format!("record {}s silence {}s", max.as_secs(), silence.as_secs())
        }
        Effect::SurveyAsked { form } => format!("survey {form}"),
        Effect::SurveyDone(done) => {
            let comment = done
                .comment
                .map_or_else(String::new, |it| format!(" said {it}"));
            if !done.over {
                return format!("has answered {:?}", done.answers);
            }
            let whole = if done.complete { "" } else { " in part" };
            format!("answers {:?}{comment}{whole}", done.answers)
        }
        Effect::Identify(typed) => {
            format!(
                "identify {} {} {}",
                typed.kind.name(),
                typed.text,
                typed.shown()
            )
        }
        Effect::FileTicket(filing) => {
            let fields = filing.content.fields.iter();
            let fields: String = fields
                .map(|(name, value)| format!(" {name}={value:?}"))
                .collect();
            format!("file {} {}{fields}", filing.part, filing.content.subject)
        }
        Effect::StopRecord => "end".to_owned(),
        Effect::SettleRecord { recording, kept } => {
            format!("{} {recording}", if *kept { "keep" } else { "drop" })
        }
        Effect::SetCalendar { calendar, wish } => format!("{calendar} {wish:?}"),
        Effect::Converse(ask) => format!(
            "converse {} for {} s",
            asked(&ask.question),
            ask.patience.as_secs()
        ),
        Effect::PassKey(key) => format!("pass {key}"),
        Effect::EndConversation(end) => format!("end {end:?}"),
        Effect::Hold => "hold".to_owned(),
        Effect::LanguageSet(language) => format!("speak {language}"),
        Effect::HangUp { cause } => format!("hangup {cause:?}"),
        Effect::Faulted { reason } => format!("fault {reason}"),
    }
}

/// The names of sounds, without the script where it is `main`.
fn short(sounds: &[Played]) -> Vec<&str> {
    let names = sounds.iter().map(|played| match played {
        Played::Sound(name) => name.strip_prefix("main/").unwrap_or(name),
        Played::Breath => ",",
        Played::Tone => "tone",
        Played::Recording(_) => "himself",
    });
    names.collect()
}

/// A question with all that `Debug` hides.
fn asked(question: &Question) -> String {
    match question {
        Question::Http(http) => {
            let headers = http.headers.iter().map(|(name, value)| match value {
                HeaderValue::Text(text) => format!(" {name}: {text}"),
                HeaderValue::Secret(source) => format!(" {name}: {source:?}"),
            });
            let body = http.body.iter().flatten();
            let body = body.map(|(name, value)| format!(" {name}={value}"));
            let rest: String = headers.chain(body).collect();
            format!("{} {}{rest} x{}", http.method.name(), http.url, http.tries)
        }
        Question::Sql(sql) => {
            let args = sql.args.iter();
            let args: String = args
                .map(|(name, value)| format!(" {name}={value}"))
                .collect();
            format!("{}{args}", sql.query)
        }
        Question::Bot(bot) => {
            let given = bot.given.iter();
            let given: String = given.map(|(name, it)| format!(" {name}={it}")).collect();
            format!("{}{given}", bot.bot)
        }
        Question::Mailbox(mailbox) => format!("box {mailbox}"),
        Question::Ticket(ticket) => format!("ticket {}", ticket.part),
        Question::Status(status) => {
            let pin = status.pin.iter();
            let pin: String = pin.map(|pin| format!(" PIN {pin}")).collect();
            format!("status of {}{pin} by {}", status.number, status.caller)
        }
        Question::Pin(pin) => format!("PIN {} of {}", pin.digits, pin.calendar),
    }
}

/// A script with one language and these nodes; prompts `a`, `b`, `c` say every key.
pub(crate) fn nodes(nodes: &str) -> String {
    let keys = "0 1 2 3 4 5 6 7 8 9 #";
    format!(
        "title = {{ en = \"Test\" }}\nlanguages = [\"en\"]\nstart = \"start\"\n\
         [prompt.a]\nen = \"{keys}\"\n[prompt.b]\nen = \"{keys}\"\n[prompt.c]\nen = \"{keys}\"\n{nodes}"
    )
}
