//! The way from a request to the engine: a bounded queue of commands, each with a place for its answer.
//!
//! Invariant: a command is answered, refused or given up within `ANSWER_MAX`; nobody waits for ever and the queue never
//! grows beyond its capacity (S8: when it is full, the newest asker is told to come again). What a command does is the
//! engine's matter.

use std::time::Duration;

use engine::command::{Command, CommandError};
use tokio::sync::{mpsc, oneshot};

/// How long an asker waits for the engine. A turn takes microseconds: after this the engine hangs.
const ANSWER_MAX: Duration = Duration::from_secs(5);

/// A command with the place for its answer.
#[derive(Debug)]
pub struct Asked {
    /// What someone wants.
    pub command: Command,
    /// Where the engine's answer goes; the asker may have gone meanwhile.
    pub answer: oneshot::Sender<Result<(), CommandError>>,
}

/// The engine loop's end of the queue.
pub type CommandReceiver = mpsc::Receiver<Asked>;

/// The askers' end of the queue.
#[derive(Clone, Debug)]
pub struct CommandSender(mpsc::Sender<Asked>);

/// Why a command has not been carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandFailure {
    /// The engine refused it.
    #[error(transparent)]
    Refused(#[from] CommandError),
    /// Too many commands wait.
    #[error("too many commands wait for the engine")]
    Busy,
    /// The engine did not answer in time, or is gone. The command may still be carried out.
    #[error("the engine does not answer")]
    Unanswered,
}

impl CommandSender {
    /// A queue for at most `capacity` commands (at least one).
    pub fn channel(capacity: usize) -> (Self, CommandReceiver) {
        let (sender, receiver) = mpsc::channel(capacity.max(1));
        (Self(sender), receiver)
    }

    /// Hands a command to the engine and waits for the answer of its turn.
    pub async fn send(&self, command: Command) -> Result<(), CommandFailure> {
        let (answer, answered) = oneshot::channel();
        self.0
            .try_send(Asked { command, answer })
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => CommandFailure::Busy,
                mpsc::error::TrySendError::Closed(_) => CommandFailure::Unanswered,
            })?;
        store::deed::begin();
        match tokio::time::timeout(ANSWER_MAX, answered).await {
            Ok(Ok(outcome)) => Ok(outcome?),
            Ok(Err(_)) | Err(_) => Err(CommandFailure::Unanswered),
        }
    }
}

#[cfg(test)]
mod tests {
    use model::{AgentId, CallId};

    use super::*;

    fn hang_up() -> Command {
        Command::HangUp {
            call: CallId::new(1),
        }
    }

    #[tokio::test]
    async fn an_answer_comes_back_to_its_asker() {
        let (commands, mut engine) = CommandSender::channel(4);
        let loop_of_engine = tokio::spawn(async move {
            let asked = engine.recv().await.unwrap();
            assert_eq!(asked.command, hang_up());
            asked
                .answer
                .send(Err(CommandError::UnknownCall(CallId::new(1))))
                .unwrap();
        });
        assert_eq!(
            commands.send(hang_up()).await,
            Err(CommandFailure::Refused(CommandError::UnknownCall(
                CallId::new(1)
            )))
        );
        loop_of_engine.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn s8_a_full_queue_and_a_silent_engine_are_told() {
        let (commands, engine) = CommandSender::channel(1);
        let first = commands.clone();
        let waiting = tokio::spawn(async move { first.send(hang_up()).await });
        tokio::task::yield_now().await;
        let second = commands.send(Command::RemoveAgent(AgentId::new(7))).await;
        assert_eq!(second, Err(CommandFailure::Busy));
        assert_eq!(waiting.await.unwrap(), Err(CommandFailure::Unanswered));
        drop(engine);
        assert_eq!(
            commands.send(hang_up()).await,
            Err(CommandFailure::Unanswered)
        );
    }
}
