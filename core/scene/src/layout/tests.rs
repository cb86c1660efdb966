use super::*;
use crate::Wake;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

/// Far longer than anything here takes: a test that runs into it fails.
const PATIENCE: Duration = Duration::from_secs(60);

fn ring(count: u32) -> Vec<[u32; 2]> {
    (0..count).map(|node| [node, (node + 1) % count]).collect()
}

fn settled(mut layout: ForceLayout) -> (ForceLayout, usize) {
    let mut steps = 0;
    while layout.step() {
        steps += 1;
        assert!(steps < 1000, "it never settles");
    }
    (layout, steps)
}

#[test]
fn a_layout_settles_and_then_does_nothing() {
    let (mut layout, steps) = settled(ForceLayout::new(50, &ring(50), 1));
    assert!((20..400).contains(&steps), "{steps} steps");
    let before = layout.positions();
    assert!(!layout.step());
    assert_eq!(before, layout.positions());
}

#[test]
fn the_same_seed_gives_the_same_places() {
    let places = |seed| settled(ForceLayout::new(40, &ring(40), seed)).0.positions();
    assert_eq!(places(1), places(1));
    assert_ne!(places(1), places(2));
}

#[test]
fn linked_nodes_come_to_lie_near_each_other() {
    let edges = ring(60);
    let places = settled(ForceLayout::new(60, &edges, 3)).0.positions();
    let mean = |pairs: &[[u32; 2]]| {
        let sum: f32 = pairs.iter().map(|[a, b]| places[*a as usize].distance(places[*b as usize])).sum();
        sum / pairs.len() as f32
    };
    let opposite: Vec<[u32; 2]> = (0..30).map(|node| [node, node + 30]).collect();
    assert!(mean(&edges) * 3.0 < mean(&opposite), "{} {}", mean(&edges), mean(&opposite));
}

#[test]
fn every_network_keeps_within_a_box_of_a_few_units_and_fills_a_good_part_of_it() {
    let star: Vec<[u32; 2]> = (1..300).map(|node| [0, node]).collect();
    let complete: Vec<[u32; 2]> = (0..40).flat_map(|a| (0..a).map(move |b| [a, b])).collect();
    let odd = [[0, 0], [3, 3], [1, 900], [u32::MAX, 2], [1, 2], [1, 2]];
    let networks: [(&str, usize, &[[u32; 2]]); 8] = [
        ("one", 1, &[]),
        ("two", 2, &[[0, 1]]),
        ("loose", 500, &[]),
        ("ring", 500, &ring(500)),
        ("star", 300, &star),
        ("complete", 40, &complete),
        ("odd", 4, &odd),
        ("large", 1500, &ring(1500)),
    ];
    for (name, count, edges) in networks {
        let (layout, _) = settled(ForceLayout::new(count, edges, 7));
        let places = layout.positions();
        assert_eq!(places.len(), count);
        let farthest = places.iter().map(|place| place.length()).fold(0.0, f32::max);
        assert!(places.iter().all(|place| place.is_finite()), "{name}");
        assert!(farthest < 4.0, "{name}: {farthest}");
        assert!(count < 2 || farthest > 0.1, "{name}: {farthest}");
    }
}

#[test]
fn the_octree_pushes_as_all_nodes_together_do() {
    let mut random = Random::new(9);
    let mut places: Vec<Vec3> = (0..1500).map(|_| in_unit_ball(&mut random) * 10.0).collect();
    // Some on one spot: cells cannot part them.
    places.extend([Vec3::ONE; 20]);
    let tree = Octree::new(&places);
    let (mut off, mut all) = (0.0, 0.0);
    for node in 0..places.len() as u32 {
        let others = (0..places.len()).filter(|other| *other != node as usize);
        let exact: Vec3 = others.map(|other| repulsion(places[node as usize] - places[other], node)).sum();
        off += tree.repulsion(node, &places).distance(exact);
        all += exact.length();
    }
    assert!(off < 0.05 * all, "{}", off / all);
}

#[test]
fn a_live_layout_publishes_until_it_has_settled_and_then_its_thread_ends() {
    let (sender, woken) = mpsc::channel();
    let wake: Wake = Arc::new(move || sender.send(()).unwrap_or_default());
    let layout = ForceLayout::resume(&settled(ForceLayout::new(20, &ring(20), 1)).0.positions(), &ring(20));
    let live = LiveLayout::start(layout, wake);
    let (mut wakes, mut pictures) = (0, 0);
    while !live.is_over() {
        woken.recv_timeout(PATIENCE).unwrap();
        wakes += 1;
        pictures += usize::from(live.take().is_some_and(|places| places.len() == 20));
    }
    assert!(wakes > 2 && pictures > 0, "{wakes} wakes, {pictures} pictures");
    // The channel closes when the thread lets its wake go.
    assert_eq!(woken.recv_timeout(PATIENCE), Err(mpsc::RecvTimeoutError::Disconnected));
}

#[test]
fn dropping_a_live_layout_ends_its_thread_without_another_word() {
    let (sender, woken) = mpsc::channel();
    let dropped = Arc::new(AtomicBool::new(false));
    let is_dropped = Arc::clone(&dropped);
    let wake: Wake = Arc::new(move || sender.send(is_dropped.load(Ordering::SeqCst)).unwrap_or_default());
    let live = LiveLayout::start(ForceLayout::new(100, &ring(100), 1), wake);
    woken.recv_timeout(PATIENCE).unwrap();
    drop(live);
    dropped.store(true, Ordering::SeqCst);
    // Ends when the thread lets its wake go. One word may have been on its lips.
    let late = woken.iter().filter(|late| *late).count();
    assert!(late <= 1, "{late} late wakes");
}
