//! A why-record as a sentence, in Chinese and English. It names each agent at most once.

use std::collections::BTreeMap;

use model::decision::{ReasonCode, TieBreak, Verdict, Words};
use model::{AgentId, Decision};

use crate::locale::Locale;

mod external;
mod odds;

/// Tells decisions to one reader.
pub(super) struct Teller {
    /// His language.
    pub(super) locale: Locale,
    /// Login and name of each agent.
    pub(super) names: BTreeMap<AgentId, (String, String)>,
}

impl Teller {
    /// All of it.
    pub(super) fn decision(&self, record: &Decision) -> String {
        let mut told = self.outcome(record);
        told.push_str(&self.standing(record));
        told.push_str(&self.external(record));
        told.push_str(&self.odds(record));
        for (reason, agents) in self.outs(record) {
            told.push_str(self.pick(" ", ""));
            told.push_str(&match self.locale {
                Locale::Chinese => format!("{}：{agents}。", reason.words().zh),
                Locale::English => format!("{}: {agents}.", capital(reason.words().en)),
            });
        }
        told
    }

    /// Why it went to this agent, or did not.
    pub(super) fn agent(&self, record: &Decision, agent: AgentId) -> String {
        let name = self.name(agent);
        if record.chose(agent) {
            let by = self.by(record);
            return match self.locale {
                Locale::Chinese => format!("派给了 {name}：{by}。"),
                Locale::English => format!("It was offered to {name}: {by}."),
            };
        }
        match record.verdict(agent) {
            Some(Verdict::Out(reason)) => match self.locale {
                Locale::Chinese => format!("{name} 不是候选：{}。", reason.words().zh),
                Locale::English => format!("{name} was no candidate: {}.", reason.words().en),
            },
            Some(Verdict::Ranked { .. } | Verdict::Behind) => {
                let chosen = self.list(record.all_chosen());
                let by = self.by(record);
                match self.locale {
                    Locale::Chinese => format!("{name} 是候选，但 {chosen} 在前：{by}。"),
                    Locale::English => {
                        format!("{name} was a candidate; {chosen} came first: {by}.")
                    }
                }
            }
            // A large queue counts the others.
            None if !record.others.is_empty() => match self.locale {
                Locale::Chinese => {
                    format!("队列太大，未逐一记录 {name}。{}", self.decision(record))
                }
                Locale::English => {
                    format!(
                        "The queue is too large to record {name}. {}",
                        self.decision(record)
                    )
                }
            },
            None => match self.locale {
                Locale::Chinese => format!("{name} 当时不在队列 {} 中。", record.queue),
                Locale::English => format!("{name} did not serve {} then.", record.queue),
            },
        }
    }

    fn outcome(&self, record: &Decision) -> String {
        let queue = &record.queue;
        let chosen = self.list(record.all_chosen());
        // Nobody was ranked.
        match record.strategy.as_str() {
            "direct" => {
                return self.pick_text(
                    format!("Offered to {chosen}, named by the number, the script or a colleague."),
                    format!("派给 {chosen}：由号码、流程或同事指定。"),
                );
            }
            "assigned" => {
                return self.pick_text(
                    format!("Offered to {chosen}, by a supervisor and out of turn."),
                    format!("派给 {chosen}：班长强派。"),
                );
            }
            _ => {}
        }
        if chosen.is_empty() {
            let (place, ranked) = (record.place, record.ranked);
            return self.pick_text(
                format!("Waits in {queue} at place {place}; candidates: {ranked}."),
                format!("在队列 {queue} 中排第 {place} 位；候选 {ranked} 名。"),
            );
        }
        let (by, ranked) = (self.by(record), record.ranked);
        self.pick_text(
            format!("Offered to {chosen} by {queue}: {by}, of {ranked} candidates."),
            format!("由队列 {queue} 派给 {chosen}：{by}，共 {ranked} 名候选。"),
        )
    }

    /// The caller's score, and what came before it (D1, D4, R72).
    fn standing(&self, record: &Decision) -> String {
        if record.place == 0 {
            return String::new();
        }
        let score = self.span(record.score_ms());
        let mut told = self.pick_text(format!(" Score: {score}"), format!("得分：{score}"));
        if record.head_start_ms > 0 {
            let ahead = self.span(record.head_start_ms);
            told.push_str(&self.pick_text(
                format!(", of which {ahead} ahead"),
                format!("，其中优先等待 {ahead}"),
            ));
        }
        for (number, english, chinese) in [
            (record.priority, "priority", "严格优先级"),
            (record.weight, "weight of the queue", "队列权重"),
        ] {
            if number > 0 {
                told.push_str(&self.pick_text(
                    format!(", {english} {number}"),
                    format!("，{chinese} {number}"),
                ));
            }
        }
        told + self.pick(".", "。")
    }

