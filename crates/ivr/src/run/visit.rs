//! What a node may look at and change while it takes an event: the run, lent for one step.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use model::fact::TicketContent;
use model::{Calendar, CalendarState, MailboxName, NumberPlan, RecordingId, ScriptName, Timestamp};
use speech::Currency;

use super::chain::Chain;
use super::entry::Entry;
use super::filed::Filed;
use super::keys::Keys;
use crate::claim::Cause;
use crate::effect::{Effect, Filing, Played, Recorded, Surveyed};
use crate::expression::Expression;
use crate::format::Format;
use crate::message::Stage;
use crate::node::Clerk;
use crate::place::Name;
use crate::script::{Script, house_sound, own_sound};
use crate::sentence::{CURRENCY, Piece, Sentence, Slot, piece_name};
use crate::spoken;
use crate::step::Given;
use crate::survey::{Asking, SurveyForm};
use crate::typed::Typed;
use crate::value::Value;
use crate::variable::{LANGUAGE, NOW, Variables};

/// The run as a node sees it.
#[derive(Debug)]
pub(crate) struct Visit<'a> {
    pub(super) now: Duration,
    pub(super) calendars: &'a BTreeMap<String, Calendar>,
    pub(super) script: &'a ScriptName,
    pub(super) languages: &'a [String],
    /// The calendars that the script names.
    pub(super) clocks: &'a BTreeSet<String>,
    /// Under which name the script's own sounds stand.
    pub(super) sounds: &'a str,
    pub(super) node: &'a str,
    pub(super) language: &'a str,
    pub(super) entry: &'a Entry,
    pub(super) plan: &'a NumberPlan,
    pub(super) variables: &'a mut Variables,
    pub(super) keys: &'a mut Keys,
    pub(super) chain: &'a mut Chain,
    pub(super) typed: &'a mut Typed,
    pub(super) stage: &'a mut Stage,
    pub(super) asking: &'a mut Asking,
    pub(super) scripts: &'a BTreeMap<ScriptName, Arc<Script>>,
    pub(super) filed: &'a mut Filed,
    pub(super) clerk: &'a mut Clerk,
    pub(super) caught: &'a mut Caught,
}

/// What a step says besides what it wants next.
#[derive(Debug, Default)]
pub(super) struct Caught {
    /// What follows the kind in the trace; `None`: the node's name.
    pub(super) label: Option<String>,
    pub(super) language: Option<String>,
    /// Values that could not be said, with their reasons.
    pub(super) unsaid: Vec<String>,
    /// What is done besides.
    pub(super) effects: Vec<Effect>,
    /// Whether a try failed.
    pub(super) failed: bool,
    /// The word of what leads on, where an exit stands for several causes.
    pub(super) cause: Option<String>,
}

