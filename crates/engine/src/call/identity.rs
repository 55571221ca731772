//! What is known of the caller: nothing yet, nothing at all, or what the directory has answered (R57, R64, R66).

use model::{AgentId, Profile, Ties};

use super::Call;
use crate::context::Context;

/// What is known of the caller.
#[derive(Debug)]
pub(super) enum Identity {
    /// The directory was asked.
    Pending,
    /// The number was withheld, or the directory could not be asked.
    Unknown,
    /// The directory's answer.
    Known(Box<Profile>),
}

impl Call {
    /// The directory has answered.
    pub(super) fn identified(&mut self, context: &mut Context, profile: Option<Box<Profile>>) {
        let Some(profile) = profile else {
            self.profile = Identity::Unknown;
            let (call, ties) = (self.id, self.ties());
            return context.tell_acd(acd::Input::Identified { call, ties });
        };
        let ties = profile.ties.clone();
        context.fact(model::Fact::CallIdentified {
            call: self.id,
            profile: (*profile).clone(),
        });
        self.profile = Identity::Known(profile);
        context.tell_acd(acd::Input::Identified {
            call: self.id,
            ties,
        });
        self.raise_vip(context);
    }

    /// Which agents know him and whom he must not meet, as far as the directory has answered.
    pub(super) fn ties(&self) -> Ties {
        match &self.profile {
            Identity::Known(profile) => profile.ties.clone(),
            Identity::Pending | Identity::Unknown => Ties::default(),
        }
    }

    /// The same; `None` while the directory has not answered.
    pub(super) fn known_ties(&self) -> Option<Ties> {
        (!matches!(self.profile, Identity::Pending)).then(|| self.ties())
    }

    /// R66: whether the caller must not be given to this agent by anybody.
    pub(super) fn is_kept_apart(&self, agent: AgentId) -> bool {
        match &self.profile {
            Identity::Known(profile) => profile.ties.apart.contains(&agent),
            Identity::Pending | Identity::Unknown => false,
        }
    }

    /// F5: the level of the customer, or that of the list of VIPs if it is higher.
    pub(super) fn vip_level(&self) -> u8 {
        let of_customer = match &self.profile {
            Identity::Known(profile) => profile.vip_level(),
            Identity::Pending | Identity::Unknown => 0,
        };
        of_customer.max(self.listed.vip_level())
    }

    pub(super) fn suggestion(&self) -> &'static str {
        match &self.profile {
            Identity::Known(profile) => profile.suggestion(),
            Identity::Pending | Identity::Unknown => Profile::default().suggestion(),
        }
    }
}
