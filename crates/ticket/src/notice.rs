//! Who is told what of a ticket on his page (通知, J8): one table from what happened to whom it is told and in which words.
//!
//! Nobody is told what he did himself, and one thing once. While somebody is away who stands in for him is told (C6); where nobody does, it
//! waits for him.

use std::collections::{BTreeMap, BTreeSet};

use model::AgentId;
use serde::{Deserialize, Serialize};

use crate::entry::{Entry, Event};
use crate::handling::{Group, Order};
use crate::ticket::Ticket;

/// Most people who are told of one thing.
const TOLD_MAX: usize = 100;
/// Most people whom a text names.
const MENTIONS_MAX: usize = 20;
/// Longest login that is looked for behind an `@`.
const LOGIN_CHARS_MAX: usize = 64;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal $chinese:literal $english:literal;)+) => {
        /// What somebody is told.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum NoticeKind {
            $($(#[$doc])* $name,)+
        }

        impl NoticeKind {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The word of tables, facts and the API.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }

            /// What is said of a ticket, in Chinese and in English, before its number.
            pub const fn words(self) -> (&'static str, &'static str) {
                match self {
                    $(Self::$name => ($chinese, $english),)+
                }
            }

            /// By its word.
            pub fn named(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.word() == word)
            }
        }
    };
}

kinds! {
    /// Somebody named him in a text.
    Mentioned = "mentioned" "有人在工单中提到您" "You are mentioned in ticket";
    /// R11: so much time is used that he should know.
    Warned = "warned" "工单即将超时" "Soon late: ticket";
    /// R5, A8: a promise is broken, or the moment set by hand has passed.
    Breached = "breached" "工单已超时" "Late: ticket";
    /// T6, T9, T10: it is sent to him, or to his group.
    Assigned = "assigned" "有新的待接工单" "Sent to you: ticket";
    /// T8: it came back.
    Returned = "returned" "工单被转回" "Returned: ticket";
    /// T12.
    Urged = "urged" "工单被催办" "Urged: ticket";
    /// T11, T15: there is more to know.
    Added = "added" "工单有新的内容" "More is said in ticket";
    /// T17: he is asked to agree.
    ApprovalAsked = "approval_asked" "工单待您审核" "Your approval is asked for ticket";
    /// T18: all have agreed.
    Approved = "approved" "工单审核通过" "Approved: ticket";
    /// T19.
    Rejected = "rejected" "工单被驳回" "Rejected: ticket";
    /// T16.
    ExtensionAsked = "extension_asked" "工单申请延时" "More time is asked for ticket";
    /// T16.
    ExtensionAnswered = "extension_answered" "工单延时申请已批复" "The wish for more time is answered: ticket";
    /// T4, T20, T21, T24: it is done.
    Done = "done" "工单已办结" "Done: ticket";
    /// T23, T25: it is not.
    Reopened = "reopened" "工单重新办理" "Open again: ticket";
    /// T26, T27: it became one with another, or is one by itself again.
    Merged = "merged" "工单合并有变动" "Merged or parted: ticket";
    /// T28.
    Voided = "voided" "工单已作废" "Void: ticket";
    /// T29.
    Appealed = "appealed" "工单判责有申诉" "The verdict is objected to: ticket";
    /// The moment of a reminder has come.
    Reminder = "reminder" "提醒" "Reminder:";
}

impl NoticeKind {
    /// What is said, by language.
    pub fn title(self, about: &str) -> BTreeMap<&'static str, String> {
        let (chinese, english) = self.words();
        [
            (
                "zh-CN",
                format!("{chinese}：{about}")
                    .trim_end_matches('：')
                    .to_owned(),
            ),
            (
                "en",
                format!("{english} {about}")
                    .trim_end_matches([':', ' '])
                    .to_owned(),
            ),
        ]
        .into()
    }
}

/// Who is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whom {
    /// Who has accepted it or is asked to; without one who receives for the group, else all of it.
    Handler,
    /// Who leads its group, or the nearest above that has a lead.
    Leads,
    /// Who leads its group and all above it.
    Chain,
    /// Who was asked first.
    Owner,
    /// Who follows it.
    Watchers,
    /// Who may agree next.
    Reviewers,
}

/// Somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Notice {
    /// Who.
    pub agent: AgentId,
    /// What.
    pub kind: NoticeKind,
}

