//! A report as JSON: shares 0 to 1, durations in ms, `null` where there is no figure.

use std::collections::BTreeMap;

use model::Timestamp;
use report::{Report, Row, Subject};
use serde::Serialize;
use utoipa::ToSchema;

/// A report.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportBody {
    /// Of whom: `queues`, `agents`, `groups`, `tickets`, `ivr`.
    pub subject: &'static str,
    /// From which moment on.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// Before which moment.
    #[schema(value_type = String, format = DateTime)]
    pub to: Timestamp,
    /// How it is cut.
    pub by: &'static str,
    /// On whose clock.
    pub zone: String,
    /// Its figures, in their order.
    pub figures: Vec<ReportFigureBody>,
    /// By interval, then by whom they are of; who did nothing has none.
    pub rows: Vec<ReportRowBody>,
    /// Of all rows together, made of their sums.
    pub total: ReportRowBody,
}

/// A figure, which is never told without its formula (I7).
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportFigureBody {
    /// Its name in rows; stable.
    pub name: &'static str,
    /// Its name for people, by language.
    pub title: BTreeMap<&'static str, &'static str>,
    /// How it is computed, by language.
    pub formula: BTreeMap<&'static str, &'static str>,
    /// `count`, `share` (0 to 1) or `ms`.
    pub unit: &'static str,
}

/// A row.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportRowBody {
    /// The beginning of its interval.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// The end of its interval.
    #[schema(value_type = String, format = DateTime)]
    pub to: Timestamp,
    /// Of whom; `null` in the row of all, empty where tickets are of no group or of no type.
    pub id: Option<String>,
    /// What people call him; `null` in the row of all.
    pub title: Option<String>,
    /// By which formula `service_level` is computed; `null` where there is none, or where queues have different ones.
    pub service_level_formula: Option<&'static str>,
    /// Of an agent: how long he was not ready, by reason, in ms.
    pub not_ready: BTreeMap<String, i64>,
    /// The figures by name; `null`: there is none.
    pub figures: BTreeMap<&'static str, Option<f64>>,
}

impl ReportBody {
    /// The body of a report.
    pub fn of(report: &Report) -> Self {
        let subject = report.subject;
        let figures = subject.figures().map(|figure| ReportFigureBody {
            name: figure.name,
            title: by_language(figure.title),
            formula: by_language(figure.formula),
            unit: figure.unit.name(),
        });
        let rows = report.rows.iter().map(|row| ReportRowBody {
            id: Some(row.id.clone()),
            title: Some(row.title.clone()),
            ..ReportRowBody::of(subject, row)
        });
        Self {
            subject: subject.name(),
            from: report.time.start,
            to: report.time.end,
            by: report.by.name(),
            zone: report.zone.name().to_owned(),
            figures: figures.collect(),
            rows: rows.collect(),
            total: ReportRowBody::of(subject, &report.total),
        }
    }
}

impl ReportRowBody {
    fn of(subject: Subject, row: &Row) -> Self {
        let figures = subject.figures();
        Self {
            from: row.time.start,
            to: row.time.end,
            id: None,
            title: None,
            service_level_formula: row.sums.level.map(|level| level.name()),
            not_ready: row.not_ready.clone(),
            figures: figures
                .map(|figure| (figure.name, figure.of(&row.sums)))
                .collect(),
        }
    }
}

fn by_language([chinese, english]: [&'static str; 2]) -> BTreeMap<&'static str, &'static str> {
    [("zh-CN", chinese), ("en", english)].into()
}
