//! Customers (客户): what may be said of one, and why something may not (F1, F2).
//!
//! Numbers and contacts are shared things: two people may have the same. Nothing here asks who else has it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::{AgentId, CustomerId};

/// Longest name, in characters.
pub const NAME_CHARS_MAX: usize = 120;
/// Highest VIP level; 0 is none.
pub const VIP_MAX: u8 = 9;
/// Most numbers of a customer.
pub const PHONES_MAX: usize = 50;
/// Most contacts of a customer.
pub const CONTACTS_MAX: usize = 50;
/// Longest contact, in characters.
pub const CONTACT_CHARS_MAX: usize = 250;
/// Longest note that stands on the customer himself, in characters.
pub const NOTE_CHARS_MAX: usize = 4_000;
/// Longest locale, region or reference, in characters.
pub const WORD_CHARS_MAX: usize = 120;

/// What a customer is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomerKind {
    /// One human being.
    #[default]
    Person,
    /// A company, an authority, a household.
    Organisation,
}

/// How else than by telephone a customer is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactKind {
    /// An e-mail address.
    Mail,
    /// Where he lives or is found.
    Address,
    /// A WeChat id.
    Wechat,
    /// Anything else.
    Other,
}

/// A text that names none of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is none of them")]
pub struct NoSuchWord(pub String);

/// Why something cannot stand in a customer's record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CustomerFault {
    /// The name is empty, too long or not printable.
    #[error("a name has 1 to {NAME_CHARS_MAX} printable characters")]
    Name,
    /// The VIP level is none.
    #[error("a VIP level is 0 to {VIP_MAX}")]
    Vip,
    /// The text is no telephone number.
    #[error(
        "`{0}` is no telephone number: write digits, such as 13800001111 or 010-65529988 ext. 8021"
    )]
    Number(String),
    /// Too many numbers.
    #[error("a customer has at most {PHONES_MAX} numbers")]
    Numbers,
    /// Too many contacts.
    #[error("a customer has at most {CONTACTS_MAX} contacts")]
    Contacts,
    /// A contact is empty or too long, or no address of its kind.
    #[error(
        "`{value}` is no {kind}: at most {CONTACT_CHARS_MAX} characters, a mail address with its @"
    )]
    Contact {
        /// Of which kind it should be.
        kind: ContactKind,
        /// What was written.
        value: String,
    },
    /// A text is too long or not printable.
    #[error("`{field}` has at most {max} printable characters")]
    Text {
        /// Which.
        field: &'static str,
        /// In characters.
        max: usize,
    },
    /// No such agent.
    #[error("there is no agent {0} who could look after him")]
    Owner(AgentId),
    /// No such organisation, or the customer himself, or a person.
    #[error("customer {0} is no organisation to which he can belong")]
    Organisation(CustomerId),
    /// Several customers on file are the one who is meant.
    #[error(
        "several customers on file have this name and number: write the external reference of one"
    )]
    Several,
    /// He was merged: the other one stands.
    #[error("this customer was merged: {0} stands for him")]
    Merged(CustomerId),
    /// Both are the same.
    #[error("a customer is not merged into himself")]
    Itself,
    /// There is no merge that could be undone.
    #[error("this customer was not merged within the last 7 days")]
    NotMerged,
    /// The one who stands was merged himself: that merge is undone first.
    #[error("the customer who stands for him was merged into {0} since: undo that first")]
    MergedSince(CustomerId),
}

