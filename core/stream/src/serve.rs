//! [`serve`]: the sidecar from its first line to its last, over any pair of pipes.

use crate::access::Access;
use crate::confine::Confinement;
use crate::counters::Counters;
use crate::http::listener::{self, listen};
use crate::http::{Policy, routes};
use crate::inputs::Inputs;
use crate::link::{LinkError, LinkWriter, read_line, write_lines};
use crate::share::{Parts, Share};
use crate::stage::{Figures, Stage, lock};
use crate::still::StillShop;
use crate::viewer::to_json;
use crate::{BUILD_ID, encode};
use heliograph_ring::{LAYOUT_VERSION, PeerRing, Pulse, RingError, attach};
use heliograph_wire::link::{GuestFigures, Network, StreamStats, Tokens};
use heliograph_wire::room::Guest;
use heliograph_wire::{FromSidecar, Origin, PROTOCOL, Role, ToSidecar, ToViewer, ViewerId};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, BufReader};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

const PULSE_INTERVAL: Duration = Duration::from_millis(200);
/// The encoder thread turns at least every two seconds; after this without, it hangs, and the pulse stops.
const STANDSTILL_MAX: Duration = Duration::from_secs(3);
/// The app says something every second.
const APP_SILENCE_MAX: Duration = Duration::from_secs(3);
const APP_CHECK_INTERVAL: Duration = Duration::from_millis(500);
const STATS_INTERVAL: Duration = Duration::from_secs(1);
/// For goodbyes and the last lines, all in all less than the second that the app waits.
const GOODBYE_MAX: Duration = Duration::from_millis(400);

