//! Whither tickets go, and what a dry run tells of it (C1).

use model::{E164, QueueName};

use super::*;

struct Matter {
    kind: Option<&'static str>,
    category: Option<&'static str>,
    queue: Option<QueueName>,
    channel: &'static str,
    priority: u8,
    number: Option<E164>,
    vip: u8,
    fields: BTreeMap<String, TicketField>,
    at: Timestamp,
}

impl Default for Matter {
    fn default() -> Self {
        Self {
            kind: Some("complaint"),
            category: Some("broadband"),
            queue: Some("support".into()),
            channel: "call",
            priority: 3,
            number: E164::parse("+862088886666").ok(),
            vip: 0,
            fields: [("area".to_owned(), text("east"))].into(),
            at: MONDAY,
        }
    }
}

impl Matter {
    fn facts(&self) -> Facts<'_> {
        Facts {
            kind: self.kind,
            category: self.category,
            queue: self.queue.as_ref(),
            channel: self.channel,
            priority: Priority::new(self.priority).unwrap(),
            number: self.number.as_ref(),
            vip: self.vip,
            fields: &self.fields,
            at: self.at,
        }
    }
}

#[test]
fn c1_each_condition_decides_alone() {
    let one = |when: When, matter: &Matter| {
        let mut rules = house();
        rules.calendars = [("office".to_owned(), office())].into();
        rules.dispatch = vec![rule("only", "front", when)];
        rules.dispatch(&matter.facts()).is_some()
    };
    let matter = Matter::default;
    let evening = Matter {
        at: Timestamp::from_ms(MONDAY.as_ms() + 10 * HOUR_MS),
        ..matter()
    };
    let is = |when: fn() -> When, good: Matter, bad: Matter| {
        assert!(one(when(), &good), "{:?}", when());
        assert!(!one(when(), &bad), "{:?}", when());
    };
    assert!(one(When::default(), &matter()), "nothing asked, all holds");
    is(
        || When {
            kinds: names(&["complaint"]),
            ..When::default()
        },
        matter(),
        Matter {
            kind: None,
            ..matter()
        },
    );
    is(
        || When {
            categories: names(&["network"]),
            ..When::default()
        },
        matter(),
        Matter {
            category: Some("billing"),
            ..matter()
        },
    );
    is(
        || When {
            queues: names(&["support"]),
            ..When::default()
        },
        matter(),
        Matter {
            queue: Some("sales".into()),
            ..matter()
        },
    );
    is(
        || When {
            channels: names(&["call"]),
            ..When::default()
        },
        matter(),
        Matter {
            channel: "voicemail",
            ..matter()
        },
    );
    is(
        || When {
            priority: Priority::new(2).ok(),
            ..When::default()
        },
        Matter {
            priority: 1,
            ..matter()
        },
        matter(),
    );
    is(
        || When {
            numbers: vec!["+8620".to_owned()],
            ..When::default()
        },
        matter(),
        Matter {
            number: None,
            ..matter()
        },
    );
    is(
        || When {
            vip: Some(2),
            ..When::default()
        },
        Matter { vip: 2, ..matter() },
        Matter { vip: 1, ..matter() },
    );
    is(
        || When {
            fields: [("area".to_owned(), names(&["east", "west"]))].into(),
            ..When::default()
        },
        matter(),
        Matter {
            fields: BTreeMap::new(),
            ..matter()
        },
    );
    let office_is = |open| {
        Some(Hours {
            calendar: "office".to_owned(),
            open,
        })
    };
    assert!(one(
        When {
            hours: office_is(true),
            ..When::default()
        },
        &matter()
    ));
    assert!(!one(
        When {
            hours: office_is(true),
            ..When::default()
        },
        &evening
    ));
    assert!(one(
        When {
            hours: office_is(false),
            ..When::default()
        },
        &evening
    ));
    assert!(one(
        When {
            group_is_open: true,
            ..When::default()
        },
        &matter()
    ));
    assert!(!one(
        When {
            group_is_open: true,
            ..When::default()
        },
        &evening
    ));
}

#[test]
fn c1_the_first_rule_that_holds_wins_and_the_category_stands_behind_them() {
    let mut rules = house();
    let front = Category {
        group: Some("front".to_owned()),
        ..category("network", "3", &[], None)
    };
    let below = category("broadband", "3.2", &[], Some("network"));
    rules.catalogue = [front, below].into_iter().collect();
    let vip = When {
        vip: Some(1),
        ..When::default()
    };
    rules.dispatch = vec![
        rule("vip", "field", vip),
        rule(
            "vip too",
            "front",
            When {
                vip: Some(2),
                ..When::default()
            },
        ),
    ];
    let course = |vip| {
        rules.course(
            &Matter {
                vip,
                ..Matter::default()
            }
            .facts(),
        )
    };
    assert_eq!(course(3).rule.as_deref(), Some("vip"));
    assert_eq!(
        (course(3).group.as_deref(), course(3).line),
        (Some("field"), Some(7))
    );
    assert_eq!(course(0).rule, None);
    assert_eq!(course(0).category.as_deref(), Some("network"), "from above");
    let unknown = Matter {
        category: None,
        ..Matter::default()
    };
    assert_eq!(
        rules.dispatch(&unknown.facts()),
        None,
        "it waits for a dispatcher"
    );
}

#[test]
fn c1_a_region_takes_its_callers_the_longest_beginning_first() {
    let mut rules = house();
    rules.dispatch = vec![DispatchRule {
        name: "by region".to_owned(),
        line: 1,
        when: When::default(),
        to: Destination::RegionBelow("field".to_owned()),
    }];
    for (number, group) in [
        (Some("+861088886666"), Some("beijing")),
        (Some("+8675588886666"), Some("guangdong")),
        (Some("+8653188886666"), Some("field")),
        (Some("+4930123456"), None),
        (None, None),
    ] {
        let number = number.map(|it| E164::parse(it).unwrap());
        let matter = Matter {
            number,
            ..Matter::default()
        };
        assert_eq!(rules.course(&matter.facts()).group.as_deref(), group);
    }
}

#[test]
fn c1_a_dry_run_tells_what_would_change_and_which_rule_takes_nothing() {
    let standing = house();
    let mut tried = house();
    let vip = When {
        vip: Some(1),
        ..When::default()
    };
    tried.dispatch = vec![
        rule("vip", "field", vip.clone()),
        rule("never", "front", vip),
    ];
    let tickets = [0, 1, 2].map(|vip| Matter {
        vip,
        ..Matter::default()
    });
    let trial = tried.try_on(&standing, tickets.iter().map(Matter::facts));
    assert_eq!(trial.differing, 2);
    assert_eq!(
        trial.rules,
        [("vip".to_owned(), 7, 2), ("never".to_owned(), 7, 0)]
    );
    let field = &trial.groups[&Some("field".to_owned())];
    assert_eq!((field.standing, field.tried), (0, 2));
    let nobody = &trial.groups[&None];
    assert_eq!((nobody.standing, nobody.tried), (3, 1));
    assert_eq!(trial.courses[0], (Course::default(), Course::default()));
}
