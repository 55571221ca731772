//! `[[type.NAME.same]]` and `likeness`: when two tickets are about one thing (D1), and what likeness is worth (D3).

use ivr::told;
use serde::Deserialize;
use ticket::duplicate::{Condition, Part, Weights};
use ticket::rules::FieldRule;
use toml::Spanned;

use super::Reader;

/// Older than ten years is another matter.
const WINDOW_DAYS_MAX: u16 = 3_660;
/// More parts agree in nothing.
const PARTS_MAX: usize = 8;
/// More than all points together.
const POINTS_MAX: u16 = 1_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Section {
    name: Spanned<String>,
    parts: Spanned<Vec<Spanned<Part>>>,
    window_days: Spanned<u16>,
}

impl Reader<'_, '_> {
    pub(super) fn conditions(
        &mut self,
        sections: &[Section],
        fields: &[FieldRule],
    ) -> Vec<Condition> {
        let mut conditions: Vec<Condition> = Vec::new();
        for section in sections {
            let name = section.name.get_ref();
            self.report.is_name(&section.name);
            if conditions.iter().any(|other| other.name == *name) {
                let message = told!(
                    "two conditions are named `{name}`",
                    "有两个判重条件名为 `{name}`"
                );
                self.report.error(&section.name, message, None);
            }
            if !(1..=PARTS_MAX).contains(&section.parts.get_ref().len()) {
                let message = told!(
                    "a condition has 1 to {PARTS_MAX} `parts`",
                    "判重条件的 `parts` 须为 1 至 {PARTS_MAX} 项"
                );
                self.report.error(&section.parts, message, None);
            }
            for part in section.parts.get_ref() {
                self.part(part, fields);
            }
            self.within(&section.window_days, "window_days", (1, WINDOW_DAYS_MAX));
            let parts = section.parts.get_ref().iter();
            conditions.push(Condition {
                name: name.clone(),
                parts: parts.map(|part| part.get_ref().clone()).collect(),
                window_days: *section.window_days.get_ref(),
            });
        }
        conditions
    }

    /// Fields that the type has: no ticket of it would have a key otherwise.
    fn part(&mut self, part: &Spanned<Part>, fields: &[FieldRule]) {
        let (Part::Name(name) | Part::Field(name)) = part.get_ref() else {
            return;
        };
        if !fields.iter().any(|field| field.name == *name) {
            let message = told!("the type has no field `{name}`", "该类型没有字段 `{name}`");
            let known = fields.iter().map(|field| field.name.as_str());
            let named = Spanned::new(part.span(), name.clone());
            self.report.unknown(&named, message, known);
        }
    }

    pub(super) fn likeness(
        &mut self,
        weights: Option<&Spanned<Weights>>,
        base: Weights,
    ) -> Weights {
        let Some(written) = weights else {
            return base;
        };
        let weights = *written.get_ref();
        let points = [
            weights.contact,
            weights.category,
            weights.parent,
            weights.place,
            weights.subject,
            weights.product,
            weights.closed,
            weights.listed,
            weights.likely,
        ];
        let fits =
            points.into_iter().all(|it| it <= POINTS_MAX) && weights.listed <= weights.likely;
        if !fits {
            let message = told!(
                "points are 0 to {POINTS_MAX}, and `listed` is at most `likely`",
                "分值为 0 至 {POINTS_MAX}，且 `listed` 不大于 `likely`"
            );
            self.report.error(written, message, None);
        }
        weights
    }
}
