//! `[agents]`: how agents go to work, and why they may be not ready (C2).

use std::time::Duration;

use engine::{HoldTimes, Reason, Reasons, StandingBy};
use ivr::{Told, told};
use media::SoundName;
use model::NotReadyReason;
use serde::Deserialize;

const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 24 * HOUR_S;
/// As for any word that an agent may give as a reason.
const NAME_MAX: usize = 32;
/// Longest moment in which a caller waits for an agent who may decline (C15).
const STANDBY_REFUSE_MAX_MS: u64 = 10_000;

/// `[agents]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Agents {
    /// How an agent goes to work.
    pub sign_in: SignIn,
    /// The hour of local time at which the budgets of reasons begin anew.
    pub day_start_h: u8,
    /// After how long of a hold its agent is reminded (C19); 0: never. The same holds for the next two.
    pub hold_alert_s: u32,
    /// After how long its caller is told that he is not forgotten.
    pub hold_message_s: u32,
    /// After how long supervisors are told.
    pub hold_alarm_s: u32,
    /// What an agent hears between two calls whose phone stays on the line (C15): music by its name; none: silence.
    pub standby_music: Option<String>,
    /// How long his page may decline before the caller is there, in ms; the beep is the least.
    pub standby_refuse_ms: u64,
    /// `[[agents.reason]]`
    pub reason: Vec<ReasonSection>,
}

/// How an agent goes to work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SignIn {
    /// On his page (or by API).
    #[default]
    Page,
    /// Also by switching his phone on: its registration makes him ready, its sign-off sends him home.
    Phone,
}

/// `[[agents.reason]]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReasonSection {
    /// Its word in APIs and facts.
    pub name: String,
    /// Its name in Chinese.
    pub zh: String,
    /// Its name in English.
    pub en: String,
    /// Minutes a day; none: no bound.
    pub budget_min: Option<u32>,
}

impl Default for Agents {
    fn default() -> Self {
        Self {
            sign_in: SignIn::default(),
            day_start_h: 4,
            hold_alert_s: 60,
            hold_message_s: 90,
            hold_alarm_s: 180,
            standby_music: None,
            standby_refuse_ms: 0,
            reason: Vec::new(),
        }
    }
}

impl Agents {
    /// What is wrong with them, in words.
    pub(crate) fn mistake(&self) -> Option<Told> {
        if self.day_start_h > 23 {
            return Some(told!(
                "a day begins at an hour from 0 to 23",
                "一天从 0 到 23 点中的某一点开始"
            ));
        }
        if self.standby_refuse_ms > STANDBY_REFUSE_MAX_MS {
            return Some(told!(
                "`standby_refuse_ms` is {}; expected at most {STANDBY_REFUSE_MAX_MS}: a caller waits for it",
                "`standby_refuse_ms` 为 {}；最多为 {STANDBY_REFUSE_MAX_MS}：来电者在等待",
                self.standby_refuse_ms
            ));
        }
        for (at, reason) in self.reason.iter().enumerate() {
            let name = &reason.name;
            let length = name.chars().count();
            if length == 0 || length > NAME_MAX || name.chars().any(char::is_control) {
                return Some(told!(
                    "a reason's name has 1 to {NAME_MAX} characters",
                    "示忙原因的名称为 1 到 {NAME_MAX} 个字符"
                ));
            }
            if self.reason.iter().take(at).any(|other| other.name == *name) {
                return Some(told!(
                    "the reason `{name}` stands there twice",
                    "示忙原因 `{name}` 重复出现"
                ));
            }
            if !matches!(NotReadyReason::from(name.clone()), NotReadyReason::Said(_)) {
                return Some(told!(
                    "`{name}` is a reason that the house itself gives",
                    "`{name}` 是系统自己使用的示忙原因"
                ));
            }
        }
        None
    }

    /// C19, as the engine wants it.
    pub(crate) fn hold(&self) -> HoldTimes {
        let after = |seconds: u32| (seconds > 0).then(|| Duration::from_secs(seconds.into()));
        HoldTimes {
            agent: after(self.hold_alert_s),
            caller: after(self.hold_message_s),
            supervisor: after(self.hold_alarm_s),
        }
    }

