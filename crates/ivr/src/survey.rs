//! Forms of surveys (调查问卷, J1, J3): what a caller is asked after a talk or by a script, and how far he is.
//!
//! A form is asked by the node `survey`, in a script of its own after a talk, and in whatever script names it. Its prompts are those of
//! its own script, `survey.FORM`, so they are recorded, spoken and proved as all prompts are.

use std::collections::BTreeMap;
use std::time::Duration;

use model::ScriptName;
use model::fact::TicketContent;

/// The prompt before the first question.
pub const INTRO: &str = "intro";
/// The prompt that asks for a comment.
pub const COMMENT: &str = "comment";
/// The last word after a talk.
pub const THANKS: &str = "thanks";
/// Longest wait for a key of a form.
pub const TIMEOUT_MAX: Duration = Duration::from_secs(15);
/// Most tries at a question of a form.
pub const TRIES_MAX: u8 = 3;

/// A form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveyForm {
    /// Its name.
    pub name: String,
    /// Whether something is said before the first question.
    pub intro: bool,
    /// One at least.
    pub questions: Vec<SurveyQuestion>,
    /// Whether he is asked to say more, and when.
    pub comment: Option<CommentWhen>,
    /// How often a question is asked, by silence or by keys that mean nothing.
    pub tries: u8,
    /// How long to wait for a key.
    pub timeout: Duration,
    /// The key that leaves a question unanswered.
    pub skip: Option<char>,
    /// What becomes of a low score (J3).
    pub ticket: Option<LowScore>,
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveyQuestion {
    /// Its name, which its prompt bears too.
    pub name: String,
    /// The score of each key.
    pub scores: BTreeMap<char, u8>,
}

/// When a caller is asked to say more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommentWhen {
    /// After a low score.
    Low,
    /// Whatever he answered.
    Always,
}

/// J3: the ticket of a low score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LowScore {
    /// The highest score that is low.
    pub score_max: u8,
    /// The kind of the ticket, and what it is about.
    pub ticket_type: String,
    /// The same, finer.
    pub category: Option<String>,
}

impl SurveyForm {
    /// The script that asks a form after a talk, and whose prompts are the form's.
    pub fn script_of(form: &str) -> ScriptName {
        ScriptName::new(format!("survey.{form}"))
    }

    /// The names of its prompts, but the last word.
    pub(crate) fn prompts(&self) -> impl Iterator<Item = &str> {
        let intro = self.intro.then_some(INTRO);
        let comment = self.comment.map(|_| COMMENT);
        let questions = self.questions.iter().map(|it| it.name.as_str());
        intro.into_iter().chain(questions).chain(comment)
    }

    /// The lowest and the highest score of each question that was answered.
    pub(crate) fn scales(&self, answers: &BTreeMap<String, u8>) -> BTreeMap<String, (u8, u8)> {
        let asked = self.questions.iter();
        let answered = asked.filter(|question| answers.contains_key(&question.name));
        let scale = |question: &SurveyQuestion| {
            let scores = question.scores.values();
            let (low, high) = (scores.clone().min()?, scores.max()?);
            Some((question.name.clone(), (*low, *high)))
        };
        answered.filter_map(scale).collect()
    }

    /// J3: the ticket of a score, if it is low.
    pub(crate) fn ticket_of(
        &self,
        question: &str,
        score: u8,
        language: &str,
    ) -> Option<TicketContent> {
        use model::fact::TicketField::{Number, Text};
        let low = self.ticket.as_ref().filter(|low| score <= low.score_max)?;
        let (form, word) = (
            &self.name,
            if language.starts_with("zh") {
                "满意度低分"
            } else {
                "Low score"
            },
        );
        let fields = [
            ("survey", Text(form.clone())),
            ("question", Text(question.to_owned())),
            ("score", Number(score.to_string())),
        ];
        Some(TicketContent {
            ticket_type: low.ticket_type.clone(),
            category: low.category.clone(),
            subject: format!("{word} · {form} · {question} {score}"),
            fields: fields.map(|(name, value)| (name.to_owned(), value)).into(),
            for_leads: true,
        })
    }
}

/// How far a caller is with a form.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asking {
    pub(crate) stage: AskingStage,
    /// The question that he is asked.
    pub(crate) at: usize,
    /// Tries at it that failed.
    pub(crate) failed: u8,
    /// Scores by question.
    pub(crate) answers: BTreeMap<String, u8>,
    /// A score was low: its ticket is filed.
    pub(crate) was_low: bool,
}

/// What a caller hears or does of a form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum AskingStage {
    /// He is told what comes.
    #[default]
    Intro,
    /// He is asked a question.
    Question,
    /// He is asked to say more, and says it.
    Comment,
    /// He is done.
    Over,
}
