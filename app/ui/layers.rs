//! The side panel: layers, their properties, the scene's own, and files on their way in.

use super::{Action, UiState, View, interval, theme, tools};
use egui::{Align, Layout, RichText};
use heliograph_wire::scene::ChoiceOption;
use heliograph_wire::{Command, LayerId, LayerStatus, Property, PropertyKind, Value};
use std::ops::RangeInclusive;

pub(super) fn show(ui: &mut egui::Ui, view: &View<'_>, state: &mut UiState, actions: &mut Vec<Action>) {
    let frame = egui::Frame::side_top_panel(ui.style()).inner_margin(egui::Margin::symmetric(12, 10));
    egui::Panel::left("layers").frame(frame).default_size(264.0).min_size(220.0).max_size(420.0).show(ui, |ui| {
        egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            heading(ui, "Layers");
            for (at, layer) in view.status.layers.iter().enumerate() {
                layer_row(ui, layer, (at, view.status.layers.len()), state, actions);
            }
            loading(ui, view, actions);
            let selected = state.selected_layer.or(view.status.layers.first().map(|layer| layer.id));
            if let Some(layer) = view.status.layers.iter().find(|layer| Some(layer.id) == selected)
                && !layer.properties.is_empty()
            {
                ui.add_space(10.0);
                heading(ui, &layer.name);
                properties(ui, Some(layer.id), &layer.properties, actions);
            }
            tools::marked(ui, view);
            tools::selection(ui, view, state, actions);
            ui.add_space(10.0);
            heading(ui, "Scene");
            properties(ui, None, &view.status.properties, actions);
        });
    });
}

fn heading(ui: &mut egui::Ui, text: &str) {
    ui.add(egui::Label::new(RichText::new(text).small().strong().weak()).truncate());
}

/// `at`: its place in the list, of so many.
fn layer_row(
    ui: &mut egui::Ui,
    layer: &LayerStatus,
    at: (usize, usize),
    state: &mut UiState,
    actions: &mut Vec<Action>,
) {
    let is_selected = state.selected_layer == Some(layer.id);
    ui.horizontal(|ui| {
        let mut visible = layer.visible;
        if ui.checkbox(&mut visible, "").on_hover_text("Show or hide").changed() {
            actions.push(set(Some(layer.id), "visible", Value::Toggle(visible)));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.menu_button("…", |ui| layer_menu(ui, layer, at, state, actions))
                .response
                .on_hover_text("Rename, move, remove");
            ui.with_layout(Layout::top_down_justified(Align::Min), |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                if is_renamed(ui, layer.id, state, actions) {
                    return;
                }
                let name = egui::Button::selectable(is_selected, RichText::new(&layer.name)).truncate();
                let name = ui.add(name).on_hover_text(&layer.name);
                if name.clicked() {
                    state.selected_layer = Some(layer.id);
                }
                if name.double_clicked() {
                    state.renaming = Some((layer.id, layer.name.clone()));
                }
                ui.horizontal(|ui| {
                    ui.add_space(10.0);
                    ui.label(RichText::new(&layer.summary).small().weak());
                });
            });
        });
    });
}

fn layer_menu(
    ui: &mut egui::Ui,
    layer: &LayerStatus,
    (at, count): (usize, usize),
    state: &mut UiState,
    actions: &mut Vec<Action>,
) {
    let mut entry = |ui: &mut egui::Ui, is_enabled: bool, label: &str, then: Command| {
        if ui.add_enabled(is_enabled, egui::Button::new(label)).clicked() {
            actions.push(then.into());
            ui.close();
        }
    };
    if ui.button("Rename…").clicked() {
        state.renaming = Some((layer.id, layer.name.clone()));
        ui.close();
    }
    let move_to = |to: usize| Command::MoveLayer { layer: layer.id, to: to as u32 };
    entry(ui, at > 0, "Move up", move_to(at.saturating_sub(1)));
    entry(ui, at + 1 < count, "Move down", move_to(at + 1));
    ui.separator();
    // Undoing brings it back.
    entry(ui, true, "Remove", Command::RemoveLayer { layer: layer.id });
}

/// Draws the field in the place of the name while it is being typed: Enter takes it, Escape leaves the old one.
fn is_renamed(ui: &mut egui::Ui, layer: LayerId, state: &mut UiState, actions: &mut Vec<Action>) -> bool {
    let Some((_, name)) = state.renaming.as_mut().filter(|(id, _)| *id == layer) else { return false };
    let field = ui.add(egui::TextEdit::singleline(name).hint_text("Name of the layer").desired_width(f32::INFINITY));
    if !field.lost_focus() {
        field.request_focus();
        return true;
    }
    let is_taken = !ui.input(|input| input.key_pressed(egui::Key::Escape)) && !name.trim().is_empty();
    if is_taken {
        actions.push(Command::RenameLayer { layer, name: name.clone() }.into());
    }
    state.renaming = None;
    true
}

