//! What carries a connection's bytes: TCP, or TLS on it.
//!
//! The handshake is part of the first read, not of accepting: who dallies in it keeps nobody waiting, and falls under the
//! same limit of time as who dallies in his request (G12).

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::{Accept, TlsAcceptor, server::TlsStream};

/// The carrier.
pub enum Carrier {
    /// TCP.
    Plain(TcpStream),
    /// Within TLS.
    Secure(Box<Secure>),
}

/// How far TLS has come.
pub enum Secure {
    /// The handshake is not done.
    Shaking(Accept<TcpStream>),
    /// It is.
    Open(TlsStream<TcpStream>),
    /// It failed.
    Broken,
}

impl Carrier {
    pub(super) fn plain(stream: TcpStream) -> Self {
        Self::Plain(stream)
    }

    pub(super) fn secure(stream: TcpStream, acceptor: &TlsAcceptor) -> Self {
        Self::Secure(Box::new(Secure::Shaking(acceptor.accept(stream))))
    }

    pub(super) fn is_secure(&self) -> bool {
        match self {
            Self::Plain(_) => false,
            Self::Secure(_) => true,
        }
    }
}

impl Secure {
    /// Goes on with the handshake until it is done.
    fn poll_open(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<Pin<&mut TlsStream<TcpStream>>>> {
        if let Self::Shaking(shaking) = self {
            *self = match ready!(Pin::new(shaking).poll(context)) {
                Ok(stream) => Self::Open(stream),
                Err(error) => {
                    metrics::counter!("trunkline_http_handshakes_failed_total").increment(1);
                    tracing::debug!(%error, "TLS handshake");
                    Self::Broken
                }
            };
        }
        match self {
            Self::Open(stream) => Poll::Ready(Ok(Pin::new(stream))),
            Self::Shaking(_) | Self::Broken => {
                Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()))
            }
        }
    }
}

impl AsyncRead for Carrier {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, into),
            Self::Secure(secure) => {
                let stream = ready!(secure.poll_open(context))?;
                stream.poll_read(context, into)
            }
        }
    }
}

impl AsyncWrite for Carrier {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Secure(secure) => {
                let stream = ready!(secure.poll_open(context))?;
                stream.poll_write(context, bytes)
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Secure(secure) => match secure.as_mut() {
                Secure::Open(stream) => Pin::new(stream).poll_flush(context),
                // Nothing was written.
                Secure::Shaking(_) | Secure::Broken => Poll::Ready(Ok(())),
            },
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Secure(secure) => match secure.as_mut() {
                Secure::Open(stream) => Pin::new(stream).poll_shutdown(context),
                // Whoever never came in need not be told goodbye.
                Secure::Shaking(_) | Secure::Broken => Poll::Ready(Ok(())),
            },
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write_vectored(context, slices),
            Self::Secure(secure) => {
                let stream = ready!(secure.poll_open(context))?;
                stream.poll_write_vectored(context, slices)
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }
}
