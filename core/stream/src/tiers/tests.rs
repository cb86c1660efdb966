use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn demand(key: u64, target_bps: u32) -> Demand {
    Demand { key: WatcherKey(key), medium: Medium::H264, tier: None, target_bps, wants_keyframe: false }
}

fn jpeg(key: u64, target_bps: u32) -> Demand {
    Demand { medium: Medium::Jpeg, ..demand(key, target_bps) }
}

/// Members and rate of each group, the best first.
fn parted(tiers: &mut Tiers, demands: &[Demand], most: usize, now: Instant) -> Vec<(Vec<u64>, u32)> {
    let groups = tiers.part(demands, most, now);
    let members = |group: &Group| group.members.iter().map(|key| key.0).collect();
    groups.iter().map(|group| (members(group), group.target_bps)).collect()
}

#[test]
fn one_slow_viewer_costs_the_others_nothing() {
    let now = Instant::now();
    let demands = [demand(1, 8_000_000), demand(2, 300_000), demand(3, 7_000_000)];
    let groups = parted(&mut Tiers::default(), &demands, 3, now);
    assert_eq!(groups, [(vec![1, 3], 7_000_000), (vec![2], 300_000)]);
}

#[test]
fn like_lines_share_one_encode() {
    let demands: Vec<Demand> = (0..20).map(|key| demand(key, 3_000_000 + key as u32 * 3_000)).collect();
    assert_eq!(parted(&mut Tiers::default(), &demands, 3, Instant::now()).len(), 1);
}

#[test]
fn there_are_no_more_encodes_than_allowed_and_jpeg_is_one_of_them() {
    let rates = [8_000_000, 4_000_000, 2_000_000, 1_000_000, 500_000, 250_000];
    let mut demands: Vec<Demand> = rates.iter().zip(0..).map(|(bps, key)| demand(key, *bps)).collect();
    let now = Instant::now();
    for most in 1..=3 {
        assert_eq!(parted(&mut Tiers::default(), &demands, most, now).len(), most);
    }
    demands.extend([jpeg(10, 4_000_000), jpeg(11, 200_000)]);
    let groups = parted(&mut Tiers::default(), &demands, 3, now);
    assert_eq!(groups.len(), 3);
    assert_eq!(groups[2], (vec![10, 11], 1_000_000), "who cannot take them all gets fewer");
    assert_eq!(parted(&mut Tiers::default(), &demands, 1, now).len(), 2, "each medium needs one");
}

#[test]
fn a_line_that_falls_is_heeded_at_once_and_one_that_rises_when_it_has_held() {
    let (mut tiers, start) = (Tiers::default(), Instant::now());
    let good = [demand(1, 3_000_000), demand(2, 3_000_000)];
    let bad = [demand(1, 3_000_000), demand(2, 300_000)];
    let together = tiers.part(&good, 3, start)[0].id;
    let groups = tiers.part(&bad, 3, start + SECOND).to_vec();
    assert_eq!(groups.len(), 2);
    assert_eq!((groups[0].id, groups[0].target_bps), (together, 3_000_000), "who stays keeps the encode");
    let mut joined = None;
    for ms in (1_100..20_000).step_by(100) {
        let now = start + Duration::from_millis(ms);
        if tiers.part(&good, 3, now).len() == 1 {
            joined.get_or_insert(ms);
        }
    }
    assert!((5_000..6_000).contains(&joined.unwrap()), "{joined:?}");
    assert_eq!(tiers.part(&good, 3, start + 30 * SECOND)[0].id, together);
}

#[test]
fn lines_that_waver_change_nothing() {
    let (mut tiers, start) = (Tiers::default(), Instant::now());
    let mut ways: Vec<Vec<Vec<u64>>> = Vec::new();
    for step in 0..600_u32 {
        let now = start + step * Duration::from_millis(100);
        let wave = |phase: u32| 1.0 + 0.25 * f64::from((step + phase) % 20) / 20.0;
        let demands = [(1, 3e6, 0), (2, 2.6e6, 7), (3, 9e5, 3), (4, 8e5, 13)]
            .map(|(key, bps, phase)| demand(key, (bps * wave(phase)) as u32));
        let way = parted(&mut tiers, &demands, 3, now).into_iter().map(|(mut members, _)| {
            members.sort_unstable();
            members
        });
        let way = way.collect();
        if ways.last() != Some(&way) {
            ways.push(way);
        }
    }
    assert!(ways.len() <= 2, "{ways:?}");
}

#[test]
fn nobody_is_nothing() {
    assert!(Tiers::default().part(&[], 3, Instant::now()).is_empty());
    assert_eq!(parted(&mut Tiers::default(), &[demand(1, 0)], 3, Instant::now()), [(vec![1], 0)]);
}
