//! The rules of tickets by their numbers: types, catalogue, groups, dispatch, turns, dry run.

mod dispatch;
mod turns;

use model::Timestamp;
use model::fact::TicketField;

use super::*;
use crate::clock::ClockKind;
use crate::handling::Level;
use crate::priority::Priority;

/// Monday 2026-11-16, 09:30 in Shanghai.
const MONDAY: Timestamp = Timestamp::from_ms(1_794_792_600_000);
const HOUR_MS: i64 = 3_600_000;

fn office() -> Calendar {
    let table =
        r#"{"name": "office", "zone": "Asia/Shanghai", "mon-fri": ["09:00-12:00", "13:30-18:00"]}"#;
    Calendar::new(&serde_json::from_str(table).unwrap()).unwrap()
}

fn hours(target: &TicketKind, clock: ClockKind) -> Vec<f64> {
    let targets = &target.promises().targets;
    let times = Priority::all().map(|priority| targets[&(clock, priority)].time);
    times.map(|time| time.as_secs_f64() / 3_600.0).collect()
}

fn text(text: &str) -> TicketField {
    TicketField::Text(text.to_owned())
}

fn group(parent: Option<&str>, region: &[&str]) -> GroupRule {
    GroupRule {
        parent: parent.map(str::to_owned),
        tier: 1,
        region: region.iter().map(|it| (*it).to_owned()).collect(),
        ..GroupRule::default()
    }
}

fn category(code: &str, number: &str, keys: &[&str], parent: Option<&str>) -> Category {
    Category {
        code: code.to_owned(),
        number: number.to_owned(),
        keys: keys.iter().map(|it| (*it).to_owned()).collect(),
        label: [("zh-CN".to_owned(), format!("类{number}"))].into(),
        parent: parent.map(str::to_owned),
        ..Category::default()
    }
}

fn rule(name: &str, to: &str, when: When) -> DispatchRule {
    DispatchRule {
        name: name.to_owned(),
        line: 7,
        when,
        to: Destination::Group(to.to_owned()),
    }
}

fn names(names: &[&str]) -> std::collections::BTreeSet<String> {
    names.iter().map(|it| (*it).to_owned()).collect()
}

/// A house with a catalogue and groups, and no rule.
fn house() -> Rules {
    let mut rules = Rules::of(office());
    rules.catalogue = [
        category("network", "3", &["wl"], None),
        category("broadband", "3.2", &["kd"], Some("network")),
        category("slow", "3.10", &[], Some("network")),
        category("billing", "4", &["zd"], None),
    ]
    .into_iter()
    .collect();
    rules.groups = [
        ("front", group(None, &[])),
        ("field", group(None, &["+86"])),
        ("beijing", group(Some("field"), &["+8610"])),
        ("guangdong", group(Some("field"), &["+8620", "+86755"])),
    ]
    .map(|(name, group)| (name.to_owned(), group))
    .into();
    rules
}

#[test]
fn r3_d8_the_standard_set_counts_working_days_by_the_calendar() {
    let rules = Rules::of(office());
    let kind = rules.kind("whatever");
    assert_eq!(hours(kind, ClockKind::Response), [0.25, 0.5, 2.0, 4.0, 8.0]);
    assert_eq!(
        hours(kind, ClockKind::Resolve),
        [4.0, 8.0, 22.5, 37.5, 52.5],
        "3, 5, 7 working days of 7.5 h"
    );
    let never_closed = Rules::default();
    assert_eq!(hours(&never_closed.standard, ClockKind::Resolve)[2], 72.0);
}

#[test]
fn a5_the_standard_matrix_weighs_impact_and_urgency() {
    let mut rules = house();
    let weigh = |rules: &Rules, category| rules.weight(&rules.standard, category).priority.level();
    assert_eq!(weigh(&rules, None), 3);
    assert_eq!(weigh(&rules, Some("broadband")), 3);
    let network = Category {
        impact: Some(Level::High),
        sensitive: true,
        ..category("network", "3", &[], None)
    };
    let broadband = Category {
        urgency: Some(Level::High),
        ..category("broadband", "3.2", &[], Some("network"))
    };
    rules.catalogue = [network, broadband].into_iter().collect();
    assert_eq!(
        weigh(&rules, Some("network")),
        2,
        "its urgency is nobody's word"
    );
    assert_eq!(
        weigh(&rules, Some("broadband")),
        1,
        "impact comes from above"
    );
    let weight = |category| rules.weight(&rules.standard, category).sensitive;
    assert!(weight(Some("broadband")) && !weight(None), "A13");
}

#[test]
fn a3_a_category_is_found_by_number_by_keys_and_by_words() {
    let rules = house();
    let found = |typed: &str| -> Vec<String> {
        let found = rules.catalogue.find(typed).into_iter();
        found.map(|one| one.code.clone()).collect()
    };
    assert_eq!(found("3.2"), ["broadband"]);
    assert_eq!(found(" KD "), ["broadband"]);
    assert_eq!(
        found("3"),
        ["network", "broadband", "slow"],
        "3.2 before 3.10"
    );
    assert_eq!(found("类4"), ["billing"]);
    assert_eq!(found("类"), ["network", "broadband", "slow", "billing"]);
    assert!(found("xyz").is_empty());
    assert_eq!(rules.catalogue.path("broadband"), ["network", "broadband"]);
    assert_eq!(rules.catalogue.path("unheard"), ["unheard"]);
}

#[test]
fn a4_fields_are_needed_from_their_moment_on_and_have_a_form() {
    let field = |name: &str, form, required| FieldRule {
        name: name.to_owned(),
        label: Label::new(),
        form,
        required,
    };
    let choice = Choice {
        value: "router".to_owned(),
        label: Label::new(),
    };
    let mut kind = Rules::default().standard;
    kind.fields = vec![
        field("order", Form::Text, Some(Moment::Submit)),
        field("cause", Form::Choice(vec![choice]), Some(Moment::Resolve)),
        field("amount", Form::Number, None),
        field("agreed", Form::Truth, Some(Moment::Resolve)),
    ];
    let none = BTreeMap::new();
    assert_eq!(kind.missing_at_submit(&none), ["order"]);
    assert_eq!(kind.missing_at_resolve(&none), ["order", "cause", "agreed"]);
    let some: BTreeMap<_, _> = [
        ("order".to_owned(), text(" ")),
        ("cause".to_owned(), text("weather")),
        ("amount".to_owned(), text("much")),
        ("agreed".to_owned(), TicketField::Truth(false)),
        ("else".to_owned(), text("anything")),
    ]
    .into();
    assert_eq!(kind.missing_at_resolve(&some), ["order"], "no is an answer");
    let misfits = kind.misfits(&some);
    let misfits: Vec<_> = misfits.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(misfits, ["cause", "amount"]);
}
