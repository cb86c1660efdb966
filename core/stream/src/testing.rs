//! For tests: a host in this process, with a real ring and a real listening socket.

use crate::client::Client;
use crate::serve::serve;
use heliograph_ring::{FrameStamp, HostRing, create, monotonic_us};
use heliograph_wire::link::{Network, Tokens};
use heliograph_wire::room::Answer;
use heliograph_wire::{FromSidecar, Pose, Ticketed, ToSidecar, ToViewer};
use std::net::SocketAddr;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, Lines, WriteHalf};
use tokio::net::TcpStream;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;
use tokio::time::timeout;

pub(crate) const VIEW: &str = "view-token-view-token-1";
pub(crate) const CONTROL: &str = "control-token-control-1";
/// Other than the default, so that a test sees whether it is heeded.
pub(crate) const MAX_VIEWERS: u32 = 5;
/// Far more than anything takes; a test that waits so long has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The app's end of a running sidecar.
pub(crate) struct TestHost {
    pub(crate) ring: HostRing,
    pub(crate) address: SocketAddr,
    stdin: Arc<Mutex<WriteHalf<DuplexStream>>>,
    /// What the sidecar says, but for arrivals, which are answered.
    lines: mpsc::Receiver<FromSidecar>,
    sidecar: JoinHandle<bool>,
    published: u64,
    /// Whence the next frame is drawn.
    pub(crate) pose: Option<Pose>,
}

/// What the app says first.
pub(crate) fn start_line(ring_fds: [i32; 2], port: u16, exact_port: bool) -> String {
    let tokens = Tokens { view: VIEW.to_owned(), control: CONTROL.to_owned() };
    let bind = [127, 0, 0, 1].into();
    let start = ToSidecar::Start {
        bind,
        port,
        exact_port,
        tokens,
        first_viewer: 7,
        max_viewers: MAX_VIEWERS,
        allow_embed: Vec::new(),
        ring_fds,
        network: Network::default(),
    };
    serde_json::to_string(&start).unwrap() + "\n"
}

/// A ring whose sidecar end is in this process: the host gives its own handles away, for `attach` closes them.
pub(crate) fn ring(width: u32, height: u32) -> (HostRing, [i32; 2]) {
    let ring = create(width, height).unwrap();
    let HostRing { frames, inputs, pulse, handles } = ring;
    let mut never_started = std::process::Command::new("/nonexistent");
    let numbers = handles.pass_to(&mut never_started);
    std::mem::forget((never_started, handles));
    let unused = create(1, 1).unwrap().handles;
    (HostRing { frames, inputs, pulse, handles: unused }, numbers)
}

impl TestHost {
    /// Starts a sidecar on a free port of loopback.
    pub(crate) async fn start(width: u32, height: u32) -> TestHost {
        TestHost::start_on(width, height, 0, false).await
    }

    pub(crate) async fn start_on(width: u32, height: u32, port: u16, exact_port: bool) -> TestHost {
        let (ring, numbers) = ring(width, height);
        let (stdin, input) = tokio::io::duplex(64 * 1024);
        let (_, mut stdin) = tokio::io::split(stdin);
        let (output, output_reader) = tokio::io::duplex(64 * 1024);
        let sidecar = tokio::spawn(async move { serve(input, output, None).await.is_ok() });
        stdin.write_all(start_line(numbers, port, exact_port).as_bytes()).await.unwrap();
        let stdin = Arc::new(Mutex::new(stdin));
        let (sender, lines) = mpsc::channel(1_024);
        tokio::spawn(listen(BufReader::new(output_reader).lines(), Arc::downgrade(&stdin), sender));
        let address = SocketAddr::from(([0, 0, 0, 0], 0));
        let mut host = TestHost { ring, address, stdin, lines, sidecar, published: 0, pose: None };
        assert!(matches!(host.next_line().await, Some(FromSidecar::Hello { .. })));
        let Some(FromSidecar::Listening { address }) = host.next_line().await else {
            panic!("the sidecar does not listen");
        };
        host.address = address;
        host
    }

    /// The next line that the sidecar says; `None` when it has ended.
    pub(crate) async fn next_line(&mut self) -> Option<FromSidecar> {
        timeout(PATIENCE, self.lines.recv()).await.expect("the sidecar says something")
    }

