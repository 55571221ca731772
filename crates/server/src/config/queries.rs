//! `config/queries.toml`: what scripts may ask of databases of the business (E12).

use std::collections::BTreeMap;
use std::path::Path;

use ivr::{Diagnostic, QueryShape, Told, Type, told};
use serde::Deserialize;
use store::{Address, NamedQueries, NamedQuery, QueryText, Secret};
use toml::Spanned;

use super::cause::Cause;
use super::document::Document;
use super::report::Report;
use super::secret;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    database: BTreeMap<String, DatabaseSection>,
    #[serde(default)]
    query: BTreeMap<String, QuerySection>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DatabaseSection {
    url: Spanned<String>,
    password: Option<Spanned<secret::Source>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct QuerySection {
    database: Spanned<String>,
    sql: Spanned<String>,
    #[serde(default)]
    args: BTreeMap<Spanned<String>, Spanned<String>>,
    #[serde(default)]
    columns: BTreeMap<String, Spanned<String>>,
}

/// The queries as the store asks them and as scripts see them.
#[derive(Debug, Default)]
pub(crate) struct Queries {
    pub(crate) named: NamedQueries,
    pub(crate) shapes: BTreeMap<String, QueryShape>,
}

/// Reads them all. Files of databases that are not absolute stand beside the configuration.
pub(crate) fn read(document: &Document, dir: &Path) -> Result<Queries, Vec<Diagnostic>> {
    let file: File = document.parse().map_err(|error| vec![error])?;
    let mut report = Report::new(document);
    let mut files = BTreeMap::new();
    for (name, section) in &file.database {
        if let Some(path) = database(section, dir, &mut report) {
            files.insert(name.clone(), path);
        }
    }
    let (mut named, mut shapes) = (BTreeMap::new(), BTreeMap::new());
    for (name, section) in &file.query {
        if !file.database.contains_key(section.database.get_ref()) {
            let name = section.database.get_ref();
            let message = told!("no database `{name}`", "没有数据库 `{name}`");
            let known = file.database.keys().map(String::as_str);
            report.unknown(&section.database, message, known);
        }
        let shape = QueryShape {
            args: typed(
                section
                    .args
                    .iter()
                    .map(|(name, kind)| (name.get_ref(), kind)),
                &mut report,
            ),
            columns: typed(section.columns.iter(), &mut report),
        };
        match QueryText::parse(section.sql.get_ref()) {
            Ok(text) => {
                parameters_are_declared(&text, section, &mut report);
                let query = NamedQuery {
                    database: section.database.get_ref().clone(),
                    text,
                    columns: shape.columns.clone(),
                };
                named.insert(name.clone(), query);
            }
            Err(error) => report.error(&section.sql, error.told(), None),
        }
        shapes.insert(name.clone(), shape);
    }
    let wrong = report.finish();
    if !wrong.is_empty() {
        return Err(wrong);
    }
    Ok(Queries {
        named: NamedQueries::new(files, named),
        shapes,
    })
}

/// Where a database is. What is wrong is told without the address, which may hold a password (S22).
fn database(section: &DatabaseSection, dir: &Path, report: &mut Report<'_>) -> Option<Address> {
    let url = section.url.get_ref();
    let beside = url.strip_prefix("sqlite://").map(|file| dir.join(file));
    let read = match &beside {
        // A name alone: what follows a `?` would be the driver's.
        Some(_) if url.ends_with('/') || url.contains('?') => None,
        Some(file) => Address::parse(&format!("sqlite://{}", file.display())).ok(),
        None => Address::parse(url).ok(),
    };
    let Some(address) = read else {
        let message = told!(
            "this is no database that can be asked",
            "这不是可查询的数据库"
        );
        let help = told!(
            "a file of SQLite, \"sqlite:///var/lib/cases/cases.db\", or a server of PostgreSQL, \"postgres://reader@db.example/cases\"; it is only read",
            "SQLite 文件 \"sqlite:///var/lib/cases/cases.db\"，或 PostgreSQL 服务器 \"postgres://reader@db.example/cases\"；只读不写"
        );
        report.error(&section.url, message, Some(help));
        return None;
    };
    let Some(password) = &section.password else {
        return Some(address);
    };
    let secret = Secret::new(secret::read(password, dir, report)?);
    match address.with_password(&secret) {
        Ok(address) => Some(address),
        Err(error) => {
            report.error(password, error.told(), None);
            None
        }
    }
}

/// Names with their types.
fn typed<'a>(
    entries: impl Iterator<Item = (&'a String, &'a Spanned<String>)>,
    report: &mut Report<'_>,
) -> BTreeMap<String, Type> {
    let mut types = BTreeMap::new();
    for (name, word) in entries {
        match Type::of_name(word.get_ref()) {
            Some(kind) => drop(types.insert(name.clone(), kind)),
            None => {
                let message = told!(
                    "`{}` is no type; expected text, number or truth",
                    "`{}` 不是类型；应为 text、number 或 truth",
                    word.get_ref()
                );
                report.unknown(word, message, Type::ALL.iter().map(|kind| kind.name()));
            }
        }
    }
    types
}

