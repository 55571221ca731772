//! The smallest template that is safe: `{{name}}` becomes the value of that name, escaped. There is no way to put in
//! anything unescaped, no logic, no loop.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// The values of a page; a name without a value becomes nothing.
#[derive(Debug, Default)]
pub(super) struct Values(BTreeMap<Cow<'static, str>, String>);

impl Values {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) {
        self.0.insert(name.into(), value.into());
    }
}

/// Fills a template.
pub(super) fn render(template: &str, values: &Values) -> String {
    let mut page = String::with_capacity(template.len() * 2);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        page.push_str(before);
        let Some((name, later)) = after.split_once("}}") else {
            page.push_str("{{");
            rest = after;
            break;
        };
        if let Some(value) = values.0.get(name) {
            escape_into(&mut page, value);
        }
        rest = later;
    }
    page.push_str(rest);
    page
}

/// Escapes for text and for quoted attributes alike.
fn escape_into(page: &mut String, value: &str) {
    for letter in value.chars() {
        match letter {
            '&' => page.push_str("&amp;"),
            '<' => page.push_str("&lt;"),
            '>' => page.push_str("&gt;"),
            '"' => page.push_str("&quot;"),
            '\'' => page.push_str("&#39;"),
            '`' => page.push_str("&#96;"),
            other => page.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s19_every_value_is_escaped_and_none_is_read_as_a_template() {
        let mut values = Values::new();
        values.set("a", "<script>'\"&`</script>");
        values.set("b", "{{a}}");
        let page = render("<p title=\"{{a}}\">{{b}}</p>{{none}}{{", &values);
        let escaped = "&lt;script&gt;&#39;&quot;&amp;&#96;&lt;/script&gt;";
        assert_eq!(page, format!("<p title=\"{escaped}\">{{{{a}}}}</p>{{{{"));
    }
}
