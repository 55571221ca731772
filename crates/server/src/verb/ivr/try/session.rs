//! One sitting: a caller under circumstances that can be changed, and what is typed turned into what happens to him.
//!
//! What is refused changes nothing. A change of the circumstances lets the call begin anew, since a test, too, has those of
//! its beginning alone.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use ivr::rehearsal::{
    Asked, Awaits, Circumstances, Happening, NotAwaited, Rehearsal, Surroundings, Texts, clock,
};
use ivr::{Answer, Number, Script, Told, Type, Value, did_you_mean, told};
use speech::Language;

use super::command::{self, Typed, moment};
use super::{save, shown};
use crate::config::{Loaded, Source};

/// How a line went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Went {
    On,
    /// It was told what is right, and nothing has happened.
    Refused,
    /// He who types has had enough.
    Over,
}

/// See the file's head.
pub(super) struct Session<'s> {
    source: &'s Source,
    loaded: Loaded,
    script: Arc<Script>,
    /// What stands in its file, as far as is known here.
    text: String,
    texts: Texts,
    language: Language,
    circumstances: Circumstances,
    /// None while a part of others lacks what it must be given.
    rehearsal: Option<Rehearsal>,
    /// Keys that were typed and are not pressed yet.
    keys: VecDeque<char>,
}

impl<'s> Session<'s> {
    pub(super) fn new(
        source: &'s Source,
        loaded: Loaded,
        script: Arc<Script>,
        circumstances: Circumstances,
        texts: Texts,
        language: Language,
    ) -> Self {
        let text = loaded.texts.get(script.name()).cloned();
        Self {
            source,
            text: text.unwrap_or_default(),
            loaded,
            script,
            texts,
            language,
            circumstances,
            rehearsal: None,
            keys: VecDeque::new(),
        }
    }

    /// Whether the key that is typed next is a secret (S22).
    pub(super) fn is_secret(&self) -> bool {
        self.rehearsal.as_ref().is_some_and(Rehearsal::is_secret)
    }

    /// The call begins; what there is to tell.
    pub(super) fn begin(&mut self) -> String {
        self.keys.clear();
        self.rehearsal = None;
        let head = self.head();
        let lacking = self.lacking();
        if let Some(lacking) = lacking {
            return format!("{head}{}\n", lacking.said_in(self.language));
        }
        let rehearsal = Rehearsal::begin(
            &self.script,
            self.circumstances.clone(),
            &around(&self.loaded, &self.texts),
        );
        self.rehearsal = Some(rehearsal);
        head + &self.told()
    }

    /// Takes a line; how it went, and what there is to tell.
    pub(super) fn takes(&mut self, line: &str) -> (Went, String) {
        let typed = command::read(line);
        if typed == Ok(Typed::Quit) {
            return (Went::Over, String::new());
        }
        match typed.and_then(|typed| self.does(typed)) {
            Ok(said) => (Went::On, said),
            Err(why) => (Went::Refused, format!("{}\n", why.said_in(self.language))),
        }
    }

