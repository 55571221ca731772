//! A pop's size: at most 8 KiB of JSON, whatever callers, directories and scripts put into it (P4).
//!
//! Texts are cut to lengths that a card can show, lists to P4's counts; should exotic characters still make it too large,
//! the least telling entries go first: the path's beginning, the oldest calls, the last tickets and candidates. Control
//! characters never reach a page (S22). The addresses of other systems' pages (G7) are made of what is shown, and count.

use model::fact::{Direction, Offer, Pop, PopCustomer};
use model::number_list::REMARK_CHARS_MAX;
use model::profile::{CALLS_MAX, CANDIDATES_MAX, Profile, TICKETS_MAX};
use model::transfer::NOTE_CHARS_MAX;
use model::typed::TYPED_CHARS_MAX;
use model::{E164, Masking, TypedKind, masking};
use serde::Serialize;

use super::pop_page::{PageLink, PopPages};
use crate::sight::{Sight, numbers_of};

/// Most bytes of a pop as JSON (P4), with room for the frame around it.
pub const PAYLOAD_MAX: usize = 8 * 1024;
/// The envelope and the offer's ids beside the pop.
const ENVELOPE_MAX: usize = 512;

/// Most characters of a name (customer, agent, display name, a step of the path).
const NAME_MAX: usize = 64;
/// Most characters of a subject (P4).
const SUBJECT_MAX: usize = 120;
/// Most characters of a word: a state, a confidence, a language.
const WORD_MAX: usize = 24;
/// Most languages of a queue's name.
const LANGUAGES_MAX: usize = 4;
/// So many candidates stay as long as they can: who was found by what was keyed in, and by the number (G6).
const FINDINGS: usize = 2;
/// What is left at least of a colleague's note.
const NOTE_CHARS_MIN: usize = 200;
/// Most steps of the path through the script; the last ones tell more.
const PATH_MAX: usize = 16;
/// Most flags; the first were decided first.
const FLAGS_MAX: usize = 3;
/// Most answers of the caller.
const ANSWERS_MAX: usize = 16;
/// Most characters of an answer.
const ANSWER_CHARS_MAX: usize = 120;

/// A pop as somebody is told it, with the pages that it leads to.
#[derive(Clone, Debug, Serialize)]
pub struct ShownPop {
    /// What the card shows.
    #[serde(flatten)]
    pub pop: Pop,
    /// Pages of other systems (G7).
    pub pages: Vec<PageLink>,
}

/// The pop as an agent is told it (F7): cut so that frame and all stay within `PAYLOAD_MAX`.
pub fn shown(pop: &Pop, offer: &Offer, sight: Sight, pages: &PopPages) -> ShownPop {
    let pop = match sight {
        Sight::Whole => cut_down(pop),
        Sight::Masked => cut_down(&masked(pop)),
    };
    let pages = pages.of(&pop, offer, sight);
    fitted(ShownPop { pop, pages })
}

fn fitted(mut shown: ShownPop) -> ShownPop {
    while bytes(&shown) > PAYLOAD_MAX - ENVELOPE_MAX && drop_least(&mut shown) {}
    shown
}

/// Texts and lists at their bounds.
fn cut_down(pop: &Pop) -> Pop {
    let mut shown = pop.clone();
    for (text, max) in [
        (&mut shown.direction, WORD_MAX),
        (&mut shown.called, NAME_MAX),
        (&mut shown.language, WORD_MAX),
        (&mut shown.suggestion, WORD_MAX),
    ] {
        cut(text, max);
    }
    while shown.queue_name.len() > LANGUAGES_MAX {
        shown.queue_name.pop_last();
    }
    for name in shown.queue_name.values_mut() {
        cut(name, NAME_MAX);
    }
    if let Some(handed_on) = &mut shown.handed_on {
        cut(&mut handed_on.by.login, NAME_MAX);
        cut(&mut handed_on.by.name, NAME_MAX);
        if let Some(note) = &mut handed_on.note {
            cut(note, NOTE_CHARS_MAX);
        }
    }
    let caller = &mut shown.caller;
    let texts = [&mut caller.number, &mut caller.display, &mut caller.raw];
    for text in texts.into_iter().flatten() {
        cut(text, NAME_MAX);
    }
    let surplus = shown.path.len().saturating_sub(PATH_MAX);
    shown.path.drain(..surplus);
    for step in &mut shown.path {
        cut(step, NAME_MAX);
    }
    let answers = std::mem::take(&mut shown.answers).into_iter();
    shown.answers = answers.take(ANSWERS_MAX).map(fitted_answer).collect();
    shown.customer = fitted_customer(&shown.customer);
    shown.flags.truncate(FLAGS_MAX);
    for flag in &mut shown.flags {
        cut(&mut flag.remark, REMARK_CHARS_MAX);
    }
    shown
}

