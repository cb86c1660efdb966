//! [`Budget`]: what the host's own line carries, shared out among the viewers. A state machine; the clock is an argument.
//!
//! Told by the host, or found: when several lines are congested at the same moment it is the way that they share, the
//! host's upload, and what they carry together is what it carries. A line that is congested while
//! the others are free is its own narrowest place, and says nothing about the upload. A budget that was found rises again,
//! for the line may have become a better one, faster where nothing is congested any more, and is forgotten when nothing
//! contradicts it.
//!
//! Of a budget the active viewer gets first what its own line takes; the others share what is left evenly, and nobody
//! gets less than [`SHARE_MIN_BPS`] unless the budget itself is less.

use crate::stage::WatcherKey;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// The least that a viewer is given, in bits a second: a small picture that follows.
pub(crate) const SHARE_MIN_BPS: u32 = 60_000;
/// Lines that are congested at once before the host's upload is suspected.
const CONGESTED_MIN: usize = 2;
/// For so long they must be: a burst congests for a moment.
const CONGESTED_FOR: Duration = Duration::from_millis(300);
/// A line that was congested alone for so long is its own narrowest place,
const ALONE_FOR: Duration = Duration::from_millis(600);
/// and is taken for that so long after.
const OWN_FOR: Duration = Duration::from_secs(30);
/// A budget that was found rises by this share a second, and by the second one where the last congestion was longer ago.
const RISE_PER_SECOND: f64 = 0.05;
const RISE_PER_SECOND_FREE: f64 = 0.3;
const FREE_AFTER: Duration = Duration::from_secs(2);
/// When the lines' own targets are this far below it, a found budget says nothing any more.
const FORGET_FACTOR: f64 = 1.5;

/// What one watcher's line would take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) key: WatcherKey,
    /// In bits a second.
    pub(crate) target_bps: u32,
    /// What it carried in the last second, in bits.
    pub(crate) sent_bps: u32,
    /// More lies in it than its round trip explains.
    pub(crate) congested: bool,
    /// This viewer steers.
    pub(crate) active: bool,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Budget {
    told_bps: Option<u32>,
    found_bps: Option<f64>,
    congested_since: Option<Instant>,
    /// When lines that count were congested together last.
    congested_at: Option<Instant>,
    /// Since when each line has been congested alone.
    alone_since: HashMap<WatcherKey, Instant>,
    /// When each line was last seen to be its own narrowest place.
    own: HashMap<WatcherKey, Instant>,
    last: Option<Instant>,
}

impl Budget {
    /// `upload_bps`: as the host said, in bits a second.
    pub(crate) fn new(upload_bps: Option<u32>) -> Budget {
        Budget {
            told_bps: upload_bps,
            found_bps: None,
            congested_since: None,
            congested_at: None,
            alone_since: HashMap::new(),
            own: HashMap::new(),
            last: None,
        }
    }

    /// What all may be sent together, in bits a second, once it is told or found.
    pub(crate) fn upload_bps(&self) -> Option<u32> {
        self.told_bps.or(self.found_bps.map(|bps| bps as u32))
    }

    /// What each may be sent, in bits a second, in the order of the claims.
    pub(crate) fn share_out(&mut self, claims: &[Claim], now: Instant) -> Vec<u32> {
        self.measure(claims, now);
        match self.upload_bps() {
            None => claims.iter().map(|claim| claim.target_bps).collect(),
            Some(upload_bps) => shares(claims, upload_bps),
        }
    }

