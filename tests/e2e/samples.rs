//! The samples of `ivr-scripts/samples`: each is whole as it stands, and each is pressed through by real phones, by baresip with
//! RFC 4733 and by pjsua2 with SIP INFO. What they hear is matched with the prompts' own sounds.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use crate::baresip::{AGENT_HZ, Answers, Baresip};
use crate::binary::{repository, trunkline};
use crate::ear::{Ear, Packets};
use crate::likeness::likeness;
use crate::patience::{soon, until};
use crate::pjsua2::{Pjsua2, Setup};
use crate::sample_house::{Hearing, SPEECH, SampleHouse};
use crate::service::{Reply, Service};
use crate::sound::Recorded;

const LI: &str = "13700000001";
const WANG: &str = "13700000002";
/// What a message must hold before its key is pressed.
const ENOUGH_MS: u64 = 2_500;
/// A key silences a prompt within this.
const BARGE_IN: Duration = Duration::from_millis(150);
/// A packet of a prompt as it was sent is this like it; A-law leaves it so.
const THE_SAME: f64 = 0.95;

/// All samples that are houses, by the names of their folders.
fn samples() -> Vec<String> {
    let folders = std::fs::read_dir(repository().join("ivr-scripts/samples")).unwrap();
    let houses = folders.filter_map(|entry| {
        let path = entry.unwrap().path();
        let name = path.file_name()?.to_str()?.to_owned();
        path.join("config").is_dir().then_some(name)
    });
    let mut houses: Vec<String> = houses.collect();
    houses.sort();
    houses
}

/// What a verb says in the house of a sample as it is committed; it succeeds.
#[track_caller]
fn says(sample: &str, verb: &[&str]) -> String {
    let config = PathBuf::from("ivr-scripts/samples")
        .join(sample)
        .join("config");
    let mut command = trunkline();
    command.arg("--config").arg(config);
    command.args(["--set", &format!("speech.cache={SPEECH}")]);
    let output = command.args(verb).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{sample}: {said}{told}");
    said
}

#[test]
fn e21_every_sample_is_checked_without_a_finding_and_its_tests_take_every_way_out() {
    let samples = samples();
    assert_eq!(
        samples,
        ["12330", "airline", "property", "telecom", "travel"]
    );
    for sample in &samples {
        says(sample, &["prompts", "build"]);
        let check: Value = serde_json::from_str(&says(sample, &["check", "--json"])).unwrap();
        assert_eq!(check, Value::Array(Vec::new()), "{sample}");
        let tests: Value = serde_json::from_str(&says(sample, &["ivr", "test", "--json"])).unwrap();
        for test in tests["tests"].as_array().unwrap() {
            assert_eq!(test["passed"], true, "{sample}: {test}");
        }
        let [coverage] = tests["coverage"].as_array().unwrap().as_slice() else {
            panic!("{sample} is one script: {tests}");
        };
        assert_eq!(coverage["untried"], Value::Array(Vec::new()), "{sample}");
        assert!(coverage["exits"].as_u64().unwrap() > 50, "{sample}");
    }
}

#[test]
fn e13_no_prompt_of_a_sample_bears_the_name_of_a_recording_of_the_demo() {
    for sample in samples() {
        let rows: Value =
            serde_json::from_str(&says(&sample, &["prompts", "list", "--json"])).unwrap();
        for row in rows.as_array().unwrap() {
            assert_ne!(
                row["origin"], "shared",
                "{sample}: {row}: it would say what the demo says"
            );
        }
    }
}

/// A caller with baresip, whose keys are telephone-events.
struct ByEvents<'a> {
    at: &'a SampleHouse,
    phone: Baresip,
    hearing: Hearing,
}

impl<'a> ByEvents<'a> {
    #[track_caller]
    fn calls(at: &'a SampleHouse, number: &str) -> Self {
        let mut phone = at.house.caller(LI, 440);
        phone.calls(number);
        let hearing = Hearing::default();
        Self { at, phone, hearing }
    }

