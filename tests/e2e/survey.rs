//! Surveys after a talk, end to end (J1-J4): a real agent hangs up, a real caller is asked and answers low, his ticket stands before
//! he is off the line, and the figures tell it.

use serde_json::{Value, json};

use crate::baresip::{AGENT_HZ, Answers};
use crate::browser::Browser;
use crate::events::Stream;
use crate::house::House;
use crate::patience::{soon, until};
use crate::sound::tone_wav;

const CALLER_HZ: u32 = 440;
/// The question's prompt.
const ASK_HZ: f64 = 2_100.0;
/// That of a second question.
const AGAIN_HZ: f64 = 2_700.0;
/// The last word.
const THANKS_HZ: f64 = 2_500.0;
/// The word of the house for a comment that cannot be kept; nobody hears it here.
const FAILED_HZ: f64 = 3_000.0;

const FORM: &str = r#"[survey.service]
title = { en = "Service" }
languages = ["en"]
thanks = { en = "Thank you." }
timeout_s = 15
ticket = { type = "complaint", category = "service" }
[[survey.service.question]]
name = "solved"
prompt = { en = "Did we solve it? 1 not at all, 5 entirely." }
"#;

const SECOND: &str = r#"[[survey.service.question]]
name = "again"
prompt = { en = "Would you call again? 1 never, 5 gladly." }
"#;

/// The hotline of the stories, whose support asks so many of a hundred.
fn house(percent: u8) -> House {
    asking(percent, FORM)
}

/// The same with another form.
fn asking(percent: u8, form: &str) -> House {
    let mut house = House::written(&[] as &[(&str, &str)]);
    let queues = house.dir.join("config/queues.toml");
    let text = std::fs::read_to_string(&queues).expect("the stories' queues");
    let asks = format!("[queue.support]\nsurvey = {{ form = \"service\", percent = {percent} }}\n");
    std::fs::write(queues, text.replace("[queue.support]\n", &asks)).expect("written");
    std::fs::write(house.dir.join("config/surveys.toml"), form).expect("written");
    let prompts = house.dir.join("ivr/prompts");
    std::fs::create_dir_all(prompts.join("survey.service/en")).expect("a folder");
    for (name, hz) in [
        ("survey.service/en/solved", ASK_HZ),
        ("survey.service/en/again", AGAIN_HZ),
        ("survey.service/en/thanks", THANKS_HZ),
        ("en/message_failed", FAILED_HZ),
    ] {
        let path = prompts.join(format!("{name}.wav"));
        std::fs::write(path, tone_wav(hz, 1_000)).expect("a prompt");
    }
    house.start();
    house
}

fn position(facts: &[Value], name: &str) -> Option<usize> {
    facts.iter().position(|fact| fact["type"] == name)
}

