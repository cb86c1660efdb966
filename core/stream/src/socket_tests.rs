//! Sessions over a WebSocket, alone and beside WebRTC, as in [`crate::session_tests`].

use crate::client::Client;
use crate::packets::rtp_timestamp;
use crate::testing::{CONTROL, PATIENCE, TestHost, VIEW};
use futures_util::{SinkExt, StreamExt};
use heliograph_wire::control::Hello;
use heliograph_wire::pointer::Message;
use heliograph_wire::{
    Button, Command, FromSidecar, FromViewer, Input, Role, Rung, SceneStatus, ToSidecar, ToViewer, ViewerId, media,
};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Error};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

const WIDTH: u32 = 320;
const HEIGHT: u32 = 180;

/// A page's end of a WebSocket.
struct Page {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// A frame as it arrives.
#[derive(Debug)]
struct Frame {
    flags: u8,
    number: u32,
    rtp_timestamp: u32,
    shown: u32,
    payload: Vec<u8>,
}

impl Page {
    async fn open(host: &TestHost, origin: &str) -> Result<Page, Error> {
        let mut request = format!("ws://{}/ws", host.address).into_client_request().unwrap();
        request.headers_mut().insert("origin", origin.parse().unwrap());
        connect_async(request).await.map(|(socket, _)| Page { socket })
    }

    async fn hello(host: &TestHost, token: &str, session: Option<&str>, rung: Rung) -> Page {
        let mut page = Page::open(host, &format!("http://{}", host.address)).await.unwrap();
        let (token, session) = (token.to_owned(), session.map(str::to_owned));
        page.text(&serde_json::to_string(&Hello { token, guest: String::new(), session, rung }).unwrap()).await;
        page
    }

    async fn text(&mut self, text: &str) {
        self.socket.send(tungstenite::Message::text(text)).await.unwrap();
    }

    async fn say(&mut self, message: &FromViewer) {
        self.text(&serde_json::to_string(message).unwrap()).await;
    }

    /// The next message; `None` when the host has closed.
    async fn next(&mut self) -> Option<tungstenite::Message> {
        match timeout(PATIENCE, self.socket.next()).await.expect("a message comes") {
            Some(Ok(tungstenite::Message::Close(_)) | Err(_)) | None => None,
            Some(Ok(message)) => Some(message),
        }
    }

    /// The next text that is `wanted`.
    async fn hear(&mut self, wanted: impl Fn(&ToViewer) -> bool) -> ToViewer {
        loop {
            if let tungstenite::Message::Text(text) = self.next().await.expect("the socket stays open") {
                let message = serde_json::from_str(&text).unwrap();
                if wanted(&message) {
                    return message;
                }
            }
        }
    }

