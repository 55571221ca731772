//! What a stranger has to do before he may speak SIP: TLS, the upgrade to WebSocket, or both, within one limit of time.
//!
//! He stands in the counts of connections meanwhile, and the engine hears nothing of him (G12).

use std::io;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tracing::debug;

use super::{Knock, Shared};
use crate::web_socket::upgrade;

/// The limit of one stranger's handshakes, however many he has to make.
#[derive(Clone, Copy, Debug)]
pub(super) struct Handshake<'a> {
    shared: &'a Shared,
    until: Instant,
}

impl<'a> Handshake<'a> {
    pub(super) fn begin(shared: &'a Shared) -> Self {
        Self {
            shared,
            until: Instant::now() + shared.limits.handshake_timeout,
        }
    }

    /// TLS; `None`: it failed, counted.
    pub(super) async fn tls(
        self,
        stream: TcpStream,
        acceptor: Option<TlsAcceptor>,
        knock: &Knock,
    ) -> Option<TlsStream<TcpStream>> {
        let counters = &self.shared.counters;
        let accepted = match acceptor {
            Some(acceptor) => timeout_at(self.until, acceptor.accept(stream)).await,
            None => Ok(Err(io::Error::other("no certificate"))),
        };
        match accepted {
            Ok(Ok(stream)) => return Some(stream),
            Ok(Err(error)) => {
                counters.tls_handshake_failed.increment();
                debug!(remote = %knock.remote, %error, "TLS handshake failed");
            }
            Err(_elapsed) => counters.tls_handshake_timeout.increment(),
        }
        None
    }

    /// The upgrade to WebSocket: what was read beyond it; `None`: refused with an answer, or too late, counted.
    pub(super) async fn web_socket<S>(self, stream: &mut S, knock: &Knock) -> Option<Vec<u8>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let counters = &self.shared.counters;
        let origins = &self.shared.web_socket_origins;
        match timeout_at(self.until, upgrade::serve(stream, origins)).await {
            Ok(Ok(rest)) => return Some(rest),
            Ok(Err(refusal)) => {
                counters.ws_upgrade_refused.increment();
                debug!(remote = %knock.remote, ?refusal, "WebSocket refused");
            }
            Err(_elapsed) => counters.ws_upgrade_timeout.increment(),
        }
        None
    }
}
