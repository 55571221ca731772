//! The conversations of callers with bots (E24): so many with each, each with its keys, each with an end.
//!
//! A conversation ends by itself when the port lets go of its sound: nothing is held here that a lost word could leave behind.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use connectors::HttpClient;
use connectors::bot::{self, Start};
use engine::{Input, Reply};
use ivr::{Answer, Ask, AskId, Question};
use media::Duplex;
use model::CallId;
use tokio::sync::{mpsc, watch};

use crate::config::outgoing::Outgoing;

/// Keys that wait for one bot; one more is lost.
const KEYS_MAX: usize = 64;

/// See the file's head.
pub(super) struct Bots {
    client: HttpClient,
    outgoing: watch::Receiver<Arc<Outgoing>>,
    /// One clone in each conversation: who is counted holds one.
    seats: BTreeMap<String, Arc<()>>,
    keys: BTreeMap<(CallId, AskId), mpsc::Sender<char>>,
    /// The house closes: its calls are to come to an end without them.
    draining: Arc<AtomicBool>,
}

impl Bots {
    pub(super) const fn new(
        client: HttpClient,
        outgoing: watch::Receiver<Arc<Outgoing>>,
        draining: Arc<AtomicBool>,
    ) -> Self {
        Self {
            draining,
            client,
            outgoing,
            seats: BTreeMap::new(),
            keys: BTreeMap::new(),
        }
    }

    /// Begins one; what comes of it goes to the engine.
    pub(super) fn converse(
        &mut self,
        call: CallId,
        ask: Ask,
        duplex: Duplex,
        inputs: &mpsc::Sender<Input>,
    ) {
        self.keys.retain(|_, keys| !keys.is_closed());
        let Question::Bot(question) = ask.question else {
            return;
        };
        let outgoing = self.outgoing.borrow().clone();
        let known = outgoing.bots.get(&question.bot).cloned();
        let seat = self.seats.entry(question.bot.clone()).or_default();
        let taken = Arc::strong_count(seat) - 1;
        // A reload has taken the bot from a call that is on.
        let found = known.ok_or("unknown bot").and_then(|bot| {
            let is_free = usize::try_from(bot.calls_max).is_ok_and(|most| taken < most);
            is_free.then_some(bot).ok_or("busy")
        });
        let (id, inputs) = (ask.id, inputs.clone());
        let (seat, client) = (Arc::clone(seat), self.client.clone());
        let draining = Arc::clone(&self.draining);
        let (keys, pressed) = mpsc::channel(KEYS_MAX);
        self.keys.insert((call, id), keys);
        tokio::spawn(async move {
            let answer = match found {
                Ok(bot) => {
                    let start = Start {
                        stream: stream(call, id),
                        call: call.to_string(),
                        parameters: bot::parameters(&question.given),
                    };
                    let service = &bot.service;
                    bot::converse(
                        &client, service, &question, start, duplex, pressed, &draining,
                    )
                    .await
                }
                Err(why) => Answer::NoAnswer(why.to_owned()),
            };
            drop(seat);
            note(call, &question.bot, &answer);
            let reply = Reply::LookedUp { call, id, answer };
            let _engine_may_be_gone = inputs.send(Input::Reply(reply)).await;
        });
    }

    /// A key for one of them; nobody hears it when the conversation is over.
    pub(super) fn pass(&self, call: CallId, ask: AskId, key: char) {
        if let Some(keys) = self.keys.get(&(call, ask))
            && keys.try_send(key).is_err()
        {
            tracing::debug!(%call, "a bot is not told a key");
        }
    }
}

/// Logs how one ended: what is nobody's fault wakes nobody.
fn note(call: CallId, bot: &str, answer: &Answer) {
    match answer {
        Answer::Found(_) | Answer::Missing => tracing::debug!(%call, bot, "a bot is done"),
        Answer::Bad(why) | Answer::NoAnswer(why)
            if ["over", "busy", "closing"].contains(&why.as_str()) =>
        {
            tracing::debug!(%call, bot, why, "the caller goes on without the bot");
        }
        Answer::Bad(why) | Answer::NoAnswer(why) => {
            tracing::warn!(%call, bot, why, "a bot failed: the caller goes on without it");
        }
    }
}

/// A conversation's name: two letters and 32 hexadecimal digits, as services expect.
fn stream(call: CallId, ask: AskId) -> String {
    format!("MZ{:016x}{:016x}", call.get(), ask.0.as_millis())
}
