//! SIPp: scripted SIP, for what a softphone would not do. A scenario is a file in `sipp/`; SIPp's exit code tells whether
//! the server kept to it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use crate::house::PASSWORD;
use crate::patience::within;
use crate::{binary, ports, tool};

/// Longest run of a scenario.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);

/// A scenario that runs.
pub(crate) struct Sipp {
    process: Child,
    errors: PathBuf,
}

impl Sipp {
    /// Starts `calls` calls of a scenario to a number, `rate` in a second.
    pub(crate) fn start(
        dir: &Path,
        server: SocketAddr,
        scenario: &str,
        number: &str,
        calls: u32,
        rate: u32,
    ) -> Self {
        let (calls, rate) = (calls.to_string(), rate.to_string());
        let many = ["-m", &calls, "-r", &rate, "-l", &calls];
        Self::run(dir, server, scenario, number, ports::free(1), &many)
    }

    /// An agent's phone: signs in, then serves one call by a scenario.
    #[track_caller]
    pub(crate) fn agent(dir: &Path, server: SocketAddr, scenario: &str, login: &str) -> Self {
        let port = ports::free(1);
        let secret = [
            "-m",
            "1",
            "-au",
            login,
            "-ap",
            PASSWORD,
            "-auth_uri",
            "localhost",
        ];
        Self::run(dir, server, "register", login, port, &secret).succeeds();
        // Probes and the like are answered by SIPp itself.
        Self::run(dir, server, scenario, login, port, &["-m", "1", "-aa"])
    }

    /// Runs a scenario on a port, with further switches of SIPp.
    pub(crate) fn run(
        dir: &Path,
        server: SocketAddr,
        scenario: &str,
        service: &str,
        port: u16,
        switches: &[&str],
    ) -> Self {
        Self::run_at("127.0.0.1", dir, server, scenario, service, port, switches)
    }

    /// The same on another address.
    pub(crate) fn run_at(
        address: &str,
        dir: &Path,
        server: SocketAddr,
        scenario: &str,
        service: &str,
        port: u16,
        switches: &[&str],
    ) -> Self {
        let errors = dir.join(format!("{scenario}-{port}.err"));
        let file = binary::repository().join("tests/e2e/sipp");
        let (port, media) = (port.to_string(), ports::free(4).to_string());
        let process = tool::command("sipp")
            .arg("-sf")
            .arg(file.join(format!("{scenario}.xml")))
            .args(["-s", service, "-i", address, "-p", &port])
            .args(["-mi", address, "-mp", &media])
            .args(switches)
            .args(["-nostdin", "-timeout", "50s", "-timeout_error"])
            .args(["-trace_err", "-error_file"])
            .arg(&errors)
            .arg(server.to_string())
            .current_dir(dir)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sipp starts");
        Self { process, errors }
    }

    /// Waits for its end: all calls went as the scenario says.
    #[track_caller]
    pub(crate) fn succeeds(mut self) {
        let status = within(PATIENCE, || self.process.try_wait().unwrap());
        let errors = std::fs::read_to_string(&self.errors).unwrap_or_default();
        assert_eq!(
            status.and_then(|status| status.code()),
            Some(0),
            "SIPp: {errors}"
        );
    }
}

impl Drop for Sipp {
    fn drop(&mut self) {
        let _already_gone = self.process.kill();
        let _reaped = self.process.wait();
    }
}
