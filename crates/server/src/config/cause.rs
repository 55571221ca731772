//! Why other rooms refuse what a file says, in both languages: their errors speak English, and a Chinese sentence does not
//! break off into it. What a library or the system says stays as it is, behind a colon.

use acd::ConfigError;
use audio::WavError;
use connectors::TargetError;
use connectors::speech::BodyError;
use engine::{Denied, SameNumber};
use ivr::Told;
use model::number_plan::NoRegion;
use model::skill::{self, RequirementError};
use model::{CustomerFault, MembershipError, NumberListFault};
use net::TlsError;
use sim::{NotADay, ReplayError, ScenarioError};
use sip::NetworkError;
use store::backup::BackupError;
use store::{QueryTextError, SoundError, SoundFault, StoreError};

/// An error that people read.
pub(crate) trait Cause: std::error::Error {
    /// In Chinese; it names what the English names.
    fn zh(&self) -> String;

    /// In both.
    fn told(&self) -> Told {
        Told {
            en: self.to_string(),
            zh: self.zh(),
        }
    }
}

impl Cause for ConfigError {
    fn zh(&self) -> String {
        let text = match self {
            Self::StickyFallback => "`fallback` 不能是 sticky",
            Self::ExternalFallback => "`fallback` 不能是 external",
            Self::Budget => "`external.budget_ms` 应为 1 到 10000",
            Self::NoRingTime => "`ring_timeout` 须大于零",
            Self::NoPhones => "`ring_max` 至少为 1",
            Self::ManyPhones => return format!("`ring_max` 最多为 {}", acd::config::PHONES_MAX),
            Self::StopAt => "`stop_at` 应为 0.01 到 0.99",
            Self::LongName => return format!("队列名称最长 {} 字节", acd::config::NAME_BYTES_MAX),
            Self::ShortWait => "`max_wait` 须大于 `min_ring`",
            Self::NobodyTalks => "`max_active` 至少为 1",
            Self::NoTimeToAnswer => "`callback.ring` 须大于零",
            Self::LongWindow => "`count_window` 最长 7 天",
            Self::LongWrapUp => "`wrap_up_s` 最多为 900",
        };
        text.to_owned()
    }
}

impl Cause for Denied {
    fn zh(&self) -> String {
        let text = match self {
            Self::NoNumber => "不是可以呼出的号码",
            Self::Class(class) => return format!("此处不允许呼叫 `{}` 类号码", class.name()),
            Self::Prefix => "号码在禁拨名单上",
            Self::NoRoute => "没有通往该号码的呼出路由",
            Self::AgentRate => "一分钟内呼出过多",
            Self::AgentDay => "该坐席当天呼出过多",
            Self::HouseDay => "当天呼出过多",
            Self::DearMinutes => "当天高价号码的分钟数已用完",
            Self::NoTrunk => "没有空闲的中继",
            Self::NoPort => "没有空闲的媒体端口",
        };
        text.to_owned()
    }
}

impl Cause for MembershipError {
    fn zh(&self) -> String {
        format!(
            "`{}` 不是所属队列：请写 `queue`、`queue/TIER`（1 到 255）或 `queue*WEIGHT`（0 到 1000）",
            self.0
        )
    }
}

impl Cause for NotADay {
    fn zh(&self) -> String {
        format!("`{}`：应为日期，如 2026-11-23，和时差，如 +08:00", self.0)
    }
}

impl Cause for ReplayError {
    fn zh(&self) -> String {
        match self {
            Self::NoFacts => "这一天没有事实".to_owned(),
            Self::NoJournal => {
                "这一天的事实没有说明分配得知了什么：它们由 `acd.told` 之前的版本写成".to_owned()
            }
            Self::Unreadable { seq, error } => format!("事实 {seq} 无法读取：{error}"),
            Self::UnknownQueue(queue) => {
                format!("这一天的来电进入了队列 {queue}，而配置中没有它：结果会怎样无从知道")
            }
        }
    }
}

impl Cause for ScenarioError {
    fn zh(&self) -> String {
        match self {
            Self::Malformed(why) => format!("仿真场景无法读取：{why}"),
            Self::Figure { key, wrong } => format!("`{key}` 的数值不合理：{wrong}"),
            Self::Unknown(what) => format!("配置中没有{}", of_house(what)),
        }
    }
}

/// What a scenario names, by its kind; anything else as it is.
fn of_house(what: &str) -> String {
    let kinds = [
        ("the strategy ", "振铃策略"),
        ("the number ", "号码"),
        ("the queue ", "队列"),
    ];
    let mut known = kinds.into_iter();
    let known = known.find_map(|(en, zh)| Some((what.strip_prefix(en)?, zh)));
    known.map_or_else(|| format!(" {what}"), |(name, zh)| format!("{zh} {name}"))
}

