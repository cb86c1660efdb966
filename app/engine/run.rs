//! The render thread's loop: take what came, apply it, draw if anything changed, publish, tell.

mod loaded;
pub(super) mod saving;

use super::export::Export;
use super::frame_times::FrameTimes;
use super::loading::{Kind, Loads};
use super::mirror::Mirror;
use super::rereading::Rereading;
use super::sessions::Opening;
use super::{EngineHandle, FromEngine, Loading, Picture, ToEngine};
use crate::room::SharedRoom;
use heliograph_render::Renderer;
use heliograph_ring::FrameStamp;
use heliograph_scene::hand::Hand;
use heliograph_scene::load::Limits;
use heliograph_scene::{Scene, Viewport};
use heliograph_wire::scene::LoadStatus;
use heliograph_wire::{Bounds, Command, Input, SceneStatus};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

/// Changes that follow each other faster than this are a movement: a large scene is then drawn as a sample.
const MOVING_FOR: Duration = Duration::from_millis(120);
/// A mouse of 1000 Hz is no reason to draw 1000 pictures a second. The first of a series is drawn at once.
const LEAST_SPACING: Duration = Duration::from_millis(7);
/// How often progress bars move.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);
/// The share of the box's size by which a side may move untold.
const STEADY: f32 = 0.1;
/// However many commands of guests do not fit the scene, so often one of them is told why.
const REFUSAL_SPACING: Duration = Duration::from_millis(200);
/// How soon to look again for a read-back that the GPU has not finished.
const READBACK_POLL: Duration = Duration::from_micros(500);
/// The next picture is begun when the one before has arrived: what waits is the newest hand, not a queue in the GPU, where each
/// picture that waits makes what the viewers see later by the time of a picture.
const MOST_IN_FLIGHT: usize = 1;

/// Everything that the render thread owns.
pub(super) struct Drawing {
    renderer: Renderer<FrameStamp>,
    scene: Scene,
    viewport: Viewport,
    host_hand: Hand,
    room: SharedRoom,
    loads: Loads,
    rereading: Rereading,
    opening: Option<Opening>,
    export: Option<Export>,
    mirror: Mirror,
    engine: EngineHandle,
    tell: Arc<dyn Fn(FromEngine) + Send + Sync>,
    /// What the last picture shows; `None` when the next must be drawn whatever happened.
    drawn_revision: Option<u64>,
    whole: bool,
    changed_at: Instant,
    drawn_at: Option<Instant>,
    /// When a guest was last told that its command was refused.
    refused_at: Option<Instant>,
    told_status: Arc<SceneStatus>,
    told_loading: Vec<Loading>,
    generation: u64,
    pictures: u64,
    draw_ms: f32,
    frame_times: FrameTimes,
    quit: bool,
}

impl Drawing {
    pub(super) fn new(
        renderer: Renderer<FrameStamp>,
        viewport: Viewport,
        (room, limits): (SharedRoom, Option<Limits>),
        engine: EngineHandle,
        tell: Arc<dyn Fn(FromEngine) + Send + Sync>,
    ) -> Drawing {
        let waker = engine.clone();
        Drawing {
            renderer,
            scene: Scene::new(Arc::new(move || waker.offer(ToEngine::Wake))),
            viewport,
            host_hand: Hand::default(),
            room,
            loads: Loads::new(limits),
            rereading: Rereading::default(),
            opening: None,
            export: None,
            mirror: Mirror::default(),
            engine,
            tell,
            drawn_revision: None,
            whole: false,
            changed_at: Instant::now(),
            drawn_at: None,
            refused_at: None,
            told_status: Arc::default(),
            told_loading: Vec::new(),
            generation: 1,
            pictures: 0,
            draw_ms: 0.0,
            frame_times: FrameTimes::default(),
            quit: false,
        }
    }

