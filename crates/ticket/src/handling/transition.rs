//! The table of the state machine (T1 to T31, A4, A8, A13): for each order the states in which it is taken, those to which it leads, and who may
//! give it. What else must hold, and what comes of it, stands in the function of the order.

use serde::{Deserialize, Serialize};

use crate::state::State::{
    self, Closed, Dispatched, InProgress, InReview, Merged, New, Pending, Quarantined, Resolved,
    Void,
};

/// What somebody is to a ticket, or by his rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Takes calls.
    Agent,
    /// Sends tickets to groups.
    Dispatcher,
    /// Calls customers back.
    Visitor,
    /// Watches over all.
    Supervisor,
    /// Entered this ticket.
    Creator,
    /// Was asked first, and stays responsible to the customer (首问责任).
    Owner,
    /// Has accepted it.
    Assignee,
    /// Is of the group that has it, or of any while none has.
    Handler,
    /// Leads the group that has it, or one above.
    Lead,
    /// Is asked to approve.
    Reviewer,
    /// Of the group that was held responsible.
    Responsible,
    /// May read what is read by few.
    Trusted,
    /// A rule or a timer.
    System,
    /// Whose matter it is.
    Customer,
}

/// A row.
#[derive(Debug)]
pub struct Transition {
    /// `T7`, or the feature whose order it is, `A8`.
    pub rule: &'static str,
    /// The order's word.
    pub name: &'static str,
    /// What a Chinese page calls it.
    pub chinese: &'static str,
    /// In which states it is taken.
    pub from: &'static [State],
    /// To which it leads; none: it stays.
    pub to: &'static [State],
    /// Who may.
    pub who: &'static [Role],
}

impl Transition {
    /// Whether it does not depend on what its giver has read: then it needs no version (C16).
    pub fn is_blind(&self) -> bool {
        matches!(self.name, "append" | "urge" | "track")
    }
}

const fn row(
    rule: &'static str,
    name: &'static str,
    chinese: &'static str,
    from: &'static [State],
    to: &'static [State],
    who: &'static [Role],
) -> Transition {
    Transition {
        rule,
        name,
        chinese,
        from,
        to,
        who,
    }
}

const OPEN: &[State] = &[
    Quarantined,
    New,
    Dispatched,
    InProgress,
    Pending,
    InReview,
    Resolved,
];
/// Where somebody is to act on it, so that a caller may press for it (T12).
pub const IN_FLIGHT: &[State] = &[New, Dispatched, InProgress, Pending, InReview];
const ANY: &[State] = &[
    Quarantined,
    New,
    Dispatched,
    InProgress,
    Pending,
    InReview,
    Resolved,
    Closed,
    Merged,
    Void,
];

