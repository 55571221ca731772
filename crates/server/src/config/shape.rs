//! What the reader of shapes (serde) says of a value that does not fit, in both languages.
//!
//! It speaks English, by a few sentences with names and kinds in them; here they are taken apart. The English stays as it is.
//! A sentence that is not known here is told as it is, behind words that say so.

use ivr::{Told, did_you_mean};

/// Sentences about a name: what is before it, and what is said around it in Chinese.
const NAMED: [(&str, &str, &str); 4] = [
    ("unknown field ", "没有 ", " 这一项"),
    ("unknown variant ", "没有 ", " 这个值"),
    ("missing field ", "缺少 ", ""),
    ("duplicate field ", "", " 重复出现"),
];

/// Sentences about a value: what is before it.
const VALUES: [(&str, &str); 3] = [
    ("invalid type: ", "类型不符："),
    ("invalid value: ", "值不符："),
    ("invalid length ", "长度不符："),
];

/// Kinds of values, before the value or alone.
const KINDS: [(&str, &str); 21] = [
    ("a time or a list of five", "一个时限或五个时限的列表"),
    ("a number from ", "数，范围 "),
    ("a nonzero ", "大于零的整数 "),
    ("a table of bounds", "由各项上限组成的表"),
    ("a string", "文本"),
    ("a boolean", "true 或 false"),
    ("a sequence", "列表"),
    ("a map", "表"),
    ("string or table", "文本或表"),
    ("floating point ", "小数 "),
    ("struct ", "表 "),
    ("string ", "文本 "),
    ("integer ", "整数 "),
    ("boolean ", "真假值 "),
    ("sequence", "列表"),
    ("map", "表"),
    ("u8", "0 到 255 的整数"),
    ("u16", "0 到 65535 的整数"),
    ("u32", "非负整数"),
    ("u64", "非负整数"),
    ("usize", "非负整数"),
];

/// Sentences of our own shapes, as they stand there, and of addresses.
const WHOLE: [(&str, &str); 5] = [
    (
        "expected an address with port, such as \"127.0.0.1:5060\", or a list of them",
        "应为带端口的地址，如 \"127.0.0.1:5060\"，或这样的列表",
    ),
    (
        "expected true for the certificate of [tls], or { certificate = \"…\", key = \"…\" }",
        "应为 true（用 [tls] 的证书），或 { certificate = \"…\", key = \"…\" }",
    ),
    (
        "expected a text, { env = \"NAME\" } or { file = \"PATH\" }",
        "应为文本、{ env = \"NAME\" } 或 { file = \"PATH\" }",
    ),
    ("invalid IP address syntax", "不是 IP 地址"),
    ("invalid socket address syntax", "不是带端口的地址"),
];

/// Ends of sentences of our own that begin with the value.
const ENDS: [(&str, &str); 1] = [(
    " is no port range: expected for example \"30000-39999\", with room for one call",
    " 不是端口范围：如 \"30000-39999\"，须容得下一个通话",
)];

/// A sentence of it in both languages.
pub(super) fn told(message: &str) -> Told {
    let zh = named(message)
        .or_else(|| of_value(message))
        .or_else(|| ours(message));
    Told {
        en: message.to_owned(),
        zh: zh.unwrap_or_else(|| format!("不合要求：{message}")),
    }
}

/// "unknown field `stategy`, expected one of `name`, `strategy`" (or "unknown variant"): the nearest of the names it lists.
pub(super) fn help(message: &str) -> Option<Told> {
    let rest = ["unknown field ", "unknown variant "]
        .into_iter()
        .find_map(|start| message.strip_prefix(start))?;
    let mut quoted = rest.split('`').skip(1).step_by(2);
    let wrong = quoted.next()?;
    did_you_mean(wrong, quoted)
}

fn named(message: &str) -> Option<String> {
    let (rest, before, behind) = NAMED
        .into_iter()
        .find_map(|(start, before, behind)| Some((message.strip_prefix(start)?, before, behind)))?;
    let (name, expected) = match rest.split_once(", expected ") {
        Some((name, names)) => (name, format!("；应为 {}", listed(names))),
        // "there are no fields": no name would do.
        None => (rest.split(", ").next().unwrap_or(rest), String::new()),
    };
    Some(format!("{before}{name}{behind}{expected}"))
}

/// "one of `a`, `b`", "`a` or `b`".
fn listed(names: &str) -> String {
    match names.strip_prefix("one of ") {
        Some(several) => format!("{} 之一", several.replace(", ", "、")),
        None => names.replace(" or ", " 或 "),
    }
}

fn of_value(message: &str) -> Option<String> {
    let (rest, start) = VALUES
        .into_iter()
        .find_map(|(start, zh)| Some((message.strip_prefix(start)?, zh)))?;
    let (found, expected) = rest.rsplit_once(", expected ")?;
    Some(format!("{start}{}；应为{}", kind(found), kind(expected)))
}

/// A kind of value, with the value behind it; one that is not known stays as it is.
fn kind(words: &str) -> String {
    let known = KINDS
        .into_iter()
        .find_map(|(start, zh)| Some((words.strip_prefix(start)?, zh)));
    known.map_or_else(
        || format!(" {words}"),
        |(rest, zh)| format!("{zh}{}", rest.replace(" to ", " 到 ")),
    )
}

fn ours(message: &str) -> Option<String> {
    let whole = WHOLE.into_iter().find(|(en, _)| *en == message);
    whole.map(|(_, zh)| zh.to_owned()).or_else(|| {
        ENDS.into_iter()
            .find_map(|(end, zh)| Some(format!("{}{zh}", message.strip_suffix(end)?)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_told_in_chinese_too() {
        for (message, zh) in [
            (
                "unknown field `wrap_upp_s`, expected `strategy` or `wrap_up_s`",
                "没有 `wrap_upp_s` 这一项；应为 `strategy` 或 `wrap_up_s`",
            ),
            (
                "unknown variant `x`, expected one of `a`, `b`, `c`",
                "没有 `x` 这个值；应为 `a`、`b`、`c` 之一",
            ),
            ("missing field `strategy`", "缺少 `strategy`"),
            (
                "invalid type: string \"10\", expected u32",
                "类型不符：文本 \"10\"；应为非负整数",
            ),
            (
                "invalid value: integer `0`, expected a number from 1 to 100",
                "值不符：整数 `0`；应为数，范围 1 到 100",
            ),
            (
                "`1-2-3` is no port range: expected for example \"30000-39999\", with room for one call",
                "`1-2-3` 不是端口范围：如 \"30000-39999\"，须容得下一个通话",
            ),
            ("a word of a library", "不合要求：a word of a library"),
        ] {
            let told = told(message);
            assert!(told.is_said_alike(), "{told:?}");
            assert_eq!((&*told.en, &*told.zh), (message, zh));
        }
    }
}
