//! [`Tiers`]: who shares an encode with whom. A state machine; the clock is an argument.
//!
//! One encode must be one that its weakest viewer takes, so viewers of like lines share one: of all ways to part them into
//! at most so many groups the one that costs the viewers least quality is taken, where quality goes by the logarithm of
//! the rate and another encode must be worth its work. A line that falls is heeded at once; one that rises must have
//! held its rate for a while, because to change one's encode costs a keyframe.

use crate::packets::Medium;
use crate::stage::{Demand, TierId, WatcherKey};
use std::time::{Duration, Instant};

/// The most encodes at a time.
pub(crate) const TIERS_MAX: usize = 3;
/// For so long a line must have carried more before that counts.
const RISE_AFTER: Duration = Duration::from_secs(4);
/// What an encode must be worth: halvings of the rate, summed over the viewers, that it spares them.
const WORTH_MIN: f64 = 0.6;
/// By how much another way to part the viewers must be better than the present one.
const CHANGE_MIN: f64 = 0.4;

/// A viewer's line as it counts for the parting.
#[derive(Debug)]
struct Level {
    key: WatcherKey,
    bps: u32,
    /// Since when the line has carried more than that, and the least of it.
    more: Option<(Instant, u32)>,
}

/// One encode and what it may spend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) id: TierId,
    pub(crate) medium: Medium,
    /// What its weakest viewer takes, in bits a second.
    pub(crate) target_bps: u32,
    pub(crate) members: Vec<WatcherKey>,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Tiers {
    levels: Vec<Level>,
    groups: Vec<Group>,
    next_id: u64,
}

impl Tiers {
    /// Parts the watchers into at most `most` encodes, the best first; those of JPEG share one, which is the last.
    pub(crate) fn part(&mut self, demands: &[Demand], most: usize, now: Instant) -> &[Group] {
        self.follow(demands, now);
        let (h264, jpeg): (Vec<&Demand>, Vec<&Demand>) =
            demands.iter().partition(|demand| demand.medium == Medium::H264);
        let most = most.saturating_sub(usize::from(!jpeg.is_empty())).max(1);
        let mut groups = self.part_h264(&h264, most);
        if !jpeg.is_empty() {
            let former = self.groups.iter().find(|group| group.medium == Medium::Jpeg).map(|group| group.id);
            let id = former.unwrap_or_else(|| self.new_id());
            // Any JPEG can be left out for one viewer: who takes a quarter of what others do gets fewer pictures.
            let targets = || jpeg.iter().map(|demand| demand.target_bps);
            let target_bps = targets().min().unwrap_or(0).max(targets().max().unwrap_or(0) / 4);
            let members = jpeg.iter().map(|demand| demand.key).collect();
            groups.push(Group { id, medium: Medium::Jpeg, target_bps, members });
        }
        self.groups = groups;
        &self.groups
    }

    fn new_id(&mut self) -> TierId {
        self.next_id += 1;
        TierId(self.next_id)
    }

    /// Levels fall at once and rise to the least of what was carried for [`RISE_AFTER`].
    fn follow(&mut self, demands: &[Demand], now: Instant) {
        self.levels.retain(|level| demands.iter().any(|demand| demand.key == level.key));
        for demand in demands {
            let bps = demand.target_bps.max(1);
            let Some(level) = self.levels.iter_mut().find(|level| level.key == demand.key) else {
                self.levels.push(Level { key: demand.key, bps, more: None });
                continue;
            };
            if bps <= level.bps {
                (level.bps, level.more) = (bps, None);
                continue;
            }
            let (since, least) = level.more.unwrap_or((now, bps));
            let least = least.min(bps);
            level.more = Some((since, least));
            if now.saturating_duration_since(since) >= RISE_AFTER {
                (level.bps, level.more) = (least, None);
            }
        }
    }

