//! The supervisor's board in a real browser: callers who wait are withdrawn, assigned and moved, with real phones on both ends
//! (D25); what is refused is told in words, and the figures follow.

use crate::baresip::{Answers, Baresip};
use crate::browser::{Browser, ENTER};
use crate::callbacks;
use crate::events::{Event, Stream};
use crate::house::{House, PASSWORD};

/// Callers of `support` wait though nobody is there; 1003 serves `sales` alone.
const QUEUES: &str = r#"
[queue.support]
name = { zh-CN = "技术支持", en = "Support" }
strategy = "linear"
join_when = "always"
leave_unless = "always"
service_level_s = 30
wrap_up_s = 1
[queue.sales]
name = { zh-CN = "销售", en = "Sales" }
strategy = "linear"
wrap_up_s = 1
"#;
/// What a caller hears whose script says goodbye.
const GOODBYE_HZ: f64 = 1_700.0;
const ENOUGH_MS: u32 = 500;

/// A supervisor at the board, with the line of `support` open: by keys alone.
#[track_caller]
fn at_the_board(house: &House) -> Browser {
    let board = at_the_board_of(house, "#queues tr:last-child .name", "Support");
    board.until_shows("#nobody", "Nobody waits");
    board
}

/// The same with the line of the queue that is named there.
#[track_caller]
fn at_the_board_of(house: &House, name: &str, title: &str) -> Browser {
    let board = Browser::open(&house.dir);
    board.visits(&format!("http://{}/?lang=en", house.http));
    board.types("input[name=login]", "admin");
    board.types("input[name=password]", &format!("{PASSWORD}{ENTER}"));
    board.clicks("a[href='/board']");
    board.until_shows("#total", "0");
    board.types(name, &ENTER.to_string());
    board.until_shows("#line-title", title);
    board
}

/// A caller who waits in `support`, as the board shows him.
#[track_caller]
fn waits(house: &House, board: &Browser, voice_hz: u32, number: &str, shown: &str) -> Baresip {
    let mut caller = house.caller(number, voice_hz);
    caller.asks_for('1');
    board.until_shows("#line .caller", shown);
    board.until_shows("#line .state", "waiting");
    board.until_shows("#total", "1");
    caller
}

/// Gives the reason, and does it.
#[track_caller]
fn because(board: &Browser, reason: &str) {
    board.types("#deed-reason", &format!("{reason}{ENTER}"));
    board.until_hides("#deed");
}

#[track_caller]
fn is_told(deed: &Event, expected: [&str; 2]) {
    let told = ["deed", "reason"].map(|key| deed.data(key).as_str().unwrap());
    assert_eq!(told, expected);
}

