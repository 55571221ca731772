//! Bindings of addresses of record, RFC 3261 §10.3, with Path (RFC 3327) and several flows of one device (RFC 5626).
//!
//! Invariants: a REGISTER changes all that it asks for or nothing. A binding remembers the flow of its REGISTER, over which
//! calls to it go: its URI is sent back to it and never resolved, so that NAT, `.invalid` hosts and WebSocket need no
//! special case. A contact that answers no probe is silent: it stays bound, but no call goes to it until it is heard again.
//! Who may register what has been decided before. No GRUU is handed out: phones would be called by it (RFC 5627).

mod contacts;
mod sources;

use crate::{
    config::RegistrationLimits,
    flow::{Flow, Vouch},
    message::uri::Uri,
};
use contacts::Contacts;
use core::time::Duration;
use rustc_hash::FxHashMap;
use sources::Sources;
use std::sync::Arc;

/// One contact of a user.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Binding {
    /// The contact: Request-URI of calls to it.
    pub contact: Uri,
    /// The flow of its REGISTER, over which calls go.
    pub flow: Flow,
    /// Absolute time of its end.
    pub expires_at: Duration,
    /// User-Agent of the phone.
    pub user_agent: Option<String>,
    /// `+sip.instance` of the contact, if the phone has one.
    pub instance: Option<String>,
    /// Preference among the user's contacts, in thousandths (RFC 3261 §20.10 `q`; 1000 without one).
    pub q_permille: u16,
    /// Proxies on the way to it, nearest first (RFC 3327).
    pub path: Vec<Uri>,
    /// `reg-id` of the contact (RFC 5626): with the instance it names the flow of one device.
    pub reg_id: Option<u32>,
    /// Call-ID of the REGISTER that bound it.
    pub call_id: String,
    /// CSeq of the REGISTER that bound it.
    pub cseq: u32,
}

/// What a REGISTER wants.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Update {
    /// No Contact: what is bound?
    Query,
    /// `Contact: *` with `Expires: 0`.
    Clear,
    /// One or more contacts.
    Contacts(Vec<Wish>),
}

/// One Contact of a REGISTER.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Wish {
    pub(crate) contact: Uri,
    /// Seconds; 0 removes, `None` leaves it to us.
    pub(crate) expires_s: Option<u32>,
    pub(crate) instance: Option<String>,
    /// RFC 5626 §6: only with an instance.
    pub(crate) reg_id: Option<u32>,
    pub(crate) q_permille: u16,
}

/// Where a REGISTER came from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Origin {
    pub(crate) flow: Flow,
    pub(crate) path: Vec<Uri>,
    pub(crate) user_agent: Option<String>,
    pub(crate) call_id: String,
    pub(crate) cseq: u32,
}

/// Why a REGISTER changes nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Refused {
    /// 423
    TooBrief,
    /// More contacts than allowed.
    TooMany,
    /// §10.3 step 7: an older request overtook a newer one.
    OutOfOrder,
}

/// All bindings.
#[derive(Debug)]
pub(crate) struct Registrar {
    limits: RegistrationLimits,
    /// Never walked; each has an account.
    users: FxHashMap<Arc<str>, Contacts>,
    sources: Sources,
}

impl Registrar {
    pub(crate) fn new(limits: RegistrationLimits) -> Self {
        Self {
            limits,
            users: FxHashMap::default(),
            sources: Sources::default(),
        }
    }

    pub(crate) fn limits(&self) -> &RegistrationLimits {
        &self.limits
    }

    /// The contacts that can be called: highest `q` first, then the latest.
    pub(crate) fn of(&self, user: &str) -> &[Binding] {
        self.users.get(user).map_or(&[], Contacts::live)
    }

    /// All contacts that are bound, the silent ones last.
    pub(crate) fn bound(&self, user: &str) -> impl Iterator<Item = &Binding> {
        self.users.get(user).into_iter().flat_map(Contacts::all)
    }

    /// Absolute time of the user's next expiry.
    pub(crate) fn next_expiry(&self, user: &str) -> Option<Duration> {
        self.bound(user).map(|binding| binding.expires_at).min()
    }

