//! The tables of the script reference, made from the rows that read scripts: what is documented is what is read.

use std::fmt::Write;

use crate::format::FORMATS;
use crate::node::{INPUT_KINDS, KINDS};
use crate::parse::HEAD;
use crate::row::{Form, KeyRow, Need};
use crate::test::TEST;
use crate::variable::ENTRY_VARIABLES;

/// The generated part of `docs/ivr-scripts.md`, in Markdown.
pub fn reference_page() -> String {
    let mut page = String::new();
    heading(&mut page, "The head of a script (脚本头)");
    keys(&mut page, HEAD);
    for kind in KINDS {
        heading(&mut page, &format!("`{}` ({})", kind.name, kind.says.zh));
        push(
            &mut page,
            &format!("{}\n\n```toml\n{}```\n\n", kind.says.en, kind.example),
        );
        keys(&mut page, kind.keys);
    }
    heading(&mut page, "Kinds of input for `collect` (输入类型)");
    inputs(&mut page);
    heading(&mut page, "Formats of values in `say` (报数格式)");
    formats(&mut page);
    heading(&mut page, "Variables at entry (入口变量)");
    variables(&mut page);
    heading(&mut page, "`[[test]]` (测试)");
    keys(&mut page, TEST);
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

fn heading(page: &mut String, text: &str) {
    push(page, &format!("### {text}\n\n"));
}

fn keys(page: &mut String, rows: &[KeyRow]) {
    push(
        page,
        "| key | value | without it | meaning |\n|---|---|---|---|\n",
    );
    for row in rows {
        let name = if matches!(row.form, Form::Node) {
            format!("`{}` →", row.name)
        } else {
            format!("`{}`", row.name)
        };
        let need = match row.need {
            Need::Required => "**required**".to_owned(),
            Need::Default("") => "`\"\"`".to_owned(),
            Need::Default(text) => format!("`{text}`"),
            Need::Head(text) => format!("the head's, else `{text}`"),
            Need::SameAs(other) => format!("as `{other}`"),
            Need::Optional => "–".to_owned(),
        };
        let (form, en, zh) = (
            cell(&row.form.describe().en),
            cell(row.says.en),
            cell(row.says.zh),
        );
        push(page, &format!("| {name} | {form} | {need} | {en} {zh} |\n"));
    }
    push(page, "\n");
}

fn inputs(page: &mut String) {
    push(
        page,
        "| kind | keys | `min`–`max` | gives | meaning |\n|---|---|---|---|---|\n",
    );
    for kind in INPUT_KINDS {
        let keys = kind
            .extra
            .map_or_else(|| "0-9".to_owned(), |key| format!("0-9 and `{key}`"));
        let (min, max) = kind.usual;
        let (en, zh) = (cell(kind.says.en), cell(kind.says.zh));
        push(
            page,
            &format!(
                "| `{}` | {keys} | {min}–{max} | {} | {en} {zh} |\n",
                kind.name, kind.gives
            ),
        );
    }
    push(page, "\n");
}

fn formats(page: &mut String) {
    push(page, "| format | says | meaning |\n|---|---|---|\n");
    for format in FORMATS {
        let takes: Vec<String> = format.takes.iter().map(ToString::to_string).collect();
        let (takes, en, zh) = (
            takes.join(" or "),
            cell(format.says.en),
            cell(format.says.zh),
        );
        push(
            page,
            &format!("| `{}` | a {takes} | {en} {zh} |\n", format.name),
        );
    }
    push(page, "\n");
}

fn variables(page: &mut String) {
    push(page, "| variable | type | meaning |\n|---|---|---|\n");
    for variable in ENTRY_VARIABLES {
        let (en, zh) = (cell(variable.says.en), cell(variable.says.zh));
        push(
            page,
            &format!("| `{}` | {} | {en} {zh} |\n", variable.name, variable.kind),
        );
    }
    push(page, "\n");
}

/// A text in a table: bars would end the cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn push(page: &mut String, text: &str) {
    // Writing to a `String` cannot fail.
    let _infallible = page.write_str(text);
}
