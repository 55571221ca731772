//! S22: what a bot is told holds no value of a secret input, nor what a script makes of one.
//!
//! Within one script: a value that another script gives is judged where it is sent, and left out.

use std::collections::BTreeSet;

use super::AllClaims;
use crate::claim::Origin;
use crate::report::Report;
use crate::told;

pub(super) fn check(claims: &AllClaims<'_>, report: &mut Report) {
    let secrets = secrets(claims);
    for expression in claims.values().flat_map(|claims| &claims.told) {
        let variables = expression.variables();
        if let Some(name) = variables.into_iter().find(|name| secrets.contains(name)) {
            let message = told!(
                "`{name}` comes from a secret input: no bot is told it",
                "`{name}` 来自保密输入：不能告诉机器人"
            );
            let help = told!(
                "leave it out of `send`, or let an `http` or `sql` node do what needs it",
                "请从 `send` 中去掉，或用 `http`、`sql` 节点处理"
            );
            report.error(expression.place(), message, Some(help));
        }
    }
}

/// The variables that secret inputs set, and those that are made of them.
fn secrets<'s>(claims: &'s AllClaims<'_>) -> BTreeSet<&'s str> {
    let mut secrets: BTreeSet<&str> = BTreeSet::new();
    loop {
        let known = secrets.len();
        for claims in claims.values() {
            for assigned in &claims.assigned {
                let is_secret = match &assigned.from {
                    Origin::Input(_) => claims.secret,
                    Origin::Expression(expression) => {
                        let mut read = expression.variables().into_iter();
                        read.any(|name| secrets.contains(name))
                    }
                    Origin::Column { .. } | Origin::Result { .. } => false,
                };
                if is_secret {
                    secrets.insert(&assigned.name.text);
                }
            }
        }
        if secrets.len() == known {
            return secrets;
        }
    }
}
