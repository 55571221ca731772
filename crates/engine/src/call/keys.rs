//! Keys: one event a press, by whichever way the phone sends it (A11).
//!
//! Some phones send RFC 4733 and INFO for the same press. The second way to tell the same key within half a second is the
//! same press; the same way telling it again is a new one.

use std::time::Duration;

use media::PortId;
use model::Fact;

use super::{Call, Phase, script};
use crate::context::{Context, Side};

/// Two ways telling the same key within this time tell one press.
const SAME_PRESS: Duration = Duration::from_millis(500);

/// How a key came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// In the media, RFC 4733.
    Media,
    /// SIP INFO.
    Info,
}

/// The last key, to know a repetition.
#[derive(Clone, Copy, Debug)]
pub(super) struct LastKey {
    side: Side,
    key: char,
    way: Way,
    at: Duration,
}

impl Call {
    pub(super) fn key(&mut self, context: &mut Context, side: Side, key: char, way: Way) {
        if self.is_same_press(context.now, side, key, way) {
            return;
        }
        self.last_key = Some(LastKey {
            side,
            key,
            way,
            at: context.now,
        });
        match &self.phase {
            Phase::InScript | Phase::Queued | Phase::Direct if side == Side::Caller => {
                self.script_key(context, key)
            }
            // RFC 4733 keys pass the bridge by themselves; one that came by INFO is sent on as RFC 4733.
            Phase::Talking(talking) if way == Way::Info && talking.consult.is_none() => {
                self.send_key(context, side, talking.leg.port, key);
            }
            Phase::Outside(talk) if way == Way::Info => {
                self.send_key(context, side, talk.other.leg.port, key);
            }
            // A network that speaks before the answer may ask for a key.
            Phase::Dialling(ring) if way == Way::Info && ring.speaks() => {
                self.send_key(context, side, ring.leg().port, key);
            }
            Phase::Arriving(_)
            | Phase::InScript
            | Phase::Queued
            | Phase::Direct
            | Phase::Dialling(_)
            | Phase::Talking(_)
            | Phase::Outside(_)
            | Phase::Ending(_) => {}
        }
    }

    /// A key of one party goes to the other as RFC 4733.
    fn send_key(&self, context: &mut Context, side: Side, other: PortId, key: char) {
        let port = match side {
            Side::Caller => Some(other),
            Side::Agent(_) | Side::Outside => self.leg.as_ref().map(|leg| leg.port),
        };
        if let Some(port) = port {
            context.media(media::Command::SendDigits {
                port,
                digits: key.to_string(),
            });
        }
    }

    fn script_key(&mut self, context: &mut Context, key: char) {
        let Some(run) = &self.run else { return };
        // S22: what a caller types into a secret input is written nowhere.
        if !run.is_secret() {
            context.fact(Fact::KeyPressed { call: self.id, key });
            self.step(key.to_string());
        }
        self.drive(context, script::Push::Input(ivr::Input::Key(key)));
    }

    fn is_same_press(&self, now: Duration, side: Side, key: char, way: Way) -> bool {
        self.last_key.is_some_and(|last| {
            last.side == side
                && last.key == key
                && last.way != way
                && now.saturating_sub(last.at) < SAME_PRESS
        })
    }
}
