//! M6: whom a start and a reload let lead, of texts that stand in a folder and a store of their own.

use std::path::PathBuf;

use model::CallId;
use model::Fact;
use model::Timestamp;
use model::canary::{CanaryEnd, Measure};

use super::*;

const NOW: Timestamp = Timestamp::from_ms(1_795_000_000_000);

/// A hotline with one script.
struct House {
    dir: PathBuf,
    source: Source,
    database: Database,
}

/// A script that leads into a queue.
fn text(head: &str, queue: &str) -> String {
    format!(
        "title = {{ en = \"Main\" }}\nlanguages = [\"en\"]\nstart = \"go\"\n{head}\n[queue.go]\nqueue = \"{queue}\"\n\
         on_timeout = \"end\"\non_no_agents = \"end\"\n[hangup.end]\nprompt = \"bye\"\n[prompt.bye]\nen = \"Goodbye.\"\n"
    )
}

impl House {
    /// These texts have led callers one after the other; the last of all is to be tried.
    async fn new(name: &str, formers: &[String]) -> Self {
        let name = format!("trunkline-canary-{}-{name}", std::process::id());
        let dir = std::env::temp_dir().join(name);
        std::fs::create_dir_all(dir.join("ivr")).unwrap();
        let url = format!("sqlite://{}/trunkline.db", dir.display());
        let house = Self {
            source: Source {
                dir: dir.clone(),
                overrides: vec![format!("ivr.dir={}/ivr", dir.display())],
                instead: BTreeMap::new(),
            },
            database: Database::open(&url, "CN").await.unwrap(),
            dir,
        };
        house.write("trunkline.toml", "");
        house.write("numbers.toml", "[number.\"4000\"]\nscript = \"main\"\n");
        std::fs::create_dir_all(house.dir.join("ivr/prompts/en")).unwrap();
        let bye = house.dir.join("ivr/prompts/en/bye.wav");
        let silence = audio::Sound {
            rate_hz: 8_000,
            samples: vec![0; 800],
        };
        silence.to_wav(std::fs::File::create(bye).unwrap()).unwrap();
        house.queues(&["support", "extra", "old"]);
        for former in formers {
            let texts = BTreeMap::from([("main".into(), former.clone())]);
            house.database.keep_scripts(texts, None, NOW).await.unwrap();
        }
        house.write("ivr/main.toml", &text("on = \"5%\"", "support"));
        house
    }

    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.dir.join(file), text).unwrap();
    }

    fn queues(&self, queues: &[&str]) {
        let tables = queues
            .iter()
            .map(|queue| format!("[queue.{queue}]\nstrategy = \"longest-idle\"\n"));
        self.write("queues.toml", &tables.collect::<String>());
    }

    async fn loaded(&self) -> Loaded {
        let mut loaded = self.source.load(1, None).unwrap();
        scripts::number(&self.database, &mut loaded).await;
        loaded
    }

    fn ground(&self, trials: Option<Trials>) -> Ground<'_> {
        Ground {
            source: &self.source,
            database: &self.database,
            agents: BTreeSet::new(),
            trials,
        }
    }

    /// Which version leads the others after a start; `None`: the file's leads all.
    async fn starts(&self, trials: Option<Trials>) -> Result<Option<u32>, Told> {
        let mut loaded = self.loaded().await;
        match self.ground(trials).lay_at_start(&mut loaded).await {
            Ok(()) => Ok(former_of(&loaded)),
            Err(Failure::Refused(told)) => Err(told),
            Err(other) => panic!("{other:?}"),
        }
    }

    /// The same after a reload, or what was found.
    async fn reloads(&self, trials: Trials) -> Result<Option<u32>, String> {
        let mut loaded = self.loaded().await;
        let laid = self.ground(Some(trials)).lay(&mut loaded).await;
        let found = laid.map_err(|found| scripts::lines(&found, speech::Language::English));
        found.map(|()| former_of(&loaded))
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _it_stays_at_worst = std::fs::remove_dir_all(&self.dir);
    }
}

fn former_of(loaded: &Loaded) -> Option<u32> {
    let trial = loaded.engine.canary.as_ref()?;
    let former = trial.canary.scripts[&ScriptName::from("main")].former;
    assert_eq!(trial.former[&ScriptName::from("main")].version(), former);
    Some(former)
}

