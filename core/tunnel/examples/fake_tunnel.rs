//! A stand-in for a tunnel program, for tests. It carries nothing.
//!
//! `fake_tunnel [--url URL | --ngrok URL | --exit TEXT | --silent] [--report FILE] [--child] [--while FILE] …`
//!
//! `--url` prints what such programs print, and URL; `--ngrok` prints a log as ngrok does; `--exit` prints TEXT and ends;
//! `--silent` prints nothing. `--report` writes `{"pid", "child", "arguments", "token"}`. `--child` starts a process of its
//! own. `--while` ends when FILE is gone. Otherwise it does nothing until it is killed, or for five minutes.
#![allow(clippy::unwrap_used, clippy::panic)] // A test's program: to fail is to say so.

use serde_json::json;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

const LIFETIME: Duration = Duration::from_secs(300);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let option = |name: &str| arguments.iter().skip_while(|word| *word != name).nth(1);
    let has = |name: &str| arguments.iter().any(|word| word == name);
    let child = has("--child").then(|| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg("--silent").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap().id()
    });
    if let Some(file) = option("--report") {
        let token = std::env::var("NGROK_AUTHTOKEN").ok();
        let report = json!({ "pid": std::process::id(), "child": child, "arguments": arguments, "token": token });
        let partial = format!("{file}.part");
        std::fs::write(&partial, report.to_string()).unwrap();
        std::fs::rename(partial, file).unwrap();
    }
    if let Some(text) = option("--exit") {
        eprintln!("{text}");
        return ExitCode::from(3);
    }
    if let Some(url) = option("--url") {
        eprintln!("2026-02-03T10:15:30Z INF Terms of Use (https://www.cloudflare.com/website-terms/)");
        eprintln!("2026-02-03T10:15:33Z INF |  {url}          |");
    }
    if let Some(url) = option("--ngrok") {
        println!("{}", json!({ "lvl": "info", "msg": "no configuration paths supplied" }));
        println!("{}", json!({ "lvl": "info", "msg": "started tunnel", "name": "command_line", "url": url }));
    }
    wait(option("--while").map(Path::new));
    ExitCode::SUCCESS
}

fn wait(file: Option<&Path>) {
    let start = Instant::now();
    let (_sender, nothing) = channel::<()>();
    while start.elapsed() < LIFETIME && file.is_none_or(Path::exists) {
        let _ = nothing.recv_timeout(Duration::from_millis(20));
    }
}
