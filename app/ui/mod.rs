//! The window's panels: they read a [`View`] and return [`Action`]s, and touch no GPU, file or socket.

mod card;
mod dialogs;
mod interval;
mod keys;
mod labels;
mod layers;
mod legend;
mod lettering;
mod menus;
mod notices;
mod people;
mod qr;
mod scene_area;
mod share;
mod status_bar;
pub mod theme;
mod toolbar;
mod tools;
mod triad;
mod welcome;

pub use lettering::letter;
pub use tools::Tool;

use crate::engine::{LoadId, Loading};
use crate::host::ShareState;
use crate::room::{Decision, RoomView};
use crate::share::TunnelState;
use crate::share::reach::Reach;
use crate::share::usage::Usage;
use heliograph_scene::Viewport;
use heliograph_wire::link::StreamStats;
use heliograph_wire::room::ControlMode;
use heliograph_wire::{Command, Input, LayerId, Pose, SceneStatus};
use std::path::{Path, PathBuf};

/// Everything that the panels show.
pub struct View<'a> {
    /// The scene in words and controls.
    pub status: &'a SceneStatus,
    /// Files on their way in.
    pub loading: &'a [Loading],
    /// The scene's picture, once there is one.
    pub picture: Option<egui::TextureId>,
    /// Whence the picture was drawn.
    pub pose: Option<Pose>,
    /// What draws it.
    pub adapter: &'a str,
    /// How long the last picture took, in milliseconds.
    pub draw_ms: f32,
    /// Where the share stands.
    pub share: &'a ShareState,
    /// How far its links reach, or will.
    pub reach: &'a Reach,
    /// Whether newcomers must knock, and whose hands count: of this session or of the next.
    pub rules: (bool, ControlMode),
    /// Who is here, who knocks.
    pub room: &'a RoomView,
    /// Where the tunnel stands.
    pub tunnel: &'a TunnelState,
    /// What went through it this month.
    pub usage: Usage,
    /// Whether an ngrok token is known.
    pub has_token: bool,
    /// What the sidecar counted in the last second.
    pub stats: &'a StreamStats,
    /// Sentences to show.
    pub problems: &'a [String],
    /// The files that were opened last.
    pub recent: &'a [PathBuf],
    /// Where the session was saved or opened last.
    pub session_path: Option<&'a Path>,
    /// How far the picture is that is being saved, from 0 to 1.
    pub export: Option<f32>,
}

/// What the panels themselves remember.
#[derive(Default)]
pub struct UiState {
    /// The layer whose properties are shown.
    pub selected_layer: Option<LayerId>,
    /// Which dialog is open.
    pub dialog: Option<Dialog>,
    /// What is typed into the open dialog.
    pub path: String,
    /// The layer that is being given another name, and what is typed.
    pub renaming: Option<(LayerId, String)>,
    /// The ngrok token that is being typed.
    pub token: String,
    /// The tunnel command that is being typed.
    pub tunnel_command: String,
    /// The link that was copied last, for the confirmation.
    pub copied: Option<String>,
    /// Whether the side panel is hidden.
    pub is_panel_hidden: bool,
    /// The side lengths of the picture to save, once they were chosen.
    pub export_size: Option<Viewport>,
    /// Whether the picture to save has no lettering.
    pub export_is_bare: bool,
    /// What the primary button does on the picture.
    pub tool: Tool,
    /// The corners of the shape that is being drawn on the picture.
    pub stroke: Vec<egui::Pos2>,
    /// The size that was asked for last.
    pub picture_size: Option<Viewport>,
}

/// A dialog over the scene; one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialog {
    /// Type a path or browse.
    Open,
    /// Where the session is to be saved.
    Save,
    /// Where and how large the picture is to be saved.
    Export,
    /// Where the table of what is selected is to be saved.
    SaveSelection,
    /// The links.
    Share,
    /// The shortcuts.
    Help,
}

impl Dialog {
    /// For scripts.
    pub fn name(self) -> &'static str {
        match self {
            Dialog::Open => "open",
            Dialog::Save => "save",
            Dialog::Export => "export",
            Dialog::SaveSelection => "save_selection",
            Dialog::Share => "share",
            Dialog::Help => "help",
        }
    }
}

/// What the user asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// The host's hand on the scene, or a command.
    Input(Input),
    /// Open what was typed.
    OpenPath(String),
    /// Open a bundled scene.
    OpenSample(usize),
    /// Show the system's file dialog.
    Browse,
    /// Save the session to the path that was typed.
    SaveSession(String),
    /// Save the table of what is selected to the path that was typed.
    SaveSelection(String),
    /// Show the system's dialog for where to save the session.
    BrowseSave,
    /// Save the picture, so large, with lettering or without, to the path that was typed.
    Export(Viewport, bool, String),
    /// Give up the picture that is being made.
    CancelExport,
    /// Put the code of the view on the clipboard.
    CopyView,
    /// Stop loading a file.
    CancelLoading(LoadId),
    /// Make the links.
    StartSharing,
    /// End the session.
    EndSharing,
    /// How far the links of the next session reach.
    SetReach(Reach),
    /// Keep an ngrok token that was typed.
    KeepToken(String),
    /// Decide about the guests.
    Decide(Decision),
    /// Make other links; the old ones are dead.
    NewLinks,
    /// The scene's place on the screen has a new size in pixels.
    Resize(Viewport),
    /// Take a sentence away.
    Dismiss(usize),
}

impl From<Command> for Action {
    fn from(command: Command) -> Action {
        Action::Input(Input::Command { command })
    }
}

/// Draws the whole window.
pub fn show(ui: &mut egui::Ui, view: &View<'_>, state: &mut UiState) -> Vec<Action> {
    let mut actions = Vec::new();
    keys::handle(ui.ctx(), view, state, &mut actions);
    toolbar::show(ui, view, state, &mut actions);
    status_bar::show(ui, view);
    let is_empty = view.status.layers.is_empty() && view.loading.is_empty();
    if !state.is_panel_hidden && !is_empty {
        layers::show(ui, view, state, &mut actions);
    }
    scene_area::show(ui, view, state, &mut actions);
    notices::show(ui.ctx(), view, state, &mut actions);
    dialogs::show(ui.ctx(), view, state, &mut actions);
    actions
}
