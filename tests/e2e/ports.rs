//! Free ports on loopback, below the range from which the operating system gives out its own.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::sync::atomic::{AtomicU16, Ordering};

const FIRST: u16 = 12_000;
const LAST: u16 = 31_000;
/// How far the next search begins: a run of ports is never given twice in a process before the range is through.
static NEXT: AtomicU16 = AtomicU16::new(0);

/// The first of `count` neighbours that are free for UDP and TCP; even, as RTP wants it.
pub(crate) fn free(count: u16) -> u16 {
    let span = LAST - FIRST;
    let start = u16::try_from(std::process::id() % u32::from(span)).unwrap();
    for _ in 0..1_000 {
        let taken = NEXT.fetch_add(count + count % 2, Ordering::Relaxed);
        let base = FIRST + start.wrapping_add(taken) % span / 2 * 2;
        if (base..base + count).all(is_free) {
            return base;
        }
    }
    panic!("no {count} free ports side by side between {FIRST} and {LAST}");
}

fn is_free(port: u16) -> bool {
    let address = (Ipv4Addr::LOCALHOST, port);
    UdpSocket::bind(address).is_ok() && TcpListener::bind(address).is_ok()
}