    /// Applies a REGISTER as a whole; true when the bindings are others than before (a refresh counts).
    pub(crate) fn update(
        &mut self,
        now: Duration,
        user: &str,
        update: Update,
        origin: &Origin,
    ) -> Result<bool, Refused> {
        let mut contacts = self.users.get(user).cloned().unwrap_or_default();
        match update {
            Update::Query => return Ok(false),
            Update::Clear => contacts.clear(origin)?,
            Update::Contacts(wishes) => contacts.apply(now, wishes, origin, &self.limits)?,
        }
        self.store(user, contacts);
        Ok(true)
    }

    /// Binds contacts that were bound before a restart, next to those that are bound already.
    pub(crate) fn restore(&mut self, user: &str, bindings: Vec<Binding>) {
        let mut contacts = self.users.get(user).cloned().unwrap_or_default();
        contacts.restore(bindings, self.limits.contacts_max);
        self.store(user, contacts);
    }

    /// Drops what has expired; the number of contacts that went.
    pub(crate) fn expire(&mut self, now: Duration, user: &str) -> usize {
        self.retain(user, |binding| binding.expires_at > now)
    }

    /// Forgets a user; the number of contacts that went.
    pub(crate) fn remove(&mut self, user: &str) -> usize {
        self.retain(user, |_| false)
    }

    /// Drops the contacts of a user on a flow that is no more.
    pub(crate) fn drop_flow(&mut self, user: &str, flow: Flow) {
        self.retain(user, |binding| binding.flow != flow);
    }

    /// Users with a contact on a flow.
    pub(crate) fn users_on(&self, flow: Flow) -> Vec<Arc<str>> {
        self.sources.users_on(flow)
    }

    /// Something came by that flow which only the phone there can have sent. True when a contact there was silent.
    pub(crate) fn heard(&mut self, now: Duration, flow: Flow) -> bool {
        self.sources.heard(now, flow)
    }

    /// Absolute time at which the phone on a flow was heard last.
    pub(crate) fn heard_at(&self, flow: Flow) -> Option<Duration> {
        self.sources.heard_at(flow)
    }

    /// Takes a contact out of those that can be called; false when it was not among them.
    pub(crate) fn silence(&mut self, user: &str, contact: &Uri, flow: Flow) -> bool {
        let contacts = self.users.get_mut(user);
        let was_live = contacts.is_some_and(|contacts| contacts.silence(contact, flow));
        if was_live {
            self.sources.silent(flow);
        }
        was_live
    }

    /// The silent contacts of a user on a flow can be called again; false when there were none.
    pub(crate) fn revive(&mut self, user: &str, flow: Flow) -> bool {
        let contacts = self.users.get_mut(user);
        contacts.is_some_and(|contacts| contacts.revive(flow))
    }

    /// What changed since the last look in whom the gate is to let through (S9).
    pub(crate) fn take_vouches(&mut self) -> Vec<Vouch> {
        self.sources.take_vouches()
    }

    fn retain(&mut self, user: &str, keep: impl Fn(&Binding) -> bool) -> usize {
        let Some(contacts) = self.users.get(user) else {
            return 0;
        };
        let mut contacts = contacts.clone();
        let before = contacts.all().count();
        contacts.retain(keep);
        let gone = before.saturating_sub(contacts.all().count());
        self.store(user, contacts);
        gone
    }

    fn store(&mut self, user: &str, contacts: Contacts) {
        let (name, before) = match self.users.remove_entry(user) {
            Some((name, before)) => (name, before),
            None => (user.into(), Contacts::default()),
        };
        // First what is new: whoever only refreshes is never left without a word at the gate.
        for binding in contacts.all() {
            self.sources.enter(&name, binding.flow);
        }
        for binding in before.all() {
            self.sources.leave(&name, binding.flow);
        }
        if contacts.all().next().is_some() {
            self.users.insert(name, contacts);
        }
    }

    /// Users with a contact.
    pub(crate) fn len(&self) -> usize {
        self.users.len()
    }
}