    /// By what the chosen came first: the strategy, what made the difference, how long he had been idle.
    fn by(&self, record: &Decision) -> String {
        let mut by = record.strategy.clone();
        let mut add = |text: String| {
            by.push_str(self.pick(", ", "，"));
            by.push_str(&text);
        };
        if let Some(tie) = record.tie {
            add(self.words(tie.words()).to_owned());
        }
        let first = record.chosen.first();
        let verdict = first.and_then(|first| record.verdict(*first));
        let says_idle = record.tie != Some(TieBreak::Lot) && record.all_chosen().count() == 1;
        if let (true, Some(Verdict::Ranked { idle_ms, .. })) = (says_idle, verdict) {
            add(self.pick_text(
                format!("idle {}", self.span(idle_ms)),
                format!("空闲 {}", self.span(idle_ms)),
            ));
        }
        by
    }

    /// Who was out, by reason: names, or how many.
    fn outs(&self, record: &Decision) -> Vec<(ReasonCode, String)> {
        let mut named: BTreeMap<ReasonCode, Vec<AgentId>> = BTreeMap::new();
        for (reason, agent) in record.outs() {
            named.entry(reason).or_default().push(agent);
        }
        let named = named.into_iter();
        let named = named.map(|(reason, agents)| (reason, self.logins(agents.into_iter())));
        let counted = record.others.iter();
        let counted = counted.map(|(reason, number)| {
            let told = self.pick_text(format!("{number} agents"), format!("{number} 名坐席"));
            (*reason, told)
        });
        named.chain(counted).collect()
    }

    pub(super) fn name(&self, agent: AgentId) -> String {
        let known = self.names.get(&agent);
        known.map_or_else(
            || agent.to_string(),
            |(login, name)| format!("{login} {name}"),
        )
    }

    fn list(&self, agents: impl Iterator<Item = AgentId>) -> String {
        let names: Vec<_> = agents.map(|agent| self.name(agent)).collect();
        names.join(self.pick(", ", "、"))
    }

    fn logins(&self, agents: impl Iterator<Item = AgentId>) -> String {
        let login = |agent: AgentId| {
            let known = self.names.get(&agent);
            known.map_or_else(|| agent.to_string(), |(login, _)| login.clone())
        };
        let logins: Vec<_> = agents.map(login).collect();
        logins.join(self.pick(", ", "、"))
    }

    /// `4 min 10 s`.
    pub(super) fn span(&self, ms: u64) -> String {
        let (minutes, seconds) = (ms / 60_000, ms / 1_000 % 60);
        match (self.locale, minutes) {
            (Locale::English, 0) => format!("{seconds} s"),
            (Locale::English, _) => format!("{minutes} min {seconds} s"),
            (Locale::Chinese, 0) => format!("{seconds} 秒"),
            (Locale::Chinese, _) => format!("{minutes} 分 {seconds} 秒"),
        }
    }

    pub(super) const fn words(&self, words: Words) -> &'static str {
        self.pick(words.en, words.zh)
    }

    pub(super) const fn pick<'a>(&self, english: &'a str, chinese: &'a str) -> &'a str {
        match self.locale {
            Locale::English => english,
            Locale::Chinese => chinese,
        }
    }

    pub(super) fn pick_text(&self, english: String, chinese: String) -> String {
        match self.locale {
            Locale::English => english,
            Locale::Chinese => chinese,
        }
    }
}

