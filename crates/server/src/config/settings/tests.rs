//! `trunkline.toml` as an admin writes it, `--set`, and his mistakes.

use super::section::PortRange;
use super::*;
use crate::config::said;

fn read(text: &str, overrides: &[&str]) -> Result<Settings, String> {
    let document = Document {
        file: "config/trunkline.toml".into(),
        text: text.into(),
    };
    let overrides: Vec<String> = overrides.iter().map(|given| (*given).to_owned()).collect();
    Settings::read(&document, &overrides).map_err(|wrong| said::lines(&wrong).join("\n"))
}

#[test]
fn an_empty_file_is_closed_and_on_loopback() {
    let settings = read("", &[]).unwrap();
    assert_eq!(settings, Settings::default());
    assert!(
        settings
            .listeners()
            .all(|address| address.ip().is_loopback())
    );
    assert!(!settings.demo.seed);
}

#[test]
fn set_overrides_one_value() {
    let settings = read(
        "[sip]\nudp = \"127.0.0.1:5060\"\n",
        &[
            "sip.udp=127.0.0.1:5070",
            "rtp.ports=40000-40100",
            "log.json=true",
            "rtp.threads=2",
        ],
    )
    .unwrap();
    assert_eq!(settings.sip.udp, [SocketAddr::from(([127, 0, 0, 1], 5070))]);
    assert_eq!(
        settings.rtp.ports,
        PortRange {
            min: 40_000,
            max: 40_100
        }
    );
    assert!(settings.log.json);
    assert_eq!(settings.rtp.threads, 2);
    assert_eq!(
        read("", &["sip.udp=[\"127.0.0.1:1\", \"127.0.0.1:2\"]"])
            .unwrap()
            .sip
            .udp
            .len(),
        2
    );
}

#[test]
fn f7_agents_see_numbers_unless_the_house_says_otherwise() {
    assert!(read("", &[]).unwrap().privacy.agents_see_numbers);
    let discreet = read("[privacy]\nagents_see_numbers = false\n", &[]).unwrap();
    assert!(!discreet.privacy.agents_see_numbers);
    let told = read("[privacy]\nagents_see_numbers = \"no\"\n", &[]).unwrap_err();
    assert!(told.contains("trunkline.toml:2:"), "{told}");
}

#[test]
fn mistakes_are_told_with_their_place() {
    let table = [
        (
            "[sip]\nudp = \"localhost\"\n",
            "config/trunkline.toml:2:7: error: expected an address with port",
        ),
        (
            "[rtp]\nports = \"1-2-3\"\n",
            "config/trunkline.toml:2:9: error: `1-2-3` is no port range",
        ),
        (
            "[rtp]\nports = \"30000-30001\"\n",
            "config/trunkline.toml:2:9: error: `30000-30001` is no port range",
        ),
        (
            "[htp]\nlisten = \"127.0.0.1:80\"\n",
            "config/trunkline.toml:1:2: error: unknown field `htp`",
        ),
        (
            "[recording]\npolicy = \"some\"\n",
            "config/trunkline.toml:2:10: error: unknown variant `some`, expected `all` or `never`",
        ),
        (
            "[sip]\nudp = \"0.0.0.0:5060\"\n",
            "config/trunkline.toml:2:7: error: phones cannot be told this address",
        ),
        (
            "[sip]\nws = \"0.0.0.0:80\"\n",
            "config/trunkline.toml:2:6: error: phones cannot be told this address",
        ),
        (
            "[sip]\nwss = [\"127.0.0.1:443\"]\n",
            "config/trunkline.toml:2:7: error: a listener within TLS needs a certificate",
        ),
        (
            "[sip]\nregistration_default_s = 30\n",
            "config/trunkline.toml:2:26: error: the expiries of registrations contradict",
        ),
        (
            "[sip]\nsession_expires_s = 89\n",
            "config/trunkline.toml:2:21: error: the session timers contradict",
        ),
        (
            "[sip]\nprobe_s = 1\n",
            "config/trunkline.toml:2:11: error: phones are asked too often",
        ),
        (
            "[limits]\nidle_timeout_s = 3600\n",
            "config/trunkline.toml:2:18: error: connections of registered phones would be cut",
        ),
        (
            "[limits]\nsessions_max = 0\n",
            "config/trunkline.toml:2:16: error: invalid value: integer `0`, expected a number from 1",
        ),
        (
            "[limits]\nsession_max = 1\n",
            "config/trunkline.toml:2:1: error: unknown field `session_max`",
        ),
        (
            "[rtp]\naddress = \"::\"\n",
            "config/trunkline.toml:2:11: error: phones cannot be told this address",
        ),
        (
            "[retention]\naudit_days = 90\n",
            "config/trunkline.toml:2:14: error: `audit_days` is 90; expected 180 to 36500 days",
        ),
        (
            "[retention]\nrecordings_days = 0\n",
            "config/trunkline.toml:2:19: error: `recordings_days` is 0; expected 1 to 36500 days",
        ),
        (
            "[retention]\nrecordings_days = 400\ncalls_days = 365\n",
            "config/trunkline.toml:3:14: error: `calls_days` is 365; a call stays as long as its recordings: expected at least 400, as `recordings_days`",
        ),
        (
            "[retention]\ncalls_days = -1\n",
            "config/trunkline.toml:2:14: error: invalid value: integer `-1`",
        ),
        (
            "[retention]\ntickets_days = 9\n",
            "config/trunkline.toml:2:1: error: unknown field `tickets_days`",
        ),
    ];
    for (text, expected) in table {
        let told = read(text, &[]).unwrap_err();
        assert!(told.starts_with(expected), "{told}\nexpected {expected}");
    }
    for given in ["sip", "udp=1", "sip.udp=here", "sip.nothing=1", "=1"] {
        let told = read("", &[given]).unwrap_err();
        assert!(
            told.starts_with(&format!("--set {given}:1:1: error: ")),
            "{told}"
        );
    }
}
