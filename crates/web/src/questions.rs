//! The way of questions to the engine: a bounded queue beside that of commands, each with a place for its answer.
//!
//! A question changes nothing, so it may be asked again; whoever asks too much waits for nobody and is told to come again
//! (S8). Commands have a queue of their own: people who look never hold up people who do.

use std::time::Duration;

use engine::{Answer, Question};
use tokio::sync::{mpsc, oneshot};

use crate::commands::CommandFailure;

/// How long an asker waits for the engine.
const ANSWER_MAX: Duration = Duration::from_secs(5);

/// A question with the place for its answer.
#[derive(Debug)]
pub struct Questioned {
    /// What someone wants to know.
    pub question: Question,
    /// Where the answer goes; the asker may have gone meanwhile.
    pub answer: oneshot::Sender<Answer>,
}

/// The engine loop's end of the queue.
pub type QuestionReceiver = mpsc::Receiver<Questioned>;

/// The askers' end of the queue.
#[derive(Clone, Debug)]
pub struct QuestionSender(mpsc::Sender<Questioned>);

impl QuestionSender {
    /// A queue for at most `capacity` questions (at least one).
    pub fn channel(capacity: usize) -> (Self, QuestionReceiver) {
        let (sender, receiver) = mpsc::channel(capacity.max(1));
        (Self(sender), receiver)
    }

    /// Asks and waits for the answer of that turn. `Busy` or `Unanswered`.
    pub async fn ask(&self, question: Question) -> Result<Answer, CommandFailure> {
        let (answer, answered) = oneshot::channel();
        self.0
            .try_send(Questioned { question, answer })
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => CommandFailure::Busy,
                mpsc::error::TrySendError::Closed(_) => CommandFailure::Unanswered,
            })?;
        match tokio::time::timeout(ANSWER_MAX, answered).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) | Err(_) => Err(CommandFailure::Unanswered),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_answer_comes_back_to_its_asker() {
        let (questions, mut engine) = QuestionSender::channel(1);
        let asking = tokio::spawn(async move { questions.ask(Question::Trunks).await });
        let asked = engine.recv().await.unwrap();
        assert_eq!(asked.question, Question::Trunks);
        asked.answer.send(Answer::Trunks(Vec::new())).unwrap();
        assert_eq!(asking.await.unwrap(), Ok(Answer::Trunks(Vec::new())));
    }

    #[tokio::test(start_paused = true)]
    async fn s8_a_full_queue_and_a_silent_engine_are_told() {
        let (questions, engine) = QuestionSender::channel(1);
        let first = questions.clone();
        let waiting = tokio::spawn(async move { first.ask(Question::Blocked).await });
        tokio::task::yield_now().await;
        let second = questions.ask(Question::Trunks).await;
        assert_eq!(second, Err(CommandFailure::Busy));
        assert_eq!(waiting.await.unwrap(), Err(CommandFailure::Unanswered));
        drop(engine);
        let third = questions.ask(Question::Trunks).await;
        assert_eq!(third, Err(CommandFailure::Unanswered));
    }
}
