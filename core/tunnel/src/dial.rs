//! The connection to ngrok's server, made by us rather than by the crate: without delay for small packets, and never
//! again by itself, because when to try again is decided in one place only.

use crate::plan::Edge;
use ngrok::session::{ConnectError, IoStream};
use std::io;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::{ClientConfig, pki_types::ServerName};

/// How to speak on the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Veil {
    /// As with ngrok itself.
    Tls,
    /// A test's edge.
    Plain,
}

impl Veil {
    /// Plain only for an edge that asks for it.
    pub(crate) fn of(edge: Option<&Edge>) -> Veil {
        if edge.is_some_and(|edge| edge.tls.is_none()) { Veil::Plain } else { Veil::Tls }
    }
}

/// Connects once. The caller bounds the time.
pub(crate) async fn dial(
    host: String,
    port: u16,
    tls: Arc<ClientConfig>,
    veil: Veil,
) -> Result<Box<dyn IoStream>, ConnectError> {
    let stream = TcpStream::connect((host.as_str(), port)).await.map_err(ConnectError::Tcp)?;
    // A pointer's move is a small packet, and it must not wait for the next.
    stream.set_nodelay(true).map_err(ConnectError::Tcp)?;
    if veil == Veil::Plain {
        return Ok(Box::new(stream));
    }
    let name = ServerName::try_from(host).map_err(|error| ConnectError::Tls(io::Error::other(error)))?;
    let stream = TlsConnector::from(tls).connect(name, stream).await.map_err(ConnectError::Tls)?;
    Ok(Box::new(stream))
}
