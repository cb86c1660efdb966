//! What the engine and the share tell the host: kept, and passed on to scripts, the window and the guests.

use super::{Host, ShareState};
use crate::engine::FromEngine;
use crate::events::Event;
use crate::room::RoomView;
use crate::share::{FromShare, TunnelState};
use heliograph_scene::session::EXTENSION;
use heliograph_wire::link::StreamStats;

impl Host {
    pub(super) fn engine_news(&mut self, news: FromEngine) {
        match news {
            FromEngine::Changed => {}
            FromEngine::Status(status) => {
                self.status = status;
                if let Some(share) = &self.share {
                    share.scene_changed(self.status.clone());
                }
            }
            FromEngine::Loaded { layers } => self.reporter.report(&Event::Loaded { layers }),
            FromEngine::Captured(path) => self.reporter.report(&Event::Screenshot { path }),
            FromEngine::Exporting(share) => self.export = share,
            FromEngine::Saved(path) => {
                if path.extension().is_some_and(|ending| ending == EXTENSION) {
                    self.recent.add(&path);
                    self.session_path = Some(path.clone());
                }
                self.reporter.report(&Event::Saved { path });
            }
            FromEngine::ViewCode(code) => {
                self.reporter.report(&Event::View { code: code.clone() });
                self.clipboard = Some(code);
                let selected = self.status.selection.as_ref();
                if selected.is_some_and(|selected| selected.layers.iter().any(|layer| layer.code.is_none())) {
                    let sentence = "The view was copied without what is selected: that is too much for a code.";
                    self.problem(sentence.to_owned());
                }
            }
            FromEngine::Figures(figures) => self.reporter.report(&Event::Figures { figures }),
            FromEngine::Problem(sentence) => self.problem(sentence),
            FromEngine::GuestProblem(name, sentence) => {
                if let Some(share) = &self.share {
                    share.tell(name, sentence);
                }
            }
            FromEngine::Stopped(sentence) => {
                self.is_broken = true;
                self.problem(sentence);
            }
        }
    }

    pub(super) fn share_news(&mut self, news: FromShare) {
        match news {
            FromShare::Live { pid, restarts } => {
                self.meter.restart();
                let state = if restarts == 0 { "started" } else { "restarted" };
                self.reporter.report(&Event::Sidecar { state, pid: Some(pid), why: None });
                if let ShareState::Restarting(links) = &self.share_state {
                    self.share_state = ShareState::Live(links.clone());
                }
            }
            FromShare::Links { links, why } => {
                self.reporter.report(&Event::Sharing { view: links.view.clone(), control: links.control.clone() });
                self.share_state = ShareState::Live(links);
                if let Some(why) = why {
                    self.notice(why);
                }
            }
            FromShare::Tunnel(tunnel) => self.tunnel_news(tunnel),
            FromShare::Room(guests) => self.room_news(guests),
            FromShare::Problem(sentence) => self.problem(sentence),
            FromShare::Expired => {
                self.problem("The session's time is over, so its links are dead. Share again.".into())
            }
            FromShare::Restarting(sentence) => {
                self.reporter.report(&Event::Sidecar { state: "restarting", pid: None, why: Some(sentence) });
                if let ShareState::Live(links) = &self.share_state {
                    self.share_state = ShareState::Restarting(links.clone());
                }
            }
            FromShare::Stats(stats) => {
                self.usage = self.meter.count(&stats);
                self.stats = stats;
            }
            FromShare::Failed(sentence) => self.problem(sentence),
            FromShare::Ended => {
                self.share = None;
                self.share_state = ShareState::Off;
                self.guests = RoomView::default();
                self.tunnel = TunnelState::Off;
                self.stats = StreamStats::default();
                self.reporter.report(&Event::Ended);
                if std::mem::take(&mut self.shares_again) {
                    self.start_sharing();
                }
            }
        }
    }

    fn tunnel_news(&mut self, tunnel: TunnelState) {
        self.reporter.report(&Event::Tunnel { tunnel: tunnel.clone() });
        match &tunnel {
            TunnelState::Failed { sentence } => self.notice(sentence.clone()),
            // The first word of a series is enough; the dialog shows every one.
            TunnelState::Lost { sentence, .. }
                if !matches!(self.tunnel, TunnelState::Lost { .. } | TunnelState::Opening { .. }) =>
            {
                self.notice(sentence.clone());
            }
            _ => {}
        }
        self.tunnel = tunnel;
    }

    fn room_news(&mut self, guests: RoomView) {
        let count = guests.guests.len();
        if count != self.guests.guests.len() {
            self.reporter.report(&Event::Viewers { count });
        }
        let told = |room: &RoomView| {
            let here: Vec<_> = room.guests.iter().map(|view| view.guest.clone()).collect();
            Event::Room {
                mode: room.mode,
                asks_first: room.asks_first,
                steers: room.steers,
                guests: here,
                knocks: room.knocks.clone(),
            }
        };
        let (before, now) = (told(&self.guests), told(&guests));
        if before != now {
            self.reporter.report(&now);
        }
        self.guests = guests;
    }
}
