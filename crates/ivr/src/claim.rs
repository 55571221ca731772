//! What a node claims about itself, for `check` to prove: its exits, what it names, what it reads, what it sets.

mod silence;

use std::time::Duration;

use model::fact::QueueExit;
use model::{CalendarState, Requirement};

use crate::ask::{AnswerKind, SecretSource};
use crate::effect::{CallbackAnswer, TransferFailure};
use crate::expression::Expression;
use crate::place::{Name, Place};
use crate::sentence::Sentence;
use crate::value::Type;

pub(crate) use silence::{FormAsked, Heard, Lull, SaidBack};

/// The claims of one node.
#[derive(Debug, Default)]
pub(crate) struct Claims<'n> {
    pub(crate) exits: Vec<Exit<'n>>,
    pub(crate) references: Vec<Reference<'n>>,
    /// Expressions, with the type that each must have.
    pub(crate) expressions: Vec<(&'n Expression, Option<Type>)>,
    pub(crate) assigned: Vec<Assigned<'n>>,
    /// A sentence with values that is said here, once, with its language.
    pub(crate) says: Option<Vec<(&'n Name, &'n Sentence)>>,
    /// The languages of a text that is written and not said, if it has any.
    pub(crate) writes: Option<Vec<&'n Name>>,
    /// What is asked of the agents of a queue.
    pub(crate) needs: Vec<Needed<'n>>,
    /// Whether a call may end here, and how.
    pub(crate) end: Option<End>,
    /// What a caller who does nothing hears here, at most.
    pub(crate) heard: Vec<Heard<'n>>,
    /// Words of the house that are said here: `message_review`.
    pub(crate) house: Vec<&'static str>,
    /// Where an answer of the caller's is said back to him, or a moment is said, in every language of the script.
    pub(crate) reads_back: Option<Place>,
    /// Whether what is heard last is a question of the house's, which is no goodbye.
    pub(crate) asks_last: bool,
    /// How many of them one hears who does nothing, at most.
    pub(crate) sentences: u32,
    /// How long a caller who does nothing is kept here besides, at most; waiting in a queue is not counted.
    pub(crate) kept: Duration,
    /// What he hears in place of all that who has keyed in what is asked for, and then does nothing.
    pub(crate) says_back: Option<SaidBack>,
    /// Later points at which he may fall silent.
    pub(crate) lulls: Vec<Lull<'n>>,
    /// The form that is asked here, whose own prompts are heard.
    pub(crate) asks_form: Option<FormAsked<'n>>,
    /// Whether it lets the caller choose among ways, so that a key to a person may be asked of it.
    pub(crate) is_menu: bool,
    /// Whether it takes keys itself, so that none is kept for a later node.
    pub(crate) listens: bool,
    /// Whether keys given here are secret.
    pub(crate) secret: bool,
    /// Keys that fit what is asked for here.
    pub(crate) sample: Option<Sample>,
    /// What a service is told that people build for talk: no value of a secret input may be among it.
    pub(crate) told: Vec<&'n Expression>,
    /// Secrets that must be there.
    pub(crate) secrets: Vec<(&'n SecretSource, Place)>,
    /// A script that does a part.
    pub(crate) calls: Option<Called<'n>>,
    /// What is given back to the script that called this one.
    pub(crate) returns: Option<&'n [(Name, Expression)]>,
    /// A query with what is given to it and taken from it.
    pub(crate) query: Option<Queried<'n>>,
    /// A ticket that is filed.
    pub(crate) files: Option<Filed<'n>>,
    /// Keys that the caller may press here, with what is played while he chooses.
    pub(crate) choice: Option<Choice<'n>>,
}

/// A way out of a node.
#[derive(Debug)]
pub(crate) struct Exit<'n> {
    pub(crate) to: &'n Name,
    pub(crate) cause: Cause<'n>,
    /// Variables that are set when the node is left this way.
    pub(crate) sets: Vec<&'n str>,
}

/// The word of an exit by which a caller goes on whom a bot has failed.
pub const BOT_FAILED: &str = "bot_failed";

