//! Facts as they are written and read back.

use super::*;

#[test]
fn a_fact_reads_as_type_and_data_and_comes_back() {
    let record = FactRecord {
        seq: 7,
        at: Timestamp::from_ms(0),
        fact: Fact::QueueJoined {
            call: CallId::new(5),
            queue: "support".into(),
            position: 1,
            also: Vec::new(),
            regions: Vec::new(),
        },
    };
    let json = serde_json::to_string(&record).unwrap();
    assert_eq!(
        json,
        r#"{"seq":7,"at":"1970-01-01T00:00:00.000Z","type":"queue.joined","data":{"call":"5","queue":"support","position":1}}"#
    );
    assert_eq!(serde_json::from_str::<FactRecord>(&json).unwrap(), record);
    assert!(
        json.contains(record.fact.name()),
        "the name is the one on the wire"
    );
}