fn fitted_answer((mut name, mut answer): (String, String)) -> (String, String) {
    cut(&mut name, NAME_MAX);
    cut(&mut answer, ANSWER_CHARS_MAX);
    (name, answer)
}

/// The directory's part alone.
pub(super) fn shown_customer(profile: &Profile, sight: Sight) -> PopCustomer {
    let mut profile = profile.clone();
    if sight == Sight::Masked {
        let e164 = profile.e164.as_ref().map(E164::as_str);
        let known = Masking::of(e164.into_iter().chain(typed_phone(&profile)));
        mask_profile(&mut profile, &known);
    }
    PopCustomer::Known(Box::new(fitted_profile(&profile)))
}

/// The same pop for who is not told whole numbers: of the caller, and in all that people wrote about him.
fn masked(pop: &Pop) -> Pop {
    let mut shown = pop.clone();
    // G6: a number that he has keyed in is a number of his.
    let typed = match &pop.customer {
        PopCustomer::Known(profile) => typed_phone(profile),
        PopCustomer::Pending | PopCustomer::Withheld => None,
    };
    let known = [numbers_of(&pop.caller), Masking::of(typed)];
    let known: Masking = known.into_iter().collect();
    // An agent's own call: he dialled the other's number.
    if pop.direction != Direction::In.name() {
        shown.called = masking::masked(&pop.called);
    }
    let caller = &mut shown.caller;
    caller.number = caller.number.as_deref().map(masking::masked);
    caller.raw = None;
    let texts = shown.path.iter_mut().chain(shown.answers.values_mut());
    let remarks = shown.flags.iter_mut().map(|flag| &mut flag.remark);
    let note = shown.handed_on.as_mut().and_then(|on| on.note.as_mut());
    let texts = texts.chain(remarks).chain(note).chain(&mut caller.display);
    for text in texts {
        *text = known.text(text);
    }
    if let PopCustomer::Known(profile) = &mut shown.customer {
        mask_profile(profile, &known);
    }
    shown
}

/// The telephone number that he has keyed in to say who he is, if it is one.
fn typed_phone(profile: &Profile) -> Option<&str> {
    let typed = profile.typed.as_deref();
    let phone = typed.filter(|typed| typed.kind == TypedKind::Phone);
    phone.map(|typed| typed.text.as_str())
}

fn mask_profile(profile: &mut Profile, known: &Masking) {
    profile.e164 = None;
    if let Some(typed) = &mut profile.typed {
        typed.text = match typed.kind {
            TypedKind::Phone => masking::masked(&typed.text),
            TypedKind::Account | TypedKind::Ticket => known.text(&typed.text),
        };
        if let Some(ticket) = &mut typed.ticket {
            ticket.subject = known.text(&ticket.subject);
        }
    }
    let names = profile.candidates.iter_mut().map(|one| &mut one.name);
    let subjects = profile.open_tickets.iter_mut().map(|one| &mut one.subject);
    for text in names.chain(subjects) {
        *text = known.text(text);
    }
    let references = profile.candidates.iter_mut();
    for reference in references.filter_map(|one| one.external_ref.as_mut()) {
        *reference = known.text(reference);
    }
}

/// The directory's part, cut alike.
fn fitted_customer(customer: &PopCustomer) -> PopCustomer {
    match customer {
        PopCustomer::Pending => PopCustomer::Pending,
        PopCustomer::Withheld => PopCustomer::Withheld,
        PopCustomer::Known(profile) => PopCustomer::Known(Box::new(fitted_profile(profile))),
    }
}

fn fitted_profile(profile: &Profile) -> Profile {
    let mut shown = profile.clone();
    shown.candidates.truncate(CANDIDATES_MAX);
    shown.open_tickets.truncate(TICKETS_MAX);
    shown.last_calls.truncate(CALLS_MAX);
    for candidate in &mut shown.candidates {
        cut(&mut candidate.name, NAME_MAX);
        cut(&mut candidate.confidence, WORD_MAX);
        cut(&mut candidate.why, WORD_MAX);
        // A part of a reference is another one.
        let is_short = |it: &String| it.chars().count() <= NAME_MAX;
        candidate.external_ref = candidate.external_ref.take().filter(is_short);
    }
    let typed = shown.typed.as_deref_mut();
    let named = typed.and_then(|typed| {
        cut(&mut typed.text, TYPED_CHARS_MAX);
        typed.customers.truncate(CANDIDATES_MAX);
        typed.ticket.as_mut()
    });
    for ticket in shown.open_tickets.iter_mut().chain(named) {
        cut(&mut ticket.number, WORD_MAX);
        cut(&mut ticket.subject, SUBJECT_MAX);
        cut(&mut ticket.state, WORD_MAX);
    }
    for call in &mut shown.last_calls {
        if let Some(agent) = &mut call.agent {
            cut(agent, NAME_MAX);
        }
        cut(&mut call.result, WORD_MAX);
    }
    shown
}

