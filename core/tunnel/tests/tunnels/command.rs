//! Any tunnel by a command, with `examples/fake_tunnel.rs` in its place.

use crate::stage::*;
use heliograph_tunnel::{How, News, Plan};
use std::net::SocketAddr;
use std::process::Stdio;

const LOCAL: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 18_080);
const URL: &str = "https://purple-rain.trycloudflare.com";

fn plan(arguments: &str) -> Plan {
    Plan::Command { template: format!("'{}' {arguments}", example("fake_tunnel").display()) }
}

#[tokio::test]
async fn a_command_opens_a_tunnel_and_nothing_of_it_is_left_at_the_end() {
    let folder = Folder::new("command");
    let file = folder.file("report");
    let mut share =
        Share::start(plan(&format!("--url {URL} --child --report '{file}' 'to {{url}}' {{addr}} {{port}}")), LOCAL);
    assert_eq!(share.next().await, News::Opening { how: How::Command });
    assert_eq!(share.next().await, News::Open { url: URL.into(), how: How::Command, changed: false });
    let report = report(&file).await;
    let arguments = report["arguments"].to_string();
    assert!(arguments.contains(r#""to http://127.0.0.1:18080","127.0.0.1:18080","18080""#), "{arguments}");
    let (pid, child) = (report["pid"].as_u64().unwrap(), report["child"].as_u64().unwrap());
    assert!(is_alive(pid) && is_alive(child));
    share.end().await;
    assert!(!is_alive(pid), "the command outlives its share");
    until("the end of what the command started", || !is_alive(child)).await;
}

#[tokio::test]
async fn a_command_does_not_get_the_token() {
    // The variable is set for a process of its own: setting it here would race with the other tests.
    if std::env::var("NGROK_AUTHTOKEN").as_deref() == Ok(TOKEN) {
        let folder = Folder::new("command-token");
        let file = folder.file("report");
        let mut share = Share::start(plan(&format!("--url {URL} --report '{file}' {{url}}")), LOCAL);
        share.open().await;
        assert_eq!(report(&file).await["token"], serde_json::Value::Null);
        return share.end().await;
    }
    let mut again = tokio::process::Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", "command::a_command_does_not_get_the_token"]).env("NGROK_AUTHTOKEN", TOKEN);
    let output = again.stdin(Stdio::null()).output().await.unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[tokio::test]
async fn a_command_that_ends_is_lost_and_started_again() {
    let folder = Folder::new("command-again");
    let stays = folder.file("stays");
    std::fs::write(&stays, "").unwrap();
    let mut share = Share::start(plan(&format!("--url {URL} --while '{stays}' {{port}}")), LOCAL);
    share.open().await;
    std::fs::remove_file(&stays).unwrap();
    let sentence = share.lost().await;
    assert!(sentence.contains("ended (exit status: 0)") && sentence.contains(URL), "{sentence}");
    std::fs::write(&stays, "").unwrap();
    assert_eq!(share.open().await, (URL.into(), false));
    share.end().await;
}

#[tokio::test]
async fn a_command_that_ends_at_once_is_given_up_with_its_last_words() {
    let sentence = Share::start(plan("--exit 'unknown flag: --uri' {url}"), LOCAL).failed().await;
    assert!(sentence.contains("exit status: 3") && sentence.contains("«unknown flag: --uri»"), "{sentence}");
    assert!(sentence.contains("correct it"), "{sentence}");
}

#[tokio::test]
async fn a_command_that_prints_no_address_is_given_up_after_twenty_seconds_and_killed() {
    let folder = Folder::new("command-silent");
    let file = folder.file("report");
    let (sender, mut news) = tokio::sync::mpsc::channel(8);
    let share = heliograph_tunnel::run(
        plan(&format!("--silent --report '{file}' {{url}}")),
        LOCAL,
        sender,
        std::future::pending(),
    );
    tokio::time::timeout(PATIENCE * 2, share).await.expect("it waits for ever");
    assert_eq!(news.recv().await, Some(News::Opening { how: How::Command }));
    let Some(News::Failed { sentence }) = news.recv().await else { panic!("not given up") };
    assert!(sentence.contains("no https address within 20 s; it printed nothing"), "{sentence}");
    assert!(!is_alive(report(&file).await["pid"].as_u64().unwrap()));
}

#[tokio::test]
async fn a_program_that_is_not_there_and_a_bad_template_are_given_up_at_once() {
    for (template, why) in [
        ("no-such-tunnel-program {url}", "`no-such-tunnel-program` is not on this machine: install it"),
        ("/no/such/program {url}", "`/no/such/program` is not on this machine"),
        ("cloudflared tunnel", "has no {url}"),
        ("cloudflared 'tunnel {url}", "a quote that does not end"),
    ] {
        let sentence = Share::start(Plan::Command { template: template.into() }, LOCAL).failed().await;
        assert!(sentence.contains(why), "{sentence}");
    }
}

#[tokio::test]
async fn a_share_that_is_dropped_ends_its_command() {
    let folder = Folder::new("command-dropped");
    let file = folder.file("report");
    let (sender, mut news) = tokio::sync::mpsc::channel(8);
    let template = plan(&format!("--url {URL} --report '{file}' {{url}}"));
    let share = tokio::spawn(heliograph_tunnel::run(template, LOCAL, sender, std::future::pending()));
    assert_eq!(news.recv().await, Some(News::Opening { how: How::Command }));
    let pid = report(&file).await["pid"].as_u64().unwrap();
    share.abort();
    until("the end of the command", || !is_alive(pid)).await;
}

#[tokio::test]
async fn a_killed_process_takes_its_command_along() {
    const FILE: &str = "HELIOGRAPH_TUNNEL_TEST_REPORT";
    if let Ok(file) = std::env::var(FILE) {
        let mut share = Share::start(plan(&format!("--url {URL} --report '{file}' {{url}}")), LOCAL);
        share.open().await;
        return std::future::pending().await;
    }
    let folder = Folder::new("command-killed");
    let file = folder.file("report");
    let mut again = tokio::process::Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", "command::a_killed_process_takes_its_command_along"]).env(FILE, &file).kill_on_drop(true);
    let mut host = again.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    let pid = report(&file).await["pid"].as_u64().unwrap();
    assert!(is_alive(pid));
    // SIGKILL: no destructor runs.
    host.kill().await.unwrap();
    until("the end of the command", || !is_alive(pid)).await;
}
