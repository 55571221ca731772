//! How many files this process may have open: each RTP port, connection, recording and segment is one.
//!
//! Systems start a process with a low soft limit, often 1,024, and let it raise that up to the hard limit by itself
//! (POSIX `setrlimit`). The hard limit is the administrator's: it is never touched.

use std::io;

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Raises the soft limit of open files to the hard limit. Gives the soft limit before and now.
///
/// # Errors
/// The system does not tell its limits, or refuses the change; nothing was changed then.
pub fn raise_open_files() -> io::Result<(u64, u64)> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    if soft < hard {
        setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?;
    }
    Ok((soft, hard.max(soft)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_soft_limit_becomes_the_hard_one() {
        let hard = getrlimit(Resource::RLIMIT_NOFILE).unwrap().1;
        let (_before, now) = raise_open_files().unwrap();
        assert_eq!(now, hard);
        assert_eq!(getrlimit(Resource::RLIMIT_NOFILE).unwrap(), (hard, hard));
        assert_eq!(raise_open_files().unwrap(), (hard, hard), "done twice");
    }
}
