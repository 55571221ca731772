//! What is known of the caller: nothing yet, nothing at all, or what the directory has answered (R57, R64, R66).

use model::fact::Direction;
use model::{AgentId, Caller, Profile, Ties, Typed};

use super::Call;
use crate::context::Context;
use crate::request::Request;

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

/// What the caller has keyed in to say who he is (G6).
#[derive(Debug)]
pub(super) struct Said {
    typed: Typed,
    /// Whether the directory has yet to answer to it.
    is_open: bool,
}

impl Call {
    /// G6: the caller keys in who he is. The call goes on while the directory is asked.
    pub(super) fn says_who(&mut self, context: &mut Context, typed: Typed) {
        if self.said.as_ref().is_some_and(|said| said.typed == typed) {
            return;
        }
        self.said = Some(Said {
            typed: typed.clone(),
            is_open: true,
        });
        // In a call out the customer is the one who is called.
        let caller = match self.direction {
            Direction::In | Direction::Internal | Direction::Callback => self.caller.clone(),
            Direction::Out => Caller::new(&self.called, None),
        };
        context.request(Request::Profile {
            call: self.id,
            caller,
            typed: Some(typed),
        });
    }

    /// Whether the directory has yet to answer to what he has keyed in.
    pub(super) fn is_asked_anew(&self) -> bool {
        self.said.as_ref().is_some_and(|said| said.is_open)
    }

    /// The directory has answered, by this.
    pub(super) fn identified(
        &mut self,
        context: &mut Context,
        typed: Option<Typed>,
        profile: Option<Box<Profile>>,
    ) {
        let is_last = self.said.as_ref().map(|said| &said.typed) == typed.as_ref();
        if !is_last {
            // He has said since who he is: until that is answered, it is known whom his number ties him to.
            if typed.is_none() && self.is_asked_anew() {
                self.profile = profile.map_or(Identity::Unknown, Identity::Known);
                let (call, ties) = (self.id, self.ties());
                context.tell_acd(acd::Input::Identified { call, ties });
            }
            return;
        }
        if let Some(said) = &mut self.said {
            said.is_open = false;
        }
        let Some(profile) = profile.or_else(|| self.unanswered()) else {
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

    /// The directory does not say who it is that has keyed that in: what his number says stands, and the agent is told so.
    fn unanswered(&self) -> Option<Box<Profile>> {
        let said = self.said.as_ref()?;
        let by_number = match &self.profile {
            Identity::Known(profile) if profile.typed.is_none() => Profile::clone(profile),
            Identity::Known(_) | Identity::Pending | Identity::Unknown => Profile::default(),
        };
        Some(Box::new(Profile {
            typed: Some(Box::new(said.typed.unanswered())),
            ..by_number
        }))
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
            Identity::Known(profile) if !self.is_asked_anew() => profile.suggestion(),
            Identity::Known(_) | Identity::Pending | Identity::Unknown => {
                Profile::default().suggestion()
            }
        }
    }
}
