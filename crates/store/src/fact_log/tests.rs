//! What a crash, a torn write and a rotten byte may and may not do to the log (S4).

use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;

use model::{CallId, Fact, FactRecord, Timestamp};

use super::*;
use crate::scratch::Scratch;

fn fact(call: u64) -> Fact {
    Fact::CallHeld {
        call: CallId::new(call),
        by: None,
    }
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_ms(ms)
}

fn open(dir: &Path) -> (FactLog, RecoveryReport) {
    FactLog::open(dir, 0).unwrap()
}

/// Appends facts about calls `from..=to`, each by itself.
fn fill(log: &mut FactLog, from: u64, to: u64) {
    for call in from..=to {
        log.append(at(call as i64), vec![fact(call)]).unwrap();
    }
}

fn seqs(facts: &[FactRecord]) -> Vec<u64> {
    facts.iter().map(|record| record.seq).collect()
}

fn segment(dir: &Path, first: u64) -> PathBuf {
    segment::path_of(dir, first)
}

#[test]
fn numbers_have_no_gaps_over_batches_and_reopening() {
    let scratch = Scratch::new();
    let (mut log, report) = open(scratch.path());
    assert_eq!(report, RecoveryReport::default());
    assert_eq!(log.append(at(1), vec![]).unwrap(), []);
    let first = log.append(at(1), vec![fact(1), fact(2)]).unwrap();
    let second = log.append(at(2), vec![fact(3)]).unwrap();
    assert_eq!((seqs(&first), seqs(&second)), (vec![1, 2], vec![3]));
    log.sync().unwrap();
    log.sync().unwrap();
    drop(log);
    let (mut log, report) = open(scratch.path());
    assert_eq!((report.last_seq, report.torn_bytes), (3, 0));
    assert_eq!(report.lost, []);
    fill(&mut log, 4, 4);
    let all = log.reader().read_from(1, 100).unwrap();
    assert_eq!(seqs(&all), [1, 2, 3, 4]);
    assert_eq!(all[2], second[0], "what was given is what is read");
}

#[test]
fn s4_a_fact_is_with_the_operating_system_when_append_returns() {
    let scratch = Scratch::new();
    let (mut log, _) = open(scratch.path());
    let given = log.append(at(1), vec![fact(1)]).unwrap();
    // Without sync: another process, or this one after a kill, sees it.
    let reader = FactReader::new(scratch.path());
    assert_eq!(reader.read_from(1, 10).unwrap(), given);
}

#[test]
fn s4_a_tail_torn_at_every_byte_costs_that_record_alone() {
    let scratch = Scratch::new();
    let (mut log, _) = open(scratch.path());
    fill(&mut log, 1, 2);
    let before = fs::metadata(segment(scratch.path(), 1)).unwrap().len();
    fill(&mut log, 3, 3);
    drop(log);
    let whole = fs::read(segment(scratch.path(), 1)).unwrap();
    for cut in before..whole.len() as u64 {
        fs::write(segment(scratch.path(), 1), &whole[..cut as usize]).unwrap();
        let (mut log, report) = open(scratch.path());
        assert_eq!(
            (report.last_seq, report.torn_bytes),
            (2, cut - before),
            "cut at {cut}"
        );
        assert_eq!(report.lost, [], "cut at {cut}");
        let again = log.append(at(9), vec![fact(9)]).unwrap();
        assert_eq!(again[0].seq, 3, "cut at {cut}");
        drop(log);
        let facts = FactReader::new(scratch.path()).read_from(1, 10).unwrap();
        assert_eq!(seqs(&facts), [1, 2, 3], "cut at {cut}");
        assert_eq!(facts[2].fact, fact(9), "cut at {cut}");
    }
}

#[test]
fn a_tail_of_zeros_after_a_power_cut_is_torn() {
    let scratch = Scratch::new();
    let (mut log, _) = open(scratch.path());
    fill(&mut log, 1, 2);
    drop(log);
    let path = segment(scratch.path(), 1);
    let length = fs::metadata(&path).unwrap().len();
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(length + 4_096).unwrap();
    let (log, report) = open(scratch.path());
    assert_eq!((report.last_seq, report.torn_bytes), (2, 4_096));
    assert_eq!(fs::metadata(&path).unwrap().len(), length);
    drop(log);
}

/// Ten facts, of which the one that begins with byte `of(5)` is damaged.
fn damaged(dir: &Path) -> Vec<u8> {
    let (mut log, _) = open(dir);
    fill(&mut log, 1, 10);
    drop(log);
    let path = segment(dir, 1);
    let bytes = fs::read(&path).unwrap();
    let lines: Vec<_> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let fifth: usize = lines[..4].iter().map(|line| line.len()).sum();
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    file.write_at(b"X", fifth as u64 + 40).unwrap();
    fs::read(&path).unwrap()
}

