//! A house that does not tell its agents whole numbers (F7), while things happen: by Server-Sent Events and by WebSocket an agent is told masked ones, a
//! supervisor whole ones.

use std::collections::BTreeMap;

use model::fact::{ClipBegan, ClipEnd, ClipPlayed, HoldTold, Notified};
use model::transfer::{ConsultEnd, NotReached, Transfer, TransferKind, TransferTo, TransferWay};
use model::{AgentId, AgentState, Fact, NotificationId, Party, TicketId, Timestamp};
use serde_json::Value;

use crate::masking::{LIVE, NUMBER, filled, is_told};
use crate::socket::{opens, told};
use crate::support::facts::{cancelled, connected, ended, identified, offer, state};

/// What may concern an agent beside the call that the filled house has: each with the number wherever it may stand.
fn happens(me: AgentId) -> Vec<Fact> {
    let call = LIVE;
    let outside = || TransferTo::Number(NUMBER.to_owned());
    let other = || Some(Party::Number(NUMBER.to_owned()));
    let clip = ClipBegan {
        call,
        agent: me,
        clip: "legal".into(),
        number: 1,
        language: "en".to_owned(),
    };
    vec![
        Fact::OfferDialled {
            offer: offer(call, me),
            number: "+8613900009999".to_owned(),
            class: "mobile".to_owned(),
            trunk: "main".to_owned(),
            shown: Some(format!("+86{NUMBER}")),
        },
        Fact::OfferAsked {
            offer: offer(call, me),
        },
        identified(call),
        connected(call, me),
        Fact::CallHeld { call, by: other() },
        Fact::CallHeldLong {
            call,
            agent: me,
            held_ms: 90_000,
            told: HoldTold::Agent,
        },
        Fact::CallResumed { call, by: other() },
        Fact::ConsultStarted {
            call,
            from: me,
            to: outside(),
        },
        Fact::ConsultEnded {
            call,
            from: me,
            with: None,
            end: ConsultEnd::NotReached(NotReached::Busy),
        },
        Fact::TransferFailed {
            call,
            transfer: Transfer {
                kind: TransferKind::Blind,
                by: TransferWay::Desk,
                from: me,
                to: outside(),
            },
            cause: NotReached::NoAnswer,
        },
        Fact::ClipBegan(clip.clone()),
        Fact::ClipPlayed(ClipPlayed {
            began: clip,
            heard_ms: 900,
            end: ClipEnd::Finished,
        }),
        Fact::TicketCreated {
            ticket: TicketId::new(41),
            number: "261117-0007-4".to_owned(),
            call: Some(call),
            agent: Some(me),
        },
        Fact::TicketChanged {
            ticket: TicketId::new(41),
            event: "append".to_owned(),
            entry: 2,
            concerns: vec![me],
        },
        Fact::NotificationCreated(Box::new(Notified {
            agent: me,
            notification: NotificationId::new(8),
            kind: "mentioned".to_owned(),
            title: BTreeMap::from([("en".to_owned(), "261117-0007-4".to_owned())]),
            ticket: Some(TicketId::new(41)),
            entry: Some(2),
            customer: None,
            reminder: None,
        })),
        Fact::WrapUpBegan {
            agent: me,
            call,
            mode: "timed".to_owned(),
            until: Timestamp::from_ms(0),
        },
        state(
            me,
            AgentState::Talking { call: Some(call) },
            AgentState::WrapUp { call },
            "call_ended",
        ),
        ended(call, Some(me)),
        cancelled(call, me, model::fact::CancelCause::CallerLeft),
    ]
}

/// All that somebody is told: what happened before, and then each thing as it happens; the same by both ways.
async fn heard(login: &str) -> Vec<Value> {
    let filled = filled().await;
    let me = filled.house.id("1001");
    let program = filled.house.program(login).await;
    let mut stream = program.listen("/v1/events?after=0", &[]).await.unwrap();
    let mut socket = opens(&filled.house, &program, "?after=0", &[])
        .await
        .unwrap();
    let mut all = Vec::new();
    for fact in happens(me) {
        // J8: what somebody is told on his page is told to him alone.
        let is_told = login == "1001" || !matches!(fact, Fact::NotificationCreated(_));
        let last = filled.house.tell(fact).await;
        if !is_told {
            continue;
        }
        // A frame is made of the board as it stands: the next thing waits until this one is read.
        loop {
            let event = stream.next().await.unwrap();
            assert_eq!(told(&mut socket).await.unwrap(), event.data, "{login}");
            all.push(event.data);
            if event.id == last {
                break;
            }
        }
    }
    all
}

#[tokio::test]
async fn f7_an_agent_is_told_no_whole_number_by_either_stream() {
    let heard = heard("1001").await;
    let whole: Vec<&Value> = heard
        .iter()
        .filter(|told| is_told(&told.to_string()))
        .collect();
    assert!(whole.is_empty(), "{whole:#?}");
    // Nothing is kept from him: only how it is told.
    for name in [
        "pop.offer",
        "pop.updated",
        "pop.connected",
        "pop.ended",
        "pop.cancelled",
        "offer.dialled",
        "offer.asked",
        "call.held",
        "call.held_long",
        "call.resumed",
        "call.transfer_started",
        "call.transfer_failed",
        "consult.started",
        "consult.ended",
        "clip.began",
        "clip.played",
        "agent.state_changed",
        "agent.wrap_up",
        "ticket.created",
        "ticket.changed",
        "notification.created",
    ] {
        assert!(heard.iter().any(|told| told["type"] == name), "{name}");
    }
    let of = |name: &str| heard.iter().rfind(|told| told["type"] == name).unwrap();
    assert_eq!(of("call.held")["data"]["by"]["number"], "138****1111");
    assert_eq!(of("offer.dialled")["data"]["shown"], "+86138****1111");
    assert_eq!(
        of("offer.dialled")["data"]["number"],
        "+8613900009999",
        "his own"
    );
}

#[tokio::test]
async fn f7_a_supervisor_is_told_whole_numbers_by_both_streams() {
    let heard = heard("boss").await;
    for name in [
        "call.arrived",
        "offer.made",
        "call.identified",
        "offer.dialled",
        "call.held",
        "consult.started",
        "call.transfer_failed",
    ] {
        let mut told = heard.iter().filter(|told| told["type"] == name);
        assert!(told.any(|told| is_told(&told.to_string())), "{name}");
    }
}
