//! What `--json` prints: one event a line on stdout, so that a script can follow what a person would see.

use crate::engine::Figures;
use crate::share::TunnelState;
use heliograph_wire::room::{Arrival, ControlMode, Guest};
use heliograph_wire::{SceneStatus, ViewerId};
use serde::Serialize;
use std::io::Write;

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The links work.
    Sharing {
        /// For those who look.
        view: String,
        /// For those who steer, too.
        control: String,
    },
    /// Everything that was asked for has been opened, or has failed.
    Loaded {
        /// Layers in the scene now.
        layers: usize,
    },
    /// The window shows its first frame.
    Window,
    /// A dialog of the window opened, or (without a name) closed.
    Dialog {
        /// `open`, `share` or `help`.
        name: Option<&'static str>,
    },
    /// Something went wrong; the program goes on.
    Error {
        /// One sentence.
        message: String,
    },
    /// Someone came or went.
    Viewers {
        /// Watching now.
        count: usize,
    },
    /// Who is here, who knocks, who may steer.
    Room {
        /// Whose hands count.
        mode: ControlMode,
        /// Whether newcomers must knock.
        asks_first: bool,
        /// Who steers, where one does at a time.
        steers: Option<ViewerId>,
        /// Who is here.
        guests: Vec<Guest>,
        /// Who waits at the door. Passes are secrets and are left out.
        knocks: Vec<Arrival>,
    },
    /// The tunnel changed its state.
    Tunnel {
        /// Where it stands.
        #[serde(flatten)]
        tunnel: TunnelState,
    },
    /// The streaming process changed its state.
    Sidecar {
        /// `restarting` or `restarted`.
        state: &'static str,
        /// Its process id, once it runs.
        #[serde(skip_serializing_if = "Option::is_none")]
        pid: Option<u32>,
        /// Why the one before is replaced, as a sentence.
        #[serde(skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// A picture that a script asked for is written.
    Screenshot {
        /// Where.
        path: std::path::PathBuf,
    },
    /// The session is saved.
    Saved {
        /// Where.
        path: std::path::PathBuf,
    },
    /// The code of the view, as a script asked.
    View {
        /// For the command `open_view`.
        code: String,
    },
    /// Everything about the scene but its pixels, as a script asked.
    Scene {
        /// The same that pages are told.
        scene: Box<SceneStatus>,
    },
    /// What the render thread measured since a script asked last.
    Figures {
        /// The figures.
        #[serde(flatten)]
        figures: Figures,
    },
    /// The share is over.
    Ended,
}

/// Where events go: JSON on stdout, or sentences for people on stderr and links on stdout.
#[derive(Debug, Clone, Copy)]
pub struct Reporter {
    /// Whether `--json` was given.
    pub json: bool,
}

impl Reporter {
    /// Prints an event.
    pub fn report(self, event: &Event) {
        if self.json {
            let Ok(line) = serde_json::to_string(event) else { return };
            say(&line);
            return;
        }
        match event {
            Event::Sharing { view, control } => {
                say(&format!(
                    "The view can be opened\n  to look:  {view}\n  to steer: {control}\nStop sharing with Ctrl+C."
                ));
            }
            Event::Error { message } => eprintln!("{message}"),
            Event::Sidecar { why: Some(why), .. } => eprintln!("{why} Another is started."),
            Event::Sidecar { state, .. } => eprintln!("The streaming process is {state}."),
            Event::Window
            | Event::Dialog { .. }
            | Event::Loaded { .. }
            | Event::Viewers { .. }
            | Event::Room { .. }
            | Event::Tunnel { .. }
            | Event::Screenshot { .. }
            | Event::Saved { .. }
            | Event::View { .. }
            | Event::Scene { .. }
            | Event::Figures { .. }
            | Event::Ended => {}
        }
    }
}

/// A reader that went away is no reason to stop drawing.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
