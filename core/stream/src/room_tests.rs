//! Who comes, who is told what, and who goes: whole sessions in this process, as in `session_tests`.

use crate::client::Client;
use crate::testing::{CONTROL, PATIENCE, TestHost, VIEW, hear, left};
use heliograph_wire::control::EndCause;
use heliograph_wire::link::Tokens;
use heliograph_wire::room::{Answer, Arrival};
use heliograph_wire::{FromSidecar, Role, SceneStatus, ToSidecar, ToViewer, ViewerId};
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;

const WIDTH: u32 = 320;
const HEIGHT: u32 = 180;

/// Sends a POST with a token and a guest's claim; the answer is read to its end in a task.
fn post(host: &TestHost, path: &str, claim: &str, body: &str) -> JoinHandle<String> {
    let address = host.address;
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {CONTROL}\r\nHeliograph-Guest: {claim}\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    tokio::spawn(async move {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut text = String::new();
        timeout(PATIENCE, stream.read_to_string(&mut text)).await.expect("an answer").unwrap();
        text
    })
}

/// `{"name":"Ada"}`, percent-encoded.
const ADA: &str = "%7B%22name%22%3A%22Ada%22%7D";

async fn next_arrival(host: &mut TestHost) -> Arrival {
    match host.line(|line| matches!(line, FromSidecar::Arrival { .. })).await {
        FromSidecar::Arrival { arrival } => arrival,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_knocks_waits_for_the_host_and_is_told_its_decision() {
    let mut host = TestHost::start(WIDTH, HEIGHT).await;
    for (answer, told) in [
        (Answer::Admit { pass: "p".into() }, r#"{"pass":"p","state":"admitted"}"#),
        (Answer::Refuse { reason: "No.".into() }, r#"{"reason":"No.","state":"refused"}"#),
    ] {
        let text = post(&host, "/knock", ADA, "");
        let arrival = next_arrival(&mut host).await;
        assert_eq!((arrival.name.as_str(), arrival.role, arrival.waits), ("Ada", Role::Control, true));
        host.say(&ToSidecar::Answer { viewer: arrival.viewer, answer }).await;
        let text = text.await.unwrap();
        assert!(
            text.starts_with("HTTP/1.1 200") && text.contains(r#"{"state":"waiting"}"#) && text.contains(told),
            "{text}"
        );
        host.line(left).await;
    }
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_allocated_for_who_must_knock_or_is_refused() {
    let mut host = TestHost::start(WIDTH, HEIGHT).await;
    let offer = "v=0\r\n";
    for (answer, told) in [
        (Answer::MustKnock, r#""knock":true"#),
        (Answer::Refuse { reason: "The host does not let you in.".into() }, r#""refused":true"#),
    ] {
        let text = post(&host, "/whep", ADA, offer);
        let arrival = next_arrival(&mut host).await;
        assert!(!arrival.waits);
        host.say(&ToSidecar::Answer { viewer: arrival.viewer, answer }).await;
        let text = text.await.unwrap();
        // The offer is nonsense, which nobody looked at.
        assert!(text.starts_with("HTTP/1.1 403") && text.contains(told), "{text}");
        host.line(left).await;
    }
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_gives_up_knocking_is_forgotten() {
    let mut host = TestHost::start(WIDTH, HEIGHT).await;
    let text = post(&host, "/knock", ADA, "");
    let arrival = next_arrival(&mut host).await;
    text.abort();
    let gone = host.line(left).await;
    assert!(matches!(gone, FromSidecar::ViewerLeft { viewer, .. } if viewer == arrival.viewer), "{gone:?}");
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_concerns_one_viewer_is_told_to_it_alone() {
    let mut host = TestHost::start(WIDTH, HEIGHT).await;
    host.publish(WIDTH, HEIGHT, 90, 0);
    let (ada, bob) = (Client::join(&host, CONTROL).await, Client::join(&host, CONTROL).await);
    for viewer in [&ada, &bob] {
        assert!(matches!(hear(viewer).await, ToViewer::Welcome { .. }));
    }
    let notice = |text: &str| ToViewer::Notice { text: text.to_owned() };
    host.say(&ToSidecar::Tell { viewer: ViewerId(7), text: "There is nothing to undo.".into() }).await;
    assert_eq!(hear(&ada).await, notice("There is nothing to undo."));
    host.say(&ToSidecar::Tell { viewer: ViewerId(8), text: "There is no layer 5.".into() }).await;
    assert_eq!(hear(&bob).await, notice("There is no layer 5."), "and nothing before it");
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_removed_is_told_why_and_gets_nothing_more() {
    let mut host = TestHost::start(WIDTH, HEIGHT).await;
    host.publish(WIDTH, HEIGHT, 90, 0);
    let mut viewer = Client::join(&host, VIEW).await;
    viewer.frame(|frame| frame.keyframe).await;
    // Before its channel is open nobody can be told anything.
    assert!(matches!(hear(&viewer).await, ToViewer::Welcome { .. }));
    let reason = "The host has removed you from the session.".to_owned();
    host.say(&ToSidecar::Remove { viewer: ViewerId(7), reason: reason.clone() }).await;
    loop {
        if let ToViewer::Ended { cause, reason: told } = hear(&viewer).await {
            assert_eq!((cause, told), (EndCause::Removed, reason));
            break;
        }
    }
    host.line(left).await;
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_links_close_the_old_ones() {
    let mut host = TestHost::start(WIDTH, HEIGHT).await;
    let tokens = Tokens { view: "n".repeat(32), control: "m".repeat(32) };
    host.say(&ToSidecar::Links { tokens }).await;
    // The line has been heeded once the next one has.
    host.say(&ToSidecar::Scene { scene: SceneStatus::default() }).await;
    let status = |token: String| {
        let host = &host;
        async move { host.http(&format!("DELETE /whep/none HTTP/1.1\r\nAuthorization: Bearer {token}\r\n\r\n")).await.0 }
    };
    let until = Instant::now() + PATIENCE;
    while status(VIEW.to_owned()).await != 401 {
        assert!(Instant::now() < until, "the old link still opens");
    }
    assert_eq!(status("n".repeat(32)).await, 404);
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn viewers_are_told_when_the_app_falls_silent_and_when_it_is_back() {
    let mut host = TestHost::start(WIDTH, HEIGHT).await;
    host.publish(WIDTH, HEIGHT, 90, 0);
    let viewer = Client::join(&host, VIEW).await;
    let told = async |answers_wanted| loop {
        if let ToViewer::Host { answers } = hear(&viewer).await
            && answers == answers_wanted
        {
            return;
        }
    };
    told(false).await;
    host.say(&ToSidecar::Beat).await;
    told(true).await;
    host.end().await;
}
