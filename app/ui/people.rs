//! Who takes part in a session, who knocks, and what the host can do about each.

use super::{Action, View, theme};
use crate::room::{Decision, GuestView};
use egui::{Align, Color32, Layout, RichText, Sense, Ui, vec2};
use heliograph_wire::room::{Arrival, ControlMode};
use heliograph_wire::{Role, Rung};

/// Who knocks, with what the host needs to decide.
pub(super) fn knocks(ui: &mut Ui, knocks: &[Arrival], actions: &mut Vec<Action>) {
    for knock in knocks {
        let viewer = knock.viewer;
        ui.horizontal_wrapped(|ui| {
            let name = if knock.name.is_empty() { "Someone" } else { &knock.name };
            ui.label(RichText::new(name).strong());
            ui.label(format!("wants to {}", if knock.role == Role::Control { "look and steer" } else { "look" }));
            ui.label(RichText::new(origin(knock)).weak().small());
        });
        ui.horizontal(|ui| {
            if ui.add(theme::primary_button("Let in")).clicked() {
                actions.push(Action::Decide(Decision::Accept(viewer)));
            }
            if ui.button("Refuse").clicked() {
                actions.push(Action::Decide(Decision::Refuse { viewer, ban: false }));
            }
            if ui.button("Ban").on_hover_text("Refuse for the rest of the session").clicked() {
                actions.push(Action::Decide(Decision::Refuse { viewer, ban: true }));
            }
        });
    }
}

/// Browser, address and connection of someone who knocks.
fn origin(knock: &Arrival) -> String {
    let round_trip = knock.round_trip_ms.map(|milliseconds| match milliseconds {
        0..=80 => format!("good connection, {milliseconds} ms"),
        81..=250 => format!("slow connection, {milliseconds} ms"),
        _ => format!("very slow connection, {milliseconds} ms"),
    });
    let known = [Some(knock.browser.clone()), Some(knock.address.clone()), round_trip];
    known.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// Everyone who is here.
pub(super) fn guests(ui: &mut Ui, view: &View<'_>, actions: &mut Vec<Action>) {
    if view.room.guests.is_empty() {
        ui.label(RichText::new("Nobody is here yet.").weak());
        return;
    }
    for guest in &view.room.guests {
        ui.horizontal(|ui| one(ui, guest, view, actions));
    }
}

fn one(ui: &mut Ui, view_of: &GuestView, view: &View<'_>, actions: &mut Vec<Action>) {
    let guest = &view_of.guest;
    dot(ui, guest.color);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let name = guest.name.clone();
        ui.menu_button("…", |ui| menu(ui, view_of, view, actions))
            .response
            .on_hover_text(format!("What {name} may do"));
        if view.room.mode == ControlMode::OneAtATime && guest.asks {
            let grant = ui.add(theme::primary_button("Let steer"));
            if grant.on_hover_text(format!("{name} asks to steer")).clicked() {
                actions.push(Action::Decide(Decision::Grant(guest.viewer)));
            }
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.add(egui::Label::new(RichText::new(&guest.name).strong()).truncate());
            ui.add(egui::Label::new(RichText::new(standing(view_of, view)).weak().small()).truncate());
        });
    });
}

/// What a guest does here, and how it is connected.
fn standing(view_of: &GuestView, view: &View<'_>) -> String {
    let guest = &view_of.guest;
    let may = if view.room.steers == Some(guest.viewer) {
        "steers now"
    } else if guest.muted {
        "muted"
    } else if guest.asks {
        "asks to steer"
    } else {
        match (guest.role, view.room.mode) {
            (Role::Control, ControlMode::Everyone) => "steers",
            (Role::Control, _) => "may steer",
            (Role::View, _) => "looks",
        }
    };
    let mut parts = vec![may.to_owned(), view_of.browser.clone()];
    if let Some(figures) = &view_of.figures {
        parts.extend(figures.rung.map(|rung| way(rung).to_owned()));
        parts.extend(figures.round_trip_ms.map(|milliseconds| format!("{milliseconds} ms")));
        parts.push(format!("{:.1} Mbit/s", figures.sent_bps as f64 / 1e6));
        parts.extend(figures.exact.then(|| "exact".to_owned()));
    }
    parts.retain(|part| !part.is_empty());
    parts.join(" · ")
}

/// How a guest's picture travels.
fn way(rung: Rung) -> &'static str {
    match rung {
        Rung::Udp => "WebRTC over UDP",
        Rung::Tcp => "WebRTC over TCP",
        Rung::Turn => "WebRTC through a relay",
        Rung::WebCodecs => "WebSocket",
        Rung::Jpeg => "WebSocket, JPEG",
    }
}

fn menu(ui: &mut Ui, view_of: &GuestView, view: &View<'_>, actions: &mut Vec<Action>) {
    let guest = &view_of.guest;
    let viewer = guest.viewer;
    let mut entry = |ui: &mut Ui, label: &str, decision: Decision| {
        if ui.button(label).clicked() {
            actions.push(Action::Decide(decision));
            ui.close();
        }
    };
    if guest.role == Role::Control && !guest.muted && view.room.mode == ControlMode::OneAtATime {
        if view.room.steers == Some(viewer) {
            entry(ui, "Take the steering back", Decision::TakeBack);
        } else {
            entry(ui, "Let steer now", Decision::Grant(viewer));
        }
    }
    match guest.role {
        Role::Control => entry(ui, "May only look", Decision::SetRole(viewer, Role::View)),
        Role::View => entry(ui, "May steer, too", Decision::SetRole(viewer, Role::Control)),
    }
    let mute = if guest.muted { "Listen to its hands again" } else { "Mute its hands" };
    entry(ui, mute, Decision::Mute(viewer, !guest.muted));
    let rung = view_of.figures.as_ref().and_then(|figures| figures.rung);
    if matches!(rung, Some(Rung::WebCodecs | Rung::Jpeg)) {
        // The code is of the ends of a connection that does not carry the picture.
        ui.separator();
        ui.label(RichText::new("By WebSocket: a tunnel’s operator could read it.").weak().small());
    } else if let Some(code) = &view_of.safety_code {
        ui.separator();
        ui.label(RichText::new(format!("Safety code {code}")).monospace());
        ui.label(RichText::new("The page shows the same, or someone sits between you.").weak().small());
    }
    ui.separator();
    entry(ui, "Remove", Decision::Remove { viewer, ban: false });
    entry(ui, "Remove and ban", Decision::Remove { viewer, ban: true });
}

fn dot(ui: &mut Ui, [red, green, blue]: [u8; 3]) {
    let (area, _) = ui.allocate_exact_size(vec2(10.0, 10.0), Sense::hover());
    ui.painter().circle_filled(area.center(), 5.0, Color32::from_rgb(red, green, blue));
}
