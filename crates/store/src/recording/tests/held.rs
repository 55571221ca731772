//! Recordings that their speaker may take back (G1): told when they are kept, gone when they are not.

use super::*;

#[test]
fn g1_what_may_be_taken_back_is_told_when_it_is_kept_and_else_is_gone() {
    let scratch = Scratch::new();
    let (mut desk, told) = desk(&scratch);
    let now = Instant::now();
    let held = |part| Begin {
        id: id(part),
        at: AT,
        held: true,
    };
    let file = |part| scratch.path().join(path_of(id(part), AT));
    // Settled before the last chunk and after it, kept and not.
    for (part, kept, early) in [
        (2, true, true),
        (3, true, false),
        (4, false, true),
        (5, false, false),
    ] {
        desk.begin(now, &held(part));
        desk.chunk(now, id(part), &chunk(1), false);
        if early {
            desk.settle(id(part), kept);
        }
        desk.chunk(now, id(part), &chunk(2), true);
        if !early {
            assert!(
                told.lock()
                    .unwrap()
                    .iter()
                    .all(|report| of(report) != id(part))
            );
            desk.settle(id(part), kept);
        }
        let is_told = told
            .lock()
            .unwrap()
            .iter()
            .any(|report| of(report) == id(part));
        assert_eq!((is_told, file(part).exists()), (kept, kept), "part {part}");
    }
    desk.begin(now, &held(6));
    desk.chunk(now, id(6), &chunk(1), true);
    desk.close();
    assert_eq!(
        of(told.lock().unwrap().last().unwrap()),
        id(6),
        "what nobody settles is kept"
    );
}

#[test]
fn s8_no_more_is_held_back_than_fits() {
    let scratch = Scratch::new();
    let (mut desk, told) = desk(&scratch);
    let now = Instant::now();
    for part in 1..=1_026 {
        let held = true;
        desk.begin(
            now,
            &Begin {
                id: id(part),
                at: AT,
                held,
            },
        );
        desk.chunk(now, id(part), &[], true);
    }
    let told: Vec<RecordingId> = told.lock().unwrap().iter().map(of).collect();
    assert_eq!(told, [id(1), id(2)]);
}

fn of(report: &RecordingReport) -> RecordingId {
    match report {
        RecordingReport::Ready { id, .. } | RecordingReport::Failed { id, .. } => *id,
    }
}
