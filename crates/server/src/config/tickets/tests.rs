//! What is taken of `tickets.toml`, and what is told of its mistakes.

mod page;

use std::time::Duration;

use model::fact::TicketField;
use ticket::handling::{PauseReason, VisitPolicy};
use ticket::rules::{Approvers, Destination, HandsOut};
use ticket::{ClockKind, Priority, TicketKind};

use super::*;
use crate::config::said;

const CALENDARS: &str = "[calendar.office]\nzone = \"Asia/Shanghai\"\nmon-fri = [\"09:00-12:00\", \"13:30-18:00\"]\n\
                         [calendar.field]\nzone = \"Asia/Shanghai\"\nmon-sun = [\"08:00-20:00\"]\n\
                         [calendar.never]\nzone = \"Asia/Shanghai\"\nmon = []\n";

fn calendars() -> BTreeMap<String, Calendar> {
    let text = CALENDARS.parse::<toml::Table>().unwrap();
    let tables = text["calendar"].as_table().unwrap().iter();
    tables
        .map(|(name, table)| {
            let mut table = table.clone();
            let named = toml::Value::String(name.clone());
            table
                .as_table_mut()
                .unwrap()
                .insert("name".to_owned(), named);
            (name.clone(), table.try_into().unwrap())
        })
        .collect()
}

fn read_text(text: &str) -> Result<(Rules, Vec<Diagnostic>), Vec<Diagnostic>> {
    let document = Document {
        file: "t.toml".into(),
        text: text.into(),
    };
    let calendars = calendars();
    let given = Given {
        calendars: &calendars,
        calendar_names: Some(calendars.keys().cloned().collect()),
        queues: Some(["support".into(), "sales".into()].into()),
        plan: NumberPlan::new("CN").unwrap(),
    };
    read(&document, &given)
}

fn good(text: &str) -> Rules {
    let (rules, warnings) = read_text(text).unwrap();
    assert_eq!(warnings, []);
    rules
}

/// What is told of the sample with a text in place of another, each finding with what stands at its place.
fn mistaken(from: &str, to: &str) -> Vec<(String, String)> {
    assert!(SAMPLE.contains(from), "{from}");
    let text = SAMPLE.replacen(from, to, 1);
    let found = read_text(&text).map(|_| to.to_owned()).unwrap_err();
    let lines = said::lines(&found);
    let at = found.iter().map(|one| {
        let line = text.lines().nth(one.line as usize - 1).unwrap_or_default();
        line.chars().skip(one.column as usize - 1).collect()
    });
    let said = lines
        .into_iter()
        .map(|line| line.split_once(": error: ").unwrap().1.to_owned());
    at.zip(said).collect()
}

const SAMPLE: &str = r#"calendar = "office"

[standard]
promise.resolve = ["4 h", "8 h", "3 wd", "5 wd", "7 wd"]
promise.stage = "90 min"
pauses_for = ["customer", "parts"]
escalates_for = ["resolve"]
pause_max = "14 d"
visit_percent = 20

[group.front]
label = { zh-CN = "前台", en = "Front" }
escalates_to = "experts"
calendar = "field"

[group.experts]
label = { zh-CN = "专家", en = "Experts" }
tier = 2
parent = "front"
region = ["010", "+8620"]
hands_out = "turns"

[type.complaint]
label = { zh-CN = "投诉", en = "Complaint" }
prefix = "TS"
calendar = "field"
promise.resolve = "7 wd"
promise.response = "none"
warn_percent = 50
matrix = [[1, 1, 2], [2, 3, 4], [3, 4, 5]]
approval = [{ leads_of = "front" }, { group = "experts" }]
visit_percent = 100
likeness = { contact = 50, listed = 40 }

[[type.complaint.field]]
name = "order"
label = { zh-CN = "订单", en = "Order" }
required = "submit"

[[type.complaint.field]]
name = "cause"
label = { zh-CN = "原因", en = "Cause" }
form = "choice"
choice = [{ value = "delay", label = { zh-CN = "延误", en = "Delay" } }]
required = "resolve"

[[type.complaint.same]]
name = "order"
parts = ["category", { field = "order" }]
window_days = 90

[type.fault]
label = { zh-CN = "故障", en = "Fault" }

