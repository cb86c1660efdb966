//! A request to an HTTP API on this machine. HTTP/1.0 (RFC 1945) on purpose: the answer comes in one piece and ends with
//! the connection, so there are no chunks to put together.

use serde_json::Value;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The longest answer, in bytes. An agent's list takes about 1 kB a tunnel.
const ANSWER_MAX: u64 = 1 << 20;

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// `Null` when the body is not JSON.
    pub(crate) body: Value,
}

/// One request. Fails when nobody listens, when the answer is not HTTP, and when it takes longer than `limit`.
pub(crate) async fn call(
    api: SocketAddr,
    method: &str,
    path: &str,
    body: Option<&Value>,
    limit: Duration,
) -> io::Result<Answer> {
    let exchange = async {
        let mut stream = TcpStream::connect(api).await?;
        stream.write_all(request(api, method, path, body).as_bytes()).await?;
        let mut bytes = Vec::new();
        stream.take(ANSWER_MAX).read_to_end(&mut bytes).await?;
        parse(&bytes).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "not an HTTP answer"))
    };
    timeout(limit, exchange).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

fn request(api: SocketAddr, method: &str, path: &str, body: Option<&Value>) -> String {
    let body = body.map(ToString::to_string).unwrap_or_default();
    format!(
        "{method} {path} HTTP/1.0\r\nHost: {api}\r\nAccept: application/json\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let head_len = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..head_len]).ok()?;
    let (version, rest) = head.split_once(' ')?;
    let status = rest.get(..3)?.parse().ok()?;
    let body = serde_json::from_slice(&bytes[head_len + 4..]).unwrap_or(Value::Null);
    version.starts_with("HTTP/1.").then_some(Answer { status, body })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_and_anything_else_is_none() {
        let answer = parse(b"HTTP/1.0 201 Created\r\nContent-Type: application/json\r\n\r\n{\"a\":1}").unwrap();
        assert_eq!((answer.status, answer.body["a"].as_i64()), (201, Some(1)));
        assert_eq!(parse(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap().body, Value::Null);
        for garbage in [&b""[..], b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1 \r\n\r\n", b"HTTP/1.1 2\xff0 OK\r\n\r\n"] {
            assert!(parse(garbage).is_none(), "{garbage:?}");
        }
    }
}
