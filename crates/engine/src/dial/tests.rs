//! S15: what a number costs, who may call it, and by which way.

use super::*;

fn plan() -> NumberPlan {
    NumberPlan::new("CN").unwrap()
}

fn route(name: &str, prefixes: &[&str], classes: &[Class], trunk: &str) -> Route {
    Route {
        name: name.into(),
        prefixes: prefixes.iter().map(|prefix| (*prefix).to_owned()).collect(),
        classes: classes.iter().copied().collect(),
        trunks: vec![TrunkName::new(trunk)],
        caller_id: None,
    }
}

fn rules() -> DialPlan {
    DialPlan {
        routes: vec![
            route("mobile", &[], &[Class::Mobile], "cell"),
            route("britain", &["+44"], &[], "abroad"),
            route("rest", &[], &[], "main"),
        ],
        area: Some("+8610".into()),
        denied: vec!["+8675512".into()],
        ..DialPlan::default()
    }
}

#[test]
fn s15_every_number_has_a_class() {
    let rules = rules();
    for (dialled, key, class) in [
        ("110", "110", Class::Emergency),
        ("10086", "10086", Class::Service),
        ("95588", "95588", Class::Service),
        ("4001234567", "+864001234567", Class::Service),
        ("8001234567", "+868001234567", Class::Service),
        ("01065529988", "+861065529988", Class::Local),
        ("65529988", "+861065529988", Class::Local),
        ("02162345678", "+862162345678", Class::National),
        ("13800001111", "+8613800001111", Class::Mobile),
        ("+86 138-0000-1111", "+8613800001111", Class::Mobile),
        ("00442079460000", "+442079460000", Class::International),
        ("0019002345678", "+19002345678", Class::Premium),
        ("+449012345678", "+449012345678", Class::Premium),
        ("+881612345678", "+881612345678", Class::Premium),
    ] {
        let found = rules.number(&plan(), dialled);
        let key = key.to_owned();
        assert_eq!(found, Some(OutsideNumber { key, class }), "{dialled}");
    }
    for dialled in [
        "",
        "alice",
        "12",
        "1234567890123456",
        "+",
        "*97",
        "anonymous",
        "+979123456789",
    ] {
        assert_eq!(rules.number(&plan(), dialled), None, "{dialled}");
    }
}

#[test]
fn s15_what_is_dear_is_closed_unless_it_is_opened_and_the_same_check_serves_all() {
    let mut rules = rules();
    let agent = Who::Agent(AgentId::new(1));
    let transfer = Who::Transfer(AgentId::new(1));
    for (who, dialled, denied) in [
        (agent, "13800001111", None),
        (transfer, "13800001111", None),
        (Who::Script, "13800001111", None),
        (agent, "110", None),
        (transfer, "110", Some(Denied::Class(Class::Emergency))),
        (Who::Script, "110", Some(Denied::Class(Class::Emergency))),
        (
            agent,
            "00442079460000",
            Some(Denied::Class(Class::International)),
        ),
        (
            transfer,
            "00442079460000",
            Some(Denied::Class(Class::International)),
        ),
        (
            Who::Script,
            "0019002345678",
            Some(Denied::Class(Class::Premium)),
        ),
        (agent, "075512345678", Some(Denied::Prefix)),
        (agent, "alice", Some(Denied::NoNumber)),
    ] {
        let told = rules.permit(&plan(), who, dialled).err();
        assert_eq!(told, denied, "{who:?} {dialled}");
    }
    rules.allowed.agents.insert(Class::International);
    assert!(rules.permit(&plan(), agent, "00442079460000").is_ok());
    let still = rules.permit(&plan(), transfer, "00442079460000").err();
    assert_eq!(still, Some(Denied::Class(Class::International)));
}

#[test]
fn the_first_route_that_fits_counts_and_without_one_nobody_calls_out() {
    let mut rules = rules();
    rules.allowed.agents.insert(Class::International);
    let agent = Who::Agent(AgentId::new(1));
    for (dialled, name) in [
        ("13800001111", "mobile"),
        ("00442079460000", "britain"),
        ("0033142685300", "rest"),
        ("10086", "rest"),
    ] {
        let (_, route) = rules.permit(&plan(), agent, dialled).unwrap();
        assert_eq!(route.name, name, "{dialled}");
    }
    let closed = DialPlan::default();
    let denied = closed.permit(&plan(), agent, "13800001111").err();
    assert_eq!(denied, Some(Denied::NoRoute));
}
