//! `trunkline customer import`: a list from elsewhere, tried or taken over (B9, F8).

use std::io::Read as _;
use std::path::Path;

use ivr::{Told, told};
use serde_json::json;
use speech::Language;
use store::sheet::BYTES_MAX;
use store::{Database, ImportReport, ImportWish, ListFile};
use ticket::Actor;

use crate::Failure;
use crate::cli::ImportArgs;
use crate::verb::{by_fault, now};

/// Reads the files, has them taken over and tells what became of them. A mistake that was not to be left out fails the verb.
pub(super) async fn run(
    database: &Database,
    args: &ImportArgs,
    json: bool,
    language: Language,
) -> Result<(), Failure> {
    let files = std::iter::once(&args.file).chain(&args.with);
    let files: Result<Vec<ListFile>, Failure> = files.map(|path| read(path)).collect();
    let wish = ImportWish {
        files: files?,
        is_trial: args.dry_run,
        skips_errors: args.skip_errors,
    };
    let done = database.import_customers(wish, Actor::System, now());
    let report = done.await.map_err(by_fault)?;
    tell(&report, json, language);
    if report.findings.is_empty() || report.is_written {
        return Ok(());
    }
    Err(Failure::Refused(told!(
        "there are mistakes in the list, and nothing was written; --skip-errors leaves out rows with a mistake",
        "列表中有错误，未写入任何内容；--skip-errors 可略过有错误的行"
    )))
}

/// A file of at most as many bytes as are taken, and one more, by which it is too large.
fn read(path: &Path) -> Result<ListFile, Failure> {
    let name = path.display().to_string();
    let failed = |error: std::io::Error| Failure::Refused(Told::as_it_is(error).about(&name));
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(BYTES_MAX as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    Ok(ListFile { name, bytes })
}

fn tell(report: &ImportReport, json: bool, language: Language) {
    if json {
        let findings = report.findings.iter().map(|found| {
            json!({ "file": found.file, "line": found.line, "column": found.column, "en": found.told.en, "zh": found.told.zh })
        });
        println!(
            "{}",
            json!({
                "rows": report.rows, "added": report.added, "changed": report.changed, "unchanged": report.same,
                "refused": report.refused, "is_written": report.is_written,
                "findings": findings.collect::<Vec<_>>(), "findings_more": report.untold,
            })
        );
        return;
    }
    for found in &report.findings {
        let (file, line, column) = (&found.file, found.line, found.column);
        eprintln!("{file}:{line}:{column}: {}", found.told.said_in(language));
    }
    if report.untold > 0 {
        let more = report.untold;
        eprintln!(
            "{}",
            told!("… and {more} more", "……另有 {more} 处").said_in(language)
        );
    }
    println!("{}", counts(report).said_in(language));
}

fn counts(report: &ImportReport) -> Told {
    let ImportReport {
        added,
        changed,
        same,
        refused,
        ..
    } = report;
    match report.is_written {
        true => told!(
            "{added} added, {changed} changed, {same} unchanged; {refused} rows left out",
            "新增 {added} 个，更新 {changed} 个，未变 {same} 个；略过 {refused} 行"
        ),
        false => told!(
            "nothing was written: {added} would be added, {changed} changed, {same} unchanged; {refused} rows have mistakes",
            "未写入：将新增 {added} 个，更新 {changed} 个，未变 {same} 个；{refused} 行有错误"
        ),
    }
}
