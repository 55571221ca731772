//! What is kept how long (E6): old things go and young ones stay, to the millisecond; what the law holds stays; a cut audit log is still proved;
//! a kill between a file and its row is mended.

use std::fs;
use std::path::PathBuf;

use model::fact::{CallResult, EndedBy};
use model::{AgentId, CallId, Caller, Fact, Timestamp};
use sqlx::Connection;
use store::{AuditAnchor, AuditFault, PageRequest, Retention, RetentionKind, StoreError, Swept};
use ticket::Actor;

use crate::number_lists::{barred, names};
use crate::world::{DAY, MOBILE, NOW, World, after, answered, draft};

const ME: AgentId = AgentId::new(7);
const CALL: CallId = CallId::new(5);

fn path(call: u64) -> String {
    format!("2026/11/18/{call}-1.wav")
}

impl World {
    fn recordings(&self) -> PathBuf {
        self.scratch.path().join("recordings")
    }

    /// A call with a recording that stands on the disk.
    async fn recorded(&mut self, call: u64, at: Timestamp) {
        let mut facts = answered(call, MOBILE, ME, at, 40_000);
        let ready = Fact::RecordingReady {
            call: CallId::new(call),
            path: path(call),
            started_at: at,
            duration_ms: 1_000,
            bytes: 16_044,
        };
        facts.push((at, ready));
        self.tell(facts).await;
        let file = self.recordings().join(path(call));
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, b"RIFF").unwrap();
    }

    async fn step(&self, kind: RetentionKind, now: Timestamp) -> Result<Swept, StoreError> {
        let retention = Retention::default();
        let folder = self.recordings();
        let step = self.database.retention_step(kind, &retention, &folder, now);
        step.await
    }

    /// Steps until a kind is through; gives how many went.
    async fn sweep(&self, kind: RetentionKind, now: Timestamp) -> u64 {
        let mut all = 0;
        loop {
            let swept = self.step(kind, now).await.unwrap();
            all += swept.removed;
            if swept.is_done {
                return all;
            }
        }
    }

    async fn due(&self, kind: RetentionKind, now: Timestamp) -> (u64, Option<Timestamp>) {
        let retention = Retention::default();
        let due = self.database.retention_due(kind, &retention, now);
        due.await.unwrap()
    }

    fn has_file(&self, call: u64) -> bool {
        self.recordings().join(path(call)).exists()
    }

    async fn rows(&self, table: &str, call: u64) -> i64 {
        let mut conn = sqlx::AnyConnection::connect(&self.url).await.unwrap();
        let text = format!("SELECT COUNT(*) FROM {table} WHERE call_id = {call}");
        let row = sqlx::query_as(sqlx::AssertSqlSafe(text));
        let (count,): (i64,) = row.fetch_one(&mut conn).await.unwrap();
        conn.close().await.unwrap();
        count
    }

    async fn run_sql(&self, text: &'static str) {
        let mut conn = sqlx::AnyConnection::connect(&self.url).await.unwrap();
        sqlx::raw_sql(text).execute(&mut conn).await.unwrap();
        conn.close().await.unwrap();
    }

    /// What the audit log says of sweeps, the oldest first.
    async fn told(&self) -> Vec<(String, String, String)> {
        let page = PageRequest::default();
        let rows = self.database.audit_entries(None, page).await.unwrap().items;
        let swept = rows.into_iter().rev();
        let swept = swept.filter(|row| row.action == "retention.swept");
        swept
            .map(|row| (row.action, row.entity_id, row.after.unwrap()))
            .collect()
    }
}

