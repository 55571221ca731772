//! E14, J3: a form that a script names has a text in each of the script's languages.

use super::{AllClaims, World};
use crate::claim::ReferenceKind;
use crate::report::Report;
use crate::script::Script;
use crate::told;

pub(super) fn check(script: &Script, claims: &AllClaims<'_>, world: &World, report: &mut Report) {
    let references = claims.values().flat_map(|claims| &claims.references);
    for named in references.filter(|one| one.kind == ReferenceKind::Form) {
        let form = &named.name.text;
        let Some(languages) = world.forms.get(form) else {
            continue;
        };
        let mut lacking = script.languages.iter();
        if let Some(language) = lacking.find(|language| !languages.contains(*language)) {
            let message = told!(
                "the form `{form}` has no texts in `{language}`, which this script speaks",
                "问卷 `{form}` 没有本流程所用语言 `{language}` 的文本"
            );
            let help = told!(
                "add `{language}` to its `languages` and texts in `surveys.toml`",
                "请把 `{language}` 加入它的 `languages`，并在 `surveys.toml` 中补上文本"
            );
            report.error(named.name.place, message, Some(help));
        }
    }
}
