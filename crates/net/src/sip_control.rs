//! What others may ask of the SIP sockets while the engine's loop owns them: a copy for each who needs one.

use std::sync::Arc;

use tracing::info;

use crate::flow::TooMany;
use crate::sip_stream::{Dialler, Shared};
use crate::{AdoptedSocket, TlsConfig, TlsError};

/// A second door to [`crate::SipSockets`]; after their end nothing comes of what is asked.
#[derive(Clone, Debug)]
pub struct SipControl {
    shared: Arc<Shared>,
    dialler: Dialler,
}

impl SipControl {
    pub(crate) fn new(shared: Arc<Shared>, dialler: Dialler) -> Self {
        Self { shared, dialler }
    }

    /// Swaps certificates and authorities. Handshakes that begin later use them; connections that are up stay.
    ///
    /// # Errors
    /// They cannot be used, or have expired: the former ones stay, counted.
    pub fn reload_tls(&self, config: &TlsConfig) -> Result<(), TlsError> {
        let counters = &self.shared.counters;
        let reloaded = self.shared.tls.reload(config);
        match &reloaded {
            Ok(()) => {
                counters.tls_reloaded.increment();
                info!("certificates were swapped");
            }
            Err(_) => counters.tls_reload_refused.increment(),
        }
        reloaded
    }

    /// Makes a flow of a WebSocket that an HTTP server has upgraded. Where there are too many, in all or from that source, it
    /// is dropped and counted: the server sees its channels end.
    pub fn adopt_web_socket(&self, socket: AdoptedSocket) {
        let Shared {
            flows,
            limits,
            counters,
            ..
        } = self.shared.as_ref();
        match flows.admit(socket.remote.ip(), limits) {
            Err(TooMany::Total) => counters.stream_refused_total.increment(),
            Err(TooMany::FromSource) => counters.stream_refused_source.increment(),
            Ok(admission) => {
                if !self.dialler.adopt(socket, admission) {
                    counters.stream_refused_total.increment();
                }
            }
        }
    }
}
