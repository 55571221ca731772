//! What a caller answered to a survey (J4): one who answers on is counted by the difference. What an agent pushed is no figure of his
//! (J2): `GET /v1/surveys` tells it apart.

use model::fact::{SurveyAsked, SurveyDone, SurveyPush};
use serde::{Deserialize, Serialize};

use super::CallTally;
use crate::sums::{AgentSums, QueueSums};
use crate::tally::counts::{Counts, TalkKey};

/// What was counted of a survey.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Answered {
    answered: i64,
    scores: i64,
    score_permille: i64,
    /// How many of them lie in each fifth of their scale, from the lowest.
    #[serde(default)]
    fifths: [i64; 5],
}

impl Answered {
    fn of(done: &SurveyDone) -> Self {
        let mut answered = Self {
            answered: i64::from(!done.answers.is_empty()),
            ..Self::default()
        };
        for (question, score) in &done.answers {
            let Some((low, high)) = done.scales.get(question).filter(|(low, high)| low < high)
            else {
                continue;
            };
            let (score, low, high) = (i64::from(*score), i64::from(*low), i64::from(*high));
            answered.scores += 1;
            let permille = (score.clamp(low, high) - low) * 1_000 / (high - low);
            answered.score_permille += permille;
            let fifth = usize::try_from(permille / 200).unwrap_or(0).min(4);
            if let Some(many) = answered.fifths.get_mut(fifth) {
                *many += 1;
            }
        }
        answered
    }
}

impl CallTally {
    pub(super) fn asked(&mut self, asked: &SurveyAsked, counts: &mut Counts) {
        if asked.push == SurveyPush::Agent || self.surveys.contains_key(&asked.part) {
            return;
        }
        self.surveys.insert(asked.part, Answered::default());
        let of_queue = QueueSums {
            surveys_asked: 1,
            ..QueueSums::default()
        };
        let of_agent = AgentSums {
            surveys_asked: 1,
            ..AgentSums::default()
        };
        counts.talk(asked.agent, &self.survey_key(asked), (of_queue, of_agent));
    }

    pub(super) fn answered(&mut self, done: &SurveyDone, counts: &mut Counts) {
        let asked = &done.asked;
        let Some(before) = self.surveys.get(&asked.part).copied() else {
            return;
        };
        let after = Answered::of(done);
        self.surveys.insert(asked.part, after);
        let surveys_answered = after.answered - before.answered;
        let scores = after.scores - before.scores;
        let score_permille = after.score_permille - before.score_permille;
        let mut fifths = after.fifths;
        for (more, counted) in fifths.iter_mut().zip(before.fifths) {
            *more -= counted;
        }
        let [fifth_1, fifth_2, fifth_3, fifth_4, fifth_5] = fifths;
        let of_queue = QueueSums {
            surveys_answered,
            scores,
            score_permille,
            fifth_1,
            fifth_2,
            fifth_3,
            fifth_4,
            fifth_5,
            ..QueueSums::default()
        };
        let of_agent = AgentSums {
            surveys_answered,
            scores,
            score_permille,
            fifth_1,
            fifth_2,
            fifth_3,
            fifth_4,
            fifth_5,
            ..AgentSums::default()
        };
        counts.talk(asked.agent, &self.survey_key(asked), (of_queue, of_agent));
    }

    fn survey_key(&self, asked: &SurveyAsked) -> TalkKey {
        let place = asked
            .queue
            .as_ref()
            .and_then(|queue| self.places.get(queue));
        TalkKey {
            came: place.map_or(self.began, |place| place.came),
            queue: asked.queue.clone(),
        }
    }
}
