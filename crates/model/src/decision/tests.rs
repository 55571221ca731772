//! The record's bound, and that what was written stays readable.

use super::*;

/// The widest numbers there are: ids are 63 bits wide, spread as far apart as they can be.
fn widest_id(number: u64) -> AgentId {
    AgentId::new((number + 1) * (u64::MAX / 2 / 66))
}

fn widest(queue_name: &str, chosen: u64, named: u64) -> Decision {
    let chosen: Vec<AgentId> = (0..chosen).map(widest_id).collect();
    let keyed = (0..4).map(|number| Weighed {
        agent: widest_id(number),
        verdict: Verdict::Ranked {
            tier: u8::MAX,
            level: 64 * 255,
            skills: 64,
            // Microseconds since 1970, far ahead.
            key: -9_999_999_999_999_999,
            idle_ms: 99_999_999_999,
        },
    });
    let mut decision = Decision {
        seed: u64::MAX,
        config_version: 99_999_999,
        waited_ms: 99_999_999,
        place: 1_000_000,
        priority: 9,
        weight: 255,
        head_start_ms: 99_999_999,
        step: 255,
        external: Some(External {
            outcome: RouteOutcome::LeftToUs,
            took_ms: 60_000,
        }),
        odds: Odds {
            answer: 100,
            stop_at: 99,
        },
        candidates: keyed.collect(),
        tie: Some(TieBreak::FewestSkills),
        ranked: 10_000,
        ..Decision::new(queue_name.into(), "weighted-random")
    }
    .choosing(&chosen);
    let reasons = ReasonCode::ALL.iter().cycle();
    for (number, reason) in (4.max(chosen.len() as u64)..named).zip(reasons) {
        let agents = decision.out.entry(*reason).or_default();
        agents.insert(widest_id(number));
    }
    decision
}

fn bytes(decision: &Decision) -> usize {
    serde_json::to_string(decision).unwrap().len()
}

#[test]
fn r01_no_record_is_longer_than_its_bound() {
    let longest = "客服".repeat(10) + "sale";
    assert_eq!(longest.len(), 64, "the longest name of a queue");
    // One phone or as many as may ring; a small queue, and a large one that counts.
    for chosen in [0, 1, 4, 32, 64] {
        let small = widest(&longest, chosen, 64);
        assert!(bytes(&small) <= RECORD_MAX, "{}", bytes(&small));
        let mut large = widest(&longest, chosen, 0);
        large.others = ReasonCode::ALL.iter().map(|code| (*code, 10_000)).collect();
        assert!(bytes(&large) <= RECORD_MAX, "{}", bytes(&large));
    }
}

#[test]
fn a_record_survives_its_file() {
    let decision = widest("support", 6, 64);
    let text = serde_json::to_string(&decision).unwrap();
    assert_eq!(serde_json::from_str::<Decision>(&text).unwrap(), decision);
}

#[test]
fn records_of_earlier_versions_are_read() {
    let text = r#"{"queue":"support","strategy":"linear","seed":7,"config_version":1,"waited_ms":0,"chosen":["3"],
        "candidates":[{"agent":"1","verdict":{"out":"not_ready"}},{"agent":"3","verdict":{"ranked":{"key":2,"idle_ms":9}}}]}"#;
    let decision: Decision = serde_json::from_str(text).unwrap();
    assert_eq!(
        decision.verdict(AgentId::new(1)),
        Some(Verdict::Out(ReasonCode::NotReady))
    );
    assert!(matches!(
        decision.verdict(AgentId::new(3)),
        Some(Verdict::Ranked {
            key: 2,
            tier: 0,
            ..
        })
    ));
    let outs: Vec<_> = decision.outs().collect();
    assert_eq!(outs, [(ReasonCode::NotReady, AgentId::new(1))]);
    assert_eq!(decision.verdict(AgentId::new(2)), None);
}

#[test]
fn each_agent_is_found_where_he_stands() {
    let decision = widest("support", 6, 64);
    assert!(decision.all_chosen().eq((0..6).map(widest_id)));
    assert_eq!(decision.verdict(widest_id(5)), Some(Verdict::Behind));
    assert!(decision.chose(widest_id(5)) && !decision.chose(widest_id(6)));
    assert_eq!(
        decision.verdict(widest_id(6)),
        Some(Verdict::Out(ReasonCode::Offline))
    );
}
