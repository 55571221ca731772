//! `trunkline call`: the built-in test phone, which shares no parser with the server.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ivr::told;
use phone::{Account, AnswerPlan, CallPlan, DtmfWay, Event, KeyPress, Report, Say};
use serde_json::json;

use crate::Failure;
use crate::cli::{CallArgs, Dtmf};
use crate::config::Source;
use crate::config::settings::Settings;

/// Calls or waits for calls, and narrates.
pub(crate) fn run(source: &Source, args: CallArgs, json: bool) -> Result<(), Failure> {
    // A phone that is told its server needs no configuration: it may stand on another machine.
    let settings = match (args.server, source.has_settings()) {
        (Some(_), false) => Settings::default(),
        _ => source.settings()?,
    };
    let server = args
        .server
        .or_else(|| settings.sip.udp.first().copied())
        .ok_or_else(|| {
            Failure::Refused(told!(
                "the configuration has no UDP listener; name a server with --server",
                "配置中没有 UDP 监听端口；请用 --server 写明服务器"
            ))
        })?;
    let account = Account {
        user: args.user.clone(),
        domain: settings.sip.domain,
        server,
        password: args.password.clone(),
    };
    super::block_on(async {
        if args.answer {
            answer(&args, &account, json).await
        } else {
            dial(&args, &account, json, server).await
        }
    })
}

async fn dial(
    args: &CallArgs,
    account: &Account,
    json: bool,
    server: SocketAddr,
) -> Result<(), Failure> {
    let mut plan = CallPlan::to(args.number.clone().unwrap_or_default());
    plan.keys = args
        .press
        .iter()
        .map(|press| key_press(press))
        .collect::<Result<_, _>>()?;
    plan.dtmf = match args.dtmf {
        Dtmf::Rfc4733 => DtmfWay::Rfc4733,
        Dtmf::Info => DtmfWay::Info,
    };
    plan.say = say(args);
    plan.hold_for = hold_for(args)?;
    plan.record.clone_from(&args.record);
    let report = phone::place_call(&plan, account, phone::interrupt(), narrator(json))
        .await
        .map_err(|error| Failure::System(error.context(format!("the call by {server} failed"))))?;
    conclude(&report, json);
    match report.outcome {
        phone::Outcome::Refused(code) => {
            let message = told!("the call was refused: {code}", "呼叫被拒绝：{code}");
            Err(Failure::Refused(message))
        }
        phone::Outcome::RemoteHungUp | phone::Outcome::HungUp | phone::Outcome::Cancelled => Ok(()),
    }
}

async fn answer(args: &CallArgs, account: &Account, json: bool) -> Result<(), Failure> {
    let plan = AnswerPlan {
        say: say(args),
        hold_for: hold_for(args)?,
        record: args.record.clone(),
        ..AnswerPlan::default()
    };
    let reports = phone::answer_calls(&plan, account, phone::interrupt(), narrator(json))
        .await
        .map_err(Failure::System)?;
    for report in &reports {
        conclude(report, json);
    }
    Ok(())
}

fn say(args: &CallArgs) -> Say {
    match (&args.wav, args.tone) {
        (Some(wav), _) => Say::Wav(wav.clone()),
        (None, Some(hz)) => Say::Tone(hz),
        (None, None) => Say::Silence,
    }
}

fn hold_for(args: &CallArgs) -> Result<Option<Duration>, Failure> {
    args.hold_for
        .map(|seconds| {
            Duration::try_from_secs_f64(seconds).map_err(|_| {
                Failure::Refused(told!(
                    "--for {seconds}: expected seconds",
                    "--for {seconds}：应为秒数"
                ))
            })
        })
        .transpose()
}

/// `2s:1` or `2.5:1`.
fn key_press(given: &str) -> Result<KeyPress, Failure> {
    let wrong = || {
        Failure::Refused(told!(
            "--press {given}: expected AFTER:KEY, such as 2s:1",
            "--press {given}：应为 AFTER:KEY，如 2s:1"
        ))
    };
    let (after, key) = given.split_once(':').ok_or_else(wrong)?;
    let seconds: f64 = after.trim_end_matches('s').parse().map_err(|_| wrong())?;
    let after = Duration::try_from_secs_f64(seconds).map_err(|_| wrong())?;
    let mut keys = key.chars();
    match (keys.next(), keys.next()) {
        (Some(key), None) => Ok(KeyPress { after, key }),
        _ => Err(wrong()),
    }
}

fn narrator(json: bool) -> impl FnMut(Event) + Send {
    let begun = Instant::now();
    move |event| {
        let seconds = begun.elapsed().as_secs_f64();
        if json {
            println!(
                "{}",
                json!({ "at_s": (seconds * 1_000.0).round() / 1_000.0, "event": event.to_string() })
            );
        } else {
            println!("{seconds:7.2} s  {event}");
        }
    }
}

fn conclude(report: &Report, json: bool) {
    if !json {
        println!("{report}");
        return;
    }
    let seconds = |time: Option<Duration>| time.map(|time| time.as_secs_f64());
    println!(
        "{}",
        json!({
            "rang_after_s": seconds(report.ringing_after), "answered_after_s": seconds(report.answered_after), "sound_after_s": seconds(report.sound_after),
            "talked_s": report.talked.as_secs_f64(), "packets_sent": report.packets_sent, "packets_received": report.packets_received,
            "packets_lost": report.packets_lost, "keys_heard": report.keys_heard,
        })
    );
}
