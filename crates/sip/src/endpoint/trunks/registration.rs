//! Our registration at a carrier (A1), RFC 3261 §10.2, Service-Route of RFC 3608.
//!
//! Invariant: whatever the carrier says or does not say, there is a next try: refreshed at 80 to 90 % of what was granted,
//! tried again 30 s after a failure, then after twice as long each time up to 10 minutes. No answer is final, not even 403: what
//! was refused is told in plain words, and told again when it changes.

mod outcome;

use super::{Row, resolution::DNS_WAIT, row::Question};
use crate::{
    dialog::Head,
    endpoint::Endpoint,
    event::HOPS_MAX,
    flow::{Flow, Hop},
    message::{Header, Method, Uri, Value},
    random::Random,
    transaction::{
        TransactionId,
        table::Purpose,
        timer::{Owner, Timer},
    },
    trunk::TrunkName,
};
use core::time::Duration;
use std::collections::BTreeSet;

/// A registrar that says nothing for so long is given up for this time.
const ANSWER_WAIT: Duration = Duration::from_secs(8);
/// How far we are with one registrar.
#[derive(Clone, Debug)]
pub(in crate::endpoint) struct Enrolment {
    call_id: String,
    tag: String,
    cseq: u32,
    step: Step,
    /// Places that failed since the last pause.
    tried: BTreeSet<Hop>,
    failures: u32,
    /// What the carrier wants at least (423).
    least_s: u32,
    /// What the owner was told last.
    is_registered: Option<bool>,
    /// Cause of the last failure, as it was told.
    told: String,
    /// Over which the grant came.
    flow: Option<Flow>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    /// The timer says when it goes on.
    Resting,
    /// The name of the registrar is being asked for.
    Seeking,
    /// A REGISTER is out.
    Asking(Question),
}

impl Enrolment {
    pub(super) fn new(random: &mut Random) -> Self {
        Self {
            call_id: random.name(),
            tag: random.name(),
            cseq: 0,
            step: Step::Resting,
            tried: BTreeSet::new(),
            failures: 0,
            least_s: 0,
            is_registered: None,
            told: String::new(),
            flow: None,
        }
    }

    pub(super) fn is_registered(&self) -> bool {
        self.is_registered == Some(true)
    }

    pub(super) fn is_registered_by(&self, flow: Flow) -> bool {
        self.is_registered() && self.flow == Some(flow)
    }

    pub(super) fn asking(&self) -> Option<TransactionId> {
        match self.step {
            Step::Asking(question) => Some(question.id),
            Step::Resting | Step::Seeking => None,
        }
    }
}

impl Endpoint {
    /// Sends REGISTER to the next place.
    pub(super) fn register_trunk(&mut self, now: Duration, name: &TrunkName) {
        let hops = self.hops(now, name);
        let Some(row) = self.trunks.rows.get_mut(name) else {
            return;
        };
        let Some(enrolment) = &mut row.enrolment else {
            return;
        };
        if hops.is_empty() && row.way.is_asked() {
            enrolment.step = Step::Seeking;
            let at = now.saturating_add(DNS_WAIT);
            let owner = Owner::Trunk(name.clone());
            return self.timers.set(owner, Timer::TrunkRegister, at);
        }
        let untried = hops.iter().find(|hop| !enrolment.tried.contains(hop));
        let Some(hop) = untried.copied() else {
            let cause = "no address to register at".to_owned();
            return self.registration_failed(now, name, None, cause, None);
        };
        enrolment.tried.insert(hop);
        let server_name = row.way.server_name().to_owned();
        match self.flow_to(hop, &server_name) {
            Some(flow) => self.send_register(now, name, hop, flow),
            None => self.register_trunk(now, name),
        }
    }

    fn send_register(&mut self, now: Duration, name: &TrunkName, hop: Hop, flow: Flow) {
        let Some((head, request)) = self.write_register(name, flow, None) else {
            let cause = "the trunk's user or domain makes no URI".to_owned();
            return self.registration_failed(now, name, Some(hop), cause, None);
        };
        let purpose = Purpose::Register(name.clone());
        let id = self.start_client(now, head, &Method::Register, request, purpose);
        if let Some(enrolment) = self.enrolment(name) {
            enrolment.step = Step::Asking(Question { id, hop, at: now });
            enrolment.flow = Some(flow);
        }
        let at = now.saturating_add(ANSWER_WAIT);
        let owner = Owner::Trunk(name.clone());
        self.timers.set(owner, Timer::TrunkRegister, at);
    }

    fn enrolment(&mut self, name: &TrunkName) -> Option<&mut Enrolment> {
        self.trunks.rows.get_mut(name)?.enrolment.as_mut()
    }