    fn measure(&mut self, claims: &[Claim], now: Instant) {
        let passed = self.last.replace(now).map_or(Duration::ZERO, |last| now.saturating_duration_since(last));
        if let Some(bps) = &mut self.found_bps {
            let free = self.congested_at.is_none_or(|at| now.saturating_duration_since(at) > FREE_AFTER);
            let rise = if free { RISE_PER_SECOND_FREE } else { RISE_PER_SECOND };
            *bps *= 1.0 + rise * passed.as_secs_f64();
            let wanted: f64 = claims.iter().map(|claim| f64::from(claim.target_bps)).sum();
            if claims.len() < CONGESTED_MIN || *bps > FORGET_FACTOR * wanted {
                self.found_bps = None;
            }
        }
        // One congested line among many is that viewer's own.
        let congested = claims.iter().filter(|claim| claim.congested).count();
        let together = congested >= CONGESTED_MIN && congested * 3 >= claims.len() * 2;
        self.watch_single_lines(claims, together, now);
        let telling = claims.iter().filter(|claim| claim.congested && !self.own.contains_key(&claim.key)).count();
        if !together || telling < CONGESTED_MIN {
            self.congested_since = None;
            return;
        }
        self.congested_at = Some(now);
        let since = *self.congested_since.get_or_insert(now);
        if now.saturating_duration_since(since) >= CONGESTED_FOR {
            let carried = claims.iter().map(|claim| f64::from(claim.sent_bps)).sum::<f64>();
            self.found_bps = Some(carried.max(f64::from(SHARE_MIN_BPS)));
            self.congested_since = Some(now);
        }
    }

    /// Learns which lines are congested while others are free.
    fn watch_single_lines(&mut self, claims: &[Claim], together: bool, now: Instant) {
        let is_there = |key: &WatcherKey| claims.iter().any(|claim| claim.key == *key);
        self.own.retain(|key, at| now.saturating_duration_since(*at) < OWN_FOR && is_there(key));
        let is_alone = |key: &WatcherKey| claims.iter().any(|claim| claim.key == *key && claim.congested && !together);
        self.alone_since.retain(|key, _| is_alone(key));
        for claim in claims.iter().filter(|claim| claim.congested && !together) {
            let since = *self.alone_since.entry(claim.key).or_insert(now);
            if now.saturating_duration_since(since) >= ALONE_FOR {
                self.own.insert(claim.key, now);
            }
        }
    }
}

