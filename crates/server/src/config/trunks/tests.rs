//! What `trunks.toml` may say, and every mistake in it with its place.

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
fn s22_no_finding_and_no_debug_text_bears_a_password() {
    let (trunks, told) = read_text(&WHOLE.replace("sbc.example.net:5080", ":::"));
    let all = format!("{trunks:?} {told:?} {:?}", good(WHOLE).trunks);
    for secret in ["a carrier's own password", "correct horse battery"] {
        assert!(!all.contains(secret), "{all}");
    }
}

#[test]
fn every_mistake_has_its_place() {
    let minimal = "[trunk.a]\nserver = \"sip:a.example\"\n";
    let table: &[(&str, &str)] = &[
        (
            "[trunk.a]\nserver = \"http://a\"\n",
            "2:10: error: `http://a` is no",
        ),
        (
            "[trunk.a]\nserver = \"sip:us@a.example\"\n",
            "2:10: error: `sip:us@a.example` is no address of a server",
        ),
        (
            "[trunk.a]\nserver = \"sip:a.example;transport=ws\"\n",
            "2:10: error: the transport is one of udp, tcp, tls",
        ),
        (
            "[trunk.a]\nserver = \"sips:a.example;transport=udp\"\n",
            "2:10: error: sips goes by TLS",
        ),
        (
            "[trunk.a]\nserver = \"sip:a.invalid\"\n",
            "2:10: error: `a.invalid` is a name that is never resolved",
        ),
        (
            "[trunk.\"a b\"]\nserver = \"sip:a.example\"\n",
            "1:8: error: `a b` is no name for a trunk",
        ),
        (
            "[trunk.a]\nservr = \"sip:a.example\"\n",
            "2:1: error: unknown field `servr`",
        ),
        (
            "[trunk.a]\nserver = \"sip:a.example\"\ndomain = \"a b\"\n",
            "3:10: error: `a b` is no host",
        ),
        (
            "[trunk.a]\nserver = \"sip:a.example\"\ncountry = \"China\"\n",
            "3:11: error: `China` is no country",
        ),
        (
            "[trunk.a]\nserver = \"sip:a.example\"\nmatch = { source = [\"203.0.113.9/24\"] }\n",
            "3:21: error: `203.0.113.9/24`: the address has bits beyond its prefix of 24",
        ),
        (
            "[trunk.a]\nserver = \"sip:a.example\"\nmatch = { user = \"x\" }\n",
            "3:18: error: `user` needs `password`",
        ),
        (
            "[trunk.a]\nserver = \"sip:a.example\"\nmatch = { user = \"1001\", password = { text = \"correct horse battery\" } }\n",
            "3:18: error: `1001` is an agent's login",
        ),
        (
            "[trunk.a]\nserver = \"sip:a.example\"\nregister = { user = \"x\", password = { env = \"TRUNKLINE_NO_SUCH\" } }\n",
            "3:37: error: the environment has no variable `TRUNKLINE_NO_SUCH`",
        ),
        (
            "[trunk.a]\nserver = \"sip:a.example\"\nregister = { user = \"x\", password = { file = \"none\" } }\n",
            "3:37: error: `none` cannot be read",
        ),
        (
            "[trunk.a]\nserver = \"sip:a.example\"\nregister = { user = \"x\", password = { } }\n",
            "3:37: error: a secret is exactly one of",
        ),
        (
            "[trunk.a]\nserver = \"sip:a.example\"\nregister = { user = \"x\", password = { text = \"y\" }, expires_s = 5 }\n",
            "3:65: error: `expires_s` is below 60",
        ),
        (
            "[trunk.a]\nserver = \"sip:a.example\"\nprobe_failures = 0\n",
            "3:18: error: `probe_failures` is 0",
        ),
        (
            "[trunk.a]\nserver = \"sip:a.example\"\nmax_calls = 0\n",
            "3:13: error: `max_calls` is 0",
        ),
        (
            "[trunk.a]\nserver = \"sip:a.example\"\nmax_calls_per_s = 0\n",
            "3:19: error: `max_calls_per_s` is 0",
        ),
        (
            "[trunk.a]\nserver = \"sip:a.example\"\nreserve_in = 3\n",
            "3:14: error: `reserve_in` needs `max_calls`",
        ),
        (
            "[trunk.a]\nserver = \"sip:a.example\"\nmax_calls = 3\nreserve_in = 3\n",
            "4:14: error: `reserve_in` leaves no channel",
        ),
        (
            "[trunk.a]\nserver = \"sip:a.example\"\nincoming = { form = \"natonal\" }\n",
            "3:21: error: unknown variant `natonal`",
        ),
        (
            "[trunk.a]\nserver = \"sip:a.example\"\noutgoing = { prefix = \"x\" }\n",
            "3:23: error: `x` cannot be dialled",
        ),
        (
            "[trunk.a]\nserver = \"sip:a.example\"\ncaller_id = \"+8613800001111\"\n",
            "3:13: error: `+8613800001111` is no number of ours",
        ),
        (
            "[trunk.a]\nserver = \"sip:a.example\"\nmatch = { source = [\"203.0.113.0/24\"] }\ndids = [\"+861065529989\"]\n",
            "4:9: error: calls to `+861065529989` enter nowhere",
        ),
        (
            "[[route]]\ntrunks = []\n",
            "2:10: error: a route without trunks",
        ),
        (
            "[[route]]\ntrunks = [\"main\"]\n",
            "2:11: error: no trunk `main`",
        ),
        (
            "[dial]\nemergency = [\"sos\"]\n",
            "2:14: error: `sos` is no emergency number",
        ),
        (
            "[dial]\narea = \"010\"\n",
            "2:8: error: `010` is no area of our country",
        ),
        (
            "[dial]\narea = \"+4420\"\n",
            "2:8: error: `+4420` is no area of our country",
        ),
        (
            "[dial]\ndeny = [\"001900\"]\n",
            "2:9: error: no number begins with `001900`",
        ),
        (
            "[dial]\nown_numbers = [\"sales\"]\n",
            "2:16: error: `sales` is no telephone number",
        ),
        ("[dial]\nring_s = 0\n", "2:10: error: `ring_s` is 0"),
        (
            "[dial.allow]\nagents = [\"mobil\"]\n",
            "2:11: error: unknown variant `mobil`",
        ),
        (
            "[dial.caps]\ncall_minutes = 0\n",
            "2:16: error: `call_minutes` is 0",
        ),
        (
            "[dial.caps]\ncall_minuts = 1\n",
            "2:1: error: unknown field `call_minuts`",
        ),
    ];
    assert!(read_text(minimal).1.is_empty());
    for (text, expected) in table {
        let (_, mut told) = read_text(text);
        told.retain(|finding| finding.contains(": error: "));
        let expected = format!("config/trunks.toml:{expected}");
        assert_eq!(told.len(), 1, "{text}\n{told:?}");
        assert!(told[0].starts_with(&expected), "{}\n{expected}", told[0]);
    }
}