    fn write_register(
        &mut self,
        name: &TrunkName,
        flow: Flow,
        expires_s: Option<u32>,
    ) -> Option<(Head, bytes::Bytes)> {
        let (sent_by, branch) = (self.sent_by(flow), self.branch());
        let row = self.trunks.rows.get_mut(name)?;
        let registration = row.trunk.registration.as_ref()?;
        let enrolment = row.enrolment.as_mut()?;
        enrolment.cseq = enrolment.cseq.saturating_add(1);
        let expires_s = expires_s.unwrap_or(registration.expires_s.max(enrolment.least_s));
        let own = Uri::sip(&registration.user, &row.trunk.domain).ok()?;
        let user = registration.user.clone();
        let head = Head {
            uri: Uri::sip("", &row.trunk.domain).ok()?,
            sent_by,
            branch,
            routes: Vec::new(),
            from: Value::collect(|out| {
                out.bracketed(&own).param("tag", &enrolment.tag);
            }),
            to: Value::collect(|out| {
                out.bracketed(&own);
            }),
            call_id: enrolment.call_id.clone().into_bytes(),
            cseq: enrolment.cseq,
            hops_left: HOPS_MAX,
            flow,
            trunk: Some(name.clone()),
        };
        let contact = self.our_contact(flow, &user)?;
        let product = &self.config.product;
        let request = head
            .start(&Method::Register)
            .header(Header::Contact, |out| {
                out.bracketed(&contact);
            })
            .header(Header::Expires, |out| {
                out.number(u64::from(expires_s));
            })
            .header(Header::UserAgent, |out| {
                out.text(product);
            })
            .finish();
        Some((head, request))
    }

    /// The time has come: for a refresh, for another try, or to give up waiting.
    pub(super) fn register_timer(&mut self, now: Duration, name: &TrunkName) {
        let Some(enrolment) = self.enrolment(name) else {
            return;
        };
        match enrolment.step {
            Step::Resting => self.register_trunk(now, name),
            Step::Seeking => {
                let cause = "no answer from the name servers".to_owned();
                self.registration_failed(now, name, None, cause, None);
            }
            Step::Asking(question) => {
                self.forget_transaction(question.id);
                self.register_elsewhere(now, name, question, no_answer(ANSWER_WAIT), None);
            }
        }
    }

    pub(super) fn register_resolved(&mut self, now: Duration, name: &TrunkName) {
        let waits = self
            .enrolment(name)
            .is_some_and(|enrolment| enrolment.step == Step::Seeking);
        let has_hops = self
            .trunks
            .rows
            .get(name)
            .is_some_and(|row| !row.way.is_empty());
        if waits && has_hops {
            self.register_trunk(now, name);
        } else if waits {
            let cause = "the server's name has no address".to_owned();
            self.registration_failed(now, name, None, cause, None);
        }
    }

    /// The connection of a registration is gone: the carrier can no longer call us by it, so we are back soon, but not all
    /// trunks in the same instant.
    pub(in crate::endpoint) fn register_after_loss(&mut self, now: Duration, flow: Flow) {
        let rows = self.trunks.rows.iter();
        let hit: Vec<TrunkName> = rows
            .filter(|(_, row)| {
                let enrolment = row.enrolment.as_ref();
                enrolment.is_some_and(|enrolment| {
                    enrolment.is_registered_by(flow) && enrolment.step == Step::Resting
                })
            })
            .map(|(name, _)| name.clone())
            .collect();
        for name in hit {
            let pause = Duration::from_millis(self.random.between(200, 2_000));
            let owner = Owner::Trunk(name);
            self.timers
                .set(owner, Timer::TrunkRegister, now.saturating_add(pause));
        }
    }

    /// RFC 3261 §10.2.2: takes our contact back, if it was ever granted. Nobody waits for the answer.
    pub(super) fn unregister_trunk(&mut self, now: Duration, row: Row) {
        let name = row.trunk.name.clone();
        let flow = row
            .enrolment
            .as_ref()
            .filter(|enrolment| enrolment.is_registered())
            .and_then(|enrolment| enrolment.flow);
        let Some(flow) = flow else {
            return;
        };
        let proof = (row.trunk.clone(), row.proofs.clone());
        self.trunks.rows.insert(name.clone(), row);
        let written = self.write_register(&name, flow, Some(0));
        self.trunks.rows.remove(&name);
        if let Some((head, request)) = written {
            let id = self.start_client(now, head, &Method::Register, request, Purpose::Detached);
            self.trunks.leaving.insert(id, proof);
        }
    }
}

pub(super) fn no_answer(wait: Duration) -> String {
    format!("no answer within {} s", wait.as_secs())
}
