//! `[[route]]` and `[dial]`: which outside numbers go where, and who may call them (S15).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use engine::{Allowed, Caps, Class, DialPlan, Route};
use ivr::told;
use sip::TrunkName;
use toml::Spanned;

use super::Given;
use super::shape::{DialSection, File, RouteSection, Section};
use crate::config::report::Report;

/// Longest time an outside number may ring; RFC 3261 §13.3.1.1 has a proxy give up after three minutes.
const RING_S_MAX: u32 = 180;

/// The numbers that are ours: only they are shown in calls out (A10).
pub(super) struct Ours<'a> {
    given: &'a Given<'a>,
    others: BTreeSet<String>,
}

impl<'a> Ours<'a> {
    /// `dial.own_numbers` are ours though nobody enters by them.
    pub(super) fn new(given: &'a Given<'a>, dial: &DialSection, report: &mut Report<'_>) -> Self {
        let mut others = BTreeSet::new();
        for number in &dial.own_numbers {
            let key = given.plan.key(number.get_ref());
            if key.e164.is_none() {
                let message = told!(
                    "`{}` is no telephone number",
                    "`{}` 不是电话号码",
                    number.get_ref()
                );
                report.error(number, message, None);
            }
            others.insert(key.key);
        }
        Self { given, others }
    }

    /// A10: the key of a number that is shown; one that is not ours is refused.
    pub(super) fn key(&self, number: &Spanned<String>, report: &mut Report<'_>) -> Option<String> {
        let key = self.given.plan.key(number.get_ref()).key;
        let Some(numbers) = self.given.numbers else {
            return Some(key);
        };
        if numbers.find(&key).is_some() || self.others.contains(&key) {
            return Some(key);
        }
        let message = told!(
            "`{}` is no number of ours: it stands neither in numbers.toml nor in `dial.own_numbers`",
            "`{}` 不是本方号码：numbers.toml 和 `dial.own_numbers` 中都没有",
            number.get_ref()
        );
        let known = numbers.iter().map(|(spelling, _)| spelling);
        report.unknown(number, message, known);
        None
    }

    /// A4: a number that the carrier sends us enters somewhere.
    pub(super) fn enters(&self, did: &Spanned<String>, report: &mut Report<'_>) {
        let Some(numbers) = self.given.numbers else {
            return;
        };
        if numbers
            .find(&self.given.plan.key(did.get_ref()).key)
            .is_none()
        {
            let message = told!(
                "calls to `{}` enter nowhere: it does not stand in numbers.toml",
                "打到 `{}` 的来电无处可去：numbers.toml 中没有它",
                did.get_ref()
            );
            report.unknown(did, message, numbers.iter().map(|(spelling, _)| spelling));
        }
    }
}

/// The dial rules.
pub(super) fn read(
    file: &File,
    given: &Given<'_>,
    ours: &Ours<'_>,
    report: &mut Report<'_>,
) -> DialPlan {
    let mut routes: Vec<Route> = Vec::new();
    for (number, section) in file.route.iter().enumerate() {
        if let Some(all) = routes
            .iter()
            .find(|route| route.prefixes.is_empty() && route.classes.is_empty())
        {
            let message = told!(
                "no number comes here: route `{}` takes all",
                "没有号码会到此：呼出路由 `{}` 收下所有号码",
                all.name
            );
            let help = told!("put it before that one", "请放到那一条之前");
            report.error(section, message, Some(help));
        }
        routes.push(route(
            number + 1,
            section.get_ref(),
            &file.trunk,
            ours,
            report,
        ));
    }
    let standard = DialPlan::default();
    let dial = &file.dial;
    for number in dial.emergency.iter().flatten() {
        let is_short = number.get_ref().len() <= 6
            && !number.get_ref().is_empty()
            && number.get_ref().bytes().all(|byte| byte.is_ascii_digit());
        if !is_short {
            let message = told!(
                "`{}` is no emergency number",
                "`{}` 不是紧急号码",
                number.get_ref()
            );
            let help = told!(
                "emergency numbers have up to 6 digits",
                "紧急号码最多 6 位数字"
            );
            report.error(number, message, Some(help));
        }
    }
    let texts = |list: &[Spanned<String>]| -> Vec<String> {
        list.iter().map(|text| text.get_ref().clone()).collect()
    };
    dial.deny
        .iter()
        .for_each(|prefix| check_prefix(prefix, report));
    DialPlan {
        routes,
        emergency: match &dial.emergency {
            Some(numbers) => texts(numbers).into_iter().collect(),
            None => standard.emergency,
        },
        area: area(dial, given, report),
        denied: texts(&dial.deny),
        allowed: allowed(dial),
        caps: caps(dial, report),
        ring: ring(dial, report).unwrap_or(standard.ring),
    }
}

