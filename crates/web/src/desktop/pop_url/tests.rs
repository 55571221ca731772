//! Addresses of other systems' pages: what is read, what is refused, and what of a caller stands in them.

use model::profile::Profile;
use model::{AgentId, CallId, Caller, CustomerId, OfferId, TicketId};

use super::*;

fn offer() -> Offer {
    Offer {
        id: OfferId::new(9),
        call: CallId::new(5),
        agent: AgentId::new(6),
        queue: Some("support".into()),
    }
}

fn candidate(id: u64, confidence: &str) -> Candidate {
    Candidate {
        customer: CustomerId::new(id),
        name: "王小明".to_owned(),
        vip_level: 0,
        confidence: confidence.to_owned(),
        why: "number".to_owned(),
        open_tickets: 1,
        last_contact: None,
        external_ref: Some("K/17 & 3".to_owned()),
    }
}

fn profile() -> Profile {
    Profile {
        candidates: vec![candidate(31, "known")],
        open_tickets: vec![OpenTicket {
            ticket: TicketId::new(41),
            number: "261117-0007-4".to_owned(),
            subject: String::new(),
            priority: 2,
            state: "new".to_owned(),
            urges: 0,
            due_at: None,
            is_overdue: false,
        }],
        ..Profile::default()
    }
}

