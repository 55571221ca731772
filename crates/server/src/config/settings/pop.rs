//! `[pop]`: pages of other systems that a call brings up on the agent's page, and whose pages may hold ours (G7).

use std::collections::{BTreeMap, BTreeSet};

use ivr::{Told, told};
use model::QueueName;
use serde::Deserialize;
use web::desktop::{
    Origin, PAGES_MAX, PageMoment, PageWay, PopPage, PopPages, PopUrl, PopUrlFault, TEMPLATE_MAX,
};

/// Most characters of a page's name and of its label.
const NAME_MAX: usize = 32;
/// Most languages of a label.
const LANGUAGES_MAX: usize = 4;
/// Most origins whose pages may hold ours.
const PARENTS_MAX: usize = 8;

/// `[pop]`
#[derive(Clone, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Pops {
    /// Origins whose pages may hold ours in a frame, and are told what pops.
    parents: Vec<String>,
    /// `[[pop.page]]`
    page: Vec<PageSection>,
}

/// `[[pop.page]]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct PageSection {
    /// Its word in messages.
    name: String,
    /// What the card calls it, by language; its name without one.
    #[serde(default)]
    label: BTreeMap<String, String>,
    /// Its address, with variables in braces.
    url: String,
    /// From when on it is there.
    #[serde(default)]
    at: Moment,
    /// How it is shown.
    #[serde(default)]
    show: Way,
    /// For the calls of which queues; all without it.
    #[serde(default)]
    queues: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Moment {
    Ring,
    #[default]
    Answer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Way {
    #[default]
    Link,
    Frame,
}

impl Pops {
    /// As the web wants it, and what is wrong, each with its key. `is_queue`: whether the house has a queue of this name.
    pub(crate) fn read(&self, is_queue: impl Fn(&str) -> bool) -> (PopPages, Vec<(String, Told)>) {
        let mut wrong = Vec::new();
        let mut pages = PopPages::default();
        if self.page.len() > PAGES_MAX {
            let many = self.page.len();
            wrong.push((
                format!("pop.page[{PAGES_MAX}]"),
                told!(
                    "{many} pages; expected at most {PAGES_MAX}: a pop is small",
                    "有 {many} 个页面；最多 {PAGES_MAX} 个：弹屏数据须保持小巧"
                ),
            ));
        }
        for (at, section) in self.page.iter().enumerate() {
            let key = format!("pop.page[{at}]");
            let mut tell = |part: &str, mistake| wrong.push((format!("{key}.{part}"), mistake));
            let former = self.page.iter().take(at);
            section.check(former, &is_queue, &mut tell);
            match PopUrl::parse(&section.url) {
                Ok(url) => pages.pages.push(section.page(url)),
                Err(fault) => tell("url", of_fault(&fault)),
            }
        }
        if self.parents.len() > PARENTS_MAX {
            let many = self.parents.len();
            let message = told!(
                "{many} origins; expected at most {PARENTS_MAX}",
                "有 {many} 个来源；最多 {PARENTS_MAX} 个"
            );
            wrong.push(("pop.parents".to_owned(), message));
        }
        for (at, parent) in self.parents.iter().enumerate() {
            match Origin::parse(parent) {
                Ok(origin) => {
                    pages.parents.insert(origin);
                }
                Err(fault) => wrong.push((format!("pop.parents[{at}]"), of_fault(&fault))),
            }
        }
        (pages, wrong)
    }
}

impl PageSection {
    fn check<'a>(
        &self,
        mut former: impl Iterator<Item = &'a Self>,
        is_queue: impl Fn(&str) -> bool,
        tell: &mut impl FnMut(&str, Told),
    ) {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        let name = &self.name;
        if name.is_empty() || name.len() > NAME_MAX || !name.bytes().all(is_word) {
            let message = told!(
                "a page's name has 1 to {NAME_MAX} letters, digits, `-` and `_`",
                "页面名称为 1 到 {NAME_MAX} 个字母、数字、`-` 或 `_`"
            );
            tell("name", message);
        }
        if former.any(|other| other.name == *name) {
            let message = told!(
                "the page `{name}` stands there twice",
                "页面 `{name}` 重复出现"
            );
            tell("name", message);
        }
        let is_label = |label: &String| {
            let length = label.chars().count();
            (1..=NAME_MAX).contains(&length) && !label.chars().any(char::is_control)
        };
        if self.label.len() > LANGUAGES_MAX || !self.label.values().all(is_label) {
            let message = told!(
                "a label has 1 to {NAME_MAX} characters, in at most {LANGUAGES_MAX} languages",
                "标签为 1 到 {NAME_MAX} 个字符，最多 {LANGUAGES_MAX} 种语言"
            );
            tell("label", message);
        }
        for queue in self.queues.iter().filter(|queue| !is_queue(queue)) {
            let message = told!("there is no queue `{queue}`", "没有队列 `{queue}`");
            tell("queues", message);
        }
    }

    fn page(&self, url: PopUrl) -> PopPage {
        let queues: BTreeSet<QueueName> = self
            .queues
            .iter()
            .map(|queue| queue.as_str().into())
            .collect();
        PopPage {
            name: self.name.clone(),
            label: self.label.clone(),
            url,
            at: match self.at {
                Moment::Ring => PageMoment::Ring,
                Moment::Answer => PageMoment::Answer,
            },
            show: match self.show {
                Way::Link => PageWay::Link,
                Way::Frame => PageWay::Frame,
            },
            queues,
        }
    }
}

