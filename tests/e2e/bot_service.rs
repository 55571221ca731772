//! A bot of the stories: a WebSocket server that shares nothing with the house's client, notes each message with the moment at which
//! it came, and says what the story wants.

use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use audio::codec::MU_LAW;
use audio::goertzel::tone_level;
use audio::tone::Tone;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message, WebSocket, accept_hdr};

use crate::patience::soon;

const TONE_SHARE: f64 = 0.8;

/// What it does.
enum Order {
    Say(String),
    Close,
    Die,
}

/// What it met in one connection.
#[derive(Default)]
struct Met {
    authorization: String,
    heard: Vec<(Instant, Value)>,
    /// Code and reason of the other side's close.
    closed: Option<(Instant, u16, String)>,
    is_gone: bool,
}

/// See the file's head; it ends with the process of the tests.
pub(crate) struct Bot {
    pub(crate) at: SocketAddr,
    met: Arc<Mutex<Vec<Met>>>,
    orders: Arc<Mutex<Vec<Sender<Order>>>>,
}

impl Bot {
    pub(crate) fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let met: Arc<Mutex<Vec<Met>>> = Arc::default();
        let orders: Arc<Mutex<Vec<Sender<Order>>>> = Arc::default();
        let bot = Self {
            at,
            met: Arc::clone(&met),
            orders: Arc::clone(&orders),
        };
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (sender, ordered) = channel();
                let number = {
                    let mut all = met.lock().unwrap();
                    all.push(Met::default());
                    orders.lock().unwrap().push(sender);
                    all.len() - 1
                };
                let met = Arc::clone(&met);
                std::thread::spawn(move || serve(stream, number, &met, &ordered));
            }
        });
        bot
    }

    /// Waits for its connection of this number, 0 the first: what it was told at the start.
    #[track_caller]
    pub(crate) fn started(&self, number: usize) -> Value {
        soon("the bot is called", || {
            self.events(number, "start").pop().map(|(_, it)| it)
        })
    }

    /// The events of a kind.
    pub(crate) fn events(&self, number: usize, event: &str) -> Vec<(Instant, Value)> {
        let met = self.met.lock().unwrap();
        let heard = met
            .get(number)
            .map(|it| it.heard.as_slice())
            .unwrap_or_default();
        let fits = |(_, it): &&(Instant, Value)| it["event"] == event;
        heard.iter().filter(fits).cloned().collect()
    }

    /// What it was shown of who calls.
    pub(crate) fn authorization(&self, number: usize) -> String {
        self.met.lock().unwrap()[number].authorization.clone()
    }

    /// Waits until the other side has closed: when, the code and the reason.
    #[track_caller]
    pub(crate) fn closed(&self, number: usize) -> (Instant, u16, String) {
        soon("the bot is left", || {
            self.met.lock().unwrap().get(number)?.closed.clone()
        })
    }

    /// Frames of the caller's voice that are this tone.
    pub(crate) fn tone(&self, number: usize, hz: f64) -> usize {
        let media = self.events(number, "media").into_iter();
        let frames = media.map(|(_, it)| sound(&it));
        frames
            .filter(|frame| tone_level(frame, audio::RATE_HZ, hz) > TONE_SHARE)
            .count()
    }

    pub(crate) fn says(&self, number: usize, text: String) {
        let orders = self.orders.lock().unwrap();
        orders[number].send(Order::Say(text)).expect("it is there");
    }

    /// So much of a tone, in frames of 20 ms; when the first is on its way.
    pub(crate) fn sings(&self, number: usize, hz: f64, ms: usize) -> Instant {
        let mut tone = Tone::new(hz, audio::RATE_HZ, 12_000);
        let begun = Instant::now();
        for _ in 0..ms / 20 {
            let (mut samples, mut payload) = ([0; 160], [0; 160]);
            tone.fill(&mut samples);
            (MU_LAW.encode)(&samples, &mut payload);
            let media = json!({ "payload": STANDARD.encode(payload) });
            self.says(
                number,
                json!({ "event": "media", "streamSid": "any", "media": media }).to_string(),
            );
        }
        begun
    }

    /// It closes first.
    pub(crate) fn closes(&self, number: usize) {
        let orders = self.orders.lock().unwrap();
        orders[number].send(Order::Close).expect("it is there");
    }

    /// Its process is killed: the connection breaks without a word.
    pub(crate) fn dies(&self, number: usize) {
        let orders = self.orders.lock().unwrap();
        orders[number].send(Order::Die).expect("it is there");
    }

    /// Whether a connection is over in any way.
    pub(crate) fn is_gone(&self, number: usize) -> bool {
        self.met
            .lock()
            .unwrap()
            .get(number)
            .is_some_and(|it| it.is_gone)
    }
}

fn sound(media: &Value) -> Vec<i16> {
    let payload = media["media"]["payload"].as_str().expect("a payload");
    let bytes = STANDARD.decode(payload).expect("base64");
    let mut samples = vec![0; bytes.len()];
    (MU_LAW.decode)(&bytes, &mut samples);
    samples
}

#[expect(clippy::result_large_err, reason = "the library's own shape")]
fn serve(stream: TcpStream, number: usize, met: &Mutex<Vec<Met>>, orders: &Receiver<Order>) {
    let note = |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
        let shown = request.headers().get("authorization");
        let shown = shown.and_then(|it| it.to_str().ok()).unwrap_or_default();
        met.lock().unwrap()[number].authorization = shown.to_owned();
        Ok(response)
    };
    let line = stream.try_clone().unwrap();
    let Ok(mut socket) = accept_hdr(stream, note) else {
        return;
    };
    line.set_read_timeout(Some(Duration::from_millis(2)))
        .unwrap();
    while talk(&mut socket, &line, &mut met.lock().unwrap()[number], orders) {
        std::thread::sleep(Duration::from_millis(1));
    }
    met.lock().unwrap()[number].is_gone = true;
}

/// One look; whether it goes on.
fn talk(
    socket: &mut WebSocket<TcpStream>,
    line: &TcpStream,
    met: &mut Met,
    orders: &Receiver<Order>,
) -> bool {
    for order in orders.try_iter() {
        match order {
            Order::Say(text) => {
                if socket.send(Message::text(text)).is_err() {
                    return false;
                }
            }
            Order::Close => {
                let frame = CloseFrame {
                    code: CloseCode::Normal,
                    reason: "enough".into(),
                };
                if socket.close(Some(frame)).is_err() {
                    return false;
                }
            }
            Order::Die => {
                let _gone_already = line.shutdown(Shutdown::Both);
                return false;
            }
        }
    }
    loop {
        match socket.read() {
            Ok(Message::Text(text)) => {
                let told = serde_json::from_str(text.as_str()).expect("JSON");
                met.heard.push((Instant::now(), told));
            }
            Ok(Message::Close(frame)) => {
                let frame = frame.expect("it is left with a word");
                let reason = frame.reason.to_string();
                met.closed = Some((Instant::now(), frame.code.into(), reason));
            }
            Ok(_) => {}
            Err(Error::Io(error))
                if matches!(
                    error.kind(),
                    std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                ) =>
            {
                return true;
            }
            Err(_) => return false,
        }
    }
}
