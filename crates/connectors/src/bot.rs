//! A service that talks with a caller (E24), over one WebSocket (RFC 6455): his voice out, its sound in, and a result at the end.
//!
//! `frames` are the words on the wire, `dialogue` what is owed at each moment; here is the connection. It is opened through the
//! guarded client of all services (S20). Nothing waits for the service: a voice that it does not take in time is dropped where
//! it is heard, and whoever takes nothing, says nothing, floods or sends what nobody knows is left with a word. The connection
//! ends within a fraction of a second after the port's end of the sound is gone.

mod dialogue;
mod frames;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use ivr::{Answer, BotQuestion, RESULT, Value};
use media::Duplex;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::http::{Failure, HttpClient, Target, Upgraded};
use crate::look_up::taken;
use dialogue::{Dialogue, Said};

pub use frames::Start;

/// A frame of sound, and how often there is one.
const FRAME: Duration = Duration::from_millis(20);
/// The longest message that is read, in bytes.
pub const MESSAGE_BYTES_MAX: usize = 256 * 1024;
/// How long the last words may take.
const LAST_WORDS: Duration = Duration::from_millis(300);
/// The word for a house that closes.
const CLOSING: &str = "closing";
/// How often somebody looks whether the port's end is gone.
const LOOK: Duration = Duration::from_millis(50);

/// How a service is spoken to.
#[derive(Clone)]
pub struct Service {
    /// Where it is.
    pub target: Target,
    /// What it is told besides, secrets among it.
    pub headers: Vec<(String, String)>,
    /// How long it may take to answer the call.
    pub connect: Duration,
    /// How long it may show no sign of life.
    pub alive: Duration,
}

/// How a connection came to its end.
enum End {
    /// The bot gave a result.
    Result(Answer),
    /// The port's end is gone: nobody waits for a result.
    Over,
    /// The bot failed; why, in a word, and what it is told.
    Failed(&'static str, CloseCode),
    /// A value of its result is not there or of another type; which.
    Unfit(String),
    /// It is gone, or cannot be told anything.
    Gone(&'static str),
}

/// Lets the service and the caller talk, until one of them ends it or the house closes; what is to be told the script. `keys`
/// are the caller's.
pub async fn converse(
    client: &HttpClient,
    service: &Service,
    question: &BotQuestion,
    start: Start,
    duplex: Duplex,
    keys: mpsc::Receiver<char>,
    is_closing: &AtomicBool,
) -> Answer {
    let opened = tokio::select! {
        opened = client.upgrade(&service.target, &service.headers, service.connect) => opened,
        () = until(|| duplex.is_over()) => return Answer::NoAnswer("over".to_owned()),
        () = until(|| is_closing.load(Ordering::Relaxed)) => return Answer::NoAnswer(CLOSING.to_owned()),
    };
    let stream = match opened {
        Ok(stream) => stream,
        Err(Failure::Timeout) => return Answer::NoAnswer("timeout".to_owned()),
        Err(Failure::Unreachable) => return Answer::NoAnswer("unreachable".to_owned()),
        Err(failure @ (Failure::Redirect | Failure::TooLarge | Failure::BadHeader)) => {
            return Answer::Bad(failure.name().to_owned());
        }
        Err(Failure::Refused) => return Answer::Bad("refused".to_owned()),
    };
    let config = WebSocketConfig::default()
        .max_message_size(Some(MESSAGE_BYTES_MAX))
        .max_frame_size(Some(MESSAGE_BYTES_MAX));
    let socket = WebSocketStream::from_raw_socket(stream, Role::Client, Some(config)).await;
    // What he said before somebody could hear him is stale.
    duplex.begin();
    let mut connection = Connection {
        socket,
        dialogue: Dialogue::new(Instant::now().into_std(), start),
        duplex,
        is_closing,
        alive: service.alive,
        heard_at: Instant::now(),
    };
    let end = connection
        .live(question, keys)
        .await
        .unwrap_or_else(|end| end);
    connection.finish(end).await
}

/// Waits until something holds.
async fn until(holds: impl Fn() -> bool) {
    while !holds() {
        sleep(LOOK).await;
    }
}

struct Connection<'a> {
    socket: WebSocketStream<Upgraded>,
    dialogue: Dialogue,
    duplex: Duplex,
    is_closing: &'a AtomicBool,
    alive: Duration,
    /// When the service gave the last sign of life.
    heard_at: Instant,
}

impl Connection<'_> {
    async fn live(
        &mut self,
        question: &BotQuestion,
        mut keys: mpsc::Receiver<char>,
    ) -> Result<End, End> {
        for text in self.dialogue.open() {
            self.send(Message::text(text)).await?;
        }
        let mut tick = interval(FRAME);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut pinged_at = Instant::now();
        let mut are_keys_open = true;
        loop {
            tokio::select! {
                _ = tick.tick() => {
                    if self.duplex.is_over() {
                        return Ok(End::Over);
                    }
                    if self.is_closing.load(Ordering::Relaxed) {
                        return Ok(End::Failed(CLOSING, CloseCode::Away));
                    }
                    self.turn().await?;
                    if self.heard_at.elapsed() > self.alive {
                        return Ok(End::Failed("silent", CloseCode::Policy));
                    }
                    if pinged_at.elapsed() > self.alive / 3 {
                        pinged_at = Instant::now();
                        self.send(Message::Ping(Vec::new().into())).await?;
                    }
                }
                key = keys.recv(), if are_keys_open => match key {
                    Some(key) => {
                        let text = self.dialogue.key(key);
                        self.send(Message::text(text)).await?;
                    }
                    None => are_keys_open = false,
                },
                message = self.socket.next() => {
                    self.heard_at = Instant::now();
                    if let Some(result) = self.take(message, question)? {
                        return Ok(End::Result(result));
                    }
                }
            }
        }
    }

