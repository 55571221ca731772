//! The binary under test: `trunkline` of the same build, beside the test's own executable.
//!
//! Cargo tells a test nothing of another package's binary. So it is found by its place, and built once if it is missing or
//! older than a source that its dependency file (`trunkline.d`, written by cargo) names.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

/// The root of the repository.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// A command of the binary, run in the repository's root.
pub(crate) fn trunkline() -> Command {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    let mut command = Command::new(BINARY.get_or_init(built));
    command.current_dir(repository());
    command
}

fn built() -> PathBuf {
    // target/debug/deps/e2e-0123456789abcdef
    let executable = std::env::current_exe().unwrap();
    let profile = executable.parent().and_then(Path::parent).unwrap();
    let binary = profile.join("trunkline");
    if !is_fresh(&binary) {
        build(profile);
    }
    binary
}

fn is_fresh(binary: &Path) -> bool {
    let Some(built_at) = modified(binary) else {
        return false;
    };
    let listed = std::fs::read_to_string(binary.with_extension("d")).unwrap_or_default();
    let mut sources = listed.split_whitespace().skip(1).peekable();
    sources.peek().is_some()
        && sources.all(|source| {
            modified(Path::new(source)).is_some_and(|changed_at| changed_at <= built_at)
        })
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().ok()?.modified().ok()
}

fn build(profile: &Path) {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["build", "--quiet", "-p", "server", "--bin", "trunkline"])
        .arg("--target-dir")
        .arg(profile.parent().unwrap())
        .current_dir(repository());
    if profile.file_name().is_some_and(|name| name == "release") {
        command.arg("--release");
    }
    let status = command.status().expect("cargo runs");
    assert!(
        status.success(),
        "the binary `trunkline` could not be built"
    );
}
