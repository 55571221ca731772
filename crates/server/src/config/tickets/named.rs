//! The type and the category by which another file calls its tickets, proved (A2, A3): those of messages and of low scores.

use ivr::{TicketFieldWord, TicketWords, told};
use ticket::Rules;
use toml::Spanned;

use crate::config::report::Report;

/// What scripts have to know of tickets.
pub(crate) fn words(rules: &Rules) -> TicketWords {
    let fields = |kind: &ticket::TicketKind| {
        let needed = kind.missing_at_submit(&std::collections::BTreeMap::new());
        let fields = kind.fields.iter().map(|field| TicketFieldWord {
            name: field.name.clone(),
            needed: needed.contains(&field.name),
        });
        fields.collect()
    };
    let kinds = rules.kinds.iter();
    TicketWords {
        types: kinds
            .map(|(name, kind)| (name.clone(), fields(kind)))
            .collect(),
        categories: rules.catalogue.all().map(|one| one.code.clone()).collect(),
    }
}

/// Proves what tickets are called that nobody fills in: `tickets.toml` has the type and the category, and the type needs no field.
pub(crate) fn prove(
    words: &TicketWords,
    kind: Option<&Spanned<String>>,
    category: Option<&Spanned<String>>,
    report: &mut Report<'_>,
) {
    if let Some(kind) = kind {
        prove_kind(words, kind, report);
    }
    let Some(category) = category else { return };
    let name = category.get_ref();
    if !words.categories.is_empty() && !words.categories.contains(name) {
        let message = told!(
            "`tickets.toml` has no category `{name}`",
            "`tickets.toml` 中没有业务分类 `{name}`"
        );
        let known = words.categories.iter().map(String::as_str);
        report.unknown(category, message, known);
    }
}

fn prove_kind(words: &TicketWords, kind: &Spanned<String>, report: &mut Report<'_>) {
    let name = kind.get_ref();
    if words.types.is_empty() {
        return;
    }
    let Some(fields) = words.types.get(name) else {
        let message = told!(
            "`tickets.toml` has no type `{name}`",
            "`tickets.toml` 中没有工单类型 `{name}`"
        );
        let known = words.types.keys().map(String::as_str);
        return report.unknown(kind, message, known);
    };
    for field in fields.iter().filter(|field| field.needed) {
        let field = &field.name;
        let message = told!(
            "the type `{name}` needs the field `{field}`, which nobody fills in here: such a ticket cannot be resolved until somebody does",
            "工单类型 `{name}` 须填字段 `{field}`，此处无人填写：补填前该工单无法办结"
        );
        let help = told!(
            "name a type without it, or let `{field}` be `required = \"resolve\"`",
            "请改用不含该必填项的类型，或将 `{field}` 设为 `required = \"resolve\"`"
        );
        report.warning(kind, message, help);
    }
}
