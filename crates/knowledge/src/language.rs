//! The languages in which the house writes: those of its pages.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::article::ArticleFault;

/// A language of articles and replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Language {
    /// 简体中文.
    #[serde(rename = "zh-CN")]
    Chinese,
    /// English.
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Chinese, Self::English];

    /// The tag of RFC 5646.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }
}

impl FromStr for Language {
    type Err = ArticleFault;

    fn from_str(tag: &str) -> Result<Self, ArticleFault> {
        let found = Self::ALL.into_iter().find(|it| it.tag() == tag);
        found.ok_or_else(|| ArticleFault::NoSuchWord(tag.chars().take(40).collect()))
    }
}
