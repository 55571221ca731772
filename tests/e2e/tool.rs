//! The phones that nobody here wrote. Without them the tests fail and say how to get them; they never skip.

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
        "`{name}` is not installed, and this test needs it: run tests/tools/install.sh (Debian packages baresip-core, sip-tester, chromium, chromium-driver)"
    );
    Command::new(name)
}
