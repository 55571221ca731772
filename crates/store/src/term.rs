//! What a name or a title is found by: Chinese characters by one and by two, words, readings in pinyin and their initials.
//!
//! A term of letters and digits is `a-z0-9` and nothing else, so that its order is the same in every database and a beginning of
//! it is a range. Characters with several readings (单, 曾) are found by each, within a bound.

use std::collections::BTreeSet;

use pinyin::ToPinyinMulti;

use crate::database::Statement;
use crate::search::is_han;

/// Longest term of letters.
const LETTERS_MAX: usize = 48;
/// Most readings of a name.
const READINGS_MAX: usize = 8;
/// From so many characters of a name on its readings begin: a given name, a word within a company's name.
const STARTS_MAX: usize = 8;
/// The same of a title: as many as it has characters.
const TITLE_STARTS_MAX: usize = 120;
/// Most terms of a question.
const ASKED_MAX: usize = 8;

/// A term of a question.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Asked {
    /// This term.
    Whole(String),
    /// Terms that begin so.
    Begins(String),
}

impl Asked {
    /// What is asked of a column `term`.
    pub(crate) fn push(&self, query: &mut Statement) {
        match self {
            Self::Whole(term) => query.push("term = ").push_bind(term.as_str()),
            // Letters and digits alone: `{` stands behind `z`.
            Self::Begins(head) => query
                .push("term >= ")
                .push_bind(head.as_str())
                .push(" AND term < ")
                .push_bind(format!("{head}{{")),
        };
    }
}

/// All terms of a name.
pub(crate) fn of_name(name: &str) -> BTreeSet<String> {
    of_text(name, STARTS_MAX)
}

/// All terms of a title: it is found by each word within it, wherever that stands.
pub(crate) fn of_title(title: &str) -> BTreeSet<String> {
    of_text(title, TITLE_STARTS_MAX)
}

fn of_text(name: &str, starts_max: usize) -> BTreeSet<String> {
    let mut terms = BTreeSet::new();
    for run in han_runs(name) {
        terms.extend(run.iter().map(char::to_string));
        terms.extend(run.windows(2).map(|pair| pair.iter().collect::<String>()));
    }
    terms.extend(words(name));
    let chars: Vec<char> = name.chars().filter(|c| c.is_alphanumeric()).collect();
    let is_start = |at: usize| at == 0 || chars.get(at).copied().is_some_and(is_han);
    for at in (0..chars.len().min(starts_max)).filter(|at| is_start(*at)) {
        let rest = chars.get(at..).unwrap_or_default();
        for reading in readings(rest) {
            terms.insert(reading.whole);
            // The initials of a Latin word are of no use.
            if rest.iter().copied().any(is_han) {
                terms.insert(reading.initials);
            }
        }
    }
    terms.remove("");
    terms
}

/// The terms that a question asks for, all of them at once; empty when nothing of it is a letter or a character.
pub(crate) fn of_question(question: &str) -> Vec<Asked> {
    let mut asked = BTreeSet::new();
    for run in han_runs(question) {
        match run.as_slice() {
            [only] => drop(asked.insert(Asked::Whole(only.to_string()))),
            more => asked.extend(
                more.windows(2)
                    .map(|pair| Asked::Whole(pair.iter().collect())),
            ),
        }
    }
    asked.extend(words(question).into_iter().map(Asked::Begins));
    asked.into_iter().take(ASKED_MAX).collect()
}

/// A reading of a name under construction.
#[derive(Clone, Default)]
struct Reading {
    whole: String,
    initials: String,
}

impl Reading {
    fn with(&self, syllable: &str) -> Self {
        let mut longer = self.clone();
        if longer.whole.len() + syllable.len() <= LETTERS_MAX {
            longer.whole.push_str(syllable);
            longer.initials.extend(syllable.chars().next());
        }
        longer
    }
}

