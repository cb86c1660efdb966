//! A real Chromium, driven through `tests/browser/driver.mjs`.

use super::picture::Rgba;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A running browser; ends when dropped.
pub struct Browser {
    child: Child,
    stdin: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
}

/// The live picture has arrived and moves.
pub const LIVE: &str = "window.heliograph?.stats().state === 'live' && window.heliograph.stats().framesShown > 0";

impl Browser {
    /// Starts it.
    pub fn launch() -> Browser {
        Browser::launch_with(&[])
    }

    /// The same with flags of the scenario's own.
    pub fn launch_with(flags: &[&str]) -> Browser {
        let driver = format!("{}/tests/browser/driver.mjs", env!("CARGO_MANIFEST_DIR"));
        let mut command = Command::new("node");
        let mut child = command.arg(driver).args(flags).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let stdin = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut browser = Browser { child, stdin, answers };
        let ready = browser.answer();
        assert!(ready["ready"].is_string(), "the browser did not start: {ready}");
        browser
    }

    fn answer(&mut self) -> Value {
        let line =
            self.answers.next().expect("the browser's driver ended; `make test` installs what it needs").unwrap();
        serde_json::from_str(&line).unwrap()
    }

    /// Does one of the driver's actions.
    pub fn ask(&mut self, request: &Value) -> Value {
        self.try_ask(request).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The same, where a failure is expected.
    pub fn try_ask(&mut self, request: &Value) -> Result<Value, String> {
        writeln!(self.stdin.as_mut().unwrap(), "{request}").unwrap();
        let mut answer = self.answer();
        match answer["error"].as_str() {
            Some(error) => Err(error.to_owned()),
            None => Ok(answer["value"].take()),
        }
    }

    /// Opens a page of 1280×720.
    pub fn open(&mut self, page: &str, url: &str) {
        self.ask(&json!({"do": "open", "page": page, "url": url}));
    }

    /// Opens a page and waits for the live picture.
    pub fn watch(&mut self, page: &str, url: &str) {
        self.open(page, url);
        self.wait(page, LIVE);
    }

    /// Waits until a script's value is true.
    pub fn wait(&mut self, page: &str, script: &str) {
        if let Err(error) = self.try_ask(&json!({"do": "wait", "page": page, "script": script})) {
            let stats = self
                .try_ask(&json!({"do": "eval", "page": page, "script": "JSON.stringify(window.heliograph?.stats())"}));
            let text = self.eval(page, "document.body.innerText");
            panic!("{error}\nwaited for {script}\nstats: {stats:?}\ntext: {text}");
        }
    }

    /// A script's value.
    pub fn eval(&mut self, page: &str, script: &str) -> Value {
        self.ask(&json!({"do": "eval", "page": page, "script": script}))
    }

    /// What [`window.heliograph.stats()`] says.
    pub fn stats(&mut self, page: &str) -> Value {
        self.eval(page, "window.heliograph.stats()")
    }

    /// The live picture, scaled.
    pub fn picture(&mut self, page: &str, width: usize, height: usize) -> Rgba {
        let value = self.ask(&json!({"do": "picture", "page": page, "width": width, "height": height}));
        Rgba { width, height, bytes: super::picture::from_base64(value.as_str().unwrap()) }
    }

    /// Drags with a mouse button.
    pub fn drag(&mut self, page: &str, from: (i32, i32), to: (i32, i32), steps: u32) {
        self.ask(&json!({"do": "drag", "page": page, "from": [from.0, from.1], "to": [to.0, to.1], "steps": steps}));
    }

    /// Closes a page as its user would.
    pub fn close(&mut self, page: &str) {
        self.ask(&json!({"do": "close", "page": page}));
    }

    /// Fails when any page met an error.
    pub fn assert_no_errors(&mut self) {
        let errors = self.ask(&json!({"do": "errors"}));
        assert_eq!(errors, json!([]), "a page met errors");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver closes the browser when its stdin ends.
        self.stdin = None;
        let _ = self.child.wait();
    }
}
