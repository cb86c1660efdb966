//! What a web page of someone else's reaches from inside its visitor's browser: nothing, even if it knows the token.

use crate::common::browser::{Browser, LIVE};
use crate::sidecar::{Sidecar, TOKEN};
use heliograph_wire::{FromSidecar, ToSidecar};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};

/// The name of a tunnel, and of someone whose name begins like it. Not one of a true tunnel: browsers know that .app
/// speaks HTTPS only.
const TUNNEL: &str = "good.tunnel.test";
const EVIL: &str = "good.tunnel.test.evil.test";

/// Serves an empty page to everyone, until the test's process ends.
fn evil_server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let page = "<!doctype html><title>evil</title><body>";
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: ";
            let _ = write!(stream, "{head}{}\r\n\r\n{page}", page.len());
        }
    });
    address
}

/// A browser for which these names lead to our machine.
fn browser(host: SocketAddr) -> Browser {
    let rules = format!(
        "--host-resolver-rules=MAP {TUNNEL} {host},MAP {EVIL} 127.0.0.1,MAP rebound.test 127.0.0.1,MAP lab.test 127.0.0.1"
    );
    // A frame in a process of its own would keep from us what it was answered.
    Browser::launch_with(&[&rules, "--disable-features=IsolateSandboxedIframes"])
}

/// Tries everything that a page can try, knowing the token; what came of each.
const ATTACK: &str = r"(async (base, token) => {
  const outcome = {};
  const attempt = async (name, work) => {
    try {
      const response = await work();
      outcome[name] = response.status ?? response;
    } catch {
      outcome[name] = 'refused';
    }
  };
  const element = (name, url) => new Promise((resolve, reject) => {
    const made = document.createElement(name);
    made.onload = () => resolve('loaded');
    made.onerror = reject;
    made.src = url;
    document.documentElement.append(made);
  });
  const offer = { method: 'POST', headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/sdp' }, body: 'v=0' };
  await attempt('read', () => fetch(`${base}/healthz`));
  await attempt('read blind', () => fetch(`${base}/healthz`, { mode: 'no-cors' }));
  await attempt('post', () => fetch(`${base}/whep`, offer));
  await attempt('post blind', () => fetch(`${base}/whep`, { method: 'POST', mode: 'no-cors', body: 'v=0' }));
  await attempt('delete', () => fetch(`${base}/whep/x`, { method: 'DELETE', headers: offer.headers }));
  await attempt('script', () => element('script', `${base}/app/main.js`));
  await attempt('image', () => element('img', `${base}/icon.svg`));
  await attempt('socket', () => new Promise((resolve, reject) => {
    const socket = new WebSocket(`${base.replace('http', 'ws')}/ws`);
    socket.onopen = () => resolve('open');
    socket.onerror = reject;
  }));
  return outcome;
})";

fn attack(base: &str) -> String {
    format!("{ATTACK}('{base}', '{TOKEN}')")
}

/// Nothing came of anything.
fn assert_all_refused(outcome: &Value, allowed: &Value) {
    let outcome = outcome.as_object().unwrap();
    assert_eq!(outcome.len(), 8, "{outcome:?}");
    let through: Vec<_> = outcome.iter().filter(|(_, what)| *what != "refused" && *what != allowed).collect();
    assert!(through.is_empty(), "{through:?}");
}

/// The host saw nobody come, and nothing answered but 403.
fn assert_untouched(browser: &mut Browser, page: &str, host: Sidecar) {
    let statuses = browser.ask(&json!({"do": "statuses", "page": page}));
    let own: Vec<_> = statuses.as_array().unwrap().iter().filter(|status| **status != 200).collect();
    assert!(!own.is_empty() && own.iter().all(|status| **status == 403), "{statuses}");
    let said = host.end();
    let touched = |line: &FromSidecar| matches!(line, FromSidecar::WantFrame | FromSidecar::ViewerJoined { .. });
    assert!(!said.iter().any(touched), "{said:?}");
}

