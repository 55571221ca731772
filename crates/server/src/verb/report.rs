//! `trunkline report`: figures of queues, agents, groups and tickets over a time (I5), as a table, CSV, a workbook, or JSON.

mod calls;
mod rebuild;
mod shown;

use std::ops::Range;
use std::path::Path;

use anyhow::Context as _;
use ivr::{did_you_mean, told};
use model::{AgentId, Interval, QueueName, ScriptName, Timestamp, Zone};
use report::{Report, Subject};
use speech::Language;
use store::sheet::written;
use store::{Database, ReportWish, SumsOf, Whose};

use super::{block_on, by_fault, now, open_store};
use crate::Failure;
use crate::cli::{CutArgs, FileArgs, ReportVerb, TimeArgs};
use crate::config::Source;

/// Runs the verb.
pub(crate) fn run(
    source: &Source,
    verb: &ReportVerb,
    json: bool,
    language: Language,
) -> Result<(), Failure> {
    let asked = match verb {
        ReportVerb::Queues(args) => Asked {
            queue: args.queue.as_deref(),
            ..Asked::new(Subject::Queues, &args.cut)
        },
        ReportVerb::Agents { agent, of } => Asked {
            queue: of.queue.as_deref(),
            agent: agent.as_deref(),
            ..Asked::new(Subject::Agents, &of.cut)
        },
        ReportVerb::Groups(args) => Asked {
            group: args.group.as_deref(),
            ticket_type: args.ticket_type.as_deref(),
            ..Asked::new(Subject::Groups, &args.cut)
        },
        ReportVerb::Tickets { fcr_days, of } => Asked {
            group: of.group.as_deref(),
            ticket_type: of.ticket_type.as_deref(),
            fcr_days: Some(*fcr_days),
            ..Asked::new(Subject::Tickets, &of.cut)
        },
        ReportVerb::Ivr { script, cut } => Asked {
            script: script.as_deref(),
            ..Asked::new(Subject::Ivr, cut)
        },
        ReportVerb::Rebuild => return rebuild::run(source, json, language),
        ReportVerb::Calls {
            time,
            queue,
            agent,
            file,
        } => {
            one_way(file, json)?;
            let wanted = calls::Wanted {
                time,
                queue: queue.as_deref(),
                agent: agent.as_deref(),
            };
            return calls::run(source, &wanted, file, (json, language));
        }
    };
    one_way(&asked.cut.file, json)?;
    // By which formula a queue is judged, its configuration says.
    let bounds = source.load(1, None)?.bounds;
    let report = block_on(async {
        let (settings, database) = open_store(source).await?;
        database.set_bounds(bounds);
        let house = Zone::ahead(settings.tickets.utc_offset_min);
        let made = made(&database, &asked, house).await;
        database.close().await;
        made
    })?;
    give(&report, &asked.cut.file, json, language)
}

/// Which report, of whom in particular.
struct Asked<'a> {
    subject: Subject,
    cut: &'a CutArgs,
    queue: Option<&'a str>,
    agent: Option<&'a str>,
    group: Option<&'a str>,
    ticket_type: Option<&'a str>,
    fcr_days: Option<u32>,
    script: Option<&'a str>,
}

impl<'a> Asked<'a> {
    /// Of all.
    const fn new(subject: Subject, cut: &'a CutArgs) -> Self {
        Self {
            subject,
            cut,
            queue: None,
            agent: None,
            group: None,
            ticket_type: None,
            fcr_days: None,
            script: None,
        }
    }
}

/// It is printed or written, and each in one way.
fn one_way(file: &FileArgs, json: bool) -> Result<(), Failure> {
    if json && (file.csv.is_some() || file.xlsx.is_some()) {
        return Err(Failure::Refused(told!(
            "--json prints, --csv and --xlsx write files: one of them at a time",
            "--json 为打印，--csv 与 --xlsx 为写文件：只能选一个"
        )));
    }
    Ok(())
}

fn give(report: &Report, file: &FileArgs, json: bool, language: Language) -> Result<(), Failure> {
    let is_chinese = language == Language::Chinese;
    let table = || report.table(is_chinese);
    if let Some(path) = &file.csv {
        let text = written::csv(&table());
        if path != Path::new("-") {
            return put(path, text.as_bytes());
        }
        print!("{text}");
    } else if let Some(path) = &file.xlsx {
        let formulas = if is_chinese { "公式" } else { "formulas" };
        let book = written::xlsx(&table(), report.subject.name(), formulas);
        return put(path, &book.context("the workbook cannot be made")?);
    } else if json {
        let text = serde_json::to_string(&web::ReportBody::of(report));
        println!("{}", text.map_err(|error| Failure::System(error.into()))?);
    } else {
        print!("{}", shown::shown(&table()));
    }
    Ok(())
}

