//! The render thread: it owns the scene, the GPU's targets and the read-back, and is the only place where commands are applied.
//!
//! Everyone else talks to it through an [`EngineHandle`]; it answers through [`FromEngine`] and a [`Snapshot`].
//! It waits for messages only: never for a window, a surface, the sidecar or another process's lock.

mod export;
mod frame_times;
mod loading;
mod mirror;
mod rereading;
mod run;
mod sessions;

pub use frame_times::Figures;
pub use loading::LoadId;
pub(crate) use run::saving::cannot_write;

use crate::room::SharedRoom;
use heliograph_render::{Gpu, Options, Renderer};
use heliograph_ring::{FrameStamp, FrameWriter};
use heliograph_scene::Viewport;
use heliograph_scene::load::{Limits, LoadError, LoadedLayer, Source};
use heliograph_scene::session::{Session, SessionError};
use heliograph_wire::{Command, Input, Pose, SceneStatus, Ticketed};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

/// What the render thread is told.
pub enum ToEngine {
    /// The host's own hand in the window.
    Host(Input),
    /// A viewer's input, from the input ring.
    Guest(Ticketed),
    /// Load these and add their layers.
    Open(Vec<Source>),
    /// Stop loading one of them.
    CancelLoading(LoadId),
    /// A loader is done.
    Loaded {
        /// Which.
        id: LoadId,
        /// The layers, or why there are none.
        outcome: Result<Vec<LoadedLayer>, LoadError>,
    },
    /// A file was a session, or was to be one.
    Session {
        /// Which.
        id: LoadId,
        /// The session with its folder, or what is wrong with it.
        outcome: Result<(Session, PathBuf), SessionError>,
    },
    /// Save the session to this file.
    SaveSession(PathBuf),
    /// Save the table of what is selected to this file.
    SaveSelection(PathBuf),
    /// Tell the code of the view as it is now.
    ViewCode,
    /// The scene's picture has a new size.
    Resize(Viewport),
    /// From now on publish frames here; `None` ends the mirror.
    Mirror(Option<FrameWriter>),
    /// Someone is about to watch.
    WantFrame,
    /// Save the picture of this moment as PNG.
    Capture(PathBuf),
    /// Save the picture so large as PNG, beside everything else.
    Export(Viewport, bool, PathBuf),
    /// Give up the picture that is being made.
    CancelExport,
    /// Tell the [`Figures`] since they were told last.
    Figures,
    /// Draw again if something moved by itself.
    Wake,
    /// End the thread.
    Quit,
}

/// What the render thread tells.
pub enum FromEngine {
    /// There is a new picture or a new snapshot.
    Changed,
    /// The scene's description changed.
    Status(Arc<SceneStatus>),
    /// All loaders are done.
    Loaded {
        /// Layers in the scene.
        layers: usize,
    },
    /// A picture was saved here.
    Captured(PathBuf),
    /// How far the picture is that is being saved, from 0 to 1; `None` when it is over.
    Exporting(Option<f32>),
    /// The session was saved here.
    Saved(PathBuf),
    /// The code of the view as it was asked for.
    ViewCode(String),
    /// What was measured since it was asked for last.
    Figures(Figures),
    /// A sentence for the user.
    Problem(String),
    /// For the guests of this name, a sentence about what they did: why it changed nothing, or what to know of it.
    GuestProblem(String, String),
    /// The thread ended by a fault; the sentence says which.
    Stopped(String),
}

/// A file on its way in, as the window shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Loading {
    /// For [`ToEngine::CancelLoading`].
    pub id: LoadId,
    /// The file's name.
    pub name: String,
    /// From 0 to 1.
    pub fraction: f32,
}

/// What the window draws, renewed by the render thread.
#[derive(Clone)]
pub struct Snapshot {
    /// The scene in words and controls.
    pub status: Arc<SceneStatus>,
    /// Files on their way in.
    pub loading: Vec<Loading>,
    /// The scene's picture; replaced when the size changes.
    pub picture: Option<Picture>,
    /// Whence the last picture was drawn.
    pub pose: Option<Pose>,
    /// What draws it, e.g. `llvmpipe (software) over Vulkan`.
    pub adapter: String,
    /// How long the last picture took, in milliseconds.
    pub draw_ms: f32,
    /// Pictures drawn since the start.
    pub pictures: u64,
}

