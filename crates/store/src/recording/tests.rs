//! S5: a recording is a valid WAV at every second of its life, and after a crash, and without a disk.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use model::CallId;

use super::*;
use crate::scratch::Scratch;

mod held;

const AT: Timestamp = Timestamp::from_ms(1_795_000_000_007);
const CALL: CallId = CallId::new(77);

/// A recording of the call.
const fn id(part: u32) -> RecordingId {
    RecordingId { call: CALL, part }
}

const fn begin(id: RecordingId, at: Timestamp) -> Begin {
    let held = false;
    Begin { id, at, held }
}

type Told = Arc<Mutex<Vec<RecordingReport>>>;

fn desk(scratch: &Scratch) -> (Desk, Told) {
    let told = Told::default();
    let tell = Arc::clone(&told);
    let desk = Desk::new(scratch.path().to_owned(), move |report, _| {
        tell.lock().unwrap().push(report);
    });
    (desk, told)
}

/// 100 ms: left rises, right falls.
fn chunk(number: i16) -> Vec<i16> {
    (0..800).flat_map(|_| [number + 1, -number - 1]).collect()
}

fn read(path: &PathBuf) -> Vec<i16> {
    let wav = WavReader::open(path).unwrap();
    assert_eq!((wav.spec().channels, wav.spec().sample_rate), (2, 8_000));
    wav.into_samples::<i16>().map(Result::unwrap).collect()
}

#[test]
fn s5_a_file_is_named_by_day_and_ids() {
    assert_eq!(path_of(id(2), AT), "2026/11/18/77-2.wav");
}

#[test]
fn s5_the_file_is_valid_at_every_second_of_its_life() {
    let scratch = Scratch::new();
    let (mut desk, told) = desk(&scratch);
    let start = Instant::now();
    desk.begin(start, &begin(id(1), AT));
    let path = scratch.path().join(path_of(id(1), AT));
    assert!(read(&path).is_empty(), "valid before the first sound");
    for number in 0..50_i16 {
        let now = start + Duration::from_millis(100) * u32::try_from(number).unwrap();
        desk.chunk(now, id(1), &chunk(number), false);
        desk.tick(now);
        // What was heard a second ago is there.
        let heard = read(&path);
        let frames = usize::try_from(number + 1).unwrap() * 800;
        assert!(
            heard.len() / 2 + 8_000 > frames,
            "{} of {frames}",
            heard.len() / 2
        );
        for (frame, pair) in heard.chunks(2).enumerate() {
            let value = i16::try_from(frame / 800).unwrap() + 1;
            assert_eq!(pair, [value, -value]);
        }
    }
    desk.chunk(start, id(1), &[], true);
    assert_eq!(read(&path).len(), 2 * 40_000);
    let told = told.lock().unwrap();
    let bytes = fs::metadata(&path).unwrap().len();
    assert_eq!(
        *told,
        [RecordingReport::Ready {
            id: id(1),
            path: path_of(id(1), AT),
            started_at: AT,
            duration_ms: 5_000,
            bytes,
            fault: None
        }]
    );
    assert_eq!(bytes, 44 + 4 * 40_000);
}

#[test]
fn a_quiet_file_is_flushed_by_the_clock() {
    let scratch = Scratch::new();
    let (mut desk, _) = desk(&scratch);
    let start = Instant::now();
    desk.begin(start, &begin(id(1), AT));
    desk.chunk(start, id(1), &chunk(0), false);
    let path = scratch.path().join(path_of(id(1), AT));
    desk.tick(start + Duration::from_millis(900));
    assert_eq!(read(&path).len(), 0);
    desk.tick(start + Duration::from_secs(1));
    assert_eq!(read(&path).len(), 1_600);
}

