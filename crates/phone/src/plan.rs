//! What the phone shall do: a plan for a call, or for being called.

use std::path::PathBuf;
use std::time::Duration;

/// An outgoing call.
#[derive(Clone, Debug)]
pub struct CallPlan {
    /// The number to dial in the account's domain, or a whole `sip:` URI.
    pub number: String,
    /// Keys to press, in any order.
    pub keys: Vec<KeyPress>,
    /// How keys are sent.
    pub dtmf: DtmfWay,
    /// What the phone says.
    pub say: Say,
    /// Hang up this long after the answer; none waits for the other side or for `stop`.
    pub hold_for: Option<Duration>,
    /// Cancel the call when nobody has answered by then.
    pub answer_within: Duration,
    /// Record the call here: a stereo WAV at 8 kHz, heard left, said right.
    pub record: Option<PathBuf>,
}

impl CallPlan {
    /// A silent call to a number that waits a minute for an answer and lasts until somebody hangs up.
    #[must_use]
    pub fn to(number: impl Into<String>) -> Self {
        Self {
            number: number.into(),
            keys: Vec::new(),
            dtmf: DtmfWay::Rfc4733,
            say: Say::Silence,
            hold_for: None,
            answer_within: Duration::from_mins(1),
            record: None,
        }
    }
}

/// What the phone does with calls that come in.
#[derive(Clone, Debug)]
pub struct AnswerPlan {
    /// How long it rings before it answers.
    pub ring_for: Duration,
    /// What the phone says.
    pub say: Say,
    /// Hang up this long after the answer; none waits for the other side or for `stop`.
    pub hold_for: Option<Duration>,
    /// Leave after so many calls; none stays until `stop`.
    pub calls: Option<u32>,
    /// Record the calls here, the later replacing the earlier: a stereo WAV at 8 kHz, heard left, said right.
    pub record: Option<PathBuf>,
}

impl Default for AnswerPlan {
    /// Answers after two seconds with silence, for ever.
    fn default() -> Self {
        Self {
            ring_for: Duration::from_secs(2),
            say: Say::Silence,
            hold_for: None,
            calls: None,
            record: None,
        }
    }
}

/// A key, pressed some time after the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyPress {
    /// Time since the call was answered.
    pub after: Duration,
    /// `0`-`9`, `*`, `#`, `A`-`D`.
    pub key: char,
}

/// How a key travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DtmfWay {
    /// RTP telephone-events (RFC 4733) with the payload type of the SDP; SIP INFO when the other side has none.
    #[default]
    Rfc4733,
    /// SIP INFO with `application/dtmf-relay`.
    Info,
}

/// What the phone says.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Say {
    /// Packets of silence.
    #[default]
    Silence,
    /// A sine of this frequency in Hz, 9 dB below full scale.
    Tone(f64),
    /// A PCM WAV of any rate, once; silence afterwards.
    Wav(PathBuf),
}
