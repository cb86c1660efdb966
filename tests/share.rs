//! Sharing with others: who is let in, who steers, tunnels that fall and come back, and an end that is one.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::browser::{Browser, LIVE};
use common::{Heliograph, is_running, sample, signal, wait_until};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

/// What the page says at the top.
const WORDS: &str = "document.body.innerText";

fn decide(host: &mut Heliograph, decision: Value) {
    host.ask(&json!({"do": "decide", "decision": decision}));
}

fn says(browser: &mut Browser, page: &str, words: &str) {
    browser.wait(page, &format!("{WORDS}.includes({})", json!(words)));
}

/// Opens a page that must knock, and knocks with a name; the knock as the host is told of it.
fn knock(host: &mut Heliograph, browser: &mut Browser, name: &str, link: &str) -> Value {
    browser.open(name, link);
    browser.wait(name, "document.querySelector('#knock')?.checkVisibility() === true");
    browser.eval(name, &format!("document.querySelector('#name').value = {}", json!(name)));
    browser.eval(name, "document.querySelector('#knock').requestSubmit()");
    let is_it = |event: &Value| event["knocks"].as_array().unwrap().iter().any(|knock| knock["name"] == name);
    let room = host.event_where("room", is_it);
    room["knocks"].as_array().unwrap().iter().find(|knock| knock["name"] == name).unwrap().clone()
}

/// The guest of a name, once it is here.
fn guest(host: &mut Heliograph, name: &str) -> Value {
    let find = |event: &Value| event["guests"].as_array().unwrap().iter().find(|guest| guest["name"] == name).cloned();
    let room = host.event_where("room", |event| find(event).is_some());
    find(&room).unwrap()
}

#[test]
fn two_people_knock_ask_to_steer_hand_over_and_one_is_removed() {
    let mut host = Heliograph::start(&["--headless", "--ask-first", "--control", "one", &sample("airplane.ply")]);
    host.event("sharing");
    host.event("loaded");
    let link = host.control_link();
    let mut browser = Browser::launch();
    let asks = knock(&mut host, &mut browser, "Ada", &link);
    assert_eq!((&asks["role"], &asks["pass"]), (&json!("control"), &Value::Null), "{asks}");
    assert!(asks["browser"].as_str().unwrap().contains("Chrome"), "{asks}");
    says(&mut browser, "Ada", "Waiting for the host");
    decide(&mut host, json!({"accept": asks["viewer"]}));
    browser.wait("Ada", LIVE);
    let ada = guest(&mut host, "Ada")["viewer"].clone();

    let asks = knock(&mut host, &mut browser, "Bob", &link);
    decide(&mut host, json!({"accept": asks["viewer"]}));
    browser.wait("Bob", LIVE);
    let bob = guest(&mut host, "Bob")["viewer"].clone();

    browser.drag("Ada", (500, 360), (700, 380), 10);
    host.event_where("room", |event| event["steers"] == ada);
    says(&mut browser, "Ada", "you steer");
    says(&mut browser, "Bob", "Ada steers");
    browser.ask(&json!({"do": "key", "page": "Bob", "key": "r"}));
    host.event_where("room", |event| event["guests"].as_array().unwrap().iter().any(|guest| guest["asks"] == true));
    says(&mut browser, "Ada", "Bob asks to steer");
    browser.ask(&json!({"do": "shot", "page": "Ada", "path": common::scratch("share-asked.png")}));
    browser.eval("Ada", "document.querySelector('#hint-action').click()");
    host.event_where("room", |event| event["steers"] == bob);
    says(&mut browser, "Bob", "you steer");
    decide(&mut host, json!("take_back"));
    host.event_where("room", |event| event["steers"].is_null());

    decide(&mut host, json!({"remove": {"viewer": bob, "ban": false}}));
    says(&mut browser, "Bob", "The host has removed you");
    host.event_where("viewers", |event| event["count"] == 1);
    browser.ask(&json!({"do": "shot", "page": "Bob", "path": common::scratch("share-removed.png")}));
    browser.wait("Ada", LIVE);
    browser.assert_no_errors();
}

