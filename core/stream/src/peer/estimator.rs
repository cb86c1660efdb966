//! [`Estimator`]: Google's congestion control, as webrtc-rs has it, reporting to a viewer's line.

use crate::line::{Report, TARGET_FIRST_BPS, TARGET_MAX_BPS, TARGET_MIN_BPS};
use crate::stage::{SharedLine, lock};
use rtc::interceptor::{BandwidthEstimator, EstimatorStats, Gcc, PacketReport};
use std::sync::Arc;
use std::time::Instant;

/// Called when a viewer's decoder needs a keyframe.
pub(super) type KeyframeWish = Arc<dyn Fn() + Send + Sync>;

pub(super) struct Estimator {
    congestion_control: Gcc,
    line: SharedLine,
}

impl Estimator {
    pub(super) fn new(line: SharedLine) -> Estimator {
        let (first, least, most) = (TARGET_FIRST_BPS, TARGET_MIN_BPS, TARGET_MAX_BPS);
        Estimator { congestion_control: Gcc::new(first.into(), least.into(), most.into()), line }
    }
}

impl BandwidthEstimator for Estimator {
    fn on_reports(&mut self, now: Instant, reports: &[PacketReport]) {
        self.congestion_control.on_reports(now, reports);
        let mut report = Report::default();
        for packet in reports {
            if packet.arrived {
                report.newest_departure = report.newest_departure.max(Some(packet.departure));
                report.arrived_bytes += packet.size;
            } else {
                report.lost_bytes += packet.size;
            }
        }
        let estimate_bps = self.congestion_control.target_bitrate();
        lock(&self.line).reported(now, report, estimate_bps);
    }

    fn target_bitrate(&self) -> f64 {
        self.congestion_control.target_bitrate()
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.congestion_control.handle_timeout(now);
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.congestion_control.poll_timeout()
    }

    fn stats(&self) -> EstimatorStats {
        self.congestion_control.stats()
    }
}
