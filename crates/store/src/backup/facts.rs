//! The fact log of a backup: whole segments, the last one up to the last fact that the tables know of.

use std::path::Path;

use super::seal::Seal;
use super::{BackupError, FACTS, failed};
use crate::fact_log;

/// The last whole fact that stands in the log; 0 for none.
pub(super) fn last_seq(dir: &Path) -> Result<u64, BackupError> {
    let Some(first) = firsts(dir)?.pop() else {
        return Ok(0);
    };
    Ok(fact_log::end_of(dir, first, u64::MAX)?.0)
}

/// Copies the log up to fact `last`.
pub(super) fn copy(dir: &Path, last: u64, seal: &mut Seal) -> Result<(), BackupError> {
    let firsts = firsts(dir)?;
    seal.folder(FACTS)?;
    for (place, first) in firsts.iter().enumerate() {
        if *first > last {
            break;
        }
        let is_whole = firsts.get(place + 1).is_some_and(|next| *next <= last);
        let bytes = match is_whole {
            true => u64::MAX,
            false => fact_log::end_of(dir, *first, last)?.1,
        };
        let path = fact_log::path_of(dir, *first);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        seal.copy(&format!("{FACTS}/{name}"), &path, bytes)?;
    }
    Ok(())
}

/// The segments; a log that was never begun has none.
fn firsts(dir: &Path) -> Result<Vec<u64>, BackupError> {
    match dir.exists() {
        true => fact_log::firsts(dir).map_err(failed(dir)),
        false => Ok(Vec::new()),
    }
}
