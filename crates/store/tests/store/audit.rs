//! The audit log: each change leaves one row in its own transaction, and whoever changes rows afterwards is found.

use model::{AgentId, Bar, NumberEntryId};
use sqlx::Connection;
use store::{AuditAnchor, AuditFault, AuditReport, PageRequest, StoreError};
use ticket::Actor;

use crate::number_lists::{barred, names};
use crate::world::{NOW, World};

const ME: Actor = Actor::Agent(AgentId::new(7));

/// A house in which a caller was barred, changed, taken back and barred again: four rows; and the ids of both entries.
async fn house() -> (World, [NumberEntryId; 2]) {
    let world = World::new().await;
    let (database, names) = (&world.database, names());
    let first = database.add_number_entry(barred("13800001111"), &names, ME, NOW);
    let first = first.await.unwrap().id;
    let mut busy = barred("13800001111");
    busy.bar = Some(Bar::Busy);
    let changed = database.change_number_entry(first, 1, busy, &names, ME, NOW);
    changed.await.unwrap();
    database.remove_number_entry(first, ME, NOW).await.unwrap();
    let again = database.add_number_entry(barred("13800001111"), &names, Actor::System, NOW);
    let again = again.await.unwrap().id;
    (world, [first, again])
}

async fn verified(world: &World) -> AuditReport {
    world.database.verify_audit(None).await.unwrap()
}

/// Somebody with the file in his hands.
async fn forged(world: &World, sql: &'static str) -> AuditReport {
    let mut file = sqlx::AnyConnection::connect(&world.url).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut file).await.unwrap();
    file.close().await.unwrap();
    verified(world).await
}

#[tokio::test]
async fn c21_a_change_leaves_one_row_with_before_and_after() {
    let (world, [first, _]) = house().await;
    let first = first.to_string();
    let about = Some(("number_list", first.as_str()));
    let found = world.database.audit_entries(about, PageRequest::default());
    let rows = found.await.unwrap().items;
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row.seq, &*row.action, row.actor))
        .collect();
    assert_eq!(
        told,
        [
            (3, "number_list.removed", ME),
            (2, "number_list.changed", ME),
            (1, "number_list.added", ME)
        ]
    );
    assert_eq!((&rows[2].before, &rows[0].after), (&None, &None));
    assert_eq!(rows[1].before, rows[2].after);
    assert!(
        rows[1]
            .after
            .as_ref()
            .unwrap()
            .contains(r#""action":"busy""#)
    );
    let other = world
        .database
        .audit_entries(Some(("number_list", "x")), PageRequest::default());
    assert!(other.await.unwrap().items.is_empty());
    let page = PageRequest {
        after: Some(3),
        limit: 1,
    };
    let found = world.database.audit_entries(None, page).await.unwrap();
    assert_eq!((found.items[0].seq, found.next), (2, Some(2)));
}

#[tokio::test]
async fn c21_what_was_refused_leaves_no_row_and_no_gap() {
    let (world, [_, again]) = house().await;
    let remove = || world.database.remove_number_entry(again, ME, NOW);
    remove().await.unwrap();
    let none = remove().await;
    assert!(matches!(none, Err(StoreError::NotFound(_))), "{none:?}");
    let report = verified(&world).await;
    assert_eq!((report.rows, report.faults), (5, Vec::new()));
}

#[tokio::test]
async fn c21_whoever_changes_takes_out_or_cuts_off_rows_is_found() {
    use AuditFault::{Changed, Cut, Gap};
    for (sql, faults) in [
        (
            "UPDATE audit_log SET after = NULL WHERE seq = 2",
            vec![Changed(2)],
        ),
        (
            "UPDATE audit_log SET actor_kind = 'nobody' WHERE seq = 1",
            vec![Changed(1)],
        ),
        (
            "UPDATE audit_log SET hash = 'x' WHERE seq = 2",
            vec![Changed(2), AuditFault::Unlinked(3)],
        ),
        (
            "DELETE FROM audit_log WHERE seq = 2",
            vec![Gap {
                expected: 2,
                found: 3,
            }],
        ),
        (
            "DELETE FROM audit_log WHERE seq = 4",
            vec![Cut {
                expected: 4,
                found: 3,
            }],
        ),
        (
            "DELETE FROM audit_log",
            vec![Cut {
                expected: 4,
                found: 0,
            }],
        ),
    ] {
        let (world, _) = house().await;
        assert_eq!(verified(&world).await.faults, []);
        assert_eq!(forged(&world, sql).await.faults, faults, "{sql}");
    }
}

#[tokio::test]
async fn c21_a_row_that_is_known_from_elsewhere_finds_a_log_that_was_made_anew() {
    let (world, [_, again]) = house().await;
    let report = verified(&world).await;
    let anchor = |seq, hash: &str| AuditAnchor {
        seq,
        hash: hash.to_owned(),
    };
    for (anchor, faults) in [
        (anchor(report.last, &report.hash), vec![]),
        (anchor(report.last, "0"), vec![AuditFault::Rewritten(4)]),
        (anchor(9, &report.hash), vec![AuditFault::Rewritten(9)]),
    ] {
        let told = world.database.verify_audit(Some(&anchor)).await.unwrap();
        assert_eq!(told.faults, faults, "{anchor:?}");
    }
    let removed = world.database.remove_number_entry(again, ME, NOW);
    removed.await.unwrap();
    let later = anchor(report.last, &report.hash);
    let told = world.database.verify_audit(Some(&later)).await.unwrap();
    assert_eq!((told.faults, told.last), (vec![], 5));
}
