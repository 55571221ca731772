//! The sockets of one media thread: which port has which, and which of them have something to read.
//!
//! The poller is edge-triggered: a socket that was told readable stays in the list here until it was read empty, over as
//! many turns as that takes. A slot is used again after its port is closed; an event that was meant for the former port
//! finds an empty socket and does no harm.

use core::net::SocketAddr;
use std::collections::{HashMap, VecDeque};
use std::io;
use std::os::fd::RawFd;

use media::{Channel, PortId};
use mio::{Registry, Token};
use tracing::debug;

use crate::rtp_socket::RtpSockets;

/// All open ports of a thread.
#[derive(Debug)]
pub(crate) struct Sockets {
    registry: Registry,
    receive_buffer_bytes: usize,
    slots: Vec<Option<Slot>>,
    free: Vec<usize>,
    by_port: HashMap<PortId, usize>,
    readable: VecDeque<Place>,
}

#[derive(Debug)]
struct Slot {
    port: PortId,
    sockets: RtpSockets,
    /// RTP and RTCP are in the list of readable ones.
    listed: [bool; 2],
}

/// One socket of a slot.
#[derive(Clone, Copy, Debug)]
struct Place {
    slot: usize,
    channel: Channel,
}

/// A socket with something to read, maybe.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Readable {
    /// Its name to the poller.
    pub(crate) token: Token,
    /// Whose.
    pub(crate) port: PortId,
    /// Which.
    pub(crate) channel: Channel,
    /// Valid until a port is opened or closed.
    pub(crate) descriptor: RawFd,
    /// Its family.
    pub(crate) is_ipv6: bool,
}

impl Sockets {
    /// None yet; they will be polled through that registry.
    pub(crate) fn new(registry: Registry, receive_buffer_bytes: usize) -> Self {
        Self {
            registry,
            receive_buffer_bytes,
            slots: Vec::new(),
            free: Vec::new(),
            by_port: HashMap::new(),
            readable: VecDeque::new(),
        }
    }

    /// Binds a port's sockets and polls them.
    pub(crate) fn open(&mut self, port: PortId, local: SocketAddr) -> io::Result<()> {
        if self.by_port.contains_key(&port) {
            let text = format!("{port:?} is open");
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, text));
        }
        let mut sockets = RtpSockets::bind(local, self.receive_buffer_bytes)?;
        let slot = self.free.last().copied().unwrap_or(self.slots.len());
        let rtp = Place::new(slot, Channel::Rtp).token();
        let rtcp = Place::new(slot, Channel::Rtcp).token();
        sockets.register(&self.registry, rtp, rtcp)?;
        let filled = Some(Slot {
            port,
            sockets,
            listed: [false; 2],
        });
        match self.slots.get_mut(slot) {
            Some(empty) => *empty = filled,
            None => self.slots.push(filled),
        }
        self.free.pop();
        self.by_port.insert(port, slot);
        Ok(())
    }

    /// Closes a port's sockets; nothing if it has none.
    pub(crate) fn close(&mut self, port: PortId) {
        let Some(index) = self.by_port.remove(&port) else {
            return;
        };
        let Some(mut slot) = self.slots.get_mut(index).and_then(Option::take) else {
            return;
        };
        self.readable.retain(|place| place.slot != index);
        self.free.push(index);
        if let Err(error) = slot.sockets.deregister(&self.registry) {
            debug!(?port, %error, "socket not deregistered");
        }
    }

    /// The pair of a port.
    pub(crate) fn of(&self, port: PortId) -> Option<&RtpSockets> {
        let index = *self.by_port.get(&port)?;
        let slot = self.slots.get(index)?.as_ref()?;
        Some(&slot.sockets)
    }

    /// All open ports, in no order.
    pub(crate) fn ports(&self) -> Vec<PortId> {
        self.slots.iter().flatten().map(|slot| slot.port).collect()
    }

    /// The poller says that there is something to read.
    pub(crate) fn mark_readable(&mut self, token: Token) {
        self.list(Place::of(token));
    }

    /// How many sockets are to be read.
    pub(crate) fn readable_len(&self) -> usize {
        self.readable.len()
    }

    /// The next socket to read, taken from the list.
    pub(crate) fn next_readable(&mut self) -> Option<Readable> {
        let place = self.readable.pop_front()?;
        let slot = self.slots.get_mut(place.slot)?.as_mut()?;
        *slot.listed_mut(place.channel) = false;
        Some(Readable {
            token: place.token(),
            port: slot.port,
            channel: place.channel,
            descriptor: slot.sockets.descriptor(place.channel),
            is_ipv6: slot.sockets.is_ipv6(),
        })
    }

    fn list(&mut self, place: Place) {
        let Some(Some(slot)) = self.slots.get_mut(place.slot) else {
            return; // Closed since.
        };
        if !core::mem::replace(slot.listed_mut(place.channel), true) {
            self.readable.push_back(place);
        }
    }
}

impl Slot {
    fn listed_mut(&mut self, channel: Channel) -> &mut bool {
        let [rtp, rtcp] = &mut self.listed;
        match channel {
            Channel::Rtp => rtp,
            Channel::Rtcp => rtcp,
        }
    }
}

impl Place {
    fn new(slot: usize, channel: Channel) -> Self {
        Self { slot, channel }
    }

    fn of(token: Token) -> Self {
        let channel = if token.0 & 1 == 0 {
            Channel::Rtp
        } else {
            Channel::Rtcp
        };
        Self::new(token.0 >> 1, channel)
    }

    fn token(self) -> Token {
        match self.channel {
            Channel::Rtp => Token(self.slot << 1),
            Channel::Rtcp => Token(self.slot << 1 | 1),
        }
    }
}
