//! Keeps a sidecar running: starts it, watches its pulse, replaces it when it dies or hangs, and ends it.

mod links;
mod vigil;

use super::restarts::Restarts;
use super::sidecar::Sidecar;
use super::tunnel::{Tunnel, TunnelState};
use super::{FromShare, ShareSettings, fresh_secret};
use crate::engine::{EngineHandle, ToEngine};
use crate::room::{Decision, Order, Room, SharedRoom};
use heliograph_wire::link::{Network, Tokens};
use heliograph_wire::{FromSidecar, Origin, PROTOCOL, SceneStatus, ToSidecar};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};
use vigil::{CHECK_EVERY, Vigil};

/// How often the sidecar hears that the app lives.
const BEAT_EVERY: Duration = Duration::from_secs(1);
/// However fast the room changes, everyone is told no more often than this.
const ROOM_SPACING: Duration = Duration::from_millis(60);
/// How long a sidecar has for its goodbyes.
const GOODBYE: Duration = Duration::from_millis(800);

/// Messages that may wait for the supervisor; a sidecar that says more than it can hear is made to wait.
pub(super) const MAX_MESSAGES: usize = 1024;

/// What the supervisor's thread is told.
pub(super) enum ToSupervisor {
    /// The scene's description changed.
    Scene(Arc<SceneStatus>),
    /// The host decided something about the room.
    Decide(Decision),
    /// Guests of this name are to know something.
    Tell {
        /// What they are called.
        name: String,
        /// For them.
        sentence: String,
    },
    /// Make other links, and send everyone away who came by the old ones.
    NewLinks,
    /// The tunnel says where it stands.
    Tunnel(TunnelState),
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
    /// The address to listen on.
    bind: IpAddr,
    /// As it was looked up when the session began.
    network: Network,
    tokens: Tokens,
    engine: EngineHandle,
    room: SharedRoom,
    /// The room's revision that everyone was told, and when.
    told_room: (u64, Instant),
    /// What guests were told of it: a wish that changes nothing is no news for everyone.
    guests_know: Option<heliograph_wire::room::Room>,
    status: Arc<SceneStatus>,
    tell: Box<dyn Fn(FromShare) + Send>,
    sender: SyncSender<ToSupervisor>,
    restarts: Restarts,
    started: Instant,
    beaten_at: Instant,
    run: u32,
    next_viewer: u32,
    /// Once it listens: the address that every later run must take again.
    address: Option<SocketAddr>,
    /// Outlives the sidecars.
    tunnel: Option<Tunnel>,
    /// The tunnel's address, once it has one.
    public: Option<Origin>,
}

/// What a supervisor works with.
pub(super) struct Parts {
    pub(super) settings: ShareSettings,
    pub(super) tokens: Tokens,
    pub(super) engine: EngineHandle,
    pub(super) room: SharedRoom,
    pub(super) status: Arc<SceneStatus>,
    pub(super) tell: Box<dyn Fn(FromShare) + Send>,
    pub(super) sender: SyncSender<ToSupervisor>,
}

impl Supervisor {
    pub(super) fn new(parts: Parts) -> Supervisor {
        let Parts { settings, tokens, engine, room, status, tell, sender } = parts;
        let now = Instant::now();
        Supervisor {
            settings,
            bind: Ipv4Addr::LOCALHOST.into(),
            network: Network::default(),
            tokens,
            engine,
            room,
            told_room: (u64::MAX, now),
            guests_know: None,
            status,
            tell,
            sender,
            restarts: Restarts::default(),
            started: now,
            beaten_at: now,
            run: 0,
            next_viewer: 1,
            address: None,
            tunnel: None,
            public: None,
        }
    }

