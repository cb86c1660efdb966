//! What the scenarios share: a program of `examples/`, a share under way, a local server, a visitor.

use heliograph_tunnel::{Edge, News, Ngrok, Plan, Secret};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Long enough for a busy machine; a test that waits so long has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
pub(crate) const TOKEN: &str = "edge-token-2aBcDeFg";

/// A program of `examples/`, which `cargo test` builds next to the tests.
pub(crate) fn example(name: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let path = tests.ancestors().nth(2).unwrap().join("examples").join(name);
    assert!(path.exists(), "{} is missing: cargo build -p heliograph-tunnel --examples", path.display());
    path
}

/// A stand-in that prints JSON lines and ends with its standard input, that is, with the test.
pub(crate) struct Program {
    pub(crate) child: Child,
    pub(crate) input: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Program {
    pub(crate) fn start(name: &str, arguments: &[&str]) -> Program {
        let mut command = Command::new(example(name));
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Program { child, input, lines: BufReader::new(output).lines() }
    }

    /// The next line that has this key.
    pub(crate) async fn line_with(&mut self, key: &str) -> Value {
        self.line_where(|line| line.get(key).is_some()).await
    }

    pub(crate) async fn event(&mut self, event: &str) -> Value {
        self.line_where(|line| line["event"] == event).await
    }

    async fn line_where(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        let search = async {
            loop {
                let line = self.lines.next_line().await.unwrap().expect("the program ended");
                let line = serde_json::from_str(&line).unwrap();
                if wanted(&line) {
                    return line;
                }
            }
        };
        timeout(PATIENCE, search).await.expect("the line never came")
    }
}

/// A running edge.
pub(crate) struct EdgeProgram {
    pub(crate) program: Program,
    pub(crate) agent: String,
    pub(crate) public: String,
    /// Its certificate authority in PEM, when it was started with `--tls`.
    pub(crate) authority: Option<String>,
}

impl EdgeProgram {
    pub(crate) async fn start(arguments: &[&str]) -> EdgeProgram {
        let mut program = Program::start("edge", &[&["--token", TOKEN], arguments].concat());
        let ready = program.line_with("agent").await;
        let text = |key: &str| ready[key].as_str().unwrap().to_owned();
        let authority = ready["authority"].as_str().map(str::to_owned);
        EdgeProgram { agent: text("agent"), public: text("public"), authority, program }
    }

    pub(crate) fn plan(&self, token: &str) -> Plan {
        edge_plan(&self.agent, token)
    }
}

pub(crate) fn edge_plan(address: &str, token: &str) -> Plan {
    let edge = Edge { address: address.to_owned(), tls: None };
    Plan::Ngrok(Ngrok::at_edge(Some(Secret::new(token)), edge))
}

/// By TLS, trusting this authority.
pub(crate) fn tls_plan(edge: &EdgeProgram, authority: Option<&str>) -> Plan {
    let address = edge.agent.replace("127.0.0.1", "localhost");
    let edge = Edge { address, tls: Some(authority.unwrap().as_bytes().to_vec()) };
    Plan::Ngrok(Ngrok::at_edge(Some(Secret::new(TOKEN)), edge))
}

/// A tunnel that is being kept open.
pub(crate) struct Share {
    news: mpsc::Receiver<News>,
    end: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Share {
    pub(crate) fn start(plan: Plan, local: SocketAddr) -> Share {
        let (sender, news) = mpsc::channel(8);
        let (end, ended) = oneshot::channel::<()>();
        let end_of = async move {
            let _ = ended.await;
        };
        let task = tokio::spawn(heliograph_tunnel::run(plan, local, sender, end_of));
        Share { news, end: Some(end), task }
    }

    pub(crate) async fn next(&mut self) -> News {
        timeout(PATIENCE, self.news.recv()).await.expect("no news came").expect("the share ended without a word")
    }

    /// The next news that is not `Opening`.
    pub(crate) async fn outcome(&mut self) -> News {
        loop {
            match self.next().await {
                News::Opening { .. } => {}
                news => return news,
            }
        }
    }

    /// The address once it is open.
    pub(crate) async fn open(&mut self) -> (String, bool) {
        match self.outcome().await {
            News::Open { url, changed, .. } => (url, changed),
            news => panic!("{news:?}"),
        }
    }

    /// The sentence of a failure that was given up; the share has ended by itself.
    pub(crate) async fn failed(mut self) -> String {
        let sentence = match self.outcome().await {
            News::Failed { sentence } => sentence,
            news => panic!("{news:?}"),
        };
        timeout(PATIENCE, self.task).await.expect("a share that gave up does not end").unwrap();
        sentence
    }

    pub(crate) async fn lost(&mut self) -> String {
        match self.outcome().await {
            News::Lost { sentence, .. } => sentence,
            news => panic!("{news:?}"),
        }
    }

    /// Ends it and waits until it says that everything is closed.
    pub(crate) async fn end(mut self) {
        drop(self.end.take());
        timeout(PATIENCE, self.task).await.expect("a share does not end").unwrap();
    }
}

/// A server on this machine: answers requests with `hello PATH`, and echoes after an upgrade.
pub(crate) async fn local_server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(serve(stream));
        }
    });
    address
}

async fn serve(mut stream: TcpStream) {
    let head = read_head(&mut stream).await;
    if head.contains("Upgrade: websocket") {
        stream.write_all(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n").await.unwrap();
        let (mut read, mut write) = stream.split();
        let _ = tokio::io::copy(&mut read, &mut write).await;
        return;
    }
    let path = head.split(' ').nth(1).unwrap_or("?");
    let body = format!("hello {path}");
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
    let _ = stream.write_all(answer.as_bytes()).await;
}

/// Up to and with the empty line.
pub(crate) async fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(head).unwrap()
}

/// A visitor's request at a public address without TLS; the whole answer.
pub(crate) async fn visit(public: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(public).await.unwrap();
    stream
        .write_all(format!("GET {path} HTTP/1.1\r\nHost: {public}\r\nConnection: close\r\n\r\n").as_bytes())
        .await
        .unwrap();
    let mut answer = String::new();
    timeout(PATIENCE, stream.read_to_string(&mut answer)).await.expect("no answer came").unwrap();
    answer
}

/// A visitor after the upgrade.
pub(crate) async fn upgrade(public: &str) -> TcpStream {
    let mut stream = TcpStream::connect(public).await.unwrap();
    stream.set_nodelay(true).unwrap();
    stream
        .write_all(format!("GET /ws HTTP/1.1\r\nHost: {public}\r\nUpgrade: websocket\r\n\r\n").as_bytes())
        .await
        .unwrap();
    let head = timeout(PATIENCE, read_head(&mut stream)).await.expect("no answer came");
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    stream
}

/// A folder for one test. It is removed at its end.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("heliograph-tunnel-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub(crate) fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Waits until it is so; looks every few milliseconds.
pub(crate) async fn until(what: &str, mut so: impl FnMut() -> bool) {
    let look = async {
        let mut interval = tokio::time::interval(Duration::from_millis(5));
        while !so() {
            interval.tick().await;
        }
    };
    timeout(PATIENCE, look).await.unwrap_or_else(|_| panic!("never came: {what}"));
}

/// What `fake_tunnel --report` wrote.
pub(crate) async fn report(file: &str) -> Value {
    until("the report", || std::path::Path::new(file).exists()).await;
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

/// Whether a process is there and not only its remains.
pub(crate) fn is_alive(pid: u64) -> bool {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
    let state = stat.rsplit(") ").next().unwrap_or_default();
    !state.starts_with(['Z', 'X'])
}
