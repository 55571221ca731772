//! The page that shows what each strategy does to the same day of calls: its figures come from here, and stay true.
//!
//! `UPDATE_STRATEGIES=1 cargo test -p server strategy_days` writes them anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use acd::Strategy;
use model::{AgentId, CallId, Fact, Timestamp};
use sim::report::AgentReport;
use sim::{Report, Scenario, Watch, World};

use crate::config::Source;

/// The number of the English line.
const ENGLISH: &str = "4002";
/// Those who speak it well, as the day counts its agents; the others of the first eight are there all day, too.
const SPEAK_IT_WELL: [u64; 2] = [7, 8];
const ALL_DAY: usize = 8;
const BEGIN: &str = "<!-- figures: UPDATE_STRATEGIES=1 cargo test -p server strategy_days -->\n";
const END: &str = "<!-- end -->";
const HEAD: &str = "\
| Strategy | 中文 | In 20 s | Gave up | Wait ½ | Wait 9⁄10 | Rings | Calls | Busy | Own agent | Good English |
|---|---|---|---|---|---|---|---|---|---|---|
";

/// Who had an agent of his own, and who got whom.
#[derive(Default)]
struct Meetings {
    own: BTreeMap<CallId, AgentId>,
    english: BTreeSet<CallId>,
    /// Answered callers who had an agent of their own, and those whom he answered.
    familiar: (u64, u64),
    /// Answered callers of the English line, and those who got one of the best.
    spoke: (u64, u64),
}

impl Watch for Meetings {
    fn fact(&mut self, _: Timestamp, fact: &Fact) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "three facts of many")]
        match fact {
            Fact::CallArrived { call, called, .. } if called == ENGLISH => {
                self.english.insert(*call);
            }
            Fact::CallIdentified { call, profile } => {
                if let Some(own) = profile.ties.owner {
                    self.own.insert(*call, own);
                }
            }
            Fact::CallConnected { offer, .. } => {
                if let Some(own) = self.own.get(&offer.call) {
                    self.familiar.0 += 1;
                    self.familiar.1 += u64::from(*own == offer.agent);
                }
                if self.english.contains(&offer.call) {
                    let well = SPEAK_IT_WELL.map(AgentId::new).contains(&offer.agent);
                    self.spoke.0 += 1;
                    self.spoke.1 += u64::from(well);
                }
            }
            _ => {}
        }
    }
}

fn docs() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs"))
}

fn play(scenario: &Arc<Scenario>, config: &engine::Config, strategy: &'static Strategy) -> String {
    let mut config = config.clone();
    for queue in config.queues.values_mut() {
        queue.rules.strategy = strategy;
    }
    let mut meetings = Meetings::default();
    let world = World::new(scenario, &config, 1_000).unwrap();
    let report = world.run(&mut meetings).unwrap();
    row(strategy, &report, &meetings)
}

fn row(strategy: &Strategy, report: &Report, meetings: &Meetings) -> String {
    let counts = &report.all.counts;
    let wait = |ms: Option<u64>| format!("{:.1} s", ms.unwrap_or_default() as f64 / 1e3);
    let all_day = &report.agents[..ALL_DAY];
    let rings: u64 = report.agents.iter().map(|agent| agent.rings).sum();
    let calls = |agent: &AgentReport| agent.answered;
    let busy = |agent: &AgentReport| (agent.occupancy.unwrap_or_default() * 100.0).round() as u64;
    format!(
        "| `{}` | {} | {} | {} | {} | {} | {:.2} | {} | {} % | {} | {} |\n",
        strategy.name,
        strategy.label.zh,
        percent(counts.answered_in_t, counts.offered),
        percent(counts.abandoned, counts.offered),
        wait(report.all.wait_p50_ms),
        wait(report.all.wait_p90_ms),
        rings as f64 / counts.answered as f64,
        range(all_day, calls),
        range(all_day, busy),
        percent(meetings.familiar.1, meetings.familiar.0),
        percent(meetings.spoke.1, meetings.spoke.0),
    )
}

fn percent(part: u64, whole: u64) -> String {
    format!("{:.1} %", part as f64 * 100.0 / whole as f64)
}

fn range(agents: &[AgentReport], of: impl Fn(&AgentReport) -> u64) -> String {
    let figures: Vec<u64> = agents.iter().map(of).collect();
    let (least, most) = (figures.iter().min().unwrap(), figures.iter().max().unwrap());
    format!("{least}–{most}")
}

#[test]
fn strategy_days_are_as_the_page_says() {
    let house = docs().join("strategies");
    let text = std::fs::read_to_string(house.join("day.toml")).unwrap();
    let scenario = Arc::new(Scenario::parse(&text).unwrap());
    let ivr = format!("ivr.dir={}", house.join("ivr").display());
    let source = Source {
        dir: house,
        overrides: vec![ivr],
        instead: Default::default(),
    };
    let config = source.load(1, None).unwrap().engine;
    let mut table = HEAD.to_owned();
    // B15: a simulation has no service that could be asked.
    for strategy in acd::strategy::all().iter().filter(|row| !row.asks()) {
        write!(table, "{}", play(&scenario, &config, strategy)).unwrap();
    }
    let path = docs().join("strategies.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    // B12: a script's choice has no figures, but its sentence stands with the strategies.
    let named = acd::strategy::named();
    write!(
        table,
        "\n`{}` ({}) is a script's choice, `wait_s` of `transfer`, and no queue's strategy: no row. {} {}\n",
        named.name, named.label.zh, named.advice.en, named.advice.zh
    )
    .unwrap();
    let expected = format!("{before}{BEGIN}\n{table}\n{END}{after}");
    if std::env::var_os("UPDATE_STRATEGIES").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        expected,
        "the day came out otherwise: write the figures anew, and read the page with them"
    );
}
