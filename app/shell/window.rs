//! The main window: its surface, its egui context, and one frame of it.

use super::paint::Painter;
use crate::engine::Snapshot;
use crate::events::Event;
use crate::host::Host;
use crate::ui::{self, Action, Dialog, UiState, View, theme};
use anyhow::Context;
use heliograph_render::Gpu;
use std::sync::Arc;
use std::time::{Duration, Instant};
use wgpu::CurrentSurfaceTexture;
use winit::dpi::{LogicalSize, PhysicalSize};
use winit::event::WindowEvent;
use winit::event_loop::ActiveEventLoop;
use winit::window::Window;

/// How soon to try again when the display was busy for longer than a frame.
const BUSY_RETRY: Duration = Duration::from_millis(50);
/// Repaints further away than this are not worth a timer.
const FAR: Duration = Duration::from_secs(3600);

/// Makes the window, and the GPU that can draw to it.
///
/// # Errors
/// When no window can be made, or nothing can draw to it.
pub(super) fn create(event_loop: &ActiveEventLoop) -> anyhow::Result<(Gpu, wgpu::Surface<'static>, Arc<Window>)> {
    let attributes = Window::default_attributes()
        .with_title("Heliograph")
        .with_inner_size(LogicalSize::new(1280.0, 800.0))
        .with_min_inner_size(LogicalSize::new(560.0, 360.0));
    let window = event_loop.create_window(attributes).context("The display refuses the window.")?;
    let window = Arc::new(window);
    let display = Box::new(event_loop.owned_display_handle());
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_with_display_handle_from_env(display));
    let surface = instance.create_surface(window.clone()).context("Nothing here can draw into a window.")?;
    let gpu = Gpu::with_instance(instance, Some(&surface))?;
    Ok((gpu, surface, window))
}

/// The window and what is needed to draw it.
pub(super) struct MainWindow {
    window: Arc<Window>,
    surface: wgpu::Surface<'static>,
    config: wgpu::SurfaceConfiguration,
    is_set_up: bool,
    egui: egui_winit::State,
    painter: Painter,
    state: UiState,
    title: String,
    has_drawn: bool,
    told_dialog: Option<Dialog>,
    gpu: Gpu,
}

impl MainWindow {
    /// # Errors
    /// When the GPU cannot draw to this surface after all.
    pub(super) fn new(gpu: Gpu, surface: wgpu::Surface<'static>, window: Arc<Window>) -> anyhow::Result<MainWindow> {
        let size = window.inner_size();
        let mut config = surface
            .get_default_config(&gpu.adapter, size.width.max(1), size.height.max(1))
            .context("The graphics driver cannot draw to this display.")?;
        // The scene and egui work with sRGB bytes, which pass unchanged through a format that is not …Srgb.
        let formats = surface.get_capabilities(&gpu.adapter).formats;
        let plain = formats
            .iter()
            .find(|format| matches!(format, wgpu::TextureFormat::Bgra8Unorm | wgpu::TextureFormat::Rgba8Unorm));
        config.format = plain.copied().unwrap_or(config.format);
        config.desired_maximum_frame_latency = 1;
        gpu.configure_surface(&surface, &config).map_err(anyhow::Error::msg)?;
        let context = egui::Context::default();
        theme::install(&context);
        let egui = egui_winit::State::new(
            context,
            egui::ViewportId::ROOT,
            &window,
            Some(window.scale_factor() as f32),
            window.theme(),
            Some(gpu.device.limits().max_texture_dimension_2d as usize),
        );
        let painter = Painter::new(&gpu, config.format);
        Ok(MainWindow {
            window,
            surface,
            config,
            is_set_up: true,
            egui,
            painter,
            state: UiState::default(),
            title: String::new(),
            has_drawn: false,
            told_dialog: None,
            gpu,
        })
    }

    /// Lets egui see an event.
    pub(super) fn feed(&mut self, event: &WindowEvent) {
        if matches!(event, WindowEvent::RedrawRequested) {
            return;
        }
        if self.egui.on_window_event(&self.window, event).repaint {
            self.window.request_redraw();
        }
    }

    pub(super) fn request_redraw(&self) {
        self.window.request_redraw();
    }

    /// Puts a text on the clipboard, with the next frame.
    pub(super) fn copy(&self, text: String) {
        self.egui.egui_ctx().copy_text(text);
    }

