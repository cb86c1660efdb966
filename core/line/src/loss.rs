//! [`Loss`]: which share of the packets is lost, and whether a queue that overflows is to blame.
//!
//! A bad line loses its share whatever is sent; a full queue loses what is too much. So what counts is loss beyond
//! what this line loses anyway, which is learnt.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Over which packets are counted.
const WINDOW: Duration = Duration::from_millis(700);
/// What a line loses anyway is learnt over about this.
const LEARNING: Duration = Duration::from_secs(3);
/// And is taken to be this before anything is known.
const ASSUMED: f64 = 0.1;
/// The average number that is lost in a row is over about so many rows.
const RUNS: f64 = 12.0;
/// Fewer packets say nothing.
const PACKETS_MIN: usize = 20;
/// With packets waiting, so little loss is of a queue that overflows.
const WITH_QUEUE: f64 = 0.05;
/// And whatever was learnt, a line that loses so much is overrun.
const ALWAYS: f64 = 0.5;

/// See the module.
#[derive(Debug)]
pub(crate) struct Loss {
    /// When reported, arrived, lost.
    reports: VecDeque<(Instant, usize, usize)>,
    usual: f64,
    /// Over a few seconds, for whoever repeats packets.
    measured: f64,
    /// How many in a row.
    run: f64,
    last: Option<Instant>,
}

impl Default for Loss {
    fn default() -> Loss {
        Loss { reports: VecDeque::new(), usual: ASSUMED, measured: 0.0, run: 1.0, last: None }
    }
}

impl Loss {
    pub(crate) fn reported(&mut self, now: Instant, arrived: usize, lost: usize) {
        self.reports.push_back((now, arrived, lost));
        while self.reports.pop_front_if(|(at, ..)| now.saturating_duration_since(*at) > WINDOW).is_some() {}
        let passed = self.last.replace(now).map_or(Duration::ZERO, |last| now.saturating_duration_since(last));
        if let Some(share) = self.share() {
            let weight = 1.0 - (-passed.as_secs_f64() / LEARNING.as_secs_f64()).exp();
            self.usual += (share - self.usual) * weight;
            self.measured += (share - self.measured) * (2.0 * weight).min(1.0);
        }
    }

    /// The share of the last packets that was lost.
    pub(crate) fn share(&self) -> Option<f64> {
        let (arrived, lost) = self.reports.iter().fold((0, 0), |sum, entry| (sum.0 + entry.1, sum.1 + entry.2));
        (arrived + lost >= PACKETS_MIN).then(|| lost as f64 / (arrived + lost) as f64)
    }

    /// Whether what is lost is lost because too much is sent. `queued`: packets wait at the bottleneck.
    pub(crate) fn is_congestion(&self, queued: bool) -> bool {
        let least = if queued { WITH_QUEUE + self.usual } else { 0.08 + 2.0 * self.usual };
        self.share().is_some_and(|share| share > least.min(ALWAYS))
    }

    /// The share that is lost, over seconds.
    pub(crate) fn measured(&self) -> f64 {
        self.measured
    }

    /// So many were lost in a row.
    pub(crate) fn lost_in_a_row(&mut self, packets: usize) {
        self.run += (packets as f64 - self.run) / RUNS;
    }

    /// How many are lost in a row, on average.
    pub(crate) fn run(&self) -> f64 {
        self.run
    }

    /// What was lost lately had another cause.
    pub(crate) fn forget(&mut self) {
        self.reports.clear();
    }
}