    #[track_caller]
    fn hears(&mut self, names: &[&str]) {
        self.at
            .hears(&mut self.hearing, names, || self.phone.heard(0));
    }

    /// Hears a prompt, which these keys cut.
    #[track_caller]
    fn hears_and_presses(&mut self, name: &str, keys: &str) {
        self.hears(&[name]);
        keys.chars().for_each(|key| self.phone.presses(key));
    }
}

/// A caller with pjsua2, whose keys are INFO requests.
struct ByInfo<'a> {
    at: &'a SampleHouse,
    phone: Pjsua2,
    call: u64,
    hearing: Hearing,
}

impl<'a> ByInfo<'a> {
    #[track_caller]
    fn calls(at: &'a SampleHouse, number: &str) -> Self {
        let mut phone = Pjsua2::start(&Setup {
            dir: &at.house.dir,
            server: at.house.sip,
            user: WANG,
            password: None,
            switches: &[],
        });
        let call = phone.dials(number);
        let hearing = Hearing::default();
        Self {
            at,
            phone,
            call,
            hearing,
        }
    }

    #[track_caller]
    fn hears(&mut self, names: &[&str]) {
        let heard = || self.phone.heard(self.call);
        self.at.hears(&mut self.hearing, names, heard);
    }

    /// Hears a prompt, which these keys cut; each comes as an INFO of its own.
    #[track_caller]
    fn hears_and_presses(&mut self, name: &str, keys: &str) {
        self.hears(&[name]);
        let heard = || {
            let facts = self.at.house.facts();
            let is_key = |fact: &&Value| fact["type"] == "ivr.key" && fact["data"]["way"] == "info";
            facts.iter().filter(is_key).count()
        };
        let before = heard();
        self.phone.presses_by_info(self.call, keys);
        until("each was an INFO", || heard() == before + keys.len());
    }

    fn hangs_up(&mut self) {
        self.phone
            .does(&serde_json::json!({ "do": "hangup", "call": self.call }));
    }
}

/// Waits until a caller has spoken for a while after the tone.
#[track_caller]
fn has_spoken(at: &SampleHouse) {
    until("he has spoken for a while", || {
        let paths = at.house.recordings().into_iter();
        let mut parts = paths.filter(|path| path.to_string_lossy().ends_with("-2.wav"));
        let part = parts.next().and_then(|path| Recorded::read(&path));
        part.is_some_and(|part| part.duration_ms() >= ENOUGH_MS)
    });
}

/// A service that nothing is asked of.
fn unasked() -> Service {
    Service::open(None, Reply::Status(500))
}

#[test]
fn x11_12330_takes_a_message_as_a_case_and_tells_how_it_stands_by_its_number() {
    let at = SampleHouse::open("12330", &unasked());
    let mut wang = ByInfo::calls(&at, "12330");
    wang.hears_and_presses("ip_welcome", "3");
    wang.hears(&["ip_nobody"]);
    wang.hears_and_presses("ip_message", "1");
    has_spoken(&at);
    wang.hangs_up();
    let admin = at.house.sign_in("admin");
    let number = soon("the case", || {
        let tickets = admin.read("/v1/tickets");
        let number = tickets["items"].get(0)?["number"].as_str()?;
        Some(number.replace('-', ""))
    });
    let mut li = ByEvents::calls(&at, "12330");
    li.hears_and_presses("ip_welcome", "4");
    li.hears_and_presses("ip_case", &format!("{number}#"));
    li.hears_and_presses("read_back.1", "1");
    li.hears(&["ip_accepted", "ip_more"]);
    li.phone.hangs_up();
    at.house.until_empty();
}