[category.network]
number = "3"
keys = ["wl"]
label = { zh-CN = "网络", en = "Network" }
type = "fault"
impact = 1

[category.broadband]
number = "3.2"
keys = ["kd"]
label = { zh-CN = "宽带", en = "Broadband" }
parent = "network"
group = "front"
sensitive = true

[[rule]]
name = "delays"
type = ["complaint"]
category = ["network"]
queue = ["support"]
channel = ["call"]
priority = 3
number = ["020"]
vip = 1
field = { cause = ["delay"] }
open = "office"
to = "experts"

[[rule]]
name = "by region"
closed = "office"
group_is_open = true
to_region_below = "front"

[quarantine]
channels = ["api"]
expires_after = "3 d"
"#;

#[test]
fn d1_d8_r3_promises_are_those_of_the_type_then_of_the_house_by_the_types_calendar() {
    let rules = good(SAMPLE);
    let time = |kind: &TicketKind, clock, level| {
        let target = kind
            .promises()
            .targets
            .get(&(clock, Priority::new(level).unwrap()));
        target.map(|target| (target.time.as_secs() / 60, target.warn_percent))
    };
    let (complaint, fault) = (rules.kind("complaint"), rules.kind("fault"));
    assert_eq!(
        time(complaint, ClockKind::Resolve, 1),
        Some((7 * 12 * 60, 50)),
        "seven days of twelve hours"
    );
    assert_eq!(time(complaint, ClockKind::Response, 1), None, "none");
    assert_eq!(time(complaint, ClockKind::Stage, 5), Some((90, 50)));
    assert_eq!(time(fault, ClockKind::Resolve, 3), Some((3 * 450, 80)));
    assert_eq!(time(fault, ClockKind::Response, 2), Some((30, 80)), "3.3");
    assert_eq!(rules.calendar_of(complaint).name(), "field");
    assert_eq!(rules.calendar_of(fault).name(), "office");
    assert_eq!(fault.promises().visit, VisitPolicy::Sample(20));
    assert_eq!(complaint.promises().visit, VisitPolicy::Always);
    assert_eq!(
        fault.promises().pauses_for,
        [PauseReason::Customer, PauseReason::Parts].into()
    );
    assert_eq!(fault.promises().pause_max, Duration::from_secs(14 * 86_400));
}

#[test]
fn a2_to_a5_c7_c11_types_fields_catalogue_and_groups_are_read() {
    let rules = good(SAMPLE);
    let complaint = rules.kind("complaint");
    assert_eq!(
        (complaint.prefix.as_str(), complaint.label["en"].as_str()),
        ("TS", "Complaint")
    );
    assert_eq!(
        complaint.approval,
        [
            Approvers::LeadsOf("front".to_owned()),
            Approvers::Group("experts".to_owned())
        ]
    );
    let fields = [("order".to_owned(), TicketField::Text("1".to_owned()))].into();
    assert_eq!(complaint.missing_at_resolve(&fields), ["cause"]);
    assert_eq!(
        (complaint.weights.contact, complaint.weights.category),
        (50, 20)
    );
    assert_eq!(complaint.conditions[0].window_days, 90);
    let weight = rules.weight(complaint, Some("broadband"));
    assert_eq!((weight.priority.level(), weight.sensitive), (1, true));
    assert_eq!(rules.kind_of_category("broadband"), Some("fault"));
    let experts = &rules.groups["experts"];
    assert_eq!(
        (experts.tier, experts.parent.as_deref()),
        (2, Some("front"))
    );
    assert_eq!(experts.region, ["+8610", "+8620"], "by the number plan");
    assert_eq!(experts.hands_out, HandsOut::Turns);
    assert_eq!(
        rules.groups["front"].escalates_to.as_deref(),
        Some("experts")
    );
    assert_eq!(rules.dispatch[0].line, 71);
    assert_eq!(rules.dispatch[0].when.numbers, ["+8620"]);
    assert_eq!(
        rules.dispatch[1].to,
        Destination::RegionBelow("front".to_owned())
    );
    assert_eq!(
        rules.quarantine.expires_after,
        Duration::from_secs(3 * 86_400)
    );
}