#[test]
fn d25_callers_are_withdrawn_assigned_and_moved_at_the_board() {
    let house = House::open_files(&[("config/queues.toml", QUEUES)]);
    let admin = house.sign_in("admin");
    let wall = Stream::follow(&admin, None);
    let board = at_the_board(&house);

    let mut withdrawn = waits(&house, &board, 440, "13700000001", "137 0000 0001");
    board.types("#line .withdraw", &ENTER.to_string());
    board.until_shows("#deed-title", "Withdraw: 137 0000 0001");
    because(&board, "wrong number");
    is_told(
        &wall.event("queue.supervised"),
        ["withdrawn", "wrong number"],
    );
    withdrawn.until_hears(0, GOODBYE_HZ, 100);
    board.until_shows("#nobody", "Nobody waits");
    withdrawn.hangs_up();

    let mut assigned = waits(&house, &board, 440, "13700000002", "137 0000 0002");
    board.clicks("#line .assign");
    board.until_shows("#deed-error", "No agent is ready");
    board.clicks("#deed-cancel");
    board.clicks("#line .move");
    // The browser itself complains of what is refused.
    board.has_no_complaints();
    board.types("#deed-reason", &format!("waits long{ENTER}"));
    board.until_shows("#deed-error", "That queue takes nobody in");
    board.clicks("#deed-cancel");
    let mut phone = house.agent("1003", Answers::ByHand);
    house.sign_in("1003").until_state("ready");
    board.clicks("#line .assign");
    board.until_shows("#deed-to", "1003");
    because(&board, "waits long");
    is_told(&wall.nth("queue.supervised", 1), ["assigned", "waits long"]);
    phone.rings(0);
    phone.answer();
    phone.until_hears(0, 440.0, ENOUGH_MS);
    board.until_shows("#total", "0");

    let mut moved = waits(&house, &board, 510, "13700000003", "137 0000 0003");
    let why = board.script("return document.querySelector('#line .why').getAttribute('href')");
    let why = why
        .as_str()
        .unwrap_or_default()
        .replace("/why/", "/v1/calls/")
        + "/why";
    house.sign_in("admin").get(&why).expect(200);
    board.clicks("#line .move");
    board.clicks("#deed-to option[value=sales]");
    because(&board, "asks for an offer");
    is_told(
        &wall.nth("queue.supervised", 2),
        ["moved", "asks for an offer"],
    );
    board.until_shows("#nobody", "Nobody waits");
    board.until_shows("#queues tr:first-child .waiting", "1");
    assigned.hangs_up();
    phone.rings(1);
    phone.answer();
    phone.until_hears(1, 510.0, ENOUGH_MS);
    // Both count where they came first; who was moved goes on waiting there, who was withdrawn was led elsewhere.
    board.until_shows("#queues tr:last-child .offered", "3");
    board.until_shows("#queues tr:last-child .answered", "2");
    board.until_shows("#queues tr:last-child .of_answered", "%");
    moved.hangs_up();
    house.until_empty();
}

#[test]
fn d25_d21_who_is_to_be_called_back_stands_in_the_line_and_the_promise_is_taken_back_there() {
    let carrier = callbacks::carrier();
    let house = callbacks::house(carrier);
    let wall = Stream::follow(&house.sign_in("admin"), None);
    let mut customer = callbacks::customer(&house, carrier);
    callbacks::asks_as_nobody_is_there(&mut customer);
    let board = at_the_board_of(&house, "#queues tr:last-child .name", "support");
    board.until_shows("#line .caller", "138 0000 1111");
    board.until_shows("#line .state", "to be called back");
    board.clicks("#line .take_back");
    board.until_shows("#deed-title", "Take back: 138 0000 1111");
    because(&board, "served in the shop");
    let failed = wall.event("callback.failed");
    assert_eq!(failed.data("reason"), "served in the shop");
    board.until_shows("#nobody", "Nobody waits");
    board.has_no_complaints();
    house.until_empty();
}

#[test]
fn d25_what_comes_late_or_twice_does_nothing_to_another_deed() {
    let house = House::open_files(&[("config/queues.toml", QUEUES)]);
    let wall = Stream::follow(&house.sign_in("admin"), None);
    let board = at_the_board(&house);
    let mut caller = waits(&house, &board, 440, "13700000001", "137 0000 0001");
    // The list of agents comes when the next deed has begun.
    board.script(
        "const ask = window.fetch;
         window.fetch = (path, how) => String(path).startsWith('/v1/agents')
           ? new Promise((come) => { window.come = () => ask(path, how).then(come); })
           : ask(path, how);",
    );
    board.clicks("#line .assign");
    board.clicks("#deed-cancel");
    board.clicks("#line .move");
    board.script("return window.come().then(() => new Promise((then) => setTimeout(then, 300)))");
    board.until_shows("#deed-to", "Sales");
    assert_eq!(board.text("#deed-error").as_deref(), Some(""));
    board.clicks("#deed-cancel");

    board.clicks("#line .withdraw");
    board.script("document.querySelector('#deed-reason').value = 'twice'");
    board.script(
        "for (let click = 0; click < 2; click += 1) document.querySelector('#deed-do').click()",
    );
    board.until_hides("#deed");
    is_told(&wall.event("queue.supervised"), ["withdrawn", "twice"]);
    board.until_shows("#nobody", "Nobody waits");
    board.has_no_complaints();
    caller.hangs_up();
    house.until_empty();
}
