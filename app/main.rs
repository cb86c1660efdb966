//! The executable: dispatches to the window, the headless host, the doctor or the sidecar.

use anyhow::Result;
use clap::Parser;
use heliograph::cli::{Cli, Mode, ViewArgs};
use heliograph::events::{Event, Reporter};
use heliograph::share::ShareSettings;
use heliograph::{doctor, headless, shell};
use heliograph_scene::load::Source;
use std::process::ExitCode;

fn main() -> ExitCode {
    // The sidecar is dispatched before anything of the window starts.
    let is_sidecar = std::env::args_os().nth(1).is_some_and(|argument| argument == "sidecar");
    start_logging(if is_sidecar { "sidecar" } else { "heliograph" });
    if is_sidecar {
        return heliograph_stream::run();
    }
    let cli = Cli::parse();
    match cli.mode {
        Some(Mode::Doctor) => doctor::run(),
        Some(Mode::Sidecar) => heliograph_stream::run(),
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
    let defaults = ShareSettings::default();
    let settings = ShareSettings {
        bind: args.bind.unwrap_or(defaults.bind),
        port: args.port,
        max_viewers: args.max_viewers,
        allow_embed: args.allow_embed,
    };
    if let Some(path) = args.screenshot {
        return headless::screenshot(&sources, args.size, &path);
    }
    if args.headless {
        return headless::run(sources, args.size, settings, reporter);
    }
    if !doctor::has_display() {
        eprintln!("There is no display here, so Heliograph goes on without a window.");
        return headless::run(sources, args.size, settings, reporter);
    }
    doctor::before_window().map_err(anyhow::Error::msg)?;
    shell::run(sources, settings, reporter, args.share)
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
