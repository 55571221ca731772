//! Who enters a script: what every script may read and no script may set.
//!
//! Kept as it came; a variable becomes a value when a script reads it. Most calls never ask how their number is dialled at
//! home, which is the dearest of them to say.

use model::{Caller, NumberForm, NumberPlan};

use crate::value::{Number, Value};
use crate::variable::{
    CALLED, CALLER_NAME, CALLER_NATIONAL, CALLER_NUMBER, CALLER_VIP, DIVERTED_FROM, TRUNK,
};

/// Who enters a script, and where he dialled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Who calls.
    pub caller: Caller,
    /// 0 for none.
    pub vip_level: u8,
    /// The number that was dialled.
    pub called: String,
    /// The trunk that he came by; empty for none.
    pub trunk: String,
    /// The number that he had dialled and that sent him on to us; empty for none.
    pub diverted_from: String,
    /// His language, when it is known; the script's first one otherwise.
    pub language: Option<String>,
}

impl Entry {
    /// The value of a variable that stands still from the entry on.
    pub(super) fn value(&self, name: &str, plan: &NumberPlan) -> Option<Value> {
        let number = self.caller.number.as_deref().unwrap_or_default();
        let text = match name {
            CALLER_NUMBER => number.to_owned(),
            CALLER_NATIONAL => as_dialled(plan, number),
            CALLER_NAME => self.caller.display.clone().unwrap_or_default(),
            CALLED => self.called.clone(),
            TRUNK => self.trunk.clone(),
            DIVERTED_FROM => self.diverted_from.clone(),
            CALLER_VIP => {
                return Some(Value::Number(Number::whole(i64::from(self.vip_level))));
            }
            _ => return None,
        };
        Some(Value::Text(text))
    }
}

/// A number as people of the plan's country dial it; what has no such form, as it came.
fn as_dialled(plan: &NumberPlan, number: &str) -> String {
    let key = plan.key(number);
    match &key.e164 {
        Some(e164) => plan.written(e164, NumberForm::National),
        None => key.key,
    }
}
