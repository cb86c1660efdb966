//! The routes over a real socket, as a stranger sees them.

use crate::serve::serve;
use crate::testing::{CONTROL, PATIENCE, TestHost, VIEW, raw_http, ring, start_line};
use heliograph_wire::{FromSidecar, ToSidecar};
use std::io::Cursor;
use tokio::io::AsyncReadExt;
use tokio::time::timeout;

const FRAGMENT: &str = "Content-Type: application/trickle-ice-sdpfrag\r\n";
const OFFER: &str = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn each_request_gets_the_answer_that_it_deserves() {
    let host = TestHost::start(64, 64).await;
    let bearer = |token: &str| format!("Authorization: Bearer {token}\r\n");
    let post = |headers: &str, body: &str| {
        format!("POST /whep HTTP/1.1\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
    };
    let large = "a".repeat(70 * 1024);
    let other_origin = format!("{}Origin: http://evil.example\r\n", bearer(VIEW));
    let own_origin = format!("{}Origin: http://{}\r\n", bearer(VIEW), host.address);
    let table = [
        ("GET /healthz HTTP/1.1\r\n\r\n".to_owned(), 200),
        ("HEAD /healthz HTTP/1.1\r\n\r\n".to_owned(), 200),
        ("GET /nothing HTTP/1.1\r\n\r\n".to_owned(), 404),
        ("GET /../Cargo.toml HTTP/1.1\r\n\r\n".to_owned(), 404),
        ("GET /%2e%2e/Cargo.toml HTTP/1.1\r\n\r\n".to_owned(), 404),
        ("GET /whep HTTP/1.1\r\n\r\n".to_owned(), 405),
        ("DELETE /healthz HTTP/1.1\r\n\r\n".to_owned(), 405),
        (post("", OFFER), 401),
        (post(&bearer("wrong"), OFFER), 401),
        (post(&bearer(&VIEW[..VIEW.len() - 1]), OFFER), 401),
        (post("Authorization: Basic dmlldw==\r\n", OFFER), 401),
        (post(&bearer("wrong"), &large), 401),
        (post(&bearer(VIEW), &large), 413),
        (post(&bearer(VIEW), ""), 400),
        (post(&bearer(VIEW), "garbage"), 400),
        (post(&bearer(CONTROL), OFFER), 400),
        (post(&other_origin, OFFER), 403),
        (post(&format!("{}Origin: null\r\n", bearer(VIEW)), OFFER), 403),
        (post(&format!("{}Origin: https://{}\r\n", bearer(VIEW), host.address), OFFER), 403),
        (post(&own_origin, OFFER), 400),
        ("DELETE /whep/none HTTP/1.1\r\n\r\n".to_owned(), 401),
        (format!("DELETE /whep/none HTTP/1.1\r\n{}\r\n", bearer(VIEW)), 404),
        (format!("DELETE /whep/none HTTP/1.1\r\n{other_origin}\r\n"), 403),
        (format!("PATCH /whep/none HTTP/1.1\r\n{}\r\n", bearer(VIEW)), 415),
        (format!("PATCH /whep/none HTTP/1.1\r\n{}{FRAGMENT}\r\n", bearer(VIEW)), 404),
        ("GET /ws HTTP/1.1\r\n\r\n".to_owned(), 426),
        ("PATCH /whep/none HTTP/1.1\r\n\r\n".to_owned(), 401),
    ];
    for (request, expected) in table {
        let (status, answer) = host.http(&request).await;
        let first_lines: String = request.chars().take(160).collect();
        assert_eq!(status, expected, "{first_lines}\n→ {answer}");
        if status >= 400 {
            let (_, body) = answer.split_once("\r\n\r\n").unwrap();
            let body: serde_json::Value = serde_json::from_str(body).unwrap_or_else(|_| panic!("{answer}"));
            assert!(body["error"].as_str().is_some_and(|sentence| sentence.ends_with('.')), "{body}");
        }
        assert!(answer.contains("content-security-policy: "), "{answer}");
        assert!(answer.contains("frame-ancestors 'none'") && !answer.contains("unsafe-inline"), "{answer}");
        assert!(answer.contains("x-content-type-options: nosniff") && answer.contains("referrer-policy: no-referrer"));
        assert!(!answer.contains("access-control-allow-origin"));
    }
    assert!(host.end().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_answers_to_its_own_name_only() {
    let host = TestHost::start(64, 64).await;
    let port = host.address.port();
    for (name, expected) in [
        (format!("127.0.0.1:{port}"), 200),
        (format!("localhost:{port}"), 200),
        (format!("LOCALHOST:{port}"), 200),
        ("localhost".to_owned(), 403),
        ("127.0.0.1".to_owned(), 403),
        (format!("evil.example:{port}"), 403),
        (format!("127.0.0.1.evil.example:{port}"), 403),
        (format!("localhost:{port}.evil.example"), 403),
        (String::new(), 403),
    ] {
        let (status, answer) = raw_http(host.address, &format!("GET /healthz HTTP/1.1\r\nHost: {name}\r\n\r\n")).await;
        // hyper itself refuses what is no host name at all.
        assert!(status == expected || (expected == 403 && status == 400), "{name}: {answer}");
    }
    let (status, _) = raw_http(host.address, "GET /healthz HTTP/1.0\r\n\r\n").await;
    assert_eq!(status, 403, "no name is not ours either");
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_compressed_and_not_sent_twice() {
    let host = TestHost::start(64, 64).await;
    let (status, answer) = host.http("GET / HTTP/1.1\r\n\r\n").await;
    assert_eq!(status, 200);
    assert!(answer.contains("content-type: text/html") && answer.contains("cache-control: no-cache"));
    assert!(answer.to_lowercase().contains("<!doctype html>"));
    let etag = answer.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap();
    let (status, answer) = host.http(&format!("GET / HTTP/1.1\r\nIf-None-Match: {etag}\r\n\r\n")).await;
    assert_eq!(status, 304, "{answer}");
    let (status, answer) = host.http("GET / HTTP/1.1\r\nAccept-Encoding: br, gzip;q=0.8\r\n\r\n").await;
    assert_eq!(status, 200);
    assert!(answer.contains("content-encoding: gzip") && !answer.to_lowercase().contains("<!doctype"));
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_gives_way_to_the_next_and_is_had_again_at_once() {
    let first = TestHost::start(64, 64).await;
    let port = first.address.port();
    let second = TestHost::start_on(64, 64, port, false).await;
    assert!(second.address.port() > port && second.address.port() <= port + 50);
    // A connection that lingers after the end does not hold the port.
    first.http("GET /healthz HTTP/1.1\r\n\r\n").await;
    assert!(first.end().await);
    let again = TestHost::start_on(64, 64, port, true).await;
    assert_eq!(again.address.port(), port);
    again.end().await;
    second.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_must_be_this_one_and_stays_taken_is_named_to_the_app() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let (_ring, numbers) = ring(64, 64);
    let lines = say_and_hear(&start_line(numbers, port, true)).await;
    let Some(FromSidecar::Failed { message }) = lines.last() else { panic!("{lines:?}") };
    assert!(message.contains(&port.to_string()) && message.contains("Choose another port"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_says_nothing_or_nonsense_gets_a_sidecar_that_ends() {
    let lines = say_and_hear("").await;
    assert!(matches!(lines[..], [FromSidecar::Hello { .. }]), "{lines:?}");
    for nonsense in ["nonsense\n", "{\"type\":\"stop\",\"reason\":\"\"}\n", &start_line([0, 0], 0, false)] {
        let lines = say_and_hear(nonsense).await;
        assert!(matches!(lines[..], [FromSidecar::Hello { .. }, FromSidecar::Failed { .. }]), "{lines:?}");
    }
}

/// Runs a sidecar on these lines to its end; what it said.
async fn say_and_hear(lines: &str) -> Vec<FromSidecar> {
    let (output, mut heard) = tokio::io::duplex(64 * 1024);
    let _ = timeout(PATIENCE, serve(Cursor::new(lines.to_owned()), output, None)).await.expect("the sidecar ends");
    let mut text = String::new();
    heard.read_to_string(&mut text).await.unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_wrong_with_a_token_the_answer_is_the_same_to_the_byte() {
    let host = TestHost::start(64, 64).await;
    let large = "a".repeat(1024 * 1024);
    let long = "x".repeat(4096);
    let mut answers = std::collections::BTreeSet::new();
    for authorization in [
        String::new(),
        "Authorization: Bearer\r\n".to_owned(),
        "Authorization: Bearer wrong\r\n".to_owned(),
        format!("Authorization: Bearer {long}\r\n"),
        format!("Authorization: Bearer {}\r\n", &VIEW[1..]),
        format!("Authorization: Basic {VIEW}\r\n"),
        format!("Authorization: Bearer {VIEW}\r\nAuthorization: Bearer {VIEW}\r\n"),
        "Authorization: \u{e9}\r\n".to_owned(),
    ] {
        for (request, body) in [
            ("POST /whep", ""),
            ("POST /whep", "garbage"),
            ("POST /whep", large.as_str()),
            ("DELETE /whep/none", ""),
            ("DELETE /whep/%ff", ""),
            ("PATCH /whep/none", ""),
        ] {
            let length = body.len();
            let head = format!("{request} HTTP/1.1\r\n{authorization}Content-Length: {length}\r\n\r\n");
            let (status, answer) = host.http(&(head + body)).await;
            assert_eq!(status, 401, "{request} {answer}");
            let without_date: String =
                answer.split_inclusive('\n').filter(|line| !line.starts_with("date: ")).collect();
            answers.insert(without_date);
        }
    }
    assert_eq!(answers.len(), 1, "{answers:#?}");
    assert!(host.end().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_who_ask_without_end_are_asked_to_wait_and_a_token_from_the_same_address_is_not() {
    let host = TestHost::start(64, 64).await;
    let mut refused = String::new();
    for _ in 0..2_000 {
        let (status, answer) = host.http("POST /whep HTTP/1.1\r\nContent-Length: 0\r\n\r\n").await;
        if status == 429 {
            refused = answer;
            break;
        }
        assert_eq!(status, 401);
    }
    assert!(refused.contains("retry-after: 1\r\n") && refused.contains("Try again in a moment."), "{refused}");
    for _ in 0..100 {
        let delete = format!("DELETE /whep/none HTTP/1.1\r\nAuthorization: Bearer {VIEW}\r\n\r\n");
        assert_eq!(host.http(&delete).await.0, 404);
    }
    assert!(host.end().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tunnels_name_opens_the_page_from_when_the_app_says_so() {
    let mut host = TestHost::start(64, 64).await;
    let delete = |origin: &str| {
        format!("DELETE /whep/none HTTP/1.1\r\nHost: abc.example\r\nAuthorization: Bearer {VIEW}\r\n{origin}\r\n")
    };
    let ours = "User-Agent: Mozilla/5.0\r\nOrigin: https://abc.example\r\n";
    assert_eq!(raw_http(host.address, &delete(ours)).await.0, 403, "there is no tunnel yet");
    let origins = vec!["https://abc.example".parse().unwrap()];
    host.say(&ToSidecar::Reachable { origins }).await;
    // The link is another way than HTTP.
    let heard = async {
        loop {
            let answer = raw_http(host.address, &delete(ours)).await;
            if answer.0 != 403 {
                return answer;
            }
        }
    };
    let answer = timeout(PATIENCE, heard).await.expect("the sidecar heard of the tunnel");
    assert_eq!(answer.0, 404, "{}", answer.1);
    assert_eq!(raw_http(host.address, &delete("")).await.0, 404, "a player that is no browser");
    for other in ["http://abc.example", "https://abc.example.evil.test", "https://evil.test", "null"] {
        assert_eq!(raw_http(host.address, &delete(&format!("Origin: {other}\r\n"))).await.0, 403, "{other}");
    }
    assert!(host.end().await);
}

/// What came until the host closed the connection, and how long that took.
async fn until_closed(mut stream: tokio::net::TcpStream) -> (usize, std::time::Duration) {
    let began = std::time::Instant::now();
    let mut rest = Vec::new();
    let _ = timeout(2 * PATIENCE, stream.read_to_end(&mut rest)).await.expect("the host closes the connection");
    (rest.len(), began.elapsed())
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_one_letter_at_a_time_is_cut_off() {
    let host = TestHost::start(64, 64).await;
    let stream = tokio::net::TcpStream::connect(host.address).await.unwrap();
    let (reader, mut writer) = stream.into_split();
    let trickle = tokio::spawn(async move {
        for letter in "GET / HTTP/1.1\r\nHost: ".bytes().chain(std::iter::repeat(b'a')) {
            if tokio::io::AsyncWriteExt::write_all(&mut writer, &[letter]).await.is_err() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
    });
    let mut rest = Vec::new();
    let mut reader = reader;
    let began = std::time::Instant::now();
    let _ = timeout(PATIENCE, reader.read_to_end(&mut rest)).await.expect("the host closes the connection");
    assert!(began.elapsed() < std::time::Duration::from_secs(15), "{:?}", began.elapsed());
    trickle.abort();
    assert!(host.end().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_without_end_is_refused() {
    let host = TestHost::start(64, 64).await;
    let many = "X: y\r\n".repeat(100);
    let (status, _) = host.http(&format!("GET / HTTP/1.1\r\n{many}\r\n")).await;
    assert_eq!(status, 431);
    let long = "y".repeat(20_000);
    let (status, _) = host.http(&format!("GET / HTTP/1.1\r\nX: {long}\r\n\r\n")).await;
    assert_eq!(status, 431);
    assert!(host.end().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_and_never_reads_is_cut_off() {
    let host = TestHost::start(64, 64).await;
    let mut stream = tokio::net::TcpStream::connect(host.address).await.unwrap();
    // A token's owner, so that no limit on strangers helps; answers of 10 MB, which no socket's buffer holds.
    let one = format!("GET /app/main.js HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {VIEW}\r\n\r\n", host.address);
    let asked = one.repeat(4_000);
    let (writing, began) = (asked.as_bytes(), std::time::Instant::now());
    let cut = async {
        // Nothing is read: the host first stops reading, then gives up.
        tokio::io::AsyncWriteExt::write_all(&mut stream, writing).await?;
        loop {
            stream.writable().await?;
            tokio::io::AsyncWriteExt::write_all(&mut stream, b"GET").await?;
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    };
    let outcome: std::io::Result<()> = timeout(2 * PATIENCE, cut).await.expect("the host closes the connection");
    assert!(outcome.is_err());
    assert!(began.elapsed() < std::time::Duration::from_secs(40), "{:?}", began.elapsed());
    let (read, _) = until_closed(stream).await;
    assert!(read < 10_000_000, "{read} bytes were kept for it");
    assert!(host.end().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_who_hold_all_connections_keep_nobody_out() {
    let host = TestHost::start(64, 64).await;
    let mut idle = Vec::new();
    for _ in 0..300 {
        idle.push(tokio::net::TcpStream::connect(host.address).await.unwrap());
    }
    let began = std::time::Instant::now();
    assert_eq!(host.http("GET /healthz HTTP/1.1\r\n\r\n").await.0, 200);
    assert!(began.elapsed() < std::time::Duration::from_secs(2), "{:?}", began.elapsed());
    assert!(host.end().await);
}