/// All orders, in the order of their rules.
pub static TRANSITIONS: [Transition; 39] = [
    row(
        "T3",
        "release",
        "放行",
        &[Quarantined],
        &[New],
        &[Role::System, Role::Supervisor],
    ),
    row(
        "T4",
        "direct_answer",
        "直接答复",
        &[New],
        &[Closed],
        &[Role::Agent],
    ),
    row(
        "T5",
        "correct",
        "更正",
        &[New, Dispatched],
        &[],
        &[Role::Creator, Role::Lead, Role::Supervisor],
    ),
    row(
        "T6",
        "dispatch",
        "派单",
        &[New, Dispatched, InProgress],
        &[Dispatched],
        &[Role::Dispatcher, Role::Lead, Role::System],
    ),
    row(
        "T7",
        "claim",
        "接单",
        &[New, Dispatched],
        &[InProgress],
        &[Role::Handler],
    ),
    row(
        "T8",
        "return",
        "转回",
        &[Dispatched],
        &[New, Dispatched],
        &[Role::Handler, Role::Lead],
    ),
    row(
        "T9",
        "transfer",
        "转派",
        &[InProgress, Pending],
        &[Dispatched],
        &[Role::Assignee, Role::Lead],
    ),
    row(
        "T10",
        "escalate",
        "升级",
        &[New, Dispatched, InProgress],
        &[Dispatched],
        &[Role::Assignee, Role::Lead, Role::System],
    ),
    row(
        "T11",
        "append",
        "追加",
        OPEN,
        &[InProgress],
        &[Role::Agent, Role::Handler, Role::Customer],
    ),
    row(
        "T12",
        "urge",
        "催单",
        IN_FLIGHT,
        &[],
        &[Role::Agent, Role::Owner, Role::Customer],
    ),
    row(
        "T13",
        "pend",
        "挂起",
        &[InProgress],
        &[Pending],
        &[Role::Assignee, Role::Lead],
    ),
    row(
        "T14",
        "resume",
        "恢复",
        &[Pending],
        &[InProgress],
        &[Role::Assignee, Role::System, Role::Customer],
    ),
    row(
        "T15",
        "stage_reply",
        "阶段回复",
        &[InProgress, Pending],
        &[],
        &[Role::Assignee],
    ),
    row(
        "T16",
        "request_extension",
        "延时申请",
        IN_FLIGHT,
        &[],
        &[Role::Assignee],
    ),
    row(
        "T16",
        "grant_extension",
        "同意延时",
        IN_FLIGHT,
        &[],
        &[Role::Lead, Role::Supervisor],
    ),
    row(
        "T16",
        "refuse_extension",
        "不同意延时",
        IN_FLIGHT,
        &[],
        &[Role::Lead, Role::Supervisor],
    ),
    row(
        "T17",
        "propose",
        "提交审核",
        &[InProgress],
        &[InReview],
        &[Role::Assignee],
    ),
    row(
        "T18",
        "approve",
        "审核通过",
        &[InReview],
        &[InReview, Resolved],
        &[Role::Reviewer],
    ),
    row(
        "T19",
        "reject",
        "驳回",
        &[InReview],
        &[InProgress],
        &[Role::Reviewer, Role::Lead, Role::Supervisor],
    ),
    row(
        "T20",
        "resolve",
        "处理完毕",
        &[InProgress],
        &[Resolved],
        &[Role::Assignee],
    ),
    row(
        "T21",
        "visit_ok",
        "回访成功",
        &[Resolved],
        &[Resolved, Closed],
        &[Role::Visitor],
    ),
    row(
        "T22",
        "visit_retry",
        "待回访",
        &[Resolved],
        &[],
        &[Role::Visitor, Role::Lead],
    ),
    row(
        "T23",
        "visit_bad",
        "不满意",
        &[Resolved],
        &[InProgress, New],
        &[Role::Visitor, Role::Customer],
    ),
    row(
        "T24",
        "confirm",
        "确认",
        &[Resolved],
        &[Closed],
        &[Role::Customer, Role::System, Role::Lead],
    ),
    row(
        "T25",
        "reopen",
        "重开",
        &[Closed],
        &[InProgress, New],
        &[Role::Agent, Role::Supervisor, Role::Customer],
    ),
    row(
        "T26",
        "merge",
        "合并",
        OPEN,
        &[Merged],
        &[Role::Creator, Role::Dispatcher, Role::Lead],
    ),
    row(
        "T26",
        "absorb",
        "并入",
        &[New, Dispatched, InProgress, Pending, InReview, Resolved],
        &[],
        &[Role::Creator, Role::Dispatcher, Role::Lead],
    ),
    row(
        "T27",
        "unmerge",
        "撤销合并",
        &[Merged],
        OPEN,
        &[Role::Lead, Role::Supervisor],
    ),
    row(
        "T27",
        "give_back",
        "退出合并",
        OPEN,
        &[],
        &[Role::Lead, Role::Supervisor],
    ),
    row(
        "T28",
        "void",
        "作废",
        &[Quarantined, New, Dispatched, InProgress],
        &[Void],
        &[Role::Lead, Role::Supervisor, Role::Creator, Role::System],
    ),
    row(
        "T29",
        "rule",
        "判责",
        &[Resolved, Closed],
        &[],
        &[Role::Supervisor],
    ),
    row(
        "T29",
        "appeal",
        "申诉",
        &[Resolved, Closed],
        &[],
        &[Role::Responsible],
    ),
    row(
        "T30",
        "reclassify",
        "重新分类",
        IN_FLIGHT,
        &[],
        &[Role::Assignee, Role::Dispatcher, Role::Lead],
    ),
    row(
        "T30",
        "weigh",
        "重新定级",
        OPEN,
        &[],
        &[Role::Assignee, Role::Dispatcher, Role::Lead],
    ),
    row(
        "T30",
        "set_priority",
        "手工定级",
        OPEN,
        &[],
        &[Role::Assignee, Role::Dispatcher, Role::Lead],
    ),
    row(
        "T31",
        "track",
        "跟踪",
        ANY,
        &[],
        &[
            Role::Agent,
            Role::Dispatcher,
            Role::Visitor,
            Role::Supervisor,
            Role::Handler,
        ],
    ),
    row(
        "A4",
        "fill",
        "补填字段",
        OPEN,
        &[],
        &[
            Role::Creator,
            Role::Owner,
            Role::Handler,
            Role::Lead,
            Role::Visitor,
        ],
    ),
    row(
        "A8",
        "set_due",
        "指定期限",
        IN_FLIGHT,
        &[],
        &[Role::Creator, Role::Assignee, Role::Dispatcher, Role::Lead],
    ),
    row(
        "A13",
        "set_sensitive",
        "设为保密",
        OPEN,
        &[],
        &[
            Role::Creator,
            Role::Assignee,
            Role::Dispatcher,
            Role::Lead,
            Role::Supervisor,
        ],
    ),
];

/// How a ticket comes into being: with what, in which state, and whose doing that is. Nothing is there yet that could take an
/// order.
pub static BIRTHS: [Transition; 2] = [
    row(
        "T1",
        "submit",
        "提交",
        &[],
        &[New, Dispatched],
        &[Role::Agent, Role::System],
    ),
    row(
        "T2",
        "submit_unverified",
        "未核实提交",
        &[],
        &[Quarantined],
        &[Role::System, Role::Customer],
    ),
];
