//! In what two sets of rules differ, in lines that people can read.

use std::collections::BTreeMap;
use std::time::Duration;

use acd::QueueConfig;
use model::QueueName;
use serde_json::Value;

/// A line for each setting that differs, and for each queue that only one of them has.
pub(super) fn between(
    before: &BTreeMap<QueueName, QueueConfig>,
    after: &BTreeMap<QueueName, QueueConfig>,
) -> Vec<String> {
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    let gone = gone.map(|name| format!("{name}: is gone"));
    let new = after.keys().filter(|name| !before.contains_key(*name));
    let new = new.map(|name| format!("{name}: is new"));
    let both = before
        .iter()
        .filter_map(|(name, queue)| Some((name, queue, after.get(name)?)));
    let changed = both.flat_map(|(name, before, after)| settings(name, before, after));
    gone.chain(new).chain(changed).collect()
}

fn settings(name: &QueueName, before: &QueueConfig, after: &QueueConfig) -> Vec<String> {
    let read = |queue: &QueueConfig| serde_json::to_value(queue).unwrap_or_default();
    let (before, after) = (read(before), read(after));
    let keys = before.as_object().into_iter().flatten();
    let differing = keys.filter(|(key, value)| after.get(key) != Some(value));
    let line = |(key, value): (&String, &Value)| {
        let new = after.get(key).map_or_else(String::new, told);
        format!("{name}: {key} {} → {new}", told(value))
    };
    differing.map(line).collect()
}

fn told(value: &Value) -> String {
    let duration = serde_json::from_value::<Duration>(value.clone());
    match (duration, value) {
        (Ok(duration), Value::Object(_)) => format!("{duration:?}"),
        (_, Value::String(word)) => word.clone(),
        (_, Value::Null) => "none".to_owned(),
        (_, value) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_said_in_words() {
        let queue = |name: &str| QueueConfig::new(name.into());
        let before = [queue("support"), queue("sales")];
        let mut after = [queue("support"), queue("billing")];
        after[0].strategy = acd::strategy::find("ring-all").unwrap();
        after[0].ring_timeout = Duration::from_millis(20_500);
        after[0].max_wait = Some(Duration::from_secs(90));
        let map = |queues: &[QueueConfig]| {
            let named = queues
                .iter()
                .map(|queue| (queue.name.clone(), queue.clone()));
            named.collect()
        };
        assert_eq!(
            between(&map(&before), &map(&after)),
            [
                "sales: is gone",
                "billing: is new",
                "support: max_wait none → 90s",
                "support: ring_timeout 15s → 20.5s",
                "support: strategy longest-idle → ring-all",
            ]
        );
        assert!(between(&map(&before), &map(&before)).is_empty());
    }
}
