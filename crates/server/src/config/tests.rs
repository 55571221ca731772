//! The demo's files, changed one at a time: what is taken, what is told.

use std::sync::atomic::{AtomicU32, Ordering};

use speech::Language;

use super::*;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A folder with the repository's own demo, one file of it changed.
fn scratch(name: &str, change: impl FnOnce(String) -> String) -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let dir =
        std::env::temp_dir().join(format!("trunkline-config-{}-{number}", std::process::id()));
    copy_tree(&repository().join("config"), &dir);
    let text = std::fs::read_to_string(dir.join(name)).unwrap();
    std::fs::write(dir.join(name), change(text)).unwrap();
    dir
}

fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_tree(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// What is wrong with the demo once one file of it is changed.
fn told(name: &str, change: impl FnOnce(String) -> String) -> Vec<String> {
    let findings = loaded(name, change).err().unwrap_or_default();
    said::lines(&findings)
}

fn loaded(name: &str, change: impl FnOnce(String) -> String) -> Result<Loaded, Vec<Diagnostic>> {
    let dir = scratch(name, change);
    let scripts = repository().join("ivr-scripts");
    let source = Source {
        dir: dir.clone(),
        overrides: vec![format!("ivr.dir={}", scripts.display())],
        instead: Default::default(),
    };
    let loaded = source.load(1, None);
    std::fs::remove_dir_all(dir).unwrap();
    loaded
}

#[test]
fn pages_come_by_the_certificate_of_tls_or_by_one_of_their_own() {
    let folder = std::env::temp_dir().join(format!("trunkline-https-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let paper = |name: &str| {
        let made = rcgen::generate_simple_self_signed(vec![format!("{name}.example")]).unwrap();
        let path = folder.join(name).display().to_string();
        std::fs::write(format!("{path}.pem"), made.cert.pem()).unwrap();
        std::fs::write(format!("{path}.key"), made.signing_key.serialize_pem()).unwrap();
        (path, made.cert.pem())
    };
    let (sip, sip_chain) = paper("sip");
    let (web, web_chain) = paper("web");
    let tls = format!("[tls]\ncertificate = \"{sip}.pem\"\nkey = \"{sip}.key\"\n");
    let own = format!("tls = {{ certificate = \"{web}.pem\", key = \"{web}.key\" }}");
    let odd = format!("tls = {{ certificate = \"{web}.pem\", key = \"{sip}.key\" }}");
    let load = |tls: &str, http: &str| {
        loaded("trunkline.toml", |text| {
            text.replace("[http]\n", &format!("{tls}[http]\n{http}\n"))
        })
    };
    for (tls, http, chain) in [
        ("", "", None),
        (&*tls, "", None),
        (&*tls, "tls = false", None),
        (&*tls, "tls = true", Some(&sip_chain)),
        ("", &*own, Some(&web_chain)),
        (&*tls, &*own, Some(&web_chain)),
    ] {
        let https = load(tls, http).unwrap().https.map(|paper| paper.chain);
        assert_eq!(
            https.as_deref(),
            chain.map(|chain| chain.as_bytes()),
            "{http}"
        );
    }
    for (http, words) in [
        ("tls = true", "HTTPS needs a certificate"),
        ("tls = 1", "expected true for the certificate of [tls]"),
        (&*odd, "does not fit"),
    ] {
        let told = load("", http).unwrap_err();
        assert!(
            told.iter().any(|it| it.message.en.contains(words)),
            "{told:?}"
        );
        assert!(told[0].line > 1, "at its place: {told:?}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn f7_what_agents_see_of_numbers_goes_where_a_reload_takes_it() {
    for (text, seen) in [
        ("", true),
        ("[privacy]\nagents_see_numbers = false\n", false),
    ] {
        let loaded = loaded("trunkline.toml", |file| format!("{file}\n{text}")).unwrap();
        assert_eq!(loaded.outgoing.agents_see_numbers, seen);
    }
}

#[test]
fn g7_pages_of_other_systems_are_read_and_a_mistake_is_told_where_it_stands() {
    let page = |url: &str| {
        let section = format!("\n[[pop.page]]\nname = \"crm\"\nurl = \"{url}\"\n");
        move |file: String| file + &section
    };
    let good = page("https://crm.example/?n={number}");
    let loaded = loaded("trunkline.toml", good).unwrap();
    assert_eq!(loaded.pages.pages[0].name, "crm");
    let wrong = page("https://crm.example/?n={nummer}");
    let told = told("trunkline.toml", wrong);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains("no variable is called `nummer`"),
        "{told:?}"
    );
    assert!(told[0].contains("customer.external_ref"), "{told:?}");
}

#[test]
fn the_demo_is_good() {
    let told = told("queues.toml", |text| text);
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn mistakes_of_all_files_are_told_at_once() {
    let told = told("queues.toml", |text| {
        text.replace("\"sticky\"", "\"stiky\"")
            .replace("queue.sales", "queue.sale")
    });
    let all = told.join("\n");
    assert!(
        all.contains("queues.toml:5:12: error: no strategy `stiky`"),
        "{all}"
    );
    assert!(
        all.contains("main.toml:") && all.contains("`sales`"),
        "{all}"
    );
}

#[test]
fn mistakes_are_told_in_chinese() {
    type Change = fn(String) -> String;
    let rows: [(&str, Change, &str); 3] = [
        (
            "queues.toml",
            |text| text.replace("\"sticky\"", "\"stiky\""),
            "错误: 没有振铃策略 `stiky`；应为 ",
        ),
        (
            "numbers.toml",
            |text| format!("{text}\n[number.\"1\"]\nqueue = \"suport\"\n"),
            "错误: 没有队列 `suport`\n  建议：是否应为 `support`？",
        ),
        (
            "trunkline.toml",
            |_| "[sip]\nprobe = 1\n".to_owned(),
            "trunkline.toml:2:1: 错误: 没有 `probe` 这一项；应为 `udp`、",
        ),
    ];
    for (file, change, expected) in rows {
        let told = loaded(file, change).unwrap_err();
        let told: Vec<_> = told
            .iter()
            .map(|one| one.said_in(Language::Chinese))
            .collect();
        assert!(told.join("\n").contains(expected), "{told:#?}");
    }
}

#[test]
fn s15_a_script_dials_what_the_rules_allow_and_nothing_else() {
    let rules = "[trunk.a]\nserver = \"sip:a.example\"\ncaller_id = \"4000\"\n[[route]]\nprefix = [\"+86\", \"+1\"]\ntrunks = [\"a\"]\n";
    let with = |number: &str| {
        let dir = scratch("trunks.toml", |_| rules.to_owned());
        let scripts = dir.join("scripts");
        copy_tree(&repository().join("ivr-scripts"), &scripts);
        let main = scripts.join("main.toml");
        let text = std::fs::read_to_string(&main).unwrap();
        let way = format!(
            "[transfer.out]\nto = \"number:{number}\"\non_busy = \"goodbye\"\non_no_answer = \"goodbye\"\non_failure = \"goodbye\"\n"
        );
        std::fs::write(&main, format!("{text}\n{way}")).unwrap();
        let source = Source {
            dir: dir.clone(),
            overrides: vec![format!("ivr.dir={}", scripts.display())],
            instead: Default::default(),
        };
        let told = match source.load(1, None) {
            Ok(loaded) => loaded.warnings,
            Err(errors) => errors,
        };
        std::fs::remove_dir_all(dir).unwrap();
        said::lines(&told).join("\n")
    };
    for (number, expected) in [
        ("13800001111", None),
        ("4000", None),
        (
            "0019002345678",
            Some("`0019002345678` cannot be called: `premium` numbers are not allowed here"),
        ),
        (
            "00442079460000",
            Some("`00442079460000` cannot be called: `international` numbers are not allowed here"),
        ),
        ("4001", Some("cannot be called: no route leads there")),
        ("nobody", Some("no number `nobody`")),
    ] {
        let told = with(number);
        match expected {
            Some(expected) => assert!(told.contains(expected), "{number}: {told}"),
            None => assert!(!told.contains("error"), "{number}: {told}"),
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_makes_no_other_wrong() {
    let told = told("queues.toml", |text| format!("{text}\n[["));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("queues.toml:"), "{told:?}");
}

#[test]
fn d13_scripts_that_overflow_into_each_other_for_ever_are_told_also_by_a_number() {
    let script = |name: &str, to: &str| {
        format!(
            "title = {{ en = \"{name}\" }}\nlanguages = [\"en\"]\nstart = \"line\"\n[prompt.goodbye]\nen = \"Bye\"\n\
             [hangup.end]\nprompt = \"goodbye\"\n\
             [queue.line]\nqueue = \"sales\"\non_timeout = \"next\"\non_no_agents = \"end\"\n\
             [transfer.next]\n{to}\n"
        )
    };
    let by_number =
        "to = \"number:4002\"\non_busy = \"end\"\non_no_answer = \"end\"\non_failure = \"end\"";
    for (back, wrong) in [
        ("to = \"script:day\"", true),
        ("to = \"script:main\"", false),
    ] {
        let dir = scratch("numbers.toml", |text| {
            format!(
                "{text}\n[number.\"4001\"]\nscript = \"day\"\n[number.\"4002\"]\nscript = \"night\"\n"
            )
        });
        let scripts = dir.join("scripts");
        copy_tree(&repository().join("ivr-scripts"), &scripts);
        std::fs::write(scripts.join("day.toml"), script("day", by_number)).unwrap();
        std::fs::write(scripts.join("night.toml"), script("night", back)).unwrap();
        let source = Source {
            dir: dir.clone(),
            overrides: vec![format!("ivr.dir={}", scripts.display())],
            instead: Default::default(),
        };
        let told = source.load(1, None).err().unwrap_or_default();
        std::fs::remove_dir_all(dir).unwrap();
        let told = said::lines(&told);
        let round = "`day: line` → `day: next` → `night: line` → `night: next` → `day: line`";
        assert_eq!(
            told.iter().any(|one| one.contains(round)),
            wrong,
            "{told:?}"
        );
        assert_eq!(told.len(), usize::from(wrong), "{told:?}");
    }
}

#[test]
fn e9_how_long_a_calendar_may_be_closed_is_a_setting() {
    let longest = |lines: &str| {
        let lines = lines.to_owned();
        let loaded = loaded("trunkline.toml", |text| format!("{text}\n{lines}\n"));
        loaded.map(|loaded| loaded.engine.closing_max.as_secs() / 3_600)
    };
    assert_eq!(longest("").unwrap(), 168);
    assert_eq!(longest("[closing]\nmax_h = 12").unwrap(), 12);
    assert!(longest("[closing]\nmax_h = -1").is_err());
}
