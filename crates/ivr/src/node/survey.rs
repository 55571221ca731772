//! `survey` (满意度调查): asks the questions of a form of `surveys.toml` by keys, and perhaps for a comment (J1, J3).
//!
//! Each question has its score or none: a caller may skip it, and one who is silent is asked no more. What he has answered is kept
//! when he hangs up. The first low score files its ticket at once, while he is on the line (J3). There is one way out.

use std::time::Duration;

use super::{Kind, Node};
use crate::claim::{Cause, Claims, FormAsked, ReferenceKind};
use crate::effect::{Played, Recorded, Surveyed};
use crate::message::{FAILED, Message, Progress, Stage, house};
use crate::place::Name;
use crate::report::Read;
use crate::row::{Form, Need, Words, row};
use crate::run::Visit;
use crate::script::own_sound;
use crate::section::Section;
use crate::step::{Event, Step};
use crate::survey::{Asking, AskingStage, COMMENT, CommentWhen, INTRO, SurveyForm};

/// Longest comment.
const COMMENT_MAX: Duration = Duration::from_secs(60);

pub(super) const KIND: Kind = Kind {
    name: "survey",
    says: Words {
        en: "Asks the questions of a form by keys. What was answered is kept even if the caller hangs up; a low score files a ticket at once.",
        zh: "按问卷逐题按键评分；主叫挂机也保留已答部分，低分立即登记工单",
    },
    keys: &[
        row(
            "form",
            Form::Survey,
            Need::Required,
            "A form of `surveys.toml`, which has the script's languages.",
            "问卷名称",
        ),
        row(
            "next",
            Form::Node,
            Need::Required,
            "After the last question, or as soon as the caller is silent.",
            "调查后",
        ),
    ],
    example: "[survey.rate]\nform = \"service\"\nnext = \"goodbye\"\n",
    read,
};

#[derive(Debug)]
struct Survey {
    form: Name,
    comment: Message,
    /// The least time for a key: a form may give more.
    timeout: Duration,
    next: Name,
}

fn read(section: &mut Section<'_, '_>) -> Read<Box<dyn Node>> {
    let (form, next) = (section.name("form"), section.name("next"));
    Ok(Box::new(Survey {
        form: form?,
        comment: Message::once(COMMENT_MAX),
        timeout: section.timeouts().first_key(Duration::ZERO),
        next: next?,
    }))
}