impl CustomerFault {
    /// The same in Chinese; it names what the English names.
    pub fn zh(&self) -> String {
        match self {
            Self::Name => format!("姓名应为 1 到 {NAME_CHARS_MAX} 个可见字符"),
            Self::Vip => format!("VIP 等级应为 0 到 {VIP_MAX}"),
            Self::Number(text) => {
                format!("`{text}` 不是电话号码：请写数字，如 13800001111 或 010-65529988 ext. 8021")
            }
            Self::Numbers => format!("一个客户最多有 {PHONES_MAX} 个号码"),
            Self::Contacts => format!("一个客户最多有 {CONTACTS_MAX} 个联系方式"),
            Self::Contact { kind, value } => {
                format!("`{value}` 不是 {kind}：最多 {CONTACT_CHARS_MAX} 个字符，邮件地址须含 @")
            }
            Self::Text { field, max } => format!("`{field}` 最多 {max} 个可见字符"),
            Self::Owner(agent) => format!("没有坐席 {agent}，不能由其负责该客户"),
            Self::Organisation(id) => format!("客户 {id} 不是该客户可以所属的单位"),
            Self::Several => "有多个客户同名且号码相同：请填写其中一个的外部编号".to_owned(),
            Self::Merged(other) => format!("该客户已被合并：由 {other} 代替"),
            Self::Itself => "不能把客户合并到其自身".to_owned(),
            Self::NotMerged => "该客户在最近 7 天内没有被合并".to_owned(),
            Self::MergedSince(other) => {
                format!("代替该客户的客户其后又被合并到 {other}：请先撤销那次合并")
            }
        }
    }
}

impl CustomerKind {
    /// Its word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Organisation => "organisation",
        }
    }
}

impl ContactKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Mail, Self::Address, Self::Wechat, Self::Other];

    /// Its word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Address => "address",
            Self::Wechat => "wechat",
            Self::Other => "other",
        }
    }

    /// Whether a text may be a contact of this kind. Only sending a mail proves that an address is one.
    ///
    /// # Errors
    /// It is empty, too long or not printable, or a mail address has no `@` between two parts.
    pub fn check(self, value: &str) -> Result<(), CustomerFault> {
        let is_text = is_text(value, CONTACT_CHARS_MAX) && !value.trim().is_empty();
        let fits = match self {
            Self::Mail => {
                let parts = value.rsplit_once('@');
                let filled = parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
                filled && !value.contains(char::is_whitespace)
            }
            Self::Address | Self::Wechat | Self::Other => true,
        };
        if is_text && fits {
            return Ok(());
        }
        Err(CustomerFault::Contact {
            kind: self,
            value: value.chars().take(CONTACT_CHARS_MAX).collect(),
        })
    }
}

/// Whether a text is printable and within its bound, in characters.
pub fn is_text(text: &str, max: usize) -> bool {
    text.chars().nth(max).is_none() && !text.chars().any(char::is_control)
}

impl fmt::Display for ContactKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for ContactKind {
    type Err = NoSuchWord;

    fn from_str(text: &str) -> Result<Self, NoSuchWord> {
        let mut all = Self::ALL.into_iter();
        all.find(|kind| kind.name() == text)
            .ok_or_else(|| NoSuchWord(text.to_owned()))
    }
}

impl FromStr for CustomerKind {
    type Err = NoSuchWord;

    fn from_str(text: &str) -> Result<Self, NoSuchWord> {
        let mut all = [Self::Person, Self::Organisation].into_iter();
        all.find(|kind| kind.name() == text)
            .ok_or_else(|| NoSuchWord(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f1_a_contact_is_what_its_kind_says() {
        let long = "x".repeat(CONTACT_CHARS_MAX + 1);
        for (kind, value, fits) in [
            (ContactKind::Mail, "wang@example.com", true),
            (ContactKind::Mail, "王芳@例子.中国", true),
            (ContactKind::Mail, "wang", false),
            (ContactKind::Mail, "@example.com", false),
            (ContactKind::Mail, "wang@", false),
            (ContactKind::Mail, "wang @example.com", false),
            (ContactKind::Address, "北京市海淀区 1 号", true),
            (ContactKind::Address, " ", false),
            (ContactKind::Address, "a\nb", false),
            (ContactKind::Other, long.as_str(), false),
        ] {
            assert_eq!(kind.check(value).is_ok(), fits, "{kind} {value:?}");
        }
        for kind in ContactKind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
        }
        assert!("pigeon".parse::<ContactKind>().is_err());
    }
}
