//! R3: the same inputs and the same seed give byte-equal outputs.

use std::time::Duration;

use engine::StateRequest;

use crate::hotline::Hotline;
use crate::phone::Manner;

/// A busy quarter of an hour, driven by a small generator.
fn a_day() -> Vec<String> {
    let mut hotline = Hotline::open();
    let agents: Vec<_> = [
        ("1001", Manner::Answers(Duration::from_secs(2))),
        ("1002", Manner::Rings),
        ("1003", Manner::Refuses(486)),
        ("1004", Manner::Answers(Duration::from_secs(9))),
    ]
    .into_iter()
    .map(|(login, manner)| hotline.agent(login, manner))
    .collect();
    let mut dice = 42_u64;
    for round in 0..60 {
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let number = format!("{}", 100 + (dice >> 33) % 7);
        match (dice >> 40) % 6 {
            0..=2
                if hotline
                    .phones
                    .get(&number)
                    .is_none_or(|phone| phone.session.is_none()) =>
            {
                hotline.caller_presses(&number, if dice & 1 == 0 { '1' } else { '2' });
            }
            3 if hotline.phones.contains_key(&number) => hotline.hangs_up(&number),
            4 => hotline.says(
                agents[round % 4],
                StateRequest::NotReady {
                    reason: "tea".into(),
                },
            ),
            _ => hotline.says(agents[round % 4], StateRequest::Ready),
        }
        hotline.run_for(Duration::from_millis((dice >> 50) % 15_000));
    }
    hotline.wishes
}

#[test]
fn r03_two_runs_are_byte_equal() {
    let (first, second) = (a_day(), a_day());
    assert!(
        first.len() > 500,
        "a day in which something happens: {} wishes",
        first.len()
    );
    assert!(
        first.iter().any(|wish| wish.contains("CallConnected")),
        "calls were answered"
    );
    for (number, (one, other)) in first.iter().zip(&second).enumerate() {
        assert_eq!(one, other, "wish {number}");
    }
    assert_eq!(first.len(), second.len());
}
