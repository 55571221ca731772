//! Live flows of streams: which connections exist and how bytes reach them (RFC 5626 §1).
//!
//! A connection lives as long as its row: whoever removes the row (peer gone, queue full, time-out) ends the connection's
//! task, and a flow without a row is gone for good, for ids are never given twice. Bounds: connections in all and from one
//! source (AST-2016-005), messages that wait for one slow peer. This is the one map in the crate that several tasks share.

use core::convert::Infallible;
use core::net::{IpAddr, Ipv6Addr};
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::collections::hash_map::RandomState;
use std::sync::Arc;

use bytes::Bytes;
use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use sip::Flow;
use tokio::sync::{mpsc, oneshot};

use crate::{Sent, TcpLimits};

/// All live flows of streams.
#[derive(Debug, Default)]
pub(crate) struct Flows {
    rows: DashMap<Flow, Row, RandomState>,
    per_source: DashMap<IpAddr, usize, RandomState>,
    alive: AtomicUsize,
    last_connection: AtomicU32,
}

#[derive(Debug)]
struct Row {
    queue: mpsc::Sender<Bytes>,
    /// Dropped with the row: the connection's task sees it and ends.
    _open: oneshot::Sender<Infallible>,
}

/// What the task of a connection gets from its row.
#[derive(Debug)]
pub(crate) struct Opened {
    /// Bytes to write, in order.
    pub(crate) queue: mpsc::Receiver<Bytes>,
    /// Resolves when the row is removed.
    pub(crate) removed: oneshot::Receiver<Infallible>,
}

/// Why a connection is not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TooMany {
    /// In all.
    Total,
    /// From that source.
    FromSource,
}

/// A connection's place in the counts, given back on drop.
#[derive(Debug)]
pub(crate) struct Admission {
    flows: Arc<Flows>,
    source: IpAddr,
}

impl Flows {
    /// A place for one more connection from that address.
    pub(crate) fn admit(
        self: &Arc<Self>,
        remote: IpAddr,
        limits: &TcpLimits,
    ) -> Result<Admission, TooMany> {
        if self.alive.fetch_add(1, Ordering::Relaxed) >= limits.connections_max {
            self.alive.fetch_sub(1, Ordering::Relaxed);
            return Err(TooMany::Total);
        }
        let source = source_of(remote);
        let mut from_source = self.per_source.entry(source).or_insert(0);
        // From here on the drop of the admission takes both counts back.
        *from_source = from_source.saturating_add(1);
        let exceeded = *from_source > limits.connections_per_source_max;
        drop(from_source);
        let admission = Admission {
            flows: Arc::clone(self),
            source,
        };
        if exceeded {
            return Err(TooMany::FromSource);
        }
        Ok(admission)
    }

    /// The next id of an accepted connection: from 1 on, for 0 stands for UDP, and below the ids of those that the
    /// endpoint wished for.
    pub(crate) fn next_connection(&self) -> u32 {
        loop {
            let last = self.last_connection.fetch_add(1, Ordering::Relaxed);
            let id = last.wrapping_add(1) % Flow::OURS;
            if id != 0 {
                return id;
            }
        }
    }

    /// Is there a row?
    pub(crate) fn has(&self, flow: &Flow) -> bool {
        self.rows.contains_key(flow)
    }

    /// A row for a connection that was accepted, or is about to be opened.
    pub(crate) fn open(&self, flow: Flow, queue_max: usize) -> Opened {
        let (sender, queue) = mpsc::channel(queue_max.max(1));
        let (open, removed) = oneshot::channel();
        let row = Row {
            queue: sender,
            _open: open,
        };
        self.rows.insert(flow, row);
        Opened { queue, removed }
    }

    /// Hands bytes to the connection. Overflow rule: a peer that does not read loses its connection, because a stream with
    /// a message missing is worse than none; the same peer can connect afresh.
    pub(crate) fn send(&self, flow: &Flow, bytes: Bytes) -> Sent {
        let Some(row) = self.rows.get(flow) else {
            return Sent::FlowGone;
        };
        let outcome = row.queue.try_send(bytes);
        drop(row);
        match outcome {
            Ok(()) => Sent::Accepted,
            Err(mpsc::error::TrySendError::Full(_)) => {
                self.close(flow);
                Sent::Dropped
            }
            Err(mpsc::error::TrySendError::Closed(_)) => Sent::FlowGone,
        }
    }