#[test]
fn a_guest_is_the_same_after_a_reload_and_after_the_loss_of_the_sidecar() {
    let mut host = Heliograph::start(&["--headless", "--ask-first", &sample("airplane.ply")]);
    host.event("sharing");
    host.event("loaded");
    let mut browser = Browser::launch();
    let link = host.control_link();
    let asks = knock(&mut host, &mut browser, "Ada", &link);
    decide(&mut host, json!({"accept": asks["viewer"]}));
    browser.wait("Ada", LIVE);
    let before = guest(&mut host, "Ada");
    decide(&mut host, json!({"set_role": [before["viewer"], "view"]}));
    says(&mut browser, "Ada", "view only");

    browser.ask(&json!({"do": "reload", "page": "Ada"}));
    browser.wait("Ada", LIVE);
    let same = |event: &Value| {
        event["guests"].as_array().unwrap().iter().any(|guest| {
            guest["name"] == "Ada" && guest["role"] == "view" && guest["viewer"].as_u64() > before["viewer"].as_u64()
        })
    };
    host.event_where("room", same);
    says(&mut browser, "Ada", "view only");

    signal(host.sidecar_pid(), "KILL");
    host.event_where("sidecar", |event| event["state"] == "restarted");
    host.event_where("room", same);
    browser.wait("Ada", LIVE);
    says(&mut browser, "Ada", "view only");
    browser.assert_no_errors();
}

#[test]
fn a_host_that_stands_still_is_told_of_in_words() {
    let host = Heliograph::headless(&[&sample("airplane.ply")]);
    let mut browser = Browser::launch();
    browser.watch("guest", &host.view_link());
    signal(host.pid(), "STOP");
    says(&mut browser, "guest", "does not answer");
    signal(host.pid(), "CONT");
    browser.wait("guest", &format!("!{WORDS}.includes('does not answer')"));
    browser.wait("guest", LIVE);
    browser.assert_no_errors();
}

#[test]
fn new_links_send_everyone_away_and_the_old_ones_are_dead() {
    let mut host = Heliograph::headless(&[&sample("airplane.ply")]);
    let mut browser = Browser::launch();
    let old = host.control_link();
    browser.watch("guest", &old);
    host.ask(&json!({"do": "new_links"}));
    let sharing = host.event("sharing");
    assert_ne!(sharing["control"], json!(old));
    says(&mut browser, "guest", "new links");
    browser.open("late", &old);
    says(&mut browser, "late", "no longer valid");
    browser.watch("again", &host.control_link());
}

/// Sends 100,000 messages on whatever channels the page has at the moment: moves to anywhere, and now and then mutated text
/// or plain noise, of which a page may send only little before the host closes it and it has to come back.
const FLOOD: &str = r#"
window.sent = 0;
void (async () => {
  const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const below = (end) => Math.floor(Math.random() * end);
  const texts = [
    '{"type":"input","seq":1,"input":{"type":"down","button":"primary","x":0.5,"y":0.5,"shift":false}}',
    '{"type":"input","seq":2,"input":{"type":"command","command":{"type":"orbit","dx":0.5,"dy":0.1}}}',
    '{"type":"input","seq":3,"input":{"type":"command","command":{"type":"remove_layer","layer":1}}}',
    '{"type":"ask","ask":{"type":"control"}}', '{"type":"ask","ask":{"type":"hand_over","to":1}}', '{"type":"need_keyframe"}',
  ];
  while (window.sent < 100000) {
    const { pointer, control } = window.channels;
    if (pointer?.readyState !== 'open' || control?.readyState !== 'open') { await rest(10); continue; }
    try {
      for (let index = 0; index < 500; index += 1) {
        const bytes = new Uint8Array(20).map(() => below(256));
        bytes[0] = 1;
        if (below(400)) new DataView(bytes.buffer).setFloat32(8, Math.random(), true);
        if (below(400)) new DataView(bytes.buffer).setFloat32(12, Math.random(), true);
        if (below(400)) new DataView(bytes.buffer).setFloat32(16, 1, true);
        if (!below(2000)) bytes[0] = below(256);
        pointer.send(bytes);
        window.sent += 1;
      }
      const letters = [...texts[below(texts.length)]];
      if (below(2)) letters[below(letters.length)] = String.fromCharCode(32 + below(90));
      control.send(letters.join(''));
      window.sent += 1;
    } catch { /* The host has closed it; the page comes back with another. */ }
    while (pointer.bufferedAmount > 100000 && pointer.readyState === 'open') await rest(2);
    await rest(0);
  }
})();
"#;

