//! ngrok by an agent that already runs, at the API of `examples/fake_agent.rs`.

use crate::stage::*;
use heliograph_tunnel::{How, News, Ngrok, Plan, Secret};
use std::net::SocketAddr;
use tokio::io::AsyncWriteExt;

const LOCAL: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 18_080);

async fn fake_agent(arguments: &[&str]) -> (Program, Plan) {
    let mut agent = Program::start("fake_agent", arguments);
    let api = agent.line_with("api").await["api"].as_str().unwrap().parse().unwrap();
    let plan = Ngrok { agent_api: Some(api), ..Ngrok::built_in(Some(Secret::new(TOKEN))) };
    (agent, Plan::Ngrok(plan))
}

#[tokio::test]
async fn a_tunnel_is_made_at_a_running_agent_and_deleted_at_the_end() {
    let (mut agent, plan) = fake_agent(&["--existing", "http://localhost:1"]).await;
    let mut share = Share::start(plan, LOCAL);
    assert_eq!(share.next().await, News::Opening { how: How::NgrokAgent });
    assert_eq!(share.open().await.0, "https://heliograph-18080.ngrok-free.app");
    assert_eq!(agent.event("created").await["name"], "heliograph-18080");
    share.end().await;
    assert_eq!(agent.event("deleted").await["name"], "heliograph-18080");
}

#[tokio::test]
async fn a_tunnel_that_already_leads_here_is_used_and_left_alone() {
    let (mut agent, plan) = fake_agent(&["--existing", "http://localhost:18080"]).await;
    let mut share = Share::start(plan.clone(), LOCAL);
    assert_eq!(share.open().await.0, "https://command-line.ngrok-free.app");
    share.end().await;
    // A second share finds it still there, and makes none; the first event is its own, of another port.
    let mut second = Share::start(plan, SocketAddr::from(([127, 0, 0, 1], 18_081)));
    second.open().await;
    assert_eq!(agent.line_with("event").await["name"], "heliograph-18081");
    second.end().await;
}

#[tokio::test]
async fn a_tunnel_that_the_agent_closes_is_made_again() {
    let (mut agent, plan) = fake_agent(&[]).await;
    let mut share = Share::start(plan, LOCAL);
    let (url, _) = share.open().await;
    agent.event("created").await;
    agent.input.write_all(b"drop\n").await.unwrap();
    let sentence = share.lost().await;
    assert!(sentence.contains("closed the tunnel"), "{sentence}");
    assert_eq!(share.open().await, (url, false));
    agent.event("created").await;
    share.end().await;
}

#[tokio::test]
async fn an_agent_that_refuses_gives_its_reason() {
    let (_agent, plan) = fake_agent(&["--refuse", "ERR_NGROK_77777"]).await;
    let sentence = Share::start(plan, LOCAL).failed().await;
    assert_eq!(sentence, "ngrok refused: failed to start tunnel: refused as told (ERR_NGROK_77777)");
}

#[tokio::test]
async fn an_agent_that_is_gone_is_lost_and_the_built_in_one_takes_over() {
    let (mut agent, plan) = fake_agent(&[]).await;
    let edge = EdgeProgram::start(&[]).await;
    let (Plan::Ngrok(at_agent), Plan::Ngrok(at_edge)) = (plan, edge.plan(TOKEN)) else { panic!("not ngrok") };
    let plan = Plan::Ngrok(Ngrok { edge: at_edge.edge, ..at_agent });
    let mut share = Share::start(plan, LOCAL);
    share.open().await;
    agent.child.kill().await.unwrap();
    let sentence = share.lost().await;
    assert!(sentence.contains("no longer answers"), "{sentence}");
    let url = format!("http://{}", edge.public);
    assert_eq!(share.outcome().await, News::Open { url, how: How::NgrokEmbedded, changed: true });
    share.end().await;
}

#[tokio::test]
async fn another_program_at_the_agents_port_is_not_taken_for_one() {
    let other = local_server().await;
    let edge = EdgeProgram::start(&[]).await;
    let Plan::Ngrok(at_edge) = edge.plan(TOKEN) else { panic!("not ngrok") };
    let mut share = Share::start(Plan::Ngrok(Ngrok { agent_api: Some(other), ..at_edge }), LOCAL);
    assert_eq!(share.next().await, News::Opening { how: How::NgrokEmbedded });
    share.open().await;
    share.end().await;
}
