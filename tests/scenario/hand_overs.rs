//! A script that hands the caller on by a number which leads into another script: that one has him from there on.

use std::time::Duration;

use engine::Entry;
use model::fact::CallResult;

use crate::hotline::Hotline;
use crate::plan::{HEAD, leads, numbers, script};

const CALLER: &str = "13800001111";
const SECOND: Duration = Duration::from_secs(1);

#[test]
fn e16_e22_who_is_handed_on_by_a_number_is_not_lost_between_two_scripts() {
    let mut hotline = Hotline::with(|config| {
        let on = "[transfer.go]\nto = \"number:4001\"\non_busy = \"end\"\non_no_answer = \"end\"\non_failure = \"end\"\n";
        script(config, "main", &format!("{HEAD}{on}"));
        let menu = "[prompt.ask]\nen = \"Press 1.\"\n[menu.go]\nprompt = \"ask\"\nkeys = { 1 = \"end\" }\ntries = 2\ntimeout_s = 3\non_failure = \"end\"\n";
        script(config, "other", &format!("{HEAD}{menu}"));
        let main = leads(Entry::Script("main".into()));
        let other = leads(Entry::Script("other".into()));
        numbers(config, [("4000", main), ("4001", other)]);
    });
    hotline.caller(CALLER, "4000");
    hotline.run_for(60 * SECOND);
    // He is silent: two tries, and then the second script ends the call.
    assert_eq!(hotline.record().result, Some(CallResult::SelfService));
    let entered = hotline.facts_named("ivr.entered");
    let told: Vec<String> = entered.iter().map(|fact| format!("{fact:?}")).collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(
        told[1].contains("other") && told[2].contains("hangup"),
        "{told:?}"
    );
    hotline.assert_clean();
}
