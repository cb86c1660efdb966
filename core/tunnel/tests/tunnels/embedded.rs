//! ngrok by the built-in agent, at the edge of `examples/edge.rs`.

use crate::stage::*;
use heliograph_tunnel::{How, News};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use tokio::time::timeout;

#[tokio::test]
async fn a_request_and_an_upgraded_stream_pass_the_tunnel() {
    let mut edge = EdgeProgram::start(&[]).await;
    let mut share = Share::start(edge.plan(TOKEN), local_server().await);
    assert_eq!(share.next().await, News::Opening { how: How::NgrokEmbedded });
    let url = format!("http://{}", edge.public);
    assert_eq!(share.next().await, News::Open { url, how: How::NgrokEmbedded, changed: false });
    assert!(visit(&edge.public, "/page").await.ends_with("hello /page"));

    let mut socket = upgrade(&edge.public).await;
    let sent: Vec<u8> = (0..200_000_u32).map(|index| (index % 251) as u8).collect();
    let mut echoed = vec![0; sent.len()];
    let (mut read, mut write) = socket.split();
    let both = async { tokio::try_join!(write.write_all(&sent), read.read_exact(&mut echoed)) };
    timeout(PATIENCE, both).await.expect("the stream stands still").unwrap();
    assert!(sent == echoed, "bytes came out of order");

    share.end().await;
    edge.program.event("over").await;
    let closed = timeout(PATIENCE, socket.read(&mut [0; 1])).await.expect("the visitor hangs");
    assert!(matches!(closed, Ok(0) | Err(_)), "{closed:?}");
}

#[tokio::test]
async fn the_tunnel_stands_on_tls_as_ngroks_own_does() {
    let edge = EdgeProgram::start(&["--tls"]).await;
    let mut share = Share::start(tls_plan(&edge, edge.authority.as_deref()), local_server().await);
    share.open().await;
    assert!(visit(&edge.public, "/safe").await.ends_with("hello /safe"));
    share.end().await;
}

#[tokio::test]
async fn many_visitors_pass_at_once_and_the_one_too_many_is_told_so() {
    let edge = EdgeProgram::start(&[]).await;
    let mut share = Share::start(edge.plan(TOKEN), local_server().await);
    share.open().await;
    let mut sockets = Vec::new();
    for _ in 0..256 {
        sockets.push(upgrade(&edge.public).await);
    }
    assert!(visit(&edge.public, "/").await.starts_with("HTTP/1.1 503"));
    for (index, socket) in sockets.iter_mut().enumerate() {
        socket.write_all(&[index as u8]).await.unwrap();
    }
    for (index, socket) in sockets.iter_mut().enumerate() {
        let echoed = timeout(PATIENCE, socket.read_u8()).await.expect("a visitor waits").unwrap();
        assert_eq!(echoed, index as u8);
    }
    drop(sockets);
    let mut free = false;
    while !free {
        free = visit(&edge.public, "/").await.ends_with("hello /");
    }
    share.end().await;
}

#[tokio::test]
async fn a_killed_edge_is_lost_and_open_again_when_it_is_back() {
    let mut edge = EdgeProgram::start(&[]).await;
    let mut share = Share::start(edge.plan(TOKEN), local_server().await);
    let (url, _) = share.open().await;
    edge.program.child.kill().await.unwrap();
    let sentence = share.lost().await;
    assert!(sentence.contains("broke"), "{sentence}");

    let port = |address: &str| address.rsplit(':').next().unwrap().to_owned();
    let again = EdgeProgram::start(&["--agent", &port(&edge.agent), "--public", &port(&edge.public)]).await;
    let reopened = loop {
        match share.outcome().await {
            News::Lost { .. } => {}
            news => break news,
        }
    };
    assert_eq!(reopened, News::Open { url, how: How::NgrokEmbedded, changed: false });
    assert!(visit(&again.public, "/again").await.ends_with("hello /again"));
    share.end().await;
}

#[tokio::test]
async fn another_address_after_a_loss_is_said_to_be_changed() {
    let mut edge = EdgeProgram::start(&[]).await;
    let mut share = Share::start(edge.plan(TOKEN), local_server().await);
    share.open().await;
    edge.program.child.kill().await.unwrap();
    share.lost().await;
    let port = edge.agent.rsplit(':').next().unwrap().to_owned();
    let again = EdgeProgram::start(&["--agent", &port]).await;
    let reopened = loop {
        match share.outcome().await {
            News::Lost { .. } => {}
            news => break news,
        }
    };
    let url = format!("http://{}", again.public);
    assert_eq!(reopened, News::Open { url, how: How::NgrokEmbedded, changed: true });
    share.end().await;
}

#[tokio::test]
async fn an_edge_that_falls_silent_is_found_dead_by_its_heartbeat() {
    let edge = EdgeProgram::start(&[]).await;
    let mut share = Share::start(edge.plan(TOKEN), local_server().await);
    share.open().await;
    let pid = edge.program.child.id().unwrap().to_string();
    // The kernel still takes bytes and acknowledges them; nobody reads.
    assert!(Command::new("kill").args(["-STOP", &pid]).status().await.unwrap().success());
    let stopped = Instant::now();
    let sentence = share.lost().await;
    assert!(stopped.elapsed() < Duration::from_secs(15), "{:?}", stopped.elapsed());
    assert!(sentence.contains("no longer answers"), "{sentence}");
    share.end().await;
}

#[tokio::test]
async fn two_shares_at_one_edge_do_not_disturb_each_other() {
    let edge = EdgeProgram::start(&[]).await;
    let local = local_server().await;
    let mut first = Share::start(edge.plan(TOKEN), local);
    first.open().await;
    let mut second = Share::start(edge.plan(TOKEN), local);
    second.open().await;
    second.end().await;
    assert!(visit(&edge.public, "/first").await.ends_with("hello /first"));
    first.end().await;
    assert!(visit(&edge.public, "/").await.contains("ERR_NGROK_3200"));
}
