//! Somebody's system that is told facts over real HTTP: it keeps what it was told, and takes or refuses it as the story wants.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::patience::soon;
use crate::service::{header, read};

/// The status with which a body is answered.
pub(crate) type Decide = Box<dyn FnMut(&Value) -> u16 + Send>;

/// A message as it came.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) head: String,
    /// Its bytes.
    pub(crate) text: String,
    pub(crate) body: Value,
    /// How it was answered.
    pub(crate) status: u16,
}

impl Told {
    /// By what its receiver knows it again.
    pub(crate) fn id(&self) -> &str {
        header(&self.head, "webhook-id").expect("a message has an id")
    }
}

/// See the file's head; it ends with the process of the tests.
pub(crate) struct Receiver {
    pub(crate) at: SocketAddr,
    told: Arc<Mutex<Vec<Told>>>,
    decide: Arc<Mutex<Decide>>,
}

impl Receiver {
    pub(crate) fn open(decide: impl FnMut(&Value) -> u16 + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        let decide: Arc<Mutex<Decide>> = Arc::new(Mutex::new(Box::new(decide)));
        let (keeps, decides) = (Arc::clone(&told), Arc::clone(&decide));
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let (keeps, decides) = (Arc::clone(&keeps), Arc::clone(&decides));
                std::thread::spawn(move || {
                    let Some((head, text)) = read(&mut stream) else {
                        return;
                    };
                    let body = serde_json::from_str(&text).expect("a message is JSON");
                    let status = {
                        // In the order in which they were decided.
                        let mut keeps = keeps.lock().unwrap();
                        let status = decides.lock().unwrap()(&body);
                        keeps.push(Told {
                            head,
                            text,
                            body,
                            status,
                        });
                        status
                    };
                    let answer = format!(
                        "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{{}}"
                    );
                    // Who told it may have been killed.
                    let _gone = stream.write_all(answer.as_bytes());
                });
            }
        });
        Self { at, told, decide }
    }

    /// Answers so from here on.
    pub(crate) fn decides(&self, decide: impl FnMut(&Value) -> u16 + Send + 'static) {
        *self.decide.lock().unwrap() = Box::new(decide);
    }

    /// All that came.
    pub(crate) fn told(&self) -> Vec<Told> {
        self.told.lock().unwrap().clone()
    }

    /// All that came, once something of it is as it should be.
    #[track_caller]
    pub(crate) fn until(&self, what: &str, holds: impl Fn(&Told) -> bool) -> Vec<Told> {
        soon(what, || {
            let told = self.told();
            told.iter().any(&holds).then_some(told)
        })
    }
}