/// Drops the least telling entry; `false` when none is left. Who calls and what presses him most go last, after the pages.
fn drop_least(shown: &mut ShownPop) -> bool {
    let pop = &mut shown.pop;
    if !pop.path.is_empty() {
        pop.path.remove(0);
        return true;
    }
    if pop.answers.pop_last().is_some() {
        return true;
    }
    if let Some(note) = pop
        .handed_on
        .as_mut()
        .and_then(|handed_on| handed_on.note.as_mut())
        && note.chars().count() > NOTE_CHARS_MIN
    {
        cut(note, NOTE_CHARS_MIN);
        return true;
    }
    let PopCustomer::Known(profile) = &mut pop.customer else {
        return shown.pages.pop().is_some();
    };
    let is_shorter = profile.last_calls.pop().is_some()
        || popped_behind(&mut profile.open_tickets, 1)
        || popped_behind(&mut profile.candidates, FINDINGS)
        || shown.pages.pop().is_some();
    if is_shorter {
        return true;
    }
    let typed = profile.typed.as_deref_mut();
    if let Some(ticket) = typed.and_then(|typed| typed.ticket.as_mut())
        && ticket.subject.chars().count() > WORD_MAX
    {
        cut(&mut ticket.subject, WORD_MAX);
        return true;
    }
    profile.open_tickets.pop().is_some() || profile.candidates.pop().is_some()
}

/// Drops the last of a list, but for the first so many.
fn popped_behind<T>(list: &mut Vec<T>, first: usize) -> bool {
    list.len() > first && list.pop().is_some()
}

fn bytes(shown: &ShownPop) -> usize {
    serde_json::to_vec(shown).map_or(0, |json| json.len())
}

/// Cuts a text to `max` characters without control characters.
fn cut(text: &mut String, max: usize) {
    let untouched = text.len() <= max && !text.chars().any(char::is_control);
    if !untouched {
        *text = text
            .chars()
            .filter(|letter| !letter.is_control())
            .take(max)
            .collect();
    }
}

#[cfg(test)]
mod tests {
    use model::ListKind;
    use model::fact::{Offer, PopFlag};
    use model::profile::{Candidate, OpenTicket, PastCall};
    use model::transfer::{Colleague, HandedOn};
    use model::{
        AgentId, CallId, Caller, CustomerId, Decision, Fact, FactRecord, OfferId, TicketId,
        Timestamp, TypedFinding, TypedResult,
    };

    use super::*;
    use crate::desktop::pop_page::{PAGES_MAX, PageMoment, PageWay, PopPage};
    use crate::desktop::pop_url::PopUrl;
    use crate::desktop::{Viewer, frame};
    use crate::view::View;

    /// Every field as long as it can be, of four-byte letters.
    fn greedy() -> Pop {
        let long = || "𠀀\u{7}\"".repeat(4_000);
        let ticket = || OpenTicket {
            ticket: TicketId::new(u64::MAX),
            number: long(),
            subject: long(),
            priority: 255,
            state: long(),
            urges: u32::MAX,
            due_at: Some(Timestamp::from_ms(1_795_000_000_007)),
            is_overdue: false,
        };
        let profile = Profile {
            e164: None,
            typed: Some(Box::new(TypedFinding {
                kind: TypedKind::Phone,
                text: long(),
                result: TypedResult::Found,
                customers: vec![CustomerId::new(u64::MAX); 40],
                ticket: Some(ticket()),
                differs: true,
                is_vouched: false,
            })),
            candidates: vec![
                Candidate {
                    customer: CustomerId::new(u64::MAX),
                    name: long(),
                    vip_level: 255,
                    confidence: long(),
                    why: long(),
                    open_tickets: u32::MAX,
                    last_contact: Some(Timestamp::from_ms(1_795_000_000_007)),
                    external_ref: Some(long()),
                };
                40
            ],
            open_tickets: vec![ticket(); 40],
            last_calls: vec![
                PastCall {
                    call: CallId::new(u64::MAX),
                    at: Timestamp::from_ms(1_795_000_000_007),
                    agent: Some(long()),
                    result: long(),
                };
                40
            ],
            ties: model::Ties::default(),
        };
        Pop {
            direction: long(),
            caller: Caller {
                number: Some(long()),
                display: Some(long()),
                raw: Some(long()),
            },
            called: long(),
            waited_s: u64::MAX,
            language: long(),
            path: vec![long(); 200],
            answers: (0..200)
                .map(|at| (format!("{at} {}", long()), long()))
                .collect(),
            customer: PopCustomer::Known(Box::new(profile)),
            queue_name: std::collections::BTreeMap::new(),
            suggestion: long(),
            handed_on: Some(HandedOn {
                by: Colleague {
                    agent: AgentId::new(u64::MAX),
                    login: long(),
                    name: long(),
                },
                consult: true,
                back: false,
                note: Some(long()),
            }),
            wrap_up: None,
            survey: false,
            flags: vec![
                PopFlag {
                    list: ListKind::Black,
                    remark: long(),
                    vip_level: 9,
                };
                40
            ],
        }
    }

