//! What is taken out of a ticket's words before they become an article (E7): who the customer is, how he is reached, and every number
//! that may be somebody's.
//!
//! What the directory knows of the customer is looked for as such, and as people are addressed (王先生, Mr Smith); numbers of seven digits and
//! more and mail addresses go whoever's they are, in whichever signs they are written. Rather too much is replaced than too little: all of it
//! is shown to who writes.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::language::Language;
use number::Run;
use sign::{Sign, plain, signs};

mod number;
mod sign;

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

/// A stretch of a text, in signs.
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
        let (chars, wanted) = (text.chars().collect::<Vec<_>>(), Wanted::of(self));
        let signs = signs(&chars);
        let mut replaced: BTreeMap<(Kind, String), u32> = BTreeMap::new();
        let mut clean = String::with_capacity(text.len());
        let (mut at, mut copied) = (0, 0);
        while at < signs.len() {
            let Some(hit) = wanted.told(&signs, at) else {
                at += number::date(&signs, at).unwrap_or(1);
                continue;
            };
            let (from, to) = place(&signs, at, hit.length);
            clean.extend(chars.iter().take(from).skip(copied));
            clean.push_str(hit.kind.placeholder(language));
            let told = chars.iter().take(to).skip(from).collect();
            *replaced.entry((hit.kind, told)).or_default() += 1;
            (at, copied) = (at + hit.length, to);
        }
        clean.extend(chars.iter().skip(copied));
        let list = replaced.into_iter().map(|((kind, text), times)| Replaced {
            kind,
            text,
            by: kind.placeholder(language),
            times,
        });
        (clean, list.collect())
    }

    /// The first that identifies this customer in a text (his name, his number, his address), and a mobile or identity number whoever's
    /// it is. Other numbers and addresses of others may stand there.
    pub fn found_in(&self, text: &str) -> Option<String> {
        let (chars, wanted) = (text.chars().collect::<Vec<_>>(), Wanted::of(self));
        let signs = signs(&chars);
        let mut at = 0;
        while at < signs.len() {
            let Some(hit) = wanted.personal(&signs, at) else {
                at += number::date(&signs, at).unwrap_or(1);
                continue;
            };
            let (from, to) = place(&signs, at, hit.length);
            return Some(chars.iter().take(to).skip(from).collect());
        }
        None
    }
}

/// The characters of a text for which signs stand.
fn place(signs: &[Sign], at: usize, length: usize) -> (usize, usize) {
    let from = signs.get(at).map_or(0, |sign| sign.from);
    let last = signs.get(at + length.saturating_sub(1));
    (from, last.map_or(from, |sign| sign.to))
}

/// What is looked for.
struct Wanted {
    /// As it stands, the longest first.
    literals: Vec<(Kind, Vec<char>)>,
    /// By its digits.
    numbers: Vec<String>,
}

impl Wanted {
    fn of(known: &Known) -> Self {
        let called = known.names.iter().flat_map(|name| addressed(name));
        let names = known.names.iter().cloned().chain(called);
        let names = names.map(|text| (Kind::Name, plain(&text)));
        let contacts = known.contacts.iter();
        let contacts = contacts.map(|text| (Kind::Contact, plain(text)));
        let references = known.references.iter();
        let references = references.map(|text| (Kind::Reference, plain(text)));
        let all = names.chain(contacts).chain(references);
        let mut literals: Vec<_> = all.filter(|(_, text)| text.len() > 1).collect();
        literals.sort_by_key(|(_, text)| std::cmp::Reverse(text.len()));
        let numbers = known.numbers.iter().filter_map(|it| number::known(it));
        Self {
            literals,
            numbers: numbers.collect(),
        }
    }

    /// What is taken out: the customer, and every number and mail address that may be somebody's.
    fn told(&self, signs: &[Sign], at: usize) -> Option<Hit> {
        let hit = self.personal(signs, at).or_else(|| mail(signs, at));
        hit.or_else(|| {
            let is_within = at > 0 && !is_edge(signs, at);
            if is_within || number::date(signs, at).is_some() {
                return None;
            }
            let runs = number::runs(signs, at).into_iter();
            runs.rev().find(Run::is_long).map(|run| Hit::number(&run))
        })
    }

    /// What says whose matter it was.
    fn personal(&self, signs: &[Sign], at: usize) -> Option<Hit> {
        literal(signs, at, &self.literals).or_else(|| {
            let mut runs = number::runs(signs, at).into_iter().rev();
            let run = runs.find(|run| run.is_of(&self.numbers) || run.is_a_persons())?;
            Some(Hit::number(&run))
        })
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

fn literal(signs: &[Sign], at: usize, literals: &[(Kind, Vec<char>)]) -> Option<Hit> {
    let fits = |text: &[char]| {
        let there = signs.get(at..at + text.len());
        there.is_some_and(|there| there.iter().zip(text).all(|(a, b)| is_same(a.c, *b)))
            && is_edge(signs, at)
            && is_edge(signs, at + text.len())
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
fn is_edge(signs: &[Sign], at: usize) -> bool {
    let is_inner = |at: Option<usize>| {
        let sign = at.and_then(|at| signs.get(at));
        sign.is_some_and(|sign| sign.c.is_ascii_alphanumeric())
    };
    !(is_inner(at.checked_sub(1)) && is_inner(Some(at)))
}

/// A mail address that begins here.
fn mail(signs: &[Sign], at: usize) -> Option<Hit> {
    let is_of = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-');
    let from = |at: usize| signs.iter().skip(at).map(|sign| sign.c);
    if !is_edge(signs, at) || !from(at).next().is_some_and(|c| c.is_ascii_alphanumeric()) {
        return None;
    }
    let local = from(at).take_while(is_of).count();
    if from(at + local).next() != Some('@') {
        return None;
    }
    let domain: String = from(at + local + 1).take_while(is_of).collect();
    let domain = domain.trim_end_matches(['.', '-', '_']);
    domain.contains('.').then_some(Hit {
        kind: Kind::Contact,
        length: local + 1 + domain.len(),
    })
}

impl Hit {
    fn number(run: &Run) -> Self {
        Self {
            kind: Kind::Number,
            length: run.length,
        }
    }
}

#[cfg(test)]
mod tests;