#[test]
fn s4_damage_in_the_middle_is_told_and_neither_cut_nor_skipped() {
    let scratch = Scratch::new();
    let before = damaged(scratch.path());
    let (mut log, report) = open(scratch.path());
    assert_eq!(report.lost, [(5, 5)]);
    assert_eq!((report.last_seq, report.torn_bytes), (10, 0));
    fill(&mut log, 11, 12);
    let untouched = fs::read(segment(scratch.path(), 1)).unwrap();
    assert_eq!(untouched, before, "the evidence stays as it is");
    assert!(segment(scratch.path(), 11).exists(), "numbers go on behind");

    let reader = log.reader();
    assert_eq!(seqs(&reader.read_from(1, 100).unwrap()), [1, 2, 3, 4]);
    let error = reader.read_from(5, 100).unwrap_err();
    let FactLogError::Damaged { seq, resume_at, .. } = error else {
        panic!("{error}");
    };
    assert_eq!((seq, resume_at), (5, Some(6)));
    let rest = reader.read_from(6, 100).unwrap();
    assert_eq!(
        seqs(&rest),
        [6, 7, 8, 9, 10, 11, 12],
        "who knows of it reads on"
    );
}

#[test]
fn a_damaged_length_does_not_hide_what_follows() {
    let scratch = Scratch::new();
    let (mut log, _) = open(scratch.path());
    fill(&mut log, 1, 4);
    drop(log);
    let path = segment(scratch.path(), 1);
    let bytes = fs::read(&path).unwrap();
    let first_line = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    // Claims to be longer than the file: taken alone, it looks like a torn tail.
    file.write_at(b"000fffff", first_line as u64).unwrap();
    let (log, report) = open(scratch.path());
    assert_eq!(
        (report.lost.as_slice(), report.torn_bytes),
        (&[(2, 2)][..], 0)
    );
    assert_eq!(log.last_seq(), 4);
}

#[test]
fn segments_are_bounded_and_read_as_one() {
    let scratch = Scratch::new();
    let (mut log, _) = FactLog::open_with(scratch.path(), 0, 500).unwrap();
    fill(&mut log, 1, 40);
    log.sync().unwrap();
    let firsts = segment::list(scratch.path()).unwrap();
    assert!(firsts.len() > 5, "{firsts:?}");
    for first in &firsts {
        assert!(fs::metadata(segment(scratch.path(), *first)).unwrap().len() <= 500);
    }
    let reader = log.reader();
    let all: Vec<u64> = (1..=40).collect();
    assert_eq!(seqs(&reader.read_from(1, 100).unwrap()), all);
    // Page by page, and from every number.
    let mut paged = Vec::new();
    while let Some(page) =
        Some(reader.read_from(paged.len() as u64 + 1, 7).unwrap()).filter(|page| !page.is_empty())
    {
        paged.extend(seqs(&page));
    }
    assert_eq!(paged, all);
    for from in 1..=40 {
        let facts = reader.read_from(from, 1).unwrap();
        assert_eq!(seqs(&facts), [from]);
    }
    assert_eq!(reader.read_from(41, 10).unwrap(), []);
    drop(log);
    let (log, report) = FactLog::open_with(scratch.path(), 0, 500).unwrap();
    assert_eq!((log.last_seq(), report.lost), (40, vec![]));
}

#[test]
fn a_segment_that_is_gone_or_short_is_told() {
    let scratch = Scratch::new();
    let (mut log, _) = FactLog::open_with(scratch.path(), 0, 500).unwrap();
    fill(&mut log, 1, 40);
    drop(log);
    let firsts = segment::list(scratch.path()).unwrap();
    let [.., before, last] = firsts.as_slice() else {
        panic!("{firsts:?}")
    };
    fs::write(segment(scratch.path(), *before), b"").unwrap();
    let (_, report) = FactLog::open_with(scratch.path(), 0, 500).unwrap();
    assert_eq!(report.lost, [(*before, last - 1)]);
    fs::remove_file(segment(scratch.path(), firsts[1])).unwrap();
    let reader = FactReader::new(scratch.path());
    assert_eq!(
        seqs(&reader.read_from(1, 100).unwrap()).last().copied(),
        Some(firsts[1] - 1)
    );
    let error = reader.read_from(firsts[1], 100).unwrap_err();
    assert!(
        matches!(error, FactLogError::Damaged { seq, resume_at: Some(next), .. } if seq == firsts[1] && next == firsts[2]),
        "{error:?}"
    );
}

