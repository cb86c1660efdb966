//! What the window and the headless host have in common: the engine, the share, and what is told of them.

mod news;

use crate::engine::{Engine, EngineHandle, FromEngine, ToEngine};
use crate::events::{Event, Reporter};
use crate::recent::Recent;
use crate::requests::Request;
use crate::room::{Decision, RoomView, SharedRoom};
use crate::share::account;
use crate::share::reach::Reach;
use crate::share::usage::{Meter, Usage};
use crate::share::{FromShare, Links, Share, ShareSettings, TunnelState};
use heliograph_render::Gpu;
use heliograph_scene::Viewport;
use heliograph_scene::load::{Limits, Source};
use heliograph_scene::session::EXTENSION;
use heliograph_wire::SceneStatus;
use heliograph_wire::link::StreamStats;
use heliograph_wire::room::ControlMode;
use std::path::PathBuf;
use std::sync::Arc;

/// News for the thread that owns the [`Host`].
pub enum HostEvent {
    /// From the render thread.
    Engine(FromEngine),
    /// From the share.
    Share(FromShare),
    /// Files chosen in the system's dialog.
    Chosen(Vec<Source>),
    /// Where the session is to be saved, chosen in the system's dialog.
    ChosenToSave(PathBuf),
    /// A script's wish.
    Request(Request),
}

/// Delivers news to the thread that owns the [`Host`]; called from any thread.
pub type Post = Arc<dyn Fn(HostEvent) + Send + Sync>;

