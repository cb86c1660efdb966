use super::*;

const MS: Duration = Duration::from_millis(1);

fn at(target_bps: u32) -> Conditions {
    Conditions { target_bps, source_rate: 30.0, complexity: Complexity::default() }
}

/// Looks every 33 ms while something moves; the rungs that were taken and when, in ms.
fn climb(
    ladder: &mut Ladder,
    start: Instant,
    span_ms: u32,
    conditions: impl Fn(u32) -> Conditions,
) -> Vec<(u32, Rung)> {
    let mut taken = vec![(0, ladder.rung())];
    for ms in (0..span_ms).step_by(33) {
        let rung = ladder.step(&conditions(ms), true, start + MS * ms);
        if taken.last().is_some_and(|(_, last)| *last != rung) {
            taken.push((ms, rung));
        }
    }
    taken
}

#[test]
fn frame_rate_goes_first_then_size_then_frame_rate_again() {
    let rungs = rungs((1280, 720));
    let steps: Vec<((u32, u32), u32)> = rungs.iter().map(|rung| (rung.size, rung.frame_rate)).collect();
    let expected = [
        ((1280, 720), 60),
        ((1280, 720), 30),
        ((1280, 720), 20),
        ((1280, 720), 15),
        ((960, 540), 15),
        ((640, 360), 15),
        ((480, 270), 15),
        ((480, 270), 10),
        ((480, 270), 6),
        ((320, 180), 6),
    ];
    assert_eq!(steps, expected);
}

#[test]
fn every_frame_has_a_ladder_of_sizes_that_can_be_encoded() {
    for frame in [(16, 16), (17, 33), (320, 180), (1280, 721), (3840, 2160), (2160, 3840), (3840, 16)] {
        for rung in rungs(frame) {
            let (width, height) = rung.size;
            assert!(width >= MIN_SIDE && height >= MIN_SIDE && width % 2 + height % 2 == 0, "{frame:?}: {rung:?}");
            assert!(width.max(height) <= 1920 && width.min(height) <= 1080, "{frame:?}: {rung:?}");
        }
    }
    assert_eq!(rungs((3840, 2160))[0].size, (1920, 1080));
    assert_eq!(rungs((2160, 3840))[0].size, (1080, 1920));
}

#[test]
fn what_a_line_carries_decides_where_to_begin() {
    let now = Instant::now();
    let begin = |bps| Ladder::new((1280, 720), &at(bps), now).rung();
    assert_eq!(begin(8_000_000).size, (1280, 720));
    assert_eq!(begin(2_000_000).size, (640, 360));
    let poor = begin(300_000);
    assert!(poor.size == (480, 270) && poor.frame_rate == 15, "{poor:?}");
    let poorest = begin(100_000);
    assert!(poorest.frame_rate >= 6, "{poorest:?}");
    assert_eq!(Ladder::new((320, 180), &at(1_000_000), now).rung().size, (320, 180));
}

#[test]
fn a_fast_line_has_the_whole_size_within_a_second_and_a_drop_is_heeded_at_once() {
    let start = Instant::now();
    let mut ladder = Ladder::new((1280, 720), &at(1_000_000), start);
    let line = |ms| {
        at(if ms < 300 {
            1_000_000
        } else if ms < 6_000 {
            12_000_000
        } else {
            300_000
        })
    };
    let taken = climb(&mut ladder, start, 10_000, line);
    let whole = taken.iter().find(|(_, rung)| rung.size == (1280, 720)).unwrap().0;
    assert!(whole < 1_000, "{taken:?}");
    let small = taken.iter().find(|(ms, rung)| *ms >= 6_000 && rung.size == (480, 270)).unwrap().0;
    assert!(small < 6_500, "{taken:?}");
    assert!(taken.len() <= 5, "and straight to the rung that fits: {taken:?}");
}

#[test]
fn a_rate_that_wavers_does_not_change_the_size() {
    let start = Instant::now();
    for mean in [200_000, 500_000, 900_000, 1_500_000, 2_500_000, 4_000_000] {
        let mut ladder = Ladder::new((1280, 720), &at(mean), start);
        let wave = |ms: u32| at(mean + (f64::from(mean) * 0.15 * (f64::from(ms) / 700.0).sin()) as u32);
        let taken = climb(&mut ladder, start, 60_000, wave);
        assert!(taken.len() <= 4, "{mean}: {taken:?}");
    }
}

#[test]
fn while_nothing_moves_nothing_gets_worse_and_better_comes_when_it_is_due() {
    let start = Instant::now();
    let mut ladder = Ladder::new((1280, 720), &at(1_000_000), start);
    let before = ladder.rung();
    assert_eq!(ladder.step(&at(60_000), false, start + 10_000 * MS), before);
    ladder.step(&at(20_000_000), false, start + 11_000 * MS);
    let due = ladder.due(start + 11_000 * MS).unwrap();
    assert_eq!(ladder.step(&at(20_000_000), false, due).size, (1280, 720));
    assert_eq!(ladder.top().frame_rate, 60);
}
