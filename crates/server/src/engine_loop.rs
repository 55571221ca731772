//! The loop that owns the engine: events in, wishes out, one thread, no lock.
//!
//! It stamps the time, feeds the engine and drains it after each event. Nothing in it waits but for the next event or
//! timer. A wish goes where it belongs: bytes to the sockets, commands to the media threads, facts to the fan-out,
//! questions to the answering tasks.

mod lines;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use engine::{
    Answer, BlockedReport, CommandError, CommandId, Engine, Input, Output, QuestionId, Reply,
    Request, RouteReply,
};
use model::{CallId, Timestamp};
use net::{Clock, MediaThreads, SipInbound, SipInboundReceiver, SipSockets};
use store::RecordingSink;
use tokio::sync::{mpsc, oneshot};
use web::{Asked, CommandReceiver, QuestionReceiver, Questioned};

use crate::fan_out::Facts;
use crate::registrations::Change;
use crate::trace::{Askers, Ring};
use crate::vital::Pulse;
pub(crate) use lines::Lines;

/// How long phones may take to answer the farewell before their sockets close.
const FAREWELL_MAX: Duration = Duration::from_secs(2);
/// How often it is asked whether they have.
const FAREWELL_STEP: Duration = Duration::from_millis(20);

/// Where the engine's wishes go.
pub(crate) struct Sinks {
    /// SIP.
    pub sockets: SipSockets,
    /// RTP.
    pub media: Arc<MediaThreads>,
    /// What happened.
    pub facts: Facts,
    /// Questions.
    pub requests: mpsc::Sender<Request>,
    /// Contacts of phones that changed.
    pub bindings: mpsc::Sender<Change>,
    /// Recordings are announced here before their first sound.
    pub recordings: RecordingSink,
    /// Told once when a drained engine has no calls.
    pub drained: mpsc::Sender<()>,
}

/// Where the engine's events come from.
pub(crate) struct Sources {
    /// SIP.
    pub sip: SipInboundReceiver,
    /// Commands of people.
    pub commands: CommandReceiver,
    /// What people look at.
    pub questions: QuestionReceiver,
    /// Who wants to see messages.
    pub tracers: Askers,
    /// Media news, replies, configurations.
    pub inputs: mpsc::Receiver<Input>,
    /// Ends the loop.
    pub stop: oneshot::Receiver<()>,
}

/// What the loop counts for `/metrics`.
#[derive(Debug, Default)]
pub(crate) struct Gauges {
    /// Calls alive.
    pub calls: AtomicU64,
    /// RTP ports in use.
    pub ports: AtomicU64,
    /// Turns taken.
    pub turns: AtomicU64,
    /// Calls that a defect ended.
    pub broken_calls: AtomicU64,
    /// Changes of phones' contacts that found no room on the way to the store.
    pub unkept: AtomicU64,
    /// Answers of external decisions that nobody waited for any more (B15).
    pub late_routes: AtomicU64,
    /// Places of callers who left that were not kept because their queue had too many (R80).
    pub unkept_places: AtomicU64,
}

/// The loop.
pub(crate) struct EngineLoop {
    /// The engine.
    pub engine: Engine,
    /// The clock of the shell.
    pub clock: Clock,
    /// Way out.
    pub sinks: Sinks,
    /// For `/metrics`.
    pub gauges: Arc<Gauges>,
    /// The last messages of calls.
    pub ring: Ring,
    /// For `/metrics`: calls by trunk.
    pub lines: Lines,
}

/// Who waits for what.
#[derive(Default)]
struct Answers {
    commands: BTreeMap<CommandId, oneshot::Sender<Result<(), CommandError>>>,
    questions: BTreeMap<QuestionId, oneshot::Sender<Answer>>,
    /// How many were asked so far.
    asked: u64,
}