#[tokio::test]
async fn e6_a_recording_goes_with_its_file_once_it_is_older_than_the_house_keeps_it() {
    let mut world = World::new().await;
    let last = after(180 * DAY);
    world.recorded(5, after(-1)).await;
    world.recorded(6, NOW).await;
    assert_eq!(
        world.due(RetentionKind::Recordings, last).await,
        (1, Some(after(-1)))
    );
    assert_eq!(world.sweep(RetentionKind::Recordings, last).await, 1);
    assert_eq!((world.has_file(5), world.has_file(6)), (false, true));
    let left = async |call| {
        world
            .database
            .recordings(CallId::new(call))
            .await
            .unwrap()
            .len()
    };
    assert_eq!((left(5).await, left(6).await), (0, 1));
    assert!(!world.database.knows_recording(&path(5)).await.unwrap());
    assert!(
        world.database.call(CALL).await.unwrap().is_some(),
        "its call stays"
    );
    let told = world.told().await;
    assert_eq!((told.len(), &*told[0].1), (1, "recordings"));
    assert!(told[0].2.contains(r#""removed":1"#), "{told:?}");
    assert_eq!(world.sweep(RetentionKind::Recordings, last).await, 0);
    assert_eq!(world.told().await.len(), 1, "nothing went: nothing is told");
    // The last of a day takes its folder along.
    assert_eq!(
        world
            .sweep(RetentionKind::Recordings, after(181 * DAY))
            .await,
        1
    );
    assert!(!world.recordings().join("2026/11/18").exists());
}

#[tokio::test]
async fn e6_a_call_goes_with_its_facts_and_not_before_its_recording_nor_while_it_lives() {
    let mut world = World::new().await;
    let last = after(1_095 * DAY);
    for call in [5, 6] {
        let at = after(if call == 5 { -1 } else { 0 });
        world.tell(answered(call, MOBILE, ME, at, 40_000)).await;
    }
    world.recorded(7, after(-2)).await;
    let arrived = crate::world::arrived(8, MOBILE);
    world.tell(vec![(after(-3), arrived)]).await;
    assert_eq!(
        world.due(RetentionKind::Calls, last).await,
        (2, Some(after(-2))),
        "with those whose recordings go in the same sweep"
    );
    assert_eq!(world.sweep(RetentionKind::Calls, last).await, 1);
    let is_there = async |call| {
        world
            .database
            .call(CallId::new(call))
            .await
            .unwrap()
            .is_some()
    };
    let there = [
        is_there(5).await,
        is_there(6).await,
        is_there(7).await,
        is_there(8).await,
    ];
    assert_eq!(there, [false, true, true, true]);
    for table in ["call_event", "call_part"] {
        assert_eq!(world.rows(table, 5).await, 0, "{table}");
        assert!(world.rows(table, 6).await > 0, "{table}");
    }
    assert_eq!(world.sweep(RetentionKind::Recordings, last).await, 1);
    assert_eq!(world.sweep(RetentionKind::Calls, last).await, 1);
    assert!(!is_there(7).await);
}

#[tokio::test]
async fn e6_a_step_takes_few_rows_and_the_audit_log_tells_one_sweep() {
    let mut world = World::new().await;
    // One call of more facts than a step takes, and one behind it.
    let held = |call| Fact::CallHeld {
        call: CallId::new(call),
        by: None,
    };
    let ended = Fact::CallEnded {
        call: CALL,
        result: CallResult::Answered,
        by: EndedBy::Caller,
        agent: Some(ME),
        answered_late: false,
    };
    let mut facts = vec![(NOW, crate::world::arrived(5, MOBILE))];
    facts.extend((0..1_200).map(|ms| (after(ms), held(5))));
    facts.push((after(2_000), ended));
    world.tell(facts).await;
    world
        .tell(answered(6, MOBILE, ME, after(3_000), 1_000))
        .await;
    let now = after(2_000 * DAY);
    let mut steps = Vec::new();
    loop {
        let before = world.rows("call_event", 5).await + world.rows("call_event", 6).await;
        let swept = world.step(RetentionKind::Calls, now).await.unwrap();
        let left = world.rows("call_event", 5).await + world.rows("call_event", 6).await;
        assert!(before - left <= 500, "{} at once", before - left);
        steps.push(swept.removed);
        assert!(world.told().await.is_empty() || swept.is_done);
        if swept.is_done {
            break;
        }
    }
    assert_eq!(steps, [0, 0, 2]);
    let told = world.told().await;
    assert_eq!((told.len(), &*told[0].1), (1, "calls"));
    assert!(told[0].2.contains(r#""removed":2"#), "{told:?}");
}

#[tokio::test]
async fn e6_what_the_law_holds_stays_until_it_is_let_go_or_its_end_has_come() {
    let mut world = World::new().await;
    for call in [5, 6] {
        world.recorded(call, NOW).await;
    }
    let (now, end) = (after(2_000 * DAY), after(2_001 * DAY));
    let hold = |call, until| {
        let reason = "a court asks".to_owned();
        world
            .database
            .hold_call(CallId::new(call), reason, until, ME, NOW)
    };
    hold(5, None).await.unwrap();
    hold(6, Some(end)).await.unwrap();
    let none = hold(9, None).await;
    assert!(
        matches!(none, Err(StoreError::NotFound("call"))),
        "{none:?}"
    );
    for kind in [RetentionKind::Recordings, RetentionKind::Calls] {
        assert_eq!(world.due(kind, now).await, (0, None), "{kind}");
        assert_eq!(world.sweep(kind, now).await, 0, "{kind}");
    }
    assert!(world.has_file(5) && world.has_file(6));
    for kind in [RetentionKind::Recordings, RetentionKind::Calls] {
        assert_eq!(world.sweep(kind, end).await, 1, "{kind}: the other's end");
    }
    assert!(world.has_file(5) && !world.has_file(6));
    assert_eq!(
        world.rows("legal_hold", 6).await,
        0,
        "it goes with its call"
    );
    world.database.release_call(CALL, ME, now).await.unwrap();
    let again = world.database.release_call(CALL, ME, now).await;
    assert!(matches!(again, Err(StoreError::NotFound("legal hold"))));
    assert_eq!(world.sweep(RetentionKind::Recordings, now).await, 1);
    let about = Some(("call", "5"));
    let page = PageRequest::default();
    let rows = world
        .database
        .audit_entries(about, page)
        .await
        .unwrap()
        .items;
    let told: Vec<_> = rows.iter().map(|row| (&*row.action, row.actor)).collect();
    assert_eq!(
        told,
        [
            ("call.released", Actor::Agent(ME)),
            ("call.held", Actor::Agent(ME))
        ]
    );
}

#[tokio::test]
async fn e6_a_kill_between_file_and_row_is_mended_by_the_next_sweep() {
    let mut world = World::new().await;
    for call in [5, 6] {
        world.recorded(call, NOW).await;
    }
    let now = after(200 * DAY);
    // Killed before the one's file was removed, and after the other's.
    world.run_sql("UPDATE recording SET gone_at = 1").await;
    fs::remove_file(world.recordings().join(path(6))).unwrap();
    assert!(world.database.recordings(CALL).await.unwrap().is_empty());
    assert!(world.database.knows_recording(&path(5)).await.unwrap());
    assert_eq!(world.sweep(RetentionKind::Recordings, now).await, 2);
    assert!(!world.has_file(5));
    for call in [5, 6] {
        assert_eq!(world.rows("recording", call).await, 0);
    }
}

#[tokio::test]
async fn e6_what_cannot_be_removed_is_told_and_holds_up_no_other() {
    let mut world = World::new().await;
    for call in [5, 6] {
        world.recorded(call, NOW).await;
    }
    let now = after(200 * DAY);
    let secret = world.scratch.path().join("secret.wav");
    fs::write(&secret, b"RIFF").unwrap();
    world
        .run_sql("UPDATE recording SET path = '../secret.wav' WHERE call_id = 5")
        .await;
    let swept = world.step(RetentionKind::Recordings, now).await.unwrap();
    assert_eq!((swept.removed, swept.failed, swept.is_done), (1, 1, true));
    assert!(secret.exists(), "no stored path leads out of the folder");
    assert_eq!(
        (
            world.rows("recording", 5).await,
            world.rows("recording", 6).await
        ),
        (1, 0)
    );
    let again = world.step(RetentionKind::Recordings, now).await.unwrap();
    assert_eq!(
        (again.removed, again.failed),
        (0, 0),
        "an hour later at the earliest"
    );
    // A folder that is not there tells nothing of what stood in it; nor does an empty one, whose disk may not be mounted.
    world.recorded(8, NOW).await;
    fs::remove_dir_all(world.recordings()).unwrap();
    for now in [now, after(201 * DAY)] {
        let lost = world.step(RetentionKind::Recordings, now).await;
        fs::create_dir_all(world.recordings()).unwrap();
        assert!(matches!(lost, Err(StoreError::File { .. })), "{lost:?}");
        assert_eq!(world.rows("recording", 8).await, 1);
    }
}

#[tokio::test]
async fn e6_a_draft_goes_and_a_ticket_stays_with_the_number_of_its_call() {
    let mut world = World::new().await;
    let agent = world.agent("1001").await.id;
    world.tell(answered(5, MOBILE, agent, NOW, 40_000)).await;
    let caller = || Caller::new(MOBILE, None);
    for call in [5, 6] {
        world
            .database
            .open_draft(&draft(call, agent, caller()))
            .await
            .unwrap();
    }
    let desk = world.desk();
    let submitted = desk.submit(CALL, agent, NOW).await.unwrap();
    let id = submitted.ticket.id;
    assert_eq!(world.sweep(RetentionKind::Drafts, after(30 * DAY)).await, 0);
    assert_eq!(
        world
            .sweep(RetentionKind::Drafts, after(30 * DAY + 1))
            .await,
        1
    );
    let last = after(2_000 * DAY);
    assert_eq!(world.sweep(RetentionKind::Calls, last).await, 1);
    assert_eq!(world.database.call(CALL).await.unwrap(), None);
    let linked = world.database.tickets_of_call(CALL).await.unwrap();
    assert_eq!(linked.iter().map(|it| it.id).collect::<Vec<_>>(), [id]);
}

/// A house of so many rows of the audit log, a day apart.
async fn audited(days: i64) -> World {
    let (world, names) = (World::new().await, names());
    for day in 0..days {
        let number = format!("1380000{day:04}");
        let added = world.database.add_number_entry(
            barred(&number),
            &names,
            Actor::System,
            after(day * DAY),
        );
        added.await.unwrap();
    }
    world
}

#[tokio::test]
async fn e6_a_cut_audit_log_is_still_proved_and_a_changed_row_is_still_found() {
    let world = audited(6).await;
    let verify =
        async |anchor: Option<&AuditAnchor>| world.database.verify_audit(anchor).await.unwrap();
    let whole = verify(None).await;
    let anchor = AuditAnchor {
        seq: whole.last,
        hash: whole.hash.clone(),
    };
    // Rows of days 0 to 2 are older; that of day 3 is as old as its time.
    let now = after((1_825 + 3) * DAY);
    assert_eq!(world.due(RetentionKind::Audit, now).await, (3, Some(NOW)));
    assert_eq!(world.sweep(RetentionKind::Audit, now).await, 3);
    let report = verify(Some(&anchor)).await;
    assert_eq!(report.faults, []);
    assert_eq!((report.cut, report.rows, report.last), (3, 4, 7));
    // Once more, and the first seal goes with what it sealed.
    assert_eq!(
        world.sweep(RetentionKind::Audit, after(4_000 * DAY)).await,
        4
    );
    let report = verify(None).await;
    assert_eq!((report.faults, report.cut, report.rows), (vec![], 7, 1));
    let told = verify(Some(&anchor)).await;
    assert_eq!(told.faults, [AuditFault::Outdated(7)]);
}

#[tokio::test]
async fn e6_who_cuts_off_or_changes_rows_himself_is_found_behind_a_cut_too() {
    use AuditFault::{Changed, Gap, Unlinked, Unsealed};
    for (sql, faults) in [
        (
            "UPDATE audit_log SET after = NULL WHERE seq = 5",
            vec![Changed(5)],
        ),
        (
            "DELETE FROM audit_log WHERE seq = 4",
            vec![Gap {
                expected: 4,
                found: 5,
            }],
        ),
        // Who moves the seal too does not find the row that tells of it.
        (
            "DELETE FROM audit_log WHERE seq = 4; UPDATE audit_head SET seq = 4 WHERE id = 2",
            vec![Unlinked(5), Unsealed(4)],
        ),
        (
            "UPDATE audit_head SET hash = 'x' WHERE id = 2",
            vec![Unlinked(4), Unsealed(3)],
        ),
    ] {
        let world = audited(6).await;
        world
            .sweep(RetentionKind::Audit, after((1_825 + 3) * DAY))
            .await;
        world.run_sql(sql).await;
        let report = world.database.verify_audit(None).await.unwrap();
        assert_eq!(report.faults, faults, "{sql}");
    }
}
