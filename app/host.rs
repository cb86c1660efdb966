//! What the window and the headless host have in common: the engine, the share, and what is told of them.

use crate::engine::{Engine, EngineHandle, FromEngine, ToEngine};
use crate::events::{Event, Reporter};
use crate::requests::Request;
use crate::share::{FromShare, Links, Share, ShareSettings};
use heliograph_render::Gpu;
use heliograph_scene::Viewport;
use heliograph_scene::load::Source;
use heliograph_wire::SceneStatus;
use heliograph_wire::link::StreamStats;
use std::sync::Arc;

/// News for the thread that owns the [`Host`].
pub enum HostEvent {
    /// From the render thread.
    Engine(FromEngine),
    /// From the share.
    Share(FromShare),
    /// Files chosen in the system's dialog.
    Chosen(Vec<Source>),
    /// A script's wish.
    Request(Request),
}

/// Delivers news to the thread that owns the [`Host`]; called from any thread.
pub type Post = Arc<dyn Fn(HostEvent) + Send + Sync>;

/// Where the share stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum ShareState {
    /// Nobody can see the scene but the host.
    #[default]
    Off,
    /// The sidecar is on its way.
    Starting,
    /// The links work.
    Live(Links),
    /// The sidecar is being replaced; the links will work again.
    Restarting(Links),
}

/// The program's state outside of the scene.
pub struct Host {
    share: Option<Share>,
    engine: Engine,
    settings: ShareSettings,
    reporter: Reporter,
    post: Post,
    status: Arc<SceneStatus>,
    /// Where the share stands.
    pub share_state: ShareState,
    /// Watching now.
    pub viewers: usize,
    /// What the sidecar counted in the last second.
    pub stats: StreamStats,
    /// Sentences that the user has not dismissed yet, the newest last.
    pub problems: Vec<String>,
    /// Set when the render thread has ended by a fault.
    pub is_broken: bool,
}

/// Sentences kept; beyond these the oldest go.
const MAX_PROBLEMS: usize = 5;

impl Host {
    /// Starts the render thread.
    ///
    /// # Errors
    /// When the renderer cannot be made.
    pub fn new(
        gpu: Gpu,
        viewport: Viewport,
        settings: ShareSettings,
        reporter: Reporter,
        post: Post,
    ) -> anyhow::Result<Host> {
        if reporter.json {
            crate::requests::listen(post.clone())?;
        }
        let to_host = post.clone();
        let engine = Engine::start(gpu, viewport, move |news| to_host(HostEvent::Engine(news)))?;
        Ok(Host {
            share: None,
            engine,
            settings,
            reporter,
            post,
            status: Arc::default(),
            share_state: ShareState::Off,
            viewers: 0,
            stats: StreamStats::default(),
            problems: Vec::new(),
            is_broken: false,
        })
    }

    /// The render thread.
    pub fn engine(&self) -> &EngineHandle {
        self.engine.handle()
    }

    /// Loads files.
    pub fn open(&self, sources: Vec<Source>) {
        if !sources.is_empty() {
            self.engine().offer(ToEngine::Open(sources));
        }
    }

    /// Makes the links.
    pub fn start_sharing(&mut self) {
        if self.share.is_some() {
            return;
        }
        let to_host = self.post.clone();
        let tell = move |news| to_host(HostEvent::Share(news));
        match Share::start(self.settings.clone(), self.engine().clone(), self.status.clone(), tell) {
            Ok(share) => {
                self.share = Some(share);
                self.share_state = ShareState::Starting;
            }
            Err(error) => self.problem(format!("{error:#}")),
        }
    }

    /// Ends the session; the links are dead at once.
    pub fn end_sharing(&self) {
        if let Some(share) = &self.share {
            share.end();
        }
    }

    /// Takes news in.
    pub fn handle(&mut self, event: HostEvent) {
        match event {
            HostEvent::Engine(news) => self.engine_news(news),
            HostEvent::Share(news) => self.share_news(news),
            HostEvent::Chosen(sources) => self.open(sources),
            HostEvent::Request(request) => self.request(request),
        }
    }

    fn request(&mut self, request: Request) {
        match request {
            Request::Open { files } => self.open(files.into_iter().map(Source::Path).collect()),
            Request::Command { command } => self.engine().command(command),
            Request::Screenshot { path } => self.engine().offer(ToEngine::Capture(path)),
            Request::Figures => self.engine().offer(ToEngine::Figures),
            Request::Share => self.start_sharing(),
            Request::EndShare => self.end_sharing(),
            Request::Malformed { sentence } => self.problem(sentence),
        }
    }

    fn engine_news(&mut self, news: FromEngine) {
        match news {
            FromEngine::Changed => {}
            FromEngine::Status(status) => {
                self.status = status;
                if let Some(share) = &self.share {
                    share.scene_changed(self.status.clone());
                }
            }
            FromEngine::Loaded { layers } => self.reporter.report(&Event::Loaded { layers }),
            FromEngine::Captured(path) => self.reporter.report(&Event::Screenshot { path }),
            FromEngine::Figures(figures) => self.reporter.report(&Event::Figures { figures }),
            FromEngine::Problem(sentence) => self.problem(sentence),
            FromEngine::Viewers(count) => {
                self.viewers = count;
                self.reporter.report(&Event::Viewers { count });
            }
            FromEngine::Stopped(sentence) => {
                self.is_broken = true;
                self.problem(sentence);
            }
        }
    }

    fn share_news(&mut self, news: FromShare) {
        match news {
            FromShare::Live { links, pid, restarts } => {
                if restarts == 0 {
                    self.reporter.report(&Event::Sharing { view: links.view.clone(), control: links.control.clone() });
                }
                let state = if restarts == 0 { "started" } else { "restarted" };
                self.reporter.report(&Event::Sidecar { state, pid: Some(pid) });
                self.share_state = ShareState::Live(links);
            }
            FromShare::Restarting(sentence) => {
                tracing::warn!(%sentence);
                self.reporter.report(&Event::Sidecar { state: "restarting", pid: None });
                if let ShareState::Live(links) = &self.share_state {
                    self.share_state = ShareState::Restarting(links.clone());
                }
            }
            FromShare::Stats(stats) => self.stats = stats,
            FromShare::Failed(sentence) => self.problem(sentence),
            FromShare::Ended => {
                self.share = None;
                self.share_state = ShareState::Off;
                self.viewers = 0;
                self.stats = StreamStats::default();
                self.reporter.report(&Event::Ended);
            }
        }
    }

    /// Whether a session is under way, in whatever state.
    pub fn is_sharing(&self) -> bool {
        self.share.is_some()
    }

    /// Tells a script what happened.
    pub fn tell(&self, event: &Event) {
        self.reporter.report(event);
    }

    /// Shows a sentence to the user, in the window and on stderr or as an event.
    pub fn problem(&mut self, sentence: String) {
        self.reporter.report(&Event::Error { message: sentence.clone() });
        if self.problems.last() != Some(&sentence) {
            self.problems.push(sentence);
        }
        if self.problems.len() > MAX_PROBLEMS {
            self.problems.remove(0);
        }
    }
}