#[test]
fn j1_the_agent_hangs_up_the_caller_is_asked_and_a_low_score_is_a_ticket_while_he_is_there() {
    let house = house(100);
    let agent = house.sign_in("1001");
    let wall = Stream::follow(&house.sign_in("admin"), None);
    let mut phone = house.agent("1001", Answers::AtOnce);
    agent.until_state("ready");
    let mut caller = house.caller("13700000001", CALLER_HZ);
    caller.asks_for('1');
    caller.until_hears(0, AGENT_HZ.into(), 500);
    phone.hangs_up();
    caller.until_hears(0, ASK_HZ, 300);
    wall.event("survey.asked");
    assert_ne!(agent.state(), "talking", "he is free of the caller");
    caller.presses('1');
    caller.until_hears(0, THANKS_HZ, 300);
    house.until_empty();
    let facts = house.facts();
    let created = position(&facts, "ticket.created");
    let ended = position(&facts, "call.ended");
    assert!(
        created.is_some() && created < ended,
        "{created:?} {ended:?}"
    );
    let admin = house.sign_in("admin");
    let ticket = soon("the ticket with the talk's recording", || {
        let list = admin.read("/v1/tickets?limit=10");
        let items = list["items"].as_array()?;
        let low = items.iter().find(|it| it["ticket_type"] == "complaint")?;
        let path = format!("/v1/tickets/{}", low["id"].as_str()?);
        let ticket = admin.read(&path);
        let entries = ticket["entries"].as_array()?;
        let linked = entries
            .iter()
            .any(|it| it["event"]["type"] == "recording_linked");
        linked.then_some(ticket)
    });
    assert_eq!(ticket["queue"], "support");
    assert_eq!(ticket["fields"]["score"], json!({ "number": "1" }));
    let form = soon("the figures", || {
        let list = admin.read("/v1/surveys");
        list["items"]
            .get(0)
            .cloned()
            .filter(|it| it["figures"]["complete"] == 1)
    });
    let figures = &form["figures"];
    assert_eq!(
        (&figures["asked"], &figures["answered"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(figures["response_rate"]["value"], 1.0);
    let question = &figures["questions"][0];
    assert_eq!(question["distribution"], json!({ "1": 1 }));
    assert_eq!(form["pushed_by_agent"]["asked"], 0);
    assert_eq!(form["queues"][0]["queue"], "support");
    // His own figures are an agent's, and others' are not.
    let own = agent.read("/v1/surveys");
    assert_eq!(own["items"][0]["figures"]["asked"], 1);
    let other = house.sign_in("1002");
    assert_eq!(other.read("/v1/surveys")["items"], json!([]));
}

#[test]
fn j1_what_was_answered_outlives_a_kill_while_the_caller_is_asked_on() {
    let mut house = asking(100, &format!("{FORM}{SECOND}"));
    let agent = house.sign_in("1001");
    let mut phone = house.agent("1001", Answers::AtOnce);
    agent.until_state("ready");
    let mut caller = house.caller("13700000001", CALLER_HZ);
    caller.asks_for('1');
    caller.until_hears(0, AGENT_HZ.into(), 500);
    phone.hangs_up();
    caller.until_hears(0, ASK_HZ, 300);
    caller.presses('1');
    caller.until_hears(0, AGAIN_HZ, 300);
    until("the answer is written", || {
        position(&house.facts(), "survey.answered").is_some()
    });
    house.signal("KILL");
    house.ended();
    house.start();
    let admin = house.sign_in("admin");
    let form = soon("the figures", || {
        let list = admin.read("/v1/surveys");
        list["items"]
            .get(0)
            .cloned()
            .filter(|it| it["figures"]["answered"] == 1)
    });
    let figures = &form["figures"];
    assert_eq!(
        (&figures["asked"], &figures["complete"]),
        (&json!(1), &json!(0))
    );
    let question = &figures["questions"][0];
    assert_eq!(question["distribution"], json!({ "1": 1 }), "{figures}");
    soon("the ticket of the low score", || {
        let list = admin.read("/v1/tickets?limit=10");
        let items = list["items"].as_array()?;
        items
            .iter()
            .find(|it| it["ticket_type"] == "complaint")
            .cloned()
    });
    // J3: it is about the agent, and so none of his.
    let own = house.sign_in("1001").read("/v1/tickets?limit=10");
    let own = own["items"].as_array().cloned().unwrap_or_default();
    assert!(
        own.iter().all(|it| it["ticket_type"] != "complaint"),
        "{own:?}"
    );
}

#[test]
fn j2_the_button_stands_where_the_queue_has_a_survey_and_nowhere_else() {
    let house = House::open();
    let agent = house.sign_in("1001");
    let _phone = house.agent("1001", Answers::AtOnce);
    agent.until_state("ready");
    let page = Browser::at_desk(&house, "1001", "en");
    let mut caller = house.caller("13700000001", CALLER_HZ);
    caller.asks_for('1');
    caller.until_hears(0, AGENT_HZ.into(), 500);
    page.until_shows("#talk-hold", "Hold");
    let hidden = page.script("return document.querySelector('#talk-survey').hidden");
    assert_eq!(hidden, true);
}

#[test]
fn j2_the_agent_pushes_it_on_his_page_and_it_is_counted_apart() {
    let house = house(0);
    let agent = house.sign_in("1001");
    let _phone = house.agent("1001", Answers::AtOnce);
    agent.until_state("ready");
    let page = Browser::at_desk(&house, "1001", "en");
    let mut caller = house.caller("13700000001", CALLER_HZ);
    caller.asks_for('1');
    caller.until_hears(0, AGENT_HZ.into(), 500);
    page.until_shows("#talk-survey", "To the survey");
    page.clicks("#talk-survey");
    caller.until_hears(0, ASK_HZ, 300);
    // He is free of the caller: his page shows no talk, and his wrap-up.
    soon("the end of the talk on the page", || {
        let shown = page.script("return !document.querySelector('#talk').hidden");
        (shown == false).then_some(())
    });
    assert_ne!(agent.state(), "talking");
    caller.presses('5');
    caller.until_hears(0, THANKS_HZ, 300);
    house.until_empty();
    let form = soon("the figures", || {
        let list = agent.read("/v1/surveys");
        list["items"]
            .get(0)
            .cloned()
            .filter(|it| it["pushed_by_agent"]["complete"] == 1)
    });
    assert_eq!(form["figures"]["asked"], 0, "{form}");
    assert_eq!(
        form["pushed_by_agent"]["questions"][0]["distribution"],
        json!({ "5": 1 })
    );
}
