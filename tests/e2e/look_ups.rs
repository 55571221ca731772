//! Look-ups end to end (E11, E12): a caller keys in a number, a service or a database is asked, and what he then hears tells what
//! became of it.

use crate::baresip::Baresip;
use crate::hotline::{MUSIC_HZ, WELCOME_HZ};
use crate::house::House;
use crate::service::{Reply, Service};
use crate::sound::tone_wav;

/// Who calls.
const LI: &str = "13700000001";
const WANG: &str = "13700000002";
/// What is heard when something was found.
const FOUND_HZ: f64 = 1_900.0;
/// When there is no such thing.
const MISSING_HZ: f64 = 2_100.0;
/// When nobody could say.
const SORRY_HZ: f64 = 2_300.0;

const TRUNKLINE: &str = "[agents]\nsign_in = \"phone\"\n[demo]\nseed = true\n\
                         [outgoing]\nprivate_hosts = [\"127.0.0.1\"]\n";

/// Takes a number and looks it up by `look_up`, whose exits are `found`, `missing`, `sorry`.
fn script(look_up: &str) -> String {
    format!(
        r##"title = {{ en = "Cases" }}
languages = ["en"]
start = "number"
[prompt.welcome]
en = "Key in your number."
[prompt.found]
en = "It is there."
[prompt.missing]
en = "There is no such number."
[prompt.sorry]
en = "We cannot look now."
[collect.number]
prompt = "welcome"
into = "no"
timeout_s = 30
next = "ask"
on_failure = "sorry"
{look_up}
[branch.found]
when = [{{ if = "status == 'Li Na'", go = "told" }}]
otherwise = "sorry"
[play.told]
prompt = "found"
next = "end"
[play.missing]
prompt = "missing"
next = "end"
[play.sorry]
prompt = "sorry"
next = "end"
[hangup.end]
prompt = "found"
"##
    )
}

fn house(look_up: &str, queries: &str) -> House {
    let script = script(look_up).into_bytes();
    let files = [
        ("config/trunkline.toml", TRUNKLINE.as_bytes().to_vec()),
        ("config/queries.toml", queries.as_bytes().to_vec()),
        ("ivr/main.toml", script),
        ("ivr/prompts/en/found.wav", tone_wav(FOUND_HZ, 1_000)),
        ("ivr/prompts/en/missing.wav", tone_wav(MISSING_HZ, 1_000)),
        ("ivr/prompts/en/sorry.wav", tone_wav(SORRY_HZ, 1_000)),
    ];
    House::open_files(&files)
}

fn asks(service: &Service, timeout_ms: u32) -> String {
    format!(
        "[http.ask]\nurl = \"http://{}/cases/{{no}}?from={{caller.number}}\"\ntimeout_ms = {timeout_ms}\n\
         into = {{ status = \"/case/status\" }}\nok = \"found\"\nmissing = \"missing\"\nbad = \"sorry\"\nnone = \"sorry\"",
        service.at
    )
}

/// Calls and keys in a number.
fn keys_in(house: &House, who: &str, number: &str) -> Baresip {
    let mut caller = house.caller(who, 440);
    caller.calls("4000");
    caller.until_hears(0, WELCOME_HZ, 100);
    number.chars().for_each(|key| caller.presses(key));
    caller.presses('#');
    caller
}

#[test]
fn e11_a_caller_hears_music_while_a_slow_service_thinks_and_then_what_it_says() {
    let service = Service::open(None, Reply::Silent);
    let house = house(&asks(&service, 20_000), "");
    let caller = keys_in(&house, LI, "12");
    assert_eq!(
        service.question().line,
        "GET /cases/12?from=13700000001 HTTP/1.1"
    );
    caller.until_hears(0, MUSIC_HZ, 300);
    service.replies(Reply::Says(r#"{"case":{"status":"Li Na"}}"#));
    caller.until_hears(0, FOUND_HZ, 500);
    house.until_empty();
    let heard = caller.heard(0).expect("it was written down");
    assert_eq!(heard.traces_ms(0, SORRY_HZ), 0);
}

#[test]
fn e11_a_service_that_does_not_answer_leaves_nobody_waiting() {
    let service = Service::open(None, Reply::Silent);
    let house = house(&asks(&service, 1_000), "");
    let caller = keys_in(&house, LI, "12");
    caller.until_hears(0, SORRY_HZ, 500);
    house.until_empty();
    assert!(
        house.words().contains("a look-up brought nothing"),
        "the log says so"
    );
    assert!(
        !house.words().contains("/cases/12"),
        "and not what he keyed in"
    );
}

#[test]
fn e11_what_is_not_there_and_what_cannot_be_used_have_ways_of_their_own() {
    let service = Service::open(None, Reply::Status(404));
    let house = house(&asks(&service, 20_000), "");
    let caller = keys_in(&house, LI, "99");
    caller.until_hears(0, MISSING_HZ, 500);
    house.until_empty();
    service.replies(Reply::Says("<html>"));
    let caller = keys_in(&house, WANG, "99");
    caller.until_hears(0, SORRY_HZ, 500);
    house.until_empty();
}

#[test]
fn e12_a_database_is_asked_by_a_named_query() {
    // Its own database is one like any other, and is never written by this way.
    let queries = "[database.house]\nurl = \"sqlite://../data/trunkline.db\"\n[query.who]\ndatabase = \"house\"\n\
                   sql = \"SELECT display_name FROM agent WHERE login = :login\"\n\
                   args = { login = \"text\" }\ncolumns = { display_name = \"text\" }\n";
    let look_up = "[sql.ask]\nquery = \"who\"\nargs = { login = \"no\" }\ninto = { status = \"display_name\" }\n\
                   timeout_ms = 20000\nok = \"found\"\nempty = \"missing\"\nerror = \"sorry\"";
    let house = house(look_up, queries);
    let caller = keys_in(&house, LI, "1001");
    caller.until_hears(0, FOUND_HZ, 500);
    house.until_empty();
    let caller = keys_in(&house, WANG, "9999");
    caller.until_hears(0, MISSING_HZ, 500);
    house.until_empty();
}
