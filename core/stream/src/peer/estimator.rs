//! [`Estimator`]: hands what a viewer reports to its line ([`heliograph_line`]), which is the congestion control.

use crate::stage::{SharedLine, lock};
use heliograph_line::PacketFate;
use rtc::interceptor::{BandwidthEstimator, PacketReport};
use std::time::Instant;

pub(super) struct Estimator(pub(super) SharedLine);

impl BandwidthEstimator for Estimator {
    fn on_reports(&mut self, now: Instant, reports: &[PacketReport]) {
        // Arrived, nobody knows when: that says nothing.
        let known = reports.iter().filter(|packet| packet.arrived == packet.arrival.is_some());
        let fate = |packet: &PacketReport| PacketFate {
            departure: packet.departure,
            bytes: packet.size,
            arrival: packet.arrival,
        };
        lock(&self.0).reported(now, &known.map(fate).collect::<Vec<_>>());
    }

    fn target_bitrate(&self) -> f64 {
        lock(&self.0).pace_bps().into()
    }
}
