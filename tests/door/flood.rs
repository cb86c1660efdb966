//! Strangers who come without end: they get the same answer each time, and leave nothing behind.

use crate::common::{Heliograph, PATIENCE, is_root, sample, wait_until};
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;

const REQUESTS: usize = 10_000;
const CYCLES: usize = 1_000;
const GROWTH_MAX_KB: u64 = 5 * 1024;

fn resident_kb(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// The next answer on a connection that is kept open, without its date.
fn answer(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let mut part = [0; 4096];
    loop {
        let read = stream.read(&mut part).unwrap();
        assert!(read > 0, "the connection was closed");
        answer.extend_from_slice(&part[..read]);
        let text = String::from_utf8_lossy(&answer);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            if body.len() >= length.parse().unwrap() {
                return text.lines().filter(|line| !line.starts_with("date: ")).collect();
            }
        }
    }
}

fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

#[test]
fn ten_thousand_requests_without_a_token_get_constant_answers_and_leave_nothing_behind() {
    let mut host = Heliograph::headless(&[&sample("airplane.ply")]);
    let (address, pid) = (host.address(), host.sidecar_pid());
    let request = |number: usize| {
        let token =
            if number.is_multiple_of(2) { String::new() } else { format!("Authorization: Bearer {number:032}\r\n") };
        format!("POST /whep HTTP/1.1\r\nHost: {address}\r\n{token}Content-Length: 0\r\n\r\n")
    };
    let before = resident_kb(pid);
    let mut answers = BTreeSet::new();
    for round in 0..10 {
        let mut stream = connect(&address);
        for number in 0..REQUESTS / 10 {
            stream.write_all(request(round * 1_000 + number).as_bytes()).unwrap();
            answers.insert(answer(&mut stream));
        }
    }
    let growth = resident_kb(pid).saturating_sub(before);
    println!("{REQUESTS} requests: the sidecar grew by {growth} kB");
    assert!(growth <= GROWTH_MAX_KB, "the sidecar grew by {growth} kB");
    let statuses: Vec<&str> = answers.iter().map(|answer| answer.split(' ').nth(1).unwrap()).collect();
    assert_eq!(statuses, ["401", "429"], "{answers:#?}");
    // Whoever has a token is not held up by what strangers have used up.
    let [token, _] = host.tokens();
    let (status, _) = crate::http(
        &address,
        &format!(
            "DELETE /whep/x HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n"
        ),
    );
    assert_eq!(status, 404);
}

#[test]
fn a_thousand_who_connect_and_leave_leave_no_file_open() {
    let mut host = Heliograph::headless(&[&sample("airplane.ply")]);
    let (address, pid) = (host.address(), host.sidecar_pid());
    if !is_root() {
        println!("left out: only root may count the files of a process that cannot be dumped");
        return;
    }
    let open_files = || std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count();
    let (files, before) = (open_files(), resident_kb(pid));
    for number in 0..CYCLES {
        let mut stream = connect(&address);
        match number % 4 {
            0 => {}
            1 => stream.write_all(b"GET / HT").unwrap(),
            2 => stream
                .write_all(format!("POST /whep HTTP/1.1\r\nHost: {address}\r\nContent-Length: 9\r\n\r\n").as_bytes())
                .unwrap(),
            _ => {
                stream.write_all(format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\n\r\n").as_bytes()).unwrap();
                answer(&mut stream);
            }
        }
    }
    wait_until("all files are closed again", || open_files() <= files);
    let growth = resident_kb(pid).saturating_sub(before);
    println!("{CYCLES} connections: {files} files before, {} after; the sidecar grew by {growth} kB", open_files());
    assert!(growth <= GROWTH_MAX_KB, "the sidecar grew by {growth} kB");
}