    /// The next line that is `wanted`.
    pub(crate) async fn line(&mut self, wanted: impl Fn(&FromSidecar) -> bool) -> FromSidecar {
        loop {
            let line = self.next_line().await.expect("the sidecar lives");
            if wanted(&line) {
                return line;
            }
        }
    }

    pub(crate) async fn say(&mut self, message: &ToSidecar) {
        say(&self.stdin, message).await;
    }

    /// Publishes a frame of one grey; returns when it was drawn.
    pub(crate) fn publish(&mut self, width: u32, height: u32, grey: u8, applied_ticket: u64) -> u64 {
        let drawn_us = monotonic_us();
        self.published += 1;
        let sequence = self.published;
        let stamp = FrameStamp {
            width,
            height,
            sequence,
            drawn_us,
            applied_ticket,
            pose: self.pose.map_or([0; 8], Pose::to_words),
        };
        let rgba = vec![grey; (width * height * 4) as usize];
        self.ring.frames.publish(&stamp, &rgba, width as usize * 4).unwrap();
        drawn_us
    }

    /// The next input that reaches the app.
    pub(crate) fn next_input(&mut self) -> Ticketed {
        for _ in 0..PATIENCE.as_secs() {
            if let Some(bytes) = self.ring.inputs.next() {
                return serde_json::from_slice(bytes).unwrap();
            }
            self.ring.inputs.wait(1);
        }
        panic!("no input came");
    }

    /// One HTTP request, as raw text without `Host`; the answer's status and all of its text.
    pub(crate) async fn http(&self, request: &str) -> (u16, String) {
        let (line, rest) = request.split_once("\r\n").unwrap();
        raw_http(self.address, &format!("{line}\r\nHost: {}\r\n{rest}", self.address)).await
    }

    /// A WHEP offer.
    pub(crate) async fn whep(&self, token: &str, offer: &str) -> (u16, String) {
        let length = offer.len();
        let head =
            format!("Authorization: Bearer {token}\r\nContent-Type: application/sdp\r\nContent-Length: {length}");
        self.http(&format!("POST /whep HTTP/1.1\r\n{head}\r\n\r\n{offer}")).await
    }

    /// Ends standard input; whether the sidecar ended well.
    pub(crate) async fn end(self) -> bool {
        drop(self.stdin);
        timeout(PATIENCE, self.sidecar).await.expect("the sidecar ends").unwrap()
    }
}

/// As the app does: hears every line at once, and lets in everyone without a name. Those with one are for the test to answer.
async fn listen(
    mut stdout: Lines<BufReader<DuplexStream>>,
    stdin: Weak<Mutex<WriteHalf<DuplexStream>>>,
    lines: mpsc::Sender<FromSidecar>,
) {
    while let Ok(Some(line)) = stdout.next_line().await {
        match serde_json::from_str(&line).unwrap() {
            FromSidecar::Arrival { arrival } if arrival.name.is_empty() => {
                let answer = Answer::Admit { pass: format!("pass {}", arrival.viewer.0) };
                let Some(stdin) = stdin.upgrade() else { return };
                say(&stdin, &ToSidecar::Answer { viewer: arrival.viewer, answer }).await;
            }
            other => {
                let _ = lines.send(other).await;
            }
        }
    }
}

async fn say(stdin: &Mutex<WriteHalf<DuplexStream>>, message: &ToSidecar) {
    let line = serde_json::to_string(message).unwrap() + "\n";
    stdin.lock().await.write_all(line.as_bytes()).await.unwrap();
}

/// Sends a request as it is, and reads the answer to its end.
pub(crate) async fn raw_http(address: SocketAddr, request: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    // What a server refuses it need not read to its end.
    let _ = stream.write_all(format!("{head}\r\nConnection: close\r\n\r\n{body}").as_bytes()).await;
    let mut answer = Vec::new();
    // A server that refuses a large body may reset the connection after its answer.
    let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("an answer");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    (status, answer)
}

/// Whether a line says that a viewer is gone.
pub(crate) fn left(line: &FromSidecar) -> bool {
    matches!(line, FromSidecar::ViewerLeft { .. })
}

/// What a viewer is told next.
pub(crate) async fn hear(client: &Client) -> ToViewer {
    serde_json::from_str(&client.text().await).unwrap()
}
