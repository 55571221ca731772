//! One story at a time, whoever runs them: threads of one process (cargo test) or processes (nextest).
//!
//! A lock on a file beside the test's executable; the operating system gives it back when its holder ends, however he ends.

use std::fs::File;

/// The turn; given back when it is dropped.
pub(crate) struct Turn(#[expect(dead_code, reason = "held, not read")] File);

impl Turn {
    /// Waits for it.
    pub(crate) fn wait() -> Self {
        let executable = std::env::current_exe().unwrap();
        let file = File::create(executable.with_file_name("e2e.turn")).unwrap();
        file.lock().unwrap();
        Self(file)
    }
}
