//! How alike two tickets are: points for each thing that agrees (D3), each with its reason (D4).

use model::{DAY_MS, E164, Timestamp};
use serde::{Deserialize, Serialize};

use super::text::Bigrams;

/// What of a ticket is compared. What nobody knows agrees with nothing.
#[derive(Clone, Copy, Debug)]
pub struct Matter<'t> {
    /// The number to call back.
    pub contact: Option<&'t E164>,
    /// The way to its category, the root first.
    pub category: &'t [String],
    /// Where it happened, in normal form.
    pub place: Option<&'t str>,
    /// What it is about, in normal form: a brand, a product.
    pub product: Option<&'t str>,
    /// Its subject.
    pub subject: &'t Bigrams,
    /// When it was closed, if it is.
    pub closed_at: Option<Timestamp>,
}

/// What each thing that agrees is worth, and from when a ticket is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Weights {
    /// The same number to call back.
    pub contact: u16,
    /// The same category.
    pub category: u16,
    /// Another category of the same parent.
    pub parent: u16,
    /// The same place.
    pub place: u16,
    /// The same subject; less where only a part of it is the same.
    pub subject: u16,
    /// The same product or brand.
    pub product: u16,
    /// What it costs that the other one has been closed for long.
    pub closed: u16,
    /// How long that is, in days.
    pub closed_days: u16,
    /// Listed from so many points.
    pub listed: u16,
    /// Likely the same from so many.
    pub likely: u16,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            contact: 40,
            category: 20,
            parent: 10,
            place: 15,
            subject: 40,
            product: 10,
            closed: 30,
            closed_days: 30,
            listed: 50,
            likely: 70,
        }
    }
}

/// Why a ticket is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// 同一号码.
    Contact,
    /// 同一类别.
    Category,
    /// 同一上级类别.
    Parent,
    /// 同一地点.
    Place,
    /// 主题相近.
    Subject,
    /// 同一产品.
    Product,
    /// 已结案较久.
    Closed,
}

impl Reason {
    /// Its word in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Category => "category",
            Self::Parent => "parent",
            Self::Place => "place",
            Self::Subject => "subject",
            Self::Product => "product",
            Self::Closed => "closed",
        }
    }

    /// What people read, Chinese and English.
    pub const fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::Contact => ("同一号码", "same number"),
            Self::Category => ("同一类别", "same category"),
            Self::Parent => ("同一上级类别", "same parent category"),
            Self::Place => ("同一地点", "same place"),
            Self::Subject => ("主题相近", "similar subject"),
            Self::Product => ("同一产品", "same product"),
            Self::Closed => ("已结案较久", "closed long ago"),
        }
    }
}

/// How alike two tickets are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// 0 and more; fractions are dropped.
    pub points: u16,
    /// What agrees, and what speaks against it.
    pub reasons: Vec<Reason>,
    /// Whether it is shown.
    pub is_listed: bool,
    /// Whether it is likely the same.
    pub is_likely: bool,
}

/// How alike a ticket is to another that is there already.
pub fn likeness(
    of: &Matter<'_>,
    other: &Matter<'_>,
    weights: &Weights,
    now: Timestamp,
) -> Likeness {
    let alike = u32::from(weights.subject) * of.subject.alike(other.subject);
    let agreed = [
        (
            Reason::Contact,
            agrees(of.contact, other.contact),
            weights.contact,
        ),
        (Reason::Category, same_category(of, other), weights.category),
        (Reason::Parent, same_parent(of, other), weights.parent),
        (Reason::Place, agrees(of.place, other.place), weights.place),
        (
            Reason::Product,
            agrees(of.product, other.product),
            weights.product,
        ),
    ];
    let mut thousandths = alike;
    let mut reasons = Vec::new();
    for (reason, agrees, points) in agreed {
        if agrees {
            thousandths += 1_000 * u32::from(points);
            reasons.push(reason);
        }
    }
    if alike > 0 {
        reasons.push(Reason::Subject);
    }
    let long = u64::from(weights.closed_days) * DAY_MS.unsigned_abs();
    if other.closed_at.is_some_and(|at| now.ms_since(at) > long) {
        thousandths = thousandths.saturating_sub(1_000 * u32::from(weights.closed));
        reasons.push(Reason::Closed);
    }
    let points = u16::try_from(thousandths / 1_000).unwrap_or(u16::MAX);
    Likeness {
        points,
        reasons,
        is_listed: points >= weights.listed,
        is_likely: points >= weights.likely,
    }
}

