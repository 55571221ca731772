//! What cannot be written is lost alone, and holds up nobody.

use model::{CallId, TicketId};
use web::HubSettings;

use super::*;
use crate::vital::Vitals;

const AT: Timestamp = Timestamp::from_ms(1);

fn held() -> Fact {
    Fact::CallHeld {
        call: CallId::new(1),
        by: None,
    }
}

/// Longer than a record may be.
fn endless() -> Fact {
    Fact::TicketChanged {
        ticket: TicketId::new(1),
        event: "x".repeat(32 << 20),
        entry: 1,
        concerns: Vec::new(),
    }
}

#[tokio::test]
async fn a_fact_that_can_never_be_written_is_lost_alone() {
    let folder = std::env::temp_dir().join(format!("trunkline-fan-out-{}", std::process::id()));
    let (log, _report) = FactLog::open(&folder, 0).unwrap();
    let reader = log.reader();
    let hub = EventHub::new(HubSettings::default(), Box::new(|_, _| Vec::new()));
    let mut vitals = Vitals::new();
    let (facts, fan_out) = FanOut::start(log, hub, vitals.pulse("log")).unwrap();
    for fact in [held(), endless(), held()] {
        facts.tell(AT, fact);
    }
    drop(facts);
    assert_eq!(vitals.ended().await, "log", "its end is noticed");
    assert!(fan_out.join(), "nothing was given up at the end");
    let written = reader.read_from(1, 10).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let written: Vec<_> = written.into_iter().map(|record| record.fact).collect();
    assert_eq!(written, [held(), held()]);
}