fn route(
    number: usize,
    section: &RouteSection,
    trunks: &BTreeMap<Spanned<String>, Section>,
    ours: &Ours<'_>,
    report: &mut Report<'_>,
) -> Route {
    let caller_id = match &section.caller_id {
        Some(number) => ours.key(number, report),
        None => None,
    };
    section
        .prefix
        .iter()
        .for_each(|prefix| check_prefix(prefix, report));
    if section.trunks.get_ref().is_empty() {
        let message = told!(
            "a route without trunks leads nowhere",
            "呼出路由没有中继，无处可通"
        );
        report.error(&section.trunks, message, None);
    }
    for name in section.trunks.get_ref() {
        let found = trunks
            .iter()
            .find(|(known, _)| known.get_ref() == name.get_ref());
        match found {
            None => {
                let known = trunks.keys().map(|known| known.get_ref().as_str());
                let message = told!("no trunk `{}`", "没有中继 `{}`", name.get_ref());
                report.unknown(name, message, known);
            }
            Some((_, trunk)) if trunk.caller_id.is_none() && section.caller_id.is_none() => {
                let message = told!(
                    "calls out by `{}` have no number to show",
                    "经 `{}` 的呼出没有可显示的号码",
                    name.get_ref()
                );
                let help = told!(
                    "give the trunk or this route a `caller_id`",
                    "请给中继或此路由写 `caller_id`"
                );
                report.error(name, message, Some(help));
            }
            Some(_) => {}
        }
    }
    let names = section.trunks.get_ref().iter();
    Route {
        name: section.name.clone().unwrap_or_else(|| number.to_string()),
        prefixes: section
            .prefix
            .iter()
            .map(|prefix| prefix.get_ref().clone())
            .collect(),
        classes: section.class.iter().copied().collect(),
        trunks: names.map(|name| TrunkName::new(name.get_ref())).collect(),
        caller_id,
    }
}

/// `+86`, `10086`: numbers are compared in E.164 form, so that a national prefix would never fit.
fn check_prefix(prefix: &Spanned<String>, report: &mut Report<'_>) {
    let text = prefix.get_ref();
    let digits = text.strip_prefix('+').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let message = told!("`{text}` is no prefix of numbers", "`{text}` 不是号码前缀");
        report.error(prefix, message, None);
    } else if text.starts_with('0') {
        let message = told!(
            "no number begins with `{text}`: they are compared in the form +86…",
            "没有号码以 `{text}` 开头：比较时写作 +86…"
        );
        let help = told!("write the country code with a plus", "请写带加号的国家代码");
        report.error(prefix, message, Some(help));
    }
}

fn area(dial: &DialSection, given: &Given<'_>, report: &mut Report<'_>) -> Option<String> {
    let area = dial.area.as_ref()?;
    let text = area.get_ref();
    // A prefix of our country: some number below it is national.
    let is_ours = text.strip_prefix('+').is_some_and(|digits| {
        digits.len() >= 2 && digits.bytes().all(|byte| byte.is_ascii_digit())
    }) && given.plan.has_country_code(text);
    if !is_ours {
        let message = told!(
            "`{text}` is no area of our country",
            "`{text}` 不是本国的区号"
        );
        let help = told!("write it such as +8610", "请写作如 +8610");
        report.error(area, message, Some(help));
        return None;
    }
    Some(text.clone())
}

fn allowed(dial: &DialSection) -> Allowed {
    let standard = Allowed::default();
    let list = |given: &Option<Vec<Class>>, standard: BTreeSet<Class>| match given {
        Some(classes) => classes.iter().copied().collect(),
        None => standard,
    };
    Allowed {
        agents: list(&dial.allow.agents, standard.agents),
        transfers: list(&dial.allow.transfers, standard.transfers),
        scripts: list(&dial.allow.scripts, standard.scripts),
    }
}

fn caps(dial: &DialSection, report: &mut Report<'_>) -> Caps {
    let (given, standard) = (&dial.caps, Caps::default());
    let call_max = match &given.call_minutes {
        Some(minutes) if *minutes.get_ref() == 0 => {
            let message = told!(
                "`call_minutes` is 0: no call could last",
                "`call_minutes` 为 0：任何通话都无法持续"
            );
            report.error(minutes, message, None);
            standard.call_max
        }
        Some(minutes) => Duration::from_secs(60 * u64::from(*minutes.get_ref())),
        None => standard.call_max,
    };
    let or = |given: Option<u32>, standard: u32| given.unwrap_or(standard);
    Caps {
        agent_calls_per_minute_max: or(
            given.agent_calls_per_minute,
            standard.agent_calls_per_minute_max,
        ),
        agent_calls_per_day_max: or(given.agent_calls_per_day, standard.agent_calls_per_day_max),
        calls_per_day_max: or(given.calls_per_day, standard.calls_per_day_max),
        dear_minutes_per_day_max: or(
            given.dear_minutes_per_day,
            standard.dear_minutes_per_day_max,
        ),
        call_max,
    }
}

fn ring(dial: &DialSection, report: &mut Report<'_>) -> Option<Duration> {
    let seconds = dial.ring_s.as_ref()?;
    if !(1..=RING_S_MAX).contains(seconds.get_ref()) {
        let message = told!(
            "`ring_s` is {}; expected 1 to {RING_S_MAX}",
            "`ring_s` 为 {}；应为 1 到 {RING_S_MAX}",
            seconds.get_ref()
        );
        report.error(seconds, message, None);
        return None;
    }
    Some(Duration::from_secs((*seconds.get_ref()).into()))
}
