//! The window: winit's event loop, egui's panels, and the scene's picture between them.
//!
//! Nothing here draws the scene or waits for the sidecar; the render thread goes on when the window is hidden.

mod paint;
mod window;

use crate::doctor::{self, Display};
use crate::engine::ToEngine;
use crate::events::Reporter;
use crate::host::{Host, HostEvent, Post, Start};
use crate::recent::Recent;
use crate::samples::SAMPLES;
use crate::ui::Action;
use heliograph_scene::Viewport;
use heliograph_scene::load::{Source, extensions};
use heliograph_scene::session::EXTENSION;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use window::MainWindow;
use winit::application::ApplicationHandler;
use winit::event::{StartCause, WindowEvent};
use winit::event_loop::{ActiveEventLoop, ControlFlow, EventLoop, EventLoopProxy};
use winit::platform::wayland::EventLoopBuilderExtWayland;
use winit::platform::x11::EventLoopBuilderExtX11;
use winit::window::WindowId;

/// What is said where the desktop has nothing to choose files with.
const NO_FILE_DIALOG: &str = "This desktop offers no file dialog. Type or paste the path, drop files into the window, \
                              or install one (Debian: xdg-desktop-portal, or zenity).";
/// Before the window says how large the scene's place is.
const FIRST_SIZE: Viewport = Viewport { width: 1280, height: 720 };

/// Opens the window and runs until it is closed.
///
/// # Errors
/// When there is no display, no window can be made, or nothing to draw with.
pub fn run(start: Start, reporter: Reporter) -> anyhow::Result<()> {
    let mut builder = EventLoop::<HostEvent>::with_user_event();
    // winit takes WAYLAND_DISPLAY at its word, and does not fall back to X11 when nobody serves it.
    match doctor::display() {
        Display::Wayland(_) => EventLoopBuilderExtWayland::with_wayland(&mut builder),
        Display::X11(_) | Display::None(_) => EventLoopBuilderExtX11::with_x11(&mut builder),
    };
    let event_loop = builder.build().map_err(|error| {
        anyhow::anyhow!("The display does not take a window: {error}. `heliograph doctor` says what is missing; `heliograph --headless` works without.")
    })?;
    let proxy = Mutex::new(event_loop.create_proxy());
    let post: Post = Arc::new(move |event| {
        // The loop has ended when this fails, and nobody needs the news.
        let _ = proxy.lock().unwrap_or_else(PoisonError::into_inner).send_event(event);
    });
    let mut shell =
        Shell { start: Some(start), reporter, proxy: event_loop.create_proxy(), post, running: None, failure: None };
    event_loop.run_app(&mut shell)?;
    shell.failure.map_or(Ok(()), Err)
}

struct Shell {
    start: Option<Start>,
    reporter: Reporter,
    proxy: EventLoopProxy<HostEvent>,
    post: Post,
    running: Option<Running>,
    failure: Option<anyhow::Error>,
}

struct Running {
    // Fields are dropped in this order: the share says goodbye while the window is still there.
    host: Host,
    window: MainWindow,
}

impl ApplicationHandler<HostEvent> for Shell {
    fn resumed(&mut self, event_loop: &ActiveEventLoop) {
        let Some(start) = self.start.take() else { return };
        match self.open_window(event_loop, start) {
            Ok(running) => self.running = Some(running),
            Err(error) => {
                self.failure = Some(error);
                event_loop.exit();
            }
        }
    }

    fn new_events(&mut self, event_loop: &ActiveEventLoop, cause: StartCause) {
        if let (StartCause::ResumeTimeReached { .. }, Some(running)) = (cause, &self.running) {
            event_loop.set_control_flow(ControlFlow::Wait);
            running.window.request_redraw();
        }
    }

    fn user_event(&mut self, _: &ActiveEventLoop, event: HostEvent) {
        let Some(running) = &mut self.running else { return };
        running.host.handle(event);
        if let Some(text) = running.host.take_clipboard() {
            running.window.copy(text);
        }
        running.window.request_redraw();
    }

    fn window_event(&mut self, event_loop: &ActiveEventLoop, _: WindowId, event: WindowEvent) {
        let Some(running) = &mut self.running else { return };
        running.window.feed(&event);
        match event {
            WindowEvent::CloseRequested => event_loop.exit(),
            WindowEvent::Resized(size) => running.window.resize(size),
            WindowEvent::Occluded(false) | WindowEvent::Focused(true) => running.window.request_redraw(),
            WindowEvent::DroppedFile(path) => running.host.open(vec![Source::Path(path)]),
            WindowEvent::RedrawRequested => {
                let (actions, again_at) = running.window.draw(&running.host);
                for action in actions {
                    perform(action, running, &self.proxy);
                }
                if let Some(again_at) = again_at {
                    event_loop.set_control_flow(ControlFlow::WaitUntil(again_at));
                }
            }
            _ => {}
        }
    }