/// What the program is started with.
pub struct Start {
    /// What to open.
    pub sources: Vec<Source>,
    /// Where to share.
    pub settings: ShareSettings,
    /// What the host has decided about guests before any has come.
    pub rules: Vec<Decision>,
    /// Whether to share at once in a window.
    pub share: bool,
    /// What a file may take of this machine's memory, where it was said.
    pub limits: Option<Limits>,
}

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
    room: SharedRoom,
    meter: Meter,
    /// How the next session is shared.
    pub settings: ShareSettings,
    /// What was decided about guests, for this session and the next.
    pub rules: Vec<Decision>,
    reporter: Reporter,
    post: Post,
    status: Arc<SceneStatus>,
    /// Where the share stands.
    pub share_state: ShareState,
    /// Who is here.
    pub guests: RoomView,
    /// The session that is being ended is to be followed by another.
    shares_again: bool,
    /// Whether an ngrok token is known.
    pub has_token: bool,
    /// Where the tunnel stands.
    pub tunnel: TunnelState,
    /// What went through it this month.
    pub usage: Usage,
    /// What the sidecar counted in the last second.
    pub stats: StreamStats,
    /// Sentences that the user has not dismissed yet, the newest last.
    pub problems: Vec<String>,
    /// The files that were opened last.
    pub recent: Recent,
    /// Where the session was saved or opened last.
    pub session_path: Option<PathBuf>,
    /// How far the picture is that is being saved.
    pub export: Option<f32>,
    /// What is to be put on the clipboard.
    clipboard: Option<String>,
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
        (settings, rules, limits): (ShareSettings, Vec<Decision>, Option<Limits>),
        reporter: Reporter,
        post: Post,
    ) -> anyhow::Result<Host> {
        if reporter.json {
            crate::requests::listen(post.clone())?;
        }
        let to_host = post.clone();
        let room = SharedRoom::default();
        let engine = Engine::start(gpu, viewport, room.clone(), limits, move |news| to_host(HostEvent::Engine(news)))?;
        Ok(Host {
            share: None,
            engine,
            room,
            meter: Meter::open(),
            settings,
            rules,
            reporter,
            post,
            status: Arc::default(),
            share_state: ShareState::Off,
            guests: RoomView::default(),
            shares_again: false,
            has_token: account::token().is_some(),
            tunnel: TunnelState::Off,
            usage: Usage::default(),
            stats: StreamStats::default(),
            problems: Vec::new(),
            recent: Recent::default(),
            session_path: None,
            export: None,
            clipboard: None,
            is_broken: false,
        })
    }

    /// The render thread.
    pub fn engine(&self) -> &EngineHandle {
        self.engine.handle()
    }

    /// Loads files.
    pub fn open(&mut self, sources: Vec<Source>) {
        for source in &sources {
            if let Source::Path(path) = source {
                self.recent.add(path);
                if path.extension().is_some_and(|ending| ending == EXTENSION) {
                    self.session_path = Some(path.clone());
                }
            }
        }
        if !sources.is_empty() {
            self.engine().offer(ToEngine::Open(sources));
        }
    }

    /// Saves the session; a name without an ending gets its own.
    pub fn save_session(&self, mut path: PathBuf) {
        if path.extension().is_none() {
            path.set_extension(EXTENSION);
        }
        self.engine().offer(ToEngine::SaveSession(path));
    }

    /// Saves the table of what is selected; a name without an ending gets that of CSV.
    pub fn save_selection(&self, mut path: PathBuf) {
        if path.extension().is_none() {
            path.set_extension("csv");
        }
        self.engine().offer(ToEngine::SaveSelection(path));
    }

    /// Saves the picture so large, with lettering or without; a name without an ending gets that of PNG.
    pub fn export(&self, size: Viewport, is_lettered: bool, mut path: PathBuf) {
        if path.extension().is_none() {
            path.set_extension("png");
        }
        self.engine().offer(ToEngine::Export(size, is_lettered, path));
    }

    /// Gives up the picture that is being saved.
    pub fn cancel_export(&self) {
        self.engine().offer(ToEngine::CancelExport);
    }

    /// What is to be put on the clipboard, once.
    pub fn take_clipboard(&mut self) -> Option<String> {
        self.clipboard.take()
    }

    /// Makes the links.
    pub fn start_sharing(&mut self) {
        if self.share.is_some() {
            return;
        }
        let to_host = self.post.clone();
        let tell = move |news| to_host(HostEvent::Share(news));
        match Share::start(self.settings.clone(), self.engine().clone(), self.room.clone(), self.status.clone(), tell) {
            Ok(share) => {
                self.rules.iter().for_each(|rule| share.decide(rule.clone()));
                self.share = Some(share);
                self.share_state = ShareState::Starting;
            }
            Err(error) => self.problem(format!("{error:#}")),
        }
    }

    /// Decides something about the guests. Rules hold for the next session, too.
    pub fn decide(&mut self, decision: Decision) {
        if matches!(decision, Decision::Mode(_) | Decision::AskFirst(_)) {
            self.rules.retain(|rule| std::mem::discriminant(rule) != std::mem::discriminant(&decision));
            self.rules.push(decision.clone());
        }
        if let Some(share) = &self.share {
            share.decide(decision);
        }
    }

    /// How far links reach. Other links are another session, so one that is under way is ended and begun anew.
    pub fn set_reach(&mut self, reach: Reach) {
        let is_complete = reach != Reach::Command(String::new());
        self.settings.reach = reach;
        // A session that goes well is not ended for a command that is still to be typed.
        if is_complete {
            self.shares_again = self.is_sharing();
            self.end_sharing();
        }
    }

    /// Keeps the ngrok token that was typed, and opens the tunnel with it if that is what is waited for.
    pub fn keep_token(&mut self, token: &str) {
        match account::keep(token) {
            Ok(()) => {
                self.has_token = true;
                if self.settings.reach == Reach::Ngrok {
                    self.set_reach(Reach::Ngrok);
                }
            }
            Err(sentence) => self.problem(sentence),
        }
    }

    /// Makes other links, and sends everyone away who came by the old ones.
    pub fn new_links(&self) {
        if let Some(share) = &self.share {
            share.new_links();
        }
    }

    /// Whether newcomers must knock, and whose hands count: of this session, or of the next.
    pub fn rules(&self) -> (bool, ControlMode) {
        let mut rules = (false, ControlMode::default());
        for rule in &self.rules {
            match rule {
                Decision::AskFirst(asks) => rules.0 = *asks,
                Decision::Mode(mode) => rules.1 = *mode,
                _ => {}
            }
        }
        rules
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
            HostEvent::ChosenToSave(path) => self.save_session(path),
            HostEvent::Request(request) => self.request(request),
        }
    }

    fn request(&mut self, request: Request) {
        match request {
            Request::Open { files } => self.open(files.into_iter().map(Source::Path).collect()),
            Request::Command { command } => self.engine().command(command),
            Request::Screenshot { path } => self.engine().offer(ToEngine::Capture(path)),
            Request::Export { path, width, height, legend } => self.export(Viewport { width, height }, legend, path),
            Request::SaveSelection { path } => self.save_selection(path),
            Request::Save { path } => self.save_session(path),
            Request::View => self.engine().offer(ToEngine::ViewCode),
            Request::Scene => self.reporter.report(&Event::Scene { scene: Box::new((*self.status).clone()) }),
            Request::Figures => self.engine().offer(ToEngine::Figures),
            Request::Share => self.start_sharing(),
            Request::EndShare => self.end_sharing(),
            Request::Decide { decision } => self.decide(decision),
            Request::NewLinks => self.new_links(),
            Request::Malformed { sentence } => self.problem(sentence),
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

    /// Shows a sentence that is no fault of anybody's, in the window only.
    fn notice(&mut self, sentence: String) {
        if !self.reporter.json {
            eprintln!("{sentence}");
        }
        self.show(sentence);
    }

    /// Shows a sentence to the user, in the window and on stderr or as an event.
    pub fn problem(&mut self, sentence: String) {
        self.reporter.report(&Event::Error { message: sentence.clone() });
        self.show(sentence);
    }

    fn show(&mut self, sentence: String) {
        if self.problems.last() != Some(&sentence) {
            self.problems.push(sentence);
        }
        if self.problems.len() > MAX_PROBLEMS {
            self.problems.remove(0);
        }
    }
}