/// Each parameter of the text is declared, and each that is declared is in the text.
fn parameters_are_declared(text: &QueryText, section: &QuerySection, report: &mut Report<'_>) {
    let names = text.names();
    for arg in section
        .args
        .keys()
        .filter(|arg| !names.contains(arg.get_ref().as_str()))
    {
        let message = told!(
            "`sql` has no parameter `:{}`",
            "`sql` 中没有参数 `:{}`",
            arg.get_ref()
        );
        report.unknown(arg, message, names.iter().copied());
    }
    let declared = |name: &str| section.args.keys().any(|arg| arg.get_ref() == name);
    for name in names.iter().filter(|name| !declared(name)) {
        let message = told!(
            "the parameter `:{name}` is not in `args`",
            "参数 `:{name}` 不在 `args` 中"
        );
        let help = Told::as_it_is(format!("args = {{ {name} = \"text\" }}"));
        report.error(&section.sql, message, Some(help));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::said;

    fn told(text: &str) -> Vec<String> {
        let document = Document {
            file: "q.toml".into(),
            text: text.into(),
        };
        match read(&document, Path::new("/etc/trunkline")) {
            Ok(queries) => vec![format!("{:?}", queries.shapes)],
            Err(wrong) => said::lines(&wrong),
        }
    }

    #[test]
    fn e12_queries_are_read_and_mistakes_told() {
        let base = "[database.cases]\nurl = \"sqlite://cases.db\"\n";
        let query = |rest: &str| format!("{base}[query.progress]\ndatabase = \"cases\"\n{rest}");
        let good = query(
            "sql = \"SELECT status FROM cases WHERE number = :number\"\nargs = { number = \"text\" }\ncolumns = { status = \"text\" }\n",
        );
        assert_eq!(
            told(&good),
            [
                "{\"progress\": QueryShape { args: {\"number\": Text}, columns: {\"status\": Text} }}"
            ]
        );
        let rows = [
            (
                good.replace("= \"cases\"", "= \"case\""),
                "q.toml:4:12: error: no database `case`\n  help: did you mean `cases`?",
            ),
            (
                good.replace("sqlite://cases.db", "mysql://cases"),
                "q.toml:2:7: error: this is no database that can be asked",
            ),
            (
                good.replace("SELECT status", "DELETE"),
                "q.toml:5:7: error: a query begins with SELECT or WITH: scripts only read",
            ),
            (
                good.replace(
                    "sqlite://cases.db\"",
                    "postgres://db/cases\"\npassword = { env = \"TRUNKLINE_UNSET\" }",
                ),
                "q.toml:3:12: error: the environment has no variable `TRUNKLINE_UNSET`",
            ),
            (
                good.replace(":number", ":no"),
                "q.toml:6:10: error: `sql` has no parameter `:number`",
            ),
            (
                good.replace("{ number = \"text\" }", "{}"),
                "q.toml:5:7: error: the parameter `:number` is not in `args`\n  help: args = { number = \"text\" }",
            ),
            (
                good.replace("{ status = \"text\" }", "{ status = \"txt\" }"),
                "q.toml:7:22: error: `txt` is no type; expected text, number or truth\n  help: did you mean `text`?",
            ),
        ];
        for (text, expected) in rows {
            let told = told(&text);
            assert!(told[0].starts_with(expected), "{told:?}\n{expected}");
        }
    }
}
