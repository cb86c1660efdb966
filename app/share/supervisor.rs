//! Keeps a sidecar running: starts it, watches its pulse, replaces it when it dies or hangs, and ends it.

use super::restarts::Restarts;
use super::sidecar::Sidecar;
use super::{FromShare, Links, ShareSettings};
use crate::engine::{EngineHandle, ToEngine};
use heliograph_wire::link::Tokens;
use heliograph_wire::{FromSidecar, PROTOCOL, SceneStatus, ToSidecar, ViewerId};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

/// How often the pulse is felt.
const CHECK_EVERY: Duration = Duration::from_millis(250);
/// So many checks in a row without a beat, and the sidecar hangs. Checks are counted rather than seconds, so that an
/// app that was itself stopped for a minute does not blame the sidecar.
const MISSED_CHECKS: u32 = 4;
/// The same before the first beat: a busy machine may take a while to start a process.
const MISSED_CHECKS_AT_START: u32 = 40;
/// How long a sidecar has for its goodbyes.
const GOODBYE: Duration = Duration::from_millis(800);

/// Messages that may wait for the supervisor; a sidecar that says more than it can hear is made to wait.
pub(super) const MAX_MESSAGES: usize = 1024;

/// What the supervisor's thread is told.
pub(super) enum ToSupervisor {
    /// The scene's description changed.
    Scene(Arc<SceneStatus>),
    /// End the session.
    End,
    /// A sidecar said something.
    Line {
        /// Which run of the sidecar.
        run: u32,
        /// What.
        message: FromSidecar,
    },
    /// A sidecar's stdout ended.
    EndOfLines {
        /// Which run of the sidecar.
        run: u32,
    },
}

/// How a run of the sidecar ended.
enum Ending {
    /// As it was asked to.
    Asked,
    /// By itself; why, as a sentence. Another run may work.
    Lost(String),
    /// For a reason that another run would meet again; which, as a sentence.
    Hopeless(String),
}

pub(super) struct Supervisor {
    settings: ShareSettings,
    tokens: Tokens,
    engine: EngineHandle,
    status: Arc<SceneStatus>,
    tell: Box<dyn Fn(FromShare) + Send>,
    sender: SyncSender<ToSupervisor>,
    restarts: Restarts,
    run: u32,
    next_viewer: u32,
    /// Once it listens: the address that every later run must take again.
    address: Option<SocketAddr>,
}

impl Supervisor {
    pub(super) fn new(
        settings: ShareSettings,
        tokens: Tokens,
        engine: EngineHandle,
        status: Arc<SceneStatus>,
        tell: Box<dyn Fn(FromShare) + Send>,
        sender: SyncSender<ToSupervisor>,
    ) -> Supervisor {
        let restarts = Restarts::default();
        Supervisor { settings, tokens, engine, status, tell, sender, restarts, run: 0, next_viewer: 1, address: None }
    }

    pub(super) fn run(mut self, messages: &Receiver<ToSupervisor>) {
        loop {
            self.run += 1;
            let ending = self.one_run(messages);
            // The ring goes with its sidecar; viewers of the old one are let go.
            self.engine.send(ToEngine::Mirror(None));
            match ending {
                Ending::Asked => break,
                Ending::Hopeless(sentence) => {
                    (self.tell)(FromShare::Failed(sentence));
                    break;
                }
                Ending::Lost(sentence) => {
                    let delay = self.restarts.lost(Instant::now());
                    tracing::warn!(%sentence, ?delay, "the streaming process is replaced");
                    (self.tell)(FromShare::Restarting(sentence));
                    if self.is_ended_within(messages, delay) {
                        break;
                    }
                }
            }
        }
        (self.tell)(FromShare::Ended);
    }

