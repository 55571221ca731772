//! What happens to voice: ports, playback, DTMF, bridge, recorder; a core without sockets.
//!
//! The [`Worker`] is one media thread's state. Commands and packets go in with the time, datagrams, [`News`] and recorded
//! sound come out through an [`Outbox`] that the shell owns and empties. Nothing on the packet path allocates.

mod bridge;
mod budget;
pub mod command;
mod dtmf;
mod duplex;
mod lock;
mod message;
mod outbox;
mod outgoing;
mod playback;
mod port;
mod recorder;
mod seat;
mod seed;
mod tones;
mod worker;

pub use command::{
    Command, DigitWay, News, PlaybackId, PortId, PortStatistics, Refused, RoomId, SoundLibrary,
    SoundName, Source, Stream,
};
pub use duplex::{Duplex, Talker};
pub use model::{CallId, RecordingId};
pub use outbox::{CHUNK_FRAMES, Channel, DATAGRAM_BYTES_MAX, Datagram, Outbox, RecordingChunk};
use worker::TICK;
pub use worker::{Worker, WorkerConfig};
