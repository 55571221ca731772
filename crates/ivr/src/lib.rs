//! IVR scripts (导航流程): read, proved, run.
//!
//! `parse` reads one file and tells every mistake with its place; `check` proves that no caller can be trapped and that
//! everything a script names exists; `Run` walks one caller through a script. No clock, socket or file: time, calendars
//! and other scripts are arguments, what should happen comes out as `Effect`s.

pub mod ask;
mod braces;
pub mod chart;
pub mod check;
mod claim;
pub mod diagnostic;
pub mod effect;
mod expression;
mod format;
mod look_up;
mod message;
mod node;
pub mod parse;
mod place;
mod reference;
pub mod rehearsal;
mod report;
mod row;
pub mod run;
mod schema;
pub mod script;
mod section;
mod sentence;
mod spoken;
mod step;
mod survey;
mod template;
pub mod test;
mod told;
mod typed;
mod value;
mod variable;

pub use ask::{
    Answer, AnswerKind, Ask, AskId, BotQuestion, HeaderValue, HttpQuestion, Method, PinQuestion,
    Question, RESULT, SecretSource, SqlQuestion, StatusField, StatusQuestion, TicketQuestion,
    Wanted,
};
pub use chart::{Chart, ChartExit, ChartHeat, ChartNode, ExitId};
pub use check::{
    Entrance, FlowShape, House, OutsideNumber, OutsideNumbers, Patience, Person, QueryShape,
    Services, Story, TicketFieldWord, TicketWords, World, check, check_house, check_skills,
};
pub use claim::BOT_FAILED;
pub use diagnostic::{Diagnostic, Severity, closest};
pub use effect::{
    CalendarSet, CalendarWish, CallbackAnswer, ClosedFor, Effect, Filing, HangUpCause, Input,
    Played, Recorded, Surveyed, Target, TransferFailure,
};
pub use model::fact::QueueExit;
pub use parse::{is_language, parse, syntax};
pub use reference::reference_page;
pub use report::did_you_mean;
pub use run::{Entry, Environment, Run};
pub use schema::json_schema;
pub use script::{OnShare, Script, ScriptTest, SpokenPrompt, closing_script, mailbox_script};
pub use survey::{
    COMMENT, CommentWhen, INTRO, LowScore, SurveyForm, SurveyQuestion, THANKS, TIMEOUT_MAX,
    TRIES_MAX,
};
pub use test::TestOutcome;
pub use told::Told;
pub use value::{Number, Type, Value};
