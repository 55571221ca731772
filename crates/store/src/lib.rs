//! Database, fact log, recordings, prompts: all that outlives the process.
//!
//! The call path never waits for anything here. What happened stands in the [`fact_log`]; calls and recordings in the
//! [`Database`] are projections of it and can be caught up after a crash.

pub mod article;
pub mod audit;
pub mod backup;
pub mod call_export;
mod canary;
pub mod cdr;
pub mod checkpoint;
mod closure;
mod column;
pub mod conflict;
pub mod database;
pub mod deed;
pub mod directory;
pub mod error;
pub mod fact_log;
pub mod heat;
pub mod idempotency;
pub mod legal_hold;
mod migration;
mod named_query;
pub mod notification;
pub mod number_list;
pub mod page;
pub mod password;
mod pin;
#[cfg(test)]
mod places;
pub mod private;
pub mod profile;
mod projection;
pub mod prompt;
pub mod recording;
pub mod registration;
pub mod reminder;
pub mod reply;
pub mod retention;
pub mod rollup;
#[cfg(test)]
mod scratch;
pub mod script_version;
pub mod search;
pub mod secret;
pub mod session;
pub mod sheet;
pub mod speech_cache;
pub mod staff;
pub mod survey;
mod term;
#[cfg(test)]
mod test_server;
pub mod ticket;
mod ties;
pub mod token;
mod unmasked;
mod voicemail;
mod webhook;

pub use article::{ArticleFilter, ArticleRecord, Listed, UsedIn, Usefulness};
pub use audit::{AuditAnchor, AuditEntry, AuditFault, AuditReport};
pub use backup::{BackupError, BackupOrder, Manifest, Progress, Saved, Tree, back_up};
pub use call_export::{CallExport, ExportedTo};
pub use cdr::{CallFilter, Recording};
pub use checkpoint::{Checkpoint, CheckpointError};
pub use conflict::{Conflict, NewConflict};
pub use database::{Address, Database};
pub use directory::agent::{AgentRecord, NewAgent, NewPassword, Role};
pub use directory::customer::{
    CustomerChange, CustomerContact, CustomerNote, CustomerPhone, CustomerRecord, CustomerSearch,
    Dialogue, Entered, ImportFinding, ImportReport, ImportWish, ListFile, Merged, Moment,
    MomentKey, NewCustomer, NewPhone, NoMoment, NumberCard, Timeline, TimelineReader,
};
pub use directory::reach::{Circle, Reach, UnknownReach, Whose};
pub use directory::{Absence, DutyChange};
pub use error::{FactLogError, StoreError};
pub use fact_log::{FactLog, FactReader};
pub use idempotency::{Claim, Kept, KeyedRequest};
pub use legal_hold::LegalHold;
pub use named_query::{NamedQueries, NamedQuery, QueryText, QueryTextError};
pub use notification::{Notification, ReadMark};
pub use number_list::{NewNumberEntry, NumberEntryFilter, NumberListsMark};
pub use page::{Page, PageRequest};
pub use password::{hash_password, is_password_hash, verify_password};
pub use prompt::{SoundError, SoundFault, load_sounds};
pub use recording::{RecordingReport, RecordingSink, RecordingWriter};
pub use registration::Registration;
pub use reply::{ReplyFilter, ReplyReader};
pub use retention::{Retention, RetentionKind, Swept};
pub use rollup::{ReportWish, StateRow, SumsOf, TicketsBy, Window};
pub use script_version::{Restored, ScriptVersion};
pub use search::{Found, Hit, Matched, Piece, Question, QuestionError, SearchKind, SearchRequest};
pub use secret::Secret;
pub use session::{IssuedSession, Session};
pub use speech_cache::{Pruned, SpeechCache};
pub use staff::Staff;
pub use survey::{ScoreCount, SurveyCount, SurveyFilter, SurveyGroup, SurveyOutcome};
pub use ticket::timeline::{Untold, entry_of};
pub use ticket::{
    Command, Duplicate, Duplicates, Line, LineKey, NewTicket, NoLine, NoTicketKey, PastTicket,
    Reader, Related, Standing, StandingAsked, Stood, Submitted, Suspect, TakenOver, TicketDesk,
    TicketFilter, TicketKey, TicketOrder, Worked,
};
pub use token::{ApiToken, NewApiToken, Scope, Scopes, UnknownScope};
pub use unmasked::SeenOf;
pub use voicemail::LeftMessage;
pub use webhook::delivery::{DeliveryState, Fed, Settled, Tried};
pub use webhook::log::{Delivery, DeliveryFilter};
pub use webhook::{NewWebhook, Webhook};