/// What store and database refuse; texts of settings stay as they are.
impl Cause for StoreError {
    fn zh(&self) -> String {
        match self {
            Self::NotFound(what) => format!("没有这样的{}", row(what)),
            Self::Taken(what) => format!("{}已被占用", row(what)),
            Self::Conflict { what, current } => {
                format!("{}已被他人修改：当前版本为 {current}", row(what))
            }
            Self::Refused(why) => web::refusal_in_chinese(why).to_owned(),
            Self::Article(fault) => format!("知识条目规则不允许：{fault}"),
            Self::Reply(fault) => format!("常用语不合要求：{fault}"),
            Self::Reminder(fault) => format!("提醒不合要求：{fault}"),
            Self::Customer(fault) => fault.zh(),
            Self::NumberList(fault) => fault.zh(),
            Self::Setting(why) => format!("不合要求：{why}"),
            Self::InUse => "数据库：另一进程正用它接听来电".to_owned(),
            Self::Away(why) => format!("数据库无法连接：{why}"),
            Self::Gap { .. }
            | Self::Migration(_)
            | Self::Damaged { .. }
            | Self::Busy
            | Self::Closed
            | Self::Lost(_)
            | Self::Database(_)
            | Self::File { .. } => format!("数据库：{self}"),
        }
    }
}

impl Cause for BackupError {
    fn zh(&self) -> String {
        match self {
            Self::Exists(at) => format!("{} 已存在且不为空", at.display()),
            Self::Filled(address) => format!("数据库 {address} 中已有表：备份只能恢复到空库"),
            Self::NoDatabase(address) => format!("{address} 处没有数据库"),
            Self::NotWhole(at) => format!(
                "{} 中没有 SHA256SUMS：它不是备份，或备份尚未完成就中断了",
                at.display()
            ),
            Self::Missing(file) => format!("备份中缺少 {file}"),
            Self::Changed(file) => format!("{file} 已不是当初写下的内容：SHA-256 不符"),
            Self::Unreadable { file, why } => format!("{file}：{why}"),
            Self::Form(form) => format!("备份格式为 {form}，本程序无法读取"),
            Self::Store(error) => error.zh(),
            Self::FactLog(_) | Self::File { .. } => self.to_string(),
        }
    }
}

/// Rows of the store, and what is taken once, by their words.
fn row(what: &str) -> &str {
    match what {
        "agent" => "坐席",
        "article" => "知识条目",
        "queue" => "队列",
        "number list entry" => "号码名单条目",
        "conflict" => "回避",
        "customer" => "客户",
        "external reference" => "外部编号",
        "draft" => "草稿",
        "ticket" => "工单",
        "reply" => "常用语",
        "token" => "令牌",
        "token name" => "令牌名称",
        "outside number" => "外线号码",
        "login" | "this login" => "工号",
        other => other,
    }
}

impl Cause for CustomerFault {
    fn zh(&self) -> String {
        Self::zh(self)
    }
}

impl Cause for NumberListFault {
    fn zh(&self) -> String {
        Self::zh(self)
    }
}

impl Cause for SameNumber {
    fn zh(&self) -> String {
        format!("`{}` 与 `{}` 是同一号码", self.second, self.first)
    }
}

impl Cause for NoRegion {
    fn zh(&self) -> String {
        format!("`{}` 不是国家代码：请写 `CN`", self.0)
    }
}

impl Cause for RequirementError {
    fn zh(&self) -> String {
        match self {
            Self::Unexpected { expected, found } => {
                let expected = match *expected {
                    "a skill" => "技能",
                    "`and`, `or` or the end" => "`and`、`or` 或结尾",
                    other => other,
                };
                format!("`{found}` 处应为{expected}")
            }
            Self::Level(level) => format!("`{level}` 不是级别：级别为 1 到 255"),
            Self::TooLarge => format!(
                "技能要求最长 {} 字节，括号最多 {} 层",
                skill::TEXT_MAX,
                skill::DEPTH_MAX
            ),
        }
    }
}

impl Cause for TargetError {
    fn zh(&self) -> String {
        match self {
            Self::NotHttp(why) => format!("不是以 https:// 开头并含主机名的 URL：{why}"),
            Self::InTheOpen(host) => {
                format!("对 `{host}` 的查询未加密：请用 https，或把主机写入 `private_hosts`")
            }
            Self::Private(host) => {
                format!("`{host}` 不是公网地址：确需访问请写入 `private_hosts`")
            }
            Self::Credentials => "URL 含用户名或密码：请用 `secret`".to_owned(),
        }
    }
}

impl Cause for BodyError {
    fn zh(&self) -> String {
        match self {
            Self::NoText => "其中没有 `{text}`".to_owned(),
            Self::NoJson(why) => format!("不是 JSON：{why}"),
        }
    }
}

impl Cause for TlsError {
    fn zh(&self) -> String {
        match self {
            Self::NoCertificate => "TLS 需要证书及其私钥".to_owned(),
            Self::Unreadable { what, why } => format!("{what} 不可用：{why}"),
            Self::Key(why) => format!("私钥与证书不匹配：{why}"),
            Self::NoClientCa => "require_client_certificate 需要 client_ca".to_owned(),
            Self::NoRoots => "没有可信的证书颁发机构".to_owned(),
            Self::Expired => "证书已过期".to_owned(),
            Self::Refused(why) => format!("TLS 被拒绝：{why}"),
        }
    }
}

