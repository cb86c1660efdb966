//! Keyboard shortcuts; the page has the same ones (`web-viewer/app/`), and the help dialog lists them.

use super::tools::{TOOLS, Tool};
use super::{Action, Dialog, UiState, View};
use egui::{Context, Key, KeyboardShortcut, Modifiers};
use heliograph_wire::{Command, PropertyKind, Side, Value};

const SHIFT_COMMAND: Modifiers = Modifiers { shift: true, ..Modifiers::COMMAND };
/// Opens the dialog that opens files.
pub(super) const OPEN: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::O);
/// Opens the share dialog, and starts sharing.
pub(super) const SHARE: KeyboardShortcut = KeyboardShortcut::new(SHIFT_COMMAND, Key::S);
/// Asks where to save the session.
pub(super) const SAVE: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::S);
/// Asks where to save the picture.
pub(super) const EXPORT: KeyboardShortcut = KeyboardShortcut::new(SHIFT_COMMAND, Key::E);
/// Copies the view's code.
pub(super) const COPY_VIEW: KeyboardShortcut = KeyboardShortcut::new(SHIFT_COMMAND, Key::C);
pub(super) const REDO: KeyboardShortcut = KeyboardShortcut::new(SHIFT_COMMAND, Key::Z);
pub(super) const UNDO: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::Z);

/// Key and what it does, as the help dialog shows them.
pub(super) const HELP: [(&str, &str); 20] = [
    ("Drag", "Turn"),
    ("Shift-drag, right drag", "Move"),
    ("Scroll, pinch", "Zoom to the pointer"),
    ("Click", "Say what is under the pointer"),
    ("Double click", "Make it the centre"),
    ("F", "Fit everything"),
    ("1 – 6", "Front, back, left, right, top, bottom"),
    ("O", "Perspective or parallel lines"),
    ("M", "Measure between two clicks"),
    ("B, G", "Select in a box, in a loop; Esc ends it"),
    ("Arrows", "Turn; with Shift, move"),
    ("+  –", "Zoom"),
    ("Ctrl+O", "Open files"),
    ("Ctrl+S", "Save the session"),
    ("Ctrl+Shift+E", "Save the picture"),
    ("Ctrl+Shift+S", "Share"),
    ("Ctrl+Z, Ctrl+Shift+Z", "Undo, redo"),
    ("Ctrl+Shift+C, Ctrl+V", "Copy the view, open a copied one"),
    ("Tab", "Show or hide the panel"),
    ("?", "This sheet"),
];

/// How far one press of an arrow goes, in picture heights.
const STEP: f32 = 0.05;
const ZOOM_STEP: f32 = 1.2;

pub(super) fn handle(context: &Context, view: &View<'_>, state: &mut UiState, actions: &mut Vec<Action>) {
    let pressed = |shortcut: &KeyboardShortcut| context.input_mut(|input| input.consume_shortcut(shortcut));
    if pressed(&OPEN) {
        state.dialog = Some(Dialog::Open);
    }
    if pressed(&SHARE) {
        super::toolbar::press_share(view, state, actions);
    }
    if context.egui_wants_keyboard_input() || state.dialog.is_some() {
        return;
    }
    if pressed(&SAVE) && !view.status.layers.is_empty() {
        super::menus::ask_where_to_save(view, state);
    }
    if pressed(&EXPORT) && !view.status.layers.is_empty() {
        state.dialog = Some(Dialog::Export);
        state.path.clear();
    }
    if pressed(&COPY_VIEW) {
        actions.push(Action::CopyView);
    }
    actions.extend(pasted_view(context).map(Action::from));
    if pressed(&REDO) {
        actions.push(Command::Redo.into());
    }
    if pressed(&UNDO) {
        actions.push(Command::Undo.into());
    }
    let typed = context.input(|input| {
        let is_text = |event: &egui::Event| matches!(event, egui::Event::Text(text) if text == "?");
        input.events.iter().any(is_text)
    });
    if typed {
        state.dialog = Some(Dialog::Help);
    }
    plain_keys(context, view, state, actions);
}

/// The command of a view's code that is pasted.
fn pasted_view(context: &Context) -> Option<Command> {
    context.input(|input| {
        input.events.iter().find_map(|event| match event {
            egui::Event::Paste(text) if text.len() <= heliograph_wire::MAX_VIEW_BYTES => {
                Some(Command::OpenView { code: text.clone() })
            }
            _ => None,
        })
    })
}

fn plain_keys(context: &Context, view: &View<'_>, state: &mut UiState, actions: &mut Vec<Action>) {
    let pressed = |key: Key| context.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if pressed(Key::Tab) {
        state.is_panel_hidden = !state.is_panel_hidden;
    }
    for (tool, _, key, _) in TOOLS {
        if pressed(key) {
            state.tool = if state.tool == tool { Tool::Look } else { tool };
        }
    }
    if pressed(Key::Escape) {
        state.tool = Tool::Look;
        state.stroke.clear();
    }
    if pressed(Key::F) {
        actions.push(Command::Fit.into());
    }
    if pressed(Key::O)
        && let Some(command) = other_projection(view)
    {
        actions.push(command.into());
    }
    let digits = [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6];
    for (key, from) in digits.into_iter().zip(Side::ALL) {
        if pressed(key) {
            actions.push(Command::Look { from }.into());
        }
    }
    if pressed(Key::Plus) || pressed(Key::Equals) {
        actions.push(Command::Zoom { factor: ZOOM_STEP, x: 0.5, y: 0.5 }.into());
    }
    if pressed(Key::Minus) {
        actions.push(Command::Zoom { factor: 1.0 / ZOOM_STEP, x: 0.5, y: 0.5 }.into());
    }
    let arrows = [
        (Key::ArrowLeft, -STEP, 0.0),
        (Key::ArrowRight, STEP, 0.0),
        (Key::ArrowUp, 0.0, -STEP),
        (Key::ArrowDown, 0.0, STEP),
    ];
    for (key, dx, dy) in arrows {
        if pressed(key) {
            actions.push(Command::Orbit { dx, dy }.into());
        }
        if context.input_mut(|input| input.consume_key(Modifiers::SHIFT, key)) {
            actions.push(Command::Pan { dx, dy }.into());
        }
    }
}

/// The command that changes to the projection that is not in use.
pub(super) fn other_projection(view: &View<'_>) -> Option<Command> {
    let property = view.status.properties.iter().find(|property| property.id == "projection")?;
    let PropertyKind::Choice { options } = &property.kind else { return None };
    let other = options.iter().find(|option| property.value != Value::Choice(option.id.clone()))?;
    Some(Command::Set { layer: None, property: property.id.clone(), value: Value::Choice(other.id.clone()) })
}
