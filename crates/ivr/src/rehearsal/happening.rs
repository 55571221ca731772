//! The words between a rehearsal and who drives it: what can happen, what did, and how the call ended.

use std::collections::BTreeMap;
use std::time::Duration;

use model::fact::QueueExit;
use model::{MailboxName, QueueName, ScriptName};

use crate::ask::{Answer, Question, RESULT, Wanted};
use crate::claim::Cause;
use crate::effect::{CallbackAnswer, TransferFailure};
use crate::message::Stage;
use crate::script::Placed;
use crate::told;
use crate::told::Told;
use crate::value::Type;

/// What happens to the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// He presses a key.
    Key(char),
    /// He does nothing, until his time is over; where he is recorded, he is silent.
    Silence,
    /// He speaks for so long where he is recorded, and says no more until something else happens.
    Speaks(Duration),
    /// He hangs up.
    HangsUp,
    /// His waiting ends; `None`: somebody answers him.
    Queue(Option<QueueExit>),
    /// The transfer ends; `None`: somebody answers.
    Transfer(Option<TransferFailure>),
    /// The house says whether he is called back.
    Callback(CallbackAnswer),
    /// A look-up brings this.
    Answer(Answer),
}

/// What can happen next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Awaits {
    /// A key, or silence.
    Key,
    /// His voice, a key, or so long a silence.
    Voice {
        /// So long a silence ends it.
        silence: Duration,
    },
    /// A key, or what becomes of his waiting in this queue.
    Queue(QueueName),
    /// What becomes of this transfer, as the script writes its target.
    Transfer(String),
    /// Whether he is called back.
    Callback(QueueName),
    /// What a look-up brings.
    Answer {
        /// The node that asks.
        node: String,
        /// What it asks for.
        asked: Asked,
    },
    /// Nothing: the call is over.
    Nothing(Ending),
}

/// What a look-up asks for, in so far as its answer is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Whom: a host, a query, a mailbox.
    pub whom: String,
    /// The variables that an answer sets, each with its type where the script says it.
    pub wanted: BTreeMap<String, Option<Type>>,
    /// What the house itself answers unless somebody says otherwise: a mailbox has room, a ticket gets its number.
    pub usual: Option<Answer>,
    /// Whether he may press keys meanwhile: he talks with a bot.
    pub hears_keys: bool,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With somebody who took it.
    Person,
    /// By the script, and the caller knows why: a goodbye, a promise, a word about his message.
    Goodbye,
    /// By the script, without a word.
    Silence,
    /// A part of others came back to them.
    Returned,
    /// The caller hung up.
    Left {
        /// Whether he had left a message.
        message: bool,
    },
    /// The script failed; why.
    Fault(String),
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// A node has the caller.
    Enters {
        /// Of which script.
        script: ScriptName,
        /// Its name.
        node: String,
        /// As a test expects it: `hours office closed`.
        line: String,
    },
    /// He hears this.
    Hears(String),
    /// A value of what he hears has no words, for this reason.
    Unsaid(String),
    /// He is spoken to in this language from here on.
    Language(String),
    /// His message is in this mailbox.
    Message(MailboxName),
    /// A ticket of this type is filed.
    Ticket(String),
}

/// What happened does not fit what can happen at this moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAwaited(pub Awaits);

/// Something that happened, with what was awaited.
#[derive(Clone, Debug)]
pub(crate) struct Done {
    pub(crate) happening: Happening,
    pub(crate) awaited: Awaits,
    /// Whether keys were secret.
    pub(crate) is_secret: bool,
}

/// A key, or keys, that mean something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenKey {
    /// Which.
    pub keys: Opens,
    /// Where they lead, or what they do.
    pub to: Told,
}

/// What opens a way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opens {
    /// One key.
    Key(char),
    /// What is keyed into this variable.
    Input(String),
}

impl Awaits {
    /// Whether this may happen.
    pub(super) fn takes(&self, happening: &Happening) -> bool {
        match happening {
            Happening::HangsUp => !matches!(self, Self::Nothing(_)),
            Happening::Key(_) => match self {
                Self::Key | Self::Voice { .. } | Self::Queue(_) => true,
                Self::Answer { asked, .. } => asked.hears_keys,
                Self::Transfer(_) | Self::Callback(_) | Self::Nothing(_) => false,
            },
            Happening::Silence => matches!(self, Self::Key | Self::Voice { .. }),
            Happening::Speaks(_) => matches!(self, Self::Voice { .. }),
            Happening::Queue(_) => matches!(self, Self::Queue(_)),
            Happening::Transfer(_) => matches!(self, Self::Transfer(_)),
            Happening::Callback(_) => matches!(self, Self::Callback(_)),
            Happening::Answer(_) => matches!(self, Self::Answer { .. }),
        }
    }
}

