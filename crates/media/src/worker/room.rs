//! Rooms: three or more ports that all hear each other.
//!
//! Once a tick each member's seat brings out what its port says; all of it is added once, and each member hears the sum
//! without himself, clipped at full scale. The cost grows with the members, not with their square. A clip that plays to one of them is
//! heard by the others at a quarter of its level, while he hears it alone (E25). A defect in a room's turn dissolves the room and ends no
//! port.

use core::time::Duration;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Worker;
use crate::playback::{FRAME, Filled};
use crate::port::Port;
use crate::seat::Seat;
use crate::{Outbox, PortId, RoomId};

/// Who is in which room.
pub(super) type Rooms = BTreeMap<RoomId, Vec<PortId>>;

impl Worker {
    /// These ports and no others are in the room; none: it is dissolved. Who was in it keeps his seat.
    pub(super) fn seat(&mut self, now: Duration, room: RoomId, ports: &[PortId], out: &mut Outbox) {
        let former = self.rooms.remove(&room).unwrap_or_default();
        for port in former.iter().filter(|port| !ports.contains(port)) {
            if let Some(it) = self.ports.get_mut(port) {
                it.seat = None;
            }
        }
        let mut members: Vec<PortId> = Vec::with_capacity(ports.len());
        for port in ports {
            if !self.ports.contains_key(port) || members.contains(port) {
                continue;
            }
            if !former.contains(port) {
                self.unbridge(*port);
                self.stand_up(*port);
                self.with(now, *port, out, |it, _| {
                    // R12: what plays is cut, so that all hear each other at once.
                    (it.playback, it.talker) = (None, None);
                    it.seat = Some(Box::new(Seat::new(room)));
                });
            }
            members.push(*port);
        }
        if !members.is_empty() {
            self.rooms.insert(room, members);
        }
    }

    /// A port leaves its room, if it is in one.
    pub(super) fn stand_up(&mut self, port: PortId) {
        let seat = self.ports.get_mut(&port).and_then(|it| it.seat.take());
        if let Some(seat) = seat {
            self.leave_room(seat.room, port);
        }
    }

    pub(super) fn leave_room(&mut self, room: RoomId, port: PortId) {
        if let Some(members) = self.rooms.get_mut(&room) {
            members.retain(|member| *member != port);
            if members.is_empty() {
                self.rooms.remove(&room);
            }
        }
    }

    /// Every room's turn, once a tick.
    pub(super) fn mix(&mut self) {
        let mut broken: Option<RoomId> = None;
        for (room, members) in &self.rooms {
            let ports = &mut self.ports;
            if catch_unwind(AssertUnwindSafe(|| mix(ports, members))).is_err() {
                broken = Some(*room);
            }
        }
        if let Some(room) = broken {
            for port in self.rooms.remove(&room).unwrap_or_default() {
                if let Some(it) = self.ports.get_mut(&port) {
                    it.seat = None;
                }
            }
        }
    }
}

/// By how much the others hear a clip lower than he to whom it plays (E25): 12.04 dB.
const OVERHEARD_DIVISOR: i32 = 4;

fn mix(ports: &mut BTreeMap<PortId, Box<Port>>, members: &[PortId]) {
    let mut sum = [0_i32; FRAME];
    for port in members {
        let Some(it) = ports.get_mut(port) else {
            continue;
        };
        it.take_clip();
        let Some((seat, codec)) = it.seated() else {
            continue;
        };
        seat.speak(codec);
        for (sum, sample) in sum.iter_mut().zip(&seat.says) {
            *sum += i32::from(*sample);
        }
        // What he hears himself is not made of this sum: the clip plays in its place.
        if let Some((Filled::Sound, clip)) = &seat.clip {
            for (sum, sample) in sum.iter_mut().zip(clip) {
                *sum += i32::from(*sample) / OVERHEARD_DIVISOR;
            }
        }
    }
    for port in members {
        let Some((seat, _)) = ports.get_mut(port).and_then(|it| it.seated()) else {
            continue;
        };
        let others = sum.iter().zip(&seat.says);
        for (heard, (sum, own)) in seat.hears.iter_mut().zip(others) {
            let sample = sum - i32::from(*own);
            *heard = sample.clamp(i16::MIN.into(), i16::MAX.into()) as i16;
        }
    }
}
