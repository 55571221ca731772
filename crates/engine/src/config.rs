//! The configuration under which the engine works: one immutable snapshot, replaced whole.
//!
//! A running call keeps what it took from the snapshot with which it began (its script by `Arc`, its queue by name), so a
//! reload never touches it. Reading files and telling mistakes with line and column is the shell's work.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use media::SoundName;
use model::canary::Canary;
use model::{Calendar, Caller, Clips, Mailboxes, NumberPlan, QueueName, ScriptName};
use sip::TrunkName;

use crate::announce::Announce;
use crate::breaks::Reasons;
use crate::callbacks::Keeping;
use crate::dial::DialPlan;
use crate::numbers::Numbers;
use crate::regions::{RegionFit, Regions};
use crate::trunk::Trunk;

/// The snapshot.
#[derive(Clone, Debug)]
pub struct Config {
    /// Rises with every reload; stands in each decision.
    pub version: u64,
    /// How national numbers are read.
    pub plan: NumberPlan,
    /// Where each dialled number enters.
    pub numbers: Numbers,
    /// Which queues look after callers of which regions (A12).
    pub regions: Regions,
    /// The carriers.
    pub trunks: BTreeMap<TrunkName, Trunk>,
    /// Which outside numbers may be called, and how.
    pub dial: DialPlan,
    /// All queues.
    pub queues: BTreeMap<QueueName, Queue>,
    /// All scripts, checked.
    pub scripts: BTreeMap<ScriptName, Arc<ivr::Script>>,
    /// Which of them are tried on a share of callers (M6).
    pub canary: Option<OnTrial>,
    /// All calendars.
    pub calendars: BTreeMap<String, Calendar>,
    /// For how long at most a calendar may be closed out of turn (E9).
    pub closing_max: Duration,
    /// Language of a call before a script sets one: `zh-CN`.
    pub language: String,
    /// Which calls are recorded.
    pub recording: RecordingPolicy,
    /// How an agent goes to work.
    pub sign_in: SignIn,
    /// When somebody is told of a hold that lasts (C19).
    pub hold: HoldTimes,
    /// What an agent hears and may do whose phone stays on the line (C15).
    pub standby: StandingBy,
    /// Why an agent may be not ready, and for how long a day (C2).
    pub reasons: Reasons,
    /// Those of the house's own sentences that have a sound (`speech`): `zh-CN/hold_message`, `zh-CN/agent_1001`.
    pub house_sounds: BTreeSet<SoundName>,
    /// Where callers leave messages (G2).
    pub mailboxes: Arc<Mailboxes>,
    /// What agents may play to their callers (E25).
    pub clips: Arc<Clips>,
    /// Keys of numbers that many people share (switchboards): nobody is familiar by them (R64).
    pub shared_numbers: BTreeSet<String>,
}

/// Scripts that are tried on a share of callers (M6).
#[derive(Clone, Debug)]
pub struct OnTrial {
    /// Which, on whom, and how much worse they may be.
    pub canary: Canary,
    /// All scripts as the others meet them.
    pub former: BTreeMap<ScriptName, Arc<ivr::Script>>,
}

impl Config {
    /// The same with the scripts that lead those who do not meet the canary.
    pub(crate) fn on_former(&self, trial: &OnTrial) -> Self {
        Self {
            scripts: trial.former.clone(),
            canary: None,
            ..self.clone()
        }
    }

    /// R64: whether a caller's number may tell who he is: neither withheld nor shared.
    pub(crate) fn is_key(&self, caller: &Caller) -> bool {
        let is_shared = |number| self.shared_numbers.contains(&self.plan.key(number).key);
        let number = caller.number.as_deref();
        !caller.is_withheld() && (self.shared_numbers.is_empty() || !number.is_some_and(is_shared))
    }
}

/// How an agent goes to work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// By his page or the API alone.
    Page,
    /// Also by his phone: its first registration makes him ready, its sign-off sends him home.
    Phone,
}

/// Agents whose phones stay on the line (C15).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StandingBy {
    /// Heard between two calls; none: silence.
    pub music: Option<SoundName>,
    /// How long his page may decline before the caller is there; at least as long as the beep.
    pub refuse: Duration,
}

/// A dialled number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    /// Where its calls enter.
    pub entry: Entry,
    /// A hotline: callers who are not registered here may reach it.
    pub open: bool,
    /// D1: its callers come strictly before those of a lower one, in whatever queue; 0 to 9.
    pub priority: u8,
    /// A12: a caller whom regions fit goes to their queues instead.
    pub by_region: bool,
}

/// Where a call enters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A script.
    Script(ScriptName),
    /// Straight into a queue.
    Queue(QueueName),
    /// An agent's phone, by login.
    Agent(String),
    /// Nowhere: the agent who dials it stays on the line, and his callers come to him there (C15).
    Standby,
    /// The queues of the regions that fit the caller. No number is written so: what says `by_region` leads here (A12).
    Regions(RegionFit),
}

/// A queue: the rules by which the ACD distributes, and what the caller hears.
#[derive(Clone, Debug)]
pub struct Queue {
    /// The rules.
    pub rules: acd::QueueConfig,
    /// Its name by language, for people.
    pub title: BTreeMap<String, String>,
    /// F5: a caller's VIP level is his priority here, if it is higher than what his number or script says.
    pub vip_first: bool,
    /// Played while the caller waits.
    pub music: SoundName,
    /// What he is told meanwhile.
    pub announce: Announce,
    /// What is said when an agent has answered.
    pub opening: OpeningSounds,
    /// How places are kept for those who are not on the line.
    pub keeping: Keeping,
    /// Which of its callers are asked how they were served (J1).
    pub survey: Option<SurveyRule>,
}

/// J1, J2: which callers are asked after a talk, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveyRule {
    /// The form.
    pub form: String,
    /// How many of a hundred calls, 0 to 100; chosen by their ids.
    pub percent: u8,
}

/// What both hear before they hear each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpeningSounds {
    /// The caller is told the agent's number (C17).
    pub announce_agent: bool,
    /// The agent is told for whom he serves; two seconds of it at most (C18).
    pub whisper: Option<SoundName>,
}

/// Which calls are recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordingPolicy {
    /// Every answered call, from the answer to its end.
    All,
    /// None.
    Never,
}

/// After how long of a hold somebody is told of it; `None`: never (C19).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldTimes {
    /// The agent who holds, on his page.
    pub agent: Option<Duration>,
    /// The caller, by a message in place of the music.
    pub caller: Option<Duration>,
    /// Supervisors, by a fact.
    pub supervisor: Option<Duration>,
}

impl Default for HoldTimes {
    /// A minute, a minute and a half, three minutes.
    fn default() -> Self {
        let after = |seconds| Some(Duration::from_secs(seconds));
        Self {
            agent: after(60),
            caller: after(90),
            supervisor: after(180),
        }
    }
}

/// Where media may live, given once at start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaPlan {
    /// Address of the RTP sockets.
    pub bind: IpAddr,
    /// Address that our SDP names: the same, or the public one before a NAT.
    pub advertise: IpAddr,
    /// First port of the range; RTP takes even ports, RTCP the next.
    pub port_min: u16,
    /// Last port of the range.
    pub port_max: u16,
    /// Media threads; both legs of a call live on one of them.
    pub threads: u8,
}
