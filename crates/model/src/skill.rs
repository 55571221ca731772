//! Skills (技能): what an agent can do and how well, and what a caller needs (B13, R69).
//!
//! A requirement is a small expression over levels: `lang.en >= 4 and (billing >= 2 or vip)`. A bare name asks for any
//! level, `not` for none. Levels are 1 to 255; an agent without a skill has level 0 in it.

use core::fmt;
use std::collections::BTreeMap;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An agent's skills: name to level.
pub type Skills = BTreeMap<String, u8>;

/// The longest requirement that is read, in bytes.
pub const TEXT_MAX: usize = 512;
/// The deepest nesting of parentheses and `not`.
pub const DEPTH_MAX: u8 = 16;

/// What a caller needs of an agent. Written back, it is the text that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Requirement {
    text: String,
    term: Term,
    /// The skills that make an agent better for it, each once.
    wanted: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Term {
    Level {
        skill: String,
        compare: Compare,
        level: u8,
    },
    Not(Box<Term>),
    All(Vec<Term>),
    Any(Vec<Term>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compare {
    AtLeast,
    Above,
    Exactly,
    Below,
    AtMost,
}

/// Why a requirement cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequirementError {
    /// Something else was expected here.
    #[error("expected {expected} at `{found}`")]
    Unexpected {
        /// What could have stood here.
        expected: &'static str,
        /// What stood here, up to the end.
        found: String,
    },
    /// A level that no agent can have.
    #[error("`{0}` is no level: levels are 1 to 255")]
    Level(String),
    /// Longer or deeper than anybody needs.
    #[error("a requirement has at most {TEXT_MAX} bytes and {DEPTH_MAX} levels of parentheses")]
    TooLarge,
}

impl Requirement {
    /// Whether an agent with these skills will do.
    pub fn is_met(&self, skills: &Skills) -> bool {
        self.term.is_met(skills)
    }

    /// How good he is in what is asked for: the sum of his levels in the skills that the requirement wants (R71).
    pub fn level(&self, skills: &Skills) -> u32 {
        let levels = self.wanted.iter().filter_map(|skill| skills.get(skill));
        levels.map(|level| u32::from(*level)).sum()
    }

    /// The skills that make an agent better for it, each once; what it rules out is none of them.
    pub fn wanted(&self) -> &[String] {
        &self.wanted
    }

    /// The text that was read.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl Term {
    fn is_met(&self, skills: &Skills) -> bool {
        match self {
            Self::Level {
                skill,
                compare,
                level,
            } => {
                let has = skills.get(skill).copied().unwrap_or(0);
                match compare {
                    Compare::AtLeast => has >= *level,
                    Compare::Above => has > *level,
                    Compare::Exactly => has == *level,
                    Compare::Below => has < *level,
                    Compare::AtMost => has <= *level,
                }
            }
            Self::Not(term) => !term.is_met(skills),
            Self::All(terms) => terms.iter().all(|term| term.is_met(skills)),
            Self::Any(terms) => terms.iter().any(|term| term.is_met(skills)),
        }
    }

    fn wanted(&self, into: &mut Vec<String>) {
        match self {
            Self::Level {
                skill,
                compare: Compare::AtLeast | Compare::Above | Compare::Exactly,
                ..
            } => into.push(skill.clone()),
            Self::Level {
                compare: Compare::Below | Compare::AtMost,
                ..
            }
            | Self::Not(_) => {}
            Self::All(terms) | Self::Any(terms) => {
                for term in terms {
                    term.wanted(into);
                }
            }
        }
    }
}

impl FromStr for Requirement {
    type Err = RequirementError;

    fn from_str(text: &str) -> Result<Self, RequirementError> {
        if text.len() > TEXT_MAX {
            return Err(RequirementError::TooLarge);
        }
        let mut reader = Reader { rest: text };
        let term = reader.any(DEPTH_MAX)?;
        reader.skip_space();
        if !reader.rest.is_empty() {
            return Err(reader.unexpected("`and`, `or` or the end"));
        }
        let text = text.trim().to_owned();
        let mut wanted = Vec::new();
        term.wanted(&mut wanted);
        wanted.sort_unstable();
        wanted.dedup();
        Ok(Self { text, term, wanted })
    }
}

impl TryFrom<String> for Requirement {
    type Error = RequirementError;

    fn try_from(text: String) -> Result<Self, RequirementError> {
        text.parse()
    }
}

impl From<Requirement> for String {
    fn from(requirement: Requirement) -> Self {
        requirement.text
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Reads from left to right: `or` binds least, then `and`, then `not`.
struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn any(&mut self, depth: u8) -> Result<Term, RequirementError> {
        let mut terms = vec![self.all(depth)?];
        while self.word("or") {
            terms.push(self.all(depth)?);
        }
        Ok(one_or(terms, Term::Any))
    }

    fn all(&mut self, depth: u8) -> Result<Term, RequirementError> {
        let mut terms = vec![self.term(depth)?];
        while self.word("and") {
            terms.push(self.term(depth)?);
        }
        Ok(one_or(terms, Term::All))
    }

    fn term(&mut self, depth: u8) -> Result<Term, RequirementError> {
        let deeper = || depth.checked_sub(1).ok_or(RequirementError::TooLarge);
        if self.word("not") {
            return Ok(Term::Not(Box::new(self.term(deeper()?)?)));
        }
        if self.sign("(") {
            let term = self.any(deeper()?)?;
            return match self.sign(")") {
                true => Ok(term),
                false => Err(self.unexpected("`)`")),
            };
        }
        self.level()
    }

    fn level(&mut self) -> Result<Term, RequirementError> {
        let skill = self.take(is_name);
        if skill.is_empty() || matches!(skill, "and" | "or" | "not") {
            return Err(self.unexpected("a skill"));
        }
        let skill = skill.to_owned();
        let compare = COMPARISONS.iter().find(|(sign, _)| self.sign(sign));
        let Some((_, compare)) = compare else {
            return Ok(Term::Level {
                skill,
                compare: Compare::AtLeast,
                level: 1,
            });
        };
        let digits = self.take(|letter| letter.is_ascii_digit());
        let level: u8 = digits
            .parse()
            .map_err(|_| RequirementError::Level(digits.to_owned()))?;
        if level == 0 {
            return Err(RequirementError::Level(digits.to_owned()));
        }
        Ok(Term::Level {
            skill,
            compare: *compare,
            level,
        })
    }

    fn word(&mut self, word: &str) -> bool {
        self.skip_space();
        let Some(rest) = self.rest.strip_prefix(word) else {
            return false;
        };
        let ends = !rest.starts_with(is_name);
        if ends {
            self.rest = rest;
        }
        ends
    }

    fn sign(&mut self, sign: &str) -> bool {
        self.skip_space();
        let rest = self.rest.strip_prefix(sign);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn take(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        self.skip_space();
        let end = self.rest.find(|letter| !belongs(letter));
        let (taken, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        taken
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn unexpected(&self, expected: &'static str) -> RequirementError {
        RequirementError::Unexpected {
            expected,
            found: self.rest.chars().take(40).collect(),
        }
    }
}

/// The longer sign comes first.
const COMPARISONS: [(&str, Compare); 8] = [
    (">=", Compare::AtLeast),
    ("≥", Compare::AtLeast),
    ("<=", Compare::AtMost),
    ("≤", Compare::AtMost),
    ("==", Compare::Exactly),
    ("=", Compare::Exactly),
    (">", Compare::Above),
    ("<", Compare::Below),
];

/// Whether a letter may stand in the name of a skill.
fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.')
}

/// Whether this is the name of a skill.
pub fn is_skill(name: &str) -> bool {
    !name.is_empty() && name.chars().all(is_name) && !matches!(name, "and" | "or" | "not")
}

fn one_or(mut terms: Vec<Term>, several: fn(Vec<Term>) -> Term) -> Term {
    match (terms.pop(), terms.is_empty()) {
        (Some(only), true) => only,
        (last, _) => {
            terms.extend(last);
            several(terms)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skills() -> Skills {
        let given = [("lang.en", 4), ("billing", 2), ("故障", 1)];
        given.map(|(name, level)| (name.to_owned(), level)).into()
    }

    #[test]
    fn b13_requirements_are_met_or_not() {
        for (text, met, level) in [
            ("lang.en", true, 4),
            ("lang.en >= 4", true, 4),
            ("lang.en≥5", false, 4),
            ("lang.en > 3 and billing>=2", true, 6),
            ("lang.en = 3 or billing", true, 6),
            ("not lang.fr", true, 0),
            ("not (lang.en or lang.fr)", false, 0),
            ("billing < 3", true, 0),
            ("billing <= 1 and 故障", false, 1),
            ("lang.fr or lang.en and billing >= 3", false, 6),
            ("(lang.fr or lang.en) and billing == 2", true, 6),
            ("android", false, 0),
        ] {
            let requirement: Requirement = text.parse().unwrap();
            assert_eq!(requirement.is_met(&skills()), met, "{text}");
            assert_eq!(requirement.level(&skills()), level, "{text}");
            assert_eq!(requirement.to_string(), text);
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_where() {
        let deep = format!("{}a{}", "(".repeat(17), ")".repeat(17));
        for (text, error) in [
            ("", "expected a skill at ``"),
            ("lang.en >=", "`` is no level: levels are 1 to 255"),
            ("lang.en >= 0", "`0` is no level: levels are 1 to 255"),
            ("lang.en >= 256", "`256` is no level: levels are 1 to 255"),
            ("lang.en 4", "expected `and`, `or` or the end at `4`"),
            ("(a or b", "expected `)` at ``"),
            ("a and", "expected a skill at ``"),
            ("a && b", "expected `and`, `or` or the end at `&& b`"),
            (
                &deep,
                "a requirement has at most 512 bytes and 16 levels of parentheses",
            ),
        ] {
            let told = text.parse::<Requirement>().unwrap_err();
            assert_eq!(told.to_string(), error, "{text}");
        }
        assert!("a".repeat(513).parse::<Requirement>().is_err());
    }

    #[test]
    fn a_requirement_is_stored_as_its_text() {
        let requirement: Requirement = " a and b ".parse().unwrap();
        let text = serde_json::to_string(&requirement).unwrap();
        assert_eq!(text, r#""a and b""#);
        assert_eq!(
            serde_json::from_str::<Requirement>(&text).unwrap(),
            requirement.as_str().parse().unwrap()
        );
    }
}
