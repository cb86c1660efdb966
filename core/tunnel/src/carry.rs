//! Carries visitors' connections to the local port, so many at once and no more.

use ngrok::EndpointConn;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncWriteExt, copy_bidirectional};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Connections at once. A viewer needs one or two; ngrok's own limit for a free account is 100 new ones a minute.
pub(crate) const CARRIED_MAX: usize = 256;
/// Refusals under way at once; what comes on top is dropped without a word.
const REFUSING_MAX: usize = 32;
/// How long a refusal may take to write.
const REFUSING_TIME: Duration = Duration::from_secs(1);
const REFUSAL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// The connections under way. Dropping it ends them.
#[derive(Debug)]
pub(crate) struct Carrier {
    local: SocketAddr,
    carried: JoinSet<()>,
    refused: JoinSet<()>,
}

impl Carrier {
    pub(crate) fn new(local: SocketAddr) -> Carrier {
        Carrier { local, carried: JoinSet::new(), refused: JoinSet::new() }
    }

    /// Takes a visitor. **Overflow**: above [`CARRIED_MAX`] a visitor gets a 503. Not to take them at all would hold up
    /// the whole session: all visitors share one connection.
    pub(crate) fn take(&mut self, visitor: EndpointConn) {
        while self.carried.try_join_next().is_some() {}
        while self.refused.try_join_next().is_some() {}
        if self.carried.len() < CARRIED_MAX {
            self.carried.spawn(carry(visitor, self.local));
        } else if self.refused.len() < REFUSING_MAX {
            self.refused.spawn(refuse(visitor));
        }
    }

    /// Ends all of them.
    pub(crate) async fn end(&mut self) {
        self.carried.shutdown().await;
        self.refused.shutdown().await;
    }
}

async fn carry(mut visitor: EndpointConn, local: SocketAddr) {
    // With no server behind the port the visitor's connection closes, and ngrok tells them so.
    let Ok(mut server) = TcpStream::connect(local).await else { return };
    let _ = server.set_nodelay(true);
    // How a connection ends is a matter between the visitor and the server.
    let _ = copy_bidirectional(&mut visitor, &mut server).await;
}

async fn refuse(mut visitor: EndpointConn) {
    let _ = tokio::time::timeout(REFUSING_TIME, async {
        visitor.write_all(REFUSAL).await?;
        visitor.shutdown().await
    })
    .await;
}
