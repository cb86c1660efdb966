//! What can go wrong between the processes, with the real ones.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::browser::Browser;
use common::{Heliograph, is_running, sample, signal, wait_until};
use std::time::{Duration, Instant};

#[test]
fn a_killed_sidecar_is_back_on_screen_without_a_reload() {
    let mut host = Heliograph::headless(&[&sample("autzen.laz")]);
    let mut browser = Browser::launch();
    browser.watch("guest", &host.control_link());
    browser.eval("guest", "window.wasNeverReloaded = true");
    let first = host.sidecar_pid();
    for round in 1..=3 {
        let pid = host.sidecar_pid();
        let killed = Instant::now();
        signal(pid, "KILL");
        host.event_where("sidecar", |event| event["state"] == "restarted");
        let restarted = killed.elapsed();
        browser.wait(
            "guest",
            &format!("window.heliograph.stats().reconnects >= {round} && window.heliograph.stats().state === 'live'"),
        );
        // A frame of the new connection is on screen, not the old one's last.
        browser.eval("guest", "window.heliograph.resetStats()");
        browser.drag("guest", (500, 360), (600, 360), 5);
        browser.wait("guest", "window.heliograph.stats().framesShown > 0");
        println!("killed: process back in {restarted:?}, picture in {:?}", killed.elapsed());
    }
    assert_ne!(host.sidecar_pid(), first);
    assert_eq!(browser.eval("guest", "window.wasNeverReloaded"), true, "the page was reloaded");
    browser.assert_no_errors();
}

#[test]
fn a_sidecar_that_hangs_is_replaced_and_the_host_never_stops_drawing() {
    let mut host = Heliograph::headless(&[&sample("airplane.ply")]);
    let pid = host.sidecar_pid();
    signal(pid, "STOP");
    // The host draws and answers while its sidecar hangs.
    let picture = host.screenshot("hang.png");
    assert!(picture.contrast() > 3.0);
    host.event_where("sidecar", |event| event["state"] == "restarted");
    assert_ne!(host.sidecar_pid(), pid);
    assert!(!is_running(pid), "the hanging process is still there");
}

/// What a process has open or mapped of named shared memory; that would outlive it.
fn shared_memory_of(pid: u32) -> Vec<String> {
    let Ok(open) = std::fs::read_dir(format!("/proc/{pid}/fd")) else {
        println!("left out: only root may see the files of a sidecar, which cannot be dumped");
        return Vec::new();
    };
    let open = open.filter_map(|entry| {
        std::fs::read_link(entry.ok()?.path()).ok().map(|path| path.to_string_lossy().into_owned())
    });
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    let mapped = maps.lines().filter_map(|line| line.split_whitespace().nth(5).map(str::to_owned));
    open.chain(mapped).filter(|path| path.starts_with("/dev/shm")).collect()
}

#[test]
fn a_killed_host_takes_its_sidecar_along_and_leaves_nothing_behind() {
    let folder = common::scratch("killed-host-tmp");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let environment = [("TMPDIR", folder.to_str().unwrap())];
    let mut host = Heliograph::start_with(&["--headless", &sample("airplane.ply")], &environment);
    host.event("loaded");
    let mut browser = Browser::launch();
    browser.watch("guest", &host.control_link());
    let pid = host.sidecar_pid();
    for process in [host.pid(), pid] {
        assert_eq!(shared_memory_of(process), Vec::<String>::new(), "named shared memory outlives its process");
    }
    host.kill();
    let killed = Instant::now();
    wait_until("the sidecar is gone", || !is_running(pid));
    assert!(killed.elapsed() < Duration::from_secs(2), "the sidecar outlived its host by {:?}", killed.elapsed());
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "something is left in {}", folder.display());
    browser.wait("guest", "window.heliograph.stats().state === 'ended'");
}

#[test]
fn a_closed_stdin_ends_the_sidecar() {
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_heliograph"))
        .arg("sidecar")
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    wait_until("the sidecar ends", || child.try_wait().unwrap().is_some());
}

#[test]
fn ended_means_ended() {
    let mut host = Heliograph::headless(&[&sample("airplane.ply")]);
    let mut browser = Browser::launch();
    browser.watch("guest", &host.control_link());
    let (address, pid) = (host.address(), host.sidecar_pid());
    host.ask(&serde_json::json!({"do": "end_share"}));
    host.event("ended");
    assert!(!is_running(pid));
    assert!(std::net::TcpStream::connect(address).is_err(), "the port is still open");
    browser.wait("guest", "window.heliograph.stats().state === 'ended'");
}