/// With a capital, to begin a sentence.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use model::decision::Weighed;

    use super::*;

    fn id(number: u64) -> AgentId {
        AgentId::new(number)
    }

    fn teller(locale: Locale) -> Teller {
        let names = (1..=30).map(|number| {
            let name = (format!("{}", 1000 + number), format!("Name{number}"));
            (id(number), name)
        });
        Teller {
            locale,
            names: names.collect(),
        }
    }

    /// 2 is chosen before 4 and 5; each reason has one agent from 11 on.
    fn record() -> Decision {
        let keyed = |agent| Weighed {
            agent,
            verdict: Verdict::Ranked {
                tier: 1,
                level: 0,
                skills: 0,
                key: 7,
                idle_ms: 250_000,
            },
        };
        let mut record = Decision {
            tie: Some(TieBreak::Key),
            ranked: 3,
            candidates: vec![keyed(id(2)), keyed(id(4))],
            behind: [id(5)].into_iter().collect(),
            ..Decision::new("support".into(), "longest-idle").choosing(&[id(2)])
        };
        for (number, reason) in (11..).zip(ReasonCode::ALL) {
            record.out.entry(reason).or_default().insert(id(number));
        }
        record
    }

    #[test]
    fn r01_a_sentence_tells_all_reasons_and_names_each_agent_at_most_once() {
        let english = teller(Locale::English).decision(&record());
        let begin = "Offered to 1002 Name2 by support: longest-idle, first by the strategy, idle 4 min 10 s, of 3 candidates.";
        assert!(english.starts_with(begin), "{english}");
        assert!(english.contains(" On a break: 1013."), "{english}");
        let chinese = teller(Locale::Chinese).decision(&record());
        let begin = "由队列 support 派给 1002 Name2：longest-idle，按策略排序第一，空闲 4 分 10 秒，共 3 名候选。";
        assert!(chinese.starts_with(begin), "{chinese}");
        assert!(chinese.contains("示忙：1013。"), "{chinese}");
        let out = 1011..1011 + ReasonCode::ALL.len();
        for told in [&english, &chinese] {
            for agent in 1001..=1030 {
                let times = told.matches(&agent.to_string()).count();
                let expected = usize::from(agent == 1002 || out.contains(&agent));
                assert_eq!(times, expected, "{agent}: {told}");
            }
        }
    }

    #[test]
    fn why_it_did_not_go_to_me() {
        let english = teller(Locale::English);
        for (agent, told) in [
            (
                2,
                "It was offered to 1002 Name2: longest-idle, first by the strategy, idle 4 min 10 s.",
            ),
            (
                4,
                "1004 Name4 was a candidate; 1002 Name2 came first: longest-idle, first by the strategy, idle 4 min 10 s.",
            ),
            (
                5,
                "1005 Name5 was a candidate; 1002 Name2 came first: longest-idle, first by the strategy, idle 4 min 10 s.",
            ),
            (11, "1011 Name11 was no candidate: not signed in."),
            (29, "1029 Name29 did not serve support then."),
        ] {
            assert_eq!(english.agent(&record(), id(agent)), told);
        }
        let mut large = record();
        large.out.clear();
        large.others = [(ReasonCode::Talking, 900)].into();
        let told = english.agent(&large, id(29));
        assert!(
            told.starts_with("The queue is too large") && told.ends_with("In a call: 900 agents.")
        );
    }

    #[test]
    fn r19_who_waits_is_told_where_he_stands() {
        let waiting = Decision {
            place: 3,
            ..Decision::new("support".into(), "linear")
        };
        let told = teller(Locale::English).decision(&waiting);
        assert_eq!(
            told,
            "Waits in support at place 3; candidates: 0. Score: 0 s."
        );
    }

    #[test]
    fn r72_d1_a_sentence_tells_the_score_and_what_came_before_it() {
        let mut ahead = Decision {
            place: 1,
            waited_ms: 100_000,
            head_start_ms: 30_000,
            priority: 5,
            weight: 2,
            ..record()
        };
        let english = teller(Locale::English).decision(&ahead);
        let score = " Score: 2 min 10 s, of which 30 s ahead, priority 5, weight of the queue 2.";
        assert!(english.contains(score), "{english}");
        let chinese = teller(Locale::Chinese).decision(&ahead);
        let score = "得分：2 分 10 秒，其中优先等待 30 秒，严格优先级 5，队列权重 2。";
        assert!(chinese.contains(score), "{chinese}");
        ahead.place = 0;
        let english = teller(Locale::English).decision(&ahead);
        assert!(!english.contains("Score"), "there was no line: {english}");
    }

    #[test]
    fn d25_b12_who_was_forced_and_who_was_named_are_told_apart() {
        for (strategy, english, chinese) in [
            (
                "assigned",
                "Offered to 1002 Name2, by a supervisor and out of turn.",
                "派给 1002 Name2：班长强派。",
            ),
            (
                "direct",
                "Offered to 1002 Name2, named by the number, the script or a colleague.",
                "派给 1002 Name2：由号码、流程或同事指定。",
            ),
        ] {
            let record = Decision::new("".into(), strategy).choosing(&[id(2)]);
            assert_eq!(teller(Locale::English).decision(&record), english);
            assert_eq!(teller(Locale::Chinese).decision(&record), chinese);
        }
    }
}
