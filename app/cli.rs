//! The command line.

use crate::share::network;
use clap::{Args, Parser, Subcommand, ValueEnum};
use heliograph_scene::Viewport;
use heliograph_wire::Origin;
use heliograph_wire::room::ControlMode;
use std::net::IpAddr;
use std::path::PathBuf;

/// Draw scientific data in a window, mirror the view to a link, steer it from any browser.
#[derive(Debug, Parser)]
#[command(name = "heliograph", version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to do instead of drawing.
    #[command(subcommand)]
    pub mode: Option<Mode>,
    /// What to draw, and how.
    #[command(flatten)]
    pub view: ViewArgs,
}

/// What to do instead of drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum Mode {
    /// Say what this machine has and lacks, and which package mends it
    Doctor,
    /// List the kinds of files that can be opened
    Formats,
    /// The streaming process; the program starts it itself
    #[command(hide = true)]
    Sidecar,
    /// The tunnel's process; the program starts it itself
    #[command(hide = true)]
    Tunnel,
}

/// Who can open the links.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReachArg {
    /// Everyone, through ngrok
    Ngrok,
    /// Everyone, through --tunnel-command
    Command,
    /// Those on this machine's network
    Lan,
    /// Those at this machine
    Local,
}

/// Whose hands move the scene, besides the host's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ControlArg {
    /// Nobody's
    Host,
    /// One guest's at a time
    One,
    /// Those of every guest with a control link
    Everyone,
}

impl From<ControlArg> for ControlMode {
    fn from(argument: ControlArg) -> ControlMode {
        match argument {
            ControlArg::Host => ControlMode::HostOnly,
            ControlArg::One => ControlMode::OneAtATime,
            ControlArg::Everyone => ControlMode::Everyone,
        }
    }
}

/// What to draw, and how.
#[derive(Debug, Args)]
pub struct ViewArgs {
    /// Data to open (`heliograph formats` lists the kinds); each file becomes a layer
    pub files: Vec<PathBuf>,
    /// Draw without a window and share at once
    #[arg(long)]
    pub headless: bool,
    /// Size of the picture without a window
    #[arg(long, value_name = "WIDTHxHEIGHT", default_value = "1280x720", value_parser = parse_size)]
    pub size: Viewport,
    /// Memory that a file may take, e.g. 12G or 800M; larger ones are refused before they are read [default: 60 % of what
    /// is free]
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes)]
    pub max_memory: Option<u64>,
    /// Print one JSON object a line on stdout for everything that happens
    #[arg(long)]
    pub json: bool,
    /// Draw one picture, save it as PNG, and exit
    #[arg(long, value_name = "PNG")]
    pub screenshot: Option<PathBuf>,
    /// Share at once; how far the links reach [default: local]
    #[arg(long, value_name = "REACH", num_args = 0..=1, require_equals = true, default_missing_value = "local")]
    pub share: Option<ReachArg>,
    /// Command that opens a tunnel, e.g. 'cloudflared tunnel --url {url}' or 'ssh -R 80:{addr} nokey@localhost.run'
    #[arg(long, value_name = "TEMPLATE")]
    pub tunnel_command: Option<String>,
    /// Let people in one by one: each must knock and wait for the host
    #[arg(long)]
    pub ask_first: bool,
    /// Whose hands move the scene, besides the host's [default: everyone with a control link]
    #[arg(long, value_name = "WHO")]
    pub control: Option<ControlArg>,
    /// Hours after which the links are dead
    #[arg(long, value_name = "HOURS", default_value_t = crate::share::DEFAULT_LIFETIME_HOURS,
          value_parser = clap::value_parser!(u32).range(1..=24 * 30))]
    pub lifetime: u32,
    /// Address that the share listens on [default: 127.0.0.1, this machine only]
    #[arg(long, value_name = "ADDRESS")]
    pub bind: Option<IpAddr>,
    /// Port that the share listens on; the next free one when it is taken
    #[arg(long, value_name = "PORT", default_value_t = crate::share::DEFAULT_PORT)]
    pub port: u16,
    /// What all viewers together may be sent, e.g. 4M or 800k bits a second [default: what the line is found to carry]
    #[arg(long, value_name = "RATE", value_parser = network::parse_rate)]
    pub upload: Option<u32>,
    /// STUN server by which guests reach this machine through routers, as HOST:PORT; repeat it for more
    #[arg(long, value_name = "SERVER", value_parser = network::parse_stun)]
    pub stun: Vec<String>,
    /// TURN server that relays where nothing else gets through, e.g. turns:turn.example:443?transport=tcp; repeat it for more
    #[arg(long, value_name = "URL", value_parser = network::parse_turn)]
    pub turn: Vec<String>,
    /// File with the relay's user name and, on the next line, its password [default: HELIOGRAPH_TURN_USERNAME and
    /// HELIOGRAPH_TURN_CREDENTIAL]
    #[arg(long, value_name = "FILE")]
    pub turn_credentials: Option<PathBuf>,
    /// Most viewers at a time, 1 to 64
    #[arg(long, value_name = "N", default_value_t = crate::share::DEFAULT_MAX_VIEWERS,
          value_parser = clap::value_parser!(u32).range(1..=64))]
    pub max_viewers: u32,
    /// Web page that may show the view inside it, e.g. https://lab.example; repeat it for more [default: none]
    #[arg(long, value_name = "ORIGIN")]
    pub allow_embed: Vec<Origin>,
}