#[test]
fn a_flood_from_a_view_link_moves_nothing_and_freezes_nobody() {
    let mut host = Heliograph::headless(&[&sample("airplane.ply")]);
    let mut browser = Browser::launch();
    browser.watch("healthy", &host.control_link());
    browser.ask(&json!({"do": "open", "page": "loud", "url": host.view_link(), "spied": true}));
    browser.wait("loud", LIVE);
    let before = host.screenshot("flood-before.png");
    browser.eval("loud", FLOOD);
    let mut longest = std::time::Duration::ZERO;
    while browser.eval("loud", "window.sent < 100000") == true {
        // Turned there and back again: each turn is a picture that the healthy viewer must get.
        for dx in [0.02, -0.02] {
            let shown = browser.stats("healthy")["framesShown"].as_u64();
            let asked = std::time::Instant::now();
            host.ask(&json!({"do": "command", "command": {"type": "orbit", "dx": dx, "dy": 0}}));
            browser.wait("healthy", &format!("window.heliograph.stats().framesShown > {}", shown.unwrap()));
            longest = longest.max(asked.elapsed());
        }
    }
    assert!(longest.as_secs() < 5, "the healthy viewer waited {longest:?} for a picture");
    assert_eq!(browser.stats("healthy")["state"], "live");
    let after = host.screenshot("flood-after.png");
    assert!(after.psnr_db(&before) > 30.0, "the flood moved the scene");
    let layers = host.seen("loaded").unwrap()["layers"].clone();
    assert_eq!(layers, 1);
}

/// The UDP sockets of a process, by `/proc/net/udp`.
fn udp_sockets(pid: u32) -> usize {
    let table: String = ["udp", "udp6"]
        .map(|name| std::fs::read_to_string(format!("/proc/{pid}/net/{name}")).unwrap_or_default())
        .concat();
    let inodes: Vec<&str> = table.lines().filter_map(|line| line.split_whitespace().nth(9)).collect();
    let files = std::fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    let targets = files.filter_map(|file| std::fs::read_link(file.path()).ok());
    targets.filter(|target| inodes.iter().any(|inode| *target == Path::new(&format!("socket:[{inode}]")))).count()
}

#[test]
fn the_end_of_a_session_is_the_end_of_its_ports_packets_and_tokens() {
    let mut host = Heliograph::headless(&[&sample("airplane.ply")]);
    let mut browser = Browser::launch();
    browser.watch("guest", &host.control_link());
    let (sidecar, address) = (host.sidecar_pid(), host.address());
    assert!(udp_sockets(sidecar) > 0, "media go over a socket of the sidecar's");
    host.ask(&json!({"do": "end_share"}));
    let asked = std::time::Instant::now();
    host.event("ended");
    assert!(!is_running(sidecar), "the process is gone when the end is told");
    assert!(asked.elapsed().as_secs() < 2, "the end took {:?}", asked.elapsed());
    assert!(TcpStream::connect(&address).is_err(), "nobody listens any more");
    says(&mut browser, "guest", "The session has ended");
    // The next session may be at another port: only the token is old.
    let old = host.tokens()[0].clone();
    host.ask(&json!({"do": "share"}));
    host.event("sharing");
    let place = host.address();
    browser.open("late", &format!("http://{place}/#{old}"));
    says(&mut browser, "late", "no longer valid");
}

/// A local edge that speaks ngrok's protocol; ends when dropped.
struct Edge {
    child: Child,
    _stdin: ChildStdin,
    agent: String,
    public: String,
}

fn example(name: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_heliograph")).with_file_name("examples").join(name);
    assert!(program.exists(), "{} is not built: cargo build -p heliograph-tunnel --examples", program.display());
    program.to_str().unwrap().to_owned()
}

impl Edge {
    fn start(agent: &str, public: &str) -> Edge {
        let port = |address: &str| address.rsplit(':').next().unwrap().to_owned();
        let mut child = Command::new(example("edge"))
            .args(["--agent", &port(agent), "--public", &port(public), "--token", "edge-token"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = child.stdin.take().unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        // It goes on telling what it does.
        std::thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()));
        let ready: Value = serde_json::from_str(&line).unwrap();
        let text = |name: &str| ready[name].as_str().unwrap().to_owned();
        Edge { agent: text("agent"), public: text("public"), child, _stdin: stdin }
    }
}

