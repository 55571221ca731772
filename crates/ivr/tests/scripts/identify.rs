//! Who calls, by what he has keyed in (G6): it is said at once, an empty text says nothing, and a secret is shown to nobody (S22).

use crate::diagnostics::findings;
use crate::driver::{Call, nodes};

fn text(collect: &str, by: &str, value: &str) -> String {
    nodes(&format!(
        "[collect.start]\nprompt = \"a\"\ninto = \"no\"\nmin = 3\nmax = 3\n{collect}next = \"who\"\non_failure = \"end\"\n\
         [identify.who]\nby = \"{by}\"\nvalue = \"{value}\"\nnext = \"told\"\n[play.told]\nprompt = \"b\"\nnext = \"end\"\n[hangup.end]\n"
    ))
}

fn said(text: &str) -> Vec<String> {
    let mut call = Call::new(text);
    call.starts();
    call.presses("077")
}

#[test]
fn g6_what_was_keyed_in_is_said_and_the_call_goes_on_at_once() {
    for by in ["account", "ticket", "phone"] {
        let seen = said(&text("", by, "no"));
        let expected = format!("identify {by} 077 077");
        let expected = [
            "stop",
            "identify who",
            expected.as_str(),
            "play told",
            "play en/b",
        ];
        assert_eq!(seen, expected);
    }
    let seen = said(&text("", "account", "' '"));
    assert_eq!(seen, ["stop", "identify who", "play told", "play en/b"]);
}

#[test]
fn s22_what_comes_from_a_secret_input_is_looked_for_and_not_shown() {
    let seen = said(&text("secret = true\n", "account", "no"));
    assert_eq!(seen[2], "identify account 077 ***");
}

#[test]
fn g6_what_cannot_be_keyed_in_is_told_where_it_stands() {
    let found = findings(&text("", "name", "no"));
    assert!(found.iter().any(|one| one.contains("account")), "{found:?}");
    let found = findings(&text("", "account", "caller.vip"));
    assert!(found.iter().any(|one| one.contains("text")), "{found:?}");
}
