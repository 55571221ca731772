//! The end of a turn: the worker's datagrams grouped by socket and given to the system.
//!
//! The order within a socket is the worker's. Overflow rule (S8): when a socket's send buffer is full, the rest of its
//! group is dropped and counted, because sound that comes late is worth less than the next. Nothing allocates.

use std::io;

use media::{Channel, Datagram, PortId};
use tracing::trace;

use super::sockets::Sockets;
use crate::MediaCounters;
use crate::datagram_batch::SendBatch;

/// What sending needs, allocated once.
#[derive(Debug)]
pub(crate) struct Sending {
    batch: SendBatch,
    order: Vec<usize>,
}

impl Sending {
    /// For so many datagrams at one time.
    pub(crate) fn new(datagrams_max: usize) -> Self {
        Self {
            batch: SendBatch::new(),
            order: Vec::with_capacity(datagrams_max),
        }
    }

    /// Sends them all, or counts why not.
    pub(crate) fn send(
        &mut self,
        datagrams: &[Datagram],
        sockets: &Sockets,
        counters: &MediaCounters,
    ) {
        let through = |index: &usize| datagrams.get(*index).map(through);
        let Self { batch, order } = self;
        order.clear();
        order.extend(0..datagrams.len());
        order.sort_unstable_by_key(|index| (through(index), *index));
        for group in order.chunk_by(|a, b| through(a) == through(b)) {
            let group = Group { group, datagrams };
            group.send(batch, sockets, counters);
        }
    }
}

/// Which socket a datagram goes through, as a key to sort by.
fn through(datagram: &Datagram) -> (PortId, bool) {
    let is_rtcp = match datagram.channel {
        Channel::Rtp => false,
        Channel::Rtcp => true,
    };
    (datagram.port, is_rtcp)
}

/// The datagrams of one socket.
#[derive(Clone, Copy)]
struct Group<'a> {
    group: &'a [usize],
    datagrams: &'a [Datagram],
}

impl<'a> Group<'a> {
    fn send(self, batch: &mut SendBatch, sockets: &Sockets, counters: &MediaCounters) {
        let mut rest = self;
        while let Some(first) = rest.iter().next() {
            let taken = match rest.send_some(first, batch, sockets) {
                Ok(taken) => {
                    counters.batches_out.increment();
                    counters.datagrams_out.add(count(taken));
                    taken
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    return counters.out_would_block.add(count(rest.group.len()));
                }
                Err(error) => {
                    trace!(port = ?first.port, to = %first.to, %error, "datagram not sent");
                    counters.out_failed.increment();
                    1
                }
            };
            rest.group = rest.group.get(taken..).unwrap_or_default();
        }
    }

    /// One datagram costs less by itself than as a batch of one.
    fn send_some(
        self,
        first: &Datagram,
        batch: &mut SendBatch,
        sockets: &Sockets,
    ) -> io::Result<usize> {
        let Some(pair) = sockets.of(first.port) else {
            return Err(io::ErrorKind::NotConnected.into());
        };
        if self.group.len() == 1 {
            let socket = pair.socket(first.channel);
            return socket.send_to(first.bytes(), first.to).map(|_| 1);
        }
        batch.send(pair.descriptor(first.channel), self.iter())
    }

    fn iter(self) -> impl Iterator<Item = &'a Datagram> + Clone {
        let datagrams = self.datagrams;
        let indices = self.group.iter();
        indices.filter_map(move |index| datagrams.get(*index))
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