    /// What there is every 20 ms: what the caller says goes out, what the bot says goes on, and marks that were reached go back.
    async fn turn(&mut self) -> Result<(), End> {
        self.dialogue.feed(&self.duplex);
        let now = Instant::now().into_std();
        while let Some(text) = self.dialogue.voice(now, &self.duplex) {
            self.send(Message::text(text)).await?;
        }
        while let Some(text) = self.dialogue.mark(&self.duplex) {
            self.send(Message::text(text)).await?;
        }
        Ok(())
    }

    /// Takes a message; the answer, if it is a result.
    fn take(
        &mut self,
        message: Option<Result<Message, Error>>,
        question: &BotQuestion,
    ) -> Result<Option<Answer>, End> {
        let now = Instant::now().into_std();
        let text = match message {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {
                let may = self.dialogue.may(now);
                return may.map(|()| None).map_err(refused);
            }
            Some(Ok(Message::Binary(_))) => {
                return Err(End::Failed("binary", CloseCode::Unsupported));
            }
            Some(Ok(Message::Close(_))) | None => return Err(End::Gone("closed")),
            Some(Err(Error::Capacity(_))) => return Err(End::Failed("too_long", CloseCode::Size)),
            Some(Err(_)) => return Err(End::Gone("broken")),
        };
        let said = self.dialogue.take(now, text.as_str(), &self.duplex);
        match said.map_err(refused)? {
            Said::Done => Ok(None),
            Said::Result { exit, values } => answer(question, exit, &values).map(Some),
        }
    }

    /// Sends, unless the other side takes nothing for too long or nobody wants it any more.
    async fn send(&mut self, message: Message) -> Result<(), End> {
        let Self {
            socket,
            duplex,
            is_closing,
            ..
        } = self;
        tokio::select! {
            biased;
            sent = socket.send(message) => sent.map_err(|_| End::Gone("broken")),
            () = until(|| duplex.is_over()) => Err(End::Over),
            () = until(|| is_closing.load(Ordering::Relaxed)) => Err(End::Failed(CLOSING, CloseCode::Away)),
            () = sleep(self.alive) => Err(End::Gone("stalled")),
        }
    }

    /// The last words, and what becomes of the script.
    async fn finish(mut self, end: End) -> Answer {
        let dropped = self.duplex.dropped();
        if dropped > 0 {
            let ms = dropped / 8;
            tracing::info!(ms, "a bot did not take all that its caller said");
        }
        let stop = self.dialogue.stop();
        let (answer, code, word) = match end {
            End::Result(answer) => (answer, CloseCode::Normal, "result"),
            End::Over => (
                Answer::NoAnswer("over".to_owned()),
                CloseCode::Normal,
                "over",
            ),
            End::Failed(why, code) => (Answer::Bad(why.to_owned()), code, why),
            End::Unfit(why) => (Answer::Bad(why), CloseCode::Policy, "unfit_value"),
            End::Gone(why) => {
                tokio::spawn(part(self.socket));
                return Answer::NoAnswer(why.to_owned());
            }
        };
        let frame = CloseFrame {
            code,
            reason: word.into(),
        };
        let last = async {
            self.socket.send(Message::text(stop)).await?;
            self.socket.close(Some(frame)).await
        };
        // Who does not listen any more misses them.
        let _told = timeout(LAST_WORDS, last).await;
        tokio::spawn(part(self.socket));
        answer
    }
}

/// RFC 6455 §5.5.1, §7.1.1: a close is answered by one, and the server is the first to leave the line. Nobody waits for that.
async fn part(mut socket: WebSocketStream<Upgraded>) {
    let rest = async { while let Some(Ok(_)) = socket.next().await {} };
    // Who does not answer is left without it.
    let _parted = timeout(LAST_WORDS, rest).await;
}

fn refused(refusal: dialogue::Refusal) -> End {
    let code = match refusal {
        dialogue::Refusal::NotJson | dialogue::Refusal::NotKnown => CloseCode::Invalid,
        dialogue::Refusal::Flood | dialogue::Refusal::Ahead => CloseCode::Policy,
    };
    End::Failed(refusal.name(), code)
}

/// The result as the script takes it; what is missing or of another type spoils all of it.
fn answer(question: &BotQuestion, exit: String, values: &serde_json::Value) -> Result<Answer, End> {
    if !question.results.contains(&exit) {
        return Err(End::Failed("unknown result", CloseCode::Policy));
    }
    let mut found = taken(values, &question.wanted).map_err(End::Unfit)?;
    found.insert(RESULT.to_owned(), Value::Text(exit));
    Ok(Answer::Found(found))
}

/// What a bot is told at the beginning, as texts.
pub fn parameters(given: &BTreeMap<String, Value>) -> BTreeMap<String, String> {
    let given = given.iter();
    given
        .map(|(name, value)| (name.clone(), value.to_string()))
        .collect()
}
