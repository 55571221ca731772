//! The store on a real server of PostgreSQL: the same tests as on SQLite (`tests/store`), each on a schema of its own, and those of
//! the server itself.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the lint configuration lifts these in test functions, not in what they share"
)]

#[path = "../store/articles.rs"]
mod articles;
#[path = "../store/audit.rs"]
mod audit;
#[path = "../store/backup.rs"]
mod backup;
#[path = "../store/calls.rs"]
mod calls;
#[path = "../store/canary.rs"]
mod canary;
#[path = "../store/closures.rs"]
mod closures;
#[path = "../store/concurrency.rs"]
mod concurrency;
#[path = "../store/customers.rs"]
mod customers;
#[path = "../store/duplicates.rs"]
mod duplicates;
#[path = "../store/groups.rs"]
mod groups;
#[path = "../store/heat.rs"]
mod heat;
#[path = "../store/hours.rs"]
mod hours;
#[path = "../store/idempotency.rs"]
mod idempotency;
#[path = "../store/identify.rs"]
mod identify;
#[path = "../store/imports.rs"]
mod imports;
#[path = "../store/kills.rs"]
mod kills;
#[path = "../store/left.rs"]
mod left;
#[path = "../store/merges.rs"]
mod merges;
#[path = "../store/notifications.rs"]
mod notifications;
#[path = "../store/number_lists.rs"]
mod number_lists;
#[path = "../store/people.rs"]
mod people;
#[path = "../store/pins.rs"]
mod pins;
mod place;
#[path = "../store/profile.rs"]
mod profile;
#[path = "../store/reach.rs"]
mod reach;
#[path = "../store/registrations.rs"]
mod registrations;
#[path = "../store/reminders.rs"]
mod reminders;
#[path = "../store/replies.rs"]
mod replies;
#[path = "../store/retention.rs"]
mod retention;
#[path = "../store/rollups.rs"]
mod rollups;
#[path = "../../src/scratch.rs"]
mod scratch;
#[path = "../store/script_versions.rs"]
mod script_versions;
#[path = "../store/search.rs"]
mod search;
mod server;
#[path = "../store/sessions.rs"]
mod sessions;
#[path = "../../src/test_server.rs"]
mod test_server;
#[path = "../store/ticket_merges.rs"]
mod ticket_merges;
#[path = "../store/ticket_rollups.rs"]
mod ticket_rollups;
#[path = "../store/ticket_status.rs"]
mod ticket_status;
#[path = "../store/ticket_work.rs"]
mod ticket_work;
#[path = "../store/tickets.rs"]
mod tickets;
#[path = "../store/ties.rs"]
mod ties;
#[path = "../store/timeline.rs"]
mod timeline;
#[path = "../store/tokens.rs"]
mod tokens;
#[path = "../store/voicemail.rs"]
mod voicemail;
#[path = "../store/webhooks.rs"]
mod webhooks;
#[path = "../store/world.rs"]
mod world;

#[test]
fn what_is_proven_on_sqlite_is_proven_here() {
    let names = |text: &str| -> Vec<String> {
        let lines = text.lines();
        let names = lines.filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
        names.map(str::to_owned).collect()
    };
    let here = names(include_str!("main.rs"));
    // Of a file, and of none.
    let not_here = ["file", "prompts"];
    for name in names(include_str!("../store/main.rs")) {
        let is_here = here.contains(&name) || not_here.contains(&name.as_str());
        assert!(
            is_here,
            "`mod {name};` of tests/store/main.rs is missing here"
        );
    }
}
#[path = "../../benches/volume/chance.rs"]
mod chance;
#[path = "../../benches/volume/fill.rs"]
mod fill;
#[path = "../../benches/volume/house.rs"]
mod house;
#[path = "../../benches/volume/keys.rs"]
mod keys;
#[path = "../../benches/volume/measure.rs"]
mod measure;
#[path = "../../benches/volume/mould.rs"]
mod mould;
#[path = "../../benches/volume/sample.rs"]
mod sample;
#[path = "../../benches/volume/ticket_sums.rs"]
mod ticket_sums;
#[path = "../store/volume.rs"]
mod volume;
