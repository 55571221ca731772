//! Writing RTCP: one compound a report.

use super::{CNAME, ReportBlock, SenderInfo, kind};

/// A report of ours: SR if we send, else RR; then SDES with the canonical name; then BYE at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report<'a> {
    /// Our source.
    pub ssrc: u32,
    /// What we sent, if anything.
    pub sender: Option<SenderInfo>,
    /// What we hear, if anything.
    pub block: Option<ReportBlock>,
    /// Canonical name, at most 255 bytes; a random one tells nothing of anybody (RFC 7022).
    pub cname: &'a str,
    /// We leave.
    pub bye: bool,
}

impl Report<'_> {
    /// Writes the compound; gives its length, or none if `out` is too short or the name too long.
    pub fn write(&self, out: &mut [u8]) -> Option<usize> {
        let mut writer = Writer { out, len: 0 };
        let kind = if self.sender.is_some() {
            kind::SENDER_REPORT
        } else {
            kind::RECEIVER_REPORT
        };
        let at = writer.begin(u8::from(self.block.is_some()), kind)?;
        writer.word(self.ssrc)?;
        if let Some(info) = &self.sender {
            writer.put(&info.ntp.to_be_bytes())?;
            writer.word(info.rtp_timestamp)?;
            writer.word(info.packets)?;
            writer.word(info.octets)?;
        }
        if let Some(block) = &self.block {
            writer.block(block)?;
        }
        writer.end(at)?;
        self.write_name(&mut writer)?;
        if self.bye {
            let at = writer.begin(1, kind::BYE)?;
            writer.word(self.ssrc)?;
            writer.end(at)?;
        }
        Some(writer.len)
    }

    fn write_name(&self, writer: &mut Writer<'_>) -> Option<()> {
        let at = writer.begin(1, kind::SOURCE_DESCRIPTION)?;
        writer.word(self.ssrc)?;
        writer.put(&[CNAME, u8::try_from(self.cname.len()).ok()?])?;
        writer.put(self.cname.as_bytes())?;
        // §6.5: the list ends with at least one zero and fills its word.
        writer.put(&[0])?;
        while !writer.len.is_multiple_of(4) {
            writer.put(&[0])?;
        }
        writer.end(at)
    }
}

struct Writer<'a> {
    out: &'a mut [u8],
    len: usize,
}

impl Writer<'_> {
    fn put(&mut self, bytes: &[u8]) -> Option<()> {
        let end = self.len.checked_add(bytes.len())?;
        self.out.get_mut(self.len..end)?.copy_from_slice(bytes);
        self.len = end;
        Some(())
    }

    fn word(&mut self, word: u32) -> Option<()> {
        self.put(&word.to_be_bytes())
    }

    /// Starts a packet; its length is filled in by [`Writer::end`].
    fn begin(&mut self, count: u8, kind: u8) -> Option<usize> {
        let at = self.len;
        self.put(&[0x80 | count, kind, 0, 0])?;
        Some(at)
    }

    fn end(&mut self, at: usize) -> Option<()> {
        let words = self.len.checked_sub(at)?.checked_div(4)?.checked_sub(1)?;
        let field = self.out.get_mut(at.checked_add(2)?..at.checked_add(4)?)?;
        field.copy_from_slice(&u16::try_from(words).ok()?.to_be_bytes());
        Some(())
    }

    fn block(&mut self, block: &ReportBlock) -> Option<()> {
        let [_, lost @ ..] = block
            .cumulative_lost
            .clamp(-0x80_0000, 0x7f_ffff)
            .to_be_bytes();
        self.word(block.ssrc)?;
        self.put(&[block.fraction_lost])?;
        self.put(&lost)?;
        self.word(block.highest_sequence)?;
        self.word(block.jitter)?;
        self.word(block.last_sender_report)?;
        self.word(block.delay)
    }
}