    /// Removes the row, which ends the connection.
    pub(crate) fn close(&self, flow: &Flow) {
        self.rows.remove(flow);
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        self.flows.alive.fetch_sub(1, Ordering::Relaxed);
        if let Entry::Occupied(mut count) = self.flows.per_source.entry(self.source) {
            if *count.get() > 1 {
                *count.get_mut() -= 1;
            } else {
                count.remove();
            }
        }
    }
}

/// Whom an address belongs to: a host of IPv4, a /64 of IPv6, for a single subscriber owns all of it (RFC 6177 §2).
pub(crate) fn source_of(remote: IpAddr) -> IpAddr {
    match remote.to_canonical() {
        IpAddr::V4(host) => IpAddr::V4(host),
        IpAddr::V6(host) => {
            let [a, b, c, d, ..] = host.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sip::Transport;

    fn flow(connection: u32) -> Flow {
        Flow {
            transport: Transport::Tcp,
            local: "192.0.2.1:5060".parse().unwrap(),
            remote: "192.0.2.2:40000".parse().unwrap(),
            connection,
        }
    }

    fn limits(total: usize, from_source: usize) -> TcpLimits {
        TcpLimits {
            connections_max: total,
            connections_per_source_max: from_source,
            ..TcpLimits::default()
        }
    }

    #[test]
    fn s7_connections_are_bounded_in_all_and_per_source() {
        let flows = Arc::new(Flows::default());
        let limits = limits(3, 2);
        let one: IpAddr = "192.0.2.2".parse().unwrap();
        let other: IpAddr = "192.0.2.3".parse().unwrap();
        let first = flows.admit(one, &limits).unwrap();
        let _second = flows.admit(one, &limits).unwrap();
        assert_eq!(flows.admit(one, &limits).unwrap_err(), TooMany::FromSource);
        let _third = flows.admit(other, &limits).unwrap();
        assert_eq!(flows.admit(other, &limits).unwrap_err(), TooMany::Total);
        drop(first);
        let _again = flows.admit(one, &limits).unwrap();
    }

    #[test]
    fn places_are_given_back_and_leave_nothing_behind() {
        let flows = Arc::new(Flows::default());
        let host: IpAddr = "192.0.2.2".parse().unwrap();
        for _ in 0..100 {
            flows.admit(host, &limits(1, 1)).unwrap();
        }
        assert!(flows.per_source.is_empty());
        assert_eq!(flows.alive.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_source_of_ipv6_is_its_prefix() {
        let same = source_of("2001:db8:1:2::1".parse().unwrap());
        assert_eq!(same, source_of("2001:db8:1:2:ffff::9".parse().unwrap()));
        assert_ne!(same, source_of("2001:db8:1:3::1".parse().unwrap()));
        let mapped = source_of("::ffff:192.0.2.2".parse().unwrap());
        assert_eq!(mapped, source_of("192.0.2.2".parse().unwrap()));
    }

    #[test]
    fn s8_a_full_queue_closes_the_flow() {
        let flows = Flows::default();
        let mut opened = flows.open(flow(1), 2);
        for _ in 0..2 {
            assert_eq!(
                flows.send(&flow(1), Bytes::from_static(b"x")),
                Sent::Accepted
            );
        }
        assert!(
            opened
                .removed
                .try_recv()
                .is_err_and(|e| e == oneshot::error::TryRecvError::Empty)
        );
        assert_eq!(
            flows.send(&flow(1), Bytes::from_static(b"x")),
            Sent::Dropped
        );
        assert!(
            opened
                .removed
                .try_recv()
                .is_err_and(|e| e == oneshot::error::TryRecvError::Closed)
        );
        assert_eq!(
            flows.send(&flow(1), Bytes::from_static(b"x")),
            Sent::FlowGone
        );
    }

    #[test]
    fn ids_rise_from_one_skip_zero_and_stay_below_those_of_the_endpoint() {
        let flows = Flows::default();
        assert_eq!((flows.next_connection(), flows.next_connection()), (1, 2));
        for last in [Flow::OURS - 1, u32::MAX] {
            flows.last_connection.store(last, Ordering::Relaxed);
            assert_eq!(flows.next_connection(), 1);
        }
    }

    #[test]
    fn another_connection_between_the_same_addresses_is_another_flow() {
        let flows = Flows::default();
        let _opened = flows.open(flow(1), 1);
        assert_eq!(
            flows.send(&flow(2), Bytes::from_static(b"x")),
            Sent::FlowGone
        );
    }
}
