//! `promise`: how much business time each clock has (D1, D8, R3, R6), at each priority or at all alike, and when it warns (R11).

use std::collections::BTreeMap;
use std::fmt;

use ivr::told;
use model::Calendar;
use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use ticket::handling::Policy;
use ticket::{ClockKind, Priority, Target};
use toml::Spanned;

use super::{Reader, Section};

/// What promises nothing.
const NOTHING: &str = "none";

/// R11: where nothing was promised before, and nothing is said of it.
const WARN_PERCENT: u8 = 80;

/// One time for all priorities, or one for each.
#[derive(Debug)]
pub(super) enum Times {
    All(String),
    Each(Vec<Spanned<String>>),
}

impl<'de> Deserialize<'de> for Times {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(TimesVisitor)
    }
}

struct TimesVisitor;

impl<'de> Visitor<'de> for TimesVisitor {
    type Value = Times;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("a time or a list of five")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Times, E> {
        Ok(Times::All(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Times, A::Error> {
        let mut times = Vec::new();
        while let Some(time) = list.next_element()? {
            times.push(time);
        }
        Ok(Times::Each(times))
    }
}

type Targets = BTreeMap<(ClockKind, Priority), Target>;

impl Reader<'_, '_> {
    pub(super) fn targets(
        &mut self,
        section: &Section,
        base: &Policy,
        calendar: &Calendar,
    ) -> Targets {
        let warn = section.warn_percent.as_ref();
        let warn = warn.and_then(|it| self.within(it, "warn_percent", (1, 100)));
        let mut targets = base.targets.clone();
        for (word, times) in &section.promise {
            if let Some(clock) = self.clock(word) {
                self.promise(clock, times, calendar, &mut targets);
            }
        }
        if let Some(percent) = warn {
            for target in targets.values_mut() {
                target.warn_percent = percent;
            }
        }
        targets
    }

    fn clock(&mut self, word: &Spanned<String>) -> Option<ClockKind> {
        let text = word.get_ref();
        let clock = ClockKind::all().find(|clock| clock.name() == text);
        if clock.is_none() {
            let message = told!("nothing is promised by `{text}`", "没有时限 `{text}`");
            let known = ClockKind::all().map(ClockKind::name);
            self.report.unknown(word, message, known);
        }
        clock
    }

    fn promise(
        &mut self,
        clock: ClockKind,
        times: &Spanned<Times>,
        calendar: &Calendar,
        targets: &mut Targets,
    ) {
        let texts: Vec<Spanned<String>> = match times.get_ref() {
            Times::All(text) => {
                let one = |_| Spanned::new(times.span(), text.clone());
                Priority::all().map(one).collect()
            }
            Times::Each(texts) => texts.clone(),
        };
        if texts.len() != Priority::all().count() {
            let message = told!(
                "`{}` has one time, or five: from P1 to P5",
                "`{}` 须写一个时限，或从 P1 至 P5 五个",
                clock.name()
            );
            self.report.error(times, message, None);
            return;
        }
        for (priority, text) in Priority::all().zip(texts) {
            let former = targets.remove(&(clock, priority));
            if text.get_ref().trim() == NOTHING {
                continue;
            }
            let Some(time) = self.business(&text, calendar) else {
                match times.get_ref() {
                    // One time for all is told once.
                    Times::All(_) => return,
                    Times::Each(_) => continue,
                }
            };
            let warn_percent = former.map_or(WARN_PERCENT, |it| it.warn_percent);
            targets.insert((clock, priority), Target { time, warn_percent });
        }
    }
}
