//! A message (留言) as a ticket (G7): what is to be done is known only by listening to it, and when it is due by its mailbox.
//!
//! A caller who withholds his number has a matter all the same: he may have said in the message how to reach him.

use std::collections::BTreeMap;

use model::fact::Voicemail;
use model::{E164, TicketId, Timestamp};

use crate::desk::Submission;
use crate::number::Number;
use crate::priority::Priority;
use crate::state::State;
use crate::ticket::{Contact, SUBJECT_CHARS_MAX, Ticket};

/// The ticket that a message becomes, if its mailbox wants one; `at` is when it was left.
pub fn of_message(
    voicemail: &Voicemail,
    e164: Option<E164>,
    id: TicketId,
    number: Number,
    at: Timestamp,
) -> Option<Submission> {
    let wanted = voicemail.ticket.as_ref()?;
    let due_ms = i64::try_from(wanted.due_ms).unwrap_or(i64::MAX);
    let call = voicemail.message.call;
    let named = |word: &String| Some(word.clone()).filter(|word| !word.is_empty());
    let ticket = Ticket {
        id,
        number,
        state: State::New,
        priority: Priority::NORMAL,
        ticket_type: named(&wanted.kind),
        category: named(&wanted.category),
        subject: subject(voicemail),
        body: String::new(),
        fields: BTreeMap::new(),
        for_leads: false,
        contact: Contact {
            name: voicemail.caller.display.clone(),
            number: voicemail.caller.number.clone(),
            e164,
        },
        customer: None,
        queue: voicemail.queue.clone(),
        source_call: Some(call),
        created_by: None,
        due_at: Some(Timestamp::from_ms(at.as_ms().saturating_add(due_ms))),
        created_at: at,
        updated_at: at,
        version: 1,
    };
    Some(Submission::of_call(ticket, call))
}

/// `留言 · support · 13800001111` or `Message · support`, in the caller's language.
fn subject(voicemail: &Voicemail) -> String {
    let word = if voicemail.language.starts_with("zh") {
        "留言"
    } else {
        "Message"
    };
    let number = voicemail.caller.number.as_deref();
    let parts = [word, voicemail.mailbox.as_str()].into_iter().chain(number);
    let subject = parts.collect::<Vec<_>>().join(" · ");
    subject.chars().take(SUBJECT_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use model::{CallId, Caller, MessageTicket, RecordingId};

    use super::*;
    use crate::number::Day;

    const AT: Timestamp = Timestamp::from_ms(1_795_000_000_000);

    fn made(caller: Caller, language: &str, ticket: Option<MessageTicket>) -> Option<Ticket> {
        let voicemail = Voicemail {
            message: RecordingId {
                call: CallId::new(2),
                part: 2,
            },
            mailbox: "support".into(),
            caller,
            called: "4000".into(),
            language: language.into(),
            queue: Some("support".into()),
            length_ms: 4_000,
            ticket,
        };
        let number = Number::new(Day::of(AT, 480), 1);
        let made = of_message(&voicemail, None, TicketId::new(9), number, AT)?;
        let names: Vec<_> = made
            .entries
            .iter()
            .map(|entry| entry.event.name())
            .collect();
        assert_eq!(names, ["submit"]);
        Some(made.ticket)
    }

    #[test]
    fn g7_a_message_becomes_a_ticket_that_is_due() {
        let wanted = MessageTicket {
            kind: "投诉".into(),
            category: "网络".into(),
            due_ms: 3_600_000,
        };
        let caller = Caller::new("13800001111", Some("李雷"));
        let ticket = made(caller, "zh-CN", Some(wanted.clone())).unwrap();
        assert_eq!(ticket.subject, "留言 · support · 13800001111");
        assert_eq!(ticket.ticket_type.as_deref(), Some("投诉"));
        assert_eq!(ticket.category.as_deref(), Some("网络"));
        assert_eq!(ticket.due_at, Some(Timestamp::from_ms(1_795_003_600_000)));
        assert_eq!(ticket.contact.name.as_deref(), Some("李雷"));
        assert_eq!(
            (ticket.source_call, ticket.created_by),
            (Some(CallId::new(2)), None)
        );
        let withheld = made(Caller::withheld(), "en", Some(wanted)).unwrap();
        assert_eq!(withheld.subject, "Message · support");
        assert_eq!(
            made(Caller::withheld(), "en", None),
            None,
            "no box wants it"
        );
    }
}