    fn does(&mut self, typed: Typed) -> Result<String, Told> {
        match typed {
            Typed::Nothing => self.nothing(),
            Typed::Keys(keys) => {
                self.running()?;
                self.keys.extend(keys);
                Ok(self.press())
            }
            Typed::Happens(happening) => self.happens(happening),
            Typed::Answer(text) => {
                let answer = self.answer(&text)?;
                self.happens(Happening::Answer(answer))
            }
            Typed::At(text) => {
                let clock = clock(&self.script, &self.loaded.engine.calendars);
                self.circumstances.at = moment(&text, clock)?;
                Ok(self.begin())
            }
            Typed::Caller(number) => {
                self.circumstances.caller = number;
                Ok(self.begin())
            }
            Typed::Called(number) => {
                self.circumstances.called = number;
                Ok(self.begin())
            }
            Typed::Vip(level) => {
                self.circumstances.vip = level;
                Ok(self.begin())
            }
            Typed::Language(language) => {
                let known = self.script.languages().iter().map(String::as_str);
                self.circumstances.language = Some(one_of("language", "语言", &language, known)?);
                Ok(self.begin())
            }
            Typed::Close(calendar) => {
                let known = self.loaded.engine.calendars.keys().map(String::as_str);
                let calendar = one_of("calendar", "日历", &calendar, known)?;
                self.circumstances.closed.insert(calendar);
                Ok(self.begin())
            }
            Typed::Open(calendar) => self.open(calendar.as_deref()),
            Typed::Give(name, value) => self.give(&name, &value),
            Typed::Again => Ok(self.begin()),
            Typed::Vars => Ok(self.variables()),
            Typed::Trace => {
                let lines = self.rehearsal.iter().flat_map(Rehearsal::lines).cloned();
                Ok(shown::with_ends(lines))
            }
            Typed::Save(name) => self.save(&name),
            Typed::Help => {
                let help = command::help().into_iter();
                Ok(shown::with_ends(
                    help.map(|row| row.said_in(self.language).to_owned()),
                ))
            }
            Typed::Quit => Ok(String::new()),
        }
    }

    /// The call that is under way or over.
    fn running(&mut self) -> Result<&mut Rehearsal, Told> {
        let lacking = self.lacking();
        self.rehearsal
            .as_mut()
            .ok_or_else(|| lacking.unwrap_or_else(|| told!("`:again` begins", "`:again` 开始")))
    }

    fn happens(&mut self, happening: Happening) -> Result<String, Told> {
        let language = self.language;
        let around = around(&self.loaded, &self.texts);
        let Some(rehearsal) = &mut self.rehearsal else {
            return Err(self.lacking().unwrap_or_else(|| Told::as_it_is("")));
        };
        if let Err(NotAwaited(_)) = rehearsal.happens(&around, happening) {
            let next = shown::awaited(rehearsal, language);
            let next = next.trim();
            return Err(told!("not at this moment; {next}", "此刻不行；{next}"));
        }
        Ok(self.press())
    }

    /// He does nothing where a key is waited for, and the house does what is usual; elsewhere it is told again what can come.
    fn nothing(&mut self) -> Result<String, Told> {
        match self.running()?.awaits() {
            Awaits::Key | Awaits::Voice { .. } => self.happens(Happening::Silence),
            Awaits::Answer { asked, .. } => match asked.usual.clone() {
                Some(usual) => self.happens(Happening::Answer(usual)),
                None => Ok(self.told()),
            },
            Awaits::Queue(_) | Awaits::Transfer(_) | Awaits::Callback(_) | Awaits::Nothing(_) => {
                Ok(self.told())
            }
        }
    }

    /// Presses the keys that were typed, as far as the script takes them, and tells what came of all.
    fn press(&mut self) -> String {
        let around = around(&self.loaded, &self.texts);
        let mut unused = 0;
        if let Some(rehearsal) = &mut self.rehearsal {
            while let Some(key) = self.keys.front() {
                if rehearsal.happens(&around, Happening::Key(*key)).is_err() {
                    break;
                }
                self.keys.pop_front();
            }
            if matches!(rehearsal.awaits(), Awaits::Nothing(_)) {
                unused = self.keys.len();
                self.keys.clear();
            }
        }
        let mut said = self.told();
        if unused > 0 {
            let note = told!("{unused} keys were not needed", "有 {unused} 个按键未用到");
            said.extend([note.said_in(self.language), "\n"]);
        }
        said
    }

    /// News, and what can come next.
    fn told(&mut self) -> String {
        let (language, script) = (self.language, self.script.name());
        let Some(rehearsal) = &mut self.rehearsal else {
            return String::new();
        };
        let news = shown::news(rehearsal, script, language);
        news + &shown::awaited(rehearsal, language)
    }

