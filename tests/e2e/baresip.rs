//! baresip, headless: a softphone that nobody here wrote, as caller and as agent.
//!
//! It is commanded by its `ctrl_tcp` module (JSON in netstrings) and believed by its SIP trace alone: what stands there was
//! on the wire, with the moment at which we read it. Its `sndfile` module writes down what it hears.

mod trace;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use serde_json::{Value, json};

use crate::hotline::WELCOME_HZ;
use crate::patience::{SOON, soon, until};
use crate::ports;
use crate::sound::Recorded;
use crate::tool;

/// What an agent says, in Hz.
pub(crate) const AGENT_HZ: u32 = 880;
/// Ports for the media of a phone's calls.
const RTP_PORTS: u16 = 40;
const MODULES: &str = "/usr/lib/baresip/modules";

/// Who answers a call.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answers {
    /// The phone, at once.
    AtOnce,
    /// The story, by [`Baresip::answer`].
    ByHand,
}

/// How a phone reaches the server.
#[derive(Clone, Copy)]
pub(crate) enum Link {
    Udp(SocketAddr),
    Tcp(SocketAddr),
    /// Where the story's folder holds an authority, `ca.pem`, the phone believes no other.
    Tls(SocketAddr),
}

impl Link {
    /// As an outbound proxy.
    fn proxy(self) -> String {
        match self {
            Self::Udp(server) => format!("sip:{server};transport=udp"),
            Self::Tcp(server) => format!("sip:{server};transport=tcp"),
            Self::Tls(server) => format!("sip:{server};transport=tls"),
        }
    }
}

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// To the phone.
    In,
    /// From the phone.
    Out,
}

/// A SIP message of the trace.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) way: Way,
    pub(crate) at: Instant,
    pub(crate) text: String,
}

