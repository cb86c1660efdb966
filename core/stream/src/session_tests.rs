//! Whole sessions in this process: host ↔ sidecar over a real ring, sidecar ↔ viewer over real UDP.

use crate::client::Client;
use crate::packets::{PAYLOAD_BYTES_MAX, rtp_timestamp};
use crate::testing::{CONTROL, PATIENCE, TestHost, VIEW, hear, left};
use heliograph_wire::control::EndCause;
use heliograph_wire::pointer::Message;
use heliograph_wire::{
    Button, Command, FromSidecar, FromViewer, Input, PROTOCOL, Role, SceneStatus, ToSidecar, ToViewer, ViewerId,
};
use std::time::{Duration, Instant};
use tokio::time::timeout;

const WIDTH: u32 = 320;
const HEIGHT: u32 = 180;

async fn say(client: &Client, message: &FromViewer) {
    client.control.send_text(&serde_json::to_string(message).unwrap()).await.unwrap();
}

/// Luma of a grey in limited range (ITU-R BT.709-6).
fn luma(grey: u8) -> u8 {
    (16.0 + 219.0 * f32::from(grey) / 255.0) as u8
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_sees_the_picture_at_once_and_every_change_after_it() {
    let mut host = TestHost::start(WIDTH, HEIGHT).await;
    let drawn_us = host.publish(WIDTH, HEIGHT, 200, 0);
    let mut viewer = Client::join(&host, VIEW).await;
    assert_eq!(host.next_line().await, Some(FromSidecar::WantFrame));
    let joined = host.line(|line| matches!(line, FromSidecar::ViewerJoined { .. })).await;
    let FromSidecar::ViewerJoined { viewer: id, safety_code: Some(code) } = joined else { panic!("{joined:?}") };
    assert_eq!((id, code.len()), (ViewerId(7), 19));
    let first = viewer.frame(|_| true).await;
    assert!(first.keyframe && (first.width, first.height) == (WIDTH as usize, HEIGHT as usize), "{first:?}");
    assert_eq!(first.rtp_timestamp, rtp_timestamp(drawn_us));
    assert!(first.luma.abs_diff(luma(200)) <= 3, "{first:?}");
    let drawn_us = host.publish(WIDTH, HEIGHT, 60, 0);
    let second = viewer.frame(|frame| frame.rtp_timestamp == rtp_timestamp(drawn_us)).await;
    assert!(!second.keyframe && second.luma.abs_diff(luma(60)) <= 6, "{second:?}");
    assert!(second.payload_bytes <= PAYLOAD_BYTES_MAX);
    assert!(viewer.answer.contains("a=fmtp:") && viewer.answer.contains("42e01f"), "{}", viewer.answer);
    viewer.close().await;
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_still_scene_is_refined_for_a_moment_and_then_kept_up_with_next_to_nothing() {
    let mut host = TestHost::start(WIDTH, HEIGHT).await;
    host.publish(WIDTH, HEIGHT, 90, 0);
    let mut viewer = Client::join(&host, VIEW).await;
    viewer.frame(|frame| frame.keyframe).await;
    let mut frames = Vec::new();
    let start = Instant::now();
    while let Ok(Some(frame)) =
        timeout(Duration::from_secs(6).saturating_sub(start.elapsed()), viewer.frames.recv()).await
    {
        frames.push(frame);
    }
    assert!((2..=12).contains(&frames.len()), "{} repetitions", frames.len());
    let last = frames.last().unwrap();
    assert!(!last.keyframe && last.payload_bytes < 300, "{last:?}");
    viewer.close().await;
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decoder_that_lost_its_way_gets_a_keyframe_by_rtcp_or_by_message() {
    let mut host = TestHost::start(WIDTH, HEIGHT).await;
    host.publish(WIDTH, HEIGHT, 90, 0);
    let mut viewer = Client::join(&host, VIEW).await;
    viewer.frame(|frame| frame.keyframe).await;
    viewer.picture_loss().await;
    viewer.frame(|frame| frame.keyframe).await;
    say(&viewer, &FromViewer::NeedKeyframe).await;
    viewer.frame(|frame| frame.keyframe).await;
    viewer.close().await;
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_viewer_and_a_new_size_both_begin_with_a_keyframe() {
    let mut host = TestHost::start(2 * WIDTH, 2 * HEIGHT).await;
    host.publish(WIDTH, HEIGHT, 90, 0);
    let mut first = Client::join(&host, VIEW).await;
    first.frame(|frame| frame.keyframe).await;
    let mut second = Client::join(&host, CONTROL).await;
    second.frame(|frame| frame.keyframe).await;
    let drawn_us = host.publish(2 * WIDTH, 2 * HEIGHT, 120, 0);
    for viewer in [&mut first, &mut second] {
        let frame = viewer.frame(|frame| frame.width == 2 * WIDTH as usize).await;
        assert!(frame.keyframe && frame.rtp_timestamp == rtp_timestamp(drawn_us));
    }
    first.close().await;
    second.close().await;
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_input_goes_to_the_host_and_comes_back_as_shown() {
    let mut host = TestHost::start(WIDTH, HEIGHT).await;
    host.say(&ToSidecar::Scene { scene: SceneStatus { title: "first".into(), ..Default::default() } }).await;
    host.publish(WIDTH, HEIGHT, 90, 0);
    let mut viewer = Client::join(&host, CONTROL).await;
    let ToViewer::Welcome { protocol, role, pass, .. } = hear(&viewer).await else { panic!("no welcome") };
    assert_eq!((protocol, role, pass.as_str()), (PROTOCOL, Role::Control, "pass 7"));
    assert!(matches!(hear(&viewer).await, ToViewer::Scene { scene } if scene.title == "first"));
    viewer.frame(|frame| frame.keyframe).await;
    let down = Input::Down { button: Button::Primary, x: 0.25, y: 0.75, shift: false };
    say(&viewer, &FromViewer::Input { seq: 1, input: down.clone() }).await;
    let pressed = host.next_input();
    assert_eq!((pressed.viewer, &pressed.input), (ViewerId(7), &down));
    let moved = Message::Move { grab: 1, seq: 2, x: 0.5, y: 0.5, pinch: 1.0 };
    viewer.pointer.send(moved.encode()[..].into()).await.unwrap();
    let moved = host.next_input();
    assert_eq!(moved.input, Input::Move { x: 0.5, y: 0.5, pinch: 1.0 });
    assert!(moved.ticket > pressed.ticket);
    let drawn_us = host.publish(WIDTH, HEIGHT, 91, moved.ticket);
    let shown = Message::decode(&viewer.bytes().await);
    let Some(Message::Shown { seq, drawn_ms, rtp_timestamp: stamp }) = shown else { panic!("{shown:?}") };
    assert_eq!((seq, drawn_ms, stamp), (2, drawn_us as f64 / 1e3, rtp_timestamp(drawn_us)));
    host.say(&ToSidecar::Scene { scene: SceneStatus { title: "second".into(), ..Default::default() } }).await;
    assert!(matches!(hear(&viewer).await, ToViewer::Scene { scene } if scene.title == "second"));
    viewer.close().await;
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ping_is_answered_by_the_hosts_clock() {
    let host = TestHost::start(WIDTH, HEIGHT).await;
    let viewer = Client::join(&host, VIEW).await;
    // The channel is unreliable and may open after the connection: a page sends again, too.
    let mut pings = 0;
    let pong = loop {
        pings += 1;
        assert!(pings < 100);
        let _ = viewer.pointer.send(Message::Ping { seq: pings, page_ms: 12.5 }.encode()[..].into()).await;
        if let Ok(bytes) = timeout(Duration::from_millis(300), viewer.bytes()).await {
            break Message::decode(&bytes).unwrap();
        }
    };
    let now_ms = heliograph_ring::monotonic_us() as f64 / 1e3;
    assert!(
        matches!(pong, Message::Pong { page_ms: 12.5, host_ms, .. } if host_ms <= now_ms && host_ms > now_ms - 3e4)
    );
    viewer.close().await;
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_link_moves_nothing_and_strange_messages_reach_nobody() {
    let mut host = TestHost::start(WIDTH, HEIGHT).await;
    let onlooker = Client::join(&host, VIEW).await;
    let steerer = Client::join(&host, CONTROL).await;
    hear(&onlooker).await;
    hear(&steerer).await;
    let fit = Input::Command { command: Command::Fit };
    say(&onlooker, &FromViewer::Input { seq: 1, input: fit.clone() }).await;
    for strange in ["", "{}", "nonsense", r#"{"type":"input","seq":1,"input":{"type":"gone"}}"#, &"x".repeat(5_000)] {
        steerer.control.send_text(strange).await.unwrap();
    }
    steerer.pointer.send([1, 2, 3][..].into()).await.unwrap();
    say(&steerer, &FromViewer::Input { seq: 2, input: fit.clone() }).await;
    let arrived = host.next_input();
    assert_eq!((arrived.viewer, arrived.input), (ViewerId(8), fit));
    onlooker.close().await;
    steerer.close().await;
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_who_leaves_lets_go_of_what_it_held() {
    let mut host = TestHost::start(WIDTH, HEIGHT).await;
    for by_delete in [true, false] {
        let viewer = Client::join(&host, CONTROL).await;
        hear(&viewer).await;
        let down = Input::Down { button: Button::Primary, x: 0.5, y: 0.5, shift: false };
        say(&viewer, &FromViewer::Input { seq: 1, input: down.clone() }).await;
        assert_eq!(host.next_input().input, down);
        if by_delete {
            let delete =
                |token: &str| format!("DELETE {} HTTP/1.1\r\nAuthorization: Bearer {token}\r\n\r\n", viewer.location);
            let (status, _) = host.http(&delete(VIEW)).await;
            assert_eq!(status, 403, "another link's token ends nothing");
            let (status, _) = host.http(&delete(CONTROL)).await;
            assert_eq!(status, 200);
        } else {
            viewer.close().await;
        }
        assert_eq!(host.next_input().input, Input::Gone);
        host.line(left).await;
    }
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_share_is_said_to_viewers_and_ends_the_sidecar() {
    let mut host = TestHost::start(WIDTH, HEIGHT).await;
    let viewer = Client::join(&host, VIEW).await;
    hear(&viewer).await;
    host.say(&ToSidecar::Stop { reason: "The share is over.".into() }).await;
    let ended = loop {
        if let ToViewer::Ended { reason, cause: EndCause::Over } = hear(&viewer).await {
            break reason;
        }
    };
    assert_eq!(ended, "The share is over.");
    host.line(left).await;
    assert_eq!(host.next_line().await, None, "the sidecar has closed its output");
    assert!(host.end().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_viewer_more_than_there_are_places_is_asked_to_wait_and_gets_the_place_of_one_who_left() {
    let mut host = TestHost::start(WIDTH, HEIGHT).await;
    let mut viewers = Vec::new();
    for _ in 0..crate::testing::MAX_VIEWERS {
        viewers.push(Client::join(&host, VIEW).await);
    }
    let offer = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 102\r\na=rtpmap:102 H264/90000\r\n";
    let (status, answer) = host.whep(VIEW, offer).await;
    assert!(status == 503 && answer.contains("retry-after: 5"), "{answer}");
    viewers.pop().unwrap().close().await;
    host.line(left).await;
    timeout(PATIENCE, async {
        // The place is free when the connection is closed, a moment after the app was told.
        while host.whep(VIEW, "garbage").await.0 == 503 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    viewers.push(Client::join(&host, VIEW).await);
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_offers_to_be_called_is_called_by_the_host() {
    let mut host = TestHost::start(WIDTH, HEIGHT).await;
    host.publish(WIDTH, HEIGHT, 200, 0);
    for (offered, answered) in [("actpass", "passive"), ("active", "passive"), ("passive", "active")] {
        let mut viewer = Client::join_as(&host, VIEW, offered).await;
        assert!(viewer.answer.contains(&format!("a=setup:{answered}\r\n")), "{}", viewer.answer);
        viewer.frame(|_| true).await;
        viewer.close().await;
    }
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_heart_beats() {
    let host = TestHost::start(WIDTH, HEIGHT).await;
    let beats = host.ring.pulse.beats();
    timeout(PATIENCE, async {
        while host.ring.pulse.beats() < beats + 3 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .unwrap();
    host.end().await;
}
