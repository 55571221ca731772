//! What `trunks.toml` may say.

mod mistakes;

use std::path::Path;

use engine::{Class, Entry, Number};

use super::*;
use crate::config::said;

/// A file of our own numbers: 4000 and 010-65529988.
fn numbers(plan: &NumberPlan) -> Numbers {
    let number = Number {
        entry: Entry::Script("main".into()),
        open: false,
        priority: 0,
        by_region: false,
    };
    let written = [
        ("4000".to_owned(), number.clone()),
        ("010-65529988".to_owned(), number),
    ];
    Numbers::new(plan, written.into()).unwrap()
}

fn read_text(text: &str) -> (Trunks, Vec<String>) {
    let plan = NumberPlan::new("CN").unwrap();
    let document = Document {
        file: "config/trunks.toml".into(),
        text: text.into(),
    };
    let given = Given {
        dir: Path::new("/nowhere"),
        realm: "trunkline",
        plan,
        numbers: Some(&numbers(&plan)),
        agents: Some(&["1001".to_owned()].into()),
    };
    let (trunks, found) = read(&document, &given);
    (trunks, said::lines(&found))
}

/// `text` has no mistake and draws no warning.
fn good(text: &str) -> Trunks {
    let (trunks, told) = read_text(text);
    assert!(told.is_empty(), "{told:?}");
    trunks
}

const WHOLE: &str = r#"
[trunk.telecom]
server = "sip:sbc.example.net:5080;transport=tcp"
domain = "ims.example.net"
register = { user = "+861065529988", password = { text = "a carrier's own password" }, expires_s = 600 }
match = { source = ["203.0.113.0/24", "2001:db8::/32"], certificate = "SBC.example.net", user = "sbc", password = { text = "correct horse battery" } }
trusted = true
probe_s = 20
probe_failures = 2
max_calls = 30
max_calls_in = 25
max_calls_out = 20
max_calls_per_s = 5
reserve_in = 10
country = "CN"
incoming = { form = "national", prefix = "9" }
outgoing = { form = "plain" }
caller_id = "01065529988"
pass_caller = true
dtmf = "inband"
dids = ["+861065529988"]

[trunk.spare]
server = "sips:[2001:db8::5]"
auth = { user = "us", password = { text = "a carrier's own password" }, realm = "carrier" }
probe_s = 0

[[route]]
name = "cell"
class = ["mobile"]
prefix = ["+86"]
trunks = ["telecom"]

[[route]]
trunks = ["telecom", "spare"]
caller_id = "4000"

[dial]
emergency = ["110", "119"]
area = "+8610"
deny = ["+8675512"]
own_numbers = ["+861065529900"]
ring_s = 45

[dial.allow]
agents = ["local", "international"]

[dial.caps]
agent_calls_per_minute = 3
agent_calls_per_day = 40
calls_per_day = 500
dear_minutes_per_day = 30
call_minutes = 60
"#;

#[test]
fn every_key_is_taken() {
    let Trunks { trunks, dial } = good(WHOLE);
    let telecom = &trunks[&TrunkName::new("telecom")];
    let line = &telecom.line;
    assert_eq!(line.server.host, "sbc.example.net");
    assert_eq!(line.server.port, Some(5_080));
    assert_eq!(line.server.transport, Some(sip::Transport::Tcp));
    assert_eq!(line.domain, "ims.example.net");
    let credentials = line.credentials.as_ref().unwrap();
    assert_eq!(credentials.user, "+861065529988");
    assert_eq!(credentials.password, "a carrier's own password");
    assert_eq!(credentials.realm, None);
    let registration = line.registration.as_ref().unwrap();
    assert_eq!(registration.expires_s, 600);
    assert_eq!(line.matching.networks.len(), 2);
    assert_eq!(
        line.matching.certificate.as_deref(),
        Some("sbc.example.net")
    );
    let (user, account) = line.matching.digest.as_ref().unwrap();
    assert_eq!(user, "sbc");
    let ha1 = sip::digest::ha1_md5("sbc", "trunkline", "correct horse battery");
    assert_eq!(account.ha1_md5, ha1);
    assert_eq!(line.probe_every.unwrap().as_secs(), 20);
    assert_eq!((line.probe_failures_max, line.is_trusted), (2, true));
    assert_eq!(
        telecom.capacity,
        engine::Capacity {
            calls_max: Some(30),
            calls_in_max: Some(25),
            calls_out_max: Some(20),
            calls_per_s_max: Some(5),
            reserved_in: 10,
        }
    );
    assert_eq!(telecom.read("913800001111").key, "+8613800001111");
    assert_eq!(telecom.write("+8613800001111"), "8613800001111");
    assert_eq!(telecom.caller_id.as_deref(), Some("+861065529988"));
    assert!(telecom.passes_callers);
    assert_eq!(telecom.dtmf, engine::Dtmf::Inband);

    let spare = &trunks[&TrunkName::new("spare")];
    assert_eq!(spare.dtmf, engine::Dtmf::Auto);
    let spare = &spare.line;
    assert_eq!(spare.server.host, "2001:db8::5");
    assert_eq!(spare.domain, "[2001:db8::5]");
    assert!(spare.server.is_secure);
    let realm = &spare.credentials.as_ref().unwrap().realm;
    assert_eq!(realm.as_deref(), Some("carrier"));
    assert_eq!((spare.probe_every, spare.probe_failures_max), (None, 3));

    let names: Vec<&str> = dial
        .routes
        .iter()
        .map(|route| route.name.as_str())
        .collect();
    assert_eq!(names, ["cell", "2"]);
    assert_eq!(dial.routes[0].prefixes, ["+86"]);
    assert_eq!(dial.routes[0].classes, [Class::Mobile].into());
    assert_eq!(dial.routes[1].trunks.len(), 2);
    assert_eq!(dial.routes[1].caller_id.as_deref(), Some("4000"));
    assert_eq!(dial.emergency, ["110".to_owned(), "119".into()].into());
    assert_eq!(dial.area.as_deref(), Some("+8610"));
    assert_eq!(dial.denied, ["+8675512"]);
    assert_eq!(dial.ring.as_secs(), 45);
    let agents = [Class::Local, Class::International].into();
    assert_eq!(dial.allowed.agents, agents);
    assert_eq!(dial.allowed.scripts, DialPlan::default().allowed.scripts);
    assert_eq!(
        dial.caps,
        engine::Caps {
            agent_calls_per_minute_max: 3,
            agent_calls_per_day_max: 40,
            calls_per_day_max: 500,
            dear_minutes_per_day_max: 30,
            call_max: std::time::Duration::from_secs(3_600),
        }
    );
}

#[test]
fn an_empty_file_has_no_trunks_and_lets_nobody_out() {
    let Trunks { trunks, dial } = good("");
    assert!(trunks.is_empty());
    assert_eq!(dial, DialPlan::default());
    assert!(dial.routes.is_empty());
}
