//! Parameters behind the question mark that a path does not know are refused (API conventions): a filter whose name has a slip in it
//! would else be a list of everything. What each path knows is read from the table of routes, so that no handler has to say so.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Query, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{PathItem, RefOr};

use crate::app::App;
use crate::problem::{Code, Problem};

/// The names that each operation knows, by method and path.
#[derive(Debug)]
pub(crate) struct Parameters(BTreeMap<(String, &'static str), BTreeSet<String>>);

impl Parameters {
    /// Those of a document's paths.
    pub(crate) fn of<'a>(paths: impl IntoIterator<Item = (&'a String, &'a PathItem)>) -> Self {
        let operations = paths.into_iter().flat_map(|(path, item)| {
            let methods = [
                ("GET", &item.get),
                ("POST", &item.post),
                ("PUT", &item.put),
                ("PATCH", &item.patch),
                ("DELETE", &item.delete),
            ];
            let there = methods.into_iter().filter_map(|(method, operation)| {
                Some(((path.clone(), method), names(operation.as_ref()?)))
            });
            there.collect::<Vec<_>>()
        });
        Self(operations.collect())
    }

    /// What a request's operation knows; `None` when there is no such operation.
    fn known(&self, path: String, method: &Method) -> Option<&BTreeSet<String>> {
        // RFC 9110 §9.3.2: a HEAD is a GET without its body.
        let method = if *method == Method::HEAD {
            "GET"
        } else {
            method.as_str()
        };
        let methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
        let method = methods.into_iter().find(|known| *known == method)?;
        self.0.get(&(path, method))
    }
}

fn names(operation: &Operation) -> BTreeSet<String> {
    let parameters = operation.parameters.iter().flatten();
    let of_query = parameters.filter_map(|parameter| match parameter {
        RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query => {
            Some(parameter.name.clone())
        }
        RefOr::T(_) | RefOr::Ref(_) => None,
    });
    of_query.collect()
}

/// The layer.
pub(crate) async fn known(State(app): State<App>, request: Request, next: Next) -> Response {
    match unknown(&app, &request) {
        Some(problem) => problem.into_response(),
        None => next.run(request).await,
    }
}

fn unknown(app: &App, request: &Request) -> Option<Problem> {
    let uri = request.uri();
    uri.query().filter(|query| !query.is_empty())?;
    let route = app.route_of(uri.path());
    let known = app.parameters().known(route, request.method())?;
    // What cannot be read is the handler's to tell.
    let Query(given) = Query::<Vec<(String, String)>>::try_from_uri(uri).ok()?;
    let (name, _) = given.into_iter().find(|(name, _)| !known.contains(name))?;
    let list: Vec<&str> = known.iter().map(String::as_str).collect();
    let detail = match list.as_slice() {
        [] => format!("unknown parameter {name:?}: this path takes none"),
        some => format!(
            "unknown parameter {name:?}: this path knows {}",
            some.join(", ")
        ),
    };
    Some(Problem::new(Code::MalformedParameter).detail(detail))
}
