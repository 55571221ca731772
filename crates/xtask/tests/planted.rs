//! A small house in a temporary folder, one planted breach for every rule, and the real house at the end.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use xtask::{Finding, House, RULES, Severity, tidy};

/// Files of a house that follows every rule: path and text.
const CLEAN: &[(&str, &str)] = &[
    (
        "Cargo.toml",
        r#"
[workspace]
resolver = "3"
members = ["crates/*"]
[workspace.lints.rust]
unsafe_code = "forbid"
[workspace.metadata.floors]
1 = ["sip", "audio", "model"]
2 = ["acd", "ivr"]
3 = ["engine", "net"]
4 = ["web"]
[workspace.metadata.tidy]
core = ["sip", "audio", "model", "acd", "ivr", "engine"]
developer = ["sim"]
never = [["web", "sip"]]
[workspace.metadata.homes]
hound = { crates = ["audio"], files = ["crates/audio/src/wav.rs"] }
tokio = { crates = ["net", "web"] }
rsip = { crates = [], dev = ["sip"] }
"#,
    ),
    (
        "crates/audio/src/codec.rs",
        "//! Codecs.\nmod pcma;\npub static CODECS: [u8; 1] = [pcma::ROW];\n",
    ),
    (
        "crates/audio/src/codec/pcma.rs",
        "//! A-law.\npub(super) const ROW: u8 = 8;\n",
    ),
    (
        "crates/audio/src/wav.rs",
        "//! WAV.\npub use hound::Error;\n",
    ),
    (
        "crates/acd/src/strategy.rs",
        "//! Strategies.\nmod random;\nconst TABLE: &[u8] = &[random::ROW];\n",
    ),
    (
        "crates/acd/src/strategy/random.rs",
        "//! Random.\npub(super) const ROW: u8 = 0;\n",
    ),
    (
        "crates/acd/src/strategy/tests.rs",
        "//! Tests are no strategy.\n",
    ),
    (
        "crates/ivr/src/node.rs",
        "//! Nodes.\nmod play;\nconst TABLE: &[u8] = &[play::ROW];\n",
    ),
    (
        "crates/ivr/src/node/play.rs",
        "//! Play.\npub(super) const ROW: u8 = 0;\n",
    ),
    (
        "crates/engine/src/turn.rs",
        "//! Not `Instant::now()`, not a Mutex.\nconst A: &str = \"Instant::now() .await\";\n\
         #[cfg(test)]\nmod tests {\n    fn clock() { std::time::Instant::now(); }\n}\n",
    ),
];

/// Crates of the clean house: name, core, what stands under `[dependencies]` and behind.
const CRATES: &[(&str, bool, &str)] = &[
    (
        "sip",
        true,
        "[dev-dependencies]\nmodel = { path = \"../model\" }\nrsip = \"1\"\n",
    ),
    ("audio", true, "[dependencies]\nhound = \"1\"\n"),
    ("model", true, ""),
    (
        "acd",
        true,
        "[dependencies]\nmodel = { path = \"../model\" }\n[dev-dependencies]\nivr = { path = \"../ivr\" }\n",
    ),
    (
        "ivr",
        true,
        "[dependencies]\nmodel = { path = \"../model\" }\n",
    ),
    (
        "engine",
        true,
        "[dependencies]\nacd = { path = \"../acd\" }\nsip = { path = \"../sip\" }\n",
    ),
    (
        "net",
        false,
        "[dependencies]\ntokio = \"1\"\nsip = { path = \"../sip\" }\n",
    ),
    (
        "web",
        false,
        "[dependencies]\nengine = { path = \"../engine\" }\ntokio = \"1\"\n",
    ),
    (
        "sim",
        false,
        "[dependencies]\nengine = { path = \"../engine\" }\n",
    ),
];

/// A house of its own for each test, removed at the end.
struct Fake {
    root: PathBuf,
}