/// The texture that holds the scene's picture.
#[derive(Clone)]
pub struct Picture {
    /// sRGB bytes in an `Rgba8Unorm` texture.
    pub view: wgpu::TextureView,
    /// In pixels.
    pub size: Viewport,
    /// Grows with every new texture.
    pub generation: u64,
}

/// Messages that may wait for the render thread, which takes all of them before each picture.
const MAX_MESSAGES: usize = 4096;

/// Where messages for the render thread go; cheap to clone. The queue holds [`MAX_MESSAGES`].
#[derive(Clone)]
pub struct EngineHandle {
    sender: mpsc::SyncSender<ToEngine>,
    snapshot: Arc<Mutex<Snapshot>>,
    /// A [`FromEngine::Changed`] is under way, so another says nothing new.
    is_change_told: Arc<AtomicBool>,
}

impl EngineHandle {
    /// Sends a message, and waits while the queue is full. A thread that has ended ignores it: its end was told by
    /// [`FromEngine::Stopped`].
    pub fn send(&self, message: ToEngine) {
        let _ = self.sender.send(message);
    }

    /// Sends a message without ever waiting, for the thread that owns the window: when the queue is full, which takes
    /// a render thread that has not drawn for many seconds, the message is dropped.
    pub fn offer(&self, message: ToEngine) {
        if let Err(mpsc::TrySendError::Full(_)) = self.sender.try_send(message) {
            tracing::warn!("the render thread is too busy: an input was dropped");
        }
    }

    /// Sends a command of the host.
    pub fn command(&self, command: Command) {
        self.offer(ToEngine::Host(Input::Command { command }));
    }

    /// What to show now.
    pub fn snapshot(&self) -> Snapshot {
        // Before the look: what changes after it is told anew.
        self.is_change_told.store(false, Ordering::Release);
        self.snapshot.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The running thread; ends when dropped.
pub struct Engine {
    handle: EngineHandle,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Engine {
    /// Starts the thread, which asks `room` about every guest's input. `tell` is called from it. Without `limits` files may take
    /// what [`Limits`] says.
    ///
    /// # Errors
    /// When the renderer cannot be made on this GPU, or no thread can be started.
    pub fn start(
        gpu: Gpu,
        viewport: Viewport,
        room: SharedRoom,
        limits: Option<Limits>,
        tell: impl Fn(FromEngine) + Send + Sync + 'static,
    ) -> anyhow::Result<Engine> {
        let adapter = gpu.description();
        let renderer: Renderer<FrameStamp> = Renderer::new(gpu, Options { viewport, force_u32: false })?;
        let snapshot = Snapshot {
            status: Arc::new(SceneStatus::default()),
            loading: Vec::new(),
            picture: Some(Picture { view: renderer.color_view().clone(), size: viewport, generation: 1 }),
            pose: None,
            adapter,
            draw_ms: 0.0,
            pictures: 0,
        };
        let (sender, receiver) = mpsc::sync_channel(MAX_MESSAGES);
        let handle = EngineHandle {
            sender,
            snapshot: Arc::new(Mutex::new(snapshot)),
            is_change_told: Arc::new(AtomicBool::new(false)),
        };
        let tell: Arc<dyn Fn(FromEngine) + Send + Sync> = Arc::new(tell);
        let drawing = run::Drawing::new(renderer, viewport, (room, limits), handle.clone(), tell.clone());
        let thread = std::thread::Builder::new().name("render".into()).spawn(move || {
            let drawing = std::panic::AssertUnwindSafe(|| drawing.run(&receiver));
            if std::panic::catch_unwind(drawing).is_err() {
                tell(FromEngine::Stopped("The renderer stopped because of a bug in Heliograph. Save what you need and start it again; HELIOGRAPH_LOG=debug shows what happened.".into()));
            }
        })?;
        Ok(Engine { handle, thread: Some(thread) })
    }

    /// For talking to it.
    pub fn handle(&self) -> &EngineHandle {
        &self.handle
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.handle.send(ToEngine::Quit);
        if let Some(thread) = self.thread.take() {
            // The thread's faults were told already.
            let _ = thread.join();
        }
    }
}