/// How characters are read: the first ones in each way, as far as there is room, the others as they are read mostly.
fn readings(chars: &[char]) -> Vec<Reading> {
    let mut known = vec![Reading::default()];
    for c in chars {
        let mut syllables = syllables(*c);
        if syllables.is_empty() {
            continue;
        }
        if known.len() * syllables.len() > READINGS_MAX {
            syllables.truncate(1);
        }
        let longer = known
            .iter()
            .flat_map(|reading| syllables.iter().map(|syllable| reading.with(syllable)));
        known = longer.collect();
    }
    known
}

/// How a character is said, each way once; a letter or a digit is itself.
fn syllables(c: char) -> Vec<String> {
    let lower: String = c.to_lowercase().collect();
    if lower.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return vec![lower];
    }
    let mut found = Vec::new();
    for reading in c.to_pinyin_multi().into_iter().flatten() {
        // `lü` is typed `lv`.
        let typed = reading.plain().replace('ü', "v");
        if !found.contains(&typed) && typed.bytes().all(|byte| byte.is_ascii_lowercase()) {
            found.push(typed);
        }
    }
    found
}

fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    lower
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(LETTERS_MAX).collect())
        .collect()
}

fn han_runs(text: &str) -> Vec<Vec<char>> {
    let runs = text.split(|c: char| !is_han(c));
    runs.filter(|run| !run.is_empty())
        .map(|run| run.chars().collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(name: &str, question: &str) -> bool {
        let terms = of_name(name);
        let asked = of_question(question);
        !asked.is_empty()
            && asked.iter().all(|asked| match asked {
                Asked::Whole(term) => terms.contains(term),
                Asked::Begins(head) => terms.iter().any(|term| term.starts_with(head)),
            })
    }

    #[test]
    fn f1_a_name_is_found_by_characters_pinyin_and_initials() {
        for (name, question, found) in [
            ("王小明", "王", true),
            ("王小明", "小明", true),
            ("王小明", "王小明", true),
            ("王小明", "王明", false),
            ("王小明", "wangxiaoming", true),
            ("王小明", "Wang Xiao", true),
            ("王小明", "wangx", true),
            ("王小明", "wxm", true),
            ("王小明", "xiaoming", true),
            ("王小明", "xiaoming wang", true),
            ("王小明", "wmx", false),
            ("单田芳", "shantianfang", true),
            ("单田芳", "dantianfang", true),
            ("曾志伟", "zzw", true),
            ("吕布", "lvbu", true),
            ("北京移动通信集团", "移动", true),
            ("北京移动通信集团", "yidong", true),
            ("John O'Neil", "neil john", true),
            ("John O'Neil", "JOHN", true),
            ("John O'Neil", "jo", true),
            ("A公司", "a公司", true),
            ("A公司", "agongsi", true),
            ("𠮷野家", "𠮷野", true),
            ("王小明", "%", false),
            ("王小明", "' OR 1=1", false),
        ] {
            assert_eq!(finds(name, question), found, "{name} by {question:?}");
        }
    }

    #[test]
    fn e7_a_title_is_found_by_what_stands_far_within_it() {
        let title = "关于重点小区家庭宽带用户光猫红灯闪烁不停且重启无效的处理办法";
        for (question, is_found) in [
            ("guangmao", true),
            ("gmhd", true),
            ("chongqi", true),
            ("zhongdian", true),
            ("chuliff", false),
            ("clbf", true),
            ("banfa", true),
        ] {
            let terms = of_title(title);
            let fits = |asked: &Asked| match asked {
                Asked::Whole(term) => terms.contains(term),
                Asked::Begins(head) => terms.iter().any(|term| term.starts_with(head)),
            };
            assert_eq!(
                of_question(question).iter().all(fits),
                is_found,
                "{question}"
            );
        }
        let many = of_title(&"单曾仇".repeat(40)).len();
        assert!(many < 2_200, "{many}");
    }

    #[test]
    fn a_name_has_few_terms_whatever_it_is() {
        for name in ["重".repeat(120), "a ".repeat(60), "单曾仇".repeat(40)] {
            let terms = of_name(&name);
            assert!(terms.len() < 200, "{}", terms.len());
            assert!(terms.iter().all(|term| term.len() <= LETTERS_MAX), "{name}");
        }
        assert!(of_question(&"张三李四".repeat(100)).len() <= ASKED_MAX);
    }
}