    /// C15, as the engine wants it; `has_sound`: whether there is a sound of this name.
    pub(crate) fn standing_by(
        &self,
        has_sound: impl FnOnce(&str) -> bool,
    ) -> Result<StandingBy, Told> {
        let music = self.standby_music.as_ref();
        let music = music.map(|name| format!("music/{name}"));
        if let Some(name) = &music
            && !has_sound(name)
        {
            return Err(told!(
                "there is no {name}.wav beside the scripts",
                "流程旁没有 {name}.wav"
            ));
        }
        Ok(StandingBy {
            music: music.as_deref().map(SoundName::new),
            refuse: Duration::from_millis(self.standby_refuse_ms),
        })
    }

    /// As the engine wants them; `utc_offset_min`: how far local time is ahead of UTC.
    pub(crate) fn reasons(&self, utc_offset_min: i32) -> Reasons {
        let local = i64::from(self.day_start_h) * HOUR_S;
        let start = (local - i64::from(utc_offset_min) * 60).rem_euclid(DAY_S);
        let reason = |section: &ReasonSection| Reason {
            name: section.name.as_str().into(),
            title: [("zh-CN", &section.zh), ("en", &section.en)]
                .map(|(language, title)| (language.to_owned(), title.clone()))
                .into(),
            budget: section
                .budget_min
                .map(|minutes| Duration::from_secs(u64::from(minutes) * 60)),
        };
        Reasons {
            list: self.reason.iter().map(reason).collect(),
            day_start: Duration::from_secs(start.unsigned_abs()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agents(text: &str) -> Agents {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn c2_reasons_have_a_name_in_both_languages_and_a_budget() {
        let text = "[[reason]]\nname = \"break\"\nzh = \"小休\"\nen = \"Break\"\nbudget_min = 30\n";
        let agents = agents(text);
        assert_eq!(agents.mistake(), None);
        let reasons = agents.reasons(480);
        assert_eq!(
            reasons.day_start,
            Duration::from_secs(20 * 3_600),
            "04:00 in China"
        );
        let found = reasons.get("break").unwrap();
        assert_eq!(found.budget, Some(Duration::from_secs(1_800)));
        assert_eq!(
            (&*found.title["zh-CN"], &*found.title["en"]),
            ("小休", "Break")
        );
        assert_eq!(
            agents.reasons(-300).day_start,
            Duration::from_secs(9 * 3_600)
        );
    }

    #[test]
    fn c15_what_an_agent_hears_who_stands_by_exists_and_his_moment_to_decline_is_short() {
        let has = |name: &str| name == "music/default";
        let silent = agents("").standing_by(has).unwrap();
        assert_eq!(silent, StandingBy::default());
        let wanted = agents("standby_music = \"default\"\nstandby_refuse_ms = 1500\n");
        let wanted = wanted.standing_by(has).unwrap();
        assert_eq!(wanted.music, Some(SoundName::new("music/default")));
        assert_eq!(wanted.refuse, Duration::from_millis(1_500));
        let missing = agents("standby_music = \"soft\"\n").standing_by(has);
        assert_eq!(
            missing.unwrap_err(),
            told!(
                "there is no music/soft.wav beside the scripts",
                "流程旁没有 music/soft.wav"
            )
        );
        let long = agents("standby_refuse_ms = 10001\n").mistake().unwrap();
        assert!(long.is_said_alike(), "{long:?}");
        assert!(long.en.contains("expected at most 10000"), "{long:?}");
    }

    #[test]
    fn c19_a_hold_is_told_of_after_times_of_the_house_or_never() {
        assert_eq!(agents("").hold(), HoldTimes::default());
        let hold = agents("hold_alert_s = 0\nhold_message_s = 45\nhold_alarm_s = 300\n").hold();
        let times = [hold.agent, hold.caller, hold.supervisor];
        assert_eq!(
            times.map(|time| time.map(|it| it.as_secs())),
            [None, Some(45), Some(300)]
        );
    }

    #[test]
    fn c2_mistakes_in_reasons_are_told() {
        let reason =
            |name: &str| format!("[[reason]]\nname = \"{name}\"\nzh = \"一\"\nen = \"1\"\n");
        for (text, part) in [
            ("day_start_h = 24\n".to_owned(), "0 to 23"),
            (reason(""), "1 to 32"),
            (reason("device"), "the house itself"),
            (reason("meal") + &reason("meal"), "twice"),
        ] {
            let told = agents(&text).mistake().unwrap();
            assert!(told.is_said_alike(), "{told:?}");
            assert!(told.en.contains(part), "{told:?}");
        }
    }
}
