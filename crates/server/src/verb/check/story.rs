//! `trunkline check --save-test`: the caller's story of each mistake, written into the script where it begins (E22).
//!
//! A test is written only if it fails at this moment, so that it says something; a story that stands there already, in either
//! language, is not written again.

use std::collections::BTreeMap;
use std::sync::Arc;

use ivr::rehearsal::{Surroundings, Texts};
use ivr::{Diagnostic, Environment, Script, Story, Told, told};
use model::ScriptName;
use speech::Language;

use crate::config::{Drafts, Source};
use crate::scripts::{behind, file_of, lines, write_over};

/// Writes them; what became of each story.
pub(super) fn save(source: &Source, found: &[Diagnostic], language: Language) -> Vec<Told> {
    let drafts = match source.drafts() {
        Ok(drafts) => drafts,
        Err(found) => {
            return vec![Told {
                en: lines(&found, Language::English),
                zh: lines(&found, Language::Chinese),
            }];
        }
    };
    let mut saving = Saving {
        source,
        texts: Texts::of(drafts.scripts.values()),
        files: drafts.texts.clone(),
        drafts,
        language,
    };
    let stories = found.iter().filter_map(|one| one.story.as_ref());
    stories.map(|story| saving.save(story)).collect()
}

struct Saving<'s> {
    source: &'s Source,
    drafts: Drafts,
    texts: Texts,
    /// What stands in the files by now.
    files: BTreeMap<ScriptName, String>,
    language: Language,
}

impl Saving<'_> {
    fn save(&mut self, story: &Story) -> Told {
        let name = story.test_name();
        match self.write(story, &name) {
            Ok(done) => done,
            Err(why) => {
                let what = told!("no test: {}", "未写测试：{}", name.said_in(self.language));
                what.with(Some(why))
            }
        }
    }

    fn write(&mut self, story: &Story, name: &Told) -> Result<Told, Told> {
        let script = ScriptName::from(story.script());
        let text = self.files.get(&script).cloned().unwrap_or_default();
        let file = file_of(self.source, &script);
        let file = file.map_err(|_| told!("its file is not known", "文件未知"))?;
        let shown = file.display();
        if self.is_there(&script, &text, name) {
            return Ok(told!(
                "in {shown} already: {}",
                "{shown} 中已有：{}",
                name.said_in(self.language)
            ));
        }
        let said = name.said_in(self.language);
        let test = story.as_test(said, &self.around())?;
        let whole = behind(&text, &test);
        self.fails(&script, &file.display().to_string(), &whole, said)?;
        write_over(&file, &text, &whole)?;
        self.files.insert(script, whole);
        Ok(told!(
            "written into {shown}: {said}",
            "已写入 {shown}：{said}"
        ))
    }

    /// Whether a test of this name stands in a text, in either language.
    fn is_there(&self, script: &ScriptName, text: &str, name: &Told) -> bool {
        let (script, _) = ivr::parse(script.clone(), "", text);
        let tests = script.iter().flat_map(Script::tests);
        let mut names = tests.map(|test| test.name());
        names.any(|it| it == name.en || it == name.zh)
    }

    /// That the test fails as long as the script is as it is.
    fn fails(&self, script: &ScriptName, file: &str, text: &str, name: &str) -> Result<(), Told> {
        let (script, found) = ivr::parse(script.clone(), file, text);
        let wrong = found.iter().find(|one| one.is_error());
        let script = match (script, wrong) {
            (Some(script), None) => Arc::new(script),
            (None, _) | (_, Some(_)) => {
                return Err(told!(
                    "it would make the script unreadable",
                    "写入后流程将无法读取"
                ));
            }
        };
        let outcomes = ivr::test::run_all(&script, &self.environment());
        let fails = outcomes.iter().any(|one| one.name == name && !one.passed);
        fails.then_some(()).ok_or_else(|| {
            told!(
                "in a test, where a prompt lasts as long as its text takes to read, it goes well",
                "在测试中（提示音按朗读文本计时）此经过正常"
            )
        })
    }

    fn environment(&self) -> Environment<'_> {
        Environment {
            calendars: &self.drafts.calendars,
            scripts: &self.drafts.scripts,
            plan: &self.drafts.plan,
        }
    }

    fn around(&self) -> Surroundings<'_> {
        Surroundings {
            environment: self.environment(),
            texts: &self.texts,
        }
    }
}
