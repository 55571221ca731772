//! The phones that nobody here wrote. Without them the tests fail and say how to get them; they never skip.

use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A command of an installed tool.
pub(crate) fn command(name: &str) -> Command {
    let found = Command::new("sh")
        .args(["-c", "command -v \"$0\"", name])
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    assert!(
        found,
        "`{name}` is not installed, and this test needs it: run tests/tools/install.sh (Debian packages baresip-core, sip-tester, chromium, chromium-driver, espeak-ng)"
    );
    Command::new(name)
}

/// The folder of a package that the install script has fetched: `pjsua2`, `npm/jssip-3.13.8`.
pub(crate) fn package(name: &str) -> PathBuf {
    let tools = std::env::var_os("TRUNKLINE_TOOLS").map(PathBuf::from);
    let cache = || {
        let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache");
        std::env::var_os("XDG_CACHE_HOME").map_or_else(home, PathBuf::from)
    };
    let dir = tools
        .unwrap_or_else(|| cache().join("trunkline/tools"))
        .join(name);
    assert!(
        dir.is_dir(),
        "{} is not there, and this test needs it: run tests/tools/install.sh",
        dir.display()
    );
    dir
}
