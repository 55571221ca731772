//! A message (留言) as a ticket (G7): what is to be done is known only by listening to it, and when it is due by its mailbox.
//!
//! A caller who withholds his number has a matter all the same: he may have said in the message how to reach him.

use model::fact::Voicemail;
use model::{E164, Timestamp};

use crate::matter::{Contact, Matter, SUBJECT_CHARS_MAX};

/// What the ticket is about that a message becomes, if its mailbox wants one, and when it is to be done; `at` is when it was left.
pub fn of_message(
    voicemail: &Voicemail,
    e164: Option<E164>,
    at: Timestamp,
) -> Option<(Matter, Timestamp)> {
    let wanted = voicemail.ticket.as_ref()?;
    let due_ms = i64::try_from(wanted.due_ms).unwrap_or(i64::MAX);
    let named = |word: &String| Some(word.clone()).filter(|word| !word.is_empty());
    let matter = Matter {
        ticket_type: named(&wanted.kind),
        category: named(&wanted.category),
        subject: subject(voicemail),
        contact: Contact::of(&voicemail.caller, e164),
        queue: voicemail.queue.clone(),
        ..Matter::default()
    };
    Some((
        matter,
        Timestamp::from_ms(at.as_ms().saturating_add(due_ms)),
    ))
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

    fn made(
        caller: Caller,
        language: &str,
        ticket: Option<MessageTicket>,
    ) -> Option<(Matter, Timestamp)> {
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
        of_message(&voicemail, None, Timestamp::from_ms(1_795_000_000_000))
    }

    #[test]
    fn g7_a_message_becomes_a_ticket_that_is_due() {
        let wanted = MessageTicket {
            kind: "投诉".into(),
            category: "网络".into(),
            due_ms: 3_600_000,
        };
        let caller = Caller::new("13800001111", Some("李雷"));
        let (matter, due_at) = made(caller, "zh-CN", Some(wanted.clone())).unwrap();
        assert_eq!(matter.subject, "留言 · support · 13800001111");
        assert_eq!(matter.ticket_type.as_deref(), Some("投诉"));
        assert_eq!(matter.category.as_deref(), Some("网络"));
        assert_eq!(due_at, Timestamp::from_ms(1_795_003_600_000));
        assert_eq!(matter.contact.name.as_deref(), Some("李雷"));
        let (withheld, _) = made(Caller::withheld(), "en", Some(wanted)).unwrap();
        assert_eq!(withheld.subject, "Message · support");
        assert_eq!(
            made(Caller::withheld(), "en", None),
            None,
            "no box wants it"
        );
    }
}
