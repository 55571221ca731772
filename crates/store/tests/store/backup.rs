//! A house is backed up while it works, and stands again elsewhere, in either database, as it was (J9).

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use flate2::read::MultiGzDecoder;
use model::{CallId, Fact, Timestamp};
use store::backup::BackupError;
use store::search::PATIENCE;
use store::{
    Address, BackupOrder, FactLog, FactReader, Manifest, NewTicket, PageRequest, Question, Saved,
    SearchKind, SearchRequest, StoreError, Tree, back_up,
};
use ticket::{Actor, Contact, Matter};

use crate::place;
use crate::scratch::Scratch;
use crate::world::{DAY, MINUTE, MOBILE, NOW, World, after, answered, new_agent};

/// An order to back up a database and the log beside it.
fn order(url: &str, house: &Path, folder: PathBuf) -> BackupOrder {
    BackupOrder {
        folder,
        program: "trunkline test".to_owned(),
        now: NOW,
        address: Address::parse(url).unwrap(),
        facts: house.join("facts"),
        trees: vec![Tree {
            name: "config",
            at: house.join("config"),
        }],
        except: Vec::new(),
    }
}

async fn backed_up(url: &str, house: &Path, folder: PathBuf) -> Manifest {
    let order = order(url, house, folder);
    back_up(&order, &mut |_| {}).await.unwrap()
}

/// The rows of each table, in any order.
fn rows(backup: &Path) -> BTreeMap<String, Vec<String>> {
    let mut tables = BTreeMap::new();
    for entry in fs::read_dir(backup.join("tables")).unwrap() {
        let path = entry.unwrap().path();
        let mut text = String::new();
        let mut file = MultiGzDecoder::new(fs::File::open(&path).unwrap());
        file.read_to_string(&mut text).unwrap();
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines.sort_unstable();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        tables.insert(name, lines);
    }
    tables
}

/// A house with people, calls in its log and its tables, a ticket, and files.
async fn house(world: &mut World) -> Vec<Fact> {
    let agent = world.agent("1001").await;
    world.customer("王小明", MOBILE, 2, Some(agent.id)).await;
    let told = answered(7, MOBILE, agent.id, NOW, MINUTE);
    let facts: Vec<_> = told.iter().map(|(_, fact)| fact.clone()).collect();
    let (mut log, _) = FactLog::open(&world.scratch.path().join("facts"), 0).unwrap();
    for (at, fact) in &told {
        log.append(*at, vec![fact.clone()]).unwrap();
    }
    world.tell(told).await;
    enter(world, "'引号' \"quotes\" \\ and 换行\nhere", NOW).await;
    let config = world.scratch.path().join("config/samples");
    fs::create_dir_all(&config).unwrap();
    fs::write(config.join("main.toml"), "name = \"main\"\n").unwrap();
    facts
}

async fn enter(world: &World, subject: &str, at: Timestamp) -> model::TicketId {
    let new = NewTicket {
        matter: Matter {
            subject: subject.to_owned(),
            contact: Contact {
                number: Some(MOBILE.to_owned()),
                ..Contact::default()
            },
            ..Matter::default()
        },
        ..NewTicket::default()
    };
    let entered = world.desk().enter(new, Actor::System, at).await;
    entered.unwrap().ticket.id
}

/// An address of each kind that these tests can reach, of databases that are empty.
async fn targets(scratch: &Scratch) -> [String; 2] {
    let file = format!("sqlite://{}/moved/trunkline.db", scratch.path().display());
    [place::empty(scratch).await, file]
}

