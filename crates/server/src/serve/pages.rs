//! The pages, the API, and the door for phones in browsers, which joins `web` and `net`: neither knows the other.

use std::net::SocketAddr;
use std::pin::Pin;

use anyhow::Context as _;
use net::{AdoptedSocket, SipControl, TlsCertificate};
use tokio::net::TcpListener;
use tokio::sync::watch;
use web::{App, Https, SipDoor, SipSocket};

use crate::config::settings::Settings;
use crate::vital::Pulse;

/// What answers browsers.
pub(super) struct Pages {
    pub(super) address: SocketAddr,
    pub(super) serving: tokio::task::JoinHandle<std::io::Result<()>>,
    /// `true` closes them.
    pub(super) close: watch::Sender<bool>,
}

impl Pages {
    /// Listens and answers.
    pub(super) async fn open(settings: &Settings, app: App, pulse: Pulse) -> anyhow::Result<Self> {
        let listen = settings.http.listen;
        let listener = TcpListener::bind(listen)
            .await
            .with_context(|| format!("HTTP cannot listen on {listen}"))?;
        let address = listener.local_addr()?;
        let (close, mut closing) = watch::channel(false);
        let closed = async move {
            let _sender_gone_means_close = closing.wait_for(|close| *close).await;
        };
        // As an object, since the compiler cannot see that the future within this one is `Send`.
        let serving: Pin<Box<dyn Future<Output = std::io::Result<()>> + Send>> =
            Box::pin(web::serve(listener, app, closed));
        let serving = tokio::spawn(async move {
            let _ends_with_the_task = pulse;
            serving.await
        });
        Ok(Self {
            address,
            serving,
            close,
        })
    }
}

/// The certificate of the listener.
pub(super) fn https(paper: Option<&TlsCertificate>) -> anyhow::Result<Option<Https>> {
    let https = paper.map(|paper| Https::new(&paper.chain, &paper.key));
    https.transpose().context("HTTPS cannot be had")
}

/// Where phones that come by WebSocket go: to the SIP sockets, which count and bound them like all others.
pub(super) fn door(settings: &Settings, control: SipControl) -> SipDoor {
    let adopt = move |socket: SipSocket| {
        control.adopt_web_socket(AdoptedSocket {
            local: socket.local,
            remote: socket.remote,
            is_secure: socket.is_secure,
            inbound: socket.inbound,
            outbound: socket.outbound,
        });
    };
    SipDoor {
        adopt: Box::new(adopt),
        message_bytes_max: settings.limits.bounds.endpoint().message_bytes_max,
        origins: settings.sip.web_socket_origins.clone(),
    }
}