#[test]
fn e11_airline_a_slow_service_is_waited_for_with_music_and_one_that_is_away_means_a_person() {
    let service = Service::open(None, Reply::Silent);
    let at = SampleHouse::open("airline", &service);
    let mut li = ByEvents::calls(&at, "4100");
    li.hears_and_presses("air_welcome", "2");
    li.hears_and_presses("air_flight", "1301");
    let asked = service.question().line;
    assert_eq!(asked, "GET /api/flights/1301 HTTP/1.1");
    // The answer takes 1.5 s; after 0.7 s there is music.
    std::thread::sleep(Duration::from_millis(1_500));
    service.replies(Reply::Says(
        r#"{"flight":{"status":"delayed","departs":"11:05"}}"#,
    ));
    li.hears(&["music", "delayed.1", "air_flight_more"]);
    li.phone.hangs_up();

    service.replies(Reply::Silent);
    let mut wang = ByInfo::calls(&at, "4100");
    wang.hears_and_presses("air_welcome", "2");
    wang.hears_and_presses("air_flight", "1301");
    // Two tries of 3 s each, then nobody is at work.
    wang.hears(&["music", "air_no_look_up", "air_long_wait"]);
    wang.hangs_up();
    at.house.until_empty();
}

#[test]
fn e11_telecom_an_outage_is_told_before_the_menu_and_a_report_gets_its_number() {
    let outage = r#"{"outage":{"is_down":true,"until":"2026-12-01T18:30:00+08:00"}}"#;
    let service = Service::open(None, Reply::Says(outage));
    let at = SampleHouse::open("telecom", &service);
    let mut li = ByEvents::calls(&at, "4200");
    assert_eq!(
        service.question().line,
        format!("GET /api/outages?line={LI} HTTP/1.1")
    );
    li.hears(&["down_until.1"]);
    li.hears_and_presses("net_outage_menu", "2");
    li.hears_and_presses("net_welcome", "2");
    li.hears_and_presses("net_line_no", "01065529988#");
    service.replies(Reply::Says(r#"{"report":{"number":"BX20261120"}}"#));
    li.hears_and_presses("line_read_back.1", "1");
    assert_eq!(service.question().body["line"], "01065529988");
    li.hears(&["report_told.1", "net_taken"]);
    li.phone.hangs_up();

    service.replies(Reply::Status(404));
    let mut wang = ByInfo::calls(&at, "4200");
    wang.hears_and_presses("net_welcome", "1");
    wang.hears_and_presses("net_modem", "1");
    wang.hears(&["net_line_no"]);
    wang.hangs_up();
    at.house.until_empty();
}

#[test]
fn e16_travel_who_is_in_need_is_with_a_person_after_one_key() {
    let at = SampleHouse::open("travel", &unasked());
    let mut wang = ByInfo::calls(&at, "4300");
    wang.hears_and_presses("trip_welcome", "2");
    wang.hears_and_presses("trip_book", "*");
    wang.hears(&["trip_welcome"]);
    wang.hangs_up();
    let _on_duty = at.house.agent("1001", Answers::AtOnce);
    at.house.sign_in("1001").until_state("ready");
    let mut li = ByEvents::calls(&at, "4300");
    li.hears_and_presses("trip_welcome", "1");
    li.hears(&["trip_emergency"]);
    li.phone.until_hears(0, AGENT_HZ.into(), 500);
    li.phone.hangs_up();
    at.house.until_empty();
}

#[test]
fn e15_property_a_flat_is_read_back_and_the_defect_is_spoken() {
    let service = Service::open(
        None,
        Reply::Says(r#"{"owed":860.5,"paid_to":"2026-06-30"}"#),
    );
    let at = SampleHouse::open("property", &service);
    let mut wang = ByInfo::calls(&at, "4400");
    wang.hears_and_presses("fix_welcome", "3");
    wang.hears_and_presses("fix_flat", "31002#");
    assert_eq!(
        service.question().line,
        "GET /api/flats/31002/fees HTTP/1.1"
    );
    wang.hears(&["fee_owed.1", "fix_after"]);
    wang.hangs_up();

    let mut li = ByEvents::calls(&at, "4400");
    li.hears_and_presses("fix_welcome", "2");
    li.hears_and_presses("fix_kind", "1");
    li.hears_and_presses("fix_flat", "31002#");
    li.hears_and_presses("flat_read_back.1", "1");
    li.hears_and_presses("fix_his_phone", "1");
    li.hears_and_presses("fix_defect", "1");
    has_spoken(&at);
    li.phone.presses('#');
    li.hears_and_presses("message_review", "1");
    li.hears(&["fix_taken"]);
    li.phone.hangs_up();
    at.house.until_empty();
}

/// Which packets of a prompt came, each with its place in it, as long as they came one after the other.
struct Heard {
    /// The first of those that were heard.
    first: usize,
    prompt: Vec<Vec<f32>>,
}

impl Heard {
    /// Finds the prompt by its loudest packet within the first second.
    fn find(prompt: &[i16], packets: &Packets) -> Option<Self> {
        let prompt: Vec<Vec<f32>> = prompt.chunks_exact(160).map(floats).collect();
        let loudest =
            (0..50).max_by(|one, other| power(&prompt[*one]).total_cmp(&power(&prompt[*other])))?;
        let at = packets
            .iter()
            .position(|(_, samples)| likeness(&floats(samples), &prompt[loudest]) > THE_SAME)?;
        let first = at.checked_sub(loudest)?;
        Some(Self { first, prompt })
    }

    /// Whether a packet is what the prompt says there.
    fn is_prompt(&self, packets: &Packets, at: usize) -> bool {
        let expected = at
            .checked_sub(self.first)
            .and_then(|at| self.prompt.get(at));
        expected.is_some_and(|expected| likeness(&floats(&packets[at].1), expected) > THE_SAME)
    }

    /// Whether nothing of the prompt's next packets is silence: then one that is not heard was cut.
    fn speaks_on(&self, from: usize, packets: usize) -> bool {
        let next = self
            .prompt
            .get(from - self.first..from - self.first + packets);
        next.is_some_and(|next| next.iter().all(|packet| power(packet) > 300.0))
    }
}

fn floats(samples: &[i16]) -> Vec<f32> {
    samples.iter().map(|sample| f32::from(*sample)).collect()
}

/// The mean level of a packet.
fn power(packet: &[f32]) -> f32 {
    let sum: f32 = packet.iter().map(|sample| sample * sample).sum();
    (sum / packet.len() as f32).sqrt()
}

#[test]
fn e4_a_key_silences_a_prompt_within_150_ms() {
    let at = SampleHouse::open("airline", &unasked());
    let welcome = at.sound("air_welcome").samples;
    let mut cuts = Vec::new();
    for _ in 0..3 {
        let caller = Ear::calls(at.house.sip, "4100");
        // Where the next half second is spoken without a pause.
        let heard = soon("a place to cut", || {
            let packets = caller.packets();
            let heard = Heard::find(&welcome, &packets)?;
            (packets.len() > heard.first && heard.speaks_on(packets.len(), 12)).then_some(heard)
        });
        let pressed = caller.presses(2);
        let flight = at.sound("air_flight").samples;
        soon("what the key leads to", || {
            Heard::find(&flight, &caller.packets())
        });
        let packets = caller.packets();
        let last = (0..packets.len())
            .rev()
            .find(|at| heard.is_prompt(&packets, *at));
        let last = last.expect("it was heard");
        let cut = packets[last].0.saturating_duration_since(pressed);
        assert!(heard.speaks_on(last + 1, 1), "it was silent by itself");
        cuts.push(cut);
    }
    println!("from the key's first packet to the last of the prompt: {cuts:?}");
    assert!(cuts.iter().all(|cut| *cut <= BARGE_IN), "{cuts:?}");
}
