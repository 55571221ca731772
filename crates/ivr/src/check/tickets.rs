//! A ticket that a script files is of a type, about a category and with fields that the house has (A2 to A4).

use super::{AllClaims, TicketWords, World};
use crate::claim::Filed;
use crate::place::Name;
use crate::report::Report;
use crate::told;

pub(super) fn check(claims: &AllClaims<'_>, world: &World, report: &mut Report) {
    for filed in claims.values().filter_map(|claims| claims.files.as_ref()) {
        kind_is_there(filed, &world.tickets, report);
        if let Some(Name { text, place }) = filed.category
            && !world.tickets.categories.is_empty()
            && !world.tickets.categories.contains(text)
        {
            let message = told!(
                "`tickets.toml` has no category `{text}`",
                "`tickets.toml` 中没有业务分类 `{text}`"
            );
            let known = world.tickets.categories.iter().map(String::as_str);
            report.unknown(*place, message, text, known);
        }
    }
}

fn kind_is_there(filed: &Filed<'_>, words: &TicketWords, report: &mut Report) {
    let Name { text: kind, place } = filed.ticket_type;
    if words.types.is_empty() {
        return;
    }
    let Some(fields) = words.types.get(kind) else {
        let message = told!(
            "`tickets.toml` has no type `{kind}`",
            "`tickets.toml` 中没有工单类型 `{kind}`"
        );
        let known = words.types.keys().map(String::as_str);
        report.unknown(*place, message, kind, known);
        return;
    };
    // A ticket holds what its type does not name, too; where the type names fields, another one is as likely a slip of the pen.
    for (name, _) in filed.fields.iter().filter(|_| !fields.is_empty()) {
        if fields.iter().any(|field| field.name == name.text) {
            continue;
        }
        let message = told!(
            "the type `{kind}` has no field `{}`: the ticket holds it all the same",
            "工单类型 `{kind}` 没有字段 `{}`，工单仍会保存它",
            name.text
        );
        let known: Vec<&str> = fields.iter().map(|it| it.name.as_str()).collect();
        let known = known.join("`, `");
        let help = told!(
            "its fields are `{known}`; name one of them, or add this one in `tickets.toml`",
            "其字段为 `{known}`；请改用其一，或在 `tickets.toml` 中添加"
        );
        report.warning(name.place, message, Some(help));
    }
    let is_given = |field: &str| filed.fields.iter().any(|(name, _)| name.text == field);
    for field in fields.iter().filter(|it| it.needed && !is_given(&it.name)) {
        let field = &field.name;
        let message = told!(
            "the type `{kind}` needs the field `{field}`: the ticket is filed without it and cannot be resolved until somebody fills it in",
            "工单类型 `{kind}` 须填字段 `{field}`：工单将缺此项，补填前无法办结"
        );
        let help = told!("add it to `fields`", "请补入 `fields`");
        report.warning(*place, message, Some(help));
    }
}
