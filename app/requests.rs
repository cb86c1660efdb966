//! What a script may ask of a running host with `--json`: one JSON object a line on stdin.
//!
//! `{"do":"open","files":["a.laz"]}`, `{"do":"command","command":{"type":"fit"}}`, `{"do":"screenshot","path":"a.png"}`,
//! `{"do":"save","path":"a.heliograph"}`, `{"do":"save_selection","path":"a.csv"}`, `{"do":"view"}`, `{"do":"export","path":"a.png","width":7680,"height":4320,"legend":true}`, `{"do":"scene"}`, `{"do":"share"}`, `{"do":"end_share"}`, `{"do":"new_links"}`, `{"do":"decide","decision":{"accept":7}}`, `{"do":"figures"}`. The end of stdin ends nothing, so that a host can run in the background.

use crate::host::{HostEvent, Post};
use crate::room::Decision;
use heliograph_wire::Command;
use serde::Deserialize;
use std::io::BufRead;
use std::path::PathBuf;

/// One wish.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// Add files.
    Open {
        /// Their paths.
        files: Vec<PathBuf>,
    },
    /// Change the scene.
    Command {
        /// How.
        command: Command,
    },
    /// Save the picture of this moment as PNG.
    Screenshot {
        /// Where.
        path: PathBuf,
    },
    /// Save the picture so large as PNG.
    Export {
        /// Where.
        path: PathBuf,
        /// In px, 64 to 8192.
        width: u32,
        /// In px, 64 to 8192.
        height: u32,
        /// Whether legends, labels, axes and scale bar are drawn over it.
        #[serde(default)]
        legend: bool,
    },
    /// Save the table of what is selected, as CSV.
    SaveSelection {
        /// Where.
        path: PathBuf,
    },
    /// Save the session.
    Save {
        /// Where.
        path: PathBuf,
    },
    /// Tell the code of the view as it is now.
    View,
    /// Tell everything about the scene but its pixels: layers, controls and their values, what is marked.
    Scene,
    /// Tell what the render thread measured since this was asked last.
    Figures,
    /// Make the links.
    Share,
    /// End the session.
    EndShare,
    /// Decide about guests, e.g. `{"do":"decide","decision":{"accept":7}}` or `{"do":"decide","decision":{"mode":"one_at_a_time"}}`.
    Decide {
        /// What.
        decision: Decision,
    },
    /// Make other links; the old ones are dead.
    NewLinks,
    /// Not a wish.
    #[serde(skip)]
    Malformed {
        /// What is wrong with it.
        sentence: String,
    },
}

/// Reads stdin on a thread of its own, for as long as it lasts.
///
/// # Errors
/// When no thread can be started.
pub fn listen(post: Post) -> std::io::Result<()> {
    let read = move || {
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else { return };
            if !line.trim().is_empty() {
                post(HostEvent::Request(parse(&line)));
            }
        }
    };
    std::thread::Builder::new().name("requests".into()).spawn(read).map(drop)
}

fn parse(line: &str) -> Request {
    let parsed: Result<Request, serde_json::Error> = serde_json::from_str(line);
    let malformed =
        |reason: String| Request::Malformed { sentence: format!("A line on stdin is no request: {reason}.") };
    match parsed {
        Ok(Request::Command { command }) => match command.check() {
            Ok(()) => Request::Command { command },
            Err(error) => malformed(error.to_string()),
        },
        Ok(Request::Export { width, height, .. })
            if !(64..=8192).contains(&width) || !(64..=8192).contains(&height) =>
        {
            malformed("a picture's sides are 64 to 8192 px".to_owned())
        }
        Ok(request) => request,
        Err(error) => malformed(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_wish_or_a_sentence() {
        assert_eq!(parse(r#"{"do":"command","command":{"type":"fit"}}"#), Request::Command { command: Command::Fit });
        assert_eq!(parse(r#"{"do":"share"}"#), Request::Share);
        for bad in
            ["", "{}", r#"{"do":"format_disk"}"#, r#"{"do":"command","command":{"type":"orbit","dx":1e30,"dy":0}}"#]
        {
            assert!(matches!(parse(bad), Request::Malformed { .. }), "{bad} passed");
        }
    }
}