/// Smallest and largest picture in pixels: what the encoder takes.
const LEAST: u32 = 64;
const MOST: (u32, u32) = (3840, 2160);

fn parse_size(text: &str) -> Result<Viewport, String> {
    let parsed = text.split_once(['x', 'X', '×']).and_then(|(width, height)| {
        Some(Viewport { width: width.trim().parse().ok()?, height: height.trim().parse().ok()? })
    });
    let Some(size) = parsed else { return Err("write it as WIDTHxHEIGHT, for example 1280x720".into()) };
    let fits = (LEAST..=MOST.0).contains(&size.width) && (LEAST..=MOST.1).contains(&size.height);
    if fits { Ok(size) } else { Err(format!("the picture can be {LEAST}x{LEAST} to {}x{}", MOST.0, MOST.1)) }
}

fn parse_bytes(text: &str) -> Result<u64, String> {
    let text = text.trim().trim_end_matches(['B', 'b']);
    let (digits, unit) = match text.char_indices().last() {
        Some((at, 'K' | 'k')) => (&text[..at], 1_000),
        Some((at, 'M' | 'm')) => (&text[..at], 1_000_000),
        Some((at, 'G' | 'g')) => (&text[..at], 1_000_000_000),
        _ => (text, 1),
    };
    let number: f64 = digits.trim().parse().map_err(|_| "write it as a number and a unit, for example 12G or 800M")?;
    if number.is_finite() && number > 0.0 {
        Ok((number * f64::from(unit)) as u64)
    } else {
        Err("it must be above 0".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_read_or_refused_with_a_sentence() {
        assert_eq!(parse_size("1280x720"), Ok(Viewport { width: 1280, height: 720 }));
        for bad in ["", "x", "1280", "1280x", "axb", "-1x5", "0x0", "99999x720", "1280x720x3"] {
            assert!(parse_size(bad).is_err(), "{bad} passed");
        }
    }

    #[test]
    fn memory_is_read_or_refused_with_a_sentence() {
        for (text, expected) in [("12G", 12_000_000_000), ("0.5gb", 500_000_000), ("800M", 800_000_000), ("7", 7)] {
            assert_eq!(parse_bytes(text), Ok(expected), "{text}");
        }
        for bad in ["", "G", "much", "-1G", "0", "nan", "inf"] {
            assert!(parse_bytes(bad).is_err(), "{bad} passed");
        }
    }

    #[test]
    fn who_may_watch_and_embed_is_read_or_refused_with_a_sentence() {
        let read = |arguments: &[&str]| {
            Cli::try_parse_from([&["heliograph"], arguments].concat()).map_err(|error| error.to_string())
        };
        let view = read(&[]).unwrap().view;
        assert_eq!((view.max_viewers, view.allow_embed.len()), (16, 0));
        let view = read(&["--max-viewers", "64", "--allow-embed", "https://a.example", "--allow-embed", "HTTP://b:81"]);
        let view = view.unwrap().view;
        let origins: Vec<&str> = view.allow_embed.iter().map(Origin::as_str).collect();
        assert_eq!((view.max_viewers, origins), (64, vec!["https://a.example", "http://b:81"]));
        for bad in ["0", "65", "-1", "many"] {
            assert!(read(&["--max-viewers", bad]).is_err(), "{bad} passed");
        }
        for bad in ["a.example", "https://a.example/page", "*", "https://*", "null"] {
            let sentence = read(&["--allow-embed", bad]).unwrap_err();
            assert!(sentence.contains("for example https://lab.example"), "{bad}: {sentence}");
        }
    }

    #[test]
    fn how_far_the_links_reach_is_one_word() {
        let share = |arguments: &[&str]| {
            Cli::try_parse_from([&["heliograph"], arguments].concat()).map(|cli| (cli.view.share, cli.view.files.len()))
        };
        assert_eq!(share(&["a.laz"]).unwrap(), (None, 1));
        assert_eq!(share(&["--share", "a.laz"]).unwrap(), (Some(ReachArg::Local), 1));
        assert_eq!(share(&["--share=ngrok", "a.laz"]).unwrap(), (Some(ReachArg::Ngrok), 1));
        assert!(share(&["--share=world"]).is_err());
    }

    #[test]
    fn files_and_modes_are_told_apart() {
        let cli = Cli::try_parse_from(["heliograph", "a.laz", "b.ply", "--headless", "--json"]).unwrap();
        assert_eq!(cli.view.files.len(), 2);
        assert!(cli.view.headless && cli.view.json && cli.mode.is_none());
        assert_eq!(Cli::try_parse_from(["heliograph", "doctor"]).unwrap().mode, Some(Mode::Doctor));
    }
}
