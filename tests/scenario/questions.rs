//! What people who look are told of queues, asked of the whole engine (D1, D25, D27): it changes nothing.

use std::time::Duration;

use engine::command::{Command, LineOrder};
use engine::{Answer, Entry, Input, Output, Question, QuestionId, QueueReport};
use model::AgentId;

use crate::hotline::Hotline;
use crate::phone::Manner;
use crate::plan::{leads, numbers};

const SECOND: Duration = Duration::from_secs(1);

impl Hotline {
    /// What the engine answers in that turn.
    pub(crate) fn asks(&mut self, question: Question) -> Answer {
        let question = Input::Question(QuestionId(1), question);
        self.engine.handle_input(self.now, question);
        let mut answered = None;
        while let Some(output) = self.engine.poll_output() {
            if let Output::Answer(_, answer) = output {
                answered = Some(answer);
            }
        }
        answered.expect("every question has an answer")
    }
}

/// The queue `support`.
fn support(hotline: &mut Hotline) -> QueueReport {
    match hotline.asks(Question::Queues) {
        Answer::Queues(queues) => queues
            .into_iter()
            .find(|queue| queue.name.as_str() == "support"),
        other => panic!("{other:?}"),
    }
    .expect("the queue is told")
}

#[test]
fn d25_d27_a_queue_and_its_line_are_told_as_they_stand() {
    let mut hotline = Hotline::with(|config| {
        let queue = config.queues.get_mut("support").unwrap();
        queue.rules.max_active = Some(1);
        queue.title = [("en".to_owned(), "Support".to_owned())].into();
        numbers(config, [("4001", leads(Entry::Queue("support".into())))]);
    });
    hotline.agent_of(&["support"], "1001", Manner::Answers(SECOND / 10));
    hotline.agent_of(&["support"], "1002", Manner::Answers(SECOND / 10));
    let told = support(&mut hotline);
    assert_eq!(told.agents, [("ready", 2)].into());
    assert_eq!((told.active, told.max_active), (Some(0), Some(1)));
    assert_eq!(
        (told.open, told.changes_at, told.callbacks),
        (true, None, 0)
    );

    for number in ["100", "110", "120"] {
        hotline.caller(number, "4001");
        hotline.run_for(SECOND);
    }
    let last = hotline.call_of("120");
    hotline.command(Command::Supervise {
        call: last,
        by: AgentId::new(99),
        order: LineOrder::Place {
            priority: Some(3),
            head_start: None,
        },
        reason: "老客户".to_owned(),
    });
    let told = support(&mut hotline);
    assert_eq!(told.agents, [("ready", 1), ("talking", 1)].into(), "D27");
    assert_eq!(told.active, Some(1));
    assert_eq!(told.title["en"], "Support");
    let label = told.strategy_title.get("zh-CN").copied();
    let row = acd::strategy::find(told.strategy).unwrap();
    assert_eq!(label, Some(row.label.zh));
    let Answer::Queue(Some(found)) = hotline.asks(Question::Queue("support".into())) else {
        panic!("the queue is there");
    };
    let (_, line) = *found;
    let places = line.places.iter();
    let places: Vec<_> = places
        .map(|place| (place.position, place.call, place.priority))
        .collect();
    let second = hotline.call_of("110");
    assert_eq!(places, [(1, last, 3), (2, second, 0)]);
    assert_eq!(line.length, 2);
    let missing = hotline.asks(Question::Queue("nowhere".into()));
    assert_eq!(missing, Answer::Queue(None));
    for number in ["100", "110", "120"] {
        hotline.hangs_up(number);
    }
    hotline.run_for(60 * SECOND);
    hotline.assert_clean();
}
