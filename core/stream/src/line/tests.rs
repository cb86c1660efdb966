use super::*;

const MS: Duration = Duration::from_millis(1);

/// A line that takes `capacity_bps`, queues a quarter of a second and delivers after 20 ms, with a report every 50 ms;
/// `offered_bps` are sent in frames, 30 a second, unless it is blocked. Returns the share of frames that were left out.
fn drive(line: &mut LineModel, start: &mut Instant, span_ms: u32, offered_bps: f64, capacity_bps: f64) -> f64 {
    let frame_bytes = (offered_bps / 240.0) as usize;
    let mut queue: VecDeque<(Instant, usize)> = VecDeque::new();
    let (mut credit, mut left_out, mut report) = (0.0, 0, Report::default());
    for ms in 0..span_ms {
        let now = *start + MS * ms;
        if ms % 33 == 0 {
            if line.is_blocked(now, frame_bytes) {
                left_out += 1;
            } else {
                for bytes in std::iter::repeat_n(frame_bytes / 10, 10) {
                    line.sent(now, bytes);
                    let queued: usize = queue.iter().map(|(_, bytes)| bytes).sum();
                    if queued as f64 * 8.0 > capacity_bps / 4.0 {
                        report.lost_bytes += bytes;
                    } else {
                        queue.push_back((now, bytes));
                    }
                }
            }
        }
        credit = if queue.is_empty() { 0.0 } else { credit + capacity_bps / 8000.0 };
        while let Some((at, bytes)) = queue.pop_front_if(|(at, bytes)| *at + 20 * MS <= now && *bytes as f64 <= credit)
        {
            credit -= bytes as f64;
            report.arrived_bytes += bytes;
            report.newest_departure = Some(at);
        }
        if ms % 50 == 49 {
            line.reported(now, std::mem::take(&mut report), 50e6);
        }
    }
    *start += MS * span_ms;
    f64::from(left_out) / f64::from(span_ms / 33)
}

#[test]
fn the_estimate_is_believed_only_as_far_as_the_line_has_proved_it() {
    let (mut line, mut now) = (LineModel::default(), Instant::now());
    assert_eq!(line.target_bps(), TARGET_FIRST_BPS);
    drive(&mut line, &mut now, 5_000, 1e6, 20e6);
    assert_eq!(line.target_bps(), TARGET_FIRST_BPS, "a still scene proves nothing, and forgets nothing");
    drive(&mut line, &mut now, 5_000, 3e6, 20e6);
    assert!((4_000_000..5_500_000).contains(&line.target_bps()), "{}", line.target_bps());
    drive(&mut line, &mut now, 5_000, 6e6, 20e6);
    assert_eq!(line.target_bps(), TARGET_MAX_BPS);
    line.reported(now, Report::default(), 900_000.0);
    assert_eq!(line.target_bps(), 900_000, "what the congestion control takes back is taken back at once");
}

#[test]
fn after_a_long_rest_a_line_is_trusted_as_at_first() {
    let (mut line, mut now) = (LineModel::default(), Instant::now());
    drive(&mut line, &mut now, 5_000, 7e6, 20e6);
    assert_eq!(line.target_bps(), TARGET_MAX_BPS);
    line.reported(now + Duration::from_secs(60), Report { arrived_bytes: 100, ..Report::default() }, 50e6);
    assert_eq!(line.target_bps(), TARGET_FIRST_BPS);
}

#[test]
fn a_line_that_carries_what_is_sent_is_never_blocked() {
    let (mut line, mut now) = (LineModel::default(), Instant::now());
    assert_eq!(drive(&mut line, &mut now, 10_000, 3e6, 10e6), 0.0);
}

#[test]
fn a_line_that_carries_less_gets_fewer_frames_and_keeps_no_queue() {
    let (mut line, mut now) = (LineModel::default(), Instant::now());
    drive(&mut line, &mut now, 5_000, 3e6, 20e6);
    // A few seconds to find out; then what is sent is what arrives, and little is lost.
    drive(&mut line, &mut now, 3_000, 3e6, 600_000.0);
    let left_out = drive(&mut line, &mut now, 5_000, 3e6, 600_000.0);
    assert!((0.7..0.95).contains(&left_out), "{left_out}");
    let delivered_bps = line.acknowledged_bps();
    assert!((350_000.0..650_000.0).contains(&delivered_bps), "{delivered_bps}");
    assert!((300_000..1_300_000).contains(&line.target_bps()), "{}", line.target_bps());
    drive(&mut line, &mut now, 5_000, 3e6, 20e6);
    assert!(line.target_bps() > 3_000_000, "back at {}", line.target_bps());
}

#[test]
fn a_line_that_overflows_is_taken_for_what_it_delivers_and_a_bad_one_is_not() {
    let loss = |share: f64| {
        let (mut line, mut now) = (LineModel::default(), Instant::now());
        for _ in 0..60 {
            now += 50 * MS;
            let lost_bytes = (10_000.0 * share) as usize;
            let report = Report { newest_departure: None, arrived_bytes: 10_000 - lost_bytes, lost_bytes };
            line.reported(now, report, 50e6);
        }
        line.target_bps()
    };
    assert!(loss(0.05) >= TARGET_FIRST_BPS);
    assert!((650_000..900_000).contains(&loss(0.4)), "{}", loss(0.4));
}

#[test]
fn what_is_lost_is_sent_again_only_as_far_as_the_line_bears_it() {
    let (mut line, start) = (LineModel::default(), Instant::now());
    let at_once = (0..1_000).filter(|_| line.may_repeat(start, 1_100)).count();
    assert_eq!(at_once, 45);
    let later = start + Duration::from_secs(1);
    let a_second_later = (0..1_000).filter(|_| line.may_repeat(later, 1_100)).count();
    assert_eq!(a_second_later, 45);
    let shortly = (0..1_000).filter(|_| line.may_repeat(later + 100 * MS, 1_100)).count();
    assert_eq!(shortly, 8, "a quarter of 3 Mbit/s for 100 ms");
}

#[test]
fn without_any_report_nothing_is_known_and_nothing_blocked_for_long() {
    let (mut line, start) = (LineModel::default(), Instant::now());
    line.sent(start, 500_000);
    assert!(line.is_blocked(start + 300 * MS, 1_000));
    assert!(!line.is_blocked(start + 2_000 * MS, 1_000));
    for ms in 0..100_000 {
        line.sent(start + MS * ms, 10);
    }
    assert!(line.on_its_way.len() < 2_000, "{}", line.on_its_way.len());
}
