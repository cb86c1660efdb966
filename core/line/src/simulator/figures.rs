//! [`Figures`]: what came of a flow.

use super::link::at;

/// Rates are counted over this.
const BIN_S: f64 = 0.1;

#[derive(Debug, Default)]
pub(crate) struct Record {
    arrived_bits: Vec<f64>,
    media_bits: Vec<f64>,
    targets: Vec<(f64, u32)>,
    waits_s: Vec<(f64, f64)>,
    sent: u64,
    lost: u64,
}

impl Record {
    pub(crate) fn arrived(&mut self, now_s: f64, bytes: usize) {
        add(&mut self.arrived_bits, now_s, bytes);
    }

    pub(crate) fn media(&mut self, now_s: f64, bytes: usize, waited_s: f64) {
        add(&mut self.media_bits, now_s, bytes);
        self.waits_s.push((now_s, waited_s));
    }

    pub(crate) fn target(&mut self, now_s: f64, target_bps: u32) {
        self.targets.push((now_s, target_bps));
    }

    pub(crate) fn sent(&mut self, _: usize) {
        self.sent += 1;
    }

    pub(crate) fn lost(&mut self) {
        self.lost += 1;
    }

    pub(crate) fn figures(self, rates: &[(f64, f64)], from_s: f64, until_s: f64) -> Figures {
        Figures {
            rates: rates.to_vec(),
            from_s,
            until_s,
            arrived_bits: self.arrived_bits,
            media_bits: self.media_bits,
            targets: self.targets,
            waits_s: self.waits_s,
            lost: self.lost as f64 / self.sent.max(1) as f64,
            ..Figures::default()
        }
    }
}

fn add(bins: &mut Vec<f64>, now_s: f64, bytes: usize) {
    let index = (now_s / BIN_S) as usize;
    if bins.len() <= index {
        bins.resize(index + 1, 0.0);
    }
    bins[index] += bytes as f64 * 8.0;
}

/// See the module. Times are seconds since the scenario began.
#[derive(Debug, Default, Clone)]
pub struct Figures {
    rates: Vec<(f64, f64)>,
    from_s: f64,
    until_s: f64,
    arrived_bits: Vec<f64>,
    media_bits: Vec<f64>,
    targets: Vec<(f64, u32)>,
    waits_s: Vec<(f64, f64)>,
    /// When each frame was decoded.
    pub decoded_s: Vec<f64>,
    /// Keyframes that were sent.
    pub keyframes: u64,
    /// Times that the application found the line blocked.
    pub blocked: u64,
    /// Packets that were sent again.
    pub repeats: u64,
    /// Bytes of probes.
    pub padding_bytes: u64,
    /// The share of packets that was lost.
    pub lost: f64,
}

impl Figures {
    /// What arrived between two seconds, in bits a second.
    pub fn rate_bps(&self, from_s: f64, until_s: f64) -> f64 {
        mean(&self.arrived_bits, from_s, until_s)
    }

    /// The same of media alone.
    pub fn media_bps(&self, from_s: f64, until_s: f64) -> f64 {
        mean(&self.media_bits, from_s, until_s)
    }

    /// What arrived all along, as a share of what the line carries.
    pub fn utilisation(&self) -> f64 {
        let until_s = self.until_s;
        let carried: f64 = (0..((until_s - self.from_s) / BIN_S) as usize)
            .map(|bin| at(&self.rates, self.from_s + (bin as f64 + 0.5) * BIN_S) * BIN_S)
            .sum();
        self.rate_bps(self.from_s, until_s) * (until_s - self.from_s) / carried.max(1.0)
    }

    /// The queueing delay that a share of the media's packets did not exceed, in milliseconds.
    pub fn queue_ms(&self, share: f64) -> f64 {
        self.queue_between_ms(share, 0.0, f64::MAX)
    }

    /// The same between two seconds.
    pub fn queue_between_ms(&self, share: f64, from_s: f64, until_s: f64) -> f64 {
        let within = self.waits_s.iter().filter(|(at, _)| (from_s..until_s).contains(at));
        let mut waits: Vec<f64> = within.map(|(_, wait)| wait * 1e3).collect();
        waits.sort_by(f64::total_cmp);
        let index = ((waits.len() as f64 - 1.0) * share).max(0.0) as usize;
        waits.get(index).copied().unwrap_or_default()
    }

    /// How long the picture stood although it should move, between two seconds, by the rule of W3C's `totalFreezesDuration`:
    /// gaps of more than three mean intervals and of more than one and 150 ms.
    pub fn frozen_s(&self, from_s: f64, until_s: f64) -> f64 {
        let shown: Vec<f64> = self.decoded_s.iter().copied().filter(|at| (from_s..until_s).contains(at)).collect();
        let (mut frozen_s, mut recent) = (0.0, std::collections::VecDeque::new());
        for pair in shown.windows(2) {
            let gap_s = pair[1] - pair[0];
            let mean_s = recent.iter().sum::<f64>() / (recent.len() as f64).max(1.0);
            if recent.len() >= 5 && gap_s > (3.0 * mean_s).max(mean_s + 0.15) {
                frozen_s += gap_s;
            }
            recent.push_back(gap_s);
            if recent.len() > 30 {
                recent.pop_front();
            }
        }
        frozen_s + shown.last().map_or(until_s - from_s, |last| (until_s.min(self.until_s) - last - 0.5).max(0.0))
    }

    /// Decoded frames a second, between two seconds.
    pub fn frame_rate(&self, from_s: f64, until_s: f64) -> f64 {
        self.decoded_s.iter().filter(|at| (from_s..until_s).contains(at)).count() as f64 / (until_s - from_s)
    }

    /// How long after a second the rate was `bps` or more, over half a second.
    pub fn reaches_after_s(&self, second: f64, bps: f64) -> Option<f64> {
        let bins = ((self.until_s - second) / BIN_S) as usize;
        let ends = (5..=bins).map(|bin| second + bin as f64 * BIN_S);
        ends.into_iter().find(|end| self.rate_bps(end - 0.5, *end) >= bps).map(|end| end - second)
    }

    /// The first frame after a second, and how long after.
    pub fn shows_after_s(&self, second: f64) -> Option<f64> {
        self.decoded_s.iter().find(|at| **at > second).map(|at| at - second)
    }

    /// The target at a second.
    pub fn target_bps(&self, second: f64) -> u32 {
        self.targets.iter().take_while(|(at, _)| *at <= second).last().map_or(0, |(_, bps)| *bps)
    }
}

fn mean(bins: &[f64], from_s: f64, until_s: f64) -> f64 {
    let index = |second: f64| ((second / BIN_S + 1e-6) as usize).min(bins.len());
    bins[index(from_s)..index(until_s).max(index(from_s))].iter().sum::<f64>() / (until_s - from_s).max(1e-9)
}
