//! `sql` (数据库查询): asks a database by a query that `queries.toml` names (E12).
//!
//! The script knows the query's name, its parameters and its columns; the text of the query, and the database, are the
//! configuration's. Parameters are bound, so what a caller keyed in is never a part of a query (S21).

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Kind, Node};
use crate::ask::{Question, SqlQuestion};
use crate::claim::{Assigned, Claims, Origin, Queried, ReferenceKind};
use crate::expression::Expression;
use crate::look_up::Exits;
use crate::place::Name;
use crate::report::Read;
use crate::row::{Form, Need, Words, row};
use crate::run::Visit;
use crate::section::Section;
use crate::step::{Event, Outcome, Step};

pub(super) const KIND: Kind = Kind {
    name: "sql",
    says: Words {
        en: "Asks a database by a query of `queries.toml`. The caller hears music if it takes longer than 0.7 s.",
        zh: "数据库查询，超过 0.7 秒播放等待音乐",
    },
    keys: &[
        row(
            "query",
            Form::Query,
            Need::Required,
            "A query of `queries.toml`.",
            "查询名称",
        ),
        row(
            "args",
            Form::Values,
            Need::Optional,
            "All of the query's parameters, each an expression of its type.",
            "查询参数",
        ),
        row(
            "into",
            Form::Columns,
            Need::Optional,
            "Variables with columns of the first row, each of the column's type.",
            "存入的变量",
        ),
        row(
            "timeout_ms",
            Form::Whole {
                min: 100,
                max: 20_000,
            },
            Need::Default("2000"),
            "How long it may take.",
            "超时毫秒数",
        ),
        row("ok", Form::Node, Need::Required, "There is a row.", "查到"),
        row(
            "empty",
            Form::Node,
            Need::Required,
            "There is none.",
            "查无结果",
        ),
        row(
            "error",
            Form::Node,
            Need::Required,
            "The database cannot be asked, does not answer in time, or gives a column that is \
             empty or of another type.",
            "查询失败",
        ),
    ],
    example: "[sql.progress]\nquery = \"case_progress\"\nargs = { number = \"case_no\" }\ninto = { status = \"status\" }\ntimeout_ms = 1500\n\
              ok = \"say_status\"\nempty = \"no_such_case\"\nerror = \"agents\"\n",
    read,
};

#[derive(Debug)]
struct Sql {
    query: Name,
    args: Vec<(Name, Expression)>,
    columns: Vec<(Name, Name)>,
    timeout: Duration,
    exits: Exits,
}

fn read(section: &mut Section<'_, '_>) -> Read<Box<dyn Node>> {
    let query = section.name("query");
    let args = section.named_expressions("args");
    let columns = section.columns("into");
    let timeout = section.whole("timeout_ms");
    let exits = Exits::read(section, "ok", "empty", "error", "error");
    Ok(Box::new(Sql {
        query: query?,
        args: args?,
        columns: columns?,
        timeout: Duration::from_millis(u64::from(timeout?)),
        exits: exits?,
    }))
}

impl Sql {
    fn question(&self, visit: &Visit<'_>) -> Result<Question, String> {
        let columns = self.columns.iter();
        let columns =
            columns.map(|(variable, column)| (variable.text.clone(), column.text.clone()));
        Ok(Question::Sql(SqlQuestion {
            query: self.query.text.clone(),
            args: visit.values(&self.args)?,
            columns: columns.collect::<BTreeMap<_, _>>(),
            timeout: self.timeout,
        }))
    }
}

impl Node for Sql {
    fn check<'n>(&'n self, claims: &mut Claims<'n>) {
        claims.refers(ReferenceKind::Query, &self.query);
        claims.query = Some(Queried {
            query: &self.query,
            args: &self.args,
            columns: &self.columns,
        });
        for (variable, column) in &self.columns {
            claims.assigned.push(Assigned {
                name: variable,
                from: Origin::Column {
                    query: &self.query,
                    column,
                },
            });
        }
        let sets = self
            .columns
            .iter()
            .map(|(variable, _)| variable.text.as_str());
        self.exits
            .claim(claims, &self.query.text, self.timeout, sets.collect());
    }

    fn enter<'n>(&'n self, visit: &mut Visit<'_>) -> Step<'n> {
        match self.question(visit) {
            Ok(question) => Step::Ask {
                question,
                patience: self.timeout,
            },
            Err(reason) => Step::Fault(reason),
        }
    }

    fn step<'n>(&'n self, visit: &mut Visit<'_>, event: &Event) -> Step<'n> {
        let Event::Outcome(Outcome::Answered(answer)) = event else {
            return Step::impossible(event);
        };
        self.exits.leave(visit, answer)
    }
}
