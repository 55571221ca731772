//! Tickets that scripts file: what they say, the number that a caller is told, and what secrets leave in them (E15, S22).

use std::collections::BTreeMap;

use ivr::{Answer, Environment, Input, TicketFieldWord, TicketWords, Value, World};

use crate::diagnostics::{check_edit, findings_in};
use crate::driver::{Call, nodes};
use crate::good_script::{GOOD, calendars, plan, script, world};

/// Takes a number and files a ticket about it.
fn text(collect: &str, more: &str) -> String {
    nodes(&format!(
        "[collect.start]\nprompt = \"a\"\ninto = \"no\"\nmax = 3\n{collect}next = \"file\"\non_failure = \"end\"\n\
         [ticket.file]\nticket_type = \"complaint\"\nsubject = {{ en = \"About {{no}}, {{{{urgent}}}}\" }}\n\
         fields = {{ order = \"no\", vip = \"caller.vip\", known = \"length(no) > 2\" }}\n{more}next = \"told\"\n\
         [play.told]\nprompt = \"b\"\nnext = \"end\"\n[play.sorry]\nprompt = \"c\"\nnext = \"end\"\n[hangup.end]\n"
    ))
}

const INTO: &str = "into = \"ticket_no\"\nerror = \"sorry\"\n";
const FILED: &str =
    "file 1 About 007, {urgent} known=Truth(true) order=Text(\"007\") vip=Number(\"0\")";

/// Calls and keys in his number; what then happens.
fn filed(collect: &str, more: &str) -> (Call, Vec<String>) {
    let mut call = Call::new(&text(collect, more));
    call.starts();
    let seen = call.presses("007");
    (call, seen)
}

#[test]
fn e15_a_ticket_keeps_its_values_with_their_types_and_the_call_goes_on_at_once() {
    let (_, seen) = filed("", "");
    assert_eq!(
        seen,
        ["stop", "ticket file", FILED, "play told", "play en/b"]
    );
}

#[test]
fn e15_a_number_is_waited_for_and_told_and_a_slow_desk_leads_elsewhere() {
    let (mut call, seen) = filed("", INTO);
    assert_eq!(seen[2..], [FILED, "ask ticket 1 for 2000 ms"]);
    let asked = call.asked.expect("it has asked");
    let number = Value::Text("261120-0001-8".to_owned());
    let found = Answer::Found(BTreeMap::from([("ticket_no".to_owned(), number)]));
    let seen = call.gets(Input::Answered(asked, found));
    assert_eq!(seen, ["play told", "play en/b"]);
    assert_eq!(call.variable("ticket_no").as_deref(), Some("261120-0001-8"));
    let (mut call, _) = filed("", INTO);
    let seen = call.waits(3_000);
    assert_eq!(seen, ["hold", "stop", "play sorry", "play en/c"]);
    assert_eq!(call.variable("ticket_no"), None);
    // An answer without the number is none.
    let (mut call, _) = filed("", INTO);
    let asked = call.asked.expect("it has asked");
    let seen = call.gets(Input::Answered(asked, Answer::Found(BTreeMap::new())));
    assert_eq!(seen[0], "play sorry");
}

#[test]
fn s22_a_secret_is_never_in_a_ticket() {
    let (_, seen) = filed("secret = true\n", "");
    let masked = seen.iter().find(|line| line.starts_with("file ")).unwrap();
    assert_eq!(
        masked,
        "file 1 About ***, {urgent} known=Text(\"***\") order=Text(\"***\") vip=Number(\"0\")"
    );
}

#[test]
fn s21_a_subject_is_one_line_of_200_characters_and_never_empty() {
    let subject = |text: &str| {
        let node = format!(
            "[ticket.start]\nticket_type = \"complaint\"\nsubject = \"{text}\"\nnext = \"end\"\n[hangup.end]\nprompt = \"b\"\n"
        );
        let mut call = Call::from(&nodes(&node), |entry| {
            entry.caller = model::Caller::new("1", Some(&"x\n".repeat(150)));
        });
        call.starts()[1].clone()
    };
    let long = subject("{caller.name}");
    assert_eq!(long, format!("file 1 {}", "x ".repeat(100).trim_end()));
    assert_eq!(subject(" {trunk} "), "file 1 complaint");
}