#[test]
fn s5_recovery_puts_right_a_file_that_was_cut_at_any_byte() {
    let scratch = Scratch::new();
    let (mut desk, _) = desk(&scratch);
    let start = Instant::now();
    desk.begin(start, &begin(id(1), AT));
    for number in 0..10 {
        desk.chunk(start, id(1), &chunk(number), false);
    }
    let path = scratch.path().join(path_of(id(1), AT));
    let stale_header = fs::read(&path).unwrap()[..44].to_vec();
    desk.chunk(start, id(1), &chunk(10), true);
    let mut whole = fs::read(&path).unwrap();
    // As a crash leaves it: the header of the last flush, sound behind what it tells, cut anywhere.
    whole[..44].copy_from_slice(&stale_header);
    for length in [44, 45, 47, 48, 1_000, 32_044, 32_045, 33_001, whole.len()] {
        fs::write(&path, &whole[..length]).unwrap();
        let found = recover(scratch.path()).unwrap();
        let frames = (length - 44) / 4;
        assert_eq!(found.len(), 1, "{length}");
        assert_eq!(
            (found[0].id, found[0].path.as_str()),
            (id(1), path_of(id(1), AT).as_str())
        );
        assert_eq!(found[0].duration_ms, frames as u64 / 8, "{length}");
        assert_eq!(found[0].repaired, length != 32_044, "{length}");
        assert_eq!(read(&path).len(), frames * 2, "{length}");
        let again = recover(scratch.path()).unwrap();
        assert!(!again[0].repaired, "{length}");
    }
    fs::write(&path, &whole[..20]).unwrap();
    assert_eq!(recover(scratch.path()).unwrap(), [], "no header, no sound");
    assert!(path.exists(), "but nothing is thrown away");
}

#[test]
fn recovery_looks_at_the_two_newest_days_and_at_recordings_only() {
    let scratch = Scratch::new();
    let (mut desk, _) = desk(&scratch);
    let day = 24 * 3_600_000;
    for (call, days) in [(1, 0), (2, 1), (3, 40)] {
        let at = Timestamp::from_ms(AT.as_ms() + days * day);
        desk.begin(
            Instant::now(),
            &begin(RecordingId::whole(CallId::new(call)), at),
        );
    }
    desk.close();
    let folder = scratch.path().join("2026/11/19");
    fs::write(folder.join("notes.txt"), "x").unwrap();
    fs::write(folder.join("not-ours.wav"), "x").unwrap();
    let calls: Vec<_> = recover(scratch.path())
        .unwrap()
        .iter()
        .map(|found| found.id.call.get())
        .collect();
    assert_eq!(calls, [2, 3]);
    assert_eq!(recover(&scratch.path().join("none")).unwrap(), []);
}

#[test]
fn a_disk_that_fails_costs_the_recording_and_nothing_else() {
    let scratch = Scratch::new();
    // Where the year's folder should be stands a file.
    fs::write(scratch.path().join("2026"), "x").unwrap();
    let (writer, reports) = RecordingWriter::start(scratch.path()).unwrap();
    let sink = writer.sink();
    assert!(sink.begin(id(1), AT));
    sink.write(id(1), &chunk(0), false);
    sink.write(id(1), &chunk(1), true);
    let next_year = Timestamp::from_ms(AT.as_ms() + 60 * 24 * 3_600_000);
    assert!(sink.begin(id(2), next_year));
    sink.write(id(2), &chunk(0), true);
    let report = reports.recv().unwrap();
    assert!(
        matches!(
            report,
            RecordingReport::Failed {
                id: RecordingId { part: 1, .. },
                ..
            }
        ),
        "{report:?}"
    );
    let report = reports.recv().unwrap();
    assert!(
        matches!(
            report,
            RecordingReport::Ready {
                id: RecordingId { part: 2, .. },
                duration_ms: 100,
                fault: None,
                ..
            }
        ),
        "{report:?}"
    );
    assert_eq!(writer.counters().faults, 1);
    writer.close();
}

#[test]
fn a_disk_that_fills_up_leaves_what_it_took() {
    // A file size limit makes the disk full for one process: this test again, as a child.
    if let Ok(folder) = std::env::var("TRUNKLINE_FULL_DISK") {
        let (writer, reports) = RecordingWriter::start(Path::new(&folder)).unwrap();
        let sink = writer.sink();
        sink.begin(id(1), AT);
        for _ in 0..60 {
            sink.write(id(1), &chunk(0), false);
        }
        let report = reports.recv().unwrap();
        assert!(
            matches!(&report, RecordingReport::Ready { fault: Some(_), duration_ms, .. } if *duration_ms >= 3_000),
            "{report:?}"
        );
        return;
    }
    let scratch = Scratch::new();
    let child = std::process::Command::new("sh")
        // 256 blocks of 512 bytes: 131,072, a little more than 4 s of sound. Without the signal it is an error of write.
        .args(["-c", "trap '' XFSZ; ulimit -f 256; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "recording::tests::a_disk_that_fills_up_leaves_what_it_took",
            "--nocapture",
        ])
        .env("TRUNKLINE_FULL_DISK", scratch.path())
        .output()
        .unwrap();
    assert!(
        child.status.success(),
        "{}",
        String::from_utf8_lossy(&child.stderr)
    );
    let kept = read(&scratch.path().join(path_of(id(1), AT)));
    assert!(
        (24_000..=32_768).contains(&(kept.len() / 2)),
        "{}",
        kept.len() / 2
    );
}