    pub(super) fn run(mut self, messages: &Receiver<ToEngine>) {
        while !self.quit {
            let message = match self.patience() {
                None => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(patience) => messages.recv_timeout(patience),
            };
            match message {
                Ok(message) => {
                    self.take(message);
                    // Everything that waits goes into the same picture.
                    while let Ok(message) = messages.try_recv() {
                        self.take(message);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            let began = Instant::now();
            self.rereading.keep_up(&self.scene, &mut self.loads, &self.engine);
            self.scene.refresh();
            // Before the picture, which takes longer: a control that someone moved is seen to move everywhere else.
            self.tell_changes();
            let has_drawn = self.draw_if_due();
            self.mirror.publish_finished(&mut self.renderer);
            self.tell_problems();
            if has_drawn {
                self.frame_times.add(began.elapsed());
            }
        }
    }

    /// How long to wait for a message; `None` for ever: a still scene costs nothing.
    fn patience(&self) -> Option<Duration> {
        let mut waits = Vec::new();
        if self.needs_drawing() {
            waits.push(self.until_due());
        }
        if self.renderer.readbacks_in_flight() > 0 {
            waits.push(READBACK_POLL);
        }
        if !self.loads.is_empty() {
            waits.push(PROGRESS_EVERY);
        }
        waits.into_iter().min()
    }

    fn needs_drawing(&self) -> bool {
        self.drawn_revision != Some(self.scene.revision()) || !self.whole || self.mirror.is_wanted()
    }

    fn until_due(&self) -> Duration {
        if self.renderer.readbacks_in_flight() >= MOST_IN_FLIGHT {
            return READBACK_POLL;
        }
        let spacing = self.drawn_at.map_or(Duration::ZERO, |at| LEAST_SPACING.saturating_sub(at.elapsed()));
        if self.drawn_revision == Some(self.scene.revision()) && !self.mirror.is_wanted() {
            // Only refinement is left: it begins when the hand rests.
            return spacing.max(MOVING_FOR.saturating_sub(self.changed_at.elapsed()));
        }
        spacing
    }

    fn take(&mut self, message: ToEngine) {
        match message {
            ToEngine::Host(input) => self.host(&input),
            ToEngine::Guest(ticketed) => {
                let (commands, name) = {
                    let mut room = self.room.lock();
                    let commands = room.input(&ticketed, self.aspect(), Instant::now());
                    (commands, room.name_of(ticketed.viewer))
                };
                self.apply_all(&commands, name.as_deref());
                self.mirror.applied(ticketed.ticket);
            }
            ToEngine::Open(sources) => {
                let sources = sources.into_iter().map(|source| (source, Kind::Any)).collect();
                drop(self.loads.start(sources, &self.engine));
            }
            ToEngine::CancelLoading(id) => self.loads.cancel(id),
            ToEngine::Loaded { id, outcome } => self.loaded(id, outcome),
            ToEngine::Session { id, outcome } => self.open_session(id, outcome),
            ToEngine::Export(size, is_lettered, path) => self.export((size, is_lettered, path)),
            ToEngine::CancelExport => self.export = None,
            ToEngine::SaveSelection(path) => self.save_selection(path),
            ToEngine::SaveSession(path) => self.save_session(path),
            ToEngine::ViewCode => (self.tell)(FromEngine::ViewCode(self.scene.view().code())),
            ToEngine::Resize(viewport) => self.resize(viewport),
            ToEngine::Mirror(writer) => self.mirror.switch(writer),
            ToEngine::WantFrame => self.mirror.expect(Instant::now()),
            ToEngine::Capture(path) => self.capture(path),
            ToEngine::Figures => {
                (self.tell)(FromEngine::Figures(self.frame_times.take(self.renderer.readbacks_dropped())))
            }
            ToEngine::Wake => {}
            ToEngine::Quit => self.quit = true,
        }
    }

    fn aspect(&self) -> f32 {
        self.viewport.width as f32 / self.viewport.height.max(1) as f32
    }

    fn host(&mut self, input: &Input) {
        if input.is_of_camera() {
            self.room.lock().host_moved(Instant::now());
        }
        match input {
            Input::Command { command } => {
                if let Err(error) = self.scene.apply(command, self.viewport) {
                    (self.tell)(FromEngine::Problem(error.sentence()));
                }
            }
            other => {
                let commands = self.host_hand.handle(other, self.aspect());
                self.apply_all(&commands, None);
            }
        }
    }

    /// A viewer's command that does not fit the scene (a layer removed a moment ago) is theirs to see, not the host's.
    fn apply_all(&mut self, commands: &[Command], by: Option<&str>) {
        for command in commands {
            let Err(error) = self.scene.apply_by(command, self.viewport, by) else { continue };
            tracing::debug!(%error, ?command, "a command does not fit the scene");
            if let Some(name) = by
                && self.refused_at.is_none_or(|at| at.elapsed() >= REFUSAL_SPACING)
            {
                self.refused_at = Some(Instant::now());
                (self.tell)(FromEngine::GuestProblem(name.to_owned(), error.sentence()));
            }
        }
    }

    fn resize(&mut self, viewport: Viewport) {
        if viewport == self.viewport || viewport.width == 0 || viewport.height == 0 {
            return;
        }
        self.viewport = viewport;
        self.renderer.resize(viewport);
        self.scene.resize(viewport);
        self.generation += 1;
        self.drawn_revision = None;
    }

    /// Whether anything was drawn.
    fn draw_if_due(&mut self) -> bool {
        if !self.needs_drawing() || !self.until_due().is_zero() {
            return false;
        }
        let now = Instant::now();
        let changed = self.drawn_revision != Some(self.scene.revision());
        if changed {
            self.changed_at = now;
        }
        if changed || !self.whole {
            let moving = now.duration_since(self.changed_at) < MOVING_FOR && self.drawn_revision.is_some();
            self.drawn_revision = Some(self.scene.revision());
            self.whole = self.renderer.draw(&self.scene, moving).whole;
            self.draw_ms = now.elapsed().as_secs_f32() * 1e3;
            self.pictures += 1;
            self.drawn_at = Some(now);
        }
        let whence = (self.viewport, self.scene.camera().pose());
        self.mirror.picture_drawn(&mut self.renderer, whence, self.room.lock().watching(), now);
        self.renew_picture();
        self.tell_change();
        true
    }

    fn renew_picture(&self) {
        let mut snapshot = self.engine.snapshot.lock().unwrap_or_else(PoisonError::into_inner);
        snapshot.pictures = self.pictures;
        snapshot.pose = Some(self.scene.camera().pose());
        snapshot.draw_ms = self.draw_ms;
        if snapshot.picture.as_ref().is_none_or(|picture| picture.generation != self.generation) {
            let view = self.renderer.color_view().clone();
            snapshot.picture = Some(Picture { view, size: self.viewport, generation: self.generation });
        }
    }

    /// Tells that the snapshot is new, unless the last word of it has not been heeded yet.
    fn tell_change(&self) {
        if !self.engine.is_change_told.swap(true, Ordering::AcqRel) {
            (self.tell)(FromEngine::Changed);
        }
    }

    fn tell_problems(&self) {
        if let Some(message) = self.renderer.gpu().take_error() {
            (self.tell)(FromEngine::Problem(message));
        }
    }

    fn tell_changes(&mut self) {
        let loading = self.loads.view();
        let mut status = self.scene.status();
        if self.scene.is_live() {
            status.bounds = steadied(self.told_status.bounds, status.bounds);
        }
        status.loading = loading
            .iter()
            .map(|loading| LoadStatus { name: loading.name.clone(), fraction: loading.fraction })
            .collect();
        if status == *self.told_status && loading == self.told_loading {
            return;
        }
        self.told_status = Arc::new(status);
        self.told_loading = loading;
        {
            let mut snapshot = self.engine.snapshot.lock().unwrap_or_else(PoisonError::into_inner);
            snapshot.status = self.told_status.clone();
            snapshot.loading = self.told_loading.clone();
        }
        (self.tell)(FromEngine::Status(self.told_status.clone()));
        self.tell_change();
    }
}

/// A layout on its way moves the box a little with every step. That is told when it is over, or has come to something:
/// else each step would be a message to every viewer.
fn steadied(told: Option<Bounds>, now: Option<Bounds>) -> Option<Bounds> {
    let (Some(told), Some(now)) = (told, now) else { return now };
    let size = (0..3).map(|axis| now.max[axis] - now.min[axis]).fold(0.0, f32::max);
    let moved = (0..3).map(|axis| (now.min[axis] - told.min[axis]).abs().max((now.max[axis] - told.max[axis]).abs()));
    Some(if moved.fold(0.0, f32::max) < size * STEADY { told } else { now })
}
