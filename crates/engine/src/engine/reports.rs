//! Questions: what people look at, made from the state as it stands.

use core::time::Duration;
use std::collections::BTreeMap;

use model::{AgentId, Calendar, Timestamp};

use super::Engine;
use crate::breaks::Reason;
use crate::question::{
    Answer, BlockedReport, BreakReport, CalendarReport, ExchangeReport, Figures, Question,
    RegistrationReport, TrunkReport,
};

impl Engine {
    pub(super) fn answer(&mut self, now: Duration, question: &Question) -> Answer {
        match question {
            Question::Trunks => Answer::Trunks(self.trunk_reports()),
            Question::Registrations => Answer::Registrations(self.registration_reports()),
            Question::Breaks(agent) => Answer::Breaks(self.break_reports(*agent)),
            Question::Blocked => Answer::Blocked(self.blocked_reports()),
            Question::Figures => Answer::Figures(Box::new(self.figures())),
            Question::Callbacks => Answer::Callbacks(self.callback_reports()),
            Question::Calendars { name, at, days } => {
                let at = at.unwrap_or(Timestamp::from(now));
                Answer::Calendars(self.calendar_reports(name.as_deref(), at, *days))
            }
            Question::Queues => Answer::Queues(self.queue_reports(now)),
            Question::Queue(name) => Answer::Queue(self.queue_with_line(now, name)),
            Question::Why(call) => Answer::Why {
                at: Timestamp::from(now),
                records: self.context.acd.why(now, *call),
            },
        }
    }

    fn break_reports(&self, agent: AgentId) -> Vec<BreakReport> {
        let context = &self.context;
        let reasons = &context.config.reasons;
        let report = |reason: &Reason| BreakReport {
            name: reason.name.as_ref().to_owned(),
            title: reason.title.clone(),
            budget_s: reason.budget.map(|budget| budget.as_secs()),
            used_s: context
                .breaks
                .used(context.now, agent, reason, reasons)
                .as_secs(),
        };
        reasons.list.iter().map(report).collect()
    }

    fn calendar_reports(
        &self,
        name: Option<&str>,
        at: Timestamp,
        days: u16,
    ) -> Vec<CalendarReport> {
        let report = |(name, calendar): (&String, &Calendar)| CalendarReport {
            name: name.clone(),
            zone: calendar.zone().to_owned(),
            at,
            standing: calendar.standing(at),
            closure: calendar.closure().cloned(),
            days: calendar.days(at, days),
        };
        let calendars = self.context.calendars.iter();
        let wanted = calendars.filter(|(known, _)| name.is_none_or(|name| name == *known));
        wanted.map(report).collect()
    }

    fn trunk_reports(&self) -> Vec<TrunkReport> {
        let trunks = self.context.sip.trunks();
        let report = |trunk: sip::TrunkStatus| {
            let (calls_in, calls_out) = self.context.trunks.load(&trunk.name);
            let known = self.context.config.trunks.get(&trunk.name);
            TrunkReport {
                name: trunk.name.as_str().to_owned(),
                reach: reach(trunk.reach).to_owned(),
                registered: trunk.is_registered,
                next_try_at: trunk.next_try_at.map(Timestamp::from),
                calls_in,
                calls_out,
                calls_max: known.and_then(|known| known.capacity.calls_max),
                exchanges: trunk.exchanges.iter().map(exchange).collect(),
            }
        };
        trunks.into_iter().map(report).collect()
    }

    fn registration_reports(&self) -> Vec<RegistrationReport> {
        let logins = self.context.directory.logins();
        logins
            .flat_map(|login| {
                let bindings = self.context.sip.bindings(login);
                bindings.iter().map(|binding| RegistrationReport {
                    login: login.to_owned(),
                    contact: binding.contact.to_string(),
                    transport: word(binding.flow.transport).to_owned(),
                    remote: binding.flow.remote.to_string(),
                    user_agent: binding.user_agent.clone(),
                    q_permille: binding.q_permille,
                    expires_at: Timestamp::from(binding.expires_at),
                })
            })
            .collect()
    }

    fn figures(&self) -> Figures {
        let counters = self.context.sip.counters().clone();
        let sizes = self.context.sip.sizes();
        let alive = [
            ("sessions", sizes.sessions),
            ("dialogs", sizes.dialogs),
            ("transactions", sizes.transactions),
            ("timers", sizes.timers),
            ("registered_agents", sizes.registered),
            ("subscriptions", sizes.subscriptions),
            ("refers", sizes.refers),
            ("relays", sizes.relays),
            ("stranger_sources", sizes.stranger_sources),
        ];
        let mut contacts = BTreeMap::new();
        let logins = self.context.directory.logins();
        for binding in logins.flat_map(|login| self.context.sip.bindings(login)) {
            *contacts.entry(word(binding.flow.transport)).or_insert(0) += 1;
        }
        let repeated = [
            ("sent", counters.retransmissions),
            ("received", counters.repeats),
            ("stray", counters.stray),
        ];
        let mut trunks = self.trunk_reports();
        for trunk in &mut trunks {
            trunk.exchanges.clear();
        }
        Figures {
            requests: counters.requests,
            responses: counters.responses,
            refused: counters.refused,
            dropped: counters.unframable,
            repeated: repeated.into(),
            alive: alive.map(|(kind, size)| (kind, size as u64)).into(),
            contacts,
            trunks,
        }
    }

    fn blocked_reports(&self) -> Vec<BlockedReport> {
        let rows = self.context.sip.blocked().into_iter();
        rows.map(|row| BlockedReport {
            source: row.source.to_string(),
            cause: row.cause.to_owned(),
            count: row.count,
            first_at: Timestamp::from(row.first_at),
            last_at: Timestamp::from(row.last_at),
            method: row.method.map(str::to_owned),
            user_agent: row.user_agent,
        })
        .collect()
    }
}

fn exchange(exchange: &sip::Exchange) -> ExchangeReport {
    ExchangeReport {
        at: Timestamp::from(exchange.at),
        what: exchange.what.to_owned(),
        remote: exchange.remote.map(|remote| remote.to_string()),
        outcome: exchange.outcome.clone(),
    }
}

const fn word(transport: sip::Transport) -> &'static str {
    match transport {
        sip::Transport::Udp => "udp",
        sip::Transport::Tcp => "tcp",
        sip::Transport::Tls => "tls",
        sip::Transport::Ws => "ws",
        sip::Transport::Wss => "wss",
    }
}

const fn reach(reach: sip::Reach) -> &'static str {
    match reach {
        sip::Reach::Unknown => "unknown",
        sip::Reach::Up => "up",
        sip::Reach::Down => "down",
        sip::Reach::Trial => "trial",
    }
}
