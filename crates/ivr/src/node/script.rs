//! `script` (子流程): another script does a part of the work and comes back (E18).
//!
//! Parameters and results are typed and declared by the script that does the part (`parameters`, `returns`); it sees nothing
//! else of this one, and leaves nothing else behind. Which scripts may be called, that none calls itself, and that types
//! fit, is proved by `check`.

use super::{Kind, Node};
use crate::claim::{Assigned, Called, Cause, Claims, Exit, Origin, ReferenceKind};
use crate::expression::Expression;
use crate::place::Name;
use crate::report::Read;
use crate::row::{Form, Need, Words, row};
use crate::run::Visit;
use crate::section::Section;
use crate::step::{Event, Outcome, Step};

pub(super) const KIND: Kind = Kind {
    name: "script",
    says: Words {
        en: "Lets another script do a part of the work, and goes on when it comes back by `return`.",
        zh: "调用子流程，返回后继续",
    },
    keys: &[
        row(
            "script",
            Form::Script,
            Need::Required,
            "Which: one with `parameters`, `returns` or a `return` node.",
            "子流程",
        ),
        row(
            "args",
            Form::Values,
            Need::Optional,
            "All of its `parameters`, each an expression of the type that it declares.",
            "参数",
        ),
        row(
            "into",
            Form::Results,
            Need::Optional,
            "Variables with those of its `returns` that they take.",
            "存入的变量",
        ),
        row(
            "next",
            Form::Node,
            Need::Required,
            "When it has come back.",
            "返回之后",
        ),
    ],
    example: "[script.identify]\nscript = \"identify\"\nargs = { number = \"caller.number\" }\ninto = { known = \"is_known\" }\n\
              next = \"welcome\"\n",
    read,
};

#[derive(Debug)]
struct Call {
    script: Name,
    args: Vec<(Name, Expression)>,
    into: Vec<(Name, Name)>,
    next: Name,
}

fn read(section: &mut Section<'_, '_>) -> Read<Box<dyn Node>> {
    let (script, args) = (section.name("script"), section.named_expressions("args"));
    let (into, next) = (section.columns("into"), section.name("next"));
    Ok(Box::new(Call {
        script: script?,
        args: args?,
        into: into?,
        next: next?,
    }))
}

impl Node for Call {
    fn check<'n>(&'n self, claims: &mut Claims<'n>) {
        claims.refers(ReferenceKind::Flow, &self.script);
        claims.calls = Some(Called {
            script: &self.script,
            args: &self.args,
            results: &self.into,
        });
        for (variable, result) in &self.into {
            claims.assigned.push(Assigned {
                name: variable,
                from: Origin::Result {
                    script: &self.script,
                    result,
                },
            });
        }
        let sets = self.into.iter().map(|(variable, _)| variable.text.as_str());
        claims.exits.push(Exit {
            to: &self.next,
            cause: Cause::Next,
            sets: sets.collect(),
        });
    }

    fn enter<'n>(&'n self, visit: &mut Visit<'_>) -> Step<'n> {
        match visit.given(&self.args) {
            Ok(args) => Step::Call {
                script: &self.script.text,
                args,
            },
            Err(reason) => Step::Fault(reason),
        }
    }

    fn step<'n>(&'n self, visit: &mut Visit<'_>, event: &Event) -> Step<'n> {
        let Event::Outcome(Outcome::Returned(results)) = event else {
            return Step::impossible(event);
        };
        for (variable, result) in &self.into {
            let Some((value, secret)) = results.get(&result.text) else {
                return Step::Fault(format!("no result `{}`", result.text));
            };
            visit.set(&variable.text, value.clone(), *secret);
        }
        Step::Go(&self.next)
    }
}
