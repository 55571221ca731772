//! What a newcomer does after `make run`: the demo as it stands, a call by `trunkline call`, answered by `trunkline call
//! --answer`. Through real SIP and RTP, with the phone that is built in.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command};

use crate::house::{House, PASSWORD, signal};
use crate::patience::{soon, until};

#[test]
fn a_newcomer_hears_the_demo() {
    let house = House::demo();
    let server = house.sip.to_string();
    let agent_says = house.dir.join("agent.out");
    let mut command = house.trunkline();
    command.args([
        "call",
        "--answer",
        "--as",
        "1001",
        "--password",
        PASSWORD,
        "--tone",
        "880",
        "--server",
        &server,
    ]);
    let mut agent = Phone::start(&mut command, &agent_says);
    until("the agent's phone is registered", || {
        read(&agent_says).contains("registered for")
    });
    house.sign_in("1001").until_state("ready");

    let caller_says = house.dir.join("caller.out");
    let mut command = house.trunkline();
    command.args([
        "call", "4000", "--press", "1s:1", "--tone", "440", "--for", "5", "--server", &server,
    ]);
    let mut caller = Phone::start(&mut command, &caller_says);
    assert_eq!(caller.ended(), Some(0), "{}", read(&caller_says));
    assert!(hears(&caller_says, 880.0), "{}", read(&caller_says));
    assert!(
        read(&caller_says).contains("0 lost"),
        "{}",
        read(&caller_says)
    );

    signal(&agent.0, "INT");
    assert_eq!(agent.ended(), Some(0), "{}", read(&agent_says));
    assert!(hears(&agent_says, 440.0), "{}", read(&agent_says));
    house.until_empty();
}

#[test]
fn a_colleague_is_dialled_by_his_login() {
    let house = House::demo();
    let server = house.sip.to_string();
    let says = |name: &str| house.dir.join(format!("{name}.out"));
    let call = |arguments: &[&str], name: &str| {
        let mut command = house.trunkline();
        command.arg("call").args(arguments);
        command.args(["--password", PASSWORD, "--server", &server]);
        Phone::start(&mut command, &says(name))
    };
    let answering = call(&["--answer", "--as", "1002", "--tone", "880"], "answers");
    until("the colleague's phone is registered", || {
        read(&says("answers")).contains("registered for")
    });
    let talk = ["1002", "--as", "1001", "--tone", "440", "--for", "4"];
    assert_eq!(call(&talk, "talks").ended(), Some(0));
    assert!(hears(&says("talks"), 880.0), "{}", read(&says("talks")));
    assert!(read(&says("talks")).contains("ringing (180)"));
    // Who is not there, and what is no number: told by the status, not by silence.
    for (number, status) in [("1003", "480"), ("1009", "404")] {
        let name = format!("calls {number}");
        assert_eq!(call(&[number, "--as", "1001"], &name).ended(), Some(1));
        let told = read(&says(&name));
        assert!(told.contains(&format!("refused: {status}")), "{told}");
    }
    drop(answering);
    house.until_empty();
}

#[test]
fn c12_an_agents_own_call_makes_him_busy() {
    let house = House::demo();
    let server = house.sip.to_string();
    let call = |arguments: &[&str], name: &str| {
        let mut command = house.trunkline();
        command.arg("call").args(arguments);
        command.args(["--as", "1002", "--password", PASSWORD, "--server", &server]);
        Phone::start(&mut command, &house.dir.join(name))
    };
    let _desk_phone = call(&["--answer"], "desk.out");
    let agent = house.sign_in("1002");
    agent.until_state("ready");
    let mut own = call(&["4000", "--for", "4"], "own.out");
    agent.until_state("talking");
    assert_eq!(own.ended(), Some(0));
    agent.until_state("ready");
}

/// A process of the built-in phone; dropped, it is killed.
struct Phone(Child);

impl Phone {
    fn start(command: &mut Command, says: &Path) -> Self {
        let says = File::create(says).unwrap();
        command.stdout(says.try_clone().unwrap()).stderr(says);
        Self(command.spawn().unwrap())
    }

    #[track_caller]
    fn ended(&mut self) -> Option<i32> {
        soon("the phone's end", || self.0.try_wait().unwrap()).code()
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        let _already_gone = self.0.kill();
        let _reaped = self.0.wait();
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// Whether a narration tells of a tone within 5 Hz.
fn hears(narration: &Path, hz: f64) -> bool {
    read(narration).split("a tone of ").skip(1).any(|rest| {
        let told = rest
            .split(' ')
            .next()
            .and_then(|told| told.parse::<f64>().ok());
        told.is_some_and(|told| (told - hz).abs() <= 5.0)
    })
}
