//! Canned replies (常用语, C18): texts with variables that are filled in out of a call, its customer, a ticket and who uses them.
//!
//! One list of variables. A text is read when it is saved, so that a slip is told with its place and never comes before a customer; what
//! nobody knows when it is used stays in the text as it was written, and is told.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use model::{AgentId, ReplyId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::language::Language;

/// Longest name, in characters.
pub const NAME_CHARS_MAX: usize = 120;
/// Longest text, in characters.
pub const TEXT_CHARS_MAX: usize = 4_000;

macro_rules! variables {
    ($($(#[$doc:meta])* $name:ident = $word:literal $chinese:literal $english:literal;)+) => {
        /// What may stand in a text between braces.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Variable {
            $($(#[$doc])* $name,)+
        }

        impl Variable {
            /// All of them, in the order of the reference.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// As it is written: `customer.name`.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }

            /// What it is, in Chinese and in English.
            pub const fn label(self) -> (&'static str, &'static str) {
                match self {
                    $(Self::$name => ($chinese, $english),)+
                }
            }
        }
    };
}

variables! {
    /// The customer's name.
    CustomerName = "customer.name" "客户姓名" "the customer's name";
    /// The organisation to which he belongs.
    CustomerOrganisation = "customer.organisation" "客户所属单位" "the organisation to which he belongs";
    /// Where he is.
    CustomerRegion = "customer.region" "客户地区" "where he is";
    /// What people read out and type.
    TicketNumber = "ticket.number" "工单编号" "the number of the ticket";
    /// Its line.
    TicketSubject = "ticket.subject" "工单标题" "what the ticket is about";
    /// Its category, as people read it.
    TicketCategory = "ticket.category" "工单类别" "its category";
    /// Where it is, as people read it.
    TicketGroup = "ticket.group" "处理组" "the group that has it";
    /// What is due next.
    TicketDue = "ticket.due" "办理时限" "when it is due";
    /// The number that was called.
    CallHotline = "call.hotline" "热线号码" "the number that was called";
    /// The queue of the call.
    CallQueue = "call.queue" "队列" "the queue of the call";
    /// Whoever uses the reply.
    AgentName = "agent.name" "坐席姓名" "the name of who uses it";
    /// His number.
    AgentNumber = "agent.number" "坐席工号" "his number";
    /// The day on which it is used.
    Today = "today" "当天日期" "the day on which it is used";
}

/// On whose shelf a reply stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", content = "of", rename_all = "snake_case")]
pub enum Shelf {
    /// For who wrote it.
    Personal(AgentId),
    /// For the people of a group.
    Group(String),
    /// For all.
    House,
}

/// What a reply says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wording {
    /// By what it is picked.
    pub name: String,
    /// By language, one or both.
    pub texts: BTreeMap<Language, String>,
    /// What of the service catalogue it belongs to.
    pub category: Option<String>,
}

/// A canned reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reply {
    /// Its id.
    pub id: ReplyId,
    /// For whom it is.
    pub shelf: Shelf,
    /// What it says.
    pub wording: Wording,
    /// How often it was used.
    pub used: u64,
    /// When it was used last.
    pub used_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// For optimistic locking.
    pub version: u64,
}

/// Why a reply cannot stand.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplyFault {
    /// The name is empty, too long or of several lines.
    #[error("a name is one line of 1 to {NAME_CHARS_MAX} characters")]
    Name,
    /// It has no text.
    #[error("a reply has a text in `zh-CN`, in `en` or in both")]
    NoText,
    /// A text is empty or too long.
    #[error("the text in `{0}` has 1 to {TEXT_CHARS_MAX} characters")]
    Text(&'static str),
    /// The category is empty or too long.
    #[error("a category has 1 to 100 characters")]
    Category,
    /// A slip within a text.
    #[error("{0}")]
    Slip(Slip),
    /// As many as a shelf takes.
    #[error("a shelf has at most {0} replies")]
    Full(u64),
}

/// A slip within a text, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slip {
    /// In which text.
    pub language: Language,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// What is wrong.
    pub what: SlipKind,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SlipKind {
    /// No variable is called so.
    Unknown(String),
    /// A brace that is not closed, or closes nothing.
    Brace(char),
}

impl fmt::Display for Slip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` line {}, column {}: ",
            self.language.tag(),
            self.line,
            self.column
        )?;
        match &self.what {
            SlipKind::Unknown(word) => {
                let all: Vec<_> = Variable::ALL.iter().map(|it| it.word()).collect();
                write!(
                    f,
                    "there is no variable `{{{word}}}`: write one of {}",
                    all.join(", ")
                )
            }
            SlipKind::Brace(brace) => {
                write!(
                    f,
                    "`{brace}` stands alone: write `{brace}{brace}` for the sign itself"
                )
            }
        }
    }
}

impl Slip {
    /// The same in Chinese; it names what the English names.
    pub fn zh(&self) -> String {
        let what = match &self.what {
            SlipKind::Unknown(word) => {
                let all: Vec<_> = Variable::ALL.iter().map(|it| it.word()).collect();
                format!("没有变量 `{{{word}}}`：可用的有 {}", all.join("、"))
            }
            SlipKind::Brace(brace) => {
                format!("`{brace}` 没有成对：要写这个符号本身，请写 `{brace}{brace}`")
            }
        };
        format!(
            "`{}` 第 {} 行第 {} 列：{what}",
            self.language.tag(),
            self.line,
            self.column
        )
    }
}

/// A text that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Said(String),
    Filled(Variable),
}

/// A text with its variables filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// The text.
    pub text: String,
    /// What nobody knew: it stands in the text as it was written.
    pub missing: BTreeSet<Variable>,
}

impl Template {
    /// Reads a text: `{variable}`, and `{{` and `}}` for the signs themselves.
    pub fn read(language: Language, text: &str) -> Result<Self, Slip> {
        let mut pieces = Vec::new();
        let mut said = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            said.push_str(before);
            let slip = |what| slip(language, text, text.len() - from.len(), what);
            let brace = if from.starts_with('{') { '{' } else { '}' };
            let behind = from.get(1..).unwrap_or_default();
            if let Some(after) = behind.strip_prefix(brace) {
                said.push(brace);
                rest = after;
                continue;
            }
            let Some((word, after)) = behind.split_once('}').filter(|_| brace == '{') else {
                return Err(slip(SlipKind::Brace(brace)));
            };
            let word = word.trim();
            let Some(variable) = Variable::ALL.iter().find(|it| it.word() == word) else {
                let word = word.chars().take(40).collect();
                return Err(slip(SlipKind::Unknown(word)));
            };
            pieces.push(Piece::Said(std::mem::take(&mut said)));
            pieces.push(Piece::Filled(*variable));
            rest = after;
        }
        said.push_str(rest);
        pieces.push(Piece::Said(said));
        Ok(Self(pieces))
    }

    /// The text with what is known.
    pub fn fill(&self, known: &BTreeMap<Variable, String>) -> Filled {
        let (mut text, mut missing) = (String::new(), BTreeSet::new());
        for piece in &self.0 {
            match piece {
                Piece::Said(said) => text.push_str(said),
                Piece::Filled(variable) => match known.get(variable) {
                    Some(value) => text.push_str(value),
                    None => {
                        text.push_str(&format!("{{{}}}", variable.word()));
                        missing.insert(*variable);
                    }
                },
            }
        }
        Filled { text, missing }
    }
}

/// A slip at a byte of a text.
fn slip(language: Language, text: &str, at: usize, what: SlipKind) -> Slip {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    Slip {
        language,
        line: before.matches('\n').count() + 1,
        column: line.chars().count() + 1,
        what,
    }
}

impl Wording {
    /// Bounds of all that people write, and each variable.
    pub fn check(&self) -> Result<(), ReplyFault> {
        let name = self.name.trim().chars().count();
        if !(1..=NAME_CHARS_MAX).contains(&name) || self.name.chars().any(char::is_control) {
            return Err(ReplyFault::Name);
        }
        if self.texts.is_empty() {
            return Err(ReplyFault::NoText);
        }
        let category = self.category.as_deref().unwrap_or("none").chars().count();
        if !(1..=crate::article::CATEGORY_CHARS_MAX).contains(&category) {
            return Err(ReplyFault::Category);
        }
        for (language, text) in &self.texts {
            if text.trim().is_empty() || text.chars().count() > TEXT_CHARS_MAX {
                return Err(ReplyFault::Text(language.tag()));
            }
            Template::read(*language, text).map_err(ReplyFault::Slip)?;
        }
        Ok(())
    }

    /// The text in the first of these languages in which there is one, else in any.
    pub fn text_in(&self, wanted: &[Language]) -> Option<(Language, &str)> {
        let wanted = wanted.iter().find_map(|it| self.texts.get_key_value(it));
        let found = wanted.or_else(|| self.texts.first_key_value());
        found.map(|(language, text)| (*language, text.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZH: Language = Language::Chinese;

    #[test]
    fn c18_a_text_is_filled_and_what_nobody_knows_stays_and_is_told() {
        let known = BTreeMap::from([
            (Variable::CustomerName, "王{芳}".to_owned()),
            (Variable::TicketNumber, "TS-261121-0042".to_owned()),
        ]);
        for (text, filled, missing) in [
            ("{customer.name}您好", "王{芳}您好", &[][..]),
            ("工单 { ticket.number }。", "工单 TS-261121-0042。", &[]),
            ("{{{customer.name}}}", "{王{芳}}", &[]),
            (
                "{today}{customer.name}",
                "{today}王{芳}",
                &[Variable::Today],
            ),
            ("", "", &[]),
        ] {
            let told = Template::read(ZH, text).unwrap().fill(&known);
            assert_eq!(told.text, filled, "{text}");
            assert!(told.missing.iter().eq(missing), "{text}");
        }
    }

    #[test]
    fn c18_a_slip_is_told_with_its_place_in_both_languages() {
        for (text, line, column, what) in [
            (
                "{customer.nam}",
                1,
                1,
                SlipKind::Unknown("customer.nam".into()),
            ),
            ("您好\n您的 {编号}", 2, 4, SlipKind::Unknown("编号".into())),
            ("a {", 1, 3, SlipKind::Brace('{')),
            ("a } b", 1, 3, SlipKind::Brace('}')),
            ("{}", 1, 1, SlipKind::Unknown(String::new())),
        ] {
            let told = Template::read(ZH, text).unwrap_err();
            let slip = Slip {
                language: ZH,
                line,
                column,
                what,
            };
            assert_eq!(told, slip, "{text}");
            for said in [told.to_string(), told.zh()] {
                assert!(said.contains(&column.to_string()), "{said}");
            }
        }
    }

    #[test]
    fn c18_every_variable_is_read_by_its_word() {
        for variable in Variable::ALL {
            let text = format!("{{{}}}", variable.word());
            let read = Template::read(ZH, &text).unwrap();
            let told = read.fill(&[(*variable, "x".to_owned())].into());
            assert_eq!(told.text, "x");
        }
    }

    #[test]
    fn c18_what_is_empty_or_too_long_is_refused() {
        let with = |name: &str, text: &str| Wording {
            name: name.to_owned(),
            texts: [(ZH, text.to_owned())].into(),
            category: None,
        };
        let none = Wording {
            texts: BTreeMap::new(),
            ..with("a", "b")
        };
        for (wording, fault) in [
            (with(" ", "b"), ReplyFault::Name),
            (with("a\nb", "b"), ReplyFault::Name),
            (with("a", ""), ReplyFault::Text("zh-CN")),
            (
                with("a", &"b".repeat(TEXT_CHARS_MAX + 1)),
                ReplyFault::Text("zh-CN"),
            ),
            (none, ReplyFault::NoText),
            (
                Wording {
                    category: Some(String::new()),
                    ..with("a", "b")
                },
                ReplyFault::Category,
            ),
        ] {
            assert_eq!(wording.check(), Err(fault));
        }
        assert!(matches!(with("a", "{x}").check(), Err(ReplyFault::Slip(_))));
        assert_eq!(with("a", "b").check(), Ok(()));
    }

    #[test]
    fn c18_the_language_is_the_customers_else_the_agents_else_what_there_is() {
        let reply = Wording {
            name: "a".into(),
            texts: [(Language::English, "hello".to_owned())].into(),
            category: None,
        };
        assert_eq!(reply.text_in(&[ZH]), Some((Language::English, "hello")));
        assert_eq!(reply.text_in(&[]), Some((Language::English, "hello")));
    }
}