#[test]
fn s21_a_caller_who_goes_round_files_no_flood() {
    let text = nodes(
        "[menu.start]\nprompt = \"a\"\nkeys = { 1 = \"file\" }\non_failure = \"end\"\n\
         [ticket.file]\nticket_type = \"t\"\nsubject = \"s\"\nnext = \"start\"\n[hangup.end]\nprompt = \"b\"\n",
    );
    let mut call = Call::new(&text);
    call.starts();
    let mut files = 0;
    for _ in 0..200 {
        let seen = call.presses("1");
        files += seen.iter().filter(|line| line.starts_with("file ")).count();
    }
    assert!((1..=20).contains(&files), "{files} tickets");
}

/// A caller who comes to the ticket by three menus, `rounds` times, and keys in an order number in each: how many tickets are filed.
fn filed_in(rounds: usize, number: impl Fn(usize) -> String) -> Vec<String> {
    let inputs = (0..3).map(|at| {
        let next = if at == 2 { "in0".to_owned() } else { format!("in{}", at + 1) };
        format!(
            "[collect.in{at}]\nprompt = \"a\"\ninto = \"no\"\nmax = 3\nnext = \"file{at}\"\non_failure = \"end\"\n\
             [script.file{at}]\nscript = \"part\"\nargs = {{ no = \"no\" }}\nnext = \"{next}\"\n"
        )
    });
    let text = nodes(&format!(
        "[play.start]\nprompt = \"a\"\nnext = \"in0\"\n{}[hangup.end]\nprompt = \"b\"\n",
        inputs.collect::<String>()
    ));
    let part = "title = { en = \"x\" }\nlanguages = [\"en\"]\nstart = \"file\"\nparameters = { no = \"text\" }\nprompt.p = { en = \"x\" }\n\
                [ticket.file]\nticket_type = \"t\"\nsubject = \"order {no}\"\ninto = \"ticket_no\"\nnext = \"told\"\nerror = \"back\"\n\
                [say.told]\ntext = { en = \"It is {ticket_no:order}.\" }\nnext = \"back\"\n[return.back]\n";
    let (script, found) = ivr::parse("main".into(), "main.toml", &text);
    assert_eq!(found, []);
    let mut call = Call::of(script.expect("a script").into());
    let (part, found) = ivr::parse("part".into(), "part.toml", part);
    assert_eq!(found, []);
    call.scripts
        .insert("part".into(), part.expect("a script").into());
    call.starts();
    call.hears();
    let mut filed = Vec::new();
    for round in 0..rounds {
        let seen = call.presses(&number(round));
        filed.extend(
            seen.into_iter()
                .filter(|line| line.starts_with("file ") || line.starts_with("ask ")),
        );
        let asked = call.asked.expect("it has asked");
        call.gets(Input::Answered(asked, Answer::Missing));
    }
    filed
}

#[test]
fn e15_a_node_that_is_visited_more_than_twenty_times_loses_no_word() {
    let filed = filed_in(40, |round| format!("{:03}", round + 100));
    for round in 0..40 {
        let line = format!("file {} order {}", round + 1, round + 100);
        assert_eq!(filed[2 * round], line, "each has its own words");
    }
}

#[test]
fn s21_the_same_words_are_filed_twenty_times_at_most_and_their_number_is_told_again() {
    let filed = filed_in(40, |_| "007".to_owned());
    let files = filed
        .iter()
        .filter(|line| line.starts_with("file "))
        .count();
    assert_eq!(files, 20);
    let last = filed.last().expect("it has asked");
    assert_eq!(last, "ask ticket 20 for 2000 ms");
    let asks = filed.iter().filter(|line| line.starts_with("ask ")).count();
    assert_eq!(asks, 40, "whoever is to be told a number is told one");
}