    /// The next frame that is `wanted`; all are acknowledged.
    async fn frame(&mut self, wanted: impl Fn(&Frame) -> bool) -> Frame {
        loop {
            let tungstenite::Message::Binary(bytes) = self.next().await.expect("the socket stays open") else {
                continue;
            };
            if bytes[0] != 16 {
                continue;
            }
            let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
            let frame = Frame {
                flags: bytes[1],
                number: number(4),
                rtp_timestamp: number(16),
                shown: number(20),
                payload: bytes[media::FRAME_BYTES..].to_vec(),
            };
            let ack = Message::Ack { seq: frame.number, page_ms: f64::from(frame.number) };
            self.socket.send(tungstenite::Message::binary(ack.encode())).await.unwrap();
            if wanted(&frame) {
                return frame;
            }
        }
    }
}

fn is_keyframe(frame: &Frame) -> bool {
    frame.flags & media::KEYFRAME != 0
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_nothing_but_a_web_socket_sees_every_change_and_steers() {
    let mut host = TestHost::start(WIDTH, HEIGHT).await;
    host.publish(WIDTH, HEIGHT, 200, 0);
    let mut page = Page::hello(&host, CONTROL, None, Rung::WebCodecs).await;
    let welcome = page.hear(|message| matches!(message, ToViewer::Welcome { .. })).await;
    assert!(matches!(welcome, ToViewer::Welcome { viewer: ViewerId(7), role: Role::Control, .. }), "{welcome:?}");
    assert_eq!(host.next_line().await, Some(FromSidecar::WantFrame));
    host.line(|line| matches!(line, FromSidecar::ViewerJoined { safety_code: None, .. })).await;
    let first = page.frame(|_| true).await;
    assert!(is_keyframe(&first) && first.payload.starts_with(&[0, 0, 0, 1]), "{first:?}");
    page.say(&FromViewer::On { rung: Rung::WebCodecs }).await;
    let fit = Input::Command { command: Command::Fit };
    page.say(&FromViewer::Input { seq: 1, input: fit.clone() }).await;
    let arrived = host.next_input();
    assert_eq!((arrived.viewer, arrived.input), (ViewerId(7), fit));
    let drawn_us = host.publish(WIDTH, HEIGHT, 60, arrived.ticket);
    let second = page.frame(|frame| frame.shown != 0).await;
    assert_eq!((second.shown, second.rtp_timestamp >> 1), (1, rtp_timestamp(drawn_us) >> 1));
    host.line(|line| {
        matches!(line, FromSidecar::Stats { guests, .. } if guests.iter().any(|guest| guest.rung == Some(Rung::WebCodecs)))
    })
    .await;
    page.socket.close(None).await.unwrap();
    host.line(|line| matches!(line, FromSidecar::ViewerLeft { .. })).await;
    assert!(host.end().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_way_takes_over_the_picture_and_what_is_said_and_the_first_one_again() {
    let mut host = TestHost::start(WIDTH, HEIGHT).await;
    host.publish(WIDTH, HEIGHT, 90, 0);
    let mut peer = Client::join(&host, CONTROL).await;
    peer.frame(|frame| frame.keyframe).await;
    let session = peer.location.strip_prefix("/whep/").unwrap().to_owned();
    let mut page = Page::hello(&host, CONTROL, Some(&session), Rung::WebCodecs).await;
    let welcome = page.hear(|message| matches!(message, ToViewer::Welcome { .. })).await;
    assert!(matches!(welcome, ToViewer::Welcome { viewer: ViewerId(7), .. }), "the same viewer: {welcome:?}");
    page.frame(is_keyframe).await;
    page.say(&FromViewer::On { rung: Rung::WebCodecs }).await;
    host.say(&ToSidecar::Scene { scene: SceneStatus { title: "by socket".into(), ..Default::default() } }).await;
    page.hear(|message| matches!(message, ToViewer::Scene { scene } if scene.title == "by socket")).await;
    // What was on its way over the first one is said again, and counts once.
    let down = Input::Down { button: Button::Primary, x: 0.5, y: 0.5, shift: false };
    let up = Input::Up { button: Button::Primary, x: 0.5, y: 0.5 };
    let press = FromViewer::Input { seq: 1, input: down.clone() };
    peer.control.send_text(&serde_json::to_string(&press).unwrap()).await.unwrap();
    assert_eq!(host.next_input().input, down);
    page.say(&press).await;
    page.say(&FromViewer::Input { seq: 2, input: up.clone() }).await;
    assert_eq!(host.next_input().input, up);
    // The better way is well again: nothing comes by the other one once the page has said so.
    page.say(&FromViewer::On { rung: Rung::Udp }).await;
    page.socket.close(None).await.unwrap();
    host.say(&ToSidecar::Scene { scene: SceneStatus { title: "by peer".into(), ..Default::default() } }).await;
    loop {
        let text = peer.text().await;
        if matches!(serde_json::from_str(&text).unwrap(), ToViewer::Scene { scene } if scene.title == "by peer") {
            break;
        }
    }
    peer.close().await;
    host.line(|line| matches!(line, FromSidecar::ViewerLeft { .. })).await;
    assert!(host.end().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_s_socket_is_told_no_more_than_a_stranger_s_request() {
    let host = TestHost::start(WIDTH, HEIGHT).await;
    for origin in ["null", "http://evil.example"] {
        let refused = Page::open(&host, origin).await.err();
        assert!(matches!(&refused, Some(Error::Http(response)) if response.status() == 403), "{refused:?}");
    }
    for token in ["", "wrong", &CONTROL[1..]] {
        let mut page = Page::hello(&host, token, None, Rung::WebCodecs).await;
        let refused = page.hear(|_| true).await;
        assert!(matches!(refused, ToViewer::Refused { status: 401, knock: false, refused: false, .. }), "{refused:?}");
        assert!(page.next().await.is_none(), "and is closed");
    }
    for nonsense in ["", "{}", "nonsense", &"x".repeat(20_000)] {
        let mut page = Page::open(&host, &format!("http://{}", host.address)).await.unwrap();
        page.text(nonsense).await;
        assert!(page.next().await.is_none(), "{nonsense:.10}");
    }
    let mut page = Page::hello(&host, VIEW, Some("no-such-session"), Rung::WebCodecs).await;
    assert!(matches!(page.hear(|_| true).await, ToViewer::Refused { status: 404, .. }));
    assert!(host.end().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_carried_by_nobody_but_the_link_that_opened_it() {
    let host = TestHost::start(WIDTH, HEIGHT).await;
    let peer = Client::join(&host, CONTROL).await;
    let session = peer.location.strip_prefix("/whep/").unwrap().to_owned();
    let mut page = Page::hello(&host, VIEW, Some(&session), Rung::WebCodecs).await;
    assert!(matches!(page.hear(|_| true).await, ToViewer::Refused { status: 403, .. }));
    peer.close().await;
    assert!(host.end().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_acknowledges_nothing_gets_no_more_than_a_few_frames() {
    let mut host = TestHost::start(WIDTH, HEIGHT).await;
    host.publish(WIDTH, HEIGHT, 0, 0);
    let mut page = Page::hello(&host, VIEW, None, Rung::WebCodecs).await;
    host.line(|line| matches!(line, FromSidecar::ViewerJoined { .. })).await;
    let mut frames = 0;
    for grey in 0..200_u8 {
        host.publish(WIDTH, HEIGHT, grey.wrapping_mul(37), 0);
        tokio::time::sleep(std::time::Duration::from_millis(17)).await;
    }
    while let Ok(Some(Ok(message))) = timeout(std::time::Duration::from_millis(300), page.socket.next()).await {
        frames += usize::from(message.is_binary());
    }
    assert!((1..100).contains(&frames), "{frames} of 200");
    assert!(host.end().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_carries_little_is_asked_whether_it_would_carry_more() {
    let mut host = TestHost::start(1280, 720).await;
    host.publish(1280, 720, 0, 0);
    let mut page = Page::hello(&host, VIEW, None, Rung::WebCodecs).await;
    host.line(|line| matches!(line, FromSidecar::ViewerJoined { .. })).await;
    page.frame(is_keyframe).await;
    let padding = page.frame(|frame| frame.flags & media::PADDING != 0);
    let motion = async {
        for grey in 0.. {
            host.publish(1280, 720, u8::wrapping_mul(grey, 37), 0);
            tokio::time::sleep(std::time::Duration::from_millis(33)).await;
        }
    };
    let padding = tokio::select! {
        padding = padding => padding,
        () = motion => unreachable!("it goes on"),
    };
    assert!(padding.payload.iter().all(|byte| *byte == 0) && !is_keyframe(&padding), "{padding:?}");
    assert!(host.end().await);
}
