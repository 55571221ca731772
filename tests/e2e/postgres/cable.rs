//! The way to PostgreSQL: what goes by it is passed on until a statement comes at which it is cut, once.
//!
//! A statement is found by its text, which a connection tells when it prepares it: at its first use.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The name by which PostgreSQL's clients look for its socket in a folder.
const SOCKET: &str = ".s.PGSQL.5432";
/// How long the database may take for a commit whose answer nobody hears.
const COMMIT: Duration = Duration::from_millis(500);

/// When to cut.
#[derive(Clone, Copy)]
enum Cut {
    Never,
    /// Before the database hears this.
    At(&'static str),
    /// When the database has done the commit of a transaction with this, before anybody hears of it.
    AfterCommitOf(&'static str),
    Done,
}

/// See the file's head; it ends with the process of the tests.
pub(super) struct Cable {
    /// Where its socket is.
    pub(super) folder: PathBuf,
    cut: Arc<Mutex<Cut>>,
}

impl Cable {
    /// From a folder of its own to that of the server's socket.
    pub(super) fn lay(folder: &Path, server: &Path) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let listener = UnixListener::bind(folder.join(SOCKET)).unwrap();
        let server = server.join(SOCKET);
        let cut = Arc::new(Mutex::new(Cut::Never));
        let cuts = Arc::clone(&cut);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = UnixStream::connect(&server).unwrap();
                let (back, to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
                std::thread::spawn(move || answers(back, to));
                let cuts = Arc::clone(&cuts);
                std::thread::spawn(move || orders(client, server, &cuts));
            }
        });
        let folder = folder.to_owned();
        Self { folder, cut }
    }

    pub(super) fn cuts_at(&self, statement: &'static str) {
        *self.cut.lock().unwrap() = Cut::At(statement);
    }

    pub(super) fn loses_the_answer_of_the_commit_after(&self, statement: &'static str) {
        *self.cut.lock().unwrap() = Cut::AfterCommitOf(statement);
    }

    pub(super) fn is_cut(&self) -> bool {
        matches!(*self.cut.lock().unwrap(), Cut::Done)
    }
}

/// What the client says, to the database.
fn orders(mut client: UnixStream, mut server: UnixStream, cut: &Mutex<Cut>) {
    let mut bytes = [0; 65_536];
    let mut is_in_it = false;
    while let Ok(count @ 1..) = client.read(&mut bytes) {
        let said = &bytes[..count];
        let says = |text: &str| said.windows(text.len()).any(|it| it == text.as_bytes());
        let mut cut = cut.lock().unwrap();
        match *cut {
            Cut::At(statement) if says(statement) => {
                *cut = Cut::Done;
                break;
            }
            Cut::AfterCommitOf(statement) => {
                is_in_it |= says(statement);
                if is_in_it && says("COMMIT") {
                    *cut = Cut::Done;
                    // Nothing that the database says is passed on from here on.
                    let _gone = client.shutdown(Shutdown::Write);
                    let _gone = server.write_all(said);
                    std::thread::sleep(COMMIT);
                    break;
                }
            }
            Cut::At(_) | Cut::Never | Cut::Done => {}
        }
        if server.write_all(said).is_err() {
            break;
        }
    }
    let _gone = client.shutdown(Shutdown::Both);
    let _gone = server.shutdown(Shutdown::Both);
}

/// What the database says, to the client.
fn answers(mut server: UnixStream, mut client: UnixStream) {
    let _ended = std::io::copy(&mut server, &mut client);
    let _gone = client.shutdown(Shutdown::Both);
}