#[test]
fn e15_mistakes_are_told_where_they_stand() {
    let table: &[(&str, &[&str])] = &[
        ("subject = { zh-CN = \"报修\", en = \"Repair\" }\n", &[]),
        (
            "subject = { zh-CN = \"报修\" }\n",
            &["19:9: error: `ticket.bye` has no text in `en`"],
        ),
        (
            "subject = { zh-CN = \"报修\", en = \"x\", fr = \"y\" }\n",
            &["21:37: error: `fr` is no language of this script"],
        ),
        (
            "subject = \"about {order}\"\n",
            &["21:19: error: no variable `order`"],
        ),
        (
            "subject = \"x\"\ninto = \"no\"\n",
            &["22:1: error: `into` needs `error`"],
        ),
        (
            "subject = \"x\"\nerror = \"end\"\n",
            &["22:9: error: `error` is never taken without `into`"],
        ),
        (
            "subject = \"x\"\ninto = \"caller\"\nerror = \"end\"\n",
            &["22:8: error: `caller` cannot be set"],
        ),
        (
            "subject = \"x\"\nfields = { a = \"nothing\" }\n",
            &["22:17: error: no variable `nothing`"],
        ),
    ];
    for (keys, expected) in table {
        let node =
            format!("[ticket.bye]\nticket_type = \"repair\"\n{keys}next = \"end\"\n\n[hangup.end]");
        check_edit("[hangup.bye]", &node, expected);
    }
}

#[test]
fn e15_a2_what_a_ticket_is_called_is_proved_among_the_words_of_the_house() {
    let field = |name: &str, needed| TicketFieldWord {
        name: name.to_owned(),
        needed,
    };
    let words = TicketWords {
        types: BTreeMap::from([
            ("consult".to_owned(), Vec::new()),
            (
                "repair".to_owned(),
                vec![field("place", true), field("model", false)],
            ),
        ]),
        categories: ["network".to_owned()].into(),
    };
    let house = World {
        tickets: words,
        ..world()
    };
    let table: &[(&str, &[&str])] = &[
        (
            "ticket_type = \"repair\"\ncategory = \"network\"\nfields = { place = \"caller.number\" }",
            &[],
        ),
        (
            "ticket_type = \"consult\"\nfields = { anything = \"caller.number\" }",
            &[],
        ),
        (
            "ticket_type = \"repare\"",
            &["20:15: error: `tickets.toml` has no type `repare` | did you mean `repair`?"],
        ),
        (
            "ticket_type = \"consult\"\ncategory = \"netwrk\"",
            &["21:12: error: `tickets.toml` has no category `netwrk` | did you mean `network`?"],
        ),
        (
            "ticket_type = \"repair\"\nfields = { modell = \"caller.number\" }",
            &[
                "20:15: warning: the type `repair` needs the field `place`",
                "21:12: warning: the type `repair` has no field `modell`",
            ],
        ),
    ];
    for (keys, expected) in table {
        let node = format!("[ticket.bye]\n{keys}\nsubject = \"x\"\nnext = \"end\"\n\n[hangup.end]");
        let text = GOOD.replace("[hangup.bye]", &node);
        let found = findings_in(&text, &house);
        assert_eq!(found.len(), expected.len(), "{keys}\n{found:#?}");
        for (found, expected) in found.iter().zip(*expected) {
            assert!(found.starts_with(expected), "{found}\n{expected}");
        }
    }
}

#[test]
fn e21_a_test_says_what_the_desk_answers() {
    let tests = "[[test]]\nname = \"a\"\npress = [\"1\", \"2\", \"3\"]\nexpect = [\"collect start\", \"ticket file\", \"play told\", \"hangup\"]\n\
                 [[test]]\nname = \"b\"\npress = [\"1\", \"2\", \"3\"]\nanswers = { file = \"error\" }\n\
                 expect = [\"collect start\", \"ticket file\", \"play sorry\", \"hangup\"]\n\
                 [[test]]\nname = \"c\"\npress = [\"1\", \"2\", \"3\"]\nanswers = { file = { ticket_no = \"1\" } }\n\
                 expect = [\"collect start\", \"ticket file\", \"play told\", \"hangup\"]\n";
    let script = script("main", &(text("", INTO) + tests));
    let environment = Environment {
        calendars: &calendars(),
        scripts: &BTreeMap::new(),
        plan: &plan(),
    };
    let outcomes = ivr::test::run_all(&script, &environment);
    assert_eq!(outcomes.len(), 3);
    for outcome in outcomes {
        assert!(outcome.passed, "{outcome:?}");
    }
}
