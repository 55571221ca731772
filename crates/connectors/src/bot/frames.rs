//! The words on the wire: JSON in text frames, with the events and members that services for telephone voice know best, and one of
//! our own, `result`. Sound is base64 of G.711 mu-law, 8 kHz, one channel; figures go out as texts.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

/// Whose sound it is.
const CALLER: &str = "inbound";
/// Whose account the service is told, which has no meaning here.
const ACCOUNT: &str = "trunkline";

/// What a service is told at the beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// This conversation.
    pub stream: String,
    /// The call.
    pub call: String,
    /// What the script sends.
    pub parameters: BTreeMap<String, String>,
}

impl Start {
    pub(super) fn connected() -> String {
        json!({ "event": "connected", "protocol": "Call", "version": "1.0.0" }).to_string()
    }

    pub(super) fn start(&self, number: u64) -> String {
        let start = json!({
            "streamSid": self.stream,
            "accountSid": ACCOUNT,
            "callSid": self.call,
            "tracks": [CALLER],
            "customParameters": self.parameters,
            "mediaFormat": { "encoding": "audio/x-mulaw", "sampleRate": 8_000, "channels": 1 },
        });
        self.told("start", number, &start)
    }

    /// `ms` is the time of its first sample since the beginning.
    pub(super) fn media(&self, number: u64, chunk: u64, ms: u64, sound: &[u8]) -> String {
        let media = json!({
            "track": CALLER,
            "chunk": chunk.to_string(),
            "timestamp": ms.to_string(),
            "payload": STANDARD.encode(sound),
        });
        self.told("media", number, &media)
    }

    pub(super) fn dtmf(&self, number: u64, key: char) -> String {
        let dtmf = json!({ "track": "inbound_track", "digit": key.to_string() });
        self.told("dtmf", number, &dtmf)
    }

    pub(super) fn mark(&self, number: u64, name: &str) -> String {
        self.told("mark", number, &json!({ "name": name }))
    }

    pub(super) fn stop(&self, number: u64) -> String {
        let stop = json!({ "accountSid": ACCOUNT, "callSid": self.call });
        self.told("stop", number, &stop)
    }

    /// An event whose matter stands under its own name.
    fn told(&self, event: &str, number: u64, matter: &Value) -> String {
        json!({
            "event": event,
            "sequenceNumber": number.to_string(),
            "streamSid": self.stream,
            event: matter,
        })
        .to_string()
    }
}

/// What a service may say. Members that are not named here mean nothing.
#[derive(Debug, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(super) enum Heard {
    /// Let the caller hear this after what he hears.
    Media { media: Media },
    /// Say when he has heard all before this.
    Mark { mark: Mark },
    /// Let him hear nothing of what is still to come.
    Clear,
    /// The conversation has come to this.
    Result { result: Outcome },
}

#[derive(Debug, Deserialize)]
pub(super) struct Media {
    pub(super) payload: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Mark {
    pub(super) name: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Outcome {
    pub(super) exit: String,
    #[serde(default)]
    pub(super) values: Value,
}

impl Media {
    /// The sound; none if it is no base64.
    pub(super) fn sound(&self) -> Option<Vec<u8>> {
        STANDARD.decode(&self.payload).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> Start {
        Start {
            stream: "MZ1".to_owned(),
            call: "7".to_owned(),
            parameters: BTreeMap::from([("customer".to_owned(), "13800000000".to_owned())]),
        }
    }

    #[test]
    fn e24_what_goes_out_has_the_members_that_services_read() {
        let read = |text: String| serde_json::from_str::<Value>(&text).unwrap();
        let begun = read(start().start(1));
        assert_eq!(begun["start"]["streamSid"], "MZ1");
        assert_eq!(begun["streamSid"], "MZ1");
        assert_eq!(begun["sequenceNumber"], "1");
        assert_eq!(begun["start"]["callSid"], "7");
        assert_eq!(begun["start"]["tracks"][0], "inbound");
        assert_eq!(begun["start"]["mediaFormat"]["encoding"], "audio/x-mulaw");
        assert_eq!(begun["start"]["mediaFormat"]["sampleRate"], 8_000);
        assert_eq!(
            begun["start"]["customParameters"]["customer"],
            "13800000000"
        );
        let media = read(start().media(4, 2, 20, &[0xff; 3]));
        assert_eq!(media["media"]["payload"], "////");
        assert_eq!(
            (&media["media"]["chunk"], &media["media"]["timestamp"]),
            (&json!("2"), &json!("20"))
        );
        assert_eq!(read(start().dtmf(5, '#'))["dtmf"]["digit"], "#");
        assert_eq!(read(start().mark(6, "\"x"))["mark"]["name"], "\"x");
        assert_eq!(read(start().stop(7))["stop"]["callSid"], "7");
        assert_eq!(read(Start::connected())["event"], "connected");
    }

    #[test]
    fn e24_what_comes_in_is_one_of_four_events_or_nothing_that_is_known() {
        let heard = |text: &str| serde_json::from_str::<Heard>(text);
        let media =
            heard(r#"{"event":"media","streamSid":"x","media":{"payload":"/w==","track":"y"}}"#);
        assert!(
            matches!(media.unwrap(), Heard::Media { media } if media.sound() == Some(vec![0xff]))
        );
        let bad = heard(r#"{"event":"media","media":{"payload":"§"}}"#).unwrap();
        assert!(matches!(bad, Heard::Media { media } if media.sound().is_none()));
        assert!(matches!(
            heard(r#"{"event":"clear","streamSid":"x"}"#),
            Ok(Heard::Clear)
        ));
        let result = heard(r#"{"event":"result","result":{"exit":"done"}}"#).unwrap();
        assert!(matches!(result, Heard::Result { result } if result.values.is_null()));
        for rubbish in [
            "",
            "[]",
            "{}",
            r#"{"event":"stop"}"#,
            r#"{"event":"mark"}"#,
            r#"{"event":"media","media":{}}"#,
        ] {
            assert!(heard(rubbish).is_err(), "{rubbish}");
        }
    }
}
