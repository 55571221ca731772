//! Figures of agents: what they were offered, and how they spent their time.

use super::{Figure, Subject, Unit, count, ratio, row};

const AGENTS: &[Subject] = &[Subject::Agents];

pub(super) static ROWS: &[Figure] = &[
    row(
        "agent_offered",
        ["分配", "Offers"],
        Unit::Count,
        AGENTS,
        [
            "分配给该坐席且已有结果的来电",
            "offers to the agent that came to an end",
        ],
        |it| count(it.agent.offered),
    ),
    row(
        "agent_answered",
        ["接听", "Answered"],
        Unit::Count,
        AGENTS,
        ["该坐席接听的分配", "of them, those that he answered"],
        |it| count(it.agent.answered),
    ),
    row(
        "agent_missed",
        ["未接", "Missed"],
        Unit::Count,
        AGENTS,
        ["振铃超时未接的分配", "of them, those that rang out"],
        |it| count(it.agent.missed),
    ),
    row(
        "agent_rejected",
        ["拒接", "Rejected"],
        Unit::Count,
        AGENTS,
        ["该坐席拒接的分配", "of them, those that he refused"],
        |it| count(it.agent.rejected),
    ),
    row(
        "agent_unreachable",
        ["话机不可达", "Unreachable"],
        Unit::Count,
        AGENTS,
        [
            "话机不可达的分配；非坐席之过",
            "of them, those for which his phone could not be reached; no fault of his",
        ],
        |it| count(it.agent.unreachable),
    ),
    row(
        "agent_cancelled",
        ["撤回", "Cancelled"],
        Unit::Count,
        AGENTS,
        [
            "主叫挂机、他人先接等非坐席原因结束的分配",
            "of them, those that ended without fault of his: the caller left, a colleague was first",
        ],
        |it| count(it.agent.cancelled),
    ),
    row(
        "agent_answer_rate",
        ["接听率", "Answer rate"],
        Unit::Share,
        AGENTS,
        [
            "接听 ÷（接听 + 未接 + 拒接）",
            "answered ÷ (answered + missed + rejected)",
        ],
        |it| {
            ratio(
                it.agent.answered,
                it.agent.answered + it.agent.missed + it.agent.rejected,
            )
        },
    ),
    row(
        "agent_calls_out",
        ["呼出接通", "Calls out"],
        Unit::Count,
        AGENTS,
        [
            "该坐席呼出并接通的外线电话",
            "his own calls to outside numbers that were answered",
        ],
        |it| count(it.agent.calls_out),
    ),
    row(
        "agent_talk",
        ["通话时长", "Talk"],
        Unit::Ms,
        AGENTS,
        [
            "通话时长之和，不含保持；计入来电进入队列的时段",
            "all talk without hold, in the interval in which its caller entered the queue",
        ],
        |it| count(it.agent.talk_ms),
    ),
    row(
        "agent_hold",
        ["保持时长", "Hold"],
        Unit::Ms,
        AGENTS,
        [
            "保持时长之和；计入来电进入队列的时段",
            "all time on hold, in that interval",
        ],
        |it| count(it.agent.hold_ms),
    ),
    row(
        "agent_wrap_up",
        ["话后时长", "Wrap-up"],
        Unit::Ms,
        AGENTS,
        [
            "话后处理时长之和；计入来电进入队列的时段",
            "all time of filing, in that interval",
        ],
        |it| count(it.agent.wrap_up_ms),
    ),
    row(
        "agent_ring",
        ["振铃时长", "Ring"],
        Unit::Ms,
        AGENTS,
        ["分配振铃时长之和", "how long offers rang"],
        |it| count(it.agent.ring_ms),
    ),
    row(
        "agent_aht",
        ["平均处理时长", "AHT"],
        Unit::Ms,
        AGENTS,
        [
            "（通话 + 保持 + 话后）÷（接听 + 呼出接通）",
            "(talk + hold + wrap-up) ÷ (answered + calls out)",
        ],
        |it| {
            let agent = &it.agent;
            ratio(
                agent.talk_ms + agent.hold_ms + agent.wrap_up_ms,
                agent.answered + agent.calls_out,
            )
        },
    ),
    row(
        "agent_holds",
        ["保持次数", "Holds"],
        Unit::Count,
        AGENTS,
        ["通话中保持的次数", "how often he held a call"],
        |it| count(it.agent.holds),
    ),
    row(
        "agent_transfer_rate",
        ["转接率", "Transfer rate"],
        Unit::Share,
        AGENTS,
        [
            "转出的通话 ÷（接听 + 呼出接通）",
            "talks that he handed on ÷ (answered + calls out)",
        ],
        |it| ratio(it.agent.handed_on, it.agent.answered + it.agent.calls_out),
    ),
    row(
        "signed_in",
        ["签入时长", "Signed in"],
        Unit::Ms,
        AGENTS,
        [
            "签入的时长，按时段切分",
            "how long he was signed in, cut at the borders of intervals",
        ],
        |it| count(it.states.signed_in_ms()),
    ),
    row(
        "state_ready",
        ["示闲时长", "Ready"],
        Unit::Ms,
        AGENTS,
        [
            "示闲且无来电振铃的时长，按时段切分",
            "ready and nothing rang, cut at the borders of intervals",
        ],
        |it| count(it.states.ready_ms),
    ),
    row(
        "state_not_ready",
        ["示忙时长", "Not ready"],
        Unit::Ms,
        AGENTS,
        [
            "示忙的时长，按时段切分",
            "not ready, for whatever reason, cut at the borders of intervals",
        ],
        |it| count(it.states.not_ready_ms),
    ),
    row(
        "state_ringing",
        ["振铃状态时长", "Ringing"],
        Unit::Ms,
        AGENTS,
        [
            "已被选中或正在振铃的时长，按时段切分",
            "chosen for a call, or it rang, cut at the borders of intervals",
        ],
        |it| count(it.states.ringing_ms),
    ),
    row(
        "state_talking",
        ["通话状态时长", "Talking"],
        Unit::Ms,
        AGENTS,
        [
            "通话中且未保持的时长，含呼出振铃，按时段切分",
            "in a call and not holding, ringing out included, cut at the borders of intervals",
        ],
        |it| count(it.states.talking_ms),
    ),
    row(
        "state_holding",
        ["保持状态时长", "Holding"],
        Unit::Ms,
        AGENTS,
        [
            "保持来电的时长，按时段切分",
            "holding his call, cut at the borders of intervals",
        ],
        |it| count(it.states.holding_ms),
    ),
    row(
        "state_wrap_up",
        ["话后状态时长", "Filing"],
        Unit::Ms,
        AGENTS,
        [
            "话后处理的时长，按时段切分",
            "filing, cut at the borders of intervals",
        ],
        |it| count(it.states.wrap_up_ms),
    ),
    row(
        "occupancy",
        ["工时利用率", "Occupancy"],
        Unit::Share,
        AGENTS,
        [
            "（通话（含呼出振铃）+ 保持 + 话后）÷（前项 + 示闲）；来电振铃与示忙不计",
            "(talking with ringing out + holding + filing) ÷ (that + ready); ringing of offers and not ready are outside",
        ],
        |it| {
            let states = &it.states;
            let busy = states.talking_ms + states.holding_ms + states.wrap_up_ms;
            ratio(busy, busy + states.ready_ms)
        },
    ),
    row(
        "utilisation",
        ["签入利用率", "Utilisation"],
        Unit::Share,
        AGENTS,
        [
            "（通话（含呼出振铃）+ 保持 + 话后）÷ 签入时长（含示忙与来电振铃）",
            "(talking with ringing out + holding + filing) ÷ signed in, not ready and ringing of offers included",
        ],
        |it| {
            let states = &it.states;
            let busy = states.talking_ms + states.holding_ms + states.wrap_up_ms;
            ratio(busy, states.signed_in_ms())
        },
    ),
    row(
        "agent_survey_rate",
        ["参评率", "Survey response"],
        Unit::Share,
        AGENTS,
        [
            "已作答的调查 ÷ 已询问的调查；坐席主动推送的不计",
            "surveys answered ÷ surveys asked; without those that he pushed",
        ],
        |it| ratio(it.agent.surveys_answered, it.agent.surveys_asked),
    ),
    row(
        "agent_satisfaction",
        ["满意度", "Satisfaction"],
        Unit::Share,
        AGENTS,
        [
            "各题得分占其量程的比例的平均值；坐席主动推送的不计",
            "mean of all scores, each as its share of its question's scale; without surveys that he pushed",
        ],
        |it| ratio(it.agent.score_permille, it.agent.scores * 1_000),
    ),
    row(
        "agent_satisfaction_1",
        ["满意度最低档", "Satisfaction, lowest fifth"],
        Unit::Count,
        AGENTS,
        [
            "落在量程最低五分之一的得分数（1 至 5 分制即 1 分）；坐席主动推送的不计",
            "scores in the lowest fifth of their scale, 1 of 1 to 5; without surveys that he pushed",
        ],
        |it| count(it.agent.fifth_1),
    ),
    row(
        "agent_satisfaction_2",
        ["满意度第二档", "Satisfaction, second fifth"],
        Unit::Count,
        AGENTS,
        [
            "落在量程第二五分之一的得分数（1 至 5 分制即 2 分）；坐席主动推送的不计",
            "scores in the second fifth of their scale, 2 of 1 to 5; without surveys that he pushed",
        ],
        |it| count(it.agent.fifth_2),
    ),
    row(
        "agent_satisfaction_3",
        ["满意度第三档", "Satisfaction, third fifth"],
        Unit::Count,
        AGENTS,
        [
            "落在量程第三五分之一的得分数（1 至 5 分制即 3 分）；坐席主动推送的不计",
            "scores in the third fifth of their scale, 3 of 1 to 5; without surveys that he pushed",
        ],
        |it| count(it.agent.fifth_3),
    ),
    row(
        "agent_satisfaction_4",
        ["满意度第四档", "Satisfaction, fourth fifth"],
        Unit::Count,
        AGENTS,
        [
            "落在量程第四五分之一的得分数（1 至 5 分制即 4 分）；坐席主动推送的不计",
            "scores in the fourth fifth of their scale, 4 of 1 to 5; without surveys that he pushed",
        ],
        |it| count(it.agent.fifth_4),
    ),
    row(
        "agent_satisfaction_5",
        ["满意度最高档", "Satisfaction, highest fifth"],
        Unit::Count,
        AGENTS,
        [
            "落在量程最高五分之一的得分数（1 至 5 分制即 5 分）；坐席主动推送的不计",
            "scores in the highest fifth of their scale, 5 of 1 to 5; without surveys that he pushed",
        ],
        |it| count(it.agent.fifth_5),
    ),
];
