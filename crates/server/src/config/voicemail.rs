//! `config/voicemail.toml`: mailboxes, who hears them, how much they hold, and what becomes of a message (G2, G7).

use std::collections::{BTreeMap, BTreeSet};

use ivr::{Diagnostic, TicketWords, told};
use model::{Hearers, Mailbox, Mailboxes, MessageTicket};
use serde::Deserialize;
use toml::Spanned;

use super::document::Document;
use super::report::Report;
use super::tickets::named;

/// Without a word of the house: a box is heard every day, and a hundred messages are more than a day brings.
const MESSAGES_MAX: u32 = 100;
/// No box holds more: a list that nobody reads is no list.
const MESSAGES_BOUND: u32 = 10_000;
/// A ticket is due within a year.
const DUE_H_BOUND: u32 = 8_760;
const HOUR_MS: u64 = 3_600_000;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, rename = "box")]
    boxes: BTreeMap<Spanned<String>, BoxSection>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BoxSection {
    name: BTreeMap<String, String>,
    queue: Option<Spanned<String>>,
    agents: Option<Vec<Spanned<String>>>,
    max_messages: Option<Spanned<u32>>,
    ticket: Option<TicketSection>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TicketSection {
    #[serde(rename = "type")]
    kind: Option<Spanned<String>>,
    category: Option<Spanned<String>>,
    due_h: Spanned<u32>,
}

/// What is there to be named.
#[derive(Debug)]
pub(crate) struct Given<'a> {
    /// All queues.
    pub(crate) queues: Vec<&'a str>,
    /// Logins of the store, where it is known.
    pub(crate) agents: Option<&'a BTreeSet<String>>,
    /// What tickets are called.
    pub(crate) tickets: &'a TicketWords,
}

/// Reads them all; what somebody should look at comes beside them.
pub(crate) fn read(
    document: &Document,
    given: Given<'_>,
) -> Result<(Mailboxes, Vec<Diagnostic>), Vec<Diagnostic>> {
    let file: File = document.parse().map_err(|error| vec![error])?;
    let mut report = Report::new(document);
    let mut mailboxes = Mailboxes::new();
    for (name, section) in file.boxes {
        let hearers = hearers(&name, &section, &given.queues, given.agents, &mut report);
        let most = section.max_messages.as_ref();
        let messages_max = most.map_or(MESSAGES_MAX, |most| *most.get_ref());
        if let Some(most) = most.filter(|_| !(1..=MESSAGES_BOUND).contains(&messages_max)) {
            let message = told!(
                "a box holds 1 to {MESSAGES_BOUND} messages",
                "一个信箱可存 1 至 {MESSAGES_BOUND} 条留言"
            );
            report.error(most, message, None);
        }
        let ticket = section.ticket;
        let ticket = ticket.map(|it| ticket_of(it, given.tickets, &mut report));
        if let Some(hearers) = hearers {
            let mailbox = Mailbox {
                names: section.name,
                hearers,
                messages_max,
                ticket,
            };
            mailboxes.insert(name.get_ref().as_str().into(), mailbox);
        }
    }
    let found = report.finish();
    match found.iter().any(Diagnostic::is_error) {
        true => Err(found),
        false => Ok((mailboxes, found)),
    }
}

/// G2: a queue's agents, or agents by name; one of both.
fn hearers(
    name: &Spanned<String>,
    section: &BoxSection,
    queues: &[&str],
    agents: Option<&BTreeSet<String>>,
    report: &mut Report<'_>,
) -> Option<Hearers> {
    match (&section.queue, &section.agents) {
        (Some(queue), None) => {
            if !queues.contains(&queue.get_ref().as_str()) {
                let name = queue.get_ref();
                let message = told!("no queue `{name}`", "没有队列 `{name}`");
                report.unknown(queue, message, queues.iter().copied());
            }
            Some(Hearers::Queue(queue.get_ref().as_str().into()))
        }
        (None, Some(logins)) if !logins.is_empty() => {
            let known = |login: &str| agents.is_none_or(|agents| agents.contains(login));
            for login in logins.iter().filter(|login| !known(login.get_ref())) {
                let name = login.get_ref();
                let message = told!("no agent `{name}`", "没有坐席 `{name}`");
                let logins = agents.into_iter().flatten().map(String::as_str);
                report.unknown(login, message, logins);
            }
            let logins = logins.iter().map(|login| login.get_ref().clone());
            Some(Hearers::Agents(logins.collect()))
        }
        (Some(_), Some(_)) | (None, None | Some(_)) => {
            let mailbox = name.get_ref();
            let message = told!(
                "nobody, or two at once, would hear the box `{mailbox}`",
                "信箱 `{mailbox}` 须且只能指定一种收听者"
            );
            let help = told!(
                "name a `queue`, whose agents hear it, or `agents` by their logins",
                "请写 `queue`（该队列的坐席收听）或 `agents`（坐席登录名）"
            );
            report.error(name, message, Some(help));
            None
        }
    }
}

