//! Spans of time as an admin writes them: `15 min`, `4 h`, `3 wd` of business time; `30 min`, `12 h`, `7 d` by the clock.

use std::time::Duration;

use ivr::told;
use model::Calendar;
use toml::Spanned;

use super::Reader;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(24 * 3_600);
/// Nothing is promised for longer.
const BUSINESS_MAX: Duration = Duration::from_secs(366 * 24 * 3_600);
/// Nothing is waited for longer.
const LASTS_MAX: Duration = Duration::from_secs(3_660 * 24 * 3_600);

impl Reader<'_, '_> {
    /// Business time (R3); a working day is as long as the calendar's. Nothing is no promise.
    pub(super) fn business(
        &mut self,
        text: &Spanned<String>,
        calendar: &Calendar,
    ) -> Option<Duration> {
        let day = calendar.working_day();
        if text.get_ref().trim().ends_with("wd") && day.is_zero() {
            let name = calendar.name();
            let message = told!(
                "the calendar `{name}` has no working day to count by",
                "日历 `{name}` 没有可用于计算的工作日"
            );
            self.report.error(text, message, None);
            return None;
        }
        let units = [("min", MINUTE), ("h", HOUR), ("wd", day)];
        let help = told!(
            "write business time as \"15 min\", \"4 h\" or \"3 wd\" (working days), a year at most",
            "请写工作时间，如 \"15 min\"、\"4 h\" 或 \"3 wd\"（工作日），最多一年"
        );
        self.span(text, &units, BUSINESS_MAX, help)
    }

    /// Time by the clock.
    pub(super) fn lasts(&mut self, text: &Spanned<String>) -> Option<Duration> {
        let units = [("min", MINUTE), ("h", HOUR), ("d", DAY)];
        let help = told!(
            "write time as \"30 min\", \"12 h\" or \"7 d\", ten years at most",
            "请写时长，如 \"30 min\"、\"12 h\" 或 \"7 d\"，最多十年"
        );
        self.span(text, &units, LASTS_MAX, help)
    }

    fn span(
        &mut self,
        text: &Spanned<String>,
        units: &[(&str, Duration)],
        most: Duration,
        help: ivr::Told,
    ) -> Option<Duration> {
        let span = read(text.get_ref(), units);
        let span = span.filter(|span| !span.is_zero() && *span <= most);
        if span.is_none() {
            let written = text.get_ref();
            let message = told!("`{written}` is no span of time", "`{written}` 不是时长");
            self.report.error(text, message, Some(help));
        }
        span
    }
}

fn read(text: &str, units: &[(&str, Duration)]) -> Option<Duration> {
    let text = text.trim();
    let end = text.find(|letter: char| !letter.is_ascii_digit())?;
    let (count, unit) = text.split_at(end);
    let unit = unit.trim();
    let (_, one) = units.iter().find(|(word, _)| *word == unit)?;
    one.checked_mul(count.parse().ok()?)
}