impl EngineLoop {
    /// Starts the loop on a thread of its own; it ends when it is told to stop and every phone has answered, or two
    /// seconds later.
    pub(crate) fn start(
        self,
        sources: Sources,
        pulse: Pulse,
    ) -> std::io::Result<std::thread::JoinHandle<()>> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()?;
        std::thread::Builder::new()
            .name("engine".into())
            .spawn(move || {
                let _ends_with_the_thread = pulse;
                runtime.block_on(self.run(sources));
            })
    }

    async fn run(mut self, mut sources: Sources) {
        let mut answers = Answers::default();
        let mut stop_at: Option<Duration> = None;
        // What was given back from the former process is told first.
        let now = self.clock.now();
        self.drain(now, &mut answers);
        loop {
            let now = self.clock.now();
            // Whose BYE is not answered yet would hear nothing more of us: he is waited for.
            if stop_at.is_some_and(|at| at <= now || self.engine.is_quiet()) {
                return;
            }
            let due = self.engine.poll_timeout();
            if due.is_some_and(|at| at <= now) {
                self.engine.handle_timeout(now);
                self.drain(now, &mut answers);
                tokio::task::yield_now().await;
            }
            let longest = stop_at.map_or(Duration::from_secs(3_600), |_| FAREWELL_STEP);
            let timer =
                tokio::time::sleep(due.map_or(longest, |at| at.saturating_sub(now).min(longest)));
            let input = tokio::select! {
                Some(inbound) = sources.sip.recv() => of_sip(inbound),
                Some(input) = sources.inputs.recv() => input,
                Some(asked) = sources.commands.recv() => answers.await_command(asked),
                Some(asked) = sources.questions.recv() => answers.await_question(asked),
                Some(tracer) = sources.tracers.recv() => {
                    let _asker_may_be_gone = tracer.send(self.ring.copy());
                    continue;
                }
                _ = &mut sources.stop, if stop_at.is_none() => {
                    stop_at = Some(self.clock.now() + FAREWELL_MAX);
                    continue;
                }
                () = timer => continue,
            };
            let now = self.clock.now();
            if let Input::Message { flow, bytes } = &input {
                self.ring.came(now, *flow, bytes);
            }
            self.engine.handle_input(now, input);
            self.gauges.turns.fetch_add(1, Ordering::Relaxed);
            self.drain(now, &mut answers);
        }
    }

    /// `now` is the turn's, so that what went out stands beside what it followed from.
    fn drain(&mut self, now: Duration, answers: &mut Answers) {
        while let Some(output) = self.engine.poll_output() {
            match output {
                Output::Transmit(transmit) => {
                    self.ring.goes(now, transmit.flow, &transmit.bytes);
                    let _counted = self.sinks.sockets.send(transmit);
                }
                Output::Connect(connect) => self.sinks.sockets.connect(connect),
                Output::Resolve(resolve) => self.sinks.sockets.resolve(resolve),
                Output::Vouch(vouch) => self.sinks.sockets.vouch(vouch),
                Output::Bindings { login, bindings } => {
                    // The keeper takes them as they come: a full queue means that the runtime stands still.
                    if self.sinks.bindings.try_send((login, bindings)).is_err() {
                        self.gauges.unkept.fetch_add(1, Ordering::Relaxed);
                    }
                }
                Output::Answer(id, answer) => {
                    if let Some(asker) = answers.questions.remove(&id) {
                        let _asker_may_be_gone = asker.send(self.completed(answer));
                    }
                }
                Output::Media(command) => self.media(command),
                Output::SettleRecording { recording, kept } => {
                    if !self.sinks.recordings.settle(recording, kept) {
                        tracing::error!(%recording, kept, "the recordings' disk stands still: what was said is kept");
                    }
                }
                Output::Fact(at, fact) => {
                    self.ring.hears(&fact);
                    self.sinks.facts.tell(at, *fact);
                }
                Output::Request(request) => self.ask(now, request),
                Output::CommandDone(id, done) => {
                    if let Some(answer) = answers.commands.remove(&id) {
                        let _asker_may_be_gone = answer.send(done);
                    }
                }
                Output::CallBroken { call, trace } => self.broken(call, &trace),
                Output::Drained => {
                    let _told_once = self.sinks.drained.try_send(());
                }
            }
        }
        self.ring.settle();
        self.gauges
            .calls
            .store(self.engine.calls() as u64, Ordering::Relaxed);
        self.gauges
            .ports
            .store(self.engine.ports_in_use() as u64, Ordering::Relaxed);
        self.gauges
            .late_routes
            .store(self.engine.acd().late_routes(), Ordering::Relaxed);
        self.gauges
            .unkept_places
            .store(self.engine.unkept_places(), Ordering::Relaxed);
        self.lines.show(&self.engine);
    }

    /// A full queue means a stalled directory: the call goes on without an answer, and learns it at once (P3, B15, E11).
    fn ask(&mut self, now: Duration, request: Request) {
        let Err(refused) = self.sinks.requests.try_send(request) else {
            return;
        };
        let why = "too many questions wait";
        let reply = match refused.into_inner() {
            Request::Profile { call, typed, .. } => {
                tracing::warn!(%call, why, "a caller stays unknown");
                let profile = None;
                Reply::Profile {
                    call,
                    typed,
                    profile,
                }
            }
            Request::Route(question) => {
                tracing::warn!(call = %question.call, why, "a queue decides by itself");
                Reply::Route {
                    call: question.call,
                    id: question.id,
                    reply: RouteReply::Failed(why.to_owned()),
                }
            }
            Request::PassKey { call, .. } => {
                tracing::warn!(%call, why, "a bot is not told a key");
                return;
            }
            Request::LookUp { call, ask } | Request::Converse { call, ask, .. } => {
                tracing::warn!(%call, whom = ask.question.whom(), why, "a look-up is left out");
                Reply::LookedUp {
                    call,
                    id: ask.id,
                    answer: ivr::Answer::NoAnswer(why.to_owned()),
                }
            }
        };
        self.engine.handle_input(now, Input::Reply(reply));
    }

    /// The engine sees what came through the gate; what did not, the sockets know.
    fn completed(&self, answer: Answer) -> Answer {
        let Answer::Blocked(mut rows) = answer else {
            return answer;
        };
        let refused = self.sinks.sockets.gate_report().into_iter();
        rows.extend(refused.map(|row| BlockedReport {
            source: row.source.to_string(),
            cause: row.cause.to_owned(),
            count: row.count,
            first_at: row.first_at.into(),
            last_at: row.last_at.into(),
            method: None,
            user_agent: None,
        }));
        Answer::Blocked(rows)
    }

    fn media(&mut self, command: media::Command) {
        self.announce(&command);
        self.sinks.media.command(command);
    }

    /// A recording is known to its writer before its first sound.
    fn announce(&self, command: &media::Command) {
        let at = Timestamp::from(self.clock.now());
        let recordings = &self.sinks.recordings;
        let (recording, taken) = match command {
            media::Command::Record { recording, .. } => {
                (recording, recordings.begin(*recording, at))
            }
            media::Command::RecordMessage { recording, .. } => {
                (recording, recordings.begin_held(*recording, at))
            }
            media::Command::Open { .. }
            | media::Command::Negotiate { .. }
            | media::Command::Play { .. }
            | media::Command::PlayClip { .. }
            | media::Command::StopPlay { .. }
            | media::Command::Bridge { .. }
            | media::Command::Unbridge { .. }
            | media::Command::Mix { .. }
            | media::Command::SendDigits { .. }
            | media::Command::ListenTones { .. }
            | media::Command::MaskRecord { .. }
            | media::Command::StopRecord { .. }
            | media::Command::Converse { .. }
            | media::Command::EndConversation { .. }
            | media::Command::Close { .. }
            | media::Command::Sounds { .. } => return,
        };
        if !taken {
            tracing::error!(%recording, "the recordings' disk stands still: a call is not recorded");
        }
    }

    fn broken(&self, call: CallId, trace: &[String]) {
        self.gauges.broken_calls.fetch_add(1, Ordering::Relaxed);
        tracing::error!(%call, "a defect ended this call; its last events follow");
        for event in trace {
            tracing::error!(%call, event);
        }
    }
}

impl Answers {
    fn await_command(&mut self, asked: Asked) -> Input {
        self.asked += 1;
        let id = CommandId(self.asked);
        self.commands.insert(id, asked.answer);
        Input::Command(id, asked.command)
    }

    fn await_question(&mut self, asked: Questioned) -> Input {
        self.asked += 1;
        let id = QuestionId(self.asked);
        self.questions.insert(id, asked.answer);
        Input::Question(id, asked.question)
    }
}

fn of_sip(inbound: SipInbound) -> Input {
    match inbound {
        SipInbound::Message { flow, bytes } => Input::Message { flow, bytes },
        SipInbound::FlowClosed { flow } => Input::FlowClosed(flow),
        SipInbound::Resolved { query, hops } => Input::Resolved(query, hops),
        SipInbound::PeerNames { flow, names } => Input::PeerNames { flow, names },
    }
}
