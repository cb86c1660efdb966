//! Whatever is wrong with ngrok, within five seconds there is one sentence that says what to do.

use crate::stage::*;
use heliograph_tunnel::{News, Ngrok, Plan, Secret};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const LIMIT: Duration = Duration::from_secs(5);
const NOWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 9);

async fn soon(plan: Plan) -> News {
    let start = Instant::now();
    let mut share = Share::start(plan, NOWHERE);
    let news = share.outcome().await;
    assert!(start.elapsed() < LIMIT, "{news:?} took {:?}", start.elapsed());
    let ending = Instant::now();
    share.end().await;
    assert!(ending.elapsed() < Duration::from_secs(2), "the end took {:?}", ending.elapsed());
    let sentence = match &news {
        News::Failed { sentence } | News::Lost { sentence, .. } => sentence,
        news => panic!("{news:?}"),
    };
    assert!(!sentence.contains('\n') && !sentence.contains(TOKEN), "{sentence}");
    news
}

#[tokio::test]
async fn without_a_token_the_user_is_told_where_to_get_one() {
    for token in [None, Some(Secret::new("  "))] {
        let News::Failed { sentence } = soon(Plan::Ngrok(Ngrok::built_in(token))).await else { panic!("retried") };
        assert!(sentence.contains("https://dashboard.ngrok.com/get-started/your-authtoken"), "{sentence}");
    }
}

#[tokio::test]
async fn a_wrong_token_is_given_up_at_once() {
    let edge = EdgeProgram::start(&[]).await;
    let News::Failed { sentence } = soon(edge.plan("wrong-token-1234567")).await else { panic!("retried") };
    assert!(sentence.contains("your-authtoken") && sentence.contains("ERR_NGROK_107"), "{sentence}");
    assert!(!sentence.contains("wrong-token"), "{sentence}");
}

#[tokio::test]
async fn a_reached_limit_is_named_and_an_unknown_refusal_is_quoted() {
    let edge = EdgeProgram::start(&["--refuse", "ERR_NGROK_108"]).await;
    let News::Lost { sentence, .. } = soon(edge.plan(TOKEN)).await else { panic!("given up") };
    assert!(sentence.contains("simultaneous sessions"), "{sentence}");
    let edge = EdgeProgram::start(&["--refuse", "ERR_NGROK_725"]).await;
    let News::Failed { sentence } = soon(edge.plan(TOKEN)).await else { panic!("retried") };
    assert!(sentence.contains("traffic of this month"), "{sentence}");
    let edge = EdgeProgram::start(&["--refuse", "ERR_NGROK_99999"]).await;
    let News::Failed { sentence } = soon(edge.plan(TOKEN)).await else { panic!("retried") };
    assert_eq!(sentence, "ngrok refused: The edge was told to refuse (ERR_NGROK_99999)");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_not_waited_for_and_no_connection_to_it_is_left() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let (news, accepted) = tokio::join!(soon(edge_plan(&address, TOKEN)), silent.accept());
    let News::Lost { sentence, .. } = news else { panic!("given up") };
    assert!(sentence.contains("did not answer within"), "{sentence}");
    // `soon` has ended the share: what is left to read is what was sent before, and the end.
    let (mut stream, _) = accepted.unwrap();
    let rest =
        tokio::time::timeout(PATIENCE, stream.read_to_end(&mut Vec::new())).await.expect("it is still connected");
    assert!(rest.is_ok() || rest.is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionReset));
}

#[tokio::test]
async fn a_server_that_closes_and_one_that_talks_nonsense_are_named() {
    for greeting in ["", "SSH-2.0-OpenSSH_9.2\r\n"] {
        let rude = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = rude.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = rude.accept().await {
                let _ = stream.write_all(greeting.as_bytes()).await;
            }
        });
        let News::Lost { sentence, .. } = soon(edge_plan(&address, TOKEN)).await else { panic!("given up") };
        assert!(sentence.contains("closed the connection"), "{sentence}");
    }
}

#[tokio::test]
async fn no_network_no_name_and_no_server_are_told_with_the_reason() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().to_string();
    for address in [closed.as_str(), "no-such-host.invalid:443"] {
        let News::Lost { sentence, .. } = soon(edge_plan(address, TOKEN)).await else { panic!("given up") };
        assert!(sentence.contains("does not reach ngrok ("), "{sentence}");
    }
}

#[tokio::test]
async fn an_address_that_is_none_is_refused() {
    let News::Failed { sentence } = soon(edge_plan("not an address", TOKEN)).await else { panic!("retried") };
    assert!(sentence.contains("not an address"), "{sentence}");
}

#[tokio::test]
async fn a_certificate_that_another_authority_signed_is_not_trusted() {
    let edge = EdgeProgram::start(&["--tls"]).await;
    let other = EdgeProgram::start(&["--tls"]).await;
    let plan = tls_plan(&edge, other.authority.as_deref());
    let News::Lost { sentence, .. } = soon(plan).await else { panic!("given up") };
    assert!(sentence.contains("no secure connection to ngrok ("), "{sentence}");
}