fn ticket_of(
    section: TicketSection,
    words: &TicketWords,
    report: &mut Report<'_>,
) -> MessageTicket {
    let (kind, category) = (section.kind, section.category);
    named::prove(words, kind.as_ref(), category.as_ref(), report);
    let hours = *section.due_h.get_ref();
    if !(1..=DUE_H_BOUND).contains(&hours) {
        let message = told!(
            "a ticket is due within 1 to {DUE_H_BOUND} hours",
            "工单应在 1 至 {DUE_H_BOUND} 小时内到期"
        );
        report.error(&section.due_h, message, None);
    }
    let word = |it: Option<Spanned<String>>| it.map(Spanned::into_inner).unwrap_or_default();
    MessageTicket {
        kind: word(kind),
        category: word(category),
        due_ms: u64::from(hours).saturating_mul(HOUR_MS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Result<Mailboxes, Vec<String>> {
        let document = Document {
            file: "v.toml".into(),
            text: text.into(),
        };
        let agents = ["1001".to_owned()].into();
        let place = ivr::TicketFieldWord {
            name: "place".into(),
            needed: true,
        };
        let words = TicketWords {
            types: [
                ("complaint".to_owned(), Vec::new()),
                ("fault".to_owned(), vec![place]),
            ]
            .into(),
            categories: ["network".to_owned()].into(),
        };
        let given = Given {
            queues: vec!["sales", "support"],
            agents: Some(&agents),
            tickets: &words,
        };
        let told = |found: Vec<Diagnostic>| found.iter().map(ToString::to_string).collect();
        let read = read(&document, given).map_err(told);
        read.and_then(|(boxes, found)| match found.is_empty() {
            true => Ok(boxes),
            false => Err(told(found)),
        })
    }

    #[test]
    fn g2_boxes_are_read() {
        let text = "[box.support]\nname = { zh-CN = \"技术支持\", en = \"Support\" }\nqueue = \"support\"\nmax_messages = 30\n\
                    ticket = { type = \"complaint\", category = \"network\", due_h = 24 }\n\
                    [box.li]\nname = { en = \"Li\" }\nagents = [\"1001\"]\n";
        let read = told(text).unwrap();
        let support = &read["support"];
        assert_eq!(support.names["zh-CN"], "技术支持");
        assert_eq!(support.messages_max, 30);
        assert!(support.is_heard_by("1002", &["support".into()]));
        assert!(!support.is_heard_by("1001", &["sales".into()]));
        let ticket = support.ticket.as_ref().unwrap();
        assert_eq!(
            (ticket.kind.as_str(), ticket.category.as_str()),
            ("complaint", "network")
        );
        assert_eq!(ticket.due_ms, 86_400_000);
        let li = &read["li"];
        assert_eq!((li.messages_max, &li.ticket), (100, &None));
        assert!(li.is_heard_by("1001", &[]) && !li.is_heard_by("1002", &["support".into()]));
    }

    #[test]
    fn g2_a2_mistakes_are_told_at_their_place() {
        let with = |rest: &str| format!("[box.support]\nname = {{ en = \"S\" }}\n{rest}");
        let rows = [
            (
                "queue = \"suport\"",
                "v.toml:3:9: error: no queue `suport`\n  help: did you mean `support`?",
            ),
            (
                "agents = [\"1002\"]",
                "v.toml:3:11: error: no agent `1002`\n  help: did you mean `1001`?",
            ),
            (
                "queue = \"sales\"\nagents = [\"1001\"]",
                "v.toml:1:6: error: nobody, or two at once, would hear the box `support`",
            ),
            ("agents = []", "v.toml:1:6: error: nobody, or two at once,"),
            (
                "queue = \"sales\"\nmax_messages = 0",
                "v.toml:4:16: error: a box holds 1 to 10000 messages",
            ),
            (
                "queue = \"sales\"\nticket = { due_h = 9000 }",
                "v.toml:4:20: error: a ticket is due within 1 to 8760 hours",
            ),
            ("queue = \"sales\"\nkeep = 3", "v.toml:4:1: error: unknown"),
            (
                "queue = \"sales\"\nticket = { type = \"complant\", due_h = 1 }",
                "v.toml:4:19: error: `tickets.toml` has no type `complant`\n  help: did you mean `complaint`?",
            ),
            (
                "queue = \"sales\"\nticket = { category = \"netwrk\", due_h = 1 }",
                "v.toml:4:23: error: `tickets.toml` has no category `netwrk`\n  help: did you mean `network`?",
            ),
            (
                "queue = \"sales\"\nticket = { type = \"fault\", due_h = 1 }",
                "v.toml:4:19: warning: the type `fault` needs the field `place`, which nobody fills in here",
            ),
        ];
        for (rest, expected) in rows {
            let told = told(&with(rest)).unwrap_err();
            assert!(told[0].starts_with(expected), "{told:?}\n{expected}");
        }
    }
}