/// The table.
fn row(event: &Event) -> Option<(NoticeKind, &'static [Whom])> {
    use Whom::{Chain, Handler, Leads, Owner, Reviewers, Watchers};
    match event {
        Event::Warned { .. } => Some((NoticeKind::Warned, &[Handler, Leads])),
        Event::Breached { .. } => Some((NoticeKind::Breached, &[Handler, Leads, Owner])),
        Event::Overdue => Some((NoticeKind::Breached, &[Handler, Leads, Owner])),
        // M6: what it went into is over.
        Event::SurvivorClosed { .. } => Some((NoticeKind::Done, &[Owner, Watchers])),
        Event::Submit { .. }
        | Event::Correct(_)
        | Event::Reclassify(_)
        | Event::Fill(_)
        | Event::RecordingLinked { .. }
        | Event::HoursChanged { .. }
        | Event::Related { .. } => None,
        Event::Ordered(order) => match order {
            Order::Dispatch { .. } | Order::Transfer { .. } | Order::Escalate => {
                Some((NoticeKind::Assigned, &[Handler]))
            }
            Order::Return { .. } => Some((NoticeKind::Returned, &[Leads, Owner])),
            Order::Urge { .. } => Some((NoticeKind::Urged, &[Handler, Chain])),
            Order::Append { .. } => Some((NoticeKind::Added, &[Handler, Watchers])),
            Order::StageReply { .. } => Some((NoticeKind::Added, &[Owner, Watchers])),
            Order::Propose { .. } => Some((NoticeKind::ApprovalAsked, &[Reviewers])),
            Order::Approve => Some((NoticeKind::Approved, &[Handler, Owner])),
            Order::Reject { .. } => Some((NoticeKind::Rejected, &[Handler])),
            Order::RequestExtension { .. } => Some((NoticeKind::ExtensionAsked, &[Leads])),
            Order::GrantExtension | Order::RefuseExtension { .. } => {
                Some((NoticeKind::ExtensionAnswered, &[Handler]))
            }
            Order::Resolve { .. } | Order::VisitOk { .. } | Order::Confirm => {
                Some((NoticeKind::Done, &[Owner, Watchers]))
            }
            Order::VisitBad { .. } | Order::Reopen { .. } => {
                Some((NoticeKind::Reopened, &[Handler, Owner, Watchers]))
            }
            Order::Merge { .. }
            | Order::Absorb { .. }
            | Order::Unmerge
            | Order::GiveBack { .. } => Some((NoticeKind::Merged, &[Handler, Owner, Watchers])),
            Order::Void { .. } => Some((NoticeKind::Voided, &[Handler, Owner, Watchers])),
            Order::Appeal { .. } => Some((NoticeKind::Appealed, &[Leads])),
            Order::Release { .. }
            | Order::DirectAnswer { .. }
            | Order::Correct(_)
            | Order::Claim
            | Order::Pend { .. }
            | Order::Resume
            | Order::VisitRetry { .. }
            | Order::Rule { .. }
            | Order::Reclassify { .. }
            | Order::Weigh { .. }
            | Order::SetPriority { .. }
            | Order::Track { .. }
            | Order::Fill { .. }
            | Order::SetDue { .. }
            | Order::SetSensitive { .. } => None,
        },
    }
}

/// Who is told of an entry of a ticket as it stands after it; who is named in a text is told so by his login.
pub fn notices(
    ticket: &Ticket,
    entry: &Entry,
    groups: &BTreeMap<String, Group>,
    logins: &BTreeMap<String, AgentId>,
) -> Vec<Notice> {
    let mut told: BTreeMap<AgentId, NoticeKind> = BTreeMap::new();
    let named = mentions(&entry.event).into_iter();
    for agent in named.filter_map(|login| logins.get(&login)) {
        told.insert(*agent, NoticeKind::Mentioned);
    }
    if let Some((mut kind, mut whom)) = row(&entry.event) {
        // T18: a further step is a question to others.
        if kind == NoticeKind::Approved && !ticket.handling.approval.reviewers().is_empty() {
            (kind, whom) = (NoticeKind::ApprovalAsked, &[Whom::Reviewers]);
        }
        for agent in whom.iter().flat_map(|one| one.people(ticket, groups)) {
            told.entry(here(agent, groups)).or_insert(kind);
        }
    }
    if let Some(actor) = entry.actor.agent() {
        told.remove(&actor);
    }
    let told = told
        .into_iter()
        .filter(|(agent, _)| may_hear(ticket, *agent, groups));
    told.take(TOLD_MAX)
        .map(|(agent, kind)| Notice { agent, kind })
        .collect()
}

