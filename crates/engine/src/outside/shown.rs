//! What the other side of a call out sees of who calls: a number of ours (A10), or the caller's, where he is sent on.

use sip::{Diversion, ExtraHeader, Identity};

use super::Order;
use crate::trunk::Trunk;

/// What the other side sees.
pub(super) struct Shown {
    /// For the fact.
    pub(super) number: Option<String>,
    pub(super) from: Identity,
    pub(super) headers: Vec<ExtraHeader>,
}

impl Shown {
    /// Our own number (A10); or the caller's, where he is sent on by a trunk that may show him, with ours as the one who
    /// sent him on. A caller who withheld his number stays withheld (RFC 3323).
    pub(super) fn of(trunk: &Trunk, ours: &str, order: &Order) -> Self {
        let identity = |number: &str| Identity {
            display: None,
            user: trunk.write(number),
        };
        let Some((caller, called)) = order.sent_on.as_ref().filter(|_| trunk.passes_callers) else {
            return Self {
                number: Some(ours.to_owned()),
                from: identity(ours),
                headers: asserted(trunk, identity(ours)),
            };
        };
        let mut headers = vec![ExtraHeader::Diversion(Diversion {
            user: trunk.write(called),
            reason: Some("unconditional".to_owned()),
        })];
        match &caller.number {
            Some(number) => {
                headers.extend(asserted(trunk, identity(number)));
                Self {
                    number: Some(number.clone()),
                    from: identity(number),
                    headers,
                }
            }
            None => {
                headers.extend(asserted(trunk, identity(ours)));
                headers.push(ExtraHeader::Privacy);
                Self {
                    number: None,
                    from: identity(ours),
                    headers,
                }
            }
        }
    }
}

/// RFC 3325 §9: identities are told to whom we trust alone.
fn asserted(trunk: &Trunk, identity: Identity) -> Vec<ExtraHeader> {
    if trunk.line.is_trusted {
        vec![ExtraHeader::AssertedIdentity(identity)]
    } else {
        Vec::new()
    }
}