#[test]
fn a_recording_that_is_there_is_never_written_over() {
    let scratch = Scratch::new();
    let (mut desk, told) = desk(&scratch);
    let now = Instant::now();
    desk.begin(now, &begin(id(1), AT));
    desk.chunk(now, id(1), &chunk(3), true);
    desk.begin(now, &begin(id(1), AT));
    desk.chunk(now, id(1), &chunk(4), true);
    let told = told.lock().unwrap();
    assert!(
        matches!(
            told[..],
            [
                RecordingReport::Ready {
                    id: RecordingId { part: 1, .. },
                    ..
                },
                RecordingReport::Failed {
                    id: RecordingId { part: 1, .. },
                    ..
                }
            ]
        ),
        "{told:?}"
    );
    assert_eq!(read(&scratch.path().join(path_of(id(1), AT)))[0], 4);
}

#[test]
fn a_recording_without_sound_ends_by_itself() {
    let scratch = Scratch::new();
    let (mut desk, told) = desk(&scratch);
    let start = Instant::now();
    desk.begin(start, &begin(id(1), AT));
    desk.chunk(start + Duration::from_secs(20), id(1), &chunk(0), false);
    desk.tick(start + Duration::from_secs(49));
    assert!(told.lock().unwrap().is_empty());
    desk.tick(start + Duration::from_secs(50));
    let told = told.lock().unwrap();
    assert!(
        matches!(
            &told[..],
            [RecordingReport::Ready {
                duration_ms: 100,
                fault: Some(_),
                ..
            }]
        ),
        "{told:?}"
    );
}

#[test]
fn a_disk_that_stalls_costs_no_recording_and_no_sound() {
    let scratch = Scratch::new();
    let (announced, begins) = sync_channel(ANNOUNCED);
    let (queue, messages) = sync_channel(2);
    let sink = RecordingSink { announced, queue };
    let bring = std::thread::spawn(move || {
        assert!(sink.begin(id(1), AT));
        assert!(sink.write(id(1), &[chunk(0), chunk(1)].concat(), false));
        // The queue of sound is full now, and nobody takes from it.
        assert!(sink.begin(id(2), AT));
        for number in 0..5 {
            assert!(sink.write(id(2), &chunk(number), number == 4));
        }
        assert!(sink.write(id(1), &chunk(2)[..200], true));
    });
    let (mut desk, told) = desk(&scratch);
    std::thread::sleep(Duration::from_millis(50));
    write(&begins, &messages, &mut desk);
    bring.join().unwrap();
    let lengths: Vec<_> = told
        .lock()
        .unwrap()
        .iter()
        .map(|report| match report {
            RecordingReport::Ready {
                id,
                duration_ms,
                fault: None,
                ..
            } => (*id, *duration_ms),
            RecordingReport::Ready { .. } | RecordingReport::Failed { .. } => panic!("{report:?}"),
        })
        .collect();
    assert_eq!(lengths, [(id(2), 500), (id(1), 212)]);
}

#[test]
fn a_closed_writer_refuses_sound_at_once() {
    let scratch = Scratch::new();
    let (writer, _reports) = RecordingWriter::start(scratch.path()).unwrap();
    let sink = writer.sink();
    writer.close();
    assert!(!sink.write(id(1), &chunk(0), true));
}

#[test]
fn closing_ends_what_still_goes_on() {
    let scratch = Scratch::new();
    let (writer, reports) = RecordingWriter::start(scratch.path()).unwrap();
    let sink = writer.sink().clone();
    sink.begin(id(1), AT);
    sink.write(id(1), &chunk(0), false);
    writer.close();
    let report = reports.recv().unwrap();
    assert!(
        matches!(
            report,
            RecordingReport::Ready {
                duration_ms: 100,
                fault: None,
                ..
            }
        ),
        "{report:?}"
    );
    assert!(reports.recv().is_err(), "no more will come");
    assert!(!sink.begin(id(2), AT), "a sink that lives on is refused");
}
