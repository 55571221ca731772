//! Rules of tickets: those that stand, and what is read of other texts.

use ticket::Rules;
use ticket::duplicate::{Condition, Part};
use ticket::rules::{
    Category, Choice, Destination, DispatchRule, FieldRule, Form, GroupRule, HandsOut, Moment, When,
};
use web::{Finding, ReadText};

fn words(zh: &str, en: &str) -> ticket::rules::Label {
    [
        ("zh-CN".to_owned(), zh.to_owned()),
        ("en".to_owned(), en.to_owned()),
    ]
    .into()
}

fn rule(name: &str, line: u32, to: &str) -> DispatchRule {
    DispatchRule {
        name: name.to_owned(),
        line,
        when: When::default(),
        to: Destination::Group(to.to_owned()),
    }
}

/// A type with two fields, two groups, two categories, and one rule.
pub(super) fn standing() -> Rules {
    let mut rules = Rules::default();
    let mut complaint = rules.standard.clone();
    complaint.label = words("投诉", "Complaint");
    complaint.prefix = "TS".to_owned();
    let choice = Choice {
        value: "delay".to_owned(),
        label: words("延误", "Delay"),
    };
    complaint.fields = [
        ("order", Form::Text, Some(Moment::Submit)),
        ("cause", Form::Choice(vec![choice]), None),
    ]
    .map(|(name, form, required)| FieldRule {
        name: name.to_owned(),
        label: words("字段", name),
        form,
        required,
    })
    .into();
    complaint.conditions = vec![Condition {
        name: "order".to_owned(),
        parts: vec![Part::Field("order".to_owned())],
        window_days: 90,
    }];
    rules.kinds = [("complaint".to_owned(), complaint)].into();
    let group = |tier, hands_out| GroupRule {
        label: words("组", "Group"),
        tier,
        hands_out,
        ..GroupRule::default()
    };
    rules.groups = [
        ("front".to_owned(), group(1, HandsOut::Claim)),
        ("experts".to_owned(), group(2, HandsOut::Turns)),
    ]
    .into();
    let category = |code: &str, number: &str, key: &str, parent: Option<&str>| Category {
        code: code.to_owned(),
        number: number.to_owned(),
        keys: vec![key.to_owned()],
        label: words("类", code),
        parent: parent.map(str::to_owned),
        kind: Some("complaint".to_owned()).filter(|_| parent.is_none()),
        ..Category::default()
    };
    rules.catalogue = [
        category("network", "3", "wl", None),
        category("broadband", "3.2", "kd", Some("network")),
    ]
    .into_iter()
    .collect();
    rules.dispatch = vec![rule("all", 7, "front")];
    rules
}

/// The text `none` is wrong; any other sends everything to `experts`, and is warned of.
pub(super) fn read(text: String) -> ReadText {
    let is_error = text == "none";
    let mut rules = standing();
    rules.dispatch = vec![rule("experts first", 3, "experts"), rule("all", 9, "front")];
    let finding = Finding {
        line: 3,
        column: 8,
        is_error,
        message: ("没有处理组 `none`".to_owned(), "no group `none`".to_owned()),
        help: Some(("试试".to_owned(), "try".to_owned())),
    };
    ReadText {
        rules: (!is_error).then_some(rules),
        findings: vec![finding],
    }
}
