//! Bodies of NOTIFY: dialog-info (RFC 4235 §4) and the message summary (RFC 3842 §5).
//!
//! Invariant: what comes from the network stands in XML as text and never as markup, without control characters.

use super::{DialogInfo, MessageSummary};
use crate::message::Uri;

/// Calls of one user that are told: a NOTIFY is to fit into a datagram, and a lamp needs one of them.
const DIALOGS_MAX: usize = 5;

/// Full state, always: a watcher that missed one needs nothing else (RFC 4235 §3.2).
pub(crate) fn dialog_info(
    version: u32,
    entity: &Uri,
    domain: &str,
    dialogs: &[DialogInfo],
) -> String {
    let mut out = format!(
        "<?xml version=\"1.0\"?>\r\n<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" version=\"{version}\" \
         state=\"full\" entity=\"{}\">\r\n",
        escape(entity.as_str())
    );
    for dialog in dialogs.iter().take(DIALOGS_MAX) {
        write_dialog(&mut out, domain, dialog);
    }
    out.push_str("</dialog-info>\r\n");
    out
}

fn write_dialog(out: &mut String, domain: &str, dialog: &DialogInfo) {
    let direction = if dialog.is_initiator {
        "initiator"
    } else {
        "recipient"
    };
    out.push_str(&format!(
        "<dialog id=\"{}\" direction=\"{direction}\"><state>{}</state>",
        escape(&dialog.id),
        dialog.state.token()
    ));
    let remote = dialog.remote.as_ref();
    if let Some((remote, uri)) =
        remote.and_then(|remote| Some((remote, Uri::sip(&remote.user, domain).ok()?)))
    {
        out.push_str("<remote><identity");
        if let Some(display) = &remote.display {
            out.push_str(&format!(" display=\"{}\"", escape(display)));
        }
        out.push_str(&format!(">{}</identity></remote>", escape(uri.as_str())));
    }
    out.push_str("</dialog>\r\n");
}

/// RFC 3842 §5.2: new and old voice messages, none of them urgent.
pub(crate) fn message_summary(account: &Uri, summary: MessageSummary) -> String {
    let MessageSummary { new, old } = summary;
    let waiting = if new > 0 { "yes" } else { "no" };
    format!(
        "Messages-Waiting: {waiting}\r\nMessage-Account: {account}\r\nVoice-Message: {new}/{old} (0/0)\r\n"
    )
}

/// XML 1.0 §2.4 and §2.2: text that stays text, in elements and in quoted attributes.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\u{fffe}' | '\u{ffff}' => {}
            _ if character.is_control() => {}
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DialogState, Identity};

    #[test]
    fn rfc4235_4_a_dialog_info_document() {
        let dialogs = [DialogInfo {
            id: "7".into(),
            is_initiator: false,
            state: DialogState::Confirmed,
            remote: Some(Identity {
                display: Some("\"A\" <&'\u{1}\u{ffff}>".into()),
                user: "139 0".into(),
            }),
        }];
        let entity: Uri = "sip:1001@call.example.com".parse().unwrap();
        let document = dialog_info(3, &entity, "call.example.com", &dialogs);
        assert_eq!(
            document,
            "<?xml version=\"1.0\"?>\r\n<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" version=\"3\" \
             state=\"full\" entity=\"sip:1001@call.example.com\">\r\n\
             <dialog id=\"7\" direction=\"recipient\"><state>confirmed</state><remote>\
             <identity display=\"&quot;A&quot; &lt;&amp;&apos;&gt;\">sip:139%200@call.example.com</identity></remote></dialog>\r\n\
             </dialog-info>\r\n"
        );
    }

    #[test]
    fn s7_a_document_of_many_calls_fits_into_a_datagram() {
        let dialog = |number: usize| DialogInfo {
            id: format!("{number:032}"),
            is_initiator: true,
            state: DialogState::Early,
            remote: None,
        };
        let dialogs: Vec<_> = (0..1_000).map(dialog).collect();
        let entity: Uri = "sip:1001@call.example.com".parse().unwrap();
        assert!(dialog_info(0, &entity, "call.example.com", &dialogs).len() < 800);
    }

    #[test]
    fn rfc3842_5_2_a_message_summary() {
        let account: Uri = "sip:1001@call.example.com".parse().unwrap();
        for (new, old, first) in [(2, 8, "yes"), (0, 1, "no")] {
            assert_eq!(
                message_summary(&account, MessageSummary { new, old }),
                format!(
                    "Messages-Waiting: {first}\r\nMessage-Account: sip:1001@call.example.com\r\nVoice-Message: {new}/{old} (0/0)\r\n"
                )
            );
        }
    }
}