/// The active viewer first, the others evenly; nobody more than its line takes.
fn shares(claims: &[Claim], upload_bps: u32) -> Vec<u32> {
    let upload = u64::from(upload_bps);
    let count = claims.len() as u64;
    let least = u64::from(SHARE_MIN_BPS).min(upload / count.max(1));
    let mut given: Vec<u64> = claims.iter().map(|claim| least.min(u64::from(claim.target_bps))).collect();
    let mut left = upload.saturating_sub(given.iter().sum());
    for active in [true, false] {
        // Whoever needs least is served first, so that what it leaves goes to the others.
        let mut waiting: Vec<usize> = (0..claims.len()).filter(|index| claims[*index].active == active).collect();
        waiting.sort_by_key(|index| claims[*index].target_bps);
        for (served, index) in waiting.iter().enumerate() {
            let share = left / (waiting.len() - served) as u64;
            let more = share.min(u64::from(claims[*index].target_bps).saturating_sub(given[*index]));
            given[*index] += more;
            left -= more;
        }
    }
    given.into_iter().map(|bps| bps as u32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(target_bps: u32) -> Claim {
        Claim { key: WatcherKey(u64::from(target_bps)), target_bps, sent_bps: 0, congested: false, active: false }
    }

    #[test]
    fn a_budget_that_suffices_for_all_takes_nothing_from_anyone() {
        let claims = [claim(3_000_000), claim(500_000)];
        let now = Instant::now();
        assert_eq!(Budget::new(Some(10_000_000)).share_out(&claims, now), [3_000_000, 500_000]);
        assert_eq!(Budget::new(None).share_out(&claims, now), [3_000_000, 500_000]);
    }

    #[test]
    fn who_steers_comes_first_and_the_others_share_what_is_left() {
        let steering = Claim { active: true, ..claim(3_000_000) };
        let claims = [claim(8_000_000), steering, claim(200_000), claim(8_000_000)];
        let shares = Budget::new(Some(4_000_000)).share_out(&claims, Instant::now());
        assert_eq!(shares[1], 3_000_000, "{shares:?}");
        assert_eq!(shares[2], 200_000, "{shares:?}");
        assert_eq!(shares[0], shares[3], "{shares:?}");
        assert_eq!(shares.iter().sum::<u32>(), 4_000_000);
    }

    #[test]
    fn nobody_is_left_with_nothing() {
        let steering = Claim { active: true, ..claim(8_000_000) };
        let shares =
            Budget::new(Some(500_000)).share_out(&[steering, claim(8_000_000), claim(8_000_000)], Instant::now());
        assert_eq!(shares, [380_000, SHARE_MIN_BPS, SHARE_MIN_BPS]);
        let shares =
            Budget::new(Some(90_000)).share_out(&[steering, claim(8_000_000), claim(8_000_000)], Instant::now());
        assert_eq!(shares, [30_000; 3], "unless the budget itself is less");
        assert_eq!(Budget::new(Some(0)).share_out(&[claim(1), claim(2)], Instant::now()), [0, 0]);
        assert!(Budget::new(Some(1)).share_out(&[], Instant::now()).is_empty());
    }

    /// Lines that share an upload: what is sent beyond it lies in all of them.
    #[test]
    fn lines_that_are_congested_together_show_what_the_upload_carries_and_it_rises_again_slowly() {
        let (mut budget, mut now) = (Budget::new(None), Instant::now());
        let upload = 2_000_000.0;
        let mut sent = [3_000_000.0_f64, 1_000_000.0];
        let mut found = Vec::new();
        for _ in 0..100 {
            now += Duration::from_millis(100);
            let sum: f64 = sent.iter().sum();
            let claims = [0, 1].map(|key| Claim {
                key: WatcherKey(key),
                target_bps: 3_000_000,
                sent_bps: (sent[key as usize] * (upload / sum).min(1.0)) as u32,
                congested: sum > upload,
                active: false,
            });
            let shares = budget.share_out(&claims, now);
            sent = [f64::from(shares[0]), f64::from(shares[1])];
            found.extend(budget.upload_bps());
        }
        assert!(found.iter().all(|bps| (1_900_000..2_300_000).contains(bps)), "{found:?}");
        assert_eq!(sent[0], sent[1], "shared evenly");
        // The upload is better now: nothing is congested any more.
        for _ in 0..300 {
            now += Duration::from_millis(100);
            budget.share_out(&[claim(1_200_000), claim(1_200_000)], now);
        }
        assert_eq!(budget.upload_bps(), None);
    }

    #[test]
    fn a_narrow_line_that_is_always_congested_says_nothing_of_the_upload_when_another_stumbles() {
        let (mut budget, mut now) = (Budget::new(None), Instant::now());
        let narrow = Claim { congested: true, sent_bps: 300_000, ..claim(300_000) };
        let fast = Claim { sent_bps: 8_000_000, ..claim(9_000_000) };
        for step in 0..300 {
            now += Duration::from_millis(100);
            // Now and then the fast one is congested for a second, too: its browser is busy.
            let stumbles = step > 20 && step % 40 < 10;
            budget.share_out(&[narrow, Claim { congested: stumbles, ..fast }], now);
            assert_eq!(budget.upload_bps(), None, "step {step}");
        }
    }

    #[test]
    fn one_congested_line_is_its_viewers_own_and_a_burst_proves_nothing() {
        let (mut budget, mut now) = (Budget::new(None), Instant::now());
        let bad = Claim { congested: true, ..claim(300_000) };
        for _ in 0..100 {
            now += Duration::from_millis(100);
            budget.share_out(&[bad, claim(3_000_000), claim(3_000_000)], now);
        }
        for _ in 0..10 {
            budget.share_out(&[bad, bad], now + Duration::from_millis(100));
            now += Duration::from_millis(1_000);
            budget.share_out(&[claim(1), claim(1)], now);
        }
        assert_eq!(budget.upload_bps(), None);
    }
}
