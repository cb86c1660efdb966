//! What a stranger gets: nothing but the bare page.
#![allow(unreachable_pub, clippy::unwrap_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;
mod confined;
mod flood;
mod pages;
mod sidecar;

use common::browser::Browser;
use common::{Heliograph, sample};
use std::io::{Read, Write};

/// Sends one request as it stands; returns the status and everything after it.
fn http(address: &str, request: &str) -> (u16, String) {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(common::PATIENCE)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    // A server may close on a request that it refuses before all of it is read.
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    (status, answer)
}

#[test]
fn without_the_token_there_is_the_bare_page_and_nothing_else() {
    let host = Heliograph::headless(&[&sample("airplane.ply")]);
    let address = host.address();
    let get =
        |path: &str| http(&address, &format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"));
    let (status, page) = get("/");
    assert_eq!(status, 200);
    let token = |link: String| link.rsplit('#').next().unwrap().to_owned();
    let secrets = [token(host.control_link()), token(host.view_link())];
    assert!(secrets.iter().all(|secret| !page.contains(secret)), "the page holds a token");
    assert!(!page.contains("airplane"), "the page tells what is in the scene");

    let post = |headers: &str, body: &str| {
        let length = body.len();
        http(
            &address,
            &format!(
                "POST /whep HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/sdp\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
            ),
        )
    };
    let (control, wrong) = (&secrets[0], "0".repeat(32));
    assert_eq!(post("", "v=0").0, 401);
    assert_eq!(post(&format!("Authorization: Bearer {wrong}\r\n"), "v=0").0, 401);
    assert_eq!(post(&format!("Authorization: Bearer {}\r\n", &control[..31]), "v=0").0, 401);
    assert_eq!(post(&format!("Authorization: Bearer {control}\r\n"), "garbage").0, 400, "garbage is not an offer");
    assert_eq!(post(&format!("Authorization: Bearer {control}\r\nOrigin: http://evil.example\r\n"), "v=0").0, 403);
    let (status, _) = http(&address, "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
    assert_eq!(status, 403, "another host's name opens the page");
    for path in ["/whep/1", "/../Cargo.toml", "/core/../../Cargo.toml", "/tests/"] {
        assert!(matches!(get(path).0, 400..=405), "{path} is answered with {}", get(path).0);
    }
}

#[test]
fn a_page_without_a_valid_token_says_so_and_shows_nothing() {
    let host = Heliograph::headless(&[&sample("airplane.ply")]);
    let mut browser = Browser::launch();
    let bare = format!("http://{}/", host.address());
    for (page, link) in [("none", bare.clone()), ("wrong", format!("{bare}#{}", "0".repeat(32)))] {
        browser.open(page, &link);
        browser.wait(page, "/link/i.test(document.body.innerText)");
        browser.wait(page, "['failed', 'refused', 'ended'].includes(window.heliograph.stats().state)");
        assert_eq!(browser.eval(page, "document.getElementById('stage').videoWidth"), 0);
    }
    browser.assert_no_errors();
}