impl Cause for NetworkError {
    fn zh(&self) -> String {
        match self {
            Self::NoAddress => "应为 IP 地址，或网段如 203.0.113.0/24".to_owned(),
            Self::BadPrefix { max } => format!("前缀应为 0 到 {max} 位"),
            Self::HostBits { prefix } => format!("地址在前缀 {prefix} 位之外还有置位"),
        }
    }
}

impl Cause for SoundError {
    fn zh(&self) -> String {
        format!("{}：{}", self.path.display(), self.why.zh())
    }
}

impl Cause for SoundFault {
    fn zh(&self) -> String {
        let text = match self {
            Self::Wav(error) => return error.zh(),
            Self::Disk(why) => return format!("磁盘：{why}"),
            Self::TooLong => "超过一小时",
            Self::Empty => "没有声音",
            Self::Name => "声音与流程一样以 UTF-8 命名",
        };
        text.to_owned()
    }
}

impl Cause for WavError {
    fn zh(&self) -> String {
        match self {
            Self::Wav(error) => format!("不是可读的 WAV：{error}"),
            Self::Rate(rate) => format!("不支持采样率 {rate} Hz"),
            Self::Full => "WAV 文件已满".to_owned(),
            Self::HalfFrame => "交错样本数为奇数".to_owned(),
        }
    }
}

impl Cause for QueryTextError {
    fn zh(&self) -> String {
        let text = match self {
            Self::NotReading => "查询以 SELECT 或 WITH 开头：流程只读",
            Self::Several => "只能有一条语句，`;` 之后不得再有内容",
            Self::Open => "引号或注释没有结束",
            Self::Unnamed => "参数写作 `:name`",
        };
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One of each kind of sentence; what names a value names it in both.
    #[test]
    fn causes_say_the_same_in_both_languages() {
        let found = || "found".to_owned();
        let requirement = |text: &str| text.parse::<model::Requirement>().unwrap_err();
        let causes: Vec<Box<dyn Cause>> = vec![
            Box::new(ConfigError::ManyPhones),
            Box::new(ConfigError::LongName),
            Box::new(ConfigError::ShortWait),
            Box::new(Denied::Class(engine::Class::Premium)),
            Box::new(Denied::NoRoute),
            Box::new(NumberListFault::List(found())),
            Box::new(NumberListFault::Numbers(found())),
            Box::new(NumberListFault::Withheld),
            Box::new(NumberListFault::Action(found())),
            Box::new(NumberListFault::NeedsAction),
            Box::new(NumberListFault::NeedsLevel),
            Box::new(NumberListFault::Place(found())),
            Box::new(NumberListFault::Places),
            Box::new(NumberListFault::Text),
            Box::new(NumberListFault::End),
            Box::new(NumberListFault::Same(model::NumberEntryId::new(9))),
            Box::new(NumberListFault::Full(9)),
            Box::new(MembershipError(found())),
            Box::new(NotADay(found())),
            Box::new(NoRegion(found())),
            Box::new(ReplayError::NoJournal),
            Box::new(ReplayError::UnknownQueue("sales".into())),
            Box::new(ScenarioError::Unknown("the queue sales".to_owned())),
            Box::new(StoreError::NotFound("agent")),
            Box::new(StoreError::Taken("login")),
            Box::new(StoreError::Customer(CustomerFault::Number(found()))),
            Box::new(CustomerFault::Name),
            Box::new(CustomerFault::Merged(model::CustomerId::new(9))),
            Box::new(CustomerFault::Several),
            Box::new(CustomerFault::Itself),
            Box::new(CustomerFault::NotMerged),
            Box::new(CustomerFault::MergedSince(model::CustomerId::new(9))),
            Box::new(CustomerFault::Contact {
                kind: model::ContactKind::Mail,
                value: found(),
            }),
            Box::new(StoreError::Setting("`zone` is wrong".to_owned())),
            Box::new(SameNumber {
                first: "010".to_owned(),
                second: "+8610".to_owned(),
            }),
            Box::new(requirement("")),
            Box::new(requirement("en >= 4 de")),
            Box::new(requirement("(en")),
            Box::new(requirement("en >= 0")),
            Box::new(requirement(&"(".repeat(600))),
            Box::new(TargetError::InTheOpen(found())),
            Box::new(TargetError::Private(found())),
            Box::new(TargetError::Credentials),
            Box::new(BodyError::NoText),
            Box::new(TlsError::NoClientCa),
            Box::new(NetworkError::HostBits { prefix: 24 }),
            Box::new(SoundFault::Empty),
            Box::new(WavError::Rate(7)),
            Box::new(QueryTextError::Several),
        ];
        for cause in causes {
            let told = cause.told();
            assert_eq!(told.en, cause.to_string());
            assert!(told.is_said_alike(), "{told:?}");
        }
        for (cause, zh) in [
            (requirement("en >= 0").zh(), "`0` 不是级别：级别为 1 到 255"),
            (
                ScenarioError::Unknown("the queue sales".to_owned()).zh(),
                "配置中没有队列 sales",
            ),
            (StoreError::NotFound("token").zh(), "没有这样的令牌"),
        ] {
            assert_eq!(cause, zh);
        }
    }
}
