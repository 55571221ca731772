//! Numbers and regions as an admin writes them, and his mistakes.

use super::*;
use crate::config::said;

fn read_text(text: &str) -> Result<House, String> {
    let document = Document {
        file: "config/numbers.toml".into(),
        text: text.into(),
    };
    let world = World {
        queues: ["sales".into(), "north".into()].into(),
        calendars: ["office".to_owned()].into(),
        scripts: ["main".into()].into(),
        agents: Some(["1001".to_owned()].into()),
        ..World::default()
    };
    let plan = NumberPlan::new("CN").unwrap();
    read(&document, &world, &plan).map_err(|wrong| said::lines(&wrong).join("\n"))
}

#[test]
fn e22_a_number_may_promise_its_callers_a_person() {
    let house = read_text("[number.\"1\"]\nscript = \"main\"\noperator = \"0\"\n").unwrap();
    let told: Vec<_> = house.entrances.iter().map(|it| it.operator).collect();
    assert_eq!(told, [Some('0')]);
    let rows = [
        (
            "script = \"main\"\noperator = \"00\"",
            "`operator` is one key, 0 to 9, `*` or `#`; this is \"00\"",
        ),
        (
            "script = \"main\"\noperator = \"A\"",
            "`operator` is one key, 0 to 9, `*` or `#`; this is \"A\"",
        ),
        (
            "queue = \"sales\"\noperator = \"0\"",
            "`operator` is a key of menus, and only a script has menus",
        ),
    ];
    for (keys, expected) in rows {
        let told = read_text(&format!("[number.\"1\"]\n{keys}\n")).unwrap_err();
        assert!(told.contains("numbers.toml:3:12: error: "), "{told}");
        assert!(told.contains(expected), "{told}");
    }
}

#[test]
fn e9_a_number_closes_a_calendar_by_telephone_and_does_nothing_else() {
    let text = "[number.\"4998\"]\nclosing = \"office\"\nopen = true\n[number.\"4999\"]\nclosing = \"office\"\n";
    let house = read_text(text).unwrap();
    let (_, number) = house.numbers.find("4999").unwrap();
    assert_eq!(number.entry, Entry::Script("closing/office".into()));
    assert!(!number.open, "only by those whom we know, and by trunks");
    assert!(house.numbers.find("4998").unwrap().1.open);
    assert_eq!(house.closings, [("office".to_owned(), (2, 11))].into());
    let rows = [
        ("closing = \"ofice\"", "no calendar `ofice`"),
        ("closing = \"office\"\npriority = 3", "`closing` goes alone"),
        (
            "closing = \"office\"\nscript = \"main\"",
            "`closing` goes alone",
        ),
        (
            "closing = \"office\"\nqueue = \"sales\"",
            "`closing` goes alone",
        ),
        (
            "closing = \"office\"\nstandby = true",
            "`standby` goes alone",
        ),
    ];
    for (keys, expected) in rows {
        let told = read_text(&format!("[number.\"1\"]\n{keys}\n")).unwrap_err();
        assert!(told.contains(expected), "{keys}: {told}");
        assert!(told.contains("numbers.toml:"), "{told}");
    }
}

#[test]
fn a_number_keeps_its_leading_zero_and_enters_somewhere() {
    let house = read_text(
        "[number.\"010\"]\nscript = \"main\"\nopen = true\n[number.\"4001\"]\nqueue = \"sales\"\n",
    )
    .unwrap();
    let numbers = house.numbers;
    assert_eq!(
        *numbers.find("010").unwrap().1,
        Number {
            entry: Entry::Script("main".into()),
            open: true,
            priority: 0,
            by_region: false,
        }
    );
    assert_eq!(
        *numbers.find("4001").unwrap().1,
        Number {
            entry: Entry::Queue("sales".into()),
            open: false,
            priority: 0,
            by_region: false,
        },
        "closed unless said otherwise"
    );
}

#[test]
fn c15_a_number_to_stand_by_goes_alone() {
    let house = read_text("[number.\"4999\"]\nstandby = true\n").unwrap();
    let (_, number) = house.numbers.find("4999").unwrap();
    assert_eq!((&number.entry, number.open), (&Entry::Standby, false));
    for more in ["script = \"main\"", "open = true", "priority = 1"] {
        let text = format!("[number.\"4999\"]\n{more}\nstandby = true\n");
        let told = read_text(&text).unwrap_err();
        assert!(told.contains("3:11: error: `standby` goes alone"), "{told}");
    }
    let told = read_text("[number.\"4999\"]\nstandby = false\n").unwrap_err();
    assert!(told.contains("must name exactly one"), "{told}");
}

