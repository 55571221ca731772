//! Every mistake in `trunks.toml`, with its place and what to write instead; no finding bears a password.

use super::*;

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
