//! What is taken out of a ticket's words before they become an article (E7): who the customer is, how he is reached, and every number
//! that may be somebody's.
//!
//! What the directory knows of the customer is looked for as such, and as people are addressed (王先生, Mr Smith); numbers of seven digits and
//! more and mail addresses go whoever's they are. Rather too much is replaced than too little: all of it is shown to who writes.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::language::Language;

/// Fewest digits of a number that may be somebody's.
const DIGITS_MIN: usize = 7;
/// Most digits that are taken for one number.
const DIGITS_MAX: usize = 32;
/// Fewest digits of a number that the directory knows to be his.
const KNOWN_DIGITS_MIN: usize = 5;
/// How people are addressed in Chinese, behind the family name.
const HONORIFICS: [&str; 10] = [
    "先生", "女士", "小姐", "太太", "老师", "师傅", "经理", "阿姨", "大爷", "总",
];
/// The same in English, before it.
const TITLES: [&str; 8] = [
    "Mr. ", "Mr ", "Mrs. ", "Mrs ", "Ms. ", "Ms ", "Miss ", "Dr. ",
];
/// Family names of two characters.
const COMPOUND: [&str; 12] = [
    "欧阳", "司马", "上官", "诸葛", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "东方",
];

/// What was replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A name.
    Name,
    /// A telephone number, or the number of a document or an account.
    Number,
    /// An address, of mail too.
    Contact,
    /// The number of a ticket.
    Reference,
}

/// What is known of the customer of a ticket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// His name and that of the organisation.
    pub names: Vec<String>,
    /// His numbers, however written.
    pub numbers: Vec<String>,
    /// Addresses and the like.
    pub contacts: Vec<String>,
    /// The ticket's own number.
    pub references: Vec<String>,
}

/// A text of the original that is not in the article.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Replaced {
    /// What it was.
    pub kind: Kind,
    /// As it stood.
    pub text: String,
    /// What stands there instead.
    pub by: &'static str,
    /// How often.
    pub times: u32,
}

/// A stretch of a text, in characters.
struct Hit {
    kind: Kind,
    length: usize,
}

impl Kind {
    const fn placeholder(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Name, Language::Chinese) => "〔客户〕",
            (Self::Name, Language::English) => "[customer]",
            (Self::Number, Language::Chinese) => "〔号码〕",
            (Self::Number, Language::English) => "[number]",
            (Self::Contact, Language::Chinese) => "〔联系方式〕",
            (Self::Contact, Language::English) => "[contact]",
            (Self::Reference, Language::Chinese) => "〔编号〕",
            (Self::Reference, Language::English) => "[reference]",
        }
    }
}

impl Known {
    /// A text without what says whose matter it was, and what was taken out of it.
    pub fn anonymised(&self, text: &str, language: Language) -> (String, Vec<Replaced>) {
        let (chars, literals) = (text.chars().collect::<Vec<_>>(), self.literals());
        let mut replaced: BTreeMap<(Kind, String), u32> = BTreeMap::new();
        let mut clean = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(c) = chars.get(at) {
            let hit = literal(&chars, at, &literals)
                .or_else(|| mail(&chars, at))
                .or_else(|| {
                    number(&chars, at)
                        .filter(|run| self.is_number(run))
                        .map(Run::hit)
                });
            let Some(hit) = hit else {
                clean.push(*c);
                at += 1;
                continue;
            };
            let told = chars.iter().skip(at).take(hit.length).collect();
            *replaced.entry((hit.kind, told)).or_default() += 1;
            clean.push_str(hit.kind.placeholder(language));
            at += hit.length;
        }
        let list = replaced.into_iter().map(|((kind, text), times)| Replaced {
            kind,
            text,
            by: kind.placeholder(language),
            times,
        });
        (clean, list.collect())
    }

    /// The first that identifies this customer in a text: his name, his number, his address. Numbers of others may stand there.
    pub fn found_in(&self, text: &str) -> Option<String> {
        let (chars, literals) = (text.chars().collect::<Vec<_>>(), self.literals());
        (0..chars.len()).find_map(|at| {
            let hit = literal(&chars, at, &literals).or_else(|| {
                let run = number(&chars, at)?;
                self.is_his(&run.digits).then(|| run.hit())
            })?;
            Some(chars.iter().skip(at).take(hit.length).collect())
        })
    }

    fn is_number(&self, run: &Run) -> bool {
        self.is_his(&run.digits) || (run.digits.len() >= DIGITS_MIN && !run.is_date)
    }

    /// Whether digits are one of his numbers, with or without what is dialled before it.
    fn is_his(&self, digits: &str) -> bool {
        self.numbers.iter().any(|number| {
            let chars: Vec<char> = number.chars().collect();
            let start = chars.iter().position(char::is_ascii_digit);
            // What is dialled behind it is not part of it.
            let known = start.and_then(|start| self::number(&chars, start));
            let known = known.map(|run| run.digits).unwrap_or_default();
            let is_end =
                |long: &str, short: &str| short.len() >= DIGITS_MIN && long.ends_with(short);
            known.len() >= KNOWN_DIGITS_MIN
                && (known == digits || is_end(&known, digits) || is_end(digits, &known))
        })
    }

