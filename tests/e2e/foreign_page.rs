//! G7: the page of another system comes up with the call, is told who calls by `postMessage`, and leaves the keyboard where it is. The page is the
//! example of docs/pop.md, at an origin of its own, in a real browser.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

use crate::baresip::{Answers, Way};
use crate::binary::repository;
use crate::browser::Browser;
use crate::house::House;
use crate::patience::soon;
use crate::service::read;

const NUMBER: &str = "13800001111";
/// The line of the example in which an integrator writes whom the page believes.
const BELIEVES: &str = "const trunkline = query.get(\"from\");";
/// A page that wants the keyboard at once.
const GRABS: &str = "document.getElementById(\"note\").focus();";

/// The other system.
struct Crm {
    at: SocketAddr,
    /// The origin that its page believes.
    believes: Arc<Mutex<String>>,
}

impl Crm {
    fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let believes = Arc::new(Mutex::new(String::new()));
        let believed = Arc::clone(&believes);
        let example = repository().join("docs/examples/pop-page.html");
        let example = std::fs::read_to_string(example).unwrap();
        assert_eq!(example.matches(BELIEVES).count(), 1);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let (example, believed) = (example.clone(), Arc::clone(&believed));
                std::thread::spawn(move || {
                    let Some(_asked) = read(&mut stream) else {
                        return;
                    };
                    let origin = believed.lock().unwrap().clone();
                    let line = format!("const trunkline = {origin:?};\n  {GRABS}");
                    let page = example.replace(BELIEVES, &line);
                    let answer = format!(
                        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\n\r\n{page}",
                        page.len()
                    );
                    // Browsers open connections that they do not use.
                    let _gone = stream.write_all(answer.as_bytes());
                });
            }
        });
        Self { at, believes }
    }

    /// Its page believes a house.
    fn believes(&self, house: &House) {
        *self.believes.lock().unwrap() = format!("http://{}", house.http);
    }
}

fn house(crm: &Crm) -> House {
    let at = crm.at;
    let frame = format!(
        "{{name=\"crm\",label={{en=\"Customer file\"}},url=\"http://{at}/?number={{number}}&call={{call.id}}\",at=\"ring\",show=\"frame\"}}"
    );
    let link =
        format!("{{name=\"kb\",label={{en=\"Knowledge\"}},url=\"http://{at}/kb/{{queue}}\"}}");
    let pages = format!("pop.page=[{frame},{link}]");
    let parents = format!("pop.parents=[\"http://{at}\"]");
    let house = House::open_with(&[&pages, &parents]);
    crm.believes(&house);
    house
}

#[test]
fn g7_the_page_in_the_frame_shows_who_calls_and_the_focus_stays() {
    let crm = Crm::open();
    let house = house(&crm);
    let page = Browser::at_desk(&house, "1001", "en");
    let mut phone = house.agent("1001", Answers::ByHand);
    page.until_shows("#state", "Ready");
    page.script("document.querySelector('#go-not-ready').focus()");

    let mut caller = house.caller(NUMBER, 440);
    caller.calls("4000");
    caller.presses('1');
    page.until_shows("#stage", "Incoming call");
    page.within_frame(0, || {
        page.until_shows("#event", "ring");
        page.until_shows("#number", NUMBER);
        page.until_shows("#address", NUMBER);
    });
    assert_eq!(phone.count(Way::Out, "200 INVITE"), 0, "it still rings");
    let links = page.text("#pop-pages").unwrap();
    assert_eq!(links, "Customer file ↓", "the other comes with the answer");
    let focus = || page.script("return document.activeElement.id");
    soon("the focus is where it was", || {
        (focus() == "go-not-ready").then_some(())
    });
    page.clicks("#pop-pages a");
    page.pictures("g7-frame");

    phone.answer();
    page.until_shows("#stage", "In call");
    page.until_shows("#pop-pages", "Knowledge");
    let link = page.script("return document.querySelector('#pop-pages a[target]').href");
    assert_eq!(link, format!("http://{}/kb/support", crm.at));
    page.within_frame(0, || {
        page.until_shows("#event", "answer");
        page.clicks("#note");
        page.types("#note", "half a word");
    });
    caller.hangs_up();
    page.until_shows("#stage", "Call ended");
    page.within_frame(0, || {
        page.until_shows("#event", "end");
        let note = page.script("return document.querySelector('#note').value");
        assert_eq!(note, "half a word", "what he types there is not lost");
    });
}

#[test]
fn g7_a_page_that_holds_ours_is_told_who_calls() {
    let crm = Crm::open();
    let house = house(&crm);
    let page = Browser::at_desk(&house, "1001", "en");
    page.visits(&format!("http://{}/?hold=http://{}/", crm.at, house.http));
    let mut phone = house.agent("1001", Answers::ByHand);
    page.within_frame(0, || page.until_shows("#state", "Ready"));
    let mut caller = house.caller(NUMBER, 440);
    caller.calls("4000");
    caller.presses('1');
    page.until_shows("#event", "ring");
    page.until_shows("#number", NUMBER);
    page.pictures("g7-held");
    phone.answer();
    page.until_shows("#event", "answer");
    caller.hangs_up();
    page.until_shows("#event", "end");
}

#[test]
fn s19_a_page_that_is_not_named_cannot_hold_ours() {
    let crm = Crm::open();
    let house = House::open();
    crm.believes(&house);
    let page = Browser::at_desk(&house, "1001", "en");
    page.visits(&format!("http://{}/?hold=http://{}/", crm.at, house.http));
    soon("the browser refuses", || {
        page.refuses_to_frame().then_some(())
    });
}
