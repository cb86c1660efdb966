//! The listening socket: which port, and how many strangers at a time.

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep};

/// Ports that are tried after the one that was asked for.
const MORE_PORTS: u16 = 50;
/// How long a port that must be this one is tried again: a sidecar that was killed may take a moment to vanish.
const EXACT_PATIENCE: Duration = Duration::from_secs(2);
const EXACT_RETRY: Duration = Duration::from_millis(20);
/// Connections at a time; the next ones wait in the system's queue.
const CONNECTIONS_MAX: usize = 128;
const QUEUE: u32 = 128;
/// A connection on which nothing moves for so long is closed, so that idle strangers do not keep others out.
const IDLE_MAX: Duration = Duration::from_secs(20);

/// Listens on `port`, or, unless it must be this one, on one of the next.
///
/// # Errors
/// The last port's error, when none is free.
pub(crate) async fn listen(bind: IpAddr, port: u16, exact: bool) -> io::Result<TcpListener> {
    let last = if exact || port == 0 { port } else { port.saturating_add(MORE_PORTS) };
    let give_up = Instant::now() + EXACT_PATIENCE;
    loop {
        let mut error = None;
        for port in port..=last {
            match listen_on(SocketAddr::new(bind, port)) {
                Ok(listener) => return Ok(listener),
                Err(failed) => error = Some(failed),
            }
        }
        let error = error.unwrap_or_else(|| io::ErrorKind::AddrInUse.into());
        let worth_waiting = exact && error.kind() == io::ErrorKind::AddrInUse && Instant::now() < give_up;
        if !worth_waiting {
            return Err(error);
        }
        // Nobody tells when a port becomes free.
        sleep(EXACT_RETRY).await;
    }
}

fn listen_on(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // Connections of a sidecar that was killed linger in TIME_WAIT; its port is to be had at once all the same.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(QUEUE)
}

/// A listener that takes [`CONNECTIONS_MAX`] connections at a time and closes idle ones.
#[derive(Debug)]
pub(crate) struct Bounded {
    listener: TcpListener,
    places: Arc<Semaphore>,
}

impl Bounded {
    pub(crate) fn new(listener: TcpListener) -> Bounded {
        Bounded { listener, places: Arc::new(Semaphore::new(CONNECTIONS_MAX)) }
    }
}

impl Listener for Bounded {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let place = Arc::clone(&self.places).acquire_owned().await.ok();
        // axum's own accept survives errors such as too many open files.
        let (stream, address) = Listener::accept(&mut self.listener).await;
        let _ = stream.set_nodelay(true);
        (Connection { stream, idle: Box::pin(sleep(IDLE_MAX)), _place: place }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// The address of ours that a caller reached.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Local(pub(crate) SocketAddr);

impl Connected<IncomingStream<'_, Bounded>> for Local {
    fn connect_info(stream: IncomingStream<'_, Bounded>) -> Local {
        // A connection without an address is called nothing that anybody says.
        Local(stream.io().stream.local_addr().unwrap_or(SocketAddr::from(([0, 0, 0, 0], 0))))
    }
}

/// One connection, with its place.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    idle: Pin<Box<Sleep>>,
    _place: Option<OwnedSemaphorePermit>,
}

impl Connection {
    /// Something moved: idleness begins anew. Or nothing did: is the time over?
    fn moved<T>(&mut self, context: &mut Context<'_>, poll: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if poll.is_ready() {
            self.idle.as_mut().reset(Instant::now() + IDLE_MAX);
            return poll;
        }
        match self.idle.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.moved(context, poll)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.moved(context, poll)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
