//! `trunkline report rebuild`: sums of tickets made anew out of their timelines (I8), while nobody serves.

use ivr::told;
use serde_json::json;
use speech::Language;
use store::FactLogError;
use store::fact_log::Hold;
use store::rollup::rebuild_tickets;

use crate::Failure;
use crate::config::Source;
use crate::verb::progress::ProgressBar;
use crate::verb::{block_on, by_fault, now, open_store};

/// Runs the verb.
pub(super) fn run(source: &Source, json: bool, language: Language) -> Result<(), Failure> {
    let many = block_on(async {
        let (settings, database) = open_store(source).await?;
        let facts = settings.data.dir.join("facts");
        let _hold = Hold::take(&facts).map_err(in_use)?;
        // A server on another machine writes to the same PostgreSQL.
        database.claim().await.map_err(by_fault)?;
        let all = database.ticket_count().await.map_err(by_fault)?;
        let bar = ProgressBar::new();
        let shown = bar.clone();
        let tell = move |done| shown.count(done, all, "tickets");
        let address = source.store(&settings).map_err(Failure::Refused)?;
        let many = rebuild_tickets(&address, now(), &tell).await;
        bar.finish();
        database.close().await;
        many.map_err(by_fault)
    })?;
    if json {
        println!("{}", json!({ "tickets": many }));
    } else {
        let told = told!(
            "the sums of {many} tickets are made anew",
            "已重新汇总 {many} 张工单"
        );
        println!("{}", told.said_in(language));
    }
    Ok(())
}

fn in_use(error: FactLogError) -> Failure {
    if let FactLogError::InUse(_) = &error {
        return Failure::Refused(told!(
            "the server runs on this folder: stop it first, since nobody may write while sums are made anew",
            "服务正在使用该目录：请先停止，重新汇总期间不得有写入"
        ));
    }
    Failure::System(error.into())
}
