//! The words of the reasons, as people read them before the names of agents: "on a break: 1001".
//!
//! The compiler asks for the words of a new reason, and a test for both languages.

use super::{Awaited, ReasonCode, RouteOutcome, TieBreak};
use crate::fact::QueueExit;

/// Words in both languages of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// Chinese.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

const fn words(zh: &'static str, en: &'static str) -> Words {
    Words { zh, en }
}

impl ReasonCode {
    /// What was the matter with the agent, to stand before his name.
    pub const fn words(self) -> Words {
        match self {
            Self::Offline => words("未签入", "not signed in"),
            Self::Unregistered => words("话机未注册", "no phone registered"),
            Self::NotReady => words("示忙", "on a break"),
            Self::Reserved => words("正在响铃", "rung for another caller"),
            Self::Talking => words("正在通话", "in a call"),
            Self::WrapUp => words("正在话后处理", "filing a call"),
            Self::Tried => words("本轮已呼叫过", "tried already for this caller"),
            Self::BackOff => words(
                "拒接或话机故障后暂停派单",
                "left alone after a refusal or a fault",
            ),
            Self::IsCaller => words("就是主叫本人", "the caller himself"),
            Self::KeptApart => words("与该客户回避", "kept apart from the caller"),
            Self::NotFamiliar => words("不是该客户的专属坐席", "not the caller's own agent"),
            Self::NotNamed => words("外部决策未点名", "not named by the external decision"),
            Self::NotAskedFor => words(
                "来电指定了另一位坐席",
                "the caller waits for another agent by name",
            ),
            Self::Skills => words("技能不符", "without a skill that is asked for"),
            Self::Consecutive => words("已连续接听过多", "enough calls in a row"),
            Self::RingMax => words("超出同时振铃上限", "beyond the phones that may ring"),
            Self::NextCaller => words("留给下一位来电", "left for the next caller"),
        }
    }
}

impl RouteOutcome {
    /// What the external decision did, to stand after its name.
    pub const fn words(self) -> Words {
        match self {
            Self::Named => words("点名了坐席", "named agents"),
            Self::LeftToUs => words("交由本地策略", "left it to the queue's own strategy"),
            Self::TimedOut => words("超时未答", "did not answer in time"),
            Self::Failed => words("没有可用的答复", "gave no answer that could be used"),
            Self::Resting => words(
                "接连失败，暂不询问",
                "was not asked after failures in a row",
            ),
        }
    }
}

impl TieBreak {
    /// By what the chosen one came before the next.
    pub const fn words(self) -> Words {
        match self {
            Self::Only => words("唯一可用坐席", "the only candidate"),
            Self::Tier => words("层级在前", "the tier that comes first"),
            Self::Level => words("技能级别最高", "the highest level of skill"),
            Self::FewestSkills => words(
                "技能最少，留出多面手",
                "the fewest skills, to spare the versatile",
            ),
            Self::Key => words("按策略排序第一", "first by the strategy"),
            Self::Idle => words(
                "排序相同时空闲最久",
                "equal by the strategy, idle the longest",
            ),
            Self::LowestId => words("其余相同时编号最小", "equal in all, the lowest id"),
            Self::Lot => words("随机抽中", "drawn by lot"),
        }
    }
}

impl QueueExit {
    /// What became of the caller, to stand behind "left the queue".
    pub const fn words(self) -> Words {
        match self {
            Self::Abandoned => words("主叫挂机", "the caller hung up"),
            Self::Timeout => words(
                "等待超过上限",
                "waited for as long as the queue lets callers wait",
            ),
            Self::Full => words("排队人数或预计等待超过上限", "the line was too long"),
            Self::NoAgents => words("没有坐席在岗", "no agent was there to serve"),
            Self::Closed => words("队列已关闭", "the queue was closed"),
            Self::Key => words("按键离开", "pressed a key that leads elsewhere"),
            Self::Withdrawn => words("被班长移出队列", "taken out by a supervisor"),
            Self::Moved => words(
                "被班长移到其他队列",
                "put into another queue by a supervisor",
            ),
            Self::Failed => words("通话异常结束", "the call failed"),
        }
    }
}

impl Awaited {
    /// What was waited for, to stand behind "waited for".
    pub const fn words(self) -> Words {
        match self {
            Self::Directory => words("客户资料查询", "the directory's answer"),
            Self::Route => words("外部决策答复", "the external decision's answer"),
            Self::Familiar => words("专属坐席空闲", "the caller's own agent"),
            Self::Team => words("原坐席所在团队空闲", "the team of an agent who has left"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many variants serde knows.
    fn variants<T: serde::de::DeserializeOwned + core::fmt::Debug>() -> usize {
        let error = serde_json::from_str::<T>("\"?\"").unwrap_err().to_string();
        let (_, expected) = error.split_once("expected one of").unwrap();
        expected.split(',').count()
    }

    #[test]
    fn the_lists_of_reasons_are_complete() {
        assert_eq!(ReasonCode::ALL.len(), variants::<ReasonCode>());
        assert_eq!(TieBreak::ALL.len(), variants::<TieBreak>());
        assert_eq!(RouteOutcome::ALL.len(), variants::<RouteOutcome>());
        assert_eq!(QueueExit::ALL.len(), variants::<QueueExit>());
        assert_eq!(Awaited::ALL.len(), variants::<Awaited>());
    }

    #[test]
    fn every_reason_has_words_of_its_own_in_both_languages() {
        let reasons = ReasonCode::ALL.iter().map(|reason| reason.words());
        let ties = TieBreak::ALL.iter().map(|tie| tie.words());
        let routes = RouteOutcome::ALL.iter().map(|outcome| outcome.words());
        let exits = QueueExit::ALL.iter().map(|exit| exit.words());
        let awaited = Awaited::ALL.iter().map(|awaited| awaited.words());
        let all = reasons
            .chain(ties)
            .chain(routes)
            .chain(exits)
            .chain(awaited);
        let all: Vec<Words> = all.collect();
        for words in &all {
            assert!(!words.zh.is_ascii() && words.en.is_ascii(), "{words:?}");
            assert!(words.en.len() > 3 && words.zh.chars().count() > 1);
            let same = |other: &&Words| other.zh == words.zh || other.en == words.en;
            assert_eq!(all.iter().filter(same).count(), 1, "{words:?}");
        }
    }
}