impl Message {
    /// `INVITE`, or `200 INVITE` for the answer to one.
    pub(crate) fn kind(&self) -> String {
        let method = self
            .header("CSeq")
            .and_then(|value| value.split(' ').nth(1));
        match self.text.strip_prefix("SIP/2.0 ") {
            Some(rest) => format!("{} {}", &rest[..3], method.unwrap_or("?")),
            None => self.text.split(' ').next().unwrap_or("?").to_owned(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let fits = |line: &&str| {
            line.split(':')
                .next()
                .is_some_and(|found| found.eq_ignore_ascii_case(name))
        };
        let line = self.text.lines().find(fits)?;
        Some(line[name.len() + 1..].trim())
    }

    /// The port of its SDP's audio.
    pub(crate) fn media_port(&self) -> Option<u16> {
        let line = self
            .text
            .lines()
            .find_map(|line| line.strip_prefix("m=audio "))?;
        line.split(' ').next()?.parse().ok()
    }
}

/// A running phone; dropped, it is killed.
pub(crate) struct Baresip {
    process: Child,
    dir: PathBuf,
    trace: Arc<Mutex<Vec<Message>>>,
    control: BufReader<TcpStream>,
}

impl Baresip {
    /// An agent's phone, which registers itself.
    #[track_caller]
    pub(crate) fn agent(
        dir: &Path,
        link: Link,
        login: &str,
        password: &str,
        answers: Answers,
    ) -> Self {
        let mode = match answers {
            Answers::AtOnce => "auto",
            Answers::ByHand => "manual",
        };
        let account = format!("auth_user={login};auth_pass={password};regint=60;answermode={mode}");
        Self::start(dir, link, (login, "localhost"), AGENT_HZ, &account, None)
    }

    /// A caller's phone, which is registered nowhere: at a domain that is not the server's, which would ask for a password.
    #[track_caller]
    pub(crate) fn caller(dir: &Path, link: Link, number: &str, voice_hz: u32) -> Self {
        let who = (number, "carrier.test");
        Self::start(dir, link, who, voice_hz, "regint=0;answermode=manual", None)
    }

    /// A customer behind a carrier that is known by its address: calls in from there, and is called there.
    #[track_caller]
    pub(crate) fn behind(
        dir: &Path,
        link: Link,
        number: &str,
        voice_hz: u32,
        carrier: SocketAddr,
    ) -> Self {
        let (who, account) = ((number, "carrier.test"), "regint=0;answermode=manual");
        Self::start(dir, link, who, voice_hz, account, Some(carrier))
    }

    #[track_caller]
    fn start(
        dir: &Path,
        link: Link,
        (user, domain): (&str, &str),
        voice_hz: u32,
        account: &str,
        listen: Option<SocketAddr>,
    ) -> Self {
        let file = dir.join("ca.pem");
        let authority = match file.exists() {
            true => format!("sip_cafile {}\nsip_verify_server yes\n", file.display()),
            false => String::new(),
        };
        let dir = dir.join(format!("phone-{user}"));
        // snd_path has a buffer of 128 bytes, with the file's name.
        assert!(
            dir.as_os_str().len() < 90,
            "baresip cuts long folder names: {}",
            dir.display()
        );
        std::fs::create_dir_all(&dir).unwrap();
        let control = ports::free(1);
        std::fs::write(
            dir.join("config"),
            config(&dir, control, voice_hz, listen) + &authority,
        )
        .unwrap();
        let proxy = link.proxy();
        let account = format!(
            "<sip:{user}@{domain}>;outbound=\"{proxy}\";{account};audio_codecs=PCMA/8000/1,PCMU/8000/1\n"
        );
        std::fs::write(dir.join("accounts"), account).unwrap();
        let _asked_for_it = tool::command("baresip");
        let (output, errors) = std::io::pipe().unwrap();
        // Without stdbuf the trace would come in blocks.
        let process = tool::command("stdbuf")
            .args(["-oL", "baresip", "-v", "-s", "-f"])
            .arg(&dir)
            .stdin(Stdio::null())
            .stdout(errors.try_clone().unwrap())
            .stderr(errors)
            .spawn()
            .expect("baresip starts");
        let trace = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&trace);
        std::thread::spawn(move || trace::read(BufReader::new(output), &into));
        let control = soon("baresip's control port", || {
            TcpStream::connect(("127.0.0.1", control)).ok()
        });
        control.set_read_timeout(Some(SOON)).unwrap();
        control.set_nodelay(true).unwrap();
        Self {
            process,
            dir,
            trace,
            control: BufReader::new(control),
        }
    }

    /// Calls a number and waits for the answer.
    #[track_caller]
    pub(crate) fn calls(&mut self, number: &str) {
        let before = self.count(Way::In, "200 INVITE");
        self.command("dial", &format!("sip:{number}@localhost"));
        self.nth(Way::In, "200 INVITE", before);
    }

    /// Calls the hotline of the stories, and presses a key once the menu is heard: after a restart, or beside a compiler, that may be
    /// long after the answer.
    #[track_caller]
    pub(crate) fn asks_for(&mut self, key: char) {
        let call = self.dumps().len();
        self.calls("4000");
        self.until_hears(call, WELCOME_HZ, 100);
        self.presses(key);
    }

    /// Presses a key (RFC 4733).
    #[track_caller]
    pub(crate) fn presses(&mut self, key: char) {
        self.command("sndcode", &key.to_string());
    }

    /// Answers the call that rings.
    #[track_caller]
    pub(crate) fn answer(&mut self) {
        self.command("accept", "");
    }

    /// Hangs up.
    #[track_caller]
    pub(crate) fn hangs_up(&mut self) {
        self.command("hangup", "");
    }

    /// Puts the call on hold.
    #[track_caller]
    pub(crate) fn holds(&mut self) {
        self.command("hold", "");
    }

    /// Takes it off hold.
    #[track_caller]
    pub(crate) fn resumes(&mut self) {
        self.command("resume", "");
    }

    /// Waits until its registration stands.
    #[track_caller]
    pub(crate) fn until_registered(&self) {
        self.nth(Way::In, "200 REGISTER", 0);
    }

    /// The messages of a kind so far.
    pub(crate) fn messages(&self, way: Way, kind: &str) -> Vec<Message> {
        let trace = self.trace.lock().unwrap();
        let fits = |message: &&Message| message.way == way && message.kind() == kind;
        trace.iter().filter(fits).cloned().collect()
    }

    pub(crate) fn count(&self, way: Way, kind: &str) -> usize {
        self.messages(way, kind).len()
    }

    /// Waits for the message of a kind after `before` others of it.
    #[track_caller]
    pub(crate) fn nth(&self, way: Way, kind: &str, before: usize) -> Message {
        let what = format!(
            "{way:?} {kind} number {} at {}",
            before + 1,
            self.dir.display()
        );
        soon(&what, || self.messages(way, kind).into_iter().nth(before))
    }

    /// Waits for the INVITE that rings it, after `before` others.
    #[track_caller]
    pub(crate) fn rings(&self, before: usize) -> Message {
        self.nth(Way::In, "INVITE", before)
    }

    /// What it heard in its call of this number, 0 the first.
    pub(crate) fn heard(&self, call: usize) -> Option<Recorded> {
        Recorded::read(self.dumps().get(call)?)
    }

    /// What it writes down of each call, in their order.
    fn dumps(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(&self.dir).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        let mut dumps: Vec<PathBuf> = paths
            .filter(|path| path.to_string_lossy().ends_with("-dec.wav"))
            .collect();
        dumps.sort();
        dumps
    }

    /// Waits until it has heard a tone for so long in a call.
    #[track_caller]
    pub(crate) fn until_hears(&self, call: usize, hz: f64, ms: u32) {
        let what = format!("{ms} ms of {hz} Hz at {}", self.dir.display());
        until(&what, || {
            self.heard(call)
                .is_some_and(|heard| heard.tone_ms(0, hz) >= ms)
        });
    }

    #[track_caller]
    fn command(&mut self, name: &str, parameters: &str) {
        let token = format!("{name}-{:?}", Instant::now());
        let frame = json!({ "command": name, "params": parameters, "token": token }).to_string();
        let frame = format!("{}:{frame},", frame.len());
        self.control
            .get_mut()
            .write_all(frame.as_bytes())
            .expect("baresip takes a command");
        // Events come on the same connection; the trace tells more than they do.
        loop {
            let said = self.netstring();
            if said["token"] == token {
                assert_eq!(
                    said["ok"], true,
                    "baresip refused {name} {parameters}: {said}"
                );
                return;
            }
        }
    }

    #[track_caller]
    fn netstring(&mut self) -> Value {
        let mut length = Vec::new();
        self.control
            .read_until(b':', &mut length)
            .expect("baresip answers");
        let length: usize = String::from_utf8_lossy(&length[..length.len() - 1])
            .parse()
            .unwrap();
        let mut text = vec![0; length + 1];
        self.control.read_exact(&mut text).expect("a whole frame");
        serde_json::from_slice(&text[..length]).expect("JSON")
    }
}

impl Drop for Baresip {
    fn drop(&mut self) {
        let _already_gone = self.process.kill();
        let _reaped = self.process.wait();
        if std::thread::panicking() {
            let trace = self.trace.lock().unwrap_or_else(PoisonError::into_inner);
            eprintln!("---- SIP of {}:", self.dir.display());
            for message in trace.iter() {
                eprintln!("{:?} {}", message.way, message.kind());
            }
        }
    }
}

fn config(dir: &Path, control: u16, voice_hz: u32, listen: Option<SocketAddr>) -> String {
    // Its TLS listener takes the port after this one.
    let sip = listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], ports::free(2))));
    let rtp = ports::free(RTP_PORTS);
    let last = rtp + RTP_PORTS - 1;
    let dir = dir.display();
    // ausine knows 48 kHz stereo only.
    format!(
        "poll_method epoll
sip_listen {sip}
net_interface 127.0.0.1
audio_source ausine,{voice_hz}
ausrc_srate 48000
ausrc_channels 2
audio_player none,none
rtp_ports {rtp}-{last}
module_path {MODULES}
module g711.so
module sndfile.so
module ausine.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control}
snd_path {dir}
"
    )
}