/// Why the sidecar cannot go on. The texts are for the person at the host.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The app did not begin with `start`.
    #[error("the app did not tell the sidecar what to do")]
    NoStart,
    /// See [`LinkError`].
    #[error(transparent)]
    Link(#[from] LinkError),
    /// See [`RingError`].
    #[error(transparent)]
    Ring(#[from] RingError),
    /// No port.
    #[error("cannot listen on {address}: {source}. Choose another port, or end the program that uses it")]
    Listen {
        /// The first that was tried.
        address: SocketAddr,
        /// Of the last.
        source: std::io::Error,
    },
    /// No thread.
    #[error("this machine gives no thread to encode on: {0}")]
    Thread(std::io::Error),
}

/// What the app's first line says.
struct Order {
    bind: IpAddr,
    port: u16,
    exact_port: bool,
    tokens: Tokens,
    first_viewer: u32,
    max_viewers: u32,
    allow_embed: Vec<Origin>,
    ring_fds: [i32; 2],
    network: Network,
}

/// Serves until `input` ends or says stop. `confinement`: what a process of its own has given up, which a test has not.
///
/// # Errors
/// See [`Failure`]; the app was told.
pub(crate) async fn serve(
    input: impl AsyncRead + Unpin,
    output: impl AsyncWrite + Unpin + Send + 'static,
    confinement: Option<Confinement>,
) -> Result<(), Failure> {
    let (link, lines) = LinkWriter::new();
    let mut writer = tokio::spawn(write_lines(lines, output));
    link.say(FromSidecar::Hello { protocol: PROTOCOL, build: BUILD_ID.to_owned(), ring_layout: LAYOUT_VERSION });
    let outcome = run(BufReader::new(input), link.clone(), confinement).await;
    if let Err(failure) = &outcome {
        link.say(FromSidecar::Failed { message: failure.to_string() });
    }
    drop(link);
    // The last lines; an app that does not read them does not hold up the end.
    let _ = timeout(GOODBYE_MAX, &mut writer).await;
    writer.abort();
    outcome
}

async fn run(
    mut input: BufReader<impl AsyncRead + Unpin>,
    link: LinkWriter,
    confinement: Option<Confinement>,
) -> Result<(), Failure> {
    let order = match read_line(&mut input).await? {
        None => return Ok(()),
        Some(ToSidecar::Start {
            bind,
            port,
            exact_port,
            tokens,
            first_viewer,
            max_viewers,
            allow_embed,
            ring_fds,
            network,
        }) => Order { bind, port, exact_port, tokens, first_viewer, max_viewers, allow_embed, ring_fds, network },
        Some(_) => return Err(Failure::NoStart),
    };
    if let Some(confinement) = confinement {
        link.say(FromSidecar::Confined { missing: confinement.close_all_but(order.ring_fds) });
    }
    let ring = attach(order.ring_fds)?;
    let listener = listen(order.bind, order.port, order.exact_port)
        .await
        .map_err(|source| Failure::Listen { address: SocketAddr::new(order.bind, order.port), source })?;
    let address = listener.local_addr().unwrap_or(SocketAddr::new(order.bind, order.port));
    let mut house = House::build(ring, order, link.clone())?;
    house.tasks.spawn(listener::serve(
        listener,
        routes(Arc::clone(&house.share)),
        Arc::clone(&house.share.stage.counters),
    ));
    link.say(FromSidecar::Listening { address });
    let reason = house.follow(&mut input).await;
    house.close(reason).await;
    Ok(())
}

/// Everything that runs, and what it hears from the app.
struct House {
    share: Arc<Share>,
    tasks: JoinSet<()>,
    encoder: Option<std::thread::JoinHandle<()>>,
    scene: watch::Sender<Option<Arc<str>>>,
    room: watch::Sender<Option<Arc<str>>>,
    /// When the app said something last.
    heard: Arc<Mutex<Instant>>,
    ended: watch::Sender<Option<Arc<str>>>,
}

impl House {
    fn build(ring: PeerRing, order: Order, link: LinkWriter) -> Result<House, Failure> {
        let PeerRing { frames, inputs, pulse } = ring;
        let stage = Arc::new(Stage::new(frames.waker(), Arc::new(Counters::default()), order.network.upload_bps));
        let inputs = Arc::new(Inputs::new(inputs));
        let stills = StillShop::open().map_err(Failure::Thread)?;
        let (scene, scene_rx) = watch::channel(None);
        let (room, room_rx) = watch::channel(None);
        let (host, host_rx) = watch::channel(None);
        let (ended, ended_rx) = watch::channel(None);
        let parts = Parts {
            access: Access::new(order.tokens),
            bind: order.bind,
            network: order.network,
            stage: Arc::clone(&stage),
            inputs: Arc::clone(&inputs),
            stills: Arc::clone(&stills),
            link,
            scene: scene_rx,
            room: room_rx,
            host: host_rx,
            ended: ended_rx,
            first_viewer: order.first_viewer,
            max_viewers: order.max_viewers,
            policy: Policy::new(&order.allow_embed),
        };
        let share = Arc::new(Share::new(parts, Instant::now()));
        let encoder = std::thread::Builder::new().name("encoder".to_owned());
        let (stage_there, inputs_there) = (Arc::clone(&stage), Arc::clone(&inputs));
        let encoder = encoder
            .spawn(move || encode::run(frames, &stage_there, &inputs_there, &stills))
            .map_err(Failure::Thread)?;
        let mut tasks = JoinSet::new();
        let heard = Arc::new(Mutex::new(Instant::now()));
        tasks.spawn(watch_app(Arc::clone(&heard), host));
        tasks.spawn(beat(pulse, Arc::clone(&stage)));
        tasks.spawn(count(Arc::clone(&share)));
        tasks.spawn(async move { stage.run_alarm().await });
        tasks.spawn(async move { inputs.run_flush().await });
        Ok(House { share, tasks, encoder: Some(encoder), scene, room, heard, ended })
    }

    /// Does what the app says until it says stop or nothing more; returns why it is over.
    async fn follow(&self, input: &mut BufReader<impl AsyncRead + Unpin>) -> String {
        let gone = || "The host program has ended.".to_owned();
        loop {
            let line = read_line(input).await;
            *lock(&self.heard) = Instant::now();
            match line {
                Ok(Some(ToSidecar::Stop { reason })) => return reason,
                Ok(Some(message)) => self.obey(message),
                Ok(None) => return gone(),
                Err(LinkError::Malformed(error)) => {
                    tracing::warn!("the app sent a line that is not understood: {error}")
                }
                Err(error) => {
                    tracing::error!("{error}");
                    return gone();
                }
            }
        }
    }

    fn obey(&self, message: ToSidecar) {
        match message {
            ToSidecar::Scene { scene } => {
                self.scene.send_replace(Some(Arc::from(to_json(&ToViewer::Scene { scene }))));
            }
            ToSidecar::Room { room } => {
                let role = |guest: &Guest| if guest.muted { Role::View } else { guest.role };
                self.share.stage.set_active(room.steers);
                *lock(&self.share.roles) = room.guests.iter().map(|guest| (guest.viewer, role(guest))).collect();
                self.room.send_replace(Some(Arc::from(to_json(&ToViewer::Room { room }))));
            }
            ToSidecar::Answer { viewer, answer } => self.share.arrivals.answer(viewer, answer),
            ToSidecar::Tell { viewer, text } => self.share.sessions.tell(viewer, &text),
            ToSidecar::Remove { viewer, reason } => self.share.sessions.remove(viewer, &reason),
            ToSidecar::Links { tokens } => self.share.access.replace(tokens),
            ToSidecar::Reachable { origins } => self.share.hosts.replace(origins),
            ToSidecar::Start { .. } => tracing::warn!("the app said start twice"),
            ToSidecar::Beat | ToSidecar::Stop { .. } => {}
        }
    }

    /// Says goodbye to the viewers, then ends everything.
    async fn close(mut self, reason: String) {
        self.ended.send_replace(Some(Arc::from(reason)));
        let all_gone = async {
            while self.share.sessions.any() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let _ = timeout(GOODBYE_MAX, all_gone).await;
        self.share.stage.end();
        self.tasks.shutdown().await;
        if let Some(encoder) = self.encoder.take() {
            // It is awake, and at most in the middle of a frame.
            let _ = tokio::task::spawn_blocking(|| encoder.join()).await;
        }
    }
}

/// The heart: beats while this runtime and the encoder thread both live.
async fn beat(pulse: Pulse, stage: Arc<Stage>) {
    let mut ticks = interval(PULSE_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let (mut turns, mut since) = (stage.turns(), Instant::now());
    loop {
        let now = ticks.tick().await.into_std();
        if std::mem::replace(&mut turns, stage.turns()) != turns {
            since = now;
        }
        if now.saturating_duration_since(since) < STANDSTILL_MAX {
            pulse.beat();
        }
    }
}

/// Tells the viewers when the app falls silent, and when it speaks again.
async fn watch_app(heard: Arc<Mutex<Instant>>, host: watch::Sender<Option<Arc<str>>>) {
    let mut ticks = interval(APP_CHECK_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut answers = true;
    loop {
        ticks.tick().await;
        let answers_now = lock(&heard).elapsed() < APP_SILENCE_MAX;
        if std::mem::replace(&mut answers, answers_now) != answers_now {
            host.send_replace(Some(Arc::from(to_json(&ToViewer::Host { answers: answers_now }))));
        }
    }
}

/// How each viewer is connected, with what was sent to it since the last time.
fn guests(share: &Share, sent_before: &mut HashMap<ViewerId, u64>, seconds: f64) -> Vec<GuestFigures> {
    let figures = share.stage.figures();
    let sent_now = figures.iter().map(|figures| (figures.viewer, figures.sent_bytes)).collect();
    let sent_before = std::mem::replace(sent_before, sent_now);
    let of_one = |Figures { viewer, round_trip, sent_bytes, tier }| {
        let shown = lock(&share.shown).get(&viewer).copied().unwrap_or_default();
        let sent = sent_bytes - sent_before.get(&viewer).copied().unwrap_or_default().min(sent_bytes);
        GuestFigures {
            viewer,
            rung: shown.rung,
            round_trip_ms: (!round_trip.is_zero()).then_some(round_trip.as_millis() as u32),
            sent_bps: (sent as f64 * 8.0 / seconds) as u64,
            tier,
            exact: shown.exact,
        }
    };
    figures.into_iter().map(of_one).collect()
}

/// Tells the app each second what was counted, while anyone watches or a tunnel is used.
async fn count(share: Arc<Share>) {
    let mut sent_to = HashMap::new();
    let mut tunnelled_before = (0, 0);
    let mut ticks = interval(STATS_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut sent_bytes, mut at) = (share.stage.counters.sent_bytes(), ticks.tick().await.into_std());
    loop {
        let now = ticks.tick().await.into_std();
        let sent = share.stage.counters.sent_bytes();
        let seconds = now.saturating_duration_since(at).as_secs_f64().max(0.1);
        let sent_bps = ((sent - sent_bytes) as f64 * 8.0 / seconds) as u64;
        (sent_bytes, at) = (sent, now);
        let viewers = share.stage.watching() as u32;
        let tunnelled = share.stage.counters.tunnel();
        if viewers > 0 || std::mem::replace(&mut tunnelled_before, tunnelled) != tunnelled {
            let replaced = share.inputs.stats().replaced;
            let stats = StreamStats {
                upload_bps: share.stage.upload_bps(),
                tiers: share.stage.tiers(),
                ..share.stage.counters.stats(viewers, replaced, sent_bps)
            };
            let guests = guests(&share, &mut sent_to, seconds);
            share.link.say(FromSidecar::Stats { stats, guests });
        }
    }
}