    fn part_h264(&mut self, demands: &[&Demand], most: usize) -> Vec<Group> {
        let level = |key: WatcherKey| self.levels.iter().find(|level| level.key == key).map_or(1, |level| level.bps);
        let mut order: Vec<(u32, &Demand)> = demands.iter().map(|demand| (level(demand.key), *demand)).collect();
        order.sort_by_key(|(bps, demand)| (std::cmp::Reverse(*bps), demand.key));
        let rates: Vec<f64> = order.iter().map(|(bps, _)| f64::from(*bps).log2()).collect();
        let keys: Vec<WatcherKey> = order.iter().map(|(_, demand)| demand.key).collect();
        let best = best_cuts(&rates, most);
        let mut parted: Vec<Vec<WatcherKey>> = best.windows(2).map(|cut| keys[cut[0]..cut[1]].to_vec()).collect();
        if let Some(present) = self.present(&keys)
            && present.len() <= most
        {
            let rate = |key: &WatcherKey| f64::from(level(*key)).log2();
            let cost = |groups: &[Vec<WatcherKey>]| -> f64 {
                groups.iter().map(|group| cost(&group.iter().map(rate).collect::<Vec<_>>())).sum()
            };
            if cost(&present) < cost(&parted) + CHANGE_MIN {
                parted = present;
            }
        }
        self.named(parted, demands)
    }

    /// The present groups, with newcomers in a group of their own; `None` when there are none.
    fn present(&self, keys: &[WatcherKey]) -> Option<Vec<Vec<WatcherKey>>> {
        let former = self.groups.iter().filter(|group| group.medium == Medium::H264);
        let mut groups: Vec<Vec<WatcherKey>> =
            former.map(|group| group.members.iter().copied().filter(|key| keys.contains(key)).collect()).collect();
        let new: Vec<WatcherKey> =
            keys.iter().copied().filter(|key| !groups.iter().any(|group| group.contains(key))).collect();
        groups.push(new);
        groups.retain(|group| !group.is_empty());
        (!groups.is_empty()).then_some(groups)
    }

    /// Each group keeps the encode that most of its members have: who stays needs no keyframe.
    fn named(&mut self, parted: Vec<Vec<WatcherKey>>, demands: &[&Demand]) -> Vec<Group> {
        let mut pairs: Vec<(usize, usize, usize)> = Vec::new();
        for (new, members) in parted.iter().enumerate() {
            for (old, group) in self.groups.iter().enumerate().filter(|(_, group)| group.medium == Medium::H264) {
                let shared = members.iter().filter(|key| group.members.contains(key)).count();
                if shared > 0 {
                    pairs.push((shared, new, old));
                }
            }
        }
        pairs.sort_by_key(|(shared, new, _)| (std::cmp::Reverse(*shared), *new));
        let mut ids: Vec<Option<TierId>> = vec![None; parted.len()];
        for (_, new, old) in pairs {
            let id = self.groups[old].id;
            if ids[new].is_none() && !ids.contains(&Some(id)) {
                ids[new] = Some(id);
            }
        }
        let target = |key: &WatcherKey| {
            demands.iter().find(|demand| demand.key == *key).map_or(u32::MAX, |demand| demand.target_bps)
        };
        let mut groups: Vec<Group> = Vec::with_capacity(parted.len());
        for (members, id) in parted.into_iter().zip(ids) {
            let id = id.unwrap_or_else(|| self.new_id());
            let target_bps = members.iter().map(target).min().unwrap_or(0);
            groups.push(Group { id, medium: Medium::H264, target_bps, members });
        }
        groups.sort_by_key(|group| std::cmp::Reverse(group.target_bps));
        groups
    }
}

/// What a group costs its members, in halvings of the rate, and the encode itself. `rates` are logarithms to base 2.
fn cost(rates: &[f64]) -> f64 {
    let weakest = rates.iter().copied().fold(f64::INFINITY, f64::min);
    WORTH_MIN + rates.iter().map(|rate| rate - weakest).sum::<f64>()
}

/// Where to cut rates in falling order so that all groups together cost least: the cuts with both ends.
fn best_cuts(rates: &[f64], most: usize) -> Vec<usize> {
    let count = rates.len();
    if count == 0 {
        return vec![0];
    }
    // `best[end]`: the least cost of what stands before `end` in at most so many groups, and its cuts.
    let mut best: Vec<(f64, Vec<usize>)> = (0..=count).map(|end| (cost(&rates[..end]), vec![0, end])).collect();
    best[0] = (0.0, vec![0]);
    for _ in 1..most {
        let former = best.clone();
        for (end, entry) in best.iter_mut().enumerate().skip(1) {
            for cut in 1..end {
                let sum = former[cut].0 + cost(&rates[cut..end]);
                if sum + 1e-9 < entry.0 {
                    let cuts = former[cut].1.iter().copied().chain([end]).collect();
                    *entry = (sum, cuts);
                }
            }
        }
    }
    best.swap_remove(count).1
}

#[cfg(test)]
mod tests;
