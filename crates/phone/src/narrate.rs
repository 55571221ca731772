//! What the phone tells: events as they happen, each a sentence when displayed, and a report at the end.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

/// Something that happened. `Display` is one English line without a time stamp.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// The INVITE is out.
    Calling {
        /// Whom.
        uri: String,
        /// By which server.
        server: SocketAddr,
    },
    /// The server asked for the password (401 or 407) and gets the answer.
    Challenged,
    /// 100: the server works on it.
    Trying,
    /// 180 to 183: the other side rings.
    Ringing {
        /// The code.
        code: u16,
    },
    /// The call is up; said on both sides.
    Answered {
        /// The codec's name.
        codec: &'static str,
        /// Where our sound goes.
        media: SocketAddr,
        /// Time since the INVITE left or arrived.
        after: Duration,
    },
    /// What the phone hears has changed.
    Hears(Hearing),
    /// A key was sent.
    Pressed {
        /// The key.
        key: char,
    },
    /// The other side would not take a key sent by INFO.
    KeyRefused {
        /// The key.
        key: char,
        /// The code of the answer.
        code: u16,
    },
    /// The other side has put us on hold.
    Held,
    /// And has come back.
    Resumed,
    /// The other side has hung up.
    RemoteHungUp,
    /// We have hung up.
    HungUp,
    /// We gave up before the answer.
    Cancelled,
    /// The call was refused with a final answer.
    Refused {
        /// The code, 300 to 699.
        code: u16,
        /// The words beside it.
        reason: String,
    },
    /// Registered; calls may come.
    Registered {
        /// For how long.
        expires: Duration,
    },
    /// No longer registered.
    Unregistered,
    /// A call comes in.
    Incoming {
        /// The From header as it came.
        from: String,
    },
}

/// What comes out of the receiver, over half a second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Hearing {
    /// No packets.
    Nothing,
    /// Packets of silence (below -60 dBFS).
    Silence,
    /// One frequency that carries most of the energy.
    Tone {
        /// Frequency in Hz, within about 2 Hz.
        hz: f64,
        /// RMS level relative to full scale.
        level_dbfs: f64,
    },
    /// Speech, music, noise.
    Sound {
        /// RMS level relative to full scale.
        level_dbfs: f64,
    },
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The other side hung up after an answer.
    RemoteHungUp,
    /// We hung up after an answer.
    HungUp,
    /// We gave up before an answer.
    Cancelled,
    /// A final answer other than 2xx, with its code.
    Refused(u16),
}

/// A call in figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// How it ended.
    pub outcome: Outcome,
    /// From the INVITE to the first 180 or 183.
    pub ringing_after: Option<Duration>,
    /// From the INVITE to the 200.
    pub answered_after: Option<Duration>,
    /// From the answer to the first window that was not silent.
    pub sound_after: Option<Duration>,
    /// From the answer to the end.
    pub talked: Duration,
    /// RTP packets sent.
    pub packets_sent: u64,
    /// RTP packets received with a payload type of the SDP.
    pub packets_received: u64,
    /// Packets that never came, by gaps in the sequence numbers.
    pub packets_lost: u64,
    /// Every change of [`Hearing`], with its time since the answer.
    pub heard: Vec<(Duration, Hearing)>,
    /// Keys that came in as telephone-events.
    pub keys_heard: String,
}

impl Report {
    /// Whether a tone within 15 Hz was heard at any time.
    #[must_use]
    pub fn heard_tone(&self, hz: f64) -> bool {
        self.heard.iter().any(|(_, hearing)| match hearing {
            Hearing::Tone { hz: heard, .. } => (heard - hz).abs() <= 15.0,
            Hearing::Nothing | Hearing::Silence | Hearing::Sound { .. } => false,
        })
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Calling { uri, server } => write!(f, "calling {uri} by {server}"),
            Self::Challenged => f.write_str("the server asks for the password"),
            Self::Trying => f.write_str("the server tries"),
            Self::Ringing { code } => write!(f, "ringing ({code})"),
            Self::Answered {
                codec,
                media,
                after,
            } => write!(
                f,
                "answered after {:.1} s: {codec}, sound goes to {media}",
                after.as_secs_f64()
            ),
            Self::Hears(hearing) => write!(f, "hears {hearing}"),
            Self::Pressed { key } => write!(f, "pressed {key}"),
            Self::KeyRefused { key, code } => write!(f, "the key {key} was refused: {code}"),
            Self::Held => f.write_str("put on hold"),
            Self::Resumed => f.write_str("back from hold"),
            Self::RemoteHungUp => f.write_str("the other side has hung up"),
            Self::HungUp => f.write_str("hung up"),
            Self::Cancelled => f.write_str("gave up before an answer"),
            Self::Refused { code, reason } => write!(f, "refused: {code} {reason}"),
            Self::Registered { expires } => {
                write!(
                    f,
                    "registered for {} s, waiting for calls",
                    expires.as_secs()
                )
            }
            Self::Unregistered => f.write_str("no longer registered"),
            Self::Incoming { from } => write!(f, "a call from {from}"),
        }
    }
}

impl fmt::Display for Hearing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing (no packets)"),
            Self::Silence => f.write_str("silence"),
            Self::Tone { hz, level_dbfs } => {
                write!(f, "a tone of {hz:.0} Hz at {level_dbfs:.0} dBFS")
            }
            Self::Sound { level_dbfs } => write!(f, "sound at {level_dbfs:.0} dBFS"),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = |time: Option<Duration>| {
            time.map_or_else(|| "-".to_owned(), |t| format!("{:.2} s", t.as_secs_f64()))
        };
        write!(
            f,
            "rang after {}, answered after {}, sound after {}, talked {:.1} s; packets: {} sent, {} received, {} lost",
            seconds(self.ringing_after),
            seconds(self.answered_after),
            seconds(self.sound_after),
            self.talked.as_secs_f64(),
            self.packets_sent,
            self.packets_received,
            self.packets_lost,
        )
    }
}
