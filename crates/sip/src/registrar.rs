//! Bindings of addresses of record, RFC 3261 §10.3.
//!
//! Invariant: a REGISTER changes all that it asks for or nothing. A binding remembers the flow of its REGISTER, over
//! which calls to it go. Who may register what has been decided before. No GRUU is handed out (phones.md 6.7).

use crate::{config::RegistrationLimits, flow::Flow, message::uri::Uri};
use core::time::Duration;
use std::collections::BTreeMap;

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
}

/// Where a REGISTER came from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Origin {
    pub(crate) flow: Flow,
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
    bindings: BTreeMap<String, Vec<Binding>>,
}

impl Registrar {
    pub(crate) fn new(limits: RegistrationLimits) -> Self {
        Self {
            limits,
            bindings: BTreeMap::new(),
        }
    }

    pub(crate) fn limits(&self) -> &RegistrationLimits {
        &self.limits
    }

    pub(crate) fn of(&self, user: &str) -> &[Binding] {
        self.bindings.get(user).map_or(&[], Vec::as_slice)
    }

    /// Absolute time of the user's next expiry.
    pub(crate) fn next_expiry(&self, user: &str) -> Option<Duration> {
        self.of(user).iter().map(|binding| binding.expires_at).min()
    }

    /// Applies a REGISTER as a whole.
    pub(crate) fn update(
        &mut self,
        now: Duration,
        user: &str,
        update: Update,
        origin: &Origin,
    ) -> Result<(), Refused> {
        let mut rows = self.of(user).to_vec();
        match update {
            Update::Query => {}
            Update::Clear => {
                if rows.iter().any(|row| is_overtaken(row, origin)) {
                    return Err(Refused::OutOfOrder);
                }
                rows.clear();
            }
            Update::Contacts(wishes) => {
                for wish in wishes {
                    self.apply(now, &mut rows, wish, origin)?;
                }
            }
        }
        if rows.len() > self.limits.contacts_max {
            return Err(Refused::TooMany);
        }
        self.store(user, rows);
        Ok(())
    }

    fn apply(
        &self,
        now: Duration,
        rows: &mut Vec<Binding>,
        wish: Wish,
        origin: &Origin,
    ) -> Result<(), Refused> {
        let expires_s = wish.expires_s.unwrap_or(self.limits.expires_s_default);
        if expires_s != 0 && expires_s < self.limits.expires_s_min {
            return Err(Refused::TooBrief);
        }
        // A phone that comes back with another address is known by its instance.
        let is_same = |row: &Binding| {
            row.contact.is_equivalent(&wish.contact)
                || (row.instance.is_some() && row.instance == wish.instance)
        };
        if rows
            .iter()
            .any(|row| is_same(row) && is_overtaken(row, origin))
        {
            return Err(Refused::OutOfOrder);
        }
        rows.retain(|row| !is_same(row));
        if expires_s > 0 {
            let granted_s = expires_s.min(self.limits.expires_s_max);
            rows.push(Binding {
                contact: wish.contact,
                flow: origin.flow,
                expires_at: now.saturating_add(Duration::from_secs(u64::from(granted_s))),
                user_agent: origin.user_agent.clone(),
                instance: wish.instance,
                q_permille: 1_000,
                path: Vec::new(),
                reg_id: None,
                call_id: origin.call_id.clone(),
                cseq: origin.cseq,
            });
        }
        Ok(())
    }

    /// Drops what has expired; the number of contacts that went.
    pub(crate) fn expire(&mut self, now: Duration, user: &str) -> usize {
        self.retain(user, |binding| binding.expires_at > now)
    }

    /// Forgets a user; the number of contacts that went.
    pub(crate) fn remove(&mut self, user: &str) -> usize {
        self.retain(user, |_| false)
    }

    /// Drops the contacts on a flow; the users who lost one.
    pub(crate) fn drop_flow(&mut self, flow: Flow) -> Vec<String> {
        let rows = self.bindings.iter();
        let hit = rows.filter(|(_, bindings)| bindings.iter().any(|binding| binding.flow == flow));
        let users: Vec<String> = hit.map(|(user, _)| user.clone()).collect();
        for user in &users {
            self.retain(user, |binding| binding.flow != flow);
        }
        users
    }

    fn retain(&mut self, user: &str, keep: impl Fn(&Binding) -> bool) -> usize {
        let mut rows = self.of(user).to_vec();
        let before = rows.len();
        rows.retain(keep);
        let gone = before.saturating_sub(rows.len());
        self.store(user, rows);
        gone
    }

    fn store(&mut self, user: &str, rows: Vec<Binding>) {
        if rows.is_empty() {
            self.bindings.remove(user);
        } else {
            self.bindings.insert(user.to_owned(), rows);
        }
    }

    /// Users with a contact.
    pub(crate) fn len(&self) -> usize {
        self.bindings.len()
    }
}

fn is_overtaken(row: &Binding, origin: &Origin) -> bool {
    row.call_id == origin.call_id && row.cseq >= origin.cseq
}
