//! The head's keys of a canary (M6): on which share of callers a version is tried, and how much worse it may be.

use crate::place::Name;
use crate::report::Read;
use crate::script::OnShare;
use crate::section::Section;
use crate::told;

/// Without `max_worse`: a tenth.
const WORSE_PPM: u32 = 100_000;

pub(super) fn read(section: &mut Section<'_, '_>) -> Option<OnShare> {
    let on = section.optional_name("on").ok().flatten();
    let worse = section.optional_name("max_worse").ok().flatten();
    let worse_ppm = match &worse {
        None => Some(WORSE_PPM),
        Some(worse) => share(section, "max_worse", worse, 0..=10_000_000).ok(),
    };
    let Some(on) = on else {
        if let Some(worse) = worse {
            let message = told!(
                "`max_worse` bounds a version that is tried, and there is no `on`",
                "`max_worse` 用于灰度版本，而此处没有 `on`"
            );
            let help = told!(
                "add `on = \"5%\"`, or take it out",
                "请补上 `on = \"5%\"`，或删去此键"
            );
            section.report.error(worse.place, message, Some(help));
        }
        return None;
    };
    let on_ppm = share(section, "on", &on, 100..=990_000).ok()?;
    Some(OnShare {
        on_ppm,
        worse_ppm: worse_ppm?,
        place: on.place,
    })
}

/// A share in percent, with at most four decimals, in millionths.
fn share(
    section: &mut Section<'_, '_>,
    key: &str,
    text: &Name,
    within: std::ops::RangeInclusive<u32>,
) -> Read<u32> {
    let percent = text.text.trim().strip_suffix('%').map(str::trim_end);
    let read = percent.and_then(ppm).filter(|it| within.contains(it));
    let of = |ppm: u32| f64::from(ppm) / 10_000.0;
    let (least, most) = (of(*within.start()), of(*within.end()));
    let wrong = told!(
        "`{key}` is a share from {least} % to {most} %, not `{}`",
        "`{key}` 应为 {least}% 至 {most}% 的比例，而不是 `{}`",
        text.text
    );
    let help = match key {
        "on" => told!(
            "write \"5%\"; to lead all callers, take `on` out",
            "请写 \"5%\"；要让全部主叫使用，请删去 `on`"
        ),
        _ => told!("write \"10%\"", "请写 \"10%\""),
    };
    read.ok_or_else(|| section.report.error(text.place, wrong, Some(help)))
}

/// `2.5` percent as 25,000 millionths.
fn ppm(percent: &str) -> Option<u32> {
    let (whole, decimals) = percent.split_once('.').unwrap_or((percent, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty()
        || whole.len() > 4
        || decimals.len() > 4
        || !is_number(whole)
        || !is_number(decimals)
    {
        return None;
    }
    format!("{whole}{decimals:0<4}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_exact() {
        for (text, expected) in [
            ("5", Some(50_000)),
            ("0.01", Some(100)),
            ("12.5", Some(125_000)),
            ("99", Some(990_000)),
            ("", None),
            (".5", None),
            ("5.00001", None),
            ("-5", None),
            ("99999", None),
        ] {
            assert_eq!(ppm(text), expected, "{text}");
        }
    }
}
