//! A local stand-in for ngrok's service, for tests: agents connect to one port, visitors to the other.
//!
//! `edge [--agent PORT] [--public PORT] [--token TOKEN] [--refuse CODE] [--tls]`; a port of 0 takes a free one. It prints
//! JSON lines: `{"agent":"127.0.0.1:N","public":"127.0.0.1:M"}` when it is ready, then `{"event":"auth"|"refused"|"bind"|
//! "unbind"|"over", …}`. A new visitor goes to the newest agent that has bound. With `--tls` agents speak TLS to
//! `localhost`, and the first line has the certificate to trust as `authority`. **It ends when its standard input ends.**
//!
//! The protocol is what ngrok's open agent speaks: a muxado session, and in it one typed stream a request.
#![allow(clippy::unwrap_used, clippy::panic)] // A test's program: to fail is to say so.

use muxado::heartbeat::{Heartbeat, HeartbeatConfig};
use muxado::typed::{StreamType, Typed, TypedAccept, TypedOpenClose, TypedSession, TypedStream};
use muxado::{MuxadoSession, SessionBuilder};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

const AUTH: u32 = 0;
const BIND: u32 = 1;
const UNBIND: u32 = 2;
const PROXY: u32 = 3;

type Opener = Arc<tokio::sync::Mutex<<Heartbeat<Typed<MuxadoSession>> as TypedSession>::TypedOpen>>;

/// A tunnel that an agent has bound.
#[derive(Clone)]
struct Bound {
    id: String,
    session: u64,
    opener: Opener,
}

struct Edge {
    token: String,
    refuse: Option<String>,
    public: String,
    /// The newest is the last.
    bound: Mutex<Vec<Bound>>,
    count: AtomicU64,
}

#[tokio::main]
async fn main() {
    let option = |name: &str| std::env::args().skip_while(|word| word != name).nth(1);
    let port = |name: &str| option(name).map_or(0, |text| text.parse::<u16>().unwrap());
    let agents = TcpListener::bind(("127.0.0.1", port("--agent"))).await.unwrap();
    let visitors = TcpListener::bind(("127.0.0.1", port("--public"))).await.unwrap();
    let public = visitors.local_addr().unwrap().to_string();
    let edge = Arc::new(Edge {
        token: option("--token").unwrap_or_else(|| "edge-token".into()),
        refuse: option("--refuse"),
        public: public.clone(),
        bound: Mutex::default(),
        count: AtomicU64::new(0),
    });
    let tls = std::env::args().any(|word| word == "--tls").then(tls);
    let authority = tls.as_ref().map(|(_, authority)| authority);
    say(&json!({ "agent": agents.local_addr().unwrap().to_string(), "public": public, "authority": authority }));
    tokio::spawn(take_agents(edge.clone(), agents, tls.map(|(acceptor, _)| acceptor)));
    tokio::spawn(take_visitors(edge, visitors));
    let mut rest = Vec::new();
    tokio::io::stdin().read_to_end(&mut rest).await.unwrap();
}

fn say(line: &Value) {
    println!("{line}");
}

/// A certificate for `localhost` that signs itself, made anew each time.
fn tls() -> (TlsAcceptor, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let config =
        ServerConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions();
    let config = config.unwrap().with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key).unwrap();
    (TlsAcceptor::from(Arc::new(config)), made.cert.pem())
}

async fn take_agents(edge: Arc<Edge>, agents: TcpListener, tls: Option<TlsAcceptor>) {
    loop {
        let (stream, _) = agents.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        let (edge, tls) = (edge.clone(), tls.clone());
        tokio::spawn(async move {
            match tls {
                None => serve_agent(edge, stream).await,
                Some(tls) => {
                    if let Ok(stream) = tls.accept(stream).await {
                        serve_agent(edge, stream).await;
                    }
                }
            }
        });
    }
}

