//! [`Connection`]: a socket whose peer must take what it asked for, with the seat that it holds.

use super::seats::Taken;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

/// An answer that the peer has not taken whole within this is given up: the largest file of the page comes through at
/// 10 kbit/s. Counted from the first byte that found no room, so that taking one byte now and then buys no time.
const TAKE_MAX: Duration = Duration::from_secs(20);

/// One connection. How slowly it may *ask* is for hyper to watch (`listener.rs`).
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    /// Runs while something waits to be taken.
    patience: Option<Pin<Box<Sleep>>>,
    taken: Taken,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, taken: Taken) -> Connection {
        Connection { stream, patience: None, taken }
    }

    fn written(&mut self, context: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(bytes)) = written {
            self.taken.moved(bytes);
        }
        if written.is_pending() { self.wait(context) } else { written }
    }

    fn wait<T>(&mut self, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        let patience = self.patience.get_or_insert_with(|| Box::pin(sleep(TAKE_MAX)));
        match patience.as_mut().poll(context) {
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
        let filled = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.taken.moved(buffer.filled().len() - filled);
        read
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.written(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// hyper flushes when an answer has been written whole.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.patience = None;
        self.taken.mark_active(Instant::now().into_std());
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
