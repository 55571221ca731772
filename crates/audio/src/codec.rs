//! The codec table: everything that anybody needs to know of a codec is its row.
//!
//! A row beside its file is all that adding a codec takes; SDP, RTP and transcoding read the columns and nobody else
//! names a codec. Order is preference in our own SDP offers.

mod pcma;
mod pcmu;

use core::fmt;

/// An array of `$length` elements, each the expression of its index; evaluated at compile time.
macro_rules! table {
    ($length:literal, |$index:ident| $element:expr) => {{
        let mut $index: usize = 0;
        let mut elements = [$element; $length];
        while $index < $length {
            #[expect(
                clippy::indexing_slicing,
                reason = "runs at compile time; `get_mut` does not"
            )]
            {
                elements[$index] = $element;
            }
            $index += 1;
        }
        elements
    }};
}
pub(crate) use table;

/// G.711 mu-law by itself: what services speak that talk with callers.
pub const MU_LAW: Codec = pcmu::PCMU;

/// One codec. Rows compare by name.
pub struct Codec {
    /// Encoding name of RFC 3551, upper case.
    pub name: &'static str,
    /// Static payload type of RFC 3551 table 4.
    pub payload_type: u8,
    /// RTP clock in Hz.
    pub clock_rate_hz: u32,
    /// Channels.
    pub channels: u8,
    /// Format parameters for SDP.
    pub fmtp: Option<&'static str>,
    /// Units of the RTP clock that a payload of so many bytes covers.
    pub ticks: fn(payload_bytes: usize) -> u32,
    /// Linear samples to payload; gives the bytes written (as many as fit `out`).
    pub encode: fn(samples: &[i16], out: &mut [u8]) -> usize,
    /// Payload to linear samples; gives the samples written (as many as fit `out`, S18).
    pub decode: fn(payload: &[u8], out: &mut [i16]) -> usize,
}

/// All codecs, most wanted first.
pub static CODECS: [Codec; 2] = [pcma::PCMA, pcmu::PCMU];

/// The row of a name (without case) and clock, or none.
#[must_use]
pub fn by_name(name: &str, clock_rate_hz: u32) -> Option<&'static Codec> {
    CODECS
        .iter()
        .find(|codec| codec.clock_rate_hz == clock_rate_hz && codec.name.eq_ignore_ascii_case(name))
}

impl PartialEq for Codec {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Codec {}

impl fmt::Debug for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Writes `f` of each input element into `out`, as far as both reach.
fn map<A: Copy, B>(input: &[A], out: &mut [B], f: impl Fn(A) -> B) -> usize {
    for (to, from) in out.iter_mut().zip(input) {
        *to = f(*from);
    }
    input.len().min(out.len())
}

/// The element under an index; a table covers every value of its index type.
fn lookup<T: Copy + Default>(table: &[T], index: impl Into<usize>) -> T {
    table.get(index.into()).copied().unwrap_or_default()
}

/// The `ticks` column of codecs with a byte a sample.
fn byte_a_tick(payload_bytes: usize) -> u32 {
    u32::try_from(payload_bytes).unwrap_or(u32::MAX)
}