    /// Under which circumstances the call comes.
    fn head(&self) -> String {
        let Circumstances {
            at,
            caller,
            called,
            vip,
            language,
            closed,
            given: _,
        } = &self.circumstances;
        let clock = clock(&self.script, &self.loaded.engine.calendars);
        let at = clock.map_or_else(|| at.to_string(), |clock| clock.local(*at));
        let withheld = told!("withheld", "未显示");
        let caller = match caller.as_str() {
            "" => withheld.said_in(self.language),
            caller => caller,
        };
        let mut parts = vec![
            self.script.name().to_string(),
            at,
            format!("{caller} → {called}"),
        ];
        parts.extend((*vip > 0).then(|| format!("VIP {vip}")));
        parts.extend(language.clone());
        let closed = closed.iter().map(|name| {
            let told = told!("`{name}` closed out of turn", "`{name}` 紧急关闭");
            told.said_in(self.language).to_owned()
        });
        parts.extend(closed);
        parts.join(" · ") + "\n"
    }

    fn lacking(&self) -> Option<Told> {
        let shape = self.script.shape();
        let mut wanted = shape.parameters.iter();
        let (name, kind) = wanted.find(|(name, kind)| {
            self.circumstances.given.get(*name).map(Value::kind) != Some(**kind)
        })?;
        Some(told!(
            "this script does a part of others and must be given `{name}`, a {kind}: `:give {name} …`",
            "此子流程需要参数 `{name}`（{kind}）：`:give {name} …`"
        ))
    }

    fn open(&mut self, calendar: Option<&str>) -> Result<String, Told> {
        match calendar {
            None => self.circumstances.closed.clear(),
            Some(name) => {
                let closed = self.circumstances.closed.iter().map(String::as_str);
                let name = one_of(
                    "calendar that `:close` closed:",
                    "被 `:close` 关闭的日历",
                    name,
                    closed,
                )?;
                self.circumstances.closed.remove(&name);
            }
        }
        Ok(self.begin())
    }

    fn give(&mut self, name: &str, text: &str) -> Result<String, Told> {
        let shape = self.script.shape();
        let known = shape.parameters.keys().map(String::as_str);
        let name = one_of("parameter", "参数", name, known)?;
        let kind = shape.parameters.get(&name).copied();
        let value = value(text, kind.unwrap_or(Type::Text));
        let value = value.ok_or_else(|| misfit(&name, kind.unwrap_or(Type::Text)))?;
        self.circumstances.given.insert(name, value);
        Ok(self.begin())
    }

    /// What a look-up brings, as it asks for it.
    fn answer(&mut self, text: &str) -> Result<Answer, Told> {
        let language = self.language;
        let rehearsal = self.running()?;
        let Awaits::Answer { asked, .. } = rehearsal.awaits() else {
            let next = shown::awaited(rehearsal, language);
            let next = next.trim();
            return Err(told!("no look-up waits; {next}", "没有查询在等待；{next}"));
        };
        let typed = || "as it was typed".to_owned();
        match text.split_once(' ').unwrap_or((text, "")) {
            ("missing" | "empty" | "full", "") => Ok(Answer::Missing),
            ("bad" | "error", "") => Ok(Answer::Bad(typed())),
            ("none", "") => Ok(Answer::NoAnswer(typed())),
            ("ok", "") if let Some(usual) = &asked.usual => Ok(usual.clone()),
            ("ok", found) => found_of(asked, found.trim()),
            (_, _) => Err(told!(
                "write `:answer ok {}`, `missing`, `bad` or `none`",
                "请写 `:answer ok {}`、`missing`、`bad` 或 `none`",
                shown::example(asked)
            )),
        }
    }

    fn variables(&self) -> String {
        let variables = self.rehearsal.as_ref().map(Rehearsal::variables);
        let variables = variables.unwrap_or_default().into_iter();
        let lines = variables.map(|(name, value)| match value {
            Some(value) => format!("{name} = {value}"),
            None => format!("{name} = ***"),
        });
        shown::with_ends(lines)
    }