/// This version was taken back.
fn taken_back(version: u32) -> Trials {
    let pair = CanaryPair { former: 1, version };
    let end = CanaryEnd {
        canary: Canary {
            scripts: BTreeMap::from([("main".into(), pair)]),
            on_ppm: 50_000,
            worse_ppm: 100_000,
            salt: 1,
        },
        measure: Measure::HungUp,
        canary_bad: 12,
        former_bad: 1,
        calls: vec![CallId::new(1)],
    };
    let mut trials = Trials::default();
    trials.apply(&Fact::CanaryEnded(end));
    trials
}

#[tokio::test]
async fn m6_a_start_walks_back_to_the_newest_former_version_that_holds() {
    let formers = [
        text("", "old"),
        text("", "support") + "# second\n",
        text("", "extra"),
    ];
    let house = House::new("walks", &formers).await;
    assert_eq!(house.starts(Some(Trials::default())).await, Ok(Some(3)));
    assert_eq!(house.starts(None).await, Ok(Some(3)), "held back there");
    assert_eq!(house.reloads(Trials::default()).await, Ok(Some(3)));
    house.queues(&["support"]);
    let refused = taken_back(4);
    assert_eq!(house.starts(Some(refused.clone())).await, Ok(Some(2)));
    // A reload leaves in place what leads callers already, and says why.
    let found = house.reloads(refused).await.unwrap_err();
    assert!(found.contains("`extra`"), "{found}");
}

#[tokio::test]
async fn m6_a_refused_text_without_a_former_one_that_holds_refuses_the_start_and_another_leads_all()
{
    let house = House::new("refused", &[text("", "old"), text("", "extra")]).await;
    house.queues(&["support"]);
    assert_eq!(house.starts(Some(Trials::default())).await, Ok(None));
    assert_eq!(
        house.starts(Some(taken_back(2))).await,
        Ok(None),
        "of another version"
    );
    let told = house.starts(Some(taken_back(3))).await.unwrap_err();
    for told in [&told.en, &told.zh] {
        assert!(
            told.contains("trunkline ivr rollback main --to N"),
            "{told}"
        );
    }
    // Whether it was cannot be known: then it may have been.
    assert!(house.starts(None).await.is_err());
}

#[tokio::test]
async fn m6_a_refused_text_leads_nobody_where_no_former_one_was_kept() {
    let house = House::new("first", &[]).await;
    assert_eq!(house.starts(Some(Trials::default())).await, Ok(None));
    assert_eq!(house.reloads(Trials::default()).await, Ok(None));
    assert!(house.starts(Some(taken_back(1))).await.is_err());
    let found = house.reloads(taken_back(1)).await.unwrap_err();
    assert!(found.contains("leads nobody"), "{found}");
}

#[tokio::test]
async fn m6_the_former_version_is_found_behind_a_hundred_that_were_tried() {
    let tried = (0..120).map(|number| text("on = \"1%\"", "support") + &format!("# {number}\n"));
    let formers: Vec<String> = [text("", "old")].into_iter().chain(tried).collect();
    let house = House::new("pages", &formers).await;
    assert_eq!(house.reloads(Trials::default()).await, Ok(Some(1)));
}

#[tokio::test]
async fn e20_a_text_that_is_not_laid_is_not_kept() {
    let house = House::new("kept", &[text("", "extra")]).await;
    house.queues(&["support"]);
    assert!(house.reloads(Trials::default()).await.is_err());
    let newest = scripts::newest(&house.database, &"main".into()).await;
    assert_eq!(newest.unwrap(), 1);
    let loaded = house.loaded().await;
    let kept = scripts::keep(&house.database, &loaded, None, NOW).await;
    assert_eq!(
        kept.unwrap()[&ScriptName::from("main")],
        2,
        "as it was numbered"
    );
}

#[test]
fn m6_a_greater_share_draws_the_same_lots() {
    let salt = |head: &str| salt_of([without_share(&text(head, "on")).as_str()]);
    let few = salt("on = \"5%\"");
    assert_eq!(few, salt("max_worse = \"20%\"\non = \"50%\" # more\n"));
    assert_ne!(few, salt("on = \"5%\"\ndescription = \"Another\""));
}
