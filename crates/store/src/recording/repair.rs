//! Putting right the headers of recordings that a crash cut (S5).
//!
//! What the file holds is the truth, the header a claim: a cut file gets the length that it has, without a last half
//! frame. Only the two newest day folders are looked at; what a crash cut was being written then.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use audio::RATE_HZ;
use model::{RecordingId, Timestamp};

/// Bytes of a stereo frame of 16 bits.
const FRAME_BYTES: u64 = 4;
/// Our header: RIFF, WAVE, a `fmt ` of 16 bytes, `data`; 44 bytes in the whole.
const HEADER_BYTES: usize = 44;
/// Day folders that are looked at.
const DAYS: usize = 2;

/// A recording that was found at start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundRecording {
    /// Which, from its name.
    pub id: RecordingId,
    /// Path below the recordings folder.
    pub path: String,
    /// When it began, as far as the file tells.
    pub started_at: Timestamp,
    /// Its length.
    pub duration_ms: u64,
    /// Its size.
    pub bytes: u64,
    /// Whether its header had to be put right.
    pub repaired: bool,
}

/// Puts right the headers of files that a crash cut, in the two newest day folders; gives all recordings found there, in
/// order of their paths. Must not run while a writer does.
pub fn recover(root: &Path) -> io::Result<Vec<FoundRecording>> {
    let mut found = Vec::new();
    for day in newest_days(root)? {
        for (name, file) in numbered(&day, |name| id_of(name).is_some())? {
            let (Some(id), Ok(below)) = (id_of(&name), file.strip_prefix(root)) else {
                continue;
            };
            match repair(&file) {
                Ok(wav) => found.push(FoundRecording {
                    id,
                    path: below.to_string_lossy().into_owned(),
                    started_at: started_at(&file, wav.duration_ms)?,
                    duration_ms: wav.duration_ms,
                    bytes: wav.bytes,
                    repaired: wav.repaired,
                }),
                // Cut before its header was written, or none of ours: it stays for people to look at.
                Err(error) => {
                    tracing::warn!(path = %file.display(), %error, "recording cannot be repaired");
                }
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// What a file holds.
pub(super) struct Wav {
    pub(super) duration_ms: u64,
    pub(super) bytes: u64,
    pub(super) repaired: bool,
}

/// Makes the header tell what the file holds.
pub(super) fn repair(path: &Path) -> io::Result<Wav> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let length = file.metadata()?.len();
    let mut header = [0; HEADER_BYTES];
    file.read_exact(&mut header)?;
    if !is_ours(&header) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "not a WAV of ours",
        ));
    }
    let sound = (length - HEADER_BYTES as u64) / FRAME_BYTES * FRAME_BYTES;
    let bytes = HEADER_BYTES as u64 + sound;
    let riff = u32::try_from(bytes - 8).unwrap_or(u32::MAX).to_le_bytes();
    let data = u32::try_from(sound).unwrap_or(u32::MAX).to_le_bytes();
    let is_true =
        bytes == length && header.get(4..8) == Some(&riff) && header.get(40..) == Some(&data);
    if !is_true {
        file.set_len(bytes)?;
        write_at(&mut file, 4, &riff)?;
        write_at(&mut file, 40, &data)?;
        file.sync_all()?;
    }
    Ok(Wav {
        duration_ms: sound / FRAME_BYTES * 1_000 / u64::from(RATE_HZ),
        bytes,
        repaired: !is_true,
    })
}

/// Everything of the header but its two lengths.
fn is_ours(header: &[u8; HEADER_BYTES]) -> bool {
    let part = |range: std::ops::Range<usize>| header.get(range).unwrap_or_default();
    part(0..4) == b"RIFF" && part(8..16) == b"WAVEfmt " && part(36..40) == b"data"
}

fn write_at(file: &mut File, at: u64, bytes: &[u8]) -> io::Result<()> {
    file.seek(SeekFrom::Start(at))?;
    file.write_all(bytes)
}

/// `YYYY/MM/DD`, newest first.
fn newest_days(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut days = Vec::new();
    for (_, year) in numbered(root, is_number)?.into_iter().rev() {
        for (_, month) in numbered(&year, is_number)?.into_iter().rev() {
            for (_, day) in numbered(&month, is_number)?.into_iter().rev() {
                days.push(day);
                if days.len() == DAYS {
                    return Ok(days);
                }
            }
        }
    }
    Ok(days)
}

/// Entries of a folder whose name passes, by name.
fn numbered(folder: &Path, passes: impl Fn(&str) -> bool) -> io::Result<Vec<(String, PathBuf)>> {
    let mut entries = Vec::new();
    if !folder.is_dir() {
        return Ok(entries);
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if passes(&name) {
            entries.push((name, entry.path()));
        }
    }
    entries.sort();
    Ok(entries)
}

fn is_number(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit())
}

/// `CALL-PART.wav`.
fn id_of(name: &str) -> Option<RecordingId> {
    name.strip_suffix(".wav")?.parse().ok()
}

/// Which recording stands at a path below the folder.
pub(crate) fn id_of_path(path: &str) -> Option<RecordingId> {
    id_of(path.rsplit('/').next()?)
}

/// The last write was at the end of the sound.
fn started_at(path: &Path, duration_ms: u64) -> io::Result<Timestamp> {
    let ended = fs::metadata(path)?.modified()?;
    let ended: Timestamp = ended.duration_since(UNIX_EPOCH).unwrap_or_default().into();
    let duration_ms = i64::try_from(duration_ms).unwrap_or(0);
    Ok(Timestamp::from_ms(
        ended.as_ms().saturating_sub(duration_ms),
    ))
}
