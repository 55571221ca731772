//! Figures of tickets, by the group that had them or by their type.

use super::{Figure, Subject, Unit, count, ratio, row};

const BOTH: &[Subject] = &[Subject::Groups, Subject::Tickets];

pub(super) static ROWS: &[Figure] = &[
    row(
        "opened",
        ["新建", "Opened"],
        Unit::Count,
        BOTH,
        ["新建的工单", "tickets that began"],
        |it| count(it.ticket.opened),
    ),
    row(
        "closed",
        ["关闭", "Closed"],
        Unit::Count,
        BOTH,
        [
            "关闭的工单；合并与作废的不计",
            "tickets that were closed; without those that were merged or void",
        ],
        |it| count(it.ticket.closed),
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
        "first_response_p50",
        ["首次响应中位数", "First response, median"],
        Unit::Ms,
        BOTH,
        [
            "响应时限自起至止的工作时间，一半不超过此值",
            "business time from start to stop of the response clock: half of them are within it",
        ],
        |it| it.times.response.percentile(0.5).map(|ms| ms as f64),
    ),
    row(
        "first_response_p90",
        ["首次响应 P90", "First response, P90"],
        Unit::Ms,
        BOTH,
        [
            "同上，九成不超过此值",
            "the same: nine of ten are within it",
        ],
        |it| it.times.response.percentile(0.9).map(|ms| ms as f64),
    ),
    row(
        "response_kept",
        ["响应达标率", "Response SLA kept"],
        Unit::Share,
        BOTH,
        [
            "按时首次响应 ÷（按时首次响应 + 响应逾期）",
            "response clocks that stopped in time ÷ (those + those that became overdue)",
        ],
        |it| {
            ratio(
                it.ticket.responses_kept,
                it.ticket.responses_kept + it.ticket.responses_breached,
            )
        },
    ),
    row(
        "resolve_p50",
        ["解决时长中位数", "Resolve, median"],
        Unit::Ms,
        BOTH,
        [
            "处理时限自起至止的工作时间，一半不超过此值",
            "business time from start to stop of the resolve clock: half of them are within it",
        ],
        |it| it.times.resolve.percentile(0.5).map(|ms| ms as f64),
    ),
    row(
        "resolve_p90",
        ["解决时长 P90", "Resolve, P90"],
        Unit::Ms,
        BOTH,
        [
            "同上，九成不超过此值",
            "the same: nine of ten are within it",
        ],
        |it| it.times.resolve.percentile(0.9).map(|ms| ms as f64),
    ),
    row(
        "resolve_kept",
        ["解决达标率", "Resolve SLA kept"],
        Unit::Share,
        BOTH,
        [
            "按时解决 ÷（按时解决 + 处理逾期）",
            "resolve clocks that stopped in time ÷ (those + those that became overdue)",
        ],
        |it| {
            ratio(
                it.ticket.resolves_kept,
                it.ticket.resolves_kept + it.ticket.resolves_breached,
            )
        },
    ),
    row(
        "reopen_rate",
        ["重开率", "Re-open rate"],
        Unit::Share,
        BOTH,
        ["重开 ÷ 关闭", "reopened ÷ closed"],
        |it| ratio(it.ticket.reopened, it.ticket.closed),
    ),
    row(
        "urge_rate",
        ["催单率", "Urge rate"],
        Unit::Share,
        BOTH,
        [
            "首次被催的工单 ÷ 新建",
            "tickets urged for the first time ÷ opened",
        ],
        |it| ratio(it.ticket.urged, it.ticket.opened),
    ),
    row(
        "return_rate",
        ["退单率", "Return rate"],
        Unit::Share,
        BOTH,
        [
            "退回（非本组）÷ 派入",
            "returned (\"not ours\") ÷ dispatched to the group",
        ],
        |it| ratio(it.ticket.returned, it.ticket.dispatched),
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
];