#[test]
fn no_number_is_given_twice_when_the_log_is_behind_the_database() {
    let scratch = Scratch::new();
    let (mut log, _) = open(scratch.path());
    fill(&mut log, 1, 3);
    drop(log);
    let (mut log, report) = FactLog::open(scratch.path(), 7).unwrap();
    assert_eq!(report.lost, [(4, 7)]);
    assert_eq!(log.append(at(1), vec![fact(1)]).unwrap()[0].seq, 8);
    drop(log);
    let (mut log, report) = FactLog::open(scratch.path(), 7).unwrap();
    assert_eq!(log.append(at(1), vec![fact(1)]).unwrap()[0].seq, 9);
    assert_eq!(report.lost, [(4, 7)], "told again while it is near");
}

#[test]
fn a_write_that_fails_uses_no_number_and_leaves_nothing() {
    let scratch = Scratch::new();
    let (mut log, _) = open(scratch.path());
    fill(&mut log, 1, 2);
    let whole = fs::read(&log.segment.path).unwrap();
    // A disk that takes a part and then no more: what it took stands behind the end.
    OpenOptions::new()
        .append(true)
        .open(&log.segment.path)
        .unwrap()
        .write_all(b"00000010 half")
        .unwrap();
    log.segment.is_torn = true;
    let writable = std::mem::replace(
        &mut log.segment.file,
        File::open(scratch.path().join("lock")).unwrap(),
    );
    assert!(log.append(at(1), vec![fact(3)]).is_err());
    assert_eq!(log.last_seq(), 2);
    log.segment.file = writable;
    let again = log.append(at(1), vec![fact(3)]).unwrap();
    assert_eq!(again[0].seq, 3);
    let bytes = fs::read(&log.segment.path).unwrap();
    assert!(bytes.starts_with(&whole));
    assert_eq!(seqs(&log.reader().read_from(1, 10).unwrap()), [1, 2, 3]);
}

#[test]
fn a_second_writer_is_refused() {
    let scratch = Scratch::new();
    let (log, _) = open(scratch.path());
    let second = FactLog::open(scratch.path(), 0);
    assert!(matches!(second, Err(FactLogError::InUse(_))), "{second:?}");
    drop(log);
    assert!(FactLog::open(scratch.path(), 0).is_ok());
}

#[test]
fn readers_follow_while_it_is_written() {
    let scratch = Scratch::new();
    let (mut log, _) = FactLog::open_with(scratch.path(), 0, 20_000).unwrap();
    let reader = log.reader();
    let follower = std::thread::spawn(move || {
        let mut seen = Vec::new();
        let mut idle = 0;
        while seen.len() < 2_000 && idle < 100_000 {
            let facts = reader.read_from(seen.len() as u64 + 1, 64).unwrap();
            idle = if facts.is_empty() { idle + 1 } else { 0 };
            seen.extend(seqs(&facts));
        }
        seen
    });
    for batch in 0..500 {
        log.append(at(batch), vec![fact(1), fact(2), fact(3), fact(4)])
            .unwrap();
    }
    assert_eq!(follower.join().unwrap(), (1..=2_000).collect::<Vec<u64>>());
}

#[test]
fn a_segment_that_was_begun_in_vain_is_taken_and_a_strangers_is_not() {
    let scratch = Scratch::new();
    let dir = scratch.path();
    let (mut log, _) = FactLog::open_with(dir, 0, 1).unwrap();
    fill(&mut log, 1, 1);
    // As if the folder could not be synced after the file was made.
    File::create(segment(dir, 2)).unwrap();
    fill(&mut log, 2, 2);
    fs::write(segment(dir, 3), "what is this").unwrap();
    let refused = log.append(at(3), vec![fact(3)]).unwrap_err();
    assert!(!refused.is_permanent(), "{refused}");
    fs::remove_file(segment(dir, 3)).unwrap();
    fill(&mut log, 3, 3);
    let all = log.reader().read_from(1, 100).unwrap();
    assert_eq!(seqs(&all), [1, 2, 3]);
}

#[test]
fn a_fact_that_no_record_holds_is_told_from_a_disk_that_fails() {
    let scratch = Scratch::new();
    let (mut log, _) = open(scratch.path());
    let endless = Fact::TicketChanged {
        ticket: model::TicketId::new(1),
        event: "x".repeat(record::JSON_BYTES_MAX),
        entry: 1,
        concerns: Vec::new(),
    };
    for _ in 0..2 {
        let refused = log.append(at(1), vec![fact(1), endless.clone()]);
        assert!(refused.unwrap_err().is_permanent());
    }
    let records = log.append(at(1), vec![fact(1)]).unwrap();
    assert_eq!(seqs(&records), [1], "it used no number");
}

#[test]
fn s23_nobody_else_reads_the_log() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new();
    let dir = scratch.path().join("log");
    let (mut log, _) = open(&dir);
    fill(&mut log, 1, 2);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&dir), 0o700);
    let entries: Vec<_> = fs::read_dir(&dir).unwrap().collect();
    assert_eq!(entries.len(), 2, "the segment and the lock");
    for entry in entries {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}