#[test]
fn each_mistake_is_told_where_it_stands_in_both_languages() {
    for (from, to, at, expected) in [
        (
            "calendar = \"office\"",
            "calendar = \"ofice\"",
            "\"ofice\"",
            "no calendar `ofice`\n  help: did you mean `office`?",
        ),
        (
            "calendar = \"office\"\n",
            "",
            "",
            "missing field `calendar`",
        ),
        (
            "\"90 min\"",
            "\"90 minutes\"",
            "\"90 minutes\"",
            "`90 minutes` is no span of time\n  help: write business time as \"15 min\"",
        ),
        (
            "\"90 min\"",
            "\"0 h\"",
            "\"0 h\"",
            "`0 h` is no span of time",
        ),
        (
            "\"90 min\"",
            "\"4000 wd\"",
            "\"4000 wd\"",
            "`4000 wd` is no span of time",
        ),
        (
            "\"90 min\"",
            "90",
            "90",
            "invalid type: integer `90`, expected a time or a list of five",
        ),
        (
            "[\"4 h\", \"8 h\", ",
            "[",
            r#"["3 wd""#,
            "`resolve` has one time, or five",
        ),
        (
            "promise.stage",
            "promise.stag",
            "stag",
            "nothing is promised by `stag`\n  help: did you mean `stage`?",
        ),
        (
            "\"parts\"",
            "\"part\"",
            "\"part\"",
            "nothing waits for `part`\n  help: did you mean `parts`?",
        ),
        (
            "\"resolve\"]",
            "\"resolved\"]",
            "\"resolved\"",
            "there is no promise `resolved`\n  help: did you mean `resolve`?",
        ),
        (
            "\"14 d\"",
            "\"2 wd\"",
            "\"2 wd\"",
            "`2 wd` is no span of time\n  help: write time as \"30 min\"",
        ),
        (
            "visit_percent = 20",
            "visit_percent = 101",
            "101",
            "`visit_percent` is 0 to 100",
        ),
        (
            "calendar = \"field\"\n\n",
            "calendar = \"feld\"\n\n",
            "\"feld\"",
            "no calendar `feld`",
        ),
        (
            "escalates_to = \"experts\"",
            "escalates_to = \"expert\"",
            "\"expert\"",
            "no group `expert`\n  help: did you mean `experts`?",
        ),
        (
            "tier = 2",
            "tier = 1",
            "\"experts\"",
            "`experts` is of tier 1, and escalation goes up from tier 1\n  help: give `experts` a `tier` above 1",
        ),
        ("tier = 2", "tier = 10", "10", "`tier` is 1 to 9"),
        (
            "escalates_to = \"experts\"\n",
            "escalates_to = \"experts\"\nparent = \"experts\"\n",
            "\"experts\"",
            "`front` is above itself",
        ),
        ("\"010\"", "\"abc\"", "\"abc\"", "`abc` begins no number"),
        (
            "hands_out = \"turns\"",
            "hands_out = \"turn\"",
            "\"turn\"",
            "no `turn`; `hands_out` is",
        ),
        (
            "label = { zh-CN = \"投诉\", en = \"Complaint\" }\n",
            "",
            "complaint]",
            "the type `complaint` has no `label`",
        ),
        (
            "zh-CN = \"投诉\", ",
            "",
            r#"{ en = "Complaint" }"#,
            "`label` has no `zh-CN`",
        ),
        (
            "\"TS\"",
            "\"ts\"",
            "\"ts\"",
            "a prefix has 1 to 4 capital letters",
        ),
        ("[[1, 1, 2]", "[[1, 0, 2]", "0, 2]", "`matrix` is 1 to 5"),
        (
            "leads_of = \"front\"",
            "leads = \"front\"",
            "leads =",
            "unknown field `leads`",
        ),
        (
            "{ leads_of = \"front\" }",
            "{}",
            "[{}, ",
            "a step of an approval names a `group`, or `leads_of` one",
        ),
        (
            "listed = 40",
            "listed = 90",
            "{ contact = 50",
            "points are 0 to 1000",
        ),
        (
            "required = \"submit\"",
            "required = \"save\"",
            "\"save\"",
            "a field is `required` at",
        ),
        (
            "name = \"cause\"",
            "name = \"order\"",
            "\"order\"",
            "there is a field `order` already",
        ),
        (
            "form = \"choice\"\n",
            "",
            "\"delay\"",
            "a field with `choice` has form",
        ),
        (
            "{ field = \"order\" }",
            "{ field = \"ordr\" }",
            r#"{ field = "ordr" }"#,
            "the type has no field `ordr`\n  help: did you mean `order`?",
        ),
        (
            "window_days = 90",
            "window_days = 0",
            "0",
            "`window_days` is 1 to 3660",
        ),
        (
            "number = \"3.2\"",
            "number = \"4.2\"",
            "\"4.2\"",
            "`4.2` is not below `3`",
        ),
        (
            "number = \"3.2\"",
            "number = \"x\"",
            "\"x\"",
            "`x` is no number of a category",
        ),
        (
            "parent = \"network\"\n",
            "",
            "\"3.2\"",
            "`3.2` is below another, and no `parent` is named",
        ),
        (
            "keys = [\"kd\"]",
            "keys = [\"wl\"]",
            "\"wl\"",
            "`wl` means the category `broadband` already",
        ),
        (
            "keys = [\"kd\"]",
            "keys = [\"KD\"]",
            "\"KD\"",
            "`KD` is no key",
        ),
        (
            "impact = 1",
            "impact = 4",
            "4",
            "a level is 1 (highest), 2 or 3",
        ),
        (
            "type = \"fault\"",
            "type = \"falt\"",
            "\"falt\"",
            "no type `falt`",
        ),
        (
            "category = [\"network\"]",
            "category = [\"net\"]",
            "\"net\"",
            "no category `net`",
        ),
        (
            "queue = [\"support\"]",
            "queue = []",
            "[]",
            "`queue` is empty",
        ),
        (
            "queue = [\"support\"]",
            "queue = [\"suport\"]",
            "\"suport\"",
            "no queue `suport`\n  help: did you mean `support`?",
        ),
        ("priority = 3", "priority = 6", "6", "`priority` is 1 to 5"),
        (
            "{ cause = [\"delay\"] }",
            "{ caus = [\"delay\"] }",
            "caus",
            "no type has a field `caus`\n  help: did you mean `cause`?",
        ),
        (
            "{ cause = [\"delay\"] }",
            "{ cause = [\"dela\"] }",
            "\"dela\"",
            "the field `cause` never holds `dela`\n  help: did you mean `delay`?",
        ),
        (
            "open = \"office\"",
            "open = \"office\"\nclosed = \"field\"",
            "\"field\"",
            "a rule has `open` or `closed`, and not both",
        ),
        (
            "open = \"office\"\nto = \"experts\"\n",
            "",
            "\"delays\"",
            "a rule sends `to` a group",
        ),
        (
            "to_region_below = \"front\"",
            "to_region_below = \"experts\"\nto = \"front\"",
            "\"by region\"",
            "a rule sends `to` a group",
        ),
        (
            "region = [\"010\", \"+8620\"]\n",
            "",
            "\"front\"",
            "no group at or below `front` has a `region`",
        ),
        (
            "name = \"by region\"",
            "name = \"delays\"",
            "\"delays\"",
            "two rules are named `delays`",
        ),
        (
            "channels = [\"api\"]",
            "channels = [\"phone\"]",
            "\"phone\"",
            "no ticket comes by `phone`",
        ),
        (
            "[quarantine]",
            "[quarantines]",
            "quarantines]",
            "unknown field `quarantines`",
        ),
    ] {
        let told = mistaken(from, to);
        let is_told =
            |(place, said): &(String, String)| place.starts_with(at) && said.starts_with(expected);
        assert!(told.iter().any(is_told), "{to}\n{expected}\n{told:#?}");
    }
}

#[test]
fn r15_days_are_not_counted_by_a_calendar_that_has_none() {
    let told = mistaken("calendar = \"office\"", "calendar = \"never\"");
    let (at, said) = &told[0];
    assert!(at.starts_with("\"3 wd\""), "{told:?}");
    assert!(
        said.starts_with("the calendar `never` has no working day"),
        "{told:?}"
    );
}

#[test]
fn a_house_without_the_file_has_the_standard_set() {
    let rules = good("calendar = \"office\"\n");
    let standard = Rules::of(rules.calendar.clone());
    assert_eq!(
        rules.kind("any").promises().targets,
        standard.standard.promises().targets
    );
    assert!(rules.kinds.is_empty() && rules.groups.is_empty() && rules.dispatch.is_empty());
}