fn pop(customer: PopCustomer) -> Pop {
    Pop {
        direction: "in".to_owned(),
        caller: Caller::new("+8613800001111", None),
        called: "4000".to_owned(),
        waited_s: 1,
        queue_name: std::collections::BTreeMap::new(),
        language: "zh-CN".to_owned(),
        path: Vec::new(),
        answers: [("case_no", "#17 “x”"), ("phone", "138****1111")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        customer,
        suggestion: "new".to_owned(),
        handed_on: None,
        wrap_up: None,
        survey: false,
        flags: Vec::new(),
    }
}

fn known() -> Pop {
    pop(PopCustomer::Known(Box::new(profile())))
}

fn filled(template: &str, pop: &Pop, sight: Sight) -> String {
    let url = PopUrl::parse(template).unwrap();
    url.filled(pop, &offer(), sight).unwrap()
}

#[test]
fn g7_each_variable_is_percent_encoded_and_what_is_not_known_is_empty() {
    for (template, url) in [
        ("https://crm.example", "https://crm.example"),
        (
            "https://crm.example/o?n={number}&c={called}&d={direction}&l={language}",
            "https://crm.example/o?n=%2B8613800001111&c=4000&d=in&l=zh-CN",
        ),
        (
            "https://crm.example/{queue}/{call.id}/{offer.id}/{agent.id}#x",
            "https://crm.example/support/5/9/6#x",
        ),
        (
            "https://crm.example/?c={customer.id}&r={customer.external_ref}&t={ticket.id},{ticket.number}",
            "https://crm.example/?c=31&r=K%2F17%20%26%203&t=41,261117-0007-4",
        ),
        (
            "https://crm.example/?a={answer.case_no}&b={answer.none}",
            "https://crm.example/?a=%2317%20%E2%80%9Cx%E2%80%9D&b=",
        ),
    ] {
        assert_eq!(filled(template, &known(), Sight::Whole), url);
    }
    let all = "https://crm.example/?{number}{customer.id}{customer.external_ref}{ticket.id}";
    let mut nobody = pop(PopCustomer::Withheld);
    nobody.caller = Caller::withheld();
    assert_eq!(filled(all, &nobody, Sight::Whole), "https://crm.example/?");
    let pending = pop(PopCustomer::Pending);
    let known_yet = "https://crm.example/?%2B8613800001111";
    assert_eq!(filled(all, &pending, Sight::Whole), known_yet);
}

#[test]
fn f3_a_guess_opens_nobodys_page() {
    let template = "https://crm.example/{customer.id}";
    let one = candidate(31, "known");
    for candidates in [
        vec![candidate(31, "maybe")],
        vec![one.clone(), candidate(32, "known")],
    ] {
        let profile = Profile {
            candidates,
            ..profile()
        };
        let pop = pop(PopCustomer::Known(Box::new(profile)));
        assert_eq!(filled(template, &pop, Sight::Whole), "https://crm.example/");
    }
}

#[test]
fn f7_a_masked_number_is_left_out_and_what_is_no_number_stays() {
    let template = "https://crm.example/?n={number}&p={answer.phone}&c={call.id}";
    let mut masked = known();
    masked.caller.number = Some("+86138****1111".to_owned());
    let told = "https://crm.example/?n=&p=&c=5";
    assert_eq!(filled(template, &masked, Sight::Masked), told);
    // Where numbers are whole, a star is what somebody wrote.
    let told = "https://crm.example/?n=%2B8613800001111&p=138%2A%2A%2A%2A1111&c=5";
    assert_eq!(filled(template, &known(), Sight::Whole), told);
}

#[test]
fn g7_an_address_that_is_too_long_is_left_out() {
    let mut pop = known();
    pop.answers.insert("case_no".to_owned(), "字".repeat(120));
    let url = PopUrl::parse("https://crm.example/?a={answer.case_no}").unwrap();
    assert_eq!(url.filled(&pop, &offer(), Sight::Whole), None);
}

#[test]
fn g7_what_is_no_address_is_refused_and_says_why() {
    for (template, fault) in [
        ("", PopUrlFault::Scheme),
        ("crm.example/x", PopUrlFault::Scheme),
        ("javascript:alert(1)", PopUrlFault::Scheme),
        ("javascript://x/%0aalert(1)", PopUrlFault::Scheme),
        ("data:text/html,x", PopUrlFault::Scheme),
        ("ftp://crm.example/", PopUrlFault::Scheme),
        ("http://crm.example/", PopUrlFault::Scheme),
        ("http://localhost.evil.example/", PopUrlFault::Scheme),
        ("https://", PopUrlFault::Host),
        ("https:///x", PopUrlFault::Host),
        ("https://{number}.example/", PopUrlFault::Host),
        ("https://me:secret@crm.example/", PopUrlFault::Host),
        ("https://crm.example;x/", PopUrlFault::Host),
        ("https://crm example/", PopUrlFault::Host),
        ("https://*/", PopUrlFault::Host),
        ("https://crm.example:0/", PopUrlFault::Host),
        ("https://crm.example:+9/", PopUrlFault::Host),
        ("https://crm.example:65536/", PopUrlFault::Host),
        ("https://[::1/", PopUrlFault::Host),
        ("https://crm.example/a b", PopUrlFault::Character(' ')),
        ("https://crm.example/\n", PopUrlFault::Character('\n')),
        ("https://crm.example/客", PopUrlFault::Character('客')),
        ("https://crm.example/\"x", PopUrlFault::Character('"')),
        ("https://crm.example/{number", PopUrlFault::Brace),
        ("https://crm.example/number}", PopUrlFault::Brace),
        (
            "https://crm.example/{nummer}",
            PopUrlFault::Unknown("nummer".to_owned()),
        ),
        (
            "https://crm.example/{}",
            PopUrlFault::Unknown(String::new()),
        ),
        (
            "https://crm.example/{answer.}",
            PopUrlFault::Unknown("answer.".to_owned()),
        ),
    ] {
        assert_eq!(PopUrl::parse(template).unwrap_err(), fault, "{template}");
    }
    let long = format!("https://crm.example/{}", "x".repeat(TEMPLATE_MAX));
    assert_eq!(PopUrl::parse(&long).unwrap_err(), PopUrlFault::TooLong);
    assert!(PopUrl::variables().any(|name| name == "customer.external_ref"));
}

#[test]
fn g7_an_origin_is_what_a_browser_compares() {
    for (text, origin) in [
        ("https://CRM.example", "https://crm.example"),
        ("HTTPS://crm.example:443/", "https://crm.example"),
        ("https://crm.example:8443", "https://crm.example:8443"),
        ("http://localhost:9000", "http://localhost:9000"),
        ("http://127.0.0.1:80/", "http://127.0.0.1"),
        ("http://[::1]:9000", "http://[::1]:9000"),
    ] {
        assert_eq!(Origin::parse(text).unwrap().to_string(), origin);
    }
    for (text, fault) in [
        ("*", PopUrlFault::Scheme),
        ("null", PopUrlFault::Scheme),
        ("https://crm.example/x", PopUrlFault::MoreThanOrigin),
        ("https://crm.example?x", PopUrlFault::MoreThanOrigin),
        ("https://*.example", PopUrlFault::Host),
        (
            "https://a.example, https://b.example",
            PopUrlFault::MoreThanOrigin,
        ),
    ] {
        assert_eq!(Origin::parse(text).unwrap_err(), fault, "{text}");
    }
}