fn agrees<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
    one.is_some() && one == other
}

fn same_category(of: &Matter<'_>, other: &Matter<'_>) -> bool {
    !of.category.is_empty() && of.category == other.category
}

fn same_parent(of: &Matter<'_>, other: &Matter<'_>) -> bool {
    let (Some((own, above)), Some((others, beside))) =
        (of.category.split_last(), other.category.split_last())
    else {
        return false;
    };
    own != others && !above.is_empty() && above == beside
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_ms(1_795_000_000_000);

    struct Case {
        contact: &'static str,
        category: Vec<String>,
        place: Option<&'static str>,
        subject: Bigrams,
        closed_days: Option<i64>,
    }

    fn case(contact: &'static str, category: &str, subject: &str) -> Case {
        Case {
            contact,
            category: category.split('/').map(str::to_owned).collect(),
            place: None,
            subject: Bigrams::of(subject),
            closed_days: None,
        }
    }

    fn compare(one: &Case, other: &Case) -> Likeness {
        let numbers = [one, other].map(|case| E164::parse(case.contact).unwrap());
        let closed = |case: &Case| {
            let days = case.closed_days?;
            Some(Timestamp::from_ms(NOW.as_ms() - days * 24 * 3_600_000))
        };
        let [one, other] =
            [(one, &numbers[0]), (other, &numbers[1])].map(|(case, number)| Matter {
                contact: Some(number),
                category: &case.category,
                place: case.place,
                product: None,
                subject: &case.subject,
                closed_at: closed(case),
            });
        likeness(&one, &other, &Weights::default(), NOW)
    }

    #[test]
    fn x1_x2_the_same_shop_is_likely_or_listed_by_what_is_told_of_it() {
        let shoes = case("+8613800001111", "ip/trademark", "XX商店销售假冒名牌运动鞋");
        let again = case(
            "+8613800001111",
            "ip/trademark",
            "举报XX商店卖假冒名牌运动鞋",
        );
        let found = compare(&again, &shoes);
        assert_eq!(
            (found.points, found.is_listed, found.is_likely),
            (82, true, true)
        );
        assert_eq!(
            found.reasons,
            [Reason::Contact, Reason::Category, Reason::Subject]
        );
        let discs = case("+8613800001111", "ip/copyright", "XX商店销售盗版光盘");
        let found = compare(&discs, &shoes);
        assert_eq!(
            (found.points, found.is_listed, found.is_likely),
            (62, true, false)
        );
        assert!(found.reasons.contains(&Reason::Parent));
    }

    #[test]
    fn x3_x4_a_neighbour_with_the_same_fault_is_listed_and_another_fault_is_not() {
        let mut first = case("+8613800001111", "fault/broadband", "宽带无法上网");
        let mut second = case("+8613800002222", "fault/broadband", "家里宽带无法上网了");
        (first.place, second.place) = (Some("某小区"), Some("某小区"));
        let found = compare(&second, &first);
        assert_eq!((found.points, found.is_listed), (60, true));
        let other = case("+8613800003333", "tv/picture", "电视无法收看");
        let found = compare(&other, &first);
        assert_eq!((found.points, found.is_listed), (4, false));
    }

    #[test]
    fn d3_what_was_closed_long_ago_counts_less_and_what_nobody_knows_for_nothing() {
        let mut old = case("+8613800001111", "ip/trademark", "XX商店销售假冒名牌运动鞋");
        let again = case("+8613800001111", "ip/trademark", "XX商店销售假冒名牌运动鞋");
        old.closed_days = Some(30);
        assert_eq!(compare(&again, &old).points, 100);
        old.closed_days = Some(31);
        let found = compare(&again, &old);
        assert_eq!(
            (found.points, found.reasons.last()),
            (70, Some(&Reason::Closed))
        );
        let nothing = Bigrams::of("");
        let unknown = Matter {
            contact: None,
            category: &[],
            place: None,
            product: None,
            subject: &nothing,
            closed_at: None,
        };
        let found = likeness(&unknown, &unknown, &Weights::default(), NOW);
        assert_eq!((found.points, found.reasons), (0, Vec::new()));
    }
}
