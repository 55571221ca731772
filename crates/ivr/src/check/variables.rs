//! Variables are set before they are read, on every way, and keep their type (E18).
//!
//! A forward data flow: what is certainly set at a node is what is set on each way to it. Types follow from inputs and
//! expressions; a variable that gets two types is told where it gets the second.

use std::collections::{BTreeMap, BTreeSet};

use super::{AllClaims, World};
use crate::claim::{Claims, Origin};
use crate::expression::{Expression, Lookup, no_variable};
use crate::format::FORMATS;
use crate::place::{Name, Place};
use crate::report::Report;
use crate::script::Script;
use crate::sentence::Slot;
use crate::told;
use crate::told::Told;
use crate::value::Type;
use crate::variable::{ENTRY_VARIABLES, entry_type};

pub(super) fn check(script: &Script, claims: &AllClaims<'_>, world: &World, report: &mut Report) {
    let types = types(script, claims, world, report);
    let set = certainly_set(script, claims);
    let names: BTreeSet<&str> = claims
        .values()
        .flat_map(|claims| &claims.assigned)
        .map(|one| one.name.text.as_str())
        .collect();
    for (node, claims) in claims {
        // What no way leads to reads nothing; that it is not reached is told elsewhere.
        let Some(here) = set.get(node) else { continue };
        let lookup = |name: &str| match (entry_type(name), types.get(name)) {
            (Some(found), _) => Lookup::Known(found),
            (None, Some(found)) if here.contains(name) => Lookup::Known(*found),
            (None, None) if here.contains(name) => Lookup::Unclear,
            (None, _) if names.contains(name) => Lookup::Unset,
            (None, _) => Lookup::Unknown,
        };
        let args = claims.query.iter().flat_map(|queried| {
            let shape = world.queries.get(&queried.query.text);
            let args = queried.args.iter();
            args.map(move |(name, expression)| {
                let kind = shape.and_then(|shape| shape.args.get(&name.text).copied());
                (expression, kind)
            })
        });
        let given = given(script, claims, world);
        let expressions = claims.expressions.iter().copied();
        for (expression, wanted) in expressions.chain(args).chain(given) {
            let mut faults = Vec::new();
            let found = expression.type_of(&lookup, &mut faults);
            if let (Some(found), Some(wanted)) = (found, wanted)
                && found != wanted
            {
                let message = told!(
                    "a {wanted} is needed here, this is a {found}",
                    "此处需要 {wanted}，这里是 {found}"
                );
                let help = match wanted {
                    Type::Truth => Some(told!("compare it: `… == …`", "请作比较：`… == …`")),
                    Type::Text | Type::Number => None,
                };
                report.error(expression.place(), message, help);
            }
            for fault in faults {
                report.error(expression.place_of(&fault), fault.message, fault.help);
            }
        }
        let sentences = claims.says.iter().flatten();
        for slot in sentences.flat_map(|(_, sentence)| sentence.values()) {
            let entries = ENTRY_VARIABLES.iter().map(|entry| entry.name);
            fits(slot, &lookup, names.iter().copied().chain(entries), report);
        }
    }
}

/// E13: a value has a type that its format says.
fn fits<'k>(
    slot: &Slot,
    lookup: &dyn Fn(&str) -> Lookup,
    known: impl Iterator<Item = &'k str> + Clone,
    report: &mut Report,
) {
    let name = slot.what.text();
    if matches!(lookup(name), Lookup::Unknown) {
        report.unknown(slot.what.place(), no_variable(name), name, known);
        return;
    }
    let mut faults = Vec::new();
    let found = slot.what.type_of(&lookup, &mut faults);
    if let Some(found) = found
        && !slot.format.takes.contains(&found)
    {
        let formats = FORMATS
            .iter()
            .filter(|format| format.takes.contains(&found));
        let names: Vec<String> = formats.map(|format| format!("`{}`", format.name)).collect();
        let message = told!(
            "the format `{}` does not say a {found}",
            "格式 `{}` 不能报读 {found}",
            slot.format.name
        );
        let help = match names.is_empty() {
            true => told!(
                "set a text or a number from it first",
                "请先由它得出文本或数字"
            ),
            false => Told {
                en: format!("a {found} is said as {}", names.join(", ")),
                zh: format!("{found} 可用格式：{}", names.join("、")),
            },
        };
        report.error(slot.what.place(), message, Some(help));
    }
    for fault in faults {
        report.error(slot.what.place_of(&fault), fault.message, fault.help);
    }
}

