//! How a ticket stands, for a caller of a script (X11): the script's question to the store, and what is told of the ticket.

use std::collections::BTreeMap;

use ivr::{Answer, Number, StatusField, StatusQuestion, Value};
use model::{CallId, Timestamp};
use store::{Database, Secret, Standing, StandingAsked, Stood};

/// What is asked of the store.
pub(super) fn asked(question: &StatusQuestion, call: CallId, at: Timestamp) -> StandingAsked {
    StandingAsked {
        number: question.number.clone(),
        pin: question.pin.clone().map(Secret::new),
        caller: question.caller.clone(),
        call,
        at,
    }
}

/// Asks; moments are told by a clock that is so many minutes ahead of UTC.
pub(super) async fn ask(
    database: &Database,
    asked: StandingAsked,
    question: &StatusQuestion,
    utc_offset_min: i32,
) -> Answer {
    match database.ticket_standing(asked).await {
        Ok(Stood::Found(standing)) => Answer::Found(told(&standing, question, utc_offset_min)),
        Ok(Stood::None) => Answer::Missing,
        Ok(Stood::WrongPin) => Answer::Bad("a wrong PIN".to_owned()),
        Ok(Stood::Locked) => Answer::Bad("too many tries".to_owned()),
        Err(error) => Answer::NoAnswer(error.to_string()),
    }
}

fn told(
    standing: &Standing,
    question: &StatusQuestion,
    utc_offset_min: i32,
) -> BTreeMap<String, Value> {
    let wanted = question.wanted.iter();
    wanted
        .map(|(variable, field)| (variable.clone(), value(standing, *field, utc_offset_min)))
        .collect()
}

fn value(standing: &Standing, field: StatusField, utc_offset_min: i32) -> Value {
    let Standing {
        ticket,
        merged_from,
    } = standing;
    let handling = &ticket.handling;
    let moment = |at: Timestamp| written(at, utc_offset_min);
    let text = match field {
        StatusField::Open => return Value::Truth(handling.state.is_open()),
        StatusField::Urges => {
            return Value::Number(Number::whole(i64::from(handling.urges())));
        }
        StatusField::Number => ticket.number.to_string(),
        StatusField::State => handling.state.name().to_owned(),
        StatusField::MergedFrom => merged_from
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        StatusField::TicketType => ticket.matter.ticket_type.clone().unwrap_or_default(),
        StatusField::FiledAt => moment(ticket.created_at),
        StatusField::DueAt => handling.due_at().map(moment).unwrap_or_default(),
    };
    Value::Text(text)
}

/// A moment as scripts write it: `2026-11-22T09:30:00+08:00`.
fn written(at: Timestamp, utc_offset_min: i32) -> String {
    let ahead_ms = i64::from(utc_offset_min) * 60_000;
    let local = Timestamp::from_ms(at.as_ms().saturating_add(ahead_ms)).to_string();
    let local = local.get(..19).unwrap_or(&local);
    let sign = if utc_offset_min < 0 { '-' } else { '+' };
    let (hours, minutes) = (utc_offset_min.abs() / 60, utc_offset_min.abs() % 60);
    format!("{local}{sign}{hours:02}:{minutes:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x11_a_moment_is_written_by_the_clock_of_tickets() {
        let at = Timestamp::from_ms(1_795_000_000_007);
        for (offset_min, written_as) in [
            (480, "2026-11-18T19:06:40+08:00"),
            (0, "2026-11-18T11:06:40+00:00"),
            (-210, "2026-11-18T07:36:40-03:30"),
        ] {
            assert_eq!(written(at, offset_min), written_as);
        }
    }
}