async fn made(database: &Database, asked: &Asked<'_>, house: Zone) -> Result<Report, Failure> {
    let by = interval(&asked.cut.by)?;
    if !asked.subject.can_be_cut(by) {
        return Err(Failure::Refused(told!(
            "callers of scripts are counted by the hour: --by hour or longer",
            "流程按小时计数：请用 --by hour 或更长的时段"
        )));
    }
    let (time, zone) = time(&asked.cut.time, house)?;
    let whose = match asked.agent {
        None => Whose::Everybody,
        Some(login) => Whose::One(agent_of(database, login).await?),
    };
    let wish = ReportWish {
        subject: asked.subject,
        time,
        by,
        zone,
        of: SumsOf {
            queue: asked.queue.map(QueueName::from),
            whose,
            group: asked.group.map(str::to_owned),
            ticket_type: asked.ticket_type.map(str::to_owned),
            fcr_days: asked.fcr_days,
            script: asked.script.map(ScriptName::from),
        },
    };
    let report = database.report(&wish, now()).await.map_err(by_fault)?;
    report.ok_or_else(|| {
        let (intervals, rows) = (store::rollup::INTERVALS_MAX, store::rollup::ROWS_MAX);
        Failure::Refused(told!(
            "more than {intervals} intervals or {rows} rows: ask for a shorter time or longer intervals",
            "超过 {intervals} 个时段或 {rows} 行：请缩短时间或加长时段"
        ))
    })
}

fn interval(word: &str) -> Result<Interval, Failure> {
    Interval::named(word).ok_or_else(|| {
        let names = Interval::ALL.map(Interval::name);
        let (words, near) = (names.join(", "), did_you_mean(word, names.into_iter()));
        let told = told!(
            "--by is `{word}`; expected one of {words}",
            "--by 为 `{word}`；应为 {words} 之一"
        );
        Failure::Refused(told.with(near))
    })
}

/// The time that is meant, and the clock that it is meant by.
fn time(args: &TimeArgs, house: Zone) -> Result<(Range<Timestamp>, Zone), Failure> {
    let zone = match &args.tz {
        None => house,
        Some(name) => Zone::named(name).ok_or_else(|| {
            Failure::Refused(told!(
                "no time zone `{name}`; expected an IANA name such as Asia/Shanghai",
                "没有时区 `{name}`；应为 IANA 名称，如 Asia/Shanghai"
            ))
        })?,
    };
    let read = |text: &Option<String>| text.as_ref().map(|text| moment(text, &zone)).transpose();
    let to = read(&args.to)?.unwrap_or_else(now);
    let day = || zone.day_of(Timestamp::from_ms(to.as_ms().saturating_sub(1)));
    let from = read(&args.from)?.unwrap_or_else(day);
    if from >= to {
        return Err(Failure::Refused(told!(
            "--to comes after --from",
            "--to 应晚于 --from"
        )));
    }
    Ok((from..to, zone))
}

fn moment(text: &str, zone: &Zone) -> Result<Timestamp, Failure> {
    zone.moment(text).ok_or_else(|| {
        Failure::Refused(told!(
            "`{text}` is no moment; expected YYYY-MM-DD or YYYY-MM-DD HH:MM such as 2026-11-16 09:30",
            "`{text}` 不是时刻；应为 YYYY-MM-DD 或 YYYY-MM-DD HH:MM，如 2026-11-16 09:30"
        ))
    })
}

async fn agent_of(database: &Database, login: &str) -> Result<AgentId, Failure> {
    let found = database.agent_by_login(login).await.map_err(by_fault)?;
    let found = found.ok_or_else(|| {
        Failure::Refused(told!(
            "no agent `{login}`: `trunkline agent list` tells them",
            "没有坐席 `{login}`：可用 `trunkline agent list` 查看"
        ))
    })?;
    Ok(found.id)
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let named = || format!("{} cannot be written", path.display());
    Ok(std::fs::write(path, bytes).with_context(named)?)
}