    fn one_run(&mut self, messages: &Receiver<ToSupervisor>) -> Ending {
        let (mut sidecar, frames) = match Sidecar::start(self.run, &self.engine, self.sender.clone()) {
            Ok(started) => started,
            Err(error) => return Ending::Hopeless(format!("The streaming process could not be started: {error:#}.")),
        };
        self.engine.send(ToEngine::Mirror(Some(frames)));
        sidecar.say(self.start_line(sidecar.ring_fds));
        sidecar.say(ToSidecar::Scene { scene: (*self.status).clone() });
        let mut beats = 0;
        let mut missed = 0;
        let mut last_check = Instant::now();
        loop {
            let wait = CHECK_EVERY.saturating_sub(last_check.elapsed());
            match messages.recv_timeout(wait) {
                Ok(ToSupervisor::End) => return self.say_goodbye(sidecar, messages),
                Ok(message) => {
                    if let Some(ending) = self.heard(message, &mut sidecar) {
                        return ending;
                    }
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => return Ending::Asked,
                Err(RecvTimeoutError::Timeout) => last_check = Instant::now(),
            }
            if sidecar.beats() == beats {
                missed += 1;
            } else {
                missed = 0;
                beats = sidecar.beats();
            }
            if missed >= if beats == 0 { MISSED_CHECKS_AT_START } else { MISSED_CHECKS } {
                return Ending::Lost("The streaming process does not answer.".into());
            }
        }
    }

    fn start_line(&self, ring_fds: [i32; 2]) -> ToSidecar {
        ToSidecar::Start {
            bind: self.settings.bind,
            port: self.address.map_or(self.settings.port, |address| address.port()),
            exact_port: self.address.is_some(),
            tokens: self.tokens.clone(),
            first_viewer: self.next_viewer,
            max_viewers: self.settings.max_viewers,
            allow_embed: self.settings.allow_embed.clone(),
            ring_fds,
        }
    }

    fn heard(&mut self, message: ToSupervisor, sidecar: &mut Sidecar) -> Option<Ending> {
        match message {
            ToSupervisor::Scene(status) => {
                self.status = status;
                let is_read = sidecar.say(ToSidecar::Scene { scene: (*self.status).clone() });
                (!is_read).then(|| Ending::Lost("The streaming process does not read.".into()))
            }
            ToSupervisor::Line { run, message } if run == self.run => self.line(message, sidecar),
            ToSupervisor::EndOfLines { run } if run == self.run => {
                let how = sidecar.ended().unwrap_or_else(|| "closed its output".into());
                Some(Ending::Lost(format!("The streaming process ended ({how}).")))
            }
            // Of a run that is over.
            ToSupervisor::Line { .. } | ToSupervisor::EndOfLines { .. } | ToSupervisor::End => None,
        }
    }

    fn line(&mut self, message: FromSidecar, sidecar: &Sidecar) -> Option<Ending> {
        match message {
            FromSidecar::Hello { protocol, build, ring_layout } => {
                let ours = (PROTOCOL, heliograph_stream::BUILD_ID, heliograph_ring::LAYOUT_VERSION);
                if (protocol, build.as_str(), ring_layout) != ours {
                    return Some(Ending::Hopeless(format!(
                        "The streaming process is of another build ({build}) than the window ({}): start Heliograph again.",
                        ours.1
                    )));
                }
            }
            FromSidecar::Confined { missing } if missing.is_empty() => {}
            // The sidecar's own log says what that means.
            FromSidecar::Confined { missing } => tracing::info!(?missing, "the streaming process is confined in part"),
            FromSidecar::Listening { address } => {
                self.address = Some(address);
                let links = Links::new(address, &self.tokens);
                (self.tell)(FromShare::Live { links, pid: sidecar.pid(), restarts: self.restarts.total() });
            }
            FromSidecar::WantFrame => self.engine.send(ToEngine::WantFrame),
            FromSidecar::ViewerJoined { viewer: ViewerId(id), role } => {
                self.next_viewer = self.next_viewer.max(id.saturating_add(1));
                self.engine.send(ToEngine::GuestJoined { viewer: ViewerId(id), role });
            }
            FromSidecar::ViewerLeft { viewer, reason } => {
                tracing::info!(viewer = viewer.0, %reason, "a viewer left");
                self.engine.send(ToEngine::GuestLeft { viewer });
            }
            FromSidecar::Stats { stats } => (self.tell)(FromShare::Stats(stats)),
            FromSidecar::Failed { message } => return Some(Ending::Hopeless(message)),
        }
        None
    }

    fn say_goodbye(&self, mut sidecar: Sidecar, messages: &Receiver<ToSupervisor>) -> Ending {
        sidecar.say(ToSidecar::Stop { reason: "The host has ended the session.".into() });
        sidecar.close_stdin();
        let until = Instant::now() + GOODBYE;
        loop {
            match messages.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(ToSupervisor::EndOfLines { run }) if run == self.run => break,
                Ok(_) => {}
                Err(_) => break,
            }
        }
        // Dropping the sidecar makes sure that it is gone.
        Ending::Asked
    }

    /// Waits for `delay`, or until the session is ended.
    fn is_ended_within(&mut self, messages: &Receiver<ToSupervisor>, delay: Duration) -> bool {
        let until = Instant::now() + delay;
        loop {
            match messages.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(ToSupervisor::End) | Err(RecvTimeoutError::Disconnected) => return true,
                Ok(ToSupervisor::Scene(status)) => self.status = status,
                Ok(ToSupervisor::Line { .. } | ToSupervisor::EndOfLines { .. }) => {}
                Err(RecvTimeoutError::Timeout) => return false,
            }
        }
    }
}