#[test]
fn names_that_are_nearly_right_are_suggested() {
    let (_, told) = read_text(
        "[trunk.telecom]\nserver = \"sip:a.example\"\ncaller_id = \"010-65529989\"\n[[route]]\nclass = [\"mobil\"]\ntrunks = [\"telecom\"]\n",
    );
    assert!(
        told[0].ends_with("help: did you mean `mobile`?"),
        "{told:?}"
    );
    let (_, told) = read_text(
        "[trunk.telecom]\nserver = \"sip:a.example\"\ncaller_id = \"010-65529989\"\n[[route]]\ntrunks = [\"telecon\"]\n",
    );
    let all = told.join("\n");
    assert!(all.contains("did you mean `010-65529988`?"), "{all}");
    assert!(all.contains("did you mean `telecom`?"), "{all}");
}

#[test]
fn a10_a_call_out_shows_a_number_of_ours_or_is_refused_where_it_is_saved() {
    let (_, told) =
        read_text("[trunk.a]\nserver = \"sip:a.example\"\n[[route]]\ntrunks = [\"a\"]\n");
    assert!(
        told[0]
            .starts_with("config/trunks.toml:4:11: error: calls out by `a` have no number to show"),
        "{told:?}"
    );
    good(
        "[trunk.a]\nserver = \"sip:a.example\"\n[[route]]\ntrunks = [\"a\"]\ncaller_id = \"+861065529988\"\n",
    );
    good(
        "[trunk.a]\nserver = \"sip:a.example\"\ncaller_id = \"+861065529900\"\n[dial]\nown_numbers = [\"010-65529900\"]\n",
    );
}

#[test]
fn a_route_that_no_number_reaches_is_refused() {
    let (_, told) = read_text(
        "[trunk.a]\nserver = \"sip:a.example\"\ncaller_id = \"4000\"\n[[route]]\ntrunks = [\"a\"]\n[[route]]\nprefix = [\"+44\"]\ntrunks = [\"a\"]\n",
    );
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("route `1` takes all"), "{told:?}");
}

#[test]
fn two_trunks_that_cannot_be_told_apart_are_refused() {
    let (_, told) = read_text(
        "[trunk.a]\nserver = \"sip:a.example\"\nmatch = { source = [\"203.0.113.0/24\"] }\n[trunk.b]\nserver = \"sip:b.example\"\nmatch = { source = [\"203.0.113.0/24\", \"203.0.113.9\"] }\n",
    );
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains("203.0.113.0/24 is trunk `a`'s too"),
        "{told:?}"
    );
}

#[test]
fn s28_what_is_open_or_weak_is_warned_of_and_taken() {
    for (text, expected) in [
        (
            "[trunk.a]\nserver = \"sip:a.example\"\nmatch = { source = [\"0.0.0.0/0\"] }\n",
            "3:21: warning: S28: this trunk is open",
        ),
        (
            "[trunk.a]\nserver = \"sip:a.example\"\nmatch = { user = \"x\", password = { text = \"short\" } }\n",
            "3:34: warning: S28: the password of `x` is weak",
        ),
        (
            "[trunk.a]\nserver = \"sip:a.example\"\ndids = [\"4000\"]\n",
            "1:8: warning: trunk `a` takes no calls",
        ),
        (
            "[trunk.a]\nserver = \"sip:a.example\"\nregister = { user = \"x\" }\nmatch = { source = [\"203.0.113.9\"] }\n",
            "3:12: warning: a registration without password",
        ),
    ] {
        let (trunks, told) = read_text(text);
        assert_eq!(told.len(), 1, "{text}\n{told:?}");
        let expected = format!("config/trunks.toml:{expected}");
        assert!(told[0].starts_with(&expected), "{}\n{expected}", told[0]);
        assert_eq!(trunks.trunks.len(), 1);
    }
}

#[test]
fn an_empty_file_has_no_trunks_and_lets_nobody_out() {
    let Trunks { trunks, dial } = good("");
    assert!(trunks.is_empty());
    assert_eq!(dial, DialPlan::default());
    assert!(dial.routes.is_empty());
}
