//! What the ACD has decided: for the call that it concerns, else told as a fact.

use model::fact::QueueExit;
use model::{AgentState, Fact, Offer};

use super::super::Engine;
use crate::call::{self, CallEvent};
use crate::standby::Loss;

impl Engine {
    pub(in crate::engine) fn acd_output(&mut self, output: acd::Output) {
        match output {
            acd::Output::Offer {
                offer,
                call,
                agent,
                queue,
                ring_timeout,
                waited,
                decision,
            } => {
                let offer = Offer {
                    id: offer,
                    call,
                    agent,
                    queue,
                };
                if self.calls.contains_key(&call) {
                    self.turn(
                        call,
                        CallEvent::Offered {
                            offer,
                            ring_timeout,
                            waited,
                            decision,
                        },
                    );
                } else {
                    self.context.tell_acd(acd::Input::Left {
                        call,
                        cause: QueueExit::Failed,
                    });
                }
            }
            acd::Output::Withdraw {
                offer, call, end, ..
            } => {
                if self.calls.contains_key(&call) {
                    self.turn(call, CallEvent::Withdrawn { offer, end });
                } else {
                    call::tell_withdrawn(&mut self.context, offer, end);
                }
            }
            acd::Output::Connect {
                offer,
                call,
                waited,
                rang,
                ..
            } => self.turn(
                call,
                CallEvent::Connected {
                    offer,
                    waited,
                    rang,
                },
            ),
            acd::Output::TookOver {
                offer,
                call,
                agent,
                decision,
            } => self.turn(
                call,
                CallEvent::TookOver {
                    offer,
                    agent,
                    decision,
                },
            ),
            acd::Output::TooLate { offer, call, .. } => {
                self.turn(call, CallEvent::TooLate { offer })
            }
            acd::Output::AgentStateChanged {
                agent,
                from,
                to,
                cause,
            } => {
                self.light(agent, &to);
                if to == AgentState::Offline {
                    self.context.end_standby(agent, Loss::Offline);
                }
                self.context.pauses(agent, &to);
                self.context.fact(Fact::AgentStateChanged {
                    agent,
                    from,
                    to,
                    cause: cause.to_owned(),
                });
            }
            acd::Output::LastPaused {
                agent,
                reason,
                queues,
            } => {
                tracing::warn!(%agent, %reason, ?queues, "nobody takes the calls of a queue any more");
                self.context.fact(Fact::LastAgentPaused {
                    agent,
                    reason,
                    queues,
                });
            }
            acd::Output::Levelled {
                agent,
                queue,
                credit,
            } => self.context.fact(Fact::AgentLevelled {
                agent,
                queue,
                calls: credit.calls,
                time_us: credit.time,
                until: credit.until.into(),
            }),
            acd::Output::WrapUp {
                agent,
                call,
                mode,
                until,
            } => self.context.fact(Fact::WrapUpBegan {
                agent,
                call,
                mode: mode.name().to_owned(),
                until: until.into(),
            }),
            acd::Output::CallBack { call } => self.call_back(call),
            acd::Output::JoinedQueue {
                call,
                queues,
                position,
            } => self.turn(call, CallEvent::JoinedQueue { queues, position }),
            acd::Output::RouteAsked { call, asked } => self.route_asked(call, asked),
            acd::Output::RouteSettled { call, settled } => self.route_settled(call, settled),
            acd::Output::Starving {
                call,
                queue,
                waited,
                passed_over,
            } => self.turn(
                call,
                CallEvent::Starving {
                    queue,
                    waited,
                    passed_over,
                },
            ),
            acd::Output::AskFamiliar { call, until, .. } => {
                self.turn(call, CallEvent::AskFamiliar { until });
            }
            acd::Output::QueueDropped {
                call,
                dropped,
                queues,
            } => self.turn(call, CallEvent::QueueDropped { dropped, queues }),
            acd::Output::LeftQueue {
                call,
                queue,
                cause,
                waited,
                unserved,
            } if self.calls.contains_key(&call) => self.turn(
                call,
                CallEvent::LeftQueue {
                    queue,
                    cause,
                    waited,
                    unserved,
                },
            ),
            acd::Output::LeftQueue { call, cause, .. } => self.place_lost(call, cause),
            acd::Output::DirectEnded { call, end, .. } => {
                self.turn(call, CallEvent::DirectEnded(end))
            }
        }
    }
}
