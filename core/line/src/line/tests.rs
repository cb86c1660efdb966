use super::*;

const MS: Duration = Duration::from_millis(1);

fn fates(line: &mut Line, start: Instant, from_ms: u32, until_ms: u32, each_ms: u32, bytes: usize) -> Vec<PacketFate> {
    let departures = (from_ms..until_ms).step_by(each_ms as usize).map(|ms| start + MS * ms);
    departures
        .map(|departure| {
            line.sent(departure, bytes, Kind::Media);
            PacketFate { departure, bytes, arrival: Some(departure - start + 20 * MS) }
        })
        .collect()
}

#[test]
fn without_any_report_nothing_is_known_and_nothing_blocked_for_long() {
    let (mut line, start) = (Line::default(), Instant::now());
    assert_eq!(line.target_bps(), TARGET_FIRST_BPS);
    line.sent(start, 500_000, Kind::Media);
    assert!(line.is_blocked(start + 300 * MS, 1_000));
    assert!(!line.is_blocked(start + 2_000 * MS, 1_000));
    assert_eq!(line.probe(start + 2_000 * MS), None);
    assert_eq!(line.sent_bytes(), 500_000);
}

#[test]
fn what_is_under_way_is_bounded_in_memory() {
    let (mut line, start) = (Line::default(), Instant::now());
    for ms in 0..100_000 {
        line.sent(start + MS * ms, 10, Kind::Media);
    }
    assert!(format!("{:?}", line.flight).len() < 200_000);
}

#[test]
fn an_empty_line_takes_any_frame_and_one_that_holds_the_last_ones_takes_none() {
    let (mut line, start) = (Line::default(), Instant::now());
    let reported = fates(&mut line, start, 0, 60, 10, 1_000);
    line.reported(start + 90 * MS, &reported);
    assert!(!line.is_blocked(start + 100 * MS, 1_000_000));
    for _ in 0..50 {
        line.sent(start + 100 * MS, 1_000, Kind::Media);
    }
    assert!(line.is_blocked(start + 101 * MS, 1_000), "400 ms of the target");
    let mut waiting = Line::default();
    waiting.waiting(20_000);
    assert!(waiting.is_blocked(start, 1_000), "what waits in the pacer counts");
}

#[test]
fn silence_blocks_at_once_asks_for_signs_of_life_and_ends_with_the_first_report() {
    let (mut line, start) = (Line::default(), Instant::now());
    for step in 0..20 {
        let reported = fates(&mut line, start, step * 50, step * 50 + 50, 10, 1_000);
        line.reported(start + MS * (step * 50 + 90), &reported);
    }
    let before_bps = line.target_bps();
    fates(&mut line, start, 1_000, 1_300, 10, 1_000);
    assert!(line.is_blocked(start + 1_400 * MS, 1_000), "two round trips and 100 ms");
    assert!(line.is_cut_off(start + 1_400 * MS));
    let mut signs = 0;
    for ms in (1_300..11_300).step_by(10) {
        let now = start + MS * ms;
        if let Some(probe) = line.probe(now) {
            assert!(probe.bytes <= 200 && probe.over.is_zero(), "no more than a sign: {probe:?}");
            line.sent(now, probe.bytes, Kind::Padding);
            signs += 1;
        }
        assert!(ms < 1_400 || line.is_blocked(now, 1_000), "{ms}");
    }
    assert!((40..=52).contains(&signs), "five a second: {signs}");
    let back = start + 11_300 * MS;
    line.sent(back, 100, Kind::Padding);
    line.reported(back + 90 * MS, &[PacketFate { departure: back, bytes: 100, arrival: Some(back - start + 20 * MS) }]);
    assert!(!line.is_blocked(back + 91 * MS, 1_000));
    assert!(line.target_bps() >= before_bps / 2 && line.target_bps() <= before_bps);
}

#[test]
fn what_is_lost_is_sent_again_only_as_far_as_the_line_bears_it() {
    let (mut line, start) = (Line::new(1_000_000), Instant::now());
    let packets = |line: &mut Line, now| (0..1_000).filter(|_| line.may_repeat(now, 1_100)).count();
    packets(&mut line, start);
    assert_eq!(packets(&mut line, start + 100 * MS), 4, "four tenths of 1 Mbit/s for 100 ms");
    assert_eq!(packets(&mut line, start + 60_000 * MS), 28, "no more than a quarter of a second's worth");
}

#[test]
fn a_line_that_something_else_fills_is_not_probed() {
    let probed = |is_filled: bool| {
        let (mut line, start) = (Line::default(), Instant::now());
        line.want_bps(Some(20_000_000));
        let mut probes = 0;
        for step in 0..40 {
            let reported = fates(&mut line, start, step * 50, step * 50 + 50, 10, 1_000);
            let now = start + MS * (step * 50 + 90);
            line.reported(now, &reported);
            if is_filled {
                line.filled(now + 60 * MS);
            }
            probes += u32::from(line.probe(now).is_some());
        }
        probes
    };
    assert!(probed(false) > 0);
    assert_eq!(probed(true), 0);
}