impl Survey {
    fn say(&self, visit: &Visit<'_>, prompt: &str) -> Step<'_> {
        let script = SurveyForm::script_of(&self.form.text);
        Step::Speak {
            parts: vec![Played::Sound(own_sound(
                script.as_str(),
                visit.language(),
                prompt,
            ))],
            interruptible: true,
        }
    }

    /// The question that he has come to, or what follows the last.
    fn ask(&self, visit: &mut Visit<'_>, form: &SurveyForm) -> Step<'_> {
        let asking = visit.asking();
        if let Some(question) = form.questions.get(asking.at) {
            asking.stage = AskingStage::Question;
            return self.say(visit, &question.name);
        }
        let wants = match form.comment {
            Some(CommentWhen::Always) => !asking.answers.is_empty(),
            Some(CommentWhen::Low) => asking.was_low,
            None => false,
        };
        if !wants {
            return self.finish(visit, form, None);
        }
        asking.stage = AskingStage::Comment;
        self.say(visit, COMMENT)
    }

    fn keyed(&self, visit: &mut Visit<'_>, form: &SurveyForm, key: char) -> Step<'_> {
        let Some(question) = form.questions.get(visit.asking().at) else {
            return self.finish(visit, form, None);
        };
        if form.skip == Some(key) {
            return self.go_on(visit, form);
        }
        let Some(score) = question.scores.get(&key).copied() else {
            return self.failed(visit, form, false);
        };
        visit.asking().answers.insert(question.name.clone(), score);
        let ticket = form.ticket_of(&question.name, score, visit.language());
        if let Some(ticket) = ticket
            && !std::mem::replace(&mut visit.asking().was_low, true)
        {
            visit.file_ticket(ticket);
        }
        let step = self.go_on(visit, form);
        if visit.asking().stage != AskingStage::Over {
            // Before he is asked on: whatever becomes of the process, what he has answered is kept.
            let surveyed = self.surveyed(visit, form, false);
            visit.tell_survey(surveyed);
        }
        step
    }

    fn go_on(&self, visit: &mut Visit<'_>, form: &SurveyForm) -> Step<'_> {
        let asking = visit.asking();
        asking.at += 1;
        asking.failed = 0;
        self.ask(visit, form)
    }

    /// A key that means nothing, or none. Who says nothing at all is not asked on: he has put his phone down.
    fn failed(&self, visit: &mut Visit<'_>, form: &SurveyForm, silent: bool) -> Step<'_> {
        visit.count_failure();
        let asking = visit.asking();
        asking.failed += 1;
        if asking.failed < form.tries {
            return self.ask(visit, form);
        }
        if silent {
            return self.finish(visit, form, None);
        }
        self.go_on(visit, form)
    }

    fn finish(&self, visit: &mut Visit<'_>, form: &SurveyForm, said: Option<Recorded>) -> Step<'_> {
        let answered = !visit.asking().answers.is_empty();
        self.tell(visit, form, said);
        match answered {
            true => Step::Choose(&self.next),
            false => Step::Go(&self.next),
        }
    }

    /// What he has answered, once.
    fn tell(&self, visit: &mut Visit<'_>, form: &SurveyForm, said: Option<Recorded>) {
        let asking = visit.asking();
        if asking.stage == AskingStage::Over {
            return;
        }
        asking.stage = AskingStage::Over;
        let surveyed = Surveyed {
            comment: said.map(|said| said.recording),
            ..self.surveyed(visit, form, true)
        };
        if let Some(said) = said {
            visit.keep_recording(said.recording);
        }
        visit.tell_survey(surveyed);
    }
}

impl Survey {
    fn surveyed(&self, visit: &mut Visit<'_>, form: &SurveyForm, over: bool) -> Surveyed {
        let asking = visit.asking();
        Surveyed {
            form: form.name.clone(),
            scales: form.scales(&asking.answers),
            answers: asking.answers.clone(),
            comment: None,
            complete: asking.at >= form.questions.len(),
            over,
        }
    }
}

impl Node for Survey {
    fn check<'n>(&'n self, claims: &mut Claims<'n>) {
        claims.refers(ReferenceKind::Form, &self.form);
        claims.listens = true;
        claims.house.push(FAILED);
        claims.asks_form = Some(FormAsked {
            form: &self.form,
            timeout: self.timeout,
            comment: self.comment.silence(),
        });
        claims.asks_last = true;
        claims.exit(Cause::Next, &self.next);
    }

    fn enter<'n>(&'n self, visit: &mut Visit<'_>) -> Step<'n> {
        let form = visit.form(&self.form.text).filter(|_| visit.may_choose());
        let Some(form) = form else {
            // `check` refuses unknown forms; who goes round and round is asked no more (S21).
            return Step::Go(&self.next);
        };
        *visit.asking() = Asking::default();
        // Typed ahead, before anything was asked.
        visit.forget_key();
        visit.begin_survey(&form.name);
        match form.intro {
            true => self.say(visit, INTRO),
            false => self.ask(visit, &form),
        }
    }

    fn step<'n>(&'n self, visit: &mut Visit<'_>, event: &Event) -> Step<'n> {
        let Some(form) = visit.form(&self.form.text) else {
            return Step::Go(&self.next);
        };
        match (visit.asking().stage, event) {
            (AskingStage::Intro, Event::Heard) => {
                // A key that cut the introduction answers no question: none was asked yet.
                visit.forget_key();
                self.ask(visit, &form)
            }
            (AskingStage::Question, Event::Heard) => Step::Listen {
                time: form.timeout.max(self.timeout),
            },
            (AskingStage::Question, Event::Key(key)) => self.keyed(visit, &form, *key),
            (AskingStage::Question, Event::TimedOut) => self.failed(visit, &form, true),
            (AskingStage::Comment, Event::Heard) if *visit.stage() == Stage::Leaving => {
                self.finish(visit, &form, None)
            }
            (AskingStage::Comment, event) => match self.comment.step(visit, event) {
                Progress::Wants(step) => step,
                Progress::Done(said) => self.finish(visit, &form, said),
                Progress::Failed => {
                    *visit.stage() = Stage::Leaving;
                    house(visit, FAILED)
                }
            },
            (
                AskingStage::Intro | AskingStage::Question | AskingStage::Over,
                Event::Heard | Event::Key(_) | Event::TimedOut | Event::Outcome(_),
            ) => Step::impossible(event),
        }
    }

    fn left(&self, visit: &mut Visit<'_>, said: Option<Recorded>) {
        let said = self.comment.left(visit, said);
        if let Some(form) = visit.form(&self.form.text) {
            self.tell(visit, &form, said);
        }
    }
}
