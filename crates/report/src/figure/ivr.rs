//! Figures of scripts, a row for each node (I6): who came, how he left, and how long he stayed.

use super::{Figure, Subject, Unit, count, ratio, row};

const IVR: &[Subject] = &[Subject::Ivr];

pub(super) static ROWS: &[Figure] = &[
    row(
        "ivr_entered",
        ["进入", "Entered"],
        Unit::Count,
        IVR,
        [
            "进入该节点的次数；通话结束后计入",
            "how often a caller came to the node; of calls that have ended",
        ],
        |it| count(it.ivr.entered),
    ),
    row(
        "ivr_left",
        ["离开", "Left"],
        Unit::Count,
        IVR,
        ["经出口离开的次数", "how often he left by an exit"],
        |it| count(it.ivr.left),
    ),
    row(
        "ivr_to_person",
        ["按键转人工", "Keys to people"],
        Unit::Count,
        IVR,
        [
            "其中按键直接转到人工的",
            "of them, those by a key that led straight to people",
        ],
        |it| count(it.ivr.to_person),
    ),
    row(
        "ivr_answered",
        ["接通", "Answered"],
        Unit::Count,
        IVR,
        [
            "在该节点被人工接起的次数",
            "how often somebody took the caller there",
        ],
        |it| count(it.ivr.answered),
    ),
    row(
        "ivr_hung_up",
        ["挂机", "Hung up"],
        Unit::Count,
        IVR,
        [
            "主叫在该节点挂机的次数",
            "how often the caller hung up there",
        ],
        |it| count(it.ivr.hung_up),
    ),
    row(
        "ivr_hung_up_rate",
        ["挂机率", "Hung-up rate"],
        Unit::Share,
        IVR,
        ["挂机 ÷ 进入", "hung up ÷ entered"],
        |it| ratio(it.ivr.hung_up, it.ivr.entered),
    ),
    row(
        "ivr_ended",
        ["结束", "Ended"],
        Unit::Count,
        IVR,
        [
            "流程、时限或操作员在该节点结束通话的次数",
            "how often the script, a deadline or an operator ended the call there",
        ],
        |it| count(it.ivr.ended),
    ),
    row(
        "ivr_lost",
        ["中断", "Lost"],
        Unit::Count,
        IVR,
        [
            "因故障在该节点中断的次数",
            "how often the call broke off there",
        ],
        |it| count(it.ivr.lost),
    ),
    row(
        "ivr_handed_on",
        ["交他流程", "Handed on"],
        Unit::Count,
        IVR,
        [
            "离开时已在另一流程中的次数",
            "how often another script had the caller when his part there was over",
        ],
        |it| count(it.ivr.handed_on),
    ),
    row(
        "ivr_timeouts",
        ["按键超时", "Timeouts"],
        Unit::Count,
        IVR,
        [
            "未在时限内按键的次数",
            "how often nothing was pressed in time",
        ],
        |it| count(it.ivr.timeouts),
    ),
    row(
        "ivr_wrong_keys",
        ["错误按键", "Wrong keys"],
        Unit::Count,
        IVR,
        [
            "按下无效按键的次数",
            "how often a key was pressed that leads nowhere",
        ],
        |it| count(it.ivr.wrong_keys),
    ),
    row(
        "ivr_stay",
        ["平均停留", "Mean stay"],
        Unit::Ms,
        IVR,
        ["停留时长之和 ÷ 进入", "time at the node ÷ entered"],
        |it| ratio(it.ivr.stay_ms, it.ivr.entered),
    ),
];