fn loading(ui: &mut egui::Ui, view: &View<'_>, actions: &mut Vec<Action>) {
    for loading in view.loading {
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.button("Cancel").on_hover_text("Stop loading this file").clicked() {
                    actions.push(Action::CancelLoading(loading.id));
                }
                let bar = egui::ProgressBar::new(loading.fraction).fill(theme::ACCENT.gamma_multiply(0.6));
                ui.add(bar.text(RichText::new(&loading.name).small()));
            });
        });
    }
}

fn properties(ui: &mut egui::Ui, layer: Option<LayerId>, properties: &[Property], actions: &mut Vec<Action>) {
    egui::Grid::new(("properties", layer.map(|layer| layer.0))).num_columns(2).show(ui, |ui| {
        for property in properties {
            let label = ui.label(RichText::new(&property.label).weak()).id;
            if let Some(value) = control(ui, property, layer, label) {
                actions.push(set(layer, &property.id, value));
            }
            ui.end_row();
        }
    });
}

/// Draws a property's control; returns its new value when the user changed it.
fn control(ui: &mut egui::Ui, property: &Property, layer: Option<LayerId>, label: egui::Id) -> Option<Value> {
    match (&property.kind, &property.value) {
        (PropertyKind::Range { min, max, step }, Value::Number(number)) => {
            range(ui, property, *min..=*max, *step, *number, label).map(Value::Number)
        }
        (PropertyKind::Choice { options }, Value::Choice(chosen)) => {
            let id = ("choice", layer.map(|layer| layer.0), property.id.as_str());
            choice(ui, options, chosen, id, label).map(Value::Choice)
        }
        (PropertyKind::Interval { min, max, histogram }, Value::Interval(ends)) => {
            interval::show(ui, *min..=*max, histogram, *ends, property.unit.as_deref(), label).map(Value::Interval)
        }
        (PropertyKind::Several { options }, Value::Several(chosen)) => several(ui, options, chosen).map(Value::Several),
        (PropertyKind::Toggle, Value::Toggle(on)) => {
            let mut on = *on;
            let has_changed = ui.checkbox(&mut on, "").labelled_by(label).changed();
            has_changed.then_some(Value::Toggle(on))
        }
        (PropertyKind::Color, Value::Color(color)) => {
            let mut color = *color;
            let has_changed = ui.color_edit_button_srgb(&mut color).labelled_by(label).changed();
            has_changed.then_some(Value::Color(color))
        }
        // The scene's own description never mixes kinds.
        _ => None,
    }
}

/// A slider, and the number to type beside it.
fn range(
    ui: &mut egui::Ui,
    property: &Property,
    range: RangeInclusive<f64>,
    step: f64,
    number: f64,
    label: egui::Id,
) -> Option<f64> {
    let mut changed = number;
    ui.horizontal(|ui| {
        let slider = egui::Slider::new(&mut changed, range.clone()).step_by(step).show_value(false);
        ui.add(slider).labelled_by(label);
        let suffix = property.unit.as_ref().map_or(String::new(), |unit| format!(" {unit}"));
        ui.add(egui::DragValue::new(&mut changed).range(range).speed(step).suffix(suffix)).labelled_by(label);
    });
    (changed != number).then_some(changed)
}

fn choice(
    ui: &mut egui::Ui,
    options: &[ChoiceOption],
    chosen: &str,
    id: impl std::hash::Hash + std::fmt::Debug,
    label: egui::Id,
) -> Option<String> {
    let text = options.iter().find(|option| option.id == chosen).map_or("", |option| option.label.as_str());
    let mut picked = None;
    let combo = egui::ComboBox::from_id_salt(id).selected_text(text).show_ui(ui, |ui| {
        for option in options {
            if ui.selectable_label(option.id == chosen, &option.label).clicked() {
                picked = Some(option.id.clone());
            }
        }
    });
    combo.response.labelled_by(label);
    picked
}

/// A box to tick for each option, beside its colour.
fn several(ui: &mut egui::Ui, options: &[ChoiceOption], chosen: &[String]) -> Option<Vec<String>> {
    let mut now = chosen.to_vec();
    ui.vertical(|ui| {
        for option in options {
            ui.horizontal(|ui| {
                let mut on = now.contains(&option.id);
                if let Some([red, green, blue]) = option.color {
                    let (area, _) = ui.allocate_exact_size(egui::vec2(10.0, 10.0), egui::Sense::hover());
                    ui.painter().rect_filled(area, 2.0, egui::Color32::from_rgb(red, green, blue));
                }
                if ui.checkbox(&mut on, &option.label).changed() {
                    now.retain(|id| *id != option.id);
                    now.extend(on.then(|| option.id.clone()));
                }
            });
        }
        ui.horizontal(|ui| {
            if ui.small_button("All").clicked() {
                now = options.iter().map(|option| option.id.clone()).collect();
            }
            if ui.small_button("None").clicked() {
                now.clear();
            }
        });
    });
    (now.as_slice() != chosen).then_some(now)
}

fn set(layer: Option<LayerId>, property: &str, value: Value) -> Action {
    Command::Set { layer, property: property.to_owned(), value }.into()
}
