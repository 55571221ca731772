//! Figures of tickets, by the group that had them or by their type (I8): what happened to them, and whether it was in time.

use super::{Figure, Subject, Unit, count, ratio, row};
use crate::sums::TicketSums;

const BOTH: &[Subject] = &[Subject::Groups, Subject::Tickets];
const GROUPS: &[Subject] = &[Subject::Groups];
const TICKETS: &[Subject] = &[Subject::Tickets];

pub(super) static ROWS: &[Figure] = &[
    row(
        "created",
        ["建单", "Created"],
        Unit::Count,
        TICKETS,
        [
            "新建的工单，含待核实的",
            "tickets that began, strangers' among them",
        ],
        |it| count(it.ticket.created),
    ),
    row(
        "opened",
        ["受理", "Opened"],
        Unit::Count,
        TICKETS,
        [
            "进入处理的工单：提交的，或核实后放行的",
            "tickets that were there for work: submitted, or a stranger's that was released",
        ],
        |it| count(it.ticket.opened),
    ),
    row(
        "direct_answers",
        ["直接答复", "Direct answers"],
        Unit::Count,
        BOTH,
        ["受理时直接答复的工单", "tickets that were answered at once"],
        |it| count(it.ticket.direct_answers),
    ),
    row(
        "dispatched",
        ["派入", "Dispatched"],
        Unit::Count,
        BOTH,
        [
            "派给、转派或升级到该组的次数",
            "how often tickets were dispatched, transferred or escalated to the group",
        ],
        |it| count(it.ticket.dispatched),
    ),
    row(
        "accepted",
        ["接单", "Accepted"],
        Unit::Count,
        BOTH,
        ["被接单的次数", "how often somebody accepted one"],
        |it| count(it.ticket.accepted),
    ),
    row(
        "resolved",
        ["处理完毕", "Resolved"],
        Unit::Count,
        BOTH,
        [
            "处理完毕的次数，含直接答复",
            "how often tickets were solved, direct answers among them",
        ],
        |it| count(it.ticket.resolved),
    ),
    row(
        "closed",
        ["结案", "Closed"],
        Unit::Count,
        BOTH,
        [
            "结案的次数；合并与作废的不计",
            "how often tickets were closed; without those that were merged or void",
        ],
        |it| count(it.ticket.closed),
    ),
    row(
        "reopened",
        ["重开", "Reopened"],
        Unit::Count,
        BOTH,
        [
            "结案后重开的次数",
            "how often tickets were opened again after they were closed",
        ],
        |it| count(it.ticket.reopened),
    ),
    row(
        "reopen_rate",
        ["重开率", "Re-open rate"],
        Unit::Share,
        BOTH,
        ["重开 ÷ 结案", "reopened ÷ closed"],
        |it| ratio(it.ticket.reopened, it.ticket.closed),
    ),
    row(
        "fcr",
        ["一次解决率", "FCR"],
        Unit::Share,
        TICKETS,
        [
            "直接答复，且在窗口期（fcr_days，默认 7 天）内未重开、同一客户未就同一类别再次来电建单的工单 ÷ 结案；窗口期未满的按至今计",
            "tickets answered at once that were not reopened, and about whose category the same customer did not call again for another ticket, within fcr_days (7 without it) ÷ closed; younger ones count as they stand",
        ],
        |it| ratio(it.first_contact.solved, it.ticket.closed),
    ),
    row(
        "urges",
        ["催单次数", "Urges"],
        Unit::Count,
        BOTH,
        ["催单的次数", "how often tickets were urged"],
        |it| count(it.ticket.urges),
    ),
    row(
        "urge_rate",
        ["催单率", "Urge rate"],
        Unit::Share,
        TICKETS,
        [
            "首次被催的工单 ÷ 受理",
            "tickets urged for the first time ÷ opened",
        ],
        |it| ratio(it.ticket.urged, it.ticket.opened),
    ),
    row(
        "group_urge_rate",
        ["催单率", "Urge rate"],
        Unit::Share,
        GROUPS,
        [
            "首次被催的工单 ÷ 派入",
            "tickets urged for the first time ÷ dispatched",
        ],
        |it| ratio(it.ticket.urged, it.ticket.dispatched),
    ),
    row(
        "returned",
        ["转回", "Returned"],
        Unit::Count,
        BOTH,
        [
            "以“非本组”转回的次数",
            "how often tickets were returned: not ours",
        ],
        |it| count(it.ticket.returned),
    ),
    row(
        "return_rate",
        ["转回率", "Return rate"],
        Unit::Share,
        BOTH,
        ["转回（非本组）÷ 派入", "returned (not ours) ÷ dispatched"],
        |it| ratio(it.ticket.returned, it.ticket.dispatched),
    ),
    row(
        "transferred",
        ["转出", "Transferred"],
        Unit::Count,
        BOTH,
        [
            "由该组转派他处的次数",
            "how often tickets were transferred to somebody else",
        ],
        |it| count(it.ticket.transferred),
    ),
    row(
        "escalated",
        ["升级", "Escalated"],
        Unit::Count,
        BOTH,
        [
            "由该组升级到上一级的次数",
            "how often tickets were escalated to the next tier",
        ],
        |it| count(it.ticket.escalated),
    ),
    row(
        "voided",
        ["作废", "Void"],
        Unit::Count,
        BOTH,
        ["作废的工单", "tickets that were void"],
        |it| count(it.ticket.voided),
    ),
    row(
        "mistakes",
        ["差错工单", "Mistakes"],
        Unit::Count,
        BOTH,
        [
            "其中记为差错的",
            "of them, those that count as an agent's mistake",
        ],
        |it| count(it.ticket.mistakes),
    ),
    row(
        "merged",
        ["并入他单", "Merged"],
        Unit::Count,
        BOTH,
        ["并入其他工单的工单", "tickets that went into another one"],
        |it| count(it.ticket.merged),
    ),
    row(
        "extensions_asked",
        ["延时申请", "Extensions asked"],
        Unit::Count,
        BOTH,
        ["申请延时的次数", "how often more time was asked for"],
        |it| count(it.ticket.extensions_asked),
    ),
    row(
        "extensions_given",
        ["同意延时", "Extensions given"],
        Unit::Count,
        BOTH,
        ["同意延时的次数", "how often it was given"],
        |it| count(it.ticket.extensions_given),
    ),
    row(
        "response_kept",
        ["响应达标率", "Response SLA kept"],
        Unit::Share,
        BOTH,
        [
            "按时停止的响应时限 ÷（按时停止的 + 逾期的）；因改时限而逾期的不计",
            "response clocks that stopped in time ÷ (those + those that became overdue); without those that another target made overdue",
        ],
        |it| {
            ratio(
                it.ticket.responses_kept,
                it.ticket
                    .responses_kept
                    .saturating_add(it.ticket.responses_breached),
            )
        },
    ),
    row(
        "responses_breached",
        ["响应逾期", "Responses overdue"],
        Unit::Count,
        BOTH,
        [
            "响应时限逾期的次数，计入到期的时段",
            "response clocks that became overdue, in the interval in which they were due",
        ],
        |it| count(it.ticket.responses_breached),
    ),
    row(
        "resolve_kept",
        ["解决达标率", "Resolve SLA kept"],
        Unit::Share,
        BOTH,
        [
            "按时停止的处理时限 ÷（按时停止的 + 逾期的）；因改时限而逾期的不计",
            "resolve clocks that stopped in time ÷ (those + those that became overdue); without those that another target made overdue",
        ],
        |it| {
            ratio(
                it.ticket.resolves_kept,
                it.ticket
                    .resolves_kept
                    .saturating_add(it.ticket.resolves_breached),
            )
        },
    ),
    row(
        "resolves_breached",
        ["解决逾期", "Solutions overdue"],
        Unit::Count,
        BOTH,
        [
            "处理时限逾期的次数，计入到期的时段",
            "resolve clocks that became overdue, in the interval in which they were due",
        ],
        |it| count(it.ticket.resolves_breached),
    ),
    row(
        "stage_kept",
        ["环节达标率", "Acceptance SLA kept"],
        Unit::Share,
        GROUPS,
        [
            "按时接单的环节时限 ÷（按时的 + 逾期的）",
            "stage clocks (OLA) that stopped in time ÷ (those + those that became overdue)",
        ],
        |it| {
            ratio(
                it.ticket.stages_kept,
                it.ticket
                    .stages_kept
                    .saturating_add(it.ticket.stages_breached),
            )
        },
    ),
    row(
        "visits",
        ["回访次数", "Visits"],
        Unit::Count,
        BOTH,
        ["尝试回访的次数", "how often a return visit was tried"],
        |it| count(it.ticket.visits),
    ),
    row(
        "visit_success",
        ["回访成功率", "Visit success"],
        Unit::Share,
        BOTH,
        [
            "回访成功 ÷ 回访次数",
            "return visits that succeeded ÷ visits tried",
        ],
        |it| ratio(it.ticket.visit_successes, it.ticket.visits),
    ),
    row(
        "satisfaction_of_visits",
        ["回访满意度", "Satisfaction at visits"],
        Unit::Share,
        BOTH,
        [
            "回访所得分数（1 至 5）占量程的比例的平均值",
            "mean of the points given at return visits, 1 to 5, each as its share of that scale",
        ],
        |it| satisfaction(&it.ticket),
    ),
    row(
        "visits_score_1",
        ["回访 1 分", "Visits, 1 of 5"],
        Unit::Count,
        BOTH,
        [
            "回访中给 1 分（共 5 分）的客户",
            "customers who gave 1 of 5 points at a return visit",
        ],
        |it| count(it.ticket.score_1),
    ),
    row(
        "visits_score_2",
        ["回访 2 分", "Visits, 2 of 5"],
        Unit::Count,
        BOTH,
        [
            "回访中给 2 分（共 5 分）的客户",
            "customers who gave 2 of 5 points at a return visit",
        ],
        |it| count(it.ticket.score_2),
    ),
    row(
        "visits_score_3",
        ["回访 3 分", "Visits, 3 of 5"],
        Unit::Count,
        BOTH,
        [
            "回访中给 3 分（共 5 分）的客户",
            "customers who gave 3 of 5 points at a return visit",
        ],
        |it| count(it.ticket.score_3),
    ),
    row(
        "visits_score_4",
        ["回访 4 分", "Visits, 4 of 5"],
        Unit::Count,
        BOTH,
        [
            "回访中给 4 分（共 5 分）的客户",
            "customers who gave 4 of 5 points at a return visit",
        ],
        |it| count(it.ticket.score_4),
    ),
    row(
        "visits_score_5",
        ["回访 5 分", "Visits, 5 of 5"],
        Unit::Count,
        BOTH,
        [
            "回访中给 5 分（共 5 分）的客户",
            "customers who gave 5 of 5 points at a return visit",
        ],
        |it| count(it.ticket.score_5),
    ),
];

/// The mean of points from 1 to 5, as a share of that scale.
fn satisfaction(sums: &TicketSums) -> Option<f64> {
    let points = [
        sums.score_1,
        sums.score_2,
        sums.score_3,
        sums.score_4,
        sums.score_5,
    ];
    let of_scale = (0_i64..)
        .zip(points)
        .map(|(above, many)| above.saturating_mul(many));
    ratio(of_scale.sum(), points.iter().sum::<i64>().saturating_mul(4))
}
