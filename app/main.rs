//! The executable: dispatches to the window, the headless host, the doctor, the sidecar or the tunnel.

use anyhow::Result;
use clap::Parser;
use heliograph::cli::{Cli, Mode, ReachArg, ViewArgs};
use heliograph::events::{Event, Reporter};
use heliograph::host::Start;
use heliograph::room::Decision;
use heliograph::share::ShareSettings;
use heliograph::share::network::{NetworkSettings, relays};
use heliograph::share::reach::Reach;
use heliograph::{doctor, formats, headless, share, shell};
use heliograph_scene::load::{Limits, Source};
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    // The other processes are dispatched before anything of the window starts.
    let process = std::env::args().nth(1);
    match process.as_deref() {
        Some("sidecar") => {
            start_logging("sidecar");
            return heliograph_stream::run();
        }
        Some("tunnel") => {
            start_logging("tunnel");
            return share::tunnel::run();
        }
        _ => start_logging("heliograph"),
    }
    let cli = Cli::parse();
    match cli.mode {
        Some(Mode::Doctor) => doctor::run(),
        Some(Mode::Formats) => formats::run(),
        Some(Mode::Sidecar) => heliograph_stream::run(),
        Some(Mode::Tunnel) => share::tunnel::run(),
        None => {
            let reporter = Reporter { json: cli.view.json };
            match run(cli.view, reporter) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => {
                    reporter.report(&Event::Error { message: format!("{error:#}") });
                    ExitCode::FAILURE
                }
            }
        }
    }
}

fn run(args: ViewArgs, reporter: Reporter) -> Result<()> {
    let sources: Vec<Source> = args.files.into_iter().map(Source::Path).collect();
    let is_wanted = args.share.is_some() || args.tunnel_command.is_some();
    let reach = reach(args.share, args.tunnel_command)?;
    let turn = relays(args.turn, args.turn_credentials.as_deref()).map_err(anyhow::Error::msg)?;
    let network = NetworkSettings { stun: args.stun, turn, upload_bps: args.upload };
    let settings = ShareSettings {
        network,
        reach,
        bind: args.bind,
        port: args.port,
        max_viewers: args.max_viewers,
        allow_embed: args.allow_embed,
        lifetime: Duration::from_secs(u64::from(args.lifetime) * 3600),
    };
    let rules =
        [args.ask_first.then_some(Decision::AskFirst(true)), args.control.map(|mode| Decision::Mode(mode.into()))];
    let limits = args.max_memory.map(|max_bytes| Limits { max_bytes });
    let start = Start { sources, settings, rules: rules.into_iter().flatten().collect(), share: is_wanted, limits };
    if let Some(path) = args.screenshot {
        return headless::screenshot(&start.sources, args.size, &path);
    }
    if args.headless {
        return headless::run(start, args.size, reporter);
    }
    if !doctor::has_display() {
        eprintln!("There is no display here, so Heliograph goes on without a window.");
        return headless::run(start, args.size, reporter);
    }
    doctor::before_window().map_err(anyhow::Error::msg)?;
    shell::run(start, reporter)
}

/// Where the links are to reach.
fn reach(share: Option<ReachArg>, command: Option<String>) -> Result<Reach> {
    match (share, command) {
        (None | Some(ReachArg::Command), Some(template)) => Ok(Reach::Command(template)),
        (Some(ReachArg::Command), None) => anyhow::bail!(
            "--share=command needs the command, for example --tunnel-command 'cloudflared tunnel --url {{url}}'."
        ),
        (Some(_), Some(_)) => anyhow::bail!("--tunnel-command goes with --share=command only."),
        (Some(ReachArg::Ngrok), None) => Ok(Reach::Ngrok),
        (Some(ReachArg::Lan), None) => Ok(Reach::Lan),
        (Some(ReachArg::Local) | None, None) => Ok(Reach::Local),
    }
}

/// Logs go to stderr and only when asked for (`HELIOGRAPH_LOG=debug`); a panic is a bug of ours, told as such.
fn start_logging(process: &'static str) {
    let filter = tracing_subscriber::EnvFilter::try_from_env("HELIOGRAPH_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("off"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false).init();
    std::panic::set_hook(Box::new(move |panic| {
        tracing::error!(process, %panic, "a bug in Heliograph");
        eprintln!("Heliograph met a bug of its own ({process}). HELIOGRAPH_LOG=error shows where; please report it.");
    }));
}
