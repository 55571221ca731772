//! The configuration of the stories: a small hotline whose every sound is a tone of its own.

use std::path::Path;

use crate::sound::tone_wav;

/// What a waiting caller hears.
pub(crate) const MUSIC_HZ: f64 = 620.0;
/// The menu's prompt.
pub(crate) const WELCOME_HZ: f64 = 1_300.0;

const TRUNKLINE: &str = r#"
[agents]
sign_in = "phone"
[demo]
seed = true
"#;

const QUEUES: &str = r#"
[queue.support]
strategy = "longest-idle"
ring_timeout_s = 30
wrap_up_s = 2
max_wait_s = 120
[queue.sales]
strategy = "ring-all"
wrap_up_s = 2
"#;

const NUMBERS: &str = r#"
[number."4000"]
script = "main"
open = true
[number."4100"]
script = "bell"
open = true
"#;

const MAIN: &str = r#"
title = { en = "Hotline of the stories" }
languages = ["en"]
start = "welcome"

[prompt.welcome]
en = "For support press 1, for sales press 2."
[prompt.goodbye]
en = "Goodbye."

[menu.welcome]
prompt = "welcome"
keys = { 1 = "support", 2 = "sales" }
timeout_s = 30
on_failure = "goodbye"

[queue.support]
queue = "support"
on_timeout = "goodbye"
on_no_agents = "goodbye"

[queue.sales]
queue = "sales"
on_timeout = "goodbye"
on_no_agents = "goodbye"

[hangup.goodbye]
prompt = "goodbye"
"#;

/// A matter that needs nobody: it sounds, and the call is over.
const BELL: &str = r#"
title = { en = "Bell" }
languages = ["en"]
start = "bell"

[prompt.goodbye]
en = "Goodbye."

[hangup.bell]
prompt = "goodbye"
"#;

/// Writes `config/` and `ivr/` below a folder.
pub(crate) fn write(dir: &Path) {
    let sounds = [
        ("ivr/prompts/en/welcome.wav", tone_wav(WELCOME_HZ, 1_000)),
        ("ivr/prompts/en/goodbye.wav", tone_wav(1_700.0, 300)),
        ("ivr/music/default.wav", tone_wav(MUSIC_HZ, 1_000)),
    ];
    let texts = [
        ("config/trunkline.toml", TRUNKLINE),
        ("config/queues.toml", QUEUES),
        ("config/numbers.toml", NUMBERS),
        ("ivr/main.toml", MAIN),
        ("ivr/bell.toml", BELL),
    ];
    let texts = texts.map(|(path, text)| (path, text.as_bytes().to_vec()));
    for (path, bytes) in sounds.into_iter().chain(texts) {
        let path = dir.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}
