//! The window on a real X server: open a file by its path, press Share, a browser joins.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::browser::Browser;
use common::{Heliograph, sample, scratch, wait_until};
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

/// Held while an X server looks for a free number: two that look at once take each other's socket away.
static ONE_STARTS: Mutex<()> = Mutex::new(());

/// A display without a screen; ends when dropped.
struct Display {
    child: Child,
    name: String,
}

impl Display {
    fn start() -> Display {
        let _one = ONE_STARTS.lock();
        let mut child = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb is there: `make test` installs it");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let display = Display { child, name: format!(":{}", line.trim()) };
        display.do_with_hand(&["getdisplaygeometry"]);
        display
    }

    fn do_with_hand(&self, arguments: &[&str]) {
        let status = Command::new("xdotool").args(arguments).env("DISPLAY", &self.name).status().unwrap();
        assert!(status.success(), "xdotool {arguments:?}");
    }

    fn has_window(&self, title: &str) -> bool {
        let arguments = ["search", "--onlyvisible", "--name", title];
        Command::new("xdotool")
            .args(arguments)
            .env("DISPLAY", &self.name)
            .stdout(Stdio::null())
            .status()
            .unwrap()
            .success()
    }

    /// What is on the screen, for people to look at.
    fn screenshot(&self, name: &str) {
        let path = scratch(name);
        let _ = Command::new("import").args(["-window", "root"]).arg(path).env("DISPLAY", &self.name).status();
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_file_is_opened_by_its_path_and_shared_with_one_click() {
    let display = Display::start();
    let environment = [("DISPLAY", display.name.as_str()), ("WAYLAND_DISPLAY", "")];
    let mut window = Heliograph::start_with(&[], &environment);
    window.event("window");
    display.do_with_hand(&["mousemove", "640", "420"]);
    display.do_with_hand(&["search", "--sync", "--onlyvisible", "--name", "Heliograph", "windowfocus", "--sync"]);
    display.do_with_hand(&["key", "ctrl+o"]);
    window.event_where("dialog", |event| event["name"] == "open");
    display.do_with_hand(&["type", "--delay", "8", &sample("autzen.laz")]);
    display.do_with_hand(&["key", "Return"]);
    assert_eq!(window.event("loaded")["layers"], 1);
    wait_until("the window says what it shows", || display.has_window("autzen"));
    display.screenshot("window-scene.png");

    display.do_with_hand(&["mousemove", "1240", "21", "click", "1"]);
    window.event("sharing");
    display.screenshot("window-share.png");
    let mut browser = Browser::launch();
    browser.watch("guest", &window.control_link());
    window.event_where("viewers", |event| event["count"] == 1);
    let before = window.screenshot("window-before.png");
    browser.ask(&json!({"do": "key", "page": "guest", "key": "5"}));
    wait_until("the guest's key turns the host's scene", || {
        window.screenshot("window-after.png").psnr_db(&before) < 30.0
    });
    display.screenshot("window-steered.png");
    browser.assert_no_errors();
}

#[test]
fn a_file_that_cannot_be_opened_is_told_in_the_window_and_to_scripts() {
    let display = Display::start();
    let environment = [("DISPLAY", display.name.as_str()), ("WAYLAND_DISPLAY", "")];
    let mut window = Heliograph::start_with(&[&sample("airplane.ply"), "/nowhere/scan.laz"], &environment);
    let message = window.event("error")["message"].as_str().unwrap().to_owned();
    assert!(message.contains("scan.laz"), "{message}");
    assert_eq!(window.event("loaded")["layers"], 1, "what could be opened is open");
    display.screenshot("window-problem.png");
}
