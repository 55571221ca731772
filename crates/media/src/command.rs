//! The words between call control and a media worker: commands down, news up.
//!
//! Values only: a command can be logged, queued, compared and replayed. Ids are given by the sender and never reused
//! while their port lives. A command to a port that is gone is ignored: the news of its end is already on its way.

use core::fmt;
use core::net::{IpAddr, SocketAddr};
use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::Arc;

use audio::{Codec, Sound};
use model::RecordingId;

use crate::{Duplex, Talker};

/// One leg's media end: an RTP socket with its RTCP neighbour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortId(pub u64);

/// One [`Command::Play`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlaybackId(pub u64);

/// One room of three or more ports that hear each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomId(pub u64);

/// The name of a prompt or a piece of music, such as `zh-CN/welcome`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SoundName(Arc<str>);

impl SoundName {
    /// A name; whether the library has it shows when it is played.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SoundName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// All sounds by name, at 8 kHz.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SoundLibrary(pub BTreeMap<SoundName, Arc<Sound>>);

/// One piece of a playback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A sound of the library.
    Sound(SoundName),
    /// A sine at a quarter of full scale.
    Tone {
        /// Frequency.
        hz: u16,
        /// Length.
        ms: u32,
    },
    /// The message that the port has recorded last; missing if it is another one.
    Message(RecordingId),
    /// A pause; no packets are sent in it.
    Silence {
        /// Length.
        ms: u32,
    },
    /// Silence that is sent: for a phone that gives up a call from which no packets come.
    Comfort {
        /// Length.
        ms: u32,
    },
}

/// What SDP negotiation gave a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    /// Where the peer's SDP wants RTP.
    pub remote: SocketAddr,
    /// Where the peer's SDP wants RTCP.
    pub remote_rtcp: SocketAddr,
    /// Host that the signalling came from, if known. Behind NAT the peer's RTP comes from there: with it, only this host
    /// and the host of `remote` can be learnt as source (S16); without it, any.
    pub signalling: Option<IpAddr>,
    /// The codec: a row of [`audio::codec::CODECS`].
    pub codec: &'static Codec,
    /// Payload type of the codec, both ways.
    pub payload_type: u8,
    /// Payload type of telephone-event, both ways; none if the peer has none.
    pub telephone_event: Option<u8>,
    /// We may send (false while the peer holds us).
    pub sending: bool,
    /// The peer may send (false while we hold it).
    pub receiving: bool,
}

/// What call control wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// RTP on this even port, RTCP on the next.
    Open {
        /// A fresh id.
        port: PortId,
        /// Address of the RTP socket.
        local: SocketAddr,
    },
    /// The stream as negotiated; again with every re-INVITE, which opens the source lock once more (S16).
    Negotiate {
        /// Which port.
        port: PortId,
        /// What was agreed.
        stream: Stream,
    },
    /// Plays the sources one after another, replacing what plays. On a bridged port it is heard instead of the peer.
    Play {
        /// Which port.
        port: PortId,
        /// A fresh id, for the news and for stopping.
        playback: PlaybackId,
        /// The pieces in order.
        sources: Vec<Source>,
        /// From the start again at the end, until stopped (music).
        repeat: bool,
        /// Where to begin; beyond the end it is done at once, or wraps round when repeating.
        start_at: Duration,
    },
    /// Plays a sound to one who sits in a room, in place of all that is said there, replacing what plays. The others hear each other and
    /// him as before, and the sound with them at a quarter of its level, 12 dB lower (E25).
    PlayClip {
        /// Who is played to.
        port: PortId,
        /// A fresh id, for the news and for stopping.
        playback: PlaybackId,
        /// The sound.
        sound: SoundName,
    },
    /// Stops that playback; ignored if it does not play.
    StopPlay {
        /// Which port.
        port: PortId,
        /// Which playback.
        playback: PlaybackId,
    },
    /// Both hear each other; stops what plays on both (R12). A former bridge of either ends.
    Bridge {
        /// One side.
        a: PortId,
        /// The other.
        b: PortId,
    },
    /// Ends that bridge; ignored if they are not bridged to each other.
    Unbridge {
        /// One side.
        a: PortId,
        /// The other.
        b: PortId,
    },
    /// These ports and no others are in the room, two or more, and each hears all the others; stops what plays on those who come (R12). A
    /// former bridge or room of theirs ends; a bridge, a close or another list takes a port out. No ports: the room is gone.
    /// Keys are told, and pass to nobody.
    Mix {
        /// Which room; the sender's to name.
        room: RoomId,
        /// Who is in it, all on one media thread.
        ports: Vec<PortId>,
    },
    /// Sends keys after those still waiting, by RFC 4733, or as tones to a peer without it; audio to the port pauses
    /// meanwhile.
    SendDigits {
        /// Which port.
        port: PortId,
        /// 0-9 * # A-D; other characters are skipped.
        digits: String,
    },
    /// Whether keys are listened for in the port's voice. A peer that has sent one by RFC 4733 is not listened to any more: it
    /// sends them twice, or not at all as tones (A11).
    ListenTones {
        /// Which port.
        port: PortId,
        /// From here on.
        on: bool,
    },
    /// Records in stereo: left from the port, right towards it.
    Record {
        /// Which port.
        port: PortId,
        /// A fresh id.
        recording: RecordingId,
    },
    /// Records the port alone, as a message that is left on the left side of a stereo sound: without the keys that are pressed,
    /// and kept in memory besides, so that its speaker may hear it ([`Source::Message`]). One a port at a time.
    RecordMessage {
        /// Which port.
        port: PortId,
        /// A fresh id.
        recording: RecordingId,
        /// So long a pause is told.
        pause: Duration,
        /// Nothing that comes later is kept in memory.
        max: Duration,
    },
    /// While masked, silence stands for what comes from the port: a caller types or says a secret (S22).
    MaskRecord {
        /// Which port.
        port: PortId,
        /// Which recording.
        recording: RecordingId,
        /// From here on.
        masked: bool,
    },
    /// Ends that recording. A message may be played from here on, until the port closes or records the next one.
    StopRecord {
        /// Which port.
        port: PortId,
        /// Which recording.
        recording: RecordingId,
    },
    /// A service hears the port, and is heard where nothing plays (E24). A bridge, a room or the next one ends it.
    Converse {
        /// Which port.
        port: PortId,
        /// The port's end of the sound both ways.
        talker: Talker,
    },
    /// Ends that; ignored if it is over.
    EndConversation {
        /// Which port.
        port: PortId,
        /// Of which.
        duplex: Duplex,
    },
    /// Closes the port with all that goes on in it.
    Close {
        /// Which port.
        port: PortId,
    },
    /// The sounds of a configuration. Ports that were opened under a former one keep its sounds (E20), and so does what plays.
    Sounds {
        /// Rises with every configuration; more sounds of the same one replace those that it had.
        generation: u64,
        /// The sounds.
        library: Arc<SoundLibrary>,
    },
}