impl Drop for Edge {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn share_by_ngrok(edge: &Edge, token: &str) -> Heliograph {
    let home = common::scratch("share-home");
    std::fs::create_dir_all(&home).unwrap();
    let environment = [
        ("HELIOGRAPH_NGROK_EDGE", edge.agent.as_str()),
        ("NGROK_AUTHTOKEN", token),
        ("XDG_CONFIG_HOME", home.to_str().unwrap()),
    ];
    Heliograph::start_with(&["--headless", "--share=ngrok", &sample("airplane.ply")], &environment)
}

#[test]
fn a_guest_comes_through_ngrok_and_the_tunnel_is_opened_again_when_it_falls() {
    let edge = Edge::start("0", "0");
    let mut host = share_by_ngrok(&edge, "edge-token");
    let place = format!("http://{}/", edge.public);
    host.event_where("sharing", |event| event["control"].as_str().unwrap().starts_with(&place));
    host.event_where("tunnel", |event| event["state"] == "open");
    let mut browser = Browser::launch();
    browser.watch("guest", &host.control_link());
    host.event_where("viewers", |event| event["count"] == 1);

    let (agent, public) = (edge.agent.clone(), edge.public.clone());
    drop(edge);
    host.event_where("tunnel", |event| event["state"] == "lost");
    browser.wait("guest", LIVE);
    let _edge = Edge::start(&agent, &public);
    let open = host.event_where("tunnel", |event| event["state"] == "open");
    assert_eq!(open["changed"], false, "{open}");
    browser.watch("second", &host.view_link());
    signal(host.sidecar_pid(), "KILL");
    host.event_where("sidecar", |event| event["state"] == "restarted");
    host.event_where("viewers", |event| event["count"] == 2);
    browser.wait("second", LIVE);
    browser.assert_no_errors();
}

#[test]
fn without_a_valid_token_there_is_a_sentence_and_the_session_goes_on_here() {
    let edge = Edge::start("0", "0");
    let mut host = share_by_ngrok(&edge, "another-token");
    let failed = host.event_where("tunnel", |event| event["state"] == "failed");
    let sentence = failed["sentence"].as_str().unwrap();
    assert!(sentence.contains("dashboard.ngrok.com") && !sentence.contains("another-token"), "{sentence}");
    let mut browser = Browser::launch();
    browser.watch("guest", &host.control_link());
    for pid in [host.pid(), host.sidecar_pid()] {
        let command = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap();
        assert!(!String::from_utf8_lossy(&command).contains("another-token"));
    }
}

#[test]
fn a_tunnel_command_is_run_and_ends_with_the_session() {
    let report = common::scratch("share-command.json");
    let _ = std::fs::remove_file(&report);
    let command = format!(
        "{} --url https://made-up.trycloudflare.com --report {} --place {{addr}}",
        example("fake_tunnel"),
        report.display()
    );
    let mut host = Heliograph::start(&["--headless", "--tunnel-command", &command, &sample("airplane.ply")]);
    let sharing = host.event_where("sharing", |event| {
        event["view"].as_str().unwrap().starts_with("https://made-up.trycloudflare.com/#")
    });
    assert!(sharing["control"].as_str().unwrap().starts_with("https://made-up.trycloudflare.com/#"));
    let told: Value = serde_json::from_str(&std::fs::read_to_string(&report).unwrap()).unwrap();
    let pid = u32::try_from(told["pid"].as_u64().unwrap()).unwrap();
    assert!(is_running(pid) && told["token"].is_null());
    host.ask(&json!({"do": "end_share"}));
    host.event("ended");
    wait_until("the command is gone", || !is_running(pid));
}

#[test]
fn a_template_that_is_none_is_told_at_once() {
    let mut host =
        Heliograph::start(&["--headless", "--tunnel-command", "no placeholder here", &sample("airplane.ply")]);
    let failed = host.event_where("tunnel", |event| event["state"] == "failed");
    assert!(failed["sentence"].as_str().unwrap().contains("{url}"), "{failed}");
}
