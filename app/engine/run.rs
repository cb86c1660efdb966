//! The render thread's loop: take what came, apply it, draw if anything changed, publish, tell.

use super::export::{self, Export};
use super::frame_times::FrameTimes;
use super::loading::{Kind, Loads, ToLoad};
use super::mirror::Mirror;
use super::rereading::Rereading;
use super::sessions::{self, Opening};
use super::{EngineHandle, FromEngine, LoadId, Loading, Picture, ToEngine};
use crate::room::SharedRoom;
use crate::samples;
use heliograph_render::Renderer;
use heliograph_ring::FrameStamp;
use heliograph_scene::hand::Hand;
use heliograph_scene::load::{Limits, LoadError, LoadedLayer};
use heliograph_scene::session::{Session, SessionError};
use heliograph_scene::{LayerId, Scene, Viewport};
use heliograph_wire::scene::LoadStatus;
use heliograph_wire::{Bounds, Command, Input, SceneStatus};
use std::path::{Path, PathBuf};
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
/// How soon to look again for a read-back that the GPU has not finished.
const READBACK_POLL: Duration = Duration::from_micros(500);
/// The next picture is begun when the one before has arrived: what waits is the newest hand, not a queue in the GPU, where each
/// picture that waits makes what the viewers see later by the time of a picture.
const MOST_IN_FLIGHT: usize = 1;

/// For a picture that was drawn and cannot be kept.
pub(crate) fn cannot_write(path: &Path, error: &std::io::Error) -> String {
    format!("The picture could not be written to {}: {error}.", path.display())
}

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
                    (self.tell)(FromEngine::Problem(error.to_string()));
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
            if let Err(error) = self.scene.apply_by(command, self.viewport, by) {
                tracing::debug!(%error, ?command, "a command does not fit the scene");
            }
        }
    }

    fn loaded(&mut self, id: LoadId, outcome: Result<Vec<LoadedLayer>, LoadError>) {
        self.loads.finished(id);
        if self.rereading.has(id) {
            let sentence = self.rereading.finish(id, outcome, &mut self.scene);
            sentence.into_iter().for_each(|sentence| (self.tell)(FromEngine::Problem(sentence)));
            return self.tell_when_all_is_loaded();
        }
        match outcome {
            Ok(layers) => {
                for layer in layers {
                    let layer = self.scene.add(layer);
                    if let Some(opening) = &mut self.opening
                        && let Some(file) = opening.file_of(id)
                    {
                        opening.came(layer, file);
                    }
                    // The loader's, or the scene's own about where the layer lies.
                    if let Some(notice) = self.scene.layers().last().and_then(|layer| layer.notice.clone()) {
                        (self.tell)(FromEngine::Problem(notice));
                    }
                }
            }
            Err(LoadError::Cancelled) => {}
            Err(error) => (self.tell)(FromEngine::Problem(error.to_string())),
        }
        if let Some(opening) = &mut self.opening
            && opening.is_over_with(id)
        {
            opening.finish(&mut self.scene);
            self.opening = None;
        }
        self.tell_when_all_is_loaded();
    }

    fn tell_when_all_is_loaded(&self) {
        if self.loads.is_empty() && self.scene.rereads().is_empty() {
            (self.tell)(FromEngine::Loaded { layers: self.scene.layers().len() });
        }
    }

    /// What was open makes room for the session; it can be brought back by undoing.
    fn open_session(&mut self, id: LoadId, outcome: Result<(Session, PathBuf), SessionError>) {
        self.loads.finished(id);
        let (session, folder) = match outcome {
            Ok(opened) => opened,
            Err(error) => {
                (self.tell)(FromEngine::Problem(format!("{error}.")));
                return self.tell_when_all_is_loaded();
            }
        };
        let layers: Vec<LayerId> = self.scene.layers().iter().map(|layer| layer.id).collect();
        for layer in layers {
            self.apply_all(&[Command::RemoveLayer { layer }], None);
        }
        let sources = session.sources(&folder, samples::source_of);
        let there = sources.into_iter().enumerate().filter_map(|(file, source)| {
            let (source, reading) = source?;
            Some((file, (source, Kind::Data(reading))))
        });
        let (files, sources): (Vec<usize>, Vec<ToLoad>) = there.unzip();
        let ids = self.loads.start(sources, &self.engine);
        if ids.is_empty() {
            return self.tell_when_all_is_loaded();
        }
        self.opening = Some(Opening::new(session, ids.into_iter().zip(files).collect()));
    }

    /// One at a time: a new wish gives up the one before.
    fn export(&mut self, wanted: export::Wanted) {
        self.export = None;
        let gpu = self.renderer.gpu().clone();
        match Export::start(gpu, self.scene.still(), wanted, self.tell.clone()) {
            Ok(export) => self.export = Some(export),
            Err(error) => (self.tell)(FromEngine::Problem(format!("The picture could not be drawn: {error}."))),
        }
    }

    /// Writing millions of rows takes its time: it is done beside, of what is selected now.
    fn save_selection(&self, path: PathBuf) {
        let (scene, tell) = (self.scene.still(), self.tell.clone());
        let write = move || {
            let written = std::fs::File::create(&path).and_then(|file| {
                let mut file = std::io::BufWriter::new(file);
                scene.selection_csv(&mut file)?;
                std::io::Write::flush(&mut file)
            });
            match written {
                Ok(()) => tell(FromEngine::Saved(path)),
                Err(error) => tell(FromEngine::Problem(format!(
                    "The selection could not be written to {}: {error}.",
                    path.display()
                ))),
            }
        };
        if let Err(error) = std::thread::Builder::new().name("selection".into()).spawn(write) {
            (self.tell)(FromEngine::Problem(format!("The selection could not be saved: {error}.")));
        }
    }

    fn save_session(&mut self, path: PathBuf) {
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        let session = Session::of(&self.scene, &folder);
        let tell = self.tell.clone();
        let write = move || match sessions::write(&session, &path) {
            Ok(()) => tell(FromEngine::Saved(path)),
            Err(error) => {
                tell(FromEngine::Problem(format!("The session could not be written to {}: {error}.", path.display())))
            }
        };
        if let Err(error) = std::thread::Builder::new().name("session".into()).spawn(write) {
            (self.tell)(FromEngine::Problem(format!("The session could not be saved: {error}.")));
        }
    }

    /// The pixels are read here; encoding and writing them are not this thread's work.
    fn capture(&mut self, path: PathBuf) {
        let image = self.renderer.capture(&self.scene);
        // Drawn with nothing left out, so the next picture starts afresh.
        self.drawn_revision = None;
        let tell = self.tell.clone();
        let write = move || match image.map(|image| image.save_png(&path)) {
            Ok(Ok(())) => tell(FromEngine::Captured(path)),
            Ok(Err(error)) => tell(FromEngine::Problem(cannot_write(&path, &error))),
            Err(error) => tell(FromEngine::Problem(error.to_string())),
        };
        if let Err(error) = std::thread::Builder::new().name("screenshot".into()).spawn(write) {
            (self.tell)(FromEngine::Problem(format!("The picture could not be saved: {error}.")));
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
