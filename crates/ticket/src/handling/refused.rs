//! Why an order was refused. Nothing has changed then.

use crate::state::State;

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Not in this state.
    #[error("a ticket that is {state} takes no `{order}`")]
    NotAllowed {
        /// The order's word.
        order: &'static str,
        /// Where the ticket stands.
        state: State,
    },
    /// Not by him.
    #[error("`{order}` is not yours to give for this ticket")]
    NotYours {
        /// The order's word.
        order: &'static str,
    },
    /// T1: neither a customer nor a number to call back.
    #[error("a ticket needs a customer or a contact number")]
    NoContact,
    /// A subject is mandatory.
    #[error("a ticket needs a subject")]
    NoSubject,
    /// Something of the matter is longer than allowed.
    #[error("{field} is longer than {max_chars} characters")]
    TooLong {
        /// Which field.
        field: &'static str,
        /// Its bound.
        max_chars: usize,
    },
    /// It has more fields than a ticket takes.
    #[error("a ticket has at most {} fields", crate::matter::FIELDS_MAX)]
    TooManyFields,
    /// A text is missing.
    #[error("a text is needed")]
    NoText,
    /// A text is too long.
    #[error("the text is too long")]
    TextTooLong,
    /// No such group.
    #[error("there is no such group")]
    NoSuchGroup,
    /// He is not of that group, or neither he nor a stand-in is here.
    #[error("nobody of that group can be reached under that name")]
    NobodyThere,
    /// He has as many as he takes.
    #[error("no more tickets are taken on by this person")]
    Full,
    /// To himself, or by himself where another has to.
    #[error("somebody else has to do that")]
    SomebodyElse,
    /// A sensitive ticket stays within its tree of groups.
    #[error("a sensitive ticket stays within its own groups")]
    Sensitive,
    /// There is no higher tier.
    #[error("there is no higher tier")]
    NoHigherTier,
    /// The same person urged a moment ago.
    #[error("it was urged a moment ago")]
    UrgedAlready,
    /// The moment is not in the future, or too far in it.
    #[error("that moment is past, or too far away")]
    BadMoment,
    /// It waited as often as its handler may decide alone.
    #[error("a lead has to agree")]
    LeadDecides,
    /// Nothing is asked for, or something is asked for already.
    #[error("no extension is asked for, or one is already")]
    NoSuchRequest,
    /// More time than the house gives at once.
    #[error("that is more time than is given at once")]
    TooMuchTime,
    /// A solution has to be approved.
    #[error("a solution has to be approved: propose it")]
    NeedsApproval,
    /// Nobody has to approve it.
    #[error("no approval is needed: resolve it")]
    NeedsNoApproval,
    /// Fields that a solution needs.
    #[error("these fields are needed first: {}", .0.join(", "))]
    Missing(Vec<String>),
    /// The house has no such type.
    #[error("there is no type `{name}`, but: {}", known.join(", "))]
    NoSuchType {
        /// What was said.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// The house has no such category.
    #[error("there is no category `{name}`, but: {}", known.join(", "))]
    NoSuchCategory {
        /// What was said.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// D6: it is said to be another matter, and there is none of the same key.
    #[error("there is no ticket of the same key that it could differ from: leave `duplicate` out")]
    NoDuplicate,
    /// It has tasks that are not done.
    #[error("it has open tasks")]
    OpenTasks,
    /// The customer is to be asked first.
    #[error("the customer is to be asked first")]
    NeedsVisit,
    /// The customer is not to be asked.
    #[error("the customer is not to be asked")]
    NeedsNoVisit,
    /// Satisfaction is 1 to 5.
    #[error("satisfaction is 1 to 5")]
    NotAScore,
    /// Too long ago.
    #[error("that is too long ago: open a new ticket and link it")]
    TooLate,
    /// Its type does not allow it.
    #[error("tickets of this type are not answered at once")]
    NotOfThisType,
    /// The customer was told something already, or it was printed.
    #[error("a supervisor has to do that")]
    SupervisorDecides,
    /// It goes into a ticket that is not open, or into itself.
    #[error("a ticket goes on in another one that is open: reopen that, or link both")]
    NotASurvivor,
    /// There is no such objection, no verdict to object to, or one is outstanding.
    #[error("there is nothing to object to, or an objection is outstanding")]
    NoAppeal,
    /// A stranger's ticket is neither answered nor sent to anybody.
    #[error("a ticket that nobody has verified is neither answered nor sent to anybody")]
    NotVerified,
    /// D6: others of the same hard key are there, and nobody has said what it is to them.
    #[error(
        "tickets of the same key are there: say `merge_into`, `link`, `append_to` or `different`"
    )]
    Duplicate,
    /// Two tickets are joined and parted together.
    #[error("tickets are merged and parted as a pair")]
    AsAPair,
}
