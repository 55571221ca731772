//! E21: a script is tried by hand, by a pipe and at a terminal, and what was tried becomes a test of it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Command, Output, Stdio};

use crate::binary::repository;
use crate::house::House;
use crate::sound::tone_wav;

const CALENDARS: &str =
    "[calendar.office]\nzone = \"Asia/Shanghai\"\nmon-fri = [\"09:00-18:00\"]\n";
const NUMBERS: &str = "[number.\"4000\"]\nscript = \"repair\"\nopen = true\n";

/// The page about scripts.
fn page() -> String {
    std::fs::read_to_string(repository().join("docs/ivr-scripts.md")).unwrap()
}

/// What stands between two marks of the page.
fn between<'p>(page: &'p str, begin: &str, end: &str) -> &'p str {
    let (_, rest) = page.split_once(begin).unwrap();
    rest.split_once(end).unwrap().0
}

/// A house with the first script of the page.
fn house() -> House {
    let page = page();
    let script = between(&page, "```toml\n", "```");
    let house = House::written(&[] as &[(&str, &str)]);
    let write = |path: &str, bytes: &[u8]| {
        let path = house.dir.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    write("ivr/repair.toml", script.as_bytes());
    write("config/calendars.toml", CALENDARS.as_bytes());
    write("config/numbers.toml", NUMBERS.as_bytes());
    for sound in ["zh-CN/welcome", "en/welcome", "zh-CN/goodbye", "en/goodbye"] {
        write(&format!("ivr/prompts/{sound}.wav"), &tone_wav(900.0, 200));
    }
    house
}

fn tried(house: &House, words: &[&str]) -> Command {
    let mut command = house.trunkline();
    command.args(["ivr", "try"]).args(words);
    command
}

/// Types lines by a pipe: whether the command was content, and what it told.
fn typed(house: &House, words: &[&str], lines: &str) -> (bool, String) {
    let mut command = tried(house, words);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(lines.as_bytes())
        .unwrap();
    let Output {
        status,
        stdout,
        stderr,
    } = child.wait_with_output().unwrap();
    let said = String::from_utf8(stdout).unwrap();
    assert!(!said.contains('\u{1b}'), "escape codes in a pipe: {said:?}");
    eprintln!("{}", String::from_utf8_lossy(&stderr));
    (status.success(), said)
}

#[test]
fn e21_the_transcript_of_the_page_is_what_happens() {
    let house = house();
    let page = page();
    let shown = between(
        &page,
        "$ trunkline ivr try repair --at \"2026-11-20 10:00\"\n",
        "```",
    );
    let typing = shown.lines().filter_map(|line| line.strip_prefix("> "));
    let lines: String = typing.map(|line| format!("{line}\n")).collect();
    let told: String = shown
        .lines()
        .filter(|line| !line.starts_with('>'))
        .map(|line| format!("{line}\n"))
        .collect();
    let (good, said) = typed(&house, &["repair", "--at", "2026-11-20 10:00"], &lines);
    assert!(good, "{said}");
    assert_eq!(said, told);
}

#[test]
fn e21_what_was_tried_is_saved_as_a_test_that_passes_and_nothing_else_changes() {
    let house = house();
    let file = house.dir.join("ivr/repair.toml");
    let before = std::fs::read_to_string(&file).unwrap();
    let (good, said) = typed(
        &house,
        &["4000", "--at", "2026-10-01 09:00"],
        ":close office\n1\n:save \"shut at once\"\n:open\n:at 2026-11-20 10:00\n0\n:queue timeout\n:save waits\n",
    );
    assert!(good, "{said}");
    let after = std::fs::read_to_string(&file).unwrap();
    let added = after
        .strip_prefix(&before)
        .expect("all of it stands as it did");
    assert_eq!(
        added,
        r#"
[[test]]
name = "shut at once"
at = "2026-10-01T09:00:00+08:00"
emergency = ["office"]
press = ["1"]
expect = ["menu welcome", "hours office emergency", "hangup"]

[[test]]
name = "waits"
at = "2026-11-20T10:00:00+08:00"
press = ["0"]
queue = { support = "timeout" }
expect = ["menu welcome", "queue support", "hangup"]
"#
    );
    let output = house.trunkline().args(["ivr", "test", "repair"]).output();
    let said = String::from_utf8(output.unwrap().stdout).unwrap();
    assert!(
        said.contains(" shut at once\n") && said.contains(" waits\n"),
        "{said}"
    );
    assert!(said.ends_with("3 passed, 0 failed\n"), "{said}");
}

#[test]
fn e21_a_bad_line_loses_nothing_and_a_changed_file_is_left_alone() {
    let house = house();
    let lines = "hello\n:queue timeout\n:vip gold\n0\n:trace\n:quit\n";
    let (good, said) = typed(&house, &["repair", "--at", "2026-11-20 10:00"], lines);
    assert!(!good, "refused lines make a pipe fail: {said}");
    for told in [
        "`h` is no key of a phone",
        "not at this moment; keys: 1 → open_hours, 0 → agents",
        "write `:vip 0-255`",
        "\nmenu welcome\nqueue support\n",
    ] {
        assert!(said.contains(told), "{told}\n{said}");
    }

    let file = house.dir.join("ivr/repair.toml");
    let mut command = tried(&house, &["repair", "--lang", "zh"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut keys, mut said) = (
        child.stdin.take().unwrap(),
        BufReader::new(child.stdout.take().unwrap()).lines(),
    );
    let mut until = |told: &str| said.any(|line| line.unwrap().contains(told));
    assert!(until("按键：1 → open_hours"));
    let changed = std::fs::read_to_string(&file).unwrap() + "# a colleague was here\n";
    std::fs::write(&file, &changed).unwrap();
    keys.write_all(b"0\n:save late\n").unwrap();
    drop(keys);
    assert!(until("已被改动，未写入"));
    assert!(!child.wait().unwrap().success());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), changed);
}

#[test]
fn e21_at_a_terminal_a_line_is_brought_back_by_a_key() {
    let house = house();
    let command = tried(&house, &["repair", "--at", "2026-11-20 10:00"]);
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<String> = words
        .map(|word| format!("'{}'", word.to_string_lossy()))
        .collect();
    let mut terminal = Command::new("script")
        .args(["-qec", &words.join(" "), "/dev/null"])
        .env("TERM", "xterm")
        .current_dir(repository())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("`script` of util-linux");
    let mut keys = terminal.stdin.take().unwrap();
    let mut screen = terminal.stdout.take().unwrap();
    // The arrow upwards brings the line before back.
    let typing = ["0\r", ":again\r", "\u{1b}[A\r", ":quit\r"];
    let (mut typed, mut said) = (0, Vec::new());
    let mut part = [0; 4_096];
    loop {
        let read = screen.read(&mut part).unwrap_or(0);
        if read == 0 {
            break;
        }
        said.extend(&part[..read]);
        // Each line is typed when it is asked for: what a terminal is told when a prompt stands.
        let asked = String::from_utf8_lossy(&said)
            .matches("\u{1b}[?2004h")
            .count();
        while let Some(line) = typing.get(typed).filter(|_| typed < asked) {
            keys.write_all(line.as_bytes()).unwrap();
            typed += 1;
        }
    }
    let said = String::from_utf8_lossy(&said);
    assert!(terminal.wait().unwrap().success(), "{said}");
    let begun = said.matches("repair · 2026-11-20 10:00").count();
    assert_eq!(begun, 3, "{said}");
    assert!(said.contains("queue support"), "{said}");
}
