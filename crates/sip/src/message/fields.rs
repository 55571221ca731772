//! The header fields of a message (RFC 3261 §7.3): a compact table of spans, in the order of the message.
//!
//! Which headers are there, and which stand twice, is known by a bit each: most questions are about headers that are not
//! there, and those look at no row.

use super::Header;
use core::ops::Range;

/// Where something stands in the bytes of a message. A message is shorter than 4 GiB; of a longer one the spans are wrong, and
/// its length is a fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        let short = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self {
            start: short(start),
            end: short(end),
        }
    }

    /// Where a part of `whole` stands in it.
    pub(crate) fn of(part: &[u8], whole: &[u8]) -> Self {
        let start = part.as_ptr().addr().saturating_sub(whole.as_ptr().addr());
        Self::new(start, start.saturating_add(part.len()))
    }

    pub(crate) fn range(self) -> Range<usize> {
        let long = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
        long(self.start)..long(self.end)
    }

    /// The bytes there; none where the span is not of these bytes.
    pub(crate) fn slice(self, whole: &[u8]) -> &[u8] {
        whole.get(self.range()).unwrap_or_default()
    }
}

/// One header field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Field {
    pub(crate) header: Header,
    pub(crate) name: Span,
    pub(crate) value: Span,
}

/// All of them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Fields {
    rows: Vec<Field>,
    present: u64,
    repeated: u64,
}

impl Fields {
    pub(crate) fn with_capacity(rows: usize) -> Self {
        Self {
            rows: Vec::with_capacity(rows),
            present: 0,
            repeated: 0,
        }
    }

    pub(crate) fn push(&mut self, field: Field) {
        let bit = field.header.bit();
        self.repeated |= self.present & bit;
        self.present |= bit;
        self.rows.push(field);
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn iter(&self) -> core::slice::Iter<'_, Field> {
        self.rows.iter()
    }

    pub(crate) fn has(&self, header: Header) -> bool {
        self.present & header.bit() != 0
    }

    /// Does any of these stand twice?
    pub(crate) fn repeats_any(&self, headers: &[Header]) -> bool {
        let mask = headers.iter().fold(0, |mask, header| mask | header.bit());
        self.repeated & mask != 0
    }

    /// The fields of a header in order.
    pub(crate) fn all(&self, header: Header) -> impl Iterator<Item = &Field> {
        let rows = if self.has(header) {
            self.rows.as_slice()
        } else {
            &[]
        };
        rows.iter().filter(move |field| field.header == header)
    }
}
