//! Texts so that writings of one thing compare as one (D2), and how alike two texts are.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

/// What companies are called behind their name; the longer before the shorter that it ends with.
const COMPANY_SUFFIXES: [&str; 8] = [
    "股份有限公司",
    "有限责任公司",
    "有限公司",
    "股份公司",
    "集团公司",
    "公司",
    "集团",
    "股份",
];

/// Compatibility forms and full width as their plain forms (NFKC), upper case, only letters and digits: `北京 ＡＢＣ` is `北京ABC`.
pub fn normal(text: &str) -> String {
    let plain = text.nfkc().flat_map(char::to_uppercase);
    plain.filter(|c| c.is_alphanumeric()).collect()
}

/// The same of the name of a person or a company, without what companies are called: `北京ＡＢＣ集团有限公司` is `北京ABC`.
pub fn normal_name(name: &str) -> String {
    let mut name = normal(name);
    while let Some(short) = without_suffix(&name) {
        name.truncate(short);
    }
    name
}

/// How long a name is without a word for a company; `None` where it has none, or is nothing else.
fn without_suffix(name: &str) -> Option<usize> {
    let mut suffixes = COMPANY_SUFFIXES.into_iter();
    let short = suffixes.find_map(|suffix| name.strip_suffix(suffix))?;
    Some(short.len()).filter(|length| *length > 0)
}

/// The pairs of neighbouring characters of a normal text; a text of one character is that character.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bigrams(BTreeSet<(char, Option<char>)>);

impl Bigrams {
    /// Of a text as it was written.
    pub fn of(text: &str) -> Self {
        let text = normal(text);
        let mut pairs: BTreeSet<_> = text.chars().zip(text.chars().skip(1).map(Some)).collect();
        if pairs.is_empty() {
            pairs.extend(text.chars().next().map(|only| (only, None)));
        }
        Self(pairs)
    }

    /// How many of all pairs are common to both, in thousandths (Jaccard); two empty texts have nothing in common.
    pub fn alike(&self, other: &Self) -> u32 {
        let common = self.0.intersection(&other.0).count();
        let all = self.0.len() + other.0.len() - common;
        let thousandths = (1_000 * common).checked_div(all).unwrap_or(0);
        u32::try_from(thousandths).unwrap_or(1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x6_one_company_in_two_writings_is_one() {
        assert_eq!(normal_name("北京ＡＢＣ有限公司"), normal_name("北京abc"));
        assert_eq!(normal_name("上海 (某某) 股份有限公司"), "上海某某");
        assert_eq!(
            normal_name("北京ABC集团有限公司"),
            normal_name("北京ABC集团")
        );
        assert_eq!(normal_name("有限公司"), "有限公司", "a name is never empty");
        assert_eq!(normal("①３.１４－ｶﾞ"), "1314ガ");
    }

    #[test]
    fn x1_to_x4_pairs_of_characters_say_how_alike_texts_are() {
        let table = [
            (
                "XX商店销售假冒名牌运动鞋",
                "举报XX商店卖假冒名牌运动鞋",
                562,
            ),
            ("XX商店销售假冒名牌运动鞋", "XX商店销售盗版光盘", 312),
            ("宽带无法上网", "家里宽带无法上网了", 625),
            ("宽带无法上网", "电视无法收看", 111),
            ("", "", 0),
            ("机", "机", 1_000),
        ];
        for (one, other, alike) in table {
            let (one, other) = (Bigrams::of(one), Bigrams::of(other));
            assert_eq!((one.alike(&other), other.alike(&one)), (alike, alike));
        }
    }
}
