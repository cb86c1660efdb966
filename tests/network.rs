//! Scenarios on networks that block, lose, delay and move: `tests/lab/run.mjs` plays them, each in namespaces of its own.
//!
//! This is a program of its own and no list of test functions, so that a scenario that this machine cannot play is counted as
//! skipped, with its reason, instead of as passed. Words on the command line choose scenarios, as they do elsewhere:
//! `cargo test --test network mtu`.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS;
    }
    let program = Path::new(env!("CARGO_BIN_EXE_heliograph"));
    let shaper = program.with_file_name("examples").join("shaper");
    assert!(shaper.exists(), "{} is not built: cargo build -p heliograph-lab --examples", shaper.display());
    let words: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    let mut command = Command::new("node");
    command.current_dir(env!("CARGO_MANIFEST_DIR")).arg("tests/lab/run.mjs").arg("test").args([program, &shaper]);
    // The end of its stdin tells it that nobody waits any more, however this process ends.
    let mut child = command.args(words).stdin(Stdio::piped()).spawn().expect("`make test` installs Node.js");
    let held = child.stdin.take();
    let status = child.wait().unwrap();
    drop(held);
    if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
