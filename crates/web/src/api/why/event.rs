//! What became of a waiting caller beside the decisions: a supervisor's deeds (D2, D25), and how he left a queue without an
//! agent. Of one who left before anybody was offered him it tells what was true instead (R19).

use model::decision::{Attendance, Unserved};
use model::fact::{QueueExit, Supervised};
use model::{Fact, FactRecord, QueueName};

use super::EventBody;
use super::sentence::Teller;

impl Teller {
    /// What a fact tells of a wait, if it tells anything.
    pub(super) fn event(&self, record: &FactRecord) -> Option<EventBody> {
        let (sentence, unserved) = if let Fact::QueueLeft {
            queue,
            cause,
            waited_ms,
            unserved,
            ..
        } = &record.fact
        {
            let told = self.left(queue, *cause, *waited_ms, unserved.as_deref());
            (told, unserved.clone())
        } else if let Fact::QueueSupervised {
            queue,
            deed,
            by,
            reason,
            ..
        } = &record.fact
        {
            let deed = self.deed(queue, deed);
            let by = self.name(*by);
            let end = self.pick(".", "。");
            let colon = self.pick(": ", "：");
            (format!("{by} {deed}{colon}{reason}{end}"), None)
        } else {
            return None;
        };
        let at = record.at;
        Some(EventBody {
            at,
            sentence,
            unserved,
        })
    }

    fn deed(&self, queue: &QueueName, deed: &Supervised) -> String {
        match deed {
            Supervised::Placed { from, to } => self.pick_text(
                format!("put the caller from place {from} to place {to} in {queue}"),
                format!("将来电在队列 {queue} 中从第 {from} 位调到第 {to} 位"),
            ),
            Supervised::Withdrawn => self.pick_text(
                format!("took the caller out of {queue}"),
                format!("将来电移出队列 {queue}"),
            ),
            Supervised::Moved { to } => self.pick_text(
                format!("put the caller from {queue} into {to}"),
                format!("将来电从队列 {queue} 移到 {to}"),
            ),
            Supervised::Assigned { agent } => {
                let agent = self.name(*agent);
                self.pick_text(
                    format!("had {agent} rung out of turn in {queue}"),
                    format!("在队列 {queue} 中强派给 {agent}"),
                )
            }
        }
    }

    fn left(
        &self,
        queue: &QueueName,
        cause: QueueExit,
        waited_ms: u64,
        unserved: Option<&Unserved>,
    ) -> String {
        let words = self.words(cause.words());
        let refused = match cause {
            QueueExit::Full | QueueExit::NoAgents | QueueExit::Closed => waited_ms == 0,
            QueueExit::Abandoned
            | QueueExit::Timeout
            | QueueExit::Key
            | QueueExit::Withdrawn
            | QueueExit::Moved
            | QueueExit::Failed => false,
        };
        let span = self.span(waited_ms);
        let mut told = if refused {
            self.pick_text(
                format!("Was not let into {queue}: {words}."),
                format!("未能进入队列 {queue}：{words}。"),
            )
        } else {
            self.pick_text(
                format!("Left {queue} after {span}: {words}."),
                format!("等待 {span}后离开队列 {queue}：{words}。"),
            )
        };
        if let Some(unserved) = unserved {
            told.push_str(&self.unserved(unserved, refused));
        }
        told
    }

    fn unserved(&self, unserved: &Unserved, refused: bool) -> String {
        let Unserved {
            joined,
            left,
            awaited,
        } = unserved;
        let (came, went) = (self.attendance(joined), self.attendance(left));
        if refused {
            return self.pick_text(format!(" Agents: {went}."), format!("坐席：{went}。"));
        }
        let mut told = self.pick_text(
            format!(" Nobody had been rung. Agents as the call came: {came}; as it left: {went}."),
            format!("未派给任何坐席。进入时坐席：{came}；离开时：{went}。"),
        );
        if let Some(awaited) = awaited {
            let words = self.words(awaited.words());
            told.push_str(&self.pick_text(
                format!(" It waited for {words}."),
                format!("当时在等：{words}。"),
            ));
        }
        told
    }

    /// `nobody ready, in a call 2, on a break 1`.
    fn attendance(&self, attendance: &Attendance) -> String {
        let ready = match attendance.ready {
            0 => self.pick_text("nobody ready".to_owned(), "无人示闲".to_owned()),
            ready => self.pick_text(format!("{ready} ready"), format!("示闲 {ready} 名")),
        };
        let others = attendance.others.iter();
        let others = others.map(|(reason, number)| {
            let words = self.words(reason.words());
            self.pick_text(format!("{words} {number}"), format!("{words} {number} 名"))
        });
        let all: Vec<String> = core::iter::once(ready).chain(others).collect();
        all.join(self.pick(", ", "、"))
    }
}
