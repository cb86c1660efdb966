//! A stand-in for the local API of an ngrok agent, for tests.
//!
//! `fake_agent [--port PORT] [--existing ADDR] [--refuse CODE]`: with `--existing` a tunnel to ADDR is there from the
//! start; with `--refuse` none can be made. It prints JSON lines: `{"api":"127.0.0.1:N"}`, then `{"event":"created"|
//! "deleted","name":…}`. The line `drop` on its standard input closes all tunnels. **It ends when its input ends.**
#![allow(clippy::unwrap_used, clippy::panic)] // A test's program: to fail is to say so.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

type Tunnels = Arc<Mutex<Vec<Value>>>;

fn main() {
    let option = |name: &str| std::env::args().skip_while(|word| word != name).nth(1);
    let port = option("--port").map_or(0, |text| text.parse::<u16>().unwrap());
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let existing = option("--existing").map(|addr| tunnel("command_line", &addr));
    let tunnels: Tunnels = Arc::new(Mutex::new(existing.into_iter().collect()));
    let refuse = option("--refuse");
    println!("{}", json!({ "api": listener.local_addr().unwrap().to_string() }));
    let served = tunnels.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            serve(&stream.unwrap(), &served, refuse.as_deref());
        }
    });
    for line in std::io::stdin().lines() {
        if line.unwrap() == "drop" {
            tunnels.lock().unwrap().clear();
        }
    }
}

fn tunnel(name: &str, addr: &str) -> Value {
    let addr = if addr.starts_with("http") { addr.to_owned() } else { format!("http://{addr}") };
    json!({
        "name": name, "ID": "0", "uri": format!("/api/tunnels/{name}"), "proto": "https",
        "public_url": format!("https://{}.ngrok-free.app", name.replace('_', "-")),
        "config": { "addr": addr, "inspect": true }, "metrics": {}
    })
}

fn serve(stream: &TcpStream, tunnels: &Tunnels, refuse: Option<&str>) {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    let _ = reader.read_line(&mut first);
    let mut body_len = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line.trim().is_empty() {
            break;
        }
        if let Some(len) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            body_len = len.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; body_len];
    let _ = reader.read_exact(&mut body);
    let words: Vec<&str> = first.split(' ').collect();
    let (status, answer) = match (words.first(), words.get(1)) {
        (Some(&"GET"), Some(&"/api/tunnels")) => {
            ("200 OK", json!({ "tunnels": *tunnels.lock().unwrap(), "uri": "/api/tunnels" }))
        }
        (Some(&"POST"), Some(&"/api/tunnels")) => create(&body, tunnels, refuse),
        (Some(&"DELETE"), Some(path)) => delete(path, tunnels),
        _ => ("404 Not Found", Value::Null),
    };
    let text = if answer.is_null() { String::new() } else { answer.to_string() };
    let _ = write!(
        &mut &*stream,
        "HTTP/1.0 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{text}",
        text.len()
    );
}

fn create(body: &[u8], tunnels: &Tunnels, refuse: Option<&str>) -> (&'static str, Value) {
    let wish: Value = serde_json::from_slice(body).unwrap();
    if let Some(code) = refuse {
        let error = format!("failed to start tunnel: refused as told.\n\n{code}\n");
        let answer = json!({ "error_code": 103, "status_code": 502, "msg": "failed to start tunnel", "details": { "err": error } });
        return ("502 Bad Gateway", answer);
    }
    let made = tunnel(wish["name"].as_str().unwrap(), wish["addr"].as_str().unwrap());
    tunnels.lock().unwrap().push(made.clone());
    println!("{}", json!({ "event": "created", "name": wish["name"] }));
    ("201 Created", made)
}

fn delete(path: &str, tunnels: &Tunnels) -> (&'static str, Value) {
    let name = path.rsplit('/').next().unwrap();
    let mut tunnels = tunnels.lock().unwrap();
    let before = tunnels.len();
    tunnels.retain(|tunnel| tunnel["name"] != name);
    if tunnels.len() == before {
        return ("404 Not Found", json!({ "error_code": 100, "status_code": 404, "msg": "tunnel not found" }));
    }
    println!("{}", json!({ "event": "deleted", "name": name }));
    ("204 No Content", Value::Null)
}