impl Ending {
    /// Whether it ended well: with somebody, a message, a promise, or a spoken goodbye.
    pub const fn is_good(&self) -> bool {
        match self {
            Self::Person | Self::Goodbye | Self::Returned | Self::Left { message: true } => true,
            Self::Silence | Self::Fault(_) | Self::Left { message: false } => false,
        }
    }

    /// Why the script failed, if it did.
    pub fn fault(&self) -> Option<&str> {
        match self {
            Self::Fault(why) => Some(why),
            Self::Person | Self::Goodbye | Self::Silence | Self::Returned | Self::Left { .. } => {
                None
            }
        }
    }

    /// In words.
    pub fn told(&self) -> Told {
        match self {
            Self::Person => told!("somebody has the call", "有人接起"),
            Self::Goodbye => told!(
                "the call ends, and the caller knows why",
                "通话结束，来电者知道原因"
            ),
            Self::Silence => told!("the call ends without a word", "通话一言不发地结束"),
            Self::Returned => told!("the part is done", "子流程返回"),
            Self::Left { message: true } => {
                told!(
                    "the caller hangs up and has left a message",
                    "来电者挂机，已留言"
                )
            }
            Self::Left { message: false } => told!("the caller hangs up", "来电者挂机"),
            Self::Fault(why) => told!("the call fails: {why}", "通话出错：{why}"),
        }
    }
}

impl Asked {
    pub(super) fn of(question: &Question) -> Self {
        let wanted = match question {
            Question::Http(http) => typed(&http.wanted),
            Question::Bot(bot) => {
                let mut wanted = typed(&bot.wanted);
                wanted.insert(RESULT.to_owned(), Some(Type::Text));
                wanted
            }
            Question::Sql(sql) => sql.columns.keys().map(|it| (it.clone(), None)).collect(),
            Question::Mailbox(_) | Question::Pin(_) => BTreeMap::new(),
            Question::Status(status) => {
                let wanted = status.wanted.iter();
                wanted
                    .map(|(variable, field)| (variable.clone(), Some(field.kind())))
                    .collect()
            }
            Question::Ticket(ticket) => BTreeMap::from([(ticket.into.clone(), Some(Type::Text))]),
        };
        Self {
            whom: question.whom().to_owned(),
            wanted,
            usual: question.in_a_test(),
            hears_keys: matches!(question, Question::Bot(_)),
        }
    }
}

fn typed(wanted: &BTreeMap<String, Wanted>) -> BTreeMap<String, Option<Type>> {
    let wanted = wanted.iter();
    wanted
        .map(|(name, wanted)| (name.clone(), Some(wanted.kind)))
        .collect()
}

/// See [`super::Rehearsal::open_keys`].
pub(super) fn open_keys(awaits: &Awaits, placed: &Placed, stage: Stage) -> Vec<OpenKey> {
    let review = [
        ('1', told!("keeps it", "保留")),
        ('2', told!("listens to it", "试听")),
        ('3', told!("speaks again", "重录")),
    ];
    let of = |(key, to)| OpenKey {
        keys: Opens::Key(key),
        to,
    };
    match (awaits, stage) {
        (Awaits::Key, Stage::Review(..) | Stage::Listening(..)) => review.map(of).into(),
        (Awaits::Voice { .. }, _) => vec![of(('#', told!("has said all", "说完")))],
        (Awaits::Answer { asked, .. }, _) if !asked.hears_keys => Vec::new(),
        (Awaits::Key | Awaits::Queue(_) | Awaits::Answer { .. }, _) => {
            let claims = placed.claims();
            let exits = claims.exits.iter();
            let keys = exits.filter_map(|exit| {
                let keys = match exit.cause {
                    Cause::Key(key) | Cause::Accepts(key) => Opens::Key(key),
                    Cause::Input(into) | Cause::Pin(into) | Cause::Extension(into) => {
                        Opens::Input(into.text.clone())
                    }
                    Cause::Next
                    | Cause::Failure
                    | Cause::Hours(..)
                    | Cause::Condition(_)
                    | Cause::Otherwise
                    | Cause::Queue(..)
                    | Cause::Transfer(..)
                    | Cause::Declines
                    | Cause::Callback(_)
                    | Cause::Answer(..)
                    | Cause::Speaks
                    | Cause::SaysNothing
                    | Cause::BoxFull(_)
                    | Cause::Result(..)
                    | Cause::BotFails(_)
                    | Cause::Ticket(_)
                    | Cause::Status(_) => return None,
                };
                Some(OpenKey {
                    keys,
                    to: Told::as_it_is(&exit.to.text),
                })
            });
            keys.collect()
        }
        (Awaits::Transfer(_) | Awaits::Callback(_) | Awaits::Nothing(_), _) => Vec::new(),
    }
}