/// How a key came in the media.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigitWay {
    /// As packets of a telephone-event (RFC 4733).
    Event,
    /// As tones in the voice.
    Tones,
}

/// What happened to a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// A key was pressed and released.
    Digit {
        /// Which port.
        port: PortId,
        /// 0-9 * # A-D.
        digit: char,
        /// How long it was held.
        duration_ms: u32,
        /// How it came.
        way: DigitWay,
    },
    /// A playback reached its end; not told when it was stopped, replaced or cut by a bridge.
    PlaybackDone {
        /// Which port.
        port: PortId,
        /// Which playback.
        playback: PlaybackId,
    },
    /// The library has no such sound; the playback goes on with its next source.
    SoundMissing {
        /// Which port.
        port: PortId,
        /// What was asked for.
        sound: SoundName,
    },
    /// No RTP for the time-out of the configuration while both sides may send; told once a silence, never on hold.
    Silent {
        /// Which port.
        port: PortId,
    },
    /// The source of the peer's packets is settled (S16).
    Locked {
        /// Which port.
        port: PortId,
        /// The source.
        remote: SocketAddr,
    },
    /// The port could not be opened.
    OpenFailed {
        /// Which port.
        port: PortId,
        /// For the log.
        reason: String,
    },
    /// In a message a voice is heard, for the first time.
    MessageHeard {
        /// Which port.
        port: PortId,
        /// Which message.
        recording: RecordingId,
    },
    /// In a message nothing was heard for its `pause`; told once.
    MessagePaused {
        /// Which port.
        port: PortId,
        /// Which message.
        recording: RecordingId,
    },
    /// The last chunk of a recording is out.
    RecordingEnded {
        /// Which recording.
        recording: RecordingId,
        /// Its length in stereo frames at 8 kHz.
        frames: u64,
    },
    /// A port was closed by command.
    Closed {
        /// Which port.
        port: PortId,
        /// What it saw.
        statistics: PortStatistics,
    },
    /// A defect of ours ended this port alone (S3); its sockets are to be closed.
    PortPanicked {
        /// Which port.
        port: PortId,
    },
}

/// What a port counted in its life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PortStatistics {
    /// RTP packets sent.
    pub packets_sent: u64,
    /// RTP payload octets sent.
    pub octets_sent: u64,
    /// RTP packets accepted.
    pub packets_received: u64,
    /// RTP payload octets accepted.
    pub octets_received: u64,
    /// Packets that the sequence numbers promised and that never came.
    pub lost: u64,
    /// Interarrival jitter of RFC 3550 §6.4.1 at the end, in ms.
    pub jitter_ms: u32,
    /// Packets refused.
    pub refused: Refused,
}

/// Refused packets by cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Refused {
    /// No RTP at all, or without payload.
    pub malformed: u64,
    /// Not from the peer (S16).
    pub source: u64,
    /// A payload type that was never negotiated.
    pub payload_type: u64,
    /// Beyond the packet budget (S17).
    pub budget: u64,
    /// Before negotiation, or while the peer may not send.
    pub unexpected: u64,
    /// A stream beside the one that is heard (S17).
    pub extra_stream: u64,
    /// RTCP that RFC 3550 A.2 rejects, or from a stranger.
    pub rtcp: u64,
}
