//! `config/surveys.toml`: forms of satisfaction surveys (J1, J3), each made a script of its own that asks it after a talk.
//!
//! The script's prompts stand on the lines on which the form's texts stand, so that whatever is found in it is told where an admin
//! wrote it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ivr::{
    COMMENT, CommentWhen, Diagnostic, INTRO, LowScore, Script, SurveyForm, SurveyQuestion, THANKS,
    TIMEOUT_MAX, TRIES_MAX, TicketWords, did_you_mean, told,
};
use serde::Deserialize;
use toml::Spanned;

use super::Source;
use super::document::Document;
use super::report::Report;
use super::tickets::named;

/// A form that asks more loses those who answer.
const QUESTIONS_MAX: usize = 10;
/// The type of tickets of low scores, where the house does not say another.
const USUAL_TYPE: &str = "survey";
/// The highest score.
const SCORE_MAX: u8 = 10;
/// Without a word of the house: keys 1 to 5 are their own scores.
const SCALE: [(char, u8); 5] = [('1', 1), ('2', 2), ('3', 3), ('4', 4), ('5', 5)];
/// The keys of a phone.
const KEYS: &str = "0123456789*#";

type Texts = BTreeMap<String, String>;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    survey: BTreeMap<Spanned<String>, Section>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    title: Texts,
    languages: Vec<String>,
    intro: Option<Spanned<Texts>>,
    thanks: Spanned<Texts>,
    timeout_s: Option<Spanned<f64>>,
    tries: Option<Spanned<u8>>,
    skip: Option<Spanned<String>>,
    ticket: Option<TicketSection>,
    comment: Option<CommentSection>,
    #[serde(default)]
    question: Vec<QuestionSection>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct QuestionSection {
    name: Spanned<String>,
    prompt: Spanned<Texts>,
    scores: Option<Spanned<BTreeMap<String, u8>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CommentSection {
    prompt: Spanned<Texts>,
    when: Option<Spanned<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct TicketSection {
    score_max: Option<Spanned<u8>>,
    #[serde(rename = "type")]
    kind: Option<Spanned<String>>,
    category: Option<Spanned<String>>,
}

impl Source {
    /// The scripts of all forms.
    pub(super) fn surveys(
        &self,
        tickets: &TicketWords,
        found: &mut Vec<Diagnostic>,
    ) -> Vec<Script> {
        let mut warnings = Vec::new();
        let scripts = self.file("surveys.toml", found, |document| {
            let (scripts, told) = read(document, tickets)?;
            warnings = told;
            Ok(scripts)
        });
        found.extend(warnings);
        scripts
    }
}

/// Reads them all; what is found in their scripts comes beside them.
fn read(
    document: &Document,
    tickets: &TicketWords,
) -> Result<(Vec<Script>, Vec<Diagnostic>), Vec<Diagnostic>> {
    let file: File = document.parse().map_err(|error| vec![error])?;
    let mut report = Report::new(document);
    let mut forms = Vec::new();
    for (name, section) in &file.survey {
        if let Some(form) = form_of(name, section, tickets, &mut report) {
            forms.push((form, section));
        }
    }
    let mut found = report.finish();
    if found.iter().any(Diagnostic::is_error) {
        return Err(found);
    }
    let mut scripts = Vec::new();
    for (form, section) in forms {
        let text = script_text(document, &form, section);
        let name = SurveyForm::script_of(&form.name);
        let (script, told) = ivr::parse(name, &document.file, &text);
        found.extend(told);
        scripts.extend(script.map(|script| script.asks(form)));
    }
    Ok((scripts, found))
}

fn form_of(
    name: &Spanned<String>,
    section: &Section,
    tickets: &TicketWords,
    report: &mut Report<'_>,
) -> Option<SurveyForm> {
    report.is_name(name)?;
    let count = section.question.len();
    if !(1..=QUESTIONS_MAX).contains(&count) {
        let message = told!(
            "a form has 1 to {QUESTIONS_MAX} questions, this one has {count}",
            "问卷应有 1 至 {QUESTIONS_MAX} 题，这里有 {count} 题"
        );
        report.error(name, message, None);
    }
    let mut names = BTreeSet::new();
    let skip = section.skip.as_ref();
    let skip = skip.and_then(|key| key_of(key.get_ref(), key, report));
    let questions = section.question.iter();
    let questions: Vec<Option<SurveyQuestion>> = questions
        .map(|question| question_of(question, &mut names, skip, report))
        .collect();
    let tries = section.tries.as_ref().map_or(2, |tries| *tries.get_ref());
    if let Some(at) = section
        .tries
        .as_ref()
        .filter(|_| !(1..=TRIES_MAX).contains(&tries))
    {
        let message = told!(
            "a question is asked 1 to {TRIES_MAX} times",
            "每题可问 1 至 {TRIES_MAX} 次"
        );
        report.error(at, message, None);
    }
    Some(SurveyForm {
        name: name.get_ref().clone(),
        intro: section.intro.is_some(),
        questions: questions.into_iter().collect::<Option<_>>()?,
        comment: comment_of(section.comment.as_ref(), report),
        tries,
        timeout: timeout(section.timeout_s.as_ref(), report),
        skip,
        ticket: low_score(name, section.ticket.as_ref(), tickets, report),
    })
}

fn question_of(
    section: &QuestionSection,
    names: &mut BTreeSet<String>,
    skip: Option<char>,
    report: &mut Report<'_>,
) -> Option<SurveyQuestion> {
    let name = section.name.get_ref();
    report.is_name(&section.name)?;
    if [INTRO, COMMENT, THANKS].contains(&name.as_str()) || !names.insert(name.clone()) {
        let message = told!(
            "`{name}` is another prompt of this form already",
            "`{name}` 已是本问卷的另一条提示音"
        );
        let help = told!(
            "give each question a name of its own",
            "请给每题起不同的名称"
        );
        report.error(&section.name, message, Some(help));
    }
    let Some(given) = &section.scores else {
        let scores = BTreeMap::from(SCALE);
        may_skip(&section.name, skip, &scores, report);
        let name = name.clone();
        return Some(SurveyQuestion { name, scores });
    };
    let mut scores = BTreeMap::new();
    for (key, score) in given.get_ref() {
        if *score > SCORE_MAX {
            let message = told!(
                "a score is 0 to {SCORE_MAX}, not {score}",
                "分值为 0 至 {SCORE_MAX}，不能是 {score}"
            );
            report.error(given, message, None);
        }
        scores.insert(key_of(key, given, report)?, *score);
    }
    if scores.len() < 2 {
        let message = told!("a question has two scores at least", "每题至少有两个分值");
        report.error(given, message, None);
    }
    may_skip(given, skip, &scores, report);
    let name = name.clone();
    Some(SurveyQuestion { name, scores })
}

fn may_skip<T>(
    at: &Spanned<T>,
    skip: Option<char>,
    scores: &BTreeMap<char, u8>,
    report: &mut Report<'_>,
) {
    if let Some(key) = skip.filter(|key| scores.contains_key(key)) {
        let message = told!(
            "the key {key} skips a question of this form and cannot be a score",
            "按键 {key} 在本问卷中用于跳过，不能再作分值"
        );
        report.error(at, message, None);
    }
}

fn key_of<T>(text: &str, at: &Spanned<T>, report: &mut Report<'_>) -> Option<char> {
    let mut letters = text.chars();
    if let (Some(key), None) = (letters.next(), letters.next())
        && KEYS.contains(key)
    {
        return Some(key);
    }
    let message = told!(
        "`{text}` is no key of a phone; expected one of 0-9, *, #",
        "`{text}` 不是电话按键；应为 0-9、*、# 之一"
    );
    report.error(at, message, None);
    None
}

fn comment_of(section: Option<&CommentSection>, report: &mut Report<'_>) -> Option<CommentWhen> {
    let when = section?.when.as_ref();
    let Some(word) = when else {
        return Some(CommentWhen::Low);
    };
    match word.get_ref().as_str() {
        "low" => Some(CommentWhen::Low),
        "always" => Some(CommentWhen::Always),
        other => {
            let message = told!(
                "`when` cannot be `{other}`; expected \"low\" or \"always\"",
                "`when` 不能是 `{other}`；应为 \"low\" 或 \"always\""
            );
            let help = did_you_mean(other, ["low", "always"].into_iter());
            report.error(word, message, help);
            None
        }
    }
}

fn timeout(seconds: Option<&Spanned<f64>>, report: &mut Report<'_>) -> Duration {
    let usual = Duration::from_secs(5);
    let Some(given) = seconds else { return usual };
    let read = Duration::try_from_secs_f64(*given.get_ref()).ok();
    let read = read.filter(|time| !time.is_zero() && *time <= TIMEOUT_MAX);
    read.unwrap_or_else(|| {
        let most = TIMEOUT_MAX.as_secs();
        let message = told!(
            "a caller has more than 0 and at most {most} seconds for a key",
            "等待按键的秒数须大于 0、不超过 {most}"
        );
        report.error(given, message, None);
        usual
    })
}

/// J3: without a word of the house a score of 2 or less is low.
fn low_score(
    form: &Spanned<String>,
    section: Option<&TicketSection>,
    tickets: &TicketWords,
    report: &mut Report<'_>,
) -> Option<LowScore> {
    let given = section.and_then(|section| section.score_max.as_ref());
    let score_max = given.map_or(2, |score| *score.get_ref());
    if let Some(at) = given.filter(|_| score_max > SCORE_MAX) {
        let message = told!("a score is 0 to {SCORE_MAX}", "分值为 0 至 {SCORE_MAX}");
        report.error(at, message, None);
    }
    let kind = section.and_then(|section| section.kind.as_ref());
    let category = section.and_then(|section| section.category.as_ref());
    named::prove(tickets, kind, category, report);
    if kind.is_none() && !tickets.types.is_empty() && !tickets.types.contains_key(USUAL_TYPE) {
        let message = told!(
            "`tickets.toml` has no type `{USUAL_TYPE}`, of which tickets of low scores are",
            "`tickets.toml` 中没有低分工单的类型 `{USUAL_TYPE}`"
        );
        let help = told!(
            "add it there, or write `ticket = {{ type = \"…\" }}` with one that is there; until then `[standard]` holds for them",
            "请在其中添加，或写 `ticket = {{ type = \"…\" }}` 指定已有类型；此前按 `[standard]` 处理"
        );
        report.warning(form, message, help);
    }
    let word = |it: &Spanned<String>| it.get_ref().clone();
    Some(LowScore {
        score_max,
        ticket_type: kind.map_or_else(|| USUAL_TYPE.to_owned(), word),
        category: category.map(word),
    })
}

/// The form as a script: each prompt on the line of its text, the rest behind.
fn script_text(document: &Document, form: &SurveyForm, section: &Section) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut prompts: Vec<(usize, String)> = Vec::new();
    let mut prompt = |name: &str, texts: &Spanned<Texts>| {
        let before = document.text.get(..texts.span().start).unwrap_or_default();
        let texts = table(texts.get_ref());
        prompts.push((
            before.matches('\n').count(),
            format!("prompt.{name} = {texts}"),
        ));
    };
    if let Some(intro) = &section.intro {
        prompt(INTRO, intro);
    }
    for question in &section.question {
        prompt(question.name.get_ref(), &question.prompt);
    }
    if let Some(comment) = &section.comment {
        prompt(COMMENT, &comment.prompt);
    }
    prompt(THANKS, &section.thanks);
    prompts.sort();
    for (line, text) in prompts {
        lines.resize(lines.len().max(line), String::new());
        lines.push(text);
    }
    let languages: Vec<String> = section.languages.iter().map(|it| quoted(it)).collect();
    lines.push(format!("title = {}", table(&section.title)));
    lines.push(format!("languages = [{}]", languages.join(", ")));
    lines.push("start = \"ask\"".to_owned());
    let name = quoted(&form.name);
    lines.push(format!("survey.ask = {{ form = {name}, next = \"end\" }}"));
    lines.push(format!("hangup.end = {{ prompt = \"{THANKS}\" }}"));
    lines.join("\n") + "\n"
}

fn table(texts: &Texts) -> String {
    let texts = texts.iter();
    let texts: Vec<String> = texts
        .map(|(language, text)| format!("{} = {}", quoted(language), quoted(text)))
        .collect();
    format!("{{ {} }}", texts.join(", "))
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned())
        .to_string()
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[survey.service]\ntitle = { en = \"Service\" }\nlanguages = [\"en\"]\n\
        thanks = { en = \"Thank \\\"you\\\".\" }\nskip = \"#\"\nticket = { type = \"complaint\" }\n\
        [[survey.service.question]]\nname = \"solved\"\nprompt = { en = \"Solved? 1 to 5.\" }\n\
        [[survey.service.question]]\nname = \"again\"\nprompt = { en = \"1 yes, 2 no.\" }\nscores = { 1 = 10, 2 = 0 }\n\
        [survey.service.comment]\nprompt = { en = \"Say more.\" }\nwhen = \"always\"\n";

    fn read_text(text: &str) -> Result<(Vec<Script>, Vec<String>), Vec<String>> {
        let document = Document {
            file: "s.toml".into(),
            text: text.into(),
        };
        let lines =
            |found: &[Diagnostic]| found.iter().map(ToString::to_string).collect::<Vec<_>>();
        let words = TicketWords {
            types: [("complaint".to_owned(), Vec::new())].into(),
            categories: ["service".to_owned()].into(),
        };
        let (scripts, found) = read(&document, &words).map_err(|wrong| lines(&wrong))?;
        Ok((scripts, lines(&found)))
    }

    #[test]
    fn j3_a_form_is_a_script_whose_prompts_stand_where_they_are_written() {
        let (scripts, found) = read_text(GOOD).unwrap();
        assert_eq!(found, [""; 0]);
        let script = &scripts[0];
        assert_eq!(script.name().as_str(), "survey.service");
        let form = script.form().expect("its form");
        assert_eq!(form.questions[0].scores, BTreeMap::from(SCALE));
        assert_eq!(
            form.questions[1].scores,
            BTreeMap::from([('1', 10), ('2', 0)])
        );
        assert_eq!((form.tries, form.skip), (2, Some('#')));
        assert_eq!(form.comment, Some(CommentWhen::Always));
        let low = form.ticket.as_ref().unwrap();
        assert_eq!((low.score_max, low.ticket_type.as_str()), (2, "complaint"));
        let lines: BTreeMap<String, u32> = script.prompts().map(|it| (it.name, it.line)).collect();
        let expected = [("again", 12), ("comment", 15), ("solved", 9), ("thanks", 4)];
        assert_eq!(
            lines,
            expected.map(|(name, line)| (name.to_owned(), line)).into()
        );
        let thanks = script.prompts().find(|it| it.name == "thanks").unwrap();
        assert_eq!(thanks.text, "Thank \"you\".");
    }

    #[test]
    fn j3_mistakes_are_told_at_their_place() {
        let rows = [
            (
                "name = \"again\"",
                "name = \"solved\"",
                "s.toml:11:8: error: `solved` is another prompt",
            ),
            (
                "name = \"again\"",
                "name = \"thanks\"",
                "s.toml:11:8: error: `thanks` is another prompt",
            ),
            (
                "name = \"again\"",
                "name = \"a b\"",
                "s.toml:11:8: error: a name has 1 to 64",
            ),
            (
                "1 = 10, 2 = 0",
                "1 = 11, 2 = 0",
                "s.toml:13:10: error: a score is 0 to 10, not 11",
            ),
            (
                "1 = 10, 2 = 0",
                "1 = 10",
                "s.toml:13:10: error: a question has two scores",
            ),
            (
                "1 = 10, 2 = 0",
                "12 = 10, 2 = 0",
                "s.toml:13:10: error: `12` is no key",
            ),
            (
                "skip = \"#\"",
                "skip = \"5\"",
                "s.toml:8:8: error: the key 5 skips",
            ),
            (
                "skip = \"#\"",
                "tries = 4",
                "s.toml:5:9: error: a question is asked 1 to 3 times",
            ),
            (
                "skip = \"#\"",
                "timeout_s = 16",
                "s.toml:5:13: error: a caller has more than 0",
            ),
            (
                "\"always\"",
                "\"alway\"",
                "s.toml:16:8: error: `when` cannot be `alway`",
            ),
            ("skip", "skipp", "s.toml:5:1: error: unknown"),
            (
                "type = \"complaint\"",
                "type = \"complant\"",
                "s.toml:6:19: error: `tickets.toml` has no type `complant`",
            ),
            (
                "type = \"complaint\"",
                "type = \"complaint\", category = \"netwrk\"",
                "s.toml:6:43: error: `tickets.toml` has no category `netwrk`",
            ),
        ];
        for (find, replace, expected) in rows {
            let told = read_text(&GOOD.replacen(find, replace, 1)).unwrap_err();
            assert!(told[0].starts_with(expected), "{replace}: {told:?}");
        }
        let (_, found) =
            read_text(&GOOD.replace("languages = [\"en\"]", "languages = [\"en\", \"zh-CN\"]"))
                .unwrap();
        assert!(
            found
                .iter()
                .any(|it| it.starts_with("s.toml:9:") && it.contains("zh-CN")),
            "{found:?}"
        );
    }
}
