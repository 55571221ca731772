//! `trunkline ticket search`: words in tickets (J7), the newest first.

use ivr::told;
use model::{DAY_MS, Timestamp};
use serde_json::json;
use store::search::PATIENCE;
use store::{Matched, PageRequest, Question, QuestionError, SearchKind, SearchRequest};

use super::office::{self, Office};
use crate::Failure;
use crate::config::Source;
use crate::verb::{by_fault, now};

pub(super) fn run(source: &Source, text: &str, days: u16, json: bool) -> Result<(), Failure> {
    let question = Question::parse(text).map_err(refused)?;
    let ago_ms = i64::from(days) * DAY_MS;
    let request = SearchRequest {
        question,
        kinds: vec![SearchKind::Ticket],
        since: Timestamp::from_ms(now().as_ms().saturating_sub(ago_ms)),
        readable_by: None,
    };
    office::run(source, async |office| search(office, &request, json).await)
}

async fn search(office: &Office, request: &SearchRequest, json: bool) -> Result<(), Failure> {
    if !json {
        Office::head();
    }
    let mut page = PageRequest {
        after: None,
        limit: store::page::LIMIT_MAX,
    };
    loop {
        // However long it takes: who waits at a terminal sees rows come.
        let found = office.database.search(request, page, PATIENCE).await;
        let found = found.map_err(by_fault)?.page;
        for hit in found.items {
            if let Matched::Ticket(ticket, survivor) = hit.what {
                let survivor = survivor.map(|it| office.number(&it));
                if json {
                    let besides = json!({ "survivor": survivor });
                    println!("{}", office.as_json(&ticket, besides));
                } else {
                    office.row(&ticket);
                    if let Some(survivor) = survivor {
                        println!("  -> {survivor}");
                    }
                }
            }
        }
        if found.next.is_none() {
            return Ok(());
        }
        page.after = found.next;
    }
}

fn refused(why: QuestionError) -> Failure {
    let zh = match why {
        QuestionError::Empty => "请输入词、数字或汉字：宽带、router、1024".to_owned(),
        QuestionError::TooLong => format!(
            "最多 {} 个字符、{} 个以空格分开的词",
            store::search::QUESTION_CHARS_MAX,
            store::search::PHRASES_MAX
        ),
    };
    Failure::Refused(told!("{why}", "{zh}"))
}
