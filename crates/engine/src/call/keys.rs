//! Keys: one event a press, by whichever way the phone sends it (A11).
//!
//! Some phones send RFC 4733 and INFO for the same press, some carriers send tones and RFC 4733. The second way to tell the
//! same key within half a second is the same press; the same way telling it again is a new one. Tones are listened for only
//! while a script or a line wants the caller's keys, and no more once his phone has sent one by another way. Between two who
//! talk, packets and tones pass the bridge by themselves.

use std::time::Duration;

use model::Fact;
use model::fact::KeyWay;

use super::{Call, Phase, script};
use crate::context::{Context, Side};
use crate::leg::Leg;

/// Two ways telling the same key within this time tell one press.
const SAME_PRESS: Duration = Duration::from_millis(500);

/// The last key, to know a repetition.
#[derive(Clone, Copy, Debug)]
pub(super) struct LastKey {
    side: Side,
    key: char,
    way: KeyWay,
    at: Duration,
}

impl Call {
    pub(super) fn key(&mut self, context: &mut Context, side: Side, key: char, way: KeyWay) {
        if let (KeyWay::Info, Side::Caller, Some(leg)) = (way, side, &mut self.leg) {
            leg.sent_info();
        }
        if self.is_same_press(context.now, side, key, way) {
            return;
        }
        self.last_key = Some(LastKey {
            side,
            key,
            way,
            at: context.now,
        });
        if let Side::Agent(offer) = side
            && self.off_net_key(context, offer, key)
        {
            return;
        }
        match &self.phase {
            Phase::InScript | Phase::Queued(_) | Phase::Direct if side == Side::Caller => {
                self.script_key(context, key, way)
            }
            // E25: in a talk of three, too, the caller's keys reach the agent who plays him something.
            Phase::Talking(talking)
                if talking.consult.is_none() || (side == Side::Caller && self.plays_clip()) =>
            {
                self.pass_key(context, side, &talking.leg, key, way);
            }
            Phase::Outside(talk) => self.pass_key(context, side, &talk.other.leg, key, way),
            // A network that speaks before the answer may ask for a key.
            Phase::Dialling(ring) if ring.speaks() => {
                self.pass_key(context, side, ring.leg(), key, way);
            }
            Phase::Arriving(_)
            | Phase::InScript
            | Phase::Queued(_)
            | Phase::Direct
            | Phase::Dialling(_)
            | Phase::Talking(_)
            | Phase::Ending(_) => {}
        }
    }

    /// A key of one party goes to the other, unless it passes the bridge by itself: tones do, and packets to a leg that takes
    /// them. E25: while a clip plays, the caller has nothing of the agent, keys no more than his voice.
    fn pass_key(&self, context: &mut Context, side: Side, other: &Leg, key: char, way: KeyWay) {
        let to = match side {
            Side::Caller => Some(other),
            Side::Agent(_) | Side::Outside => self.leg.as_ref(),
        };
        let Some(to) = to else { return };
        if self.plays_clip() && side != Side::Caller {
            return;
        }
        let is_told = match way {
            KeyWay::Info => true,
            // E25: a room stands while a clip plays, and keys pass to nobody there.
            KeyWay::Rfc4733 => !to.takes_events() || self.plays_clip(),
            KeyWay::Inband => false,
        };
        if is_told {
            context.media(media::Command::SendDigits {
                port: to.port,
                digits: key.to_string(),
            });
        }
    }

    /// Has tones listened for while keys mean something here.
    pub(super) fn settle_listening(&mut self, context: &mut Context) {
        let wanted = match &self.phase {
            // R62: also the caller of a queue without a script is asked.
            Phase::Queued(announcer) => self.run.is_some() || announcer.is_asking(context.now),
            Phase::InScript | Phase::Direct => self.run.is_some(),
            Phase::Arriving(_)
            | Phase::Dialling(_)
            | Phase::Talking(_)
            | Phase::Outside(_)
            | Phase::Ending(_) => false,
        };
        if let Some(leg) = &mut self.leg {
            leg.listen(context, wanted);
        }
    }

    fn script_key(&mut self, context: &mut Context, key: char, way: KeyWay) {
        if self.familiar_chosen(context, key) {
            self.tell_key(context, key, way);
            return;
        }
        let Some(run) = &self.run else { return };
        // S22: what a caller types into a secret input is written nowhere.
        if !run.is_secret() {
            self.tell_key(context, key, way);
        }
        self.drive(context, script::Push::Input(ivr::Input::Key(key)));
    }

    fn tell_key(&mut self, context: &mut Context, key: char, way: KeyWay) {
        context.fact(Fact::KeyPressed {
            call: self.id,
            key,
            way: Some(way),
        });
        self.step(key.to_string());
    }

    /// Whether a press was told already, by another way. Who sends a key by both leaves the tones aside from then on: the other
    /// way tells the next press.
    fn is_same_press(&mut self, now: Duration, side: Side, key: char, way: KeyWay) -> bool {
        let Some(last) = &mut self.last_key else {
            return false;
        };
        let is_same = last.side == side
            && last.key == key
            && last.way != way
            && now.saturating_sub(last.at) < SAME_PRESS;
        if is_same && last.way == KeyWay::Inband {
            last.way = way;
        }
        is_same
    }
}