/// What goes to another script or back from this one, with the types that are declared.
fn given<'s>(
    script: &Script,
    claims: &Claims<'s>,
    world: &World,
) -> Vec<(&'s Expression, Option<Type>)> {
    let typed = |values: &'s [(Name, Expression)], types: Option<&BTreeMap<String, Type>>| {
        let values = values.iter();
        let kind = |name: &Name| types.and_then(|types| types.get(&name.text).copied());
        values
            .map(|(name, expression)| (expression, kind(name)))
            .collect::<Vec<_>>()
    };
    let mut given = Vec::new();
    if let Some(called) = &claims.calls {
        let shape = world.flows.get(called.script.text.as_str());
        given.extend(typed(called.args, shape.map(|shape| &shape.parameters)));
    }
    if let Some(values) = claims.returns {
        given.extend(typed(values, Some(&script.returns)));
    }
    given
}

/// The type of each variable, as far as it is clear: inputs first, then expressions that read what is clear already.
fn types<'s>(
    script: &'s Script,
    claims: &AllClaims<'s>,
    world: &World,
    report: &mut Report,
) -> BTreeMap<&'s str, Type> {
    let parameters = script.parameters.iter();
    let mut types: BTreeMap<&str, Type> = parameters
        .map(|(name, kind)| (name.as_str(), *kind))
        .collect();
    let mut told: BTreeSet<Place> = BTreeSet::new();
    loop {
        let mut news = false;
        for assigned in claims.values().flat_map(|claims| &claims.assigned) {
            let found = match &assigned.from {
                Origin::Input(kind) => Some(*kind),
                Origin::Result { script, result } => {
                    let shape = world.flows.get(script.text.as_str());
                    shape.and_then(|shape| shape.returns.get(&result.text).copied())
                }
                Origin::Column { query, column } => {
                    let shape = world.queries.get(&query.text);
                    shape.and_then(|shape| shape.columns.get(&column.text).copied())
                }
                Origin::Expression(expression) => {
                    let lookup = |name: &str| {
                        let known = entry_type(name).or_else(|| types.get(name).copied());
                        known.map_or(Lookup::Unclear, Lookup::Known)
                    };
                    expression.type_of(&lookup, &mut Vec::new())
                }
            };
            let name = assigned.name;
            match (found, types.get(name.text.as_str())) {
                (Some(found), None) => {
                    types.insert(&name.text, found);
                    news = true;
                }
                (Some(found), Some(first)) if found != *first && told.insert(name.place) => {
                    let message = told!(
                        "`{}` becomes a {found} here and is a {first} elsewhere",
                        "`{}` 在此处成为 {found}，而别处是 {first}",
                        name.text
                    );
                    let help = told!(
                        "a variable keeps its type; use two names",
                        "变量类型不变；请用两个名称"
                    );
                    report.error(name.place, message, Some(help));
                }
                (Some(_), Some(_)) | (None, _) => {}
            }
        }
        if !news {
            return types;
        }
    }
}

/// For each node that is reached: the variables that are set on every way to it.
fn certainly_set<'s>(
    script: &'s Script,
    claims: &AllClaims<'s>,
) -> BTreeMap<&'s str, BTreeSet<&'s str>> {
    let mut set: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::from([(
        script.start.text.as_str(),
        script.parameters.keys().map(String::as_str).collect(),
    )]);
    let mut open: BTreeSet<&str> = set.keys().copied().collect();
    while let Some(node) = open.pop_first() {
        let (Some(here), Some(claims)) = (set.get(node).cloned(), claims.get(node)) else {
            continue;
        };
        for exit in &claims.exits {
            let after: BTreeSet<&str> = here
                .iter()
                .copied()
                .chain(exit.sets.iter().copied())
                .collect();
            let to = exit.to.text.as_str();
            let both = set.get(to).map_or_else(
                || after.clone(),
                |before| before.intersection(&after).copied().collect(),
            );
            if set.get(to) != Some(&both) {
                set.insert(to, both);
                open.insert(to);
            }
        }
    }
    set
}
