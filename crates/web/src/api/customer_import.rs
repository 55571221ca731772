//! A list of customers from elsewhere, as a file in the body (B9, F8).

use axum::Json;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use serde::{Deserialize, Serialize};
use store::sheet::BYTES_MAX;
use store::{ImportFinding, ImportReport, ImportWish, ListFile};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::customers::{by, mistake};
use crate::app::App;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::extract::InQuery;
use crate::problem::{Code, Problem, ProblemDocument};

/// What the one file of a body is called in findings.
const FILE: &str = "list";

/// How a list is taken.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// Only tells what would become of it.
    #[serde(default)]
    dry_run: bool,
    /// Leaves out rows with a mistake; otherwise nothing is written then.
    #[serde(default)]
    skip_errors: bool,
}

/// What became of a list, or would become.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportBody {
    /// Rows that say something, heads not counted.
    pub rows: u64,
    /// Customers who are added.
    pub added: u64,
    /// Customers on file who are changed.
    pub changed: u64,
    /// Customers who stand as the list says.
    pub unchanged: u64,
    /// Rows with a mistake.
    pub refused: u64,
    /// Whether it is written.
    pub is_written: bool,
    /// What is wrong, at most 200.
    pub findings: Vec<ImportFindingBody>,
    /// How many more there are.
    pub findings_more: u64,
}

/// What is wrong in a cell.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportFindingBody {
    /// `list`, with `#` and the sheet in a workbook.
    pub file: String,
    /// The row, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// What, and what to write instead, in English.
    pub en: String,
    /// The same in Chinese.
    pub zh: String,
}

/// Its route: a list is longer than other bodies.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(import))
        .layer(DefaultBodyLimit::max(BYTES_MAX))
}

/// Takes a list of customers over: CSV (UTF-8, UTF-16 or GB18030) or an XLSX workbook, known by its bytes, with a head in English or
/// Chinese (docs/customers.md names the columns). All rows are checked before the first is written; the same list again changes nothing.
/// With an `Idempotency-Key` a list has at most 1 MiB.
#[utoipa::path(post, operation_id = "import_customers", path = "/v1/customers/import", tag = "customers", params(ImportQuery),
    request_body(content((String = "text/csv"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "application/octet-stream")), description = "The file, at most 32 MiB."),
    responses(
        (status = 200, description = "What became of it, or, with `dry_run`, would become.", body = ImportBody),
        (status = 413, description = "The file is too large.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "There are mistakes and nothing was written; `report` names them as the answer with 200 would.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn import(
    State(app): State<App>,
    who: Principal,
    InQuery(query): InQuery<ImportQuery>,
    bytes: Bytes,
) -> Result<Json<ImportBody>, Problem> {
    authorise(&who, Action::ImportCustomers, None)?;
    let file = ListFile {
        name: FILE.to_owned(),
        bytes: bytes.into(),
    };
    let wish = ImportWish {
        files: vec![file],
        is_trial: query.dry_run,
        skips_errors: query.skip_errors,
    };
    let (database, actor) = (app.database().clone(), by(&who));
    // In a task of its own: a client that hangs up leaves no half of a list.
    let doing = tokio::spawn(async move { database.import_customers(wish, actor, now()).await });
    let done = doing.await.map_err(|error| Problem::internal(&error))?;
    let report = ImportBody::from(done.map_err(mistake)?);
    if report.is_written || query.dry_run {
        return Ok(Json(report));
    }
    let report = serde_json::to_value(&report).map_err(|error| Problem::internal(&error))?;
    Err(Problem::new(Code::ListRefused).report(report))
}

impl From<ImportReport> for ImportBody {
    fn from(report: ImportReport) -> Self {
        Self {
            rows: report.rows,
            added: report.added,
            changed: report.changed,
            unchanged: report.same,
            refused: report.refused,
            is_written: report.is_written,
            findings: report.findings.into_iter().map(Into::into).collect(),
            findings_more: report.untold,
        }
    }
}

impl From<ImportFinding> for ImportFindingBody {
    fn from(found: ImportFinding) -> Self {
        Self {
            file: found.file,
            line: found.line,
            column: found.column,
            en: found.told.en,
            zh: found.told.zh,
        }
    }
}
