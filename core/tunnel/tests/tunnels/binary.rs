//! ngrok by its program: a script of that name in a folder that is given as the search path.

use crate::stage::*;
use heliograph_tunnel::{How, News, Ngrok, Plan, Secret};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;

const LOCAL: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 18_080);

/// A program `ngrok` that calls `fake_tunnel` with these arguments and its own.
fn plan_with_ngrok(folder: &Folder, arguments: &str) -> Plan {
    let script = format!("#!/bin/sh\nexec '{}' {arguments} \"$@\"\n", example("fake_tunnel").display());
    std::fs::write(folder.0.join("ngrok"), script).unwrap();
    std::fs::set_permissions(folder.0.join("ngrok"), PermissionsExt::from_mode(0o755)).unwrap();
    let search_path = Some(folder.0.clone().into_os_string());
    Plan::Ngrok(Ngrok { search_path, ..Ngrok::built_in(Some(Secret::new(TOKEN))) })
}

#[tokio::test]
async fn the_program_is_started_with_the_token_in_its_environment_only_and_ended() {
    let folder = Folder::new("binary");
    let file = folder.file("report");
    let plan = plan_with_ngrok(&folder, &format!("--ngrok https://ab12.ngrok-free.app --report '{file}'"));
    let mut share = Share::start(plan, LOCAL);
    assert_eq!(share.next().await, News::Opening { how: How::NgrokAgent });
    assert_eq!(share.open().await.0, "https://ab12.ngrok-free.app");
    let report = report(&file).await;
    assert_eq!(report["token"], TOKEN);
    let arguments = report["arguments"].to_string();
    assert!(arguments.contains(r#""http","18080","--log=stdout","--log-format=json""#), "{arguments}");
    let command_line = std::fs::read_to_string(format!("/proc/{}/cmdline", report["pid"])).unwrap();
    assert!(!command_line.contains(TOKEN), "{command_line}");
    share.end().await;
    assert!(!is_alive(report["pid"].as_u64().unwrap()));
}

#[tokio::test]
async fn a_program_that_ends_is_started_again() {
    let folder = Folder::new("binary-again");
    let (file, stays) = (folder.file("report"), folder.file("stays"));
    std::fs::write(&stays, "").unwrap();
    let plan =
        plan_with_ngrok(&folder, &format!("--ngrok https://ab12.ngrok-free.app --while '{stays}' --report '{file}'"));
    let mut share = Share::start(plan, LOCAL);
    share.open().await;
    let first = report(&file).await["pid"].clone();
    std::fs::remove_file(&stays).unwrap();
    let sentence = share.lost().await;
    assert!(sentence.contains("ngrok ended"), "{sentence}");
    std::fs::write(&stays, "").unwrap();
    assert_eq!(share.open().await, ("https://ab12.ngrok-free.app".into(), false));
    assert_ne!(report(&file).await["pid"], first);
    share.end().await;
}

#[tokio::test]
async fn a_program_that_refuses_the_token_is_given_up_with_the_remedy() {
    let folder = Folder::new("binary-token");
    let words = "ERROR:  authentication failed: Your authtoken: edge-token-2aBcDeFg ERR_NGROK_107";
    let sentence = Share::start(plan_with_ngrok(&folder, &format!("--exit '{words}'")), LOCAL).failed().await;
    assert!(sentence.contains("your-authtoken") && !sentence.contains(TOKEN), "{sentence}");
}

#[tokio::test]
async fn a_program_that_ends_at_once_is_quoted_without_the_token() {
    let folder = Folder::new("binary-exit");
    let sentence =
        Share::start(plan_with_ngrok(&folder, &format!("--exit 'ERROR:  no {TOKEN} today'")), LOCAL).failed().await;
    assert!(sentence.contains("no (token) today"), "{sentence}");
}