impl Visit<'_> {
    /// What the trace shows after the node's kind, instead of its name.
    pub(crate) fn trace_as(&mut self, label: String) {
        self.caught.label = Some(label);
    }

    /// Why the node is left, where an exit of it stands for several causes (E23).
    pub(crate) fn leaves_by(&mut self, cause: &Cause<'_>) {
        self.caught.cause = Some(cause.word());
    }

    /// The caller's language from here on.
    pub(crate) fn speak(&mut self, language: &str) {
        self.caught.language = Some(language.to_owned());
    }

    /// What a calendar says of this moment; `None` when there is no such calendar.
    pub(crate) fn calendar_state(&self, name: &str) -> Option<CalendarState> {
        Some(
            self.calendars
                .get(name)?
                .state_at(Timestamp::from(self.now)),
        )
    }

    /// A calendar, if it is there.
    pub(crate) fn calendar(&self, name: &str) -> Option<&Calendar> {
        self.calendars.get(name)
    }

    /// This moment.
    pub(crate) fn moment(&self) -> Timestamp {
        Timestamp::from(self.now)
    }

    /// The script's language after the caller's, round and round; none where it speaks one alone.
    pub(crate) fn other_language(&self) -> Option<&str> {
        let mut round = self.languages.iter().chain(self.languages);
        round.find(|language| *language == self.language)?;
        let next = round.next()?.as_str();
        (next != self.language).then_some(next)
    }

    /// How far a caller is who closes a calendar.
    pub(crate) const fn clerk(&mut self) -> &mut Clerk {
        self.clerk
    }

    /// What was typed since the node was entered.
    pub(crate) const fn typed(&mut self) -> &mut Typed {
        self.typed
    }

    /// How far a caller is who speaks to the node.
    pub(crate) const fn stage(&mut self) -> &mut Stage {
        self.stage
    }

    /// A key that was typed ahead is meant for nobody.
    pub(crate) const fn forget_key(&mut self) {
        self.keys.take();
    }

    /// A recording is kept.
    pub(crate) fn keep_recording(&mut self, recording: RecordingId) {
        self.settle(recording, true);
    }

    /// A recording is nobody's any more.
    pub(crate) fn drop_recording(&mut self, recording: RecordingId) {
        self.settle(recording, false);
    }

    /// What was said is left in a mailbox.
    pub(crate) fn leave_message(&mut self, mailbox: &str, said: Recorded) {
        let mailbox = MailboxName::from(mailbox);
        let left = Effect::LeaveMessage { mailbox, said };
        self.caught.effects.push(left);
    }

    /// How far he is with the form that the node asks.
    pub(crate) const fn asking(&mut self) -> &mut Asking {
        self.asking
    }

    /// A form by its name, if there is one.
    pub(crate) fn form(&self, name: &str) -> Option<Arc<SurveyForm>> {
        let script = self.scripts.get(&SurveyForm::script_of(name))?;
        script.form().cloned()
    }

    /// He comes to a form.
    pub(crate) fn begin_survey(&mut self, form: &str) {
        let form = form.to_owned();
        self.caught.effects.push(Effect::SurveyAsked { form });
    }

    /// What he has answered.
    pub(crate) fn tell_survey(&mut self, surveyed: Surveyed) {
        self.caught.effects.push(Effect::SurveyDone(surveyed));
    }

    /// The caller has keyed in who he is (G6).
    pub(crate) fn identify(&mut self, typed: model::Typed) {
        self.caught.effects.push(Effect::Identify(typed));
    }

    /// A ticket is filed; gives which of this call's it is.
    pub(crate) fn file_ticket(&mut self, content: TicketContent) -> u32 {
        let part = self.filed.file(self.script, self.node, &content);
        let node = self.node.to_owned();
        let filing = Filing {
            part,
            node,
            content,
        };
        self.caught.effects.push(Effect::FileTicket(filing));
        part
    }

    /// Which of this call's tickets says the same already, if the last one of this node does.
    pub(crate) fn filed_before(&self, content: &TicketContent) -> Option<u32> {
        self.filed.same(self.script, self.node, content)
    }

    fn settle(&mut self, recording: RecordingId, kept: bool) {
        let settled = Effect::SettleRecord { recording, kept };
        self.caught.effects.push(settled);
    }

    /// A sentence of the house, in the caller's language.
    pub(crate) fn house(&self, sentence: &str) -> Played {
        Played::Sound(house_sound(self.language, sentence))
    }

    /// Drops one key if it is the very next and comes within `time`.
    pub(crate) fn swallow(&mut self, key: char, time: Duration) {
        self.keys.swallow(key, self.now + time);
    }

    /// The key that was typed ahead, which stays.
    pub(crate) const fn kept_key(&self) -> Option<char> {
        self.keys.kept()
    }

    /// Whether the caller may try here, of so many tries in a chain of visits.
    pub(crate) fn may_try(&self, tries: u32) -> bool {
        self.chain.may_try(self.script, self.node, tries)
    }

    /// Whether this node still takes a choice.
    pub(crate) fn may_choose(&self) -> bool {
        self.chain.may_choose(self.script, self.node)
    }

    /// A try failed: what was typed ahead was typed for something else.
    pub(crate) fn count_failure(&mut self) {
        self.keys.take();
        self.chain.fail(self.script, self.node);
        self.caught.failed = true;
    }

    /// Sets a variable.
    pub(crate) fn set(&mut self, name: &str, value: Value, secret: bool) {
        self.variables.set(name, value, secret);
    }

    /// The value of an expression at this moment.
    pub(crate) fn evaluate(&self, expression: &Expression) -> Result<Value, String> {
        expression.evaluate(&|name| match name {
            LANGUAGE => Some(Value::Text(self.language.to_owned())),
            NOW => Some(Value::Text(self.wall_clock())),
            _ => {
                let known = self.entry.value(name, self.plan);
                known.or_else(|| self.variables.get(name).cloned())
            }
        })
    }

    /// The number from which the caller calls; empty where it was withheld.
    pub(crate) fn caller_number(&self) -> &str {
        self.entry.caller.number.as_deref().unwrap_or_default()
    }

    /// This moment as the script's people see it on their wall.
    fn wall_clock(&self) -> String {
        let named = self.clocks.iter();
        let own = named.filter_map(|name| self.calendars.get(name)).next();
        let clock = own.or_else(|| self.calendars.values().next());
        let now = Timestamp::from(self.now);
        clock.map_or_else(|| now.to_string(), |clock| clock.written(now))
    }

    /// The caller's language.
    pub(crate) const fn language(&self) -> &str {
        self.language
    }

    /// A sentence with its values, in the caller's language. What cannot be said is left out and told.
    pub(crate) fn said(&mut self, sentence: &Sentence) -> Vec<Played> {
        let mut parts = Vec::new();
        for piece in &sentence.pieces {
            match piece {
                Piece::Text { number, .. } => {
                    let name = piece_name(self.node, *number);
                    let sound = own_sound(self.sounds, self.language, &name);
                    parts.push(Played::Sound(sound));
                }
                Piece::Value(slot) => match self.words(slot) {
                    Ok(words) => parts.extend(words),
                    Err(reason) => {
                        let reason = format!("`{}`: {reason}", slot.what.text());
                        self.leaves_out(reason);
                    }
                },
            }
        }
        parts
    }

    /// A value is left out, for this reason: of the value itself nothing is told.
    pub(crate) fn leaves_out(&mut self, reason: String) {
        self.caught.unsaid.push(reason);
    }

    /// The words of a value. Of a secret there are none (S22), nor of an empty text.
    fn words(&self, slot: &Slot) -> Result<Vec<Played>, String> {
        let value = self.evaluate(&slot.what)?;
        if self.reads_secret(&slot.what) || value == Value::Text(String::new()) {
            return Ok(Vec::new());
        }
        spoken::value(self.language, &value, slot.format, slot.currency)
    }

    /// An answer of the caller's, said back to him; one that the format cannot say is said digit by digit.
    pub(crate) fn answer_in_words(&self, answer: &Value, format: &str) -> Vec<Played> {
        let words = || {
            let currency = Currency::of(CURRENCY).ok()?;
            spoken::value(self.language, answer, Format::find(format)?, currency).ok()
        };
        words().unwrap_or_else(|| spoken::one_by_one(self.language, &answer.to_string()))
    }

    /// The text that a key's expression gives, where there is one.
    pub(crate) fn text_of(
        &self,
        key: &str,
        expression: Option<&Expression>,
    ) -> Result<Option<String>, String> {
        match expression.map(|expression| self.evaluate(expression)) {
            None => Ok(None),
            Some(Ok(Value::Text(text))) => Ok(Some(text)),
            Some(Ok(Value::Number(_) | Value::Truth(_))) => Err(format!("`{key}` is no text")),
            Some(Err(reason)) => Err(reason),
        }
    }

    /// What named expressions give at this moment, each with whether it is a secret: what is made of one is one (S22).
    pub(crate) fn given(&self, expressions: &[(Name, Expression)]) -> Result<Given, String> {
        let values = expressions.iter();
        values
            .map(|(name, expression)| {
                let value = self.evaluate(expression)?;
                Ok((name.text.clone(), (value, self.reads_secret(expression))))
            })
            .collect()
    }

    /// The same for those who may know secrets.
    pub(crate) fn values(
        &self,
        expressions: &[(Name, Expression)],
    ) -> Result<BTreeMap<String, Value>, String> {
        let given = self.given(expressions)?.into_iter();
        Ok(given.map(|(name, (value, _))| (name, value)).collect())
    }

    /// Whether an expression reads what came from a secret input.
    pub(crate) fn reads_secret(&self, expression: &Expression) -> bool {
        expression
            .variables()
            .into_iter()
            .any(|name| self.variables.is_secret(name))
    }
}
