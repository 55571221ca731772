//! SIP over WebSocket, RFC 7118: one message a frame.
//!
//! [`upgrade`] is the handshake of RFC 6455 §4.2 on listeners of ours, [`frames`] what follows on them, [`adopted`] a
//! WebSocket that an HTTP server of the house has upgraded already. A client's host is a name under `.invalid` that means
//! nothing: whoever is reached over WebSocket is reached on his own connection.

pub(crate) mod adopted;
pub(crate) mod frames;
pub(crate) mod upgrade;

use bytes::Bytes;

use crate::sip_stream::connection::{Ended, Peer, is_line_ends};

/// What one frame of data holds: a message, a keep-alive of RFC 5626 §3.5.1 in a frame of its own, or nothing.
async fn take(peer: &Peer, bytes: Bytes) -> Result<(), Ended> {
    if *bytes == *b"\r\n\r\n" {
        return peer.pong();
    }
    // A pong, or an empty frame (AST-2018-006): neither costs the engine a turn.
    if is_line_ends(&bytes) {
        return Ok(());
    }
    if bytes.len() > peer.shared.message.message_bytes_max {
        return Err(Ended::Framing);
    }
    peer.hand_on(bytes).await
}