/// Why a node is left by an exit: a step of a caller's story.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cause<'n> {
    /// Nothing else can happen there.
    Next,
    /// The caller presses a key that leads on.
    Key(char),
    /// He dials an extension, of this form.
    Extension(&'n Name),
    /// The caller keys in what he is asked for.
    Input(&'n Name),
    /// He keys in the PIN of this calendar; what follows comes by itself if he does nothing more.
    Pin(&'n Name),
    /// He used up his tries, by silence or by keys that do not fit.
    Failure,
    /// What a calendar says of the moment.
    Hours(&'n Name, CalendarState),
    /// A condition is the first that is true.
    Condition(&'n Expression),
    /// No condition is true.
    Otherwise,
    /// He leaves a queue without an agent.
    Queue(&'n Name, QueueExit),
    /// A transfer reaches nobody.
    Transfer(&'n Name, TransferFailure),
    /// He is asked whether he wants to be called back, and says yes.
    Accepts(char),
    /// He says no, or nothing.
    Declines,
    /// What the house says to a wish to be called back.
    Callback(CallbackAnswer),
    /// What a look-up brings; the name is the service's or the query's.
    Answer(&'n str, AnswerKind),
    /// He says something that is recorded.
    Speaks,
    /// He says nothing, or too little.
    SaysNothing,
    /// A mailbox has no room for his message.
    BoxFull(&'n Name),
    /// A bot gives a result.
    Result(&'n Name, &'n Name),
    /// A bot cannot be reached, breaks off, says what nobody knows, or its time is over.
    BotFails(&'n Name),
    /// The ticket that he filed has its number, or has none in time.
    Ticket(bool),
    /// What is told of how a ticket stands (X11).
    Status(AnswerKind),
}

impl Cause<'_> {
    /// Its word in facts and reports. Of conditions there may be several in a node: each is told by its place among them.
    pub(crate) fn word(&self) -> String {
        let word = match self {
            Self::Key(key) => return key.to_string(),
            Self::Extension(row) => return row.text.clone(),
            // A word of the script's own: no other cause may have it.
            Self::Result(_, result) => return format!("result {}", result.text),
            Self::Next => "next",
            Self::Input(_) | Self::Pin(_) => "input",
            Self::Failure => "failure",
            Self::BotFails(_) => BOT_FAILED,
            Self::Hours(_, state) => state.name(),
            Self::Condition(_) => "if",
            Self::Otherwise => "otherwise",
            Self::Queue(_, exit) => exit.name(),
            Self::Transfer(_, failure) => failure.name(),
            Self::Accepts(_) | Self::Callback(CallbackAnswer::Promised) => "accepted",
            Self::Declines | Self::Callback(CallbackAnswer::Full) => "declined",
            Self::Callback(CallbackAnswer::BadNumber) => "bad_number",
            Self::Answer(_, kind) => kind.name(),
            Self::Speaks => "spoke",
            Self::SaysNothing => "nothing",
            Self::BoxFull(_) => "full",
            Self::Ticket(true) => "numbered",
            Self::Ticket(false) => "no_number",
            Self::Status(AnswerKind::Found) => "found",
            Self::Status(AnswerKind::Missing) => "no_ticket",
            Self::Status(AnswerKind::Bad) => "wrong_pin",
            Self::Status(AnswerKind::NoAnswer) => "failed",
        };
        word.to_owned()
    }

    /// Whether the caller takes it, by a key or an answer; otherwise time, a failure, or nothing but the script.
    pub(crate) const fn is_choice(&self) -> bool {
        matches!(
            self,
            Self::Key(_) | Self::Extension(_) | Self::Input(_) | Self::Accepts(_) | Self::Speaks
        )
    }
}

/// How a call may end at a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With somebody who takes it.
    Person,
    /// By us, after a last prompt or without a word.
    HangUp {
        /// Whether there is one.
        spoken: bool,
    },
    /// With a message that is left, or with the word that it cannot be.
    Message,
    /// With a word of the house on what became of a calendar.
    Calendar,
    /// Not the call: only this script's part of it.
    Return,
}

/// What may be keyed in.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    /// Keys that fit, without the one that ends them.
    pub(crate) keys: String,
    /// The key that ends them, if there is one.
    pub(crate) until: Option<char>,
    /// So many end by themselves.
    pub(crate) max: usize,
}

/// A name of something outside the node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reference<'n> {
    pub(crate) kind: ReferenceKind,
    pub(crate) name: &'n Name,
}

/// What a reference names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ReferenceKind {
    Prompt,
    Queue,
    Calendar,
    Script,
    Agent,
    Number,
    Language,
    /// A service outside, by its URL as far as the script itself writes it.
    Service,
    /// A query of `queries.toml`.
    Query,
    /// A mailbox of `voicemail.toml`.
    Mailbox,
    /// A calendar of `calendars.toml` that has a PIN.
    Pin,
    /// A form of `surveys.toml`.
    Form,
    /// A bot of `bots.toml`.
    Bot,
    /// A script that does a part and comes back.
    Flow,
}

/// What a caller needs of the agents of a queue (B13).
#[derive(Debug)]
pub(crate) struct Needed<'n> {
    pub(crate) requirement: &'n Requirement,
    /// Where it is asked for.
    pub(crate) place: Place,
    pub(crate) queue: &'n Name,
    /// Whether the caller's region may choose other queues.
    pub(crate) by_region: bool,
}

/// A query that is asked.
#[derive(Debug)]
pub(crate) struct Queried<'n> {
    pub(crate) query: &'n Name,
    pub(crate) args: &'n [(Name, Expression)],
    /// Variables with the columns that they take.
    pub(crate) columns: &'n [(Name, Name)],
}

/// A ticket that is filed.
#[derive(Debug)]
pub(crate) struct Filed<'n> {
    pub(crate) ticket_type: &'n Name,
    pub(crate) category: Option<&'n Name>,
    pub(crate) fields: &'n [(Name, Expression)],
}

/// A script that is called.
#[derive(Debug)]
pub(crate) struct Called<'n> {
    pub(crate) script: &'n Name,
    pub(crate) args: &'n [(Name, Expression)],
    /// Variables with the results that they take.
    pub(crate) results: &'n [(Name, Name)],
}

