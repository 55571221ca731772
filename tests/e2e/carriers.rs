//! Carriers by which calls come and go: SIPp plays one, on an address of its own. And phones that come by TCP and TLS.

use std::net::SocketAddr;

use crate::baresip::{AGENT_HZ, Answers, Baresip, Link};
use crate::events::Stream;
use crate::house::{House, PASSWORD};
use crate::pjsua2::{Pjsua2, Setup};
use crate::ports;
use crate::sipp::Sipp;

const CALLER_HZ: u32 = 440;
const ENOUGH_MS: u32 = 1_000;
/// Another address than that of the phones: a carrier is known by it.
const CARRIER: &str = "127.0.0.2";
/// The number that the carriers of the stories bring us.
pub(crate) const OURS: &str = "+861065529988";

const NUMBERS: &str = r#"
[number."4000"]
script = "main"
open = true
[number."+861065529988"]
queue = "support"
"#;

/// `trunks.toml` with a carrier at that address, who writes numbers in that form, and with who may call out by him.
pub(crate) fn telecom(carrier: SocketAddr, form: &str, allowed: &str) -> String {
    let (host, port) = (carrier.ip(), carrier.port());
    format!(
        r#"
[trunk.telecom]
server = "sip:{host}:{port};transport=udp"
domain = "{host}"
auth = {{ user = "4008001234", password = {{ text = "trunk secret" }} }}
match = {{ source = ["{host}"] }}
trusted = true
max_calls = 4
probe_s = 0
incoming = {{ form = "{form}" }}
outgoing = {{ form = "e164" }}
caller_id = "{OURS}"
dids = ["{OURS}"]
[[route]]
class = ["local", "national", "mobile"]
trunks = ["telecom"]
[dial.allow]
{allowed}
"#
    )
}

/// A house with one carrier.
pub(crate) fn with_carrier(port: u16) -> House {
    let carrier = SocketAddr::new(CARRIER.parse().unwrap(), port);
    let allowed = r#"agents = ["local", "national", "mobile"]"#;
    let trunks = telecom(carrier, "national", allowed);
    House::open_files(&[
        ("config/trunks.toml", trunks.as_str()),
        ("config/numbers.toml", NUMBERS),
    ])
}

fn carrier(house: &House, scenario: &str, service: &str, port: u16) -> Sipp {
    carrier_with(house, scenario, service, port, &["-m", "1", "-aa"])
}

/// The same with switches of SIPp.
pub(crate) fn carrier_with(
    house: &House,
    scenario: &str,
    service: &str,
    port: u16,
    switches: &[&str],
) -> Sipp {
    Sipp::run_at(
        CARRIER, &house.dir, house.sip, scenario, service, port, switches,
    )
}

#[test]
fn a4_a_call_by_a_trunk_enters_by_its_number_with_the_caller_that_the_carrier_vouches_for() {
    let port = ports::free(1);
    let house = with_carrier(port);
    let wall = Stream::follow(&house.sign_in("admin"), None);
    let mut agent = house.agent("1001", Answers::ByHand);
    house.sign_in("1001").until_state("ready");
    let call = carrier(&house, "carrier_calls", "01065529988", port);
    let arrived = wall.event("call.arrived");
    assert_eq!(arrived.data("trunk"), "telecom");
    assert_eq!(arrived.data("caller")["number"], "+8613800138000");
    agent.rings(0);
    agent.answer();
    wall.event("call.connected");
    agent.hangs_up();
    call.succeeds();
    house.until_empty();
}

#[test]
fn s12_a_call_to_an_outside_number_goes_by_the_trunk_with_its_proof() {
    let port = ports::free(1);
    let house = with_carrier(port);
    let wall = Stream::follow(&house.sign_in("admin"), None);
    let called = carrier(&house, "carrier_is_called", "gateway", port);
    let mut agent = house.agent("1001", Answers::ByHand);
    house.sign_in("1001").until_state("ready");
    agent.calls("13800138000");
    wall.event("call.arrived");
    agent.hangs_up();
    called.succeeds();
    house.until_empty();
}

#[test]
fn phones_come_by_tcp_and_by_tls() {
    let names = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
    let certified = rcgen::generate_simple_self_signed(names).unwrap();
    let port = ports::free(2);
    let (certificate, key) = (certified.cert.pem(), certified.signing_key.serialize_pem());
    let tls = SocketAddr::from(([127, 0, 0, 1], port));
    let house = House::open_secure(&certificate, &key, &[&format!("sip.tls={tls}")]);
    let by_tcp = Baresip::agent(
        &house.dir,
        Link::Tcp(house.tcp),
        "1001",
        PASSWORD,
        Answers::AtOnce,
    );
    by_tcp.until_registered();
    house.sign_in("1001").until_state("ready");
    // pjsua2 believes the server by its certificate alone, and baresip calls without looking at it.
    let ca = house.dir.join("certificate.pem");
    let by_tls = Pjsua2::start(&Setup {
        dir: &house.dir,
        server: tls,
        user: "1002",
        password: Some(PASSWORD),
        switches: &[
            "--transport",
            "tls",
            "--ca",
            ca.to_str().unwrap(),
            "--hz",
            "1100",
        ],
    });
    by_tls.until_registered();
    let mut caller = Baresip::caller(&house.dir, Link::Tls(tls), "13800001111", CALLER_HZ);
    caller.asks_for('1');
    by_tcp.until_hears(0, CALLER_HZ.into(), ENOUGH_MS);
    caller.until_hears(0, AGENT_HZ.into(), ENOUGH_MS);
    caller.hangs_up();
    let phones = house.sign_in("admin").read("/v1/registrations");
    let mut ways: Vec<&str> = phones["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|phone| phone["transport"].as_str().unwrap())
        .collect();
    ways.sort_unstable();
    assert_eq!(ways, ["tcp", "tls"]);
    house.until_empty();
}
