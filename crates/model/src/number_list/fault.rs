//! What cannot stand on a number list, in both languages.

use std::fmt::Display;

use super::LIST_TEXT_MAX;
use super::scope::PLACES_MAX;
use crate::customer::VIP_MAX;

/// Names that are told where one is unknown.
const NAMES_MAX: usize = 20;

/// What is wrong with an entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberListFault {
    /// No such list.
    #[error("`{0}` is no list: expected `black`, `white` or `vip`")]
    List(String),
    /// No numbers.
    #[error(
        "`{0}` names no numbers: expected one (`13800001111`), what they begin with (`010*`), or two of one length (`13800000000..13800009999`)"
    )]
    Numbers(String),
    /// A9.
    #[error("a withheld number is nobody's: it can be on no list")]
    Withheld,
    /// No action.
    #[error(
        "`{0}` is no action: expected `reject`, `busy`, `script:NAME`, `voicemail:MAILBOX` or `log`"
    )]
    Action(String),
    /// A black entry says what callers meet, and no other does.
    #[error("an action is needed on the black list, and stands on no other")]
    NeedsAction,
    /// An entry of VIPs has a level, and no other does.
    #[error("a level of 1 to {VIP_MAX} is needed on the list of VIPs, and stands on no other")]
    NeedsLevel,
    /// No place.
    #[error("`{0}` is no place: expected `queue:NAME` or `number:NUMBER`")]
    Place(String),
    /// Too many of them.
    #[error("an entry has at most {PLACES_MAX} places")]
    Places,
    /// The house has no such thing.
    #[error("no {what} `{name}`{}", listed(.known, "; there is "))]
    Unknown {
        /// `queue`, `number`, `script`, `mailbox`.
        what: &'static str,
        /// What was written.
        name: String,
        /// Some of those that there are.
        known: Vec<String>,
    },
    /// No reason, or too long a text.
    #[error(
        "a reason is needed, and it and a note have at most {LIST_TEXT_MAX} printable characters"
    )]
    Text,
    /// It ends before it begins.
    #[error("the end lies in the past")]
    End,
    /// The same numbers, on the same list, in the same scope.
    #[error("entry {0} is for the same numbers in the same places: change that one")]
    Same(crate::id::NumberEntryId),
    /// The lists are full.
    #[error("there are {0} entries already: take some back")]
    Full(i64),
}

impl NumberListFault {
    pub(super) fn unknown<N: Display>(
        what: &'static str,
        name: &impl Display,
        known: impl IntoIterator<Item = N>,
    ) -> Self {
        let name = name.to_string();
        let known = known.into_iter().take(NAMES_MAX);
        let known = known.map(|one| one.to_string()).collect();
        Self::Unknown { what, name, known }
    }

    /// The same in Chinese; it names what the English names.
    pub fn zh(&self) -> String {
        match self {
            Self::List(text) => format!("`{text}` 不是名单：应为 `black`、`white` 或 `vip`"),
            Self::Numbers(text) => format!(
                "`{text}` 不表示任何号码：应为一个号码（`13800001111`）、号段前缀（`010*`），或长度相同的首尾两个号码（`13800000000..13800009999`）"
            ),
            Self::Withheld => "隐藏的号码不属于任何人：不能列入名单".to_owned(),
            Self::Action(text) => format!(
                "`{text}` 不是动作：应为 `reject`、`busy`、`script:NAME`、`voicemail:MAILBOX` 或 `log`"
            ),
            Self::NeedsAction => "黑名单须写动作，其他名单不写".to_owned(),
            Self::NeedsLevel => format!("贵宾名单须写 1 到 {VIP_MAX} 的等级，其他名单不写"),
            Self::Place(text) => {
                format!("`{text}` 不是适用范围：应为 `queue:NAME` 或 `number:NUMBER`")
            }
            Self::Places => format!("一个条目最多有 {PLACES_MAX} 处适用范围"),
            Self::Unknown { what, name, known } => {
                let noun = match *what {
                    "queue" => "队列",
                    "script" => "流程",
                    "mailbox" => "信箱",
                    _ => "号码",
                };
                format!("没有{noun} `{name}`{}", listed(known, "；现有 "))
            }
            Self::Text => format!("须写原因；原因和备注最多 {LIST_TEXT_MAX} 个可见字符"),
            Self::End => "结束时间已过".to_owned(),
            Self::Same(id) => format!("条目 {id} 的号码和适用范围与此相同：请修改该条目"),
            Self::Full(entries) => format!("名单已有 {entries} 个条目：请先删除一些"),
        }
    }
}

/// Some of those that there are.
fn listed(known: &[String], before: &str) -> String {
    match known {
        [] => String::new(),
        [_, ..] => [before, &known.join(", ")].concat(),
    }
}
