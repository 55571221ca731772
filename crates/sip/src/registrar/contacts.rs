//! The contacts of one user: what a REGISTER does to them, and in which order they are called (RFC 3261 §10.3, §16.6).

use super::{Binding, Origin, Refused, Wish};
use crate::{config::RegistrationLimits, flow::Flow, message::Uri};
use core::{cmp::Reverse, time::Duration};

/// Contacts, those that can be called and those that nobody hears.
#[derive(Clone, Debug, Default)]
pub(super) struct Contacts {
    /// Highest `q` first, then the latest.
    live: Vec<Binding>,
    /// Bound, but they answer no probe.
    silent: Vec<Binding>,
}

impl Contacts {
    pub(super) fn live(&self) -> &[Binding] {
        &self.live
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Binding> {
        self.live.iter().chain(&self.silent)
    }

    pub(super) fn retain(&mut self, keep: impl Fn(&Binding) -> bool) {
        self.live.retain(&keep);
        self.silent.retain(&keep);
    }

    /// `Contact: *`
    pub(super) fn clear(&mut self, origin: &Origin) -> Result<(), Refused> {
        if self.all().any(|row| is_overtaken(row, origin)) {
            return Err(Refused::OutOfOrder);
        }
        *self = Self::default();
        Ok(())
    }

    /// RFC 3261 §10.3 step 7. On an error this is half done: the caller keeps what he had before.
    pub(super) fn apply(
        &mut self,
        now: Duration,
        wishes: Vec<Wish>,
        origin: &Origin,
        limits: &RegistrationLimits,
    ) -> Result<(), Refused> {
        let mut fresh: Vec<Binding> = Vec::with_capacity(wishes.len());
        for wish in wishes {
            let expires_s = wish.expires_s.unwrap_or(limits.expires_s_default);
            if expires_s != 0 && expires_s < limits.expires_s_min {
                return Err(Refused::TooBrief);
            }
            let overtaken = |row: &Binding| is_same(row, &wish) && is_overtaken(row, origin);
            if self.all().any(overtaken) {
                return Err(Refused::OutOfOrder);
            }
            self.retain(|row| !is_same(row, &wish));
            fresh.retain(|row| !is_same(row, &wish));
            if expires_s > 0 {
                let granted_s = expires_s.min(limits.expires_s_max);
                let granted = Duration::from_secs(u64::from(granted_s));
                fresh.push(bind(now.saturating_add(granted), wish, origin));
            }
        }
        self.make_room(fresh.len(), limits)?;
        fresh.append(&mut self.live);
        self.live = fresh;
        self.sort();
        Ok(())
    }

    /// A5, S7: the newest phones win, or the oldest stay. A silent one goes first, then the least preferred and oldest.
    fn make_room(&mut self, fresh: usize, limits: &RegistrationLimits) -> Result<(), Refused> {
        let room = limits.contacts_max.checked_sub(fresh);
        let room = room.ok_or(Refused::TooMany)?;
        if self.all().count() <= room {
            return Ok(());
        }
        if !limits.displaces_oldest {
            return Err(Refused::TooMany);
        }
        self.silent.truncate(room.saturating_sub(self.live.len()));
        self.live.truncate(room);
        Ok(())
    }

    /// Those of before a restart, unless the phone has come back by itself meanwhile.
    pub(super) fn restore(&mut self, bindings: Vec<Binding>, contacts_max: usize) {
        for binding in bindings {
            let is_known = self.all().any(|row| {
                row.contact.is_equivalent(&binding.contact)
                    || is_same_device(row, binding.instance.as_deref(), binding.reg_id)
            });
            if !is_known && self.all().count() < contacts_max {
                self.live.push(binding);
            }
        }
        self.sort();
    }

    pub(super) fn silence(&mut self, contact: &Uri, flow: Flow) -> bool {
        let is_it = |row: &Binding| row.contact == *contact && row.flow == flow;
        let Some(index) = self.live.iter().position(is_it) else {
            return false;
        };
        let binding = self.live.remove(index);
        self.silent.insert(0, binding);
        true
    }

    pub(super) fn revive(&mut self, flow: Flow) -> bool {
        let silent = core::mem::take(&mut self.silent);
        let (mut heard, silent): (Vec<_>, _) = silent.into_iter().partition(|row| row.flow == flow);
        self.silent = silent;
        let is_any = !heard.is_empty();
        self.live.append(&mut heard);
        self.sort();
        is_any
    }

    /// Stable: among equals the order of the moment stays.
    fn sort(&mut self) {
        self.live.sort_by_key(|row| Reverse(row.q_permille));
    }
}

fn bind(expires_at: Duration, wish: Wish, origin: &Origin) -> Binding {
    Binding {
        contact: wish.contact,
        flow: origin.flow,
        expires_at,
        user_agent: origin.user_agent.clone(),
        instance: wish.instance,
        q_permille: wish.q_permille,
        path: origin.path.clone(),
        reg_id: wish.reg_id,
        call_id: origin.call_id.clone(),
        cseq: origin.cseq,
    }
}

/// Whether a contact is the one that is bound: by its URI, or a device that comes back by another address. Two flows of
/// one device differ by their `reg-id` (RFC 5626 §6).
fn is_same(row: &Binding, wish: &Wish) -> bool {
    let is_same_uri = row.contact.is_equivalent(&wish.contact);
    let is_two_flows = row.instance == wish.instance && row.reg_id != wish.reg_id;
    is_same_device(row, wish.instance.as_deref(), wish.reg_id)
        || (is_same_uri && !(row.instance.is_some() && is_two_flows))
}

fn is_same_device(row: &Binding, instance: Option<&str>, reg_id: Option<u32>) -> bool {
    row.instance.is_some() && row.instance.as_deref() == instance && row.reg_id == reg_id
}

/// RFC 3261 §10.3 step 7.
fn is_overtaken(row: &Binding, origin: &Origin) -> bool {
    row.call_id == origin.call_id && row.cseq >= origin.cseq
}