#[tokio::test]
async fn j9_what_was_backed_up_stands_again_row_by_row_in_either_database() {
    let mut world = World::new().await;
    let facts = house(&mut world).await;
    let first = world.scratch.path().join("first");
    let manifest = backed_up(&world.url, world.scratch.path(), first.clone()).await;
    assert_eq!(manifest.facts, facts.len() as u64);
    let before = rows(&first);
    let full = before.values().filter(|rows| !rows.is_empty());
    assert!(full.count() >= 12, "{before:?}");

    let elsewhere = Scratch::new();
    let mut from = first;
    for (turn, url) in targets(&elsewhere).await.iter().enumerate() {
        let new = elsewhere.path().join(format!("house-{turn}"));
        let saved = Saved::open(&from, &mut |_| {}).unwrap();
        let address = Address::parse(url).unwrap();
        saved.tables(&address, NOW, &mut |_| {}).await.unwrap();
        saved.facts(&new.join("facts"), &mut |_| {}).unwrap();
        saved
            .tree("config", &new.join("config"), &mut |_| {})
            .unwrap();
        // The next one is made of the backup of this one: nothing is lost on the way to the other kind and back.
        from = elsewhere.path().join(format!("again-{turn}"));
        backed_up(url, &new, from.clone()).await;
        let moved = rows(&from);
        assert_eq!(
            before.keys().collect::<Vec<_>>(),
            moved.keys().collect::<Vec<_>>()
        );
        for (table, rows) in &before {
            assert_eq!(Some(rows), moved.get(table), "{table}");
        }
        let log = FactReader::new(&new.join("facts"))
            .read_from(1, 100)
            .unwrap();
        let log: Vec<_> = log.into_iter().map(|record| record.fact).collect();
        assert_eq!(log, facts);
        let script = fs::read_to_string(new.join("config/samples/main.toml")).unwrap();
        assert_eq!(script, "name = \"main\"\n");
        // It is a house: it opens, its audit log holds, and new rows find keys of their own.
        let again = World::at(url.clone(), Scratch::new()).await;
        let audit = again.database.verify_audit(None).await.unwrap();
        assert_eq!(audit.faults, []);
        // What is made again of others is made again.
        while again.database.index_step(50).await.unwrap() {}
        let request = SearchRequest {
            question: Question::parse("换行").unwrap(),
            kinds: SearchKind::ALL.to_vec(),
            since: after(-DAY),
            readable_by: None,
        };
        let page = PageRequest::default();
        let found = again
            .database
            .search(&request, page, PATIENCE)
            .await
            .unwrap();
        assert_eq!(found.page.items.len(), 1);
        // (Ids hang on the clock, and a later process has a later one.)
        let added = again.database.add_agent(new_agent("1002"), after(1)).await;
        added.unwrap();
        enter(&again, "after", after(1)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn j9_a_house_at_work_is_backed_up_at_one_moment() {
    let world = Arc::new(World::new().await);
    let folder = world.scratch.path().join("facts");
    let (mut log, _) = FactLog::open(&folder, 0).unwrap();
    let ends = Arc::new(AtomicBool::new(false));
    let work = {
        let (world, ends) = (Arc::clone(&world), Arc::clone(&ends));
        tokio::spawn(async move {
            let mut entered = Vec::new();
            while !ends.load(Ordering::Relaxed) {
                // Committed first, told then: as the teller of tickets does it.
                let id = enter(&world, "busy", NOW).await;
                let call = CallId::new(id.get());
                log.append(NOW, vec![Fact::CallHeld { call, by: None }])
                    .unwrap();
                entered.push(id);
            }
            entered
        })
    };
    let mut backups = Vec::new();
    for turn in 0..5 {
        tokio::time::sleep(std::time::Duration::from_millis(60)).await;
        let known = FactReader::new(&folder)
            .read_from(1, 100_000)
            .unwrap()
            .len();
        let backup = world.scratch.path().join(format!("backup-{turn}"));
        let manifest = backed_up(&world.url, world.scratch.path(), backup.clone()).await;
        backups.push((known, backup, manifest));
    }
    ends.store(true, Ordering::Relaxed);
    let entered = work.await.unwrap();
    assert!(entered.len() > 5, "{}", entered.len());
    let mut seen = 0;
    for (known, backup, manifest) in backups {
        let tickets = rows(&backup).remove("ticket.jsonl.gz").unwrap();
        let log = FactReader::new(&backup.join("facts"))
            .read_from(1, 100_000)
            .unwrap();
        assert_eq!(log.len() as u64, manifest.facts);
        assert!(log.len() >= known, "what was told before is in it");
        assert!(
            tickets.len() >= log.len(),
            "no fact tells of a row that is not there"
        );
        seen = seen.max(tickets.len());
    }
    assert!(seen > 0);
}

#[tokio::test]
async fn j9_a_backup_that_is_not_what_was_written_is_refused_by_the_name_of_the_file() {
    let mut world = World::new().await;
    house(&mut world).await;
    let whole = world.scratch.path().join("whole");
    backed_up(&world.url, world.scratch.path(), whole.clone()).await;
    let opened = |change: &dyn Fn(&Path)| {
        let scratch = Scratch::new();
        let copy = scratch.path().join("copy");
        copy_folder(&whole, &copy);
        change(&copy);
        Saved::open(&copy, &mut |_| {}).unwrap_err()
    };
    let gone = opened(&|copy| fs::remove_file(copy.join("tables/agent.jsonl.gz")).unwrap());
    assert_eq!(
        gone.to_string(),
        "tables/agent.jsonl.gz is missing from the backup"
    );
    let name = "facts/facts-00000000000000000001.log";
    let changed = opened(&|copy| {
        let mut bytes = fs::read(copy.join(name)).unwrap();
        bytes[40] ^= 1;
        fs::write(copy.join(name), bytes).unwrap();
    });
    assert!(matches!(&changed, BackupError::Changed(file) if file == name));
    let cut = opened(&|copy| fs::remove_file(copy.join("SHA256SUMS")).unwrap());
    assert!(matches!(cut, BackupError::NotWhole(_)), "{cut}");
    let leading_out = opened(&|copy| {
        fs::write(copy.join("SHA256SUMS"), "00  ../config/trunkline.toml\n").unwrap();
    });
    let told = leading_out.to_string();
    assert!(told.contains("line 1"), "{told}");
}

#[tokio::test]
async fn j9_nothing_that_stands_is_written_over() {
    let mut world = World::new().await;
    house(&mut world).await;
    let folder = world.scratch.path().join("backup");
    backed_up(&world.url, world.scratch.path(), folder.clone()).await;
    let again = order(&world.url, world.scratch.path(), folder.clone());
    let again = back_up(&again, &mut |_| {}).await.unwrap_err();
    assert!(matches!(again, BackupError::Exists(_)), "{again}");
    let saved = Saved::open(&folder, &mut |_| {}).unwrap();
    let address = Address::parse(&world.url).unwrap();
    let full = saved.tables(&address, NOW, &mut |_| {}).await.unwrap_err();
    assert!(matches!(full, BackupError::Filled(_)), "{full}");
    let facts = saved.facts(&world.scratch.path().join("facts"), &mut |_| {});
    assert!(matches!(facts, Err(BackupError::Exists(_))));
    // A backup of a program that knows more is refused before a table is made.
    let elsewhere = Scratch::new();
    let newer = elsewhere.path().join("newer");
    copy_folder(&folder, &newer);
    let text = fs::read_to_string(newer.join("backup.json")).unwrap();
    let steps = saved.manifest().steps.len();
    let text = text.replacen("\"steps\": [", "\"steps\": [[0, 0],", 1);
    fs::write(newer.join("backup.json"), &text).unwrap();
    seal_anew(&newer);
    let saved = Saved::open(&newer, &mut |_| {}).unwrap();
    assert_eq!(saved.manifest().steps.len(), steps + 1);
    let empty = place::empty(&elsewhere).await;
    let address = Address::parse(&empty).unwrap();
    let refused = saved.tables(&address, after(1), &mut |_| {}).await;
    assert!(matches!(
        refused,
        Err(BackupError::Store(StoreError::Migration(_)))
    ));
    let whole = Saved::open(&folder, &mut |_| {}).unwrap();
    whole.tables(&address, NOW, &mut |_| {}).await.unwrap();
}

/// What the house's own tool does: sums of what stands there.
fn seal_anew(backup: &Path) {
    let made = std::process::Command::new("sh")
        .args(["-c", "find . -type f ! -name SHA256SUMS | sed 's|^./||' | sort | xargs -d '\\n' sha256sum > sums && mv sums SHA256SUMS && sed -i '/  sums$/d' SHA256SUMS"])
        .current_dir(backup)
        .status();
    assert!(made.unwrap().success());
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy_folder(&entry.path(), &to),
            false => fs::copy(entry.path(), to).map(drop).unwrap(),
        }
    }
}