    /// All that is looked for as it stands, the longest first.
    fn literals(&self) -> Vec<(Kind, Vec<char>)> {
        let called = self.names.iter().flat_map(|name| addressed(name));
        let named = self.names.iter().cloned().chain(called);
        let all = named
            .map(|text| (Kind::Name, text))
            .chain(
                self.contacts
                    .iter()
                    .map(|text| (Kind::Contact, text.clone())),
            )
            .chain(
                self.references
                    .iter()
                    .map(|text| (Kind::Reference, text.clone())),
            );
        let mut all: Vec<(Kind, Vec<char>)> = all
            .map(|(kind, text)| (kind, text.trim().chars().collect::<Vec<_>>()))
            .filter(|(_, text)| text.len() > 1)
            .collect();
        all.sort_by_key(|(_, text)| std::cmp::Reverse(text.len()));
        all
    }
}

/// How a person of this name is addressed: 王先生, Mr Smith.
fn addressed(name: &str) -> Vec<String> {
    let name = name.trim();
    let is_latin = name.is_ascii();
    if is_latin {
        let last = name
            .split_whitespace()
            .last()
            .filter(|last| last.len() > 1 && *last != name);
        let called = last.map(|last| TITLES.map(|title| format!("{title}{last}")));
        return called.into_iter().flatten().collect();
    }
    // What is longer is a company, which is not addressed so.
    if !(2..=4).contains(&name.chars().count()) {
        return Vec::new();
    }
    let compound = COMPOUND.iter().find(|family| name.starts_with(*family));
    let family: String = match compound {
        Some(family) => (*family).to_owned(),
        None => name.chars().take(1).collect(),
    };
    HONORIFICS
        .map(|honorific| format!("{family}{honorific}"))
        .to_vec()
}

fn literal(chars: &[char], at: usize, literals: &[(Kind, Vec<char>)]) -> Option<Hit> {
    let fits = |text: &[char]| {
        let there = chars.get(at..at + text.len());
        there.is_some_and(|there| there.iter().zip(text).all(|(a, b)| is_same(*a, *b)))
            && is_edge(chars, at)
            && is_edge(chars, at + text.len())
    };
    let found = literals.iter().find(|(_, text)| fits(text))?;
    Some(Hit {
        kind: found.0,
        length: found.1.len(),
    })
}

fn is_same(a: char, b: char) -> bool {
    a == b || a.to_lowercase().eq(b.to_lowercase())
}

/// Whether no Latin word and no number goes through this place.
fn is_edge(chars: &[char], at: usize) -> bool {
    let is_inner = |at: Option<usize>| {
        let c = at.and_then(|at| chars.get(at));
        c.is_some_and(char::is_ascii_alphanumeric)
    };
    !(is_inner(at.checked_sub(1)) && is_inner(Some(at)))
}

/// A mail address that begins here.
fn mail(chars: &[char], at: usize) -> Option<Hit> {
    let is_of = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-');
    if !is_edge(chars, at) || !chars.get(at).is_some_and(char::is_ascii_alphanumeric) {
        return None;
    }
    let local = chars.iter().skip(at).take_while(|c| is_of(c)).count();
    if chars.get(at + local) != Some(&'@') {
        return None;
    }
    let domain: String = chars
        .iter()
        .skip(at + local + 1)
        .take_while(|c| is_of(c))
        .collect();
    let domain = domain.trim_end_matches(['.', '-', '_']);
    domain.contains('.').then_some(Hit {
        kind: Kind::Contact,
        length: local + 1 + domain.len(),
    })
}

/// Digits with what people write between them.
struct Run {
    digits: String,
    length: usize,
    is_date: bool,
}

impl Run {
    fn hit(self) -> Hit {
        Hit {
            kind: Kind::Number,
            length: self.length,
        }
    }
}

/// A number that begins here: its digits, with blanks, dashes or brackets between them.
fn number(chars: &[char], at: usize) -> Option<Run> {
    let before = at.checked_sub(1).and_then(|before| chars.get(before));
    if before.is_some_and(char::is_ascii_alphanumeric) {
        return None;
    }
    let digits_from = |from: usize| {
        let rest = chars.iter().skip(from);
        rest.take_while(|c| c.is_ascii_digit())
            .take(DIGITS_MAX)
            .count()
    };
    let start = at + usize::from(chars.get(at) == Some(&'+'));
    let mut groups = vec![digits_from(start)];
    let mut end = start + digits_from(start);
    let mut digits: String = chars.iter().skip(start).take(end - start).collect();
    while digits.len() < DIGITS_MAX
        && let Some(next) = between(chars, end, groups.last().copied().unwrap_or_default())
    {
        let group = digits_from(next);
        digits.extend(chars.iter().skip(next).take(group));
        groups.push(group);
        end = next + group;
    }
    // The last figure of a person's identity number may be an X.
    if digits.len() == 17 && chars.get(end).is_some_and(|c| matches!(c, 'x' | 'X')) {
        end += 1;
    }
    let is_year = digits.starts_with("19") || digits.starts_with("20");
    let is_date = is_year && matches!(groups.as_slice(), [4, 1..=2, 1..=2]);
    let length = end - at;
    (!digits.is_empty()).then_some(Run {
        digits,
        length,
        is_date,
    })
}

/// Where the next digits of a number stand, behind at most two marks; single figures with blanks between them are a list.
fn between(chars: &[char], end: usize, group: usize) -> Option<usize> {
    let is_mark = |c: &char| matches!(c, ' ' | '-' | '(' | ')' | '（' | '）');
    let marks = chars
        .iter()
        .skip(end)
        .take_while(|c| is_mark(c))
        .take(3)
        .count();
    let is_list = group < 2 && chars.get(end) == Some(&' ');
    let next = chars.get(end + marks)?;
    ((1..=2).contains(&marks) && group > 0 && !is_list && next.is_ascii_digit())
        .then_some(end + marks)
}

#[cfg(test)]
mod tests;
