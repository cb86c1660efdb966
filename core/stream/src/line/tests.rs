use super::*;

const MS: Duration = Duration::from_millis(1);

/// A line that delivers `capacity_bps` after `delay_ms`, with a report every 50 ms; `offered_bps` are sent for a while.
/// Returns the share of milliseconds in which it was blocked. Nothing is sent while it is.
fn drive(line: &mut LineModel, start: &mut Instant, span_ms: u32, offered_bps: f64, capacity_bps: f64) -> f64 {
    let delay = 20 * MS;
    let (mut queue, mut blocked_ms): (VecDeque<(Instant, usize)>, u32) = (VecDeque::new(), 0);
    let (mut credit, mut arrived, mut newest) = (0.0, 0, None);
    for ms in 0..span_ms {
        let now = *start + MS * ms;
        if line.is_blocked(now) {
            blocked_ms += 1;
        } else if ms % 10 == 0 {
            let bytes = (offered_bps / 800.0) as usize;
            line.sent(now, bytes);
            queue.push_back((now, bytes));
        }
        credit = f64::min(credit + capacity_bps / 8000.0, 20_000.0);
        while let Some((at, bytes)) = queue.front().copied() {
            if at + delay > now || bytes as f64 > credit {
                break;
            }
            credit -= bytes as f64;
            arrived += bytes;
            newest = Some(at);
            queue.pop_front();
        }
        if ms % 50 == 49 {
            line.reported(now, newest.take(), std::mem::take(&mut arrived), 50e6);
        }
    }
    *start += MS * span_ms;
    f64::from(blocked_ms) / f64::from(span_ms)
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
    line.reported(now, None, 0, 900_000.0);
    assert_eq!(line.target_bps(), 900_000, "what the congestion control takes back is taken back at once");
}

#[test]
fn after_a_long_rest_a_line_is_trusted_as_at_first() {
    let (mut line, mut now) = (LineModel::default(), Instant::now());
    drive(&mut line, &mut now, 5_000, 7e6, 20e6);
    assert_eq!(line.target_bps(), TARGET_MAX_BPS);
    line.reported(now + Duration::from_secs(60), None, 100, 50e6);
    assert_eq!(line.target_bps(), TARGET_FIRST_BPS);
}

#[test]
fn a_line_that_carries_what_is_sent_is_never_blocked() {
    let (mut line, mut now) = (LineModel::default(), Instant::now());
    assert_eq!(drive(&mut line, &mut now, 10_000, 3e6, 10e6), 0.0);
}

#[test]
fn a_line_that_carries_less_is_blocked_until_the_queue_is_gone() {
    let (mut line, mut now) = (LineModel::default(), Instant::now());
    let blocked = drive(&mut line, &mut now, 10_000, 3e6, 600_000.0);
    assert!(blocked > 0.5, "{blocked}");
    // The queue at the line's end stayed below half a second: what is on its way at 600 kbit/s.
    let bits: usize = line.on_its_way.iter().map(|(_, bytes)| bytes * 8).sum();
    assert!(bits < 1_200_000, "{bits}");
}

#[test]
fn without_any_report_nothing_is_known_and_nothing_blocked_for_long() {
    let (mut line, start) = (LineModel::default(), Instant::now());
    line.sent(start, 500_000);
    assert!(line.is_blocked(start + 300 * MS));
    assert!(!line.is_blocked(start + 2_000 * MS));
    for ms in 0..100_000 {
        line.sent(start + MS * ms, 10);
    }
    assert!(line.on_its_way.len() < 2_000, "{}", line.on_its_way.len());
}

#[test]
fn the_weakest_line_decides_within_limits() {
    assert_eq!(common_target_bps([]), TARGET_FIRST_BPS);
    assert_eq!(common_target_bps([5_000_000, 900_000, 2_000_000]), 900_000);
    assert_eq!(common_target_bps([10_000]), TARGET_MIN_BPS);
    assert_eq!(common_target_bps([u32::MAX]), TARGET_MAX_BPS);
}