    fn offered(pop: Pop) -> FactRecord {
        let offer = Offer {
            id: OfferId::new(u64::MAX),
            call: CallId::new(u64::MAX),
            agent: AgentId::new(7),
            queue: Some("q".repeat(64).as_str().into()),
        };
        let decision = Decision::new("support".into(), "ring_all").choosing(&[AgentId::new(7)]);
        FactRecord {
            seq: u64::MAX,
            at: Timestamp::from_ms(1_795_000_000_007),
            fact: Fact::OfferMade {
                offer,
                decision: Box::new(decision),
                pop: Box::new(pop),
            },
        }
    }

    #[test]
    fn p4_a_pop_stays_within_8_kib_and_keeps_what_tells_most() {
        let frame = frame(
            &offered(greedy()),
            &Viewer::Agent(AgentId::new(7), Sight::Whole),
            &View::default(),
        )
        .unwrap();
        assert!(
            frame.data.len() <= PAYLOAD_MAX,
            "{} bytes",
            frame.data.len()
        );
        let PopCustomer::Known(profile) = without_pages(&greedy()).customer else {
            panic!("the profile stays")
        };
        assert!(!profile.candidates.is_empty() && !profile.open_tickets.is_empty());
        assert!(profile.typed.is_some(), "G6: both findings stay");
        assert!(
            !frame.data.contains("\\u0007"),
            "control characters are gone"
        );
    }

    #[test]
    fn an_ordinary_pop_goes_out_unchanged() {
        let pop = Pop {
            direction: "in".to_owned(),
            caller: Caller::new("13800001111", Some("王小明")),
            called: "4000".to_owned(),
            waited_s: 12,
            language: "zh-CN".to_owned(),
            path: vec!["menu welcome".to_owned(), "1".to_owned()],
            answers: std::collections::BTreeMap::new(),
            customer: PopCustomer::Pending,
            queue_name: std::collections::BTreeMap::new(),
            suggestion: "new".to_owned(),
            handed_on: None,
            wrap_up: None,
            survey: false,
            flags: Vec::new(),
        };
        assert_eq!(without_pages(&pop), pop);
    }

    fn without_pages(pop: &Pop) -> Pop {
        let Fact::OfferMade { offer, .. } = offered(pop.clone()).fact else {
            unreachable!("it is one")
        };
        shown(pop, &offer, Sight::Whole, &PopPages::default()).pop
    }

    #[test]
    fn g7_the_addresses_of_pages_count_and_the_pop_makes_room_for_them() {
        let page = |at: usize| PopPage {
            name: format!("page{at}"),
            label: [("en".to_owned(), "x".repeat(32))].into(),
            url: PopUrl::parse("https://crm.example/?p={answer.x}&c={call.id}").unwrap(),
            at: PageMoment::Ring,
            show: PageWay::Frame,
            queues: std::collections::BTreeSet::new(),
        };
        let view = View::default();
        view.set_pop_pages(PopPages {
            pages: (0..PAGES_MAX).map(page).collect(),
            parents: std::collections::BTreeSet::new(),
        });
        let mut pop = greedy();
        pop.answers = [("x".to_owned(), "字".repeat(100))].into();
        let viewer = Viewer::Agent(AgentId::new(7), Sight::Whole);
        let frame = frame(&offered(pop), &viewer, &view).unwrap();
        assert!(frame.data.len() <= PAYLOAD_MAX, "{}", frame.data.len());
        let told: serde_json::Value = serde_json::from_str(&frame.data).unwrap();
        let pages = told["data"]["pages"].as_array().unwrap();
        assert!((1..PAGES_MAX).contains(&pages.len()), "{told}");
        let known = &told["data"]["customer"]["profile"];
        assert!(known["candidates"][0].is_object() && known["open_tickets"][0].is_object());
        let url = pages[0]["url"].as_str().unwrap();
        let answer = "%E5%AD%97".repeat(100);
        assert_eq!(
            url,
            format!("https://crm.example/?p={answer}&c={}", u64::MAX)
        );
    }
}