    pub(super) fn run(mut self, messages: &Receiver<ToSupervisor>) {
        match self.settings.bind.map_or_else(|| self.settings.reach.address(), Ok) {
            Ok(bind) => self.bind = bind,
            Err(sentence) => {
                (self.tell)(FromShare::Failed(sentence));
                return (self.tell)(FromShare::Ended);
            }
        }
        let (network, problems) = self.settings.network.look_up();
        self.network = network;
        problems.into_iter().for_each(|sentence| (self.tell)(FromShare::Problem(sentence)));
        loop {
            self.run += 1;
            let ending = self.one_run(messages);
            // The ring goes with its sidecar; viewers of the old one are let go, and known when they come back.
            self.engine.send(ToEngine::Mirror(None));
            self.room.lock().everyone_left();
            (self.tell)(FromShare::Room(self.room.lock().view()));
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
        // Closed before the end is told.
        self.tunnel = None;
        *self.room.lock() = Room::default();
        (self.tell)(FromShare::Ended);
    }

    fn one_run(&mut self, messages: &Receiver<ToSupervisor>) -> Ending {
        let (mut sidecar, frames) = match Sidecar::start(self.run, &self.engine, self.sender.clone()) {
            Ok(started) => started,
            Err(error) => return Ending::Hopeless(format!("The streaming process could not be started: {error:#}.")),
        };
        self.engine.send(ToEngine::Mirror(Some(frames)));
        sidecar.say(self.start_line(sidecar.ring_fds));
        sidecar.say(self.reachable_line());
        sidecar.say(ToSidecar::Scene { scene: (*self.status).clone() });
        let mut vigil = Vigil::default();
        let mut last_check = Instant::now();
        self.told_room.0 = u64::MAX;
        self.guests_know = None;
        loop {
            let until_room = self.follow_room(&sidecar);
            let until_check = CHECK_EVERY.saturating_sub(last_check.elapsed());
            match messages.recv_timeout(until_check.min(until_room)) {
                Ok(ToSupervisor::End) => return self.say_goodbye(sidecar, messages, "The host has ended the session."),
                Ok(message) => {
                    if let Some(ending) = self.heard(message, &mut sidecar) {
                        return ending;
                    }
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => return Ending::Asked,
                Err(RecvTimeoutError::Timeout) if last_check.elapsed() < CHECK_EVERY => continue,
                Err(RecvTimeoutError::Timeout) => last_check = Instant::now(),
            }
            if self.started.elapsed() >= self.settings.lifetime {
                (self.tell)(FromShare::Expired);
                return self.say_goodbye(sidecar, messages, "The session's time is over. Ask the host for a new link.");
            }
            if self.beaten_at.elapsed() >= BEAT_EVERY {
                self.beaten_at = Instant::now();
                sidecar.say(ToSidecar::Beat);
            }
            if vigil.gives_up(sidecar.beats(), || sidecar.is_starved()) {
                return Ending::Lost("The streaming process does not answer.".into());
            }
        }
    }

    /// Tells sidecar and window what has changed in the room; returns when to look again at the latest.
    fn follow_room(&mut self, sidecar: &Sidecar) -> Duration {
        let now = Instant::now();
        let mut room = self.room.lock();
        room.tick(now);
        let (told, told_at) = self.told_room;
        if room.revision() == told {
            return CHECK_EVERY;
        }
        let rest = ROOM_SPACING.saturating_sub(now.saturating_duration_since(told_at));
        if told != u64::MAX && !rest.is_zero() {
            return rest;
        }
        self.told_room = (room.revision(), now);
        let (told, view) = (room.told(), room.view());
        drop(room);
        if self.guests_know.as_ref() != Some(&told) {
            sidecar.say(ToSidecar::Room { room: told.clone() });
            self.guests_know = Some(told);
        }
        (self.tell)(FromShare::Room(view));
        CHECK_EVERY
    }

    /// Passes on what the room has decided.
    fn carry_out(&self, orders: Vec<Order>, sidecar: &Sidecar) {
        for order in orders {
            sidecar.say(match order {
                Order::Answer(viewer, answer) => ToSidecar::Answer { viewer, answer },
                Order::Remove(viewer, reason) => ToSidecar::Remove { viewer, reason },
            });
        }
    }

    fn start_line(&self, ring_fds: [i32; 2]) -> ToSidecar {
        ToSidecar::Start {
            bind: self.bind,
            port: self.address.map_or(self.settings.port, |address| address.port()),
            exact_port: self.address.is_some(),
            tokens: self.tokens.clone(),
            first_viewer: self.next_viewer,
            max_viewers: self.settings.max_viewers,
            allow_embed: self.settings.allow_embed.clone(),
            ring_fds,
            network: self.network.clone(),
        }
    }

    fn heard(&mut self, message: ToSupervisor, sidecar: &mut Sidecar) -> Option<Ending> {
        match message {
            ToSupervisor::Scene(status) => {
                self.status = status;
                let is_read = sidecar.say(ToSidecar::Scene { scene: (*self.status).clone() });
                (!is_read).then(|| Ending::Lost("The streaming process does not read.".into()))
            }
            ToSupervisor::Decide(decision) => {
                let orders = self.room.lock().decide(decision, fresh_secret(), Instant::now());
                self.carry_out(orders, sidecar);
                None
            }
            ToSupervisor::Tell { name, sentence } => {
                for viewer in self.room.lock().named(&name) {
                    sidecar.say(ToSidecar::Tell { viewer, text: sentence.clone() });
                }
                None
            }
            ToSupervisor::NewLinks => {
                self.make_new_links(Some(sidecar));
                None
            }
            ToSupervisor::Tunnel(state) => {
                self.follow_tunnel(state, Some(sidecar));
                None
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
                let is_first = self.address.replace(address).is_none();
                if is_first {
                    self.tell_links(None);
                }
                (self.tell)(FromShare::Live { pid: sidecar.pid(), restarts: self.restarts.total() });
                if is_first {
                    self.open_tunnel(address);
                }
            }
            FromSidecar::WantFrame => self.engine.send(ToEngine::WantFrame),
            FromSidecar::Arrival { arrival } => {
                self.next_viewer = self.next_viewer.max(arrival.viewer.0.saturating_add(1));
                let orders = self.room.lock().arrive(&arrival, fresh_secret());
                self.carry_out(orders, sidecar);
            }
            FromSidecar::ViewerJoined { viewer, safety_code } => {
                self.room.lock().joined(viewer, safety_code);
            }
            FromSidecar::Asked { viewer, ask } => self.room.lock().ask(viewer, &ask, Instant::now()),
            FromSidecar::ViewerLeft { viewer, reason } => {
                tracing::info!(viewer = viewer.0, %reason, "a viewer left");
                self.room.lock().left(viewer, Instant::now());
            }
            FromSidecar::Stats { stats, guests } => {
                let mut room = self.room.lock();
                room.measured(guests);
                let view = room.view();
                drop(room);
                (self.tell)(FromShare::Stats(stats));
                (self.tell)(FromShare::Room(view));
            }
            FromSidecar::Failed { message } => return Some(Ending::Hopeless(message)),
        }
        None
    }

    fn say_goodbye(&self, mut sidecar: Sidecar, messages: &Receiver<ToSupervisor>, reason: &str) -> Ending {
        sidecar.say(ToSidecar::Stop { reason: reason.into() });
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
                Ok(ToSupervisor::Decide(decision)) => {
                    // Nobody is there to be answered or removed.
                    let _ = self.room.lock().decide(decision, fresh_secret(), Instant::now());
                }
                Ok(ToSupervisor::NewLinks) => self.make_new_links(None),
                Ok(ToSupervisor::Tunnel(state)) => self.follow_tunnel(state, None),
                // Nobody is there to be told, and what is said is of a run that is over.
                Ok(ToSupervisor::Tell { .. } | ToSupervisor::Line { .. } | ToSupervisor::EndOfLines { .. }) => {}
                Err(RecvTimeoutError::Timeout) => return false,
            }
        }
    }
}