#[test]
fn a4_one_number_in_two_spellings_is_refused() {
    let told = read_text("[number.\"+861065529988\"]\nscript = \"main\"\n[number.\"010-65529988\"]\nqueue = \"sales\"\n").unwrap_err();
    assert!(
        told.starts_with(
            "config/numbers.toml:3:9: error: `010-65529988` is the same number as `+861065529988`"
        ) || told.starts_with(
            "config/numbers.toml:1:9: error: `+861065529988` is the same number as `010-65529988`"
        ),
        "{told}"
    );
}

#[test]
fn a4_a_number_that_leads_nowhere_is_refused() {
    let told = read_text("[number.\"1\"]\nscript = \"mian\"\n[number.\"2\"]\nopen = true\n[number.\"3\"]\nqueue = \"sales\"\nagent = \"1001\"\n[number.\"4\"]\nagent = \"1009\"\n[number.\"a b\"]\nqueue = \"sales\"\n").unwrap_err();
    for expected in [
        "config/numbers.toml:2:10: error: no script `mian`",
        "did you mean `main`?",
        "number `2` must name exactly one",
        "number `3` must name exactly one",
        "no agent `1009`",
        "`a b` cannot be dialled",
    ] {
        assert!(told.contains(expected), "{told}\nlacks {expected}");
    }
}

#[test]
fn d1_a_number_may_come_strictly_first() {
    let house = read_text(
        "[number.\"1\"]\nqueue = \"sales\"\npriority = 9\n[number.\"2\"]\nqueue = \"sales\"\n",
    )
    .unwrap();
    let priorities: Vec<_> = house
        .numbers
        .iter()
        .map(|(_, number)| number.priority)
        .collect();
    assert_eq!(priorities, [9, 0]);
    let told = read_text("[number.\"1\"]\nqueue = \"sales\"\npriority = 10\n").unwrap_err();
    let expected = "config/numbers.toml:3:12: error: `priority` is 10; expected 0 to 9";
    assert!(told.contains(expected), "{told}");
}

#[test]
fn a12_regions_stand_in_the_order_of_the_file_with_their_prefixes_normalised() {
    let house = read_text(
        "[number.\"4001\"]\nqueue = \"sales\"\nby_region = true\n[number.\"4002\"]\nagent = \"1001\"\nby_region = true\n\
         [region.\"zhili\"]\nprefixes = [\"0311\", \"+86311\"]\nqueues = [\"north\", \"north\"]\n\
         [region.\"all\"]\nprefixes = [\"+86\"]\nqueues = [\"sales\"]\n",
    )
    .unwrap();
    assert!(house.numbers.iter().all(|(_, number)| number.by_region));
    let plan = NumberPlan::new("CN").unwrap();
    let caller = model::Caller::new("0311-86000000", None);
    let fit = house.regions.fit(&plan, &caller).unwrap();
    let names: Vec<_> = fit.regions.iter().map(model::RegionName::as_str).collect();
    assert_eq!(names, ["zhili", "all"]);
    let queues: Vec<_> = fit.queues.iter().map(model::QueueName::as_str).collect();
    assert_eq!(queues, ["north", "sales"]);
}

#[test]
fn a12_a_region_that_fits_nobody_or_leads_nowhere_is_refused_with_its_line() {
    let told = read_text(
        "[region.\"a\"]\nprefixes = []\nqueues = []\n\
         [region.\"b\"]\nprefixes = [\"010\", \"north\"]\nqueues = [\"sales\", \"nroth\"]\n\
         [region.\" \"]\nprefixes = [\"0\"]\nqueues = [\"north\"]\n\
         [number.\"1\"]\nscript = \"main\"\nby_region = true\n",
    )
    .unwrap_err();
    for expected in [
        "config/numbers.toml:2:12: error: region `a` has no prefix",
        "config/numbers.toml:3:10: error: region `a` has no queue",
        "config/numbers.toml:5:20: error: `north` begins no number",
        "config/numbers.toml:6:20: error: no queue `nroth`",
        "did you mean `north`?",
        "config/numbers.toml:7:9: error: a region needs a name",
        "config/numbers.toml:8:13: error: `0` begins no number",
        "config/numbers.toml:12:13: error: `by_region` has no meaning for a script",
    ] {
        assert!(told.contains(expected), "{told}\nlacks {expected}");
    }
    let told = read_text("[number.\"1\"]\nqueue = \"sales\"\nby_region = true\n").unwrap_err();
    assert!(
        told.contains("numbers.toml:3:13: error: `by_region` asks for regions"),
        "{told}"
    );
}
