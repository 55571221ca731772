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
use net::TlsError;
use sip::NetworkError;
use store::{QueryTextError, SoundError, SoundFault};

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
        let why = match &self.why {
            SoundFault::Wav(error) => error.zh(),
            SoundFault::TooLong => "超过一小时".to_owned(),
            SoundFault::Empty => "没有声音".to_owned(),
            SoundFault::Name => "声音与流程一样以 UTF-8 命名".to_owned(),
            SoundFault::Disk(why) => format!("磁盘：{why}"),
        };
        format!("{}：{why}", self.path.display())
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
