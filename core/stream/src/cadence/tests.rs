use super::*;

const MS: Duration = Duration::from_millis(1);

/// Runs a cadence millisecond by millisecond; `event` happens before each. Returns what was encoded and when, in ms.
fn run(cadence: &mut Cadence, span_ms: u64, mut event: impl FnMut(u64, &mut Cadence) -> bool) -> Vec<(u64, Step)> {
    let start = Instant::now();
    let mut steps = Vec::new();
    for ms in 0..span_ms {
        let now = start + MS * ms as u32;
        let blocked = event(ms, cadence);
        while let step @ Step::Encode(Order { fresh, keyframe, .. }) = cadence.next(now, || blocked) {
            cadence.encoded(now, fresh, keyframe);
            steps.push((ms, step));
        }
    }
    steps
}

fn times(steps: &[(u64, Step)], wanted: impl Fn(&Step) -> bool) -> Vec<u64> {
    steps.iter().filter(|(_, step)| wanted(step)).map(|(ms, _)| *ms).collect()
}

fn is_keyframe(step: &Step) -> bool {
    matches!(step, Step::Encode(Order { keyframe: true, .. }))
}

fn is_fresh(step: &Step) -> bool {
    matches!(step, Step::Encode(Order { fresh: true, .. }))
}

#[test]
fn a_picture_is_sent_at_once_refined_a_few_times_and_then_only_kept_up() {
    let mut cadence = Cadence::default();
    let steps = run(&mut cadence, 5_000, |ms, cadence| {
        if ms == 100 {
            cadence.frame();
        }
        false
    });
    let by = |wanted| times(&steps, |step| matches!(step, Step::Encode(Order { effort, .. }) if *effort == wanted));
    assert_eq!(by(Effort::Normal), [100]);
    assert_eq!(by(Effort::Refine), [160, 220, 280, 340, 420, 500]);
    assert_eq!(by(Effort::Keep), [3_000]);
    assert_eq!(times(&steps, is_fresh), [100]);
}

#[test]
fn every_frame_of_a_movement_is_encoded_when_it_comes() {
    let mut cadence = Cadence::default();
    let steps = run(&mut cadence, 1_000, |ms, cadence| {
        if ms % 33 == 0 {
            cadence.frame();
        }
        false
    });
    assert_eq!(times(&steps, is_fresh), (0..=30).map(|frame| frame * 33).collect::<Vec<_>>());
    assert_eq!(steps.len(), 31, "nothing is refined while it moves");
}

#[test]
fn more_frames_than_a_screen_shows_are_thinned_out() {
    let mut cadence = Cadence::default();
    let steps = run(&mut cadence, 1_000, |_, cadence| {
        cadence.frame();
        false
    });
    assert!((60..=67).contains(&steps.len()), "{}", steps.len());
}

#[test]
fn keyframes_come_at_once_but_no_more_often_than_twice_a_second_however_many_ask() {
    let mut cadence = Cadence::default();
    let steps = run(&mut cadence, 2_000, |ms, cadence| {
        if ms == 0 {
            cadence.frame();
        }
        if ms >= 700 {
            cadence.want_keyframe();
        }
        false
    });
    assert_eq!(times(&steps, is_keyframe), [700, 1200, 1700], "a still scene is encoded again for it");
    assert_eq!(times(&steps, is_fresh), [0]);
}

#[test]
fn no_keyframe_is_made_of_nothing() {
    let mut cadence = Cadence::default();
    cadence.want_keyframe();
    assert_eq!(cadence.next(Instant::now(), || false), Step::Wait(None));
}

#[test]
fn a_line_that_takes_no_more_gets_the_newest_frame_when_it_is_free_again() {
    let mut cadence = Cadence::default();
    let steps = run(&mut cadence, 1_000, |ms, cadence| {
        if ms <= 300 && ms % 33 == 0 {
            cadence.frame();
        }
        (50..500).contains(&ms)
    });
    assert_eq!(times(&steps, is_fresh), [0, 33, 500]);
    let refined = times(&steps, |step| matches!(step, Step::Encode(Order { effort: Effort::Refine, .. })));
    assert_eq!(refined, [560, 620, 680, 740, 820, 900]);
}

#[test]
fn a_slower_rate_takes_the_newest_frame_each_time_and_refines_none_that_is_about_to_be_replaced() {
    let mut cadence = Cadence::default();
    cadence.at_most(6);
    let steps = run(&mut cadence, 2_000, |ms, cadence| {
        if ms % 33 == 0 {
            cadence.frame();
        }
        false
    });
    assert!((12..=14).contains(&steps.len()), "{steps:?}");
    assert!(steps.iter().all(|(_, step)| is_fresh(step)));
}

#[test]
fn the_frame_rate_is_that_of_what_moves_and_a_pause_is_none() {
    let (mut rate, mut now) = (FrameRate::default(), Instant::now());
    let mut means = Vec::new();
    for (frames, interval_ms) in [(100, 33), (100, 17), (1, 5_000), (100, 100)] {
        for _ in 0..frames {
            now += MS * interval_ms;
            rate.frame(now);
        }
        means.push(rate.mean().round() as u32);
    }
    assert_eq!(means, [30, 59, 59, 10]);
}
