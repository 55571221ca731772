//! What each fact is called by integrators, and in which call's story it stands. A name is for ever: logs and programs hold it.

use std::fmt;

use serde::Deserialize;
use serde::de::value::MapDeserializer;
use serde::de::{self, IntoDeserializer};

use super::Fact;
use crate::id::CallId;

/// What facts were called in logs of earlier releases, each with its name of today.
const FORMER: [(&str, &str); 1] = [("caller.barred", "caller.listed")];

impl Fact {
    /// The name of today for one of an earlier release; another name as it is.
    pub fn name_today(name: &str) -> &str {
        let former = FORMER.iter().find(|(former, _)| *former == name);
        former.map_or(name, |(_, today)| today)
    }

    /// The names of all facts, as integrators know them, and those that logs of earlier releases have.
    pub fn names() -> &'static [&'static str] {
        let unknown = [("type", "")].into_iter().map(|(key, name)| {
            let name: de::value::StrDeserializer<'_, Names> = name.into_deserializer();
            (key, name)
        });
        match Self::deserialize(MapDeserializer::new(unknown)) {
            Err(Names(names)) => names,
            Ok(_) => &[],
        }
    }

    /// The call that this fact belongs to, if it belongs to one.
    pub const fn call(&self) -> Option<CallId> {
        match self {
            Self::CallArrived { call, .. }
            | Self::CallRefused { call, .. }
            | Self::CallerListed { call, .. }
            | Self::DialStarted { call, .. }
            | Self::DialDenied { call, .. }
            | Self::DialFailed { call, .. }
            | Self::DialAnswered { call, .. }
            | Self::CallAnswered { call, .. }
            | Self::CallIdentified { call, .. }
            | Self::IvrEntered { call, .. }
            | Self::IvrGaveUp { call, .. }
            | Self::BotEnded { call, .. }
            | Self::KeyPressed { call, .. }
            | Self::QueueJoined { call, .. }
            | Self::QueueDropped { call, .. }
            | Self::QueueSupervised { call, .. }
            | Self::QueueStarving { call, .. }
            | Self::QueueLeft { call, .. }
            | Self::RouteAnswered { call, .. }
            | Self::CallHeld { call, .. }
            | Self::CallHeldLong { call, .. }
            | Self::CallResumed { call, .. }
            | Self::CallLeg { call, .. }
            | Self::TransferStarted { call, .. }
            | Self::Transferred { call, .. }
            | Self::TransferFailed { call, .. }
            | Self::ConsultStarted { call, .. }
            | Self::ConsultEnded { call, .. }
            | Self::CallJoined { call, .. }
            | Self::CallMerged { call, .. }
            | Self::CallEnded { call, .. }
            | Self::CallCategorised { call, .. }
            | Self::CalendarPinRefused { call, .. }
            | Self::RecordingReady { call, .. } => Some(*call),
            Self::CanaryBad(bad) => Some(bad.call),
            Self::QueueResumed(resumed) => Some(resumed.call),
            Self::VoicemailBegan(voicemail) | Self::VoicemailLeft(voicemail) => {
                Some(voicemail.message.call)
            }
            Self::VoicemailHeard(heard) => Some(heard.message.call),
            Self::CallbackRequested(asked) => Some(asked.callback),
            Self::CallbackAttempted(attempt) => Some(attempt.call),
            Self::CallbackDone(done) => Some(done.call),
            Self::OfferMade { offer, .. }
            | Self::OfferDialled { offer, .. }
            | Self::OfferAsked { offer }
            | Self::OfferCancelled { offer, .. }
            | Self::OfferMissed { offer }
            | Self::OfferDeclined { offer, .. }
            | Self::OfferUnreachable { offer, .. }
            | Self::ConsultConnected { offer, .. }
            | Self::CallConnected { offer, .. } => Some(offer.call),
            Self::TicketAsked(asked) => Some(asked.call),
            Self::SurveyAsked(asked) | Self::SurveyMissed(asked) => Some(asked.call),
            Self::ClipBegan(began) => Some(began.call),
            Self::ClipPlayed(played) => Some(played.began.call),
            Self::SurveyAnswered(done) | Self::SurveyDone(done) => Some(done.asked.call),
            Self::TicketCreated { call, .. } => *call,
            Self::CalendarClosed { closure, .. } => closure.by.call(),
            Self::CalendarOpened { by: Some(by), .. } => by.call(),
            Self::CalendarOpened { by: None, .. } => None,
            Self::AgentStateChanged { .. }
            | Self::AgentRegistered { .. }
            | Self::AgentUnregistered { .. }
            | Self::StandbyBegan { .. }
            | Self::StandbyEnded { .. }
            | Self::WrapUpBegan { .. }
            | Self::LastAgentPaused { .. }
            | Self::AgentLevelled { .. }
            | Self::AgentQueueChanged { .. }
            | Self::TrunkStateChanged { .. }
            | Self::AcdTold { .. }
            | Self::CallbackFailed(_)
            | Self::CanaryLaid { .. }
            | Self::CanaryEnded(_)
            | Self::TicketChanged { .. }
            | Self::NotificationCreated(_) => None,
        }
    }

    /// The name under which integrators know it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::CallArrived { .. } => "call.arrived",
            Self::CallRefused { .. } => "call.refused",
            Self::CallerListed { .. } => "caller.listed",
            Self::CalendarClosed { .. } => "calendar.closed",
            Self::CalendarOpened { .. } => "calendar.opened",
            Self::CalendarPinRefused { .. } => "calendar.pin_refused",
            Self::DialStarted { .. } => "dial.started",
            Self::DialDenied { .. } => "dial.denied",
            Self::DialFailed { .. } => "dial.failed",
            Self::DialAnswered { .. } => "dial.answered",
            Self::TrunkStateChanged { .. } => "trunk.state_changed",
            Self::CallAnswered { .. } => "call.answered",
            Self::CallIdentified { .. } => "call.identified",
            Self::IvrEntered { .. } => "ivr.entered",
            Self::IvrGaveUp { .. } => "ivr.gave_up",
            Self::CanaryLaid { .. } => "canary.laid",
            Self::BotEnded { .. } => "bot.ended",
            Self::CanaryBad(_) => "canary.bad_call",
            Self::CanaryEnded(_) => "canary.ended",
            Self::KeyPressed { .. } => "ivr.key",
            Self::QueueJoined { .. } => "queue.joined",
            Self::QueueDropped { .. } => "queue.dropped",
            Self::QueueSupervised { .. } => "queue.supervised",
            Self::QueueStarving { .. } => "queue.starving",
            Self::QueueLeft { .. } => "queue.left",
            Self::RouteAnswered { .. } => "route.answered",
            Self::QueueResumed(_) => "queue.resumed",
            Self::CallbackRequested(_) => "callback.requested",
            Self::CallbackAttempted(_) => "callback.attempted",
            Self::CallbackDone(_) => "callback.done",
            Self::CallbackFailed(_) => "callback.failed",
            Self::OfferMade { .. } => "offer.made",
            Self::OfferDialled { .. } => "offer.dialled",
            Self::OfferAsked { .. } => "offer.asked",
            Self::OfferCancelled { .. } => "offer.cancelled",
            Self::OfferMissed { .. } => "offer.missed",
            Self::OfferDeclined { .. } => "offer.declined",
            Self::OfferUnreachable { .. } => "offer.unreachable",
            Self::CallConnected { .. } => "call.connected",
            Self::CallHeld { .. } => "call.held",
            Self::CallHeldLong { .. } => "call.held_long",
            Self::CallResumed { .. } => "call.resumed",
            Self::CallLeg { .. } => "call.leg",
            Self::TransferStarted { .. } => "call.transfer_started",
            Self::Transferred { .. } => "call.transferred",
            Self::TransferFailed { .. } => "call.transfer_failed",
            Self::ConsultStarted { .. } => "consult.started",
            Self::ConsultConnected { .. } => "consult.connected",
            Self::ConsultEnded { .. } => "consult.ended",
            Self::CallJoined { .. } => "call.joined",
            Self::CallMerged { .. } => "call.merged",
            Self::CallEnded { .. } => "call.ended",
            Self::RecordingReady { .. } => "recording.ready",
            Self::VoicemailBegan(_) => "voicemail.began",
            Self::VoicemailLeft(_) => "voicemail.left",
            Self::VoicemailHeard(_) => "voicemail.heard",
            Self::AgentStateChanged { .. } => "agent.state_changed",
            Self::AgentRegistered { .. } => "agent.registered",
            Self::AgentUnregistered { .. } => "agent.unregistered",
            Self::StandbyBegan { .. } => "agent.standby_began",
            Self::StandbyEnded { .. } => "agent.standby_ended",
            Self::LastAgentPaused { .. } => "agent.last_paused",
            Self::AgentLevelled { .. } => "agent.levelled",
            Self::AgentQueueChanged { .. } => "agent.queue_changed",
            Self::CallCategorised { .. } => "call.categorised",
            Self::WrapUpBegan { .. } => "agent.wrap_up",
            Self::AcdTold { .. } => "acd.told",
            Self::SurveyAsked(_) => "survey.asked",
            Self::SurveyAnswered(_) => "survey.answered",
            Self::SurveyDone(_) => "survey.done",
            Self::SurveyMissed(_) => "survey.missed",
            Self::ClipBegan(_) => "clip.began",
            Self::ClipPlayed(_) => "clip.played",
            Self::TicketAsked(_) => "ticket.asked",
            Self::TicketCreated { .. } => "ticket.created",
            Self::TicketChanged { .. } => "ticket.changed",
            Self::NotificationCreated(_) => "notification.created",
        }
    }
}

/// What a reader says who meets a fact without a name: the names that there are. So they stand with the facts alone.
#[derive(Debug)]
struct Names(&'static [&'static str]);

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

impl std::error::Error for Names {}

impl de::Error for Names {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(&[])
    }

    fn unknown_variant(_: &str, names: &'static [&'static str]) -> Self {
        Self(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_on_the_wire() {
        let names = Fact::names();
        assert!(names.len() > 60, "{names:?}");
        for name in ["call.arrived", "call.ended", "ticket.changed", "acd.told"] {
            assert!(names.contains(&name), "{name}");
        }
    }
}