    pub(super) fn hide(&self) {
        self.window.set_visible(false);
    }

    pub(super) fn resize(&mut self, size: PhysicalSize<u32>) {
        // A minimised window may have no size at all.
        if size.width > 0 && size.height > 0 {
            self.config.width = size.width;
            self.config.height = size.height;
            self.set_up();
        }
    }

    /// Sets the surface up for the present size. When the driver refuses, the next event tries again.
    fn set_up(&mut self) {
        let outcome = self.gpu.configure_surface(&self.surface, &self.config);
        self.is_set_up = outcome.is_ok();
        match outcome {
            Ok(()) => self.window.request_redraw(),
            Err(error) => tracing::error!(%error, "the window's surface is not set up"),
        }
    }

    /// Draws one frame. Returns what the user asked for, and when egui wants to draw again by itself.
    pub(super) fn draw(&mut self, host: &Host) -> (Vec<Action>, Option<Instant>) {
        let snapshot = host.engine().snapshot();
        if !self.is_set_up {
            self.set_up();
            return (Vec::new(), None);
        }
        let target = match self.surface.get_current_texture() {
            CurrentSurfaceTexture::Success(target) | CurrentSurfaceTexture::Suboptimal(target) => target,
            CurrentSurfaceTexture::Outdated | CurrentSurfaceTexture::Lost => {
                self.set_up();
                return (Vec::new(), None);
            }
            CurrentSurfaceTexture::Timeout => return (Vec::new(), Instant::now().checked_add(BUSY_RETRY)),
            // Hidden: the event that shows the window draws again.
            CurrentSurfaceTexture::Occluded | CurrentSurfaceTexture::Validation => return (Vec::new(), None),
        };
        let picture = self.painter.picture(&self.gpu, snapshot.picture.as_ref());
        let input = self.egui.take_egui_input(&self.window);
        let context = self.egui.egui_ctx().clone();
        let mut actions = Vec::new();
        let mut output = context.run_ui(input, |ui| {
            // egui may run the panels again to settle a layout; only the first run sees what the user did.
            actions.extend(ui::show(ui, &view(host, &snapshot, picture), &mut self.state));
        });
        self.egui.handle_platform_output(&self.window, std::mem::take(&mut output.platform_output));
        let delay = output.viewport_output.get(&egui::ViewportId::ROOT).map(|viewport| viewport.repaint_delay);
        let size = [self.config.width, self.config.height];
        self.painter.paint(&self.gpu, &context, output, &target.texture, size);
        self.window.pre_present_notify();
        self.gpu.queue.present(target);
        self.follow_title(&snapshot.status.title);
        self.tell_scripts(host);
        (actions, self.next_frame(delay))
    }

    /// A script that works the window must know when it can.
    fn tell_scripts(&mut self, host: &Host) {
        if !std::mem::replace(&mut self.has_drawn, true) {
            host.tell(&Event::Window);
        }
        if self.told_dialog != self.state.dialog {
            self.told_dialog = self.state.dialog;
            host.tell(&Event::Dialog { name: self.state.dialog.map(Dialog::name) });
        }
    }

    fn next_frame(&self, delay: Option<Duration>) -> Option<Instant> {
        match delay {
            Some(Duration::ZERO) => {
                self.window.request_redraw();
                None
            }
            Some(delay) if delay < FAR => Instant::now().checked_add(delay),
            _ => None,
        }
    }

    fn follow_title(&mut self, title: &str) {
        if self.title != title {
            self.title = title.to_owned();
            let full = if title.is_empty() { "Heliograph".to_owned() } else { format!("{title} – Heliograph") };
            self.window.set_title(&full);
        }
    }
}

fn view<'a>(host: &'a Host, snapshot: &'a Snapshot, picture: Option<egui::TextureId>) -> View<'a> {
    View {
        status: &snapshot.status,
        loading: &snapshot.loading,
        picture,
        pose: snapshot.pose,
        adapter: &snapshot.adapter,
        draw_ms: snapshot.draw_ms,
        share: &host.share_state,
        reach: &host.settings.reach,
        rules: host.rules(),
        room: &host.guests,
        tunnel: &host.tunnel,
        usage: host.usage,
        has_token: host.has_token,
        stats: &host.stats,
        problems: &host.problems,
        recent: host.recent.files(),
        session_path: host.session_path.as_deref(),
        export: host.export,
    }
}
