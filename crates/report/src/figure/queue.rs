//! Figures of queues; and those of talks that agents have too.

use model::ServiceLevel;

use super::{Figure, Subject, Sums, Unit, count, ratio, row};

const QUEUES: &[Subject] = &[Subject::Queues];

pub(super) static ROWS: &[Figure] = &[
    row(
        "offered",
        ["进线", "Offered"],
        Unit::Count,
        QUEUES,
        [
            "进入队列的来电，同一通电话在同一队列只计一次",
            "calls that entered the queue, each once for each queue",
        ],
        |it| count(it.queue.offered),
    ),
    row(
        "answered",
        ["接通", "Answered"],
        Unit::Count,
        QUEUES,
        [
            "与坐席接通的来电",
            "of them, those that an agent was connected to",
        ],
        |it| count(it.queue.answered),
    ),
    row(
        "answered_in_t",
        ["T 内接通", "Answered in T"],
        Unit::Count,
        QUEUES,
        [
            "进入队列后 T（service_level_s）内接通的来电",
            "of them, those within T (service_level_s) of entering the queue",
        ],
        |it| count(it.queue.answered_in_t),
    ),
    row(
        "short_abandons",
        ["短时放弃", "Short abandons"],
        Unit::Count,
        QUEUES,
        [
            "在 short_abandon_s 之前挂机的来电",
            "callers who hung up before short_abandon_s",
        ],
        |it| count(it.queue.short_abandons),
    ),
    row(
        "abandoned",
        ["放弃", "Abandoned"],
        Unit::Count,
        QUEUES,
        [
            "在 short_abandon_s 之后挂机的来电；预约回呼不算放弃",
            "callers who hung up after it; who is to be called back is no abandon",
        ],
        |it| count(it.queue.abandoned),
    ),
    row(
        "callbacks",
        ["预约回呼", "Callbacks"],
        Unit::Count,
        QUEUES,
        [
            "预约回呼而未先接通的来电",
            "callers who are to be called back and were not answered before",
        ],
        |it| count(it.queue.callbacks),
    ),
    row(
        "led_elsewhere",
        ["转出队列", "Led elsewhere"],
        Unit::Count,
        QUEUES,
        [
            "因按键、班长操作、等待超时或无人值守而离开的来电",
            "callers who left by a key, by a supervisor, after too long a wait, or since nobody was there",
        ],
        |it| count(it.queue.led_elsewhere),
    ),
    row(
        "turned_away",
        ["拒入", "Turned away"],
        Unit::Count,
        QUEUES,
        [
            "队列未接纳的来电；不计入进线",
            "calls that the queue did not let in; none of offered",
        ],
        |it| count(it.queue.turned_away),
    ),
    row(
        "abandon_rate",
        ["放弃率", "Abandon rate"],
        Unit::Share,
        QUEUES,
        [
            "放弃 ÷（进线 − 短时放弃）",
            "abandoned ÷ (offered − short abandons)",
        ],
        |it| {
            ratio(
                it.queue.abandoned,
                it.queue.offered - it.queue.short_abandons,
            )
        },
    ),
    row(
        "service_level",
        ["服务水平", "Service level"],
        Unit::Share,
        QUEUES,
        [
            "按该队列的 service_level_formula 计算；默认：T 内接通 ÷（接通 + T 后放弃）",
            "by the queue's service_level_formula; without one: answered in T ÷ (answered + abandoned after T)",
        ],
        |it| it.level.and_then(|level| level.of(&it.queue.service())),
    ),
    level(
        ServiceLevel::OfAnswered,
        "level_of_answered",
        ["服务水平（接通）", "Service level of answered"],
        |it| ServiceLevel::OfAnswered.of(&it.queue.service()),
    ),
    level(
        ServiceLevel::OfOffered,
        "level_of_offered",
        ["服务水平（进线）", "Service level of offered"],
        |it| ServiceLevel::OfOffered.of(&it.queue.service()),
    ),
    level(
        ServiceLevel::WithAbandonsInT,
        "level_with_abandons_in_t",
        [
            "服务水平（含 T 内放弃）",
            "Service level with abandons in T",
        ],
        |it| ServiceLevel::WithAbandonsInT.of(&it.queue.service()),
    ),
    level(
        ServiceLevel::WithoutAbandonsInT,
        "level_without_abandons_in_t",
        [
            "服务水平（不计 T 内放弃）",
            "Service level without abandons in T",
        ],
        |it| ServiceLevel::WithoutAbandonsInT.of(&it.queue.service()),
    ),
    level(
        ServiceLevel::WithoutShortAbandons,
        "level_without_short_abandons",
        [
            "服务水平（不计短时放弃）",
            "Service level without short abandons",
        ],
        |it| ServiceLevel::WithoutShortAbandons.of(&it.queue.service()),
    ),
    row(
        "asa",
        ["平均应答时长", "ASA"],
        Unit::Ms,
        QUEUES,
        [
            "接通来电的排队时长之和 ÷ 接通；自进入队列起，含振铃，不含 IVR",
            "queue wait of answered calls ÷ answered; from entering the queue, ringing included, script not",
        ],
        |it| ratio(it.queue.wait_answered_ms, it.queue.answered),
    ),
    row(
        "wait_abandoned",
        ["平均放弃时长", "Wait of abandons"],
        Unit::Ms,
        QUEUES,
        [
            "放弃来电的排队时长之和 ÷ 放弃",
            "queue wait of abandoned calls ÷ abandoned",
        ],
        |it| ratio(it.queue.wait_abandoned_ms, it.queue.abandoned),
    ),
    row(
        "aht",
        ["平均处理时长", "AHT"],
        Unit::Ms,
        QUEUES,
        [
            "（通话 + 保持 + 话后）÷ 接通",
            "(talk + hold + wrap-up) ÷ answered",
        ],
        |it| {
            let queue = &it.queue;
            ratio(
                queue.talk_ms + queue.hold_ms + queue.wrap_up_ms,
                queue.answered,
            )
        },
    ),
    row(
        "talk",
        ["通话时长", "Talk"],
        Unit::Ms,
        QUEUES,
        [
            "与坐席通话的时长之和，不含保持",
            "all talk with agents, without hold",
        ],
        |it| count(it.queue.talk_ms),
    ),
    row(
        "hold",
        ["保持时长", "Hold"],
        Unit::Ms,
        QUEUES,
        ["保持的时长之和", "all time on hold"],
        |it| count(it.queue.hold_ms),
    ),
    row(
        "wrap_up",
        ["话后时长", "Wrap-up"],
        Unit::Ms,
        QUEUES,
        ["话后处理的时长之和", "all time of filing"],
        |it| count(it.queue.wrap_up_ms),
    ),
    row(
        "holds",
        ["保持次数", "Holds"],
        Unit::Count,
        QUEUES,
        ["通话中被保持的次数", "how often calls were held"],
        |it| count(it.queue.holds),
    ),
    row(
        "transfer_rate",
        ["转接率", "Transfer rate"],
        Unit::Share,
        QUEUES,
        ["转出的通话 ÷ 通话", "talks that were handed on ÷ talks"],
        |it| ratio(it.queue.handed_on, it.queue.talks),
    ),
    row(
        "missed",
        ["未接", "Missed"],
        Unit::Count,
        QUEUES,
        ["振铃超时未接的分配", "offers that rang out"],
        |it| count(it.queue.missed),
    ),
    row(
        "rejected",
        ["拒接", "Rejected"],
        Unit::Count,
        QUEUES,
        ["坐席拒接的分配", "offers that an agent refused"],
        |it| count(it.queue.rejected),
    ),
    row(
        "unreachable",
        ["话机不可达", "Unreachable"],
        Unit::Count,
        QUEUES,
        [
            "坐席话机不可达的分配",
            "offers whose phone could not be reached",
        ],
        |it| count(it.queue.unreachable),
    ),
    row(
        "survey_rate",
        ["参评率", "Survey response"],
        Unit::Share,
        QUEUES,
        [
            "已作答的调查 ÷ 已询问的调查；坐席主动推送的不计",
            "surveys answered ÷ surveys asked; without those that an agent pushed",
        ],
        |it| ratio(it.queue.surveys_answered, it.queue.surveys_asked),
    ),
    row(
        "satisfaction",
        ["满意度", "Satisfaction"],
        Unit::Share,
        QUEUES,
        [
            "各题得分占其量程的比例的平均值；坐席主动推送的不计",
            "mean of all scores, each as its share of its question's scale; without surveys that an agent pushed",
        ],
        |it| ratio(it.queue.score_permille, it.queue.scores * 1_000),
    ),
    row(
        "satisfaction_1",
        ["满意度最低档", "Satisfaction, lowest fifth"],
        Unit::Count,
        QUEUES,
        [
            "落在量程最低五分之一的得分数（1 至 5 分制即 1 分）；坐席主动推送的不计",
            "scores in the lowest fifth of their scale, 1 of 1 to 5; without surveys that an agent pushed",
        ],
        |it| count(it.queue.fifth_1),
    ),
    row(
        "satisfaction_2",
        ["满意度第二档", "Satisfaction, second fifth"],
        Unit::Count,
        QUEUES,
        [
            "落在量程第二五分之一的得分数（1 至 5 分制即 2 分）；坐席主动推送的不计",
            "scores in the second fifth of their scale, 2 of 1 to 5; without surveys that an agent pushed",
        ],
        |it| count(it.queue.fifth_2),
    ),
    row(
        "satisfaction_3",
        ["满意度第三档", "Satisfaction, third fifth"],
        Unit::Count,
        QUEUES,
        [
            "落在量程第三五分之一的得分数（1 至 5 分制即 3 分）；坐席主动推送的不计",
            "scores in the third fifth of their scale, 3 of 1 to 5; without surveys that an agent pushed",
        ],
        |it| count(it.queue.fifth_3),
    ),
    row(
        "satisfaction_4",
        ["满意度第四档", "Satisfaction, fourth fifth"],
        Unit::Count,
        QUEUES,
        [
            "落在量程第四五分之一的得分数（1 至 5 分制即 4 分）；坐席主动推送的不计",
            "scores in the fourth fifth of their scale, 4 of 1 to 5; without surveys that an agent pushed",
        ],
        |it| count(it.queue.fifth_4),
    ),
    row(
        "satisfaction_5",
        ["满意度最高档", "Satisfaction, highest fifth"],
        Unit::Count,
        QUEUES,
        [
            "落在量程最高五分之一的得分数（1 至 5 分制即 5 分）；坐席主动推送的不计",
            "scores in the highest fifth of their scale, 5 of 1 to 5; without surveys that an agent pushed",
        ],
        |it| count(it.queue.fifth_5),
    ),
];

const fn level(
    level: ServiceLevel,
    name: &'static str,
    title: [&'static str; 2],
    compute: fn(&Sums) -> Option<f64>,
) -> Figure {
    let formula = [level.formula_chinese(), level.formula()];
    row(name, title, Unit::Share, QUEUES, formula, compute)
}
