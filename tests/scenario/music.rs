//! D20: the music that a waiting caller hears, measured in the sound: what the engine orders is played by a real media worker.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use audio::{Sound, codec};
use engine::Announce;
use media::{
    Channel, Command, Outbox, PortId, SoundLibrary, SoundName, Stream, Worker, WorkerConfig,
};
use rtp::Packet;

use crate::hotline::{Hotline, PROMPT};
use crate::phone::Manner;

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
/// Length of the piece of music, in samples.
const PIECE: usize = 40 * 8_000;
/// Samples of a packet.
const FRAME: usize = 160;

/// Music of which no two packets are alike; what is said is silence.
fn library() -> SoundLibrary {
    let mut state = 1_u32;
    let noise = (0..PIECE).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as i16 / 4
    });
    let samples = noise.collect();
    let said = usize::try_from(PROMPT.as_millis()).unwrap() * 8;
    let sound = |samples| {
        Arc::new(Sound {
            rate_hz: 8_000,
            samples,
        })
    };
    let sounds = [
        ("music/default", sound(samples)),
        ("en/say_next", sound(vec![0; said])),
        ("en/say_one_ahead", sound(vec![0; said])),
    ];
    SoundLibrary(
        sounds
            .map(|(name, sound)| (SoundName::new(name), sound))
            .into(),
    )
}

/// Plays a port's orders; each packet of sound that went out, with its time.
fn played(plays: &[(Duration, Command)], until: Duration) -> Vec<(Duration, Vec<u8>)> {
    let begin = plays[0].0;
    let mut worker = Worker::new(WorkerConfig::default());
    let mut out = Outbox::new(64);
    let port = match &plays[0].1 {
        Command::Play { port, .. } => *port,
        other => panic!("{other:?}"),
    };
    let address: SocketAddr = "192.0.2.1:4000".parse().unwrap();
    let stream = Stream {
        remote: address,
        remote_rtcp: address,
        signalling: None,
        codec: codec::by_name("PCMA", 8_000).unwrap(),
        payload_type: 8,
        telephone_event: None,
        sending: true,
        receiving: true,
    };
    let local = "192.0.2.10:20000".parse().unwrap();
    let opening = [
        Command::Sounds {
            generation: 1,
            library: Arc::new(library()),
        },
        Command::Open { port, local },
        Command::Negotiate { port, stream },
    ];
    for command in opening {
        worker.handle_command(begin, command, &mut out);
    }
    let mut sent = Vec::new();
    let mut orders = plays.iter().peekable();
    let mut now = begin;
    while now < until {
        let order = orders.peek().map(|(at, _)| *at);
        let due = [order, worker.poll_timeout()].into_iter().flatten().min();
        now = due.unwrap_or(until).max(now);
        if order.is_some_and(|at| at <= now) {
            let (_, command) = orders.next().unwrap();
            worker.handle_command(now, command.clone(), &mut out);
        } else {
            worker.handle_timeout(now, &mut out);
        }
        let rtp = out
            .datagrams()
            .iter()
            .filter(|one| one.channel == Channel::Rtp);
        sent.extend(rtp.map(|one| {
            let packet = Packet::parse(one.bytes()).unwrap();
            (now, packet.payload.to_vec())
        }));
        out.clear_datagrams();
    }
    sent
}

/// Where in the piece each packet of music stands, by its first samples.
fn positions(sent: &[(Duration, Vec<u8>)]) -> Vec<(Duration, usize)> {
    let codec = codec::by_name("PCMA", 8_000).unwrap();
    let piece = &library().0[&SoundName::new("music/default")];
    let mut bytes = vec![0; PIECE];
    (codec.encode)(&piece.samples, &mut bytes);
    let starts: BTreeMap<&[u8], usize> = bytes
        .windows(16)
        .enumerate()
        .map(|(at, window)| (window, at))
        .collect();
    let place = |payload: &Vec<u8>| starts.get(&payload[..16]).copied();
    sent.iter()
        .filter_map(|(at, payload)| Some((*at, place(payload)?)))
        .collect()
}

#[test]
fn d20_music_goes_on_where_it_stopped_after_each_announcement() {
    let mut hotline = Hotline::with(|config| {
        let queue = config.queues.get_mut("support").unwrap();
        queue.announce = Announce {
            position: true,
            after: 7_130 * MS,
            every: 16_770 * MS,
            ..Announce::default()
        };
    });
    hotline.agent("1001", Manner::Rings);
    hotline.caller_presses("100", '1');
    hotline.run_for(70 * SECOND);
    let port: PortId = hotline.port_of("100").unwrap();
    let plays = hotline.ports[&port].plays.clone();
    let waits = plays
        .iter()
        .position(|(_, command)| matches!(command, Command::Play { repeat: true, .. }));
    let heard = positions(&played(&plays[waits.unwrap()..], hotline.now));
    let pauses: Vec<_> = heard
        .windows(2)
        .filter(|two| two[1].0 - two[0].0 > SECOND)
        .collect();
    assert_eq!(pauses.len(), 4, "announcements");
    assert!(heard.len() > 2_700, "{} packets", heard.len());
    for two in heard.windows(2) {
        // From the end of one packet to the beginning of the next, round the end of the piece.
        let jump = (two[1].1 + PIECE - two[0].1 - FRAME) % PIECE;
        let jump = jump.min(PIECE - jump);
        assert!(jump <= 2 * FRAME, "{jump} samples at {:?}", two[1].0);
    }
    hotline.hangs_up("100");
    hotline.assert_clean();
}
