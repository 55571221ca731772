//! The look-ups of scripts (E11, E12): each question to its service or its database, so many at once, each with an end.
//!
//! A question beyond the bound is answered at once as one that nobody answered: the script's own exit, and a word in the
//! log, are better than a line of callers who wait for a slow service.

use std::collections::BTreeMap;
use std::sync::Arc;

use connectors::{HttpClient, Target, look_up};
use engine::{Input, Reply};
use ivr::{Answer, Ask, HeaderValue, HttpQuestion, PinQuestion, Question, TicketQuestion, Value};
use model::{CallId, MailboxName};
use net::Clock;
use store::{Database, Secret, verify_password};
use tokio::sync::{Semaphore, mpsc, watch};

use super::standing;
use crate::config::outgoing::Outgoing;

/// Look-ups that are under way at once.
const AT_ONCE: usize = 256;

/// See the file's head.
pub(super) struct LookUps {
    client: HttpClient,
    outgoing: watch::Receiver<Arc<Outgoing>>,
    at_once: Arc<Semaphore>,
    database: Database,
    /// Rises with each ticket of a script that stands in the store.
    filed: watch::Receiver<u64>,
    clock: Clock,
    /// Minutes that the clock of tickets is ahead of UTC.
    utc_offset_min: i32,
}

impl LookUps {
    pub(super) fn new(
        client: HttpClient,
        outgoing: watch::Receiver<Arc<Outgoing>>,
        database: Database,
        filed: watch::Receiver<u64>,
        (clock, utc_offset_min): (Clock, i32),
    ) -> Self {
        Self {
            clock,
            utc_offset_min,
            database,
            filed,
            client,
            outgoing,
            at_once: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Asks; the answer goes to the engine.
    pub(super) fn ask(&self, call: CallId, ask: Ask, inputs: &mpsc::Sender<Input>) {
        let permit = self.at_once.clone().try_acquire_owned();
        let outgoing = self.outgoing.borrow().clone();
        let (client, inputs) = (self.client.clone(), inputs.clone());
        let (database, filed) = (self.database.clone(), self.filed.clone());
        let (clock, utc_offset_min) = (self.clock, self.utc_offset_min);
        tokio::spawn(async move {
            let answer = match (permit, &ask.question) {
                (Err(_), _) => Answer::NoAnswer(format!("{AT_ONCE} look-ups are under way")),
                (Ok(_permit), Question::Http(question)) => http(&client, &outgoing, question).await,
                (Ok(_permit), Question::Sql(question)) => outgoing.queries.ask(question).await,
                (Ok(_permit), Question::Mailbox(name)) => room(&database, &outgoing, name).await,
                (Ok(_permit), Question::Ticket(question)) => {
                    let asking = number(&database, filed, call, question);
                    let answer = tokio::time::timeout(ask.patience, asking).await;
                    answer.unwrap_or_else(|_| Answer::NoAnswer("the desk is slow".to_owned()))
                }
                // Asked of a bot, by another way.
                (Ok(_permit), Question::Bot(_)) => Answer::Bad("no look-up".to_owned()),
                (Ok(_permit), Question::Pin(pin)) => compare(&outgoing, pin).await,
                (Ok(_permit), Question::Status(status)) => {
                    let asked = standing::asked(status, call, clock.now().into());
                    let asking = standing::ask(&database, asked, status, utc_offset_min);
                    let answer = tokio::time::timeout(ask.patience, asking).await;
                    answer.unwrap_or_else(|_| Answer::NoAnswer("the store is slow".to_owned()))
                }
            };
            let whom = ask.question.whom();
            match (&answer, &ask.question) {
                (Answer::Bad(why), Question::Status(_)) => {
                    tracing::info!(%call, whom, why, "a PIN opens no ticket");
                }
                (Answer::Found(_) | Answer::Missing, _) => {
                    tracing::debug!(%call, whom, answer = answer.kind().name(), "a look-up");
                }
                (Answer::Bad(why) | Answer::NoAnswer(why), _) => {
                    tracing::warn!(%call, whom, why, "a look-up brought nothing: the caller goes on without it");
                }
            }
            let id = ask.id;
            let reply = Reply::LookedUp { call, id, answer };
            let _engine_may_be_gone = inputs.send(Input::Reply(reply)).await;
        });
    }
}

/// E15: the number of a ticket, once it stands in the store: the desk makes it from the fact, and nobody else does.
async fn number(
    database: &Database,
    mut filed: watch::Receiver<u64>,
    call: CallId,
    question: &TicketQuestion,
) -> Answer {
    loop {
        filed.mark_unchanged();
        match database.filed_ticket(call, question.part).await {
            Ok(Some(ticket)) => {
                let number = Value::Text(ticket.number.to_string());
                return Answer::Found(BTreeMap::from([(question.into.clone(), number)]));
            }
            Ok(None) => {}
            Err(error) => return Answer::NoAnswer(error.to_string()),
        }
        if filed.changed().await.is_err() {
            return Answer::NoAnswer("the desk is closed".to_owned());
        }
    }
}

/// Whether one more message fits into a box.
async fn room(database: &Database, outgoing: &Outgoing, name: &MailboxName) -> Answer {
    // A reload has taken the box from a call that is on: nobody would hear the message.
    let Some(mailbox) = outgoing.mailboxes.get(name) else {
        tracing::warn!(%name, "a caller wanted to leave a message in a box that is gone");
        return Answer::Missing;
    };
    match database.count_messages(name).await {
        Ok((_, new)) if new >= u64::from(mailbox.messages_max) => Answer::Missing,
        Ok(_) => Answer::Found(BTreeMap::new()),
        Err(error) => Answer::NoAnswer(error.to_string()),
    }
}

/// Whether a PIN is the calendar's of this moment. A hash takes tens of milliseconds: not of a thread that others wait for.
async fn compare(outgoing: &Outgoing, pin: &PinQuestion) -> Answer {
    let Some(hash) = outgoing.pins.get(&pin.calendar).cloned() else {
        return Answer::NoAnswer("the calendar has no PIN any more".to_owned());
    };
    let digits = Secret::new(pin.digits.clone());
    let compared = tokio::task::spawn_blocking(move || {
        verify_password(digits.expose(), Some(hash.expose().as_str()))
    });
    match compared.await {
        Ok(true) => Answer::Found(BTreeMap::new()),
        Ok(false) => Answer::Missing,
        Err(error) => Answer::NoAnswer(error.to_string()),
    }
}

async fn http(client: &HttpClient, outgoing: &Outgoing, question: &HttpQuestion) -> Answer {
    let target = match Target::new(&question.url, &outgoing.private_hosts, None) {
        Ok(target) => target,
        Err(_) => return Answer::Bad("the address may not be asked".to_owned()),
    };
    let mut headers = Vec::with_capacity(question.headers.len());
    for (name, value) in &question.headers {
        let value = match value {
            HeaderValue::Text(text) => text.clone(),
            HeaderValue::Secret(source) => match outgoing.secrets.get(source) {
                Some(secret) => secret.clone(),
                None => return Answer::Bad("a secret is gone".to_owned()),
            },
        };
        headers.push((name.clone(), value));
    }
    look_up::ask(client, &target, question, headers).await
}