    fn exiting(&mut self, _: &ActiveEventLoop) {
        // The window goes first for the eye; the sidecar's goodbye may take some tenths of a second.
        if let Some(running) = self.running.take() {
            running.window.hide();
            drop(running);
        }
    }
}

impl Shell {
    fn open_window(&self, event_loop: &ActiveEventLoop, start: Start) -> anyhow::Result<Running> {
        let (gpu, surface, window) = window::create(event_loop)?;
        let mut host = Host::new(
            gpu.clone(),
            FIRST_SIZE,
            (start.settings, start.rules, start.limits),
            self.reporter,
            self.post.clone(),
        )?;
        host.recent = Recent::open();
        let window = MainWindow::new(gpu, surface, window)?;
        host.open(start.sources);
        if start.share {
            host.start_sharing();
        }
        window.request_redraw();
        Ok(Running { host, window })
    }
}

fn perform(action: Action, running: &mut Running, proxy: &EventLoopProxy<HostEvent>) {
    let Running { host, window } = running;
    match action {
        Action::Input(input) => host.engine().offer(ToEngine::Host(input)),
        Action::OpenPath(path) => host.open(vec![Source::Path(PathBuf::from(path))]),
        Action::OpenSample(index) => {
            host.open(SAMPLES.get(index).map(crate::samples::Sample::source).into_iter().collect())
        }
        Action::Browse if doctor::has_file_dialog() => browse(proxy.clone()),
        Action::Browse => host.problem(NO_FILE_DIALOG.into()),
        Action::SaveSession(path) => host.save_session(PathBuf::from(path)),
        Action::SaveSelection(path) => host.save_selection(PathBuf::from(path)),
        Action::BrowseSave if doctor::has_file_dialog() => browse_save(proxy.clone()),
        Action::BrowseSave => host.problem(NO_FILE_DIALOG.into()),
        Action::Export(size, is_lettered, path) => host.export(size, is_lettered, PathBuf::from(path)),
        Action::CancelExport => host.cancel_export(),
        Action::CopyView => host.engine().offer(ToEngine::ViewCode),
        Action::CancelLoading(id) => host.engine().offer(ToEngine::CancelLoading(id)),
        Action::StartSharing => host.start_sharing(),
        Action::EndSharing => host.end_sharing(),
        Action::SetReach(reach) => host.set_reach(reach),
        Action::KeepToken(token) => host.keep_token(&token),
        Action::Decide(decision) => host.decide(decision),
        Action::NewLinks => host.new_links(),
        Action::Resize(size) => host.engine().offer(ToEngine::Resize(size)),
        Action::Dismiss(index) => {
            if index < host.problems.len() {
                host.problems.remove(index);
            }
        }
    }
    window.request_redraw();
}

/// The same for a place to save the session.
fn browse_save(proxy: EventLoopProxy<HostEvent>) {
    let spawned = std::thread::Builder::new().name("file-dialog".into()).spawn(move || {
        let dialog = rfd::FileDialog::new().set_title("Save the session").add_filter("Session", &[EXTENSION]);
        if let Some(path) = dialog.set_file_name(format!("session.{EXTENSION}")).save_file() {
            let _ = proxy.send_event(HostEvent::ChosenToSave(path));
        }
    });
    if let Err(error) = spawned {
        tracing::error!(%error, "no thread for the file dialog");
    }
}

/// The system's dialog blocks, so it has a thread of its own.
fn browse(proxy: EventLoopProxy<HostEvent>) {
    let spawned = std::thread::Builder::new().name("file-dialog".into()).spawn(move || {
        let extensions: Vec<&str> = extensions().chain([EXTENSION]).collect();
        let dialog = rfd::FileDialog::new().set_title("Open files").add_filter("Scientific data", &extensions);
        let files = dialog.add_filter("All files", &["*"]).pick_files().unwrap_or_default();
        let _ = proxy.send_event(HostEvent::Chosen(files.into_iter().map(Source::Path).collect()));
    });
    if let Err(error) = spawned {
        tracing::error!(%error, "no thread for the file dialog");
    }
}
