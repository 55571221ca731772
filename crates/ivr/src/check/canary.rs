//! Canaries (M6): what is tried at one time is tried together, on one share of callers.

use super::House;
use crate::diagnostic::Diagnostic;
use crate::report::Report;
use crate::told;

pub(super) fn check(house: &House<'_>, found: &mut Vec<Diagnostic>) {
    let tried = house
        .scripts
        .iter()
        .filter_map(|script| Some((script, script.canary()?)));
    let mut tried = tried.collect::<Vec<_>>().into_iter();
    let Some((first, share)) = tried.next() else {
        return;
    };
    for (script, on) in tried {
        if (on.on_ppm, on.worse_ppm) == (share.on_ppm, share.worse_ppm) {
            continue;
        }
        let mut report = Report::new(script.file());
        let message = told!(
            "`on` and `max_worse` differ from those of `{}`: scripts that are tried at one time are tried together",
            "`on`、`max_worse` 与 `{}` 不同：同时灰度的流程必须一同发布",
            first.name()
        );
        let help = told!("write the same in both", "请在两者中写成相同");
        report.error(on.place, message, Some(help));
        found.extend(report.finish());
    }
}
