//! The tickets that a call's scripts have filed (E15): how many, and the last one of each node.
//!
//! Nothing that a caller has said is lost, and a caller who goes round and round files no flood (S21): a node that takes no choice any
//! more files only what differs from its last ticket; what is the same word for word stands there already, and its number is told again.
//! New words need a choice or an input, whose visits are bounded.

use std::collections::BTreeMap;

use model::ScriptName;
use model::fact::TicketContent;

/// See the file's head.
#[derive(Debug, Default)]
pub(super) struct Filed {
    /// Of this call, whatever script filed them.
    count: u32,
    /// By script and node, with the part that it is.
    last: BTreeMap<(ScriptName, String), (u32, TicketContent)>,
}

impl Filed {
    /// So many were filed before by scripts of the same call.
    pub(super) fn after(count: u32) -> Self {
        Self {
            count,
            last: BTreeMap::new(),
        }
    }

    /// One more, of this node; which of the call's it is.
    pub(super) fn file(&mut self, script: &ScriptName, node: &str, content: &TicketContent) -> u32 {
        self.count = self.count.saturating_add(1);
        let key = (script.clone(), node.to_owned());
        self.last.insert(key, (self.count, content.clone()));
        self.count
    }

    /// Which of the call's says the same, word for word, if this node's last one does.
    pub(super) fn same(
        &self,
        script: &ScriptName,
        node: &str,
        content: &TicketContent,
    ) -> Option<u32> {
        let (part, last) = self.last.get(&(script.clone(), node.to_owned()))?;
        (last == content).then_some(*part)
    }
}