impl Fake {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let root =
            std::env::temp_dir().join(format!("trunkline-tidy-{}-{number}", std::process::id()));
        let fake = Self { root };
        for (name, core, tail) in CRATES {
            fake.write(&format!("crates/{name}/Cargo.toml"), &manifest(name, tail));
            fake.write(&format!("crates/{name}/src/lib.rs"), "//! A room.\n");
            if !core {
                fake.write(
                    &format!("crates/{name}/clippy.toml"),
                    "allow-unwrap-in-tests = true\n",
                );
            }
        }
        for (path, text) in CLEAN {
            fake.write(path, text);
        }
        fake
    }

    fn write(&self, path: &str, text: &str) -> &Self {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Adds lines to a manifest or any other file.
    fn append(&self, path: &str, text: &str) -> &Self {
        let old = fs::read_to_string(self.root.join(path)).unwrap_or_default();
        self.write(path, &(old + text))
    }

    fn replace(&self, path: &str, old: &str, new: &str) -> &Self {
        let text = fs::read_to_string(self.root.join(path)).unwrap();
        assert!(text.contains(old), "{old} is not in {path}");
        self.write(path, &text.replace(old, new))
    }

    fn findings(&self) -> Vec<Finding> {
        tidy(&House::load(&self.root).unwrap())
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

fn manifest(name: &str, tail: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[lints]\nworkspace = true\n{tail}"
    )
}

#[test]
fn a_clean_house_is_clean() {
    assert_eq!(Fake::new().findings(), []);
}

type Plant = fn(&Fake);

/// Rule, path and line where it must be found, and how the breach is planted.
const PLANTS: &[(&str, &str, usize, Plant)] = &[
    ("standing", "crates/attic/Cargo.toml", 0, |fake| {
        fake.write("crates/attic/Cargo.toml", &manifest("attic", ""))
            .write("crates/attic/src/lib.rs", "//! Nobody knows me.\n")
            .write("crates/attic/clippy.toml", "");
    }),
    ("standing", "crates/net/Cargo.toml", 0, |fake| {
        fake.replace("Cargo.toml", "4 = [\"web\"]", "4 = [\"web\", \"net\"]");
    }),
    ("standing", "Cargo.toml", 0, |fake| {
        fake.replace("Cargo.toml", "[\"sim\"]", "[\"sim\", \"ghost\"]");
    }),
    // Upwards.
    ("floors", "crates/acd/Cargo.toml", 8, |fake| {
        fake.replace(
            "crates/acd/Cargo.toml",
            "model = { path = \"../model\" }",
            "engine = { path = \"../engine\" }",
        );
    }),
    // Sideways: the rooms of one floor never meet.
    ("floors", "crates/ivr/Cargo.toml", 9, |fake| {
        fake.append("crates/ivr/Cargo.toml", "acd = { path = \"../acd\" }\n");
    }),
    // A build script is no way around.
    ("floors", "crates/ivr/Cargo.toml", 10, |fake| {
        fake.append(
            "crates/ivr/Cargo.toml",
            "[build-dependencies]\nengine = { path = \"../engine\" }\n",
        );
    }),
    // A test looks up.
    ("floors", "crates/ivr/Cargo.toml", 10, |fake| {
        fake.append(
            "crates/ivr/Cargo.toml",
            "[dev-dependencies]\nengine = { path = \"../engine\" }\n",
        );
    }),
    ("floors", "crates/web/Cargo.toml", 10, |fake| {
        fake.append("crates/web/Cargo.toml", "sim = { path = \"../sim\" }\n");
    }),
    ("stones", "crates/sip/Cargo.toml", 8, |fake| {
        fake.write(
            "crates/sip/Cargo.toml",
            &manifest("sip", "[dependencies]\nmodel = { path = \"../model\" }\n"),
        );
    }),
    ("never", "crates/web/Cargo.toml", 10, |fake| {
        fake.append("crates/web/Cargo.toml", "sip = { path = \"../sip\" }\n");
    }),
    ("homes", "crates/engine/Cargo.toml", 10, |fake| {
        fake.append("crates/engine/Cargo.toml", "hound = \"1\"\n");
    }),
    // Allowed in the tests of `sip`, not in its code.
    ("homes", "crates/sip/Cargo.toml", 9, |fake| {
        fake.replace(
            "crates/sip/Cargo.toml",
            "[dev-dependencies]",
            "[dependencies]",
        )
        .replace(
            "crates/sip/Cargo.toml",
            "model = { path = \"../model\" }",
            "",
        );
    }),
    ("homes", "crates/audio/src/lib.rs", 2, |fake| {
        fake.append("crates/audio/src/lib.rs", "pub type E = hound::Error;\n");
    }),
    ("homes", "Cargo.toml", 0, |fake| {
        fake.replace("Cargo.toml", "audio/src/wav.rs", "audio/src/gone.rs");
    }),
    ("core-imports", "crates/model/Cargo.toml", 8, |fake| {
        fake.append(
            "crates/model/Cargo.toml",
            "[dependencies]\ngetrandom = \"0.4\"\n",
        );
    }),
    ("badge", "crates/model/clippy.toml", 0, |fake| {
        fake.write("crates/model/clippy.toml", "");
    }),
    ("badge", "crates/net/Cargo.toml", 0, |fake| {
        fs::remove_file(fake.root.join("crates/net/clippy.toml")).unwrap();
    }),
    ("badge", "crates/net/Cargo.toml", 0, |fake| {
        fake.replace("crates/net/Cargo.toml", "[lints]\nworkspace = true\n", "");
    }),
    ("tables", "crates/acd/src/strategy/linear.rs", 0, |fake| {
        fake.write("crates/acd/src/strategy/linear.rs", "//! No mod.\n");
    }),
    ("tables", "crates/ivr/src/node/menu.rs", 0, |fake| {
        fake.write("crates/ivr/src/node/menu.rs", "//! No row.\n")
            .append("crates/ivr/src/node.rs", "mod menu;\nuse menu::Menu;\n");
    }),
    ("tables", "crates/audio/src/codec.rs", 0, |fake| {
        fs::remove_file(fake.root.join("crates/audio/src/codec.rs")).unwrap();
    }),
    ("module-docs", "crates/web/src/view.rs", 1, |fake| {
        fake.write("crates/web/src/view.rs", "// Not a doc.\nfn a() {}\n");
    }),
    ("module-docs", "crates/web/tests/story.rs", 1, |fake| {
        fake.write("crates/web/tests/story.rs", "//!\n");
    }),
    ("names", "crates/web/src/view/mod.rs", 0, |fake| {
        fake.write("crates/web/src/view/mod.rs", "//! Old style.\n");
    }),
    ("names", "crates/web/src/utils.rs", 0, |fake| {
        fake.write("crates/web/src/utils.rs", "//! A drawer.\n");
    }),
    ("names", "crates/web/src/common/page.rs", 0, |fake| {
        fake.write("crates/web/src/common/page.rs", "//! In a drawer.\n");
    }),
    ("length", "crates/web/src/long.rs", 0, |fake| {
        fake.write(
            "crates/web/src/long.rs",
            &format!("//! Long.\n{}", "//\n".repeat(800)),
        );
    }),
    ("words", "crates/web/src/lib.rs", 2, |fake| {
        fake.append("crates/web/src/lib.rs", "fn a() { todo!() }\n");
    }),
    ("words", "crates/web/src/lib.rs", 2, |fake| {
        fake.append("crates/web/src/lib.rs", "// FIXME: one day\n");
    }),
];

#[test]
fn every_planted_breach_is_found_where_it_is() {
    for (rule, path, line, plant) in PLANTS {
        let fake = Fake::new();
        plant(&fake);
        let findings = fake.findings();
        let found = findings.iter().any(|it| {
            it.rule == *rule
                && it.path == Path::new(path)
                && it.line == *line
                && it.severity == Severity::Breach
        });
        assert!(found, "{rule} at {path}:{line} is not among {findings:#?}");
    }
}

/// Each group of banned words in a core crate, one word after the other.
#[test]
fn what_touches_the_world_is_found_in_a_core_crate_only() {
    for line in [
        "let t = Instant::now();",
        "let t = std::time::SystemTime::now();",
        "let t = jiff::Timestamp::now();",
        "x.await;",
        "async fn f() {}",
        "std::thread::spawn(f);",
        "let m: Mutex<u8>;",
        "let m: std::sync::RwLock<u8>;",
        "let s: std::net::UdpSocket;",
        "use std::net::TcpListener;",
        "std::fs::read(p);",
        "File::open(p);",
        "let r = rand::random();",
        "getrandom::fill(b);",
    ] {
        let code = format!("//! Doc.\nfn a() {{ {line} }}\n");
        let fake = Fake::new();
        fake.write("crates/engine/src/planted.rs", &code);
        let findings = fake.findings();
        assert!(
            findings
                .iter()
                .any(|it| it.rule == "core-calls" && it.line == 2),
            "{line}: {findings:#?}"
        );
        let fake = Fake::new();
        fake.write("crates/net/src/planted.rs", &code);
        fake.write("crates/engine/tests/planted.rs", &code);
        assert_eq!(fake.findings(), [], "{line} in a shell and in a test");
    }
}

#[test]
fn a_long_file_is_told_and_no_more() {
    let fake = Fake::new();
    fake.write(
        "crates/web/src/longish.rs",
        &format!("//! Longish.\n{}", "//\n".repeat(400)),
    );
    let findings = fake.findings();
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert_eq!(
        (findings[0].rule, findings[0].severity),
        ("length", Severity::Warning)
    );
}

/// A rule without a planted breach proves nothing.
#[test]
fn every_rule_has_a_plant() {
    for rule in RULES {
        let planted =
            PLANTS.iter().any(|(name, ..)| *name == rule.name) || rule.name == "core-calls";
        assert!(planted, "{} has no planted breach", rule.name);
    }
}

#[test]
fn a_finding_says_where_which_rule_and_what_to_do() {
    let fake = Fake::new();
    fake.append("crates/web/src/lib.rs", "// FIXME: one day\n");
    let findings = fake.findings();
    assert_eq!(
        findings[0].to_string(),
        "crates/web/src/lib.rs:2: words: `FIXME`: do it, or write it into the tracker"
    );
}

#[test]
fn tidy_the_house() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap();
    let findings = tidy(&House::load(root).unwrap());
    let breaches: Vec<String> = findings
        .iter()
        .filter(|it| it.severity == Severity::Breach)
        .map(ToString::to_string)
        .collect();
    assert!(breaches.is_empty(), "\n{}", breaches.join("\n"));
}
