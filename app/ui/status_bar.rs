//! The line at the bottom: what is marked, what draws, how the mirror does.

use super::{View, theme};
use crate::host::ShareState;
use egui::{Align, Layout, RichText};
use heliograph_wire::link::{StreamStats, TierStats};

pub(super) fn show(ui: &mut egui::Ui, view: &View<'_>) {
    let frame = egui::Frame::side_top_panel(ui.style()).inner_margin(egui::Margin::symmetric(12, 4));
    egui::Panel::bottom("status").frame(frame).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let drawn = format!("{} · {:.0} ms", view.adapter, view.draw_ms);
                ui.label(RichText::new(drawn).small().weak());
                mirror(ui, view);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let text = match &view.status.picked {
                        Some(picked) => RichText::new(&picked.text).small(),
                        None => RichText::new("Drag to turn · right drag to move · scroll to zoom · F to fit")
                            .small()
                            .weak(),
                    };
                    ui.add(egui::Label::new(text).truncate());
                });
            });
        });
    });
}

fn mirror(ui: &mut egui::Ui, view: &View<'_>) {
    let (text, color) = match view.share {
        ShareState::Off => return,
        ShareState::Starting => ("Starting to share…".to_owned(), theme::accent_text(ui.visuals())),
        ShareState::Restarting(_) => ("The streaming process is being replaced…".to_owned(), theme::ALERT),
        ShareState::Live(_) if view.room.guests.is_empty() => {
            ("Nobody is watching yet".to_owned(), theme::accent_text(ui.visuals()))
        }
        ShareState::Live(_) => {
            let sent = view.stats.sent_bps as f64 / 1e6;
            (format!("{} watching · {sent:.1} Mbit/s", view.room.guests.len()), theme::GOOD)
        }
    };
    let told = ui.label(RichText::new(text).small().color(color));
    if !view.stats.tiers.is_empty() {
        told.on_hover_text(encodes(view.stats));
    }
    ui.separator();
}

/// What is encoded, and how much may be sent.
fn encodes(stats: &StreamStats) -> String {
    let of_tier = |tier: &TierStats| {
        let guests = if tier.viewers == 1 { "1 guest".to_owned() } else { format!("{} guests", tier.viewers) };
        let (codec, rate) = (if tier.codec == "jpeg" { "JPEG" } else { "H.264" }, f64::from(tier.target_bps) / 1e6);
        format!(
            "{}×{}, up to {:.0} pictures a second in {codec}, {rate:.1} Mbit/s: {guests}",
            tier.width, tier.height, tier.frame_rate
        )
    };
    let mut lines: Vec<String> = stats.tiers.iter().map(of_tier).collect();
    if stats.upload_bps > 0 {
        lines.push(format!("Upload: {:.1} Mbit/s for all together", f64::from(stats.upload_bps) / 1e6));
    }
    lines.join("\n")
}
