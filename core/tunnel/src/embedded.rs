//! ngrok by the agent that is built in.
//!
//! The crate would connect again by itself, with waits that grow to minutes and without a word. So its connector is
//! refused the second time, and a session that ends is an end for us.

use crate::carry::Carrier;
use crate::dial::{Veil, dial};
use crate::ngrok_trouble as trouble_of;
use crate::plan::Edge;
use crate::secret::Secret;
use crate::trouble::{Hope, Trouble, one_line};
use futures_util::StreamExt;
use ngrok::Session;
use ngrok::config::TunnelBuilder;
use ngrok::session::{ConnectError, SessionBuilder};
use ngrok::tunnel::{AcceptError, EndpointInfo, HttpTunnel, TunnelCloser};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_rustls::rustls::crypto::ring;

/// For everything until the tunnel is open.
const OPEN_SECS: u64 = 4;
/// How often the session is asked whether it lives; ngrok's default is 10 s.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// How much later than that an answer may come: a silent session is found dead within the sum of both.
const HEARTBEAT_TOLERANCE: Duration = Duration::from_secs(8);
/// For the farewell to the server; it is a courtesy.
const FAREWELL: Duration = Duration::from_millis(500);

/// What the session says by itself.
#[derive(Debug, Clone, Copy)]
enum Alarm {
    /// A heartbeat had no answer.
    Silence,
    /// Someone pressed stop in ngrok's dashboard.
    Stopped,
}

/// One session with one tunnel.
pub(crate) struct Embedded {
    token: Secret,
    edge: Option<Edge>,
    local: SocketAddr,
    session: Option<Session>,
    tunnel: Option<HttpTunnel>,
    carrier: Carrier,
    /// One place is enough: the first alarm ends the session. Further ones are dropped.
    alarms: (mpsc::Sender<Alarm>, mpsc::Receiver<Alarm>),
}

impl Embedded {
    pub(crate) fn new(token: Secret, edge: Option<Edge>, local: SocketAddr) -> Embedded {
        let (session, tunnel, carrier, alarms) = (None, None, Carrier::new(local), mpsc::channel(1));
        Embedded { token, edge, local, session, tunnel, carrier, alarms }
    }

    /// Connects and binds; returns the public address.
    pub(crate) async fn open(&mut self) -> Result<String, Trouble> {
        let opened = timeout(Duration::from_secs(OPEN_SECS), self.connect()).await;
        let url = opened.unwrap_or_else(|_| Err(trouble_of::silent(OPEN_SECS)))?;
        let url = url.trim_end_matches('/').to_owned();
        if url.starts_with("https://") || self.edge.is_some() {
            return Ok(url);
        }
        Err(Trouble::new(Hope::None, "ngrok gave an address without https: browsers need it; report this, please"))
    }

    async fn connect(&mut self) -> Result<String, Trouble> {
        let session = self.builder()?.connect().await.map_err(|error| trouble_of::not_connected(&error))?;
        let session = self.session.insert(session);
        let mut endpoint = session.http_endpoint();
        endpoint.forwards_to(format!("http://{}", self.local));
        let tunnel = endpoint.listen().await.map_err(|error| trouble_of::not_answered(&error))?;
        Ok(self.tunnel.insert(tunnel).url().to_owned())
    }

    fn builder(&self) -> Result<SessionBuilder, Trouble> {
        // The crate asks for the process's default, and panics when two are compiled in and none is chosen. Whoever has
        // chosen before us is welcome.
        let _ = ring::default_provider().install_default();
        let mut builder = Session::builder();
        builder.authtoken(self.token.reveal());
        builder.client_info("heliograph", env!("CARGO_PKG_VERSION"), None::<String>);
        let beats =
            builder.heartbeat_interval(HEARTBEAT).is_ok() && builder.heartbeat_tolerance(HEARTBEAT_TOLERANCE).is_ok();
        debug_assert!(beats, "seconds fit into nanoseconds");
        if let Some(edge) = &self.edge {
            builder.server_addr(edge.address.as_str()).map_err(|error| Trouble::new(Hope::None, error.to_string()))?;
            if let Some(authority) = &edge.tls {
                builder.ca_cert(authority.clone().into());
            }
        }
        self.listen_for_alarms(&mut builder);
        let veil = Veil::of(self.edge.as_ref());
        builder.connector(move |host, port, tls, lost: Option<AcceptError>| async move {
            if lost.is_some() { Err(ConnectError::Canceled) } else { dial(host, port, tls, veil).await }
        });
        Ok(builder)
    }

    fn listen_for_alarms(&self, builder: &mut SessionBuilder) {
        let alarms = self.alarms.0.clone();
        builder.handle_heartbeat(move |latency: Option<Duration>| {
            if latency.is_none() {
                let _ = alarms.try_send(Alarm::Silence);
            }
            async { Ok(()) }
        });
        let alarms = self.alarms.0.clone();
        builder.handle_stop_command(move |_| {
            let _ = alarms.try_send(Alarm::Stopped);
            async { Ok(()) }
        });
    }

    /// Carries visitors until the tunnel is lost.
    pub(crate) async fn lost(&mut self) -> Trouble {
        let Some(tunnel) = &mut self.tunnel else { return gone() };
        loop {
            tokio::select! {
                Some(alarm) = self.alarms.1.recv() => return alarmed(alarm),
                visitor = tunnel.next() => match visitor {
                    Some(Ok(visitor)) => self.carrier.take(visitor),
                    Some(Err(error)) => return closed(&error),
                    None => return gone(),
                },
            }
        }
    }

    /// Ends the visitors' connections and says farewell. What the crate keeps for itself ends with the runtime.
    pub(crate) async fn close(mut self) {
        self.carrier.end().await;
        let _ = timeout(FAREWELL, async {
            if let Some(tunnel) = &mut self.tunnel {
                let _ = tunnel.close().await;
            }
            if let Some(session) = &mut self.session {
                let _ = session.close().await;
            }
        })
        .await;
    }
}

fn alarmed(alarm: Alarm) -> Trouble {
    match alarm {
        Alarm::Silence => Trouble::new(Hope::Time, "ngrok no longer answers: this machine's network may be gone"),
        Alarm::Stopped => {
            Trouble::new(Hope::None, "the tunnel was stopped in ngrok's dashboard: share again to open it")
        }
    }
}

fn closed(error: &AcceptError) -> Trouble {
    match error {
        AcceptError::ListenerClosed { message, error_code: Some(code) } => trouble_of::refused(Some(code), message),
        AcceptError::ListenerClosed { message, error_code: None } => {
            Trouble::new(Hope::Time, format!("ngrok closed the tunnel: {}", one_line(message)))
        }
        _ => gone(),
    }
}

fn gone() -> Trouble {
    Trouble::new(Hope::Time, "the connection to ngrok broke: this machine's network may be gone")
}
