//! What a caller says into a recording of its own (E15, G1): begun, ended and settled as his script wants it.
//!
//! Part 1 of a call's recordings is the whole call, whether it is made or not; what he says gets the next numbers. A recording
//! of his is held back until the script keeps it; a call that breaks settles nothing, and then it is kept.

use std::time::Duration;

use model::fact::Voicemail;
use model::{Fact, Hearers, MailboxName, RecordingId};

use super::Call;
use super::script::Ground;
use crate::context::Context;
use crate::input::Output;

/// What the script records of a call.
#[derive(Debug, Default)]
pub(super) struct Messages {
    /// How many were begun.
    begun: u32,
    /// The part that is recorded at this moment.
    open: Option<u32>,
}

impl Call {
    /// Begins to record the caller alone.
    pub(super) fn record_message(
        &mut self,
        context: &mut Context,
        max: Duration,
        pause: Duration,
        mailbox: Option<MailboxName>,
    ) {
        let Some(leg) = &self.leg else { return };
        self.messages.begun = self.messages.begun.saturating_add(1);
        let recording = RecordingId {
            call: self.id,
            part: RecordingId::WHOLE.saturating_add(self.messages.begun),
        };
        self.messages.open = Some(recording.part);
        context.media(media::Command::RecordMessage {
            port: leg.port,
            recording,
            pause,
            max,
        });
        self.pending.push_back(ivr::Input::RecordBegan(recording));
        // What a process leaves behind that ends at this moment is a message all the same.
        if let Some(mailbox) = mailbox {
            let began = self.voicemail(context, mailbox, recording, Duration::ZERO);
            context.fact(Fact::VoicemailBegan(Box::new(began)));
        }
    }

    /// A message is left: the fact is the promise that it is heard (G7).
    pub(super) fn leave_message(
        &self,
        context: &mut Context,
        mailbox: MailboxName,
        said: ivr::Recorded,
    ) {
        Self::settle_message(context, said.recording, true);
        let left = self.voicemail(context, mailbox, said.recording, said.length);
        context.fact(Fact::VoicemailLeft(Box::new(left)));
    }

    fn voicemail(
        &self,
        context: &Context,
        mailbox: MailboxName,
        message: RecordingId,
        length: Duration,
    ) -> Voicemail {
        // `check` refuses unknown boxes; a reload may take one while he speaks, and he keeps its queue and its ticket.
        let former = || self.began_with.mailboxes.get(&mailbox);
        let known = context.config.mailboxes.get(&mailbox).or_else(former);
        let queue = known.and_then(|known| match &known.hearers {
            Hearers::Queue(queue) => Some(queue.clone()),
            Hearers::Agents(_) => None,
        });
        Voicemail {
            message,
            caller: self.caller.clone(),
            called: self.called.clone(),
            language: self.language.clone(),
            queue,
            length_ms: u64::try_from(length.as_millis()).unwrap_or(u64::MAX),
            ticket: known.and_then(|known| known.ticket.clone()),
            mailbox,
        }
    }

    /// Ends what is recorded.
    pub(super) fn stop_message(&mut self, context: &mut Context) {
        if let (Some(part), Some(leg)) = (self.messages.open.take(), &self.leg) {
            let call = self.id;
            context.media(media::Command::StopRecord {
                port: leg.port,
                recording: RecordingId { call, part },
            });
        }
    }

    /// Keeps a recording, or drops it.
    pub(super) fn settle_message(context: &mut Context, recording: RecordingId, kept: bool) {
        let settled = Output::SettleRecording { recording, kept };
        context.outputs.push_back(settled);
    }

    /// News of what is recorded at this moment.
    pub(super) fn message_news(
        &mut self,
        context: &mut Context,
        recording: RecordingId,
        input: ivr::Input,
    ) {
        if self.messages.open == Some(recording.part) {
            self.drive(context, super::script::Push::Input(input));
        }
    }

    /// The disk takes nothing of what he says, or of what he reviews: his script tells him.
    pub(super) fn message_failed(&mut self, context: &mut Context, recording: RecordingId) {
        let failed = ivr::Input::RecordFailed(recording);
        self.drive(context, super::script::Push::Input(failed));
    }

    /// The call ends while the script has it: what its caller was saying is settled.
    pub(super) fn leave_script(&mut self, context: &mut Context) {
        let Some(mut run) = self.run.take() else {
            return;
        };
        let ground = Ground::of(self, context);
        run.hang_up(context.now, &ground.environment());
        while let Some(effect) = run.poll_effect() {
            self.perform(context, &run, effect);
        }
    }
}
