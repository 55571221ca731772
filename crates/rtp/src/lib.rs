//! RFC 3550, 3551 and 4733: packets, sequences, RTCP, telephone-events, jitter buffer.