/// A variable that a node sets.
#[derive(Debug)]
pub(crate) struct Assigned<'n> {
    pub(crate) name: &'n Name,
    pub(crate) from: Origin<'n>,
}

/// Where a variable's type comes from.
#[derive(Debug)]
pub(crate) enum Origin<'n> {
    /// An input of a fixed type.
    Input(Type),
    /// Whatever the expression gives.
    Expression(&'n Expression),
    /// A column of a query.
    Column { query: &'n Name, column: &'n Name },
    /// A result of a script.
    Result { script: &'n Name, result: &'n Name },
}

/// A menu's keys and the prompt that tells them.
#[derive(Debug)]
pub(crate) struct Choice<'n> {
    pub(crate) prompt: &'n Name,
    pub(crate) keys: Vec<(char, &'n Name)>,
}

/// What a caller has heard last when he leaves a node, of all that is heard there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LastWord {
    /// He was told something.
    Told,
    /// He was asked something, heard music or a phone that rings, or nobody can say.
    Nothing,
    /// What he heard before he came.
    AsBefore,
}

impl<'n> Claims<'n> {
    /// The word of each exit, by its place. A default that stands for several causes has the words of all.
    pub(crate) fn exit_words(&self) -> Vec<(Place, String)> {
        let mut words: Vec<(Place, String)> = Vec::new();
        let mut conditions = 0;
        for exit in &self.exits {
            let mut word = exit.cause.word();
            if let Cause::Condition(_) = exit.cause {
                conditions += 1;
                word = format!("{word} {conditions}");
            }
            match words.iter_mut().find(|(place, _)| *place == exit.to.place) {
                None => words.push((exit.to.place, word)),
                Some((_, known)) if known.split('/').any(|one| one == word) => {}
                Some((_, known)) => {
                    known.push('/');
                    known.push_str(&word);
                }
            }
        }
        words
    }

    /// What he has heard last here.
    pub(crate) fn last_word(&self) -> LastWord {
        // He was told what became of his message, or of the calendar.
        if matches!(self.end, Some(End::Message | End::Calendar)) {
            return LastWord::Told;
        }
        // What another script asked last is not known here.
        if self.calls.is_some() || self.asks_last {
            return LastWord::Nothing;
        }
        match self.heard.last() {
            Some(heard) if heard.asks => LastWord::Nothing,
            Some(_) => LastWord::Told,
            None if self.says.is_some() => LastWord::Told,
            // Music, or a phone that rings.
            None if self.end.is_some() => LastWord::Nothing,
            None => LastWord::AsBefore,
        }
    }

    /// A way out.
    pub(crate) fn exit(&mut self, cause: Cause<'n>, to: &'n Name) {
        self.exits.push(Exit {
            to,
            cause,
            sets: Vec::new(),
        });
    }

    /// A prompt that is played, `times` at most, and must exist.
    pub(crate) fn plays(&mut self, prompt: &'n Name, times: u32, asks: bool) {
        self.refers(ReferenceKind::Prompt, prompt);
        self.heard.push(Heard {
            prompt,
            times,
            digits: false,
            asks,
        });
    }

    /// Expressions that may be of any type.
    pub(crate) fn reads_all(&mut self, expressions: impl Iterator<Item = &'n Expression>) {
        self.expressions.extend(expressions.map(|one| (one, None)));
    }

    /// Something that must exist.
    pub(crate) fn refers(&mut self, kind: ReferenceKind, name: &'n Name) {
        self.references.push(Reference { kind, name });
    }
}