#[test]
fn a_page_whose_name_begins_like_the_tunnels_reaches_nothing() {
    let mut host = Sidecar::start(&[]);
    host.say(&ToSidecar::Reachable { origins: vec![format!("http://{TUNNEL}").parse().unwrap()] });
    let mut browser = browser(host.address);
    browser.open("evil", &format!("http://{EVIL}:{}/", evil_server().port()));
    for base in [
        format!("http://{}", host.address),
        format!("http://localhost:{}", host.address.port()),
        format!("http://{TUNNEL}"),
    ] {
        assert_all_refused(&browser.eval("evil", &attack(&base)), &json!("refused"));
    }
    assert_untouched(&mut browser, "evil", host);
}

#[test]
fn a_page_without_an_origin_reaches_nothing() {
    let host = Sidecar::start(&[]);
    let mut browser = browser(host.address);
    browser.open("evil", &format!("http://{EVIL}:{}/", evil_server().port()));
    let inner = attack(&format!("http://{}", host.address));
    let script = format!("<script>{inner}.then((outcome) => parent.postMessage([origin, outcome], '*'))</script>");
    let outcome = browser.eval(
        "evil",
        &format!(
            "new Promise((resolve) => {{
              addEventListener('message', ({{ data }}) => resolve(data));
              const frame = document.createElement('iframe');
              frame.sandbox = 'allow-scripts';
              frame.srcdoc = {};
              document.body.append(frame);
            }})",
            json!(script)
        ),
    );
    assert_eq!(outcome[0], "null", "the frame has an origin");
    assert_all_refused(&outcome[1], &json!("refused"));
    assert_untouched(&mut browser, "evil", host);
}

#[test]
fn a_name_that_was_made_to_point_here_opens_nothing() {
    let host = Sidecar::start(&[]);
    let mut browser = browser(host.address);
    let rebound = format!("http://rebound.test:{}", host.address.port());
    browser.open("evil", &rebound);
    assert!(browser.eval("evil", "document.getElementById('stage') === null").as_bool().unwrap(), "the page is shown");
    // The same origin to the browser, which would let it read everything.
    assert_all_refused(&browser.eval("evil", &attack(&rebound)), &json!(403));
    assert_untouched(&mut browser, "evil", host);
}

/// Puts the host's page into a frame; what the browser shows there.
fn framed(browser: &mut Browser, page: &str, url: &str) -> Value {
    let script = format!(
        "new Promise((resolve) => {{
          const frame = document.createElement('iframe');
          frame.onload = resolve;
          frame.src = '{url}';
          document.body.append(frame);
        }}).then(() => null)"
    );
    browser.eval(page, &script);
    let frames = browser.ask(&json!({"do": "frames", "page": page}));
    assert_eq!(frames.as_array().unwrap().len(), 1, "{frames}");
    frames[0].clone()
}

#[test]
fn nobody_shows_the_page_in_a_frame_but_those_who_are_named() {
    let evil = evil_server();
    let closed = Sidecar::start(&[]);
    let open = Sidecar::start(&[&format!("http://lab.test:{}", evil.port())]);
    let mut browser = browser(closed.address);
    for (page, name, host, expected) in
        [("closed", "lab.test", &closed, false), ("other", EVIL, &open, false), ("named", "lab.test", &open, true)]
    {
        browser.open(page, &format!("http://{name}:{}/", evil.port()));
        let shown = framed(&mut browser, page, &format!("http://{}/?iframe=1", host.address));
        assert_eq!(shown["hasStage"], expected, "{page}: {shown}");
        // The browser's own error page has no address.
        assert_eq!(shown["url"] != "", expected, "{page}: {shown}");
    }
}

#[test]
fn the_tunnels_own_page_is_live() {
    let mut host = Sidecar::start(&[]);
    host.say(&ToSidecar::Reachable { origins: vec![format!("http://{TUNNEL}").parse().unwrap()] });
    let mut browser = browser(host.address);
    browser.open("guest", &format!("http://{TUNNEL}/#{TOKEN}"));
    host.let_in();
    browser.wait("guest", LIVE);
    browser.assert_no_errors();
}
