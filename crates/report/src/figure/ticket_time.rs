//! How long tickets took (I8): business time of their promises, as median and P90 since a mean alone hides the tail, and time in each
//! state.

use super::{Figure, Subject, Unit, ratio, row};

const BOTH: &[Subject] = &[Subject::Groups, Subject::Tickets];
const TICKETS: &[Subject] = &[Subject::Tickets];

pub(super) static ROWS: &[Figure] = &[
    row(
        "first_response_p50",
        ["首次响应中位数", "First response, median"],
        Unit::Ms,
        BOTH,
        [
            "响应时限自起至止的工作时间，一半不超过此值；每次停止计一次",
            "business time from start to stop of the response clock, each time it stops: half of them are within it",
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
        "resolve_p50",
        ["解决时长中位数", "Resolve, median"],
        Unit::Ms,
        BOTH,
        [
            "处理时限自起至止的工作时间，一半不超过此值；每次停止计一次",
            "business time from start to stop of the resolve clock, each time it stops: half of them are within it",
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
        "time_quarantined",
        ["隔离停留", "Time quarantined"],
        Unit::Ms,
        TICKETS,
        [
            "离开“隔离”的工单在其中停留的时间 ÷ 次数；换组即计一次",
            "time in the state quarantined of those that left it, or their group ÷ how many they were",
        ],
        |it| ratio(it.ticket.quarantined_ms, it.ticket.quarantined_stays),
    ),
    row(
        "time_new",
        ["待派停留", "Time new"],
        Unit::Ms,
        BOTH,
        [
            "离开“待派”的工单在其中停留的时间 ÷ 次数；换组即计一次",
            "time in the state new of those that left it, or their group ÷ how many they were",
        ],
        |it| ratio(it.ticket.new_ms, it.ticket.new_stays),
    ),
    row(
        "time_dispatched",
        ["待接单停留", "Time dispatched"],
        Unit::Ms,
        BOTH,
        [
            "离开“待接单”的工单在其中停留的时间 ÷ 次数；换组即计一次",
            "time in the state dispatched of those that left it, or their group ÷ how many they were",
        ],
        |it| ratio(it.ticket.dispatched_ms, it.ticket.dispatched_stays),
    ),
    row(
        "time_in_progress",
        ["处理中停留", "Time in progress"],
        Unit::Ms,
        BOTH,
        [
            "离开“处理中”的工单在其中停留的时间 ÷ 次数；换组即计一次",
            "time in the state in_progress of those that left it, or their group ÷ how many they were",
        ],
        |it| ratio(it.ticket.in_progress_ms, it.ticket.in_progress_stays),
    ),
    row(
        "time_pending",
        ["挂起停留", "Time pending"],
        Unit::Ms,
        BOTH,
        [
            "离开“挂起”的工单在其中停留的时间 ÷ 次数；换组即计一次",
            "time in the state pending of those that left it, or their group ÷ how many they were",
        ],
        |it| ratio(it.ticket.pending_ms, it.ticket.pending_stays),
    ),
    row(
        "time_in_review",
        ["待审核停留", "Time in review"],
        Unit::Ms,
        BOTH,
        [
            "离开“待审核”的工单在其中停留的时间 ÷ 次数；换组即计一次",
            "time in the state in_review of those that left it, or their group ÷ how many they were",
        ],
        |it| ratio(it.ticket.in_review_ms, it.ticket.in_review_stays),
    ),
    row(
        "time_resolved",
        ["处理完毕停留", "Time resolved"],
        Unit::Ms,
        BOTH,
        [
            "离开“处理完毕”的工单在其中停留的时间 ÷ 次数；换组即计一次",
            "time in the state resolved of those that left it, or their group ÷ how many they were",
        ],
        |it| ratio(it.ticket.resolved_ms, it.ticket.resolved_stays),
    ),
];
