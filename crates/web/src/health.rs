//! `/healthz`: the process answers. `/readyz`: signalling, the media loop and the store really work (lesson of advisory 25:
//! a process may live while its signalling is dead). Both are open to everybody and tell no inside.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;

/// Which parts work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Readiness {
    /// An OPTIONS to ourselves was answered lately.
    pub signalling: bool,
    /// Each media thread ticked lately.
    pub media: bool,
    /// The store answered lately.
    pub store: bool,
    /// It is going down: new calls are refused, calls that are up may end (S6).
    pub draining: bool,
}

impl Readiness {
    /// Whether new calls may come: all parts work and nobody takes them down.
    pub const fn is_ready(self) -> bool {
        self.signalling && self.media && self.store && !self.draining
    }
}

/// The answer of `/healthz`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`: a process that cannot answer does not answer.
    status: &'static str,
}

/// Whether the process answers.
#[utoipa::path(get, path = "/healthz", tag = "operation", security(()),
    responses((status = 200, description = "The process answers.", body = Health)))]
pub(crate) async fn healthz() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Whether new calls may be sent here.
#[utoipa::path(get, path = "/readyz", tag = "operation", security(()),
    responses(
        (status = 200, description = "All parts work and new calls are taken.", body = Readiness),
        (status = 503, description = "A part that is `false` does not work, or `draining`: new calls are refused, those that are up may end.", body = Readiness),
    ))]
pub(crate) async fn readyz(State(app): State<App>) -> (StatusCode, Json<Readiness>) {
    let readiness = app.readiness();
    let status = if readiness.is_ready() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(readiness))
}