/// The logins that a text of the event names by `@login`.
pub fn mentions(event: &Event) -> BTreeSet<String> {
    let Event::Ordered(order) = event else {
        return BTreeSet::new();
    };
    let text = if let Order::Append { text } | Order::StageReply { text, .. } = order {
        text
    } else if let Order::Transfer { note, .. } = order {
        note
    } else {
        return BTreeSet::new();
    };
    let pieces: Vec<&str> = text.split('@').collect();
    let logins = pieces.windows(2).filter_map(|pair| {
        let [before, rest] = pair else { return None };
        // What stands behind a letter is a mail address.
        if before.ends_with(|c: char| c.is_ascii_alphanumeric()) {
            return None;
        }
        let is_of = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let login: String = rest
            .chars()
            .take_while(is_of)
            .take(LOGIN_CHARS_MAX)
            .collect();
        Some(login.trim_end_matches(['.', '-']).to_owned()).filter(|login| !login.is_empty())
    });
    logins.take(MENTIONS_MAX).collect()
}

/// A13, J3: of a sensitive ticket hear those who have to do with it, of one about how an agent has served those who lead.
fn may_hear(ticket: &Ticket, agent: AgentId, groups: &BTreeMap<String, Group>) -> bool {
    let member = |name: &String| groups.get(name)?.members.get(&agent);
    if ticket.matter.for_leads {
        return groups.keys().filter_map(member).any(|one| one.leads);
    }
    let (people, place) = (&ticket.handling.people, &ticket.handling.place);
    let ones = [people.creator, people.owner, place.named, place.assignee];
    !ticket.handling.is_sensitive()
        || ones.contains(&Some(agent))
        || place.group.as_ref().and_then(member).is_some()
        || ticket.handling.approval.reviewers().contains(&agent)
}

/// C6: who stands in for somebody who is away, if he may hear of the ticket.
pub fn stand_in(
    ticket: &Ticket,
    agent: AgentId,
    groups: &BTreeMap<String, Group>,
) -> Option<AgentId> {
    let other = here(agent, groups);
    (other != agent && may_hear(ticket, other, groups)).then_some(other)
}

/// C6: who stands in for him while he is away; he himself where nobody does.
fn here(agent: AgentId, groups: &BTreeMap<String, Group>) -> AgentId {
    let mut of_him = groups
        .values()
        .filter(|group| group.members.contains_key(&agent));
    of_him
        .find_map(|group| group.stands_for(agent))
        .unwrap_or(agent)
}

impl Whom {
    fn people(self, ticket: &Ticket, groups: &BTreeMap<String, Group>) -> Vec<AgentId> {
        let handling = &ticket.handling;
        match self {
            Self::Handler => handlers(ticket, groups),
            Self::Leads => chain(ticket, groups)
                .find(|leads| !leads.is_empty())
                .unwrap_or_default(),
            Self::Chain => chain(ticket, groups).flatten().collect(),
            Self::Owner => handling.people.owner.into_iter().collect(),
            Self::Watchers => handling.people.watchers.iter().copied().collect(),
            Self::Reviewers => handling.approval.reviewers().into_iter().collect(),
        }
    }
}

fn handlers(ticket: &Ticket, groups: &BTreeMap<String, Group>) -> Vec<AgentId> {
    let place = &ticket.handling.place;
    if let Some(one) = place.assignee.or(place.named) {
        return vec![one];
    }
    let group = place.group.as_ref().and_then(|name| groups.get(name));
    match group.map(|group| (group.receiver(), group)) {
        Some((Some(receiver), _)) => vec![receiver],
        Some((None, group)) => group.members.keys().copied().collect(),
        None => Vec::new(),
    }
}

/// The leads of its group, and of each above it; a circle is walked once.
fn chain<'a>(
    ticket: &'a Ticket,
    groups: &'a BTreeMap<String, Group>,
) -> impl Iterator<Item = Vec<AgentId>> + 'a {
    let above = |group: &&'a Group| groups.get(group.parent.as_deref()?);
    let own = ticket
        .handling
        .place
        .group
        .as_ref()
        .and_then(|name| groups.get(name));
    let up = std::iter::successors(own, above).take(groups.len());
    up.map(|group| {
        let leads = group.members.iter().filter(|(_, one)| one.leads);
        leads.map(|(agent, _)| *agent).collect()
    })
}
