//! What number lists say of a caller (A7, F5, F6): asked as he arrives, and again for each queue in which his script lets him wait.
//!
//! An entry decides a call once: who was given to a script by it is not given to that script again. Callers whom an agent or a supervisor sends
//! to a queue, agents of the house, callers who are called back and callers whose number is withheld (A9) are not asked about; what was said of
//! a caller as he came stays with his call.

use std::collections::BTreeSet;

use model::fact::{CallResult, Direction, EndedBy, PopFlag};
use model::{Bar, CallId, Fact, NumberEntry, NumberEntryId, QueueName};
use sip::Reason;

use super::Call;
use super::line::Wait;
use crate::config::{Config, Entry};
use crate::context::Context;

/// What they have said so far.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// Entries that have decided.
    told: BTreeSet<NumberEntryId>,
    /// The highest level by them.
    vip_level: u8,
    /// What a screen shows.
    flags: Vec<PopFlag>,
}

impl Listed {
    /// F5: the level that stands on the list of VIPs, 0 for none.
    pub(super) const fn vip_level(&self) -> u8 {
        self.vip_level
    }

    /// P4.
    pub(super) fn flags(&self) -> Vec<PopFlag> {
        self.flags.clone()
    }

    /// Asks the lists about a caller with this key; gives what he meets, if he is barred by what has not decided before.
    pub(super) fn ask(
        &mut self,
        context: &mut Context,
        call: CallId,
        key: &str,
        called: &str,
        queues: &[QueueName],
    ) -> Option<Bar> {
        let lists = context.lists.clone();
        let met = lists.meet(key, called, queues, context.now.into());
        let level = met
            .level
            .filter(|level| Some(level.id) != met.decides.map(|it| it.id));
        if let Some(level) = level {
            self.tell(context, call, key, level);
        }
        let decides = met.decides?;
        self.tell(context, call, key, decides).flatten()
    }

    /// Tells an entry once; gives what it says then.
    fn tell(
        &mut self,
        context: &mut Context,
        call: CallId,
        key: &str,
        entry: &NumberEntry,
    ) -> Option<Option<Bar>> {
        if !self.told.insert(entry.id) {
            return None;
        }
        let bar = entry.bar.clone().map(|bar| standing(&context.config, bar));
        self.vip_level = self.vip_level.max(entry.vip_level);
        self.flags.push(PopFlag {
            list: entry.list,
            remark: entry.reason.clone(),
            vip_level: entry.vip_level,
        });
        context.fact(Fact::CallerListed {
            call,
            entry: Some(entry.id),
            list: entry.list,
            number: key.to_owned(),
            bar: bar.clone(),
            vip_level: entry.vip_level,
        });
        Some(bar)
    }
}

/// A reload may have taken script or mailbox away: he is turned away all the same.
fn standing(config: &Config, bar: Bar) -> Bar {
    match bar {
        Bar::Script(name) if !config.scripts.contains_key(&name) => Bar::Reject,
        Bar::Voicemail(name) if !config.scripts.contains_key(&ivr::mailbox_script(&name)) => {
            Bar::Reject
        }
        Bar::Script(_) | Bar::Voicemail(_) | Bar::Reject | Bar::Busy | Bar::Log => bar,
    }
}

impl Call {
    /// A caller is to wait where his number or his script leads him, unless the lists bar him from there (F6).
    pub(super) fn ask_to_wait(&mut self, context: &mut Context, wait: Wait) {
        let queues: Vec<QueueName> = wait.queues.iter().cloned().collect();
        match self.barred_from(context, &queues) {
            None | Some(Bar::Log) => self.join_queue(context, wait),
            Some(Bar::Script(name)) => self.enter_target(context, Entry::Script(name)),
            Some(Bar::Voicemail(name)) => {
                self.enter_target(context, Entry::Script(ivr::mailbox_script(&name)));
            }
            // He was answered: what is left is to end it, and to say why.
            Some(Bar::Reject) => self.turn_away(context, 603, "Decline"),
            Some(Bar::Busy) => self.turn_away(context, 486, "Busy Here"),
        }
    }

    fn barred_from(&mut self, context: &mut Context, queues: &[QueueName]) -> Option<Bar> {
        if context.lists.is_empty()
            || self.caller_agent.is_some()
            || self.direction != Direction::In
        {
            return None;
        }
        let number = self.caller.number.as_deref()?;
        let key = key_of(&context.config, self.trunk.is_some(), number);
        let mut listed = std::mem::take(&mut self.listed);
        let bar = listed.ask(context, self.id, &key, &self.called, queues);
        self.listed = listed;
        bar
    }

    fn turn_away(&mut self, context: &mut Context, status: u32, words: &str) {
        let reason = Some(Reason::sip(status, words));
        self.finish_because(context, CallResult::Refused, EndedBy::System, reason);
    }
}

/// By a trunk he has his key already; past it his number is as it was received.
pub(super) fn key_of(config: &Config, by_trunk: bool, number: &str) -> String {
    if by_trunk {
        number.to_owned()
    } else {
        config.plan.key(number).key
    }
}