    fn save(&mut self, name: &str) -> Result<String, Told> {
        if self.script.tests().iter().any(|test| test.name() == name) {
            return Err(told!(
                "there is a test \"{name}\" already",
                "已有测试“{name}”"
            ));
        }
        let clock = clock(&self.script, &self.loaded.engine.calendars);
        let at = self.circumstances.at;
        let at = clock.map_or_else(|| at.to_string(), |clock| clock.written(at));
        let test = self.running()?.as_test(name, &at)?;
        let (text, loaded) = save::append(self.source, &self.script, &self.text, &test, name)?;
        self.text = text;
        if let Some(script) = loaded.engine.scripts.get(self.script.name()) {
            self.script = Arc::clone(script);
        }
        self.loaded = loaded;
        let file = self.script.file();
        let told = told!("\"{name}\" stands in {file}", "“{name}”已写入 {file}");
        Ok(format!("{}\n", told.said_in(self.language)))
    }
}

fn around<'a>(loaded: &'a Loaded, texts: &'a Texts) -> Surroundings<'a> {
    Surroundings {
        environment: super::super::environment(loaded),
        texts,
    }
}

/// A name, if it is known.
fn one_of<'k>(
    en: &str,
    zh: &str,
    name: &str,
    known: impl Iterator<Item = &'k str> + Clone,
) -> Result<String, Told> {
    if known.clone().any(|it| it == name) {
        return Ok(name.to_owned());
    }
    let near = did_you_mean(name, known.clone()).or_else(|| {
        let all = known.map(|it| format!("`{it}`")).collect::<Vec<_>>();
        let all = all.join(", ");
        (!all.is_empty()).then(|| told!("known: {all}", "可用：{all}"))
    });
    Err(told!("no {en} `{name}`", "没有{zh} `{name}`").with(near))
}

fn value(text: &str, kind: Type) -> Option<Value> {
    match kind {
        Type::Text => Some(Value::Text(text.trim_matches('"').to_owned())),
        Type::Number => Number::parse(text).map(Value::Number),
        Type::Truth => text.parse().ok().map(Value::Truth),
    }
}

fn misfit(name: &str, kind: Type) -> Told {
    told!("`{name}` must be a {kind}", "`{name}` 的类型应为 {kind}")
}

/// All that a look-up asks for, out of a JSON object.
fn found_of(asked: &Asked, text: &str) -> Result<Answer, Told> {
    let text = if text.is_empty() { "{}" } else { text };
    let object: BTreeMap<String, serde_json::Value> =
        serde_json::from_str(text).map_err(|error| {
            told!(
                "`{text}` is no JSON object: {error}",
                "`{text}` 不是 JSON 对象：{error}"
            )
        })?;
    for name in object.keys() {
        let known = asked.wanted.keys().map(String::as_str);
        one_of("variable of this look-up:", "该查询的变量", name, known)?;
    }
    let mut found = BTreeMap::new();
    for (name, kind) in &asked.wanted {
        let Some(given) = object.get(name) else {
            let example = super::shown::example(asked);
            return Err(told!(
                "`{name}` is asked for, too: `:answer ok {example}`",
                "还需要 `{name}`：`:answer ok {example}`"
            ));
        };
        let given = json_value(given).filter(|it| kind.is_none_or(|kind| it.kind() == kind));
        let given = given.ok_or_else(|| misfit(name, kind.unwrap_or(Type::Text)))?;
        found.insert(name.clone(), given);
    }
    Ok(Answer::Found(found))
}

fn json_value(value: &serde_json::Value) -> Option<Value> {
    match value {
        serde_json::Value::String(text) => Some(Value::Text(text.clone())),
        serde_json::Value::Number(number) => Number::parse(&number.to_string()).map(Value::Number),
        serde_json::Value::Bool(truth) => Some(Value::Truth(*truth)),
        serde_json::Value::Null | serde_json::Value::Array(_) | serde_json::Value::Object(_) => {
            None
        }
    }
}