/// What to write instead.
fn of_fault(fault: &PopUrlFault) -> Told {
    let list = || PopUrl::variables().collect::<Vec<_>>().join(", ");
    match fault {
        PopUrlFault::Scheme => told!(
            "expected `https://…`; `http://` is for this machine alone (`localhost`, `127.0.0.1`, `[::1]`)",
            "应为 `https://…`；`http://` 仅可用于本机（`localhost`、`127.0.0.1`、`[::1]`）"
        ),
        PopUrlFault::Host => told!(
            "expected a host with or without a port behind `//`, without variables, names and passwords: it is what browsers are allowed",
            "`//` 之后应为主机名（可带端口），不含变量、用户名和密码：浏览器按它放行"
        ),
        PopUrlFault::MoreThanOrigin => told!(
            "expected an origin alone, such as `https://crm.example`, without a path",
            "此处只写来源，如 `https://crm.example`，不带路径"
        ),
        PopUrlFault::Character(letter) => told!(
            "{letter:?} cannot stand in an address: write it percent-encoded",
            "地址中不能出现 {letter:?}：请写成百分号编码"
        ),
        PopUrlFault::Brace => told!(
            "a brace has no other one: variables are written `{{number}}`",
            "花括号不成对：变量写作 `{{number}}`"
        ),
        PopUrlFault::Unknown(name) => told!(
            "no variable is called `{name}`; there are {}",
            "没有名为 `{name}` 的变量；可用的有 {}",
            list()
        ),
        PopUrlFault::TooLong => told!(
            "longer than {TEMPLATE_MAX} bytes",
            "超过 {TEMPLATE_MAX} 字节"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (PopPages, Vec<(String, String)>) {
        let pops: Pops = toml::from_str(text).unwrap();
        let (pages, wrong) = pops.read(|queue| queue == "support");
        let wrong = wrong.into_iter().map(|(key, told)| (key, told.en));
        (pages, wrong.collect())
    }

    #[test]
    fn g7_pages_are_read_as_they_are_written() {
        let (pages, wrong) = read(
            "parents = [\"https://CRM.example/\"]
             [[page]]
             name = \"crm\"
             label = { en = \"CRM\", zh-CN = \"客户系统\" }
             url = \"https://crm.example/?n={number}\"
             at = \"ring\"
             show = \"frame\"
             queues = [\"support\"]
             [[page]]
             name = \"erp\"
             url = \"http://localhost:9000/{customer.external_ref}\"",
        );
        assert_eq!(wrong, []);
        let parents: Vec<String> = pages.parents.iter().map(ToString::to_string).collect();
        assert_eq!(parents, ["https://crm.example"]);
        let [crm, erp] = pages.pages.as_slice() else {
            panic!("{pages:?}");
        };
        assert_eq!((crm.at, crm.show), (PageMoment::Ring, PageWay::Frame));
        assert_eq!(crm.queues, ["support".into()].into());
        assert_eq!((erp.at, erp.show), (PageMoment::Answer, PageWay::Link));
        assert_eq!(erp.url.origin().to_string(), "http://localhost:9000");
    }

    #[test]
    fn g7_what_is_wrong_is_named_by_its_key_and_says_what_to_write() {
        let page = |more: &str| format!("[[page]]\nname = \"crm\"\n{more}\n");
        let url = "url = \"https://crm.example/\"";
        for (text, key, why) in [
            (page("url = \"javascript:alert(1)\""), "url", "`https://…`"),
            (
                page("url = \"http://crm.example/\""),
                "url",
                "this machine alone",
            ),
            (
                page("url = \"https://crm.example/{nummer}\""),
                "url",
                "ticket.number",
            ),
            (page("url = \"https://{number}/\""), "url", "host"),
            (
                page("url = \"https://crm.example/a b\""),
                "url",
                "percent-encoded",
            ),
            (
                page(&format!("{url}\nqueues = [\"sales\"]")),
                "queues",
                "no queue `sales`",
            ),
            (
                page(&format!("{url}\nlabel = {{ en = \"\" }}")),
                "label",
                "1 to 32",
            ),
            (page(url).replace("crm\"", "c r m\""), "name", "letters"),
        ] {
            let (_, wrong) = read(&text);
            let [(at, told)] = wrong.as_slice() else {
                panic!("{text}: {wrong:?}");
            };
            assert_eq!(*at, format!("pop.page[0].{key}"));
            assert!(told.contains(why), "{told}");
        }
        let twice = page(url) + &page(url);
        assert!(read(&twice).1[0].1.contains("twice"));
        let many = (0..5).map(|at| page(url).replace("\"crm\"", &format!("\"p{at}\"")));
        let (_, wrong) = read(&many.collect::<String>());
        assert_eq!(wrong[0].0, "pop.page[4]");
        for parents in [
            "\"*\"",
            "\"https://crm.example/x\"",
            "\"http://crm.example\"",
        ] {
            let (pages, wrong) = read(&format!("parents = [{parents}]"));
            assert_eq!(
                (pages.parents.len(), wrong[0].0.as_str()),
                (0, "pop.parents[0]")
            );
        }
        assert!(
            toml::from_str::<Pops>("[[page]]\nname = \"x\"\nurl = \"y\"\nat = \"later\"").is_err()
        );
    }
}
