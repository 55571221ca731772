//! I7: each figure has one formula, and says nothing where there is nothing to say.

use std::collections::BTreeSet;

use super::*;

fn of(name: &str, sums: &Sums) -> Option<f64> {
    let mut all = figures();
    all.find(|figure| figure.name == name).unwrap().of(sums)
}

#[test]
fn i7_without_sums_each_figure_is_a_count_of_nothing_or_none_at_all() {
    for figure in figures() {
        let nothing = figure.of(&Sums::default());
        match (figure.unit, nothing) {
            (Unit::Share, None) | (Unit::Ms, None) => {}
            (Unit::Count | Unit::Ms, Some(value)) => assert!(value.abs() < f64::EPSILON),
            (Unit::Count, None) | (Unit::Share, Some(_)) => panic!("{}", figure.name),
        }
    }
}

#[test]
fn i7_names_are_different_and_each_figure_is_told_of_somebody_in_both_languages() {
    let names: BTreeSet<&str> = figures().map(|figure| figure.name).collect();
    assert_eq!(names.len(), figures().count());
    for figure in figures() {
        assert!(!figure.subjects.is_empty(), "{}", figure.name);
        let [chinese, english] = figure.formula;
        assert!(
            !chinese.is_ascii() && !english.is_empty(),
            "{}",
            figure.name
        );
    }
}

#[test]
fn i7_figures_of_a_queue() {
    let queue = QueueSums {
        offered: 1_060,
        answered: 1_000,
        answered_in_t: 860,
        abandoned: 50,
        short_abandons: 10,
        abandoned_in_t: 20,
        wait_answered_ms: 12_000_000,
        wait_abandoned_ms: 1_000_000,
        talks: 1_100,
        handed_on: 110,
        talk_ms: 180_000_000,
        hold_ms: 20_000_000,
        wrap_up_ms: 40_000_000,
        surveys_asked: 100,
        surveys_answered: 40,
        scores: 50,
        score_permille: 40_000,
        ..QueueSums::default()
    };
    let mut sums = Sums {
        queue,
        level: Some(ServiceLevel::WithoutAbandonsInT),
        ..Sums::default()
    };
    for (name, expected) in [
        ("abandon_rate", 50.0 / 1_050.0),
        ("service_level", 860.0 / 1_040.0),
        ("level_with_abandons_in_t", 880.0 / 1_060.0),
        ("level_of_answered", 0.86),
        ("level_of_offered", 860.0 / 1_060.0),
        ("level_without_short_abandons", 860.0 / 1_050.0),
        ("asa", 12_000.0),
        ("wait_abandoned", 20_000.0),
        ("aht", 240_000.0),
        ("transfer_rate", 0.1),
        ("survey_rate", 0.4),
        ("satisfaction", 0.8),
    ] {
        assert_eq!(of(name, &sums), Some(expected), "{name}");
    }
    sums.level = None;
    assert_eq!(of("service_level", &sums), None);
}

#[test]
fn i7_occupancy_leaves_out_not_ready_and_ringing_and_utilisation_does_not() {
    let states = StateSums {
        ready_ms: 20,
        not_ready_ms: 40,
        ringing_ms: 10,
        talking_ms: 50,
        holding_ms: 10,
        wrap_up_ms: 30,
    };
    let sums = Sums {
        states,
        ..Sums::default()
    };
    assert_eq!(of("occupancy", &sums), Some(90.0 / 110.0));
    assert_eq!(of("utilisation", &sums), Some(90.0 / 160.0));
    assert_eq!(of("signed_in", &sums), Some(160.0));
}

#[test]
fn i8_a_total_is_made_of_sums_and_not_of_figures() {
    let row = |kept, breached, level| {
        let ticket = TicketSums {
            resolves_kept: kept,
            resolves_breached: breached,
            ..TicketSums::default()
        };
        Sums {
            ticket,
            level,
            ..Sums::default()
        }
    };
    let one = Some(ServiceLevel::OfAnswered);
    let mut total = Sums::default();
    total.add(&row(1, 0, one));
    total.add(&row(1, 8, one));
    assert_eq!(of("resolve_kept", &total), Some(0.2));
    assert_eq!(total.level, one);
    total.add(&row(1, 0, Some(ServiceLevel::OfOffered)));
    assert_eq!(total.level, None, "two formulas have no common figure");
}