async fn serve_agent(edge: Arc<Edge>, stream: impl AsyncRead + AsyncWrite + Send + 'static) {
    let session = edge.count.fetch_add(1, Ordering::Relaxed);
    let typed = Typed::new(SessionBuilder::new(stream).server().start());
    let Ok((heartbeat, _beats)) = Heartbeat::start(typed, HeartbeatConfig::default()).await else { return };
    let (opener, mut requests) = heartbeat.split_typed();
    let opener: Opener = Arc::new(tokio::sync::Mutex::new(opener));
    while let Ok(mut stream) = requests.accept_typed().await {
        let Some(request) = read_request(&mut stream).await else { continue };
        let answer = match *stream.typ() {
            AUTH => edge.authenticate(&request),
            BIND => edge.bind(&request, session, &opener),
            UNBIND => edge.unbind(&request),
            other => json!({ "Error": format!("unknown request {other}") }),
        };
        let _ = stream.write_all(answer.to_string().as_bytes()).await;
        let _ = stream.shutdown().await;
    }
    edge.bound.lock().unwrap().retain(|bound| bound.session != session);
    say(&json!({ "event": "over", "session": session }));
}

/// An agent does not close its side, so the request is over when it is whole.
async fn read_request(stream: &mut TypedStream) -> Option<Value> {
    let (mut bytes, mut piece) = (Vec::new(), [0; 1_024]);
    loop {
        let count = stream.read(&mut piece).await.ok().filter(|&count| count > 0)?;
        bytes.extend_from_slice(&piece[..count]);
        if let Ok(request) = serde_json::from_slice(&bytes) {
            return Some(request);
        }
    }
}

impl Edge {
    fn authenticate(&self, request: &Value) -> Value {
        let token = request["Extra"]["AuthToken"].as_str().unwrap_or_default();
        let refusal = match &self.refuse {
            Some(code) => Some(format!("The edge was told to refuse.\r\n\r\n{code}\r\n")),
            None if token != self.token => Some(format!(
                "The authtoken you specified is properly formed, but it is invalid.\r\nYour authtoken: {token}\r\n\r\nERR_NGROK_107\r\n"
            )),
            None => None,
        };
        if let Some(error) = refusal {
            say(&json!({ "event": "refused" }));
            return json!({ "Error": error });
        }
        let times = [&request["Extra"]["HeartbeatInterval"], &request["Extra"]["HeartbeatTolerance"]];
        say(&json!({ "event": "auth", "heartbeat": times }));
        json!({ "Version": "3", "ClientId": "edge", "Extra": { "Version": "edge", "Region": "here", "AccountName": "test" } })
    }

    fn bind(&self, request: &Value, session: u64, opener: &Opener) -> Value {
        let id = format!("tunnel-{}", self.count.fetch_add(1, Ordering::Relaxed));
        self.bound.lock().unwrap().push(Bound { id: id.clone(), session, opener: opener.clone() });
        say(&json!({ "event": "bind", "id": id, "forwards_to": request["ForwardsTo"] }));
        let url = format!("http://{}", self.public);
        json!({ "Id": id, "URL": url, "Proto": request["Proto"], "Opts": request["Opts"], "Extra": { "Token": "" } })
    }

    fn unbind(&self, request: &Value) -> Value {
        self.bound.lock().unwrap().retain(|bound| Some(bound.id.as_str()) != request["Id"].as_str());
        say(&json!({ "event": "unbind", "id": request["Id"] }));
        json!({ "Extra": {} })
    }
}

async fn take_visitors(edge: Arc<Edge>, visitors: TcpListener) {
    loop {
        let (visitor, peer) = visitors.accept().await.unwrap();
        let newest = edge.bound.lock().unwrap().last().cloned();
        tokio::spawn(async move {
            match newest {
                Some(bound) => carry(bound, visitor, peer.to_string()).await,
                None => refuse(visitor).await,
            }
        });
    }
}

async fn carry(bound: Bound, mut visitor: TcpStream, peer: String) {
    visitor.set_nodelay(true).unwrap();
    let opened = bound.opener.lock().await.open_typed(StreamType::clamp(PROXY)).await;
    let Ok(mut stream) = opened else { return refuse(visitor).await };
    let header =
        json!({ "Id": bound.id, "ClientAddr": peer, "Proto": "http", "EdgeType": "3", "PassthroughTLS": false });
    let header = header.to_string();
    let mut bytes = (header.len() as i64).to_le_bytes().to_vec();
    bytes.extend_from_slice(header.as_bytes());
    if stream.write_all(&bytes).await.is_ok() {
        let _ = copy_bidirectional(&mut visitor, &mut *stream).await;
    }
}

/// What ngrok says of an address that nobody serves.
async fn refuse(mut visitor: TcpStream) {
    let _ = visitor.read(&mut [0; 4_096]).await;
    let _ = visitor.write_all(b"HTTP/1.1 404 Not Found\r\nngrok-error-code: ERR_NGROK_3200\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await;
}
