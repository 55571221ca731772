//! `trunkline why`: why a call went where it went, told by the running server of this configuration.

use serde_json::Value;

use super::block_on;
use super::sip::{call_of, escaped, read};
use crate::Failure;
use crate::cli::{Lang, WhyArgs};
use crate::config::Source;

/// Runs the verb.
pub(crate) fn run(source: &Source, args: &WhyArgs, json: bool) -> Result<(), Failure> {
    let path = path(args)?;
    let why = block_on(read(source, |api| async move { api.get(&path).await }))?;
    if json {
        println!("{why}");
    } else {
        print!("{}", told(&why, args.lang));
    }
    Ok(())
}

fn path(args: &WhyArgs) -> Result<String, Failure> {
    let call = call_of(&args.call)?;
    let lang = match args.lang {
        Lang::Zh => "zh",
        Lang::En => "en",
    };
    let agent = args.agent.as_ref();
    let agent = agent.map(|login| format!("&agent={}", escaped(login)));
    Ok(format!(
        "/v1/calls/{call}/why?lang={lang}{}",
        agent.unwrap_or_default()
    ))
}

/// A line for each decision.
fn told(why: &Value, lang: Lang) -> String {
    let mut told = String::new();
    for key in ["decisions", "now"] {
        let rows = why.get(key).and_then(Value::as_array);
        for row in rows.into_iter().flatten() {
            let text = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or("-");
            told.push_str(&format!("{}  {}\n", text("at"), text("sentence")));
        }
    }
    if told.is_empty() {
        told.push_str(match lang {
            Lang::Zh => "这通来电没有派给任何人\n",
            Lang::En => "nothing was decided about this call\n",
        });
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(call: &str, agent: Option<&str>) -> WhyArgs {
        WhyArgs {
            call: call.to_owned(),
            agent: agent.map(str::to_owned),
            lang: Lang::Zh,
        }
    }

    #[test]
    fn the_question_names_call_agent_and_language() {
        let of = |call, agent| path(&args(call, agent)).ok();
        assert_eq!(of("7", None).unwrap(), "/v1/calls/7/why?lang=zh");
        let named = of("7", Some("1003&x")).unwrap();
        assert_eq!(named, "/v1/calls/7/why?lang=zh&agent=1003%26x");
        assert_eq!(of("seven", None), None);
    }

    #[test]
    fn what_was_decided_comes_before_what_is_weighed_now() {
        let row = |at: &str, sentence: &str| serde_json::json!({ "at": at, "sentence": sentence });
        let why =
            serde_json::json!({ "decisions": [row("1", "Offered.")], "now": [row("2", "Waits.")] });
        assert_eq!(told(&why, Lang::En), "1  Offered.\n2  Waits.\n");
        let none = serde_json::json!({ "decisions": [], "now": [] });
        assert_eq!(
            told(&none, Lang::En),
            "nothing was decided about this call\n"
        );
    }
}
