//! `trunkline why`: why a call went where it went, told by the running server of this configuration.

use serde_json::Value;
use speech::Language;

use super::block_on;
use super::sip::{call_of, escaped, read};
use crate::Failure;
use crate::cli::WhyArgs;
use crate::config::Source;

/// Runs the verb.
pub(crate) fn run(
    source: &Source,
    args: &WhyArgs,
    json: bool,
    language: Language,
) -> Result<(), Failure> {
    let path = path(args, language)?;
    let why = block_on(read(source, |api| async move { api.get(&path).await }))?;
    if json {
        println!("{why}");
    } else {
        print!("{}", told(&why, language));
    }
    Ok(())
}

fn path(args: &WhyArgs, language: Language) -> Result<String, Failure> {
    let call = call_of(&args.call)?;
    let lang = match language {
        Language::Chinese => "zh",
        Language::English => "en",
    };
    let agent = args.agent.as_ref();
    let agent = agent.map(|login| format!("&agent={}", escaped(login)));
    Ok(format!(
        "/v1/calls/{call}/why?lang={lang}{}",
        agent.unwrap_or_default()
    ))
}

/// A line for each decision and whatever else became of the wait, in order; what is weighed now comes last.
fn told(why: &Value, language: Language) -> String {
    let rows = |key: &str| why.get(key).and_then(Value::as_array).into_iter().flatten();
    let text = |row: &Value, key: &str| {
        row.get(key)
            .and_then(Value::as_str)
            .unwrap_or("-")
            .to_owned()
    };
    let mut past: Vec<&Value> = rows("decisions").chain(rows("events")).collect();
    // Moments of one form sort as texts do.
    past.sort_by_key(|row| text(row, "at"));
    let all = past.into_iter().chain(rows("now"));
    let told: String = all
        .map(|row| format!("{}  {}\n", text(row, "at"), text(row, "sentence")))
        .collect();
    if !told.is_empty() {
        return told;
    }
    match language {
        Language::Chinese => "这通来电没有排队，也没有派给任何人\n".to_owned(),
        Language::English => "this call stood in no queue and was offered to nobody\n".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(call: &str, agent: Option<&str>) -> WhyArgs {
        WhyArgs {
            call: call.to_owned(),
            agent: agent.map(str::to_owned),
        }
    }

    #[test]
    fn the_question_names_call_agent_and_language() {
        let of = |call, agent| path(&args(call, agent), Language::Chinese).ok();
        assert_eq!(of("7", None).unwrap(), "/v1/calls/7/why?lang=zh");
        let named = of("7", Some("1003&x")).unwrap();
        assert_eq!(named, "/v1/calls/7/why?lang=zh&agent=1003%26x");
        assert_eq!(of("seven", None), None);
    }

    #[test]
    fn what_was_decided_comes_before_what_is_weighed_now() {
        let row = |at: &str, sentence: &str| serde_json::json!({ "at": at, "sentence": sentence });
        let why = serde_json::json!({
            "decisions": [row("1", "Offered."), row("3", "Offered again.")],
            "events": [row("2", "Moved.")],
            "now": [row("4", "Waits.")],
        });
        assert_eq!(
            told(&why, Language::English),
            "1  Offered.\n2  Moved.\n3  Offered again.\n4  Waits.\n"
        );
        let none = serde_json::json!({ "decisions": [], "now": [] });
        assert_eq!(
            told(&none, Language::English),
            "this call stood in no queue and was offered to nobody\n"
        );
    }
}
