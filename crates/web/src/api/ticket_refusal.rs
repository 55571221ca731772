//! The rules' refusals of tickets as problems: each has its code.

use ticket::Refused;

use crate::locale::Locale;
use crate::problem::{Code, Problem};

/// A refusal with its code, and in its detail what exactly.
pub(super) fn problem(refused: &Refused) -> Problem {
    Problem::new(code(refused)).detail(refused.to_string())
}

/// The same in Chinese, for people at a terminal.
pub fn refusal_in_chinese(refused: &Refused) -> &'static str {
    code(refused).title(Locale::Chinese)
}

const fn code(refused: &Refused) -> Code {
    match refused {
        Refused::NotAllowed { .. } => Code::NotInThisState,
        Refused::NotYours { .. } => Code::NotYourOrder,
        Refused::NoContact => Code::NoContact,
        Refused::NoSubject
        | Refused::TooLong { .. }
        | Refused::TooManyFields
        | Refused::NoText
        | Refused::TextTooLong => Code::BadText,
        Refused::NoSuchGroup => Code::NoSuchGroup,
        Refused::NobodyThere => Code::NobodyThere,
        Refused::Full => Code::TicketsFull,
        Refused::SomebodyElse => Code::SomebodyElse,
        Refused::Sensitive => Code::SensitiveTicket,
        Refused::NoHigherTier => Code::NoHigherTier,
        Refused::UrgedAlready => Code::UrgedAlready,
        Refused::BadMoment => Code::BadMoment,
        Refused::LeadDecides => Code::LeadDecides,
        Refused::NoSuchRequest | Refused::TooMuchTime => Code::BadExtension,
        Refused::NeedsApproval | Refused::NeedsNoApproval => Code::ApprovalPolicy,
        Refused::Missing(_) => Code::FieldsMissing,
        Refused::NoSuchType { .. } => Code::NoSuchType,
        Refused::NoSuchCategory { .. } => Code::NoSuchCategory,
        Refused::NoDuplicate => Code::NoDuplicate,
        Refused::OpenTasks => Code::OpenTasks,
        Refused::NeedsVisit | Refused::NeedsNoVisit => Code::VisitPolicy,
        Refused::NotAScore => Code::InvalidBody,
        Refused::TooLate => Code::TooLate,
        Refused::NotOfThisType => Code::NotOfThisType,
        Refused::SupervisorDecides => Code::SupervisorDecides,
        Refused::NotASurvivor => Code::NotASurvivor,
        Refused::NoAppeal => Code::NoAppeal,
        Refused::NotVerified => Code::NotVerified,
        Refused::Duplicate => Code::TicketDuplicate,
        Refused::AsAPair => Code::AsAPair,
    }
}
