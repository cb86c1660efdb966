//! The listening socket: which port, who is let in, and how slowly they may speak.

use super::connection::Connection;
use super::hosts::local_names;
use super::seats::{Seat, Seats, Taken};
use crate::counters::Counters;
use axum::Router;
use axum::body::Body;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

/// Ports that are tried after the one that was asked for.
const MORE_PORTS: u16 = 50;
/// How long a port that must be this one is tried again: a sidecar that was killed may take a moment to vanish.
const EXACT_PATIENCE: Duration = Duration::from_secs(2);
const EXACT_RETRY: Duration = Duration::from_millis(20);
/// Connections that wait in the system's queue.
const QUEUE: u32 = 128;
/// From the moment that a request may begin to the end of its head; also how long an idle connection is kept.
const HEAD_MAX: Duration = Duration::from_secs(10);
/// A browser's head has 1 to 3 kB in about 20 lines; the cookies of everything else on `localhost` may add some.
const HEAD_BYTES_MAX: usize = 16 * 1024;
const HEAD_LINES_MAX: usize = 64;
/// When this machine has no file left for a connection.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);

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

/// Who asks, as each request is told.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    /// What this host is called by the address that the caller reached.
    pub(super) local_names: Arc<[String]>,
    pub(super) remote: IpAddr,
    pub(super) seat: Arc<Seat>,
}

/// Answers until it is dropped, and with it ends every connection.
pub(crate) async fn serve(listener: TcpListener, routes: Router, counters: Arc<Counters>) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_MAX);
    http.max_buf_size(HEAD_BYTES_MAX).max_headers(HEAD_LINES_MAX);
    let seats = Seats::new(Instant::now().into_std(), counters);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, remote)) => {
                    if let Some(taken) = seats.take(remote.ip(), Instant::now().into_std()) {
                        connections.spawn(talk(http.clone(), routes.clone(), stream, remote.ip(), taken));
                    }
                }
                // One that was broken off while it waited is no reason to make the next one wait.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(_) => sleep(ACCEPT_RETRY).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn talk(http: http1::Builder, routes: Router, stream: TcpStream, remote: IpAddr, taken: Taken) {
    let _ = stream.set_nodelay(true);
    // A connection without an address is called nothing that anybody says.
    let local_names = stream.local_addr().map(local_names).unwrap_or_default();
    let seat = taken.seat();
    let caller = Caller { local_names: local_names.into(), remote: remote.to_canonical(), seat: Arc::clone(&seat) };
    let routes = TowerToHyperService::new(routes);
    let service = hyper::service::service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(caller.clone());
        hyper::service::Service::call(&routes, request)
    });
    let connection = http.serve_connection(TokioIo::new(Connection::new(stream, taken)), service);
    tokio::select! {
        // A stranger's broken connection is nobody's error.
        _ = connection.with_upgrades() => {}
        () = seat.lost() => {}
    }
}
