//! RFC 8866 text and RFC 3264 SDP offer/answer.
